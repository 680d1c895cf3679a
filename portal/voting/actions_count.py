"""The count: started by two officers, done in four steps that a crash may part anywhere, then published.

(a) From one snapshot everything is opened and checked; a difference stops the count and nothing is stored.
(b) One transaction: plain lists in, sealed ballots out, "counted".
(c) A backup with the plain lists is written and read back.
(d) The vote key is destroyed. Only then does a result show.
The worker begins at the first unfinished step; each step may run twice.
"""

from __future__ import annotations

import random
import secrets
from typing import Any

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, jobs
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.voting import (
    actions_chain,
    actions_entry,
    actions_keep,
    actions_verify,
    chain,
    rules,
    sealing,
    sealing_files,
)
from portal.voting.actions import NotPossible, demand, subkeys
from portal.voting.actions_count_open import (
    Opened,
    Snapshot,
    digest_of,
    open_all,
    plain_list_hash,
    sealed_rows,
    take_snapshot,
)
from portal.voting.counting.outcome import outcome
from portal.voting.models import (
    CountRun,
    PlainBallot,
    SealedBallot,
    Vote,
    VoteState,
)
from portal.voting.queries import count_run
from portal.voting.queries_desk import of_one_hand
from portal.voting.rules_interruption import pending
from portal.voting.rules_turnout import can_be_entitled

log = structlog.get_logger("portal.voting")

JOB = "voting.count"
MOST_DIFFERENCES = 100  # are stored; their number is told whole


# --- two officers -----------------------------------------------------------------------------------------------------


def ask_count(s: Session, actor: Actor, vote: Vote, *, draw: str = "") -> CountRun:
    """The first officer asks for the count. `draw` is the result of the public draw, where the regulation names one.

    Raises NotPossible.
    """
    vote = _locked(s, vote.id)
    demand(rules.may_start_count(vote, actor, clock.city_now()))
    run = count_run(s, vote)
    if run is not None and run.second_id is not None and not run.differences:
        raise NotPossible(no(_l("The count has been started already.")))
    if run is None:
        run = CountRun(vote_id=vote.id, first_draw="", tries=0, done=0, total=0, halves_destroyed=False)
        s.add(run)
    run.first_id, run.first_draw = actor.person_id, _draw(vote, draw)
    run.second_id, run.differences, run.done, run.total = None, None, 0, 0
    s.flush()
    record(actor, "ask_count", "vote", vote.public_id, after={"draw": run.first_draw})
    return run


def confirm_count(s: Session, actor: Actor, vote: Vote, *, draw: str = "") -> CountRun:
    """The second officer confirms; the worker starts the count. Raises NotPossible."""
    vote = _locked(s, vote.id)
    run = count_run(s, vote)
    if run is not None and run.second_id is not None:
        raise NotPossible(no(_l("The count has been started already.")))
    demand(
        rules.may_confirm_count(
            vote,
            actor,
            clock.city_now(),
            first=run.first_id if run else None,
            draws_agree=run is None or run.first_draw == _draw(vote, draw),
            one_hand=of_one_hand(s, vote, actor, run.first_id if run else None),
        )
    )
    assert run is not None
    run.second_id = actor.person_id
    run.tries += 1
    s.flush()
    record(actor, "confirm_count", "vote", vote.public_id, after={"draw": run.first_draw, "first": run.first_id})
    jobs.enqueue(s, JOB, {"vote": vote.public_id}, dedup=f"{JOB}:{vote.public_id}:{run.tries}")
    return run


def _draw(vote: Vote, typed: str) -> str:
    if "lot" not in vote.document["ties"]:
        return ""
    draw = " ".join(typed.split())[:200]
    if not draw:
        raise NotPossible(no(_l("Type the result of the public draw that the regulation names.")))
    return draw


def publish(s: Session, actor: Actor, vote: Vote, *, halves_destroyed: bool = False) -> None:
    """Show the result to everybody. Where the key was given out in halves, the officer states that both are destroyed.

    Raises NotPossible.
    """
    vote = _locked(s, vote.id)
    demand(rules.may_publish(vote, actor))
    if vote.entitled is not None:  # it was said before anybody knew how many voted
        demand(can_be_entitled(vote, vote.entitled))
    run = count_run(s, vote)
    if vote.holder_one and not halves_destroyed:
        raise NotPossible(no(_l("State first that both halves of the vote key have been destroyed.")))
    if run is not None:
        run.halves_destroyed = bool(vote.holder_one)
    vote.state, vote.published_at = VoteState.PUBLISHED, clock.city_now()
    s.flush()
    record(actor, "publish_result", "vote", vote.public_id, after={"halves_destroyed": bool(vote.holder_one)})


def _locked(s: Session, vote_id: int) -> Vote:
    return s.scalars(db.locked(select(Vote).where(Vote.id == vote_id)).execution_options(populate_existing=True)).one()


# --- the worker -------------------------------------------------------------------------------------------------------


