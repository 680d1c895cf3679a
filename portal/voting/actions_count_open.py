"""Step (a) of the count: from one snapshot everything is opened and compared with what stands beside it.

Nothing is written here but the progress.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import db
from portal.voting import chain, queries_chain, rules, sealing
from portal.voting.actions import subkeys
from portal.voting.models import CountRun, Participation, Receipt, ReceiptState, SealedBallot, Vote
from portal.voting.queries import count_run


@dataclass(frozen=True, slots=True, repr=False)
class Snapshot:
    """What the count works on, read in one transaction."""

    vote: Vote
    draw: str
    sealed: list[tuple[str, bytes, bytes]]
    participations: list[tuple[str, str]]
    receipts: dict[str, str]
    digest: str
    entries: list[chain.Entry]


@dataclass(slots=True, repr=False)
class Opened:
    """What the sealed ballots held, and every difference that was found."""

    lists: dict[str, list[Any]]
    ballots: int = 0
    void: int = 0
    channels: Counter[str] = field(default_factory=Counter)
    receipts: list[str] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)


def take_snapshot(public_id: str) -> Snapshot:
    """Read everything that the count needs, in one transaction."""
    with db.read() as s:
        if not db.is_sqlite():
            # one view of all tables, whatever is written meanwhile; nothing has been read in this transaction yet
            s.connection().exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        vote = s.scalars(select(Vote).where(Vote.public_id == public_id)).one()
        run = count_run(s, vote)
        sealed = list(sealed_rows(s, vote.id))
        s.expunge(vote)  # it is used after this transaction
        return Snapshot(
            vote=vote,
            draw=run.first_draw if run else "",
            sealed=sealed,
            participations=[
                (claim, str(channel))
                for claim, channel in s.execute(
                    select(Participation.claim, Participation.channel)
                    .where(Participation.vote_id == vote.id)
                    .order_by(Participation.claim)
                )
            ],
            receipts={
                code: str(state)
                for code, state in s.execute(select(Receipt.code_hash, Receipt.state).where(Receipt.vote_id == vote.id))
            },
            digest=digest_of(sealed),
            entries=queries_chain.entries(s, vote.id),
        )


def sealed_rows(s: Session, vote_id: int) -> Iterator[tuple[str, bytes, bytes]]:
    """Slot, envelope and choices of every sealed ballot, by slot."""
    rows = s.execute(
        select(SealedBallot.slot, SealedBallot.envelope, SealedBallot.choices)
        .where(SealedBallot.vote_id == vote_id)
        .order_by(SealedBallot.slot)
        .execution_options(yield_per=2000)
    )
    for slot, envelope, choices in rows:
        yield slot, bytes(envelope), bytes(choices)


def digest_of(sealed: Iterable[tuple[str, bytes, bytes]]) -> str:
    """What tells whether a sealed row was added, removed or changed."""
    digest = hashlib.sha256()
    for slot, envelope, choices in sealed:
        digest.update(slot.encode() + len(choices).to_bytes(4, "big") + envelope + choices)
    return digest.hexdigest()


def open_all(snapshot: Snapshot) -> Opened:
    """Step (a): open every ballot, and compare slots, numbers and receipts with what stands beside them."""
    vote = snapshot.vote
    document = vote.document
    opened = Opened({pot["id"]: [] for pot in document["pots"]})
    keys = subkeys(vote)
    used = {sealing.slot_of(keys, "roll", claim): channel for claim, channel in snapshot.participations}
    progress = _Progress(vote.id, len(snapshot.sealed))
    seen: set[str] = set()
    assert vote.choices_length is not None
    for slot, envelope_bytes, choices_bytes in snapshot.sealed:
        progress.step()
        try:
            envelope = sealing.open_envelope(keys, vote.public_id, slot, envelope_bytes)
            content = sealing.open_choices(keys, vote.public_id, slot, choices_bytes, vote.choices_length)
            _compare_envelope(opened, slot, envelope, used, snapshot.receipts, seen)
            _take_choices(opened, slot, content, envelope, document)
        except sealing.SealingError as error:
            opened.differences.append({"slot": slot, "what": "does not open", "detail": str(error)})
    _compare_numbers(opened, used, snapshot, seen)
    progress.finish()
    return opened


def _compare_envelope(
    opened: Opened,
    slot: str,
    envelope: sealing.Envelope,
    used: dict[str, str],
    receipts: Mapping[str, str],
    seen: set[str],
) -> None:
    if envelope.channel == "imported":
        return
    channel = used.pop(slot, None)
    if channel is None:
        opened.differences.append({"slot": slot, "what": "ballot without a participation"})
    elif channel != envelope.channel:
        opened.differences.append({"slot": slot, "what": "channel differs", "detail": f"{channel}, {envelope.channel}"})
    if envelope.receipt is None:
        return
    if receipts.get(envelope.receipt) != ReceiptState.RECORDED:
        opened.differences.append({"slot": slot, "what": "receipt is not recorded"})
    if envelope.receipt in seen:
        opened.differences.append({"slot": slot, "what": "receipt of two ballots"})
    seen.add(envelope.receipt)


def _take_choices(
    opened: Opened, slot: str, content: Any, envelope: sealing.Envelope, document: Mapping[str, Any]
) -> None:
    if isinstance(content, dict):  # void: replaced by paper, or annulled
        opened.void += 1
        return
    choices = sealing.unpack_choices(document, content)
    verdict = rules.check_ballot(choices, document)
    if not verdict:
        opened.differences.append({"slot": slot, "what": "ballot breaks the regulation"})
        return
    opened.ballots += 1
    opened.channels[envelope.channel] += 1
    if envelope.receipt is not None:
        opened.receipts.append(envelope.receipt)
    for pot_id, choice in choices.items():
        opened.lists[pot_id].append(plain_choice(choice))


def _compare_numbers(opened: Opened, left: dict[str, str], snapshot: Snapshot, seen: set[str]) -> None:
    for slot in sorted(left):
        opened.differences.append({"slot": slot, "what": "participation without a ballot"})
    recorded = {code for code, state in snapshot.receipts.items() if state == ReceiptState.RECORDED}
    for code in sorted(recorded - seen):
        opened.differences.append({"receipt": code, "what": "recorded receipt without a ballot"})


class _Progress:
    """Tells the officers how far the count is, about once a second, in short transactions of its own."""

    def __init__(self, vote_id: int, total: int) -> None:
        self.vote_id, self.total, self.done, self.told = vote_id, total, 0, time.monotonic()
        self._tell()

    def step(self) -> None:
        self.done += 1
        if self.done % 500 == 0 and time.monotonic() - self.told > 1:
            self._tell()

    def finish(self) -> None:
        self._tell()

    def _tell(self) -> None:
        self.told = time.monotonic()
        with db.write() as s:
            s.execute(update(CountRun).where(CountRun.vote_id == self.vote_id).values(done=self.done, total=self.total))


def plain_choice(choice: Any) -> list[Any]:
    """A choice as it stands in a plain list: project ids, or for points sorted pairs of id and points."""
    return [list(pair) for pair in sorted(choice.items())] if isinstance(choice, Mapping) else list(choice)


def plain_list_hash(salt: str, pot_id: str, ballots: list[Any]) -> str:
    """The salted hash of one pot's plain list: short lists cannot be guessed from it before they are published."""
    return sealing.tagged_hash("plain list", salt, pot_id, ballots)
