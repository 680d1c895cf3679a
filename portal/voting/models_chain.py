"""The tables of the chain of a vote. Both hold what is public; neither is written by a cast."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id


class ChainEntry(Base):
    """An entry without the commitments that it names; chain.py says what the head is made of."""

    __tablename__ = "vote_chain_entry"
    __table_args__ = (UniqueConstraint("vote_id", "head"),)

    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date] = mapped_column(Date)
    previous: Mapped[str] = mapped_column(String(64))
    ballots: Mapped[int] = mapped_column(Integer)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    head: Mapped[str] = mapped_column(String(64))


class Commitment(Base):
    """A commitment that an entry names as new, and the later entry that names it as replaced. Nothing here leads to a slot:
    that takes a nonce, which lies in a sealed envelope."""

    __tablename__ = "vote_commitment"
    __table_args__ = (
        ForeignKeyConstraint(["vote_id", "entry"], ["vote_chain_entry.vote_id", "vote_chain_entry.number"]),
        Index(None, "vote_id", "entry"),
        {"sqlite_with_rowid": False},
    )

    vote_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    commitment: Mapped[str] = mapped_column(String(64), primary_key=True)
    entry: Mapped[int] = mapped_column(Integer)
    replaced_in: Mapped[int | None] = mapped_column(Integer)
