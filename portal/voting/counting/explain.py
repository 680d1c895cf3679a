"""Why a project was not funded: reason codes and amounts, no sentences.

Codes: withdrawn, not-eligible, below-minimum; greedy: does-not-fit, after-stop, lost-tie; equal shares: no-votes,
too-few-votes, money-spent, lost-tie. All amounts come from the payments of the one count, rounded down to whole parts
of the smallest unit of money.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from portal.voting.counting.crowd import Crowd, ExactTill
from portal.voting.counting.rule import Result


@dataclass(slots=True)
class Loss:
    """A project that was not funded.

    `needed`: votes (not-eligible) or score (below-minimum) that it would have needed. `left`: money left when its turn
    came (greedy, top-up). `had`: what its supporters could have spent if nothing else had won; `rest`: what they had at
    the end; `went`: winner and amount that they paid for it, in the order of selection. `equals`: the projects that
    were equal to it and came first by the order of ties.
    """

    project: int
    code: str
    needed: int | None = None
    left: int | None = None
    had: int | None = None
    rest: int | None = None
    went: list[tuple[int, int]] = field(default_factory=list)
    equals: list[int] = field(default_factory=list)


def losses(result: Result) -> list[Loss]:
    """Every project that was not funded, in the order of the ids, with the reason."""
    found = []
    money = _money(result) if result.rule.name == "equal-shares" else {}
    for project in result.losers:
        loss = Loss(project, result.out.get(project, ""), left=result.left.get(project))
        loss.equals = result.outdrawn.get(project, [])
        if loss.code == "not-eligible" and result.budget:
            loss.needed = _votes_needed(result, result.profile.projects[project].cost)
        elif loss.code == "below-minimum":
            loss.needed = result.rule.min_score
        elif not loss.code and result.rule.name == "greedy":
            loss.code = "after-stop" if project in result.after_stop else "does-not-fit"
            if loss.equals:
                loss.code = "lost-tie"
        elif not loss.code:
            loss.had, loss.rest, loss.went = money[project]
            if loss.equals:
                loss.code = "lost-tie"
            elif loss.had == 0:
                loss.code = "no-votes"
            else:
                cost = result.profile.projects[project].cost
                loss.code = "too-few-votes" if loss.had < cost else "money-spent"
        found.append(loss)
    return found


def _votes_needed(result: Result, cost: int) -> int:
    """The fewest votes with which a project of this cost passes the eligibility test."""
    number = result.rule.eligibility or Fraction(1)
    least = Fraction(cost * result.profile.voters) / (number * result.budget)
    return -(-least.numerator // least.denominator)


def _money(result: Result) -> dict[int, tuple[int, int, list[tuple[int, int]]]]:
    """For each loser of an equal-shares count: what its supporters had, have left, and paid for each winner."""
    share = result.share or Fraction(0)
    running = [project for project in range(len(result.profile.projects)) if project not in result.out]
    crowd = Crowd(result.profile, running, result.rule.utility or "cost")
    lost = {project for project in result.losers if project not in result.out}
    went: dict[int, list[tuple[int, int]]] = {project: [] for project in lost}
    till = ExactTill(crowd, share)
    for win in result.wins:
        if win.by != "shares":
            continue
        before, scale = till.balances(win.project), till.scale
        till.buy(win.project)
        finer = till.scale // scale
        paid = dict.fromkeys(lost, 0)
        after = till.balances(win.project)
        for group, owned, rest in zip(crowd.members[win.project], before, after, strict=True):
            together = (owned * finer - rest) * crowd.size[group]
            for project in crowd.likes[group]:
                if project in paid:
                    paid[project] += together
        for project, amount in paid.items():
            if amount >= till.scale:
                went[project].append((win.project, amount // till.scale))
    return {project: (int(crowd.heads[project] * share), int(till.money(project)), went[project]) for project in lost}
