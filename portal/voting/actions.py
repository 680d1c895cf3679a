"""Verbs of a vote until its close: prepare, open, cast. The count is in actions_count.py, imports in actions_import.py.

What a cast writes is listed in the design and nowhere else: roll entry where new, participation, sealed ballot, its
receipt, the state of the receipt it replaces. No audit line, job, counter, session or log of any kind.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, cast, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, marks
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.i18n import _l
from portal.base.tables import UtcTime
from portal.base.together import Ready, ask
from portal.base.verdict import YES, Verdict, no
from portal.identity.actions import need_age
from portal.voting import actions_entry, queries, rules, rules_ways, sealing, sealing_files
from portal.voting.models import Channel, Participation, Receipt, ReceiptState, RollEntry, SealedBallot, Vote, VoteState
from portal.voting.models_chain import ChainEntry, Commitment
from portal.voting.queries import city_day, roll_claim
from portal.voting.regulation import canonical, faults, fingerprint
from portal.voting.regulation import draft as draft_regulation

__all__ = ["draft_regulation"]

REPEATED = _l("This form was already cast; ticks changed since are not stored. To change your vote start a new ballot.")
LONGEST_TOKEN = 100


class CastRefused(Refused):
    """A ballot that is not taken; `verdict` holds the sentences. Nothing was stored."""

    def __init__(self, verdict: Verdict, status: int = 422) -> None:
        assert verdict.reason is not None
        super().__init__(verdict.reason, status)
        self.verdict = verdict


class VoteClosed(CastRefused):
    """The close came between the start of the cast and its COMMIT."""


class NotPossible(Refused):
    """An officer's act that the rules refuse; `verdict` holds the sentences."""

    def __init__(self, verdict: Verdict) -> None:
        assert verdict.reason is not None
        super().__init__(verdict.reason, 409)
        self.verdict = verdict


def demand(verdict: Verdict) -> None:
    """Raises NotPossible when the rule said no."""
    if not verdict:
        raise NotPossible(verdict)


# --- before the opening -----------------------------------------------------------------------------------------------


def prepare_vote(
    s: Session,
    actor: Actor,
    *,
    kind: str,
    object_id: int,
    title: Mapping[str, str],
    regulation: Mapping[str, Any],
    opens_at: datetime,
    closes_at: datetime,
    process_id: int | None = None,
) -> Vote:
    """Make the vote of an object, or make it anew while it is not open: its own copy of options, amounts and rule.

    `title` has a text per language; `regulation` comes from `draft_regulation`; `process_id`: whose dates these are, and
    who may see the vote.
    Raises NotPossible when the vote was opened before.
    """
    if closes_at <= opens_at:
        raise NotPossible(no(_l("The close of the vote has to be after its opening.")))
    vote = s.scalars(db.locked(select(Vote).where(Vote.kind == kind, Vote.object_id == object_id))).one_or_none()
    if vote is None:
        vote = Vote(public_id=secrets.token_hex(8), kind=kind, object_id=object_id, state=VoteState.PREPARED)
        s.add(vote)
    elif vote.state is not VoteState.PREPARED:
        raise NotPossible(no(_l("This vote has been opened already.")))
    vote.titles = dict(title)
    vote.regulation = canonical(regulation).decode()
    vote.opens_at, vote.closes_at, vote.process_id = opens_at, closes_at, process_id
    s.flush()
    age = regulation["electorate"].get("age")
    if age:
        # asked early, so that people who sign in before the opening are known to be old enough
        until = max(closes_at.date(), clock.now().date()) + timedelta(days=1)
        need_age(s, years=int(age["years"]), on=date.fromisoformat(age["on"]), until=until)
    record(actor, "prepare_vote", "vote", vote.public_id, after={"regulation": fingerprint(regulation)})
    return vote


def delete_prepared(s: Session, actor: Actor, vote: Vote) -> None:
    """Throw a vote away that was never opened. Raises NotPossible otherwise."""
    if vote.state is not VoteState.PREPARED:
        raise NotPossible(no(_l("This vote has been opened already.")))
    record(actor, "delete_vote", "vote", vote.public_id)
    s.execute(delete(Vote).where(Vote.id == vote.id))


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """An opened vote. `halves` are shown once and kept nowhere; None in the demo, which skips them and says so."""

    vote: Vote
    halves: tuple[str, str] | None


