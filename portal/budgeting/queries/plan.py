"""How the vote of a budget is planned: the plan's row, the regulation made of it, and what is still missing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.ground import settings
from portal.base.i18n import Text
from portal.base.texts import Wording
from portal.budgeting.models import Budget, BudgetState, Category, Pot, Project, ProjectStatus, Source, VotePlan
from portal.budgeting.rules import TEXTS, PotFacts, Readiness
from portal.places.models import District
from portal.processes.queries import phases_of
from portal.voting.actions import draft_regulation
from portal.voting.queries import READY, faults


def plan_of(s: Session, budget: Budget) -> VotePlan:
    """The plan's row; every budget has one."""
    return s.scalars(select(VotePlan).where(VotePlan.budget_id == budget.id)).one()


def rule_words(ready: str | None) -> Text | None:
    """The rule of the count in one or two plain sentences, as the page of a budget tells it."""
    found = READY.get(ready or "")
    return None if found is None else found.summary


def pot_key(position: int) -> str:
    """The id of a pot in the regulation, in ballots and in downloads."""
    return str(position)


def regulation_of(s: Session, budget: Budget, plan: VotePlan) -> dict[str, Any] | None:
    """The regulation document as it would be frozen now; None while no ready regulation is chosen."""
    if plan.ready is None:
        return None
    pots = s.execute(
        select(Pot.id, Pot.position, Pot.amount, District.code)
        .outerjoin(District, District.id == Pot.district_id)
        .where(Pot.budget_id == budget.id)
        .order_by(Pot.position)
    ).all()
    projects = s.execute(
        select(Project.id, Project.code, Project.pot_id, Project.category_id, Project.cost)
        .where(Project.budget_id == budget.id, Project.status == ProjectStatus.BALLOT)
        .order_by(Project.number)
    ).all()
    pot_names = _names(s, "pot", "name", [pot.id for pot in pots])
    titles = _names(s, "project", "title", [project.id for project in projects])
    categories = texts.load(s, "category", {p.category_id for p in projects if p.category_id}, ["name"], i18n.SOURCE)
    key_of = {pot.id: pot_key(pot.position) for pot in pots}
    return draft_regulation(
        plan.ready,
        pots=[
            {"id": key_of[pot.id], "budget_cents": pot.amount, "district": pot.code, "names": pot_names.get(pot.id, {})}
            for pot in pots
        ],
        currency=budget.currency,
        projects=[
            {
                "id": p.code,
                "pot": key_of[p.pot_id],
                "cost_cents": p.cost,
                "category": str(categories[p.category_id, "name"]) if (p.category_id, "name") in categories else None,
                "names": titles.get(p.id, {}),
            }
            for p in projects
        ],
        ballot={"kind": plan.ballot.value, "min": plan.min_choices, "max": plan.max_choices, "limit_cents": None},
        electorate={
            "age": {"years": plan.age, "on": plan.age_on.isoformat()} if plan.age and plan.age_on else None,
            "residence": plan.residents_only,
            "districts": plan.districts,
            "pots": plan.pot_voters.value,
        },
        publication=plan.publication.value,
        complaint_days=plan.complaint_days,
        rule=plan.rule or None,
        draw={"name": plan.draw_name, "on": plan.draw_on.isoformat()} if plan.draw_on else None,
    )


def readiness(s: Session, budget: Budget) -> Readiness:
    """Everything the check list before the opening looks at, in a fixed number of selects."""
    plan = plan_of(s, budget)
    regulation = regulation_of(s, budget, plan)
    counted = select(Project.status, func.count()).where(Project.budget_id == budget.id).group_by(Project.status)
    status: dict[ProjectStatus, int] = dict(s.execute(counted).all())
    bare = s.scalar(
        select(func.count())
        .select_from(Project)
        .where(Project.budget_id == budget.id, Project.status == ProjectStatus.BALLOT, Project.picture_id.is_(None))
    )
    return Readiness(
        phases=phases_of(s, [budget.process_id])[budget.process_id],
        pots=_pot_facts(s, budget),
        undecided=status.get(ProjectStatus.REVIEW, 0),
        drafts=status.get(ProjectStatus.DRAFT, 0),
        without_picture=bare or 0,
        regulation_chosen=regulation is not None,
        regulation_faults=faults(regulation) if regulation else [],
        age=plan.age,
        pot_voters=plan.pot_voters,
        ballot=plan.ballot,
        max_choices=plan.max_choices,
        missing_texts={lang: len(lacks) for lang, lacks in missing_texts(s, budget).items()},
        reasons=budget.language_reasons,
        language_names={lang: i18n.own_name(lang) for lang in settings().languages},
        shown=budget.state is BudgetState.SHOWN,
    )


