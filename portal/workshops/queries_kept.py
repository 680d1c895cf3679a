"""Whether somebody has anything at all in the wing: most people have not, and their own page asks no more then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session as Db

from portal.base import db
from portal.base.actor import Actor
from portal.workshops.models import Booking, Interest
from portal.workshops.models_devices import DeviceRequest


@dataclass(frozen=True, slots=True)
class Kept:
    """What there is of a person."""

    bookings: bool
    wishes: bool
    requests: bool


def kept(s: Db, actor: Actor) -> Kept:
    """What there is of the reader, or of the one for whom they act. One select in a request, however often asked."""
    person = actor.acting_for.person_id if actor.acting_for is not None else None
    known = [number for number in (actor.person_id, person) if number is not None]
    name = f"workshops.kept.{known}"
    found: Kept | None = db.notes().get(name)
    if found is None:
        row = s.execute(
            select(
                exists().where(Booking.person_id.in_(known)),
                exists().where(Interest.person_id.in_(known)),
                exists().where(DeviceRequest.person_id.in_(known)),
            )
        ).one()
        found = db.notes()[name] = Kept(bool(row[0]), bool(row[1]), bool(row[2]))
    return found