def run_count(public_id: str) -> None:
    """Do the steps that are not done yet. Called in the worker's child process; opens its own transactions."""
    with db.read() as s:
        vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one()
        run = count_run(s, vote)
        interrupted = pending(vote) is not None
        state, confirmed = vote.state, run is not None and run.second_id is not None and not run.differences
    if not confirmed:
        return
    if state is VoteState.OPEN:
        if interrupted:
            return  # a restore brought this job along
        snapshot = take_snapshot(public_id)
        try:
            subkeys(snapshot.vote)
        except sealing.SealingError as error:
            _stop(snapshot, [{"what": "vote key", "detail": str(error)}])
            return
        if actions_chain.seal_due(public_id) is not None:  # the worker has not come to it since the close
            snapshot = take_snapshot(public_id)
        opened = open_all(snapshot)
        opened.differences += _against_chain(snapshot)
        if opened.differences:
            _stop(snapshot, opened.differences)
            return
        _store(snapshot, opened)
        state = VoteState.COUNTED
    if state is VoteState.COUNTED:
        _keep(public_id)
        state = VoteState.KEPT
    if state is VoteState.KEPT:
        _destroy(public_id)


def _against_chain(snapshot: Snapshot) -> list[dict[str, Any]]:
    """What the auditor's check says of the snapshot: the chain is whole, and it names every ballot that is there."""
    vote, entries = snapshot.vote, snapshot.entries
    read = [one.stored for one in actions_chain.opened(vote, subkeys(vote), snapshot.sealed)]
    return actions_verify.of_chain(vote, entries, ()) + chain.strange(entries, read, settled=True)


def _stop(snapshot: Snapshot, differences: list[dict[str, Any]]) -> None:
    """No ballot is written; officers and auditor see what differs, and the count can be asked for again."""
    log.error("count_stopped", vote=snapshot.vote.public_id, differences=len(differences))
    with db.write() as s:
        run = s.get(CountRun, snapshot.vote.id)
        assert run is not None
        run.differences = [{"what": "differences", "number": len(differences)}, *differences[:MOST_DIFFERENCES]]
        run.first_id = run.second_id = None
        record(SYSTEM, "count_stopped", "vote", snapshot.vote.public_id, after={"differences": len(differences)})


def _store(snapshot: Snapshot, opened: Opened) -> None:
    """Step (b). Raises RuntimeError when sealed ballots were changed since the snapshot: the job begins again."""
    vote = snapshot.vote
    shuffle = random.SystemRandom().shuffle
    lists = {}
    for pot_id, ballots in opened.lists.items():
        shuffle(ballots)
        salt = secrets.token_hex(32)
        lists[pot_id] = {"salt": salt, "sha256": plain_list_hash(salt, pot_id, ballots)}
    lots = _lots(vote, snapshot.draw)
    seed = lots["seed"] if lots else None
    counted = outcome(vote.document, vote.document["projects"], opened.lists, seed).decode()
    rows = [
        {"vote_id": vote.id, "pot_id": pot_id, "number": number, "choice": sealing.canonical(choice).decode()}
        for pot_id, ballots in opened.lists.items()
        for number, choice in enumerate(ballots)
    ]
    numbers = {
        "ballots": opened.ballots,
        "void": opened.void,
        "receipts": len(opened.receipts),
        "channels": dict(sorted(opened.channels.items())),
        "pots": {pot_id: len(ballots) for pot_id, ballots in opened.lists.items()},
    }
    with db.write() as s:
        fresh = _locked(s, vote.id)
        if fresh.state is not VoteState.OPEN:
            return  # another worker was here first
        if digest_of(sealed_rows(s, vote.id)) != snapshot.digest:
            raise RuntimeError("sealed ballots changed between opening and storing; the count begins again")
        for start in range(0, len(rows), 5000):
            s.execute(insert(PlainBallot), rows[start : start + 5000])
        s.execute(delete(SealedBallot).where(SealedBallot.vote_id == vote.id))
        fresh.outcome, fresh.numbers, fresh.lists, fresh.lots = counted, numbers, lists, lots
        fresh.state, fresh.counted_at = VoteState.COUNTED, clock.city_now()
        s.flush()
        actions_entry.counted(s, fresh, opened.receipts, {"checked": len(snapshot.sealed), "differences": 0})
        record(SYSTEM, "count", "vote", vote.public_id, after={"numbers": numbers})


def _lots(vote: Vote, draw: str) -> dict[str, str] | None:
    if "lot" not in vote.document["ties"]:
        return None
    lot_key = subkeys(vote).lot
    return {"lot_key": lot_key.hex(), "draw": draw, "seed": sealing.lot_seed(lot_key, draw)}


def _keep(public_id: str) -> None:
    """Step (c): the plain lists go into a file of their own, which is read back and compared before anything else."""
    with db.read() as s:
        vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one()
        content, vote_id = actions_keep.content_of(s, vote), vote.id
    name, digest = actions_keep.write_and_read_back(ground.settings().instance, public_id, content)
    with db.write() as s:
        fresh = _locked(s, vote_id)
        run = s.get(CountRun, vote_id)
        assert run is not None
        run.backup, run.backup_hash = name, digest
        if fresh.state is VoteState.COUNTED:
            fresh.state = VoteState.KEPT
            record(SYSTEM, "keep_plain_lists", "vote", public_id, after={"file": name, "sha256": digest})


def _destroy(public_id: str) -> None:
    """Step (d): the key goes for good, on record; from here on nothing opens what voters had sealed."""
    sealing_files.destroy_key(ground.settings().keys, public_id)
    with db.write() as s:
        vote = s.scalars(db.locked(select(Vote).where(Vote.public_id == public_id))).one()
        run = s.get(CountRun, vote.id)
        assert run is not None
        if vote.state is VoteState.KEPT:
            run.destroyed_at, vote.state = clock.city_now(), VoteState.FINISHED
            record(SYSTEM, "destroy_vote_key", "vote", public_id, after={"key_check": vote.key_check})
