"""Public holidays of a region, from a short list of rules. Pure.

A rule is a day of every year ("05-01"), or a distance from Easter Sunday ("easter-2" is Good Friday). Easter follows the
Gregorian computus in the form of Meeus, Jones and Butcher (Jean Meeus, Astronomical Algorithms, 1991, chapter 8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache

_FIXED = re.compile(r"(\d{2})-(\d{2})")
_MOVING = re.compile(r"easter(?:([+-])(\d{1,3}))?")
SATURDAY = 5


class RuleError(ValueError):
    """A line of the list that is no rule; the text is for operators."""


@lru_cache(maxsize=256)
def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, odd = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * odd + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _day(rule: str, year: int) -> date | None:
    """The day of a rule in a year; None where that year has no such day (29 February)."""
    if fixed := _FIXED.fullmatch(rule):
        try:
            return date(year, int(fixed[1]), int(fixed[2]))
        except ValueError:
            return None
    moving = _MOVING.fullmatch(rule)
    assert moving is not None
    return easter(year) + timedelta(days=int(f"{moving[1] or '+'}{moving[2] or 0}"))


def check(rules: Iterable[str]) -> tuple[str, ...]:
    """The rules as they are kept. Raises RuleError naming the first one that is none."""
    kept = []
    for number, raw in enumerate(rules, 1):
        rule = str(raw).strip().lower()
        fixed = _FIXED.fullmatch(rule)
        if fixed is None and _MOVING.fullmatch(rule) is None:
            raise RuleError(f"Holiday {number} is “{raw}”; write a day such as 05-01, or easter-2.")
        if fixed is not None:
            try:
                date(2024, int(fixed[1]), int(fixed[2]))  # a leap year
            except ValueError:
                raise RuleError(f"Holiday {number} is “{raw}”; there is no such day.") from None
        kept.append(rule)
    return tuple(kept)


@lru_cache(maxsize=256)
def of_year(rules: tuple[str, ...], year: int) -> frozenset[date]:
    """The holidays of a year."""
    return frozenset(day for rule in rules if (day := _day(rule, year)) is not None)


def calendar(rules: tuple[str, ...]) -> Callable[[date], bool]:
    """Tells of any day whether offices work on it: no Saturday, no Sunday, no holiday."""

    def works(day: date) -> bool:
        return day.weekday() < SATURDAY and day not in of_year(rules, day.year)

    return works
