"""How many votes a project was missing: the smallest number of further ballots, each naming it alone, that funds it.

Everything else stays as the count left it: the final share, the amount of the pot, who else runs. Until the project is
funded such ballots change nothing for the others, so its chances can be read off the course of the one count, and
nothing is counted again: it would win at the first step where its supporters, with the new ones, cover its cost at a
price below the winner's, or at the end if they cover it at all. More ballots never harm it, so the smallest number is
the smallest of all steps. A count with that many and with one fewer proves it; the tests do that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import ceil, floor

from portal.voting.counting.crowd import Crowd, ExactTill, make_till
from portal.voting.counting.greedy import Purse, order_key
from portal.voting.counting.rule import Result, Rule

_DOUBT = 1e-9
"""Errors of money in floating point, relative to the cost and the supporters' shares; far wider than measured ones."""


def rounded_up(value: Fraction) -> int:
    """The smallest whole number that is not below."""
    return -(-value.numerator // value.denominator)


def to_run(result: Result, project: int) -> int | None:
    """Further ballots until a project that was struck may run; 0 for one that ran, None where no number helps."""
    profile, rule, cost = result.profile, result.rule, result.profile.projects[project].cost
    if result.out.get(project) == "withdrawn":
        return None
    more = max(rounded_up(Fraction(rule.min_score - profile.scores[project], profile.first)), 0)
    if rule.eligibility is not None:
        worth = rule.eligibility * result.budget
        lacking = cost * profile.voters - profile.votes[project] * worth
        if lacking > 0:
            if worth <= cost:
                return None
            more = max(more, rounded_up(lacking / (worth - cost)))
    return more


def to_rise(result: Result, race: Iterable[int], left: int, project: int, rule: Rule) -> int | None:
    """Further ballots until a greedy order funds a project. `race` are those that run, `left` the money at its start."""
    profile, cost = result.profile, result.profile.projects[project].cost
    purse = Purse(profile, left, result.caps)
    if purse.bar(project):
        return None
    keys = {other: order_key(profile, rule, other) for other in race if other != project}
    ordered = sorted(result.order.sort(keys), key=keys.__getitem__, reverse=True)
    for taker in ordered:
        bar = purse.bar(taker)
        if bar is None:
            purse.buy(taker)
        if purse.bar(project) or (bar == "money" and rule.on_misfit == "stop"):
            break
    else:
        return 0
    if rule.utility in ("cardinality", "score") and (not cost or keys[taker][0]):
        return _to_rise_free(result, project, taker, rule) if not cost else None
    votes = rule.utility in ("cost", "cardinality")
    now, each = (profile.votes[project], 1) if votes else (profile.scores[project], profile.first)
    wanted = Fraction(keys[taker][1]) * (cost if rule.utility in ("cardinality", "score") else 1)
    more = max(rounded_up((wanted - now) / each), 0)
    level = now + more * each == wanted
    return more + (level and not result.order.before(project, taker, more * profile.first))


def _to_rise_free(result: Result, project: int, taker: int, rule: Rule) -> int | None:
    """The same for a project without cost in an order by utility per cost: it is above all others with one supporter,
    and among those without cost the order of ties decides."""
    profile = result.profile
    least = int(order_key(profile, rule, project) == (0, 0))
    if order_key(profile, rule, taker) != (1, 0):
        return least
    level = rounded_up(Fraction(profile.scores[taker] - profile.scores[project], profile.first))
    for more in (least, max(level, least), max(level, least) + 1):
        if result.order.before(project, taker, more * profile.first):
            return more
    return None


class Shares:
    """The missing votes in a count of equal shares: a quick look along all steps, and an exact one where in doubt.

    Ask `doubts` for the projects to look at before each step (their number is the last one after all steps), hand the
    exact balances at that moment to `look`, then read `found`.
    """

    def __init__(self, result: Result, crowd: Crowd, projects: Sequence[int]) -> None:
        self._result, self._crowd = result, crowd
        self._share = result.share or Fraction(0)
        self._steps = [(win.project, win.price) for win in result.wins if win.price is not None]
        self.found: dict[int, int] = {}
        self.doubts: list[list[int]] = [[] for _ in range(len(self._steps) + 1)]
        wanted = [p for p in projects if result.profile.projects[p].cost]
        if self._share > 0 and wanted:
            self._look_along(wanted)

    def _worth(self, project: int) -> int:
        """The utility that the project has for somebody whose ballot names nothing else."""
        utility = self._result.rule.utility
        if utility == "cost":
            return self._result.profile.projects[project].cost
        return self._result.profile.first if utility == "score" else 1

    def _look_along(self, projects: Sequence[int]) -> None:
        till, share = make_till(self._crowd), float(self._share)
        till.reset(share)
        ranges: dict[int, list[tuple[int, int]]] = {project: [] for project in projects}
        for winner, price in [*self._steps, (None, None)]:
            limit = None if price is None else float(price)
            for project in projects:
                cost = self._result.profile.projects[project].cost
                paid, each = (
                    (till.money(project), share)
                    if limit is None
                    else (till.cover(project, limit), min(share, limit * self._worth(project)))
                )
                missing = (cost - paid) / each
                doubt = _DOUBT * (cost + share * self._crowd.heads[project]) / each
                ranges[project].append((max(ceil(missing - doubt), 0), max(floor(missing + doubt) + 1, 0)))
            if winner is not None and limit is not None:
                till.pay(winner, limit)
        for project, found in ranges.items():
            most = min(high for _, high in found)
            if any(low == high == most for low, high in found):
                self.found[project] = most
            for step, (low, _) in enumerate(found):
                if low < most:
                    self.doubts[step].append(project)

    def look(self, step: int, till: ExactTill) -> None:
        """Settle what is in doubt before this step."""
        for project in self.doubts[step]:
            more = self._exactly(step, project, till)
            self.found[project] = min(more, self.found.get(project, more))

    def _exactly(self, step: int, project: int, till: ExactTill) -> int:
        cost = self._result.profile.projects[project].cost
        if step == len(self._steps):
            return max(rounded_up((cost - till.money(project)) / self._share), 0)
        winner, price = self._steps[step]
        assert price is not None
        full = price * self._worth(project)
        paid, all_give_all = till.cover(project, price)
        each = min(self._share, full)
        more = max(rounded_up((cost - paid) / each), 0)
        if paid + more * each > cost or (all_give_all and (not more or self._share < full)):
            return more  # a lower price than the winner's covers it
        return more + (not self._result.order.before(project, winner, more * self._result.profile.first))