def open_vote(s: Session, actor: Actor, vote: Vote, *, holders: tuple[str, str] | None = None) -> Opened:
    """Freeze and hash the regulation, make the vote key and its halves for two named officers.

    Raises NotPossible when something is missing or the vote was opened before.
    """
    vote = _locked_vote(s, vote.id)
    document = vote.document
    demand(rules.may_open(vote, actor, faults(document), clock.city_now()))
    demo = ground.settings().demo
    if not demo:
        names = [name.strip() for name in holders or ()]
        if len(names) != 2 or not all(names) or names[0].casefold() == names[1].casefold():
            raise NotPossible(no(_l("Name the two officers who keep one half of the vote key each.")))
        vote.holder_one, vote.holder_two = names[0][:200], names[1][:200]
    key = sealing.new_key()
    # The file comes before the COMMIT: an open vote without its key could take no ballot. One that is left by a
    # failed COMMIT is replaced at the next try.
    sealing_files.store_key(ground.settings().keys, vote.public_id, key)
    vote.key_check = sealing.check_value(key)
    vote.regulation_hash = fingerprint(document)
    vote.choices_length = sealing.choices_length(document)
    vote.opened_at = clock.now()
    vote.state = VoteState.OPEN
    s.flush()
    actions_entry.begin(s, vote)
    record(
        actor,
        "open_vote",
        "vote",
        vote.public_id,
        after={
            "regulation": vote.regulation_hash,
            "key_check": vote.key_check,
            "holders": len(
                [name for name in (vote.holder_one, vote.holder_two) if name]
            ),  # their names stand in the vote
        },
    )
    return Opened(vote, None if demo else sealing.halves(key))


def restore_key(s: Session, actor: Actor, vote: Vote, first: str, second: str) -> None:
    """Put a lost key file back from the two printed halves, typed by their keepers.

    Raises NotPossible when a half is mistyped, when they are another vote's, or when the key was destroyed for good.
    """
    vote = _locked_vote(s, vote.id)
    if vote.state not in (VoteState.OPEN, VoteState.COUNTED, VoteState.KEPT) or vote.key_check is None:
        raise NotPossible(no(_l("This vote has no key any more, or none yet.")))
    try:
        key = sealing.join_halves(first, second)
    except sealing.SealingError:
        raise NotPossible(no(_l("One of the halves is mistyped."), _l("Type both halves again."))) from None
    if sealing.check_value(key) != vote.key_check:
        raise NotPossible(no(_l("These halves are not those of this vote's key.")))
    sealing_files.store_key(ground.settings().keys, vote.public_id, key)
    record(actor, "restore_vote_key", "vote", vote.public_id, after={"key_check": vote.key_check})


def _locked_vote(s: Session, vote_id: int) -> Vote:
    return s.scalars(db.locked(select(Vote).where(Vote.id == vote_id)).execution_options(populate_existing=True)).one()


# --- the cast ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Cast:
    """The answer to a cast. `repeated`: this form was cast before and nothing was stored (show REPEATED)."""

    receipt_code: str
    state: ReceiptState
    repeated: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """The ballot that lies in a slot: both ciphertexts, and whether any ballot of the vote is named in its chain."""

    envelope: bytes
    choices: bytes
    named: bool = True


def new_form_token() -> str:
    """The hidden field of a fresh ballot form; its receipt code follows from it."""
    return secrets.token_urlsafe(18)


