"""What an office sets up for its cases: the steps of a procedure, and letters that are begun from a template.

Texts stand in base/texts: kind "service_step" (title), kind "service_letter" (subject, body).
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class Step(Base):
    """A step of a service's procedure. One that was taken out stays for the cases in which it is ticked."""

    __tablename__ = "service_step"
    __table_args__ = (Index(None, "service_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    position: Mapped[int] = mapped_column(Integer)
    required: Mapped[bool] = mapped_column(default=False, server_default=false())  # before a decision
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Tick(Base):
    """A step that is done in a case: by whom, and when."""

    __tablename__ = "service_tick"
    __table_args__ = (UniqueConstraint("case_id", "step_id"), Index(None, "step_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    step_id: Mapped[int] = mapped_column(ForeignKey("service_step.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)


class Use(enum.StrEnum):
    """What a letter is for."""

    MESSAGE = "message"
    QUESTION = "question"
    HEARING = "hearing"


class Letter(Base):
    """A template of a letter: of one service, or of all."""

    __tablename__ = "service_letter"
    __table_args__ = (Index(None, "service_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    use: Mapped[Use] = mapped_column(choice(Use, name="use"))
    name: Mapped[str] = mapped_column(String(120))  # by which officers find it
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
