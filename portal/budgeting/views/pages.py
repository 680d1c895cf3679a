"""The list of budgets, the page of one budget, its projects, and a project's page."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for

from portal.base import clock, db, ui
from portal.base.i18n import Text, _l
from portal.base.security import actor, public
from portal.budgeting import rules
from portal.budgeting.forms.filters import ProjectFilters
from portal.budgeting.models import Budget, BudgetState
from portal.budgeting.queries import budgets, projects, wordings
from portal.budgeting.queries.plan import rule_words
from portal.processes import rules as process_rules
from portal.processes.models import PhaseKind
from portal.processes.rules import Stage
from portal.voting import queries as voting
from portal.voting.queries import describe, parameters

pages = Blueprint("budgeting", __name__)


def find_budget(slug: str) -> Budget:
    """The budget at this address, if the reader may see it; else 404."""
    budget = budgets.by_slug(db.session(), slug)
    if budget is None or not rules.may_see(budget.state, actor().may("budget_officer", "auditor")):
        abort(404)
    return budget


def steps(dates: budgets.Dates, slug: str) -> list[dict[str, object]]:
    """The timeline as the page's macro draws it."""
    state = {"past": "done", "now": "now", "coming": "next"}
    where = {PhaseKind.VOTE: "budgeting.ballot", PhaseKind.RESULTS: "budgeting.results"}
    return [
        {
            "name": step.name,
            "when": _span(step),
            "state": state[step.state],
            "url": url_for(where[step.kind], slug=slug) if step.state == "now" and step.kind in where else None,
        }
        for step in process_rules.timeline(dates.phases, clock.city_now())
    ]


def _span(step: process_rules.Step) -> Text:
    opens = process_rules.From(step.opens_at)
    if step.closes_at is None:
        return _l("from %(opens)s", opens=opens)
    return _l("%(opens)s to %(closes)s", opens=opens, closes=process_rules.Until(step.closes_at))


@pages.get("/budget/")
@public
def index() -> str:
    """All budgets: open, coming, finished."""
    found = budgets.listed(db.session(), clock.city_now())
    by_stage = {stage: [budget for budget in found if budget.stage is stage] for stage in Stage}
    return render_template("budgeting/index.html", by_stage=by_stage, Stage=Stage)


@pages.get("/budget/<slug>/")
@public
def show(slug: str) -> str:
    """One budget: what is open, what comes next, the money, and the rule in plain words."""
    budget, now = find_budget(slug), clock.city_now()
    page = budgets.page(db.session(), budget)
    phases = page.dates.phases
    published = page.dates.vote_state == "published"
    return render_template(
        "budgeting/show.html",
        page=page,
        now=page.dates.now(now),
        next=process_rules.what_next(phases, now),
        steps=steps(page.dates, slug),
        voting_open=bool(process_rules.phase_allows(phases, "vote", now)) and page.dates.vote_state == "open",
        published=published,
        ballot_sentence=rules.ballot_sentence(page.plan.ballot, page.plan.min_choices, page.plan.max_choices),
        rule=rule_words(page.plan.ready),
        draft=budget.state is BudgetState.DRAFT,
    )


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
    return render_template(
        "budgeting/projects.html",
        budget=budget,
        names=names,
        filters_form=form,
        shown=shown,
        total=total,
        asked=bool(filters.q or filters.pot or filters.category or filters.status),
        paging=ui.paging(total, filters.page, projects.PER_PAGE, lambda n: ui.address(here, query, page=n)),
        status_name=rules.status_name,
    )


@pages.get("/budget/<slug>/projects/<int:number>")
@public
def project(slug: str, number: int) -> str:
    """One project."""
    budget, s = find_budget(slug), db.session()
    staff = actor().may("budget_officer")
    detail = projects.detail(s, budget, number, drafts=staff)
    if detail is None:
        abort(404)
    dates = budgets.dates_of(s, [(budget.id, budget.process_id)])[budget.id]
    now = clock.city_now()
    return render_template(
        "budgeting/project.html",
        budget=budget,
        it=detail,
        p=detail.shown,
        status=rules.status_name(detail.shown.status),
        voting_open=bool(process_rules.phase_allows(dates.phases, "vote", now)) and dates.vote_state == "open",
        published=dates.vote_state == "published",
        now=dates.now(now),
        next=process_rules.what_next(dates.phases, now),
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