def cast_ballot(
    s: Session,
    actor: Actor,
    vote: Vote,
    choices_by_pot: Mapping[str, Any],
    form_token: str,
    *,
    phase: Verdict = YES,
    channel: Channel | None = None,
    station: int = 0,
    facts: rules.VoterFacts | None = None,
    last: bool = False,
) -> Cast:
    """Store one person's ballot in place of any earlier one; the close is asked again at COMMIT. Without a `channel` it
    is that of the session. `last`: nothing but the COMMIT follows, so the close is asked at once, in the same trip.

    Raises CastRefused with the sentence for the person, and VoteClosed at COMMIT or, with `last`, here.
    """
    if not 16 <= len(form_token) <= LONGEST_TOKEN:
        raise CastRefused(no(_l("This form is damaged."), _l("Start a new ballot.")), 400)
    now = clock.city_now()
    if not is_shared(s, vote):
        vote = shared_vote(s, vote.id)
    facts = facts or queries.voter_facts(s, actor, vote)
    if vote.state is not VoteState.OPEN or facts is None or not facts.claim:
        _refuse_unless(rules.may_vote(facts, vote, phase, now))
    assert facts is not None and facts.claim is not None
    try:
        keys = subkeys(vote)
    except sealing.SealingError:  # after a restore, until both halves are given
        _refuse_unless(rules.may_vote(facts, vote, phase, now))
        raise CastRefused(no(rules.KEYLESS), 409) from None
    claim = roll_claim(vote, facts.claim)
    slot = sealing.slot_of(keys, "roll", claim)
    code = sealing.receipt_code(keys, slot, form_token)
    code_hash = sealing.receipt_hash(vote.public_id, code)
    verdict = rules.may_vote(facts, vote, phase, now)
    verdict = verdict and rules.check_ballot(choices_by_pot, vote.document, rules.pots_for(facts, vote.document))
    if not verdict:
        found = ask(s, (_KNOWN_ALREADY, {"vote": vote.id, "code": code_hash}))[0]
        if found:  # a reload after the close, for example
            return Cast(code, found[0].state, repeated=True)
        raise CastRefused(verdict)

    channel = channel or rules_ways.channel_of(actor.scope, actor.assurance, alone=facts.alone)
    standing = _take_roll_entry(s, vote, claim, slot, code_hash)
    if standing is not None and standing.repeated is not None:
        return Cast(code, standing.repeated, repeated=True)
    taking = _taking_part(vote, claim, channel, city_day(now), actor, standing, alone=facts.alone)
    old = None
    if standing is not None and standing.envelope is not None:
        old = Standing(standing.envelope, standing.choices, bool(standing.named))
    packed = sealing.pack_choices(vote.document, choices_by_pot)
    written = [
        taking,
        *sealed(s, vote, keys, slot, packed, old=old, receipt=code_hash, channel=channel, station=station),
        (_RECORD, {"vote_id": vote.id, "code_hash": code_hash, "state": ReceiptState.RECORDED}),
    ]
    closes_at = vote.closes_at
    if last and _nothing_waits(s) and not db.is_sqlite() and not ground.settings().demo:
        _write_at_once(s, written, closes_at)
        return Cast(code, ReceiptState.RECORDED, changed=old is not None)
    if not ask(s, *written)[0]:
        raise AssertionError("the channel changed under the lock of its roll entry")
    db.before_commit(lambda: _ask_the_clock(s, closes_at))
    return Cast(code, ReceiptState.RECORDED, changed=old is not None)


def _nothing_waits(s: Session) -> bool:
    """Would the COMMIT be the next thing this transaction does?"""
    return not (s.info.get("before_commit") or s.new or s.dirty or s.deleted)


def _write_at_once(s: Session, written: Sequence[Question], closes_at: datetime) -> None:
    """Write the ballot and commit in one trip; the server itself refuses at the end what came after the close.

    Raises VoteClosed; then nothing is written.
    """
    part = written[0][1]
    asked = {"vote": part["vote_id"], "entry": part["claim"], "by": part["channel"], "on": part["day"]}
    try:
        ask(s, *written, (_MAY_COMMIT, {**asked, "closes": closes_at}), commit=True)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _DIVIDED_BY_NOTHING:
            raise
        s.rollback()  # whoever tells the person reads once more
        _demand_open(closes_at, ask(s, (_CLOCK, {}))[0][0].now)
        raise AssertionError("the channel changed under the lock of its roll entry") from error


def subkeys(vote: Vote) -> sealing.Subkeys:
    """The keys of an open vote, read from its file each time: a destroyed key leaves nothing behind in memory."""
    assert vote.key_check is not None
    key = sealing_files.load_key(ground.settings().keys, vote.public_id, vote.key_check)
    return sealing.Subkeys.of(key, vote.public_id)


def _refuse_unless(verdict: Verdict) -> None:
    if not verdict:
        raise CastRefused(verdict)


