"""`portal seed`: fills the demo."""

from __future__ import annotations

import click

from portal.demo.actions import seed


@click.command("seed", help="Fill the demo city; a filled one is left alone.")
def seed_command() -> None:
    """Seed instance/demo."""

    seed(lambda line: click.echo(f"  {line}"))


COMMANDS = [seed_command]
