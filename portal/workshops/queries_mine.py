"""A person's own bookings: on "my page" and in their calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Db

from portal.base import clock, texts
from portal.base.actor import Actor
from portal.base.feature import Event, Item
from portal.base.i18n import _l
from portal.identity.rules_ways import may_act
from portal.places.models import Venue
from portal.workshops import queries
from portal.workshops.models import LIVE, Booking, BookingState, Session, SessionState, Workshop
from portal.workshops.queries_kept import kept
from portal.workshops.rules import STATE_NAMES

MOST = 50
KEPT = timedelta(days=60)  # what was, stays in calendars so long


def _rows(s: Db, actor: Actor, *where: Any) -> Sequence[Any]:
    """Bookings of a person, or of the one for whom they act; soonest first. One select."""
    acting = actor.acting_for
    person, mine = actor.person_id, Booking.for_name == ""
    if acting is not None:
        if not may_act(acting.scope, "bookings"):
            return []
        person = acting.person_id or actor.person_id
        mine = Booking.for_name == ("" if acting.person_id is not None else acting.name)
    elif actor.helped_by is None:
        mine = or_(mine, Booking.for_name != "")
    return s.execute(
        select(Booking, Session, Workshop)
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(Booking.person_id == person, mine, *where)
        .order_by(Session.starts_at, Booking.id)
        .limit(MOST)
    ).all()


def _titles(s: Db, rows: Sequence[Any], lang: str) -> dict[tuple[int, str], Any]:
    return texts.load(s, "workshop", {row[2].id for row in rows}, ["title"], lang)


def mine(s: Db, actor: Actor, lang: str) -> list[Item]:
    """For "my page": what is booked, waited for or offered, and what the city called off. Two selects."""
    if not kept(s, actor).bookings:
        return []
    now = clock.city_now()
    ahead = (Session.ends_at > now, or_(Booking.state.in_(LIVE), Booking.state == BookingState.DROPPED))
    rows = _rows(s, actor, *ahead)
    said = _titles(s, rows, lang)
    found = []
    for booking, session, workshop in rows:
        title = said.get((workshop.id, "title"))
        words, spoken = (title.body, title.lang) if title is not None else (workshop.slug, "")
        found.append(
            Item(
                f"{words} ({booking.for_name})" if booking.for_name else words,
                "workshops.slip",
                {"slip": queries.slip_of(booking)},
                lang=spoken,
                state=STATE_NAMES[booking.state]
                if booking.state is not BookingState.OFFERED
                else _l("Answer the offer"),
                at=session.starts_at,
            )
        )
    return found


def calendar(s: Db, actor: Actor, lang: str) -> list[Event]:
    """The days of a person's seats. A seat that was given back, or a day that is not held, stays there as cancelled, so
    that calendars take it out. Five selects, one where there is none."""
    if not kept(s, actor).bookings:
        return []
    gone = (BookingState.CANCELLED, BookingState.DROPPED)
    rows = _rows(
        s, actor, Session.ends_at > clock.city_now() - KEPT, Booking.state.in_((BookingState.BOOKED, *gone))
    )  # fmt: skip
    if not rows:
        return []
    said, days = _titles(s, rows, lang), queries.days_of(s, {row[1].id for row in rows})
    houses = texts.load(s, "venue", {row[1].venue_id for row in rows}, ["name"], lang)
    wanted = select(Venue.id, Venue.address).where(Venue.id.in_({row[1].venue_id for row in rows}))
    addresses = {row.id: row.address for row in s.execute(wanted)}
    times: dict[int, int] = defaultdict(int)  # how often a session was booked: each booking is newer than the last
    last: dict[int, list[Event]] = {}
    for booking, session, workshop in rows:
        title, off = said.get((workshop.id, "title")), session.state is SessionState.CANCELLED or booking.state in gone
        house = houses.get((session.venue_id, "name"))
        last[session.id] = [
            Event(
                uid=f"{session.uid}-{number}",
                title=title.body if title is not None else workshop.slug,
                starts_at=day.starts_at,
                ends_at=day.ends_at,
                endpoint="workshops.slip",
                args={"slip": queries.slip_of(booking)},
                place=", ".join(str(part) for part in (house, addresses.get(session.venue_id)) if part),
                cancelled=off or day.cancelled_at is not None,
                sequence=session.sequence + 2 * times[session.id] + int(off),
            )
            for number, day in enumerate(days[session.id], 1)
        ]
        times[session.id] += 1
    return [event for events in last.values() for event in events]
