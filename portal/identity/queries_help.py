"""What the pages of help read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.base.actor import Actor
from portal.base.ground import settings
from portal.identity.models import Person, SignIn
from portal.identity.models_help import AssistedSession, HandOver, RolePlace
from portal.identity.models_ways import SealedNumber
from portal.places.queries import VenueRow, venues


def places_of(s: Session, person_id: int | None) -> frozenset[int]:
    """The houses at which somebody's desk roles count by name."""
    return frozenset(s.scalars(select(RolePlace.venue_id).where(RolePlace.person_id == person_id)))


def own_venues(s: Session, actor: Actor) -> list[VenueRow]:
    """The houses in use where the actor's role counts: an administrator's counts in all; three selects."""
    rows = venues(s)
    if actor.may("administrator"):
        return rows
    named = places_of(s, actor.person_id)
    return [row for row in rows if row.id in named]


def by_number(s: Session, blind: str) -> int | None:
    """The person whose account is joined with a number of the register."""
    return s.scalar(
        select(SealedNumber.person_id)
        .join(Person, Person.id == SealedNumber.person_id)
        .where(SealedNumber.scheme == settings().scheme, SealedNumber.blind == blind, Person.closed_at.is_(None))
    )


def person(s: Session, person_id: int | None) -> Person | None:
    """Somebody who can be helped."""
    return s.scalars(select(Person).where(Person.id == person_id, Person.once.is_(False))).first()


def help_of(s: Session, actor: Actor) -> AssistedSession | None:
    """The help under which the actor's session acts."""
    wanted = select(AssistedSession).join(SignIn, SignIn.assisted_id == AssistedSession.id)
    return s.scalars(wanted.where(SignIn.id == actor.session_id)).first()


def helped(s: Session, person_id: int | None, most: int = 20) -> Sequence[AssistedSession]:
    """When somebody was helped, the newest first, with who helped."""
    return s.scalars(
        select(AssistedSession)
        .where(AssistedSession.person_id == person_id)
        .order_by(AssistedSession.id.desc())
        .limit(most)
        .options(selectinload(AssistedSession.helper))
    ).all()


def handed_over(s: Session, code_hash: str) -> HandOver | None:
    """The hand-over of a number."""
    return s.scalars(select(HandOver).where(HandOver.code_hash == code_hash)).first()


def names(rows: Collection[VenueRow]) -> list[tuple[Any, Any] | tuple[Any, Any, Any]]:
    """Choices of a form."""
    return [(row.id, row.name) for row in rows]
