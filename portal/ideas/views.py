"""Calls, their lists of ideas, the page of an idea."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock, db, files, i18n, ui
from portal.base.errors import Refused
from portal.base.feature import Hit, Onward
from portal.base.ground import current
from portal.base.i18n import _, _l
from portal.base.security import actor, public, signed_in
from portal.base.verdict import Verdict
from portal.comments import queries as comments
from portal.ideas import (
    actions,
    actions_paper,
    queries,
    queries_answers,
    queries_idea,
    queries_list,
    queries_paper,
    queries_same,
    queries_ties,
    queries_value,
    rules,
    rules_merge,
    rules_paper,
)
from portal.ideas.actions_drafts import path_of
from portal.ideas.forms import IdeaFilters
from portal.ideas.models import Attachment, IdeaState
from portal.ideas.queries_list import Filters
from portal.ideas.queries_stations import stations
from portal.ideas.rules_paper import PAPER
from portal.identity import queries_register
from portal.places.queries_plan import city_plan
from portal.places.rules_plan import Pin
from portal.processes.models import PhaseKind
from portal.processes.queries_questions import of_process
from portal.processes.rules import Stage, State, Until, timeline

pages = Blueprint("ideas", __name__)
NEWEST = 10  # ideas of all calls together on the page of calls


def find(slug: str, *, to_read: bool = False) -> queries.Found:
    """The call at this address, if it exists for the reader; else 404. `to_read`: it is not changed by way of it."""
    found = queries.readable(db.session(), actor(), slug, to_read=to_read)
    if found is None:
        abort(404)
    return found


def find_idea(number: int, *, to_read: bool = False) -> queries_idea.Found:
    """The idea with this number, if it exists for the reader; else 404. `to_read`: its row is not changed by way of it."""
    found = queries_idea.readable(db.session(), actor(), number, to_read=to_read)
    if found is None:
        abort(404)
    return found


def today() -> int:
    """The day on the city's clock as a number, for the random order of the day."""
    return int(i18n.in_zone(clock.city_now()).strftime("%Y%m%d"))


def refused(verdict: Verdict, number: int) -> Refused:
    """A page with the sentence and the way back to the idea; nothing is stored."""
    assert verdict.reason is not None
    text = verdict.reason if verdict.next is None else _l("%(what)s %(next)s", what=verdict.reason, next=verdict.next)
    return Refused(text, 409, next_label=_l("Back to the idea"), next_url=url_for("ideas.idea", number=number))


@pages.get("/ideas/")
@public
def index() -> str:
    """All calls: open, coming, closed."""
    found = queries.listed(db.session(), clock.city_now(), reader=actor())
    by_stage = {stage: [call for call in found if call.stage is stage] for stage in Stage}
    shown, plan = queries_list.newest(db.session(), NEWEST), city_plan()
    return render_template(
        "ideas/index.html",
        by_stage=by_stage,
        Stage=Stage,
        shown=shown,
        plan=plan,
        pins=plan.pins(pins(shown)) if plan else [],
    )


@pages.get("/ideas/<slug>/")
@public
def call(slug: str) -> str:
    """The ideas of a call, searched, filtered and sorted, twenty a page."""
    found, s, now = find(slug, to_read=True), db.session(), clock.city_now()
    names, dates = queries.names(s, found.call), queries.phases(s, found.call)
    form = IdeaFilters.of(names)
    filters = form.filters(names, today())
    shown, total = queries_list.listed(s, found.call.id, filters, reader=actor())
    here, query = url_for(".call", slug=slug), request.args.to_dict()
    if filters.sort == "random":
        query["seed"] = str(filters.seed)
    plan = city_plan()
    return render_template(
        "ideas/call.html",
        call=found.call,
        closed=found.closed,
        names=names,
        now=queries.what_now(found.call, dates, now),
        takes=rules.submits(found.call, dates, now),
        on_paper=f"{PAPER}{found.call.id}" if found.call.shown and rules_paper.idea_on_paper(found.call) else "",
        filters_form=form,
        filters=filters,
        shown=shown,
        total=total,
        paging=ui.paging(total, filters.page, queries_list.PER_PAGE, lambda n: ui.address(here, query, page=n)),
        plan=plan,
        pins=plan.pins(pins(shown)) if plan else [],
        states=rules.STATES,
        stations=stations(s, [(one.id, one.state) for one in shown]),
        far=queries_answers.counted(s, found.call.id),
        feed=ui.address(url_for("ideas_api.feed", slug=slug), filters.query()),
        keep=ui.address(url_for(".keep_search", slug=slug), filters.query()),
    )


