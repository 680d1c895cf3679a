"""Where the demo's city clock can go, and what its mail says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.mail import Outgoing
from portal.processes.models import Phase, PhaseKind


def next_close(s: Session, now: datetime) -> datetime | None:
    """A minute after the next close of a vote that is open now."""
    at = s.scalar(
        select(Phase.closes_at)
        .where(Phase.kind == PhaseKind.VOTE, Phase.opens_at <= now, Phase.closes_at > now)
        .order_by(Phase.closes_at)
        .limit(1)
    )
    return at + timedelta(minutes=1) if at else None


def next_phase(s: Session, now: datetime) -> datetime | None:
    """The next opening of any phase."""
    return s.scalar(select(Phase.opens_at).where(Phase.opens_at > now).order_by(Phase.opens_at).limit(1))


def mails(s: Session, *, limit: int, offset: int) -> tuple[Sequence[Outgoing], int]:
    """A page of the outbox, newest first, and how many mails there are."""
    total = s.scalar(select(func.count()).select_from(Outgoing)) or 0
    return s.scalars(select(Outgoing).order_by(Outgoing.id.desc()).limit(limit).offset(offset)).all(), total
