"""Process and Phase: which dates a piece of participation has. What the dates allow stands in rules.py."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice


class PhaseKind(enum.StrEnum):
    """The phases in the order in which they follow each other."""

    SUBMIT = "submit"
    REVIEW = "review"
    VOTE = "vote"
    RESULTS = "results"
    WORKS = "works"


class Entrance(enum.StrEnum):
    """How somebody comes into a closed process."""

    LIST = "list"  # an officer put them on the list
    MAIL = "mail"  # their confirmed address was invited
    CODE = "code"  # they typed a code from a letter


ORDER: dict[PhaseKind, int] = {kind: place for place, kind in enumerate(PhaseKind)}


def scope_of(process_id: int, district_id: int | None, department_id: int | None) -> dict[str, set[int]]:
    """The scope of a process by its numbers."""
    found = {"process": {process_id}}
    if district_id is not None:
        found["district"] = {district_id}
    if department_id is not None:
        found["department"] = {department_id}
    return found


class Process(Base):
    """A run of phases. The thing that owns it (a budget) points here, so that other wings can ask about dates alone.

    District and department say whose it is: officers limited to them work on it. `closed`: only its members and those
    officers see it; to everybody else it does not exist."""

    __tablename__ = "process"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    subject: Mapped[str] = mapped_column(
        String(40)
    )  # the kind of thing that owns this process, as in the kind registry
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    closed: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def scope(self) -> dict[str, set[int]]:
        """What a role has to cover to count here."""
        return scope_of(self.id, self.district_id, self.department_id)

    phases: Mapped[list["Phase"]] = relationship(
        lazy="raise", order_by="Phase.opens_at", cascade="all, delete-orphan", passive_deletes=True
    )


class Member(Base):
    """Somebody who takes part in a closed process."""

    __tablename__ = "process_member"
    __table_args__ = (UniqueConstraint("process_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    way: Mapped[Entrance] = mapped_column(choice(Entrance, name="way"))
    at: Mapped[datetime] = mapped_column(UtcTime)


class Invite(Base):
    """A way into a closed process that counts once: the keyed hash of a code, or of an address that was written to."""

    __tablename__ = "process_invite"
    __table_args__ = (
        UniqueConstraint("process_id", "way", "hash"),
        Index(None, "way", "hash"),
        CheckConstraint("way <> 'list'", name="way_of_invite"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    way: Mapped[Entrance] = mapped_column(choice(Entrance, name="way"))
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcTime)
    used_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


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
