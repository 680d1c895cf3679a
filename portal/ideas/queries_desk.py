"""The check of ideas as the staff see it: the list of what is to be valued, one idea on the desk, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.base import i18n, search, texts
from portal.base.actor import Actor
from portal.base.i18n import Text
from portal.base.texts import Said
from portal.ideas import queries, queries_idea, rules, rules_value
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_value import Assignment, CostLine, Objection, StaffNote, Valuation
from portal.ideas.queries_value import cost_lines, department_names
from portal.identity.models import Person
from portal.identity.queries_colleagues import Colleague, colleagues
from portal.processes.models import Phase, PhaseKind, Process
from portal.processes.queries import reached

PER_PAGE = 30
STATES = ("open", "late", "valued", "objection", "all")
WHOSE = ("mine", "nobody", "others")


@dataclass(frozen=True)
class Wish:
    """What an officer looks for; empty means everything that is to be done."""

    state: str = "open"
    whose: str = ""
    department: int | None = None
    call: int | None = None
    q: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """An idea in the staff's list."""

    id: int
    number: int
    title: str
    lang: str
    state: IdeaState
    supports: int
    call: Said | str
    department: Said | None
    officer: str
    mine: bool
    due_on: date | None
    days_left: int | None
    draft: bool
    objection: bool

    @property
    def dir(self) -> str:
        """Writing direction of the title."""
        return i18n.direction(self.lang)

    @property
    def late(self) -> Text | None:
        """Days left, or late."""
        return None if self.days_left is None else rules_value.how_late(self.days_left)


def stood_for(who: Actor) -> list[int]:
    """The person, and those in whose place they value."""
    away = {grant.deputy_for for grant in who.grants if grant.role in rules_value.VALUERS}
    return sorted(number for number in {who.person_id, *away} if number is not None)


def has(who: Actor) -> ColumnElement[bool]:
    """Where clause: somebody has the idea to value, by their name or their department's."""
    mine = Assignment.officer_id.in_(stood_for(who))
    ours = who.scopes(rules_value.VALUERS, "department")
    return (
        or_(mine, and_(Assignment.officer_id.is_(None), Assignment.department_id.in_(sorted(ours)))) if ours else mine
    )


def worked_on(who: Actor, roles: tuple[str, ...] = queries.STAFF) -> ColumnElement[bool]:
    """Where clause: the ideas of calls or districts on which somebody works."""
    parts: list[ColumnElement[bool]] = [reached(who, roles)]
    if districts := who.scopes(roles, "district"):
        parts.append(Idea.district_id.in_(sorted(districts)))
    return or_(*parts) if who.may(*roles) else false()


def _joined(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Idea)
        .join(Call, Call.id == Idea.call_id)
        .join(Process, Process.id == Call.process_id)
        .outerjoin(Assignment, and_(Assignment.idea_id == Idea.id, Assignment.ended_at.is_(None)))
    )


_OPEN_OBJECTION = select(Objection.id).where(Objection.idea_id == Idea.id, Objection.decided_at.is_(None)).exists()
_DRAFT = select(Valuation.id).where(Valuation.idea_id == Idea.id, Valuation.published_at.is_(None)).exists()
_WORKABLE = and_(Idea.listed.is_(True), Call.frozen_at.is_(None), Call.closed_at.is_(None))
_TO_DO = and_(_WORKABLE, or_(Idea.state.in_(rules_value.UNVALUED), Assignment.id.is_not(None)))


