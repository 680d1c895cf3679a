"""Questionnaires of a process: questions, answers to choose from, and what people answered."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice
from portal.moderation.models import Moderated


class Stand(enum.StrEnum):
    """What officers have done with a questionnaire; when it is open, its dates say."""

    DRAFT = "draft"
    SHOWN = "shown"  # released: its questions do not change any more once it has opened
    PUBLISHED = "published"  # its results are public


class Audience(enum.StrEnum):
    """Who may answer."""

    ACCOUNT = "account"  # everybody with an account, by e-mail too
    VOUCHED = "vouched"  # whoever signed in with a service that knows who they are
    RESIDENT = "resident"  # residents of the city


class Ask(enum.StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    SEVERAL = "several"
    SCALE = "scale"
    TEXT = "text"


class Group(enum.StrEnum):
    """Whose answer it is."""

    CITIZEN = "citizen"
    OFFICER = "officer"


class Questionnaire(Base):
    """Questions to those whom a process concerns; open from opens_at (included) to closes_at (excluded), in UTC.

    `keep_days`: so long after the close an answer is linked to its person. `figures`: what was published, as it was
    then, so that nothing that happens later shows in a difference."""

    __tablename__ = "questionnaire"
    __table_args__ = (
        Index(None, "process_id"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        CheckConstraint("keep_days BETWEEN 0 AND 365", name="keep_days"),
        CheckConstraint("(stand = 'published') = (published_at IS NOT NULL)", name="published_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id", ondelete="CASCADE"))
    stand: Mapped[Stand] = mapped_column(choice(Stand, name="stand"), default=Stand.DRAFT)
    opens_at: Mapped[datetime] = mapped_column(UtcTime)
    closes_at: Mapped[datetime] = mapped_column(UtcTime)
    audience: Mapped[Audience] = mapped_column(choice(Audience, name="audience"), default=Audience.ACCOUNT)
    officers: Mapped[bool] = mapped_column(default=False, server_default=false())  # asked too, as a group of their own
    on_paper: Mapped[bool] = mapped_column(default=False, server_default=false())
    keep_days: Mapped[int] = mapped_column(default=30)
    published_at: Mapped[datetime | None] = mapped_column(UtcTime)
    figures: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    unlinked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when followers were told that it is open

    questions: Mapped[list[Question]] = relationship(lazy="raise", order_by="Question.position", passive_deletes=True)


class Question(Base):
    """One question. `least` and `most`: how many of several answers; `steps`: of a scale, from 1 on."""

    __tablename__ = "question"
    __table_args__ = (
        Index(None, "questionnaire_id"),
        CheckConstraint("(ask = 'scale') = (steps IS NOT NULL)", name="steps_of_scale"),
        CheckConstraint("steps BETWEEN 2 AND 11", name="steps"),
        CheckConstraint("least <= most", name="least_to_most"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id", ondelete="CASCADE"))
    position: Mapped[int]
    ask: Mapped[Ask] = mapped_column(choice(Ask, name="ask"))
    required: Mapped[bool] = mapped_column(default=False, server_default=false())
    least: Mapped[int | None]
    most: Mapped[int | None]
    steps: Mapped[int | None]

    choices: Mapped[list[QuestionChoice]] = relationship(
        lazy="raise", order_by="QuestionChoice.position", passive_deletes=True
    )


class QuestionChoice(Base):
    """An answer that can be chosen."""

    __tablename__ = "question_choice"
    __table_args__ = (UniqueConstraint("question_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    position: Mapped[int]


class FilledIn(Base):
    """A questionnaire as one person answered it, once. Without a person: on paper, or the link was deleted."""

    __tablename__ = "questionnaire_answer"
    __table_args__ = (UniqueConstraint("questionnaire_id", "person_id"), Index(None, "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    party: Mapped[Group] = mapped_column(choice(Group, name="party"))
    on_paper: Mapped[bool] = mapped_column(default=False, server_default=false())
    on_day: Mapped[date | None] = mapped_column(Date)  # no time of day: nobody is found by it

    replies: Mapped[list[Reply]] = relationship(lazy="raise", passive_deletes=True)


class Reply(Moderated, Base):
    """The answer to one question; of several ticked answers there are several rows. `chosen`: whether officers chose a
    text to be published, None before they did. Published texts are moderated like everything else that people write."""

    __tablename__ = "question_reply"
    __table_args__ = (
        Index(None, "answer_id"),
        Index(None, "question_id"),
        UniqueConstraint("answer_id", "question_id", "choice_id"),
        CheckConstraint("choice_id IS NOT NULL OR step IS NOT NULL OR body IS NOT NULL", name="says_something"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_answer.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    choice_id: Mapped[int | None] = mapped_column(ForeignKey("question_choice.id", ondelete="CASCADE"))
    step: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(12), default="", server_default="")
    chosen: Mapped[bool | None] = mapped_column("shown")
