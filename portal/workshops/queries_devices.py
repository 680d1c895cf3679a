"""What the pages about help with a device read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session as Db

from portal.base import slips, texts
from portal.base.actor import Actor
from portal.base.feature import Item
from portal.base.texts import Said, Wording
from portal.identity.models import Person
from portal.identity.models_help import RolePlace
from portal.identity.queries import reachable
from portal.places.models import Venue
from portal.workshops import rules_devices as rules
from portal.workshops.models_devices import Device, DeviceRequest, DeviceState, Help, Loan, RequestState
from portal.workshops.queries_kept import kept
from portal.workshops.rules import PROGRAMME

SLIP = "device_request"
PER_PAGE = 30
_PLANNERS, _DESKS = (PROGRAMME, "administrator"), ("librarian", "clerk")
OPEN = (RequestState.ASKED, RequestState.APPROVED, RequestState.HANDED_OUT)


def reach(actor: Actor, column: Any) -> ColumnElement[bool]:
    """Where clause on a column with houses: those in which somebody lends devices."""
    if actor.everywhere(*_PLANNERS):
        return true()
    parts: list[ColumnElement[bool]] = []
    if places := actor.scopes(rules.STAFF, "place"):
        parts.append(column.in_(sorted(places)))
    if districts := actor.scopes(_PLANNERS, "district"):
        parts.append(column.in_(select(Venue.id).where(Venue.district_id.in_(sorted(districts)))))
    if actor.everywhere(*_DESKS):
        parts.append(column.in_(select(RolePlace.venue_id).where(RolePlace.person_id == actor.person_id)))
    return or_(*parts) if parts else false()


def houses(s: Db, actor: Actor | None = None) -> dict[int, Said]:
    """Houses in use with their names, for staff those in which they lend; two selects."""
    wanted = select(Venue.id).where(Venue.closed_at.is_(None))
    if actor is not None:
        wanted = wanted.where(reach(actor, Venue.id))
    return house_names(s, s.scalars(wanted.order_by(Venue.position, Venue.id)))


def house_names(s: Db, ids: Iterable[int]) -> dict[int, Said]:
    """The names of these houses; one select."""
    numbers = list(ids)
    names = texts.load(s, "venue", numbers, ["name"])
    return {number: names.get((number, "name"), Said("–", "en")) for number in numbers}


def place_words(s: Db, venue_id: int) -> dict[str, str] | str:
    """The name of a house in every language, for messages."""
    rows = s.execute(
        select(Wording.lang, Wording.body).where(
            Wording.kind == "venue", Wording.object_id == venue_id, Wording.field == "name"
        )
    )
    return {row.lang: row.body for row in rows} or "–"


def slip_of(number: int) -> str:
    """The code on the slip of a request."""
    return slips.code(SLIP, number)


def by_slip(s: Db, typed: str) -> DeviceRequest | None:
    """The request that a slip's code names."""
    number = slips.read(SLIP, typed)
    if number is None:
        return None
    return s.scalar(select(DeviceRequest).where(DeviceRequest.id == number, DeviceRequest.person_id.is_not(None)))


def open_requests(s: Db, person_id: int) -> int:
    """How many requests of a person are not finished."""
    wanted = select(func.count()).where(DeviceRequest.person_id == person_id, DeviceRequest.state.in_(OPEN))
    return s.scalar(wanted) or 0


def desk_request(s: Db, actor: Actor, request_id: int) -> DeviceRequest | None:
    """A request to a house in which somebody works."""
    return s.scalar(select(DeviceRequest).where(DeviceRequest.id == request_id, reach(actor, DeviceRequest.venue_id)))


def desk_device(s: Db, actor: Actor, device_id: int) -> Device | None:
    """A device of a house in which somebody works."""
    return s.scalar(select(Device).where(Device.id == device_id, reach(actor, Device.venue_id)))


def desk_loan(s: Db, actor: Actor, loan_id: int) -> Loan | None:
    """A loan of a device of a house in which somebody works."""
    wanted = select(Loan).join(Device, Device.id == Loan.device_id)
    return s.scalar(wanted.where(Loan.id == loan_id, reach(actor, Device.venue_id)))


def free_devices(s: Db, venue_id: int) -> dict[int, str]:
    """What can be handed out in a house: number and words."""
    rows = s.scalars(
        select(Device)
        .where(Device.venue_id == venue_id, Device.state == DeviceState.AVAILABLE)
        .order_by(Device.kind, Device.label)
    )
    return {row.id: f"{rules.KIND_NAMES[row.kind]} {row.label}" for row in rows}


