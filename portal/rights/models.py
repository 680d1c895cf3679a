"""Requests, marks on people, exports, erasures, tombstones, breaches, and when an account was last used."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class Wish(enum.StrEnum):
    """What a request asks for."""

    QUESTION = "question"  # why somebody looked (GDPR, article 15)
    ACCESS = "access"  # a copy of the data, asked for on paper; on the portal it is made at once (article 15)
    CORRECTION = "correction"  # article 16
    RESTRICTION = "restriction"  # article 18
    OBJECTION = "objection"  # article 21


class Outcome(enum.StrEnum):
    """How a request was answered."""

    DONE = "done"
    PARTLY = "partly"
    REFUSED = "refused"


class DataRequest(Base):
    """A request about somebody's own data, with the day by which the law wants it answered."""

    __tablename__ = "data_request"
    __table_args__ = (
        Index("ix_data_request_person_id", "person_id"),
        Index("ix_data_request_answered_at_due_on", "answered_at", "due_on"),
        CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name="whole_answer"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    wish: Mapped[Wish] = mapped_column(choice(Wish, name="wish"))
    # the line of the access log that is asked about; no foreign key, so that retention may take the line
    look_id: Mapped[int | None] = mapped_column(Id)
    about: Mapped[str] = mapped_column(String(80), default="")  # the table of the record it is about
    words: Mapped[str] = mapped_column(Text)
    # who gave the paper and where the answer goes, where it belongs to no account
    giver: Mapped[str] = mapped_column(String(200), default="", server_default="")
    reach: Mapped[str] = mapped_column(Text, default="", server_default="")
    lang: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    due_on: Mapped[date] = mapped_column(Date)
    extended_on: Mapped[date | None] = mapped_column(Date)
    extended_why: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, name="outcome"))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class MarkKind(enum.StrEnum):
    """What holds a person's data as they are."""

    HOLD = "hold"  # a legal hold: nothing is erased
    RESTRICTED = "restricted"  # processing is restricted: data are kept, and not used without need


class PersonMark(Base):
    """A legal hold or a restriction; at most one of each stands at a time."""

    __tablename__ = "person_mark"
    __table_args__ = (
        Index(
            "uq_person_mark_standing",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("lifted_at IS NULL"),
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[MarkKind] = mapped_column(choice(MarkKind, name="kind"))
    reason: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime] = mapped_column(UtcTime)
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_why: Mapped[str] = mapped_column(Text, default="")


class ExportState(enum.StrEnum):
    """How far an export is."""

    WAITING = "waiting"
    READY = "ready"
    GONE = "gone"


class DataExport(Base):
    """A zip of everything the portal keeps about a person: made by a job, gone after a week."""

    __tablename__ = "data_export"
    __table_args__ = (Index("ix_data_export_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[ExportState] = mapped_column(choice(ExportState, name="state"), default=ExportState.WAITING)
    lang: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(String(80), default="")
    bytes: Mapped[int] = mapped_column(Integer, default=0)


class Cause(enum.StrEnum):
    """Why data went."""

    ASKED = "asked"
    INACTIVE = "inactive"
    RETENTION = "retention"


class ErasureState(enum.StrEnum):
    """How far an erasure is."""

    CONFIRMED = "confirmed"  # the account is closed, the job waits
    HELD = "held"  # a legal hold came between
    ERASED = "erased"  # the database is done, files are being taken away
    DONE = "done"


class Erasure(Base):
    """An account's erasure: what the person was shown, and what was done. It names nobody once it is done."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cause: Mapped[Cause] = mapped_column(choice(Cause, name="cause"))
    state: Mapped[ErasureState] = mapped_column(choice(ErasureState, name="state"), default=ErasureState.CONFIRMED)
    confirmed_at: Mapped[datetime] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    plan: Mapped[dict[str, int]] = mapped_column(JSON)  # rows per table, as shown
    effect: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    files: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # still to be taken away


class Tombstone(Base):
    """That something went: which kind of record, how many, when and why. Nobody is named."""

    __tablename__ = "tombstone"
    __table_args__ = (CheckConstraint("count > 0", name="count"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    record: Mapped[str] = mapped_column(String(80))
    fate: Mapped[str] = mapped_column(String(20))
    count: Mapped[int]
    cause: Mapped[Cause] = mapped_column(choice(Cause, name="cause"))
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class AccountUse(Base):
    """The day on which an account was last used, and when its person was told that it will be erased."""

    __tablename__ = "account_use"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    seen_on: Mapped[date] = mapped_column(Date)
    warned_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Breach(Base):
    """A breach of personal data (GDPR, articles 33 and 34): what happened, who was told, and by when."""

    __tablename__ = "breach"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    discovered_at: Mapped[datetime] = mapped_column(UtcTime)
    entered_at: Mapped[datetime] = mapped_column(UtcTime)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    title: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(Text)
    data: Mapped[str] = mapped_column(Text)
    people: Mapped[int | None] = mapped_column(Integer)
    consequences: Mapped[str] = mapped_column(Text, default="")
    measures: Mapped[str] = mapped_column(Text, default="")
    authority_at: Mapped[datetime | None] = mapped_column(UtcTime)
    people_told_at: Mapped[datetime | None] = mapped_column(UtcTime)
    why_not: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
