"""What pages and rules need to know about people. Nothing here changes anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, bindparam, func, literal_column, null, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.base import db, ground, marks
from portal.base.actor import ActingFor, Actor, Grant, Scope
from portal.base.feature import Hit, Role
from portal.base.together import Ready, along, ask, first, told
from portal.identity import rules, rules_ways
from portal.identity.models import (
    Absence,
    AgeQuestion,
    Contact,
    Fact,
    FactKind,
    Identity,
    Invitation,
    Person,
    RoleGrant,
    SignIn,
    Way,
)
from portal.identity.models_help import AssistedSession
from portal.identity.models_ways import Mandate, SpentSession
from portal.places.models import Terminal

DESK = ("librarian", "clerk", "administrator")  # the roles that help people


def digest(reference: str) -> str:
    """What the database knows of a session's reference or an invitation's token."""
    return hashlib.sha256(reference.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Living:
    """A living session: who acts, and when it was last seen."""

    actor: Actor
    last_seen_at: datetime


_S, _PERSON, _GRANT, _AWAY = SignIn.__table__.c, Person.__table__.c, RoleGrant.__table__.c, Absence.__table__.c
_M, _SPENT = Mandate.__table__.c, SpentSession.__table__.c
_HELP, _T = AssistedSession.__table__.c, Terminal.__table__.c


def _living(grants: Any, absent: Any, *columns: Any) -> Any:
    """The session with its mandate, helper and house, one line per grant, from one side of the union below."""
    return (
        select(
            _S.id, _S.revoked_at, _S.last_seen_at, _S.idle_seconds, _S.ends_at, _S.acr, _S.staff_ok, _S.scope,
            _PERSON.id.label("person_id"), _PERSON.name, _PERSON.language, _PERSON.closed_at, _PERSON.disabled_at,
            _GRANT.role, _GRANT.scope_kind, _GRANT.scope_id, absent.label("deputy_for"),
            _M.id.label("mandate_id"), _M.principal_id, _M.principal_name, _M.scope.label("mandate_scope"),
            _M.from_day, _M.until_day, _M.confirmed_at, _M.revoked_at.label("mandate_revoked_at"),
            _SPENT.token_hash.label("spent"),
            _S.channel, _S.idle_at, _S.assisted_id, _HELP.helper_id, _HELP.helper_session_id, _HELP.ended_at,
            func.coalesce(_HELP.venue_id, _T.venue_id).label("venue_id"),
        )
        .select_from(grants)
        .where(_S.token_hash == bindparam("digest"), *columns)
    )  # fmt: skip


_MINE = (
    SignIn.__table__.join(Person.__table__, _PERSON.id == _S.person_id)
    .outerjoin(Mandate.__table__, (_M.id == _S.mandate_id) & (_M.agent_id == _S.person_id))
    .outerjoin(SpentSession.__table__, _SPENT.token_hash == _S.token_hash)
    .outerjoin(AssistedSession.__table__, _HELP.id == _S.assisted_id)
    .outerjoin(Terminal.__table__, _T.id == _S.terminal_id)
)
_ABSENT = Person.__table__.alias("absent")
# Built once and without entities: every page of somebody signed in asks it. The second half finds nothing for nearly
# everybody: the roles of those for whom the person stands in now. An absent person's own deputyships pass nothing on,
# and an account that is shut has no deputy.
_LIVING = Ready(_living(
    _MINE.outerjoin(RoleGrant.__table__, _GRANT.person_id == _PERSON.id), null()
).union_all(
    _living(
        _MINE.join(Absence.__table__, _AWAY.deputy_id == _PERSON.id)
        .join(_ABSENT, _ABSENT.c.id == _AWAY.person_id)
        .join(RoleGrant.__table__, _GRANT.person_id == _AWAY.person_id),
        _AWAY.person_id,
        _AWAY.from_at <= bindparam("now"),
        _AWAY.until_at > bindparam("now"),
        _ABSENT.c.closed_at.is_(None),
        _ABSENT.c.disabled_at.is_(None),
        *(_GRANT.role != literal_column(f"'{role}'") for role in sorted(rules.NOT_PASSED_ON)),
    )
))  # fmt: skip


def living(s: Session, reference: str, now: datetime) -> Living | None:
    """The session behind a reference, in one select; None when it is unknown, ended, idle for too long or too old, or
    its account is closed or disabled."""
    if not db.is_sqlite() and not marks.held():  # nearly every page asks them next
        along(marks=marks.asked())
    rows = first(s, (_LIVING, {"digest": digest(reference), "now": now}))[0]
    if (held := told("marks")) is not None:
        marks.keep(held)
    if not rows or any(shut is not None for shut in (rows[0].closed_at, rows[0].disabled_at, rows[0].spent)):
        return None
    row = rows[0]
    if not rules.session_is_good(
        revoked_at=row.revoked_at,
        last_seen_at=row.last_seen_at,
        idle_seconds=row.idle_seconds,
        ends_at=row.ends_at,
        idle_at=row.idle_at,
        now=now,
    ):
        return None
    if row.assisted_id is not None and (row.ended_at is not None or not _may_go_on(s, row.helper_session_id, now)):
        return None
    actor = Actor(
        person_id=row.person_id,
        name=row.name,
        assurance=row.acr,
        session_id=row.id,
        language=row.language or "",
        scope=row.scope,
        acting_for=_acting_for(row, now),
        grants=_grants(rows) if row.staff_ok else frozenset(),
        helped_by=row.helper_id,
        channel=row.channel,
        venue_id=row.venue_id,
    )
    return Living(actor, row.last_seen_at)


def _may_go_on(s: Session, session_id: int, now: datetime) -> bool:
    """Help ends with the helper's own session, however that ended, and with their role; while they help, their own
    session is not idle."""
    wanted = (
        select(_S.id)
        .join(RoleGrant.__table__, _GRANT.person_id == _S.person_id)
        .where(_S.id == session_id, _S.revoked_at.is_(None), _S.ends_at > now)
        .where(_S.staff_ok, _GRANT.role.in_(DESK))
    )
    return s.execute(wanted).first() is not None


def _grants(rows: Iterable[Any]) -> frozenset[Grant]:
    return frozenset(Grant(r.role, r.scope_kind, r.scope_id, r.deputy_for) for r in rows if r.role is not None)


def own_grants(s: Session, person_id: int) -> frozenset[Grant]:
    """The roles that a person holds themselves."""
    return frozenset(
        Grant(*row)
        for row in s.execute(
            select(RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id).where(RoleGrant.person_id == person_id)
        )
    )


def was_here(s: Session, terminal_id: int, issuer: str, auth_time: float | None) -> bool:
    """Has a session at this terminal come from this very sign-in at the provider, or from a later one? Then the
    provider remembered somebody: each fresh sign-in there is later than all before. Both times are the provider's own,
    so no difference of clocks plays a part. One select."""
    if auth_time is None:
        return False
    when = datetime.fromtimestamp(auth_time, UTC)
    known = select(SignIn.id).where(
        SignIn.terminal_id == terminal_id, SignIn.issuer == issuer, SignIn.auth_time >= when
    )
    return s.scalar(known.limit(1)) is not None


def session_row(s: Session, session_id: int | None) -> Row[str, str, datetime | None, int] | None:
    """Provider, level and time of confirmation of a session."""
    wanted = select(SignIn.issuer, SignIn.acr, SignIn.confirmed_at, SignIn.person_id).where(SignIn.id == session_id)
    return s.execute(wanted).first()


def identities(s: Session, person_id: int) -> Sequence[Identity]:
    """A person's ways to sign in, the oldest first."""
    return s.scalars(select(Identity).where(Identity.person_id == person_id).order_by(Identity.id)).all()


