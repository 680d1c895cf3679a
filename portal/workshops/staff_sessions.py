"""Sessions are planned, opened, changed, moved and called off."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, texts
from portal.base.i18n import _, ngettext
from portal.base.security import actor, staff
from portal.base.textforms import fill, texts_of, tongues
from portal.workshops import (
    actions,
    actions_move,
    actions_plan,
    queries,
    queries_book,
    queries_desk,
    queries_list,
    rules,
    rules_languages,
)
from portal.workshops.forms_staff import (
    DaysForm,
    MoveForm,
    OffForm,
    SessionForm,
    session_form,
    session_texts,
)
from portal.workshops.models import Purpose, Session, SessionState, Workshop
from portal.workshops.queries import Held
from portal.workshops.rules import Denied
from portal.workshops.staff import desk
from portal.workshops.staff_workshops import find as find_workshop


def find(session_id: int, roles: tuple[str, ...] = rules.DESK) -> Held:
    """A session on which one of the roles lets this person work; else 404."""
    held = queries.desk_session(db.session(), actor(), session_id, roles)
    if held is None:
        abort(404)
    return held


def weekly(start: datetime, weeks: int) -> datetime:
    """The same time of day so many weeks later on the city's clock, also where the clocks change between."""
    return rules.weeks_on(start, weeks, i18n.in_zone(start).tzinfo)


@desk.get("/sessions/<int:session_id>")
@staff(*rules.DESK, scoped=True)
def session(session_id: int) -> str:
    """A session: what is known of it, how many have booked, and what can be done."""
    s, held = db.session(), find(session_id)
    row = held.session
    spoken, _days = queries_list.languages_of(s, [row.id])
    return render_template(
        "workshops/staff/session.html",
        held=held,
        session=row,
        told=queries_book.told(s, held),
        spoken=[rules_languages.name(code) for code, _signed in spoken.get(row.id, [])],
        plans=queries.desk_session(s, actor(), session_id, rules.PLANNERS) is not None,
        over=row.ends_at <= clock.city_now(),
        reach=queries_desk.reach(s, row.id),
    )


@desk.route("/offered/<int:workshop_id>/sessions/new", methods=["GET", "POST"])
@staff(*rules.PLANNERS, scoped=True)
def new_session(workshop_id: int) -> ResponseReturnValue:
    """A new session, a draft at first."""
    row = find_workshop(workshop_id)
    data = {"minutes": row.minutes, "days": 1, "seats": 8, "devices": 0, "companions": 0, "takes_waiting": True,
            "offer_hours": 24, "spoken": [i18n.lang()]}  # fmt: skip
    form, days = _forms(row, data)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() & days.validate():
            try:
                made = _make(row, form, days)
                flash(_("The session is stored as a draft."), "success")
                return redirect(url_for(".session", session_id=made.id), 303)
            except Denied as denied:
                days.starts.errors = [str(denied.verdict.reason)]
    return _form_page(row, None, form, days, status)


def _forms(row: Workshop, data: dict[str, object]) -> tuple[SessionForm, DaysForm]:
    s = db.session()
    form = session_form(meeting=row.purpose is Purpose.MEETING)(data=data)
    form.offer(
        queries_desk.houses_in_reach(s, actor(), rules.PLANNERS), queries_desk.trainers(s), queries_desk.terms(s)
    )
    return form, DaysForm(data=data)


def _make(row: Workshop, form: SessionForm, days: DaysForm) -> Session:
    spec = session_texts(meeting=row.purpose is Purpose.MEETING)
    return actions_plan.create_session(
        actor(), row, days.times(weekly), venue_id=form.venue.data, seats=form.seats.data or 0,
        devices=form.devices.data or 0, companions=form.companions.data or 0, languages=form.languages(),
        said=texts_of(form, spec), **form.values(),
    )  # fmt: skip


def _form_page(
    row: Workshop, held: Session | None, form: SessionForm, days: DaysForm | None, status: int
) -> ResponseReturnValue:  # fmt: skip
    spec = session_texts(meeting=row.purpose is Purpose.MEETING)
    html = render_template(
        "workshops/staff/session_form.html", form=form, days=days, session=held, workshop=row, tongues=tongues(spec),
        title=texts.load(db.session(), "workshop", [row.id], ["title"]).get((row.id, "title")),
    )  # fmt: skip
    return html, status


@desk.route("/sessions/<int:session_id>/edit", methods=["GET", "POST"])
@staff(*rules.PLANNERS, scoped=True)
def edit_session(session_id: int) -> ResponseReturnValue:
    """Settings, quotas and texts. Days and house of a session that people have booked are changed by moving it."""
    s, held = db.session(), find(session_id, rules.PLANNERS)
    row = held.session
    spoken, _days = queries_list.languages_of(s, [row.id])
    stored = texts.all_languages(s, queries.KIND, row.id)
    data = SessionForm.data_of(row, spoken.get(row.id, [])) | fill(stored)
    form = session_form(meeting=held.workshop.purpose is Purpose.MEETING)(data=data)
    houses = queries_desk.houses_in_reach(s, actor(), rules.PLANNERS)
    form.offer(houses, queries_desk.trainers(s) | _own_trainer(row), queries_desk.terms(s))
    del form.venue  # moving has its own page: people are told
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            if form.version.data != str(row.version):
                form.form_errors = [
                    _("Somebody else has changed this meanwhile. Compare, and save again to overwrite.")
                ]
                form.version.data, status = str(row.version), 409
            else:
                try:
                    _change(held, form)
                    flash(_("Saved."), "success")
                    return redirect(url_for(".session", session_id=row.id), 303)
                except Denied as denied:
                    form.seats.errors = [str(denied.verdict.reason)]
    return _form_page(held.workshop, row, form, None, status)


