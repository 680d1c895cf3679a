"""The chain of a vote: entries that continue each other, more than forty ways of damaging a vote, and no false alarm."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.base import clock, db, ground
from portal.voting import (
    actions,
    actions_chain,
    actions_count,
    actions_import,
    actions_verify,
    chain,
    commands,
    queries_chain,
    sealing,
    sealing_files,
)
from portal.voting.models import Participation, PlainBallot, Receipt, RollEntry, SealedBallot, Vote, VoteState
from portal.voting.models_chain import ChainEntry, Commitment
from tests.voting.town import cast, close, found, opened, start_count

pytestmark = pytest.mark.usefixtures("here")

Heads = list[tuple[int, str]]


# --- the worker -------------------------------------------------------------------------------------------------------


def entries(vote: str) -> list[chain.Entry]:
    with db.read() as s:
        return queries_chain.entries(s, found(s, vote).id)


def kinds(vote: str) -> list[tuple[str, int]]:
    return [(one.kind, one.ballots) for one in entries(vote)]


def many(vote: str, start: int, stop: int, project: str = "P1") -> None:
    for n in range(start, stop):
        cast(vote, f"resident {n}", {"1": [project]})


def next_day(vote: str) -> None:
    """The entry of today counts as yesterday's; its head goes with it, and what follows begins anew."""
    with db.write() as s:
        one = queries_chain.entries(s, found(s, vote).id)[-1]
        day = clock.city_now().date() - timedelta(days=1)
        head = chain.head_of(
            one.kind, one.number, day.isoformat(), one.previous, one.new, one.replaced, one.ballots, one.body
        )  # fmt: skip
        s.execute(update(ChainEntry).where(ChainEntry.number == one.number).values(day=day, head=head))


def test_once_a_day_from_ten_on_and_at_the_close_whatever_is_left() -> None:
    vote = opened()
    assert kinds(vote) == [("open", 0)]
    with db.read() as s:
        row = found(s, vote)
        assert entries(vote)[0].body == {"vote": vote, "regulation": row.regulation_hash, "key_check": row.key_check}
    many(vote, 0, 9)
    assert actions_chain.seal_due(vote) is None  # nine would say too much about when somebody voted
    many(vote, 9, 11)
    assert actions_chain.seal_due(vote) is not None and kinds(vote)[1:] == [("day", 11)]
    many(vote, 11, 25)
    assert actions_chain.seal_due(vote) is None  # once a day
    next_day(vote)
    many(vote, 0, 3, "P2")  # three vote again
    many(vote, 0, 1, "P3")  # and one of them once more: what it replaces is still what an entry names
    assert actions_chain.seal_due(vote) is not None and kinds(vote)[2:] == [("day", 25)]
    last = entries(vote)[-1]
    assert len(last.new) == 17 and len(last.replaced) == 3 and set(last.replaced) <= set(entries(vote)[1].new)
    many(vote, 25, 27)
    close(vote)
    assert actions_chain.seal_due(vote) is not None and kinds(vote)[3:] == [("close", 27)]
    assert actions_chain.seal_due(vote) is None
    assert actions_verify.verify(vote).differences == []


def test_nothing_beside_a_ballot_says_which_entry_names_it() -> None:
    vote = opened()
    many(vote, 0, 12)
    with db.read() as s:
        before = s.execute(select(SealedBallot.__table__).order_by(SealedBallot.slot)).all()
    actions_chain.seal_due(vote)
    with db.read() as s:
        assert s.execute(select(SealedBallot.__table__).order_by(SealedBallot.slot)).all() == before
        slots = set(s.scalars(select(SealedBallot.slot)))
        assert not slots & set(s.scalars(select(Commitment.commitment)))


def test_a_vote_that_was_open_before_chains_were_kept_begins_one() -> None:
    vote = opened()
    with db.write() as s:
        s.execute(delete(ChainEntry))
    many(vote, 0, 10)
    assert actions_chain.seal_due(vote) is not None and kinds(vote) == [("open", 0), ("day", 10)]