def missing_texts(s: Session, budget: Budget) -> dict[str, list[tuple[str, int, str]]]:
    """What each language of the portal lacks of the needed texts: language -> [(kind, id, field)]."""
    languages = list(settings().languages)
    lacks: dict[str, list[tuple[str, int, str]]] = {lang: [] for lang in languages}
    for kind, ids in text_objects(s, budget).items():
        needed = [name for name, spec in TEXTS[kind].items() if spec.needed]
        for lang, pairs in texts.missing(s, kind, ids, needed, languages).items():
            lacks[lang] += [(kind, object_id, field) for object_id, field in pairs]
    _missing_picture_texts(s, budget, lacks)
    return lacks


def text_objects(s: Session, budget: Budget) -> dict[str, list[int]]:
    """The ids of everything of a budget that has texts, by kind; of projects those that are public or a draft."""
    pots = list(s.scalars(select(Pot.id).where(Pot.budget_id == budget.id).order_by(Pot.position)))
    sources = select(Source.id).where(Source.pot_id.in_(pots)).order_by(Source.pot_id, Source.position)
    categories = select(Category.id).where(Category.budget_id == budget.id).order_by(Category.position)
    projects = (
        select(Project.id)
        .where(Project.budget_id == budget.id, Project.status != ProjectStatus.DRAFT)
        .order_by(Project.number)
    )
    return {
        "budget": [budget.id],
        "pot": pots,
        "source": list(s.scalars(sources)) if pots else [],
        "category": list(s.scalars(categories)),
        "project": list(s.scalars(projects)),
    }


def _missing_picture_texts(s: Session, budget: Budget, lacks: dict[str, list[tuple[str, int, str]]]) -> None:
    """A picture needs its text in every language too."""
    pictured = list(
        s.scalars(
            select(Project.id).where(
                Project.budget_id == budget.id,
                Project.status != ProjectStatus.DRAFT,
                Project.picture_id.is_not(None),
            )
        )
    )
    if pictured:
        for lang, pairs in texts.missing(s, "project", pictured, ["picture_alt"], lacks).items():
            lacks[lang] += [("project", object_id, field) for object_id, field in pairs]


def _pot_facts(s: Session, budget: Budget) -> list[PotFacts]:
    sums = select(Source.pot_id, func.sum(Source.amount).label("total")).group_by(Source.pot_id).subquery()
    listed = (
        select(Project.pot_id, Project.cost)
        .where(Project.budget_id == budget.id, Project.status == ProjectStatus.BALLOT)
        .subquery()
    )
    rows = s.execute(
        select(
            Pot.id,
            Pot.amount,
            Pot.district_id,
            sums.c.total,
            select(func.count()).where(listed.c.pot_id == Pot.id).scalar_subquery().label("on_ballot"),
            select(func.count())
            .where(listed.c.pot_id == Pot.id, listed.c.cost > Pot.amount)
            .scalar_subquery()
            .label("dear"),
        )
        .outerjoin(sums, sums.c.pot_id == Pot.id)
        .where(Pot.budget_id == budget.id)
        .order_by(Pot.position)
    ).all()
    names = texts.load(s, "pot", [row.id for row in rows], ["name"])
    return [
        PotFacts(
            name=str(names.get((row.id, "name"), row.id)),
            amount=row.amount,
            sources=int(row.total or 0),
            on_ballot=row.on_ballot,
            dear=row.dear,
            has_district=row.district_id is not None,
        )
        for row in rows
    ]


def _names(s: Session, kind: str, field: str, ids: list[int]) -> dict[int, dict[str, str]]:
    """Every language's text of one field, by object."""
    found: dict[int, dict[str, str]] = {}
    if ids:
        statement = select(Wording.object_id, Wording.lang, Wording.body)
        for object_id, lang, body in s.execute(
            statement.where(Wording.kind == kind, Wording.field == field, Wording.object_id.in_(ids))
        ):
            found.setdefault(object_id, {})[lang] = body
    return found


def sources_of(s: Session, pot_id: int) -> list[tuple[int, int]]:
    """The sources of a pot in order: id and cents."""
    statement = select(Source.id, Source.amount).where(Source.pot_id == pot_id).order_by(Source.position)
    return [(row.id, row.amount) for row in s.execute(statement)]
