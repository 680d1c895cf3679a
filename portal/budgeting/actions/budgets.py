"""A budget begins, is edited, gets its dates and is shown to the public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.audit.actions import record
from portal.base import clock, db, texts
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.budgeting.models import Budget, BudgetState, VotePlan
from portal.budgeting.rules import TEXTS, Denied, may_change, may_change_dates
from portal.processes import actions as process_actions
from portal.processes.actions import Dates
from portal.processes.models import Phase
from portal.voting import actions as vote_actions
from portal.voting import queries as voting

Said = Mapping[str, Mapping[str, str]]  # field -> language -> text
KEEP: Any = object()  # "leave as it is", where None means "none"


def vote_state(budget: Budget) -> str | None:
    """The state of the budget's vote in voting's words; None before anything was prepared."""
    vote = voting.vote_for(db.session(), "budget", budget.id)
    return None if vote is None else str(vote.state)


def must_be_loose(budget: Budget) -> None:
    """Raises Denied once the vote has been opened."""
    verdict = may_change(vote_state(budget))
    if not verdict:
        raise Denied(verdict)


def touch(actor: Actor, budget: Budget) -> None:
    """Says that a public page of the budget shows something new (caches ask for the version).

    A vote that was prepared from the old state is thrown away: it has to be prepared again before it can open.
    """
    vote = voting.vote_for(db.session(), "budget", budget.id)
    if vote is not None and vote.state == "prepared":
        vote_actions.delete_prepared(db.session(), actor, vote)
    budget.version += 1
    budget.changed_at = clock.now()
    db.session().flush()


def put_texts(kind: str, object_id: int, said: Said, *, origin: str = "human") -> None:
    """Stores texts of a budget or of what belongs to it. Raises KeyError for a field that the kind does not have."""
    texts.put_all(db.session(), kind, object_id, said, TEXTS[kind], origin=origin)


def create(
    actor: Actor, *, slug: str, texts: Said, currency: str | None = None, picture_id: int | None = None
) -> Budget:
    """A new budget, seen by staff only. Raises Denied when the address is taken."""
    s = db.session()
    _must_be_free(slug, None)
    process = process_actions.begin("budget")
    budget = Budget(
        slug=slug,
        process_id=process.id,
        state=BudgetState.DRAFT,
        currency=currency or settings().city.currency,
        picture_id=picture_id,
        language_reasons={},
        version=1,
        changed_at=clock.now(),
    )
    s.add(budget)
    s.flush()
    s.add(VotePlan(budget_id=budget.id))
    put_texts("budget", budget.id, texts)
    s.flush()
    record(actor, "create", "budget", budget.id, after={"slug": slug, "texts": {k: dict(v) for k, v in texts.items()}})
    return budget


def edit(
    actor: Actor, budget: Budget, *, slug: str | None = None, texts: Said | None = None, picture_id: int | None = KEEP
) -> None:
    """Changes address, texts or picture. Raises Denied when frozen or when the address is taken."""
    must_be_loose(budget)
    before: dict[str, Any] = {"slug": budget.slug, "picture_id": budget.picture_id}
    if slug is not None and slug != budget.slug:
        _must_be_free(slug, budget.id)
        budget.slug = slug
    if picture_id is not KEEP:
        budget.picture_id = picture_id
    after: dict[str, Any] = {"slug": budget.slug, "picture_id": budget.picture_id}
    if texts:
        put_texts("budget", budget.id, texts)
        after["texts"] = {k: dict(v) for k, v in texts.items()}
    touch(actor, budget)
    record(actor, "edit", "budget", budget.id, before=before, after=after)


def set_dates(actor: Actor, budget: Budget, dates: Dates) -> None:
    """Replaces the dates of all phases (UTC). After the opening only results and works may move.

    Raises Denied, or processes' DatesRefused when the dates do not fit together.
    """
    s = db.session()
    rows = s.scalars(select(Phase).where(Phase.process_id == budget.process_id)).all()
    before = {phase.kind: (phase.opens_at, phase.closes_at) for phase in rows}
    verdict = may_change_dates(vote_state(budget), before, dates)
    if not verdict:
        raise Denied(verdict)
    process_actions.set_dates(actor, budget.process_id, dates)
    touch(actor, budget)


def show(actor: Actor, budget: Budget) -> None:
    """Everybody may see it from now on."""
    _set_state(actor, budget, BudgetState.SHOWN)


def hide(actor: Actor, budget: Budget) -> None:
    """Back to a draft. Raises Denied once the vote has been opened: a vote is not hidden from its voters."""
    must_be_loose(budget)
    _set_state(actor, budget, BudgetState.DRAFT)


def _set_state(actor: Actor, budget: Budget, state: BudgetState) -> None:
    before, budget.state = budget.state, state
    touch(actor, budget)
    record(actor, "show" if state is BudgetState.SHOWN else "hide", "budget", budget.id, before=before, after=state)


def _must_be_free(slug: str, own_id: int | None) -> None:
    taken = db.session().scalar(select(Budget.id).where(Budget.slug == slug))
    if taken is not None and taken != own_id:
        raise Denied(no(_l("Another budget has this address. Choose another one.")))
