"""A circle on the city plan, and what lies in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.base.feature import Placed
from portal.places.rules_plan import Scale

RADII = (300, 500, 1000, 2000)  # metres
USUAL = 500
MOST = 20  # places that one person can name
TITLES = 5  # named in one message
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Around:
    """Everything of some kinds (none: of all) within so many metres of a place; its parts from 0 to 1."""

    x: float
    y: float
    metres: int = USUAL
    kinds: tuple[str, ...] = ()

    def args(self) -> dict[str, Any]:
        """The circle as it stands in an address: percent with two decimals, some metres on the ground."""
        return {"x": percent(self.x), "y": percent(self.y), "metres": self.metres, "kind": list(self.kinds)}


def percent(part: float) -> str:
    """A part of the plan as people read and type it."""
    return f"{part * 100:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Near:
    """Something in the circle: its kind, and how many metres it is from the middle."""

    kind: str
    metres: int
    it: Placed


def inside(around: Around, scale: Scale, kind: str, things: Iterable[Placed]) -> list[Near]:
    """Those that lie in the circle, edge included, in their order; metres are counted whole."""
    if around.kinds and kind not in around.kinds:
        return []
    far = ((one, scale.between(around.x, around.y, one.x, one.y)) for one in things)
    return [Near(kind, round(metres), one) for one, metres in far if round(metres) <= around.metres]


def newest_first(found: Iterable[Near]) -> list[Near]:
    """Things of several kinds in one order that is always the same."""
    return sorted(found, key=lambda one: (one.it.at, one.it.uid), reverse=True)


def titles(found: Iterable[Near]) -> str:
    """The newest by name, for a message; dots for the rest. Each is kept apart from the words around it, whatever way
    its script runs."""
    every = list(found)
    named = [f"\u2068{_short(one.it.title)}\u2069" for one in every[:TITLES]]
    return " · ".join(named + ["…"] if len(every) > TITLES else named)


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else title[: _LONGEST - 1].rstrip() + "…"
