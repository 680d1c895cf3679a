"""Greedy rules: order, misfits, thresholds, eligibility."""

from __future__ import annotations

from fractions import Fraction

import pytest

from portal.voting.counting.count import count
from portal.voting.counting.profile import BadElection, Project, from_totals, make_profile
from portal.voting.counting.rule import Rule
from tests.voting.counting.elections import profile, read_real, selected

COSTS = {"a": 60, "b": 50, "c": 30, "d": 10}
BALLOTS = ["abc", "abc", "abd", "a", "b"]  # a 4, b 4, c 2, d 1


def test_skip_passes_over_what_does_not_fit() -> None:
    result = count(profile(COSTS, BALLOTS), 100, Rule("greedy"))
    assert result.winners == ["b", "c", "d"]
    assert [(tie.order, tie.by) for tie in result.ties] == [((1, 0), ("min-cost",))]


def test_stop_ends_at_the_first_misfit() -> None:
    assert count(profile(COSTS, BALLOTS), 100, Rule("greedy", on_misfit="stop")).winners == ["b"]


def test_least_score_and_eligibility_strike_before_the_count() -> None:
    result = count(profile(COSTS, BALLOTS), 100, Rule("greedy", min_score=2))
    assert (result.winners, result.out) == (["b", "c"], {3: "below-minimum"})
    # With 3/4 a needs 5 x 60/75 votes, exactly the 4 that it has, and c the 2 that it has.
    assert count(profile(COSTS, BALLOTS), 100, Rule("greedy", eligibility=Fraction(3, 4))).out == {}
    almost = Rule("greedy", eligibility=Fraction(749, 1000))
    assert count(profile(COSTS, BALLOTS), 100, almost).out == {0: "not-eligible", 2: "not-eligible"}


def test_utilities_order_by_utility_per_cost() -> None:
    made = profile({"a": 40, "b": 20, "c": 0, "d": 0}, ["a", "a", "a", "b", "b", "c"])
    assert count(made, 100, Rule("greedy", "cost")).winners == ["a", "b", "c", "d"]
    assert count(made, 100, Rule("greedy", "cardinality")).winners == ["c", "b", "a", "d"]
    points = profile({"a": 40, "b": 20}, [[("a", 9), ("b", 1)]], "cumulative")
    assert count(points, 100, Rule("greedy", "score")).winners == ["a", "b"]


def test_a_withdrawn_project_is_passed_over() -> None:
    made = make_profile([Project("a", 1, withdrawn=True), Project("b", 1)], "approval", [(("a",), 1)])
    result = count(made, 1, Rule("greedy"))
    assert (result.winners, result.out) == (["b"], {0: "withdrawn"})


def test_totals_suffice_for_greedy_and_not_for_equal_shares() -> None:
    projects = [Project(name, cost) for name, cost in COSTS.items()]
    votes = {"a": 4, "b": 4, "c": 2, "d": 1}
    made = from_totals(projects, "approval", 5, votes, votes)
    assert count(made, 100, Rule("greedy")).winners == ["b", "c", "d"]
    with pytest.raises(BadElection, match="needs the ballots"):
        count(made, 100, Rule("equal-shares", "cost"))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Poland_Katowice_2025", Rule("greedy", min_score=200)),
        ("Poland_Krakow_2024", Rule("greedy")),
        ("Poland_Gdynia_2025", Rule("greedy", on_misfit="stop", min_score=1000)),
        ("Poland_Warszawa_2023_Wawer", Rule("greedy")),
    ],
)
def test_real_cities_get_exactly_what_they_funded(name: str, rule: Rule) -> None:
    election = read_real(name)
    assert set(count(election.profile(), election.budget, rule).winners) == selected(election)


@pytest.mark.parametrize("name", ["Poland_Katowice_2025", "Poland_Krakow_2024", "France_Toulouse_2019"])
def test_scores_are_the_declared_ones(name: str) -> None:
    election = read_real(name)
    made = election.profile()
    counted = {project.id: made.scores[position] for position, project in enumerate(made.projects)}
    assert counted == {row["project_id"]: int(row["score"]) for row in election.rows}
