"""What pages and requests ask about terminals."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.places.models import Terminal, Venue


def digest(token: str) -> str:
    """What the database knows of a terminal's cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Here:
    """The terminal at which a request is made: how long its pages may stand, in seconds."""

    terminal_id: int
    venue_id: int
    plain_seconds: int
    form_seconds: int


_T, _V = Terminal.__table__.c, Venue.__table__.c
_HERE = (
    select(_T.id, _T.venue_id, _V.plain_seconds, _V.form_seconds)
    .join_from(Terminal.__table__, Venue.__table__, _V.id == _T.venue_id)
    .where(_T.token_hash == bindparam("digest"), _T.retired_at.is_(None))
)


def here(s: Session, token: str) -> Here | None:
    """The living terminal with this cookie, in one select."""
    row = s.execute(_HERE, {"digest": digest(token)}).first()
    return Here(*row) if row else None


def terminal(s: Session, terminal_id: int) -> Terminal | None:
    """One terminal."""
    return s.get(Terminal, terminal_id)


def terminals(s: Session, venue_ids: Collection[int]) -> Sequence[Terminal]:
    """The terminals of these venues, those in use first."""
    wanted = select(Terminal).where(Terminal.venue_id.in_(list(venue_ids)))
    return s.scalars(wanted.order_by(Terminal.retired_at.is_not(None), Terminal.venue_id, Terminal.name)).all()


def in_use(row: Terminal, now: datetime) -> str:
    """The state of a terminal: "retired", "enrolled", "waiting" (for its code) or "new"."""
    if row.retired_at is not None:
        return "retired"
    if row.token_hash is not None:
        return "enrolled"
    return "waiting" if row.code_until is not None and now < row.code_until else "new"
