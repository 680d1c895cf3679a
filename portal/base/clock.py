"""Two clocks. The real one dates sessions, tokens, jobs and audit lines. The city's clock decides what is open;
it is the real one, except in the demo, where a stored shift lets people see what a later day brings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from portal.base import ground, marks

SHIFT = "clock.shift"


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
