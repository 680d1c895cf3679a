"""Raising the share by stretches and leaps: the same bytes as increment by increment, in passes that do not grow with
the amounts."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import pytest

from portal.voting import recount
from portal.voting.counting import equal_shares, passes
from portal.voting.counting.count import count
from portal.voting.counting.crowd import Crowd, ListTill, make_till
from portal.voting.counting.outcome import outcome, results
from portal.voting.counting.profile import Project, make_profile
from portal.voting.counting.stretch import Stretch
from tests.voting.counting.elections import shares

SLOWEST = 1500  # raises that a test makes one by one


class OneByOne:
    """In place of `stretch.Jumper`: every increment is a pass of its own. This is the law that the jumps must keep."""

    def __init__(self, _count: passes.Count, _increment: Fraction) -> None:
        pass

    def jump(self, _share: Fraction, _wins: Sequence[int]) -> int:
        return 0


def raised_vote(seed: int) -> tuple[dict[str, Any], list[Any]]:
    """An election with a completion: few or many voters, equal costs and equal ballots, odd increments and units."""
    dice = random.Random(seed)
    kind = dice.choice(["approval", "approval", "cumulative", "ordinal"])
    ids = [f"p{number}" for number in range(dice.randint(2, 9))]
    grain = dice.choice([1, 1, 10, 100, 250])
    costs = [dice.randint(1, 3000 // grain) * grain for _ in ids]
    if dice.random() < 0.3:
        costs = [dice.choice(costs[:2]) for _ in ids]
    ballots: list[Any] = []
    for _ in range(dice.choice([1, 2, 3, 4, 6, 12, 40])):
        ballot = dice.sample(ids, dice.randint(0, min(len(ids), 6)))
        ballots.append([[name, dice.randint(0, 4)] for name in ballot] if kind == "cumulative" else ballot)
    if dice.random() < 0.3:
        ballots += ballots[: len(ballots) // 2]
    ties = ["min-cost", "max-score", "lot", "id"]
    dice.shuffle(ties)
    rule = {
        "name": "equal-shares",
        "utility": dice.choice(["cost", "cardinality", "score"]),
        "completion": dice.choice(["add1", "add1-greedy"]),
        "add1_stop": dice.choice(["overspend", "exhaustive"]),
        "start": dice.choice(["exact", "floor"]),
        "increment_cents": dice.choice([1, 1, 2, 7, "1/3", "5/7", 13]),
        "rounding_unit_cents": dice.choice([1, 7, 100]),
    }
    regulation = {
        "pots": [{"id": "p", "budget_cents": int(sum(costs) * dice.choice([0.1, 0.3, 0.5, 0.8])) + 1}],
        "projects": [{"id": name, "pot": "p", "cost_cents": cost} for name, cost in zip(ids, costs, strict=True)],
        "ballot": {"kind": kind, "max": dice.choice([None, 3, 5])},
        "rule": rule,
        "ties": ties[: dice.randint(0, 4)],
        "lot_seed": f"{dice.getrandbits(256):064x}",
    }
    return regulation, ballots


def raises_of(made: bytes) -> int:
    number: int = json.loads(made)["pots"][0]["share"]["raises"]
    return number


def made_by_jumps(seeds: range, most: int = SLOWEST) -> Iterator[tuple[int, dict[str, Any], list[Any], bytes]]:
    for seed in seeds:
        regulation, ballots = raised_vote(seed)
        made = outcome(regulation, None, {"p": ballots})
        if raises_of(made) <= most:
            yield seed, regulation, ballots, made


def compare_with_single_steps(patch: pytest.MonkeyPatch, seeds: range, most: int = SLOWEST) -> int:
    """Both programs, each by jumps and step by step; the number of increments made in all."""
    steps = 0
    for seed, regulation, ballots, made in made_by_jumps(seeds, most):
        steps += raises_of(made)
        leapt = recount.canonical(recount.recount(regulation, {"pots": {"p": ballots}})[0])
        assert leapt == made, (seed, "recount by leaps")
        with patch.context() as here:
            here.setattr(equal_shares, "Jumper", OneByOne)
            assert outcome(regulation, None, {"p": ballots}) == made, (seed, "step by step")
    return steps


@pytest.mark.parametrize("arrays", [True, False])
def test_jumps_give_the_bytes_of_single_steps(monkeypatch: pytest.MonkeyPatch, arrays: bool) -> None:
    if arrays:
        pytest.importorskip("numpy")
    else:
        monkeypatch.setattr(equal_shares, "make_till", ListTill)
    seeds = range(0, 60) if arrays else range(200, 320)
    assert compare_with_single_steps(monkeypatch, seeds, most=300) > 1500


@pytest.mark.long
def test_jumps_give_the_bytes_of_single_steps_by_the_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    compare_with_single_steps(monkeypatch, range(10_000, 15_000), most=3000)


def test_the_recount_gives_the_bytes_of_single_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, regulation, ballots, made in made_by_jumps(range(400, 480), most=150):
        with monkeypatch.context() as here:
            here.setattr(recount.Span, "same", lambda _self, _winners: False)
            assert recount.canonical(recount.recount(regulation, {"pots": {"p": ballots}})[0]) == made, seed


def test_a_stretch_that_is_settled_holds_at_every_share_in_it() -> None:
    """The claim itself, asked about shares that lie on no step."""
    settled = 0
    for seed in range(500, 620):
        regulation, ballots = raised_vote(seed)
        dice = random.Random(seed)
        pot = recount.Pot(regulation, regulation["pots"][0], {"ballots": ballots}, b"")
        voters = recount.Voters(pot)
        race = sorted(voters.behind)
        low = Fraction(dice.randint(1, 2000), dice.randint(1, 3))
        high = low + Fraction(dice.randint(1, 300), dice.randint(1, 5))
        wins = recount.Round(pot, voters, race, low).play(None)
        if recount.Span(pot, voters, race, low, high).same(wins):
            settled += bool(wins)
            for _ in range(10):
                between = low + (high - low) * Fraction(dice.randint(0, 60), 60)
                assert recount.Round(pot, voters, race, between).play(None) == wins, seed
    assert settled > 20


@pytest.mark.parametrize(
    ("seed", "low", "high", "between"),
    [
        (102532, "1224", "10404/5", "12597/10"),
        (104662, "826", "61537/50", "185437/200"),
        (107487, "750", "2355/2", "1785/2"),
    ],
)
def test_a_change_that_is_undone_before_the_far_end_is_not_missed(seed: int, low: str, high: str, between: str) -> None:
    """Both ends give the same winners in the same order, a share between does not: prices are no straight lines."""
    regulation, ballots = raised_vote(seed)
    pot = recount.Pot(regulation, regulation["pots"][0], {"ballots": ballots}, b"")
    voters = recount.Voters(pot)
    race = sorted(voters.behind)
    first, last = Fraction(low), Fraction(high)
    wins, other, same = [recount.Round(pot, voters, race, Fraction(at)).play(None) for at in (low, between, high)]
    assert wins == same != other
    assert not recount.Span(pot, voters, race, first, last).same(wins)
    ((_, result),) = results(regulation, regulation["projects"], {"p": ballots})
    crowd = Crowd(result.profile, range(len(result.profile.projects)), result.rule.utility or "")
    counted = passes.Count(
        crowd, make_till(crowd), result.order, [p for p in range(len(crowd.heads)) if crowd.heads[p]]
    )
    found = counted.run(first).wins
    assert [result.profile.projects[project].id for project in found] == wins
    assert not Stretch(counted, first, last).same(found)


def test_the_order_of_input_and_the_size_of_money_change_nothing() -> None:
    for seed in range(600, 800):
        regulation, ballots = raised_vote(seed)
        made = json.loads(outcome(regulation, None, {"p": ballots}))["pots"][0]
        random.Random(seed).shuffle(ballots)
        random.Random(seed).shuffle(regulation["projects"])
        assert json.loads(outcome(regulation, None, {"p": ballots}))["pots"][0] == made
        rule = regulation["rule"]
        rule["increment_cents"] = str(Fraction(rule["increment_cents"]) * 100)
        rule["rounding_unit_cents"] *= 100
        for project in regulation["projects"]:
            project["cost_cents"] *= 100
        regulation["pots"][0]["budget_cents"] *= 100
        bigger = json.loads(outcome(regulation, None, {"p": ballots}))["pots"][0]
        assert [row["id"] for row in bigger["winners"]] == [row["id"] for row in made["winners"]]
        assert bigger["share"]["raises"] == made["share"]["raises"]
        assert Fraction(bigger["share"]["final"]) == 100 * Fraction(made["share"]["final"])


def few_voters(seed: int, *, twins: bool = False) -> tuple[dict[str, Any], list[Any]]:
    """Twelve projects of 50,000 to 150,000 euros, a pot of 560,000, four voters: raised by the cent."""
    dice = random.Random(seed)
    ids = [f"p{number:02}" for number in range(12)]
    costs = [dice.randint(50, 150) * 100_000 for _ in ids]
    ballots = [dice.sample(ids, dice.randint(3, 8)) for _ in range(4)]
    if twins:  # every second project costs the same and is wanted by the same as the one before it
        costs = [costs[number - number % 2] for number in range(12)]
        ballots = [[name for name in ids if ids[ids.index(name) - ids.index(name) % 2] in one] for one in ballots]
    regulation = {
        "pots": [{"id": "p", "budget_cents": 56_000_000}],
        "projects": [{"id": name, "pot": "p", "cost_cents": cost} for name, cost in zip(ids, costs, strict=True)],
        "ballot": {"kind": "approval"},
        "rule": {
            "name": "equal-shares",
            "utility": "cost",
            "completion": "add1",
            "add1_stop": "overspend",
            "start": "exact",
            "increment_cents": 1,
        },
        "ties": ["min-cost", "max-score"],
    }
    return regulation, ballots


@pytest.mark.parametrize("twins", [False, True])
def test_four_voters_and_much_money_take_few_passes(monkeypatch: pytest.MonkeyPatch, twins: bool) -> None:
    """Millions of increments; the work is counted, because time is not the same on two machines."""
    work = {"passes": 0, "rounds": 0}
    run, play = passes.Run.__init__, recount.Round.__init__

    def counted_run(self: passes.Run, *given: Any, **named: Any) -> None:
        work["passes"] += 1
        run(self, *given, **named)

    def counted_round(self: recount.Round, *given: Any, **named: Any) -> None:
        work["rounds"] += 1
        play(self, *given, **named)

    monkeypatch.setattr(passes.Run, "__init__", counted_run)
    monkeypatch.setattr(recount.Round, "__init__", counted_round)
    raises = 0
    for seed in range(8):
        regulation, ballots = few_voters(seed, twins=twins)
        made = outcome(regulation, None, {"p": ballots})
        assert recount.canonical(recount.recount(regulation, {"pots": {"p": ballots}})[0]) == made, seed
        raises += raises_of(made)
    assert raises > 8 * 100_000
    assert work["passes"] < 8 * 300 and work["rounds"] < 8 * 1200, work


def test_a_currency_of_large_numbers_takes_few_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand million for 700 voters, one unit at a time."""
    dice = random.Random(3)
    ids = [f"p{number:02}" for number in range(30)]
    projects = [Project(name, dice.randint(100, 2000) * 100_000) for name in ids]
    ballots = [(tuple(dice.sample(ids, dice.randint(1, 6))), 1) for _ in range(700)]
    work = []
    run = passes.Count.run
    monkeypatch.setattr(passes.Count, "run", lambda *given, **named: work.append(0) or run(*given, **named))
    rule = shares("cost", completion="add1", increment=Fraction(1), unit=1)
    result = count(make_profile(projects, "approval", ballots), 10**9, rule)
    assert result.raises > 50_000
    assert len(work) < result.raises / 50


def test_absurd_sums_are_counted_at_once() -> None:
    """A budget of a million million euros and one project for all of it: no share is tried one by one."""
    projects = [{"id": "a", "cost_cents": 5000, "pot": "p"}, {"id": "b", "cost_cents": 10**16 - 1, "pot": "p"}]
    for stop in ("overspend", "exhaustive"):
        regulation = {
            "rule": {
                "name": "equal-shares", "utility": "cost", "completion": "add1", "add1_stop": stop, "start": "exact",
                "increment_cents": "1",
            },
            "ties": ["id"], "ballot": {"kind": "approval"}, "pots": [{"id": "p", "budget_cents": 10**16}],
        }  # fmt: skip
        began = time.perf_counter()
        outcome(regulation, projects, {"p": [["a"], ["a", "b"]]})
        assert time.perf_counter() - began < 2, stop
