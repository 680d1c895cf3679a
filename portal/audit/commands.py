"""Words of the command line that have to do with the audit record."""

from __future__ import annotations

import sys

import click

from portal.audit import queries
from portal.base import db


@click.group("audit", help="The audit record: is it as it was written?")
def audit() -> None:
    """Group of words."""


@audit.command("verify", help="Check the chain of the audit record; names the first broken line and exits with 1.")
def verify() -> None:
    """Walk along the chain and say what was found."""
    with db.read() as s:
        check = queries.verify(s)
    if check.broken is not None:
        line = "" if check.broken.line is None else f" (line number {check.broken.line})"
        click.echo(f"broken at place {check.broken.place}{line}: {check.broken.what}", err=True)
        sys.exit(1)
    click.echo(f"whole: {check.place} lines, head {check.hash}")
