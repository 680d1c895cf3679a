"""Pages with their versions, site notices, reports of barriers."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class NoticeKind(enum.StrEnum):
    """What a notice is about; an emergency comes before everything else."""

    EMERGENCY = "emergency"
    OUTAGE = "outage"
    NEWS = "news"


class Page(Base):
    """A text page of the city. What it says stands in its texts; without one it does not show."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    in_footer: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(Integer, default=50)


class PageText(Base):
    """One version of a page in one language. Only added, never changed; the highest version is the one that shows."""

    __tablename__ = "page_text"
    __table_args__ = (UniqueConstraint("page_id", "lang", "version"), CheckConstraint("version > 0", name="version"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"))
    lang: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    written_at: Mapped[datetime] = mapped_column(UtcTime)


class Notice(Base):
    """A dated notice on every page. Its words stand in base.texts (kind "notice", field "body")."""

    __tablename__ = "notice"
    __table_args__ = (CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind, name="kind"))
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcTime)


class BarrierReport(Base):
    """What somebody could not use. `contact` is there only when they want an answer; it goes when it was answered."""

    __tablename__ = "barrier_report"
    __table_args__ = (Index("ix_barrier_report_answered_at", "answered_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    page: Mapped[str] = mapped_column(String(500), default="")
    what: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(320), default="")
    lang: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    note: Mapped[str] = mapped_column(Text, default="")


class PaperEntry(Base):
    """A form on paper that staff entered, under the number that is printed on it; each paper counts once."""

    __tablename__ = "paper_entry"
    __table_args__ = (UniqueConstraint("number"), Index(None, "entered_by_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    sheet: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(40))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcTime)