# The statements of a cast are built once: the write lock is held while it runs.
_SHARED = (
    select(Vote)
    .where(Vote.id == bindparam("vote"))
    .with_for_update(read=True)
    .execution_options(populate_existing=True)
)
_ROLL, _PART = RollEntry.__table__, Participation.__table__
_SEALED: Any = SealedBallot.__table__
_RECEIPT: Any = Receipt.__table__
_KNOWN = select(_RECEIPT.c.state).where(
    _RECEIPT.c.vote_id == bindparam("vote"), _RECEIPT.c.code_hash == bindparam("code")
)
_KNOWN_ALREADY = Ready(_KNOWN)
_LOCK_ENTRY = Ready(
    select(_ROLL.c.claim)
    .where(_ROLL.c.vote_id == bindparam("vote"), _ROLL.c.claim == bindparam("entry"))
    .with_for_update()
)
_ENTRY = ChainEntry.__table__
_HERE = (_SEALED.c.vote_id == bindparam("vote"), _SEALED.c.slot == bindparam("here"))
_STANDS_BY = select(_PART.c.channel).where(_PART.c.vote_id == bindparam("vote"), _PART.c.claim == bindparam("entry"))
_STANDING = Ready(
    select(
        select(_SEALED.c.envelope).where(*_HERE).with_for_update().scalar_subquery().label("envelope"),
        select(_SEALED.c.choices).where(*_HERE).scalar_subquery().label("choices"),
        _KNOWN.scalar_subquery().label("repeated"),
        _STANDS_BY.scalar_subquery().label("channel"),
        exists().where(_ENTRY.c.vote_id == bindparam("vote"), _ENTRY.c.number > 0).label("named"),
    )
)
_COMMITTED = Commitment.__table__.c
_NAMED = Ready(
    select(_COMMITTED.entry).where(_COMMITTED.vote_id == bindparam("vote"), _COMMITTED.commitment == bindparam("was"))
)
_SEAL = Ready(insert(_SEALED), ("vote_id", "slot", "envelope", "choices"))
_SEAL_AGAIN = Ready(update(_SEALED).where(*_HERE), ("envelope", "choices"))
_RECORD = Ready(insert(_RECEIPT), ("vote_id", "code_hash", "state"))
_CLOCK = Ready(select(func.clock_timestamp().label("now")))
# PostgreSQL alone. No statement raises by itself, so one that must not go on divides by nothing: where the close has come,
# or where the participation is not as it was written, for the channel changed under the lock of its roll entry.
_DIVIDED_BY_NOTHING = "22012"
_WRITTEN = select(_PART.c.day).where(
    _PART.c.vote_id == bindparam("vote"), _PART.c.claim == bindparam("entry"),
    _PART.c.channel == bindparam("by"), _PART.c.day == bindparam("on"),
)  # fmt: skip
_IN_TIME = func.clock_timestamp() < bindparam("closes", type_=UtcTime)
_MAY_COMMIT = Ready(select((literal(1) // cast(and_(_IN_TIME, _WRITTEN.exists()), Integer)).label("one")))
_REPLACED = Ready(
    update(_RECEIPT)
    .where(_RECEIPT.c.vote_id == bindparam("vote"), _RECEIPT.c.code_hash == bindparam("code"))
    .values(state=ReceiptState.REPLACED)
)
Question = tuple[Ready, Mapping[str, Any]]


@lru_cache(maxsize=2)
def _enter_roll(sqlite_dialect: bool) -> Ready:
    entry: Any = (sqlite if sqlite_dialect else postgresql).insert(_ROLL)
    return Ready(entry.on_conflict_do_nothing().returning(_ROLL.c.claim), ("vote_id", "claim"))


@lru_cache(maxsize=16)
def _take_part(sqlite_dialect: bool, replaced: frozenset[Channel]) -> Ready:
    part: Any = (sqlite if sqlite_dialect else postgresql).insert(_PART)
    upsert = part.on_conflict_do_update(
        index_elements=["vote_id", "claim"],
        set_={"channel": part.excluded.channel, "day": part.excluded.day},
        where=or_(*(_PART.c.channel == one for one in sorted(replaced))),
    )
    return Ready(upsert.returning(_PART.c.claim), ("vote_id", "claim", "channel", "day"))


def shared_vote(s: Session, vote_id: int) -> Vote:
    """Casts share the vote's row; the close, the count and every change of its dates take it alone."""
    vote = s.scalars(_SHARED, {"vote": vote_id}).one()
    s.info.setdefault("votes_shared", set()).add(vote.id)
    return vote


def is_shared(s: Session, vote: Vote) -> bool:
    """Whether this transaction holds the vote's row already; SQLite's writer is alone with what it has read."""
    if vote.id in s.info.get("votes_shared", ()):
        return True
    return db.is_sqlite() and bool(s.info.get("write")) and vote in s


def _take_roll_entry(s: Session, vote: Vote, claim: str, slot: str, code_hash: str) -> Any:
    """The person's one entry under this transaction's lock: two casts of one person queue up here. None when it is new:
    then there is neither ballot nor receipt. Else what stands: the `envelope` in the slot, the state of this form's
    receipt if it was cast before (`repeated`) and the `channel` that was used. It is asked after the lock was had, so
    that the same form posted twice at once is met here by the second."""
    entering = _enter_roll(db.is_sqlite()), {"vote_id": vote.id, "claim": claim}
    asking = _STANDING, {"vote": vote.id, "here": slot, "code": code_hash, "entry": claim}
    if db.is_sqlite():  # one writer is alone, and no trip is saved
        return None if ask(s, entering)[0] else ask(s, asking)[0][0]
    entered, _locked, standing = ask(s, entering, (_LOCK_ENTRY, {"vote": vote.id, "entry": claim}), asking)
    return None if entered else standing[0]


def _taking_part(
    vote: Vote, claim: str, channel: Channel, day: date, actor: Actor, standing: Any, *, alone: bool
) -> Question:
    """The statement that notes the participation. Raises CastRefused where the ballot that stands stays."""
    judged = {one: rules_ways.may_replace(actor.scope, actor.assurance, one, alone=alone) for one in Channel}
    replaced = frozenset(one for one in Channel if judged[one] or channel is Channel.PAPER)
    if standing is not None and standing.channel is not None and standing.channel not in replaced:
        raise CastRefused(judged[standing.channel], 409)
    return _take_part(db.is_sqlite(), replaced), {"vote_id": vote.id, "claim": claim, "channel": channel, "day": day}


def seal_ballot(s: Session, vote: Vote, keys: sealing.Subkeys, slot: str, content: Any, **more: Any) -> None:
    """Put a ballot into its slot; the parameters are those of `sealed`."""
    ask(s, *sealed(s, vote, keys, slot, content, **more))


def sealed(
    s: Session,
    vote: Vote,
    keys: sealing.Subkeys,
    slot: str,
    content: Any,
    *,
    receipt: str | None,
    channel: str,
    station: int = 0,
    old: Standing | None = None,
) -> list[Question]:
    """The statements that put a ballot into its slot. Of an earlier one there (`old`) only the envelope is opened, and its
    receipt becomes "replaced". The new one says which ballot it replaces that an entry of the chain names: that one, or
    else the one that it replaced itself."""
    prior = None
    first: list[Question] = []
    if old is not None:
        prior, replaced = before(s, vote, keys, slot, old)
        if replaced is not None:
            first = [(_REPLACED, {"vote": vote.id, "code": replaced})]
    values = sealed_values(vote, keys, slot, content, receipt=receipt, channel=channel, station=station, prior=prior)
    if old is None:
        return [(_SEAL, {"vote_id": vote.id, "slot": slot, **values})]
    return [*first, (_SEAL_AGAIN, {"vote": vote.id, "here": slot, **values})]


def before(s: Session, vote: Vote, keys: sealing.Subkeys, slot: str, old: Standing) -> tuple[str | None, str | None]:
    """What a ballot that takes the place of `old` says that it replaces (a commitment that an entry of the chain names, or
    None), and the receipt of the old one."""
    found = sealing.open_envelope(keys, vote.public_id, slot, bytes(old.envelope))
    if not old.named:  # no entry names any ballot yet, and a trip to the database is saved
        return found.prior, found.receipt
    was = sealing.commitment(slot, found.nonce, bytes(old.envelope), bytes(old.choices))
    return was if ask(s, (_NAMED, {"vote": vote.id, "was": was}))[0] else found.prior, found.receipt


def sealed_values(
    vote: Vote,
    keys: sealing.Subkeys,
    slot: str,
    content: Any,
    *,
    receipt: str | None,
    channel: str,
    station: int = 0,
    prior: str | None = None,
) -> dict[str, bytes]:
    """Both ciphertexts of a slot, with a fresh nonce and fresh IVs."""
    assert vote.choices_length is not None
    envelope = sealing.Envelope(os.urandom(sealing.NONCE_BYTES), receipt, str(channel), station, prior)
    return {
        "envelope": sealing.seal_envelope(keys, vote.public_id, slot, envelope),
        "choices": sealing.seal_choices(keys, vote.public_id, slot, content, vote.choices_length),
    }


def _ask_the_clock(s: Session, closes_at: datetime) -> None:
    """The last statement before COMMIT: a ballot is in when the clock, read under the vote's lock, is before the close.

    Raises VoteClosed.
    """
    now: datetime = clock.now() if db.is_sqlite() else ask(s, (_CLOCK, {}))[0][0].now
    if ground.settings().demo:
        marks.forget()  # the demo's clock may have been moved since this transaction began
        now += timedelta(seconds=clock.shift())
    _demand_open(closes_at, now)


def _demand_open(closes_at: datetime, now: datetime) -> None:
    if now >= closes_at:
        raise VoteClosed(rules.is_running(_Closed(closes_at), now))


@dataclass(frozen=True, slots=True)
class _Closed:
    closes_at: datetime
    state: str = VoteState.OPEN

    @property
    def opens_at(self) -> datetime:
        return self.closes_at

    @property
    def interruptions(self) -> None:
        return None

    @property
    def document(self) -> Mapping[str, Any]:
        return {}
