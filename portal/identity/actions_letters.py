"""Printing letters with codes. Who prints them could read the codes, so they go into a file and onto no page; the file is
made once, and a second one needs a second person. Every printing is a line in the access log of everybody concerned, and
they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.audit.actions_looks import note_each
from portal.audit.models_looks import How
from portal.base import db, jobs
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.identity import actions_codes, codes, queries_letters, rules, rules_letters, rules_ways
from portal.identity.actions_proof import accounts_of_all, number_of
from portal.identity.models_ways import LetterReprint, PaperCode
from portal.identity.register import Resident

MOVED = _l("These letters were printed or used at this moment by somebody else. Look at the list again.")


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """A letter about to be printed; its code is stored nowhere. `before`: when it was printed last."""

    row: int
    number: str
    person: int | None
    before: datetime | None
    resident: Resident
    code: str
    language: str
    until: datetime


def written(rows: Iterable[PaperCode], residents: Mapping[str, Resident], now: datetime) -> list[Letter]:
    """Letters with fresh codes for whom the register still knows; nothing is stored yet."""
    until, found = now + timedelta(days=settings().register.letter_days), []
    for row in rows:
        number = number_of(row)
        resident = residents.get(rules.plain_number(number))
        if resident is not None:
            found.append(
                Letter(row.id, number, row.person_id, row.printed_at, resident, codes.paper(), row.language, until)
            )
    return found


def printed(
    s: Session,
    actor: Actor,
    letters: Sequence[Letter],
    gone: Sequence[int],
    *,
    roles: tuple[str, ...],
    now: datetime,
    first: int | None = None,
    to: str = "",
) -> Verdict:
    """The file is made: its codes are good from now on, and those of an earlier printing end. `gone`: letters to nobody
    whom the register knows any more; `first`: who asked for a second printing; `to`: fingerprint of the certificate that
    the file is encrypted to, empty where the clerk has it open. A bounded number of statements for any number of letters.
    A no, and nothing stored, where a letter was printed or used meanwhile."""
    wanted = [one.row for one in letters]
    rows = {
        row.id: row
        for row in s.scalars(db.locked(select(PaperCode).where(PaperCode.id.in_(wanted)).order_by(PaperCode.id)))
    }
    for one in letters:
        row = rows.get(one.row)
        if row is None or row.printed_at != one.before or row.used_at is not None:
            return no(MOVED)
    s.execute(delete(PaperCode).where(PaperCode.id.in_(gone), PaperCode.used_at.is_(None)))
    if not letters:
        return YES
    s.execute(
        update(PaperCode),
        [
            {
                "id": one.row, "code_hash": actions_codes.keyed("paper", codes.read(one.code)), "printed_at": now,
                "expires_at": one.until,
            }
            for one in letters
        ],
    )  # fmt: skip
    if first is not None:
        s.execute(delete(LetterReprint).where(LetterReprint.printed_at == letters[0].before))
    s.expire_all()
    accounts = accounts_of_all(s, [one.number for one in letters])
    people = sorted(
        {one.person for one in letters if one.person is not None} | {one for ids in accounts.values() for one in ids}
    )
    said = {"letters": len(wanted), "codes": wanted} | ({"first": first} if first is not None else {})
    said |= {"encrypted_to": to} if to else {}
    record(actor, "printed letters" if first is None else "printed letters again", "paper_code", wanted[0], after=said)
    page = "identity_desk.print_letters" if first is None else "identity_desk.print_again"
    note_each(s, actor, people, page=page, kind="paper_code", why="code_letter", how=How.EXPORT, roles=roles, now=now)
    if people:  # what tells people lies above this storey, so it is asked for by the name of a job
        jobs.enqueue(s, "identity.letter_printed", {"people": people, "key": f"{wanted[0]}-{now.timestamp():.0f}"})
    return YES


def ask_again(s: Session, actor: Actor, batch: queries_letters.Again, why: str, now: datetime) -> Verdict:
    """Ask for a second printing of a batch, with the reason; another person makes it."""
    assert actor.person_id is not None
    usable = len(batch.rows)
    verdict = rules_letters.may_ask_again(usable=usable, waits=batch.asked is not None)
    if not verdict:
        return verdict
    s.execute(delete(LetterReprint).where(LetterReprint.expires_at <= now))
    try:
        with s.begin_nested():
            row = LetterReprint(
                printed_at=batch.printed_at, first_id=actor.person_id, why=why, asked_at=now,
                expires_at=now + rules_ways.SECOND,
            )  # fmt: skip
            s.add(row)
            s.flush()
    except IntegrityError:  # a colleague asked at this instant
        return rules_letters.may_ask_again(usable=usable, waits=True)
    record(actor, "asked to print letters again", "paper_code", batch.rows[0].id, after={"letters": usable, "why": why})
    return verdict
