"""Reminders a week before a session begins and a day before each of its days, by each person's way and in their language.
Each is told once for one beginning, whatever is killed in between: the message's own key keeps it so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session as Db

from portal.base import db
from portal.notifications.models import Message
from portal.workshops import actions_calls, actions_tell
from portal.workshops.models import Booking, BookingState, CallReason, Day, Session, SessionState, Workshop
from portal.workshops.rules_remind import WEEK, Reminder, due, key

AT_ONCE = 50  # people told in one transaction
SAID = {Reminder.WEEK: "workshop.reminder_week", Reminder.DAY: "workshop.reminder_day"}


def remind(now: datetime) -> int:
    """Remind everybody who is due, and let go of calls that have no purpose any more. Returns how many were told."""
    with db.read() as s:
        marks = _untold(s, now)
    told = 0
    for start in range(0, len(marks), AT_ONCE):
        some = marks[start : start + AT_ONCE]
        with db.write() as s:
            told += sum(_tell(s, row, now) for row in _rows(s, tuple_(Booking.id, Day.id).in_(some)))
    with db.write():
        actions_calls.drop_moot(now)
    return told


def _rows(s: Db, *where: Any) -> Sequence[Any]:
    """Booked seats of sessions that are to be held, with session, workshop, and each of the days that are held."""
    return s.execute(
        select(Booking, Session, Workshop, Day)
        .join(Session, Session.id == Booking.session_id)
        .join(Day, Day.session_id == Session.id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            Booking.state == BookingState.BOOKED, Booking.person_id.is_not(None), Session.state == SessionState.OPEN,
            Day.cancelled_at.is_(None), *where,
        )
        .order_by(Day.starts_at, Booking.id)
    ).all()  # fmt: skip


def _which(booking: Booking, session: Session, day: Day, now: datetime) -> Reminder | None:
    heard = [at for at in (booking.created_at, booking.offered_at, session.moved_at) if at is not None]
    which = due(day.starts_at, max(heard), now)
    # "in a week" is said of the beginning alone
    return which if which is not Reminder.WEEK or day.starts_at == session.starts_at else None


def _dedup(day: Day, which: Reminder) -> str:
    return f"remind:{key(which, day.starts_at)}"


def _untold(s: Db, now: datetime) -> list[tuple[int, int]]:
    """Bookings and days whose reminder is due and was not told. Two selects."""
    wanted = {}
    for booking, session, _workshop, day in _rows(s, Day.starts_at > now, Day.starts_at <= now + WEEK):
        which = _which(booking, session, day, now)
        if which is not None:
            mark = actions_tell.dedup_of(booking, _dedup(day, which))
            wanted[booking.person_id, mark] = (booking.id, day.id)
    told: set[tuple[Any, Any]] = set()
    keys = list(wanted)
    for start in range(0, len(keys), 400):
        known = select(Message.person_id, Message.dedup).where(
            tuple_(Message.person_id, Message.dedup).in_(keys[start : start + 400])
        )
        told |= {(row.person_id, row.dedup) for row in s.execute(known)}
    return [which for mark, which in wanted.items() if mark not in told]


def _tell(s: Db, row: Any, now: datetime) -> int:
    """Remind one person, if the reminder is still due. A call that was not made for the first one is not made twice."""
    booking, session, workshop, day = row
    which = _which(booking, session, day, now)
    if which is None:
        return 0
    actions_tell.end_calls(s, booking, CallReason.REMINDER, now)
    actions_tell.tell(
        s, booking, session, workshop, SAID[which], dedup=_dedup(day, which), call=CallReason.REMINDER, call_by=now,
        when=day.starts_at,
    )  # fmt: skip
    return 1
