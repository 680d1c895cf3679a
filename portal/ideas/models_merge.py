"""What happens between ideas: somebody says that two are the same, two are joined, one is moved, one is split."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice
from portal.ideas.models import IdeaState


class TwinState(enum.StrEnum):
    """What became of the word that two ideas are the same."""

    OPEN = "open"
    JOINED = "joined"
    DECLINED = "declined"  # by the staff, with a reason
    TAKEN_BACK = "taken_back"  # by the one who said it
    LAPSED = "lapsed"  # one of the two was joined with a third


class Says(enum.StrEnum):
    """What the authors of one of the two ideas say."""

    AGREED = "agreed"
    AGAINST = "against"


class Twin(Base):
    """Somebody says that two ideas are the same: `idea_id` would live on in `into_id`. Both ideas' authors and the staff
    see it. `pair` is the two numbers in order, so that one pair waits once, whichever way round it was said."""

    __tablename__ = "idea_twin"
    __table_args__ = (
        Index(
            "uq_idea_twin_open",
            "pair",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        CheckConstraint("idea_id <> into_id", name="two_ideas"),
        Index(None, "idea_id"),
        Index(None, "into_id"),
        Index(None, "by_id"),
        Index(None, "state", "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    pair: Mapped[str] = mapped_column(String(50))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lang: Mapped[str] = mapped_column(String(12))
    word: Mapped[str] = mapped_column(String(500))  # why, in that language
    at: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[TwinState] = mapped_column(choice(TwinState, name="state"), default=TwinState.OPEN)
    # what one of the authors of each idea said last, who and when
    idea_says: Mapped[Says | None] = mapped_column(choice(Says, name="idea_says"))
    idea_says_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    idea_says_at: Mapped[datetime | None] = mapped_column(UtcTime)
    into_says: Mapped[Says | None] = mapped_column(choice(Says, name="into_says"))
    into_says_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    into_says_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    reason_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")


class Merge(Base):
    """One idea was joined with another. It stands until it is undone; an idea has at most one that stands."""

    __tablename__ = "idea_merge"
    __table_args__ = (
        Index(
            "uq_idea_merge_standing",
            "idea_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        CheckConstraint("idea_id <> into_id", name="two_ideas"),
        CheckConstraint("moved >= 0", name="moved"),
        Index(None, "idea_id"),
        Index(None, "into_id"),
        Index(None, "twin_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by_authors: Mapped[bool] = mapped_column(default=False, server_default=false())  # both ideas' authors agreed
    reason: Mapped[str] = mapped_column(String(500))
    lang: Mapped[str] = mapped_column(String(12))
    twin_id: Mapped[int | None] = mapped_column(ForeignKey("idea_twin.id"))
    state_before: Mapped[IdeaState] = mapped_column(choice(IdeaState, name="state_before"))
    moved: Mapped[int] = mapped_column(Integer)  # supports that came along; who supports both counts once
    undone_at: Mapped[datetime | None] = mapped_column(UtcTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    undone_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")


class Move(Base):
    """The staff put an idea into another call, another district, or both. Number, address and supports stay."""

    __tablename__ = "idea_move"
    __table_args__ = (
        Index(None, "idea_id"),
        Index(None, "from_call_id"),
        Index(None, "to_call_id"),
        Index(None, "from_district_id"),
        Index(None, "to_district_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500))
    lang: Mapped[str] = mapped_column(String(12))
    from_call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    to_call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    # empty: the whole city
    from_district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    to_district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))


class Part(Base):
    """The staff split an idea: `to_id` was a part of `from_id` and stands by itself since then, until that is undone.

    `version`: the whole idea's wording that is then restored; empty for splits made before they could be undone."""

    __tablename__ = "idea_part"
    __table_args__ = (
        UniqueConstraint("to_id"),
        CheckConstraint("from_id <> to_id", name="two_ideas"),
        Index(None, "from_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500))
    lang: Mapped[str] = mapped_column(String(12))
    version: Mapped[int | None] = mapped_column(Integer)
    undone_at: Mapped[datetime | None] = mapped_column(UtcTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    undone_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")
