"""Proving which resident somebody is: the number under lock, the facts with their origin, and the rotation of keys.

All ways lead to the same keyed hash of the number in the city's own scheme, so one resident is one entry of a roll.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db, jobs
from portal.base.actor import SYSTEM, Actor
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.config import key_of
from portal.identity import actions_codes, codes, keyring, queries, rules, rules_ways, sealed
from portal.identity.models import Fact, FactKind, Person
from portal.identity.models_ways import CounterProof, DeskCode, PaperCode, SealedNumber

Row = SealedNumber | PaperCode
BATCH = 100


def blind(number: str) -> str:
    """The keyed index under which a number of the city's scheme is found again."""
    site = settings()
    return sealed.blind(key_of(site, "number-index"), site.scheme, rules.plain_number(number))


def seal_into(s: Session, row: Row, number: str) -> None:
    """Store a number in a new row, encrypted and bound to it: the row gets its own number first."""
    ring = keyring.load(settings().keys)
    row.key, row.ciphertext = ring.current, b""
    s.add(row)
    s.flush()
    row.ciphertext = _sealed(ring, row, number)
    s.flush()


def _sealed(ring: keyring.Ring, row: Row, number: str) -> bytes:
    return sealed.seal(ring.keys[ring.current], number, table=row.__tablename__, row=row.id, scheme=row.scheme)


def number_of(row: Row, ring: keyring.Ring | None = None) -> str:
    """The number in a row. Raises NotReadable where key or row do not fit, KeyError where the key is lost."""
    ring = ring or keyring.load(settings().keys)
    return sealed.unseal(ring.keys[row.key], row.ciphertext, table=row.__tablename__, row=row.id, scheme=row.scheme)


def facts_of(s: Session, claimed: rules.Claimed, now: datetime) -> list[rules.NewFact]:
    """What is kept of what a register says: yes or no per age rule in force, the district, the name, the keyed hash."""
    site = settings()
    found = rules.facts_of(claimed, queries.age_rules(s, queries.city_day(now)), key_of(site, "resident"), site.scheme)
    return [*found, rules.NewFact("name", "", claimed.name)] if claimed.name else found


def prove(
    s: Session,
    actor: Actor,
    person_id: int,
    *,
    way: str,
    document: str = "",
    two: bool = False,
    number: str,
    facts: Iterable[rules.NewFact],
    now: datetime,
    first: int | None = None,
) -> Verdict:
    """Join an account with a resident: store number and facts, in place of what the same way said before. `first`: the
    clerk who looked at the document before this one. `two`: two clerks have looked at it. Other accounts of this
    resident are told."""
    site = settings()
    index = blind(number)
    own = s.scalars(
        select(SealedNumber).where(SealedNumber.person_id == person_id, SealedNumber.scheme == site.scheme)
    ).first()
    holder = s.scalars(
        db.locked(select(SealedNumber).where(SealedNumber.scheme == site.scheme, SealedNumber.blind == index))
    ).first()
    verdict = rules_ways.may_prove(
        way=way,
        own=own.blind if own else _other_way(s, person_id, number),
        wanted=index if own else _hash(number),
        holder=holder.person_id if holder else None,
        holder_way=holder.source if holder else None,
        person=person_id,
    )
    if not verdict:
        return verdict
    others = [one for one in accounts_of(s, number) if one != person_id]
    if holder is not None and holder.person_id != person_id:
        _take_from(s, actor, holder)
    if own is None:
        try:
            with s.begin_nested():
                row = SealedNumber(person_id=person_id, scheme=site.scheme, blind=index, source=way, created_at=now)
                seal_into(s, row, rules.plain_number(number))
        except IntegrityError:  # another account was joined with the same resident at this instant
            return no(_l("Another account was joined with this resident before."))
    elif way in rules_ways.OWN_WAYS and rules_ways.OWN_WAYS.index(way) >= rules_ways.OWN_WAYS.index(own.source):
        own.source = way
    s.execute(delete(Fact).where(Fact.person_id == person_id, Fact.source == way))
    until = now + timedelta(days=site.register.fact_days)
    for fact in facts:
        if fact.kind == "name" and way == rules_ways.REGISTER:
            continue  # whoever knows number, birthday and postcode of somebody is not told more about them
        s.add(
            Fact(
                person_id=person_id, kind=FactKind(fact.kind), name=fact.name, value=fact.value, source=way,
                acr=rules_ways.SLIP_TWO if two else document, verified_at=now, expires_at=until,
            )
        )  # fmt: skip
        if fact.kind == "name":
            person = s.get_one(Person, person_id)
            person.public_name = person.public_name or rules_ways.shown_name(person.name, "")
            person.name, person.name_folded = fact.value[:200], rules.folded(fact.value)
    s.flush()
    said = {"way": way, "document": document} | ({"two": True} if two else {})
    record(actor, "proved residence", "person", person_id, after=said | ({"first": first} if first is not None else {}))
    if others:  # what tells people lies above this storey, so it is asked for by the name of a job
        jobs.enqueue(s, "identity.joined_elsewhere", {"people": others, "key": f"{person_id}-{now.timestamp():.0f}"})
    return YES


