"""Work of papers for the worker."""

from __future__ import annotations

from typing import Any

from portal.base import clock, db
from portal.papers import actions, actions_letters, actions_make


def make(payload: dict[str, Any]) -> None:
    """Make one paper (a child process of the worker)."""
    actions_make.make(int(payload["paper"]))


def batch(payload: dict[str, Any]) -> None:
    """Put one batch together (a child process of the worker)."""
    actions_make.make_batch(int(payload["batch"]))


def letters(payload: dict[str, Any]) -> None:
    """Make the PDF of a batch of the inbox's letters (a child process of the worker)."""
    actions_letters.make(int(payload["batch"]))


def try_waiting(_payload: dict[str, Any]) -> None:
    """Papers that waited for something are tried again."""
    actions_make.try_waiting(clock.now())


def close_days(_payload: dict[str, Any]) -> None:
    """Days that are over get their head in the register."""
    with db.write() as s:
        actions.close_days(s, clock.now())


def sweep(_payload: dict[str, Any]) -> None:
    """Stray files are taken away."""
    actions_make.sweep()
