"""The missing votes are proved by counting again: with so many further ballots the project wins, with one fewer not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from portal.voting.counting import crowd as crowds
from portal.voting.counting import margin
from portal.voting.counting.count import count
from portal.voting.counting.crowd import ListTill
from portal.voting.counting.explain import explain, losses
from portal.voting.counting.outcome import results
from portal.voting.counting.profile import Choice, Profile, TieOrder
from portal.voting.counting.rule import Result, Rule
from tests.voting.counting.elections import profile, random_vote, read_real, shares

CODES = {"not-eligible", "below-minimum"}


def with_more(made: Profile, project: int, more: int) -> Profile:
    """The same election with further ballots that name one project alone."""
    votes, scores = list(made.votes), list(made.scores)
    votes[project] += more
    scores[project] += more * made.first
    choices = None
    if made.choices is not None:
        points = (made.first,) if made.kind in ("cumulative", "ordinal") else None
        choices = (*made.choices, Choice((project,), points, more)) if more else made.choices
    return replace(made, voters=made.voters + more, votes=tuple(votes), scores=tuple(scores), choices=choices)


def pay(purses: list[Fraction], worth: list[int], price: Fraction) -> Fraction:
    return sum((min(purse, price * w) for purse, w in zip(purses, worth, strict=True)), Fraction(0))


def price_of(purses: list[Fraction], worth: list[int], cost: int) -> Fraction | None:
    """The smallest price, found by trying every purse as the last one that is emptied."""
    pairs = sorted((purse / w, purse, w) for purse, w in zip(purses, worth, strict=True) if w)
    if not pairs or sum(purse for _, purse, _ in pairs) < cost:
        return None
    emptied, weight = Fraction(0), Fraction(sum(w for _, _, w in pairs))
    for limit, purse, w in pairs:
        price = (cost - emptied) / weight
        if price <= limit:
            return price
        emptied, weight = emptied + purse, weight - w
    raise AssertionError


def naive_shares(made: Profile, order: TieOrder, race: list[int], share: Fraction, utility: str) -> list[int]:
    """Equal shares with a purse for each voter and nothing but fractions: as slow and as plain as can be."""
    voters: list[dict[int, int]] = []
    for choice in made.choices or ():
        points = choice.points or (1,) * len(choice.projects)
        for _ in range(choice.times):
            voters.append({p: n for p, n in zip(choice.projects, points, strict=True) if n > 0})
    purses = [share] * len(voters)

    def worth(project: int, voter: int) -> int:
        return {"cost": made.projects[project].cost, "cardinality": 1, "score": voters[voter][project]}[utility]

    won: list[int] = []
    while True:
        offers = []
        for project in race:
            if project in won:
                continue
            behind = [v for v in range(len(voters)) if project in voters[v]]
            each = [worth(project, v) for v in behind]
            price = price_of([purses[v] for v in behind], each, made.projects[project].cost)
            if price is not None:
                offers.append((price, order.rank[project], project, behind, each))
        if not offers:
            return won
        price, _, project, behind, each = min(offers)
        won.append(project)
        for voter, w in zip(behind, each, strict=True):
            purses[voter] -= min(purses[voter], price * w)


def naive_greedy(
    made: Profile, order: TieOrder, race: list[int], left: int, rule: Rule, caps: dict[str, int] | None = None
) -> list[int]:
    def key(p: int) -> tuple[Any, ...]:
        cost = made.projects[p].cost
        if rule.utility in ("cardinality", "score"):
            value = made.votes[p] if rule.utility == "cardinality" else made.scores[p]
            first = 0 if cost or not value else -1
            return (first, -Fraction(value, cost) if cost else 0, order.rank[p])
        return (0, -(made.votes[p] if rule.utility == "cost" else made.scores[p]), order.rank[p])

    won = []
    for project in sorted(race, key=key):
        one = made.projects[project]
        spent = sum(made.projects[p].cost for p in won if made.projects[p].category == one.category)
        if one.group and any(made.projects[p].group == one.group for p in won):
            continue
        if caps and one.category in caps and spent + one.cost > caps[one.category]:
            continue
        if one.cost <= left:
            left -= one.cost
            won.append(project)
        elif rule.on_misfit == "stop":
            return won
    return won


def wins_with(result: Result, project: int, more: int, seed: bytes | None) -> bool:
    """Count again with further ballots for a project; the share, the amount and who else runs stay as they were."""
    made = with_more(result.profile, project, more)
    order, rule = TieOrder(made, result.rule.ties, seed), result.rule
    race = [p for p in range(len(made.projects)) if p not in result.out]
    cost = made.projects[project].cost
    if project in result.out:
        if made.scores[project] < rule.min_score or result.out[project] == "withdrawn":
            return False
        test = rule.eligibility
        if test is not None and made.votes[project] * test * result.budget < cost * made.voters:
            return False
        race.append(project)
    if not result.by_shares:
        rule = Rule("greedy") if result.replaced else rule
        return project in naive_greedy(made, order, race, result.budget, rule, result.caps)
    behind = {p for choice in made.choices or () for p, n in zip(
        choice.projects, choice.points or (1,) * len(choice.projects), strict=True) if n > 0}  # fmt: skip
    race = [p for p in race if p in behind]
    if not cost:
        return project in race
    paid = [p for p in race if made.projects[p].cost]
    won = naive_shares(made, order, paid, result.share or Fraction(0), rule.utility or "cost")
    if project in won or rule.completion != "add1-greedy":
        return project in won
    left = result.budget - sum(made.projects[p].cost for p in won)
    return project in naive_greedy(made, order, [p for p in paid if p not in won], left, Rule("greedy"))


def prove(result: Result, seed: bytes | None, most: int = 400) -> set[str]:
    """Check every loser; the reasons that were seen with a number."""
    seen = set()
    for loss in losses(result):
        if loss.missing is None:
            too_dear = result.profile.projects[loss.project].cost > result.budget
            assert too_dear or not wins_with(result, loss.project, 60, seed), loss
            continue
        assert loss.missing > 0, loss
        if loss.missing > most:
            continue
        assert wins_with(result, loss.project, loss.missing, seed), loss
        assert not wins_with(result, loss.project, loss.missing - 1, seed), loss
        seen.add(loss.code)
    return seen


def prove_random(seeds: range) -> set[str]:
    seen: set[str] = set()
    for seed in seeds:
        regulation, ballots = random_vote(seed)
        ((_, result),) = results(regulation, regulation["projects"], {"p": ballots})
        try:
            seen |= prove(result, bytes.fromhex(regulation["lot_seed"]))
        except AssertionError as error:
            raise AssertionError(f"election {seed}") from error
    return seen


@pytest.mark.parametrize("arrays", [True, False])
def test_so_many_more_win_and_one_fewer_not(arrays: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if arrays:
        pytest.importorskip("numpy")
    else:
        monkeypatch.setattr(margin, "make_till", ListTill)
    seen = prove_random(range(120) if arrays else range(120, 200))
    assert seen >= {*CODES, "does-not-fit", "after-stop", "no-votes", "too-few-votes", "money-spent", "lost-tie"}


@pytest.mark.long
def test_so_many_more_win_and_one_fewer_not_by_the_thousand() -> None:
    prove_random(range(20_000, 21_000))


def test_doubt_is_settled_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a doubt as wide as a whole vote nearly everything is looked at exactly, with the same numbers."""
    for seed in range(300, 360):
        regulation, ballots = random_vote(seed)
        ((_, result),) = results(regulation, regulation["projects"], {"p": ballots})
        quick = [loss.missing for loss in losses(result)]
        with monkeypatch.context() as here:
            here.setattr(margin, "_DOUBT", 0.01)
            assert [loss.missing for loss in losses(result)] == quick, seed


