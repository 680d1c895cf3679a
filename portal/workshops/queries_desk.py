"""What the staff's pages of the programme read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session as Db

from portal.base import ground, texts
from portal.base.actor import Actor
from portal.base.texts import Said
from portal.identity.models import Contact, Person, RoleGrant, Way
from portal.places.models import Venue
from portal.processes import queries as processes
from portal.processes.models import Process
from portal.workshops import queries, rules
from portal.workshops.models import LIVE, Booking, Session, SessionState, Term, Workshop

PER_PAGE = 30
SOON = timedelta(days=7)
FEW = 3  # of ten seats: a session of the next week with fewer deserves a look


@dataclass(frozen=True, slots=True)
class Filters:
    """What the staff's list is narrowed to. `show`: coming, draft, past or cancelled."""

    q: str = ""
    show: str = "coming"
    venue: int | None = None
    workshop: int | None = None
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Is anything left out of what comes?"""
        return Filters(page=self.page) != self


@dataclass(frozen=True, slots=True)
class Row:
    """A session as the staff's list shows it. `warns`: nobody holds it, few have booked, or many wait."""

    session: Session
    title: Said
    house: Said
    no_trainer: bool
    few: bool
    many_wait: bool


def _shown(show: str, now: datetime) -> ColumnElement[bool]:
    return {
        "draft": Session.state == SessionState.DRAFT,
        "past": and_(Session.ends_at <= now, Session.state.in_((SessionState.OPEN, SessionState.HELD))),
        "cancelled": Session.state == SessionState.CANCELLED,
    }.get(show, and_(Session.ends_at > now, Session.state == SessionState.OPEN))


def listed(
    s: Db, actor: Actor, filters: Filters, now: datetime, *, roles: tuple[str, ...] = rules.DESK
) -> tuple[list[Row], int]:
    """Sessions on which somebody works, soonest first (past ones latest first), and how many there are; four selects."""
    where = [queries.in_reach(actor, roles), _shown(filters.show, now)]
    if filters.venue is not None:
        where.append(Session.venue_id == filters.venue)
    if filters.workshop is not None:
        where.append(Session.workshop_id == filters.workshop)
    if filters.q:
        where.append(_named(s, filters.q))
    total = s.scalar(select(func.count()).select_from(Session).where(*where)) or 0
    order = Session.starts_at.desc() if filters.show == "past" else Session.starts_at
    rows = s.scalars(
        select(Session).where(*where).order_by(order, Session.id).limit(PER_PAGE).offset((filters.page - 1) * PER_PAGE)
    ).all()
    titles = texts.load(s, "workshop", {row.workshop_id for row in rows}, ["title"])
    houses = texts.load(s, "venue", {row.venue_id for row in rows}, ["name"])
    none = Said("–", "en")
    return [
        Row(
            row,
            titles.get((row.workshop_id, "title"), none),
            houses.get((row.venue_id, "name"), none),
            no_trainer=row.trainer_id is None and not row.trainer_name,
            few=row.starts_at < now + SOON and row.seats > 1 and row.seats_taken * 10 < row.seats * FEW,
            many_wait=row.waiting > max(2, row.seats // 2),
        )
        for row in rows
    ], total


def _named(s: Db, words: str) -> ColumnElement[bool]:
    """Sessions of workshops with these words in their title, in any language, shown or not."""
    wording = texts.Wording
    found = select(wording.object_id).where(
        wording.kind == "workshop", wording.field == "title", wording.body.icontains(words, autoescape=True)
    )
    return Session.workshop_id.in_(found)


def houses_in_reach(s: Db, actor: Actor, roles: tuple[str, ...]) -> dict[int, Said]:
    """The houses in which somebody may plan, in their order; two selects."""
    wanted = select(Venue.id).where(Venue.closed_at.is_(None))
    if not actor.everywhere(*roles):
        places, districts = actor.scopes(roles, "place"), actor.scopes(roles, "district")
        wanted = wanted.where(or_(Venue.id.in_(sorted(places)), Venue.district_id.in_(sorted(districts))))
    ids = list(s.scalars(wanted.order_by(Venue.position, Venue.id)))
    names = texts.load(s, "venue", ids, ["name"])
    return {number: names.get((number, "name"), Said("–", "en")) for number in ids}


@dataclass(frozen=True, slots=True)
class Offered:
    """A workshop with its title and how many sessions of it come."""

    workshop: Workshop
    title: Said
    coming: int


def workshops(s: Db, now: datetime) -> list[Offered]:
    """Every workshop, also those that staff alone see; two selects."""
    coming = (
        select(func.count())
        .where(Session.workshop_id == Workshop.id, Session.ends_at > now, Session.state == SessionState.OPEN)
        .scalar_subquery()
    )
    rows = s.execute(select(Workshop, coming).order_by(Workshop.purpose, Workshop.position, Workshop.id)).all()
    titles = texts.load(s, "workshop", [row[0].id for row in rows], ["title"])
    return [Offered(row, titles.get((row.id, "title"), Said(row.slug, "en")), n) for row, n in rows]


def workshop(s: Db, workshop_id: int) -> Workshop | None:
    """A workshop, whether it is shown or not."""
    return s.get(Workshop, workshop_id)


def trainers(s: Db) -> dict[int, str]:
    """People with the role of a trainer anywhere, by number, in the order of their names."""
    holds = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == rules.TRAINER)
    rows = s.execute(
        select(Person.id, Person.name).where(holds, Person.closed_at.is_(None)).order_by(Person.name_folded)
    )
    return {row.id: row.name for row in rows}


