"""Reminders a week and a day before, by each person's way and in their language. Each is told once for one beginning,
whatever is killed in between: the message's own key keeps it so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session as Db

from portal.base import db
from portal.notifications.models import Message
from portal.workshops import actions_calls, actions_tell
from portal.workshops.models import Booking, BookingState, CallReason, Session, SessionState, Workshop
from portal.workshops.rules_remind import WEEK, Reminder, due, key

AT_ONCE = 50  # people told in one transaction
SAID = {Reminder.WEEK: "workshop.reminder_week", Reminder.DAY: "workshop.reminder_day"}


def remind(now: datetime) -> int:
    """Remind everybody who is due, and let go of calls that have no purpose any more. Returns how many were told."""
    with db.read() as s:
        ids = _untold(s, now)
    told = 0
    for start in range(0, len(ids), AT_ONCE):
        with db.write() as s:
            told += sum(_tell(s, row, now) for row in _rows(s, Booking.id.in_(ids[start : start + AT_ONCE])))
    with db.write():
        actions_calls.drop_moot(now)
    return told


def _rows(s: Db, *where: Any) -> Sequence[Any]:
    """Booked seats of sessions that are to be held, with session and workshop."""
    return s.execute(
        select(Booking, Session, Workshop)
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            Booking.state == BookingState.BOOKED, Booking.person_id.is_not(None), Session.state == SessionState.OPEN,
            *where,
        )
        .order_by(Session.starts_at, Booking.id)
    ).all()  # fmt: skip


def _which(booking: Booking, session: Session, now: datetime) -> Reminder | None:
    heard = [at for at in (booking.created_at, booking.offered_at, session.moved_at) if at is not None]
    return due(session.starts_at, max(heard), now)


def _dedup(booking: Booking, session: Session, which: Reminder) -> str:
    return f"remind:{key(which, session.starts_at)}"


def _untold(s: Db, now: datetime) -> list[int]:
    """Bookings whose reminder is due and was not told. Two selects."""
    wanted = {}
    for booking, session, _workshop in _rows(s, Session.starts_at > now, Session.starts_at <= now + WEEK):
        which = _which(booking, session, now)
        if which is not None:
            mark = actions_tell.dedup_of(booking, _dedup(booking, session, which))
            wanted[booking.person_id, mark] = booking.id
    told: set[tuple[Any, Any]] = set()
    keys = list(wanted)
    for start in range(0, len(keys), 400):
        known = select(Message.person_id, Message.dedup).where(
            tuple_(Message.person_id, Message.dedup).in_(keys[start : start + 400])
        )
        told |= {(row.person_id, row.dedup) for row in s.execute(known)}
    return [number for mark, number in wanted.items() if mark not in told]


def _tell(s: Db, row: Any, now: datetime) -> int:
    """Remind one person, if the reminder is still due. A call that was not made for the first one is not made twice."""
    booking, session, workshop = row
    which = _which(booking, session, now)
    if which is None:
        return 0
    actions_tell.end_calls(s, booking, CallReason.REMINDER, now)
    actions_tell.tell(
        s, booking, session, workshop, SAID[which], dedup=_dedup(booking, session, which), call=CallReason.REMINDER,
        call_by=now,
    )  # fmt: skip
    return 1
