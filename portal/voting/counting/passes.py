"""One pass of equal shares at one share, decided exactly.

Source: Peters, Pierczynski, Skowron, "Proportional Participatory Budgeting with Additive Utilities" (2021). Every voter
starts with an equal share. A project can be bought when its supporters own its cost together; each then pays price x
utility or what is left, and the project with the lowest price is bought, until none can be.

A pass guesses in floating point. Two prices, or money and cost, that lie within a margin of 1e-9 are compared again as
fractions. Prices never fall during a pass, so old prices stay lower bounds and only the front of the queue is priced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from heapq import heapify, heappop, heappush

from portal.voting.counting.crowd import Crowd, ExactTill, Till
from portal.voting.counting.profile import TieOrder
from portal.voting.counting.rule import Near, Tie, make_tie

NEAR = 10**9
"""Comparisons whose exact relative gap is below 1 / NEAR are listed."""
MARGIN = 4e-9
"""Relative margin of the guess: wide enough that everything below 1 / NEAR is looked at exactly."""
NOISE = 1e-12
"""Rounding errors of balances, relative to the share; measured errors are a thousand times smaller."""


@dataclass(slots=True)
class Pass:
    """One run at one share. `ties` and `near` are filled by the full pass only."""

    wins: list[int] = field(default_factory=list)
    cost: int = 0
    ties: list[Tie] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Offer:
    """A project that can be bought: guessed price, its error, and the exact price where it is known already."""

    project: int
    price: float
    error: float
    exact: Fraction | None


class Count:
    """The passes of one election. `race` are the projects with supporters and a cost.

    `other` is a second till, for those who look at two shares at once.
    """

    def __init__(self, crowd: Crowd, till: Till, order: TieOrder, race: Sequence[int]) -> None:
        self.crowd, self.till, self.order = crowd, till, order
        self.cost = [project.cost for project in crowd.projects]
        self.other = till.twin()
        # What a project would cost each unit of utility if all its supporters paid in full; no price is below.
        self.least = {p: self.cost[p] / crowd.total[p] for p in race}
        self.queue = [(self.least[p], order.rank[p], p) for p in race]
        heapify(self.queue)

    def run(self, share: Fraction, limit: int | None = None, full: bool = False) -> Pass:
        """One pass at `share`; given up once the winners cost more than `limit`.

        A full pass also looks at every comparison, for the list of near ones, and notes ties.
        """
        return Run(self, self.till, share, full).go(limit)


class Run:
    """The state of one pass."""

    def __init__(self, count: Count, till: Till, share: Fraction, full: bool = False) -> None:
        self.count, self.share, self.full = count, share, full
        self.crowd, self.till, self.cost = count.crowd, till, count.cost
        self.guess = float(share)
        till.reset(self.guess)
        self.queue = list(count.queue)
        self.done = Pass()
        self.exact: ExactTill | None = None
        self.bought: set[int] = set()
        self.repeated = 0

    def go(self, limit: int | None) -> Pass:
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
            self.buy(best)
            if limit is not None and self.done.cost > limit:
                return self.done

    def buy(self, offer: Offer) -> None:
        """Let the supporters pay."""
        self.done.wins.append(offer.project)
        self.bought.add(offer.project)
        self.done.cost += self.cost[offer.project]
        self.till.pay(offer.project, offer.price)

    def exactly(self) -> ExactTill:
        """The exact balances at this moment: the purchases so far, made again."""
        if self.exact is None:
            self.exact = ExactTill(self.crowd, self.share)
        for project in self.done.wins[self.repeated :]:
            self.exact.buy(project)
        self.repeated = len(self.done.wins)
        return self.exact

    def affordable(self, project: int, money: float) -> tuple[bool, Fraction | None]:
        """Whether the supporters own the cost, and their exact money where that had to be asked."""
        cost = self.cost[project]
        if abs(money - cost) > MARGIN * cost + NOISE * self.guess * self.crowd.heads[project]:
            return money > cost, None
        exact = self.exactly().money(project)
        return exact >= cost, exact

    def _look_at_money(self, step: int) -> None:
        """Compare the money behind every project that is left with its cost; strike those that lack it."""
        kept = []
        for entry in sorted(self.queue, key=lambda entry: entry[2]):
            project = entry[2]
            enough, exact = self.affordable(project, self.till.money(project))
            cost = self.cost[project]
            if exact is not None and abs(exact - cost) * NEAR < cost:
                self.done.near.append(Near(step, "money", (project,), (exact, Fraction(cost))))
            if enough:
                kept.append(entry)
        heapify(kept)
        self.queue = kept

    def offer(self, project: int, low: float) -> Offer | None:
        """The project's price, which is not below `low`; None where its supporters do not own its cost."""
        enough, money = self.affordable(project, self.till.money(project))
        if not enough:
            return None
        if money is not None:
            # The guess cannot tell who is left with money, so it may not set the price either.
            known = self.exactly().price(project)
            return Offer(project, float(known), MARGIN * float(known), known)
        price, rich, everybody = self.till.price(project, low)
        error = MARGIN * price + NOISE * self.guess * self.crowd.heads[project] / rich
        surely = Fraction(self.cost[project], self.crowd.total[project]) if everybody else None
        return Offer(project, price, error, surely)

    def _offers(self) -> list[Offer]:
        """Price the front of the queue until nothing behind it can be cheapest or near it."""
        offers: list[Offer] = []
        horizon = float("inf")
        while self.queue and self.queue[0][0] <= horizon:
            low, _, project = heappop(self.queue)
            offer = self.offer(project, low)
            if offer is None:
                continue
            offers.append(offer)
            horizon = min(horizon, offer.price + 2 * offer.error)
        return offers

    def _choose(self, step: int, offers: list[Offer]) -> Offer:
        """The offer with the lowest price; equal ones by tie order."""
        front = min(offers, key=lambda offer: offer.price)
        close = [offer for offer in offers if offer.price - offer.error <= front.price + front.error]
        if len(close) == 1:
            return front
        prices = {
            offer.project: self.exactly().price(offer.project) if offer.exact is None else offer.exact
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
