"""The city's answer to ideas: a draft first, then public, corrected with its earlier wording kept, or withdrawn with its
place kept.

Texts that the city writes in several languages stand in base.texts under this kind and these fields:
idea_answer: state (the outcome in the city's own words), role (of who answers), body
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class Outcome(enum.StrEnum):
    """What the city says to an idea. Each has plain public words; an answer may put its own in their place."""

    DONE = "done"
    BALLOT = "ballot"  # people vote on it
    PARTLY = "partly"
    NOT = "not"
    EXISTS = "exists"
    ELSEWHERE = "elsewhere"  # somebody else decides


class Standing(enum.StrEnum):
    """How an answer stands to an idea. Empty in the row: another answer took its place."""

    DRAFT = "draft"
    CURRENT = "current"
    WITHDRAWN = "withdrawn"  # it stands where the answer stood, until there is another one


class Answer(Base):
    """One answer to one idea or to many. `published_at` empty: a draft that the staff alone see."""

    __tablename__ = "idea_answer"
    __table_args__ = (Index(None, "call_id", "published_at"), CheckConstraint("version > 0", name="version"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, name="outcome"))
    # the name that stands below the answer; the role is a text per language
    answered_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
    version: Mapped[int] = mapped_column(Integer, default=1)  # of what is public: one more than its corrections
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # the city does not say it any more; why, in the language in which the officer wrote it
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    withdrawn_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")


class AnswerIdea(Base):
    """An idea that an answer is for. An idea has one draft at most, and one that is current or
    withdrawn; earlier ones stay."""

    __tablename__ = "idea_answer_idea"
    __table_args__ = (UniqueConstraint("idea_id", "standing"),)

    answer_id: Mapped[int] = mapped_column(ForeignKey("idea_answer.id", ondelete="CASCADE"), primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    standing: Mapped[Standing | None] = mapped_column(choice(Standing, name="standing"), default=Standing.DRAFT)
    # the idea's state before the answer, for a correction that says something else
    state_before: Mapped[str] = mapped_column(String(40), default="", server_default="")


class AnswerVersion(Base):
    """What an answer said before it was corrected, and why it was. `texts`: {field: {language: text}}."""

    __tablename__ = "idea_answer_version"
    __table_args__ = (UniqueConstraint("answer_id", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("idea_answer.id"))
    version: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, name="outcome"))
    answered_by: Mapped[str] = mapped_column(String(120), default="", server_default="")
    texts: Mapped[dict[str, Any]] = mapped_column(JSON)
    since: Mapped[datetime] = mapped_column(UtcTime)  # when this wording became public
    until: Mapped[datetime] = mapped_column(UtcTime)  # when the next one took its place
    reason: Mapped[str] = mapped_column(String(500))  # why, in the language in which the officer wrote it
    reason_lang: Mapped[str] = mapped_column(String(12))
