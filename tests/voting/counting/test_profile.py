"""Merging, scores and the order of ties."""

from __future__ import annotations

import hashlib

import pytest

from portal.voting.counting.profile import BadElection, Project, TieOrder, lot, make_profile
from tests.voting.counting.elections import profile


def test_identical_ballots_are_merged_and_a_project_named_twice_counts_once() -> None:
    made = profile({"a": 1, "b": 1}, ["ab", "ba", "aab", "b", ""])
    assert made.voters == 5
    assert made.votes == made.scores == (3, 4)
    assert made.choices is not None
    assert sorted(choice.times for choice in made.choices) == [1, 1, 3]


def test_scores_of_points_and_of_ranks() -> None:
    points = profile({"a": 1, "b": 1}, [[("a", 3), ("b", 1)], [("b", 2)], [("a", 0)]], "cumulative")
    assert (points.votes, points.scores) == ((2, 2), (3, 3))
    assert profile({"a": 1, "b": 1}, ["ab", "b"], "ordinal", 3).scores == (3, 5)
    assert profile({"a": 1, "b": 1}, ["ab", "b"], "ordinal").scores == (2, 2)


@pytest.mark.parametrize(
    ("projects", "kind", "ballots", "why"),
    [
        ([Project("a", 1), Project("a", 2)], "approval", [], "listed twice"),
        ([Project("a", -1)], "approval", [], "negative cost"),
        ([Project("a", 1)], "approval", [(("b",), 1)], "unknown project b"),
        ([Project("a", 1)], "cumulative", [((("a", -1),), 1)], "not a whole number"),
        ([Project("a", 1)], "liquid", [], "not known"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_a_reason(
    projects: list[Project], kind: str, ballots: list[tuple[tuple[str, ...], int]], why: str
) -> None:
    with pytest.raises(BadElection, match=why):
        make_profile(projects, kind, ballots)


def test_ties_go_by_the_declared_order_and_the_id_closes_it() -> None:
    made = profile({"b": 2, "a": 2, "c": 1}, ["ab", "b", "c"])  # positions: a 0, b 1, c 2
    order = TieOrder(made, ["min-cost", "max-score"])
    assert order.sort([0, 1, 2]) == [2, 1, 0]
    assert (order.between(2, 1), order.between(1, 0)) == ("min-cost", "max-score")
    assert TieOrder(made, []).sort([2, 1, 0]) == [0, 1, 2]
    assert TieOrder(made, ["id", "min-cost"]).criteria == ("id",)


def test_lots_are_hashes_of_seed_and_id_lowest_first() -> None:
    seed = bytes(range(32))
    assert lot(seed, "é1") == hashlib.sha256(seed + "é1".encode()).hexdigest()
    made = profile(dict.fromkeys("abcdef", 1), [])
    order = TieOrder(made, ["lot"], seed)
    assert order.sort(range(6)) == sorted(range(6), key=lambda position: lot(seed, "abcdef"[position]))
    with pytest.raises(BadElection, match="no lots were drawn"):
        TieOrder(made, ["lot"])
