"""The one door of the count."""

from __future__ import annotations

from portal.voting.counting.equal_shares import equal_shares
from portal.voting.counting.greedy import greedy
from portal.voting.counting.profile import Profile, TieOrder
from portal.voting.counting.rule import Result, Rule, screen


def count(profile: Profile, budget: int, rule: Rule, seed: bytes | None = None) -> Result:
    """Count an election. `budget` in the unit of the costs, `seed` for drawn lots.

    Raises BadElection where the rule cannot count this election.
    """
    result = Result(profile, budget, rule, TieOrder(profile, rule.ties, seed))
    result.out = screen(profile, budget, rule)
    if rule.name == "greedy":
        greedy(result)
    else:
        equal_shares(result)
    return result