def pins(shown: Sequence[queries_list.Shown]) -> list[Pin]:
    """The ideas of a page as pins."""
    return [
        Pin(one.x, one.y, one.title, url_for("ideas.idea", number=one.number), str(one.number), one.lang)
        for one in shown
        if one.x is not None and one.y is not None
    ]


_STEPS = {State.PAST: "done", State.NOW: "now", State.COMING: "next"}


@pages.get("/ideas/<slug>/about")
@public
def about(slug: str) -> str:
    """What a call is about: its rules, its dates, who takes part, what becomes of an idea."""
    found, s, now = find(slug), db.session(), clock.city_now()
    names, dates = queries.names(s, found.call), queries.phases(s, found.call)
    ours = [phase for phase in dates if phase.kind in (PhaseKind.SUBMIT, PhaseKind.REVIEW)]
    steps = [
        {"name": step.name, "when": _when(step.opens_at, step.closes_at), "state": _STEPS[step.state], "url": None}
        for step in timeline(ours, now)
    ]
    return render_template(
        "ideas/about.html",
        call=found.call,
        closed=found.closed,
        names=names,
        steps=steps,
        now=queries.what_now(found.call, dates, now),
        takes=rules.submits(found.call, dates, now),
        audience=rules.AUDIENCES[found.call.audience],
        questionnaires=of_process(s, found.call.process_id, now) if found.call.shown else [],
    )


def _when(opens_at: Any, closes_at: Any) -> str:
    if closes_at is None:
        return i18n.day(opens_at)
    return _("%(start)s to %(end)s", start=i18n.day(opens_at), end=str(Until(closes_at)))


@pages.get("/ideas/<number:number>")
@public
def idea(number: int) -> ResponseReturnValue:
    """One idea: what it proposes, who supports it in a number, what became of it, what people say. The address of one
    that was joined with another leads there; browsers ask again each time, because the two may be parted."""
    s, who, now = db.session(), actor(), clock.city_now()
    page = queries_idea.page(s, who, number, to_read=True)
    if page is None:
        abort(404)
    if page.idea.hidden_at is not None:
        return render_template("ideas/hidden.html", call=page.found.call, number=number, names=page.names)
    if page.idea.state is IdeaState.MERGED:
        return redirect(url_for(".idea", number=queries_ties.root(s, page.idea.id).number), 301)
    taker, officer = queries.taker(s, who, page.found.call), who.may(*rules.OFFICERS, scope=page.found.scope)
    ties = page.ties or queries_ties.NONE
    return render_template(
        "ideas/idea.html",
        it=page,
        idea=page.idea,
        call=page.found.call,
        closed=page.found.of.closed,
        names=page.names,
        may_support=rules.may_support(taker, page.idea, page.found.call, page.dates, now),
        may_take_back=rules.may_take_back(page.found.call),
        may_collect=_may_collect(page, now),
        on_list=not page.supported and queries_paper.own_on_list(s, who, page.idea) is not None,
        may=queries_idea.may(page, clock.now()),
        state=stations(s, [(page.idea.id, page.idea.state)]).get(page.idea.id) or rules.STATES[page.idea.state],
        until=rules.edits_until(page.idea, page.found.call),
        plan=city_plan(),
        IdeaState=IdeaState,
        official=queries_value.official(s, page, now),
        objected=queries_value.OBJECTED,
        discussion=comments.debate(s, who, debated(page, taker), i18n.lang()),
        officer=officer,
        may_name=rules_merge.may_name(page.idea, page.found.call),
        twins=queries_same.about(s, page.idea.id) if page.found.named and (page.is_author or officer) else (),
        ties=ties,
        mine=queries_list.supported(s, who, [one.id for one in ties.parts]),
        answer=queries_answers.current(s, page.idea.id) if page.found.answered else None,
        onward=onward(s, "idea", page.idea.id),
    )


