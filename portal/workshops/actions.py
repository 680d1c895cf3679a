"""The engine: seats are booked, waited for, offered, taken and given back.

Every act locks the session's row first and then the person's, so that whoever comes at the same moment waits and then
sees what is left. The counters in the session's row are guarded by the statement that raises them and by constraints.
After every act that frees something, `fill` offers it to the first in the waiting list whom it suits; so a seat is free
for all only when nobody waits whom it would suit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Db

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.identity.models import Person
from portal.workshops import actions_tell, queries, rules
from portal.workshops.models import (
    HOLDING,
    LIVE,
    Booking,
    BookingState,
    CallReason,
    Need,
    Session,
    SessionState,
    Workshop,
)
from portal.workshops.rules import Denied, Wants

KIND = queries.KIND


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for with a booking. `old_enough`: known or said; `needs`: columns of Need; `waits`: the waiting
    list is fine where no seat is free."""

    wants: Wants = Wants()
    old_enough: bool | None = None
    needs: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = True
    age_band: str = ""
    first_time: bool = False
    for_name: str = ""
    mandate_id: int | None = None
    language: str = "en"


def lock(s: Db, session_id: int) -> Session:
    """A session's row, held until the transaction ends. Raises NoResultFound."""
    statement = db.locked(select(Session).where(Session.id == session_id))
    return s.scalars(statement.execution_options(populate_existing=True)).one()


def _lock_person(s: Db, person_id: int) -> None:
    """Two bookings of one person at two sessions come one after the other; rows that name the person go on."""
    s.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def take(s: Db, session: Session, wants: Wants) -> bool:
    """Take a seat, and what is wanted beside it, out of the quotas. False where it is not there."""
    done: Any = s.execute(
        update(Session)
        .where(
            Session.id == session.id,
            Session.seats_taken < Session.seats,
            Session.devices_taken + int(wants.device) <= Session.devices,
            Session.companions_taken + wants.companions <= Session.companions,
        )
        .values(
            seats_taken=Session.seats_taken + 1,
            devices_taken=Session.devices_taken + int(wants.device),
            companions_taken=Session.companions_taken + wants.companions,
        )
        .execution_options(synchronize_session=False)
    )
    s.expire(session, ["seats_taken", "devices_taken", "companions_taken"])
    return bool(done.rowcount)


def give_back(s: Db, session: Session, wants: Wants) -> None:
    """Put a seat, and what was held beside it, back into the quotas."""
    s.execute(
        update(Session)
        .where(Session.id == session.id)
        .values(
            seats_taken=Session.seats_taken - 1,
            devices_taken=Session.devices_taken - int(wants.device),
            companions_taken=Session.companions_taken - wants.companions,
        )
        .execution_options(synchronize_session=False)
    )
    s.expire(session, ["seats_taken", "devices_taken", "companions_taken"])


def wants_of(booking: Booking) -> Wants:
    """What a booking holds or waits for."""
    return Wants(booking.device, booking.companions)


def book(
    actor: Actor, session_id: int, person_id: int, wish: Wish, now: datetime, *, desk: bool = False, guest: bool = False
) -> Booking:
    """A seat for somebody, or a place on the waiting list where none is free and the wish allows it. `desk`: entered by
    staff, for whom the closing of the booking does not count; `guest`: the person has no account. Raises Denied."""
    s = db.session()
    session = lock(s, session_id)
    workshop = s.get_one(Workshop, session.workshop_id)
    _must(rules.may_book(session, now, desk=desk))
    _must(rules.old_enough(workshop.min_age, wish.old_enough))
    _must(rules.can_fit(session, wish.wants))
    _lock_person(s, person_id)
    _must(_not_twice(s, session_id, person_id, wish.for_name))
    _must(
        rules.no_overlap(queries.taken_times(s, person_id, wish.for_name, session_id), queries.times_of(s, session_id))
    )
    booking = Booking(
        session_id=session_id, person_id=person_id, for_name=wish.for_name, mandate_id=wish.mandate_id, guest=guest,
        device=wish.wants.device, companions=wish.wants.companions, channel=actor.channel,
        helped_by_id=actor.helped_by, language=wish.language, age_band=wish.age_band, first_time=wish.first_time,
        created_at=now, state=BookingState.BOOKED,
    )  # fmt: skip
    if not take(s, session, wish.wants):
        _must(rules.may_wait(session, now))
        if not wish.waits:
            raise Denied(no(_l("All seats are taken now. You can go on the waiting list.")))
        _queue(s, session, booking)
    try:
        with s.begin_nested():
            s.add(booking)
            s.flush()
    except IntegrityError:  # the database keeps the promise of one seat a person
        raise Denied(_TWICE) from None
    if any(wish.needs.values()):
        s.add(Need(booking_id=booking.id, **wish.needs))
        s.flush()
    waits = booking.state is BookingState.WAITING
    record(actor, "joined waiting list" if waits else "booked seat", KIND, session_id, after={"booking": booking.id})
    actions_tell.tell(
        s, booking, session, workshop, "workshop.waiting" if waits else "workshop.booked", dedup="made"
    )  # fmt: skip
    return booking


