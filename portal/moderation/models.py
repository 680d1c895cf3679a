"""What moderation puts on the content of every wing, and what it keeps itself: reports, the queue, decisions, appeals,
suspensions, and what the sorting of the queue has learned."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class Moderated:
    """Columns of everything that can be moderated. Shown to everybody: neither hidden nor held."""

    hidden_at: Mapped[datetime | None] = mapped_column(UtcTime)  # hidden by a moderator's decision
    held_at: Mapped[datetime | None] = mapped_column(UtcTime)  # waits for a moderator before it is shown
    locked_at: Mapped[datetime | None] = mapped_column(UtcTime)  # shown, but nobody adds to it or changes it

    @property
    def shown(self) -> bool:
        """Does everybody see it?"""
        return self.hidden_at is None and self.held_at is None


class Reason(enum.StrEnum):
    """Why somebody reports a text. Each but the last names a house rule."""

    INSULT = "insult"
    HATE = "hate"
    THREAT = "threat"
    PRIVATE = "private"
    SPAM = "spam"
    OFF_TOPIC = "off_topic"
    FALSE_NAME = "false_name"
    RIGHTS = "rights"
    ILLEGAL = "illegal"
    OTHER = "other"


class Held(enum.StrEnum):
    """Why a text waits before it is shown."""

    NOT = ""
    BEFORE = "before"  # everything is looked at first where it was written
    LINKS = "links"  # a new account writes links
    TRAP = "trap"  # a box that people do not see was filled in, or the form's own mark is missing
    FAST = "fast"  # sent sooner than anybody reads the form
    MANY = "many"  # very many texts of one person or from one place


class Act(enum.StrEnum):
    """What a moderator can do."""

    HIDE = "hide"
    RESTORE = "restore"
    REMOVE_DATA = "remove_data"
    LOCK = "lock"
    WARN = "warn"
    SUSPEND = "suspend"
    DISMISS = "dismiss"
    RELEASE = "release"


class Ground(enum.StrEnum):
    """What a decision rests on."""

    RULE = "rule"  # of the house
    LAW = "law"
    NONE = ""  # nothing was restricted


class Extent(enum.StrEnum):
    """What a decision reaches."""

    WHOLE = "whole"
    PART = "part"
    ACCOUNT = "account"


class Outcome(enum.StrEnum):
    """How an appeal ended."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Flagged(Base):
    """A thing in the queue: one row for each, whatever its kind and however many reports it has."""

    __tablename__ = "flagged"
    __table_args__ = (
        UniqueConstraint("kind", "object_id"),
        Index(None, "decided_at", "first_at"),
        CheckConstraint("reports >= 0", name="reports"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(Id)
    lang: Mapped[str] = mapped_column(String(12), default="")
    first_at: Mapped[datetime] = mapped_column(UtcTime)
    # reports that nobody has decided yet
    reports: Mapped[int] = mapped_column(default=0)
    held: Mapped[Held] = mapped_column(choice(Held, name="held"), default=Held.NOT)
    # by when somebody was promised that it will have been looked at
    due_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # 0 to 1: how much it resembles what was hidden as advertising; sorts the queue and nothing else
    score: Mapped[float] = mapped_column(Float, default=0.5)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # grows with each decision, so that of two moderators one decides
    version: Mapped[int] = mapped_column(default=1)


class FlaggedScope(Base):
    """The part of the city that a thing in the queue belongs to, for moderators limited to one."""

    __tablename__ = "flagged_scope"
    __table_args__ = (Index(None, "kind", "number"), {"sqlite_with_rowid": False})

    flagged_id: Mapped[int] = mapped_column(ForeignKey("flagged.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)


class Decision(Base):
    """What a moderator decided, and the statement of reasons. The texts as they stood are kept for the log."""

    __tablename__ = "moderation_decision"
    __table_args__ = (
        Index(None, "flagged_id"),
        Index(None, "author_id"),
        Index(None, "at"),
        CheckConstraint("(act IN ('dismiss', 'release')) OR ground <> ''", name="reasons"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    flagged_id: Mapped[int] = mapped_column(ForeignKey("flagged.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    act: Mapped[Act] = mapped_column(choice(Act, name="act"))
    ground: Mapped[Ground] = mapped_column(choice(Ground, name="ground"))
    # the house rule's name, or the law as the moderator cites it
    reference: Mapped[str] = mapped_column(String(200), default="")
    phrase: Mapped[str] = mapped_column(String(40), default="")  # set phrase of the facts (rules.PHRASES)
    facts: Mapped[str] = mapped_column(Text, default="")
    facts_lang: Mapped[str] = mapped_column(String(12), default="")
    extent: Mapped[Extent] = mapped_column(choice(Extent, name="extent"), default=Extent.WHOLE)
    until: Mapped[datetime | None] = mapped_column(UtcTime)
    automated: Mapped[bool] = mapped_column(default=False)  # the portal itself had set it aside for a look
    title: Mapped[str] = mapped_column(String(300), default="")  # of the thing, as its author knows it
    title_lang: Mapped[str] = mapped_column(String(12), default="")
    texts_before: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    waited: Mapped[int] = mapped_column(default=0)  # seconds in the queue
    reports: Mapped[int] = mapped_column(default=0)  # how many it answered
    bulk: Mapped[str] = mapped_column(String(16), default="")  # the same for all that were decided together
    taught: Mapped[str] = mapped_column(String(8), default="")  # what the sorting learned from it: "spam", "fair"
    # when it stopped having effect: restored, overturned, its time over
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Report(Base):
    """Somebody says that a text breaks a rule. Nothing is kept of those who are not signed in."""

    __tablename__ = "content_report"
    __table_args__ = (
        UniqueConstraint("reference"),
        Index(None, "flagged_id"),
        Index(None, "person_id"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    flagged_id: Mapped[int] = mapped_column(ForeignKey("flagged.id"))
    reference: Mapped[str] = mapped_column(String(24))
    reason: Mapped[Reason] = mapped_column(choice(Reason, name="reason"))
    words: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(12))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_decision.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Appeal(Base):
    """The author asks that somebody else looks again: once for each decision."""

    __tablename__ = "moderation_appeal"
    __table_args__ = (
        UniqueConstraint("decision_id"),
        Index(None, "decided_at", "due_at"),
        CheckConstraint("(decided_at IS NULL) = (outcome IS NULL)", name="whole_answer"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id", ondelete="CASCADE"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, name="outcome"))
    reasons: Mapped[str] = mapped_column(Text, default="")
    reasons_lang: Mapped[str] = mapped_column(String(12), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Suspension(Base):
    """A person who cannot write for some days. Reading, supporting and voting stay open."""

    __tablename__ = "suspension"
    __table_args__ = (Index(None, "person_id", "until"), Index(None, "decision_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("moderation_decision.id", ondelete="CASCADE"))
    begins_at: Mapped[datetime] = mapped_column(UtcTime)
    until: Mapped[datetime] = mapped_column(UtcTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcTime)


class SpamWord(Base):
    """In how many texts a word stood that were advertising, and that were not. The word itself is not kept, only its
    fingerprint; the empty one counts the texts."""

    __tablename__ = "spam_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(String(16), primary_key=True)
    spam: Mapped[int] = mapped_column(default=0)
    fair: Mapped[int] = mapped_column(default=0)
