"""The urn's tables.

Everything that is written at a cast lies in tables keyed by hashes, without running numbers, rowids (SQLite) or times:
the order of rows says nothing about the order of voters. A sealed ballot is unreadable without the vote key; which
receipt is its own stands in its envelope only.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


@lru_cache(maxsize=64)
def parsed(regulation: str) -> Mapping[str, Any]:
    """A stored regulation as a document; parsing a hundred projects at each cast would cost more than the cast."""
    document: dict[str, Any] = json.loads(regulation)
    return document


class VoteState(enum.StrEnum):
    """How far a vote is. Between opening and close the clock decides, not this."""

    IMPORTING = "importing"  # a finished election is being written in chunks; nobody sees it
    PREPARED = "prepared"
    OPEN = "open"  # frozen and hashed; sealed ballots
    COUNTED = "counted"  # plain lists stored, sealed ballots gone, key still there
    KEPT = "kept"  # the plain lists are in a backup that was read back
    FINISHED = "finished"  # the key is destroyed
    PUBLISHED = "published"
    BROKEN_OFF = "broken_off"  # after a restore, by two officers; nothing is counted, sealed ballots and key are gone


class ReceiptState(enum.StrEnum):
    """What a receipt proves."""

    RECORDED = "recorded"
    REPLACED = "replaced"
    ANNULLED = "annulled"


class Channel(enum.StrEnum):
    """By which way a roll entry was used."""

    WEB = "web"
    DESK = "desk"
    PAPER = "paper"
    LETTER = "letter"


class Vote(Base):
    """One vote: its regulation (a frozen copy of everything that decides), its times, and what the count left."""

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("public_id"),
        UniqueConstraint("kind", "object_id"),
        CheckConstraint("closes_at > opens_at", name="times"),
        CheckConstraint("entitled > 0", name="entitled"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # random; stands in addresses, in the key file's name, and under every seal: it survives a move to another database
    public_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(BigInteger)
    # whose dates these are, and who may see and work on it; none for a vote that belongs to no process
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    titles: Mapped[dict[str, str]] = mapped_column(JSON)
    state: Mapped[VoteState] = mapped_column(choice(VoteState, name="state"), default=VoteState.PREPARED)
    opens_at: Mapped[datetime] = mapped_column(UtcTime)
    closes_at: Mapped[datetime] = mapped_column(UtcTime)
    # canonical JSON as text: its bytes are hashed, so no JSON type of a database may rewrite them
    regulation: Mapped[str] = mapped_column(Text)
    regulation_hash: Mapped[str | None] = mapped_column(String(64))
    key_check: Mapped[str | None] = mapped_column(String(64))
    choices_length: Mapped[int | None] = mapped_column(Integer)
    holder_one: Mapped[str | None] = mapped_column(String(200))
    holder_two: Mapped[str | None] = mapped_column(String(200))
    opened_at: Mapped[datetime | None] = mapped_column(UtcTime)
    counted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)
    outcome: Mapped[str | None] = mapped_column(Text)  # canonical JSON as the count made it
    # {"ballots", "receipts", "channels": {…}, "pots": {…}}; salt and hash of each pot's plain list; the parts of lots
    numbers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    lists: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    lots: Mapped[dict[str, str] | None] = mapped_column(JSON)
    # how many people could have voted, as staff looked it up, and in what (language -> words); fixed at the publication
    entitled: Mapped[int | None]
    entitled_source: Mapped[dict[str, str] | None] = mapped_column(JSON)
    # written by a restore, which loses ballots; each with the officers' decision: rules_interruption.py reads them
    interruptions: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)

    @property
    def document(self) -> Mapping[str, Any]:
        """The regulation, parsed; shared between requests, so nobody may change it."""
        return parsed(self.regulation)


class RollEntry(Base):
    """One person entitled in one vote, as a keyed hash; the key lies outside the database."""

    __tablename__ = "roll_entry"
    __table_args__ = {"sqlite_with_rowid": False}

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True, autoincrement=False)
    claim: Mapped[str] = mapped_column(String(64), primary_key=True)


class Participation(Base):
    """This roll entry has voted: by which channel and on which day, and nothing more."""

    __tablename__ = "participation"
    __table_args__ = (
        ForeignKeyConstraint(["vote_id", "claim"], ["roll_entry.vote_id", "roll_entry.claim"]),
        {"sqlite_with_rowid": False},
    )

    vote_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    claim: Mapped[str] = mapped_column(String(64), primary_key=True)
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    day: Mapped[date] = mapped_column(Date)


class SealedBallot(Base):
    """One ballot under its slot: two ciphertexts, each of one length per vote."""

    __tablename__ = "sealed_ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True, autoincrement=False)
    slot: Mapped[str] = mapped_column(String(64), primary_key=True)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    choices: Mapped[bytes] = mapped_column(LargeBinary)


class Receipt(Base):
    """The hash of a receipt code and what it proves; joined to nothing."""

    __tablename__ = "receipt"
    __table_args__ = {"sqlite_with_rowid": False}

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[ReceiptState] = mapped_column(choice(ReceiptState, name="state"))


class PlainBallot(Base):
    """An opened ballot's choice in one pot, at a place of the shuffled list; the parts of one ballot are not joined."""

    __tablename__ = "plain_ballot"
    __table_args__ = {"sqlite_with_rowid": False}

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True, autoincrement=False)
    pot_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    choice: Mapped[str] = mapped_column(Text)  # canonical JSON


class CountRun(Base):
    """The count of a vote: who started it, how far it is, what differed, where its backup lies."""

    __tablename__ = "count_run"

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True, autoincrement=False)
    first_id: Mapped[int | None] = mapped_column(BigInteger)  # people by number, as in the audit record
    first_draw: Mapped[str] = mapped_column(String(200), default="")
    second_id: Mapped[int | None] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    differences: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    backup: Mapped[str | None] = mapped_column(String(200))
    backup_hash: Mapped[str | None] = mapped_column(String(64))
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    halves_destroyed: Mapped[bool] = mapped_column(Boolean, default=False)
