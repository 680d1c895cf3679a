"""The programme as lists show it: sessions by filters, in the order of time, a fixed number of selects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, false, func, or_, select
from sqlalchemy.orm import Session as Db

from portal.base import i18n, search, texts, together
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.base.together import Ready
from portal.places.models import Venue
from portal.workshops import queries
from portal.workshops.models import Day, Level, Purpose, Session, SessionState, Spoken, Workshop

PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for. `day` and `until`: days on the city's clock, the last one included, `when`: the number of
    days from today on that they were made of; `language`: code of a spoken
    or a signed language; `free`: only what has a seat and can be booked now."""

    q: str = ""
    purpose: Purpose | None = None
    level: Level | None = None
    venue: int | None = None
    workshop: int | None = None
    when: str = ""
    day: date | None = None
    until: date | None = None
    language: str = ""
    step_free: bool = False
    loop: bool = False
    devices: bool = False
    free: bool = False
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Is anything left out?"""
        return replace(self, page=1) != Filters()

    def query(self) -> dict[str, Any]:
        """The same as parts of an address."""
        return {
            "q": self.q, "purpose": self.purpose or "", "level": self.level or "", "venue": self.venue or "",
            "when": self.when, "day": self.day.isoformat() if self.day and not self.when else "",
            "language": self.language, "step_free": int(self.step_free) or "", "loop": int(self.loop) or "",
            "devices": int(self.devices) or "", "free": int(self.free) or "",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as a card shows it. `slots`: how many of one person each are folded into the card, from its beginning to
    `ends_at`, `free` of them all together."""

    id: int
    slug: str
    purpose: Purpose
    level: Level | None
    title: Said
    house: Said
    venue_id: int
    room: str
    starts_at: datetime
    ends_at: datetime
    days: int
    languages: tuple[tuple[str, bool], ...]
    step_free: bool | None
    loop: bool
    lends: bool
    free: int
    seats: int
    waiting: int
    takes_waiting: bool
    bookable: bool
    cancelled: bool
    moved: bool
    slots: int = 1

    @property
    def day(self) -> date:
        """The day on the city's clock."""
        return i18n.in_zone(self.starts_at).date()


_S, _W, _V, _L = Session.__table__.c, Workshop.__table__.c, Venue.__table__.c, Spoken.__table__.c
_FREE = and_(
    _S.state == SessionState.OPEN, _S.seats_taken < _S.seats, _S.starts_at > bindparam("now"),
    or_(_S.book_until.is_(None), _S.book_until > bindparam("now")),
    or_(_S.book_from.is_(None), _S.book_from <= bindparam("now")),
)  # fmt: skip
_ASKED: dict[str, ColumnElement[bool]] = {
    "coming": and_(
        _S.ends_at > bindparam("now"), or_(_S.state == SessionState.OPEN, _S.state == SessionState.CANCELLED)
    ),
    "from": _S.ends_at > bindparam("begin"),
    "to": _S.starts_at < bindparam("end"),
    "purpose": _W.purpose == bindparam("purpose"),
    "level": _W.level == bindparam("level"),
    "venue": _S.venue_id == bindparam("venue"),
    "workshop": _S.workshop_id == bindparam("workshop"),
    "language": exists().where(_L.session_id == _S.id, _L.lang == bindparam("language")).correlate(Session.__table__),
    "step_free": func.coalesce(_S.step_free, _V.step_free, false()).is_(True),
    "loop": _S.loop.is_(True),
    "devices": _S.devices > 0,
    "free": _FREE,
}
_CARD = (
    _S.id, _W.slug, _W.purpose, _W.level, _S.workshop_id, _S.venue_id, _S.room, _S.starts_at, _S.ends_at, _S.state,
    _S.seats, _S.seats_taken, _S.devices, _S.waiting, _S.takes_waiting, _S.loop, _S.moved_at,
    func.coalesce(_S.step_free, _V.step_free).label("step_free"),
    case((_FREE, 1), else_=0).label("bookable"),
)  # fmt: skip
_FROM = Session.__table__.join(Workshop.__table__, _W.id == _S.workshop_id).join(
    Venue.__table__, _V.id == _S.venue_id
)  # fmt: skip


