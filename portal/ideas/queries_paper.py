"""Lists of supporters on paper, as staff see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.base import clock
from portal.base.actor import Actor
from portal.ideas import queries_idea
from portal.ideas.models import Idea, Support
from portal.ideas.models_paper import OUTCOMES, SupportList
from portal.identity import queries as people
from portal.identity.models import Person

PER_PAGE = 30
_L = SupportList.__table__.c
_ENTERED = sum((_L[name] for name in OUTCOMES[1:]), _L[OUTCOMES[0]])
STATES: Mapping[str, Any] = {
    "open": and_(_L.finished_at.is_(None), _L.second_at.is_(None)),
    "second": and_(_L.finished_at.is_not(None), _L.second_at.is_(None)),
    "differs": and_(_L.finished_at.is_(None), _L.second_at.is_not(None)),
    "done": and_(_L.finished_at.is_not(None), _L.second_at.is_not(None)),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A list of supporters in the list of lists."""

    id: int
    number: str
    idea: int
    title: str
    lang: str
    on_day: Any
    lines: int
    entered: int
    counted: int
    state: str
    by: str


def _state(row: Any) -> str:
    finished, looked = row.finished_at is not None, row.second_at is not None
    return {(False, False): "open", (True, False): "second", (False, True): "differs", (True, True): "done"}[
        finished, looked
    ]


def state_of(row: SupportList) -> str:
    """How far a list is: open, second, differs or done."""
    return _state(row)


def listed(s: Session, *, q: str, state: str, page: int) -> tuple[list[Line], int]:
    """Lists, the newest first, and how many there are: two selects. `q`: the beginning of a list's number, or the number
    of an idea."""
    wanted = [STATES[state]] if state in STATES else []
    if q:
        asked = q.strip().upper().replace("%", "").replace("_", "")
        by_number = _L.number.like(f"{asked}%")
        ideas = [Idea.number == int(asked[:9])] if asked.isascii() and asked.isdecimal() else []
        wanted.append(or_(by_number, *ideas))
    joined = select(SupportList.id).join(Idea, Idea.id == SupportList.idea_id).where(*wanted)
    total = s.scalar(select(func.count()).select_from(joined.subquery())) or 0
    rows = s.execute(
        select(
            _L.id, _L.number, _L.on_day, _L.lines, _ENTERED.label("entered"), _L.counted, _L.finished_at, _L.second_at,
            Idea.number.label("idea"), Idea.title, Idea.language, Person.name,
        )
        .join(Idea, Idea.id == _L.idea_id)
        .outerjoin(Person, Person.id == _L.entered_by_id)
        .where(*wanted)
        .order_by(_L.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )  # fmt: skip
    return [
        Line(
            row.id, row.number, row.idea, row.title, row.language, row.on_day, row.lines, row.entered, row.counted,
            _state(row), row.name or "",
        )
        for row in rows
    ], total  # fmt: skip


def waiting(person_id: int | None) -> Any:
    """Asks how many lists wait for the second look of this person, and how many of theirs are not finished."""
    return select(
        func.count().filter(STATES["second"], _L.entered_by_id.is_distinct_from(person_id)).label("second"),
        func.count().filter(_L.finished_at.is_(None), _L.entered_by_id == person_id).label("unfinished"),
    ).select_from(SupportList)


@dataclass(frozen=True)
class Found:
    """A list with its idea."""

    row: SupportList
    idea: queries_idea.Found
    by: str
    second_by: str


def found(s: Session, list_id: int) -> Found | None:
    """A list of supporters: three selects."""
    row = s.get(SupportList, list_id)
    idea = queries_idea.by_id(s, row.idea_id) if row is not None else None
    if row is None or idea is None:
        return None
    ids = [one for one in (row.entered_by_id, row.second_by_id) if one is not None]
    names = {one.id: one.name for one in s.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}
    return Found(row, idea, names.get(row.entered_by_id or 0, ""), names.get(row.second_by_id or 0, ""))


def own_on_list(s: Session, actor: Actor, idea: Idea) -> int | None:
    """The support that this person gave an idea on a list on paper; None where there is none, or where the city is not
    sure who they are. No select where nothing came on paper, else two."""
    if not idea.on_paper or actor.person_id is None or actor.acting_for is not None:
        return None
    known = people.facts(s, actor.person_id, clock.now())
    if known.resident is None or known.weak:
        return None
    return s.scalar(
        select(Support.id).where(
            Support.idea_id == idea.id, Support.resident == known.resident, Support.list_id.is_not(None)
        )
    )