def test_missing_votes_in_words_of_a_small_town() -> None:
    # 10 voters, 100 each. The park (600) has 6 supporters, the pool (500) 4 others.
    made = profile({"park": 600, "pool": 500}, [["park"]] * 6 + [["pool"]] * 4)
    (loss,) = losses(count(made, 1000, shares()))
    assert (loss.code, loss.missing) == ("too-few-votes", 1)
    # By most votes the pool must draw level with the park; then the cheaper one comes first.
    (loss,) = losses(count(made, 1000, Rule("greedy")))
    assert loss.missing == 2
    (loss,) = losses(count(made, 1000, Rule("greedy", ties=("id",))))
    assert loss.missing == 3
    # What costs more than the pot can't be helped.
    (loss, _) = losses(count(profile({"a": 60, "b": 2000}, ["a", "b"]), 50, Rule("greedy")))
    assert loss.missing is None


def test_winners_are_paid_in_full() -> None:
    """Ten voters with 100: six pay 100 for the first, and the second is paid by whoever still has something."""
    made = profile({"a": 300, "b": 350}, [["a", "b"]] * 3 + [["b"]] * 2 + [["c"]] * 0 + [["a"]] * 3 + [[]] * 2)
    result = count(made, 1000, shares())
    told = explain(result)
    assert result.winners == ["a", "b"]
    first, second = (told.paid[win.project] for win in result.wins)
    assert (first.full, first.most, first.rest, first.nothing) == (6, 50, 0, 0)
    # Three have 50 left and two have 100: 350 takes all of it.
    assert (second.full, second.most, second.rest, second.rest_paid, second.nothing) == (2, 100, 3, 150, 0)


def test_payments_add_up_in_random_elections() -> None:
    for seed in range(200):
        regulation, ballots = random_vote(seed)
        ((_, result),) = results(regulation, regulation["projects"], {"p": ballots})
        told = explain(result)
        for project, paid in told.paid.items():
            assert paid.full + paid.rest + paid.nothing <= result.profile.votes[project]
            cost = result.profile.projects[project].cost
            if regulation["rule"]["utility"] != "score" and paid.full:
                assert cost - paid.full - 2 <= paid.full * paid.most + paid.rest_paid <= cost


@pytest.mark.parametrize("name", ["Netherlands_Assen_2024", "Poland_Swiecie_2023"])
def test_missing_votes_of_real_elections(name: str) -> None:
    election = read_real(name)
    for rule in (shares(completion="add1", increment=Fraction(100)), Rule("greedy")):
        result = count(election.profile(), election.budget, rule)
        for loss in losses(result):
            if loss.missing is None:
                continue
            made = with_more(result.profile, loss.project, loss.missing)
            fewer = with_more(result.profile, loss.project, loss.missing - 1)
            assert funded(made, result, loss.project) and not funded(fewer, result, loss.project), loss


def funded(made: Profile, before: Result, project: int) -> bool:
    """By the portal's own count, at the share of the first one."""
    if before.share is None:
        return any(win.project == project for win in count(made, before.budget, before.rule).wins)
    order = TieOrder(made, before.rule.ties)
    crowd = crowds.Crowd(made, range(len(made.projects)), "cost")
    till, left, won = crowds.ExactTill(crowd, before.share), set(range(len(made.projects))), []
    while True:
        left = {p for p in left if crowd.heads[p] and till.money(p) >= made.projects[p].cost}
        if not left:
            return project in won
        best = min(left, key=lambda p: (till.price(p), order.rank[p]))
        till.buy(best)
        left.remove(best)
        won.append(best)