@lru_cache(maxsize=256)
def _statement(actor: Actor, asked: tuple[str, ...]) -> Ready:
    """One page and the number of all, for who looks and a set of filters."""
    return Ready(_page(actor, asked))


def _page(actor: Actor, asked: Iterable[str], *more: ColumnElement[bool]) -> Select[Any]:
    where = [queries.visible(actor), *(_ASKED[name] for name in asked), *more]
    total = select(func.count()).select_from(_FROM).where(*where).correlate(None).scalar_subquery()
    return (
        select(*_CARD, total.label("total"))
        .select_from(_FROM)
        .where(*where)
        .order_by(_S.starts_at, _S.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


def asked_of(filters: Filters, now: datetime) -> dict[str, dict[str, Any]]:
    """Which conditions the filters set, each with its values (UTC)."""
    found: dict[str, dict[str, Any]] = {"coming": {"now": now}}
    zone = i18n.in_zone(now).tzinfo
    if filters.day is not None:
        found["from"] = {"begin": datetime.combine(filters.day, time(), zone).astimezone(UTC)}
    if filters.until is not None:
        end = datetime.combine(filters.until + timedelta(days=1), time(), zone)
        found["to"] = {"end": end.astimezone(UTC)}
    for name in ("purpose", "level", "venue", "workshop", "language"):
        if value := getattr(filters, name):
            found[name] = {name: value}
    for name in ("step_free", "loop", "devices", "free"):
        if getattr(filters, name):
            found[name] = {}
    return found


def listed(
    s: Db, actor: Actor, filters: Filters, now: datetime, *, size: int = PER_PAGE, fold: bool = True, past: bool = False
) -> tuple[list[Listed], int]:
    """Sessions of one page in the order of time, and how many there are: four selects, one more where words are looked
    for. `past`: those that are over, too; `fold`: slots of one person each of one workshop, house and day are one card."""
    asked = asked_of(filters, now)
    if past:
        asked.pop("coming")
    values: dict[str, Any] = {"now": now, "limit": size, "offset": (filters.page - 1) * size}
    for more in asked.values():
        values |= more
    if filters.q or actor.staff:  # lists of unknown length: of what was found, of the parts where a role counts
        found = [_S.workshop_id.in_(search.find(s, "workshop", filters.q, i18n.lang()))] if filters.q else []
        rows: Sequence[Any] = s.execute(_page(actor, asked, *found), values).all()
    else:
        rows = together.rows(s, _statement(actor.bare(), tuple(asked)), values)
    cards = _cards(s, rows)
    return (_folded(cards) if fold else cards), (rows[0].total if rows else 0)


def span(s: Db, actor: Actor) -> tuple[datetime, datetime] | None:
    """When the first and the last session begin that this person may see; None where there is none. One select."""
    wanted = select(func.min(_S.starts_at), func.max(_S.starts_at)).select_from(_FROM).where(queries.visible(actor))
    first, last = s.execute(wanted).one()
    return None if first is None else (first, last)


def _cards(s: Db, rows: Sequence[Any]) -> list[Listed]:
    titles = texts.load(s, "workshop", {row.workshop_id for row in rows}, ["title"])
    houses = texts.load(s, "venue", {row.venue_id for row in rows}, ["name"])
    spoken, days = languages_of(s, [row.id for row in rows])
    return [
        Listed(
            id=row.id, slug=row.slug, purpose=row.purpose, level=row.level,
            title=titles.get((row.workshop_id, "title"), Said(row.slug, "en")),
            house=houses.get((row.venue_id, "name"), Said("–", "en")),
            venue_id=row.venue_id, room=row.room, starts_at=row.starts_at, ends_at=row.ends_at,
            days=days.get(row.id, 1), languages=tuple(spoken.get(row.id, ())), step_free=row.step_free,
            loop=bool(row.loop), lends=row.devices > 0, free=row.seats - row.seats_taken, seats=row.seats,
            waiting=row.waiting, takes_waiting=bool(row.takes_waiting), bookable=bool(row.bookable),
            cancelled=row.state is SessionState.CANCELLED, moved=row.moved_at is not None,
        )
        for row in rows
    ]  # fmt: skip


def languages_of(s: Db, ids: Sequence[int]) -> tuple[dict[int, list[tuple[str, bool]]], dict[int, int]]:
    """Languages of sessions as (code, signed?), and on how many days each is held: one select."""
    spoken: dict[int, list[tuple[str, bool]]] = {}
    days: dict[int, int] = {}
    if not ids:
        return spoken, days
    number = (
        select(func.count())
        .select_from(Day.__table__)
        .where(Day.__table__.c.session_id == Session.__table__.c.id)
        .correlate(Session.__table__)
        .scalar_subquery()
    )
    wanted = (
        select(_S.id, number.label("days"), _L.lang, _L.signed)
        .select_from(Session.__table__.outerjoin(Spoken.__table__, _L.session_id == _S.id))
        .where(_S.id.in_(ids))
        .order_by(_L.signed, _L.lang)
    )
    for row in s.execute(wanted):
        days[row.id] = row.days
        if row.lang is not None:
            spoken.setdefault(row.id, []).append((row.lang, bool(row.signed)))
    return spoken, days


def _folded(cards: list[Listed]) -> list[Listed]:
    """Slots of one workshop, house and day as one card, at the place of the first."""
    found: dict[Any, Listed] = {}
    for card in cards:
        slot = card.purpose is Purpose.APPOINTMENT and card.seats == 1 and not card.cancelled
        key = (card.slug, card.venue_id, card.day) if slot else card.id
        before = found.get(key)
        if before is None:
            found[key] = card
            continue
        found[key] = replace(
            before, ends_at=max(before.ends_at, card.ends_at), free=before.free + card.free, seats=before.seats + 1,
            slots=before.slots + 1, bookable=before.bookable or card.bookable,
        )  # fmt: skip
    return list(found.values())


def house_names(s: Db) -> dict[int, Said]:
    """Houses in use in their order, with their names; two selects."""
    ids = list(s.scalars(select(Venue.id).where(Venue.closed_at.is_(None)).order_by(Venue.position, Venue.id)))
    names = texts.load(s, "venue", ids, ["name"])
    return {number: names[number, "name"] for number in ids if (number, "name") in names}


def workshop(s: Db, actor: Actor, slug: str) -> Workshop | None:
    """A workshop as everybody may see it."""
    wanted = select(Workshop).where(Workshop.slug == slug, Workshop.shown, queries.open_processes(actor))
    return s.scalars(wanted).one_or_none()


def others_on_ladder(s: Db, level: Level) -> list[tuple[str, Said]]:
    """The workshops of a rung, by address and title; two selects."""
    rows = s.execute(
        select(Workshop.id, Workshop.slug)
        .where(Workshop.shown, Workshop.level == level, Workshop.process_id.is_(None))
        .order_by(Workshop.position, Workshop.id)
    ).all()
    titles = texts.load(s, "workshop", [row.id for row in rows], ["title"])
    return [(row.slug, titles[row.id, "title"]) for row in rows if (row.id, "title") in titles]


@dataclass(frozen=True, slots=True)
class House:
    """A house with its name, address and hours."""

    id: int
    name: Said
    address: str
    hours: Said | None
    step_free: bool | None


def house(s: Db, venue_id: int) -> House | None:
    """A house in use; two selects."""
    row = s.scalars(select(Venue).where(Venue.id == venue_id, Venue.closed_at.is_(None))).one_or_none()
    if row is None:
        return None
    said = texts.load(s, "venue", [venue_id], ["name", "hours"])
    name = said.get((venue_id, "name"), Said(row.address, "en"))
    return House(venue_id, name, row.address, said.get((venue_id, "hours")), row.step_free)


def step_free(s: Db, venue_id: int) -> bool | None:
    """Can a house be entered without a step? None: not known."""
    return s.scalar(select(Venue.step_free).where(Venue.id == venue_id))
