"""The operator's words for votes."""

from __future__ import annotations

from typing import TextIO

import click

from portal.base import db
from portal.base.actor import SYSTEM
from portal.voting import actions, actions_verify, chain, queries


@click.command("restore-vote-key", help="Put a lost vote key back from its two printed halves.")
@click.argument("vote_id")
def restore_vote_key(vote_id: str) -> None:
    """Ask both keepers for their halves; nothing typed is shown or kept."""
    first = click.prompt("First half", hide_input=True)
    second = click.prompt("Second half", hide_input=True)
    with db.write() as s:
        vote = queries.by_public_id(s, vote_id)
        if vote is None:
            raise click.ClickException("There is no such vote.")
        try:
            actions.restore_key(s, SYSTEM, vote, first, second)
        except actions.NotPossible as refusal:
            raise click.ClickException(str(refusal.verdict.reason)) from None
    click.echo("The key file is back.")


@click.command("verify", help="Check the chain of a vote, and with its key the sealed ballots. Changes nothing.")
@click.argument("slug")
@click.option(
    "--heads", "kept", type=click.File("r", encoding="utf-8"),
    help="heads that somebody kept elsewhere: heads.json, or lines with a number and a hash",
)  # fmt: skip
def verify(slug: str, kept: TextIO | None) -> None:
    """Exit 1 where anything differs, and name it; exit 2 for a vote or a file that cannot be read."""
    with db.read() as s:
        public_id = queries.public_id_at(s, slug)
    try:
        heads = chain.read_heads(kept.read()) if kept is not None else []
        report = actions_verify.verify(public_id or slug, heads)
    except LookupError:
        click.echo(f"there is no vote {slug}", err=True)
        raise SystemExit(2) from None
    except ValueError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    click.echo(f"Chain: {report.entries} entries, head {report.head}")
    if kept is not None:
        click.echo(f"Heads kept elsewhere: {len(heads)} compared")
    if report.sealed:
        click.echo(f"Sealed ballots: {report.ballots} compared, {report.unnamed} of them wait for their entry")
    else:
        click.echo(f"Counted ballots: {report.ballots}")
    for one in report.differences:
        place = f" {one['slot']}" if "slot" in one else ""
        click.echo(f"DIFFERENT: {one['what']}{place}: {one['detail']}")
    if not report.differences:
        click.echo("No difference.")
    raise SystemExit(1 if report.differences else 0)


@click.command("vote-keys", help="Which votes lack their key file?")
def vote_keys() -> None:
    """One line per vote whose key is missing; exit 1 if there is one."""
    with db.read() as s:
        missing = [vote.public_id for vote in queries.votes_without_key(s)]
    for public_id in missing:
        click.echo(f"vote {public_id}: key file missing or not its own")
    raise SystemExit(1 if missing else 0)
