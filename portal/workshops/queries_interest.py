"""What people want to hear of: their own wishes, what can be wished for, and how many wish for what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session as Db

from portal.base import slips, texts
from portal.base.actor import Actor
from portal.base.feature import Item
from portal.base.i18n import Text, _l
from portal.base.texts import Said
from portal.places import queries as places
from portal.places.models import Venue
from portal.workshops import rules
from portal.workshops.models import Interest, Level, Session, SessionState, Spoken, Workshop
from portal.workshops.queries_kept import kept
from portal.workshops.rules_interest import Topic

SLIP = "interest"
MOST_WORDS = 100


def topics(s: Db) -> list[tuple[int, Said]]:
    """Workshops that everybody may wish for: shown, and of no process. Two selects."""
    wanted = select(Workshop.id).where(Workshop.shown, Workshop.process_id.is_(None))
    ids = list(s.scalars(wanted.order_by(Workshop.position, Workshop.id)))
    said = texts.load(s, "workshop", ids, ["title"])
    return [(number, said[number, "title"]) for number in ids if (number, "title") in said]


def topic_of(s: Db, slug: str) -> str:
    """The code of the workshop of this address, if it can be wished for."""
    wanted = select(Workshop.id).where(Workshop.slug == slug, Workshop.shown, Workshop.process_id.is_(None))
    number = s.scalar(wanted)
    return Topic(workshop_id=number).code if number is not None else ""


def houses(s: Db) -> list[tuple[int, Said]]:
    """Houses in which something can be held. Three selects."""
    return [(row.id, row.name) for row in places.venues(s)]


def slip_of(row: Interest) -> str:
    """The code by which a wish is taken away."""
    return slips.code(SLIP, row.id)


def by_slip(s: Db, typed: str) -> Interest | None:
    """The wish behind a code."""
    number = slips.read(SLIP, typed)
    return s.get(Interest, number) if number is not None else None


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody's wish as a page shows it. `title`: the workshop's or the rung's."""

    row: Interest
    title: Said | Text
    house: Said | None


def _titles(s: Db, ids: Iterable[int | None], lang: str | None = None) -> dict[tuple[int, str], Said]:
    """Titles of those of these workshops that everybody may wish for. Two selects, one where there is none."""
    known = select(Workshop.id).where(
        Workshop.id.in_({one for one in ids if one is not None}), Workshop.shown, Workshop.process_id.is_(None)
    )
    return texts.load(s, "workshop", list(s.scalars(known)), ["title"], lang)


def wishes(s: Db, rows: Sequence[Interest], lang: str | None = None) -> list[Wish]:
    """The words of these wishes. Three selects. A workshop that is hidden by now has none."""
    said = _titles(s, (row.workshop_id for row in rows), lang)
    named = texts.load(s, "venue", {row.venue_id for row in rows if row.venue_id}, ["name"], lang)
    return [Wish(row, title_of(row, said), named.get((row.venue_id or 0, "name"))) for row in rows]


def title_of(row: Any, said: dict[tuple[int, str], Said]) -> Said | Text:
    """What is wished for, in words."""
    if row.level is not None:
        return rules.LEVEL_NAMES[Level(row.level)]
    return said.get((row.workshop_id, "title")) or _l("A workshop that is no longer offered")


def own(s: Db, person_id: int | None) -> Sequence[Interest]:
    """The wishes of a person, newest first. One select."""
    return s.scalars(select(Interest).where(Interest.person_id == person_id).order_by(Interest.id.desc())).all()


def mine(s: Db, actor: Actor, lang: str) -> list[Item]:
    """The same for "my page", each to be taken away in one press. Four selects."""
    if not kept(s, actor).wishes:
        return []
    person = actor.acting_for.person_id if actor.acting_for is not None else actor.person_id
    return [
        Item(
            one.title.body if isinstance(one.title, Said) else one.title,
            "workshops.interest",
            {"wish": slip_of(one.row)},
            lang=one.title.lang if isinstance(one.title, Said) else "",
            state=_l("Told: something fits")
            if one.row.told_at is not None
            else _l("We write to you when something fits"),
            at=one.row.created_at,
            end=("workshops.interest_end", {"wish": slip_of(one.row)}),
        )
        for one in wishes(s, own(s, person) if person is not None else [], lang)
    ]


