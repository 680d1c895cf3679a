"""Workshops, their sessions and days, bookings with what people need, and what is known afterwards.

Texts stand in base/texts: kind "workshop" (title, summary, bring), "workshop_session" (note, agenda, minutes),
"workshop_term" and "workshop_holiday" (name). Times are UTC. Each quota of a session is a counter beside its limit in the
session's own row: an act that would pass the limit is refused by the database itself, whoever asks at the same moment.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Id, UtcTime, choice


class Purpose(enum.StrEnum):
    """What a workshop is for."""

    COURSE = "course"  # on the ladder of skills
    MEETING = "meeting"  # of a process, or of the city
    APPOINTMENT = "appointment"  # one person at an office


class Level(enum.StrEnum):
    """A rung of the ladder of skills, lowest first."""

    FIRST_STEPS = "first_steps"
    MESSAGES = "messages"
    CITY_SERVICES = "city_services"
    SAFETY = "safety"
    HELPING = "helping"


class SessionState(enum.StrEnum):
    """How far a session is."""

    DRAFT = "draft"  # staff alone see it
    OPEN = "open"  # everybody sees it; when it can be booked say book_from and book_until
    CANCELLED = "cancelled"  # will not be held; stays for those who come by its address
    HELD = "held"  # over, and who came is noted


class BookingState(enum.StrEnum):
    """Where a booking stands. Booked and offered ones hold a seat."""

    BOOKED = "booked"
    WAITING = "waiting"
    OFFERED = "offered"  # a seat is held until offered_until
    LAPSED = "lapsed"  # an offer was not answered in time, or was declined
    CANCELLED = "cancelled"  # by the person, or for them
    DROPPED = "dropped"  # the city cancelled the session, or closed its waiting list


LIVE = (BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED)
HOLDING = (BookingState.BOOKED, BookingState.OFFERED)


class Using(enum.StrEnum):
    """The answer to "Do you still use it?" three months later."""

    YES = "yes"
    SOMETIMES = "sometimes"
    NO = "no"


class CallReason(enum.StrEnum):
    """Why somebody is called, who can be reached by telephone alone or not at all."""

    OFFER = "offer"
    REMINDER = "reminder"
    MOVED = "moved"
    CANCELLED = "cancelled"
    STILL_USING = "still_using"


class CallOutcome(enum.StrEnum):
    """What a call came to."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    GIVEN_UP = "given_up"


class Workshop(Base):
    """What is offered. A meeting may belong to a process, a course stands on a rung of the ladder."""

    __tablename__ = "workshop"
    __table_args__ = (
        UniqueConstraint("slug"),
        Index(None, "process_id"),
        CheckConstraint("(purpose = 'course') = (level IS NOT NULL)", name="level_of_course"),
        CheckConstraint("process_id IS NULL OR purpose = 'meeting'", name="process_of_meeting"),
        CheckConstraint("min_age BETWEEN 1 AND 120", name="min_age"),
        CheckConstraint("minutes BETWEEN 5 AND 1440", name="minutes"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose, name="purpose"))
    level: Mapped[Level | None] = mapped_column(choice(Level, name="level"))
    process_id: Mapped[int | None] = mapped_column(ForeignKey("process.id"))
    min_age: Mapped[int | None] = mapped_column(Integer)  # years; on the first day of the session
    minutes: Mapped[int] = mapped_column(Integer, default=90, server_default="90")  # how long a session lasts as a rule
    certificate: Mapped[bool] = mapped_column(default=False, server_default=false())  # who came can have a certificate
    shown: Mapped[bool] = mapped_column(default=False, server_default=false())
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class Term(Base):
    """A part of the year for which the programme is planned."""

    __tablename__ = "workshop_term"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="dates"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)


