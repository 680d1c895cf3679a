"""What may be said in public of numbers of people. Pure.

A number speaks of at least ten people. Groups with fewer are told together; where even together they are fewer, the next
larger group joins them, so that nobody learns a small one by subtraction. Shares are rounded to five in a hundred, for an
exact share of a known number is a number.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

FEWEST = 10
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Told(Generic[K]):
    """Groups that are told, in their order, and how many all others are together (0: there are none, or nothing may be
    said of them). `most`: the largest number, for a chart."""

    groups: dict[K, int]
    others: int = 0

    @property
    def most(self) -> int:
        """The largest number told."""
        return max([*self.groups.values(), self.others], default=0)

    def __bool__(self) -> bool:
        return bool(self.groups or self.others)


def merged(counts: Mapping[K, int]) -> Told[K]:
    """The groups of a figure as they may be told."""
    shown = {key: n for key, n in counts.items() if n >= FEWEST}
    rest = sum(n for n in counts.values() if 0 < n < FEWEST)
    while 0 < rest < FEWEST and shown:
        least = min(shown, key=lambda key: shown[key])
        rest += shown.pop(least)
    return Told(shown, rest if rest >= FEWEST else 0)


def share(part: int, whole: int) -> float | None:
    """A share of at least ten people, rounded to five in a hundred; None of fewer."""
    if whole < FEWEST:
        return None
    return round(part / whole * 20) / 20
