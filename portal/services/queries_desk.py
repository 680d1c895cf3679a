"""The officers' queue of cases, and what waits for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from portal.base import i18n, texts
from portal.base.actor import Actor
from portal.base.normal import normalise
from portal.base.texts import Said
from portal.identity.models import Person, RoleGrant
from portal.services import queries, queries_appeal, queries_clock, queries_hearing, rules
from portal.services.models import LIVE, Case, CaseState, Service
from portal.services.models_fees import BankLine, LineState

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Wish:
    """What an officer looks for; empty means all open ones."""

    q: str = ""
    state: str = ""
    service: int | None = None
    whose: str = ""
    due: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Something is looked for."""
        return bool(self.q or self.state or self.service or self.whose or self.due)


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the queue."""

    case: Case
    title: Said
    applicant: str
    officer: str
    days_left: int | None


def _where(actor: Actor, wish: Wish, today: date) -> list[ColumnElement[bool]]:
    where = [queries.in_reach(actor)]
    where.append(Case.state == CaseState(wish.state) if wish.state else Case.state.in_(LIVE))
    if wish.service is not None:
        where.append(Case.service_id == wish.service)
    if wish.whose == "mine":
        where.append(Case.officer_id == actor.person_id)
    elif wish.whose == "nobody":
        where.append(Case.officer_id.is_(None))
    elif wish.whose == "others":
        where.append(Case.officer_id != actor.person_id)
    if wish.due == "late":
        where.append(Case.due_on < today)
    elif wish.due == "week":
        where.append(Case.due_on.between(today, today + timedelta(days=7)))
    if wish.q:
        reference = rules.read_reference(wish.q)
        if reference is not None:
            where.append(or_(Case.reference == reference, Case.id.in_(queries_appeal.cases_of(reference))))
        else:
            folded = normalise(wish.q)
            where.append(
                or_(
                    Case.reference.contains(wish.q.upper()[:20], autoescape=True),
                    Person.name_folded.contains(folded, autoescape=True),
                    func.lower(Case.for_name).contains(wish.q.lower(), autoescape=True),
                )
            )
    return where


def _joined(where: Sequence[ColumnElement[bool]]) -> Any:
    officer = aliased(Person)
    return (
        select(Case, Person.name, officer.name)
        .join(Service, Service.id == Case.service_id)
        .outerjoin(Person, Person.id == Case.person_id)
        .outerjoin(officer, officer.id == Case.officer_id)
        .where(*where)
    )


def queue(s: Session, actor: Actor, wish: Wish, today: date, lang: str, most: int = PER_PAGE) -> tuple[list[Row], int]:
    """A page of the queue with at most so many, the earliest due first, and how many there are. Three selects."""
    joined = _joined(_where(actor, wish, today))
    total = s.scalar(select(func.count()).select_from(joined.with_only_columns(Case.id).subquery())) or 0
    return _rows(s, joined.limit(most).offset((wish.page - 1) * most), today, lang), total


def these(s: Session, actor: Actor, references: Sequence[str], lang: str) -> list[Row]:
    """Those of these cases that the actor may work on, in the order of the queue. Two selects."""
    where = [queries.in_reach(actor, rules.DESK), Case.reference.in_(references)]
    return _rows(s, _joined(where), queries_clock.today(), lang)


def _rows(s: Session, joined: Any, today: date, lang: str) -> list[Row]:
    rows = s.execute(joined.order_by(Case.due_on.is_(None), Case.due_on, Case.id)).all()
    said = texts.load(s, queries.KIND, {row[0].service_id for row in rows}, ["title"], lang)
    return [
        Row(
            case, said.get((case.service_id, "title")) or Said("–", i18n.SOURCE), case.for_name or name or "",
            has or "", (case.due_on - today).days if case.due_on is not None else None,
        )
        for case, name, has in rows
    ]  # fmt: skip


def services(s: Session, actor: Actor, lang: str) -> list[tuple[int, Said]]:
    """The services in reach, for the filter. Two selects."""
    ids = list(s.scalars(select(Service.id).where(queries.in_reach(actor))))
    said = texts.load(s, queries.KIND, ids, ["title"], lang)
    return sorted(((n, said.get((n, "title")) or Said("–", lang)) for n in ids), key=lambda one: one[1].body)


def officers(s: Session, service: Service) -> list[tuple[int, str]]:
    """Who can be given a case of this service: officers of the city or of its office."""
    return _officers(s, {service.department_id or 0})


def officers_of(s: Session, services: Collection[int]) -> list[tuple[int, str]]:
    """Who can be given a case of one of these services, by their numbers. Two selects."""
    offices = s.scalars(select(Service.department_id).where(Service.id.in_(services)))
    return _officers(s, {number or 0 for number in offices})


def _officers(s: Session, departments: Collection[int]) -> list[tuple[int, str]]:
    rows = s.execute(
        select(Person.id, Person.name)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role.in_(rules.DESK),
            or_(
                RoleGrant.scope_kind == "city",
                (RoleGrant.scope_kind == "department") & RoleGrant.scope_id.in_(departments),
            ),
            Person.closed_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return [(row.id, row.name) for row in rows]


def waits(s: Session, actor: Actor, today: date) -> Mapping[str, Any]:
    """How many cases nobody has, how many of mine are open, and how many are late, with the earliest day, and what other
    offices ask; for whoever works for the whole city also how many payments have found no case: one select."""
    loose = select(func.count()).select_from(BankLine).where(BankLine.state == LineState.OPEN).scalar_subquery()
    mine = Case.officer_id == actor.person_id
    row = s.execute(
        select(
            func.count().filter(Case.officer_id.is_(None)).label("nobody"),
            func.count().filter(mine, Case.state != CaseState.WAITING).label("mine"),
            func.min(Case.due_on).filter(mine).label("first"),
            func.count().filter(Case.due_on < today).label("late"),
            *queries_hearing.waits(actor, today),
            *queries_appeal.waits(actor),
            (loose if actor.everywhere(*rules.DESK) else literal(0)).label("loose"),
        )
        .select_from(Case)
        .join(Service, Service.id == Case.service_id)
        .where(queries.in_reach(actor, rules.DESK), Case.state.in_(LIVE))
    ).one()
    return dict(row._mapping)


def people(cases: Sequence[Row]) -> list[int]:
    """Whom a page of the queue is about."""
    return [row.case.person_id for row in cases if row.case.person_id is not None]