def loan_of(s: Db, request_id: int) -> tuple[Loan, Device] | None:
    """The loan that came of a request, with its device."""
    row = s.execute(
        select(Loan, Device).join(Device, Device.id == Loan.device_id).where(Loan.request_id == request_id)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in the staff's list."""

    row: DeviceRequest
    name: str
    house: Said


def requests(s: Db, actor: Actor, *, state: str, venue: int | None, page: int) -> tuple[list[Asked], int]:
    """Requests to somebody's houses, the oldest first, and how many there are; three selects."""
    where = [reach(actor, DeviceRequest.venue_id)]
    if state:
        where.append(DeviceRequest.state == RequestState(state))
    if venue is not None:
        where.append(DeviceRequest.venue_id == venue)
    total = s.scalar(select(func.count()).select_from(DeviceRequest).where(*where)) or 0
    rows = s.execute(
        select(DeviceRequest, Person.name)
        .outerjoin(Person, Person.id == DeviceRequest.person_id)
        .where(*where)
        .order_by(DeviceRequest.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    names = house_names(s, {row[0].venue_id for row in rows})
    return [Asked(row[0], row[1] or "–", names[row[0].venue_id]) for row in rows], total


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the lending register: a device, and who has it until when."""

    device: Device
    loan: Loan | None
    request_id: int | None
    person_id: int | None
    name: str
    house: Said
    overdue: bool


def register(
    s: Db, actor: Actor, today: date, *, q: str = "", state: str = "", venue: int | None = None, page: int = 1,
    most: int = PER_PAGE,
) -> tuple[list[Line], int]:  # fmt: skip
    """Devices of somebody's houses, overdue ones first, then what is due next, and how many there are; three selects."""
    where = [reach(actor, Device.venue_id)]
    if state == "overdue":
        where.append(Loan.due_on < today)
    elif state:
        where.append(Device.state == DeviceState(state))
    else:
        where.append(Device.state != DeviceState.RETIRED)
    if venue is not None:
        where.append(Device.venue_id == venue)
    if q:
        where.append(or_(Device.label.icontains(q, autoescape=True), Person.name.icontains(q, autoescape=True)))
    joined = (
        select(Device, Loan, DeviceRequest.id, DeviceRequest.person_id, Person.name)
        .outerjoin(Loan, and_(Loan.device_id == Device.id, Loan.returned_at.is_(None)))
        .outerjoin(DeviceRequest, DeviceRequest.id == Loan.request_id)
        .outerjoin(Person, Person.id == DeviceRequest.person_id)
        .where(*where)
    )
    total = s.scalar(select(func.count()).select_from(joined.with_only_columns(Device.id).subquery())) or 0
    rows = s.execute(
        joined.order_by(Loan.due_on.is_(None), Loan.due_on, Device.label).limit(most).offset((page - 1) * most)
    ).all()
    names = house_names(s, {row[0].venue_id for row in rows})
    return [
        Line(
            row[0], row[1], row[2], row[3], row[4] or "", names[row[0].venue_id],
            overdue=row[1] is not None and row[1].due_on < today,
        )
        for row in rows
    ], total  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody to be called about a device."""

    loan: Loan
    device: Device
    person_id: int
    name: str
    phone: str


def calls(s: Db, actor: Actor) -> list[ToCall]:
    """Whom somebody's houses have to call, the longest overdue first; two selects."""
    rows = s.execute(
        select(Loan, Device, Person.id, Person.name)
        .join(Device, Device.id == Loan.device_id)
        .join(DeviceRequest, DeviceRequest.id == Loan.request_id)
        .join(Person, Person.id == DeviceRequest.person_id)
        .where(Loan.call_step > 0, Loan.called_at.is_(None), Loan.returned_at.is_(None), reach(actor, Device.venue_id))
        .order_by(Loan.due_on, Loan.id)
        .limit(50)
    ).all()
    ways = reachable(s, [row[2] for row in rows]) if rows else {}
    return [ToCall(row[0], row[1], row[2], row[3], ways[row[2]].phone if row[2] in ways else "") for row in rows]


def mine(s: Db, actor: Actor, _lang: str) -> list[Item]:
    """For "my page": what the reader asked for, newest first. One select."""
    if not kept(s, actor).requests:
        return []
    rows = s.execute(
        select(DeviceRequest.id, DeviceRequest.help, DeviceRequest.state, DeviceRequest.created_at)
        .where(DeviceRequest.person_id == actor.person_id)
        .order_by(DeviceRequest.id.desc())
        .limit(10)
    )
    made = []
    for row in rows:
        slip = {"device_slip": slip_of(row.id)}
        can_end = bool(rules.may_withdraw(row.state))
        made.append(
            Item(
                rules.HELP_NAMES[row.help], "workshops.device_request", slip, state=rules.STATE_NAMES[row.state],
                at=row.created_at, end=("workshops.do_withdraw_device", slip) if can_end else None,
            )
        )  # fmt: skip
    return made


def is_loan(row: DeviceRequest) -> bool:
    """Does somebody ask to borrow?"""
    return row.help is Help.LOAN