def test_a_ballot_that_changed_meanwhile_waits_for_the_next_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    vote = opened()
    many(vote, 0, 11)
    read = actions_chain._snapshot

    def slow(public_id: str) -> Any:
        told = read(public_id)
        cast(vote, "resident 3", {"1": ["P5"]})  # between the snapshot and the lock
        return told

    monkeypatch.setattr(actions_chain, "_snapshot", slow)
    assert actions_chain.seal_due(vote) is not None and kinds(vote)[1:] == [("day", 10)]
    report = actions_verify.verify(vote)
    assert report.differences == [] and report.unnamed == 1


def test_the_count_names_its_lists_in_the_last_entry() -> None:
    vote = opened()
    many(vote, 0, 12)
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    assert [one.kind for one in entries(vote)] == ["open", "close", "count"]
    body = entries(vote)[-1].body
    assert body["numbers"]["channels"] == {"web": 12} and body["report"] == {"checked": 12, "differences": 0}
    report = actions_verify.verify(vote)
    assert report.differences == [] and not report.sealed and report.ballots == 12


# --- damage -----------------------------------------------------------------------------------------------------------


def standing() -> tuple[str, Heads, dict[str, Any]]:
    """A vote with two entries of days, ballots changed between and after them, and some that no entry names yet. Its heads
    as somebody keeps them, and a ballot as it was before its voter changed it."""
    vote = opened()
    many(vote, 0, 12)
    actions_chain.seal_due(vote)
    next_day(vote)
    with db.read() as s:
        old = {row.slot: dict(row._mapping) for row in s.execute(select(SealedBallot.__table__))}
    many(vote, 0, 2, "P4")
    many(vote, 12, 24)
    actions_chain.seal_due(vote)
    with db.read() as s:
        now = {row.slot: bytes(row.envelope) for row in s.execute(select(SealedBallot.__table__))}
    changed = next(row for slot, row in sorted(old.items()) if bytes(row["envelope"]) != now[slot])
    many(vote, 23, 26, "P6")
    return vote, [(one.number, one.head) for one in entries(vote)], changed


def named_slots(s: Session, vote: Vote) -> list[str]:
    """Slots of ballots that an entry names, in their order."""
    rows = [(row.slot, bytes(row.envelope), bytes(row.choices)) for row in s.execute(select(SealedBallot.__table__))]
    alive = chain.standing(queries_chain.entries(s, vote.id))
    read = actions_chain.opened(vote, actions.subkeys(vote), rows)
    return sorted(one.stored.slot for one in read if one.stored.commitment in alive)


def ballot(s: Session, slot: str) -> Any:
    return s.execute(select(SealedBallot.__table__).where(SealedBallot.slot == slot)).one()


def put(s: Session, at: str, **values: Any) -> None:
    s.execute(update(SealedBallot).where(SealedBallot.slot == at).values(**values))


def flipped(value: bytes, at: int) -> bytes:
    return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]


def reseal(s: Session, vote: Vote, slot: str, prior: str | None) -> None:
    """Whoever holds database and key writes a ballot of their own."""
    keys = actions.subkeys(vote)
    was = sealing.open_envelope(keys, vote.public_id, slot, bytes(ballot(s, slot).envelope))
    put(s, slot, **actions.sealed_values(vote, keys, slot, [2], receipt=was.receipt, channel=was.channel, prior=prior))


def entry(s: Session, vote: Vote, number: int, **values: Any) -> None:
    s.execute(update(ChainEntry).where(ChainEntry.vote_id == vote.id, ChainEntry.number == number).values(**values))


def commitment(s: Session, number: int) -> str:
    found = s.scalars(select(Commitment.commitment).where(Commitment.entry == number).order_by(Commitment.commitment))
    return found.first() or ""


def drop_entry(s: Session, vote: Vote, number: int) -> None:
    s.execute(update(Commitment).where(Commitment.replaced_in == number).values(replaced_in=None))
    s.execute(delete(Commitment).where(Commitment.entry == number))
    s.execute(delete(ChainEntry).where(ChainEntry.vote_id == vote.id, ChainEntry.number == number))