def ask_second(
    s: Session,
    actor: Actor,
    person_id: int,
    *,
    document: str,
    number: str,
    facts: Iterable[rules.NewFact],
    now: datetime,
) -> None:
    """Note what a clerk saw until a second one has seen it too; what was noted for this account before is gone."""
    assert actor.person_id is not None
    s.merge(
        CounterProof(
            person_id=person_id, scheme=settings().scheme, blind=blind(number), document=document,
            facts=[[fact.kind, fact.name, fact.value] for fact in facts], first_id=actor.person_id, asked_at=now,
            expires_at=now + rules_ways.SECOND,
        )
    )  # fmt: skip
    s.flush()
    record(actor, "noted proof", "person", person_id, after={"document": document})


def waiting_proof(s: Session, person_id: int, now: datetime) -> CounterProof | None:
    """The proof of this account that waits for a second clerk, locked where this writes."""
    wanted = select(CounterProof).where(CounterProof.person_id == person_id, CounterProof.expires_at > now)
    return s.scalars(db.locked(wanted) if s.info.get("write") else wanted).first()


def confirm_proof(s: Session, actor: Actor, person_id: int, *, document: str, number: str, now: datetime) -> Verdict:
    """The second clerk, who has typed the number from the document anew: joins the account with the resident."""
    row = waiting_proof(s, person_id, now)
    if row is None or row.blind != blind(number) or row.scheme != settings().scheme:
        return no(
            _l("Within the last hour nobody has noted a proof with this number for this account. Look at it again.")
        )
    verdict = rules_ways.may_confirm_proof(
        first=row.first_id, confirming=actor.person_id, document=row.document, seen=document
    )
    if not verdict:
        return verdict
    facts = [rules.NewFact(*fact) for fact in row.facts]
    verdict = prove(
        s, actor, person_id, way=rules_ways.COUNTER, document=document, number=number, facts=facts, now=now,
        first=row.first_id, two=True,
    )  # fmt: skip
    if verdict:
        s.delete(row)
        s.flush()
    return verdict


def accounts_of(s: Session, number: str) -> list[int]:
    """The accounts that are known to be this resident, whatever says so; voters without an account are none."""
    known = select(Fact.person_id).where(
        Fact.kind == FactKind.RESIDENT, Fact.name == settings().scheme, Fact.value == _hash(number)
    )
    return list(s.scalars(select(Person.id).where(Person.id.in_(known), Person.once.is_(False)).order_by(Person.id)))


def accounts_of_all(s: Session, numbers: Iterable[str]) -> dict[str, list[int]]:
    """The accounts of many residents, by their number; one select. Not those of people who only checked themselves in
    the register: a relative may know what it asks for."""
    hashes = {_hash(number): number for number in numbers}
    rows = s.execute(
        select(Fact.value, Fact.person_id)
        .join(Person, Person.id == Fact.person_id)
        .where(
            Fact.kind == FactKind.RESIDENT, Fact.name == settings().scheme, Fact.value.in_(list(hashes)),
            Person.once.is_(False), Fact.source != rules_ways.REGISTER,
        )
        .distinct()
        .order_by(Fact.person_id)
    ).all()  # fmt: skip
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(hashes[row.value], []).append(row.person_id)
    return found


