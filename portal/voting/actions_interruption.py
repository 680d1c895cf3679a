"""After a restore of an older backup: two officers let the vote go on, prolonged, or break it off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.audit.queries import stands
from portal.base import clock, db, ground, jobs
from portal.base.actor import SYSTEM, Actor
from portal.voting import actions_entry, sealing_files
from portal.voting import rules_interruption as rules
from portal.voting.actions import demand
from portal.voting.models import CountRun, SealedBallot, Vote, VoteState
from portal.voting.queries_desk import of_one_hand

DESTROY = "voting.destroy_key"


def plan_after_interruption(
    s: Session,
    actor: Actor,
    vote: Vote,
    *,
    choice: str,
    closes_at: datetime | None = None,
    newest: tuple[int, str] | None = None,
) -> None:
    """The first officer says how the interrupted vote goes on: `choice` is GO_ON with a new close (UTC) or BREAK_OFF.
    `newest`: number and head of the newest entry of the chain that somebody outside holds; None where none is newer than
    what was restored. A later plan takes the place of an earlier one.

    Raises NotPossible.
    """
    vote = _locked(s, vote.id)
    demand(rules.may_plan(vote, actor, clock.city_now(), choice=choice, closes_at=closes_at))
    goes_on = choice == rules.GO_ON and closes_at is not None
    plan = {
        "choice": choice,
        "closes_at": closes_at.isoformat() if goes_on and closes_at else None,
        "first": actor.person_id,
        "newest": list(newest) if newest else None,
    }
    _write(vote, plan)
    s.flush()
    record(actor, "plan_after_interruption", "vote", vote.public_id, after=plan)


def agree_after_interruption(s: Session, actor: Actor, vote: Vote, *, plan: str) -> str:
    """The second officer agrees, and it is done; `plan` is what stood on the page. Returns the choice.

    Raises NotPossible.
    """
    vote = _locked(s, vote.id)
    gap = rules.pending(vote)
    one_hand = of_one_hand(s, vote, actor, gap.first if gap else None)
    demand(rules.may_agree(vote, actor, clock.city_now(), plan=plan, one_hand=one_hand))
    assert gap is not None and gap.choice is not None
    before = {"closes_at": vote.closes_at.isoformat()}
    _write(
        vote,
        {
            "choice": gap.choice,
            "closes_at": gap.closes_at.isoformat() if gap.closes_at else None,
            "first": gap.first,
            "newest": list(gap.newest) if gap.newest else None,
            "second": actor.person_id,
            "decided": clock.now().isoformat(),
        },
    )
    told = {"backup": gap.backup.isoformat(), "restored": gap.restored.isoformat(), "choice": gap.choice}
    actions_entry.restored(s, vote, gap.newest, told)
    # a count that was asked for before the backup is not this vote's count any more
    s.execute(delete(CountRun).where(CountRun.vote_id == vote.id))
    if gap.choice == rules.GO_ON:
        assert gap.closes_at is not None
        vote.closes_at = gap.closes_at
    else:
        s.execute(delete(SealedBallot).where(SealedBallot.vote_id == vote.id))
        vote.state = VoteState.BROKEN_OFF
        jobs.enqueue(s, DESTROY, {"vote": vote.public_id}, dedup=f"{DESTROY}:{vote.public_id}")
    s.flush()
    record(
        actor,
        "go_on_after_interruption" if gap.choice == rules.GO_ON else "break_off_vote",
        "vote",
        vote.public_id,
        before=before,
        after={
            "closes_at": vote.closes_at.isoformat(),
            "backup": gap.backup.isoformat(),
            "restored": gap.restored.isoformat(),
            "first": gap.first,
        },
    )
    return gap.choice


def destroy_broken_off(s: Session, public_id: str) -> None:
    """The worker's part after a vote was broken off: its key goes for good, on record. May run twice: where the worker
    died between the file and the COMMIT, the next run writes the line that is missing."""
    vote = s.scalars(db.locked(select(Vote).where(Vote.public_id == public_id))).one_or_none()
    if vote is None or vote.state is not VoteState.BROKEN_OFF:
        return
    sealing_files.destroy_key(ground.settings().keys, public_id)
    if not stands(s, "destroy_vote_key", "vote", public_id):
        record(SYSTEM, "destroy_vote_key", "vote", public_id, after={"key_check": vote.key_check})


def _write(vote: Vote, plan: dict[str, Any]) -> None:
    """Put the plan into every interruption that waits for one."""
    vote.interruptions = [one if one.get("decided") else {**one, **plan} for one in vote.interruptions or ()]


def _locked(s: Session, vote_id: int) -> Vote:
    return s.scalars(db.locked(select(Vote).where(Vote.id == vote_id)).execution_options(populate_existing=True)).one()
