"""Hearings: an office or a neighbour is asked for a statement on a case, until a day."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class Heard(enum.StrEnum):
    """Who is asked."""

    OFFICE = "office"
    NEIGHBOUR = "neighbour"


class Stance(enum.StrEnum):
    """What a statement comes to."""

    AGREES = "agrees"
    REMARKS = "remarks"
    OBJECTS = "objects"


class Shared(enum.StrEnum):
    """What the applicant sees of a statement."""

    NOTHING = "nothing"
    TEXT = "text"
    NAME = "name"  # the text, and from whom it is


class Hearing(Base):
    """One question to one office or neighbour. A neighbour has no account: the letter has a code, of which only a keyed
    hash is kept. They see `summary` and the files of `files`, never the case itself."""

    __tablename__ = "service_hearing"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index(None, "case_id"),
        Index(None, "department_id", "answered_at"),
        Index(None, "due_on"),
        Index(None, "paper_id"),
        CheckConstraint("(kind = 'office') = (department_id IS NOT NULL)", name="department"),
        CheckConstraint("(stance IS NULL) = (answered_at IS NULL)", name="stance"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    kind: Mapped[Heard] = mapped_column(choice(Heard, name="kind"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    address: Mapped[str] = mapped_column(String(500), default="", server_default="")
    language: Mapped[str] = mapped_column(String(12))
    question: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    files: Mapped[Any] = mapped_column(JSON, default=list, server_default="[]")  # numbers of files of the case
    due_on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    stance: Mapped[Stance | None] = mapped_column(choice(Stance, name="stance"))
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # how it came: by the page of the code, from the office, entered at a desk
    channel: Mapped[str] = mapped_column(String(20), default="", server_default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    shared: Mapped[Shared] = mapped_column(
        choice(Shared, name="shared"), default=Shared.NOTHING, server_default="nothing"
    )
    stopped_at: Mapped[datetime | None] = mapped_column(UtcTime)  # taken back
    lapsed_at: Mapped[datetime | None] = mapped_column(UtcTime)  # the day went by without an answer
