"""Who is expected at a session, and who came: for the page and the sheet of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Db

from portal.base.actor import Actor
from portal.base.normal import normalise
from portal.identity.models import Person
from portal.workshops import queries, rules_day
from portal.workshops.models import Attendance, Booking, BookingState, Day, Need, Note, Session
from portal.workshops.queries import Held

EXPECTED = (BookingState.BOOKED, BookingState.OFFERED, BookingState.WAITING)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on the list of a day. `came`: None where nothing is noted yet; `need` for whoever holds the session."""

    id: int
    person_id: int | None
    name: str
    state: BookingState
    device: bool
    companions: int
    language: str
    place: int
    came: bool | None
    need: Need | None
    slip: str
    paper_id: int | None = None

    def __str__(self) -> str:
        return self.name


def people(s: Db, actor: Actor, held: Held, day: Day, words: str = "") -> list[Guest]:
    """Everybody with a booking that stands, by name, those who wait last in their order; two selects, one more for whoever
    holds the session. `words`: only names that contain them all."""
    asked = normalise(words).split()
    rows = s.execute(
        select(Booking, Person.name, Attendance.came)
        .outerjoin(Person, Person.id == Booking.person_id)
        .outerjoin(Attendance, (Attendance.booking_id == Booking.id) & (Attendance.day_id == day.id))
        .where(Booking.session_id == held.session.id, or_(Booking.state.in_(EXPECTED), Attendance.came))
        .order_by(Person.name_folded, Booking.id)
    ).all()
    needs = {}
    if rules_day.sees_needs(held.session.trainer_id, actor.person_id):
        ids = [row[0].id for row in rows]
        needs = {need.booking_id: need for need in s.scalars(select(Need).where(Need.booking_id.in_(ids)))}
    waiting = sorted(row[0].place or 0 for row in rows if row[0].state is BookingState.WAITING)
    found = []
    for booking, name, came in rows:
        called = booking.for_name or name or "–"
        if asked and not all(part in normalise(called) for part in asked):
            continue
        waits = booking.state is BookingState.WAITING
        found.append(
            Guest(
                id=booking.id, person_id=booking.person_id, name=called, state=booking.state, device=booking.device,
                companions=booking.companions, language=booking.language,
                place=waiting.index(booking.place or 0) + 1 if waits else 0, came=came, need=needs.get(booking.id),
                slip=queries.slip_of(booking), paper_id=booking.paper_id,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.state is not BookingState.BOOKED, one.place))


def day(s: Db, session_id: int, day_id: int) -> Day | None:
    """A day of a session."""
    return s.scalars(select(Day).where(Day.id == day_id, Day.session_id == session_id)).one_or_none()


def nearest(days: Sequence[Day], now: datetime) -> Day:
    """The day that the page opens with: today's or the next one, else the last that was."""
    held = [one for one in days if one.cancelled_at is None] or list(days)
    return next((one for one in held if one.ends_at + rules_day.EARLIEST > now), held[-1])


@dataclass(frozen=True, slots=True)
class Noted:
    """A note with who wrote it and about which session."""

    note: Note
    by: str
    starts_at: datetime


def notes(s: Db, workshop_id: int, most: int = 12) -> list[Noted]:
    """What trainers told about sessions of a workshop, newest first; one select."""
    wanted = (
        select(Note, Person.name, Session.starts_at)
        .join(Session, Session.id == Note.session_id)
        .outerjoin(Person, Person.id == Note.by_id)
        .where(Session.workshop_id == workshop_id)
        .order_by(Note.at.desc(), Note.id.desc())
        .limit(most)
    )
    return [Noted(row[0], row[1] or "–", row[2]) for row in s.execute(wanted)]