def written_anew(s: Session, vote: Vote) -> None:
    """The whole chain is made again, whole in itself, without one ballot."""
    slot = named_slots(s, vote)[0]
    s.execute(delete(SealedBallot).where(SealedBallot.slot == slot))
    before = None
    gone = chain.strange(queries_chain.entries(s, vote.id), _read(s, vote), settled=False)[0]["slot"]
    for one in queries_chain.entries(s, vote.id):
        new = [each for each in one.new if each != gone]
        before = chain.following(before, one.kind, one.day, new=new, replaced=one.replaced, body=one.body)
        entry(s, vote, one.number, head=before.head, previous=before.previous, ballots=before.ballots)
    s.execute(delete(Commitment).where(Commitment.commitment == gone))
    s.execute(delete(Participation).where(Participation.claim == s.scalar(select(func.max(Participation.claim)))))


def _read(s: Session, vote: Vote) -> list[chain.Stored]:
    rows = [(row.slot, bytes(row.envelope), bytes(row.choices)) for row in s.execute(select(SealedBallot.__table__))]
    return [one.stored for one in actions_chain.opened(vote, actions.subkeys(vote), rows)]


def back_to_the_first_day(s: Session, vote: Vote) -> None:
    """An older copy of the whole database is put in place."""
    drop_entry(s, vote, 2)


def another_key(vote: Vote) -> None:
    sealing_files.store_key(ground.settings().keys, vote.public_id, sealing.new_key())


def same_day_twice(s: Session, vote: Vote) -> None:
    """An entry is told twice: once more under the next number."""
    one = queries_chain.entries(s, vote.id)[-1]
    head = chain.head_of(one.kind, 3, one.day, one.head, (), (), one.ballots, {})
    s.execute(
        insert(ChainEntry).values(
            vote_id=vote.id, number=4, kind="day", day=clock.city_now().date(), previous=one.head, ballots=one.ballots,
            body={}, head=head,
        )
    )  # fmt: skip


def late_participation(s: Session, vote: Vote) -> None:
    s.execute(insert(RollEntry).values(vote_id=vote.id, claim="f" * 64))
    s.execute(insert(Participation).values(vote_id=vote.id, claim="f" * 64, channel="web", day=clock.city_now().date()))


def one_participation(s: Session, **values: Any) -> None:
    mine = Participation.claim == s.scalar(select(func.max(Participation.claim)))
    s.execute(update(Participation).where(mine).values(**values) if values else delete(Participation).where(mine))


Plant = Callable[[Session, Vote, dict[str, Any]], Any]


def on(slot_at: int, change: Callable[[Any], dict[str, Any]]) -> Plant:
    """A plant on a ballot that an entry names."""

    def plant(s: Session, vote: Vote, _old: dict[str, Any]) -> None:
        slot = named_slots(s, vote)[slot_at]
        put(s, slot, **change(ballot(s, slot)))

    return plant


def swapped(*columns: str) -> Plant:
    def plant(s: Session, vote: Vote, _old: dict[str, Any]) -> None:
        one, other = (ballot(s, slot) for slot in named_slots(s, vote)[:2])
        put(s, one.slot, **{name: getattr(other, name) for name in columns})
        put(s, other.slot, **{name: getattr(one, name) for name in columns})

    return plant


def newest_receipt() -> Any:
    return select(func.max(Receipt.code_hash)).where(Receipt.state == "recorded")


def told_lists(vote: Vote, **values: str) -> None:
    """What is published of the list of the first pot."""
    lists = dict(vote.lists or {})
    vote.lists = {**lists, "1": {**lists["1"], **values}}


def new_row(s: Session, vote: Vote, slot: str) -> None:
    values = actions.sealed_values(vote, actions.subkeys(vote), slot, [1], receipt=None, channel="web")
    s.execute(insert(SealedBallot).values(vote_id=vote.id, slot=slot, **values))


