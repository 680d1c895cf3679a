"""What the pages of settings, proofs, counters and mandates read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, selectinload

from portal.base.actor import Actor
from portal.base.feature import Mine
from portal.base.ground import current, settings
from portal.base.i18n import Text, _l, use_locale
from portal.base.mail import Outgoing
from portal.base.verdict import Verdict
from portal.config import LANGUAGES, key_of
from portal.identity import codes, queries, rules, rules_confirm, rules_ways
from portal.identity.models import Contact, Fact, Identity, Person, RoleGrant, Way
from portal.identity.models_ways import DeskCode, MailCode, Mandate, PaperCode, PaperKind, SealedNumber
from portal.places.queries import department_names

COUNCIL, HALL = _l("City council"), _l("City hall")  # nobody goes by these names, in whatever language


@dataclass(frozen=True)
class Own:
    """What a person settles about themselves."""

    person: Person
    contacts: dict[Way, Contact]
    identities: Sequence[Identity]
    shown: str


def own(s: Session, actor: Actor) -> Own:
    """The settings page; three selects."""
    person = s.scalars(
        select(Person).where(Person.id == actor.person_id).options(selectinload(Person.identities))
    ).one()
    contacts = s.scalars(select(Contact).where(Contact.person_id == person.id)).all()
    return Own(
        person,
        {row.way: row for row in contacts},
        sorted(person.identities, key=lambda one: one.id),
        rules_ways.shown_name(person.name, person.public_name),
    )


def is_confirmed(s: Session, session_id: int | None, act: str, now: datetime) -> bool:
    """Is this session fresh and strong enough for an act of rules_confirm? One select."""
    row = queries.session_row(s, session_id)
    provider = next((p for p in settings().providers if row is not None and p.issuer == row.issuer), None)
    return row is not None and rules_confirm.confirmed(provider, row.acr, row.confirmed_at, act, now)


def may_be_shown(s: Session, name: str, person_id: int | None) -> Verdict:
    """May this person call themselves so in public? Three selects."""
    staff = s.execute(
        select(Person.name, Person.public_name)
        .where(Person.id.in_(select(RoleGrant.person_id)), Person.id != (person_id or 0))
        .order_by(Person.id)
    ).all()
    return rules_ways.may_be_shown(name, offices=_offices(s), staff=[one for row in staff for one in row])


def may_be_a_guests(s: Session, name: str) -> Verdict:
    """May somebody without an account go by this name? Not by one that sounds like the city; that somebody of the staff
    is called the same is no fault of theirs. Two selects."""
    return rules_ways.may_be_shown(name, offices=_offices(s), staff=())


def _offices(s: Session) -> list[str]:
    """What the city, its roles and its departments are called, in every language. Two selects."""
    offices = [settings().city.name]
    for lang in LANGUAGES:
        with use_locale(lang):
            offices += [str(role.label) for role in queries.known_roles()]
            offices += [str(one) for one in (COUNCIL, HALL)]
    return offices + department_names(s)


def own_address(s: Session, person_id: int | None) -> str:
    """The address by which a person signs in, as they wrote it; empty where they do not sign in by e-mail."""
    sub = s.scalar(select(Identity.sub).where(Identity.person_id == person_id, Identity.issuer == rules_ways.EMAIL))
    if not sub:
        return ""
    written = s.scalar(
        select(Contact.value).where(
            Contact.person_id == person_id, Contact.way == Way.EMAIL, Contact.value_folded == sub
        )
    )
    return written or sub


def mail_code(s: Session, code_id: int | None) -> MailCode | None:
    """The row of a code that this browser asked for."""
    return s.get(MailCode, code_id) if isinstance(code_id, int) else None


def demo_mail(s: Session, address: str) -> str:
    """The newest mail to an address, in the demo only: no mail leaves it."""
    if not settings().demo:
        return ""
    return (
        s.scalar(select(Outgoing.body).where(Outgoing.recipient == address).order_by(Outgoing.id.desc()).limit(1)) or ""
    )


@dataclass(frozen=True)
class Residence:
    """How surely the city knows where somebody lives, and what waits."""

    facts: Sequence[Fact]
    joined: str  # by which own way the number was proved; empty: by none
    letter_asked: datetime | None
    letter_printed: datetime | None


def residence(s: Session, actor: Actor, now: datetime) -> Residence:
    """The page on one's residence; three selects."""
    facts = s.scalars(
        select(Fact).where(Fact.person_id == actor.person_id, Fact.expires_at > now).order_by(Fact.kind, Fact.id)
    ).all()
    joined = s.scalar(select(SealedNumber.source).where(SealedNumber.person_id == actor.person_id))
    letter = s.execute(
        select(PaperCode.asked_at, PaperCode.printed_at)
        .where(PaperCode.person_id == actor.person_id, PaperCode.kind == PaperKind.LETTER, PaperCode.used_at.is_(None))
        .order_by(PaperCode.id.desc())
        .limit(1)
    ).first()
    return Residence(facts, joined or "", letter.asked_at if letter else None, letter.printed_at if letter else None)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whom a counter found."""

    person_id: int
    name: str  # empty where an address led here: whoever knows that is not told whose it is


def at_counter(s: Session, typed: str, now: datetime) -> Found | None:
    """The person of a short code or of an e-mail address by which they sign in or are reached."""
    wanted = select(Person.id, Person.name).where(Person.closed_at.is_(None), Person.once.is_(False))
    if "@" in typed:
        folded = rules_ways.folded_address(typed)
        by_mail = select(Contact.person_id).where(
            Contact.way == Way.EMAIL, Contact.value_folded == folded, Contact.confirmed_at.is_not(None)
        )
        rows = s.execute(wanted.where(Person.id.in_(by_mail)).limit(2)).all()
    else:
        hashed = codes.keyed(key_of(settings(), "codes"), "desk", codes.read(typed))
        rows = s.execute(
            wanted.join(DeskCode, DeskCode.person_id == Person.id).where(
                DeskCode.code_hash == hashed, DeskCode.expires_at > now
            )
        ).all()
    return Found(rows[0].id, "" if "@" in typed else rows[0].name) if len(rows) == 1 else None


def used(s: Session, number: str) -> list[Text]:
    """Where the resident with this number has voted already: day and channel, never a choice."""
    hashed = rules.resident_hash(key_of(settings(), "resident"), settings().scheme, number)
    return [said for one in current().features if one.used is not None for said in one.used(s, hashed)]


def slips(s: Session, start: datetime, end: datetime) -> list[tuple[PaperCode, str, str]]:
    """The codes that counters gave between two moments, with the names of the first and the second clerk; one select."""
    first, second = aliased(Person), aliased(Person)
    rows = s.execute(
        select(PaperCode, first.name, second.name)
        .outerjoin(first, first.id == PaperCode.given_by_id)
        .outerjoin(second, second.id == PaperCode.second_id)
        .where(PaperCode.kind == PaperKind.SLIP, PaperCode.asked_at >= start, PaperCode.asked_at < end)
        .order_by(PaperCode.id.desc())
    ).all()
    return [(row[0], row[1] or "", row[2] or "") for row in rows]


@dataclass(frozen=True)
class Mandates:
    """Mandates of a person: those under which they act, and those by which others act for them."""

    mine: Sequence[Mandate]
    given: Sequence[Mandate]


def mandates(s: Session, actor: Actor) -> Mandates:
    """Every mandate and request of a person that is not revoked; two selects."""
    rows = s.scalars(
        select(Mandate)
        .where(
            (Mandate.agent_id == actor.person_id) | (Mandate.principal_id == actor.person_id),
            Mandate.revoked_at.is_(None),
        )
        .options(selectinload(Mandate.agent))
        .order_by(Mandate.id.desc())
    ).all()
    return Mandates(
        [row for row in rows if row.agent_id == actor.person_id],
        [row for row in rows if row.principal_id == actor.person_id],
    )


def agent(s: Session, person_id: int) -> str:
    """The name of somebody who asks to act for another."""
    return s.scalar(select(Person.name).where(Person.id == person_id)) or ""


def parts() -> list[Mine]:
    """Parts of "my page" of all features that are on, in their order."""
    return sorted((part for feature in current().features for part in feature.mine), key=lambda part: part.order)


def appointments(s: Session) -> tuple[str, dict[str, Any]] | None:
    """The page on which a time at an office can be booked now, from the wing that offers it; None where there is none."""
    for feature in current().features:
        found = feature.appointments(s) if feature.appointments is not None else None
        if found is not None:
            return found
    return None
