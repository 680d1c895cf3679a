"""The one door of the count."""

from __future__ import annotations

from collections.abc import Mapping

from portal.voting.counting.compare import preferences
from portal.voting.counting.equal_shares import equal_shares
from portal.voting.counting.greedy import greedy
from portal.voting.counting.phragmen import phragmen
from portal.voting.counting.profile import BadElection, Profile, TieOrder
from portal.voting.counting.rule import Result, Rule, screen


def count(
    profile: Profile, budget: int, rule: Rule, seed: bytes | None = None, caps: Mapping[str, int] | None = None
) -> Result:
    """Count an election. `budget` in the unit of the costs, `seed` for drawn lots, `caps` by category.

    Raises BadElection where the rule cannot count this election.
    """
    result = Result(profile, budget, rule, TieOrder(profile, rule.ties, seed))
    result.out = screen(profile, budget, rule)
    result.caps = dict(caps or {})
    if rule.name != "greedy" and (result.caps or any(project.group for project in profile.projects)):
        raise BadElection("caps and projects that exclude each other can be counted by most votes first only")
    if rule.name == "greedy":
        greedy(result)
    elif rule.name == "phragmen":
        phragmen(result)
    else:
        equal_shares(result)
        _compare(result)
    return result


def _compare(result: Result) -> None:
    """Set the outcome of equal shares beside greedy's, and take that one where the rule says so."""
    other = Result(result.profile, result.budget, Rule("greedy"), result.order, out=result.out)
    greedy(other)
    ours, theirs = [[win.project for win in one.wins] for one in (result, other)]
    result.prefer = preferences(result.profile, result.rule.utility or "cost", ours, theirs)
    result.other = theirs
    if result.rule.comparison and result.prefer[1] > result.prefer[0]:
        result.prefer = (result.prefer[1], result.prefer[0])
        result.other, result.replaced = ours, True
        result.wins, result.ties, result.left, result.outdrawn = other.wins, other.ties, other.left, other.outdrawn
