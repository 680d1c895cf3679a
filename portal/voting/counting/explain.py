"""Who paid for what, and why a project was not funded: reason codes and amounts, no sentences.

Codes: withdrawn, not-eligible, below-minimum; greedy: does-not-fit, over-cap,
excluded, after-stop, lost-tie; equal shares: no-votes,
too-few-votes, money-spent, lost-tie. All amounts come from the payments of the one count, rounded down to whole parts
of the smallest unit of money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from portal.voting.counting.crowd import Crowd, ExactTill
from portal.voting.counting.margin import Shares, rounded_up, to_rise, to_run
from portal.voting.counting.rule import Result, Rule


@dataclass(frozen=True, slots=True)
class Paid:
    """How the supporters of a winner paid its cost in equal shares.

    `full` voters paid the whole price, the one who paid most `most` (less only where points differ); `rest` voters had
    less and gave all of it, `rest_paid` together; `nothing` voters had nothing left.
    """

    full: int
    most: int
    rest: int
    rest_paid: int
    nothing: int


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that a published count tells about its projects: payments by winner, and the losses in id order."""

    paid: Mapping[int, Paid]
    losses: list[Loss]


@dataclass(slots=True)
class Loss:
    """A project that was not funded.

    `needed`: votes (not-eligible) or score (below-minimum) that it would have needed. `left`: money left when its turn
    came (greedy, top-up). `had`: what its supporters could have spent if nothing else had won; `rest`: what they had at
    the end; `went`: winner and amount that they paid for it, in the order of selection, and `shared` how many of its
    supporters also supported that winner. `equals`: the projects that were equal to it and came first by the order of
    ties. `instead`: the winner of its group; `left` of over-cap is what the cap of its category left. `missing`: see
    margin.py; None where no number of ballots would have helped.
    """

    project: int
    code: str
    needed: int | None = None
    left: int | None = None
    had: int | None = None
    rest: int | None = None
    went: list[tuple[int, int]] = field(default_factory=list)
    shared: list[int] = field(default_factory=list)
    equals: list[int] = field(default_factory=list)
    missing: int | None = None
    instead: int | None = None


def losses(result: Result) -> list[Loss]:
    """Every project that was not funded, in the order of the ids, with the reason."""
    return explain(result).losses


def explain(result: Result) -> Explained:
    """The one count explained, from its winners and their prices: nothing is counted anew."""
    found = []
    course = _Course(result) if result.by_shares else None
    for project in result.losers:
        loss = Loss(project, result.out.get(project, ""), left=result.left.get(project))
        loss.equals = result.outdrawn.get(project, [])
        if loss.code == "not-eligible" and result.budget:
            loss.needed = _votes_needed(result, result.profile.projects[project].cost)
        elif loss.code == "below-minimum":
            loss.needed = result.rule.min_score
        elif not loss.code and result.rule.name == "phragmen":
            loss.code = "does-not-fit" if project in result.left else "after-stop"
            if project not in result.left and project not in result.after_stop:
                loss.code = "no-votes"
        elif not loss.code and not result.by_shares:
            loss.code = "after-stop" if project in result.after_stop else "does-not-fit"
            if project in result.over_cap:
                loss.code, loss.left = "over-cap", result.over_cap[project]
            elif project in result.excluded:
                loss.code, loss.instead = "excluded", result.excluded[project]
            if loss.equals:
                loss.code = "lost-tie"
        elif not loss.code:
            assert course is not None
            loss.had, loss.rest, loss.went, loss.shared = course.money(project)
            if loss.equals:
                loss.code = "lost-tie"
            elif loss.had == 0:
                loss.code = "no-votes"
            else:
                cost = result.profile.projects[project].cost
                loss.code = "too-few-votes" if loss.had < cost else "money-spent"
        loss.missing = _missing(result, project, course)
        found.append(loss)
    return Explained(course.paid if course else {}, found)


