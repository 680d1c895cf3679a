"""Booking a session: with one's account, as a guest, or with somebody at a desk, all on the same page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n, limits
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.i18n import _l
from portal.base.security import actor, public, shared_screen
from portal.identity.queries import reachable
from portal.identity.rules_ways import may_act
from portal.workshops import actions, actions_guest, queries, queries_book, rules, views_shared
from portal.workshops.forms_book import BookForm
from portal.workshops.models import Booking
from portal.workshops.queries import Held
from portal.workshops.rules import Denied
from portal.workshops.views import pages

GUESTS_A_MINUTE = 30  # from one origin: a library's whole network is one


@dataclass(frozen=True, slots=True)
class Whom:
    """For whom a booking is: a person with an account or helped at a desk, or a guest who is not known yet."""

    actor: Actor
    person_id: int | None
    for_name: str = ""
    mandate_id: int | None = None
    asks_way: bool = False  # how to be told is not known
    slip: bool = False  # without any way to be told is fine: a slip can be printed here

    @property
    def guest(self) -> bool:
        """Nobody who is known here."""
        return self.person_id is None


def whom() -> Whom:
    """For whom this request books. Whoever acts for another books for them, where the mandate covers it."""
    who, house = actor(), shared_screen()
    if not who.signed_in:
        here = replace(who, channel="terminal", venue_id=house) if house is not None else who
        return Whom(here, None, asks_way=True, slip=house is not None)
    acting = who.acting_for
    if acting is not None:
        if not may_act(acting.scope, "bookings"):
            raise Refused(
                _l("You act for %(name)s just now, and this mandate does not cover bookings.", name=acting.name), 403
            )  # fmt: skip
        if acting.person_id is not None:
            return Whom(who, acting.person_id, mandate_id=acting.mandate_id)
        return Whom(who, who.person_id, acting.name, acting.mandate_id)
    s, number = db.session(), who.person_id or 0
    helped = who.helped_by is not None and queries_book.is_guest(s, number)
    ways = reachable(s, [number]).get(number) if helped else None
    asks = helped and not (ways and (ways.email or ways.phone or ways.post))
    return Whom(who, number, asks_way=asks, slip=asks)


@pages.route("/sessions/<int:session_id>/book", methods=["GET", "POST"])
@public
def book(session_id: int) -> ResponseReturnValue:
    """Book a seat, or a place on the waiting list where none is free."""
    s, now = db.session(), clock.city_now()
    held = queries.session(s, actor(), session_id)
    if held is None or not queries.is_open(s, actor(), held.workshop.process_id):
        abort(404)
    for_whom = whom()
    mine = queries_book.live_booking(s, session_id, for_whom.person_id, for_whom.for_name)
    if mine is not None and request.method == "GET":
        return redirect(url_for(".slip", slip=queries.slip_of(mine)))
    helped = for_whom.actor.helped_by is not None
    verdict = rules.may_book(held.session, now, desk=helped)
    if not verdict:
        return _page(held, None, for_whom, now, Denied(verdict)), 200 if request.method == "GET" else 409
    old = queries_book.old_enough(s, for_whom.person_id, held.workshop, held.session, now)
    form = BookForm.fit(
        held.session, min_age=held.workshop.min_age if old is None else None, guest=for_whom.guest,
        own_ways=for_whom.asks_way, lang=i18n.lang(),
    )  # fmt: skip
    if for_whom.asks_way:
        form.offer_ways(slip=for_whom.slip)
    if request.method == "GET":
        form.waits.data = "1" if held.session.seats_taken >= held.session.seats else ""
        return _page(held, form, for_whom, now)
    if not form.checked():
        return _page(held, form, for_whom, now), 422
    if for_whom.guest and not for_whom.slip and not limits.allow("book", request.remote_addr or "", GUESTS_A_MINUTE):
        raise Refused(_l("Many people book from your network just now. Try again in a minute."), 429)
    try:
        booking = _book(form, for_whom, session_id, old, now, desk=helped)
    except Denied as denied:
        s.expire_all()
        again = queries.session(s, actor(), session_id) or held
        form.waits.data = "1" if again.session.seats_taken >= again.session.seats else ""
        return _page(again, form, for_whom, now, denied), 409
    views_shared.opened(queries.SLIP, booking.id)
    return redirect(url_for(".slip", slip=queries.slip_of(booking)), 303)


def _book(
    form: BookForm, for_whom: Whom, session_id: int, old: bool | None, now: datetime, *, desk: bool
) -> Booking:  # fmt: skip
    way, value = form.contact()
    if for_whom.person_id is None:
        lang = form.language.data or i18n.lang()
        person = actions_guest.make(
            for_whom.actor, name=form.name.data or "", language=lang, way=way, value=value, now=clock.now()
        )
        number = person.id
    else:
        number = for_whom.person_id
        lang = queries_book.language_of(db.session(), number, i18n.lang())
        if way is not None:
            actions_guest.give_way(number, way, value, clock.now())
    wish = form.wish(old_enough=old, lang=lang, for_name=for_whom.for_name, mandate_id=for_whom.mandate_id)
    guest = for_whom.guest or queries_book.is_guest(db.session(), number)
    return actions.book(for_whom.actor, session_id, number, wish, now, desk=desk, guest=guest)


def _page(
    held: Held, form: BookForm | None, for_whom: Whom, now: datetime, denied: Denied | None = None
) -> str:  # fmt: skip
    s, session = db.session(), held.session
    full = session.seats_taken >= session.seats
    if form is not None and full and denied is None and not rules.may_wait(session, now):
        denied, form = Denied(rules.may_wait(session, now)), None
    return render_template(
        "workshops/book.html",
        held=held,
        told=queries_book.told(s, held),
        form=form,
        denied=denied.verdict if denied is not None else None,
        whom=for_whom,
        full=full,
        others=queries_book.others(s, actor(), held, now) if full or form is None else [],
        back=url_for(".session", session_id=session.id),
    )
