"""Work of the night: what is over is forgotten."""

from __future__ import annotations

from typing import Any

from portal.base import clock, db, limits
from portal.identity import actions, actions_drafts, actions_paper, actions_proof


def sweep(_payload: dict[str, Any]) -> None:
    """Forget old sessions, tokens, invitations, facts and failed attempts."""
    with db.write() as s:
        actions.sweep(s, clock.now())
        actions_paper.forget_once(s, clock.now())
        actions_drafts.sweep(s, clock.now())
        limits.sweep(s, clock.now())
    actions_proof.drop_old_keys()
