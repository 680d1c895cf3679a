"""The day of a session: when ticks can be set, who sees what somebody needs. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.workshops.models import BookingState, SessionState

EARLIEST = timedelta(hours=2)  # before the beginning of a day: whoever comes first is ticked first
LATEST = timedelta(days=14)  # after its end: mistakes are put right


class DayLike(Protocol):
    """What is asked of a day."""

    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None


def may_tick(day: DayLike, state: SessionState, now: datetime) -> Verdict:
    """Can it be noted now who came on this day?"""
    if state in (SessionState.DRAFT, SessionState.CANCELLED) or day.cancelled_at is not None:
        return no(_l("This day is not held."))
    if now < day.starts_at - EARLIEST:
        return no(_l("Who came can be noted from two hours before the beginning on."))
    if now > day.ends_at + LATEST:
        return no(_l("It is over for more than two weeks: what was noted stays."))
    return YES


def may_come(state: BookingState) -> Verdict:
    """Can this booking be ticked? Who waits, and stands at the door, comes in as a walk-in where a seat is free."""
    if state is BookingState.BOOKED:
        return YES
    return no(_l("This booking holds no seat. If one is free, note the person as a walk-in."))


def sees_needs(trainer_id: int | None, person_id: int | None) -> bool:
    """What people need to take part is for whoever holds the session, and for nobody else."""
    return person_id is not None and trainer_id == person_id
