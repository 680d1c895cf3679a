"""When people are reminded of what they booked. Pure."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

WEEK, DAY = timedelta(days=7), timedelta(days=1)
LATEST_WEEK = timedelta(days=3)  # later than that nobody is told "in a week", even where the worker stood still


class Reminder(enum.StrEnum):
    """The reminders of one booking."""

    WEEK = "week"
    DAY = "day"


def due(starts_at: datetime, known_since: datetime, now: datetime) -> Reminder | None:
    """Which reminder is due now. `known_since`: when the person last heard of day and place, by booking, by taking an
    offer or by a move; who heard of it after a reminder's time needs none."""
    left = starts_at - now
    if left <= timedelta(0):
        return None
    if left <= DAY:
        return Reminder.DAY if known_since <= starts_at - DAY else None
    if LATEST_WEEK < left <= WEEK and known_since <= starts_at - WEEK:
        return Reminder.WEEK
    return None


def key(which: Reminder, starts_at: datetime) -> str:
    """The same for the same reminder of the same beginning: a session that was moved reminds again."""
    return f"{which.value}:{starts_at:%Y-%m-%dT%H:%M}"
