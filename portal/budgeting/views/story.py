"""From wish to bench: the page of one project's whole way, and the works of a budget."""

from __future__ import annotations

from flask import abort, render_template, request, url_for

from portal.base import clock, db, ui
from portal.base.security import actor, public
from portal.budgeting import rules
from portal.budgeting.forms.works import WorkFilters
from portal.budgeting.queries import budgets, fate, origins, projects, wordings, works
from portal.budgeting.rules_works import COLOURS, MOMENTS, STATUSES
from portal.budgeting.views.pages import find, find_budget, pages
from portal.ideas import queries_answers, queries_way
from portal.ideas.rules import STATES


@pages.get("/budget/<slug>/projects/<int:number>/story")
@public
def story(slug: str, number: int) -> str:
    """One project from the wish to what it brought."""
    found, s = find(slug), db.session()
    budget, staff = found.budget, actor().may("budget_officer", scope=found.scope)
    detail = projects.detail(s, budget, number, drafts=staff)
    if detail is None:
        abort(404)
    dates = budgets.dates_of(s, [(budget.id, budget.process_id)])[budget.id]
    now = clock.city_now()
    outcome = fate.fate(s, budget, detail.shown.code) if dates.published else None
    won = outcome is not None and outcome.place is not None
    wishes = origins.wishes(s, detail.shown.id)
    return render_template(
        "budgeting/story.html",
        budget=budget,
        it=detail,
        p=detail.shown,
        wishes=wishes,
        answers=queries_answers.current_of(s, [one.id for one in wishes]),
        valued=origins.valuations(s, [one.id for one in wishes]),
        ways=queries_way.ways(s, [one.id for one in wishes]),
        outcome=outcome,
        won=won,
        course=works.course(s, detail.shown.id) if won else None,
        status=rules.fate_name(won) if outcome else rules.status_name(detail.shown.status),
        statuses=STATUSES,
        colours=COLOURS,
        moments=MOMENTS,
        states=STATES,
        votes_now=dates.voting_open(now),
        voting_open=dates.voting_open(now) or dates.counting(now),
        published=dates.published,
        now=dates.now(now),
        next=dates.next(now),
        closed=found.closed,
        today=works.today(),
    )


@pages.get("/budget/<slug>/works")
@public
def works_list(slug: str) -> str:
    """How far the winners of a budget are."""
    budget, s = find_budget(slug), db.session()
    names = wordings.names(s, budget.id)
    form = WorkFilters.of(names)
    filters = form.filters(names)
    found = works.works(s, budget, filters, names)
    here, query = url_for(".works_list", slug=slug), request.args.to_dict()
    total = found.total if found is not None else 0
    return render_template(
        "budgeting/works.html",
        budget=budget,
        names=names,
        filters_form=form,
        filters=filters,
        works=found,
        statuses=STATUSES,
        colours=COLOURS,
        paging=ui.paging(total, filters.page, works.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )
