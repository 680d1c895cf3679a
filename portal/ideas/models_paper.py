"""Lists of supporters on paper, and files with ideas and comments of another platform that are taken in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime

# What becomes of a line of a list. `counted` is a support; the others are why a line is none.
COUNTED = "counted"
REFUSED = ("again", "unknown", "elsewhere", "young", "unsigned", "unreadable")
OUTCOMES = (COUNTED, *REFUSED)


class SupportList(Base):
    """A list of supporters on paper, as far as it was entered. Of its lines only numbers are kept, and of those that
    count the supports themselves: no name, no address, no order."""

    __tablename__ = "support_list"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("lines > 0", name="lines"),
        CheckConstraint(" + ".join(OUTCOMES) + " <= lines", name="no_more_than_lines"),
        CheckConstraint(" AND ".join(f"{name} >= 0" for name in OUTCOMES), name="counters"),
        Index(None, "idea_id"),
        Index(None, "entered_by_id"),
        Index(None, "second_by_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    number: Mapped[str] = mapped_column(String(20))  # printed on the paper
    on_day: Mapped[date] = mapped_column(Date)  # when the paper was handed in
    lines: Mapped[int] = mapped_column(Integer)  # that are filled in on the paper
    counted: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    again: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # supports the idea already
    unknown: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # not in the register so
    elsewhere: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # lives outside the city
    young: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    unsigned: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    unreadable: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    last: Mapped[str] = mapped_column(
        String(20), default="", server_default=""
    )  # what the last line was; empty: undone
    last_id: Mapped[int | None] = mapped_column(Id)  # the support that came of it, until the next line
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # somebody else counted the lines of the paper again
    second_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    second_lines: Mapped[int | None] = mapped_column(Integer)
    second_at: Mapped[datetime | None] = mapped_column(UtcTime)

    @property
    def entered(self) -> int:
        """How many lines were entered, whatever became of them."""
        return sum(getattr(self, name) for name in OUTCOMES)

    @property
    def refused(self) -> int:
        """How many of them are no support."""
        return self.entered - self.counted


class Import(Base):
    """A file that was checked and waits to be taken in, is being taken in, or was. Its text goes when that is done, or
    after a week."""

    __tablename__ = "idea_import"
    __table_args__ = (
        CheckConstraint("what IN ('ideas', 'comments', 'answers')", name="what"),
        Index(None, "call_id"),
        Index(None, "by_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    what: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))  # of the file
    body: Mapped[str] = mapped_column(Text)
    lines: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # taken in so far
    same: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # were here before
    fault: Mapped[str] = mapped_column(String(40), default="", server_default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
