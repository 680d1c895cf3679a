"""Bookings at the desk: found by code or name, cancelled, an offer answered by telephone, another session instead."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import clock, db
from portal.base.errors import Refused
from portal.base.i18n import _, _l, begins
from portal.base.security import actor, staff
from portal.workshops import actions, actions_move, queries, queries_people, rules, rules_calls
from portal.workshops.forms_bookings import ElsewhereForm, FindBookingForm
from portal.workshops.models import LIVE, BookingState, Session
from portal.workshops.queries import Booked
from portal.workshops.queries_people import Page
from portal.workshops.rules import Denied
from portal.workshops.staff import desk

SHORTEST = 2  # letters of a name
CHANNELS = {
    "web": _l("on the site"),
    "terminal": _l("at a terminal"),
    "helped": _l("at a desk"),
    "telephone": _l("by telephone"),
    "walk_in": _l("on the day"),
    "moved": _l("instead of another session"),
}


def find(booking_id: int) -> Booked:
    """The booking, if it is in reach; to others it does not exist."""
    held = queries.desk_booking(db.session(), actor(), booking_id)
    if held is None:
        abort(404)
    return held


def refused(denied: Denied, booking_id: int) -> Refused:
    """A page with the sentence and the way back to the booking; nothing is stored."""
    assert denied.verdict.reason is not None
    back = url_for("workshops_staff.booking", booking_id=booking_id)
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the booking"), next_url=back)


@desk.get("/bookings")
@staff(*rules.DESK, scoped=True)
def bookings() -> ResponseReturnValue:
    """Find a booking: a slip's code leads to it, a name to those that it fits; looking is on record."""
    s, form = db.session(), FindBookingForm()
    typed = (form.q.data or "").strip()[:100]
    named = queries.by_slip(s, typed) if typed else None
    if named is not None:
        if queries.desk_booking(s, actor(), named.booking.id) is not None:
            return redirect(url_for(".booking", booking_id=named.booking.id), 303)
        return redirect(url_for("workshops.slip", slip=queries.slip_of(named.booking)), 303)  # of another house
    long_enough = len(typed) >= SHORTEST
    found = queries_people.by_name(s, actor(), typed, clock.city_now()) if long_enough else None
    if found is not None:
        people = [one.booking.person_id for one in found.lines if one.booking.person_id is not None]
        note_look(
            actor(), people, page="workshops_staff.bookings", why="list", how=How.SEARCH, roles=rules.DESK
        )  # fmt: skip
    return render_template(
        "workshops/staff/bookings.html",
        find_form=form,
        typed=typed,
        short=bool(typed) and not long_enough,
        found=found,
        states=rules.STATE_NAMES,
    )


@desk.get("/bookings/<int:booking_id>")
@staff(*rules.DESK, scoped=True)
def booking(booking_id: int) -> ResponseReturnValue:
    """One booking, and what the desk can do about it."""
    return _page(find(booking_id))


def _page(held: Booked, form: ElsewhereForm | None = None, status: int = 200) -> ResponseReturnValue:
    who, now = actor(), clock.city_now()
    it = queries_people.page(db.session(), who, held, now)
    if held.booking.person_id is not None:
        note_look(
            who, [held.booking.person_id], page="workshops_staff.booking", kind="workshop_booking",
            object_id=held.booking.id, why="booking", roles=rules.DESK,
        )  # fmt: skip
    form = form or ElsewhereForm(formdata=None)
    form.to.choices = _choices(it)
    html = render_template(
        "workshops/staff/booking.html",
        it=it,
        form=form if it.others else None,
        slip=queries.slip_of(held.booking),
        states=rules.STATE_NAMES,
        channels=CHANNELS,
        reasons=rules_calls.REASONS,
        outcomes=rules_calls.OUTCOMES,
        may={
            "answer": bool(rules.may_answer(held.booking.state, held.booking.offered_until, now)),
            "cancel": bool(rules.may_cancel(held.booking.state, held.session.starts_at, now)),
            "move": may_move(held),
        },
    )
    return html, status


def may_move(held: Booked) -> bool:
    """Can this booking lead to another session? One that counts, or whose session the city called off."""
    return held.booking.person_id is not None and held.booking.state in (*LIVE, BookingState.DROPPED)


def _choices(it: Page) -> list[tuple[int, str, str]]:
    """Other sessions with what is free in each."""
    return [
        (
            one.session.id,
            _("%(title)s: %(when)s", title=str(it.names.title(one.workshop.id)), when=begins(one.session.starts_at)),
            _("%(place)s. %(free)s", place=str(it.names.house(one.session.venue_id)), free=free_words(one.session)),
        )
        for one in it.others
    ]


def free_words(session: Session) -> str:
    """How many seats are free, or how many people wait."""
    left = session.seats - session.seats_taken
    if left > 0 and session.waiting == 0:
        return _("Free seats: %(n)s", n=left)
    return _("Full. Waiting: %(n)s", n=session.waiting)


@desk.post("/bookings/<int:booking_id>/answer")
@staff(*rules.DESK, scoped=True)
def booking_answer(booking_id: int) -> ResponseReturnValue:
    """The person says by telephone or at the desk whether they want the offered seat."""
    find(booking_id)
    yes = request.form.get("answer") == "yes"
    if not yes and request.form.get("answer") != "no":
        abort(400)
    try:
        (actions.accept if yes else actions.decline)(actor(), booking_id, clock.city_now())
    except Denied as denied:
        raise refused(denied, booking_id) from None
    flash(_("The seat is booked.") if yes else _("The seat goes to the next person."), "success")
    return redirect(url_for(".booking", booking_id=booking_id), 303)


@desk.post("/bookings/<int:booking_id>/cancel")
@staff(*rules.DESK, scoped=True)
def booking_cancel(booking_id: int) -> ResponseReturnValue:
    """The person gives the seat back."""
    find(booking_id)
    try:
        actions.cancel(actor(), booking_id, clock.city_now())
    except Denied as denied:
        raise refused(denied, booking_id) from None
    flash(_("The booking is cancelled, and its person is told."), "success")
    return redirect(url_for(".booking", booking_id=booking_id), 303)


@desk.post("/bookings/<int:booking_id>/elsewhere")
@staff(*rules.DESK, scoped=True)
def booking_elsewhere(booking_id: int) -> ResponseReturnValue:
    """The person goes to another session instead."""
    held, now = find(booking_id), clock.city_now()
    if held.booking.person_id is None:
        abort(404)
    if not may_move(held):
        raise refused(Denied(rules.may_cancel(held.booking.state, held.session.starts_at, now)), booking_id)
    others = queries_people.others(db.session(), actor(), held, now)
    form = ElsewhereForm()
    form.to.choices = [(one.session.id, "") for one in others]
    if not form.validate():
        return _page(held, form, 422)
    try:
        made = actions_move.rebook(actor(), booking_id, form.to.data, now, desk=True)
    except Denied as denied:
        raise refused(denied, booking_id) from None
    waits = made.state is BookingState.WAITING
    flash(
        _("The person is on the waiting list there.") if waits else _("The seat in the other session is booked."),
        "success",
    )
    return redirect(url_for(".booking", booking_id=made.id), 303)
