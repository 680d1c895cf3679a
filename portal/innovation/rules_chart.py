"""The chart of a pilot: where its values, its target and its dates lie on a drawing. Pure numbers; the table beside it
says the same. Time runs from left to right in every language, as on the plans of the sciences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.base import i18n

WIDTH, HEIGHT = 440, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 428, 16, 220
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Dot:
    """A measured value on the drawing."""

    x: float
    y: float
    day: date
    value: int


@dataclass(frozen=True)
class Tick:
    """A line across, at a round value."""

    y: float
    value: int


@dataclass(frozen=True)
class Chart:
    """What the template draws."""

    dots: Sequence[Dot]
    path: str
    ticks: Sequence[Tick]
    target: float
    baseline: float
    stop: float | None
    first: str  # the day at the left end, short
    last: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def step(span: int) -> int:
    """The distance of lines so that three to seven of them fit into a span of hundredths."""
    size = 1
    while True:
        for one in STEPS:
            if span <= 5 * one * size:
                return one * size
        size *= 10


def draw(
    points: Sequence[tuple[date, int]], starts_on: date, ends_on: date, baseline: int, target: int, stop: int | None
) -> Chart:
    """The drawing of values by day, with everything in sight: target, baseline, threshold, late values."""
    values = [value for _day, value in points] + [baseline, target] + ([stop] if stop is not None else [])
    low, high = min(values), max(values)
    if low >= 0 and low * 2 <= high:
        low = 0  # a bar of nothing stands on the ground
    gap = step(max(high - low, 1))
    low, high = low // gap * gap, -(-high // gap) * gap
    first = min([starts_on, *(day for day, _value in points)])
    last = max([ends_on, *(day for day, _value in points)])
    days = max((last - first).days, 1)

    def across(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day - first).days / days, 1)

    def up(value: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / max(high - low, 1), 1)

    dots = [Dot(across(day), up(value), day, value) for day, value in sorted(points)]
    return Chart(
        dots=dots,
        path=" ".join(f"{'L' if n else 'M'}{dot.x} {dot.y}" for n, dot in enumerate(dots)),
        ticks=[Tick(up(value), value) for value in range(low, high + 1, gap)],
        target=up(target),
        baseline=up(baseline),
        stop=up(stop) if stop is not None else None,
        first=i18n.day(first, "short"),
        last=i18n.day(last, "short"),
    )
