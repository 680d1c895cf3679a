"""Reasons and amounts agree with the payments of the count."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from portal.voting.counting.count import count
from portal.voting.counting.crowd import Crowd, ExactTill
from portal.voting.counting.explain import losses
from portal.voting.counting.outcome import results
from portal.voting.counting.profile import Profile
from portal.voting.counting.rule import Result, Rule
from tests.voting.counting.elections import profile, random_vote, read_real, shares


def check_money(result: Result) -> None:
    """Payments for a winner sum to its cost; payments and rest of each voter are the share."""
    assert result.share is not None
    running = [p for p in range(len(result.profile.projects)) if p not in result.out]
    crowd = Crowd(result.profile, running, result.rule.utility or "cost")
    till = ExactTill(crowd, result.share)
    spent = [Fraction(0)] * len(crowd.size)
    for win in result.wins:
        if win.by != "shares":
            continue
        before, scale = till.balances(win.project), till.scale
        assert till.buy(win.project) == win.price
        after = till.balances(win.project)
        payments = [old * till.scale // scale - new for old, new in zip(before, after, strict=True)]
        paid = sum(p * crowd.size[group] for group, p in zip(crowd.members[win.project], payments, strict=True))
        assert Fraction(paid, till.scale) == result.profile.projects[win.project].cost
        for group, payment in zip(crowd.members[win.project], payments, strict=True):
            spent[group] += Fraction(payment, till.scale)
    for loss in losses(result):
        if loss.had is None or loss.rest is None:
            continue
        rest = sum((result.share - spent[g]) * crowd.size[g] for g in crowd.members[loss.project])
        assert loss.rest == rest // 1
        assert loss.had == crowd.heads[loss.project] * result.share // 1
        # What went to winners and what is left make up what they had, but for roundings down.
        assert (
            0 <= loss.had - loss.rest - sum(amount for _, amount in loss.went) <= len(loss.went) + 1 + len(result.wins)
        )
    assert all(0 <= one <= result.share for one in spent)


def test_money_adds_up_in_random_elections() -> None:
    seen = 0
    for seed in range(400):
        regulation, ballots = random_vote(seed)
        if regulation["rule"]["name"] == "equal-shares":
            ((_, result),) = results(regulation, regulation["projects"], {"p": ballots})
            check_money(result)
            seen += 1
    assert seen > 150


@pytest.mark.parametrize(
    "name", ["Poland_Swiecie_2023", "Netherlands_Assen_2024", "Poland_Warszawa_2023_Wawer", "Switzerland_Zurich_S5"]
)
def test_money_adds_up_in_real_elections(name: str) -> None:
    election = read_real(name)
    check_money(count(election.profile(), election.budget, shares()))


def reasons(result: Result) -> dict[str, str]:
    return {result.profile.projects[loss.project].id: loss.code for loss in losses(result)}


def test_reasons_of_greedy() -> None:
    made = profile({"a": 60, "b": 50, "c": 50, "d": 30, "e": 5}, ["abcd"] * 3 + ["ab", "a", "ad", "bc"])
    # votes: a 6, b 5, c 4, d 4, e 0
    assert reasons(count(made, 100, Rule("greedy", min_score=1))) == {
        "b": "does-not-fit",
        "c": "does-not-fit",
        "e": "below-minimum",
    }
    stop = count(made, 100, Rule("greedy", on_misfit="stop"))
    assert reasons(stop) == {"b": "does-not-fit", "c": "after-stop", "d": "after-stop", "e": "after-stop"}
    assert stop.left == {1: 40}


def test_a_lost_tie_names_the_equals() -> None:
    made = profile({"a": 50, "b": 60}, ["ab"])
    (loss,) = losses(count(made, 80, Rule("greedy")))
    assert (loss.code, loss.equals, loss.left) == ("lost-tie", [0], 30)
    # Too dear even if it had come first: no tie was lost.
    (loss,) = losses(count(made, 55, Rule("greedy")))
    assert (loss.code, loss.equals) == ("does-not-fit", [])
    (loss,) = losses(count(profile({"a": 10, "b": 10}, ["ab", "ab"]), 10, shares()))
    assert (loss.code, loss.equals, loss.went, loss.rest) == ("lost-tie", [0], [(0, 10)], 0)


def test_reasons_of_equal_shares() -> None:
    made = profile({"a": 300, "b": 200, "c": 500, "d": 10}, ["ab"] * 3 + ["a", "c"])
    result = count(made, 500, shares())
    assert reasons(result) == {"b": "money-spent", "c": "too-few-votes", "d": "no-votes"}
    by_id = {loss.project: loss for loss in losses(result)}
    assert (by_id[1].had, by_id[1].rest, by_id[1].went) == (300, 75, [(0, 225)])
    assert (by_id[2].had, by_id[2].rest) == (100, 100)


def test_votes_needed_for_eligibility_are_the_fewest() -> None:
    dice = random.Random(7)
    for _ in range(100):
        voters = dice.randint(2, 40)
        cost, budget = dice.randint(1, 500), dice.randint(1, 500)
        rule = Rule("greedy", eligibility=Fraction(dice.randint(1, 9), dice.randint(1, 4)))

        def struck(
            votes: int, cost: int = cost, budget: int = budget, voters: int = voters, rule: Rule = rule
        ) -> Result:
            made: Profile = profile({"a": cost}, ["a"] * votes + [""] * (voters - votes))
            return count(made, budget, rule)

        result = struck(1)
        if not result.out:
            continue
        (loss,) = losses(result)
        assert loss.needed is not None
        if loss.needed <= voters:
            assert not struck(loss.needed).out
            assert struck(loss.needed - 1).out
