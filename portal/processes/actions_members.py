"""Who takes part in a closed process: the list, invited addresses, codes of letters. Addresses and codes are kept as
keyed hashes alone; the key lies outside the database."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.config import key_of
from portal.identity.models import Contact, Way
from portal.processes import rules
from portal.processes.models import Entrance, Invite, Member, Process
from portal.processes.queries import phases_of

KEY = "invitations"


def _keyed(way: Entrance, plain: str) -> str:
    key = key_of(ground.settings(), KEY)
    return hmac.new(key, f"process\0{way.value}\0{plain}".encode(), hashlib.sha256).hexdigest()


def address_hash(address: str) -> str:
    """Under what an invited address is kept: spaces and case do not count."""
    return _keyed(Entrance.MAIL, folded(address))


def folded(address: str) -> str:
    """An address in the form in which contacts are found."""
    return "".join(address.split()).casefold()


def settle(
    actor: Actor, process: Process, *, closed: bool, district_id: int | None, department_id: int | None, now: datetime
) -> Verdict:
    """Set whose a process is and whether it is closed. `district_id` and `department_id` are kept as they are unless
    the actor's role counts for the whole city: nobody moves a process into or out of their own reach."""
    s, before = db.session(), _told(process)
    if closed != process.closed:
        verdict = rules.may_close(phases_of(s, [process.id])[process.id], now)
        if not verdict:
            return verdict
    process.closed = closed
    if actor.everywhere(*rules.owners(process.subject), "administrator"):
        process.district_id, process.department_id = district_id, department_id
    s.flush()
    after = _told(process)
    if after != before:
        record(actor, "settled process", "process", process.id, before=before, after=after)
    return YES


def _told(process: Process) -> dict[str, object]:
    return {"closed": process.closed, "district": process.district_id, "department": process.department_id}


def add_member(
    actor: Actor, process_id: int, person_id: int, way: Entrance, now: datetime, *, s: Session | None = None
) -> bool:
    """Let somebody take part. False when they did already."""
    s = s or db.session()
    try:
        with s.begin_nested():
            s.add(Member(process_id=process_id, person_id=person_id, way=way, at=now))
            s.flush()
    except IntegrityError:
        return False
    record(actor, "joined process", "process", process_id, after={"person": person_id, "way": way.value})
    return True


def remove_member(actor: Actor, process_id: int, member_id: int) -> bool:
    """Take somebody out again; from the next page on the process does not exist for them. False: no such member."""
    s = db.session()
    row = s.get(Member, member_id)
    if row is None or row.process_id != process_id:
        return False
    s.delete(row)
    s.flush()
    record(actor, "left process", "process", process_id, before={"person": row.person_id, "way": row.way.value})
    return True


def invite_addresses(actor: Actor, process_id: int, addresses: Iterable[str], now: datetime) -> list[str]:
    """Invite people by their addresses: who has confirmed one of them takes part at once, the others at the sign-in
    with which they confirm it. Returns the addresses that were not invited before, for the mail to them."""
    s, fresh = db.session(), []
    for address in dict.fromkeys(folded(one) for one in addresses):
        try:
            with s.begin_nested():
                row = Invite(process_id=process_id, way=Entrance.MAIL, hash=address_hash(address), at=now)
                s.add(row)
                s.flush()
        except IntegrityError:
            continue
        fresh.append(address)
        owner = s.scalar(
            select(Contact.person_id)
            .where(Contact.way == Way.EMAIL, Contact.value_folded == address, Contact.confirmed_at.is_not(None))
            .limit(1)
        )
        if owner is not None:
            _use(s, row, owner, now)
    record(actor, "invited addresses", "process", process_id, after={"number": len(fresh)})
    return fresh


def make_codes(actor: Actor, process_id: int, number: int, now: datetime) -> list[str]:
    """New codes for letters, each good for one member. They are returned once, and stored nowhere."""
    s = db.session()
    codes = ["".join(secrets.choice(rules.SIGNS) for _n in range(rules.CODE_LENGTH)) for _n in range(number)]
    s.add_all(
        Invite(process_id=process_id, way=Entrance.CODE, hash=_keyed(Entrance.CODE, code), at=now) for code in codes
    )
    s.flush()
    record(actor, "made codes", "process", process_id, after={"number": number})
    return [rules.printed(code) for code in codes]


def void_invites(actor: Actor, process_id: int) -> int:
    """Take back every invitation and code that nobody has used. Returns how many."""
    done = db.session().execute(delete(Invite).where(Invite.process_id == process_id, Invite.used_at.is_(None)))
    number = int(done.rowcount)  # type: ignore[attr-defined]
    record(actor, "took back invitations", "process", process_id, before={"number": number})
    return number


def join_by_code(actor: Actor, typed: str, now: datetime) -> int | Verdict:
    """Take part with the code of a letter; each counts once, whoever is faster. Returns the process."""
    s, code = db.session(), rules.read_code(typed)
    wrong = no(_l("This code is not known. Check each sign, or ask the city for a new letter."))
    if code is None or actor.person_id is None:
        return wrong
    row = s.scalars(
        select(Invite).where(Invite.way == Entrance.CODE, Invite.hash == _keyed(Entrance.CODE, code))
    ).first()
    if row is None:
        return wrong
    if row.used_by_id == actor.person_id:
        return row.process_id
    if row.used_at is not None or not _use(s, row, actor.person_id, now):
        return no(_l("This code has been used already. Each letter is good for one person."))
    return row.process_id


def join_invited(s: Session, person_id: int) -> None:
    """Let somebody into every process to which a confirmed address of theirs was invited. One select for nearly
    everybody: who has confirmed no address is asked no more."""
    addresses = s.scalars(
        select(Contact.value_folded).where(
            Contact.person_id == person_id, Contact.way == Way.EMAIL, Contact.confirmed_at.is_not(None)
        )
    ).all()
    if not addresses:
        return
    now, hashes = clock.now(), [address_hash(address) for address in addresses]
    waiting = select(Invite).where(Invite.way == Entrance.MAIL, Invite.hash.in_(hashes), Invite.used_at.is_(None))
    for row in s.scalars(waiting).all():
        _use(s, row, person_id, now)


def _use(s: Session, row: Invite, person_id: int, now: datetime) -> bool:
    taken = s.execute(
        update(Invite)
        .where(Invite.id == row.id, Invite.used_at.is_(None))
        .values(used_at=now, used_by_id=person_id)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return False
    add_member(Actor(person_id=person_id), row.process_id, person_id, row.way, now, s=s)
    return True
