"""Bookings as the desk finds them: by code or name, with what can be done about each; and the list of calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session as Db

from portal.base import db, texts
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.identity import queries as people
from portal.identity.models import Person
from portal.identity.queries import Reachable
from portal.identity.rules import folded
from portal.workshops import queries, queries_desk, rules, rules_day
from portal.workshops.models import (
    LIVE,
    Attendance,
    Booking,
    BookingState,
    Call,
    CallReason,
    Day,
    Session,
    SessionState,
    Workshop,
)
from portal.workshops.queries import Booked

MOST = 50  # found by a name
PER_PAGE = 25
KEPT = timedelta(days=30)  # the desk looks no further back


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of workshops and names of houses in the reader's language."""

    titles: dict[int, Said]
    houses: dict[int, Said]

    def title(self, workshop_id: int) -> Said:
        """What a workshop is called."""
        return self.titles.get(workshop_id) or Said(str(workshop_id), "en")

    def house(self, venue_id: int) -> Said:
        """What a house is called."""
        return self.houses.get(venue_id) or Said("–", "en")


def names(s: Db, workshop_ids: Iterable[int], venue_ids: Iterable[int]) -> Names:
    """What these workshops and houses are called. Two selects."""
    titles = texts.load(s, "workshop", sorted(set(workshop_ids)), ["title"])
    houses = texts.load(s, "venue", sorted(set(venue_ids)), ["name"])
    return Names(
        {number: said for (number, _field), said in titles.items()},
        {number: said for (number, _field), said in houses.items()},
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A booking with its session and the name of whoever comes."""

    booking: Booking
    session: Session
    workshop: Workshop
    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """Bookings found by a name; `more`: there are others beside them."""

    lines: Sequence[Line]
    names: Names
    more: bool


def by_name(s: Db, actor: Actor, typed: str, now: datetime) -> Found:
    """Bookings of sessions on which somebody works, by a part of the name; those that count first. Three selects."""
    wanted = folded(typed)
    rows = s.execute(
        select(Booking, Session, Workshop, Person.name)
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .join(Person, Person.id == Booking.person_id)
        .where(
            queries.in_reach(actor, rules.DESK), Session.ends_at > now - KEPT,
            or_(
                and_(Booking.for_name == "", Person.name_folded.contains(wanted, autoescape=True)),
                and_(Booking.for_name != "", func.lower(Booking.for_name).contains(typed.lower(), autoescape=True)),
            ),
        )
        .order_by(case((Booking.state.in_(LIVE), 0), else_=1), Session.starts_at, Booking.id)
        .limit(MOST + 1)
    ).all()  # fmt: skip
    lines = [Line(row[0], row[1], row[2], row[0].for_name or row[3]) for row in rows[:MOST]]
    said = names(s, [one.workshop.id for one in lines], [one.session.venue_id for one in lines])
    return Found(lines, said, len(rows) > MOST)


@dataclass(frozen=True, slots=True)
class Other:
    """Another session to which somebody can go instead."""

    session: Session
    workshop: Workshop


@dataclass(frozen=True, slots=True)
class Page:
    """A booking as the desk sees it."""

    held: Booked
    person: Reachable | None
    names: Names
    place: int
    calls: Sequence[Call]
    others: Sequence[Other]

    @property
    def name(self) -> str:
        """For whom it is."""
        return self.held.booking.for_name or (self.person.name if self.person is not None else "")


def page(s: Db, actor: Actor, held: Booked, now: datetime) -> Page:
    """All that the desk's page of a booking shows."""
    booking = held.booking
    found = people.reachable(s, [booking.person_id]) if booking.person_id is not None else {}
    away = others(s, actor, held, now) if booking.person_id is not None else []
    calls = s.scalars(select(Call).where(Call.booking_id == booking.id).order_by(Call.due_at, Call.id)).all()
    return Page(
        held,
        found.get(booking.person_id or 0),
        names(
            s,
            [held.workshop.id, *(one.workshop.id for one in away)],
            [held.session.venue_id, *(one.session.venue_id for one in away)],
        ),
        queries.place_number(s, booking),
        calls,
        away,
    )


def others(s: Db, actor: Actor, held: Booked, now: datetime, most: int = 12) -> list[Other]:
    """Sessions that somebody can go to instead: of the same workshop first, then of the same rung of the ladder. One
    select."""
    mine = held.workshop
    same: Any = Workshop.id == mine.id
    like = or_(same, Workshop.level == mine.level) if mine.level is not None else same
    rows = s.execute(
        select(Session, Workshop)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            like, queries.visible(actor), Session.state == SessionState.OPEN, Session.ends_at > now,
            Session.id != held.session.id, Session.seats > 0,
            or_(Workshop.process_id.is_(None), Workshop.process_id == (mine.process_id or 0)),
        )
        .order_by(case((same, 0), else_=1), Session.starts_at, Session.id)
        .limit(most)
    ).all()  # fmt: skip
    return [Other(row[0], row[1]) for row in rows]


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call that somebody has to make."""

    call: Call
    booking: Booking
    session: Session
    workshop: Workshop
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Calls:
    """A page of the list of calls."""

    lines: Sequence[CallLine]
    names: Names
    total: int


def _to_make(actor: Actor, now: datetime) -> Any:
    """Where clause on Call, Booking and Session: calls of one's houses that still have a purpose."""
    return and_(
        queries.in_reach(actor, rules.DESK), Call.done_at.is_(None), Booking.person_id.is_not(None),
        or_(Call.reason == CallReason.STILL_USING, Session.ends_at > now),
    )  # fmt: skip


