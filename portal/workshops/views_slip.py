"""A booking by the code on its slip: see it, answer an offer, give it back, choose another day. Whoever has the slip may
do so, with or without an account; the pages name nobody."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock, db, ics, limits, outside, qr
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Event
from portal.base.i18n import _, _l
from portal.base.security import actor, public, shared_screen
from portal.identity.queries import reachable
from portal.workshops import (
    actions,
    actions_move,
    queries,
    queries_book,
    queries_devices,
    queries_interest,
    rules,
    views_shared,
)
from portal.workshops.forms_book import CodeForm
from portal.workshops.models import BookingState, SessionState
from portal.workshops.queries import Booked, Held
from portal.workshops.rules import Denied
from portal.workshops.views import pages

TRIES_A_MINUTE = 10  # of typed codes from one origin


def find(typed: str) -> Booked:
    """The booking of this slip; 404 for a code that nobody was given. Codes are long: trying them is not worth it, and
    who tries fast is slowed down all the same."""
    found = queries.by_slip(db.session(), typed)
    if found is None:
        if not limits.allow("slip", request.remote_addr or "", TRIES_A_MINUTE):
            raise Refused(_l("Too many wrong codes. Try again in a minute."), 429)
        abort(404)
    views_shared.only_if_open(queries.SLIP, found.booking.id, found.booking.person_id)
    return found


def _by(found: Booked) -> Actor:
    """Who acts with a slip: whoever is signed in, else its person, at the terminal where that is done."""
    who, house = actor(), shared_screen()
    if who.signed_in:
        return who
    return Actor(channel="terminal" if house is not None else "slip", venue_id=house)


@pages.get("/booking")
@public
def code() -> str:
    """Ask for the code on a slip."""
    return render_template("workshops/code.html", form=CodeForm())


@pages.post("/booking")
@public
def read_code() -> ResponseReturnValue:
    """Lead to the booking of the typed code."""
    form = CodeForm()
    if not limits.allow("slip", request.remote_addr or "", TRIES_A_MINUTE):
        raise Refused(_l("Too many codes were tried. Try again in a minute."), 429)
    if form.validate():
        s, typed = db.session(), form.code.data or ""
        if (found := queries.by_slip(s, typed)) is not None:
            views_shared.opened(queries.SLIP, found.booking.id)
            return redirect(url_for(".slip", slip=queries.slip_of(found.booking)), 303)
        if (asked := queries_devices.by_slip(s, typed)) is not None:
            views_shared.opened(queries_devices.SLIP, asked.id)
            return redirect(url_for(".device_request", device_slip=queries_devices.slip_of(asked.id)), 303)
        if (wish := queries_interest.by_slip(s, typed)) is not None:
            views_shared.opened(queries_interest.SLIP, wish.id)
            return redirect(url_for(".interest", wish=queries_interest.slip_of(wish)), 303)
        form.code.errors = [_("This code names no booking. Compare it with your slip, letter by letter.")]
    return render_template("workshops/code.html", form=form), 422


@pages.get("/booking/<slip>")
@public
def slip(slip: str) -> str:
    """A booking: where it stands, what to bring, what can be done now."""
    return _page(find(slip))


def _page(found: Booked, denied: Denied | None = None, *, asks: str = "") -> str:
    s, now, booking = db.session(), clock.city_now(), found.booking
    held = Held(found.session, found.workshop)
    stands = booking.state in (BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED)
    instead = not stands or found.session.moved_at is not None or asks == "other"
    reference = queries.slip_of(booking)
    answers = bool(rules.may_answer(booking.state, booking.offered_until, now))
    shown = booking.state
    if shown is BookingState.OFFERED and not answers:  # its time is over, and the worker has not passed it on yet
        shown = BookingState.LAPSED
    link = outside.absolute("workshops.slip", booking.language, slip=reference)
    return render_template(
        "workshops/slip.html",
        found=found,
        told=queries_book.told(s, held),
        reference=reference,
        place=queries.place_number(s, booking),
        drawing=qr.svg(link, _("Link to this booking")) if link else "",
        answers=answers,
        gives_back=bool(rules.may_cancel(booking.state, found.session.starts_at, now)),
        others=queries_book.others(s, actor(), held, now) if instead and found.session.starts_at else [],
        denied=denied.verdict if denied is not None else None,
        cancelled=found.session.state is SessionState.CANCELLED,
        over=found.session.ends_at <= now,
        state=rules.STATE_NAMES[shown],
        no_way=booking.guest and not _has_way(booking.person_id),
        asks=asks,
        check_in=_check_in(found),
    )


def _check_in(found: Booked) -> str:
    """Where staff of the session note that its person came: whoever scans the code of a slip lands here."""
    who = actor()
    if not who.may(*rules.DESK) or queries.desk_booking(db.session(), who, found.booking.id) is None:
        return ""
    return url_for("workshops_staff.people", session_id=found.session.id, q=queries.slip_of(found.booking))


def _has_way(person_id: int | None) -> bool:
    from_all = reachable(db.session(), [person_id] if person_id else [])
    ways = from_all.get(person_id or 0)
    return bool(ways and (ways.email or ways.phone or ways.post))


@pages.get("/booking/<slip>/give-back")
@public
def give_back(slip: str) -> ResponseReturnValue:
    """Ask whether the seat is really given back."""
    found = find(slip)
    if not rules.may_cancel(found.booking.state, found.session.starts_at, clock.city_now()):
        return redirect(url_for(".slip", slip=slip))
    return _page(found, asks="give_back")


@pages.post("/booking/<slip>/give-back")
@public
def do_give_back(slip: str) -> ResponseReturnValue:
    """Give the seat, or the place on the waiting list, back."""
    found = find(slip)
    try:
        actions.cancel(_by(found), found.booking.id, clock.city_now())
    except Denied as denied:
        return _page(found, denied), 409
    flash(_("Your booking is cancelled. Thank you for telling us: somebody else can come now."))
    return redirect(url_for(".slip", slip=slip), 303)


@pages.post("/booking/<slip>/answer")
@public
def answer(slip: str) -> ResponseReturnValue:
    """Take the offered seat, or let it go on."""
    found, now = find(slip), clock.city_now()
    try:
        if request.form.get("answer") == "yes":
            actions.accept(_by(found), found.booking.id, now)
            flash(_("The seat is yours."))
        else:
            actions.decline(_by(found), found.booking.id, now)
            flash(_("The seat goes to the next person. Thank you for telling us."))
    except Denied as denied:
        return _page(found, denied), 409
    return redirect(url_for(".slip", slip=slip), 303)


@pages.get("/booking/<slip>/other")
@public
def other(slip: str) -> str:
    """Other sessions to choose from."""
    return _page(find(slip), asks="other")


@pages.post("/booking/<slip>/other")
@public
def change(slip: str) -> ResponseReturnValue:
    """Go to another session instead."""
    found, now = find(slip), clock.city_now()
    number = request.form.get("session", "")
    wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    held = queries.session(db.session(), actor(), wanted)
    if held is None:
        abort(404)
    try:
        with db.session().begin_nested():  # the old seat is given up only together with the new one
            made = actions_move.rebook(_by(found), found.booking.id, wanted, now)
    except Denied as denied:
        db.session().expire_all()
        return _page(find(slip), denied, asks="other"), 409
    flash(_("You are booked for the other session. This is your new slip."))
    views_shared.opened(queries.SLIP, made.id)
    return redirect(url_for(".slip", slip=queries.slip_of(made)), 303)


@pages.get("/booking/<slip>/print")
@public
def print_slip(slip: str) -> str:
    """The slip to take along, for A4 or, with ?width=80, for a receipt printer."""
    found = find(slip)
    s, held = db.session(), Held(found.session, found.workshop)
    reference = queries.slip_of(found.booking)
    link = outside.absolute("workshops.slip", found.booking.language, slip=reference)
    narrow = request.args.get("width") == "80"
    return render_template(
        "workshops/print_narrow.html" if narrow else "workshops/print.html",
        found=found, told=queries_book.told(s, held), reference=reference,
        place=queries.place_number(s, found.booking),
        drawing=qr.svg(link, _("Link to this booking")) if link else "",
        no_way=found.booking.guest and not _has_way(found.booking.person_id),
        state=rules.STATE_NAMES[found.booking.state],
    )  # fmt: skip


@pages.get("/booking/<slip>/calendar.ics")
@public
def booking_calendar(slip: str) -> Response:
    """The days of a booking for a calendar; the same entries each time, moved or cancelled where they are."""
    found = find(slip)
    s, session = db.session(), found.session
    told = queries_book.told(s, Held(session, found.workshop))
    gone = session.state is SessionState.CANCELLED or found.booking.state is not BookingState.BOOKED
    days = [
        Event(
            uid=f"{session.uid}-{n}", title=told.title.body, starts_at=day.starts_at, ends_at=day.ends_at,
            endpoint="workshops.slip", args={"slip": queries.slip_of(found.booking)},
            place=f"{told.house.body}, {told.address}", cancelled=gone or day.cancelled_at is not None,
            sequence=session.sequence + (1 if gone else 0),
        )
        for n, day in enumerate(told.days, 1)
    ]  # fmt: skip
    return ics.answer(days, told.title.body, found.booking.language)
