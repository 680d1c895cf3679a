"""Words of the command line that have to do with budgets: real elections in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from portal.base import db, ground, i18n
from portal.budgeting.actions import imports
from portal.budgeting.actions.projects import refresh_cards
from portal.budgeting.models import BudgetState, Project
from portal.budgeting.queries import budgets, export
from portal.budgeting.rules_import import CannotImport
from portal.voting import queries as voting
from portal.voting import queries_pabulib as pabulib
from portal.voting.actions import NotPossible
from portal.voting.queries_pabulib import BadElection


def _stop(line: str) -> None:
    click.echo(line, err=True)
    sys.exit(2)


class _Progress:
    """A bar per thing that is written, on the error stream, so that the answer stays clean."""

    def __init__(self) -> None:
        self.bars: dict[str, Any] = {}
        self.done: dict[str, int] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        if what not in self.bars:
            self.bars[what] = click.progressbar(length=total, label=f"{what:>9}", file=sys.stderr)
            self.bars[what].__enter__()
        self.bars[what].update(done - self.done.get(what, 0))
        self.done[what] = done
        if done >= total:
            self.bars[what].__exit__(None, None, None)


@click.command("import-pb", help="Make a budget of a real election: a .pb file from the Pabulib archive.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as", "kind", type=click.Choice(["finished", "open"]), default="finished", help="counted, or open to vote"
)
@click.option("--slug", help="address of the budget; made from the file otherwise")
@click.option("--days", default=14, help="how long an open vote stays open")
@click.option("--holder", "holders", multiple=True, help="with --as open: the two officers who keep half a key each")
def import_pb(file: Path, kind: str, slug: str | None, days: int, holders: tuple[str, ...]) -> None:
    """Read, check, write in short steps, show. Exit 2 and one plain line for what cannot be taken."""
    i18n.set_locale("en", ground.settings().city.time_zone or "UTC", ground.settings().city.currency)
    try:
        election = pabulib.read(file)
        pair = (holders[0], holders[1]) if len(holders) == 2 else None
        done = imports.run(election, finished=kind == "finished", slug=slug, holders=pair, days=days, tell=_Progress())
    except OSError as error:
        _stop(f"{file}: {error.strerror or error}")
    except (BadElection, CannotImport) as error:
        _stop(f"{file}: {error}")
    except NotPossible as error:
        _stop(f"{file}: {error.verdict.reason}")
    else:
        address = f"/{ground.settings().languages[0]}/budget/{done.slug}/"
        click.echo(f"{done.projects} projects and {done.ballots} ballots: {address}")
        if not done.known_rule:
            click.echo(
                "The file's rule is not one that the count knows: projects were counted by most votes first.", err=True
            )
        for half in done.halves or ():
            click.echo(f"half of the vote key, shown once: {half}")


@click.command("export-pb", help="Print a published vote as a .pb file; with several pots name one.")
@click.argument("slug")
@click.option("--pot", help="number of the pot")
@click.option("--out", type=click.Path(path_type=Path), help="file to write instead")
def export_pb(slug: str, pot: str | None, out: Path | None) -> None:
    """Exit 2 for an open or unpublished vote, and for a pot whose ballots are not published."""
    i18n.set_locale("en", ground.settings().city.time_zone or "UTC", ground.settings().city.currency)
    with db.read() as s:
        budget = budgets.by_slug(s, slug)
        vote = voting.vote_for(s, "budget", budget.id) if budget is not None else None
        if budget is None or budget.state is not BudgetState.SHOWN:
            _stop(f"there is no budget {slug}")
        elif vote is None or voting.published(s, vote) is None:
            _stop(f"the vote of {slug} is not published: no ballot leaves before that")
        else:
            pots = [one["id"] for one in vote.document["pots"]]
            if pot is None and len(pots) > 1:
                _stop(f"{slug} has several pots; name one with --pot: {', '.join(pots)}")
            text = export.pabulib(s, budget, vote, pot or pots[0])
            if text is None:
                _stop("the ballots of this pot are not published")
            elif out is not None:
                out.write_text(text, "utf-8")
            else:
                click.echo(text, nl=False)


@click.command("project-cards", help="Write the cards of all projects anew, after a language was added.")
def project_cards() -> None:
    """Short steps, so that a running vote is not disturbed."""
    with db.read() as s:
        ids = sorted(s.scalars(Project.__table__.select().with_only_columns(Project.id)))
    for start in range(0, len(ids), 50):
        with db.write() as s:
            refresh_cards(s, ids[start : start + 50])
    click.echo(len(ids))


COMMANDS = [import_pb, export_pb, project_cards]
