"""The method of equal shares, with Add1 completion, decided exactly.

Source: Peters, Pierczynski, Skowron, "Proportional Participatory Budgeting with Additive Utilities" (2021); Add1 and
its two stop conditions as in official elections. Every voter starts with an equal share. A project can be bought when
its supporters own its cost together; each then pays price x utility or what is left, and the project with the lowest
price is bought, until none can be.

A pass guesses in floating point. Two prices, or money and cost, that lie within a margin of 1e-9 are compared again as
fractions. Prices never fall during a pass, so old prices stay lower bounds and only the front of the queue is priced.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heapify, heappop, heappush

from portal.voting.counting.crowd import Crowd, ExactTill, Till, make_till
from portal.voting.counting.greedy import spend
from portal.voting.counting.profile import BadElection, TieOrder
from portal.voting.counting.rule import Near, Result, Tie, Win, make_tie

NEAR = 10**9
"""Comparisons whose exact relative gap is below 1 / NEAR are listed."""
_MARGIN = 4e-9
"""Relative margin of the guess: wide enough that everything below 1 / NEAR is looked at exactly."""
_NOISE = 1e-12
"""Rounding errors of balances, relative to the share; measured errors are a thousand times smaller."""


@dataclass(slots=True)
class Pass:
    """One run at one share. `ties` and `near` are filled by the full pass only."""

    wins: list[int] = field(default_factory=list)
    cost: int = 0
    ties: list[Tie] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A project that can be bought: guessed price, its error, and the exact price where it is known already."""

    project: int
    price: float
    error: float
    exact: Fraction | None


class Count:
    """The passes of one election. `race` are the projects with supporters and a cost."""

    def __init__(self, crowd: Crowd, till: Till, order: TieOrder, race: Sequence[int]) -> None:
        self.crowd, self.till, self.order = crowd, till, order
        self.cost = [project.cost for project in crowd.projects]
        self.queue = [(self.cost[p] / crowd.total[p], order.rank[p], p) for p in race]
        heapify(self.queue)

    def run(self, share: Fraction, limit: int | None = None, full: bool = False) -> Pass:
        """One pass at `share`; given up once the winners cost more than `limit`.

        A full pass also looks at every comparison, for the list of near ones, and notes ties.
        """
        return _Run(self, share, full).go(limit)


class _Run:
    """The state of one pass."""

    def __init__(self, count: Count, share: Fraction, full: bool) -> None:
        self.count, self.share, self.full = count, share, full
        self.crowd, self.till, self.cost = count.crowd, count.till, count.cost
        self.guess = float(share)
        self.queue = list(count.queue)
        self.done = Pass()
        self.exact: ExactTill | None = None
        self.bought = 0

    def go(self, limit: int | None) -> Pass:
        self.till.reset(self.guess)
        while True:
            step = len(self.done.wins) + 1
            if self.full:
                self._look_at_money(step)
            offers = self._offers()
            if not offers:
                return self.done
            best = self._choose(step, offers)
            for offer in offers:
                if offer is not best:
                    heappush(self.queue, (offer.price, self.count.order.rank[offer.project], offer.project))
            self.done.wins.append(best.project)
            self.done.cost += self.cost[best.project]
            if limit is not None and self.done.cost > limit:
                return self.done
            self.till.pay(best.project, best.price)

    def _exactly(self) -> ExactTill:
        """The exact balances at this moment: the purchases so far, made again."""
        if self.exact is None:
            self.exact = ExactTill(self.crowd, self.share)
        for project in self.done.wins[self.bought :]:
            self.exact.buy(project)
        self.bought = len(self.done.wins)
        return self.exact

    def _affordable(self, project: int, money: float) -> tuple[bool, Fraction | None]:
        """Whether the supporters own the cost, and their exact money where that had to be asked."""
        cost = self.cost[project]
        if abs(money - cost) > _MARGIN * cost + _NOISE * self.guess * self.crowd.heads[project]:
            return money > cost, None
        exact = self._exactly().money(project)
        return exact >= cost, exact

    def _look_at_money(self, step: int) -> None:
        """Compare the money behind every project that is left with its cost; strike those that lack it."""
        kept = []
        for entry in sorted(self.queue, key=lambda entry: entry[2]):
            project = entry[2]
            enough, exact = self._affordable(project, self.till.money(project))
            cost = self.cost[project]
            if exact is not None and abs(exact - cost) * NEAR < cost:
                self.done.near.append(Near(step, "money", (project,), (exact, Fraction(cost))))
            if enough:
                kept.append(entry)
        heapify(kept)
        self.queue = kept

    def _offers(self) -> list[_Offer]:
        """Price the front of the queue until nothing behind it can be cheapest or near it."""
        offers: list[_Offer] = []
        horizon = float("inf")
        while self.queue and self.queue[0][0] <= horizon:
            low, _, project = heappop(self.queue)
            enough, money = self._affordable(project, self.till.money(project))
            if not enough:
                continue
            if money is None:
                price, rich, everybody = self.till.price(project, low)
                known = Fraction(self.cost[project], self.crowd.total[project]) if everybody else None
                error = _MARGIN * price + _NOISE * self.guess * self.crowd.heads[project] / rich
            else:
                # The guess cannot tell who is left with money, so it may not set the price either.
                known = self._exactly().price(project)
                price = float(known)
                error = _MARGIN * price
            offers.append(_Offer(project, price, error, known))
            horizon = min(horizon, price + 2 * error)
        return offers

    def _choose(self, step: int, offers: list[_Offer]) -> _Offer:
        """The offer with the lowest price; equal ones by tie order."""
        front = min(offers, key=lambda offer: offer.price)
        close = [offer for offer in offers if offer.price - offer.error <= front.price + front.error]
        if len(close) == 1:
            return front
        prices = {
            offer.project: self._exactly().price(offer.project) if offer.exact is None else offer.exact
            for offer in close
        }
        lowest = min(prices.values())
        tied = self.count.order.sort(project for project, price in prices.items() if price == lowest)
        if self.full:
            if len(tied) > 1:
                self.done.ties.append(make_tie(self.count.order, "shares", step, tied))
            for project in sorted(prices):
                if project != tied[0] and (prices[project] - lowest) * NEAR < lowest:
                    self.done.near.append(Near(step, "price", (tied[0], project), (lowest, prices[project])))
        return next(offer for offer in close if offer.project == tied[0])


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
    raises = 0
    if rule.completion != "none":
        raises = _raises(count, race, start, budget, rule.increment, rule.add1_stop == "exhaustive")
    result.start_share, result.raises, result.share = start, raises, start + raises * rule.increment
    final = count.run(result.share, full=True)
    till = ExactTill(crowd, result.share)
    result.wins += [Win(project, "shares", till.buy(project)) for project in final.wins]
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
) -> int:
    """How often Add1 raises the share. The last outcome within the budget counts, even if a later one fits again."""
    race = set(race)
    steps = 0
    here = count.run(start, budget)
    if here.cost > budget:
        return 0
    while True:
        rest = race.difference(here.wins)
        if not rest:
            return steps
        if exhaustive and all(count.cost[project] > budget - here.cost for project in rest):
            return steps
        here = count.run(start + (steps + 1) * increment, budget)
        if here.cost > budget:
            return steps
        steps += 1
