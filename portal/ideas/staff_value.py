"""The desk of those who check ideas: the list of what is to be valued, giving it to somebody, one idea with its notes,
the valuation itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.base import clock, db, i18n, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Todo
from portal.base.i18n import _, _l, _n, ngettext
from portal.base.security import acting, actor, staff, within
from portal.base.verdict import Verdict
from portal.ideas import actions_value, queries_desk, queries_idea, queries_value, rules
from portal.ideas import rules_value as value_rules
from portal.ideas.forms_value import AssignForm, FindingForm, NoteForm, WorkFilters
from portal.ideas.queries_desk import Wish, Work
from portal.ideas.rules import OFFICERS, Denied
from portal.ideas.staff import desk
from portal.identity.queries_colleagues import Colleague

DOOR = (*value_rules.VALUERS, "auditor")
TODOS = 6  # lines of the start page; the rest is one line


def today() -> date:
    """The day on the city's clock."""
    return i18n.in_zone(clock.city_now()).date()


def find_work(number: int) -> Work:
    """The idea with this number, if it is on this person's desk; to others it does not exist."""
    it = queries_desk.work(db.session(), number)
    if it is None or not within(it.scope) or not queries_desk.reaches(acting(), it):
        abort(404)
    return it


def denied(verdict: Verdict, number: int) -> Refused:
    """A page with the sentence and the way back to the idea on the desk; nothing is stored."""
    assert verdict.reason is not None
    back = url_for("ideas_staff.desk_of_idea", number=number)
    return Refused(verdict.reason, 409, next_label=_l("Back to the idea"), next_url=back)


def may_value(it: Work) -> Verdict:
    """May the person at this desk value the idea?"""
    who = acting()
    return value_rules.may_value(
        who,
        it.idea,
        it.found.call,
        mine=queries_desk.holds(who, it),
        officer=who.may(*OFFICERS, scope=it.found.scope),
        authors=it.authors,
        objection=it.objection,
    )


def role_of(it: Work) -> str:
    """The role in which the person at this desk speaks."""
    who = acting()
    return next((role for role in value_rules.VALUERS if who.may(role, scope=it.scope)), "")


# --- the list ---------------------------------------------------------------------------------------------------------


