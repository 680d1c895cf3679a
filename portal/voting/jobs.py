"""The worker's side of votes: the count, and leftovers of imports."""

from __future__ import annotations

from typing import Any

import structlog

from portal.base import clock, db
from portal.voting import actions_chain, actions_complaint, actions_count, actions_import, actions_interruption, queries
from portal.voting.sealing import SealingError

log = structlog.get_logger("portal.voting")


def count(payload: dict[str, Any]) -> None:
    """Count one vote, beginning at the first step that is not done."""
    actions_count.run_count(payload["vote"])


def seal(_payload: dict[str, Any]) -> None:
    """Make the entries that are due in the chains of votes that are open, or wait for their count."""
    with db.read() as s:
        waiting = [vote.public_id for vote in queries.not_counted(s)]
    for public_id in waiting:
        try:
            actions_chain.seal_due(public_id)
        except SealingError as error:  # after a restore, until both halves are given
            log.warning("chain_waits", vote=public_id, why=str(error))


def destroy_key(payload: dict[str, Any]) -> None:
    """Destroy the key of a vote that was broken off."""
    with db.write() as s:
        actions_interruption.destroy_broken_off(s, payload["vote"])


def forget(_payload: dict[str, Any]) -> None:
    """What complaints may not keep any longer."""
    with db.write() as s:
        actions_complaint.forget_names(s, clock.now())


def sweep(_payload: dict[str, Any]) -> None:
    """Remove what broken imports left, in short transactions."""
    while True:
        with db.write() as s:
            if not actions_import.sweep_imports(s):
                return
