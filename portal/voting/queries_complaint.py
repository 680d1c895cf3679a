"""Complaints about a result: how many wait, the answers that everybody reads, and what officers see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.voting import rules_complaint as rules
from portal.voting.models import Vote
from portal.voting.models_complaint import Complaint
from portal.voting.queries import city_day

_C = Complaint.__table__.c


def standing(s: Session, vote: Vote) -> rules.Standing | None:
    """How the result of this vote stands now; None where there is none. At most one select."""
    if vote.published_at is None or vote.key_check is None:
        return None
    numbers = select(func.count(), func.count(_C.answered_at)).where(_C.vote_id == vote.id)
    total, answered = s.execute(numbers).one()
    days = city_day(vote.published_at), city_day(clock.city_now())
    return rules.standing(vote, *days, waiting=total - answered, answered=answered)


def by_reference(s: Session, vote: Vote, reference: str) -> Complaint | None:
    """The complaint with this number, for whoever knows it."""
    return s.scalars(select(Complaint).where(_C.vote_id == vote.id, _C.reference == reference)).one_or_none()


def answers(s: Session, vote: Vote, *, limit: int, offset: int) -> tuple[Sequence[Any], int]:
    """The public answers, newest first, and how many there are: two selects. Of the complaint itself only number and
    day."""
    mine = (_C.vote_id == vote.id, _C.answered_at.is_not(None))
    rows = s.execute(
        select(_C.reference, _C.at, _C.answer, _C.answer_language, _C.upheld, _C.answered_at)
        .where(*mine)
        .order_by(_C.answered_at.desc(), _C.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return rows, s.scalar(select(func.count()).select_from(Complaint).where(*mine)) or 0


def listed(s: Session, vote: Vote, *, limit: int, offset: int) -> tuple[Sequence[Any], int]:
    """For officers: all complaints of a vote, those without an answer first; numbers and days, no words. Two selects."""
    rows = s.execute(
        select(_C.id, _C.reference, _C.at, _C.answered_at, _C.upheld)
        .where(_C.vote_id == vote.id)
        .order_by(_C.answered_at.is_not(None), _C.at, _C.id)
        .limit(limit)
        .offset(offset)
    ).all()
    return rows, s.scalar(select(func.count()).select_from(Complaint).where(_C.vote_id == vote.id)) or 0


def one(s: Session, vote: Vote, complaint_id: int) -> Complaint | None:
    """One complaint of this vote, whole."""
    return s.scalars(select(Complaint).where(_C.vote_id == vote.id, _C.id == complaint_id)).one_or_none()


def waiting(s: Session, vote_ids: Sequence[int]) -> dict[int, int]:
    """How many complaints wait for an answer, by vote: one select."""
    rows = s.execute(
        select(_C.vote_id, func.count().label("number"))
        .where(_C.vote_id.in_(vote_ids), _C.answered_at.is_(None))
        .group_by(_C.vote_id)
    ).all()
    return {row.vote_id: row.number for row in rows}
