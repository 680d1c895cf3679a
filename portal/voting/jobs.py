"""The worker's side of votes: the count, and leftovers of imports."""

from __future__ import annotations

from typing import Any

from portal.base import db
from portal.voting import actions_count, actions_import, actions_interruption


def count(payload: dict[str, Any]) -> None:
    """Count one vote, beginning at the first step that is not done."""
    actions_count.run_count(payload["vote"])


def destroy_key(payload: dict[str, Any]) -> None:
    """Destroy the key of a vote that was broken off."""
    with db.write() as s:
        actions_interruption.destroy_broken_off(s, payload["vote"])


def sweep(_payload: dict[str, Any]) -> None:
    """Remove what broken imports left, in short transactions."""
    while True:
        with db.write() as s:
            if not actions_import.sweep_imports(s):
                return
