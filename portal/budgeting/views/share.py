"""What a voter's share paid for, worked out in the page and kept nowhere; and what a result teaches proposers."""

from __future__ import annotations

from flask import abort, render_template, request

from portal.base import db
from portal.base.errors import never_shown
from portal.base.security import public, reads
from portal.budgeting.forms.ballot import MOST_BOXES
from portal.budgeting.models import Budget
from portal.budgeting.queries.results import ResultPage, result_page
from portal.budgeting.rules_share import advice, can_tell, spent
from portal.budgeting.views.pages import find_budget, pages
from portal.voting import queries as voting


def _result(slug: str) -> tuple[Budget, ResultPage]:
    budget, s = find_budget(slug), db.session()
    vote = voting.vote_for(s, "budget", budget.id)
    page = result_page(s, budget, vote) if vote is not None else None
    if page is None:
        abort(404)
    return budget, page


@pages.get("/budget/<slug>/results/share")
@public
def share(slug: str) -> str:
    """The form, empty: which projects did you choose?"""
    return _share(slug, frozenset(), asked=False)


@pages.post("/budget/<slug>/results/share")
@public
@never_shown
@reads
def look_at_share(slug: str) -> str:
    """What these choices paid for. The choices stand in the body of this post alone and are stored nowhere."""
    return _share(slug, frozenset(request.form.getlist("choice")[:MOST_BOXES]), asked=True)


def _share(slug: str, chosen: frozenset[str], *, asked: bool) -> str:
    budget, page = _result(slug)
    outcomes = {pot["id"]: pot for pot in page.published.outcome["pots"]}
    told = [pot for pot in page.pots if can_tell(outcomes[pot.key])]
    if not told:
        abort(404)
    return render_template(
        "budgeting/share.html",
        budget=budget,
        page=page,
        pots=told,
        chosen=chosen,
        ways={pot.key: spent(outcomes[pot.key], chosen) for pot in told} if asked else {},
        titles={row.code: row.title for pot in told for row in pot.by_votes},
    )


@pages.get("/budget/<slug>/results/advice")
@public
def proposer_advice(slug: str) -> str:
    """How cost and votes went together in this result, for those who propose something next time."""
    budget, page = _result(slug)
    outcomes = {pot["id"]: pot for pot in page.published.outcome["pots"]}
    return render_template(
        "budgeting/advice.html",
        budget=budget,
        page=page,
        lessons=[(pot, advice(outcomes[pot.key])) for pot in page.pots],
    )
