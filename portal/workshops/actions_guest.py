"""Guests: people without an account, known by a name and, where they give one, a way to be told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from portal.base import db
from portal.base.actor import Actor
from portal.identity import actions_help, rules_ways
from portal.identity.models import Contact, Person, Way


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