def unnamed(s: Session, vote: Vote) -> str:
    return sorted({row.slot for row in s.execute(select(SealedBallot.slot))} - set(named_slots(s, vote)))[0]


DAMAGE: dict[str, tuple[str, Plant]] = {
    # sealed ballots
    "a named ballot is removed": (
        "missing",
        lambda s, v, o: s.execute(delete(SealedBallot).where(SealedBallot.slot == named_slots(s, v)[0])),
    ),
    "a ballot that no entry names is removed": (
        "participation",
        lambda s, v, o: s.execute(delete(SealedBallot).where(SealedBallot.slot == unnamed(s, v))),
    ),
    "a ballot is added": ("participation", lambda s, v, o: new_row(s, v, "a" * 64)),
    "a ballot is added with a participation": (
        "receipt",
        lambda s, v, o: (
            new_row(s, v, "a" * 64),
            late_participation(s, v),
            s.execute(insert(Receipt).values(vote_id=v.id, code_hash="b" * 64, state="recorded")),
        ),
    ),
    "two ballots are swapped": ("does not open", swapped("envelope", "choices")),
    "two envelopes are swapped": ("does not open", swapped("envelope")),
    "the choices of two ballots are swapped": ("missing", swapped("choices")),
    "a bit of an envelope is changed": (
        "does not open",
        on(0, lambda row: {"envelope": flipped(bytes(row.envelope), 40)}),
    ),
    "a bit of an envelope's IV is changed": (
        "does not open",
        on(1, lambda row: {"envelope": flipped(bytes(row.envelope), 3)}),
    ),
    "a bit of choices is changed": ("missing", on(0, lambda row: {"choices": flipped(bytes(row.choices), 20)})),
    "an envelope is cut": ("does not open", on(0, lambda row: {"envelope": bytes(row.envelope)[:-1]})),
    "an envelope is emptied": ("does not open", on(0, lambda row: {"envelope": b""})),
    "a ballot is moved to another slot": ("does not open", on(2, lambda row: {"slot": "c" * 64})),
    "the ballot before a change is put back": (
        "rolled back",
        lambda s, v, o: put(s, o["slot"], envelope=bytes(o["envelope"]), choices=bytes(o["choices"])),
    ),
    "a ballot is written anew with the key": ("missing", lambda s, v, o: reseal(s, v, named_slots(s, v)[3], None)),
    "a ballot written anew replaces one that never stood": (
        "swapped",
        lambda s, v, o: reseal(s, v, named_slots(s, v)[3], "d" * 64),
    ),
    "a ballot written anew says it replaces another's": (
        "missing",
        lambda s, v, o: reseal(s, v, named_slots(s, v)[3], max(chain.standing(queries_chain.entries(s, v.id)))),
    ),
    "three ballots are removed at once": (
        "missing",
        lambda s, v, o: s.execute(delete(SealedBallot).where(SealedBallot.slot.in_(named_slots(s, v)[:3]))),
    ),
    # roll and receipts
    "a participation is removed": ("participation", lambda s, v, o: one_participation(s)),
    "a participation gets another channel": ("participation", lambda s, v, o: one_participation(s, channel="desk")),
    "a participation is added": ("participation", lambda s, v, o: late_participation(s, v)),
    "a receipt is removed": (
        "receipt",
        lambda s, v, o: s.execute(delete(Receipt).where(Receipt.code_hash == s.scalar(newest_receipt()))),
    ),
    "a receipt is called replaced": (
        "receipt",
        lambda s, v, o: s.execute(
            update(Receipt).where(Receipt.code_hash == s.scalar(newest_receipt())).values(state="replaced")
        ),
    ),
    "a replaced receipt is called recorded": (
        "receipt",
        lambda s, v, o: s.execute(update(Receipt).values(state="recorded")),
    ),
    "a receipt is added": (
        "receipt",
        lambda s, v, o: s.execute(insert(Receipt).values(vote_id=v.id, code_hash="e" * 64, state="recorded")),
    ),
    # chain
    "a head is changed": ("chain", lambda s, v, o: entry(s, v, 1, head="0" * 64)),
    "the last head is changed": ("chain", lambda s, v, o: entry(s, v, 2, head="1" * 64)),
    "what an entry continues is changed": ("chain", lambda s, v, o: entry(s, v, 2, previous="0" * 64)),
    "a number of ballots is changed": ("chain", lambda s, v, o: entry(s, v, 1, ballots=13)),
    "the day of an entry is changed": ("chain", lambda s, v, o: entry(s, v, 1, day=clock.city_now().date())),
    "the kind of an entry is changed": ("chain", lambda s, v, o: entry(s, v, 1, kind="close")),
    "the first entry names another regulation": (
        "chain",
        lambda s, v, o: entry(s, v, 0, body={"vote": v.public_id, "regulation": "0" * 64, "key_check": v.key_check}),
    ),
    "a commitment is dropped": (
        "chain",
        lambda s, v, o: s.execute(delete(Commitment).where(Commitment.commitment == commitment(s, 2))),
    ),
    "a commitment is added": (
        "chain",
        lambda s, v, o: s.execute(insert(Commitment).values(vote_id=v.id, commitment="9" * 64, entry=1)),
    ),
    "a commitment is changed": (
        "chain",
        lambda s, v, o: s.execute(
            update(Commitment).where(Commitment.commitment == commitment(s, 1)).values(commitment="8" * 64)
        ),
    ),
    "a commitment moves to another entry": (
        "chain",
        lambda s, v, o: s.execute(update(Commitment).where(Commitment.commitment == commitment(s, 2)).values(entry=1)),
    ),
    "a replaced ballot is called standing": (
        "chain",
        lambda s, v, o: s.execute(update(Commitment).values(replaced_in=None)),
    ),
    "a standing ballot is called replaced": (
        "chain",
        lambda s, v, o: s.execute(
            update(Commitment).where(Commitment.commitment == commitment(s, 2)).values(replaced_in=2)
        ),
    ),
    "an entry is dropped": ("chain", lambda s, v, o: drop_entry(s, v, 1)),
    "the first entry is dropped": ("chain", lambda s, v, o: drop_entry(s, v, 0)),
    "all entries are dropped": ("chain", lambda s, v, o: [drop_entry(s, v, n) for n in (2, 1, 0)]),
    "an entry is skipped": ("chain", lambda s, v, o: same_day_twice(s, v)),
    "the last entry is dropped": ("head", lambda s, v, o: drop_entry(s, v, 2)),
    "the whole file is rolled back": ("head", lambda s, v, o: back_to_the_first_day(s, v)),
    "the whole chain is written anew": ("head", lambda s, v, o: written_anew(s, v)),
    # what was frozen
    "the regulation is changed": (
        "regulation",
        lambda s, v, o: s.execute(update(Vote).values(regulation=v.regulation.replace("Project 3", "Project 4", 1))),
    ),
    "the regulation's hash is changed": (
        "regulation",
        lambda s, v, o: s.execute(update(Vote).values(regulation_hash="0" * 64)),
    ),
    "the check value of the key is changed": (
        "vote key",
        lambda s, v, o: s.execute(update(Vote).values(key_check="0" * 64)),
    ),
    "the key is another one": ("vote key", lambda s, v, o: another_key(v)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_before_the_count_is_found_and_named(damage: str) -> None:
    what, plant = DAMAGE[damage]
    vote, heads, old = standing()
    with db.write() as s:
        plant(s, found(s, vote), old)
    told = {one["what"] for one in actions_verify.verify(vote, heads).differences}
    assert what in told, told


def test_an_undamaged_vote_is_called_so() -> None:
    vote, heads, _old = standing()
    report = actions_verify.verify(vote, heads)
    assert (report.differences, report.entries, report.ballots, report.unnamed) == ([], 3, 26, 3)


def plain(s: Session, number: int, **values: Any) -> None:
    mine = (PlainBallot.pot_id == "1", PlainBallot.number == number)
    s.execute(update(PlainBallot).where(*mine).values(**values) if values else delete(PlainBallot).where(*mine))


def swap_plain(s: Session) -> None:
    mine = {row.number: row.choice for row in s.execute(select(PlainBallot.__table__))}
    other = next(n for n in mine if mine[n] != mine[0])
    plain(s, 0, choice=mine[other])
    plain(s, other, choice=mine[0])


AFTERWARDS: dict[str, tuple[str, Callable[[Session, Vote], Any]]] = {
    "a choice is changed": ("plain list", lambda s, v: plain(s, 0, choice='["P7"]')),
    "a ballot is removed": ("plain list", lambda s, v: plain(s, 3)),
    "a ballot is added": (
        "plain list",
        lambda s, v: s.execute(insert(PlainBallot).values(vote_id=v.id, pot_id="1", number=99, choice='["P1"]')),
    ),
    "two ballots change places": ("plain list", lambda s, v: swap_plain(s)),
    "the published hash is changed": ("plain list", lambda s, v: told_lists(v, sha256="0" * 64)),
    "the salt is changed": ("plain list", lambda s, v: told_lists(v, salt="0" * 64)),
    "a receipt is removed": (
        "receipts",
        lambda s, v: s.execute(
            delete(Receipt).where(Receipt.code_hash == s.scalar(select(func.max(Receipt.code_hash))))
        ),
    ),
    "a receipt is added": (
        "receipts",
        lambda s, v: s.execute(insert(Receipt).values(vote_id=v.id, code_hash="e" * 64, state="recorded")),
    ),
    "the numbers are changed": ("numbers", lambda s, v: setattr(v, "numbers", {**(v.numbers or {}), "ballots": 99})),
    "the numbers of a pot are changed": (
        "numbers",
        lambda s, v: setattr(v, "numbers", {**(v.numbers or {}), "pots": {"1": 99, "2": 0}}),
    ),
    "the outcome is changed": (
        "outcome",
        lambda s, v: setattr(v, "outcome", (v.outcome or "").replace('"P1"', '"P7"', 1)),
    ),
    "the last entry is changed": ("chain", lambda s, v: entry(s, v, 2, body={"lists": {}})),
    "the last entry is dropped": ("chain", lambda s, v: drop_entry(s, v, 2)),
    "the regulation is changed": (
        "regulation",
        lambda s, v: setattr(v, "regulation", v.regulation.replace("Project 3", "Project 4", 1)),
    ),
}


@pytest.mark.parametrize("damage", AFTERWARDS)
def test_damage_after_the_count_is_found_and_named(damage: str) -> None:
    what, plant = AFTERWARDS[damage]
    vote = opened()
    for n in range(12):
        cast(vote, f"resident {n}", {"1": [f"P{n % 3}"]})
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    assert actions_verify.verify(vote).differences == []
    with db.write() as s:
        plant(s, found(s, vote))
    told = {one["what"] for one in actions_verify.verify(vote).differences}
    assert what in told, told


def test_a_damaged_vote_is_not_counted() -> None:
    """Also where the roll and the receipts fit: the chain names a ballot that is not there any more."""
    vote, _heads, _old = standing()
    with db.write() as s:
        row = found(s, vote)
        reseal(s, row, named_slots(s, row)[0], None)
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    with db.read() as s:
        assert found(s, vote).state is VoteState.OPEN
        assert s.scalar(select(func.count()).select_from(PlainBallot)) == 0


# --- a thousand clean votes -------------------------------------------------------------------------------------------


def test_a_thousand_clean_votes_raise_no_alarm() -> None:
    lot = random.Random(20261124)
    for _vote in range(1000):
        told = [chain.following(None, chain.OPEN, "2027-01-01", body={"regulation": "r", "key_check": "k"})]
        stored: dict[int, chain.Stored] = {}
        for day in range(lot.randrange(1, 6)):
            for _cast in range(lot.randrange(25)):
                person, alive = lot.randrange(30), chain.standing(told)
                was = stored.get(person)
                prior = None if was is None else was.commitment if was.commitment in alive else was.prior
                stored[person] = chain.Stored(str(person), secrets.token_hex(32), prior)
            fresh = [one for one in chain.unnamed(told, stored.values()) if lot.random() < 0.9]
            if len(fresh) >= lot.choice([1, 10]):
                new, gone = [one.commitment for one in fresh], [one.prior for one in fresh if one.prior is not None]
                told.append(chain.following(told[-1], chain.DAY, f"2027-01-{day + 2:02}", new=new, replaced=gone))
            if lot.random() < 0.1:
                held = told[-1].number + lot.randrange(3)
                after, body = chain.restored_after(told[-1], (held, "5" * 64) if held > told[-1].number else None)
                told.append(chain.following(told[-1], chain.RESTORED, "2027-01-09", body=body, after=after))
            assert chain.strange(told, stored.values(), settled=False) == []
        assert chain.broken(told, regulation="r", key_check="k") == []
        assert chain.rolled_back(told, [(one.number, one.head) for one in told]) == []


# --- heads that somebody kept -----------------------------------------------------------------------------------------


def test_heads_are_read_as_the_portal_or_as_people_write_them() -> None:
    one, other = "a" * 64, "b" * 64
    assert chain.read_heads(f'{{"heads": [{{"number": 0, "head": "{one}"}}]}}') == [(0, one)]
    assert chain.read_heads(f"Entry 3, 24 March 2027\n\n3  {one.upper()}\r\n12: {other}\n") == [(3, one), (12, other)]
    grouped = " ".join(one[at : at + 8] for at in range(0, 64, 8))
    assert chain.read_heads(f"7: {grouped}") == [(7, one)]  # as it stands on a slip
    for wrong in ("", "nothing", '{"heads": []}', "3 abc"):
        with pytest.raises(ValueError, match="holds no heads"):
            chain.read_heads(wrong)


def test_a_restore_continues_what_people_hold_and_names_what_is_lost() -> None:
    first = chain.following(None, chain.OPEN, "2027-01-01")
    second = chain.following(first, chain.DAY, "2027-01-02", new=["1" * 64])
    lost = chain.following(second, chain.DAY, "2027-01-03", new=["2" * 64])
    after, body = chain.restored_after(second, (lost.number, lost.head))
    again = chain.following(second, chain.RESTORED, "2027-01-04", body=body, after=after)
    assert (again.number, again.previous, again.body) == (3, lost.head, {"after": [1, second.head], "void": [2]})
    told = [first, second, again]
    assert chain.broken(told) == [] and chain.rolled_back(told, [(2, lost.head), (1, second.head)]) == []
    assert [one["what"] for one in chain.rolled_back(told, [(2, "f" * 64)])] == ["head"]


def test_the_auditor_has_a_command(tmp_path: Any) -> None:
    vote, heads, _old = standing()
    kept = tmp_path / "heads.txt"
    kept.write_text("".join(f"{number} {head}\n" for number, head in heads))
    said = CliRunner().invoke(commands.verify, [vote, "--heads", str(kept)])
    assert said.exit_code == 0 and "26 compared, 3 of them wait" in said.output and "No difference." in said.output
    with db.write() as s:
        drop_entry(s, found(s, vote), 2)
    said = CliRunner().invoke(commands.verify, [vote, "--heads", str(kept)])
    assert said.exit_code == 1 and "DIFFERENT: head: the kept head of entry 2 is gone" in said.output
    assert CliRunner().invoke(commands.verify, ["nowhere"]).exit_code == 2


def test_an_import_that_is_repeated_is_no_damage() -> None:
    """Its rows replace themselves, also those that an entry names."""
    vote = opened()
    ballots = [{"1": ["P5"]}] * 12
    for _again in range(2):
        with db.write() as s:
            actions_import.import_open_chunk(s, found(s, vote), 0, ballots)
        assert actions_verify.verify(vote).differences == []
        actions_chain.seal(vote, chain.DAY)
    assert kinds(vote) == [("open", 0), ("day", 12), ("day", 12)]
    assert actions_verify.verify(vote).differences == []
