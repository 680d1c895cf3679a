"""The method of equal shares, with Add1 completion.

Add1 and its two stop conditions as in official elections: the share of every voter rises by one increment as long as
the outcome keeps within the budget. `passes.py` makes one pass at one share; `stretch.py` tells how many increments
change nothing, so that they need not be made one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from portal.voting.counting.crowd import Crowd, ExactTill, make_till
from portal.voting.counting.greedy import spend
from portal.voting.counting.passes import Count
from portal.voting.counting.profile import BadElection
from portal.voting.counting.rule import Result, Win
from portal.voting.counting.stretch import Jumper


def equal_shares(result: Result) -> None:
    """Fill `result` by the equal-shares rule that it names, after the projects in `result.out` were struck."""
    profile, rule, budget = result.profile, result.rule, result.budget
    if budget < 0:
        raise BadElection("the budget is negative")
    running = [project for project in range(len(profile.projects)) if project not in result.out]
    crowd = Crowd(profile, running, rule.utility or "cost")
    free = [p for p in running if crowd.heads[p] and not profile.projects[p].cost]
    result.wins = [Win(project, "free") for project in result.order.sort(free)]
    race = [p for p in running if crowd.heads[p] and profile.projects[p].cost]
    start = Fraction(budget, max(profile.voters, 1))
    if rule.start == "floor":
        start = Fraction(start // rule.unit * rule.unit)
    count = Count(crowd, make_till(crowd), result.order, race)
    raises = since = 0
    if rule.completion != "none":
        raises, since, over = _raises(count, race, start, budget, rule.increment, rule.add1_stop == "exhaustive")
        if over:
            result.beyond = count.run(start + (raises + 1) * rule.increment).wins
    result.start_share, result.raises, result.share = start, raises, start + raises * rule.increment
    result.since = since
    final = count.run(result.share, full=True)
    till = ExactTill(crowd, result.share)
    result.wins += [Win(project, "shares", till.buy(project)) for project in final.wins]
    result.bought = [win.project for win in result.wins]
    result.ties += final.ties
    result.near = final.near
    for tie in final.ties:
        for project in set(tie.order).difference(final.wins):
            result.outdrawn.setdefault(project, []).append(tie.order[0])  # it may still win in the top-up
    if rule.completion == "add1-greedy":
        chosen = {win.project for win in result.wins}
        spend(result, [project for project in race if project not in chosen], budget - result.spent, "top-up")


def _raises(
    count: Count, race: Iterable[int], start: Fraction, budget: int, increment: Fraction, exhaustive: bool
) -> tuple[int, int, bool]:
    """How often Add1 raises the share, since which raise the winners are the same, and whether one more overspends.

    The last outcome within the budget counts, even if a later one fits again.
    """
    race = set(race)
    steps = since = 0
    here = count.run(start, budget)
    if here.cost > budget:
        return 0, 0, True
    jumper = Jumper(count, increment)
    while True:
        rest = race.difference(here.wins)
        if not rest:
            return steps, since, False
        if exhaustive and all(count.cost[project] > budget - here.cost for project in rest):
            return steps, since, False
        # While the winners stay the same, neither stop condition can come true.
        steps += jumper.jump(start + steps * increment, here.wins)
        before, here = set(here.wins), count.run(start + (steps + 1) * increment, budget)
        if here.cost > budget:
            return steps, since, True
        steps += 1
        if before != set(here.wins):
            since = steps
