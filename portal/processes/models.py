"""Process and Phase: which dates a piece of participation has. What the dates allow stands in rules.py."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice


class PhaseKind(enum.StrEnum):
    """The phases in the order in which they follow each other."""

    SUBMIT = "submit"
    REVIEW = "review"
    VOTE = "vote"
    RESULTS = "results"
    WORKS = "works"


ORDER: dict[PhaseKind, int] = {kind: place for place, kind in enumerate(PhaseKind)}


class Process(Base):
    """A run of phases. The thing that owns it (a budget) points here, so that other wings can ask about dates alone."""

    __tablename__ = "process"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subject: Mapped[str] = mapped_column(
        String(40)
    )  # the kind of thing that owns this process, as in the kind registry

    phases: Mapped[list["Phase"]] = relationship(
        lazy="raise", order_by="Phase.opens_at", cascade="all, delete-orphan", passive_deletes=True
    )


class Phase(Base):
    """One phase: open from opens_at (included) to closes_at (excluded), in UTC. Only the works may have no end."""

    __tablename__ = "phase"
    __table_args__ = (
        UniqueConstraint("process_id", "kind"),
        CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("closes_at IS NOT NULL OR kind = 'works'", name="only_works_open_ended"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    kind: Mapped[PhaseKind] = mapped_column(choice(PhaseKind, name="kind"))
    opens_at: Mapped[datetime] = mapped_column(UtcTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcTime)
