"""Reading the audit record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.models import Entry


def entries(
    s: Session, *, verb: str = "", kind: str = "", person_id: int | None = None, limit: int = 50, offset: int = 0
) -> tuple[Sequence[Entry], int]:
    """A page of lines, newest first, and how many there are."""
    where = []
    if verb:
        where.append(Entry.verb == verb)
    if kind:
        where.append(Entry.kind == kind)
    if person_id is not None:
        where.append(Entry.person_id == person_id)
    total = s.scalar(select(func.count()).select_from(Entry).where(*where)) or 0
    rows = s.scalars(select(Entry).where(*where).order_by(Entry.id.desc()).limit(limit).offset(offset)).all()
    return rows, total


def verbs(s: Session) -> list[str]:
    """Every verb that occurs, for the filter."""
    return sorted(s.scalars(select(Entry.verb).distinct()))
