"""The operator's words for votes."""

from __future__ import annotations

import click

from portal.base import db
from portal.base.actor import SYSTEM
from portal.voting import actions, queries


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


@click.command("vote-keys", help="Which votes lack their key file?")
def vote_keys() -> None:
    """One line per vote whose key is missing; exit 1 if there is one."""
    with db.read() as s:
        missing = [vote.public_id for vote in queries.votes_without_key(s)]
    for public_id in missing:
        click.echo(f"vote {public_id}: key file missing or not its own")
    raise SystemExit(1 if missing else 0)
