"""Words of the command line that have to do with people."""

from __future__ import annotations

import sys

import click

from portal.base import clock, db, ground
from portal.identity import actions, actions_proof, queries


@click.command("invite", help="Print a link that gives a staff role to whoever signs in with it; good once, an hour.")
@click.argument("role", default="administrator")
def invite(role: str) -> None:
    """Make an invitation and print its link."""
    known = [r.name for r in queries.known_roles()]
    if role not in known:
        click.echo(f"there is no role {role}; there are: {', '.join(known)}", err=True)
        sys.exit(2)
    site = ground.settings()
    if not site.base_url:
        click.echo("base_url is not set, so no link can be made", err=True)
        sys.exit(2)
    with db.write() as s:
        token = actions.invite(s, role, clock.now())
    click.echo(f"{site.base_url}/{site.languages[0]}/invitation/{token}")


@click.group("keys", help="The keys of identity numbers.")
def keys() -> None:
    """Words about keys."""


@keys.command("rotate", help="Encrypt every identity number with a new key; goes on where it was broken off.")
def rotate() -> None:
    """Re-encrypt in short transactions; older keys are destroyed once nothing has needed them for an hour."""
    done, gone = actions_proof.rotate()
    click.echo(f"re-encrypted {done} numbers; destroyed {len(gone)} old keys")
    if not gone:
        click.echo("the old key is destroyed by the nightly job, or by running this again after an hour")