# --- for the worker ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offered:
    """A session that can be booked, and its languages."""

    session: Session
    workshop: Workshop
    languages: frozenset[str]


def offered(s: Db, now: datetime, since: datetime) -> list[Offered]:
    """Sessions of the open programme that can be booked now and came or changed since then, soonest first. Two selects."""
    rows = s.execute(
        select(Session, Workshop)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(
            Workshop.shown, Workshop.process_id.is_(None), Session.state == SessionState.OPEN, Session.starts_at > now,
            Session.changed_at > since,
        )
        .order_by(Session.starts_at, Session.id)
    ).all()  # fmt: skip
    spoken: dict[int, set[str]] = {}
    if rows:
        for line in s.execute(
            select(Spoken.session_id, Spoken.lang).where(Spoken.session_id.in_([r[0].id for r in rows]))
        ):
            spoken.setdefault(line.session_id, set()).add(line.lang)
    return [Offered(row[0], row[1], frozenset(spoken.get(row[0].id, ()))) for row in rows]


def untold(s: Db) -> Sequence[Interest]:
    """Wishes that nothing fitted yet."""
    return s.scalars(select(Interest).where(Interest.told_at.is_(None)).order_by(Interest.id)).all()


# --- for those who plan -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """How many wish for a topic in a house and a language."""

    title: Said | Text
    house: Said | None
    language: str
    number: int
    waiting: int


def _planned_by(actor: Actor) -> ColumnElement[bool]:
    """Where clause on Interest: wishes for anywhere, and for the houses for which somebody plans."""
    if actor.everywhere(*rules.PLANNERS):
        return true()
    houses = actor.scopes(rules.PLANNERS, "place")
    districts = actor.scopes(rules.PLANNERS, "district")
    return or_(
        Interest.venue_id.is_(None),
        Interest.venue_id.in_(sorted(houses)),
        Interest.venue_id.in_(select(Venue.id).where(Venue.district_id.in_(sorted(districts)))),
    )


def counts(s: Db, actor: Actor) -> list[Count]:
    """How many wish for what, those that most still wait for first. Four selects."""
    waits = func.count().filter(Interest.told_at.is_(None))
    rows = s.execute(
        select(
            Interest.workshop_id, Interest.level, Interest.venue_id, Interest.language, func.count().label("number"),
            waits.label("waiting"),
        )
        .where(_planned_by(actor))
        .group_by(Interest.workshop_id, Interest.level, Interest.venue_id, Interest.language)
        .order_by(waits.desc(), func.count().desc(), Interest.workshop_id, Interest.level, Interest.venue_id)
    ).all()  # fmt: skip
    said = _titles(s, (row.workshop_id for row in rows))
    named = texts.load(s, "venue", {row.venue_id for row in rows if row.venue_id}, ["name"])
    return [
        Count(title_of(row, said), named.get((row.venue_id or 0, "name")), row.language, row.number, row.waiting)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Suits:
    """When something would suit somebody, in their own words; nobody's name."""

    title: Said | Text
    words: str


def suits(s: Db, actor: Actor) -> list[Suits]:
    """What those who still wait said about when it would suit them, newest first. Three selects."""
    rows = s.execute(
        select(Interest.workshop_id, Interest.level, Interest.words)
        .where(_planned_by(actor), Interest.words != "", Interest.told_at.is_(None))
        .order_by(Interest.id.desc())
        .limit(MOST_WORDS)
    ).all()
    said = _titles(s, (row.workshop_id for row in rows))
    return [Suits(title_of(row, said), row.words) for row in rows]
