"""The greedy rules of city practice: examine projects from the most votes down and fund each that fits."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby

from portal.voting.counting.profile import BadElection, Profile
from portal.voting.counting.rule import Result, Rule, Win, make_tie


def _key(profile: Profile, rule: Rule, project: int) -> tuple[int, Fraction | int]:
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


def spend(result: Result, race: Iterable[int], left: int, by: str) -> None:
    """Examine `race` in greedy order and spend `left`; a top-up goes by score and never stops early."""
    profile, rule = result.profile, result.rule
    if by == "top-up":
        rule = Rule("greedy")
    keys = {project: _key(profile, rule, project) for project in race}
    ordered = sorted(result.order.sort(keys), key=keys.__getitem__, reverse=True)
    step, stopped = 1, False
    for _, equal in groupby(ordered, key=keys.__getitem__):
        group = list(equal)
        if len(group) > 1:
            result.ties.append(make_tie(result.order, by, step, group))
        step += len(group)
        before, funded = left, []
        for project in group:
            cost = profile.projects[project].cost
            if stopped:
                result.after_stop.add(project)
            elif cost <= left:
                result.wins.append(Win(project, by))
                funded.append(project)
                left -= cost
            else:
                result.left[project] = left
                stopped = rule.on_misfit == "stop"
                if cost <= before:
                    result.outdrawn.setdefault(project, []).extend(funded)
