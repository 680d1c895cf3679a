"""Ideas and the projects that grow from them: linked both ways, and the idea's state follows its project."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import YES, no
from portal.budgeting.actions.budgets import vote_state
from portal.budgeting.models import Budget, Project, ProjectStatus
from portal.budgeting.models_works import Origin
from portal.budgeting.rules import Denied
from portal.budgeting.rules_works import GROWS, MOST_IDEAS, may_link
from portal.ideas import actions_answers, queries_objections
from portal.ideas.models import Idea
from portal.ideas.rules_value import settled


def link(actor: Actor, budget: Budget, project: Project, idea: Idea) -> bool:
    """Says that a project grew from an idea as well. False where it is said already. Raises Denied while people vote, and
    while an objection about the idea waits."""
    _must(budget)
    s = db.session()
    if s.get(Origin, (project.id, idea.id)) is not None:
        return False
    if len(_of(s, project.id)) >= MOST_IDEAS:
        raise Denied(no(_l("A project grows from at most %(n)s ideas.", n=MOST_IDEAS)))
    # whoever objects holds the idea's row meanwhile
    s.execute(db.locked(select(Idea.id).where(Idea.id == idea.id)))
    _settled(s, [idea.id])
    row = Origin(project_id=project.id, idea_id=idea.id, at=clock.now(), state_before="")
    s.add(row)
    s.flush()
    _follow(actor, project, row, idea)
    record(actor, "linked idea", "project", project.id, after={"idea": idea.number})
    return True


def unlink(actor: Actor, budget: Budget, project: Project, idea_id: int) -> bool:
    """Takes a link away; the idea gets the state that it had. False where there is none. Raises Denied while people
    vote."""
    _must(budget)
    s = db.session()
    row = s.get(Origin, (project.id, idea_id))
    if row is None:
        return False
    actions_answers.off_ballot(actor, idea_id, row.state_before)
    s.delete(row)
    s.flush()
    record(actor, "unlinked idea", "project", project.id, before={"idea": idea_id})
    return True


def unlink_all(actor: Actor, project: Project) -> None:
    """A project is taken away for good: its ideas are free again."""
    s = db.session()
    for row in _of(s, project.id):
        actions_answers.off_ballot(actor, row.idea_id, row.state_before)
        s.delete(row)
    s.flush()


def must_be_settled(project: Project) -> None:
    """Raises Denied while an objection about one of its ideas waits: the project does not come onto the ballot before it
    is decided."""
    s = db.session()
    _settled(s, [row.idea_id for row in _of(s, project.id)])


def _settled(s: Session, ids: Sequence[int]) -> None:
    verdict = settled(queries_objections.contested(s, ids)) if ids else YES
    if not verdict:
        raise Denied(verdict)


def follow(actor: Actor, project: Project) -> None:
    """The status of a project has changed: its ideas are on the ballot when it is, and no longer when it is not."""
    s = db.session()
    for row in _of(s, project.id):
        _follow(actor, project, row, s.get_one(Idea, row.idea_id))


def _follow(actor: Actor, project: Project, row: Origin, idea: Idea) -> None:
    on = project.status is ProjectStatus.BALLOT
    if on and not row.state_before and idea.state.value in GROWS and idea.shown:
        row.state_before = actions_answers.onto_ballot(actor, idea.id)
    elif not on and row.state_before:
        actions_answers.off_ballot(actor, idea.id, row.state_before)
        row.state_before = ""
    db.session().flush()


def _must(budget: Budget) -> None:
    verdict = may_link(vote_state(budget))
    if not verdict:
        raise Denied(verdict)


def _of(s: Session, project_id: int) -> list[Origin]:
    return list(s.scalars(select(Origin).where(Origin.project_id == project_id).order_by(Origin.idea_id)))
