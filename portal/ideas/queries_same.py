"""Proposals that two ideas are the same: for their authors, for whoever said it, and the queue of the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, true
from sqlalchemy.orm import Session

from portal.base import i18n, search
from portal.base.actor import Actor
from portal.ideas import queries_idea, rules
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_merge import Says, Twin, TwinState
from portal.identity.queries import public_names
from portal.processes.models import Process

PER_PAGE = 25

_T = Twin.__table__.c
_A, _B = Idea.__table__.alias("one"), Idea.__table__.alias("other")
_CA, _CB = Call.__table__.alias("call_one"), Call.__table__.alias("call_other")
_PA, _PB = Process.__table__.alias("process_one"), Process.__table__.alias("process_other")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two ideas of a proposal, in its own language."""

    id: int
    number: int
    title: str
    lang: str
    supports: int
    says: Says | None

    @property
    def dir(self) -> str:
        """Writing direction of its title."""
        return i18n.direction(self.lang)


@dataclass(frozen=True, slots=True)
class Line:
    """A proposal in a list: `one` would live on in `other`."""

    id: int
    state: TwinState
    at: datetime
    one: Side
    other: Side


_LINES = (
    select(
        _T.id, _T.state, _T.at, _T.idea_says, _T.into_says,
        _A.c.id.label("a_id"), _A.c.number.label("a_number"), _A.c.title.label("a_title"),
        _A.c.language.label("a_lang"), _A.c.supports.label("a_supports"),
        _B.c.id.label("b_id"), _B.c.number.label("b_number"), _B.c.title.label("b_title"),
        _B.c.language.label("b_lang"), _B.c.supports.label("b_supports"),
    )
    .select_from(Twin.__table__)
    .join(_A, _A.c.id == _T.idea_id)
    .join(_B, _B.c.id == _T.into_id)
)  # fmt: skip
# a proposal about an idea that was withdrawn or hidden since has nothing to decide, until it is shown again
_OPEN = and_(_T.state == TwinState.OPEN, _A.c.listed.is_(True), _B.c.listed.is_(True))


def _line(row: Any) -> Line:
    return Line(
        row.id,
        TwinState(row.state),
        row.at,
        Side(row.a_id, row.a_number, row.a_title, row.a_lang, row.a_supports, row.idea_says),
        Side(row.b_id, row.b_number, row.b_title, row.b_lang, row.b_supports, row.into_says),
    )


_ABOUT = _LINES.where(_OPEN, or_(_T.idea_id == bindparam("idea"), _T.into_id == bindparam("idea"))).order_by(_T.id)


def about(s: Session, idea_id: int) -> list[Line]:
    """What waits for a decision about an idea: one select. For its authors and the staff."""
    return [_line(row) for row in s.execute(_ABOUT, {"idea": idea_id})]


def waiting(s: Session, person_id: int) -> int:
    """How many proposals of somebody nobody has decided."""
    asked = select(func.count()).select_from(Twin).where(Twin.by_id == person_id, Twin.state == TwinState.OPEN)
    return s.scalar(asked) or 0


@dataclass(frozen=True)
class Page:
    """A proposal with both ideas, and what the reader is to it."""

    twin: Twin
    one: queries_idea.Found
    other: queries_idea.Found
    by: str  # the public name of whoever said it; empty: forgotten
    decided_by: str
    wrote_one: bool  # the reader is an author of it
    wrote_other: bool
    proposed: bool

    @property
    def concerned(self) -> bool:
        """Is it shown to the reader without any role?"""
        return self.wrote_one or self.wrote_other or self.proposed


def page(s: Session, actor: Actor, twin_id: int) -> Page | None:
    """A proposal, for whomever: the door asks `concerned` or the role. A fixed number of selects."""
    row = s.get(Twin, twin_id)
    if row is None:
        return None
    one, other = queries_idea.by_id(s, row.idea_id), queries_idea.by_id(s, row.into_id)
    assert one is not None and other is not None
    me = actor.person_id
    names = public_names(s, [number for number in (row.by_id, row.decided_by_id) if number is not None])
    return Page(
        row,
        one,
        other,
        names.get(row.by_id or 0, ""),
        names.get(row.decided_by_id or 0, ""),
        me is not None and me in queries_idea.author_ids(s, one.idea),
        me is not None and me in queries_idea.author_ids(s, other.idea),
        me is not None and me == row.by_id,
    )


