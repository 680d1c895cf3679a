"""The count in four steps: it survives a crash between any two, and a planted difference stops it before anything is
written."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal import cli
from portal.base import clock, db
from portal.base.ground import Ground
from portal.base.jobs import JobRow
from portal.identity.actions import person_for
from portal.identity.models import RoleGrant
from portal.voting import (
    actions,
    actions_count,
    actions_count_open,
    actions_keep,
    actions_verify,
    queries,
    queries_publication,
    sealing,
    sealing_files,
)
from portal.voting.counting import passes
from portal.voting.models import (
    CountRun,
    Participation,
    PlainBallot,
    Receipt,
    RollEntry,
    SealedBallot,
    Vote,
    VoteState,
)
from portal.voting.models_chain import ChainEntry, Commitment
from tests.voting.town import OFFICER, RESIDENT, SECOND, cast, close, found, opened, prepared, regulation, start_count

pytestmark = pytest.mark.usefixtures("here")


def voted(document: dict[str, Any] | None = None, voters: int = 12, **given: Any) -> str:
    """A vote with ballots, one of them changed, after its close."""
    vote = opened(document, **given)
    for n in range(voters):
        cast(vote, f"resident {n}", {"1": [f"P{n % 8}"]})
        if n == 0:
            cast(vote, "resident 0", {"1": ["P7"], "2": ["P8"]})
    close(vote)
    return vote


def state(vote: str) -> VoteState:
    with db.read() as s:
        return found(s, vote).state


def rows(model: type) -> int:
    with db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def publish(vote: str) -> None:
    with db.write() as s:
        actions_count.publish(s, OFFICER, found(s, vote), halves_destroyed=True)


def test_two_officers_count_and_the_result_is_published() -> None:
    vote = voted()
    start_count(vote)
    actions_count.run_count(vote)
    assert state(vote) is VoteState.FINISHED
    assert rows(SealedBallot) == 0 and rows(PlainBallot) == 13 and rows(Receipt) == 13
    with db.read() as s:
        assert queries.published(s, found(s, vote)) is None  # counted is not published
        assert queries.published_ballots(s, found(s, vote)) == {} and queries.receipts_counted(s, found(s, vote)) == []
    publish(vote)
    with db.read() as s:
        public = queries.published(s, found(s, vote))
        assert public is not None
        assert public.numbers == {
            "ballots": 12, "void": 0, "receipts": 12, "channels": {"web": 12}, "pots": {"1": 12},
        }  # fmt: skip
        assert public.outcome["pots"][0]["winners"][0]["id"] in {"P1", "P2", "P3", "P7"}
        assert public.withheld == ("2",)
        ballots = queries.published_ballots(s, found(s, vote))
        assert list(ballots) == ["1"] and sorted(map(tuple, ballots["1"]))[0] == ("P0",)
        assert len(queries.receipts_counted(s, found(s, vote))) == 12


def test_the_last_ballot_counts_and_receipts_say_so() -> None:
    vote = opened()
    first, last = cast(vote, "Ana", {"1": ["P1"]}), cast(vote, "Ana", {"1": ["P2"]})
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    with db.read() as s:
        assert queries.plain_lists(s, found(s, vote)) == {"1": [["P2"]], "2": []}
        answers = [queries.receipt(s, found(s, vote), one.receipt_code) for one in (first, last)]
    assert [answer.counted for answer in answers if answer] == [False, True]


def test_one_officer_alone_cannot_count() -> None:
    vote = voted(voters=1)
    with db.write() as s:
        actions_count.ask_count(s, OFFICER, found(s, vote))
    with pytest.raises(actions.NotPossible, match="two budget officers"), db.write() as s:
        actions_count.confirm_count(s, OFFICER, found(s, vote))
    with pytest.raises(actions.NotPossible, match="Only a budget officer"), db.write() as s:
        actions_count.confirm_count(s, RESIDENT, found(s, vote))
    actions_count.run_count(vote)
    assert state(vote) is VoteState.OPEN and rows(SealedBallot) == 1


def test_nobody_counts_before_the_close() -> None:
    vote = opened()
    with pytest.raises(actions.NotPossible, match="after its close"), db.write() as s:
        actions_count.ask_count(s, OFFICER, found(s, vote))


def test_the_confirmed_count_is_a_job_of_the_worker() -> None:
    vote = voted(voters=1)
    start_count(vote)
    with db.read() as s:
        assert s.execute(select(JobRow.kind, JobRow.payload)).all() == [("voting.count", {"vote": vote})]
    with pytest.raises(actions.NotPossible, match="started already"), db.write() as s:
        actions_count.confirm_count(s, SECOND, found(s, vote))


# --- crashes ----------------------------------------------------------------------------------------------------------


class Crash(BaseException):
    """kill -9 as seen from inside: nothing below is caught by the code under test."""


@pytest.mark.parametrize("step", ["open_all", "_store", "_keep", "_destroy"])
@pytest.mark.parametrize("before", [True, False])
def test_a_crash_before_or_after_each_step_is_resumed(monkeypatch: pytest.MonkeyPatch, step: str, before: bool) -> None:
    vote = voted()
    start_count(vote)
    real: Callable[..., Any] = getattr(actions_count, step)

    def crash(*given: Any) -> Any:
        if not before:
            real(*given)
        raise Crash

    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(actions_count, step, crash)
        actions_count.run_count(vote)
    with db.read() as s:
        assert queries.published(s, found(s, vote)) is None
    if state(vote) is not VoteState.FINISHED:
        with pytest.raises(actions.NotPossible):
            publish(vote)
    actions_count.run_count(vote)
    assert state(vote) is VoteState.FINISHED and rows(PlainBallot) == 13 and rows(SealedBallot) == 0
    actions_count.run_count(vote)  # the worker may run a job twice
    assert rows(PlainBallot) == 13


def test_a_crash_between_destroying_the_key_and_saying_so_is_resumed(here: Ground) -> None:
    vote = voted()
    start_count(vote)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Crash):
        patch.setattr(actions_count, "_destroy", _raise)
        actions_count.run_count(vote)
    sealing_files.destroy_key(here.settings.keys, vote)
    actions_count.run_count(vote)
    assert state(vote) is VoteState.FINISHED


def _raise(*_given: Any) -> None:
    raise Crash


def test_a_ballot_changed_between_opening_and_storing_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    vote = voted()
    start_count(vote)
    real = actions_count.open_all

    def meddle(snapshot: Any) -> Any:
        opened_now = real(snapshot)
        with db.write() as s:
            s.execute(delete(SealedBallot).where(SealedBallot.slot == snapshot.sealed[0][0]))
        return opened_now

    monkeypatch.setattr(actions_count, "open_all", meddle)
    with pytest.raises(RuntimeError, match="changed"):
        actions_count.run_count(vote)
    assert rows(PlainBallot) == 0 and state(vote) is VoteState.OPEN


# --- planted breaks ---------------------------------------------------------------------------------------------------


def remove_ballot(s: Session, _vote: Vote) -> None:
    s.execute(delete(SealedBallot).where(SealedBallot.slot == s.scalar(select(func.min(SealedBallot.slot)))))


def swap_ballots(s: Session, _vote: Vote) -> None:
    one, two = s.execute(select(SealedBallot.slot, SealedBallot.choices).limit(2)).all()
    s.execute(update(SealedBallot).where(SealedBallot.slot == one.slot).values(choices=two.choices))


def edit_ballot(s: Session, _vote: Vote) -> None:
    row = s.execute(select(SealedBallot.slot, SealedBallot.choices).limit(1)).one()
    changed = bytes(row.choices[:-1]) + bytes([row.choices[-1] ^ 1])
    s.execute(update(SealedBallot).where(SealedBallot.slot == row.slot).values(choices=changed))


def add_ballot(s: Session, vote: Vote) -> None:
    """By somebody who has the key: it stands in no participation."""
    actions.seal_ballot(s, vote, actions.subkeys(vote), "ab" * 32, [0], receipt=None, channel="web")


def forbidden_ballot(s: Session, vote: Vote) -> None:
    slot = s.scalar(select(func.min(SealedBallot.slot)))
    keys = actions.subkeys(vote)
    envelope = s.scalar(select(SealedBallot.envelope).where(SealedBallot.slot == slot))
    receipt = sealing.open_envelope(keys, vote.public_id, str(slot), bytes(envelope or b"")).receipt
    old = s.execute(select(SealedBallot.envelope, SealedBallot.choices).where(SealedBallot.slot == slot)).one()
    actions.seal_ballot(s, vote, keys, str(slot), [1, 1], receipt=receipt, channel="web", old=actions.Standing(*old))
    s.execute(update(Receipt).where(Receipt.code_hash == receipt).values(state="recorded"))


def remove_participation(s: Session, _vote: Vote) -> None:
    s.execute(delete(Participation).where(Participation.claim == s.scalar(select(func.max(Participation.claim)))))


def change_channel(s: Session, _vote: Vote) -> None:
    claim = s.scalar(select(func.max(Participation.claim)))
    s.execute(update(Participation).where(Participation.claim == claim).values(channel="desk"))


def replace_receipt(s: Session, _vote: Vote) -> None:
    s.execute(update(Receipt).where(Receipt.state == "recorded").values(state="replaced"))


def add_receipt(s: Session, vote: Vote) -> None:
    s.add(Receipt(vote_id=vote.id, code_hash="cd" * 32, state="recorded"))


PLANTED = [
    remove_ballot, swap_ballots, edit_ballot, add_ballot, forbidden_ballot, remove_participation, change_channel,
    replace_receipt, add_receipt,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_break_stops_the_count_and_nothing_is_stored(plant: Callable[[Session, Vote], None]) -> None:
    vote = voted()
    with db.write() as s:
        plant(s, found(s, vote))
    start_count(vote)
    sealed = rows(SealedBallot)
    actions_count.run_count(vote)
    assert state(vote) is VoteState.OPEN and rows(PlainBallot) == 0 and rows(SealedBallot) == sealed
    with db.read() as s:
        status = queries.status(s, found(s, vote), clock.city_now())
    assert status.phase == "stopped" and status.differences[0]["number"] >= 1 and len(status.differences) >= 2
    start_count(vote)  # officers may ask again, after the auditor has looked
    actions_count.run_count(vote)
    assert state(vote) is VoteState.OPEN


def test_a_missing_key_file_stops_the_count_until_it_is_back(here: Ground) -> None:
    vote = voted()
    path = sealing_files.key_path(here.settings.keys, vote)
    key = path.read_bytes()
    path.unlink()
    start_count(vote)
    actions_count.run_count(vote)
    with db.read() as s:
        status = queries.status(s, found(s, vote), clock.city_now())
    assert status.phase == "stopped" and "missing" in status.differences[1]["detail"]
    assert rows(PlainBallot) == 0 and rows(SealedBallot) == 12
    path.write_bytes(key)
    path.chmod(0o600)
    start_count(vote)
    actions_count.run_count(vote)
    assert state(vote) is VoteState.FINISHED


# --- what is kept and published ---------------------------------------------------------------------------------------


def test_the_backup_holds_the_plain_lists_before_the_key_goes(here: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    vote = voted()
    start_count(vote)
    real = actions_count._destroy
    path = here.settings.instance / "backups" / f"vote-{vote}.json"

    def look(public_id: str) -> None:
        kept = json.loads(path.read_bytes())
        assert len(kept["ballots"]["1"]) == 12 and kept["outcome"] and path.stat().st_mode & 0o777 == 0o600
        assert sealing_files.key_path(here.settings.keys, vote).exists()
        real(public_id)

    monkeypatch.setattr(actions_count, "_destroy", look)
    actions_count.run_count(vote)
    assert not sealing_files.key_path(here.settings.keys, vote).exists()
    with db.read() as s:
        run = s.scalars(select(CountRun)).one()
        assert run.backup_hash == hashlib.sha256(path.read_bytes()).hexdigest() and run.destroyed_at is not None
    assert actions_keep.compare(vote) == []
    assert actions_keep.backup_plain_lists(here.settings.instance / "copy") == [path.name]
    path.write_bytes(path.read_bytes().replace(b'"P1"', b'"P2"', 1))
    assert actions_keep.compare(vote) == ["ballots"]


def test_a_restored_older_database_takes_the_lists_from_the_kept_file(here: Ground) -> None:
    vote = voted()
    engine = here.database.engine
    tables = [RollEntry, Participation, SealedBallot, Receipt]
    with db.read() as s:
        older = {model: [dict(row._mapping) for row in s.execute(select(model.__table__))] for model in tables}
        key = sealing_files.load_key(here.settings.keys, vote, found(s, vote).key_check or "")
    start_count(vote)
    actions_count.run_count(vote)
    kept = (here.settings.instance / "backups" / f"vote-{vote}.json").read_bytes()
    with engine.begin() as connection:  # yesterday's database comes back, key and sealed ballots with it
        for model in (CountRun, PlainBallot, Receipt, Commitment):
            connection.execute(delete(model))
        connection.execute(delete(ChainEntry).where(ChainEntry.number > 0))
        connection.execute(update(Vote).values(state="open", outcome=None, numbers=None, lists=None, counted_at=None))
        connection.execute(SealedBallot.__table__.insert(), older[SealedBallot])  # type: ignore[attr-defined]
        connection.execute(Receipt.__table__.insert(), older[Receipt][:5])  # type: ignore[attr-defined]
    sealing_files.store_key(here.settings.keys, vote, key)
    with db.write() as s:
        assert actions_keep.restore_counted(s, OFFICER, kept) is not None
    assert state(vote) is VoteState.FINISHED and rows(SealedBallot) == 0 and rows(PlainBallot) == 13
    assert not sealing_files.key_path(here.settings.keys, vote).exists()
    assert actions_keep.compare(vote) == [] and actions_verify.verify(vote).differences == []
    with db.write() as s:
        assert actions_keep.restore_counted(s, OFFICER, kept) is None


def test_a_lost_key_comes_back_from_both_halves(here: Ground) -> None:
    public_id = prepared()
    with db.write() as s:
        halves = actions.open_vote(s, OFFICER, found(s, public_id), holders=("Bo", "Cleo")).halves
    assert halves is not None
    sealing_files.key_path(here.settings.keys, public_id).unlink()
    with db.read() as s:
        assert [vote.public_id for vote in queries.votes_without_key(s)] == [public_id]
    for wrong in [(halves[0], halves[0]), (halves[0], halves[1][:-3])]:
        with pytest.raises(actions.NotPossible), db.write() as s:
            actions.restore_key(s, OFFICER, found(s, public_id), *wrong)
    with db.write() as s:
        actions.restore_key(s, OFFICER, found(s, public_id), halves[1], halves[0])
    with db.read() as s:
        assert queries.votes_without_key(s) == []
    cast(public_id, "Ana", {"1": ["P1"]})


def test_a_backup_that_does_not_read_back_keeps_the_key(here: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    vote = voted()
    start_count(vote)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: b"bad disk")
    with pytest.raises(RuntimeError, match="read back"):
        actions_count.run_count(vote)
    monkeypatch.undo()
    assert state(vote) is VoteState.COUNTED and sealing_files.key_path(here.settings.keys, vote).exists()
    actions_count.run_count(vote)
    assert state(vote) is VoteState.FINISHED


def test_halves_are_destroyed_on_record_before_publication() -> None:
    vote = voted(voters=1)
    start_count(vote)
    actions_count.run_count(vote)
    with pytest.raises(actions.NotPossible, match="halves"), db.write() as s:
        actions_count.publish(s, OFFICER, found(s, vote))
    publish(vote)
    with pytest.raises(actions.NotPossible, match="already"):
        publish(vote)


def download(vote: str) -> zipfile.ZipFile:
    with db.read() as s:
        first = queries_publication.archive(s, found(s, vote))
        assert first == queries_publication.archive(s, found(s, vote))
    return zipfile.ZipFile(io.BytesIO(first))


def counted(document: dict[str, Any] | None = None, draw: str = "", **given: Any) -> str:
    vote = voted(document, **given)
    start_count(vote, draw)
    actions_count.run_count(vote)
    publish(vote)
    return vote


def test_a_small_pot_publishes_no_ballot_and_lists_carry_their_salted_hash() -> None:
    files = download(counted())
    ballots = json.loads(files.read("ballots.json"))
    large, small = ballots["pots"]["1"], ballots["pots"]["2"]
    assert large["sha256"] == actions_count_open.plain_list_hash(large["salt"], "1", large["ballots"])
    assert set(small) == {"sha256", "withheld"} and large["number"] == 12
    told = {pot["id"]: pot for pot in json.loads(files.read("outcome.json"))["pots"]}
    assert told["1"]["ballots"] == 12 and "votes" in told["1"]["winners"][0]
    assert told["2"].keys() == {"id", "budget", "spent", "rule", "ties_by", "winners", "losers", "withheld"}
    assert all(row.keys() == {"id", "cost"} for row in [*told["2"]["winners"], *told["2"]["losers"]])
    assert told["2"]["losers"]
    document = files.read("regulation.json")
    assert hashlib.sha256(document).hexdigest() == ballots["regulation_sha256"]
    receipts = files.read("receipts.txt").decode().split()
    assert receipts == sorted(receipts) and len(receipts) == 12


def test_totals_only_publishes_no_list_at_all() -> None:
    vote = counted(regulation(publication="totals"))
    ballots = json.loads(download(vote).read("ballots.json"))["pots"]["1"]
    assert set(ballots) == {"number", "sha256", "totals"} and ballots["totals"]["votes"]["P7"] == 2
    with db.read() as s:
        assert queries.published_ballots(s, found(s, vote)) == {}


def test_lots_come_from_the_key_and_the_public_draw() -> None:
    on = (clock.city_now() + timedelta(days=30)).date().isoformat()
    document = regulation(draw={"name": "the state lottery", "on": on})
    assert document["ties"] == ["min-cost", "lot", "id"]
    vote = voted(document)
    with db.write() as s:
        with pytest.raises(actions.NotPossible, match="public draw"):
            actions_count.ask_count(s, OFFICER, found(s, vote))
    with db.write() as s:
        actions_count.ask_count(s, OFFICER, found(s, vote), draw="3 14 15")
    with pytest.raises(actions.NotPossible, match="different results"), db.write() as s:
        actions_count.confirm_count(s, SECOND, found(s, vote), draw="3 14 51")
    start_count(vote, "3  14 15")
    with db.read() as s:
        lot_key = actions.subkeys(found(s, vote)).lot
    actions_count.run_count(vote)
    with db.read() as s:
        lots = found(s, vote).lots
    assert lots == {"lot_key": lot_key.hex(), "draw": "3 14 15", "seed": sealing.lot_seed(lot_key, "3 14 15")}


@pytest.mark.parametrize("ready", ["most-votes", "equal-shares-swiecie", "equal-shares-assen"])
def test_anybody_counts_the_download_again(tmp_path: Path, ready: str) -> None:
    pytest.importorskip("portal.voting.recount")
    files = download(counted(regulation(ready)))
    files.extractall(tmp_path)
    assert files.read("recount.py") == queries_publication.RECOUNT.read_bytes()
    done = subprocess.run(
        [sys.executable, "-I", "recount.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_operator_counts_a_download_again_with_one_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = tmp_path / "recount.zip"
    files = download(counted(regulation("equal-shares-assen")))
    with zipfile.ZipFile(packed, "w") as copy:
        for name in files.namelist():
            copy.writestr(name, files.read(name))
    with pytest.raises(SystemExit) as done:
        cli.main(["recount", str(packed)])
    assert done.value.code == 0 and "The same outcome, byte for byte" in capsys.readouterr().out
    with pytest.raises(SystemExit) as done:
        cli.main(["recount"])
    assert done.value.code == 2 and "name the downloaded ZIP file" in capsys.readouterr().err


def test_few_voters_and_much_money_are_counted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four ballots over 560,000: the share rises by tens of thousands of euros, a euro at a time."""
    rising = regulation(
        "equal-shares-assen",
        pots=[{"id": "1", "budget_cents": 560_000_00, "names": {"en": "City-wide"}}],
        projects=[
            {
                "id": f"P{n}",
                "pot": "1",
                "cost_cents": (50_000 + 9_090 * n) * 100,
                "category": None,
                "names": {"en": "P"},
            }
            for n in range(12)
        ],
        ballot={"kind": "approval", "min": 1, "max": 8},
    )
    vote = opened(rising)
    for n in range(4):
        cast(vote, f"resident {n}", {"1": [f"P{(n + k * (n + 1)) % 12}" for k in range(3)]})
    close(vote)
    start_count(vote)
    made = []
    run = passes.Count.run
    monkeypatch.setattr(passes.Count, "run", lambda *given, **named: made.append(0) or run(*given, **named))
    actions_count.run_count(vote)
    with db.read() as s:
        share = json.loads(found(s, vote).outcome or "")["pots"][0]["share"]
    assert share["raises"] > 10_000 and len(made) < 300


def test_two_officers_of_one_hand_are_not_four_eyes(here: Ground) -> None:
    """Adam makes Cleo an officer after the opening and asks for the count: Cleo cannot be the second, nor the other
    way round; a role given by somebody else, or before the opening, is no hindrance."""
    vote = voted()
    now = clock.now()
    with db.write() as s:
        adam, cleo, bo = [person_for(s, "x", n, name=n, language="en", now=now).id for n in ("adam", "cleo", "bo")]
        s.add(RoleGrant(person_id=cleo, role="budget_officer", granted_by_id=adam, at=now))
        s.add(RoleGrant(person_id=bo, role="budget_officer", granted_by_id=adam, at=now - timedelta(days=400)))
    first, second, third = [replace(OFFICER, person_id=one) for one in (adam, cleo, bo)]
    for one, other in ((first, second), (second, first)):
        with db.write() as s:
            actions_count.ask_count(s, one, found(s, vote))
        with db.write() as s, pytest.raises(actions.NotPossible, match="given the other the role"):
            actions_count.confirm_count(s, other, found(s, vote))
    with db.write() as s:
        actions_count.confirm_count(s, third, found(s, vote))
