"""What every part of workshops reads: which sessions exist for somebody, a booking behind a slip, the words of messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session as Db

from portal.base import slips
from portal.base.actor import Actor
from portal.base.texts import Wording
from portal.identity.models_help import RolePlace
from portal.places.models import Venue
from portal.processes import queries as processes
from portal.processes.models import Process
from portal.workshops import rules
from portal.workshops.models import (
    HOLDING,
    Booking,
    BookingState,
    Day,
    Purpose,
    Session,
    SessionState,
    Workshop,
)

KIND = "workshop_session"
SLIP = "booking"
_AT_DESKS = ("librarian", "clerk")


def visible(actor: Actor) -> ColumnElement[bool]:
    """Where clause on Workshop and Session: those that exist for somebody as for everybody. Drafts are staff's, a closed
    process's meetings its members'."""
    return and_(Workshop.shown, Session.state != SessionState.DRAFT, open_processes(actor))


def open_processes(actor: Actor) -> ColumnElement[bool]:
    """Where clause on Workshop: those of no process, and of those that exist for somebody."""
    exists_for = exists().where(Process.id == Workshop.process_id, processes.readable_by_all_roles(actor))
    return or_(Workshop.process_id.is_(None), exists_for)


def is_open(s: Db, actor: Actor, process_id: int | None) -> bool:
    """Do the meetings of this process exist for somebody? Those of none exist for all."""
    if process_id is None:
        return True
    return (
        s.scalar(select(Process.id).where(Process.id == process_id, processes.readable_by_all_roles(actor))) is not None
    )


def in_reach(actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    """Where clause on Session: those on which one of these roles lets somebody work. Who plans for a house or a district
    works on what is held there, a desk role counts in the houses that an administrator named, a trainer's on what they
    hold themselves."""
    plans = tuple(role for role in roles if role not in (*_AT_DESKS, rules.TRAINER))
    desks = tuple(role for role in roles if role in _AT_DESKS)
    if actor.everywhere(*plans):
        return true()
    parts: list[ColumnElement[bool]] = []
    if places := actor.scopes((*plans, *desks), "place"):
        parts.append(Session.venue_id.in_(sorted(places)))
    if districts := actor.scopes(plans, "district"):
        parts.append(Session.venue_id.in_(select(Venue.id).where(Venue.district_id.in_(sorted(districts)))))
    if actor.everywhere(*desks):
        named = select(RolePlace.venue_id).where(RolePlace.person_id == actor.person_id)
        parts.append(Session.venue_id.in_(named))
    if rules.TRAINER in roles and actor.may(rules.TRAINER):
        parts.append(Session.trainer_id == actor.person_id)
    return or_(*parts) if parts else false()


@dataclass(frozen=True, slots=True)
class Held:
    """A session with its workshop."""

    session: Session
    workshop: Workshop


def session(s: Db, actor: Actor, session_id: int) -> Held | None:
    """A session as everybody may see it; None where it does not exist for this person."""
    row = s.execute(
        select(Session, Workshop)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(Session.id == session_id, visible(actor))
    ).one_or_none()
    return Held(row[0], row[1]) if row is not None else None


def desk_session(s: Db, actor: Actor, session_id: int, roles: tuple[str, ...] = rules.DESK) -> Held | None:
    """A session, drafts too, for those who work on it."""
    row = s.execute(
        select(Session, Workshop)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(Session.id == session_id, in_reach(actor, roles))
    ).one_or_none()
    return Held(row[0], row[1]) if row is not None else None


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking with its session and workshop."""

    booking: Booking
    session: Session
    workshop: Workshop


def _booked(s: Db, *where: Any) -> Booked | None:
    row = s.execute(
        select(Booking, Session, Workshop)
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(*where)
    ).one_or_none()
    return Booked(*row) if row is not None else None


def by_slip(s: Db, typed: str) -> Booked | None:
    """The booking that a slip's code names, whoever comes with it."""
    number = slips.read(SLIP, typed)
    return _booked(s, Booking.id == number, Booking.person_id.is_not(None)) if number is not None else None


def own_booking(s: Db, actor: Actor, booking_id: int) -> Booked | None:
    """A booking of one's own account."""
    return _booked(s, Booking.id == booking_id, Booking.person_id == actor.person_id) if actor.signed_in else None


def desk_booking(s: Db, actor: Actor, booking_id: int, roles: tuple[str, ...] = rules.DESK) -> Booked | None:
    """A booking of a session on which somebody works."""
    return _booked(s, Booking.id == booking_id, in_reach(actor, roles))


def slip_of(booking: Booking) -> str:
    """The code on the slip of a booking, as it is printed."""
    return slips.code(SLIP, booking.id)


def place_number(s: Db, booking: Booking) -> int:
    """Which in the waiting list a booking is, from 1; 0 where it does not wait."""
    if booking.state is not BookingState.WAITING:
        return 0
    before = select(func.count()).where(
        Booking.session_id == booking.session_id, Booking.state == BookingState.WAITING, Booking.place <= booking.place
    )
    return s.scalar(before) or 0


def days_of(s: Db, session_ids: Iterable[int]) -> dict[int, list[Day]]:
    """The days of several sessions in their order, cancelled ones too. One select."""
    found: dict[int, list[Day]] = {number: [] for number in session_ids}
    if found:
        for day in s.scalars(select(Day).where(Day.session_id.in_(list(found))).order_by(Day.starts_at)):
            found[day.session_id].append(day)
    return found


def times_of(s: Db, session_id: int) -> list[tuple[datetime, datetime]]:
    """When a session takes place (UTC), without days that are left out."""
    wanted = select(Day.starts_at, Day.ends_at).where(Day.session_id == session_id, Day.cancelled_at.is_(None))
    return [(row.starts_at, row.ends_at) for row in s.execute(wanted.order_by(Day.starts_at))]


def taken_times(s: Db, person_id: int, for_name: str, but: int) -> list[tuple[datetime, datetime]]:
    """When somebody holds seats in other sessions that are still to be held (UTC)."""
    wanted = (
        select(Day.starts_at, Day.ends_at)
        .join(Booking, Booking.session_id == Day.session_id)
        .join(Session, Session.id == Day.session_id)
        .where(
            Booking.person_id == person_id, Booking.for_name == for_name, Booking.state.in_(HOLDING),
            Booking.session_id != but, Day.cancelled_at.is_(None), Session.state == SessionState.OPEN,
        )
    )  # fmt: skip
    return [(row.starts_at, row.ends_at) for row in s.execute(wanted)]


def words(s: Db, held: Session, workshop: Workshop) -> dict[str, Any]:
    """What messages about a session say of it: title and house in every language, and when it begins. One select."""
    rows = s.execute(
        select(Wording.kind, Wording.lang, Wording.body).where(
            or_(
                and_(Wording.kind == "workshop", Wording.object_id == workshop.id, Wording.field == "title"),
                and_(Wording.kind == "venue", Wording.object_id == held.venue_id, Wording.field == "name"),
            )
        )
    ).all()
    titles = {row.lang: row.body for row in rows if row.kind == "workshop"}
    houses = {row.lang: row.body for row in rows if row.kind == "venue"}
    return {
        "title": titles or workshop.slug,
        "place": houses or "–",
        "when": held.starts_at,
    }


def is_appointment(workshop: Workshop) -> bool:
    """One person at an office."""
    return workshop.purpose is Purpose.APPOINTMENT
