"""What Sundhaven holds for people who come: a programme for the next weeks, some seats taken, one session full with
people waiting, and a year before of which only figures are left."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session as Db

from portal.base import clock
from portal.base.actor import SYSTEM, Actor
from portal.base.ground import settings
from portal.budgeting.models import Budget
from portal.demo import content
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Identity, Way
from portal.places.models import Venue
from portal.workshops import actions, actions_guest, actions_plan, actions_tell, actions_terms, rules
from portal.workshops.actions import Wish
from portal.workshops.models import (
    Attendance,
    Booking,
    BookingState,
    CallReason,
    Day,
    Level,
    Note,
    Purpose,
    Session,
    SessionState,
    Using,
    Workshop,
)
from portal.workshops.rules import Wants

LADDER = {level.value for level in Level}
# Guests with a telephone only, and what they speak; the first eight have a seat in the first session, the others wait.
GUESTS = (
    ("Juhan Oja", "et"), ("Aino Kask", "et"), ("Helga Brandt", "de"), ("Salma Nasser", "ar"), ("Irena Nowak", "pl"),
    ("Peter Sild", "et"), ("Luise Marten", "de"), ("Milvi Rand", "et"), ("Karim Saleh", "ar"), ("Elna Lind", "en"),
)  # fmt: skip
BANDS = ("60", "75", "60", "30", "75", "")


def seed_workshops(s: Db, today: date) -> None:
    """The programme of the file, through the same actions as everybody's."""
    houses = list(s.scalars(select(Venue.id).order_by(Venue.position)))
    trainer = _known(s, "tiiu")
    made: dict[str, Workshop] = {}
    sessions: dict[str, list[Session]] = {}
    for position, told in enumerate(content.workshops()["workshop"]):
        row = made[told["slug"]] = _workshop(s, told, position)
        sessions[row.slug] = [
            session for one in told["session"] for session in _sessions(row, one, houses, trainer, today)
        ]
    _bookings(s, sessions, made, trainer)
    _past(s, made, houses, today)
    _terms(today)


TERMS = {
    "en": "Term %s", "de": "Halbjahr %s", "et": "Periood %s", "fr": "Semestre %s", "pl": "Semestr %s", "ar": "فصل %s",
}  # fmt: skip
HOLIDAY = {
    "en": "Turn of the year", "de": "Jahreswechsel", "et": "Aastavahetus", "fr": "Fin d’année", "pl": "Przełom roku",
    "ar": "نهاية السنة",
}  # fmt: skip


def _terms(today: date) -> None:
    """This term and the next, and the days between the years."""
    for n in (0, 1):
        first = date(today.year + n, 1, 1)
        names = {lang: words % first.year for lang, words in TERMS.items()}
        actions_terms.add_term(SYSTEM, first, date(first.year, 12, 31), {"name": names})
    actions_terms.add_holiday(SYSTEM, date(today.year, 12, 24), date(today.year + 1, 1, 2), {"name": HOLIDAY})


def _known(s: Db, sub: str) -> Actor:
    name = next(one.name for one in content.personas() if one.sub == sub)
    number = s.scalars(select(Identity.person_id).where(Identity.issuer == ISSUER, Identity.sub == sub)).one()
    return Actor(person_id=number, name=name)


def _workshop(s: Db, told: Mapping[str, Any], position: int) -> Workshop:
    process_id = None
    if "budget" in told:
        process_id = s.scalars(select(Budget.process_id).where(Budget.slug == told["budget"])).one()
    row = actions_plan.create_workshop(
        SYSTEM, slug=told["slug"], purpose=Purpose(told["purpose"]),
        said={name: told[name] for name in ("title", "summary", "bring") if name in told},
        level=Level(told["level"]) if "level" in told else None, process_id=process_id, minutes=told["minutes"],
        certificate=told.get("certificate", False), min_age=told.get("min_age"), position=position,
    )  # fmt: skip
    actions_plan.show_workshop(SYSTEM, row, True)
    return row


def _at(day: date, wall: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(wall), ZoneInfo(settings().city.time_zone))


def _times(one: Mapping[str, Any], minutes: int, today: date) -> Iterator[list[tuple[datetime, datetime]]]:
    """The days of each session that an entry of the file makes."""
    monday = today - timedelta(days=today.weekday())
    first = monday + timedelta(weeks=one["week"], days=one["weekday"])
    for n in range(one.get("repeat", 1)):
        start = _at(first + timedelta(weeks=n), one["time"])
        if "slots" in one:
            for slot in range(one["slots"]):
                begins = start + timedelta(minutes=minutes * slot)
                yield [(begins, begins + timedelta(minutes=minutes))]
        else:
            days = [_at(first + timedelta(weeks=n + week), one["time"]) for week in range(one.get("days", 1))]
            yield [(day, day + timedelta(minutes=minutes)) for day in days]


