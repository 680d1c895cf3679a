"""The greedy rules of city practice: examine projects from the most votes down and fund each that fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from fractions import Fraction
from itertools import groupby

from portal.voting.counting.profile import BadElection, Profile
from portal.voting.counting.rule import Result, Rule, Win, make_tie


def order_key(profile: Profile, rule: Rule, project: int) -> tuple[int, Fraction | int]:
    """What greedy orders by, high to low: the score or, with a utility, total utility per cost (free ones first)."""
    votes, cost = profile.votes[project], profile.projects[project].cost
    if rule.utility is None:
        return (0, profile.scores[project])
    if rule.utility == "cost":
        return (0, votes)
    total = votes if rule.utility == "cardinality" else profile.scores[project]
    if cost == 0:
        return (1, 0) if total else (0, 0)
    return (0, Fraction(total, cost))


def greedy(result: Result) -> None:
    """Fill `result` by the greedy rule that it names, after the projects in `result.out` were struck."""
    if result.budget < 0:
        raise BadElection("the budget is negative")
    race = [project for project in range(len(result.profile.projects)) if project not in result.out]
    spend(result, race, result.budget, "greedy")


class Purse:
    """What is still there while a greedy order is gone down: money, what each cap leaves, and the groups not yet won."""

    def __init__(self, profile: Profile, left: int, caps: Mapping[str, int]) -> None:
        self._projects = profile.projects
        self.left, self.caps = left, dict(caps)
        self.won: dict[str, int] = {}

    def copy(self) -> Purse:
        other = copy(self)
        other.caps, other.won = dict(self.caps), dict(self.won)
        return other

    def bar(self, project: int) -> str | None:
        """What keeps a project from being funded now: its group, the cap of its category, or the money."""
        one = self._projects[project]
        if one.group in self.won:
            return "group"
        if one.cost > self.caps.get(one.category, one.cost):
            return "cap"
        return "money" if one.cost > self.left else None

    def buy(self, project: int) -> None:
        one = self._projects[project]
        self.left -= one.cost
        if one.category in self.caps:
            self.caps[one.category] -= one.cost
        if one.group:
            self.won[one.group] = project


def spend(result: Result, race: Iterable[int], left: int, by: str) -> None:
    """Examine `race` in greedy order and spend `left`; a top-up goes by score and never stops early."""
    profile, rule = result.profile, result.rule
    if by == "top-up":
        rule = Rule("greedy")
    keys = {project: order_key(profile, rule, project) for project in race}
    ordered = sorted(result.order.sort(keys), key=keys.__getitem__, reverse=True)
    step, stopped = 1, False
    purse = Purse(profile, left, result.caps)
    for _, equal in groupby(ordered, key=keys.__getitem__):
        group = list(equal)
        if len(group) > 1:
            result.ties.append(make_tie(result.order, by, step, group))
        step += len(group)
        before, funded = purse.copy(), []
        for project in group:
            bar = purse.bar(project)
            if stopped:
                result.after_stop.add(project)
            elif bar is None:
                result.wins.append(Win(project, by))
                funded.append(project)
                purse.buy(project)
            else:
                if bar == "group":
                    result.excluded[project] = purse.won[profile.projects[project].group]
                elif bar == "cap":
                    result.over_cap[project] = purse.caps[profile.projects[project].category]
                else:
                    result.left[project] = purse.left
                    stopped = rule.on_misfit == "stop"
                if before.bar(project) is None:
                    result.outdrawn.setdefault(project, []).extend(funded)