# --- the staff's queue ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wish:
    """What a member of staff asked the queue for. Empty means everything."""

    state: TwinState | None = TwinState.OPEN
    call: int | None = None
    says: str = ""  # "both", "one", "against", "none": what the authors have said
    q: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Is anything left out beside what was decided?"""
        return bool(self.call or self.says or self.q or self.state is not TwinState.OPEN)


_SAYS: dict[str, ColumnElement[bool]] = {
    "both": and_(_T.idea_says == Says.AGREED, _T.into_says == Says.AGREED),
    "one": or_(
        and_(_T.idea_says == Says.AGREED, _T.into_says.is_(None)),
        and_(_T.idea_says.is_(None), _T.into_says == Says.AGREED),
    ),
    "against": or_(_T.idea_says == Says.AGAINST, _T.into_says == Says.AGAINST),
    "none": and_(_T.idea_says.is_(None), _T.into_says.is_(None)),
}
SAYS = tuple(_SAYS)


def _reached(actor: Actor, idea: Any, process: Any) -> ColumnElement[bool]:
    """Where clause: one of the two ideas belongs to a part of the city in which the actor decides."""
    if actor.everywhere(*rules.OFFICERS):
        return true()
    parts = [
        column.in_(sorted(numbers))
        for column, kind in (
            (process.c.id, "process"),
            (process.c.district_id, "district"),
            (process.c.department_id, "department"),
            (idea.c.district_id, "district"),
        )
        if (numbers := actor.scopes(rules.OFFICERS, kind))
    ]
    return or_(*parts) if parts else ~true()


def _mine(actor: Actor) -> ColumnElement[bool]:
    return and_(_reached(actor, _A, _PA), _reached(actor, _B, _PB))


def _joined(statement: Any) -> Any:
    return (
        statement.join(_CA, _CA.c.id == _A.c.call_id)
        .join(_CB, _CB.c.id == _B.c.call_id)
        .join(_PA, _PA.c.id == _CA.c.process_id)
        .join(_PB, _PB.c.id == _CB.c.process_id)
    )


def queue(s: Session, actor: Actor, wish: Wish) -> tuple[list[Line], int]:
    """One page of the proposals that the actor may decide, the oldest first, and the number of all: two
    selects, three with a word."""
    where = [_mine(actor)]
    if wish.state is TwinState.OPEN:
        where.append(_OPEN)
    elif wish.state is not None:
        where.append(_T.state == wish.state)
    if wish.call is not None:
        where.append(or_(_A.c.call_id == wish.call, _B.c.call_id == wish.call))
    if wish.says in _SAYS:
        where.append(_SAYS[wish.says])
    if wish.q.isdecimal() and len(wish.q) < 10:
        where.append(or_(_A.c.number == int(wish.q), _B.c.number == int(wish.q)))
    elif wish.q:
        ids = search.find(s, "idea", wish.q, i18n.lang(), most=1000)
        where.append(or_(_A.c.id.in_(ids), _B.c.id.in_(ids)))
    statement = _joined(_LINES).where(*where)
    total = s.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    order = (_T.at, _T.id) if wish.state is TwinState.OPEN else (_T.at.desc(), _T.id.desc())
    rows = s.execute(statement.order_by(*order).limit(PER_PAGE).offset((max(wish.page, 1) - 1) * PER_PAGE))
    return [_line(row) for row in rows], total


def oldest(actor: Actor) -> Any:
    """Asks how many proposals wait for the actor, and since when."""
    statement = _joined(
        select(func.count().label("twins"), func.min(_T.at).label("since")).select_from(Twin.__table__)
        .join(_A, _A.c.id == _T.idea_id).join(_B, _B.c.id == _T.into_id)
    )  # fmt: skip
    return statement.where(_mine(actor), _OPEN)


# --- what can be named ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """An idea as somebody chooses it from a list."""

    id: int
    number: int
    title: str
    lang: str
    lead: str
    supports: int

    @property
    def dir(self) -> str:
        """Writing direction of its words."""
        return i18n.direction(self.lang)


def by_number(s: Session, actor: Actor, number: int) -> Named | None:
    """The idea with this number, if the reader may see it and it stands by itself."""
    found = queries_idea.readable(s, actor, number)
    if found is None or found.idea.hidden_at is not None or found.idea.state is IdeaState.MERGED:
        return None
    idea = found.idea
    return Named(idea.id, idea.number, idea.title, idea.language, idea.lead, idea.supports)
