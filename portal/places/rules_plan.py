"""Pins on the city's own plan: where each is drawn so that every one can be pressed. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# In units of a plan that is 1000 wide, whatever its file says: at 288 CSS pixels, the narrowest a plan is shown, a pin
# is then 25 pixels across and no two are nearer than 24 (WCAG 2.5.8).
WIDE = 1000
RADIUS = 43
APART = 88
_TURNS = [(math.cos(math.tau * n / 12), math.sin(math.tau * n / 12)) for n in range(12)]


@dataclass(frozen=True, slots=True)
class Pin:
    """Something to show on the plan: its place (each part from 0 to 1), its page, what the pin is called and in which
    language, and the short mark on it. Without a page it is a mark and no link."""

    x: float
    y: float
    name: str
    url: str | None = None
    mark: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """How wide and high the plan is, in metres."""

    wide: float
    high: float

    def between(self, x: float, y: float, u: float, v: float) -> float:
        """Metres from one place to another, as the crow flies."""
        return math.hypot((x - u) * self.wide, (y - v) * self.high)

    def box(self, x: float, y: float, metres: float) -> tuple[float, float, float, float]:
        """The square around a circle, as left, top, right and bottom parts of the plan: what a database can ask for."""
        across, down = metres / self.wide, metres / self.high
        return x - across, y - down, x + across, y + down


@dataclass(frozen=True, slots=True)
class Drawn:
    """A pin in units of the plan: `at` is the true place, `pin` the middle of the pin, apart from it where others are
    in the way."""

    pin: tuple[int, int]
    at: tuple[int, int]
    of: Pin

    @property
    def moved(self) -> bool:
        """A line leads from the true place to the pin."""
        return self.pin != self.at


def spread(pins: Iterable[Pin], high: int) -> list[Drawn]:
    """Where pins go on a plan `high` units high: at their place, or beside it, so that no pin covers another as long
    as there is room. The same pins in the same order always lie the same."""
    drawn: list[Drawn] = []
    taken: list[tuple[int, int]] = []
    for pin in pins:
        at = (round(pin.x * WIDE), round(pin.y * high))
        where = _free(at, taken, high)
        taken.append(where)
        drawn.append(Drawn(where, at, pin))
    return drawn


def _free(at: tuple[int, int], taken: Sequence[tuple[int, int]], high: int) -> tuple[int, int]:
    inside = _inside(at[0], at[1], high)
    if _is_free(inside, taken):
        return inside
    for ring in range(1, 6):
        for cos, sin in _TURNS:
            there = _inside(at[0] + ring * APART * cos, at[1] + ring * APART * sin, high)
            if _is_free(there, taken):
                return there
    return inside


def _inside(x: float, y: float, high: int) -> tuple[int, int]:
    return round(min(max(x, RADIUS), WIDE - RADIUS)), round(min(max(y, RADIUS), high - RADIUS))


def _is_free(there: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    x, y = there
    return all((x - a) ** 2 + (y - b) ** 2 >= APART * APART for a, b in taken)
