"""The backup of a counted vote: its plain lists, regulation and outcome in one file, read back before the key goes.

After the key is destroyed these lists are all there is, and a restore of an older database must not ask for the key
again: it takes the lists from here.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.voting import actions_entry, queries_chain, sealing, sealing_files
from portal.voting.models import PlainBallot, Receipt, ReceiptState, SealedBallot, Vote, VoteState
from portal.voting.queries import by_public_id, plain_lists, receipts_recorded


def folder(instance: Path) -> Path:
    """Where such backups lie."""
    return instance / "backups"


def content_of(s: Session, vote: Vote) -> bytes:
    """The file's bytes: canonical JSON of everything that a counted vote consists of."""
    return sealing.canonical(
        {
            "format": 1,
            "vote": vote.public_id,
            "titles": vote.titles,
            "regulation": json.loads(vote.regulation),
            "regulation_hash": vote.regulation_hash,
            "numbers": vote.numbers,
            "lists": vote.lists,
            "lots": vote.lots,
            "outcome": vote.outcome,
            "ballots": plain_lists(s, vote),
            "receipts": receipts_recorded(s, vote),
            "chain": [one.document() for one in queries_chain.entries(s, vote.id)],
        }
    )


def write_and_read_back(instance: Path, public_id: str, content: bytes) -> tuple[str, str]:
    """Write the file durably and compare what the disk gives back. Returns its name and SHA-256.

    Raises RuntimeError when they differ.
    """
    where = folder(instance)
    where.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = where / f"vote-{public_id}.json"
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
    directory = os.open(where, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    digest = hashlib.sha256(content).hexdigest()
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise RuntimeError(f"the backup {path.name} does not read back as written")
    return path.name, digest


def backup_plain_lists(path: Path) -> list[str]:
    """Copy the kept files of all counted votes into a folder of a backup; returns their names."""
    names = []
    path.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder(ground.settings().instance).glob("vote-*.json")):
        (path / file.name).write_bytes(file.read_bytes())
        names.append(file.name)
    return names


def restore_counted(s: Session, actor: Actor, content: bytes) -> Vote | None:
    """After a restore of an older database: a vote that was counted since takes its plain lists from its kept file and
    never reopens. None when the database knows the vote as counted already, or not at all.

    Raises ValueError when the file is of another regulation.
    """
    kept: dict[str, Any] = json.loads(content)
    vote = s.scalars(db.locked(select(Vote).where(Vote.public_id == kept["vote"]))).one_or_none()
    if vote is None or vote.state is not VoteState.OPEN:
        return None
    if vote.regulation_hash != kept["regulation_hash"]:
        raise ValueError(f"the kept file of vote {vote.public_id} is of another regulation")
    rows = [
        {"vote_id": vote.id, "pot_id": pot_id, "number": number, "choice": sealing.canonical(choice).decode()}
        for pot_id, ballots in kept["ballots"].items()
        for number, choice in enumerate(ballots)
    ]
    for start in range(0, len(rows), 5000):
        s.execute(insert(PlainBallot), rows[start : start + 5000])
    s.execute(delete(SealedBallot).where(SealedBallot.vote_id == vote.id))
    _restore_receipts(s, vote, kept["receipts"])
    actions_entry.put_back(s, vote, kept.get("chain", []))
    sealing_files.destroy_key(ground.settings().keys, vote.public_id)
    vote.numbers, vote.lists, vote.lots, vote.outcome = kept["numbers"], kept["lists"], kept["lots"], kept["outcome"]
    vote.state, vote.counted_at = VoteState.FINISHED, clock.now()
    s.flush()
    record(actor, "restore_counted", "vote", vote.public_id, after={"numbers": vote.numbers})
    return vote


def _restore_receipts(s: Session, vote: Vote, counted: list[str]) -> None:
    here = set(s.scalars(select(Receipt.code_hash).where(Receipt.vote_id == vote.id)))
    mine = Receipt.vote_id == vote.id
    s.execute(update(Receipt).where(mine, Receipt.state == "recorded").values(state=ReceiptState.REPLACED))
    for start in range(0, len(counted), 500):
        part = counted[start : start + 500]
        s.execute(update(Receipt).where(mine, Receipt.code_hash.in_(part)).values(state=ReceiptState.RECORDED))
    missing = [code for code in counted if code not in here]
    if missing:
        values = [{"vote_id": vote.id, "code_hash": code, "state": ReceiptState.RECORDED} for code in missing]
        s.execute(insert(Receipt), values)


def compare(public_id: str) -> list[str]:
    """What differs between the kept file of a vote and the database, as short words; empty when nothing does."""
    path = folder(ground.settings().instance) / f"vote-{public_id}.json"
    if not path.exists():
        return ["file"]
    kept: dict[str, Any] = json.loads(path.read_bytes())
    with db.read() as s:
        vote = by_public_id(s, public_id)
        if vote is None:
            return ["vote"]
        here = json.loads(content_of(s, vote))
    return sorted(key for key in here if here[key] != kept.get(key))
