"""Who is staff, and what a city still lacks. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.base.feature import Step, Todo
from portal.identity.rules import STAFF

__all__ = ["STAFF", "is_set_up"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the start page: what waits, and how its due date stands against the clock."""

    todo: Todo
    overdue: bool
    today: bool


def in_order(found: Iterable[Any], now: datetime, today_ends: datetime) -> list[Waiting]:
    """What waits, by due date, the earliest first and what has none last; in the features' own order where equal. A
    plain pair of words and address counts as one thing without a date."""
    named = (one if isinstance(one, Todo) else Todo(*one) for one in found)
    todos = sorted(named, key=lambda todo: (todo.due is None, todo.due or now))
    return [
        Waiting(todo, todo.due is not None and todo.due <= now, todo.due is not None and now < todo.due <= today_ends)
        for todo in todos
    ]


REMINDED_FROM = 7  # o'clock, on the city's clock
_BEFORE = (7, 1)  # days before something is due


def reminds(days: int, weekday: int) -> bool:
    """Is today a day to remind somebody of something that is due in so many days (below nothing: was due)? A week and a
    day before, the day after, and from then on every Monday: daily reminders are read by nobody. `weekday`: of today,
    Monday is 0."""
    return days in _BEFORE or days == -1 or (days < -1 and weekday == 0)


def is_set_up(steps: Sequence[Step]) -> bool:
    """Nothing is left to do."""
    return all(step.done for step in steps)
