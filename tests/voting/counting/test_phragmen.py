"""Sequential Phragmen beside a plain count with a purse for each voter."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from portal.voting.counting.command import main
from portal.voting.counting.count import count
from portal.voting.counting.explain import losses
from portal.voting.counting.profile import BadElection, Project, from_totals, make_profile
from portal.voting.counting.rule import Result, Rule
from tests.voting.counting.elections import SAMPLE, profile, random_vote, read_real


def plain(result: Result) -> list[int]:
    """Let every purse grow until some supporters can pay; buy; empty their purses."""
    made = result.profile
    voters = [
        {p for p, n in zip(choice.projects, choice.points or (1,) * len(choice.projects), strict=True) if n > 0}
        for choice in made.choices or ()
        for _ in range(choice.times)
    ]
    purses, won, left = [Fraction(0)] * len(voters), [], result.budget
    behind = {p: [v for v in range(len(voters)) if p in voters[v]] for p in range(len(made.projects))}
    race = [p for p in behind if behind[p] and p not in result.out]
    while race:
        wait = {
            p: max((made.projects[p].cost - sum(purses[v] for v in behind[p])) / Fraction(len(behind[p])), Fraction(0))
            for p in race
        }
        best = min(race, key=lambda p: (made.projects[p].cost > 0, wait[p], result.order.rank[p]))
        if made.projects[best].cost > left:
            return won
        left -= made.projects[best].cost
        if made.projects[best].cost:
            purses = [purse + wait[best] for purse in purses]
            for voter in behind[best]:
                purses[voter] = Fraction(0)
        won.append(best)
        race.remove(best)
    return won


def test_it_equals_a_plain_count() -> None:
    for seed in range(250):
        regulation, ballots = random_vote(seed)
        kind = regulation["ballot"]["kind"]
        projects = [Project(one["id"], one["cost_cents"]) for one in regulation["projects"]]
        given = [(tuple(map(tuple, one)) if kind == "cumulative" else tuple(one), 1) for one in ballots]
        made = make_profile(projects, kind, given)  # type: ignore[arg-type]
        result = count(made, regulation["pots"][0]["budget_cents"], Rule("phragmen"))
        assert [win.project for win in result.wins] == plain(result), seed
        assert result.spent <= result.budget


def test_who_waited_longest_is_served() -> None:
    # Four voters share two projects; two others have one of their own, and it comes before the second of the four.
    made = profile({"a": 400, "b": 400, "c": 250}, [["a", "b"]] * 4 + [["c"]] * 2)
    result = count(made, 1050, Rule("phragmen"))
    assert result.winners == ["a", "c", "b"]
    assert [win.price for win in result.wins] == [100, 125, 200]
    short = count(made, 700, Rule("phragmen"))
    assert (short.winners, {short.profile.projects[p].id: left for p, left in short.left.items()}) == (
        ["a", "c"],
        {"b": 50},
    )
    assert [loss.code for loss in losses(short)] == ["does-not-fit"]


def test_on_the_command_line_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SAMPLE), "--rule", "phragmen", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rule"] == "phragmen" and document["winners"]
    assert main([str(SAMPLE), "--rule", "equal-shares", "--comparison", "voters", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["options"]["comparison"] == "voters" and len(document["compared"]["prefer"]) == 2
    with pytest.raises(BadElection):
        count(from_totals([Project("a", 1)], "approval", 1, {"a": 1}, {"a": 1}), 5, Rule("phragmen"))


def test_a_real_election() -> None:
    election = read_real("Poland_Swiecie_2023")
    result = count(election.profile(), election.budget, Rule("phragmen"))
    assert [win.project for win in result.wins] == plain(result)
