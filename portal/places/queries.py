"""Districts, departments and venues as pages need them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import texts
from portal.base.feature import Hit
from portal.base.normal import normalise
from portal.base.texts import Said
from portal.places.models import Department, District, Venue
from portal.places.queries_plan import on_earth
from portal.places.rules import Spot, spot_of


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """A district with its name in the reader's language."""

    id: int
    code: str
    name: Said
    closed: bool = False
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A venue with its name in the reader's language."""

    id: int
    name: Said
    address: str
    district_id: int | None
    latitude: float | None
    longitude: float | None
    x: float | None = None
    y: float | None = None
    step_free: bool | None = None  # None: not known
    hours: Said | None = None
    closed: bool = False


def districts(s: Session, *, closed: bool = False) -> list[DistrictRow]:
    """The city's districts in their order, two selects. `closed`: also those no longer used."""
    wanted = select(District).order_by(District.position, District.code)
    if not closed:
        wanted = wanted.where(District.closed_at.is_(None))
    rows = s.scalars(wanted).all()
    names = texts.load(s, "district", [row.id for row in rows], ["name"])
    return [
        DistrictRow(
            row.id,
            row.code,
            names.get((row.id, "name"), Said(row.code, "en")),
            row.closed_at is not None,
            row.x,
            row.y,
        )
        for row in rows
    ]


def district_codes(s: Session) -> list[str]:
    """Codes of the districts in use."""
    return list(s.scalars(select(District.code).where(District.closed_at.is_(None)).order_by(District.code)))


def district_names(s: Session) -> dict[str, Said]:
    """Names by code, those of closed districts too: old facts and budgets speak of them."""
    return {row.code: row.name for row in districts(s, closed=True)}


def departments(s: Session, *, closed: bool = False) -> list[DistrictRow]:
    """The administration's departments in their order, two selects; the rows are like those of districts."""
    wanted = select(Department).order_by(Department.position, Department.code)
    if not closed:
        wanted = wanted.where(Department.closed_at.is_(None))
    rows = s.scalars(wanted).all()
    names = texts.load(s, "department", [row.id for row in rows], ["name"])
    return [
        DistrictRow(row.id, row.code, names.get((row.id, "name"), Said(row.code, "en")), row.closed_at is not None)
        for row in rows
    ]


def district_scopes(s: Session, _lang: str) -> dict[int, Hit]:
    """The districts that a role can be limited to; those out of use too, for old grants speak of them."""
    return {row.id: Hit(row.name.body, row.name.lang, "") for row in districts(s, closed=True)}


def department_names(s: Session) -> list[str]:
    """What the administration's departments are called, in every language; one select."""
    wanted = select(texts.Wording.body).where(texts.Wording.kind == "department", texts.Wording.field == "name")
    return list(s.scalars(wanted.order_by(texts.Wording.object_id, texts.Wording.lang)))


def department_scopes(s: Session, _lang: str) -> dict[int, Hit]:
    """The departments that a role can be limited to."""
    return {row.id: Hit(row.name.body, row.name.lang, "") for row in departments(s, closed=True)}


def place_scopes(s: Session, _lang: str) -> dict[int, Hit]:
    """The venues that a role can be limited to."""
    return {row.id: Hit(row.name.body, row.name.lang, "") for row in venues(s, closed=True)}


def department(s: Session, department_id: int) -> Department | None:
    """One department."""
    return s.get(Department, department_id)


def district(s: Session, district_id: int) -> District | None:
    """One district."""
    return s.get(District, district_id)


def venue(s: Session, venue_id: int) -> Venue | None:
    """One venue, also one out of use."""
    return s.get(Venue, venue_id)


def venues(s: Session, *, closed: bool = False, words: str = "") -> list[VenueRow]:
    """The venues in their order, two selects. `closed`: also those no longer used. `words`: only those whose name in
    any language or whose address has all of them, accents and capitals aside."""
    wanted = select(Venue).order_by(Venue.position, Venue.id)
    if not closed:
        wanted = wanted.where(Venue.closed_at.is_(None))
    rows = s.scalars(wanted).all()
    if words.strip():
        asked, called = normalise(words).split(), _called(s)
        rows = [row for row in rows if _fits(asked, f"{row.address} {called.get(row.id, '')}")]
    said = texts.load(s, "venue", [row.id for row in rows], ["name", "hours"])
    return [
        VenueRow(
            row.id,
            said.get((row.id, "name"), Said(row.address, "en")),
            row.address,
            row.district_id,
            row.latitude,
            row.longitude,
            x=row.x,
            y=row.y,
            step_free=row.step_free,
            hours=said.get((row.id, "hours")),
            closed=row.closed_at is not None,
        )
        for row in rows
    ]


def _called(s: Session) -> dict[int, str]:
    """What each venue is called, in all languages at once. A city has hundreds of venues at most."""
    found: dict[int, str] = {}
    for object_id, body in s.execute(
        select(texts.Wording.object_id, texts.Wording.body).where(
            texts.Wording.kind == "venue", texts.Wording.field == "name"
        )
    ):
        found[object_id] = f"{found.get(object_id, '')} {body}"
    return found


def _fits(asked: list[str], text: str) -> bool:
    folded = normalise(text)
    return all(word in folded for word in asked)


def spots(s: Session) -> list[tuple[str, Said, Spot]]:
    """Everything whose place on the plan is known: (key, name in the reader's language, spot). Four selects. Where the
    plan is made of map tiles, a venue's place on earth is enough."""
    rows: list[tuple[str, DistrictRow | VenueRow, Spot | None]] = [("district", d, spot_of(d)) for d in districts(s)]
    rows += [("venue", v, spot_of(v) or _on_earth(v)) for v in venues(s)]
    return [(f"{kind}-{row.id}", row.name, spot) for kind, row, spot in rows if spot is not None]


def _on_earth(row: VenueRow) -> Spot | None:
    return None if row.latitude is None or row.longitude is None else on_earth(row.longitude, row.latitude)
