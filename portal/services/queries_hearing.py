"""Hearings as pages show them, in a fixed number of selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Label, func, select
from sqlalchemy.orm import Session

from portal.base import codes, i18n, texts
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.identity import actions_codes
from portal.services import queries, queries_clock, rules, rules_hearing
from portal.services.models import LIVE, Case, CaseFile, Service
from portal.services.models_hearing import Hearing, Shared
from portal.services.rules_hearing import Standing

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class HeardRow:
    """A hearing with the name of the office and how far it is. `late`: the answer came after the day."""

    row: Hearing
    office: Said | None
    standing: Standing
    late: bool

    @property
    def who(self) -> str:
        """Who was asked."""
        return self.office.body if self.office is not None else self.row.name


def _dressed(s: Session, rows: Sequence[Hearing], lang: str) -> list[HeardRow]:
    today = queries_clock.today()
    said = texts.load(s, "department", {row.department_id for row in rows if row.department_id}, ["name"], lang)
    return [
        HeardRow(
            row,
            (said.get((row.department_id, "name")) or Said("–", lang)) if row.department_id else None,
            rules_hearing.standing(
                answered=row.answered_at is not None, stopped=row.stopped_at is not None, due_on=row.due_on, today=today
            ),
            row.answered_at is not None and i18n.in_zone(row.answered_at).date() > row.due_on,
        )
        for row in rows
    ]  # fmt: skip


def of_case(s: Session, case_id: int, lang: str) -> list[HeardRow]:
    """All hearings of a case, the oldest first. Two selects."""
    return _dressed(s, s.scalars(select(Hearing).where(Hearing.case_id == case_id).order_by(Hearing.id)).all(), lang)


@dataclass(frozen=True, slots=True)
class Public:
    """What the applicant sees: until when others are being asked, and the statements that were shared."""

    until: date | None
    shared: Sequence[HeardRow]


def for_applicant(s: Session, case_id: int, lang: str) -> Public:
    """Two selects."""
    rows = of_case(s, case_id, lang)
    running = [one.row.due_on for one in rows if one.standing is Standing.OPEN]
    return Public(
        max(running, default=None),
        [one for one in rows if one.standing is Standing.ANSWERED and one.row.shared is not Shared.NOTHING],
    )


def still_open(s: Session, case_id: int, today: date) -> int:
    """How many have not answered, and still may."""
    return s.scalar(select(func.count()).select_from(Hearing).where(Hearing.case_id == case_id, *_open(today))) or 0


def _open(today: date) -> list[ColumnElement[bool]]:
    return [Hearing.answered_at.is_(None), Hearing.stopped_at.is_(None), Hearing.due_on >= today]


def hashed(code: str) -> str:
    """What is kept of a neighbour's code."""
    return actions_codes.keyed("hearing", codes.normal(code))


def by_code(s: Session, code: str) -> Hearing | None:
    """The hearing of a code that was read (rules_hearing.read_code)."""
    return s.scalars(select(Hearing).where(Hearing.code_hash == hashed(code))).first()


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody who is asked may see: the question, what it is about, and the chosen files."""

    row: Hearing
    case: Case
    service: Service
    title: Said
    files: Sequence[CaseFile]

    @property
    def live(self) -> bool:
        """Is the case still open?"""
        return self.case.state in LIVE


def _asked(s: Session, where: Sequence[ColumnElement[bool]], lang: str) -> Asked | None:
    found = s.execute(
        select(Hearing, Case, Service)
        .join(Case, Case.id == Hearing.case_id)
        .join(Service, Service.id == Case.service_id)
        .where(*where)
    ).first()
    if found is None:
        return None
    row, case, of = found
    title = texts.load(s, queries.KIND, [of.id], ["title"], lang).get((of.id, "title")) or Said(of.slug, i18n.SOURCE)
    chosen = select(CaseFile).where(CaseFile.case_id == case.id, CaseFile.id.in_(row.files)).order_by(CaseFile.id)
    return Asked(row, case, of, title, s.scalars(chosen).all())


def asked(s: Session, hearing_id: int, mark: str, lang: str) -> Asked | None:
    """A neighbour's hearing, by what their browser holds of the code. Three selects."""
    return _asked(s, [Hearing.id == hearing_id, Hearing.code_hash == mark], lang)


def _offices(actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    if actor.everywhere(*roles):
        return Hearing.department_id.is_not(None)
    return Hearing.department_id.in_(sorted(actor.scopes(roles, "department")))


def for_office(s: Session, actor: Actor, hearing_id: int, lang: str) -> Asked | None:
    """A question to one of the actor's offices. Three selects."""
    return _asked(s, [Hearing.id == hearing_id, _offices(actor, rules.READERS)], lang)


@dataclass(frozen=True, slots=True)
class Line:
    """A question to an office, in their list."""

    heard: HeardRow
    reference: str
    title: Said


def to_offices(s: Session, actor: Actor, *, waiting: bool, page: int, lang: str) -> tuple[list[Line], int]:
    """Questions to the actor's offices, the earliest due first: those that wait, or all others. Four selects."""
    where: list[ColumnElement[bool]] = [_offices(actor, rules.READERS)]
    waits = (Hearing.answered_at.is_(None), Hearing.stopped_at.is_(None), Case.state.in_(LIVE))
    where += list(waits) if waiting else [~(waits[0] & waits[1] & waits[2])]
    joined = select(Hearing, Case.reference, Case.service_id).join(Case, Case.id == Hearing.case_id).where(*where)
    total = s.scalar(select(func.count()).select_from(joined.with_only_columns(Hearing.id).subquery())) or 0
    order = (Hearing.due_on, Hearing.id) if waiting else (Hearing.id.desc(),)
    rows = s.execute(joined.order_by(*order).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    dressed = _dressed(s, [row[0] for row in rows], lang)
    said = texts.load(s, queries.KIND, {row.service_id for row in rows}, ["title"], lang)
    return [
        Line(one, row.reference, said.get((row.service_id, "title")) or Said("–", i18n.SOURCE))
        for one, row in zip(dressed, rows, strict=True)
    ], total


def waits(actor: Actor, today: date) -> tuple[Label[Any], Label[Any]]:
    """Columns for the start page: how many questions wait for the actor's offices, and until when the first."""
    joined = (
        select(Hearing.id)
        .join(Case, Case.id == Hearing.case_id)
        .where(_offices(actor, rules.DESK), *_open(today), Case.state.in_(LIVE))
    )
    count = joined.with_only_columns(func.count(Hearing.id)).scalar_subquery()
    return count.label("asked"), joined.with_only_columns(func.min(Hearing.due_on)).scalar_subquery().label("asked_due")


def overdue(s: Session, today: date, most: int) -> Sequence[int]:
    """Hearings whose day went by without an answer, and of which that is not written down yet."""
    return s.scalars(
        select(Hearing.id)
        .where(
            Hearing.due_on < today, Hearing.answered_at.is_(None), Hearing.stopped_at.is_(None),
            Hearing.lapsed_at.is_(None),
        )
        .order_by(Hearing.id)
        .limit(most)
    ).all()  # fmt: skip
