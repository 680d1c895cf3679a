"""The audit record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime


class Entry(Base):
    """Who did what to which object, for whom, and what it was before and after. Never a voter's choice or moment.

    No foreign key to people: the line outlives the account.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "kind", "object_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    person_id: Mapped[int | None] = mapped_column(Id, index=True)
    helped_by: Mapped[int | None] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String(20), default="web")
    verb: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40), default="")
    object_id: Mapped[str] = mapped_column(String(80), default="")
    before: Mapped[Any] = mapped_column(JSON, nullable=True)
    after: Mapped[Any] = mapped_column(JSON, nullable=True)
