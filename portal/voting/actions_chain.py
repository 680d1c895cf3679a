"""The worker names in the chain of a vote what was cast: once a day, and at the close.

Nothing that says which entry names a ballot is stored beside the ballot: the worker opens the envelopes of a snapshot,
then keeps under the vote's lock only rows whose bytes are unchanged; the others wait for the next time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, db
from portal.voting import actions_entry, chain, queries_chain, sealing
from portal.voting.actions import subkeys
from portal.voting.actions_count_open import sealed_rows
from portal.voting.models import SealedBallot, Vote, VoteState
from portal.voting.queries import city_day
from portal.voting.rules_interruption import pending

log = structlog.get_logger("portal.voting")
AT_ONCE = 500  # rows asked for by their slots


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """A ballot of the snapshot: its bytes, and what its envelope says."""

    stored: chain.Stored
    channel: str
    receipt: str | None
    envelope: bytes
    choices: bytes


def seal_due(public_id: str) -> chain.Entry | None:
    """What is due for this vote now: the entry of the day, or at the close the one with whatever is left; after it, what
    settlement added. None where nothing is."""
    with db.read() as s:
        vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one_or_none()
        if vote is None or vote.state is not VoteState.OPEN or pending(vote) is not None:
            return None
        rows, now = queries_chain.heads(s, vote.id), clock.city_now()
        kinds, days = {row.kind for row in rows}, {row.day for row in rows if row.kind == chain.DAY}
        closed = now >= vote.closes_at
    if not closed and (now < vote.opens_at or city_day(now) in days):
        return None
    if not closed:
        return seal(public_id, chain.DAY)
    return seal(public_id, chain.LATE if chain.CLOSE in kinds else chain.CLOSE)


def seal(public_id: str, kind: str) -> chain.Entry | None:
    """Name the ballots that no entry names yet. None where too few are new for an entry of this kind.

    Raises sealing.SealingError where the key is missing; ballots that do not open are left to the check.
    """
    vote, entries, read = _snapshot(public_id)
    fresh = {one.slot for one in chain.unnamed(entries, (row.stored for row in read))}
    waiting = {row.stored.slot: row for row in read if row.stored.slot in fresh}
    if len(waiting) < _least(kind):
        return None
    with db.write() as s:
        locked = s.scalars(
            db.locked(select(Vote).where(Vote.id == vote.id)).execution_options(populate_existing=True)
        ).one()
        before = actions_entry.begin(s, locked)
        if locked.state is not VoteState.OPEN or (entries and before.number != entries[-1].number):
            return None  # another worker was here first
        same = _unchanged(s, vote.id, waiting)
        if len(same) < _least(kind):
            return None
        alive = chain.standing(entries)
        replaced = [one.stored.prior for one in same if one.stored.prior in alive]
        new = [one.stored.commitment for one in same]
        made = actions_entry.add(
            s, locked, before, kind, new=new, replaced=[one for one in replaced if one is not None]
        )
    log.info("chain_entry", vote=public_id, entry=made.number, kind=kind)
    return made


def _least(kind: str) -> int:
    return {chain.DAY: chain.LEAST, chain.LATE: 1}.get(kind, 0)


def _snapshot(public_id: str) -> tuple[Vote, list[chain.Entry], list[Read]]:
    with db.read() as s:
        if not db.is_sqlite():
            s.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one()
        rows, entries = list(sealed_rows(s, vote.id)), queries_chain.entries(s, vote.id)
        s.expunge(vote)
    return vote, entries, list(opened(vote, subkeys(vote), rows))


def opened(vote: Vote, keys: sealing.Subkeys, rows: Iterable[tuple[str, bytes, bytes]]) -> Iterable[Read]:
    """The ballots whose envelopes open, with their commitments; choices stay closed."""
    for slot, envelope, choices in rows:
        try:
            found = sealing.open_envelope(keys, vote.public_id, slot, envelope)
        except sealing.SealingError:
            continue  # the check names it
        commitment = sealing.commitment(slot, found.nonce, envelope, choices)
        yield Read(chain.Stored(slot, commitment, found.prior), found.channel, found.receipt, envelope, choices)


def _unchanged(s: Session, vote_id: int, waiting: Mapping[str, Read]) -> list[Read]:
    slots, same = sorted(waiting), []
    for start in range(0, len(slots), AT_ONCE):
        rows = s.execute(
            select(SealedBallot.slot, SealedBallot.envelope, SealedBallot.choices).where(
                SealedBallot.vote_id == vote_id, SealedBallot.slot.in_(slots[start : start + AT_ONCE])
            )
        )
        for slot, envelope, choices in rows:
            one = waiting[slot]
            if (bytes(envelope), bytes(choices)) == (one.envelope, one.choices):
                same.append(one)
    return same
