"""What the city does with an idea before it can be chosen: who has it to value, what they found, what it costs, what its
authors object to, and the short list that is made of it all."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Cents, Id, UtcTime, choice


class Subject(enum.StrEnum):
    """What an author objects to."""

    FEASIBILITY = "feasibility"
    COST = "cost"
    MERGE = "merge"


class Assignment(Base):
    """Who has an idea to value, since when, and by what day. The one without an end holds now; those before it are the
    time-line. The public reads the department, else what the role is called; the officer's name is the staff's."""

    __tablename__ = "idea_assignment"
    __table_args__ = (
        Index(
            "uq_idea_assignment_holding",
            "idea_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "idea_id"),
        Index(None, "department_id"),
        Index(None, "officer_id"),
        CheckConstraint("department_id IS NOT NULL OR officer_id IS NOT NULL", name="somebody"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(40), default="", server_default="")  # in which the officer has it
    due_on: Mapped[date] = mapped_column(Date)  # the last day on which it is in time
    given_at: Mapped[datetime] = mapped_column(UtcTime)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)  # handed on, or done


class Valuation(Base):
    """What the city says about an idea: feasible or not, why, and what it costs. Published ones are never changed: a new
    look is a new version. The last one may be a draft, which only the staff see."""

    __tablename__ = "idea_valuation"
    __table_args__ = (
        UniqueConstraint("idea_id", "version"),
        Index(None, "by_id"),
        Index(None, "department_id"),
        CheckConstraint("cost >= 0", name="cost"),
        CheckConstraint("published_at IS NULL OR (feasible IS NOT NULL AND reason <> '')", name="explained"),
        CheckConstraint("(published_at IS NULL) = (objectable_until IS NULL)", name="open_to_objections"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    version: Mapped[int] = mapped_column(Integer)
    feasible: Mapped[bool | None]
    language: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)  # Markdown, as written
    html: Mapped[str] = mapped_column(Text)
    cost: Mapped[int | None] = mapped_column(Cents)  # the sum of its lines; None where there are none
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    role: Mapped[str] = mapped_column(String(40), default="", server_default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # an objection was upheld, and this is what was put right: authors do not object to it again
    corrected: Mapped[bool] = mapped_column(default=False, server_default=false())
    written_at: Mapped[datetime] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)
    objectable_until: Mapped[datetime | None] = mapped_column(UtcTime)


class CostLine(Base):
    """One line of what an idea costs, in cents."""

    __tablename__ = "idea_cost_line"
    __table_args__ = (UniqueConstraint("valuation_id", "position"), CheckConstraint("amount >= 0", name="amount"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    valuation_id: Mapped[int] = mapped_column(ForeignKey("idea_valuation.id"))
    position: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(String(200))
    amount: Mapped[int] = mapped_column(Cents)


class StaffNote(Base):
    """What departments write to each other about an idea. It leaves the staff's pages in no way."""

    __tablename__ = "idea_note"
    __table_args__ = (Index(None, "idea_id"), Index(None, "by_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Objection(Base):
    """An author does not agree. Its words are read by the staff and the authors, the statement of who decides by all.
    One of each subject for a valuation, and one open at a time."""

    __tablename__ = "idea_objection"
    __table_args__ = (
        UniqueConstraint("valuation_id", "subject"),
        Index(
            "uq_idea_objection_open",
            "idea_id",
            "subject",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(None, "idea_id"),
        Index(None, "by_id"),
        CheckConstraint("(subject = 'merge') = (valuation_id IS NULL)", name="of_a_valuation"),
        CheckConstraint("(decided_at IS NULL) = (upheld IS NULL)", name="decided"),
        CheckConstraint("decided_at IS NULL OR statement <> ''", name="reasoned"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    valuation_id: Mapped[int | None] = mapped_column(ForeignKey("idea_valuation.id"))
    subject: Mapped[Subject] = mapped_column(choice(Subject, name="subject"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcTime)
    due_on: Mapped[date] = mapped_column(Date)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    upheld: Mapped[bool | None]
    statement: Mapped[str] = mapped_column(Text, default="", server_default="")
    statement_html: Mapped[str] = mapped_column(Text, default="", server_default="")
    statement_language: Mapped[str] = mapped_column(String(12), default="", server_default="")


class ShortList(Base):
    """The short list of a call, with the rule as it stood when the list was frozen. `sha256`: of the published table."""

    __tablename__ = "short_list"
    __table_args__ = (
        UniqueConstraint("call_id"),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint("threshold >= 0", name="threshold"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    places: Mapped[int] = mapped_column(Integer)  # for each district, and for the whole city
    threshold: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    frozen_at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ShortListLine(Base):
    """An idea as it stood when the list was frozen, and what the rule made of it: everything that the count asks, so
    that it gives the same at any time. `place`: its place in its district; None: not in the running."""

    __tablename__ = "short_list_line"
    __table_args__ = (UniqueConstraint("list_id", "idea_id"), Index(None, "list_id", "chosen"), Index(None, "idea_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("short_list.id"))
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    number: Mapped[int] = mapped_column(Integer)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    district: Mapped[str] = mapped_column(String(40))  # its code; empty: the whole city
    supports: Mapped[int] = mapped_column(Integer)
    published_at: Mapped[datetime] = mapped_column(UtcTime)  # in whole seconds
    feasible: Mapped[bool | None]  # None: nobody valued it
    place: Mapped[int | None] = mapped_column(Integer)
    chosen: Mapped[bool] = mapped_column(default=False, server_default=false())


class ShortListPick(Base):
    """An idea that the council put onto the short list beside the rule, and why; perhaps taken off again, and why."""

    __tablename__ = "short_list_pick"
    __table_args__ = (
        Index(
            "uq_short_list_pick_standing",
            "list_id",
            "idea_id",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index(None, "list_id"),
        Index(None, "idea_id"),
        CheckConstraint("reason <> ''", name="reasoned"),
        CheckConstraint("removed_at IS NULL OR removed_reason <> ''", name="removal_reasoned"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("short_list.id"))
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    reason: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    removed_language: Mapped[str] = mapped_column(String(12), default="", server_default="")
