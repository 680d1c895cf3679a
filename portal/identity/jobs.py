"""Work of the night: what is over is forgotten."""

from __future__ import annotations

from typing import Any

from portal.base import clock, db, limits
from portal.identity import actions


def sweep(_payload: dict[str, Any]) -> None:
    """Forget old sessions, tokens, invitations, facts and failed attempts."""
    with db.write() as s:
        actions.sweep(s, clock.now())
        limits.sweep(s, clock.now())
