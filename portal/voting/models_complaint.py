"""Complaints about a provisional result."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime


class Complaint(Base):
    """A complaint, known to its author by its reference number. The answer is public, the complaint itself is not.
    `upheld`: was it right? Nothing here leads to a ballot."""

    __tablename__ = "vote_complaint"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name="answered"),
        CheckConstraint("(answered_at IS NULL) = (upheld IS NULL)", name="decided"),
        Index(None, "vote_id", "at"),
        Index(None, "person_id"),
        Index(None, "answered_by_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    vote_id: Mapped[int] = mapped_column(ForeignKey("vote.id"))
    reference: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcTime)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    words: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    answer: Mapped[str | None] = mapped_column(Text)
    answer_language: Mapped[str | None] = mapped_column(String(12))
    upheld: Mapped[bool | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
