"""The result page: winners, losers with their reason, turn-out, chart, rule, downloads."""

from __future__ import annotations

from flask import render_template, request, url_for

from portal.base import clock, db
from portal.base.security import public
from portal.budgeting.queries import budgets, wordings
from portal.budgeting.queries.results import result_page
from portal.budgeting.rules_channels import channel_name
from portal.budgeting.rules_share import can_tell
from portal.budgeting.views.pages import find_budget, pages, pins
from portal.places.queries_plan import city_plan
from portal.voting import queries as voting
from portal.voting import queries_complaint
from portal.voting.queries import describe
from portal.voting.rules import Named

COUNTED = ("counted", "kept", "finished")


@pages.get("/budget/<slug>/results")
@public
def results(slug: str) -> str:
    """The published result; before that, when it comes."""
    budget, s, now = find_budget(slug), db.session(), clock.city_now()
    vote = voting.vote_for(s, "budget", budget.id)
    page = result_page(s, budget, vote) if vote is not None else None
    if vote is None or page is None:
        dates = budgets.dates_of(s, [(budget.id, budget.process_id)])[budget.id]
        return render_template(
            "budgeting/no_results.html",
            budget=budget,
            title=wordings.names(s, budget.id).title,
            now=None if vote is not None and vote.state in COUNTED else dates.now(now),
            next=dates.next(now),
            counting=vote is not None and vote.state in COUNTED,
            voting_open=dates.voting_open(now),
            turnout=voting.turnout(s, vote, now) if vote is not None else None,
        )
    plan = city_plan()
    won = [row.shown for pot in page.pots for row in pot.winners if row.shown is not None]
    return render_template(
        "budgeting/results.html",
        standing=queries_complaint.standing(s, vote),
        public_id=vote.public_id,
        plan=plan,
        pins=plan.pins(pins(won, url_for(".project_list", slug=slug))) if plan else [],
        budget=budget,
        page=page,
        asked=(asked := request.args.get("q", "").strip()[:200]),
        found=page.found(asked),
        numbers=page.published.numbers,
        sentences=describe(page.published.regulation),
        tells_shares=any(can_tell(pot) for pot in page.published.outcome["pots"]),
        channel_name=channel_name,
        entitled=page.published.entitled,
        source=Named({"names": page.published.entitled.source if page.published.entitled else {}, "id": ""}),
    )
