"""Sessions of shared screens: how long they may stand, and their ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.identity.models import SignIn
from portal.places import rules_terminal


def stay(s: Session, session_id: int, seconds: int, now: datetime) -> None:
    """The session of a shared screen may stand for so many seconds from now on."""
    s.execute(
        update(SignIn)
        .where(SignIn.id == session_id, SignIn.revoked_at.is_(None), SignIn.idle_at > now)
        .values(idle_at=rules_terminal.ends_at(now, seconds))
    )


def closing(s: Session, session_id: int, now: datetime) -> None:
    """A page of a shared screen was closed: unless another one opens, its session ends in seconds."""
    soon = now + timedelta(seconds=rules_terminal.CLOSED)
    s.execute(update(SignIn).where(SignIn.id == session_id, SignIn.idle_at > soon).values(idle_at=soon))


def ends(s: Session, session_id: int) -> datetime | None:
    """When the session of a shared screen ends unless a page is opened before."""
    return s.scalar(select(SignIn.idle_at).where(SignIn.id == session_id))


def end_at_terminal(s: Session, terminal_id: int, now: datetime) -> None:
    """End every session of a terminal (retired, or enrolled anew)."""
    s.execute(
        update(SignIn)
        .where(SignIn.terminal_id == terminal_id, SignIn.revoked_at.is_(None))
        .values(revoked_at=now, id_token=None)
    )
