"""What the Data Tracker is told of the access log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.audit.models_looks import Look
from portal.rights.rules_tracker import Usage


def usages(s: Session, people: Sequence[int], wish: Usage) -> tuple[Sequence[Look], int]:
    """The lines about these accounts that were asked for, newest first, and how many there are without limit and
    offset. Two selects."""
    where: list[ColumnElement[bool]] = [Look.person_id.in_(people)]
    if wish.since:
        where.append(Look.at >= wish.since)
    if wish.until:
        where.append(Look.at < wish.until + timedelta(seconds=1))
    total = s.scalar(select(func.count()).select_from(Look).where(*where)) or 0
    rows = select(Look).where(*where).order_by(Look.at.desc(), Look.id.desc())
    return s.scalars(rows.limit(wish.limit).offset(wish.offset)).all(), total
