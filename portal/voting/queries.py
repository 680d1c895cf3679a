"""What pages and other features may know of a vote. No figure per project is read here while a vote is open."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from portal.base import clock, ground
from portal.base.actor import Actor
from portal.base.feature import Item
from portal.base.i18n import Text, _l
from portal.base.together import apart
from portal.base.verdict import YES, Verdict, no
from portal.identity import queries as people
from portal.identity.rules import Facts
from portal.identity.rules_confirm import strong_enough
from portal.processes import queries as processes
from portal.processes.models import PhaseKind
from portal.processes.rules import find
from portal.voting import rules, rules_interruption, rules_ways, sealing, sealing_files
from portal.voting.models import Channel, CountRun, Participation, PlainBallot, Receipt, ReceiptState, Vote, VoteState
from portal.voting.models_chain import ChainEntry
from portal.voting.regulation import READY, Ready, faults, fingerprint
from portal.voting.regulation_words import by_points, describe, held_elsewhere, parameters
from portal.voting.rules_turnout import Entitled, entitled
from portal.voting.rules_withheld import without_numbers

__all__ = ["READY", "Ready", "by_points", "describe", "faults", "held_elsewhere", "parameters"]


_VOTE_FOR = select(Vote).where(Vote.kind == bindparam("kind"), Vote.object_id == bindparam("object"))


def vote_for(s: Session, kind: str, object_id: int) -> Vote | None:
    """The vote of an object (a budget, for example). Votes whose import is not finished are not there yet."""
    found = s.scalars(_VOTE_FOR, {"kind": kind, "object": object_id}).one_or_none()
    return None if found is None or found.state is VoteState.IMPORTING else found


def votes_for(s: Session, kind: str, object_ids: list[int]) -> dict[int, Vote]:
    """The votes of several objects, by object, in one select."""
    found = s.scalars(select(Vote).where(Vote.kind == kind, Vote.object_id.in_(object_ids)))
    return {vote.object_id: vote for vote in found if vote.state is not VoteState.IMPORTING}


def by_public_id(s: Session, public_id: str) -> Vote | None:
    """The vote under its public id; None for unknown ones and unfinished imports."""
    found = s.scalars(select(Vote).where(Vote.public_id == public_id)).one_or_none()
    return None if found is None or found.state is VoteState.IMPORTING else found


def public_id_at(s: Session, slug: str) -> str | None:
    """The public id of the vote on the thing with this address (a budget's, say), whoever's kind it is; None where there
    is none."""
    for feature in ground.current().features:
        for kind in feature.kinds:
            if kind.result is None or not hasattr(kind.model, "slug"):
                continue
            model: Any = kind.model
            found = s.scalar(
                select(Vote.public_id)
                .join(model, model.id == Vote.object_id)
                .where(Vote.kind == kind.name, model.slug == slug, Vote.state != VoteState.IMPORTING)
            )
            if found is not None:
                return found
    return None


# Who on the staff sees votes before they are public, and those of closed processes.
STAFF = ("budget_officer", "auditor")


def readable(s: Session, actor: Actor, public_id: str) -> Vote | None:
    """The vote under its public id, if it exists for this reader: it has been opened, and its process is not closed or
    they take part in it."""
    found = by_public_id(s, public_id)
    if found is None or found.state is VoteState.PREPARED:
        return None
    reached = processes.readable_or_none(actor, STAFF, Vote.process_id)
    return s.scalars(select(Vote).where(Vote.id == found.id, reached)).one_or_none()


def scope(s: Session, vote: Vote) -> dict[str, set[int]]:
    """What a role has to cover to count for this vote: its process, and what that belongs to."""
    process = processes.process(s, vote.process_id) if vote.process_id is not None else None
    return {} if process is None else process.scope


def votes_listed(s: Session, *, reader: Actor | None = None, worker: Actor | None = None) -> list[Vote]:
    """Votes, the latest close first: those that exist for a `reader`, or those that the role of a `worker` reaches."""
    wanted = select(Vote).where(Vote.state != VoteState.IMPORTING)
    if reader is not None:
        wanted = wanted.where(processes.readable_or_none(reader, STAFF, Vote.process_id))
    if worker is not None:
        wanted = wanted.where(processes.reached_or_none(worker, STAFF, Vote.process_id))
    return list(s.scalars(wanted.order_by(Vote.closes_at.desc(), Vote.id.desc())))


def votes_without_key(s: Session) -> list[Vote]:
    """Votes that need their key and whose key file is missing or not theirs: after a restore it asks for the halves."""
    needing = s.scalars(
        select(Vote).where(Vote.state.in_([VoteState.OPEN, VoteState.COUNTED, VoteState.KEPT])).order_by(Vote.id)
    )
    return [vote for vote in needing if not has_key(vote)]


def has_key(vote: Vote) -> Verdict:
    """Whether the key of an opened vote is in its place; without it no ballot can be sealed."""
    try:
        sealing_files.load_key(ground.settings().keys, vote.public_id, vote.key_check or "")
    except sealing.SealingError:
        return no(rules.KEYLESS)
    return YES


def city_day(now: datetime) -> date:
    """The day on the city's clock at an instant."""
    return now.astimezone(ZoneInfo(ground.settings().city.time_zone or "UTC")).date()


# What a cast reads of its vote. The regulation's text is frozen and long; the process keeps those that it has read.
SHORT = (
    "id", "public_id", "process_id", "titles", "state", "opens_at", "closes_at", "regulation_hash", "key_check",
    "choices_length", "interruptions",
)  # fmt: skip
_REGULATIONS = 32
_regulations: dict[str, str] = {}


def shared(s: Session, row: Any) -> Vote:
    """The vote of a row that was read with the columns SHORT under the shared lock: an object that belongs to no
    session, with its regulation once it is frozen."""
    vote = apart(Vote, **{name: getattr(row, name) for name in SHORT})
    if row.regulation_hash is not None:
        text = _regulations.get(row.regulation_hash)
        if text is None:
            text = s.scalars(select(Vote.regulation).where(Vote.id == row.id)).one()
            if len(_regulations) >= _REGULATIONS:
                _regulations.clear()
            if fingerprint(json.loads(text)) == row.regulation_hash:
                _regulations[row.regulation_hash] = text
        set_committed_value(vote, "regulation", text)
    s.info.setdefault("votes_shared", set()).add(vote.id)
    return vote


# --- the voter --------------------------------------------------------------------------------------------------------


def voter_facts(s: Session, actor: Actor, vote: Vote, told: Facts | None = None) -> rules.VoterFacts | None:
    """What the sign-in said about this person, as the rules of this vote ask for it; None when not signed in. `told`:
    what is known about the person, where that has been read already."""
    if actor.person_id is None:
        return None
    facts = told or people.facts(s, actor.person_id, clock.now())
    roll, age = vote.document["roll"], vote.document["electorate"].get("age")
    if roll["claim"] == "account":
        claim: str | None = f"account {actor.person_id}"
    elif roll["claim"] == "resident":
        claim = facts.resident
    else:
        claim = facts.residents.get(roll["claim"])
    ages = {}
    if age:
        ages[int(age["years"]), age["on"]] = age_answer(facts.ages, int(age["years"]), age["on"])
    return rules.VoterFacts(
        claim=claim,
        provider=facts.issuer,
        resident=facts.lives_here,
        district=facts.district,
        ages=ages,
        enough_assurance=strong_enough(ground.settings().providers, facts.issuer, facts.acr, "vote"),
        weak=roll["claim"] != "account" and _too_weak(facts),
        alone=roll["claim"] != "account" and facts.alone,
        acting_for=actor.acting_for.name if actor.acting_for else "",
        helped=actor.helped_by is not None,
    )


def _too_weak(facts: Any) -> bool:
    """Could anybody, or one clerk alone, have made this resident up? Where a register is asked, nobody can."""
    settings = ground.settings().register
    return (facts.weak and not settings.check_votes) or (facts.alone and not settings.adapter)


def age_answer(ages: Mapping[str, bool], years: int, on: str) -> bool | None:
    """Old enough on that day? Answers for other days and ages help: who was that old or older earlier still is, and
    who will not be even that old later is not now. Keys are "years@day", as the sign-in stores them."""
    for key, old_enough in ages.items():
        asked, _, day = key.partition("@")
        if old_enough and int(asked) >= years and day <= on:
            return True
        if not old_enough and int(asked) <= years and day >= on:
            return False
    return None


@dataclass(frozen=True, slots=True)
class Used:
    """A resident's own roll entry has been used."""

    channel: Channel
    day: date


_PART = Participation.__table__.c
_USED = select(_PART.channel, _PART.day).where(_PART.vote_id == bindparam("vote"), _PART.claim == bindparam("claim"))


def own_participation(s: Session, actor: Actor, vote: Vote, facts: rules.VoterFacts | None = None) -> Used | None:
    """Whether, when (day) and by which channel the person's own roll entry was used; nothing about the ballot.
    `facts`: the actor's own, where they have been read already."""
    facts = facts or voter_facts(s, actor, vote)
    if facts is None or not facts.claim or facts.helped:
        return None
    found = s.execute(_USED, {"vote": vote.id, "claim": roll_claim(vote, facts.claim)}).one_or_none()
    return Used(*found) if found else None


def taking_part(s: Session, actor: Actor, lang: str) -> list[Item]:
    """For "my page": the votes in which the person's own roll entry was used, by day; never a choice. Three selects, one
    where there was no vote, two for somebody who can have taken part in none."""
    if actor.person_id is None or actor.helped_by is not None:
        return []  # a helper does not see who voted
    votes = s.scalars(select(Vote).where(Vote.opened_at.is_not(None)).order_by(Vote.id.desc())).all()
    if not votes:
        return []
    facts = people.facts(s, actor.person_id, clock.now())
    claims = {}
    for vote in votes:
        wanted = vote.document["roll"]["claim"]
        claim = f"account {actor.person_id}" if wanted == "account" else facts.resident
        if wanted not in ("account", "resident"):
            claim = facts.residents.get(wanted)
        if claim:
            claims[vote.id, roll_claim(vote, claim)] = vote
    if not claims:
        return []
    found = s.execute(
        select(_PART.vote_id, _PART.claim, _PART.day, _PART.channel).where(
            tuple_(_PART.vote_id, _PART.claim).in_(list(claims))
        )
    ).all()
    items = []
    for row in found:
        vote = claims[row.vote_id, row.claim]
        spoken = lang if lang in vote.titles else next(iter(vote.titles), "en")
        items.append(
            Item(
                vote.titles.get(spoken, vote.public_id),
                "voting.receipt",
                {"public_id": vote.public_id},
                lang=spoken,
                state=_l("Voted on %(day)s · %(way)s", day=row.day, way=rules_ways.NAMES[row.channel]),
            )
        )
    return items


def used_entries(s: Session, resident: str) -> list[Text]:
    """For a counter, which gives out a code for a resident (keyed hash): where their entry in the roll of an open vote
    has been used, on which day and by which channel; nothing of the ballot. Two selects."""
    scheme = ground.settings().scheme
    votes = s.scalars(select(Vote).where(Vote.state == VoteState.OPEN).order_by(Vote.id)).all()
    held = {
        (vote.id, roll_claim(vote, resident)): vote
        for vote in votes
        if vote.document["roll"]["claim"] in ("resident", scheme)
    }
    found = s.execute(
        select(_PART.vote_id, _PART.claim, _PART.day, _PART.channel).where(
            tuple_(_PART.vote_id, _PART.claim).in_(list(held))
        )
    ).all()
    return [
        _l(
            "%(title)s: voted on %(day)s · %(way)s",
            title=rules.Named({"names": held[row.vote_id, row.claim].titles, "id": ""}),
            day=row.day,
            way=rules_ways.NAMES[row.channel],
        )
        for row in found
    ]


def roll_claim(vote: Vote, claim: str) -> str:
    """The keyed hash of a resident in this vote's roll."""
    return sealing.roll_hash(sealing_files.roll_key(ground.settings().keys), vote.public_id, claim)


# --- what may be said while it runs -----------------------------------------------------------------------------------

_turnouts: dict[tuple[str, date], int] = {}
_turnouts_lock = threading.Lock()


def _last_entry(s: Session, vote: Vote) -> int:
    newest = select(ChainEntry.ballots).where(ChainEntry.vote_id == vote.id).order_by(ChainEntry.number.desc())
    return s.scalar(newest.limit(1)) or 0


def turnout(s: Session, vote: Vote, now: datetime) -> int | None:
    """How many have voted: before the count as of the last entry of the chain or, without one, participations of the days
    before today, from 10 on, kept for the day so that a change of ballot is not seen in it; after the count the ballots.
    None where nothing may be said."""
    if vote.state in (VoteState.FINISHED, VoteState.PUBLISHED):
        return int((vote.numbers or {}).get("ballots", 0))
    if vote.state is not VoteState.OPEN:
        return None
    today = city_day(now)
    key = (vote.public_id, today)
    with _turnouts_lock:
        known = _turnouts.get(key)
    if known is None:
        known = _last_entry(s, vote) or (
            s.scalar(
                select(func.count())
                .select_from(Participation)
                .where(Participation.vote_id == vote.id, Participation.day < today)
            )
            or 0
        )
        with _turnouts_lock:
            for old in [one for one in _turnouts if one[0] == vote.public_id]:
                del _turnouts[old]
            _turnouts[key] = known
    return known if known >= rules.FEWEST_SHOWN else None


def results_promised(s: Session, votes: Sequence[Vote]) -> dict[int, datetime]:
    """By vote, when its process says that the results follow; in one select."""
    phases = processes.phases_of(s, {vote.process_id for vote in votes if vote.process_id is not None})
    found = {}
    for vote in votes:
        results = find(phases.get(vote.process_id or 0, ()), PhaseKind.RESULTS)
        if results is not None:
            found[vote.id] = results.opens_at
    return found


@dataclass(frozen=True, slots=True)
class Status:
    """Where a vote stands at a moment: prepared, frozen, open, closed, counting, stopped, counted, published; or
    interrupted, broken_off."""

    phase: str
    step: int = 0  # of the count under way: 0 not begun, then the four steps of actions_count
    opened: float = 0.0  # the part of the ballots that is open; never their number, which may be too small to tell
    differences: tuple[dict[str, Any], ...] = ()
    asked: bool = False  # the first of two officers has spoken


def status(s: Session, vote: Vote, now: datetime) -> Status:
    """The vote's phase. "stopped": the count found a difference and wrote nothing."""
    return _status(vote, count_run(s, vote) if vote.state is VoteState.OPEN and now >= vote.closes_at else None, now)


def statuses(s: Session, votes: Sequence[Vote], now: datetime) -> list[tuple[Vote, Status]]:
    """Several votes with their phases, in one select."""
    runs = {run.vote_id: run for run in s.scalars(select(CountRun).where(CountRun.vote_id.in_([v.id for v in votes])))}
    return [(vote, _status(vote, runs.get(vote.id), now)) for vote in votes]


def _status(vote: Vote, run: CountRun | None, now: datetime) -> Status:
    if vote.state is VoteState.PREPARED:
        return Status("prepared")
    if vote.state is VoteState.PUBLISHED:
        return Status("published")
    if vote.state is VoteState.FINISHED:
        return Status("counted")
    if vote.state is VoteState.BROKEN_OFF:
        return Status("broken_off")
    waiting = rules_interruption.pending(vote)
    if waiting is not None:
        return Status("interrupted", asked=waiting.choice is not None)
    if vote.state is VoteState.OPEN and now < vote.opens_at:
        return Status("frozen")
    if vote.state is VoteState.OPEN and now < vote.closes_at:
        return Status("open")
    if run is not None and run.differences:
        return Status("stopped", differences=tuple(run.differences), asked=run.first_id is not None)
    if vote.state is VoteState.COUNTED:
        return Status("counting", step=3)
    if vote.state is VoteState.KEPT:
        return Status("counting", step=4)
    if run is not None and run.second_id is not None:
        if not run.total:
            return Status("counting")
        return Status("counting", step=1 if run.done < run.total else 2, opened=run.done / run.total)
    return Status("closed", asked=run is not None and run.first_id is not None)


def not_counted(s: Session) -> Sequence[Vote]:
    """The votes that were opened and not counted."""
    return s.scalars(select(Vote).where(Vote.state == VoteState.OPEN).order_by(Vote.id)).all()


def count_run(s: Session, vote: Vote) -> CountRun | None:
    """The count of this vote, freshly read: another process writes to it."""
    return s.scalars(
        select(CountRun).where(CountRun.vote_id == vote.id).execution_options(populate_existing=True)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class ReceiptAnswer:
    """What a receipt code proves: its state, and whether it stands in the counted set (None before the count)."""

    state: ReceiptState
    counted: bool | None


def receipt(s: Session, vote: Vote, code: str) -> ReceiptAnswer | None:
    """Look a receipt up. None: not known. Raises SealingError for a mistyped code."""
    code_hash = sealing.receipt_hash(vote.public_id, code)
    state = s.scalar(select(Receipt.state).where(Receipt.vote_id == vote.id, Receipt.code_hash == code_hash))
    if state is None:
        return None
    counted = vote.state in (VoteState.FINISHED, VoteState.PUBLISHED)
    return ReceiptAnswer(state, state is ReceiptState.RECORDED if counted else None)


# --- after the count --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """Everything public of a published vote. `withheld`: pots too small for their ballots, or any number that comes
    from them, to be shown; the outcome and the numbers here are already without them."""

    outcome: dict[str, Any]
    outcome_text: str
    regulation: Mapping[str, Any]
    regulation_hash: str
    numbers: dict[str, Any]
    lists: dict[str, Any]
    lots: dict[str, str]
    withheld: tuple[str, ...] = ()
    totals_only: bool = False
    counted_at: datetime | None = None
    published_at: datetime | None = None
    titles: dict[str, str] = field(default_factory=dict)
    entitled: Entitled | None = None  # None: nobody has said how many could have voted


def published(s: Session, vote: Vote) -> Published | None:
    """The published result, without ballots and receipts; None until two officers have counted and published it."""
    if vote.state is not VoteState.PUBLISHED or vote.outcome is None:
        return None
    numbers = vote.numbers or {}
    pots = numbers.get("pots", {})
    withheld = tuple(pot["id"] for pot in vote.document["pots"] if pots.get(pot["id"], 0) < rules.FEWEST_SHOWN)
    outcome, text = json.loads(vote.outcome), vote.outcome
    if withheld:
        outcome = without_numbers(outcome, withheld)
        text = json.dumps(outcome, ensure_ascii=False, sort_keys=True, indent=1) + "\n"  # as recount.py writes it
        numbers = {**numbers, "pots": {pot: n for pot, n in pots.items() if pot not in withheld}}
    return Published(
        outcome=outcome,
        outcome_text=text,
        regulation=vote.document,
        regulation_hash=vote.regulation_hash or "",
        numbers=numbers,
        lists=vote.lists or {},
        lots=vote.lots or {},
        withheld=withheld,
        totals_only=vote.document["publication"] == "totals",
        counted_at=vote.counted_at,
        published_at=vote.published_at,
        titles=vote.titles,
        entitled=entitled(vote.entitled, vote.entitled_source, numbers.get("ballots", 0)),
    )


def published_ballots(s: Session, vote: Vote) -> dict[str, list[Any]]:
    """The plain lists that may be shown, per pot, shuffled as the count left them: none before publication, none of a
    pot with fewer than 10 ballots, none where the regulation publishes totals only."""
    public = published(s, vote)
    if public is None or public.totals_only:
        return {}
    return {pot: ballots for pot, ballots in plain_lists(s, vote).items() if pot not in public.withheld}


def plain_lists(s: Session, vote: Vote) -> dict[str, list[Any]]:
    """Every plain list of a counted vote; for the count, its backup and the filtered publication only."""
    lists: dict[str, list[Any]] = {pot["id"]: [] for pot in vote.document["pots"]}
    rows = s.execute(
        select(PlainBallot.pot_id, PlainBallot.choice)
        .where(PlainBallot.vote_id == vote.id)
        .order_by(PlainBallot.pot_id, PlainBallot.number)
    )
    for pot_id, choice in rows:
        lists.setdefault(pot_id, []).append(json.loads(choice))
    return lists


def receipts_counted(s: Session, vote: Vote) -> list[str]:
    """The sorted hashes of receipts in the counted set; empty before publication."""
    if vote.state is not VoteState.PUBLISHED:
        return []
    return receipts_recorded(s, vote)


def receipts_recorded(s: Session, vote: Vote) -> list[str]:
    return sorted(
        s.scalars(select(Receipt.code_hash).where(Receipt.vote_id == vote.id, Receipt.state == ReceiptState.RECORDED))
    )


def sentences(vote: Vote) -> list[Text]:
    """The vote's regulation in plain words."""
    return describe(vote.document)
