"""A proposal is handed in or withdrawn, and put into the search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, search
from portal.base.actor import Actor
from portal.innovation import queries, rules
from portal.innovation.models import Proposal, Stage
from portal.innovation.rules import Denied
from portal.moderation.actions import screen
from portal.notifications import actions as notifications

KIND = queries.KIND


@dataclass(frozen=True)
class Written:
    """The words of a proposal, in one language, and whom it concerns."""

    title: str
    problem: str
    whom: str
    better: str
    language: str
    department_id: int | None = None
    named: bool = False
    source: tuple[str, int] | None = None  # (kind, id) of the thing that it grew from


def locked(s: Session, proposal_id: int) -> Proposal:
    """The row as it stands now, under a lock until the end of the transaction."""
    statement = db.locked(select(Proposal).where(Proposal.id == proposal_id))
    return s.scalars(statement.execution_options(populate_existing=True)).one()


def propose(actor: Actor, written: Written, guard: Mapping[str, Any] | None = None) -> Proposal:
    """A new proposal of the actor. It may be held for a moderator, never refused for its words. `guard`: what the form
    tells moderation of itself. Raises Denied for one proposal too many."""
    s, now = db.session(), clock.now()
    verdict = rules.may_propose(queries.waiting_of(s, actor.person_id))
    if not verdict:
        raise Denied(verdict)
    kind, number = written.source or ("", None)
    proposal = Proposal(
        proposer_id=actor.person_id,
        named=written.named,
        from_staff=actor.staff and actor.helped_by is None,
        language=written.language,
        title=written.title,
        problem=written.problem,
        whom=written.whom,
        better=written.better,
        department_id=written.department_id,
        source_kind=kind,
        source_id=number,
        stage=Stage.PROPOSED,
        channel=actor.channel,
        helped_by_id=actor.helped_by,
        comments=0,
        created_at=now,
        changed_at=now,
    )
    s.add(proposal)
    s.flush()
    record(actor, "proposed", KIND, proposal.id, after={"title": proposal.title})
    screen(s, actor, KIND, proposal.id, _words(proposal), **(guard or {}))
    index(s, proposal)
    return proposal


def _words(proposal: Proposal) -> str:
    return f"{proposal.title}\n{proposal.problem}\n{proposal.whom}\n{proposal.better}"


def index(s: Session, proposal: Proposal) -> None:
    """What the search knows of a proposal: its words while it is shown, else nothing."""
    search.forget(s, KIND, proposal.id)
    if proposal.shown and proposal.stage is not Stage.WITHDRAWN:
        search.put(s, KIND, proposal.id, proposal.language, _words(proposal))


def withdraw(actor: Actor, proposal_id: int, reason: str) -> None:
    """Takes a proposal back for a reason that everybody reads. Raises Denied once the city has decided."""
    s = db.session()
    proposal = locked(s, proposal_id)
    verdict = rules.may_withdraw(proposal, actor.person_id)
    if not verdict:
        raise Denied(verdict)
    before, proposal.stage = proposal.stage, Stage.WITHDRAWN
    proposal.withdrawn_reason, proposal.changed_at = reason, clock.now()
    s.flush()
    index(s, proposal)
    record(actor, "withdrew proposal", KIND, proposal.id, before={"stage": before}, after={"stage": proposal.stage})


def tell(
    proposal: Proposal, notice: str, values: Mapping[str, object], *, free: tuple[str, str] | None = None,
    followers: bool = False, dedup: str = "",
) -> None:  # fmt: skip
    """Tells its proposer; `followers`: everybody who follows it too. The title is said in its own language."""
    said = {"title": {proposal.language: proposal.title}, **values}
    link = ("innovation.proposal", {"proposal_id": proposal.id})
    key = f"{KIND}:{proposal.id}:{dedup or notice}"
    if proposal.proposer_id is not None:
        notifications.tell(
            proposal.proposer_id, notice, said, link=link, about=(KIND, proposal.id), free=free, dedup=key
        )
    if followers and proposal.shown:
        notifications.tell_followers(KIND, proposal.id, notice, said, link=link, dedup=key)
