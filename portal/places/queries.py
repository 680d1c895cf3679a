"""Districts and venues as pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import texts
from portal.base.texts import Said
from portal.places.models import District, Venue


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """A district with its name in the reader's language."""

    id: int
    code: str
    name: Said
    closed: bool = False


@dataclass(frozen=True, slots=True)
class VenueRow:
    """A venue with its name in the reader's language."""

    id: int
    name: Said
    address: str
    district_id: int | None
    latitude: float | None
    longitude: float | None


def districts(s: Session, *, closed: bool = False) -> list[DistrictRow]:
    """The city's districts in their order, two selects. `closed`: also those no longer used."""
    wanted = select(District).order_by(District.position, District.code)
    if not closed:
        wanted = wanted.where(District.closed_at.is_(None))
    rows = s.scalars(wanted).all()
    names = texts.load(s, "district", [row.id for row in rows], ["name"])
    return [
        DistrictRow(row.id, row.code, names.get((row.id, "name"), Said(row.code, "en")), row.closed_at is not None)
        for row in rows
    ]


def district_codes(s: Session) -> list[str]:
    """Codes of the districts in use."""
    return list(s.scalars(select(District.code).where(District.closed_at.is_(None)).order_by(District.code)))


def district_names(s: Session) -> dict[str, Said]:
    """Names by code, those of closed districts too: old facts and budgets speak of them."""
    return {row.code: row.name for row in districts(s, closed=True)}


def district(s: Session, district_id: int) -> District | None:
    """One district."""
    return s.get(District, district_id)


def venues(s: Session) -> Sequence[VenueRow]:
    """The venues in use, two selects."""
    rows = s.scalars(select(Venue).where(Venue.closed_at.is_(None)).order_by(Venue.position, Venue.id)).all()
    names = texts.load(s, "venue", [row.id for row in rows], ["name"])
    return [
        VenueRow(
            row.id,
            names.get((row.id, "name"), Said(row.address, "en")),
            row.address,
            row.district_id,
            row.latitude,
            row.longitude,
        )
        for row in rows
    ]
