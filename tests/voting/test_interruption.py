"""A restore interrupts an open vote: nobody votes until two officers have decided, and everybody is told."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.audit.models import Entry
from portal.base import clock, db, ground, i18n
from portal.base.ground import Ground
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.processes.models import Phase
from portal.voting import actions, actions_count, queries, sealing_files
from portal.voting import actions_interruption as after
from portal.voting import jobs as worker
from portal.voting.actions import NotPossible
from portal.voting.models import SealedBallot, VoteState
from portal.voting.rules_interruption import BREAK_OFF, GO_ON, least_close, pending
from tests.budgeting import town as budgets
from tests.client import Client
from tests.identity.help import enter
from tests.voting.town import OFFICER, SECOND, cast, close, found, opened, start_count

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def interrupt(public_id: str, gap: timedelta = 3 * HOUR) -> None:
    """What a restore writes: the backup was made that long before it."""
    now = clock.now()
    with db.write() as s:
        vote = found(s, public_id)
        told = {"backup": (now - gap).isoformat(), "restored": now.isoformat()}
        vote.interruptions = [*(vote.interruptions or ()), told]


def plan(public_id: str, choice: str = GO_ON, closes_at: datetime | None = None) -> str:
    with db.write() as s:
        after.plan_after_interruption(s, OFFICER, found(s, public_id), choice=choice, closes_at=closes_at)
    with db.read() as s:
        waiting = pending(found(s, public_id))
        assert waiting is not None
        return waiting.plan


def agree(public_id: str, word: str) -> None:
    with db.write() as s:
        after.agree_after_interruption(s, SECOND, found(s, public_id), plan=word)


def earliest(public_id: str) -> datetime:
    with db.read() as s:
        vote = found(s, public_id)
        waiting = pending(vote)
        assert waiting is not None
        return least_close(vote, waiting, clock.city_now())


def close_of(public_id: str) -> datetime:
    with db.read() as s:
        return found(s, public_id).closes_at


def verbs(public_id: str) -> list[str]:
    with db.read() as s:
        return list(s.scalars(select(Entry.verb).where(Entry.object_id == public_id).order_by(Entry.id)))


def test_nobody_votes_and_nothing_is_counted_while_a_vote_is_interrupted(here: Ground) -> None:
    vote = opened()
    cast(vote, "Ana", {"1": ["P1"]})
    interrupt(vote)
    with pytest.raises(actions.CastRefused, match="interrupted"):
        cast(vote, "Tom", {"1": ["P1"]})
    close(vote)
    with db.write() as s, pytest.raises(NotPossible, match="interrupted"):
        actions_count.ask_count(s, OFFICER, found(s, vote))
    with db.read() as s:
        assert queries.status(s, found(s, vote), clock.city_now()).phase == "interrupted"


def test_a_count_that_the_restore_brought_along_does_not_run(here: Ground) -> None:
    vote = opened()
    cast(vote, "Ana", {"1": ["P1"]})
    close(vote)
    start_count(vote)
    interrupt(vote)
    actions_count.run_count(vote)
    with db.read() as s:
        assert found(s, vote).state is VoteState.OPEN


def test_two_officers_let_it_go_on_with_a_later_close(here: Ground) -> None:
    vote = opened()
    mine = cast(vote, "Ana", {"1": ["P1"]})
    before = close_of(vote)
    interrupt(vote, 3 * HOUR)
    least = earliest(vote)
    assert before + 3 * HOUR + DAY <= least < before + 3 * HOUR + DAY + timedelta(minutes=1)
    with pytest.raises(NotPossible, match="or later"):
        plan(vote, closes_at=least - timedelta(minutes=1))
    word = plan(vote, closes_at=least)
    with db.write() as s, pytest.raises(NotPossible, match="you are the first"):
        after.agree_after_interruption(s, OFFICER, found(s, vote), plan=word)
    with pytest.raises(NotPossible, match="changed meanwhile"):
        agree(vote, f"{GO_ON} {before.isoformat()}")
    assert close_of(vote) == before
    agree(vote, word)
    assert close_of(vote) == least
    assert cast(vote, "Tom", {"1": ["P1"]}).receipt_code
    assert cast(vote, "Ana", {"1": ["P2"]}).receipt_code != mine.receipt_code
    with pytest.raises(NotPossible, match="not interrupted"):
        agree(vote, word)
    assert verbs(vote)[-3:] == ["plan_after_interruption", "seal_entry", "go_on_after_interruption"]
    with db.write() as s:
        vote_row = found(s, vote)
        vote_row.opens_at -= 30 * DAY
        vote_row.closes_at = clock.city_now() - timedelta(minutes=1)
    start_count(vote)
    actions_count.run_count(vote)
    with db.read() as s:
        assert (found(s, vote).numbers or {})["ballots"] == 2


def test_a_close_that_has_passed_leaves_a_day_to_vote_again(here: Ground) -> None:
    vote = opened()
    close(vote)
    interrupt(vote, HOUR)
    with db.write() as s:
        found(s, vote).closes_at -= 9 * DAY
    assert earliest(vote) >= clock.city_now() + DAY - timedelta(minutes=1)


def test_two_restores_in_a_row_are_one_gap(here: Ground) -> None:
    vote = opened()
    before = close_of(vote)
    interrupt(vote, 2 * DAY)
    interrupt(vote, HOUR)
    assert earliest(vote) >= before + 3 * DAY
    agree(vote, plan(vote, closes_at=earliest(vote)))
    with db.read() as s:
        assert pending(found(s, vote)) is None
    interrupt(vote, HOUR)  # a third one waits for a decision of its own
    with pytest.raises(actions.CastRefused):
        cast(vote, "Tom", {"1": ["P1"]})


def test_two_officers_break_it_off_and_nothing_is_left_to_open(here: Ground) -> None:
    vote = opened()
    cast(vote, "Ana", {"1": ["P1"]})
    interrupt(vote)
    agree(vote, plan(vote, BREAK_OFF))
    with db.read() as s:
        [job] = s.scalars(select(JobRow).where(JobRow.kind == after.DESTROY))
    sealing_files.destroy_key(ground.settings().keys, vote)  # the worker dies here, between the file and the COMMIT
    for _again in range(2):
        worker.destroy_key(job.payload)  # a job may run twice; the line that is missing is written once
    with db.read() as s:
        assert s.query(Entry).filter_by(verb="destroy_vote_key", object_id=vote).count() == 1
    assert not sealing_files.key_path(ground.settings().keys, vote).exists()
    with db.read() as s:
        row = found(s, vote)
        assert row.state is VoteState.BROKEN_OFF
        assert s.scalar(select(func.count()).select_from(SealedBallot)) == 0
        assert queries.turnout(s, row, clock.city_now()) is None
    with pytest.raises(actions.CastRefused, match="broken off"):
        cast(vote, "Tom", {"1": ["P1"]})
    with db.write() as s, pytest.raises(NotPossible):
        actions_count.ask_count(s, OFFICER, found(s, vote))
    actions_count.run_count(vote)
    assert verbs(vote)[-2:] == ["break_off_vote", "destroy_vote_key"]


def test_without_its_key_a_vote_takes_no_ballot_until_both_halves_are_back(here: Ground) -> None:
    vote = opened()
    keys = ground.settings().keys
    with db.read() as s:
        key = sealing_files.load_key(keys, vote, found(s, vote).key_check or "")
    sealing_files.key_path(keys, vote).unlink()
    with pytest.raises(actions.CastRefused, match="its key has to be put back"):
        cast(vote, "Tom", {"1": ["P1"]})
    with db.read() as s:
        assert not queries.has_key(found(s, vote))
    sealing_files.store_key(keys, vote, key)
    assert cast(vote, "Tom", {"1": ["P1"]}).receipt_code


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def officer(app: Portal) -> Client:
    made = Client(app)
    enter(made, "Bo Tamm", roles=["budget_officer"])
    return made


@pytest.fixture
def second(app: Portal) -> Client:
    made = Client(app)
    enter(made, "Cleo Mets", roles=["budget_officer"])
    return made


@pytest.fixture
def voter(app: Portal) -> Client:
    made = Client(app)
    enter(made, "Ana Third", district="north", ages={"16@2026-06-01": True}, resident="ana")
    return made


def test_pages_say_that_it_waits_and_then_who_votes_again(
    app: Portal, officer: Client, second: Client, voter: Client
) -> None:
    budget = budgets.add_budget(app)
    vote = budgets.open_vote(app, budget)
    desk = f"/en/staff/votes/{vote}"
    assert "Vote now" in voter.get("/en/budget/2026/")
    interrupt(vote)
    waiting = "This vote is interrupted. The city says soon how it goes on."
    for address in ("/en/budget/2026/", "/en/budget/2026/ballot", f"/en/votes/{vote}/receipt", "/en/budget/"):
        assert waiting in voter.get(address), address
    assert "Vote now" not in voter.get("/en/budget/2026/") and "Vote now" not in voter.get("/en/")
    page = officer.get(desk)
    with db.read() as s:
        gap = pending(found(s, vote))
        assert gap is not None
        assert i18n.moment(gap.backup) in page and i18n.moment(gap.restored) in page
    assert "Say how the interrupted vote goes on" in officer.get("/en/staff/")
    assert "Choose how this vote goes on." in officer.post(f"{desk}/plan", {}, page=desk)
    soon = i18n.in_zone(clock.city_now() + DAY).strftime("%Y-%m-%dT%H:%M")
    early = officer.post(f"{desk}/plan", {"choice": GO_ON, "closes_at": soon}, page=desk)
    assert early.status == 422 and "or later" in early
    offered = page.html.split('name="closes_at"')[1].split('value="')[1].split('"')[0]
    assert offered.endswith("T00:00")
    assert "One officer has said" in officer.post(f"{desk}/plan", {"choice": GO_ON, "closes_at": offered}, page=desk)
    assert "you are the first" in officer.get(desk)
    form = second.get(desk).fields()
    assert "The vote goes on." in second.post(f"{desk}/agree", {"plan": form["plan"]}, page=desk)
    again = f"Who voted between {i18n.moment(gap.backup)} and {i18n.moment(gap.restored)} votes again."
    for address in ("/en/budget/2026/", "/en/budget/2026/ballot", f"/en/votes/{vote}/receipt"):
        assert again in voter.get(address), address
    page = voter.get("/en/budget/2026/ballot")
    choice = re.search(r'name="choice" value="([^"]+)"', page.html)
    assert choice is not None
    sent = voter.post("/en/budget/2026/ballot", {**page.fields(), "choice": [choice.group(1)]})
    assert "Your ballot is cast" in sent and again in sent


def test_the_results_wait_for_the_prolonged_vote(app: Portal, officer: Client, voter: Client) -> None:
    budget = budgets.add_budget(app, opens=-20, closes=0.01)
    vote = budgets.open_vote(app, budget)
    interrupt(vote, 3 * DAY)
    agree(vote, plan(vote, closes_at=earliest(vote) + 3 * DAY))
    with db.write() as s:
        row = found(s, vote)
        row.opens_at -= 3 * DAY  # three days pass: by the dates of the phases the results are open
        row.closes_at -= 3 * DAY
        for phase in s.query(Phase):
            phase.opens_at -= 3 * DAY
            phase.closes_at = phase.closes_at - 3 * DAY if phase.closes_at else None
    page = voter.get("/en/budget/2026/")
    assert "Vote now" in page and "Voting is open until" in page and "The vote is over" not in page
    assert "Cast my ballot" in voter.get("/en/budget/2026/ballot")


def test_a_ballot_page_without_the_key_says_so(app: Portal, officer: Client, voter: Client) -> None:
    vote = budgets.open_vote(app, budgets.add_budget(app))
    sealing_files.key_path(app.ground.settings.keys, vote).unlink()
    assert "its key has to be put back first" in voter.get("/en/budget/2026/ballot")
    assert "restore-vote-key" in officer.get(f"/en/staff/votes/{vote}")
