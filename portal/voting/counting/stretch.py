"""How many increments of the share surely change nothing.

Take the winners of one pass, in order, and let the share rise while exactly these are bought. Then every balance only
grows and every price only falls: with more money in each purse the same cost is covered by a lower price, and who pays
less keeps more. Three things follow for all shares between a lower one (near) and a higher one (far):

- A project that cannot be bought at the far end can be bought nowhere between.
- If the winner's price at the near end is below another project's price at the far end, the winner is cheaper all along.
- Whoever pays with all that is left at the far end does so all along, and whoever keeps money at the near end keeps
  some all along. Where these two are all supporters, the price is a straight line between the ends, and if two prices
  are, the one that is lower at both ends is lower all along.

If one of these settles every comparison of the pass, every share between gives the same winners in the same order. If
not, nothing is claimed, and a shorter stretch or a single step is tried: a doubt costs time, never truth. Outcomes are
not monotone in the share, so nothing is ever skipped that was not settled so.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from heapq import heappop, heappush

from portal.voting.counting.passes import NOISE, Count, Offer, Run

_SHORTEST = 4  # a stretch costs about two passes, so fewer increments are better made one by one
_GROWTH = 4  # a stretch that held is followed by one so many times as long
_PATIENCE = 32  # at most so many single steps before a stretch is tried again


class Jumper:
    """Finds stretches for one election, learning from the last one how long they may be."""

    def __init__(self, count: Count, increment: Fraction) -> None:
        self.count, self.increment = count, increment
        self.length = 8
        self.wait = self.pause = 0

    def jump(self, share: Fraction, wins: Sequence[int]) -> int:
        """A number of increments, perhaps 0, by which the share can rise with `wins` as the outcome of each pass."""
        if self.wait:
            self.wait -= 1
            return 0
        done, length, failed = 0, self.length, False
        while length >= _SHORTEST:
            low, high = share + done * self.increment, share + (done + length) * self.increment
            stretch = Stretch(self.count, low, high)
            if stretch.same(wins):
                done += length
                self.length = length
                if failed:
                    break
                length *= _GROWTH
            else:
                failed = True
                length = min(max(int(length * stretch.reach), length // 64), length - 1)
        if done > 2 * _SHORTEST:
            self.pause = 0
        else:  # it hardly pays here
            self.length = 2 * _SHORTEST
            self.wait = self.pause = min(2 * self.pause + 1, _PATIENCE)
        return done


class Stretch:
    """The same purchases at both ends at once.

    `reach` is a guess, after something was not settled, at what part of the stretch would be.
    """

    def __init__(self, count: Count, low: Fraction, high: Fraction) -> None:
        self.count = count
        self.near, self.far = Run(count, count.till, low), Run(count, count.other, high)
        self.slack = NOISE * self.far.guess
        self.reach = 0.5

    def same(self, wins: Sequence[int]) -> bool:
        """Whether every share of the stretch surely gives these winners in this order, as a pass at its low end did."""
        near, far, rank = self.near, self.far, self.count.order.rank
        queue = list(self.count.queue)  # the price at the far end is not below this
        for winner in wins:
            least = self.count.least[winner]
            mine, theirs = near.offer(winner, least), far.offer(winner, least)
            if mine is None or theirs is None:
                raise AssertionError("the winners of a pass can be bought at its share and above")
            seen: list[tuple[float, int, int]] = []
            while queue and queue[0][0] <= mine.price + mine.error:
                low, _, project = heappop(queue)
                if project == winner or project in near.bought:
                    continue
                other = far.offer(project, low)
                if other is None:
                    continue
                if not self._settled(mine, theirs, other):
                    return False
                seen.append((other.price, rank[project], project))
            for entry in seen:
                heappush(queue, entry)
            near.till.bend(far.till, winner, mine.price + mine.error, theirs.price - theirs.error, self.slack)
            near.buy(mine)
            far.buy(theirs)
        return not any(self._can_be_bought(project) for _, _, project in queue if project not in near.bought)

    def _can_be_bought(self, project: int) -> bool:
        money = self.far.till.money(project)
        if not self.far.affordable(project, money)[0]:
            return False
        self._guess_reach(self.count.cost[project] - self.near.till.money(project), self.count.cost[project] - money)
        return True

    def _settled(self, mine: Offer, theirs: Offer, other: Offer) -> bool:
        """Whether the winner, with its offers at both ends, surely goes before another one all along.

        `other` is that one's offer at the far end, where its price is lowest.
        """
        if other.price - other.error > mine.price + mine.error:
            return True
        if other.price + other.error >= mine.price - mine.error and (
            self._key(self.far, other) > self._key(self.near, mine)
        ):
            return True
        before = self.near.offer(other.project, self.count.least[other.project])
        if before is None:
            cost, project = self.count.cost[other.project], other.project
            self._guess_reach(cost - self.near.till.money(project), cost - self.far.till.money(project))
            return False
        self._guess_reach(before.price - mine.price, other.price - theirs.price)
        return (
            self._straight(mine, theirs)
            and self._straight(before, other)
            and self._later(self.near, before, mine)
            and self._later(self.far, other, theirs)
        )

    def _straight(self, near: Offer, far: Offer) -> bool:
        high, low = near.price + near.error, far.price - far.error
        return self.near.till.straight(self.far.till, near.project, high, low, self.slack)

    def _later(self, run: Run, other: Offer, mine: Offer) -> bool:
        """Whether at this end the winner goes before the other."""
        if abs(other.price - mine.price) > other.error + mine.error:
            return other.price > mine.price
        return self._key(run, other) > self._key(run, mine)

    def _key(self, run: Run, offer: Offer) -> tuple[Fraction, int]:
        """Exact price and place in the order of ties."""
        price = run.exactly().price(offer.project) if offer.exact is None else offer.exact
        return price, self.count.order.rank[offer.project]

    def _guess_reach(self, near: float, far: float) -> None:
        """Where a line from above 0 at the near end to below 0 at the far end crosses it."""
        self.reach = near / (near - far) if near > 0 > far else 0.5
