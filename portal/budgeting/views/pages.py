"""The list of budgets, the page of one budget, its projects, and a project's page."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request, url_for

from portal.base import clock, db, i18n, ui
from portal.base.i18n import Text
from portal.base.security import actor, public
from portal.budgeting import rules
from portal.budgeting.forms.filters import ProjectFilters
from portal.budgeting.models import Budget, BudgetState
from portal.budgeting.queries import budgets, fate, origins, projects, wordings
from portal.budgeting.queries.plan import rule_words
from portal.budgeting.rules_dates import Dates
from portal.places.queries_plan import city_plan
from portal.places.rules_plan import Pin
from portal.processes.models import PhaseKind
from portal.processes.queries import beside
from portal.processes.queries_questions import of_process
from portal.processes.rules import Stage, State
from portal.voting import queries as voting
from portal.voting.queries import describe, parameters

pages = Blueprint("budgeting", __name__)


def find_budget(slug: str) -> Budget:
    """The budget at this address, if the reader may see it; else 404."""
    return find(slug).budget


def find(slug: str) -> budgets.Found:
    """The same with what decides who may see it."""
    return allowed(budgets.found(db.session(), slug))


def allowed(found: budgets.Found | None) -> budgets.Found:
    """The budget, if it exists for the reader; else 404."""
    if found is None or not budgets.may_read(db.session(), actor(), found):
        abort(404)
    return found


def steps(dates: Dates, slug: str) -> list[dict[str, object]]:
    """The timeline as the page's macro draws it."""
    state = {State.PAST: "done", State.NOW: "now", State.COMING: "next"}
    where = {PhaseKind.RESULTS: "budgeting.results"}
    if dates.voting_open(clock.city_now()):
        where[PhaseKind.VOTE] = "budgeting.ballot"
    return [
        {
            "name": step.name,
            "when": step.when,
            "state": state[step.state],
            "url": url_for(where[step.kind], slug=slug) if step.state is State.NOW and step.kind in where else None,
        }
        for step in dates.steps(clock.city_now())
    ]


@pages.get("/budget/")
@public
def index() -> str:
    """All budgets: open, coming, finished."""
    found = budgets.listed(db.session(), clock.city_now(), reader=actor())
    by_stage = {stage: [budget for budget in found if budget.stage is stage] for stage in Stage}
    return render_template("budgeting/index.html", by_stage=by_stage, Stage=Stage)


@pages.get("/budget/<slug>/")
@public
def show(slug: str) -> str:
    """One budget: what is open, what comes next, the money, and the rule in plain words."""
    found, now = find(slug), clock.city_now()
    budget = found.budget
    page = budgets.page(db.session(), budget)
    return render_template(
        "budgeting/show.html",
        page=page,
        now=page.dates.now(now),
        next=page.dates.next(now),
        steps=steps(page.dates, slug),
        voting_open=page.dates.voting_open(now),
        published=page.dates.published,
        sentences=_of_file(budget),
        ballot_sentence=rules.ballot_sentence(page.plan.ballot, page.plan.min_choices, page.plan.max_choices),
        rule=rule_words(page.plan.ready),
        draft=budget.state is BudgetState.DRAFT,
        closed=found.closed,
        questionnaires=of_process(db.session(), budget.process_id, now) if budget.state is BudgetState.SHOWN else [],
        meetings=beside(db.session(), budget.process_id, i18n.lang()),
    )


def _of_file(budget: Budget) -> list[Text]:
    """The rules of an election that a file tells of, as far as it tells them; empty for the city's own."""
    vote = voting.vote_for(db.session(), "budget", budget.id) if budget.source_meta else None
    return describe(vote.document) if vote is not None and voting.held_elsewhere(vote.document) else []


@pages.get("/budget/<slug>/projects/")
@public
def project_list(slug: str) -> str:
    """The projects of a budget, searched, filtered and sorted, twenty a page."""
    budget, s = find_budget(slug), db.session()
    names = wordings.names(s, budget.id)
    form = ProjectFilters.of(names)
    filters = form.filters(names, request.args.get("page"))
    shown, total = projects.listed(s, budget.id, filters)
    here, query = url_for(".project_list", slug=slug), request.args.to_dict()
    plan = city_plan()
    return render_template(
        "budgeting/projects.html",
        plan=plan,
        pins=plan.pins(pins(shown, here)) if plan else [],
        budget=budget,
        names=names,
        filters_form=form,
        shown=shown,
        total=total,
        asked=bool(filters.q or filters.pot or filters.category or filters.status),
        paging=ui.paging(total, filters.page, projects.PER_PAGE, lambda n: ui.address(here, query, page=n)),
        status_name=rules.status_name,
    )


def pins(shown: Sequence[projects.Shown], here: str) -> list[Pin]:
    """The projects of a page as pins; `here` is the address of the list."""
    return [
        Pin(p.x, p.y, p.title, f"{here}{p.number}", str(p.number), p.lang)
        for p in shown
        if p.x is not None and p.y is not None
    ]


@pages.get("/budget/<slug>/projects/<int:number>")
@public
def project(slug: str, number: int) -> str:
    """One project."""
    found, s = find(slug), db.session()
    budget, staff = found.budget, actor().may("budget_officer", scope=found.scope)
    detail = projects.detail(s, budget, number, drafts=staff)
    if detail is None:
        abort(404)
    dates = budgets.dates_of(s, [(budget.id, budget.process_id)])[budget.id]
    now = clock.city_now()
    outcome = fate.fate(s, budget, detail.shown.code) if dates.published else None
    return render_template(
        "budgeting/project.html",
        outcome=outcome,
        wishes=origins.wishes(s, detail.shown.id) if detail.grown else [],
        progress=dates.works(now) if outcome else None,
        plan=city_plan(),
        budget=budget,
        it=detail,
        p=detail.shown,
        status=rules.fate_name(outcome.place is not None) if outcome else rules.status_name(detail.shown.status),
        voting_open=dates.voting_open(now),
        published=dates.published,
        now=dates.now(now),
        next=dates.next(now),
        closed=found.closed,
    )


@pages.get("/budget/<slug>/rules")
@public
def regulation(slug: str) -> str:
    """The exact regulation of the vote: in sentences and as a table of every parameter."""
    budget, s = find_budget(slug), db.session()
    vote = voting.vote_for(s, "budget", budget.id)
    if vote is None or vote.state in ("prepared", "importing"):
        abort(404)
    document = vote.document
    names = wordings.names(s, budget.id)
    return render_template(
        "budgeting/regulation.html",
        budget=budget,
        title=names.title,
        sentences=describe(document),
        parameters=parameters(document),
        fingerprint=vote.regulation_hash,
    )


@pages.get("/budget/<slug>/secrecy")
@public
def secrecy(slug: str) -> str:
    """What is secret about a vote, what is not, and who can check what."""
    budget = find_budget(slug)
    return render_template("budgeting/secrecy.html", budget=budget, title=wordings.names(db.session(), budget.id).title)
