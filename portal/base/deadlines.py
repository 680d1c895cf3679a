"""The law's clock: by which day something has to be decided, and why that day. Pure; today is passed in.

Source of the rules of counting: Regulation (EEC, Euratom) No 1182/71, articles 2 and 3. The day of the event is not
counted (3(1)); a period in months ends on the day with the same number, or on the month's last where there is none
(3(2)(c)); business days are all days but Saturdays, Sundays and public holidays (2); a period that would end on one of
these ends on the next business day (3(4)). A pause counts from the day after the question to the day of the answer.
"""

from __future__ import annotations

import calendar as months
import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Works = Callable[[date], bool]
_DAY = timedelta(days=1)


class Unit(enum.StrEnum):
    """In what a period is counted."""

    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    WEEKS = "weeks"
    MONTHS = "months"


class Resume(enum.StrEnum):
    """What a pause does: its days are added, or the period begins again."""

    CONTINUE = "continue"
    RESTART = "restart"


class Why(enum.StrEnum):
    """Why the day is what it is."""

    BEGINS = "begins"
    PAUSED = "paused"
    PAUSES = "pauses"  # still
    RESTARTED = "restarted"
    EXTENDED = "extended"
    MOVED = "moved"  # off a day on which nobody works


@dataclass(frozen=True, slots=True)
class Rule:
    """How long the city has."""

    period: int
    unit: Unit
    resume: Resume = Resume.CONTINUE


@dataclass(frozen=True, slots=True)
class Move:
    """A step on the way to the day: from when, until when (a pause), how many days, and the day as it then was."""

    why: Why
    on: date
    until: date | None
    days: int
    due: date


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clock says today. `due`: the last day; None while it has not begun. `paused`: it stands still, and `due`
    is what it would be if the answer came today."""

    due: date | None
    moves: tuple[Move, ...] = ()
    paused: bool = False
    days_left: int | None = None

    @property
    def late(self) -> bool:
        """The last day is over."""
        return self.days_left is not None and self.days_left < 0 and not self.paused


def end_of(start: date, period: int, unit: Unit, works: Works) -> date:
    """The last day of a period that an event on `start` sets going, before it is moved off a day without work."""
    if unit is Unit.DAYS:
        return start + timedelta(days=period)
    if unit is Unit.WEEKS:
        return start + timedelta(weeks=period)
    if unit is Unit.MONTHS:
        year, month = divmod(start.year * 12 + start.month - 1 + period, 12)
        return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))
    day, left = start, period
    while left:
        day += _DAY
        left -= works(day)
    return day


def working(day: date, works: Works) -> date:
    """The day itself where offices work on it, else the next on which they do."""
    while not works(day):
        day += _DAY
    return day


def merged(pauses: Iterable[tuple[date, date | None]], start: date, today: date) -> list[tuple[date, date, bool]]:
    """Pauses in order, overlapping ones joined, none before `start`; an open one lasts until today, and is marked."""
    found: list[tuple[date, date, bool]] = []
    for asked, answered in sorted(pauses, key=lambda one: (one[0], one[1] or date.max)):
        if answered is not None and answered < start:
            continue
        begin, still = max(asked, start), answered is None
        end = max(answered or today, begin)
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end), found[-1][2] or still)
        else:
            found.append((begin, end, still))
    return found


def reckon(
    rule: Rule,
    start: date | None,
    *,
    works: Works,
    today: date,
    pauses: Sequence[tuple[date, date | None]] = (),
    extended_by: int = 0,
) -> Clock:
    """By which day it has to be decided. `start`: the day of filing, or on which everything was there; None: not yet.
    `pauses`: from the day of a question to that of its answer (None: still open). `extended_by`: days, once."""
    if start is None:
        return Clock(None)
    due = end_of(start, rule.period, rule.unit, works)
    moves, paused = [Move(Why.BEGINS, start, None, rule.period, due)], False
    for begin, end, still in merged(pauses, start, today):
        if begin > working(due, works):
            continue  # it was late already when somebody asked
        if rule.resume is Resume.RESTART:
            due, days = end_of(end, rule.period, rule.unit, works), rule.period
        elif rule.unit is Unit.BUSINESS_DAYS:
            days = sum(works(begin + _DAY * n) for n in range(1, (end - begin).days + 1))
            due = end_of(due, days, rule.unit, works)
        else:
            days = (end - begin).days
            due += timedelta(days=days)
        if not days and not still:
            continue
        paused = paused or still
        why = Why.PAUSES if still else Why.RESTARTED if rule.resume is Resume.RESTART else Why.PAUSED
        moves.append(Move(why, begin, None if still else end, days, due))
    if extended_by:
        due += timedelta(days=extended_by)
        moves.append(Move(Why.EXTENDED, due, None, extended_by, due))
    last = working(due, works)
    if last != due:
        moves.append(Move(Why.MOVED, due, last, (last - due).days, last))
    return Clock(last, tuple(moves), paused, (last - today).days)


def appeal_end(told: date, days: int, works: Works) -> date:
    """The last day of an appeal against a decision that was made known on a day."""
    return working(told + timedelta(days=days), works)
