"""Guests: people without an account, known by a name and, where they give one, a way to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.base import clock, db
from portal.base.actor import Actor
from portal.identity import actions_help, rules_ways
from portal.identity.models import Contact, Identity, Person, Way
from portal.workshops.models import Booking, Interest
from portal.workshops.models_devices import DeviceRequest


def make(actor: Actor, *, name: str, language: str, way: Way | None, value: str, now: datetime) -> Person:
    """A guest, told in `language` by this way and no other; without a way they come back with their slip. What they gave
    is used as it was given and proves nothing: whoever has an account with that address is not reached through it."""
    s = db.session()
    person = actions_help.make_guest(s, actor, name, language, now)
    if way is not None and value:
        give_way(person.id, way, value, now)
    return person


def give_way(person_id: int, way: Way, value: str, now: datetime) -> None:
    """A guest says how to be told; what they said before for the same way is replaced."""
    s = db.session()
    s.execute(delete(Contact).where(Contact.person_id == person_id, Contact.way == way, Contact.as_given))
    s.add(
        Contact(
            person_id=person_id, way=way, value=value, value_folded=rules_ways.folded_address(value), created_at=now,
            as_given=True,
        )
    )  # fmt: skip
    s.flush()


def forget(s: Session, ids: Sequence[int]) -> int:
    """Guests among these without any booking, wish or request for a device left have no name and no address any more.
    Whoever has an account by now is no guest. Returns how many."""
    still = select(Booking.person_id).where(Booking.person_id.is_not(None))
    wishes = select(Interest.person_id)
    asked = select(DeviceRequest.person_id).where(DeviceRequest.person_id.is_not(None))
    known = select(Identity.person_id)
    gone = list(
        s.scalars(
            select(Person.id).where(
                Person.id.in_(ids),
                Person.id.not_in(still),
                Person.id.not_in(wishes),
                Person.id.not_in(asked),
                Person.id.not_in(known),
            )
        )
    )
    s.execute(delete(Contact).where(Contact.person_id.in_(gone)))
    s.execute(
        update(Person)
        .where(Person.id.in_(gone))
        .values(name="–", name_folded="", public_name="", closed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return len(gone)
