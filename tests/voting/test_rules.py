"""Who may vote and what a ballot may hold: pure questions with a sentence for each no."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.base.actor import NOBODY
from portal.base.i18n import _l, use_locale
from portal.base.verdict import YES, no
from portal.voting import queries, rules
from portal.voting.regulation import canonical, faults, fingerprint
from portal.voting.regulation_words import describe, parameters
from portal.voting.rules import VoterFacts
from tests.voting.town import BALLOT, OFFICER, RESIDENT, SECOND, regulation

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
RULE = {"years": 16, "on": "2026-06-01"}
STRICT = {"age": RULE, "residence": True, "districts": ["north"], "pots": "own"}
ANA = VoterFacts("hash", "https://id", True, "north", {(16, "2026-06-01"): True})


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English, whatever language another test's request left behind."""
    with use_locale("en"):
        yield


@dataclass
class FakeVote:
    state: str = rules.OPEN
    opens_at: datetime = NOW - timedelta(days=1)
    closes_at: datetime = NOW + timedelta(days=1)
    document: dict[str, Any] = field(default_factory=lambda: regulation(electorate=STRICT))
    interruptions: list[dict[str, Any]] | None = None


@pytest.mark.parametrize(
    "facts, words",
    [
        (None, "not signed in"),
        (replace(ANA, claim=None), "which resident you are"),
        (replace(ANA, enough_assurance=False), "not strong enough"),
        (replace(ANA, resident=None), "whether you live in the city"),
        (replace(ANA, resident=False), "Only residents of the city"),
        (replace(ANA, resident=False, claim=None), "Only residents of the city"),  # no other sign-in would help
        (replace(ANA, district="south"), "certain districts"),
        (replace(ANA, ages={}), "did not say whether you are old enough"),
        (replace(ANA, ages={(16, "2026-06-01"): False}), "at least 16 years old on June 1, 2026"),
    ],
)
def test_who_may_not_vote_reads_why(facts: VoterFacts | None, words: str) -> None:
    verdict = rules.may_vote(facts, FakeVote(), YES, NOW)
    assert not verdict and words in str(verdict.reason)


def test_who_is_entitled_may_vote_while_it_is_open_only() -> None:
    assert rules.may_vote(ANA, FakeVote(), YES, NOW)
    vote = FakeVote()
    assert not rules.may_vote(ANA, vote, YES, vote.opens_at - timedelta(microseconds=1))
    assert rules.may_vote(ANA, vote, YES, vote.opens_at)
    assert rules.may_vote(ANA, vote, YES, vote.closes_at - timedelta(microseconds=1))
    assert not rules.may_vote(ANA, vote, YES, vote.closes_at)  # the close is an instant, and at it the vote is closed
    paused = rules.may_vote(ANA, vote, no(_l("The process is paused.")), NOW)
    assert str(paused.reason) == "The process is paused."


@pytest.mark.parametrize("state", ["prepared", "importing", "counted", "kept", "finished", "published"])
def test_ballots_are_taken_in_an_open_vote_only(state: str) -> None:
    assert not rules.may_vote(ANA, FakeVote(state=state), YES, NOW)


def test_a_vote_that_admits_one_provider_refuses_another() -> None:
    document = regulation(roll={"claim": "account", "provider": "https://other"})
    assert not rules.is_entitled(ANA, document)
    assert rules.is_entitled(replace(ANA, provider="https://other"), document)


def test_answers_for_other_days_help_with_the_age() -> None:
    assert queries.age_answer({"16@2026-05-01": True}, 16, "2026-06-01") is True  # was already, so still is
    assert queries.age_answer({"16@2026-07-01": False}, 16, "2026-06-01") is False  # will not be, so is not
    assert queries.age_answer({"16@2026-05-01": False, "16@2026-07-01": True}, 16, "2026-06-01") is None
    assert queries.age_answer({"18@2026-05-01": True}, 16, "2026-06-01") is True  # older than asked, and earlier
    assert queries.age_answer({"14@2026-07-01": False}, 16, "2026-06-01") is False  # not even 14, and later
    assert queries.age_answer({"14@2026-05-01": True}, 16, "2026-06-01") is None
    assert queries.age_answer({"18@2026-07-01": False}, 16, "2026-06-01") is None


