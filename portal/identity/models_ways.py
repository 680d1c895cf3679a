"""Other ways in: codes by mail, sealed identity numbers, codes on paper, codes for the counter, mandates."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice
from portal.identity.models import Person, Way


class Purpose(enum.Enum):
    """What a code sent to an address proves it for."""

    SIGN_IN = "sign_in"
    CONTACT = "contact"
    CONFIRM = "confirm"  # once more before an act that deserves it, to the address of the account


class MailCode(Base):
    """A one-time code sent to an address: its keyed hash, how often it was tried, and until when it is good."""

    __tablename__ = "mail_code"
    __table_args__ = (Index(None, "expires_at"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, name="purpose"))
    # empty for signing in: whether the address has an account is asked only after the code was right
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    way: Mapped[Way] = mapped_column(choice(Way, name="way"))
    value: Mapped[str] = mapped_column(String(500))
    value_folded: Mapped[str] = mapped_column(String(500))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class SealedNumber(Base):
    """A resident's identity number, encrypted and bound to this row, and found again by a keyed index only. One number
    belongs to one person, and one person has one number of a scheme."""

    __tablename__ = "sealed_number"
    __table_args__ = (UniqueConstraint("scheme", "blind"), UniqueConstraint("person_id", "scheme"), Index(None, "key"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    scheme: Mapped[str] = mapped_column(String(40))
    blind: Mapped[str] = mapped_column(String(64))
    key: Mapped[int]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    # by which way it was proved last
    source: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class CounterProof(Base):
    """What one clerk saw, for an account that a second clerk has yet to join with the resident. The number itself is not
    here: the second types it from the document. Gone when it is confirmed, or an hour later."""

    __tablename__ = "counter_proof"
    __table_args__ = (Index(None, "first_id"), Index(None, "expires_at"))

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    scheme: Mapped[str] = mapped_column(String(40))
    blind: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(String(40))
    # [kind, name, value] of each fact
    facts: Mapped[Any] = mapped_column(JSON)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class PaperKind(enum.Enum):
    """Where a code on paper came from."""

    LETTER = "letter"
    SLIP = "slip"


class PaperCode(Base):
    """A code that reaches a resident on paper: by letter to the address in the register, or over a counter. The code
    itself stands on the paper alone; a letter's is made when it is printed."""

    __tablename__ = "paper_code"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index(None, "scheme", "blind"),
        Index(None, "person_id"),
        Index(None, "key"),
        Index(None, "printed_at"),
        Index(None, "given_by_id"),
        Index(None, "second_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[PaperKind] = mapped_column(choice(PaperKind, name="kind"))
    # the account that asked; empty: for a vote without an account
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    scheme: Mapped[str] = mapped_column(String(40))
    blind: Mapped[str] = mapped_column(String(64))
    key: Mapped[int]
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(12))
    # who gave a slip, who confirmed it as the second, and the kind of document that both have seen
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    document: Mapped[str] = mapped_column(String(40), default="", server_default="")
    # what a counter checked, as [kind, name, value]; a letter's facts are read from the register when it is used
    facts: Mapped[list[Any] | None] = mapped_column(JSON)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    printed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)


class LetterReprint(Base):
    """A clerk asks that a batch of letters be printed once more; another makes it, because new codes end those in the
    post. Gone when it is done, or an hour later."""

    __tablename__ = "letter_reprint"
    __table_args__ = (UniqueConstraint("printed_at"), Index(None, "first_id"), Index(None, "expires_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # when the letters of the batch were printed; that is what a batch is known by
    printed_at: Mapped[datetime] = mapped_column(UtcTime)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class SpentSession(Base):
    """A session begun with a code on paper whose ballot was cast: dead from then on, in every copy of its cookie. The
    mark is written at the cast, so it has no time, no number of its own and, like the urn's tables, no rowid; it goes
    with the session."""

    __tablename__ = "spent_session"
    __table_args__ = {"sqlite_with_rowid": False}

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class DeskCode(Base):
    """A short code by which somebody at a counter finds the account of the person standing there."""

    __tablename__ = "desk_code"
    __table_args__ = (UniqueConstraint("code_hash"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    code_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UtcTime)


class Mandate(Base):
    """Somebody acts for another person or an organisation: in what, from when, until when, and whether it was revoked.
    One mechanism for all; a ballot is never cast under it."""

    __tablename__ = "mandate"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index(None, "agent_id"),
        Index(None, "principal_id"),
        CheckConstraint("until_day >= from_day", name="days"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # empty for an organisation, a child, somebody without an account
    principal_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    principal_name: Mapped[str] = mapped_column(String(200))
    relation: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(40))
    from_day: Mapped[date] = mapped_column(Date)
    until_day: Mapped[date] = mapped_column(Date)
    # by which the one who is acted for, or a counter, finds the request; emptied once it is confirmed
    code_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # kind of the document that a counter saw; empty: confirmed by the person
    document: Mapped[str] = mapped_column(String(40), default="", server_default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    agent: Mapped[Person] = relationship(lazy="raise", foreign_keys=[agent_id])
