"""Which days a recurring session falls on. Pure; days and times are those of the city's clock.

A time that a day does not have (the clocks go forward) begins as much later as the clocks were moved, as Python's zoneinfo
and RFC 5545 (3.3.5) read it; one that a day has twice is the first of the two.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from portal.base.i18n import _l

MOST = 120  # sessions made at once
LONGEST = timedelta(days=370)


class Why(enum.Enum):
    """Why a day that the pattern names is left out."""

    HOLIDAY = _l("Holiday")
    EXCEPTION = _l("Left out by you")
    OVER = _l("Over already")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every so many weeks on these weekdays (0 is Monday), from a day on, until a day or for a number of times; `at` for
    so many minutes. `but`: days that are left out."""

    first: date
    weekdays: tuple[int, ...]
    at: time
    minutes: int
    every: int = 1
    until: date | None = None
    times: int | None = None
    but: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A day of the pattern: from when until when (UTC), or why not."""

    day: date
    starts_at: datetime
    ends_at: datetime
    why: Why | None = None


def instant(day: date, at: time, zone: tzinfo | None) -> datetime:
    """A time of day on the city's clock as an instant (UTC)."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def days(
    pattern: Pattern, zone: tzinfo | None, holidays: Iterable[tuple[date, date]] = (), now: datetime | None = None
) -> list[Found]:
    """Every day that the pattern names, in their order, those left out with the reason. Days that are left out do not
    count among its `times`."""
    closed = list(holidays)
    found: list[Found] = []
    held = 0
    for day in _named(pattern):
        if pattern.times is not None and held >= pattern.times:
            break
        start = instant(day, pattern.at, zone)
        why = None
        if day in pattern.but:
            why = Why.EXCEPTION
        elif any(one <= day <= last for one, last in closed):
            why = Why.HOLIDAY
        elif now is not None and start <= now:
            why = Why.OVER
        held += why is None
        found.append(Found(day, start, start + timedelta(minutes=pattern.minutes), why))
        if held >= MOST:
            break
    return found


def _named(pattern: Pattern) -> Iterator[date]:
    """The days that weekday and week alone name."""
    last = min(pattern.until or date.max, pattern.first + LONGEST)
    week = pattern.first - timedelta(days=pattern.first.weekday())
    while week <= last:
        for weekday in sorted(set(pattern.weekdays)):
            day = week + timedelta(days=weekday)
            if pattern.first <= day <= last:
                yield day
        week += timedelta(weeks=pattern.every)


def slots(
    start: datetime, end: datetime, minutes: int, pause: int = 0, but: Collection[int] = ()
) -> list[tuple[datetime, datetime]]:
    """Times for one person each between two instants, with a pause between them; what would pass the end is left out.
    `but`: places (from 0) that are left out, such as a lunch."""
    found: list[tuple[datetime, datetime]] = []
    at, place = start, 0
    while at + timedelta(minutes=minutes) <= end and len(found) < MOST:
        if place not in but:
            found.append((at, at + timedelta(minutes=minutes)))
        at, place = at + timedelta(minutes=minutes + pause), place + 1
    return found


@dataclass(frozen=True, slots=True)
class Copied:
    """A session of one term as it would be in another: its days moved by whole weeks, or why not."""

    session_id: int
    times: tuple[tuple[datetime, datetime], ...]
    why: Why | None = None


def copied(
    sessions: Iterable[tuple[int, Sequence[tuple[datetime, datetime]]]], weeks: int, zone: tzinfo | None,
    holidays: Iterable[tuple[date, date]] = (), last: date | None = None,
) -> list[Copied]:  # fmt: skip
    """Sessions moved on by so many weeks on the city's clock. A day that falls on a holiday goes; a session of which no
    day is left, or that begins after the `last` day of the term, is not copied."""
    closed = list(holidays)
    found: list[Copied] = []
    for number, times in sessions:
        kept = []
        for start, end in times:
            local = start.astimezone(zone)
            day = (local + timedelta(weeks=weeks)).date()
            if any(one <= day <= until for one, until in closed):
                continue
            moved = instant(day, local.time(), zone)
            kept.append((moved, moved + (end - start)))
        late = last is not None and kept and kept[0][0].astimezone(zone).date() > last
        why = Why.HOLIDAY if not kept else Why.OVER if late else None
        found.append(Copied(number, tuple(kept), why))
    return found


def weeks_between(one: date, other: date) -> int:
    """By how many whole weeks a term is moved so that weekdays stay."""
    return round((other - one).days / 7)
