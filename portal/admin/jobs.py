"""Work of the house for the worker."""

from __future__ import annotations

from typing import Any

from portal.admin import actions_remind


def remind(_payload: dict[str, Any]) -> None:
    """Staff hear of what is due."""
    actions_remind.remind()
