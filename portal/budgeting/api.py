"""Open data of a finished vote: the result as CSV and JSON, ballots as .pb, and the archive for a recount.

Nothing of a vote leaves before the publication: each door asks voting for the published result and answers 404 without
one. A budget's dates and its list of projects are public from the day on which it is shown.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, Response, abort, url_for

from portal.base import atom, db, i18n, ics
from portal.base.security import actor, public
from portal.budgeting.models import Budget, BudgetState
from portal.budgeting.queries import budgets, export, news, wordings, works
from portal.budgeting.queries.results import ResultPage, result_page
from portal.voting import queries as voting
from portal.voting.models import Vote
from portal.voting.queries_publication import archive
from portal.voting.rules_turnout import Entitled

api = Blueprint("budgeting_api", __name__)


def _published(slug: str) -> tuple[Budget, Vote, ResultPage]:
    s = db.session()
    found = budgets.readable(s, actor(), slug)
    budget = found.budget if found is not None else None
    vote = voting.vote_for(s, "budget", budget.id) if budget and budget.state is BudgetState.SHOWN else None
    page = result_page(s, budget, vote) if budget and vote else None
    if budget is None or vote is None or page is None:
        abort(404)
    return budget, vote, page


def _file(content: str | bytes, mime: str, name: str) -> Response:
    answer = Response(content, content_type=mime)  # as it is: a mimetype would get a second charset
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@api.get("/budget/<slug>/results.csv")
@public
def result_csv(slug: str) -> Response:
    """One line per project, winners first; amounts as decimal numbers."""
    budget, _vote, page = _published(slug)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ["pot", "pot_name", "project_id", "title", "cost", "currency", "votes", "score", "won", "place", "reason"]
    )
    for pot in page.pots:
        for row in [*pot.winners, *pot.losers]:
            writer.writerow(
                [
                    pot.key,
                    plain_cell(pot.name.body),
                    plain_cell(row.code),
                    plain_cell(row.title),
                    f"{row.cost // 100}.{row.cost % 100:02}",
                    budget.currency,
                    "" if row.withheld else row.votes,
                    "" if row.withheld else row.score,
                    1 if row.place else 0,
                    "" if row.withheld else row.place or "",
                    " ".join(str(reason) for reason in row.reasons),
                ]
            )
    return _file("\ufeff" + out.getvalue(), "text/csv; charset=utf-8", f"{slug}-result.csv")


WORKS_HEAD = (
    "project_id", "title", "status", "steps_done", "steps", "end", "days_late", "spent", "estimate", "currency", "page",
)  # fmt: skip


@api.get("/budget/<slug>/works.csv")
@public
def works_csv(slug: str) -> Response:
    """One line per winner: how far its works are, what is spent and what was estimated, as decimal numbers."""
    s = db.session()
    found = budgets.readable(s, actor(), slug)
    budget = found.budget if found is not None and found.budget.state is BudgetState.SHOWN else None
    names = wordings.names(s, budget.id) if budget is not None else None
    all_ = works.works(s, budget, works.Filters(), names, per_page=100_000) if budget and names else None
    if budget is None or all_ is None:
        abort(404)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(WORKS_HEAD)
    for one in all_.shown:
        writer.writerow(
            [
                plain_cell(one.shown.code),
                plain_cell(one.shown.title),
                one.far.status.value,
                one.far.done,
                one.far.total,
                one.far.ends_on.isoformat() if one.far.ends_on else "",
                one.late_by,
                _decimal(one.spent),
                _decimal(one.shown.cost),
                budget.currency,
                url_for("budgeting.story", slug=slug, number=one.shown.number, _external=True),
            ]
        )
    return _file("\ufeff" + out.getvalue(), "text/csv; charset=utf-8", f"{slug}-works.csv")


def _decimal(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


@api.get("/budget/<slug>/results.json")
@public
def result_json(slug: str) -> Response:
    """The published outcome with regulation, numbers and titles."""
    budget, _vote, page = _published(slug)
    document: dict[str, Any] = {
        "budget": slug,
        "language": i18n.lang(),
        "title": page.names.title.body,
        "currency": budget.currency,
        "numbers": page.published.numbers,
        "entitled": _entitled(page.published.entitled),
        "regulation": page.published.regulation,
        "regulation_sha256": page.published.regulation_hash,
        "outcome": page.published.outcome,
        "titles": {row.code: row.title for pot in page.pots for row in [*pot.winners, *pot.losers]},
    }
    return _file(export.json_text(document), "application/json", f"{slug}-result.json")


def _entitled(said: Entitled | None) -> dict[str, Any] | None:
    return {"number": said.number, "source": dict(said.source)} if said else None


@api.get("/budget/<slug>/ballots-<pot>.pb")
@public
def ballots_pb(slug: str, pot: str) -> Response:
    """The ballots of one pot in Pabulib's format: shuffled, numbered anew, without voter columns."""
    budget, vote, _page = _published(slug)
    text = export.pabulib(db.session(), budget, vote, pot)
    if text is None:
        abort(404)
    return _file(text, "text/plain; charset=utf-8", f"{slug}-{pot}.pb")


@api.get("/budget/<slug>/recount.zip")
@public
def recount_zip(slug: str) -> Response:
    """Regulation, lists, outcome, receipts and the program that counts again."""
    _budget, vote, _page = _published(slug)
    return _file(archive(db.session(), vote), "application/zip", f"{slug}-recount.zip")


def _shown(slug: str) -> Budget:
    found = budgets.readable(db.session(), actor(), slug)
    if found is None or found.budget.state is not BudgetState.SHOWN:
        abort(404)
    return found.budget


@api.get("/budget/<slug>/dates.ics")
@public
def dates(slug: str) -> Response:
    """The phases of a budget for a calendar program."""
    budget, s = _shown(slug), db.session()
    title = wordings.names(s, budget.id).title.body
    phases = budgets.dates_of(s, [(budget.id, budget.process_id)])[budget.id].phases
    return ics.answer(news.events_of(slug, title, phases, budget.changed_at), title, i18n.lang())


@api.get("/budget/<slug>/projects.atom")
@public
def projects_feed(slug: str) -> Response:
    """The projects of a budget as an Atom feed."""
    budget, s = _shown(slug), db.session()
    return atom.answer(
        news.project_feed(s, budget, i18n.lang()),
        title=wordings.names(s, budget.id).title.body,
        here=url_for(".projects_feed", slug=slug),
        page=url_for("budgeting.project_list", slug=slug),
    )
