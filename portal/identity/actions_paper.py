"""Codes on paper: letters to the address in the register, slips from a counter, and what a typed code gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db, jobs
from portal.base.actor import NOBODY, Actor
from portal.base.errors import Refused
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.verdict import Verdict, no
from portal.identity import actions, actions_codes, codes, queries, rules, rules_ways
from portal.identity.actions_proof import accounts_of, blind, facts_of, number_of, prove, random_sub, seal_into
from portal.identity.models import Fact, Identity, Person, SignIn
from portal.identity.models_ways import CounterProof, LetterReprint, PaperCode, PaperKind, SpentSession
from portal.identity.register import Resident
from portal.places.queries_terminal import Here

WRONG = _l("There is no such code. Look at it again: it has 16 letters and digits.")
MONTH = timedelta(days=30)


def ask_letter(s: Session, actor: Actor, resident: Resident, *, language: str, now: datetime) -> Verdict:
    """Put a letter to a resident into the queue; without an account it is for a vote. The address is not stored: it is
    read from the register when the letter is printed."""
    index = blind(resident.number)
    waiting, sent = s.execute(
        select(
            func.count().filter(PaperCode.printed_at.is_(None)), func.count().filter(PaperCode.printed_at > now - MONTH)
        ).where(PaperCode.blind == index, PaperCode.scheme == settings().scheme, PaperCode.kind == PaperKind.LETTER)
    ).one()
    verdict = rules_ways.may_have_letter(sent=sent, waiting=waiting > 0)
    if not verdict:
        return verdict
    row = PaperCode(
        kind=PaperKind.LETTER, person_id=actor.person_id, scheme=settings().scheme, blind=index, language=language,
        asked_at=now,
    )  # fmt: skip
    seal_into(s, row, rules.plain_number(resident.number))
    record(actor, "asked for letter", "paper_code", row.id)
    return verdict


def issue_slip(
    s: Session, actor: Actor, *, number: str, document: str, facts: Sequence[rules.NewFact], language: str,
    used: bool, second: bool, now: datetime,
) -> str | None | Verdict:  # fmt: skip
    """A code over the counter for somebody without an account, after a look at a document. Returns the code, which is
    stored nowhere; None where a second clerk has to confirm it first; a no above the limit of one clerk. `used`: the
    resident has voted already. Earlier codes of a counter for the same resident end: one is alive at a time."""
    verdict = _within_limit(s, actor, now)
    if not verdict:
        return verdict
    index, code = blind(number), None if second else codes.paper()
    s.execute(
        update(PaperCode)
        .where(PaperCode.blind == index, PaperCode.kind == PaperKind.SLIP, PaperCode.expires_at > now)
        .values(expires_at=now)
    )
    row = PaperCode(
        kind=PaperKind.SLIP, scheme=settings().scheme, blind=index, language=language, asked_at=now,
        given_by_id=actor.person_id, document=document, printed_at=now if code else None,
        expires_at=now + (rules_ways.SLIP if code else rules_ways.SECOND),
        code_hash=actions_codes.keyed("paper", code) if code else None,
        facts=[[fact.kind, fact.name, fact.value] for fact in facts if fact.kind != "name"],
    )  # fmt: skip
    seal_into(s, row, rules.plain_number(number))
    said = {"document": document, "entry_used": used}
    record(actor, "gave code" if code else "asked for code", "paper_code", row.id, after=said)
    if code is None:
        return None
    _tell_resident(s, row, number)
    return codes.grouped(code)


def waiting_slip(s: Session, number: str, now: datetime) -> PaperCode | None:
    """The slip for this number that waits for a second clerk, locked where this writes."""
    wanted = (
        select(PaperCode)
        .where(
            PaperCode.kind == PaperKind.SLIP, PaperCode.blind == blind(number), PaperCode.scheme == settings().scheme,
            PaperCode.code_hash.is_(None), PaperCode.expires_at > now,
        )
        .order_by(PaperCode.id.desc())
        .limit(1)
    )  # fmt: skip
    return s.scalars(db.locked(wanted) if s.info.get("write") else wanted).first()


def confirm_slip(s: Session, actor: Actor, *, number: str, document: str, used: bool, now: datetime) -> str | Verdict:
    """The second clerk, who has typed the number from the document anew: makes the code and returns it."""
    row = waiting_slip(s, number, now)
    if row is None:
        return no(_l("Within the last hour nobody has asked for a code for this number. Look at it again."))
    verdict = rules_ways.may_confirm_slip(
        first=row.given_by_id, confirming=actor.person_id, document=row.document, seen=document
    ) and _within_limit(s, actor, now)
    if not verdict:
        return verdict
    code = codes.paper()
    row.code_hash, row.second_id = actions_codes.keyed("paper", code), actor.person_id
    row.printed_at, row.expires_at = now, now + rules_ways.SLIP
    s.flush()
    said = {"document": document, "entry_used": used, "first": row.given_by_id}
    record(actor, "confirmed code", "paper_code", row.id, after=said)
    _tell_resident(s, row, number)
    return codes.grouped(code)


def _within_limit(s: Session, actor: Actor, now: datetime) -> Verdict:
    hour = now - timedelta(hours=1)
    given = s.scalar(
        select(func.count()).where(
            ((PaperCode.given_by_id == actor.person_id) & (PaperCode.asked_at > hour))
            | ((PaperCode.second_id == actor.person_id) & (PaperCode.printed_at > hour))
        )
    )
    return rules_ways.may_give_slip(given=given or 0, most=settings().register.slips_per_hour)


def _tell_resident(s: Session, row: PaperCode, number: str) -> None:
    """Accounts of this resident are told that a code was given out, now and not at the cast, which leaves no trace.
    What tells people lies above this storey, so it is asked for by the name of a job."""
    people = accounts_of(s, number)
    if people:
        jobs.enqueue(s, "identity.code_given", {"people": people, "key": row.id})


def _tell_of_letter(s: Session, row: PaperCode) -> None:
    """The resident's accounts are told once that the code of a letter was typed: now, before any ballot. The cast itself
    writes no message (voting.md 3), and what it replaces is known to the roll alone; so the notice says what the code
    can do, and "my page" says day and channel."""
    people = accounts_of(s, number_of(row))
    if people:
        jobs.enqueue(s, "identity.letter_used", {"people": people, "key": row.id}, dedup=f"letter_used:{row.id}")


def spend(s: Session, reference: str) -> None:
    """A ballot was cast in this session, which is good for nothing else: it is over, and every copy of its cookie."""
    entry: Any = (sqlite if db.is_sqlite() else postgresql).insert(SpentSession)
    mark = entry.values(token_hash=queries.digest(reference)).on_conflict_do_nothing()
    if s.execute(mark.returning(SpentSession.token_hash)).first() is None:  # a copy of the cookie was a moment faster
        raise Refused(_l("You are not signed in any more. What you entered was not stored."), 403)


def find(s: Session, typed: str, now: datetime) -> PaperCode | Verdict:
    """The row of a typed code, locked; or a no."""
    code = codes.read(typed)
    if not codes.well_typed(code):
        return no(WRONG)
    row = s.scalars(
        db.locked(select(PaperCode).where(PaperCode.code_hash == actions_codes.keyed("paper", code)))
    ).first()
    if row is None:
        return no(WRONG)
    verdict = rules_ways.paper_code_is_good(expires_at=row.expires_at, used_at=row.used_at, now=now)
    return row if verdict else verdict


def _facts(s: Session, row: PaperCode, resident: Resident | None, now: datetime) -> list[rules.NewFact] | Verdict:
    if row.kind is PaperKind.SLIP:
        return [rules.NewFact(*one) for one in row.facts or ()]
    if resident is None:
        return no(_l("The register does not know this resident any more."), _l("Ask at a counter of the city."))
    return facts_of(s, resident.claimed(), now)


def use_for_account(s: Session, actor: Actor, row: PaperCode, resident: Resident | None, now: datetime) -> Verdict:
    """Give the account that is signed in the facts of a code on paper."""
    assert actor.person_id is not None
    if row.used_at is not None:
        return no(_l("This code was used already."))
    if row.person_id is not None and row.person_id != actor.person_id:
        return no(_l("This code was sent for another account."), _l("Sign in with the account that asked for it."))
    facts = _facts(s, row, resident, now)
    if isinstance(facts, Verdict):
        return facts
    way = rules_ways.LETTER if row.kind is PaperKind.LETTER else rules_ways.COUNTER
    verdict = prove(
        s, actor, actor.person_id, way=way, document=row.document, two=row.second_id is not None,
        number=number_of(row), facts=facts, now=now,
    )  # fmt: skip
    if verdict:
        row.used_at = now
        s.flush()
    return verdict


def enter_to_vote(
    s: Session, row: PaperCode, resident: Resident | None, *, language: str, now: datetime, here: Here | None = None
) -> actions.Entered | Verdict:
    """A session that can only vote, without an account. Nothing is kept of the person but what the roll asks for, and
    the next sweep after the session forgets that too. The code can be typed again for a day, so that nobody loses a
    vote to a browser that was closed; the entry in the roll stays one."""
    facts = _facts(s, row, resident, now)
    if isinstance(facts, Verdict):
        return facts
    row.used_at = row.used_at or now
    slip = rules_ways.SLIP_TWO if row.second_id is not None else rules_ways.SLIP_ONE
    entered = actions.sign_in(
        s,
        provider=rules_ways.CODE,
        issuer=rules_ways.CODE,
        sub=random_sub(),
        sid=None,
        name=_("Voter with a code"),
        language=language,
        acr=slip if row.kind is PaperKind.SLIP else rules_ways.LETTER_CODE,
        amr=("otp",),
        auth_time=None,
        staff_ok=False,
        id_token=None,
        facts=[fact for fact in facts if fact.kind != "name"],
        facts_until=now + rules_ways.VOTE_LONGEST,
        idle=rules_ways.VOTE_IDLE,
        longest=rules_ways.VOTE_LONGEST,
        now=now,
        scope=rules_ways.VOTE,
        here=here,
    )
    if isinstance(entered, actions.Entered):
        s.get_one(Person, entered.person_id).once = True
        s.flush()
        record(NOBODY, "entered to vote", "paper_code", row.id)
        if row.kind is PaperKind.LETTER:
            _tell_of_letter(s, row)
    return entered


def forget_once(s: Session, now: datetime) -> None:
    """Forget voters without an account whose sessions are over, and codes on paper that are long past."""
    living = select(SignIn.person_id).where(SignIn.ends_at > now)
    over = select(Person.id).where(Person.once, Person.id.not_in(living))
    people = list(s.scalars(over))
    gone = select(SignIn.token_hash).where(SignIn.person_id.in_(people))
    s.execute(delete(SpentSession).where(SpentSession.token_hash.in_(gone)))
    for table in (Fact, SignIn, Identity):
        s.execute(delete(table).where(table.person_id.in_(people)))
    s.execute(delete(Person).where(Person.id.in_(people)))
    s.execute(delete(PaperCode).where(PaperCode.expires_at < now - MONTH))
    s.execute(delete(CounterProof).where(CounterProof.expires_at < now))
    s.execute(delete(LetterReprint).where(LetterReprint.expires_at < now))
