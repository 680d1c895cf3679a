"""What an outcome means for the voters, and which of two outcomes more of them prefer.

A voter supports a project by naming it with at least one point. Of two outcomes a voter prefers the one whose supported
winners are worth more, by the utility of the rule; where both are worth the same the voter is not counted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from portal.voting.counting.profile import Profile


@dataclass(frozen=True, slots=True)
class Voters:
    """`without` voters support no winner; `wins` is the number of supported winners of all voters together."""

    without: int
    wins: int


def voters(profile: Profile, winners: Collection[int]) -> Voters | None:
    """None where only totals are known."""
    if profile.choices is None:
        return None
    chosen, without, wins = set(winners), 0, 0
    for choice in profile.choices:
        if choice.points is None:
            number = sum([project in chosen for project in choice.projects])
        else:
            number = sum([p in chosen and n > 0 for p, n in zip(choice.projects, choice.points, strict=True)])
        wins += number * choice.times
        if not number:
            without += choice.times
    return Voters(without, wins)


def preferences(profile: Profile, utility: str, one: Collection[int], other: Collection[int]) -> tuple[int, int]:
    """How many voters prefer the one outcome, and how many the other."""
    gain = dict.fromkeys(one, 1) | dict.fromkeys(other, -1)
    for project in set(one).intersection(other):
        del gain[project]
    prefer = [0, 0]
    for choice in profile.choices or ():
        balance = 0
        for number, project in enumerate(choice.projects):
            sign = gain.get(project)
            points = 1 if choice.points is None else choice.points[number]
            if sign and points:
                worth = points if utility == "score" else profile.projects[project].cost if utility == "cost" else 1
                balance += sign * worth
        if balance:
            prefer[balance < 0] += choice.times
    return prefer[0], prefer[1]