_TWICE = no(_l("There is a booking of this session for this person already."))


def _must(verdict: Verdict) -> None:
    if not verdict:
        raise Denied(verdict)


def _not_twice(s: Db, session_id: int, person_id: int, for_name: str) -> Verdict:
    found = s.scalar(
        select(Booking.id).where(
            Booking.session_id == session_id, Booking.person_id == person_id, Booking.for_name == for_name,
            Booking.state.in_(LIVE),
        )
    )  # fmt: skip
    return _TWICE if found is not None else YES


def _queue(s: Db, session: Session, booking: Booking) -> None:
    """The last place of the waiting list."""
    booking.state, booking.place = BookingState.WAITING, session.last_place + 1
    session.last_place += 1
    session.waiting += 1
    s.flush()


def fill(s: Db, session: Session, now: datetime) -> int:
    """Offer what is free to the first in the waiting list whom it suits, and so on; returns how many offers were made.
    The session's row is locked by the caller."""
    made = 0
    if session.waiting == 0 or session.seats_taken >= session.seats or session.state is not SessionState.OPEN:
        return made
    until = rules.offer_until(session, now)
    if until is None:
        return made
    waiting = s.scalars(
        select(Booking)
        .where(Booking.session_id == session.id, Booking.state == BookingState.WAITING)
        .order_by(Booking.place)
    ).all()
    workshop = s.get_one(Workshop, session.workshop_id)
    for booking in waiting:
        if session.seats_taken >= session.seats:
            break
        if not rules.free(session, wants_of(booking)) or not take(s, session, wants_of(booking)):
            continue
        session.waiting -= 1
        booking.state, booking.offered_at, booking.offered_until = BookingState.OFFERED, now, until
        booking.version += 1
        s.flush()
        record(SYSTEM, "offered seat", KIND, session.id, after={"booking": booking.id})
        actions_tell.tell(
            s, booking, session, workshop, "workshop.offered", dedup=f"offer:{now.isoformat()}", until=until,
            call=CallReason.OFFER, call_by=now,
        )  # fmt: skip
        made += 1
    return made


def accept(actor: Actor, booking_id: int, now: datetime) -> Booking:
    """The person takes the seat that is offered to them, within its time. Raises Denied."""
    s = db.session()
    session, booking = _both(s, booking_id)
    _must(rules.may_answer(booking.state, booking.offered_until, now))
    _must(rules.may_book(session, now, desk=True))
    if booking.person_id is not None:
        _lock_person(s, booking.person_id)
        mine = queries.taken_times(s, booking.person_id, booking.for_name, session.id)
        _must(rules.no_overlap(mine, queries.times_of(s, session.id)))
    booking.state, booking.offered_until = BookingState.BOOKED, None
    booking.version += 1
    s.flush()
    record(actor, "took offered seat", KIND, session.id, after={"booking": booking.id})
    actions_tell.end_calls(s, booking, CallReason.OFFER, now)
    actions_tell.tell(
        s,
        booking,
        session,
        s.get_one(Workshop, session.workshop_id),
        "workshop.booked",
        dedup=f"took:{booking.version}",
    )
    return booking


def decline(actor: Actor, booking_id: int, now: datetime) -> Booking:
    """The person does not want the offered seat; it goes to the next. Raises Denied."""
    s = db.session()
    session, booking = _both(s, booking_id)
    _must(rules.may_answer(booking.state, booking.offered_until, now))
    _end(s, session, booking, BookingState.LAPSED, now)
    record(actor, "declined offered seat", KIND, session.id, after={"booking": booking.id})
    fill(s, session, now)
    return booking


