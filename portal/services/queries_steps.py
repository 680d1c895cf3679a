"""The steps of a procedure as pages show them, in a fixed number of selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.texts import Said
from portal.identity.models import Person
from portal.services.models import Case
from portal.services.models_steps import Step, Tick

KIND = "service_step"


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step, in a case with its tick and who made it."""

    step: Step
    title: Said
    tick: Tick | None = None
    by: str = ""


def of_service(s: Session, service_id: int, lang: str) -> list[StepRow]:
    """The steps of a service, in their order. Two selects."""
    rows = s.scalars(
        select(Step).where(Step.service_id == service_id, Step.removed_at.is_(None)).order_by(Step.position, Step.id)
    ).all()
    said = texts.load(s, KIND, [row.id for row in rows], ["title"], lang)
    return [StepRow(row, said.get((row.id, "title")) or Said("–", i18n.SOURCE)) for row in rows]


def one(s: Session, service_id: int, step_id: int) -> Step | None:
    """A step of a service that was not taken out."""
    wanted = select(Step).where(Step.id == step_id, Step.service_id == service_id, Step.removed_at.is_(None))
    return s.scalars(wanted).first()


def of_case(s: Session, case: Case, lang: str) -> list[StepRow]:
    """The steps of a case's procedure; those that were taken out of it only where they are ticked. Two selects."""
    rows = s.execute(
        select(Step, Tick, Person.name)
        .outerjoin(Tick, and_(Tick.step_id == Step.id, Tick.case_id == case.id))
        .outerjoin(Person, Person.id == Tick.by_id)
        .where(Step.service_id == case.service_id, or_(Step.removed_at.is_(None), Tick.id.is_not(None)))
        .order_by(Step.position, Step.id)
    ).all()
    said = texts.load(s, KIND, [row[0].id for row in rows], ["title"], lang)
    return [
        StepRow(step, said.get((step.id, "title")) or Said("–", i18n.SOURCE), tick, name or "")
        for step, tick, name in rows
    ]


def open_ones(s: Session, case: Case) -> int:
    """How many steps that come before a decision are not ticked."""
    ticked = exists().where(Tick.step_id == Step.id, Tick.case_id == case.id)
    return s.scalar(
        select(func.count()).select_from(Step).where(
            Step.service_id == case.service_id, Step.required.is_(True), Step.removed_at.is_(None), ~ticked
        )
    ) or 0  # fmt: skip


def missing(rows: Sequence[StepRow]) -> int:
    """The same of steps that are loaded already."""
    return sum(row.step.required and row.step.removed_at is None and row.tick is None for row in rows)
