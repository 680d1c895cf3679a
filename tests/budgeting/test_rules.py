"""Judgement about budgets without a database: what may change, what is missing, why a project lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from portal.base.i18n import _l, set_locale
from portal.budgeting import rules, rules_import
from portal.budgeting.models import BallotKind, BudgetState, PotVoters
from portal.budgeting.rules import PotFacts, Readiness
from portal.budgeting.rules_reasons import reasons, why_won
from portal.processes.models import PhaseKind

NOW = datetime(2026, 6, 1, tzinfo=UTC)
VOTE = SimpleNamespace(kind=PhaseKind.VOTE, opens_at=NOW, closes_at=NOW + timedelta(days=9))
READY = Readiness(
    phases=[VOTE],
    pots=[PotFacts("City", 100, 100, 3)],
    undecided=0,
    drafts=0,
    without_picture=0,
    regulation_chosen=True,
    regulation_faults=[],
    age=16,
    pot_voters=PotVoters.ANY,
    ballot=BallotKind.APPROVAL,
    max_choices=2,
    missing_texts={"en": 0},
    language_names={"en": "English", "de": "Deutsch"},
    shown=True,
)


@pytest.fixture(autouse=True)
def english() -> None:
    set_locale("en", "UTC")


def test_a_complete_budget_can_open() -> None:
    assert rules.ready(rules.check_list(READY, NOW))
    assert all(check.ok for check in rules.check_list(READY, NOW))


@pytest.mark.parametrize(
    ("change", "words", "where"),
    [
        ({"phases": []}, "The vote has no dates.", "dates"),
        ({"phases": [SimpleNamespace(**{**vars(VOTE), "closes_at": NOW})]}, "are over", "dates"),
        ({"pots": []}, "There is no pot with money.", "money"),
        ({"pots": [PotFacts("City", 100, 90, 3)]}, "do not add up", "money"),
        ({"pots": [PotFacts("City", 100, 100, 0)]}, "has no project on the ballot", "projects"),
        ({"undecided": 2}, "2 projects are not decided yet.", "projects"),
        ({"regulation_chosen": False}, "No regulation is chosen.", "plan"),
        ({"regulation_faults": [_l("Choose a rule for the count.")]}, "Choose a rule", "plan"),
        ({"missing_texts": {"de": 3}}, "\u2068Deutsch\u2069: 3 texts are missing.", "texts"),
        ({"shown": False}, "still a draft", "show"),
    ],
)
def test_what_is_missing_stops_the_opening_and_says_where(change: dict[str, Any], words: str, where: str) -> None:
    checks = rules.check_list(replace(READY, **change), NOW)
    assert not rules.ready(checks)
    assert any(words in str(check.text) and check.where == where and not check.ok for check in checks)


@pytest.mark.parametrize(
    "change",
    [
        {"pots": [PotFacts("City", 100, 0, 3)]},
        {"pots": [PotFacts("City", 100, 100, 3, dear=1)]},
        {"drafts": 1},
        {"without_picture": 4},
        {"age": None},
        {"pot_voters": PotVoters.OWN},
        {"max_choices": 9},
        {"missing_texts": {"de": 3}, "reasons": {"de": "Später"}},
    ],
)
def test_what_is_only_odd_does_not_stop_the_opening(change: dict[str, Any]) -> None:
    assert rules.ready(rules.check_list(replace(READY, **change), NOW))


@pytest.mark.parametrize(("state", "free"), [(None, True), ("prepared", True), ("open", False), ("published", False)])
def test_a_budget_is_frozen_from_the_opening_on(state: str | None, free: bool) -> None:
    assert bool(rules.may_change(state)) is free


def test_after_the_opening_only_results_and_works_may_move() -> None:
    before = {PhaseKind.VOTE: (1, 2), PhaseKind.RESULTS: (3, 4)}
    assert rules.may_change_dates("open", before, before | {PhaseKind.RESULTS: (3, 5)})
    assert not rules.may_change_dates("open", before, before | {PhaseKind.VOTE: (1, 3)})
    assert rules.may_change_dates("prepared", before, before | {PhaseKind.VOTE: (1, 3)})


@pytest.mark.parametrize(
    ("state", "staff", "seen"),
    [("shown", False, True), ("draft", False, False), ("draft", True, True), ("hidden", True, False)],
)
def test_drafts_are_for_staff_and_unfinished_imports_for_nobody(state: str, staff: bool, seen: bool) -> None:
    assert rules.may_see(BudgetState(state), staff) is seen


@pytest.mark.parametrize(
    ("loser", "words"),
    [
        ({"reason": "withdrawn"}, "It was withdrawn."),
        ({"reason": "not-eligible", "needed": 12}, "needed at least 12 votes; it has 7"),
        ({"reason": "below-minimum", "needed": 10}, "needed at least 10 votes; it has 7"),
        ({"reason": "does-not-fit", "left": 500}, "€5 were left in the pot. It costs €40."),
        ({"reason": "after-stop"}, "had stopped before its turn"),
        ({"reason": "lost-tie", "equals": ["A"]}, "level with “Title of A”"),
        ({"reason": "no-votes"}, "Nobody voted for it."),
        ({"reason": "too-few-votes", "had": 2000}, "decide over €20 together. It costs €40."),
        (
            {"reason": "money-spent", "had": 5000, "rest": 1000, "went": [["B", 100], ["A", 3900]]},
            "€10 were left. It costs €40. Most of it went to “Title of A” and “Title of B”.",
        ),
    ],
)
def test_each_reason_of_the_count_is_a_plain_sentence(loser: dict[str, Any], words: str) -> None:
    said = reasons({"cost": 4000, "votes": 7, "score": 7, **loser}, "EUR", lambda code: f"Title of {code}")
    assert words in " ".join(map(str, said))


@pytest.mark.parametrize(
    ("winner", "words"),
    [
        ({"by": "greedy"}, "€70 were left in the pot. It costs €40."),  # the one before it cost 30
        ({"by": "top-up"}, "€70 were left in the pot. It costs €40."),
        ({"by": "shares", "price": "1/2"}, "Its supporters could pay for it together. It costs €40."),
        ({"by": "free", "cost": 0}, "It costs nothing."),
        ({}, ""),  # too few ballots in its pot
    ],
)
def test_each_winner_has_its_plain_sentence(winner: dict[str, Any], words: str) -> None:
    pot = {"budget": 10_000, "winners": [{"cost": 3000}, {"cost": 4000, **winner}, {"cost": 500}]}
    said = " ".join(map(str, why_won(pot, 2, "EUR")))
    assert said.endswith(words) if words else not said


@pytest.mark.parametrize(
    ("meta", "last"),
    [
        ({"date_begin": "01.09.2023", "date_end": "25.09.2023"}, "2023-09-25"),
        ({"date_begin": "2020", "date_end": "2020"}, "2020-12-31"),
        ({"instance": "2019"}, "2019-12-31"),
        ({"date_end": "2030-01-01"}, "2026-05-31"),
        ({}, "2026-05-31"),
    ],
)
def test_the_dates_of_a_file_lie_in_the_past(meta: dict[str, str], last: str) -> None:
    opens, closes = rules_import.dates_of(meta, NOW, UTC)
    assert opens < closes < NOW + timedelta(seconds=1)
    assert (closes - timedelta(seconds=1)).date().isoformat() == last


def test_names_of_files_become_addresses() -> None:
    assert rules_import.slug_of("Świecie, Łódź 2023") == "swiecie-lodz-2023"
    assert rules_import.slug_of("حي") == "import"
    assert rules_import.language_of({"language": "pl"}) == "pl"
    assert rules_import.language_of({"language": "../x"}) == "en"