def cancel(actor: Actor, booking_id: int, now: datetime) -> Booking:
    """The person gives the seat, or the place on the waiting list, back; the seat is free at once. Raises Denied."""
    s = db.session()
    session, booking = _both(s, booking_id)
    _must(rules.may_cancel(booking.state, session.starts_at, now))
    _end(s, session, booking, BookingState.CANCELLED, now)
    record(actor, "cancelled booking", KIND, session.id, after={"booking": booking.id})
    workshop = s.get_one(Workshop, session.workshop_id)
    actions_tell.tell(s, booking, session, workshop, "workshop.given_back", dedup=f"cancel:{booking.version}")
    fill(s, session, now)
    return booking


def lapse(booking_id: int, now: datetime) -> bool:
    """An offer that nobody answered in time ends, and the seat goes on to the next. False where somebody was faster;
    running it twice is harmless."""
    s = db.session()
    session, booking = _both(s, booking_id)
    if booking.state is not BookingState.OFFERED or booking.offered_until is None or now < booking.offered_until:
        return False
    _end(s, session, booking, BookingState.LAPSED, now)
    record(SYSTEM, "offer lapsed", KIND, session.id, after={"booking": booking.id})
    workshop = s.get_one(Workshop, session.workshop_id)
    actions_tell.tell(s, booking, session, workshop, "workshop.lapsed", dedup=f"lapsed:{booking.version}")
    fill(s, session, now)
    return True


def _both(s: Db, booking_id: int) -> tuple[Session, Booking]:
    """A booking and its session, the session's row locked first and the booking read under that lock."""
    session_id = s.scalars(select(Booking.session_id).where(Booking.id == booking_id)).one()
    session = lock(s, session_id)
    wanted = select(Booking).where(Booking.id == booking_id).execution_options(populate_existing=True)
    return session, s.scalars(wanted).one()


def need_of(s: Db, booking_id: int) -> dict[str, Any]:
    """What the person of a booking needs, as columns of Need; empty where nothing was said."""
    row = s.get(Need, booking_id)
    names = ("interpreter", "loop", "wheelchair", "other")
    return {name: getattr(row, name) for name in names} if row is not None else {}


def _end(
    s: Db, session: Session, booking: Booking, state: BookingState, now: datetime, *, calls: bool = True
) -> None:  # fmt: skip
    """A booking ends: what it held is free again, what its person needed is forgotten. `calls`: nobody has to be called
    about it any more."""
    if booking.state in HOLDING:
        give_back(s, session, wants_of(booking))
    elif booking.state is BookingState.WAITING:
        session.waiting -= 1
    booking.state, booking.offered_until, booking.ended_at = state, None, now
    booking.version += 1
    need = s.get(Need, booking.id)
    if need is not None and state is not BookingState.DROPPED:  # who goes to another session instead needs it there
        s.delete(need)
    s.flush()
    if calls:
        actions_tell.end_calls(s, booking, None, now)


def set_quotas(
    actor: Actor, session_id: int, *, seats: int, devices: int, companions: int, now: datetime
) -> None:  # fmt: skip
    """More or fewer seats, devices and companions; more go to those who wait. Raises Denied below what is taken."""
    s = db.session()
    session = lock(s, session_id)
    before = {"seats": session.seats, "devices": session.devices, "companions": session.companions}
    if seats < session.seats_taken or devices < session.devices_taken or companions < session.companions_taken:
        raise Denied(
            no(
                _l("So many are booked already: %(seats)s seats, %(devices)s devices, %(companions)s companions.",
                   seats=session.seats_taken, devices=session.devices_taken, companions=session.companions_taken),
                _l("Cancel bookings first, or choose higher numbers."),
            )
        )  # fmt: skip
    session.seats, session.devices, session.companions = seats, devices, companions
    s.flush()
    record(
        actor, "changed quotas", KIND, session_id, before=before,
        after={"seats": seats, "devices": devices, "companions": companions},
    )  # fmt: skip
    fill(s, session, now)


def recount(s: Db, session_id: int) -> dict[str, int]:
    """What the counters of a session should say, counted from its bookings: for checks and repairs."""
    holds = Booking.state.in_(HOLDING)
    row = s.execute(
        select(
            func.count(case((holds, 1))).label("seats_taken"),
            func.count(case((holds & Booking.device, 1))).label("devices_taken"),
            func.coalesce(func.sum(case((holds, Booking.companions), else_=0)), 0).label("companions_taken"),
            func.count(case((Booking.state == BookingState.WAITING, 1))).label("waiting"),
        ).where(Booking.session_id == session_id)
    ).one()
    return {name: int(value) for name, value in row._mapping.items()}
