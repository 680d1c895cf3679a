"""A project grows from ideas in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.base import db, jobs
from portal.base.actor import Actor
from portal.budgeting.actions import origins, projects
from portal.budgeting.actions.budgets import Said
from portal.budgeting.models import Budget, BudgetState, Project, ProjectStatus
from portal.budgeting.rules import PUBLIC, Denied
from portal.budgeting.rules_works import may_grow
from portal.ideas import queries_objections
from portal.ideas.models import Idea
from portal.ideas.rules_value import settled

TELL = "budgeting.tell_grown"


def grow(actor: Actor, budget: Budget, ideas: Sequence[Idea], *, texts: Said, **given: Any) -> Project:
    """A new project of the budget, made of these ideas and linked with them. `given`: as for `projects.add`; its proposer
    stays empty, because who wrote an idea is asked of the idea, where they can be forgotten. Raises Denied for an idea
    that is not ripe, and once the vote has been opened."""
    s = db.session()
    ids = [idea.id for idea in ideas]
    # nobody makes a second project of them at the same moment
    rows = {
        row.id: row
        for row in s.scalars(
            db.locked(select(Idea).where(Idea.id.in_(ids)).order_by(Idea.id)).execution_options(populate_existing=True)
        )
    }
    verdict = may_grow([rows[number].state.value if rows[number].shown else "" for number in ids])
    verdict = verdict and settled(queries_objections.contested(s, ids))
    if not verdict:
        raise Denied(verdict)
    project = projects.add(actor, budget, texts=texts, **given)
    for number in ids:
        origins.link(actor, budget, project, rows[number])
    tell(budget, project)
    return project


def tell(budget: Budget, project: Project) -> None:
    """Has the authors of its ideas, and those who support or follow them, told of a project that everybody sees."""
    if budget.state is BudgetState.SHOWN and project.status in PUBLIC and project.status is not ProjectStatus.REFUSED:
        jobs.enqueue(db.session(), TELL, {"project": project.id}, dedup=f"{TELL}:{project.id}")
