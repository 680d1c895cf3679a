"""Equal shares: known outcomes, exactness, and what must not change them."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from portal.voting.counting import passes
from portal.voting.counting.count import count
from portal.voting.counting.crowd import Crowd, ExactTill, ListTill, make_till
from portal.voting.counting.profile import Profile, Project, make_profile
from portal.voting.counting.rule import Result, Rule
from tests.voting.counting.elections import profile, read_real, selected, shares


def test_each_group_gets_its_share() -> None:
    # Six voters with 100 each: four want the park (cost 400), two the pool (cost 200) and not the tower.
    made = profile({"park": 400, "pool": 200, "tower": 500}, [["park", "tower"]] * 4 + [["pool"]] * 2)
    result = count(made, 600, shares())
    assert set(result.winners) == {"park", "pool"}
    assert [win.price for win in result.wins] == [Fraction(1, 4), Fraction(1, 2)]
    assert result.share == 100


def test_free_projects_with_a_supporter_win_first_and_without_one_never() -> None:
    assert count(profile({"a": 10, "b": 0, "c": 0}, ["ab"]), 10, shares()).winners == ["b", "a"]


def test_raising_stops_before_overspending_or_when_nothing_fits() -> None:
    made = profile({"a": 100, "b": 90, "c": 60}, ["a"] * 5 + ["b"] * 3 + ["c"] * 2)
    rule = {"completion": "add1", "increment": Fraction(1)}
    assert count(made, 190, shares()).winners == []
    everything = count(made, 250, shares(**rule))
    assert (set(everything.winners), everything.raises) == ({"a", "b", "c"}, 5)
    # With 190 the share rises from 19 to 20 (a), and to 29 without change: at 30 both b and c would be bought.
    over = count(made, 190, shares(**rule))
    assert (over.winners, over.share) == (["a"], 29)
    assert count(made, 190, shares(completion="add1-greedy")).winners == ["a", "b"]
    early = count(made, 159, shares(**rule, add1_stop="exhaustive"))
    late = count(made, 159, shares(**rule))
    assert (early.winners, early.raises) == (["a"], 5)
    assert (late.winners, late.raises) == (["a"], 14)


def test_start_rounds_down_and_increments_are_steps() -> None:
    made = profile({"a": 250}, ["a", "a", ""])
    exact = count(made, 500, shares())
    rounded = count(made, 500, shares(start="floor", unit=100))
    assert (exact.start_share, rounded.start_share) == (Fraction(500, 3), 100)
    assert (exact.winners, rounded.winners) == (["a"], [])


def test_near_ties_are_decided_exactly() -> None:
    # Prices 1/3 and 1/3 + 1e-13: floating point with a margin must not guess.
    costs = {"a": 3 * 10**13, "b": 3 * 10**13 + 1}
    made = profile(costs, ["ab"] * 10 + ["a"] * 2 + ["b"] * 2)
    result = count(made, 7 * 10**13, shares("cardinality"))
    assert result.winners[0] == "a"
    assert result.near and result.near[0].what == "price"
    assert result.near[0].values == (Fraction(3 * 10**13, 12), Fraction(3 * 10**13 + 1, 12))


def test_money_that_just_suffices_suffices() -> None:
    # Three voters with 1/3 each of 100 own 100 together, which no floating point number knows.
    made = profile({"a": 100}, ["a", "a", "a"])
    result = count(made, 100, shares())
    assert result.winners == ["a"]
    assert [(near.what, near.values) for near in result.near] == [("money", (100, 100))]


def all_exact(made: Profile, share: Fraction, utility: str, result: Result) -> list[int]:
    """A pass that only knows fractions: every price of every project at every step."""
    race = [p for p in range(len(made.projects)) if p not in result.out and made.projects[p].cost]
    crowd = Crowd(made, race, utility)
    till = ExactTill(crowd, share)
    left = [p for p in race if crowd.heads[p]]
    won = []
    while True:
        left = [p for p in left if till.money(p) >= made.projects[p].cost]
        if not left:
            return won
        best = min(left, key=lambda p: (till.price(p), result.order.rank[p]))
        till.buy(best)
        left.remove(best)
        won.append(best)


def random_profile(seed: int) -> Profile:
    dice = random.Random(seed)
    ids = [f"p{number:02}" for number in range(dice.randint(2, 12))]
    projects = [Project(name, dice.choice([dice.randint(1, 9) * 100, dice.randint(1, 10**6)])) for name in ids]
    kind = dice.choice(["approval", "cumulative"])
    ballots = []
    for _ in range(dice.randint(1, 80)):
        names = dice.sample(ids, dice.randint(0, min(6, len(ids))))
        ballots.append((tuple((name, dice.randint(0, 5)) if kind == "cumulative" else name for name in names), 1))
    return make_profile(projects, kind, ballots)  # type: ignore[arg-type]


@pytest.mark.parametrize("utility", ["cost", "cardinality", "score"])
def test_the_guess_with_a_margin_equals_an_all_rational_count(utility: str) -> None:
    for seed in range(150):
        made = random_profile(seed)
        budget = sum(project.cost for project in made.projects) // 3
        result = count(made, budget, shares(utility))
        assert result.share is not None
        assert [win.project for win in result.wins] == all_exact(made, result.share, utility, result), seed


def test_lists_and_arrays_keep_the_same_balances() -> None:
    pytest.importorskip("numpy")
    for seed in range(60):
        made = random_profile(seed)
        crowd = Crowd(made, range(len(made.projects)), "score")
        tills = (make_till(crowd), ListTill(crowd))
        assert type(tills[0]).__name__ == "ArrayTill"
        for till in tills:
            till.reset(1234.5)
        for project in range(len(made.projects)):
            cost = made.projects[project].cost
            one, other = (till.money(project) for till in tills)
            assert one == pytest.approx(other, rel=1e-12, abs=1e-9)
            if one > cost * 1.001 and crowd.total[project]:
                prices = [till.price(project, 0.0) for till in tills]
                assert prices[0][0] == pytest.approx(prices[1][0], rel=1e-12)
                assert prices[0][2] == prices[1][2]
                for till, price in zip(tills, prices, strict=True):
                    till.pay(project, price[0])


def test_a_wider_margin_of_doubt_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a margin as wide as the prices themselves everything is decided exactly, with the same result."""
    for seed in range(40):
        made = random_profile(seed)
        budget = sum(project.cost for project in made.projects) // 3
        rule = shares("cost", completion="add1", increment=Fraction(budget // made.voters // 20 + 1))
        quick = count(made, budget, rule)
        with monkeypatch.context() as patch:
            patch.setattr(passes, "MARGIN", 0.5)
            slow = count(made, budget, rule)
        assert (quick.winners, quick.share, quick.near, quick.ties) == (slow.winners, slow.share, slow.near, slow.ties)


def test_multiplying_all_money_changes_nothing() -> None:
    for seed in range(60):
        made = random_profile(seed)
        budget = sum(project.cost for project in made.projects) // 3
        step = Fraction(budget // made.voters // 20 + 1)
        rule = Rule("equal-shares", "score", completion="add1-greedy", increment=step, start="floor", unit=10)
        big = Rule("equal-shares", "score", completion="add1-greedy", increment=step * 100, start="floor", unit=1000)
        times = make_profile(
            [Project(project.id, project.cost * 100) for project in made.projects], "approval", []
        ).projects
        bigger = Profile(times, made.kind, made.voters, made.votes, made.scores, made.choices)
        one, other = count(made, budget, rule), count(bigger, budget * 100, big)
        assert (one.winners, one.raises, one.ties) == (other.winners, other.raises, other.ties)
        assert one.share is not None and one.share * 100 == other.share


def test_swiecie_2023_as_official() -> None:
    election = read_real("Poland_Swiecie_2023")
    result = count(election.profile(), election.budget, shares("cost", completion="add1"))
    assert (len(result.winners), result.spent) == (17, 104033700)
    assert set(result.winners) == selected(election)
    tested = count(election.profile(), election.budget, shares("cost", completion="add1", eligibility=Fraction(3)))
    assert tested.winners == result.winners
    assert [tested.profile.projects[project].id for project in tested.out] == ["c22"]
    other = count(election.profile(), election.budget, shares("cardinality", completion="add1"))
    assert set(other.winners) != set(result.winners)


def test_assen_2024_as_official() -> None:
    election = read_real("Netherlands_Assen_2024")
    result = count(election.profile(), election.budget, shares("cost", completion="add1"))
    assert (len(result.winners), result.spent) == (9, 7670000)
    assert set(result.winners) == selected(election)