def _own_trainer(row: Session) -> dict[int, str]:
    """Whoever holds it now stays in the list, also without the role by now."""
    return {row.trainer_id: row.trainer_name or "–"} if row.trainer_id is not None else {}


def _change(held: Held, form: SessionForm) -> None:
    spec = session_texts(meeting=held.workshop.purpose is Purpose.MEETING)
    row = held.session
    actions.set_quotas(
        actor(), row.id, seats=form.seats.data or 0, devices=form.devices.data or 0,
        companions=form.companions.data or 0, now=clock.city_now(),
    )  # fmt: skip
    actions_plan.edit_session(
        actor(), row, languages=form.languages(), said=texts_of(form, spec), **form.values()
    )  # fmt: skip


@desk.post("/sessions/<int:session_id>/open")
@staff(*rules.PLANNERS, scoped=True)
def open_session(session_id: int) -> ResponseReturnValue:
    """Everybody sees a draft from now on."""
    held = find(session_id, rules.PLANNERS)
    try:
        actions_plan.open_session(actor(), held.session)
        flash(_("Everybody sees it now."), "success")
    except Denied as denied:
        flash(str(denied.verdict.reason))
    return redirect(url_for(".session", session_id=session_id), 303)


@desk.post("/drafts/open")
@staff(*rules.PLANNERS, scoped=True)
def open_drafts() -> ResponseReturnValue:
    """Everybody sees the ticked drafts from now on."""
    done = 0
    for raw in request.form.getlist("session")[: queries_desk.PER_PAGE]:
        number = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 19 else 0
        held = queries.desk_session(db.session(), actor(), number, rules.PLANNERS)
        if held is not None and held.session.state is SessionState.DRAFT:
            actions_plan.open_session(actor(), held.session)
            done += 1
    flash(ngettext("%(n)s session is shown now.", "%(n)s sessions are shown now.", done))
    return redirect(url_for(".index", show="draft"), 303)


@desk.route("/sessions/<int:session_id>/move", methods=["GET", "POST"])
@staff(*rules.PLANNERS, scoped=True)
def move_session(session_id: int) -> ResponseReturnValue:
    """Other days or another house; whoever has booked is told by their way."""
    s, held, now = db.session(), find(session_id, rules.PLANNERS), clock.city_now()
    row = held.session
    days = [one for one in queries.days_of(s, [row.id])[row.id] if one.cancelled_at is None]
    lasts = int((days[0].ends_at - days[0].starts_at).total_seconds() // 60)
    form = MoveForm(
        data={"starts": row.starts_at, "minutes": lasts, "days": len(days), "venue": row.venue_id, "room": row.room}
    )
    form.venue.choices = list(queries_desk.houses_in_reach(s, actor(), rules.PLANNERS).items())
    status, denied = 200, None
    if form.is_submitted():
        status = 422
        if form.validate() and form.starts.data <= now:
            form.starts.errors = [_("This moment is over.")]
        elif not form.errors:
            try:
                actions_move.move(
                    actor(), row.id, form.times(weekly), venue_id=form.venue.data, room=form.room.data or "",
                    reason=form.reason.data or "", lang=i18n.lang(), now=now,
                )  # fmt: skip
                flash(_("Moved. Everybody with a booking is being told."), "success")
                return redirect(url_for(".session", session_id=row.id), 303)
            except Denied as found:
                denied, status = found.verdict, 409
    html = render_template(
        "workshops/staff/move.html", form=form, held=held, session=row, told=queries_book.told(s, held), denied=denied,
        reach=queries_desk.reach(s, row.id),
    )  # fmt: skip
    return html, status


@desk.route("/sessions/<int:session_id>/off", methods=["GET", "POST"])
@staff(*rules.PLANNERS, scoped=True)
def call_off(session_id: int) -> ResponseReturnValue:
    """The session will not be held; whoever has booked is told, with other days to choose."""
    s, held, now = db.session(), find(session_id, rules.PLANNERS), clock.city_now()
    form, status, denied = OffForm(), 200, None
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                actions_move.not_held(
                    actor(), session_id, reason=form.reason.data or "", lang=i18n.lang(), now=now
                )  # fmt: skip
                flash(_("Called off. Everybody with a booking is being told."), "success")
                return redirect(url_for(".session", session_id=session_id), 303)
            except Denied as found:
                denied, status = found.verdict, 409
    html = render_template(
        "workshops/staff/off.html", form=form, held=held, session=held.session, told=queries_book.told(s, held),
        denied=denied, reach=queries_desk.reach(s, session_id),
        others=queries_book.others(s, actor(), held, now),
    )  # fmt: skip
    return html, status


@desk.post("/sessions/<int:session_id>/day/<int:day_id>/leave-out")
@staff(*rules.PLANNERS, scoped=True)
def leave_out(session_id: int, day_id: int) -> ResponseReturnValue:
    """One day of a series is not held."""
    held = find(session_id, rules.PLANNERS)
    if day_id not in {one.id for one in queries.days_of(db.session(), [held.session.id])[held.session.id]}:
        abort(404)
    try:
        actions_move.leave_out(actor(), day_id, clock.city_now())
        flash(_("The day is left out. Everybody with a booking is being told."), "success")
    except Denied as denied:
        flash(str(denied.verdict.reason))
    return redirect(url_for(".session", session_id=session_id), 303)