def _where(s: Session, who: Actor, wish: Wish, today: date) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [or_(worked_on(who), has(who)), Idea.listed.is_(True)]
    if wish.state == "open":
        where.append(_TO_DO)
    elif wish.state == "late":
        where += [_TO_DO, Assignment.due_on < today]
    elif wish.state == "valued":
        where += [Idea.state.not_in(rules_value.UNVALUED), Assignment.id.is_(None)]
    elif wish.state == "objection":
        where.append(_OPEN_OBJECTION)
    if wish.whose == "mine":
        where.append(has(who))
    elif wish.whose == "nobody":
        where.append(Assignment.id.is_(None))
    elif wish.whose == "others":
        where += [Assignment.id.is_not(None), ~func.coalesce(has(who), false())]
    if wish.department is not None:
        where.append(Assignment.department_id == wish.department)
    if wish.call is not None:
        where.append(Idea.call_id == wish.call)
    if wish.q.strip():
        where.append(Idea.id.in_(search.find(s, "idea", wish.q, i18n.lang(), most=2000)))
    return where


def lines(s: Session, who: Actor, wish: Wish, today: date) -> tuple[list[Line], int]:
    """A page of ideas to value, the earliest due first, and how many there are: four selects, one more to search."""
    where = _where(s, who, wish, today)
    total = s.scalar(_joined(func.count()).where(*where)) or 0
    officer = aliased(Person)
    rows = s.execute(
        _joined(
            Idea.id, Idea.number, Idea.title, Idea.language, Idea.state, Idea.supports, Idea.call_id,
            Assignment.id.label("held"), Assignment.department_id, Assignment.officer_id, Assignment.due_on,
            Call.slug, officer.name, _DRAFT.label("draft"), _OPEN_OBJECTION.label("objection"),
            has(who).label("mine"),
        )
        .outerjoin(officer, officer.id == Assignment.officer_id)
        .where(*where)
        .order_by(Assignment.due_on.is_(None), Assignment.due_on, Idea.supports.desc(), Idea.number)
        .limit(PER_PAGE)
        .offset((max(wish.page, 1) - 1) * PER_PAGE)
    ).all()  # fmt: skip
    calls = texts.load(s, "call", {row.call_id for row in rows}, ["title"])
    names = department_names(s, [row.department_id for row in rows])
    return [
        Line(
            id=row.id,
            number=row.number,
            title=row.title,
            lang=row.language,
            state=row.state,
            supports=row.supports,
            call=calls.get((row.call_id, "title")) or row.slug,
            department=names.get(row.department_id),
            officer=row.name or "",
            mine=bool(row.mine),
            due_on=row.due_on,
            days_left=rules_value.days_left(row.due_on, today) if row.due_on is not None else None,
            draft=bool(row.draft),
            objection=bool(row.objection),
        )
        for row in rows
    ], total


def calls_of(s: Session, who: Actor) -> list[tuple[int, Said]]:
    """The calls among whose ideas somebody finds work, for the filter: two selects."""
    ids = list(s.scalars(_joined(Idea.call_id).where(or_(worked_on(who), has(who))).distinct()))
    said = texts.load(s, "call", ids, ["title"])
    return [(number, said[number, "title"]) for number in sorted(ids, reverse=True) if (number, "title") in said]


def holders_of(s: Session, now: datetime) -> list[Colleague]:
    """Everybody who can be given an idea, by name: those with a fitting role of their own. Two selects."""
    found = [
        one
        for one in colleagues(s, now).values()
        if any(grant.role in rules_value.VALUERS and grant.deputy_for is None for grant in one.grants)
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.person_id))


# --- what waits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """An idea that somebody has to value."""

    number: int
    title: str
    due_on: date


@lru_cache(maxsize=128)
def _due(who: Actor) -> Any:
    """The question of `due`; its open place is `most`."""
    return (
        _joined(Idea.number, Idea.title, Assignment.due_on)
        .where(has(who), _WORKABLE)
        .order_by(Assignment.due_on, Idea.number)
        .limit(bindparam("most"))
    )


def due(s: Session, who: Actor, most: int) -> list[Due]:
    """What a person has to value, the earliest due first: one select."""
    return [Due(row.number, row.title, row.due_on) for row in s.execute(_due(who.bare()), {"most": most})]