def renew(s: Session, person_id: int, claimed: rules.Claimed, now: datetime) -> None:
    """Ask what the register says today of a resident whom the account was joined with: district, and ages that votes
    have asked for since. How long the joining itself is good does not change by it."""
    row = s.scalars(
        select(SealedNumber).where(SealedNumber.person_id == person_id, SealedNumber.scheme == settings().scheme)
    ).first()
    if row is None or rules.plain_number(claimed.resident or "") != number_of(row):
        return
    old = s.scalars(
        select(Fact).where(Fact.person_id == person_id, Fact.source == row.source, Fact.kind == FactKind.RESIDENT)
    ).first()
    if old is None or old.expires_at <= now:
        return
    moving = (FactKind.AGE, FactKind.RESIDENCE)
    s.execute(delete(Fact).where(Fact.person_id == person_id, Fact.source == row.source, Fact.kind.in_(moving)))
    s.add_all(
        Fact(
            person_id=person_id, kind=FactKind(fact.kind), name=fact.name, value=fact.value, source=row.source,
            acr=old.acr, verified_at=now, expires_at=old.expires_at,
        )
        for fact in facts_of(s, claimed, now)
        if FactKind(fact.kind) in moving
    )  # fmt: skip
    s.flush()


def joined_number(s: Session, person_id: int) -> str:
    """The number that an account is joined with; empty without one."""
    row = s.scalars(
        select(SealedNumber).where(SealedNumber.person_id == person_id, SealedNumber.scheme == settings().scheme)
    ).first()
    return number_of(row) if row is not None else ""


def _hash(number: str) -> str:
    site = settings()
    return rules.resident_hash(key_of(site, "resident"), site.scheme, number)


def _other_way(s: Session, person_id: int, number: str) -> str | None:
    """The resident's hash that a provider told of this account, where it keeps no number."""
    return s.scalar(
        select(Fact.value).where(
            Fact.person_id == person_id, Fact.kind == FactKind.RESIDENT, Fact.name == settings().scheme
        )
    )


def _take_from(s: Session, actor: Actor, holder: SealedNumber) -> None:
    """The resident proved to be somebody else's account: the earlier one loses number and facts, on record."""
    s.execute(delete(Fact).where(Fact.person_id == holder.person_id, Fact.source.in_(rules_ways.OWN_WAYS)))
    record(actor, "lost residence", "person", holder.person_id, before={"way": holder.source})
    s.delete(holder)
    s.flush()


def desk_code(actor: Actor, now: datetime) -> str:
    """A short code by which a counter finds this account for ten minutes; a new one ends the old."""
    assert actor.person_id is not None
    s, code = db.session(), codes.signs(codes.SHORT)
    row = s.get(DeskCode, actor.person_id) or DeskCode(person_id=actor.person_id)
    row.code_hash, row.expires_at = actions_codes.keyed("desk", code), now + rules_ways.DESK_CODE
    s.add(row)
    s.flush()
    return code


def rotate() -> tuple[int, list[int]]:
    """Encrypt every number with a new key, in short transactions; older keys stay readable until nothing needs them.

    A rotation that was broken off goes on: as long as a row has an older key, no other new key is made. Returns how
    many rows were re-encrypted and which keys were destroyed.
    """
    folder = settings().keys
    ring = keyring.load(folder)
    with db.read() as s:
        unfinished = any(_old(s, table, ring.current) for table in (SealedNumber, PaperCode))
    if not unfinished:
        ring = keyring.add(folder)
    done = 0
    for table in (SealedNumber, PaperCode):
        while True:
            with db.write() as s:
                rows = _old(s, table, ring.current)
                for row in rows:
                    number = number_of(row, ring)
                    row.ciphertext, row.key = _sealed(ring, row, number), ring.current
                s.flush()
            done += len(rows)
            if len(rows) < BATCH:
                break
    with db.write():
        record(SYSTEM, "rotated keys", "key", ring.current, after={"rows": done})
    return done, drop_old_keys()


def _old(s: Session, table: type[Row], current: int) -> list[Row]:
    wanted = select(table).where(table.key != current).order_by(table.id).limit(BATCH)
    return list(s.scalars(db.locked(wanted) if s.info.get("write") else wanted))


def drop_old_keys() -> list[int]:
    """Destroy keys that no row needs any more; safe at any time."""
    with db.read() as s:
        used = set(s.scalars(select(SealedNumber.key).distinct())) | set(s.scalars(select(PaperCode.key).distinct()))
    return keyring.drop_old(settings().keys, used)


def random_sub() -> str:
    """A subject for an identity that nobody signs in with again."""
    return secrets.token_urlsafe(16)
