"""Series, papers, batches for the post room, signing certificates, heads of the register."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice


class PaperState(enum.Enum):
    """How far a paper has come. A paper that is over its day is still READY: its day decides."""

    BEING_MADE = "being_made"
    READY = "ready"
    FAILED = "failed"
    REVOKED = "revoked"
    REPLACED = "replaced"


class Revocation(enum.Enum):
    """Why a paper does not count any more; shown to everybody who checks it."""

    MISTAKE = "mistake"
    CHANGED = "changed"
    LOST = "lost"
    ENDED = "ended"


class Fault(enum.Enum):
    """Why a paper is not made yet, or could not be made."""

    NO_PRESS = "no_press"  # the programs that make PDFs are missing: waits
    NO_KEY = "no_key"  # no signing key, or one that is out of date: waits
    NO_TIME_STAMP = "no_time_stamp"  # the time-stamp authority did not answer: waits
    LETTERS = "letters"  # signs that no font here can write
    STRUCTURE = "structure"  # the file lacks something of the written list
    BROKEN = "broken"  # anything else; the log says what


class Series(Base):
    """A run of numbers of one year. `last` moves in the transaction that gives the number out, so no number is lost."""

    __tablename__ = "paper_series"
    __table_args__ = (UniqueConstraint("name", "year"), CheckConstraint("last >= 0", name="last"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(12))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)


class Paper(Base):
    """One paper. Its code stands here twice, never plainly: a keyed hash finds the row, and a sealed copy lets the
    worker print it; both keys lie outside the database. The text that goes on the paper is wiped once it is made."""

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("series_id", "sequence"),
        UniqueConstraint("number"),
        UniqueConstraint("code_hash"),
        Index(None, "person_id"),
        Index(None, "file"),
        Index(None, "state"),
        Index(None, "batch_id"),
        Index(None, "made_at"),
        Index(None, "revoked_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("paper_series.id"))
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    # what it is about, for its holder and for staff
    title: Mapped[str] = mapped_column(String(200), default="")
    lang: Mapped[str] = mapped_column(String(12))
    large: Mapped[bool] = mapped_column(default=False)
    by_post: Mapped[bool] = mapped_column(default=False)
    state: Mapped[PaperState] = mapped_column(choice(PaperState, name="state"))
    fault: Mapped[Fault | None] = mapped_column(choice(Fault, name="fault"))
    attempt: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    code_sealed: Mapped[str] = mapped_column(String(80))
    # what the template gets; None once the paper is made
    values: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    # [label, value] pairs that its holder may let others see, and the places of those that are shown
    lines: Mapped[Any] = mapped_column(JSON)
    shown: Mapped[Any] = mapped_column(JSON)
    issued_at: Mapped[datetime] = mapped_column(UtcTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    reason: Mapped[Revocation | None] = mapped_column(choice(Revocation, name="reason"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    # the SHA-256 of the signed PDF, which is also its name on disk; empty until it is made
    file: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    # whether the file is kept; the hash stays when its holder is forgotten, for the register is chained over it
    kept: Mapped[bool] = mapped_column(default=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("paper_batch.id"))

    replaced_by: Mapped[Paper | None] = relationship(lazy="raise", remote_side=[id])
    batch: Mapped[PostBatch | None] = relationship(lazy="raise", back_populates="papers")


class PostBatch(Base):
    """Papers that the post room prints in one go. `file` is empty until the worker has put them together."""

    __tablename__ = "paper_batch"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    printed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    count: Mapped[int]
    sheets: Mapped[int] = mapped_column(default=0)
    file: Mapped[str] = mapped_column(String(64), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)

    papers: Mapped[list[Paper]] = relationship(lazy="raise", back_populates="batch")


class SignerCertificate(Base):
    """A certificate that signed papers. Papers stay ours when the key changes, so what was once used stays known."""

    __tablename__ = "paper_signer"
    __table_args__ = (UniqueConstraint("fingerprint"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(300))
    pem: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime] = mapped_column(UtcTime)


class RegisterHead(Base):
    """The register of one day of the city, closed: a hash over the day's papers and over the head before it."""

    __tablename__ = "paper_register_head"
    __table_args__ = (UniqueConstraint("day"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(Date)
    previous: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64))
    issued: Mapped[int]
    revoked: Mapped[int]
    closed_at: Mapped[datetime] = mapped_column(UtcTime)