def unassigned(who: Actor, now: Any) -> Any:
    """Asks how many ideas nobody has, in calls that are always open or whose check has begun. `now`: the moment, or the
    open place for it."""
    checked = select(Phase.id).where(
        Phase.process_id == Process.id, Phase.kind == PhaseKind.REVIEW, Phase.opens_at <= now
    )
    return _joined(func.count().label("nobodys")).where(
        worked_on(who, rules.OFFICERS),
        _WORKABLE,
        Assignment.id.is_(None),
        Idea.state.in_(rules_value.UNVALUED),
        or_(Call.always_open.is_(True), checked.exists()),
    )


# --- the staff's page of one idea -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Work:
    """An idea on the desk of who values it."""

    found: queries_idea.Found
    holds: Assignment | None
    authors: Sequence[int]
    objection: bool

    @property
    def idea(self) -> Idea:
        """The idea itself."""
        return self.found.idea

    @property
    def scope(self) -> dict[str, set[int]]:
        """The part of the city it belongs to: that of the idea, and the department that has it."""
        if self.holds is None or self.holds.department_id is None:
            return self.found.scope
        own = self.found.scope
        return {**own, "department": own.get("department", set()) | {self.holds.department_id}}


def work(s: Session, number: int) -> Work | None:
    """The idea with this number, for whomever: the caller asks `reaches`. Four selects."""
    found = queries_idea.by_number(s, number)
    if found is None:
        return None
    wanted = select(Assignment).where(Assignment.idea_id == found.idea.id, Assignment.ended_at.is_(None))
    opened = select(Objection.id).where(Objection.idea_id == found.idea.id, Objection.decided_at.is_(None)).limit(1)
    return Work(
        found,
        s.scalars(wanted).one_or_none(),
        queries_idea.author_ids(s, found.idea),
        s.scalar(opened) is not None,
    )


def holds(who: Actor, it: Work) -> bool:
    """Has this person the idea to value?"""
    row = it.holds
    return row is not None and rules_value.given(who, officer_id=row.officer_id, department_id=row.department_id)


def reaches(who: Actor, it: Work) -> bool:
    """Is the idea on this person's desk: as staff of its call, or because they have it?"""
    return who.may(*queries.STAFF, scope=it.found.scope) or holds(who, it)


@dataclass(frozen=True)
class NoteShown:
    """A department's note with who wrote it."""

    row: StaffNote
    name: str


@dataclass(frozen=True)
class Desk:
    """What the staff's page of an idea shows beside the time-line."""

    history: Sequence[tuple[Assignment, Said | None, str, str]]
    notes: Sequence[NoteShown]
    draft: Valuation | None
    draft_lines: Sequence[CostLine]
    valuers: Mapping[int, str]


def desk(s: Session, it: Work) -> Desk:
    """Hand-overs with names, notes, the draft: six selects."""
    held = s.scalars(select(Assignment).where(Assignment.idea_id == it.idea.id).order_by(Assignment.id.desc())).all()
    notes = s.scalars(select(StaffNote).where(StaffNote.idea_id == it.idea.id).order_by(StaffNote.id)).all()
    rows = s.scalars(select(Valuation).where(Valuation.idea_id == it.idea.id).order_by(Valuation.version)).all()
    written = rows[-1] if rows and rows[-1].published_at is None else None
    people = {row.officer_id for row in held} | {row.given_by_id for row in held} | {row.by_id for row in notes}
    people |= {row.by_id for row in rows}
    known = {
        row.id: row.name for row in s.execute(select(Person.id, Person.name).where(Person.id.in_(people - {None})))
    }
    names = department_names(s, [row.department_id for row in held])
    return Desk(
        [
            (row, names.get(row.department_id or 0), known.get(row.officer_id or 0, ""), known.get(row.given_by_id or 0, ""))
            for row in held
        ],
        [NoteShown(row, known.get(row.by_id or 0, "")) for row in notes],
        written,
        cost_lines(s, written),
        {row.id: known.get(row.by_id or 0, "") for row in rows},
    )  # fmt: skip