def _list(form: AssignForm | None = None, ticked: list[str] | None = None) -> ResponseReturnValue:
    s, who = db.session(), actor()
    departments = queries_value.departments(s)
    filters = WorkFilters.of(departments, queries_desk.calls_of(s, who))
    wish = filters.wish()
    lines, total = queries_desk.lines(s, who, wish, today())
    here = url_for("ideas_staff.valuations")
    query = {name: text for name, text in request.args.items() if name != "page" and len(text) < 250}
    officer = who.may(*OFFICERS)
    people = queries_desk.holders_of(s, clock.now()) if officer else []
    give = (form or AssignForm(formdata=None)).offer(departments, _named(people))
    html = render_template(
        "ideas/staff/valuations.html",
        lines=lines,
        total=total,
        wish=wish,
        filters=filters,
        filtered=wish != Wish(page=wish.page),
        states=rules.STATES,
        officer=officer,
        form=give if give.errors else None,
        give=give,
        ticked=ticked or [],
        action=ui.address(here, query),
        most=value_rules.MOST_AT_ONCE,
        paging=ui.paging(total, wish.page, queries_desk.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )
    return html, 422 if give.errors else 200


def _named(people: list[Colleague]) -> list[tuple[int, str]]:
    return [(one.person_id, one.name) for one in people]


@desk.get("/valuations")
@staff(*DOOR, scoped=True)
def valuations() -> ResponseReturnValue:
    """The ideas that are to be valued, the earliest due first."""
    return _list()


@desk.post("/valuations")
@staff(*OFFICERS, scoped=True)
def assign_many() -> ResponseReturnValue:
    """Everything that was ticked goes to one department or officer."""
    s, now = db.session(), clock.city_now()
    people = queries_desk.holders_of(s, clock.now())
    form = AssignForm().offer(queries_value.departments(s), _named(people))
    ticked = request.form.getlist("idea")[: value_rules.MOST_AT_ONCE]
    numbers = [int(one) for one in ticked if one.isascii() and one.isdecimal() and len(one) < 10]
    fine = form.whole(today())
    if not numbers:
        form.form_errors.append(_("Tick at least one idea."))
        fine = False
    if not fine:
        return _list(form, ticked)
    officer = next((one for one in people if one.person_id == form.officer.data), None)
    done, left = 0, 0
    for number in numbers:
        found = queries_idea.by_number(s, number)
        if found is None or not actor().may(*OFFICERS, scope=found.scope):
            continue  # it does not exist for them
        who = replace(actor(), deputy_for=actor().stands_in(*OFFICERS, scope=found.scope))
        try:
            actions_value.assign(
                who, found.idea.id, department_id=form.to_department.data, officer=officer, due_on=form.due_on.data,
                now=now,
            )  # fmt: skip
            done += 1
        except Denied:
            left += 1
    flash(ngettext("%(n)s idea is given to them.", "%(n)s ideas are given to them.", done), "success")
    if left:
        words = ngettext(
            "%(n)s idea cannot be given to them: open it to see why.",
            "%(n)s ideas cannot be given to them: open them to see why.",
            left,
        )
        flash(words, "warning")
    query = MultiDict((name, text) for name, text in request.args.items() if len(text) < 250)
    return redirect(ui.address(url_for("ideas_staff.valuations"), query), 303)


# --- one idea ---------------------------------------------------------------------------------------------------------


def _desk(it: Work, *, give: AssignForm | None = None, note: NoteForm | None = None) -> ResponseReturnValue:
    s, now, who = db.session(), clock.city_now(), acting()
    page = queries_idea.page(s, actor(), it.idea.number)
    if page is None:  # held for a moderator
        abort(404)
    officer = who.may(*OFFICERS, scope=it.found.scope)
    people = _named(queries_desk.holders_of(s, clock.now())) if officer else []
    data = {"due_on": today() + timedelta(days=21)}
    if it.holds is not None:
        data = {"to_department": it.holds.department_id, "officer": it.holds.officer_id, "due_on": it.holds.due_on}  # type: ignore[dict-item]
    give = give or AssignForm(formdata=None, data=data)
    give.offer(queries_value.departments(s) if officer else [], people)
    note = note or NoteForm(formdata=None)
    wrong = next((one for one in (give, note) if one.errors), None)
    html = render_template(
        "ideas/staff/desk.html",
        it=it,
        idea=it.idea,
        call=it.found.call,
        names=page.names,
        official=queries_value.official(s, page, now),
        objected=queries_value.OBJECTED,
        more=queries_desk.desk(s, it),
        state=rules.STATES[it.idea.state],
        may_value=may_value(it),
        may_give=value_rules.changes(it.idea, it.found.call) if officer else None,
        form=wrong,
        give=give,
        note=note,
        may_note=who.may(*value_rules.VALUERS, scope=it.scope),
        roles=value_rules.VALUERS,
    )
    return html, 422 if wrong is not None else 200


@desk.get("/valuations/<number:number>")
@staff(*DOOR, scoped=True)
def desk_of_idea(number: int) -> ResponseReturnValue:
    """One idea on the desk: who has it and had it, the notes of the departments, what was found."""
    return _desk(find_work(number))


@desk.post("/valuations/<number:number>/give")
@staff(*OFFICERS, scoped=True)
def give(number: int) -> ResponseReturnValue:
    """Gives the idea to somebody."""
    it, s = find_work(number), db.session()
    people = queries_desk.holders_of(s, clock.now())
    form = AssignForm().offer(queries_value.departments(s), _named(people))
    if form.whole(today()):
        officer = next((one for one in people if one.person_id == form.officer.data), None)
        try:
            actions_value.assign(
                acting(), it.idea.id, department_id=form.to_department.data, officer=officer, due_on=form.due_on.data,
                now=clock.city_now(),
            )  # fmt: skip
            flash(_("The idea is given to them."), "success")
            return redirect(url_for(".desk_of_idea", number=number), 303)
        except Denied as no:
            form.officer.errors = [str(no.verdict.reason)]
    return _desk(it, give=form)


@desk.post("/valuations/<number:number>/notes")
@staff(*value_rules.VALUERS, scoped=True)
def leave_note(number: int) -> ResponseReturnValue:
    """A note of a department, for the staff alone."""
    it, form = find_work(number), NoteForm()
    if not form.validate():
        return _desk(it, note=form)
    actions_value.note(acting(), it.idea.id, form.body.data or "")
    flash(_("The note is stored. Only staff read it."), "success")
    return redirect(url_for(".desk_of_idea", number=number) + "#notes", 303)


@desk.route("/valuations/<number:number>/value", methods=["GET", "POST"])
@staff(*value_rules.VALUERS, scoped=True)
def value(number: int) -> ResponseReturnValue:
    """The valuation: feasible or not, why, what it costs; kept as a draft or published."""
    it, s = find_work(number), db.session()
    verdict = may_value(it)
    if not verdict:
        raise denied(verdict, number)
    more = queries_desk.desk(s, it)
    last = queries_value.newest(s, it.idea.id)
    row, lines = (more.draft, more.draft_lines) if more.draft else (last, queries_value.cost_lines(s, last))
    form, status, act = FindingForm.begun(row, lines), 200, request.form.get("act", "")
    if form.is_submitted() and act != "more":
        finding = form.finding(whole=act == "publish")
        if finding is not None:
            keep: Any = actions_value.publish if act == "publish" else actions_value.save
            try:
                keep(acting(), it.idea.id, finding, role=role_of(it), now=clock.city_now())
            except Denied as no:
                raise denied(no.verdict, number) from None
            said = _("The valuation is public, and the authors are told.")
            flash(said if act == "publish" else _("The draft is stored. Only staff see it."), "success")
            return redirect(url_for(".desk_of_idea", number=number), 303)
        status = 422
    html = render_template(
        "ideas/staff/value.html", it=it, idea=it.idea, form=form, last=last, draft=more.draft,
        days=it.found.call.objection_days, most=value_rules.MOST_LINES,
    )  # fmt: skip
    return html, status


# --- what waits -------------------------------------------------------------------------------------------------------


def end_of(day: date) -> datetime:
    """The last minute of a day on the city's clock."""
    return datetime.combine(day, time(23, 59), i18n.in_zone(clock.now()).tzinfo)


def todo(s: Session, who: Actor) -> list[Todo]:
    """What somebody has to value, with its days: one select, none for who values nothing."""
    found: list[Todo] = []
    if who.may(*value_rules.VALUERS):
        mine = queries_desk.due(s, who, 200)
        for one in mine[:TODOS]:
            url = url_for("ideas_staff.desk_of_idea", number=one.number)
            found.append(Todo(_l("Value the idea “%(idea)s”", idea=one.title), url, end_of(one.due_on)))
        if rest := mine[TODOS:]:
            words = _n("%(n)s more idea to value", "%(n)s more ideas to value", len(rest))
            url = url_for("ideas_staff.valuations", whose="mine")
            found.append(Todo(words, url, end_of(rest[0].due_on), len(rest)))
    return found