def _may_collect(page: queries_idea.Page, now: datetime) -> Verdict:
    """Is there a list for signatures to print?"""
    closed = page.found.of.closed or not page.found.call.shown
    verdict = rules_paper.may_collect(page.idea, page.found.call, closed=closed, register=queries_register.asks())
    return verdict and rules.supports(page.found.call, page.dates, now)


def onward(s: Any, kind: str, object_id: int) -> list[Onward]:
    """What came of a thing in other wings, as each of them says."""
    found = [feature.onward(s, kind, object_id, i18n.lang()) for feature in current().features if feature.onward]
    return [one for some in found for one in some]


def debated(page: queries_idea.Page, taker: rules.Taker | None) -> comments.Thing:
    """The idea as its debate hangs on it, of what its page has loaded anyway."""
    s, who, idea, call, now = db.session(), actor(), page.idea, page.found.call, clock.city_now()
    if who.may(*rules.OFFICERS, scope=page.found.scope):
        may = rules.may_talk(idea, call, page.dates, now)
    else:
        may = rules.may_comment(taker, idea, call, page.dates, now)
    hit = Hit(idea.title, idea.language, queries_ties.page_of(idea), {"number": idea.number}, idea.lead)
    return comments.known(s, who, "idea", idea.id, hit, call.debate.value, may)


@pages.get("/ideas/<number:number>/history")
@public
def history(number: int) -> str:
    """What was changed in an idea, and when."""
    found, s = find_idea(number), db.session()
    if found.idea.hidden_at is not None:
        abort(404)
    names = queries.names(s, found.call)
    return render_template(
        "ideas/history.html",
        found=found,
        idea=found.idea,
        changes=queries_idea.history(s, found, names),
        ties=queries_ties.ties(s, found.idea.id) if found.tied else queries_ties.NONE,
    )


@pages.post("/ideas/<number:number>/support")
@signed_in
def support(number: int) -> Response:
    """Supports an idea, or takes the support back."""
    found = find_idea(number, to_read=True)
    if request.form.get("on"):
        verdict = actions.support(actor(), found.idea, clock.city_now())
        said = _("You support this idea.")
        if request.form.get("instead"):
            said = _("You support this idea. Your own draft is still there, on “My page”.")
    else:
        verdict, said = actions.take_back(actor(), found.idea), _("You support this idea no longer.")
        verdict = verdict and actions_paper.take_back(actor(), found.idea)
    if not verdict:
        raise refused(verdict, number)
    flash(said, "success")
    return redirect(url_for(".idea", number=number), 303)


@pages.get("/ideas/files/<int:file_id>")
@public
def attachment(file_id: int) -> Any:
    """A file of an idea that the reader may see, to be saved."""
    s = db.session()
    row = s.get(Attachment, file_id)
    found = queries_idea.by_id(s, row.idea_id) if row is not None and row.idea_id is not None else None
    if row is None or found is None or found.idea.hidden_at is not None:
        abort(404)
    if queries_idea.seen_by(s, actor(), found) is None:
        abort(404)
    return files.private(path_of(row), row.name, row.mime)


def filters_of(slug: str) -> tuple[queries.Found, queries.Names, Filters]:
    """The call at this address and the filters that stand in it."""
    found = find(slug)
    names = queries.names(db.session(), found.call)
    return found, names, IdeaFilters.of(names).filters(names, today())
