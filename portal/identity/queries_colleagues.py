"""Who works for the city now, and in whose place."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.actor import Grant
from portal.identity import rules
from portal.identity.models import Absence, Person, RoleGrant


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with roles: their own, and those they hold as a deputy. `stands_in_for`: the names of those who are away;
    `deputies`: who does this person's work, empty for somebody who is there."""

    person_id: int
    name: str
    language: str
    grants: frozenset[Grant]
    stands_in_for: tuple[str, ...] = ()
    deputies: frozenset[int] = field(default_factory=frozenset)


def colleagues(s: Session, now: datetime) -> dict[int, Colleague]:
    """Everybody with a role and an open account, by number; two selects. What a deputy holds is what the session of
    that deputy would hold (queries.living)."""
    rows = s.execute(
        select(Person.id, Person.name, Person.language, RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.closed_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Person.id)
    ).all()
    found: dict[int, Colleague] = {}
    for row in rows:
        grant = Grant(row.role, row.scope_kind, row.scope_id)
        known = found.get(row.id) or Colleague(row.id, row.name, row.language or "", frozenset())
        found[row.id] = replace(known, grants=known.grants | {grant})
    away = s.execute(
        select(Absence.person_id, Absence.deputy_id, Person.name, Person.language)
        .join(Person, Person.id == Absence.deputy_id)
        .where(
            Absence.person_id.in_(list(found)),
            Absence.from_at <= now,
            Absence.until_at > now,
            Person.closed_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Absence.id)
    ).all()
    own = {person_id: one.grants for person_id, one in found.items()}
    for absent_id, deputy_id, name, language in away:
        absent = found[absent_id]
        passed_on = frozenset(
            replace(grant, deputy_for=absent_id) for grant in own[absent_id] if grant.role not in rules.NOT_PASSED_ON
        )
        deputy = found.get(deputy_id) or Colleague(deputy_id, name, language or "", frozenset())
        found[deputy_id] = replace(
            deputy, grants=deputy.grants | passed_on, stands_in_for=(*deputy.stands_in_for, absent.name)
        )
        found[absent_id] = replace(found[absent_id], deputies=found[absent_id].deputies | {deputy_id})
    return found
