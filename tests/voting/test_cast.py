"""One roll entry has one ballot, the last one counts, and a cast leaves nothing that leads from a voter to a ballot."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import cast as cast_to

import pytest
from sqlalchemy import Table, event, func, inspect, select, text, update

from portal.base import clock, db, ground
from portal.base.ground import Ground
from portal.voting import actions, queries, sealing, sealing_files
from portal.voting.models import Participation, Receipt, ReceiptState, RollEntry, SealedBallot, Vote
from tests.voting.town import OFFICER, RESIDENT, cast, close, facts, found, opened, prepared, regulation

pytestmark = pytest.mark.usefixtures("here")


def count(model: type) -> int:
    with db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def test_a_cast_stores_one_ballot_and_gives_a_receipt() -> None:
    vote = opened()
    given = cast(vote, "Ana", {"1": ["P1", "P2"], "2": ["P8"]})
    assert not given.repeated and not given.changed and given.state is ReceiptState.RECORDED
    assert [count(m) for m in (RollEntry, Participation, SealedBallot, Receipt)] == [1, 1, 1, 1]
    with db.read() as s:
        answer = queries.receipt(s, found(s, vote), given.receipt_code.lower())
        assert answer is not None and answer.state is ReceiptState.RECORDED and answer.counted is None
        assert queries.receipt(s, found(s, vote), sealing.printed(b"0123456789")) is None


def test_voting_again_replaces_the_ballot_and_its_receipt() -> None:
    vote = opened()
    first, second = cast(vote, "Ana", {"1": ["P1"]}), cast(vote, "Ana", {"2": ["P9"]})
    assert second.changed and first.receipt_code != second.receipt_code
    assert [count(m) for m in (RollEntry, Participation, SealedBallot, Receipt)] == [1, 1, 1, 2]
    with db.read() as s:
        states = [queries.receipt(s, found(s, vote), one.receipt_code).state for one in (first, second)]  # type: ignore[union-attr]
    assert states == [ReceiptState.REPLACED, ReceiptState.RECORDED]


def test_the_same_form_posted_again_stores_nothing_whatever_it_contains() -> None:
    vote = opened()
    token = actions.new_form_token()
    first = cast(vote, "Ana", {"1": ["P1"]}, token)
    with db.read() as s:
        before = s.execute(select(SealedBallot.envelope, SealedBallot.choices)).all()
    again = cast(vote, "Ana", {"1": ["no such project"]}, token)
    assert again.repeated and again.receipt_code == first.receipt_code
    with db.read() as s:
        assert s.execute(select(SealedBallot.envelope, SealedBallot.choices)).all() == before
    close(vote)
    assert cast(vote, "Ana", {}, token).repeated  # a reload after the close is harmless too


def test_a_form_cast_before_the_last_change_says_that_it_was_replaced() -> None:
    vote = opened()
    token = actions.new_form_token()
    cast(vote, "Ana", {"1": ["P1"]}, token)
    cast(vote, "Ana", {"1": ["P2"]})
    assert cast(vote, "Ana", {"1": ["P1"]}, token).state is ReceiptState.REPLACED


@pytest.mark.parametrize(
    "choices",
    [{}, {"1": []}, {"1": ["P1", "P1"]}, {"1": ["P8"]}, {"9": ["P1"]}, {"1": ["P0", "P1", "P2", "P3"]}, {"1": ["x"]}],
)
def test_a_faulty_ballot_is_refused_with_a_sentence(choices: dict[str, list[str]]) -> None:
    vote = opened()
    with pytest.raises(actions.CastRefused) as refused:
        cast(vote, "Ana", choices)
    assert refused.value.status == 422 and str(refused.value.verdict.reason)
    assert [count(m) for m in (RollEntry, Participation, SealedBallot, Receipt)] == [0, 0, 0, 0]


def test_nobody_votes_before_the_opening_or_after_the_close() -> None:
    with pytest.raises(actions.CastRefused, match="not been opened"):
        cast(prepared(object_id=5), "Ana", {"1": ["P1"]})
    vote = opened()
    close(vote)
    with pytest.raises(actions.CastRefused, match="closed"):
        cast(vote, "Ana", {"1": ["P1"]})


def test_the_clock_at_commit_decides_not_the_one_at_the_start() -> None:
    vote = opened()
    with db.write() as s:
        found(s, vote).closes_at = clock.city_now() + timedelta(seconds=0.5)
    with pytest.raises(actions.VoteClosed, match="closed"), db.write() as s:
        actions.cast_ballot(s, RESIDENT, found(s, vote), {"1": ["P1"]}, actions.new_form_token(), facts=facts("Ana"))
        time.sleep(0.6)  # a slow transaction: when it comes to COMMIT, the instant of the close has come
    assert [count(m) for m in (RollEntry, Participation, SealedBallot, Receipt)] == [0, 0, 0, 0]


def test_two_sessions_posting_a_hundred_times_leave_one_ballot(here: Ground) -> None:
    vote = opened()
    tokens = [actions.new_form_token(), actions.new_form_token()]
    gate = threading.Barrier(100)
    answers: list[actions.Cast] = []
    faults: list[BaseException] = []

    def post(n: int) -> None:
        ground.enter(here)
        gate.wait()
        try:
            answers.append(cast(vote, "Ana", {"1": [f"P{n % 8}"]}, tokens[n % 2]))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=post, args=(n,)) for n in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and len(answers) == 100
    assert [count(m) for m in (RollEntry, Participation, SealedBallot, Receipt)] == [1, 1, 1, 2]
    assert sum(not one.repeated for one in answers) == 2
    with db.read() as s:
        states = sorted(s.scalars(select(Receipt.state)))
    assert states == [ReceiptState.RECORDED, ReceiptState.REPLACED]


def test_who_votes_on_paper_by_the_roll_does_not_vote_here() -> None:
    vote = opened()
    cast(vote, "Ana", {"1": ["P1"]})
    with db.write() as s:
        s.execute(update(Participation).values(channel="paper"))
    with pytest.raises(actions.CastRefused, match="on paper") as refused:
        cast(vote, "Ana", {"1": ["P2"]})
    assert refused.value.status == 409
    with db.read() as s:
        assert s.scalars(select(Participation.channel)).all() == ["paper"]
        assert s.scalars(select(Receipt.state)).all() == [ReceiptState.RECORDED]


def test_fifty_voters_at_once_have_fifty_ballots(here: Ground) -> None:
    vote = opened()
    gate = threading.Barrier(50)
    faults: list[BaseException] = []

    def post(n: int) -> None:
        ground.enter(here)
        gate.wait()
        try:
            cast(vote, f"resident {n}", {"1": [f"P{n % 8}"]})
            cast(vote, f"resident {n}", {"2": ["P8"]})
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=post, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [count(m) for m in (RollEntry, Participation, SealedBallot, Receipt)] == [50, 50, 50, 100]


# --- nothing that links -----------------------------------------------------------------------------------------------


@contextmanager
def written(here: Ground) -> Iterator[set[str]]:
    """Names of the tables that statements write to meanwhile."""
    names: set[str] = set()

    def watch(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        words = statement.replace("\n", " ").split()
        for verb in ("INSERT", "UPDATE", "DELETE"):
            if words and words[0] == verb:
                names.add(words[1] if verb == "UPDATE" else words[2])

    event.listen(here.database.engine, "before_cursor_execute", watch)
    yield names
    event.remove(here.database.engine, "before_cursor_execute", watch)


def test_a_cast_writes_to_these_tables_and_no_other(here: Ground) -> None:
    vote = opened()
    cast(vote, "Ana", {"1": ["P1"]})
    with written(here) as names:
        cast(vote, "Bo", {"1": ["P1"]})
        cast(vote, "Ana", {"1": ["P2"]})
    assert names == {"roll_entry", "participation", "sealed_ballot", "receipt"}


CAST_TABLES = (RollEntry, Participation, SealedBallot, Receipt)


def test_tables_of_a_cast_have_no_times_no_running_numbers_and_no_rowid(here: Ground) -> None:
    with db.read() as s:
        for model in CAST_TABLES:
            table = cast_to(Table, model.__table__)
            columns = inspect(s.connection()).get_columns(table.name)
            kinds = {str(column["type"]).upper() for column in columns}
            assert not any("TIME" in kind for kind in kinds), table.name
            assert not any(column.get("autoincrement") is True for column in columns), table.name
            assert not any(column.get("default") for column in columns), table.name
            if db.is_sqlite():
                with pytest.raises(Exception, match="rowid"):
                    s.execute(text(f"SELECT rowid FROM {table.name}"))
    assert {c.name for c in Participation.__table__.columns} == {"vote_id", "claim", "channel", "day"}


def test_equal_ballots_look_different_and_empty_ones_as_long_as_full_ones() -> None:
    vote = opened()
    for name in ("Ana", "Bo"):
        cast(vote, name, {"1": ["P1"]})
    cast(vote, "Cleo", {"1": ["P5", "P6", "P7"], "2": ["P8", "P9", "P10"]})
    with db.read() as s:
        rows = s.execute(select(SealedBallot.slot, SealedBallot.envelope, SealedBallot.choices)).all()
        claims = set(s.scalars(select(RollEntry.claim)))
    assert len({row.choices for row in rows}) == 3 and len({len(row.choices) for row in rows}) == 1
    assert len({len(row.envelope) for row in rows}) == 1
    assert not claims & {row.slot for row in rows}


def test_the_roll_holds_no_claim_and_differs_between_votes(here: Ground) -> None:
    for number in (1, 2):
        cast(opened(object_id=number), "Ana", {"1": ["P1"]})
    with db.read() as s:
        claims = list(s.scalars(select(RollEntry.claim)))
    assert len(set(claims)) == 2 and all(len(claim) == 64 and "Ana" not in claim for claim in claims)


def test_the_key_is_a_private_file_and_not_in_the_database(here: Ground) -> None:
    vote = opened()
    folder = here.settings.keys
    with db.read() as s:
        check = found(s, vote).key_check
        assert check is not None
        key = sealing_files.load_key(folder, vote, check)
        everything = str(s.execute(select(Vote.__table__)).all())
    assert sealing_files.key_path(folder, vote).stat().st_mode & 0o777 == 0o600
    assert key.hex() not in everything


def test_two_officers_get_halves_that_give_the_key() -> None:
    public_id = prepared()
    with db.write() as s:
        given = actions.open_vote(s, OFFICER, found(s, public_id), holders=("Bo", "Cleo"))
        assert given.halves is not None
        assert sealing.check_value(sealing.join_halves(*given.halves)) == given.vote.key_check


@pytest.mark.parametrize("holders", [None, ("Bo", ""), ("Bo", "bo ")])
def test_without_two_holders_a_vote_does_not_open(holders: tuple[str, str] | None) -> None:
    public_id = prepared()
    with pytest.raises(actions.NotPossible, match="half"), db.write() as s:
        actions.open_vote(s, OFFICER, found(s, public_id), holders=holders)


def test_an_incomplete_regulation_does_not_open() -> None:
    public_id = prepared(regulation("equal-shares-assen", rule={"add1_stop": None}))
    with pytest.raises(actions.NotPossible, match="not complete"), db.write() as s:
        actions.open_vote(s, OFFICER, found(s, public_id), holders=("Bo", "Cleo"))


def test_an_opened_vote_is_frozen() -> None:
    opened()
    with pytest.raises(actions.NotPossible, match="opened already"):
        prepared()


# --- turn-out ---------------------------------------------------------------------------------------------------------


def test_turnout_leaves_out_today_and_small_numbers(here: Ground) -> None:
    vote = opened()
    for n in range(12):
        cast(vote, f"resident {n}", {"1": ["P1"]})
    now = clock.city_now()
    with db.read() as s:
        assert queries.turnout(s, found(s, vote), now) is None
        assert queries.turnout(s, found(s, vote), now + timedelta(days=1)) == 12
    with db.write() as s:
        gone = list(s.scalars(select(Participation.claim).limit(3)))
        for claim in gone:
            s.execute(Participation.__table__.delete().where(Participation.claim == claim))  # type: ignore[attr-defined]
    with db.read() as s:
        assert queries.turnout(s, found(s, vote), now + timedelta(days=2)) is None
