"""Appeals as pages show them, in a fixed number of selects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, func, select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.identity.models import Person
from portal.papers.models import Paper
from portal.services import queries, rules, rules_appeal
from portal.services.models import Case, CaseFile, Decision, Service
from portal.services.models_appeal import Appeal, AppealState

PER_PAGE = 30


def field(appeal_id: int) -> str:
    """Under which files of an appeal stand among those of the case."""
    return f"appeal.{appeal_id}"


def of_case(s: Session, case_id: int) -> Sequence[Appeal]:
    """All appeals in a case, the oldest first."""
    return s.scalars(select(Appeal).where(Appeal.case_id == case_id).order_by(Appeal.id)).all()


def around(s: Session, case_id: int, decision: Decision | None) -> dict[str, Any]:
    """What a case's page says of its appeals, and whether one could be filed now. One select."""
    rows = of_case(s, case_id)
    here = decision is not None and any(
        one.decision_id == decision.id and one.state is not AppealState.WITHDRAWN for one in rows
    )
    may = decision is not None and bool(
        rules_appeal.may_appeal(outcome=decision.outcome, conditions=decision.conditions, appealed=here)
    )
    return {
        "appeals": rows, "appealable": may, "appeal_states": rules_appeal.STATES,
        "appeal_colours": rules_appeal.COLOURS, "appeal_outcomes": rules_appeal.OUTCOMES,
    }  # fmt: skip


def appealed(s: Session, decision_id: int) -> bool:
    """Is there an appeal against this decision?"""
    wanted = select(Appeal.id).where(Appeal.decision_id == decision_id, Appeal.state != AppealState.WITHDRAWN)
    return s.scalar(wanted.limit(1)) is not None


def still_open(s: Session, case_id: int) -> bool:
    """Is an appeal in this case still to be decided?"""
    wanted = select(Appeal.id).where(Appeal.case_id == case_id, Appeal.state.in_(rules_appeal.OPEN))
    return s.scalar(wanted.limit(1)) is not None


def open_cases() -> Select[Any]:
    """The numbers of the cases in which an appeal is still to be decided, for a where clause."""
    return select(Appeal.case_id).where(Appeal.state.in_(rules_appeal.OPEN))


def cases_of(reference: str) -> Select[Any]:
    """The number of the case that an appeal with this reference belongs to, for a where clause."""
    return select(Appeal.case_id).where(Appeal.reference == reference)


@dataclass(frozen=True, slots=True)
class AppealPage:
    """An appeal with all that its page shows."""

    appeal: Appeal
    case: Case
    service: Service
    title: Said
    decision: Decision
    files: Sequence[CaseFile]
    paper: Paper | None
    applicant: str
    officer: str

    @property
    def deciders(self) -> set[int | None]:
        """Who took part in the decision."""
        return {self.decision.proposed_by_id, self.decision.confirmed_by_id} - {None}


def own(s: Session, actor: Actor, reference: str, lang: str) -> AppealPage | None:
    """An appeal in a case of this person; to others it does not exist. Four selects."""
    return _page(s, reference, queries.whose(actor, Case), lang)


def desk(s: Session, actor: Actor, reference: str, lang: str) -> AppealPage | None:
    """An appeal in reach of an officer's roles. Four selects."""
    return _page(s, reference, [queries.in_reach(actor)], lang)


def _page(s: Session, reference: str, where: Sequence[ColumnElement[bool]], lang: str) -> AppealPage | None:
    found = s.execute(
        select(Appeal, Case, Service, Decision, Paper)
        .join(Case, Case.id == Appeal.case_id)
        .join(Service, Service.id == Case.service_id)
        .join(Decision, Decision.id == Appeal.decision_id)
        .outerjoin(Paper, Paper.id == Appeal.paper_id)
        .where(Appeal.reference == reference, *where)
    ).first()
    if found is None:
        return None
    row, case, of, decision, paper = found
    title = texts.load(s, queries.KIND, [of.id], ["title"], lang).get((of.id, "title")) or Said(of.slug, i18n.SOURCE)
    chosen = select(CaseFile).where(CaseFile.case_id == case.id, CaseFile.field == field(row.id)).order_by(CaseFile.id)
    people = select(Person.id, Person.name).where(Person.id.in_([n for n in (case.person_id, row.officer_id) if n]))
    names: dict[int, str] = {one.id: one.name for one in s.execute(people)}
    return AppealPage(
        row, case, of, title, decision, s.scalars(chosen).all(), paper,
        case.for_name or names.get(case.person_id or 0, ""), names.get(row.officer_id or 0, ""),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """An appeal in the desk's list."""

    appeal: Appeal
    case_reference: str
    title: Said
    officer: str


def queue(s: Session, actor: Actor, *, state: str, page: int, lang: str) -> tuple[list[Line], int]:
    """Appeals in reach, the earliest due first; `state`: one alone, empty for the open ones. Three selects."""
    where = [queries.in_reach(actor)]
    where.append(Appeal.state == AppealState(state) if state else Appeal.state.in_(rules_appeal.OPEN))
    joined = (
        select(Appeal, Case.reference, Case.service_id, Person.name)
        .join(Case, Case.id == Appeal.case_id)
        .join(Service, Service.id == Case.service_id)
        .outerjoin(Person, Person.id == Appeal.officer_id)
        .where(*where)
    )
    total = s.scalar(select(func.count()).select_from(joined.with_only_columns(Appeal.id).subquery())) or 0
    rows = s.execute(
        joined.order_by(Appeal.due_on.is_(None), Appeal.due_on, Appeal.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    ).all()
    said = texts.load(s, queries.KIND, {row.service_id for row in rows}, ["title"], lang)
    return [
        Line(
            row[0], row.reference, said.get((row.service_id, "title")) or Said("–", i18n.SOURCE), row.name or ""
        )
        for row in rows
    ], total  # fmt: skip


def waits(actor: Actor) -> tuple[Label[Any], Label[Any]]:
    """Columns for the start page: how many appeals wait that this officer has or could take, and the earliest day."""
    joined = (
        select(Appeal.id)
        .join(Case, Case.id == Appeal.case_id)
        .join(Service, Service.id == Case.service_id)
        .join(Decision, Decision.id == Appeal.decision_id)
        .where(
            queries.in_reach(actor, rules.DESK),
            Appeal.state.in_(rules_appeal.OPEN),
            Appeal.officer_id.is_(None) | (Appeal.officer_id == actor.person_id),
            func.coalesce(Decision.proposed_by_id, 0) != (actor.person_id or -1),
            func.coalesce(Decision.confirmed_by_id, 0) != (actor.person_id or -1),
        )
    )
    count = joined.with_only_columns(func.count(Appeal.id)).scalar_subquery()
    return count.label("appeals"), joined.with_only_columns(func.min(Appeal.due_on)).scalar_subquery().label(
        "appeals_due"
    )


def due(s: Session, until: date, most: int) -> Sequence[int]:
    """Open appeals that have to be decided by this day."""
    return s.scalars(
        select(Appeal.id)
        .where(Appeal.state.in_(rules_appeal.OPEN), Appeal.due_on <= until)
        .order_by(Appeal.due_on, Appeal.id)
        .limit(most)
    ).all()