def test_a_pot_of_a_district_is_for_its_residents_where_the_regulation_says_so() -> None:
    document = regulation(electorate=STRICT)
    assert rules.pots_for(ANA, document) == ["1", "2"]
    assert rules.pots_for(replace(ANA, district="south"), document) == ["1"]
    assert rules.pots_for(None, regulation()) == ["1", "2"]
    verdict = rules.check_ballot({"2": ["P8"]}, document, ["1"])
    assert "only its residents" in str(verdict.reason)


@pytest.mark.parametrize(
    "ballot, choices, ok",
    [
        (BALLOT, {"1": ["P1"]}, True),
        (BALLOT, {"1": ["P1", "P2", "P3"], "2": ["P8"]}, True),
        (BALLOT, {"1": ["P1", "P2", "P3", "P4"]}, False),
        (BALLOT, {"1": []}, False),
        (BALLOT | {"min": 2}, {"1": ["P1"]}, False),
        (BALLOT | {"min": 2}, {"1": ["P1", "P2"], "2": []}, True),
        (BALLOT | {"max": None}, {"1": [f"P{n}" for n in range(8)]}, True),
        ({"kind": "choose-1"}, {"1": ["P1"], "2": ["P8"]}, True),
        ({"kind": "choose-1"}, {"1": ["P1", "P2"]}, False),
        ({"kind": "knapsack"}, {"2": ["P9"]}, False),  # 500 of 300
        ({"kind": "knapsack"}, {"1": ["P0", "P1", "P2", "P3", "P4"]}, True),  # 750 of 1,000
        ({"kind": "knapsack"}, {"1": ["P7", "P6", "P5"]}, False),
        ({"kind": "knapsack", "limit_cents": 100_00}, {"1": ["P2"]}, False),
        ({"kind": "ordinal", "max": 3}, {"1": ["P2", "P1"]}, True),
        ({"kind": "cumulative", "max_sum_points": 10, "max_points": 6}, {"1": {"P1": 6, "P2": 4}}, True),
        ({"kind": "cumulative", "max_sum_points": 10}, {"1": {"P1": 6, "P2": 5}}, False),
        ({"kind": "cumulative", "max_points": 6}, {"1": {"P1": 7}}, False),
        ({"kind": "cumulative"}, {"1": {"P1": 0}}, False),
        ({"kind": "cumulative"}, {"1": {"P1": True}}, False),
        ({"kind": "cumulative"}, {"1": ["P1"]}, False),
    ],
)
def test_a_ballot_keeps_the_regulation_or_is_told_what_is_wrong(ballot: Any, choices: Any, ok: bool) -> None:
    verdict = rules.check_ballot(choices, regulation(ballot=ballot))
    assert bool(verdict) is ok and (ok or str(verdict.reason).endswith("."))


def test_a_withdrawn_project_cannot_be_chosen() -> None:
    document = regulation()
    document["projects"][1]["withdrawn"] = True
    verdict = rules.check_ballot({"1": ["P1"]}, document)
    assert "“Project 1” was withdrawn" in str(verdict.reason)


# --- officers: role × moment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor, state, at", list(itertools.product(
    ["officer", "resident", "nobody"], ["prepared", "open", "counted", "finished", "published"], ["before", "after"]
)))  # fmt: skip
def test_each_act_of_the_count_has_its_role_and_moment(actor: str, state: str, at: str) -> None:
    who = {"officer": OFFICER, "resident": RESIDENT, "nobody": NOBODY}[actor]
    vote = FakeVote(state=state)
    now = vote.closes_at + timedelta(seconds=1) if at == "after" else NOW
    officer = actor == "officer"
    assert bool(rules.may_open(vote, who, [], now)) is (officer and state == "prepared" and at == "before")
    assert bool(rules.may_start_count(vote, who, now)) is (officer and state == "open" and at == "after")
    assert bool(rules.may_publish(vote, who)) is (officer and state == "finished")
    confirm = rules.may_confirm_count(vote, who, now, first=SECOND.person_id)
    assert bool(confirm) is (officer and state == "open" and at == "after")


