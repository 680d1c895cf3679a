"""Messages, what people wish to be told and how, letters, announcements on their way, the newsletter."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.base.tables import Base, Id, UtcTime, choice


class Message(Base):
    """Something that one person was told. Kept as phrase and values, never as a rendered text."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("person_id", "dedup"),
        Index(None, "person_id", "read_at"),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    notice: Mapped[str] = mapped_column(String(80))
    topic: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    endpoint: Mapped[str | None] = mapped_column(String(80))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    about_kind: Mapped[str] = mapped_column(String(40), default="")
    about_id: Mapped[int | None] = mapped_column(Id)
    # what somebody wrote by hand, in the language in which they wrote it
    free_lang: Mapped[str] = mapped_column(String(12), default="")
    free_text: Mapped[str] = mapped_column(Text, default="")
    dedup: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcTime)
    routed_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Rhythm(enum.StrEnum):
    """When mail on a topic comes."""

    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


class Preference(Base):
    """How a person wants to hear of a topic outside the portal. Without a row: by mail at once, no text message."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(String(40), primary_key=True)
    mail: Mapped[Rhythm] = mapped_column(choice(Rhythm, name="mail"), default=Rhythm.NOW)
    sms: Mapped[bool] = mapped_column(default=False)


class Follow(Base):
    """A person follows one thing."""

    __tablename__ = "follow"
    __table_args__ = (UniqueConstraint("person_id", "kind", "object_id"), Index(None, "kind", "object_id", "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Alert(Base):
    """A person wants to hear of what is new on a topic, in one district (by code) or anywhere (empty)."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("person_id", "topic", "district"), Index(None, "topic", "district", "person_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    topic: Mapped[str] = mapped_column(String(40))
    district: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class PlaceAlert(Base):
    """A person wants to hear of what is new within so many metres of a place on the city plan (x and y from 0 to 1).
    `kinds`: the kinds of things by name, none for all; `name`: what the person calls the place."""

    __tablename__ = "place_alert"
    __table_args__ = (
        UniqueConstraint("person_id", "x", "y", "metres"),
        Index(None, "seen_at"),
        CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name="place"),
        CheckConstraint("metres > 0", name="metres"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(120))
    x: Mapped[float] = mapped_column(Float)
    y: Mapped[float] = mapped_column(Float)
    metres: Mapped[int] = mapped_column(Integer)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)  # what came later has not been told
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Announcement(Base):
    """News on its way to many people: the worker tells them in batches and remembers how far it is."""

    __tablename__ = "announcement"
    __table_args__ = (UniqueConstraint("dedup"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(Id)
    topic: Mapped[str] = mapped_column(String(40), default="")  # empty: followers of the thing only
    district: Mapped[str | None] = mapped_column(String(40))
    notice: Mapped[str] = mapped_column(String(80))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    endpoint: Mapped[str | None] = mapped_column(String(80))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    dedup: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    # the last person who was told; people who join later are not
    cursor: Mapped[int] = mapped_column(Id, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Channel(enum.StrEnum):
    """A way out of the house."""

    EMAIL = "email"
    DIGEST = "digest"
    SMS = "sms"
    LETTER = "letter"


class DeliveryState(enum.StrEnum):
    """How far a delivery is here. Mails and text messages, once handed over, have their own state in the outbox."""

    WAITING = "waiting"
    HANDED = "handed"  # lies in the outbox
    PRINTING = "printing"  # belongs to a batch of letters
    POSTED = "posted"


class Delivery(Base):
    """One message on one way out."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "channel"),
        Index(None, "state", "channel", "next_at"),
        Index(None, "batch_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    channel: Mapped[Channel] = mapped_column(choice(Channel, name="channel"))
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState, name="state"))
    next_at: Mapped[datetime] = mapped_column(UtcTime)
    outbox_id: Mapped[int | None] = mapped_column(Id)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("letter_batch.id"))

    message: Mapped[Message] = relationship(lazy="raise")


class PrintFault(enum.StrEnum):
    """Why there is no PDF of a batch."""

    NO_PRESS = "no_press"  # this server cannot make PDFs
    BROKEN = "broken"


class LetterBatch(Base):
    """Letters that are printed together. `file` is empty until the worker has made their PDF, and the file goes once they
    are posted."""

    __tablename__ = "letter_batch"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    letters: Mapped[int]
    posted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    file: Mapped[str] = mapped_column(String(80), default="")
    sheets: Mapped[int] = mapped_column(default=0)
    # messages that are not in the PDF, because no font here has all of their letters
    left_out: Mapped[Any] = mapped_column(JSON, default=list)
    fault: Mapped[PrintFault | None] = mapped_column(choice(PrintFault, name="fault"))


class CalendarKey(Base):
    """The secret part of a person's calendar address; another one makes the old address dead."""

    __tablename__ = "calendar_key"
    __table_args__ = (UniqueConstraint("secret"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcTime)


class Subscriber(Base):
    """An address that gets the newsletter, once its owner has said yes twice, or once on a paper with their signature. It
    belongs to no account."""

    __tablename__ = "subscriber"
    __table_args__ = (UniqueConstraint("email_folded"), Index(None, "confirmed_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    email_folded: Mapped[str] = mapped_column(String(320))
    lang: Mapped[str] = mapped_column(String(12))
    secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    # which version of the consent was agreed to, and the number of the paper where it is one
    consent_version: Mapped[int] = mapped_column(default=0, server_default="0")
    paper: Mapped[str] = mapped_column(String(20), default="", server_default="")


class Newsletter(Base):
    """One issue. What it says stands in base.texts (kind "newsletter", fields "subject" and "body")."""

    __tablename__ = "newsletter"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)  # when somebody pressed the button
    cursor: Mapped[int] = mapped_column(Id, default=0)
    copies: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
