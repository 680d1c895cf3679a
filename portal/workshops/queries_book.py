"""What the pages of booking read: the words of a session, whom it is for, where else one could go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Db

from portal.base import texts
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.identity import queries as people
from portal.identity.models import Person
from portal.identity.rules import AgeRule
from portal.places.models import Venue
from portal.workshops import queries, rules
from portal.workshops.models import Booking, BookingState, Day, Session, SessionState, Workshop
from portal.workshops.queries import Held

MOST_OTHERS = 6


@dataclass(frozen=True, slots=True)
class Told:
    """What pages about one session say: its words, its house and its days, those left out last."""

    title: Said
    bring: Said | None
    note: Said | None
    house: Said
    address: str
    days: Sequence[Day]


def told(s: Db, held: Held) -> Told:
    """The words of a session in the reader's language; four selects."""
    session = held.session
    words = texts.load(s, "workshop", [held.workshop.id], ["title", "bring"])
    notes = texts.load(s, queries.KIND, [session.id], ["note"])
    houses = texts.load(s, "venue", [session.venue_id], ["name"])
    address = s.scalars(select(Venue.address).where(Venue.id == session.venue_id)).one()
    return Told(
        title=words.get((held.workshop.id, "title"), Said(held.workshop.slug, "en")),
        bring=words.get((held.workshop.id, "bring")),
        note=notes.get((session.id, "note")),
        house=houses.get((session.venue_id, "name"), Said(address, "en")),
        address=address,
        days=queries.days_of(s, [session.id])[session.id],
    )


def old_enough(s: Db, person_id: int | None, workshop: Workshop, session: Session, now: datetime) -> bool | None:
    """Whether somebody is as old as the workshop asks, as far as a provider or a clerk has said; True where it asks
    nothing."""
    if workshop.min_age is None:
        return True
    if person_id is None:
        return None
    rule = AgeRule(workshop.min_age, people.city_day(session.starts_at))
    return people.facts(s, person_id, now).age(rule)


def is_guest(s: Db, person_id: int) -> bool:
    """Has this person no account: no provider, nor an address by which one signs in?"""
    return not people.signs_in(s, person_id)


def language_of(s: Db, person_id: int, otherwise: str) -> str:
    """The language in which a person is written to."""
    return s.scalar(select(Person.language).where(Person.id == person_id)) or otherwise


@dataclass(frozen=True, slots=True)
class Other:
    """Another session to which somebody could go instead."""

    session: Session
    title: Said
    house: Said


def others(s: Db, actor: Actor, held: Held, now: datetime, *, desk: bool = False) -> list[Other]:
    """Sessions of the same workshop that can be booked now and have a seat, soonest first; of the same rung of the ladder
    where there is none. Three selects, five at most."""
    found = _free(s, actor, held, now, Workshop.id == held.workshop.id)
    if not found and held.workshop.level is not None:
        found = _free(s, actor, held, now, Workshop.level == held.workshop.level)
    titles = texts.load(s, "workshop", {row[1].id for row in found}, ["title"])
    houses = texts.load(s, "venue", {row[0].venue_id for row in found}, ["name"])
    return [
        Other(
            session,
            titles.get((workshop.id, "title"), Said(workshop.slug, "en")),
            houses.get((session.venue_id, "name"), Said("–", "en")),
        )
        for session, workshop in found
        if rules.may_book(session, now, desk=desk)
    ]


def _free(
    s: Db, actor: Actor, held: Held, now: datetime, same: ColumnElement[bool]
) -> Sequence[tuple[Session, Workshop]]:
    wanted = (
        select(Session, Workshop)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            queries.visible(actor), same, Session.id != held.session.id, Session.state == SessionState.OPEN,
            Session.starts_at > now, Session.seats_taken < Session.seats,
            # nobody is led from an open programme into a meeting of a process, nor from one process into another
            Workshop.process_id.is_(None)
            if held.workshop.process_id is None
            else Workshop.process_id == held.workshop.process_id,
        )
        .order_by(Session.starts_at, Session.id)
        .limit(MOST_OTHERS)
    )  # fmt: skip
    return [(row[0], row[1]) for row in s.execute(wanted)]


def live_booking(s: Db, session_id: int, person_id: int | None, for_name: str) -> Booking | None:
    """The booking that somebody has in a session and that still stands."""
    if person_id is None:
        return None
    states = (BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED)
    wanted = select(Booking).where(
        Booking.session_id == session_id, Booking.person_id == person_id, Booking.for_name == for_name,
        Booking.state.in_(states),
    )  # fmt: skip
    return s.scalars(wanted).first()