def _sessions(
    row: Workshop, one: Mapping[str, Any], houses: Sequence[int], trainer: Actor, today: date
) -> Iterator[Session]:  # fmt: skip
    languages = [(lang, False) for lang in one["languages"]] + [(lang, True) for lang in one.get("signed", ())]
    for times in _times(one, row.minutes, today):
        yield actions_plan.create_session(
            SYSTEM, row, times, venue_id=houses[one["venue"]], seats=one["seats"], devices=one.get("devices", 0),
            companions=one.get("companions", 0), languages=languages, state=SessionState.OPEN, room=one["room"],
            loop=one.get("loop", False), trainer_id=trainer.person_id, trainer_name=trainer.name,
            said={"agenda": one["agenda"]} if "agenda" in one else None,
        )  # fmt: skip


def _bookings(
    s: Db, sessions: Mapping[str, Sequence[Session]], made: Mapping[str, Workshop], trainer: Actor
) -> None:  # fmt: skip
    """The first course is full and two people wait; residents of the demo have seats elsewhere."""
    now = clock.city_now()
    full = sessions["first-steps"][0]
    for n, (name, lang) in enumerate(GUESTS):
        person = actions_guest.make(
            SYSTEM, name=name, language=lang, way=Way.PHONE, value=f"+372555000{n:02}", now=clock.now()
        )
        wish = Wish(wants=Wants(device=n in (0, 3)), language=lang, needs={"wheelchair": True} if n == 1 else {})
        booking = actions.book(SYSTEM, full.id, person.id, wish, now, guest=True)
        if n == 2:  # somebody has to be called
            actions_tell.put_call(s, booking, CallReason.REMINDER, "", now)
    yusuf, jonas, ana = (_known(s, sub) for sub in ("yusuf", "jonas", "ana"))
    own = Wish(language="ar", needs={"interpreter": "ar"})
    actions.book(yusuf, sessions["messages-and-calls"][0].id, yusuf.person_id or 0, own, now)
    actions.book(jonas, sessions["city-services"][0].id, jonas.person_id or 0, Wish(language="de"), now)
    actions.book(ana, sessions["budget-evening"][0].id, ana.person_id or 0, Wish(language="en"), now)
    s.add(
        Note(
            session_id=full.id, lang="en", by_id=trainer.person_id, at=clock.now(),
            body="Begin with the size of the letters: nobody follows while they cannot read. Two people share a table best.",
        )
    )  # fmt: skip
    s.flush()


def _past(s: Db, made: Mapping[str, Workshop], houses: Sequence[int], today: date) -> None:
    """Sessions of last year. Whoever came was forgotten since, as everybody is; what they answered is counted."""
    nonce = itertools.count()
    for told in content.workshops()["past"]:
        row = made[told["workshop"]]
        start = _at(today - timedelta(weeks=told["weeks_ago"], days=today.weekday()), "10:00")
        end = start + timedelta(minutes=row.minutes)
        held = actions_plan.create_session(
            SYSTEM, row, [(start, end)], venue_id=houses[told["venue"]], seats=told["booked"],
            languages=[("et", False)], state=SessionState.HELD,
        )  # fmt: skip
        held.seats_taken = told["booked"]
        s.flush()
        day_id = s.scalars(select(Day.id).where(Day.session_id == held.id)).one()
        answers = [one for one, n in zip(Using, told["using"], strict=True) for _n in range(n)]
        asked = start + rules.STILL_USING_AFTER
        for n in range(told["booked"]):
            came = n < told["came"]
            using = answers[n] if n < len(answers) else None
            number = s.scalar(
                insert(Booking)
                .values(
                    session_id=held.id, person_id=None, guest=n % 3 > 0, state=BookingState.BOOKED,
                    channel=("web", "helped", "telephone", "terminal")[n % 4], language=("et", "en", "de", "ar")[n % 4],
                    age_band=BANDS[n % 6], first_time=n % 2 == 0, created_at=start - timedelta(days=9),
                    asked_at=asked if came else None, using=using, answered_at=asked if using else None,
                )
                .returning(Booking.id)
            )  # fmt: skip
            s.add(
                Attendance(booking_id=number, day_id=day_id, came=came, at=start, nonce=f"past-{next(nonce)}")
            )  # fmt: skip
        s.flush()
