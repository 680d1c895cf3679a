"""`portal backup`, `restore`, `upgrade` and `copy`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from portal.backup import actions
from portal.backup.keys import KeysError
from portal.base import serving
from portal.config import load
from portal.paths import instance

_FILE = click.Path(dir_okay=False, path_type=Path)
_passphrase_file = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase; else PORTAL_BACKUP_PASSPHRASE, else you are asked.",
)


def _passphrase(file: Path | None, *, confirm: bool, must: bool) -> str | None:
    """The passphrase; never an argument, which every user of the machine could read.

    Raises ClickException where it is needed and there is nobody to ask.
    """
    if file is not None:
        return file.read_text("utf-8").split("\n", 1)[0].strip()
    given = os.environ.get("PORTAL_BACKUP_PASSPHRASE")
    if given:
        return given
    if sys.stdin.isatty():
        return str(click.prompt("Passphrase of the keys file", hide_input=True, confirmation_prompt=confirm))
    if must:
        raise click.ClickException("give the passphrase by --passphrase-file or PORTAL_BACKUP_PASSPHRASE")
    return None


def _say(line: str) -> None:
    click.echo(f"  {line}")


def _told(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except (actions.Refused, actions.Failed, KeysError, serving.StillServing) as error:
        raise click.ClickException(str(error)) from None


@click.command("backup", help="Write an archive of database, uploads and configuration, and a file with the keys.")
@click.option("--to", type=click.Path(path_type=Path), help="Folder, or a name ending in .zip. Else instance/backups.")
@_passphrase_file
def backup_command(to: Path | None, passphrase_file: Path | None) -> None:
    """Back up while the portal serves."""
    passphrase = _passphrase(passphrase_file, confirm=True, must=True)
    made = _told(lambda: actions.backup(load(), passphrase, _say, to))
    click.echo(f"Archive: {made.archive}\nKeys:    {made.keys}\nKeep the two and the passphrase in different places.")


@click.command("restore", help="Bring a backup onto an empty machine.")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--keys", "keys_file", type=_FILE, help="The keys file; else the one beside the archive.")
@_passphrase_file
def restore_command(archive: Path, keys_file: Path | None, passphrase_file: Path | None) -> None:
    """Restore and verify."""
    beside = keys_file or archive.with_suffix(".keys")
    if not beside.is_file():
        raise click.ClickException(f"the keys file {beside} is missing; without it nothing is restored (--keys FILE)")
    passphrase = _passphrase(passphrase_file, confirm=False, must=True) or ""
    votes = _told(lambda: actions.restore(instance(), archive, beside, passphrase, _say))
    click.echo("Restored. Everybody signs in again.")
    for line in votes:
        click.echo(line)


@click.command("upgrade", help="Bring the database to the installed version: stop, back up, migrate, try, go on.")
@_passphrase_file
def upgrade_command(passphrase_file: Path | None) -> None:
    """Upgrade, or leave everything as it was."""
    passphrase = _passphrase(passphrase_file, confirm=True, must=False)
    made = _told(lambda: actions.upgrade(load(), passphrase, _say))
    if made.keys is None:
        click.echo("No passphrase, so no keys file was made; keys stay where they are.")
    click.echo(f"Upgraded. Backup of before: {made.archive}")


@click.command("copy", help="Copy the database to another, empty one: SQLite to PostgreSQL or back.")
@click.option("--to", "url", required=True, help="As postgresql+psycopg://user@host/name or sqlite:////path/portal.db")
def copy_command(url: str) -> None:
    """Copy and compare."""
    rows = _told(lambda: actions.copy(load(), url, _say))
    click.echo(f"{rows} rows copied; every table compared, number and content.")
    click.echo("The portal still uses the old database: set database_url (or PORTAL_DATABASE_URL) to the new one.")


COMMANDS = [backup_command, restore_command, upgrade_command, copy_command]