def _missing(result: Result, project: int, course: _Course | None) -> int | None:
    """Further ballots that would have funded it: enough to run, and then enough to win."""
    running = [other for other in range(len(result.profile.projects)) if other not in result.out]
    cost, first = result.profile.projects[project].cost, to_run(result, project)
    if first is None or cost > result.budget or result.rule.name == "phragmen":
        return None
    if course is None:
        more = to_rise(result, running, result.budget, project, Rule("greedy") if result.replaced else result.rule)
        return None if more is None else max(first, more)
    if not cost:
        return max(first, int(not course.crowd.heads[project]))
    more = course.margin.found.get(project)
    if result.rule.completion == "add1-greedy":
        bought = {win.project for win in result.wins if win.by != "top-up"}
        left = result.budget - sum(result.profile.projects[one].cost for one in bought)
        race = [p for p in running if p not in bought and course.crowd.heads[p] and result.profile.projects[p].cost]
        on_top = to_rise(result, race, left, project, Rule("greedy"))
        if on_top is not None:  # even on top of the others it takes a supporter
            on_top = max(on_top, int(not course.crowd.heads[project]))
        more = min((one for one in (more, on_top) if one is not None), default=None)
    return None if more is None else max(first, more)


def _votes_needed(result: Result, cost: int) -> int:
    """The fewest votes with which a project of this cost passes the eligibility test."""
    number = result.rule.eligibility or Fraction(1)
    least = Fraction(cost * result.profile.voters) / (number * result.budget)
    return rounded_up(least)


class _Course:
    """The purchases of an equal-shares count made once more, exactly, to see who paid what.

    Projects that were struck are watched too (their supporters could have paid for them), but never bought.
    """

    def __init__(self, result: Result) -> None:
        self.result, self.share = result, result.share or Fraction(0)
        watched = [p for p in range(len(result.profile.projects)) if result.out.get(p) != "withdrawn"]
        self.crowd = Crowd(result.profile, watched, result.rule.utility or "cost")
        lost = [p for p in result.losers if result.out.get(p) != "withdrawn"]
        self.margin = Shares(result, self.crowd, lost)
        self.paid: dict[int, Paid] = {}
        self._went: dict[int, list[tuple[int, int]]] = {project: [] for project in lost}
        self._shared: dict[int, list[int]] = {project: [] for project in lost}
        self._till = ExactTill(self.crowd, self.share)
        bought = [win.project for win in result.wins if win.by == "shares"]
        for step, winner in enumerate(bought):
            self.margin.look(step, self._till)
            self._buy(winner)
        self.margin.look(len(bought), self._till)

    def _buy(self, winner: int) -> None:
        crowd, till = self.crowd, self._till
        before, scale = till.balances(winner), till.scale
        price = till.buy(winner)
        finer, unit = till.scale // scale, price.numerator * (till.scale // price.denominator)
        worth = crowd.worth[winner]
        each = worth if isinstance(worth, list) else [worth] * len(before)
        paid: dict[int, int] = {}
        shared: dict[int, int] = {}
        full = most = rest = rest_paid = nothing = 0
        for group, owned, utility in zip(crowd.members[winner], before, each, strict=True):
            heads, whole, has = crowd.size[group], unit * utility, owned * finer
            if has >= whole:
                full += heads
                gave = whole
            else:
                gave = has
                if has:
                    rest += heads
                    rest_paid += has * heads
                else:
                    nothing += heads
            most = max(most, gave)
            together = gave * heads
            for project in crowd.likes[group]:
                if project in self._went:
                    paid[project] = paid.get(project, 0) + together
                    shared[project] = shared.get(project, 0) + heads
        self.paid[winner] = Paid(full, most // till.scale, rest, rest_paid // till.scale, nothing)
        for project, amount in paid.items():
            if amount >= till.scale:
                self._went[project].append((winner, amount // till.scale))
                self._shared[project].append(shared[project])

    def money(self, project: int) -> tuple[int, int, list[tuple[int, int]], list[int]]:
        """What a loser's supporters had, have left, paid for each winner, and how many of them that was."""
        had, rest = int(self.crowd.heads[project] * self.share), int(self._till.money(project))
        return had, rest, self._went[project], self._shared[project]
