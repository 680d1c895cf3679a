"""Words of the command line that have to do with papers."""

from __future__ import annotations

import sys

import click

from portal.base import clock, ground
from portal.papers import sign_keys
from portal.papers.sign import NoKey


@click.command("papers-key", help="Open the key that signs papers and say which it is; tries a refused PIN once more.")
def key() -> None:
    """Exit 1, with the reason, where it cannot be used."""
    try:
        with sign_keys.opened(ground.settings(), clock.now(), insist=True) as found:
            click.echo(f"papers are signed as {found.name}, certificate {found.fingerprint}")
    except NoKey as error:
        click.echo(f"papers cannot be signed: {error}", err=True)
        sys.exit(1)