def calls(s: Db, actor: Actor, now: datetime, page: int = 1) -> Calls:
    """Calls to be made, those that are due longest first. Five selects."""
    base = (
        select(Call, Booking, Session, Workshop)
        .join(Booking, Booking.id == Call.booking_id)
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(_to_make(actor, now))
    )
    total = s.scalar(select(func.count()).select_from(base.with_only_columns(Call.id).subquery())) or 0
    rows = s.execute(base.order_by(Call.due_at, Call.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return Calls(_lines(s, rows), names(s, [row[3].id for row in rows], [row[2].venue_id for row in rows]), total)


def _unnoted(actor: Actor, now: datetime) -> Any:
    """The select of how many days that somebody held are over with seats taken and nobody noted, and when the first
    ended: who came can be put down for two weeks."""
    seats = exists().where(Booking.session_id == Session.id, Booking.state == BookingState.BOOKED)
    noted = exists().where(Attendance.day_id == Day.id)
    return (
        select(func.count(Day.id).label("unnoted"), func.min(Day.ends_at).label("ended"))
        .join(Session, Session.id == Day.session_id)
        .where(
            Session.trainer_id == actor.person_id, Session.state.in_((SessionState.OPEN, SessionState.HELD)),
            Day.cancelled_at.is_(None), Day.ends_at.between(now - rules_day.LATEST, now), seats, ~noted,
        )
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for somebody in the wing: sessions of the next week that nobody holds and drafts that begin within two
    weeks (for those who plan), calls of their houses that are due by now and since when the first, days that they held
    where nobody is noted, and when the first of them ended."""

    nobody: int
    drafts: int
    calls: int
    since: datetime | None
    unnoted: int
    ended: datetime | None


def waits(s: Db, actor: Actor, now: datetime) -> Waits:
    """What waits for somebody in the wing. One select."""
    calls = (
        select(func.count(Call.id).label("calls"), func.min(Call.due_at).label("since"))
        .join(Booking, Booking.id == Call.booking_id)
        .join(Session, Session.id == Booking.session_id)
        .where(_to_make(actor, now), Call.due_at <= now)
    )
    asked = (queries_desk.planned(actor, now), calls, _unnoted(actor, now))
    (nobody, drafts), (number, since), (unnoted, ended) = db.side_by_side(s, *asked)
    return Waits(int(nobody), int(drafts), int(number), since, int(unnoted), ended)


def call(s: Db, actor: Actor, call_id: int) -> CallLine | None:
    """A call of one's houses, made or not."""
    rows = s.execute(
        select(Call, Booking, Session, Workshop)
        .join(Booking, Booking.id == Call.booking_id)
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(Call.id == call_id, queries.in_reach(actor, rules.DESK), Booking.person_id.is_not(None))
    ).all()
    return _lines(s, rows)[0] if rows else None


def _lines(s: Db, rows: Sequence[Any]) -> list[CallLine]:
    reach = people.reachable(s, [row[1].person_id for row in rows])
    found = []
    for row in rows:
        person = reach.get(row[1].person_id)
        name, phone = (person.name, person.phone) if person is not None else ("", "")
        found.append(CallLine(row[0], row[1], row[2], row[3], row[1].for_name or name, phone))
    return found
