"""The day of a session: who is expected, who came, notes for the next trainer. The page also works while the network is
gone: its script keeps the ticks and sends them once it is back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.base import clock, db, i18n, slips, texts
from portal.base.ground import settings
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.workshops import actions_day, queries, queries_book, queries_day, rules, rules_day
from portal.workshops.forms_day import NoteForm, WalkInForm, WhoForm
from portal.workshops.models import Booking, Day
from portal.workshops.queries import Held
from portal.workshops.queries_day import Guest
from portal.workshops.rules import Denied
from portal.workshops.rules_languages import SIGNED
from portal.workshops.staff import desk

_NONCE = re.compile(r"[0-9A-Za-z-]{8,64}")


def find(session_id: int) -> Held:
    """A session on which this person works; else 404."""
    held = queries.desk_session(db.session(), actor(), session_id)
    if held is None:
        abort(404)
    return held


def find_day(held: Held, day_id: int | None) -> tuple[Day, list[Day]]:
    """The day that is asked for, or the one that comes next."""
    days = queries.days_of(db.session(), [held.session.id])[held.session.id]
    if day_id is None:
        return queries_day.nearest(days, clock.city_now()), days
    found = next((one for one in days if one.id == day_id), None)
    if found is None:
        abort(404)
    return found, days


@desk.get("/sessions/<int:session_id>/people")
@staff(*rules.DESK, scoped=True)
def people(session_id: int) -> ResponseReturnValue:
    """Who has booked, and who came: the day that comes next."""
    held = find(session_id)
    day, _days = find_day(held, None)
    return redirect(url_for(".day", session_id=session_id, day_id=day.id, q=request.args.get("q") or None))


@desk.get("/sessions/<int:session_id>/day/<int:day_id>")
@staff(*rules.DESK, scoped=True)
def day(session_id: int, day_id: int) -> str:
    """Who has booked, and who came on this day."""
    return _page(find(session_id), day_id)


def _page(held: Held, day_id: int, walk: WalkInForm | None = None, denied: Denied | None = None) -> str:
    s, now = db.session(), clock.city_now()
    on, days = find_day(held, day_id)
    who = WhoForm()
    typed = (who.q.data or "")[:100]
    number = slips.read(queries.SLIP, typed) if typed else None
    found = queries_day.people(s, actor(), held, on, "" if number else typed)
    shown = [one for one in found if number is None or one.id == number]
    if walk is None:
        walk = WalkInForm(formdata=None)
        walk.language.data = i18n.lang()
    walk.language.choices = texts.languages(settings().languages)
    walk.nonce.data = secrets.token_hex(16)
    html = render_template(
        "workshops/staff/day.html",
        held=held,
        session=held.session,
        day=on,
        days=days,
        told=queries_book.told(s, held),
        people=shown,
        expected=sum(one.state == "booked" for one in found),
        came=sum(one.came is True for one in found),
        who_form=who,
        walk=walk,
        form=walk,
        note=NoteForm(formdata=None),
        notes=queries_day.notes(s, held.workshop.id),
        may=rules_day.may_tick(on, held.session.state, now),
        needs=rules_day.sees_needs(held.session.trainer_id, actor().person_id),
        signed=SIGNED,
        states=rules.STATE_NAMES,
        denied=denied.verdict if denied is not None else None,
        nonce=secrets.token_hex(12),
    )
    _looked(held, shown, "workshops_staff.day")
    return html


def _looked(held: Held, shown: Sequence[Guest], page: str) -> None:
    """A line in the access log of everybody on the list; where it cannot be written, the list is not shown."""
    people = [one.person_id for one in shown if one.person_id is not None]
    note_look(actor(), people, page=page, kind="workshop_session", object_id=held.session.id, roles=rules.DESK)


@desk.post("/sessions/<int:session_id>/day/<int:day_id>/tick")
@staff(*rules.DESK, scoped=True)
def tick(session_id: int, day_id: int) -> ResponseReturnValue:
    """Note that somebody came, or did not. A script sends `at` and `nonce` and hears by status: 204 noted (or known
    already), 409 with a sentence where it cannot be."""
    held = find(session_id)
    on, _days = find_day(held, day_id)
    number = request.form.get("booking", "")
    booking_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    booking = db.session().get(Booking, booking_id)
    nonce = request.form.get("nonce") or secrets.token_hex(16)
    if booking is None or booking.session_id != session_id or not _NONCE.fullmatch(nonce):
        abort(404)
    now, script = clock.city_now(), "at" in request.form
    try:
        actions_day.tick(actor(), booking_id, on.id, request.form.get("came") == "1", nonce, _at(now), now)
    except Denied as denied:
        if script:
            return jsonify(reason=str(denied.verdict.reason)), 409
        return _page(held, day_id, denied=denied), 409
    if script:
        return "", 204
    return redirect(url_for(".day", session_id=session_id, day_id=day_id, _anchor=f"b{booking_id}"), 303)


def _at(now: datetime) -> datetime:
    """When it was ticked (milliseconds since 1970 by the browser's clock); now where nothing sensible was sent."""
    raw = request.form.get("at", "")
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 15):
        return now
    # the demo's city may be ahead of the browser's clock
    return datetime.fromtimestamp(int(raw) / 1000, UTC) + (now - clock.now())


@desk.post("/sessions/<int:session_id>/day/<int:day_id>/walk-in")
@staff(*rules.DESK, scoped=True)
def walk_in(session_id: int, day_id: int) -> ResponseReturnValue:
    """Somebody stands at the door without a booking."""
    held, form = find(session_id), WalkInForm()
    form.language.choices = texts.languages(settings().languages)
    nonce = form.nonce.data or ""
    if not form.validate():
        return _page(held, day_id, form), 422
    try:
        actions_day.walk_in(
            actor(), find_day(held, day_id)[0].id, name=form.name.data or "", language=form.language.data or "",
            nonce=nonce if _NONCE.fullmatch(nonce) else secrets.token_hex(16), now=clock.city_now(),
        )  # fmt: skip
    except Denied as denied:
        return _page(held, day_id, form, denied), 409
    flash(_("%(name)s has a seat and is noted as present.", name=form.name.data))
    return redirect(url_for(".day", session_id=session_id, day_id=day_id), 303)


@desk.get("/sessions/<int:session_id>/day/<int:day_id>/sheet")
@staff(*rules.DESK, scoped=True)
def sheet(session_id: int, day_id: int) -> str:
    """The list of a day on paper, with a box for each name and lines for walk-ins."""
    held, s = find(session_id), db.session()
    on, _days = find_day(held, day_id)
    found = queries_day.people(s, actor(), held, on)
    html = render_template(
        "workshops/staff/sheet.html", held=held, session=held.session, day=on, told=queries_book.told(s, held),
        people=[one for one in found if one.state == "booked"],
        needs=rules_day.sees_needs(held.session.trainer_id, actor().person_id), signed=SIGNED,
    )  # fmt: skip
    _looked(held, found, "workshops_staff.sheet")
    return html


@desk.post("/sessions/<int:session_id>/notes")
@staff(*rules.DESK, scoped=True)
def leave_note(session_id: int) -> ResponseReturnValue:
    """A note for the next trainer."""
    held, form = find(session_id), NoteForm()
    if not form.validate():
        flash(_("Write a note."))
    else:
        actions_day.leave_note(actor(), held.session.id, form.body.data or "", i18n.lang())
        flash(_("Kept for the next trainer."))
    return redirect(url_for(".people", session_id=session_id), 303)
