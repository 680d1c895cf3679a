"""A small programme to test with: a library and a town hall, courses on the ladder, people who book."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.base import clock, db, ground, i18n
from portal.base.actor import SYSTEM, Actor
from portal.base.web import Portal
from portal.identity import actions as people
from portal.identity.models import Person, RoleGrant, Way
from portal.places import actions as places
from portal.workshops import (
    actions,
    actions_devices,
    actions_guest,
    actions_interest,
    actions_plan,
    actions_tell,
    actions_terms,
    queries,
    queries_devices,
    queries_interest,
)
from portal.workshops.actions import Wish
from portal.workshops.models import Booking, Call, CallReason, Day, Level, Purpose, Session, SessionState, Workshop
from portal.workshops.models_devices import DeviceKind, Help
from portal.workshops.rules import Wants
from portal.workshops.rules_interest import Topic

ISSUER = "https://id.example"


def now() -> datetime:
    """The city's time, whole seconds."""
    return clock.city_now().replace(microsecond=0)


def person(name: str, *roles: str, place: int = 0) -> Actor:
    """Somebody with an account, and with roles in a house, or in the whole city."""
    s = db.session()
    row = people.person_for(s, ISSUER, name.casefold().replace(" ", "-"), name=name, language="en", now=clock.now())
    kind = "place" if place else "city"
    for role in roles:
        if s.query(RoleGrant).filter_by(person_id=row.id, role=role, scope_id=place).first() is None:
            s.add(RoleGrant(person_id=row.id, role=role, scope_kind=kind, scope_id=place, at=clock.now()))
    s.flush()
    return Actor(person_id=row.id, name=name, roles=frozenset(roles) if not place else frozenset())


def house(name: str = "Harbour Library", address: str = "Quay 1") -> int:
    """A house; returns its id."""
    return places.add_venue(SYSTEM, names={"en": name, "de": f"{name} (de)"}, address=address).id


def workshop(
    slug: str = "first-steps", *, purpose: Purpose = Purpose.COURSE, shown: bool = True, **more: Any
) -> Workshop:
    """A course for beginners, shown to everybody."""
    title = slug.replace("-", " ").capitalize()
    said = {
        "title": {"en": title, "de": f"{title} (de)", "ar": "الخطوات الأولى"},
        "summary": {"en": "Switch it on, tap and swipe."},
        "bring": {"en": "Your glasses"},
    }
    level = more.pop("level", Level.FIRST_STEPS if purpose is Purpose.COURSE else None)
    row = actions_plan.create_workshop(SYSTEM, slug=slug, purpose=purpose, said=said, level=level, **more)
    if shown:
        actions_plan.show_workshop(SYSTEM, row, True)
    return row


def session(
    row: Workshop, venue_id: int, *, days: float = 10, seats: int = 8, times: int = 1, minutes: int = 90,
    state: SessionState = SessionState.OPEN, **more: Any,
) -> Session:  # fmt: skip
    """A session so many days from now, on as many days as `times`, a week apart."""
    starts = now() + timedelta(days=days)
    given = [(starts + timedelta(weeks=n), starts + timedelta(weeks=n, minutes=minutes)) for n in range(times)]
    more.setdefault("languages", [("en", False)])
    return actions_plan.create_session(SYSTEM, row, given, venue_id=venue_id, seats=seats, state=state, **more)


def wish(*, device: bool = False, companions: int = 0, **more: Any) -> Wish:
    """A seat, and what is wanted beside it."""
    return Wish(wants=Wants(device, companions), **more)


def book(who: Actor, session_id: int, wanted: Wish | None = None, at: datetime | None = None) -> Booking:
    """Somebody books for themselves."""
    assert who.person_id is not None
    return actions.book(who, session_id, who.person_id, wanted or Wish(), at or now())


def guest(name: str = "Old Juhan", *, way: Way | None = Way.PHONE, value: str = "+3725551234") -> Person:
    """Somebody without an account."""
    return actions_guest.make(SYSTEM, name=name, language="en", way=way, value=value, now=clock.now())


def open_session(app: Portal, **more: Any) -> int:
    """A house, a course and a session that can be booked; returns the session's id."""
    ground.stand_on(app.ground)
    with db.write():
        return session(workshop(), house(), **more).id


def every_page(app: Portal, person_id: int) -> dict[str, Any]:
    """One of everything for walks over all addresses, booked by that person. Keys are "workshops:argument" where another
    wing has the argument, too; "draft_id" is a session that staff alone see."""
    ground.stand_on(app.ground)
    with db.write() as s:
        course, here = workshop("2026"), house("Small Library")
        open_one = session(course, here, devices=2, companions=2)
        draft = session(course, here, days=20, state=SessionState.DRAFT)
        booking = actions.book(Actor(person_id=person_id), open_one.id, person_id, Wish(), now())
        actions_tell.put_call(s, booking, CallReason.REMINDER, "", now())
        wished = actions_interest.add(
            Actor(person_id=person_id), person_id, Topic(level=Level.SAFETY), venue_id=None, language="en", words="",
            now=clock.now(),
        )  # fmt: skip
        term = actions_terms.add_term(SYSTEM, now().date(), now().date(), {"name": {"en": "Autumn"}})
        holiday = actions_terms.add_holiday(SYSTEM, now().date(), now().date(), {"name": {"en": "New Year"}})
        s.flush()
        call_id = s.scalars(select(Call.id)).one()
        day = s.scalars(select(Day).where(Day.session_id == open_one.id)).one()
        return {
            "workshops:call_id": call_id,
            "workshops:day_id": day.id,
            "workshops:day": i18n.in_zone(day.starts_at).date().isoformat(),
            "workshops:term_id": term.id,
            "workshops:holiday_id": holiday.id,
            "workshops:wish": queries_interest.slip_of(wished),
            "workshop_id": course.id,
            "workshops:session_id": open_one.id,
            "workshops:venue_id": here,
            "draft_id": draft.id,
            "booking_id": booking.id,
            "slip": queries.slip_of(booking),
            **_a_device(person_id, here),
        }


def _a_device(person_id: int, venue_id: int) -> dict[str, Any]:
    """A tablet that is lent to that person."""
    device = actions_devices.add_device(SYSTEM, venue_id=venue_id, kind=DeviceKind.TABLET, label="T-2026")
    asked = actions_devices.ask(
        Actor(person_id=person_id), person_id, help=Help.LOAN, device=DeviceKind.TABLET, venue_id=venue_id,
        why="School", language="en",
    )  # fmt: skip
    actions_devices.decide(SYSTEM, asked.id, approved=True, reason="", lang="en")
    day = now().date()
    loan = actions_devices.hand_out(SYSTEM, asked.id, device.id, due=day + timedelta(days=9), today=day)
    return {
        "device_id": device.id, "device_request_id": asked.id, "loan_id": loan.id,
        "device_slip": queries_devices.slip_of(asked.id),
    }  # fmt: skip
