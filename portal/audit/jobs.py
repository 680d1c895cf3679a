"""Work of the night: the head of the chain is written down."""

from __future__ import annotations

from typing import Any

from portal.audit import actions
from portal.base import clock, db


def head(_payload: dict[str, Any]) -> None:
    """Note the heads of the days that have ended."""
    with db.write() as s:
        actions.note_head(s, clock.now())
