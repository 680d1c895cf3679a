"""Two clocks. The real one dates sessions, tokens, jobs and audit lines. The city's clock decides what is open;
it is the real one, except in the demo, where a stored shift lets people see what a later day brings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from portal.base import ground, marks

SHIFT = "clock.shift"
YEARS = range(1000, 3000)  # beyond them a time zone's hours or a day's step may leave the calendar


def now() -> datetime:
    """The real time, aware UTC."""
    return datetime.now(UTC)


def city_now() -> datetime:
    """The city's time, aware UTC; only the demo's differs from the real one."""
    if not ground.current().settings.demo:
        return now()
    return now() + timedelta(seconds=shift())


def shift() -> int:
    """Seconds by which the demo's city clock is ahead."""
    return int(marks.get(SHIFT, 0))


def day_of(text: str) -> date | None:
    """A day as addresses and files have it, such as 2027-03-27; None for anything else and for years out of reach."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.year in YEARS else None