def _acting_for(row: Any, now: datetime) -> ActingFor | None:
    """The mandate that this session uses, while it holds."""
    if row.mandate_id is None or not rules_ways.mandate_holds(
        confirmed_at=row.confirmed_at,
        revoked_at=row.mandate_revoked_at,
        from_day=row.from_day,
        until_day=row.until_day,
        today=city_day(now),
    ):
        return None
    return ActingFor(row.mandate_id, row.principal_id, row.principal_name, row.mandate_scope)


def city_day(now: datetime) -> date:
    """The day in the city at an instant."""
    return now.astimezone(ZoneInfo(ground.settings().city.time_zone or "UTC")).date()


def roles_of(s: Session, issuer: str, sub: str) -> frozenset[str]:
    """The staff roles of the person whom a provider knows under this subject."""
    return frozenset(
        s.scalars(
            select(RoleGrant.role)
            .join(Identity, Identity.person_id == RoleGrant.person_id)
            .where(Identity.issuer == issuer, Identity.sub == sub)
        )
    )


def gave_each_other(s: Session, role: str, one: int, other: int, since: datetime) -> bool:
    """Has one of these two people given the other this role since then?"""
    pair = (one, other)
    found = s.scalar(
        select(func.count()).where(
            RoleGrant.role == role, RoleGrant.person_id.in_(pair), RoleGrant.granted_by_id.in_(pair),
            RoleGrant.person_id != RoleGrant.granted_by_id, RoleGrant.at >= since,
        )
    )  # fmt: skip
    return bool(found)


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
_KNOWN = (
    select(_FACT.kind, _FACT.name, _FACT.value, _FACT.source, _FACT.acr, _FACT.verified_at)
    .where(_FACT.expires_at > bindparam("now"))
    .order_by(_FACT.verified_at, _FACT.id)
)
_FACTS = Ready(_KNOWN.where(_FACT.person_id == bindparam("person")))
_WHOSE = select(_S.person_id).where(_S.token_hash == bindparam("digest")).scalar_subquery()
_OWN_FACTS = Ready(_KNOWN.where(_FACT.person_id == _WHOSE))


