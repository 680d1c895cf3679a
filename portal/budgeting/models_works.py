"""From wish to bench: the ideas that a project grew from, and its works with milestones, delays, money, benefit, photos
and news.

Texts that the city writes in several languages stand in base.texts under these kinds and fields:
milestone: title · milestone_delay: reason · spending: what · project_benefit: name, expected, measured
project_photo: alt, caption · project_news: title, body · project_work: stopped (object: the project)
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Cents, Id, UtcTime, choice


class Moment(enum.StrEnum):
    """When a photo was taken."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Origin(Base):
    """An idea that a project grew from. Several ideas may feed one project."""

    __tablename__ = "project_origin"
    __table_args__ = (Index(None, "idea_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    # the idea's state before its project came onto the ballot; empty while it is not there
    state_before: Mapped[str] = mapped_column(String(40), default="", server_default="")
    at: Mapped[datetime] = mapped_column(UtcTime)


class Work(Base):
    """What is known of the works as a whole. A project whose works have not begun has no row."""

    __tablename__ = "project_work"

    project_id: Mapped[int] = mapped_column(
        ForeignKey("project.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    stopped_on: Mapped[date | None] = mapped_column(Date)  # given up, with a public reason


class Milestone(Base):
    """A step of the works. `first_planned_on` stays what was said first, whatever became of it."""

    __tablename__ = "milestone"
    __table_args__ = (Index(None, "project_id", "planned_on"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    first_planned_on: Mapped[date] = mapped_column(Date)
    planned_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Delay(Base):
    """A milestone got another date; the reason is public."""

    __tablename__ = "milestone_delay"
    __table_args__ = (Index(None, "milestone_id"), CheckConstraint("from_on <> to_on", name="another_day"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id", ondelete="CASCADE"))
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Spending(Base):
    """Money that was paid for a project; below nothing: it came back."""

    __tablename__ = "spending"
    __table_args__ = (Index(None, "project_id", "on_day"), CheckConstraint("amount <> 0", name="has_money"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    on_day: Mapped[date] = mapped_column(Date)
    amount: Mapped[int] = mapped_column(Cents)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Benefit(Base):
    """What a project is to bring, and what was measured afterwards."""

    __tablename__ = "project_benefit"
    __table_args__ = (Index(None, "project_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    measured_on: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcTime)


class Photo(Base):
    """A picture of the works."""

    __tablename__ = "project_photo"
    __table_args__ = (Index(None, "project_id"), Index(None, "file_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    moment: Mapped[Moment] = mapped_column(choice(Moment, name="moment"))
    taken_on: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcTime)


class WorkNews(Base):
    """A dated word on how a project goes on."""

    __tablename__ = "project_news"
    __table_args__ = (Index(None, "project_id", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcTime)
