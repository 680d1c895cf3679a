"""What a broken import leaves: hidden rows that nobody finished, removed in short steps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import SYSTEM
from portal.base.search import SearchText
from portal.base.texts import Wording
from portal.budgeting.models import Budget, BudgetState, Card, Category, Pot, Project, VotePlan
from portal.processes.models import Phase, Process
from portal.voting import actions_import as votes
from portal.voting.models import SealedBallot, Vote

ALIVE = timedelta(minutes=2)  # an import that has not written for so long is a leftover


def give_up(budget_id: int) -> None:
    """Marks a broken import as a leftover at once and sweeps it."""
    with db.write() as s:
        budget = s.get(Budget, budget_id)
        if budget is None or budget.state is not BudgetState.HIDDEN:
            return
        budget.changed_at = clock.now() - ALIVE - timedelta(seconds=1)
        vote = s.scalars(select(Vote).where(Vote.kind == "budget", Vote.object_id == budget_id)).one_or_none()
        if vote is not None and vote.opened_at is not None:
            vote.opened_at = vote.opened_at - timedelta(days=1)
    sweep()


def sweep(_payload: Mapping[str, Any] | None = None, *, slug: str | None = None) -> int:
    """Removes what imports left that nobody finished, in short steps. Returns how many budgets went."""
    while True:
        with db.write() as s:
            if not votes.sweep_imports(s, most=2000, older_than=timedelta(hours=1) if slug is None else ALIVE):
                break
    gone = 0
    while True:
        with db.write() as s:
            wanted = select(Budget).where(Budget.state == BudgetState.HIDDEN, Budget.changed_at < clock.now() - ALIVE)
            budget = s.scalars(wanted.order_by(Budget.id).limit(1)).first()
            if budget is None:
                return gone
            if _sweep_some(s, budget):
                continue
            _sweep_rest(s, budget)
            gone += 1


def _sweep_some(s: Session, budget: Budget) -> bool:
    """Up to 500 sealed ballots, then up to a hundred projects with their texts; False when none is left."""
    vote_id = s.scalar(select(Vote.id).where(Vote.kind == "budget", Vote.object_id == budget.id))
    slots = s.scalars(select(SealedBallot.slot).where(SealedBallot.vote_id == vote_id).limit(500)).all()
    if slots:  # nobody but the import could cast here: the budget was never shown
        s.execute(delete(SealedBallot).where(SealedBallot.vote_id == vote_id, SealedBallot.slot.in_(slots)))
        return True
    ids = list(s.scalars(select(Project.id).where(Project.budget_id == budget.id).limit(100)))
    if not ids:
        return False
    s.execute(delete(Card).where(Card.project_id.in_(ids)))
    s.execute(delete(SearchText).where(SearchText.kind == "project", SearchText.object_id.in_(ids)))
    s.execute(delete(Wording).where(Wording.kind == "project", Wording.object_id.in_(ids)))
    s.execute(delete(Project).where(Project.id.in_(ids)))
    return True


def _sweep_rest(s: Session, budget: Budget) -> None:
    votes.forget_import(s, "budget", budget.id)
    for kind, model in (("pot", Pot), ("category", Category)):
        ids = list(s.scalars(select(model.id).where(model.budget_id == budget.id)))
        s.execute(delete(Wording).where(Wording.kind == kind, Wording.object_id.in_(ids)))
        s.execute(delete(model).where(model.id.in_(ids)))
    s.execute(delete(Wording).where(Wording.kind == "budget", Wording.object_id == budget.id))
    s.execute(delete(VotePlan).where(VotePlan.budget_id == budget.id))
    process_id = budget.process_id
    s.delete(budget)
    s.flush()
    s.execute(delete(Phase).where(Phase.process_id == process_id))
    s.execute(delete(Process).where(Process.id == process_id))
    record(SYSTEM, "sweep_import", "budget", budget.id)
