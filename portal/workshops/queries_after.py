"""What is known after a session: certificates, the stamp card, the public figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session as Db

from portal.base import figures, i18n, texts
from portal.base.actor import Actor
from portal.base.figures import Told
from portal.base.texts import Said
from portal.workshops.models import (
    Attendance,
    Booking,
    BookingState,
    Day,
    Level,
    Purpose,
    Session,
    SessionState,
    Using,
    Workshop,
)

CAME = exists().where(Attendance.booking_id == Booking.id, Attendance.came)


def came_on(s: Db, booking: Booking) -> tuple[int, int]:
    """On how many days of a session somebody came, and how many were held; one select."""
    row = s.execute(
        select(
            func.count(Attendance.booking_id).filter(Attendance.came), func.count(Day.id)
        )
        .select_from(Day)
        .outerjoin(Attendance, (Attendance.day_id == Day.id) & (Attendance.booking_id == booking.id))
        .where(Day.session_id == booking.session_id, Day.cancelled_at.is_(None))
    ).one()  # fmt: skip
    return int(row[0]), int(row[1])


@dataclass(frozen=True, slots=True)
class Stamp:
    """A rung of the ladder, and when somebody first came to a course on it."""

    level: Level
    at: datetime | None
    title: Said | None


def stamps(s: Db, actor: Actor) -> list[Stamp]:
    """The stamp card of an account; two selects."""
    rows = s.execute(
        select(Workshop.level, Workshop.id, Session.starts_at)
        .join(Session, Session.workshop_id == Workshop.id)
        .join(Booking, Booking.session_id == Session.id)
        .where(Booking.person_id == actor.person_id, Booking.for_name == "", Workshop.level.is_not(None), CAME)
        .order_by(Session.starts_at)
    ).all()
    first = {row.level: row for row in reversed(rows)}
    titles = texts.load(s, "workshop", {row.id for row in first.values()}, ["title"])
    return [
        Stamp(
            level,
            first[level].starts_at if level in first else None,
            titles.get((first[level].id, "title")) if level in first else None,
        )
        for level in Level
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures that everybody reads. Names of houses and terms by number; a part without a figure is not told."""

    came: int
    shown_up: float | None
    ages: Told[str]
    first: Told[bool]
    ways: Told[str]
    languages: Told[str]
    using: Told[Using]
    places: Told[int]
    terms: Told[str]
    levels: Told[Level]
    climbed: int  # accounts with courses on more than one rung; 0 below ten
    houses: dict[int, Said]


def outcome(s: Db) -> Outcome:
    """Whom the courses reached, over all years; four selects. Meetings and appointments are not part of it."""
    rows = s.execute(
        select(
            Session.venue_id, Session.term_id, Session.starts_at, Workshop.level, Booking.age_band, Booking.first_time,
            Booking.channel, Booking.language, Booking.using, CAME.label("came"), func.count().label("n"),
        )
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            Booking.state == BookingState.BOOKED, Session.state == SessionState.HELD, Workshop.purpose == Purpose.COURSE
        )
        .group_by(
            Session.venue_id, Session.term_id, Session.starts_at, Workshop.level, Booking.age_band, Booking.first_time,
            Booking.channel, Booking.language, Booking.using, CAME,
        )
    ).all()  # fmt: skip
    here = [row for row in rows if row.came]
    names = texts.load(s, "workshop_term", {row.term_id for row in here if row.term_id is not None}, ["name"])

    def term(row: object) -> str:
        said = names.get((row.term_id, "name"))  # type: ignore[attr-defined]
        return said.body if said is not None else str(i18n.in_zone(row.starts_at).year)  # type: ignore[attr-defined]

    came, booked = sum(row.n for row in here), sum(row.n for row in rows)
    places = figures.merged(_count((row.venue_id, row.n) for row in here))
    return Outcome(
        came=came if came >= figures.FEWEST else 0,
        shown_up=figures.share(came, booked),
        ages=figures.merged(_count((row.age_band, row.n) for row in here if row.age_band)),
        first=figures.merged(_count((bool(row.first_time), row.n) for row in here)),
        ways=figures.merged(_count((row.channel, row.n) for row in here)),
        languages=figures.merged(_count((row.language, row.n) for row in here)),
        using=figures.merged(_count((row.using, row.n) for row in here if row.using is not None)),
        places=places,
        terms=figures.merged(_count((term(row), row.n) for row in sorted(here, key=lambda row: row.starts_at))),
        levels=figures.merged(_count((row.level, row.n) for row in here)),
        climbed=_climbed(s),
        houses={
            number: said for (number, _field), said in texts.load(s, "venue", places.groups, ["name"]).items()
        },
    )  # fmt: skip


def _count(pairs: Iterable[tuple[object, int]]) -> dict:  # type: ignore[type-arg]
    found: Counter = Counter()  # type: ignore[type-arg]
    for key, n in pairs:
        found[key] += n
    return dict(found)


def _climbed(s: Db) -> int:
    """Accounts that came to courses on more than one rung; 0 below ten."""
    more = (
        select(Booking.person_id)
        .join(Session, Session.id == Booking.session_id)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(Booking.person_id.is_not(None), Workshop.level.is_not(None), CAME)
        .group_by(Booking.person_id)
        .having(func.count(Workshop.level.distinct()) > 1)
        .subquery()
    )
    number = s.scalar(select(func.count()).select_from(more)) or 0
    return number if number >= figures.FEWEST else 0


def title_of(s: Db, workshop: Workshop) -> Said:
    """A workshop's title in the reader's language; one select."""
    found = texts.load(s, "workshop", [workshop.id], ["title"])
    return found.get((workshop.id, "title"), Said(workshop.slug, "en"))
