"""What pages and rules need to know about people. Nothing here changes anything."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session, selectinload

from portal.base import ground
from portal.base.actor import Actor
from portal.base.feature import Role
from portal.identity import rules
from portal.identity.models import AgeQuestion, Fact, FactKind, Identity, Invitation, Person, RoleGrant, SignIn


def digest(reference: str) -> str:
    """What the database knows of a session's reference or an invitation's token."""
    return hashlib.sha256(reference.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Living:
    """A living session: who acts, and when it was last seen."""

    actor: Actor
    last_seen_at: datetime


_S, _PERSON, _GRANT = SignIn.__table__.c, Person.__table__.c, RoleGrant.__table__.c
# Built once and without entities: every page of somebody signed in asks it.
_LIVING = (
    select(
        _S.id, _S.revoked_at, _S.last_seen_at, _S.idle_seconds, _S.ends_at, _S.acr, _S.staff_ok,
        _PERSON.id.label("person_id"), _PERSON.name, _PERSON.language, _PERSON.closed_at, _GRANT.role,
    )
    .select_from(SignIn.__table__)
    .join(Person.__table__, _PERSON.id == _S.person_id)
    .outerjoin(RoleGrant.__table__, _GRANT.person_id == _PERSON.id)
    .where(_S.token_hash == bindparam("digest"))
)  # fmt: skip


def living(s: Session, reference: str, now: datetime) -> Living | None:
    """The session behind a reference, in one select; None when it is unknown, ended, idle for too long or too old."""
    rows = s.execute(_LIVING, {"digest": digest(reference)}).all()
    if not rows or rows[0].closed_at is not None:
        return None
    row = rows[0]
    if not rules.session_is_good(
        revoked_at=row.revoked_at,
        last_seen_at=row.last_seen_at,
        idle_seconds=row.idle_seconds,
        ends_at=row.ends_at,
        now=now,
    ):
        return None
    actor = Actor(
        person_id=row.person_id,
        name=row.name,
        roles=frozenset(r.role for r in rows if r.role is not None) if row.staff_ok else frozenset(),
        assurance=row.acr,
        session_id=row.id,
        language=row.language or "",
    )
    return Living(actor, row.last_seen_at)


def roles_of(s: Session, issuer: str, sub: str) -> frozenset[str]:
    """The staff roles of the person whom a provider knows under this subject."""
    return frozenset(
        s.scalars(
            select(RoleGrant.role)
            .join(Identity, Identity.person_id == RoleGrant.person_id)
            .where(Identity.issuer == issuer, Identity.sub == sub)
        )
    )


def age_rules(s: Session, today: date) -> list[rules.AgeRule]:
    """The age rules in force: those that votes have asked for, and the city's own ages as of today."""
    asked = s.execute(
        select(AgeQuestion.years, AgeQuestion.on_day)
        .where(AgeQuestion.until_day >= today)
        .order_by(AgeQuestion.years, AgeQuestion.on_day)
    ).all()
    found = [rules.AgeRule(years, on) for years, on in asked]
    found += [rules.AgeRule(years, today) for years in ground.settings().age_rules]
    return list(dict.fromkeys(found))


_FACT = Fact.__table__.c
_FACTS = (
    select(_FACT.kind, _FACT.name, _FACT.value, _FACT.source, _FACT.acr, _FACT.verified_at)
    .where(_FACT.person_id == bindparam("person"), _FACT.expires_at > bindparam("now"))
    .order_by(_FACT.verified_at, _FACT.id)
)


def facts(s: Session, person_id: int, now: datetime) -> rules.Facts:
    """What is known about a person now. Where several providers speak, the latest word on each thing counts."""
    rows = s.execute(_FACTS, {"person": person_id, "now": now}).all()
    last = rows[-1] if rows else None
    residence = [row.value for row in rows if row.kind is FactKind.RESIDENCE]
    return rules.Facts(
        ages={row.name: row.value == "yes" for row in rows if row.kind is FactKind.AGE},
        residence=residence[-1] if residence else None,
        residents={row.name: row.value for row in rows if row.kind is FactKind.RESIDENT},
        issuer=last.source if last else "",
        acr=last.acr if last else "",
        verified_at=last.verified_at if last else None,
    )


@dataclass(frozen=True)
class Account:
    """What the account page shows."""

    person: Person
    facts: Sequence[Fact]
    sessions: Sequence[SignIn]
    roles: Sequence[str]
    staff_ok: bool


def account(s: Session, actor: Actor, now: datetime) -> Account:
    """A person's own page: facts, living sessions, roles; four selects."""
    person = s.scalars(
        select(Person)
        .where(Person.id == actor.person_id)
        .options(selectinload(Person.identities), selectinload(Person.roles))
    ).one()
    facts = s.scalars(
        select(Fact)
        .where(Fact.person_id == person.id, Fact.expires_at > now)
        .order_by(Fact.kind, Fact.name, Fact.source)
    ).all()
    alive = [
        row
        for row in s.scalars(
            select(SignIn)
            .where(SignIn.person_id == person.id, SignIn.revoked_at.is_(None), SignIn.ends_at > now)
            .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
        )
        if rules.session_is_good(
            revoked_at=row.revoked_at,
            last_seen_at=row.last_seen_at,
            idle_seconds=row.idle_seconds,
            ends_at=row.ends_at,
            now=now,
        )
    ]
    here = next((row for row in alive if row.id == actor.session_id), None)
    return Account(person, facts, alive, sorted(r.role for r in person.roles), here.staff_ok if here else False)


def invitation(s: Session, token: str) -> Invitation | None:
    """The invitation behind a link's token."""
    return s.scalars(select(Invitation).where(Invitation.token_hash == digest(token))).first()


@dataclass(frozen=True)
class PeoplePage:
    """A page of the people search."""

    people: Sequence[Person]
    total: int
    page: int
    pages: int


PER_PAGE = 25


def people(s: Session, *, name: str = "", role: str = "", page: int = 1) -> PeoplePage:
    """Staff search: people by part of the name and by role, in the order of their names; three selects."""
    where: list[ColumnElement[bool]] = [Person.closed_at.is_(None)]
    wanted = rules.folded(name)
    if wanted:
        where.append(Person.name_folded.contains(wanted, autoescape=True))
    if role:
        where.append(Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role == role)))
    total = s.scalar(select(func.count()).select_from(Person).where(*where)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, page), pages)
    found = s.scalars(
        select(Person)
        .where(*where)
        .options(selectinload(Person.roles))
        .order_by(Person.name_folded, Person.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    return PeoplePage(found, total, page, pages)


def person(s: Session, person_id: int) -> Person | None:
    """A person with roles, who granted them, and identities; for the staff page."""
    return s.scalars(
        select(Person)
        .where(Person.id == person_id)
        .options(selectinload(Person.roles).selectinload(RoleGrant.granted_by), selectinload(Person.identities))
    ).first()


def known_roles() -> list[Role]:
    """Every staff role that a feature declares, in the order of the features."""
    found: dict[str, Role] = {}
    for feature in ground.current().features:
        for role in feature.roles:
            found.setdefault(role.name, role)
    return list(found.values())


def has_administrator(s: Session) -> bool:
    """Does anybody administer this city yet?"""
    return s.scalar(select(func.count()).select_from(RoleGrant).where(RoleGrant.role == "administrator")) != 0
