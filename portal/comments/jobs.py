"""Work of the worker for comments."""

from __future__ import annotations

from typing import Any

from portal.base import clock, db
from portal.comments import actions

AT_ONCE = 1000


def sweep(_payload: dict[str, Any]) -> None:
    """Forgets who rated long ago, and the words of what was taken back. Running twice is harmless."""
    done = AT_ONCE
    while done == AT_ONCE:
        with db.write() as s:
            done = actions.forget(s, clock.now(), AT_ONCE)