def facts(s: Session, person_id: int, now: datetime) -> rules.Facts:
    """What is known about a person now. Where several providers speak, the latest word on each thing counts."""
    return facts_told(ask(s, asking_facts(person_id, now))[0])


def asking_facts(person_id: int, now: datetime) -> tuple[Ready, dict[str, Any]]:
    """The question behind `facts`, for those who ask it together with others; `facts_told` reads the answer."""
    return _FACTS, {"person": person_id, "now": now}


def asking_own_facts(reference: str, now: datetime) -> tuple[Ready, dict[str, Any]]:
    """The same question for whom a session belongs to, without knowing who that is."""
    return _OWN_FACTS, {"digest": digest(reference), "now": now}


def facts_told(rows: Sequence[Any]) -> rules.Facts:
    """What the rows of `asking_facts` say."""
    told = [row for row in rows if row.source not in rules_ways.OWN_WAYS] or rows
    last = told[-1] if told else None
    scheme = ground.settings().scheme
    said = [row for row in rows if row.kind is FactKind.RESIDENT and (not scheme or row.name == scheme)]
    strength = rules_ways.strength((row.source, row.acr) for row in said)
    residence = [row.value for row in rows if row.kind is FactKind.RESIDENCE]
    return rules.Facts(
        ages={row.name: row.value == "yes" for row in rows if row.kind is FactKind.AGE},
        residence=residence[-1] if residence else None,
        residents={row.name: row.value for row in rows if row.kind is FactKind.RESIDENT},
        issuer=last.source if last else "",
        acr=last.acr if last else "",
        verified_at=last.verified_at if last else None,
        scheme=scheme,
        weak=strength is rules_ways.Strength.WEAK,
        alone=strength is rules_ways.Strength.ALONE,
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


@dataclass(frozen=True, slots=True)
class Reachable:
    """How a person can be told something: name, language, and the confirmed addresses (empty: none)."""

    person_id: int
    name: str
    language: str
    email: str = ""
    phone: str = ""
    post: str = ""


def reachable(s: Session, person_ids: Iterable[int]) -> dict[int, Reachable]:
    """How these people can be told something, in one select: by confirmed addresses, guests by those they gave. Closed
    accounts are left out."""
    rows = s.execute(
        select(Person.id, Person.name, Person.language, Contact.way, Contact.value)
        .outerjoin(Contact, (Contact.person_id == Person.id) & or_(Contact.confirmed_at.is_not(None), Contact.as_given))
        .where(Person.id.in_(set(person_ids)), Person.closed_at.is_(None))
    ).all()
    ways: dict[int, dict[str, str]] = {}
    for row in rows:
        ways.setdefault(row.id, {}).update({row.way.value: row.value} if row.way is not None else {})
    return {
        row.id: Reachable(
            row.id, row.name, row.language or "",
            ways[row.id].get(Way.EMAIL.value, ""), ways[row.id].get(Way.PHONE.value, ""),
            ways[row.id].get(Way.POST.value, ""),
        )
        for row in rows
    }  # fmt: skip


def public_names(s: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """What public pages show of these people, in one select."""
    rows = s.execute(select(Person.id, Person.name, Person.public_name).where(Person.id.in_(set(person_ids))))
    return {row.id: rules_ways.shown_name(row.name, row.public_name) for row in rows}


@dataclass(frozen=True)
class PeoplePage:
    """A page of the people search."""

    people: Sequence[Person]
    total: int
    page: int
    pages: int


PER_PAGE = 25


def people(s: Session, *, name: str = "", role: str = "", page: int = 1) -> PeoplePage:
    """Staff search: people by part of the name and by role, in the order of their names; three selects. Who has neither
    account nor role, such as guests of workshops, is found by the name alone."""
    where: list[ColumnElement[bool]] = [Person.closed_at.is_(None), Person.once.is_(False)]
    wanted = rules.folded(name)
    if wanted:
        where.append(Person.name_folded.contains(wanted, autoescape=True))
    if role:
        where.append(Person.id.in_(select(RoleGrant.person_id).where(RoleGrant.role == role)))
    elif not wanted:
        accounts = select(Identity.id).where(Identity.person_id == Person.id).exists()
        where.append(accounts | select(RoleGrant.id).where(RoleGrant.person_id == Person.id).exists())
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


def signs_in(s: Session, person_id: int) -> bool:
    """Has this person an account: a provider, or an address by which one signs in? One select."""
    return s.scalar(select(Identity.id).where(Identity.person_id == person_id).limit(1)) is not None


def person(s: Session, person_id: int) -> Person | None:
    """A person with roles, who granted them, and identities; for the staff page. Three selects."""
    return s.scalars(
        select(Person)
        .where(Person.id == person_id)
        .options(selectinload(Person.roles).joinedload(RoleGrant.granted_by), selectinload(Person.identities))
    ).first()


def people_of_person(s: Session, person_id: int) -> list[int]:
    """Whom a page about a person is about; nobody where there is no such person."""
    found = s.scalar(select(Person.id).where(Person.id == person_id))
    return [] if found is None else [found]


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


def scope_names(s: Session, lang: str) -> dict[str, dict[int, Hit]]:
    """Everything that a role can be limited to, by kind and number; each feature says what it has."""
    found: dict[str, dict[int, Hit]] = {}
    for feature in ground.current().features:
        for kind, names in feature.scopes.items():
            found.setdefault(kind, {}).update(names(s, lang))
    return {kind: found[kind] for kind in rules.SCOPE_KINDS if found.get(kind)}


def staff_people(s: Session) -> Sequence[Person]:
    """Everybody who has a role of their own and an open account, in the order of their names."""
    return s.scalars(
        select(Person)
        .where(Person.id.in_(select(RoleGrant.person_id)), Person.closed_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Person.name_folded, Person.id)
    ).all()


def absences(s: Session, person_id: int, now: datetime) -> Sequence[Absence]:
    """A person's absences that are not over, with their deputies; one select."""
    return s.scalars(
        select(Absence)
        .where(Absence.person_id == person_id, Absence.until_at > now)
        .options(joinedload(Absence.deputy))
        .order_by(Absence.from_at, Absence.id)
    ).all()


def standing_in(s: Session, person_id: int, now: datetime) -> Sequence[Absence]:
    """For whom a person stands in now, with those people; one select."""
    return s.scalars(
        select(Absence)
        .where(Absence.deputy_id == person_id, Absence.from_at <= now, Absence.until_at > now)
        .options(joinedload(Absence.person))
        .order_by(Absence.until_at, Absence.id)
    ).all()


def in_charge(s: Session, roles: Iterable[str], now: datetime, scope: Scope | None = None) -> list[int]:
    """Who is told that work waits, or is due, for one of these roles in this scope (None: anywhere): everybody who
    holds it, and in place of those who are away their deputies. Two selects; in ascending order of numbers."""
    rows = s.execute(
        select(RoleGrant.person_id, RoleGrant.role, RoleGrant.scope_kind, RoleGrant.scope_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role.in_(set(roles)), Person.closed_at.is_(None), Person.disabled_at.is_(None))
    ).all()
    fit = [r for r in rows if scope is None or Grant(r.role, r.scope_kind, r.scope_id).covers(scope)]
    deputies: dict[int, set[int]] = {}
    for absent, deputy in s.execute(
        select(Absence.person_id, Absence.deputy_id)
        .join(Person, Person.id == Absence.deputy_id)
        .where(
            Absence.person_id.in_({r.person_id for r in fit}),
            Absence.from_at <= now,
            Absence.until_at > now,
            Person.closed_at.is_(None),
            Person.disabled_at.is_(None),
        )
    ):
        deputies.setdefault(absent, set()).add(deputy)
    told: set[int] = set()
    for row in fit:
        passed_on = row.role not in rules.NOT_PASSED_ON
        told |= deputies.get(row.person_id, {row.person_id}) if passed_on else {row.person_id}
    return sorted(told)