def test_the_second_officer_is_another_person_who_saw_the_same_draw() -> None:
    vote, after = FakeVote(), NOW + timedelta(days=2)
    assert not rules.may_confirm_count(vote, OFFICER, after, first=OFFICER.person_id)
    assert not rules.may_confirm_count(vote, OFFICER, after, first=None)
    assert not rules.may_confirm_count(vote, OFFICER, after, first=SECOND.person_id, draws_agree=False)


def test_the_public_draw_is_after_the_close() -> None:
    vote = FakeVote(state="prepared", document=regulation(draw={"name": "lottery", "on": "2026-06-11"}))
    assert not rules.may_open(vote, OFFICER, [], NOW)
    vote.document = regulation(draw={"name": "lottery", "on": "2026-06-12"})
    assert rules.may_open(vote, OFFICER, [], NOW)


# --- the regulation ---------------------------------------------------------------------------------------------------

READY = ["most-votes", "equal-shares-swiecie", "equal-shares-assen"]


@pytest.mark.parametrize("ready", READY)
def test_ready_regulations_are_complete_and_said_in_words(ready: str) -> None:
    document = regulation(ready)
    assert faults(document) == []
    said = [str(text) for text in describe(document)]
    assert len(said) >= 8 and all("%(" not in sentence and sentence.endswith(".") for sentence in said)
    assert any("cost divided by 3 times" in sentence for sentence in said) is (ready == "equal-shares-swiecie")
    assert all(label and value for label, value in parameters(document))


@pytest.mark.parametrize(
    "ready, broken",
    [
        ("equal-shares-assen", {"add1_stop": None}),
        ("equal-shares-assen", {"utility": None}),
        ("equal-shares-assen", {"completion": None}),
        ("equal-shares-assen", {"start": None}),
        ("equal-shares-assen", {"start": "floor", "rounding_unit_cents": None}),
        ("equal-shares-assen", {"increment_cents": 0}),
        ("most-votes", {"on_misfit": None}),
        ("most-votes", {"min_score": None}),
        ("most-votes", {"name": "lottery"}),
    ],
)
def test_no_parameter_that_decides_has_a_hidden_default(ready: str, broken: dict[str, Any]) -> None:
    assert faults(regulation(ready, rule=broken))


@pytest.mark.parametrize(
    "given",
    [
        {"pots": []},
        {"projects": []},
        {"pots": [{"id": "1", "budget_cents": 0}]},
        {"projects": [{"id": "a", "pot": "3", "cost_cents": 1}]},
        {"projects": [{"id": "a", "pot": "1", "cost_cents": -1}, {"id": "a", "pot": "2", "cost_cents": 1}]},
        {"ballot": {"kind": "approval", "min": 4, "max": 2}},
        {"ballot": {"kind": "raffle"}},
        {"ballot": {"kind": "approval", "min": 9}},
        {"publication": "names"},
        {"ties": ["max-score", "max-score", "id"]},
    ],
)
def test_a_contradictory_regulation_is_named(given: dict[str, Any]) -> None:
    assert faults(regulation(**given))


def test_totals_are_for_greedy_rules_alone() -> None:
    assert faults(regulation(publication="totals")) == []
    assert faults(regulation("equal-shares-assen", publication="totals"))


def test_the_hash_follows_every_parameter_and_no_order_of_keys() -> None:
    document = regulation()
    assert fingerprint(document) == fingerprint(dict(reversed(document.items())))
    assert fingerprint(document) != fingerprint(regulation(complaint_days=15))
    assert canonical(document).decode().startswith('{"ballot":')