class Holiday(Base):
    """Days on which no recurring session is planned, the last one included."""

    __tablename__ = "workshop_holiday"
    __table_args__ = (CheckConstraint("from_day <= until_day", name="dates"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    from_day: Mapped[date] = mapped_column(Date)
    until_day: Mapped[date] = mapped_column(Date)


class Session(Base):
    """One occasion of a workshop, booked as a whole: on one day, or as a series of days. `starts_at` and `ends_at` are
    those of its first and its last day. The row is locked by every act on its bookings."""

    __tablename__ = "workshop_session"
    __table_args__ = (
        UniqueConstraint("uid"),
        Index(None, "workshop_id", "starts_at"),
        Index(None, "venue_id", "starts_at"),
        Index(None, "starts_at", "id"),
        Index(None, "term_id"),
        Index(None, "trainer_id"),
        CheckConstraint("starts_at < ends_at", name="time"),
        CheckConstraint("seats >= 0 AND seats_taken BETWEEN 0 AND seats", name="seats"),
        CheckConstraint("devices >= 0 AND devices_taken BETWEEN 0 AND devices", name="devices"),
        CheckConstraint("companions >= 0 AND companions_taken BETWEEN 0 AND companions", name="companions"),
        CheckConstraint("waiting >= 0", name="waiting"),
        CheckConstraint("sequence >= 0", name="sequence"),
        CheckConstraint("offer_hours BETWEEN 1 AND 336", name="offer_hours"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    term_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_term.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    room: Mapped[str] = mapped_column(String(80), default="", server_default="")
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    trainer_name: Mapped[str] = mapped_column(String(120), default="", server_default="")  # as the programme prints it
    # None: as the house is
    step_free: Mapped[bool | None]
    loop: Mapped[bool] = mapped_column(default=False, server_default=false())  # induction loop
    state: Mapped[SessionState] = mapped_column(
        choice(SessionState, name="state"), default=SessionState.DRAFT, server_default="draft"
    )
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    book_from: Mapped[datetime | None] = mapped_column(UtcTime)  # None: as soon as it is shown
    book_until: Mapped[datetime | None] = mapped_column(UtcTime)  # None: until it begins
    seats: Mapped[int] = mapped_column(Integer)
    seats_taken: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    devices: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # the house lends for the session
    devices_taken: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    companions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # seats for people who come along
    companions_taken: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    waiting: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # bookings that wait now
    last_place: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # given out on the waiting list
    takes_waiting: Mapped[bool] = mapped_column(default=True, server_default=true())
    offer_hours: Mapped[int] = mapped_column(Integer, default=24, server_default="24")  # to answer an offer
    uid: Mapped[str] = mapped_column(String(80))  # of its calendar entry, for good
    sequence: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # raised by every move
    moved_at: Mapped[datetime | None] = mapped_column(UtcTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcTime)
    cancelled_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    cancelled_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class Day(Base):
    """One day of a session. A series has several; a day that is left out is cancelled while the rest is held."""

    __tablename__ = "workshop_day"
    __table_args__ = (
        UniqueConstraint("session_id", "starts_at"),
        Index(None, "starts_at"),
        CheckConstraint("starts_at < ends_at", name="time"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("workshop_session.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(UtcTime)
    ends_at: Mapped[datetime] = mapped_column(UtcTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class Spoken(Base):
    """A language in which a session is held, spoken or signed. `lang`: a code of the written languages, or of a sign
    language ("ase", "ese")."""

    __tablename__ = "workshop_language"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("workshop_session.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    lang: Mapped[str] = mapped_column(String(12), primary_key=True)
    signed: Mapped[bool] = mapped_column(default=False, server_default=false())


class Booking(Base):
    """A person's seat, or place on the waiting list. Somebody without an account is a guest: a person known by name alone.
    Once forgotten the row stays without its person, for the figures."""

    __tablename__ = "workshop_booking"
    __table_args__ = (
        Index(
            "uq_workshop_booking_live",
            "session_id",
            "person_id",
            "for_name",
            unique=True,
            sqlite_where=text("state IN ('booked', 'waiting', 'offered')"),
            postgresql_where=text("state IN ('booked', 'waiting', 'offered')"),
        ),
        Index(None, "session_id", "state", "place"),
        Index(None, "person_id"),
        Index(None, "state", "offered_until"),
        CheckConstraint("companions BETWEEN 0 AND 9", name="companions"),
        CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offer"),
        CheckConstraint("state <> 'waiting' OR place IS NOT NULL", name="place"),
        CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("workshop_session.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # for whom, where the person booked for somebody who has no account here (a mandate)
    for_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"))
    guest: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[BookingState] = mapped_column(choice(BookingState, name="state"))
    device: Mapped[bool] = mapped_column(default=False, server_default=false())  # one of the house is lent
    companions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    place: Mapped[int | None] = mapped_column(Integer)  # in the order of the waiting list; not the place number shown
    offered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    offered_until: Mapped[datetime | None] = mapped_column(UtcTime)
    # how it came: web, terminal, helped, telephone, walk_in, moved
    channel: Mapped[str] = mapped_column(String(20), default="web", server_default="web")
    helped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(String(12))  # in which the person booked and is told
    age_band: Mapped[str] = mapped_column(String(10), default="", server_default="")  # told freely, for the figures
    first_time: Mapped[bool] = mapped_column(default=False, server_default=false())  # told freely, for the figures
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("workshop_booking.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)  # cancelled, lapsed or dropped
    # afterwards
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))  # the certificate of attendance
    asked_at: Mapped[datetime | None] = mapped_column(UtcTime)  # "do you still use it?"
    using: Mapped[Using | None] = mapped_column(choice(Using, name="using"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class Need(Base):
    """What somebody needs to take part. Seen by the trainer alone, deleted some days after the session."""

    __tablename__ = "workshop_need"

    booking_id: Mapped[int] = mapped_column(
        ForeignKey("workshop_booking.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    interpreter: Mapped[str] = mapped_column(
        String(12), default="", server_default=""
    )  # language, also a sign language
    loop: Mapped[bool] = mapped_column(default=False, server_default=false())
    wheelchair: Mapped[bool] = mapped_column(default=False, server_default=false())
    other: Mapped[str] = mapped_column(String(300), default="", server_default="")


class Attendance(Base):
    """Who came on a day. `nonce` names the tick: a page that was cut off sends it again and nothing doubles."""

    __tablename__ = "workshop_attendance"
    __table_args__ = (UniqueConstraint("nonce"), Index(None, "day_id"))

    booking_id: Mapped[int] = mapped_column(
        ForeignKey("workshop_booking.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day_id: Mapped[int] = mapped_column(
        ForeignKey("workshop_day.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    came: Mapped[bool]
    at: Mapped[datetime] = mapped_column(UtcTime)  # when it was ticked, by the clock of whoever ticked
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    nonce: Mapped[str] = mapped_column(String(64))


class Note(Base):
    """What a trainer tells the next one about a session. For trainers and the programme's staff."""

    __tablename__ = "workshop_note"
    __table_args__ = (Index(None, "session_id"), CheckConstraint("body <> ''", name="body"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("workshop_session.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)


class Call(Base):
    """Somebody has to be called: they have a telephone and no other way, or no way at all and come by the slip.
    `mark` tells calls of one reason apart (which offer, which move), so that none is made twice."""

    __tablename__ = "workshop_call"
    __table_args__ = (
        UniqueConstraint("booking_id", "reason", "mark"),
        Index(None, "done_at", "due_at"),
        CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="done"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("workshop_booking.id", ondelete="CASCADE"))
    reason: Mapped[CallReason] = mapped_column(choice(CallReason, name="reason"))
    mark: Mapped[str] = mapped_column(String(40), default="", server_default="")
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    tries: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    done_at: Mapped[datetime | None] = mapped_column(UtcTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[CallOutcome | None] = mapped_column(choice(CallOutcome, name="outcome"))


class Interest(Base):
    """Somebody wants to hear when a workshop, or anything on a rung of the ladder, is offered (again)."""

    __tablename__ = "workshop_interest"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "workshop_id"),
        Index(None, "level"),
        CheckConstraint("(workshop_id IS NULL) <> (level IS NULL)", name="one"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey("workshop.id"))
    level: Mapped[Level | None] = mapped_column(choice(Level, name="level"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"))  # None: anywhere
    language: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(String(300), default="", server_default="")  # when it would suit
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    told_at: Mapped[datetime | None] = mapped_column(UtcTime)
