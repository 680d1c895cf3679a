"""The worker's side of votes: the count."""

from __future__ import annotations

from typing import Any

from portal.voting import actions_count


def count(payload: dict[str, Any]) -> None:
    """Count one vote, beginning at the first step that is not done."""
    actions_count.run_count(payload["vote"])
