"""The outbox as staff see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.mail import Outgoing, State

TROUBLE = (State.DEAD, State.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Troubled:
    """A page of messages that wait for a decision, and how many are in each state."""

    rows: Sequence[Outgoing]
    total: int
    states: Mapping[str, int]


def troubled(s: Session, *, limit: int, offset: int) -> Troubled:
    """Two selects."""
    counts: dict[str, int] = {
        str(row[0]): row[1] for row in s.execute(select(Outgoing.state, func.count()).group_by(Outgoing.state))
    }
    rows = s.scalars(
        select(Outgoing).where(Outgoing.state.in_(TROUBLE)).order_by(Outgoing.id.desc()).limit(limit).offset(offset)
    ).all()
    return Troubled(rows, sum(counts.get(state, 0) for state in TROUBLE), counts)
