"""An entry is added to the chain of a vote: at the opening, for what was cast, after a restore, at the count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock
from portal.base.actor import SYSTEM
from portal.voting import chain, queries_chain
from portal.voting.models import Vote
from portal.voting.models_chain import ChainEntry, Commitment
from portal.voting.queries import city_day

AT_ONCE = 500  # rows asked for by their names


def begin(s: Session, vote: Vote) -> chain.Entry:
    """The first entry, at the opening: hash of the regulation and check value of the key. A vote that was opened before
    chains were kept gets it later, with the day on which that was."""
    found = queries_chain.last(s, vote.id)
    if found is not None:
        return found
    body = {"vote": vote.public_id, "regulation": vote.regulation_hash, "key_check": vote.key_check}
    return add(s, vote, None, chain.OPEN, body=body)


def add(
    s: Session,
    vote: Vote,
    before: chain.Entry | None,
    kind: str,
    *,
    new: Iterable[str] = (),
    replaced: Iterable[str] = (),
    body: Mapping[str, Any] | None = None,
    after: tuple[int, str] | None = None,
) -> chain.Entry:
    """Store the entry that follows; the caller holds the vote's row, so that two never follow the same one."""
    day = city_day(clock.city_now())
    made = chain.following(before, kind, day.isoformat(), new=new, replaced=replaced, body=body, after=after)
    s.execute(
        insert(ChainEntry).values(
            vote_id=vote.id, number=made.number, kind=kind, day=day, previous=made.previous, ballots=made.ballots,
            body=dict(made.body), head=made.head,
        )
    )  # fmt: skip
    rows = [{"vote_id": vote.id, "commitment": one, "entry": made.number} for one in made.new]
    for start in range(0, len(rows), 5000):
        s.execute(insert(Commitment), rows[start : start + 5000])
    for start in range(0, len(made.replaced), AT_ONCE):
        s.execute(
            update(Commitment)
            .where(Commitment.vote_id == vote.id, Commitment.commitment.in_(made.replaced[start : start + AT_ONCE]))
            .values(replaced_in=made.number)
        )
    s.flush()
    record(SYSTEM, "seal_entry", "vote", vote.public_id, after={"entry": made.number, "kind": kind, "head": made.head})
    return made


def restored(s: Session, vote: Vote, newest: tuple[int, str] | None, told: Mapping[str, Any]) -> chain.Entry:
    """The entry after a restore. `newest`: number and head of the newest entry that somebody outside holds, None where it
    still stands; `told`: both times, and how it goes on."""
    before = begin(s, vote)
    after, body = chain.restored_after(before, newest)
    return add(s, vote, before, chain.RESTORED, body={**body, **told}, after=after)


def counted(s: Session, vote: Vote, receipts: Iterable[str], report: Mapping[str, Any]) -> chain.Entry:
    """The last entry: the hashes of the plain lists and of the list of receipts, the numbers per channel, and what the check
    before the count found. Of the outcome no hash stands there: a short pot's would be found by trying."""
    body = {
        "lists": {pot: told["sha256"] for pot, told in (vote.lists or {}).items()},
        "receipts": chain.receipts_hash(receipts),
        "numbers": {name: (vote.numbers or {})[name] for name in ("ballots", "void", "receipts", "channels")},
        "report": dict(report),
    }
    return add(s, vote, begin(s, vote), chain.COUNT, body=body)


def forget(s: Session, vote: Vote) -> None:
    """Take the chain of a vote away that nobody has seen."""
    s.execute(delete(Commitment).where(Commitment.vote_id == vote.id))
    s.execute(delete(ChainEntry).where(ChainEntry.vote_id == vote.id))


def put_back(s: Session, vote: Vote, kept: Sequence[Mapping[str, Any]]) -> None:
    """Store the chain as a kept file has it, after a restore of an older database: what stands there already is the
    beginning of it."""
    forget(s, vote)
    replaced = {one: entry["number"] for entry in kept for one in entry["replaced"]}
    for entry in kept:
        s.execute(
            insert(ChainEntry).values(
                vote_id=vote.id, number=entry["number"], kind=entry["kind"], day=date.fromisoformat(entry["date"]),
                previous=entry["previous"], ballots=entry["ballots"], body=entry["body"], head=entry["head"],
            )
        )  # fmt: skip
        rows = [
            {"vote_id": vote.id, "commitment": one, "entry": entry["number"], "replaced_in": replaced.get(one)}
            for one in entry["new"]
        ]
        for start in range(0, len(rows), 5000):
            s.execute(insert(Commitment), rows[start : start + 5000])
