"""Appeals: a case of their own against a decision, with reference, clock, officer and outcome."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class AppealState(enum.StrEnum):
    """Where an appeal stands."""

    FILED = "filed"
    CHECKING = "checking"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class AppealOutcome(enum.StrEnum):
    """How an appeal ends. Allowed, wholly or in part, means that the case is opened and decided anew."""

    ALLOWED = "allowed"
    PARTLY = "partly"
    DISMISSED = "dismissed"


class Appeal(Base):
    """An appeal against one decision. It is the applicant's of the case; whoever decided does not handle it."""

    __tablename__ = "service_appeal"
    __table_args__ = (
        UniqueConstraint("reference"),
        Index(None, "case_id"),
        Index(None, "officer_id"),
        Index(None, "paper_id"),
        Index(None, "state", "due_on"),
        Index(
            "uq_service_appeal_decision_id",
            "decision_id",
            unique=True,
            sqlite_where=text("state <> 'withdrawn'"),
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="outcome"),
        CheckConstraint("outcome IS NULL OR grounds <> ''", name="grounds"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("service_decision.id"))
    reference: Mapped[str] = mapped_column(String(20))
    state: Mapped[AppealState] = mapped_column(choice(AppealState, name="state"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(20), default="web", server_default="web")
    came_on: Mapped[date] = mapped_column(Date)  # on which it reached the city; the last day is compared with this one
    last_day: Mapped[date] = mapped_column(Date)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who took it in at a desk
    filed_at: Mapped[datetime] = mapped_column(UtcTime)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    outcome: Mapped[AppealOutcome | None] = mapped_column(choice(AppealOutcome, name="outcome"))
    grounds: Mapped[str] = mapped_column(Text, default="", server_default="")
    basis: Mapped[str] = mapped_column(String(500), default="", server_default="")
    remedy: Mapped[str] = mapped_column(String(1000), default="", server_default="")  # where one goes on from here
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")

    @property
    def late(self) -> bool:
        """Did it come after the last day?"""
        return self.came_on > self.last_day