def terms(s: Db) -> dict[int, Said]:
    """Terms, the latest first, with their names; two selects."""
    ids = list(s.scalars(select(Term.id).order_by(Term.starts_on.desc(), Term.id)))
    names = texts.load(s, "workshop_term", ids, ["name"])
    return {number: names.get((number, "name"), Said("–", "en")) for number in ids}


@dataclass(frozen=True, slots=True)
class Reach:
    """By which ways the people of a session would be told something now."""

    mail: int = 0
    letter: int = 0
    call: int = 0
    inbox: int = 0
    none: int = 0

    @property
    def all(self) -> int:
        """Everybody."""
        return self.mail + self.letter + self.call + self.inbox + self.none


def reach(s: Db, session_id: int) -> Reach:
    """How the people with a booking that stands are told: the first of their ways counts. One select."""

    def has(way: Way) -> ColumnElement[bool]:
        good = or_(Contact.confirmed_at.is_not(None), Contact.as_given)
        return exists().where(Contact.person_id == Booking.person_id, Contact.way == way, good)

    wanted = select(
        Booking.guest, has(Way.EMAIL).label("mail"), has(Way.POST).label("post"), has(Way.PHONE).label("phone")
    ).where(Booking.session_id == session_id, Booking.state.in_(LIVE))
    counts = dict.fromkeys(("mail", "letter", "call", "inbox", "none"), 0)
    for row in s.execute(wanted):
        way = (
            "mail" if row.mail else "letter" if row.post else "call" if row.phone else "none" if row.guest else "inbox"
        )
        counts[way] += 1
    return Reach(**counts)


def meeting_processes(s: Db, actor: Actor, lang: str) -> dict[int, str]:
    """Processes to which a meeting can belong, by the names that their own features give them. Closed ones are there for
    their members and for those who work on them alone."""
    known = set(s.scalars(select(Process.id).where(processes.readable_by_all_roles(actor))))
    called: dict[int, str] = {}
    for feature in ground.current().features:
        scopes_of = feature.scopes.get("process")
        if scopes_of is not None:
            called |= {number: hit.title for number, hit in scopes_of(s, lang).items()}
    return {number: title for number, title in called.items() if number in known}


def planned(actor: Actor, now: datetime) -> Any:
    """The select of how many sessions of the next week nobody holds, and how many drafts begin within two weeks."""
    soon = Session.starts_at.between(now, now + SOON)
    return select(
        func.count()
        .filter(Session.state == SessionState.OPEN, soon, Session.trainer_id.is_(None), Session.trainer_name == "")
        .label("nobody"),
        func.count()
        .filter(Session.state == SessionState.DRAFT, Session.starts_at.between(now, now + 2 * SOON))
        .label("drafts"),
    ).where(queries.in_reach(actor, rules.PLANNERS))
