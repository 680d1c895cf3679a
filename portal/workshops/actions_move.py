"""A session is moved or called off: everybody is told by their way, once, and can go to another one in a press."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.workshops import actions, actions_plan, actions_tell, queries
from portal.workshops.actions import Wish
from portal.workshops.models import (
    LIVE,
    Booking,
    BookingState,
    CallReason,
    Day,
    Session,
    SessionState,
    Workshop,
)
from portal.workshops.queries import KIND
from portal.workshops.rules import Denied


def move(
    actor: Actor, session_id: int, times: actions_plan.Times, *, venue_id: int, room: str, reason: str, lang: str,
    now: datetime,
) -> Session:  # fmt: skip
    """Other days, another house or room. Who has booked keeps their seat and is told what it was before. Raises
    Denied."""
    s = db.session()
    session = actions.lock(s, session_id)
    if session.state not in (SessionState.DRAFT, SessionState.OPEN):
        raise Denied(no(_l("Only a session that is still to be held can be moved.")))
    days = actions_plan._ordered(times)
    before = {"from": session.starts_at.isoformat(), "venue": session.venue_id, "room": session.room}
    was = session.starts_at
    s.execute(delete(Day).where(Day.session_id == session_id))
    s.flush()
    s.add_all(Day(session_id=session_id, starts_at=start, ends_at=end) for start, end in days)
    session.starts_at, session.ends_at = days[0][0], days[-1][1]
    session.venue_id, session.room = venue_id, room
    if session.book_until is not None and session.book_until > session.starts_at:
        session.book_until = session.starts_at
    session.sequence += 1
    session.moved_at = now
    actions_plan.touch(session)
    record(
        actor, "moved session", KIND, session_id, before=before,
        after={"from": session.starts_at.isoformat(), "venue": venue_id, "room": room, "reason": reason},
    )  # fmt: skip
    if session.state is SessionState.OPEN:
        _tell_all(
            s, session, "workshop.moved", f"moved:{session.sequence}", CallReason.MOVED, now, reason, lang, was=was
        )
    return session


def not_held(actor: Actor, session_id: int, *, reason: str, lang: str, now: datetime) -> Session:
    """The session will not be held. Bookings end and everybody is told, with a way to the alternatives. Raises Denied."""
    s = db.session()
    session = actions.lock(s, session_id)
    if session.state not in (SessionState.DRAFT, SessionState.OPEN):
        raise Denied(no(_l("This session is over or called off already.")))
    if session.ends_at <= now:
        raise Denied(no(_l("This session is over.")))
    session.state, session.cancelled_at = SessionState.CANCELLED, now
    session.cancelled_reason, session.cancelled_lang = reason, lang
    session.sequence += 1
    actions_plan.touch(session)
    record(actor, "called off session", KIND, session_id, after={"reason": reason})
    _tell_all(s, session, "workshop.called_off", "called_off", CallReason.CANCELLED, now, reason, lang)
    for booking in _live(s, session_id):
        actions._end(s, session, booking, BookingState.DROPPED, now, calls=False)
    return session


def leave_out(actor: Actor, day_id: int, now: datetime) -> None:
    """One day of a series is not held; the others are. Everybody is told. Raises Denied for the last one left."""
    s = db.session()
    day = s.get_one(Day, day_id)
    session = actions.lock(s, day.session_id)
    left = [one for one in queries.days_of(s, [session.id])[session.id] if one.cancelled_at is None]
    if session.state is not SessionState.OPEN or day.cancelled_at is not None or day.ends_at <= now:
        raise Denied(no(_l("This day is over or left out already.")))
    if len(left) == 1:
        raise Denied(no(_l("It is the only day of this session. Call the session off instead.")))
    day.cancelled_at = now
    rest = [one for one in left if one.id != day_id]
    session.starts_at, session.ends_at = rest[0].starts_at, rest[-1].ends_at
    session.sequence += 1
    actions_plan.touch(session)
    record(actor, "left out day", KIND, session.id, after={"day": day.starts_at.isoformat()})
    _tell_all(s, session, "workshop.left_out", f"left_out:{day_id}", CallReason.MOVED, now, "", "", was=day.starts_at)


def _live(s: Db, session_id: int) -> list[Booking]:
    wanted = select(Booking).where(Booking.session_id == session_id, Booking.state.in_(LIVE))
    return list(s.scalars(wanted.order_by(Booking.id)))


def _tell_all(
    s: Db, session: Session, notice: str, mark: str, call: CallReason, now: datetime, reason: str, lang: str,
    **values: datetime,
) -> None:  # fmt: skip
    workshop = s.get_one(Workshop, session.workshop_id)
    for booking in _live(s, session.id):
        actions_tell.tell(
            s, booking, session, workshop, notice, dedup=mark, call=call, call_by=now,
            free=(lang, reason) if reason else None, **values,
        )  # fmt: skip


def rebook(actor: Actor, booking_id: int, to_session_id: int, now: datetime, *, desk: bool = False) -> Booking:
    """The person of a booking goes to another session instead, with the same wishes; the old booking ends where it still
    stands. `actor`: who does it, the person or staff. Only sessions that are open to the same people: of no closed
    process but the old one's own. Raises Denied, and then nothing has changed."""
    s = db.session()
    old_session_id = s.scalars(select(Booking.session_id).where(Booking.id == booking_id)).one()
    if old_session_id == to_session_id:
        raise Denied(no(_l("That is the session you have booked.")))
    for number in sorted(
        (old_session_id, to_session_id)
    ):  # always in this order: two who swap do not wait for each other
        actions.lock(s, number)
    session, booking = actions._both(s, booking_id)
    old, new = s.get_one(Workshop, session.workshop_id), _workshop_of(s, to_session_id)
    if booking.person_id is None or not new.shown or new.process_id not in (None, old.process_id):
        raise Denied(no(_l("This session cannot be booked this way.")))
    need = actions.need_of(s, booking.id)
    if booking.state in LIVE and session.starts_at > now:
        actions._end(s, session, booking, BookingState.CANCELLED, now)
        record(actor, "cancelled booking", KIND, session.id, after={"booking": booking.id})
    wish = Wish(
        wants=actions.wants_of(booking),
        # who was old enough there is so here, where no more years are asked
        old_enough=None if (new.min_age or 0) > (old.min_age or 0) else True,
        needs=need,
        age_band=booking.age_band,
        first_time=booking.first_time,
        for_name=booking.for_name,
        mandate_id=booking.mandate_id,
        language=booking.language,
    )
    made = actions.book(actor, to_session_id, booking.person_id, wish, now, desk=desk, guest=booking.guest)
    made.moved_from_id, made.channel = booking.id, "moved"
    s.flush()
    actions.fill(s, session, now)
    return made


def _workshop_of(s: Db, session_id: int) -> Workshop:
    wanted = select(Workshop).join(Session, Session.workshop_id == Workshop.id).where(Session.id == session_id)
    return s.scalars(wanted).one()
