"""Staff screen a proposal, decide about it, and give it a coach."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.innovation import queries_desk, queries_questions, rules
from portal.innovation.actions import KIND, locked, tell
from portal.innovation.models import Proposal, Score, Screening, Stage
from portal.innovation.rules import Denied
from portal.notifications import actions as notifications


def screen(actor: Actor, proposal_id: int, answers: Mapping[str, tuple[int, str]], lang: str) -> None:
    """Stores the actor's answers to the screening list: question -> (score, reason). Earlier ones of theirs are replaced.
    Raises Denied, where somebody else changed the list meanwhile, too."""
    s = db.session()
    proposal = locked(s, proposal_id)
    verdict = rules.may_screen(proposal, actor.person_id)
    if not verdict:
        raise Denied(verdict)
    if actor.person_id is None:
        raise Denied(no(_l("Somebody with a name screens a proposal.")))
    asked = queries_questions.of_proposal(s, proposal_id)
    if set(asked.keys) != set(answers):
        raise Denied(no(_l("Somebody has changed the screening list in the meantime. Look at it again.")))
    own = select(Screening).where(Screening.proposal_id == proposal_id, Screening.by_id == actor.person_id)
    row = s.scalars(own).one_or_none()
    if row is None:
        row = Screening(
            proposal_id=proposal_id, list_id=asked.id, by_id=actor.person_id, lang=lang, at=clock.now()
        )  # fmt: skip
        s.add(row)
    else:
        row.lang, row.at = lang, clock.now()
        s.execute(delete(Score).where(Score.screening_id == row.id))
    s.flush()
    for key in asked.keys:
        score, reason = answers[key]
        s.add(Score(screening_id=row.id, criterion=key, score=score, reason=reason))
    s.flush()
    record(actor, "screened proposal", KIND, proposal_id, after={key: answers[key][0] for key in asked.keys})


def _screeners(s: Session, proposal_id: int) -> set[int]:
    return set(s.scalars(select(Screening.by_id).where(Screening.proposal_id == proposal_id)))


def decide(
    actor: Actor, proposal_id: int, stage: Stage, reason: str, lang: str, department_id: int | None = None
) -> None:
    """Says what becomes of a screened proposal, with the reason that everybody reads, and which department it belongs
    to. Its proposer and its followers are told. Raises Denied."""
    s, now = db.session(), clock.now()
    proposal = locked(s, proposal_id)
    verdict = rules.may_decide(proposal, actor.person_id, _screeners(s, proposal_id))
    if not verdict:
        raise Denied(verdict)
    if stage not in rules.DECISIONS:
        raise ValueError(f"{stage} is no decision")
    before = {"stage": proposal.stage, "department": proposal.department_id}
    proposal.stage, proposal.decided_at, proposal.decided_by_id = stage, now, actor.person_id
    proposal.decided_reason, proposal.decided_lang, proposal.changed_at = reason, lang, now
    if department_id is not None:
        proposal.department_id = department_id
    s.flush()
    record(
        actor, "decided proposal", KIND, proposal_id, before=before,
        after={"stage": stage, "department": proposal.department_id, "reason": reason},
    )  # fmt: skip
    tell(
        proposal, "innovation.decided", {"result": rules.STAGES[stage]}, free=(lang, reason), followers=True,
        dedup=f"decided:{now.timestamp():.0f}",
    )  # fmt: skip


def assign_coach(actor: Actor, proposal_id: int, coach_id: int) -> None:
    """Gives the proposal a coach, or another one. Proposer, new coach and former coach are told. Raises Denied,
    LookupError for a colleague who cannot be one."""
    s, now = db.session(), clock.now()
    proposal = locked(s, proposal_id)
    verdict = rules.may_have_coach(proposal, coach_id)
    if not verdict:
        raise Denied(verdict)
    known = dict(queries_desk.coaches(s, proposal))
    if coach_id not in known:
        raise LookupError(f"no coach {coach_id}")
    former = proposal.coach_id
    if former == coach_id:
        return
    proposal.coach_id, proposal.coach_since, proposal.changed_at = coach_id, now, now
    s.flush()
    record(actor, "assigned coach", KIND, proposal_id, before={"coach": former}, after={"coach": coach_id})
    stamp = f"coach:{now.timestamp():.0f}"
    tell(proposal, "innovation.coach", {"name": known[coach_id]}, dedup=stamp)
    _tell_staff(proposal, coach_id, "innovation.yours", stamp)
    if former is not None:
        _tell_staff(proposal, former, "innovation.not_yours", stamp)


def _tell_staff(proposal: Proposal, person_id: int, notice: str, stamp: str) -> None:
    notifications.tell(
        person_id,
        notice,
        {"title": {proposal.language: proposal.title}},
        link=("innovation_staff.show", {"proposal_id": proposal.id}),
        about=(KIND, proposal.id),
        dedup=f"{KIND}:{proposal.id}:{notice}:{stamp}",
    )
