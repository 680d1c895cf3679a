"""Objections of authors: the list of them, one on the desk of who decides it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.base.actor import Actor
from portal.base.i18n import Text
from portal.ideas import queries_idea, rules, rules_value
from portal.ideas.models import Call, Idea
from portal.ideas.models_merge import Merge
from portal.ideas.models_value import Objection, Subject, Valuation
from portal.ideas.queries_desk import PER_PAGE, worked_on
from portal.processes.models import Process


@dataclass(frozen=True)
class Objected:
    """An objection on the desk of who decides it."""

    row: Objection
    found: queries_idea.Found
    valuation: Valuation | None
    authors: Sequence[int]
    found_by: Sequence[int]  # who valued the idea, or joined it with another
    merge: Merge | None = None  # what is objected to, where that is a join; `other` is the idea that holds both
    other: Idea | None = None


def objection(s: Session, objection_id: int) -> Objected | None:
    """One objection, for whomever: the caller asks who may."""
    row = s.get(Objection, objection_id)
    found = queries_idea.by_id(s, row.idea_id) if row is not None else None
    if row is None or found is None:
        return None
    of = s.get(Valuation, row.valuation_id) if row.valuation_id is not None else None
    merge = other = None
    if row.subject is Subject.MERGE:
        last = select(Merge).where(Merge.idea_id == row.idea_id).order_by(Merge.id.desc()).limit(1)
        merge = s.scalars(last).one_or_none()
        other = s.get(Idea, merge.into_id) if merge is not None else None
    return Objected(row, found, of, queries_idea.author_ids(s, found.idea), found_by(s, row), merge, other)


def found_by(s: Session, row: Objection) -> list[int]:
    """Who valued the idea, or joined it with another one: they do not decide. One select."""
    if row.subject is Subject.MERGE:
        wanted = select(Merge.by_id).where(Merge.idea_id == row.idea_id)
    else:
        wanted = select(Valuation.by_id).where(Valuation.idea_id == row.idea_id, Valuation.published_at.is_not(None))
    return sorted({number for number in s.scalars(wanted) if number is not None})


_I, _O, _BELOW = Idea.__table__.c, Objection.__table__.c, Idea.__table__.alias("held_idea")
_INSIDE = select(_I.id).where(_I.id.in_(bindparam("ideas", expanding=True))).cte(recursive=True)
_INSIDE = _INSIDE.union(select(_BELOW.c.id).where(_BELOW.c.merged_into_id == _INSIDE.c.id))
_CONTESTED = (
    select(_I.number)
    .join(Objection.__table__, _O.idea_id == _I.id)
    .where(_I.id.in_(select(_INSIDE.c.id)), _O.decided_at.is_(None))
    .order_by(_I.number)
    .distinct()
)


def contested(s: Session, ids: Collection[int]) -> list[int]:
    """The public numbers of these ideas, and of those joined with them, to which an author objects and nobody has
    decided: one select."""
    return list(s.scalars(_CONTESTED, {"ideas": list(ids)}))


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """An objection in a list."""

    id: int
    number: int
    title: str
    lang: str
    subject: Subject
    at: datetime
    due_on: date
    upheld: bool | None
    days_left: int

    @property
    def dir(self) -> str:
        """Writing direction of the title."""
        return i18n.direction(self.lang)

    @property
    def late(self) -> Text:
        """Days left, or late."""
        return rules_value.how_late(self.days_left)


def _objections(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Objection)
        .join(Idea, Idea.id == Objection.idea_id)
        .join(Call, Call.id == Idea.call_id)
        .join(Process, Process.id == Call.process_id)
    )


def objections(s: Session, who: Actor, today: date, *, decided: bool, page: int) -> tuple[list[ObjectionLine], int]:
    """A page of objections, the earliest due first, and how many there are: two selects."""
    where = [worked_on(who), Objection.decided_at.is_not(None) if decided else Objection.decided_at.is_(None)]
    total = s.scalar(_objections(func.count()).where(*where)) or 0
    order = [Objection.decided_at.desc(), Objection.id] if decided else [Objection.due_on, Objection.id]
    rows = s.execute(
        _objections(
            Objection.id, Objection.subject, Objection.at, Objection.due_on, Objection.upheld, Idea.number, Idea.title,
            Idea.language,
        )
        .where(*where)
        .order_by(*order)
        .limit(PER_PAGE)
        .offset((max(page, 1) - 1) * PER_PAGE)
    )  # fmt: skip
    return [
        ObjectionLine(
            row.id, row.number, row.title, row.language, row.subject, row.at, row.due_on, row.upheld,
            rules_value.days_left(row.due_on, today),
        )
        for row in rows
    ], total  # fmt: skip


def waiting(who: Actor) -> Any:
    """Asks how many objections wait for an officer's decision, and when the first is due. Those against what they found
    themselves wait for others."""
    ours = select(Valuation.id).where(
        Valuation.idea_id == Objection.idea_id,
        Valuation.published_at.is_not(None),
        Valuation.by_id == who.person_id,
    )
    joined = select(Merge.id).where(Merge.idea_id == Objection.idea_id, Merge.by_id == who.person_id)
    part = or_(
        and_(Objection.subject != Subject.MERGE, ours.exists()),
        and_(Objection.subject == Subject.MERGE, joined.exists()),
    )
    return _objections(func.count().label("n"), func.min(Objection.due_on).label("due")).where(
        worked_on(who, rules.OFFICERS), Objection.decided_at.is_(None), ~part
    )
