"""Elections from elsewhere: a finished one as plain lists, or ballots for an open vote, sealed like any other.

A large import is written in short transactions and shown by one change of state at the end; until then nobody sees it,
and what a broken import leaves is swept.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, ground
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.voting import actions_entry, rules, sealing, sealing_files
from portal.voting.actions import NotPossible, Standing, before, demand, sealed_values, shared_vote, subkeys
from portal.voting.actions_count_open import plain_choice, plain_list_hash
from portal.voting.counting.outcome import outcome
from portal.voting.models import PlainBallot, SealedBallot, Vote, VoteState
from portal.voting.queries import plain_lists
from portal.voting.regulation import canonical, faults, fingerprint

STALE = timedelta(hours=1)


def import_finished_begin(
    s: Session,
    actor: Actor,
    *,
    kind: str,
    object_id: int,
    title: Mapping[str, str],
    regulation: Mapping[str, Any],
    opens_at: datetime,
    closes_at: datetime,
    process_id: int | None = None,
) -> Vote:
    """Begin the import of a finished election; hidden until `import_finished_end`.

    Raises NotPossible when the object has a vote already or the regulation has gaps.
    """
    if s.scalar(select(Vote.id).where(Vote.kind == kind, Vote.object_id == object_id)) is not None:
        raise NotPossible(no(_l("There is a vote already.")))
    found = faults(regulation)
    if found:
        raise NotPossible(no(found[0]))
    vote = Vote(
        public_id=secrets.token_hex(8),
        kind=kind,
        object_id=object_id,
        process_id=process_id,
        titles=dict(title),
        state=VoteState.IMPORTING,
        regulation=canonical(regulation).decode(),
        regulation_hash=fingerprint(regulation),
        opens_at=opens_at,
        closes_at=closes_at,
        opened_at=clock.now(),  # tells leftovers from imports that are under way
    )
    s.add(vote)
    s.flush()
    record(actor, "begin_import", "vote", vote.public_id, after={"regulation": vote.regulation_hash})
    return vote


def import_finished_chunk(s: Session, vote: Vote, pot_id: str, first_number: int, choices: Iterable[Any]) -> None:
    """Write plain ballots of one pot under the numbers from `first_number` on. The caller shuffles them first."""
    rows = [
        {
            "vote_id": vote.id,
            "pot_id": pot_id,
            "number": number,
            "choice": sealing.canonical(plain_choice(choice)).decode(),
        }
        for number, choice in enumerate(choices, first_number)
    ]
    if rows:
        s.execute(insert(PlainBallot), rows)


@dataclass(frozen=True, slots=True, repr=False)
class Summed:
    """What is worked out of imported lists before the short last transaction."""

    numbers: dict[str, Any]
    lists: dict[str, Any]
    outcome: str


def import_finished_sum(s: Session, vote: Vote, *, ballots: int | None = None) -> Summed:
    """Count an imported election and hash its lists; reads only. `ballots`: how many people voted, where one ballot has
    choices in several pots (else the sum of the pots). Raises BadElection."""
    lists = plain_lists(s, vote)
    hashes = {}
    for pot_id, its in lists.items():
        salt = secrets.token_hex(32)
        hashes[pot_id] = {"salt": salt, "sha256": plain_list_hash(salt, pot_id, its)}
    pots = {pot_id: len(its) for pot_id, its in lists.items()}
    number = sum(pots.values()) if ballots is None else ballots
    numbers = {"ballots": number, "void": 0, "receipts": 0, "channels": {"imported": number}, "pots": pots}
    return Summed(numbers, hashes, outcome(vote.document, vote.document["projects"], lists).decode())


def import_finished_end(s: Session, actor: Actor, vote: Vote, summed: Summed, *, on: datetime | None = None) -> None:
    """Show the imported election: one change of state. `on`: when its result was published, where that is known; else
    now. Raises NotPossible when it is not being imported."""
    if vote.state is not VoteState.IMPORTING:
        raise NotPossible(no(_l("This import has ended already.")))
    vote.numbers, vote.lists, vote.outcome = summed.numbers, summed.lists, summed.outcome
    vote.counted_at = vote.published_at = on or clock.city_now()
    vote.state = VoteState.PUBLISHED
    s.flush()
    record(actor, "end_import", "vote", vote.public_id, after={"numbers": summed.numbers})


def import_open_chunk(s: Session, vote: Vote, first_row: int, ballots: Sequence[Mapping[str, Any]]) -> None:
    """Seal ballots that were cast elsewhere into an open vote; slots come from "imported" and the row, so that the same
    row twice is one ballot. Neither participation nor receipt. Raises NotPossible for a ballot that breaks a rule."""
    vote = shared_vote(s, vote.id)
    demand(rules.is_running(vote, clock.city_now()))
    keys = subkeys(vote)
    slots_of = [sealing.slot_of(keys, "imported", str(row)) for row in range(first_row, first_row + len(ballots))]
    here = _standing(s, vote, slots_of)
    sealed = []
    for slot, choices in zip(slots_of, ballots, strict=True):
        demand(rules.check_ballot(choices, vote.document))
        packed = sealing.pack_choices(vote.document, choices)
        prior = before(s, vote, keys, slot, here[slot])[0] if slot in here else None
        values = sealed_values(vote, keys, slot, packed, receipt=None, channel="imported", prior=prior)
        sealed.append({"vote_id": vote.id, "slot": slot} | values)
    # an import that is repeated replaces its own rows, and says so where the chain names them
    for start in range(0, len(sealed), 500):
        part = sealed[start : start + 500]
        slots = [row["slot"] for row in part]
        s.execute(delete(SealedBallot).where(SealedBallot.vote_id == vote.id, SealedBallot.slot.in_(slots)))
        s.execute(insert(SealedBallot), part)


def _standing(s: Session, vote: Vote, slots: Sequence[str]) -> dict[str, Standing]:
    found: dict[str, Standing] = {}
    for start in range(0, len(slots), 500):
        rows = s.execute(
            select(SealedBallot.slot, SealedBallot.envelope, SealedBallot.choices).where(
                SealedBallot.vote_id == vote.id, SealedBallot.slot.in_(slots[start : start + 500])
            )
        )
        found |= {row.slot: Standing(row.envelope, row.choices) for row in rows}
    return found


def forget_import(s: Session, kind: str, object_id: int) -> None:
    """Take away the vote of an import that nobody will finish, and its key file: an import into an open vote has one
    before anybody sees it. The file goes first, for without the vote's row nobody would look for it again."""
    vote = s.scalars(select(Vote).where(Vote.kind == kind, Vote.object_id == object_id)).one_or_none()
    if vote is None:
        return
    sealing_files.destroy_key(ground.settings().keys, vote.public_id)
    actions_entry.forget(s, vote)
    s.delete(vote)
    s.flush()


def sweep_imports(s: Session, *, most: int = 5000, older_than: timedelta = STALE) -> int:
    """Remove up to `most` rows of imports that nobody finished; returns how many, 0 when nothing is left."""
    left = s.scalars(
        select(Vote).where(Vote.state == VoteState.IMPORTING, Vote.opened_at < clock.now() - older_than)
    ).all()
    for vote in left:
        keys = s.execute(
            select(PlainBallot.vote_id, PlainBallot.pot_id, PlainBallot.number)
            .where(PlainBallot.vote_id == vote.id)
            .limit(most)
        ).all()
        if keys:
            columns = tuple_(PlainBallot.vote_id, PlainBallot.pot_id, PlainBallot.number)
            for start in range(0, len(keys), 500):
                s.execute(delete(PlainBallot).where(columns.in_([tuple(key) for key in keys[start : start + 500]])))
            return len(keys)
        s.delete(vote)
        s.flush()
        return 1
    return 0
