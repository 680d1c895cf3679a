"""How many people were entitled to vote: whose number it is, until when it may be said, and what is shown. Pure.

A vote without a register's import does not know it (the roll grows with the casts). The city may look the number up in
its register and say where it stands; it decides nothing, so it is no part of the regulation, and it is fixed with the
publication of the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.voting.rules_officer import ActorLike, is_officer

BEFORE = ("prepared", "open", "counted", "kept", "finished")  # states in which the number may still be said
MOST = 2_000_000_000


class VoteLike(Protocol):
    """What the questions need of a vote."""

    @property
    def state(self) -> str: ...
    @property
    def numbers(self) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Entitled:
    """How many people could have voted, where that was looked up (language -> words), and what share of them did."""

    number: int
    source: Mapping[str, str]
    share: float | None  # None before the count


def may_say_entitled(vote: VoteLike, actor: ActorLike) -> Verdict:
    """Whether this person may say how many were entitled."""
    officer = is_officer(actor)
    if not officer:
        return officer
    if vote.state not in BEFORE:
        return no(_l("The number of entitled people is fixed with the publication of the result."))
    return YES


def can_be_entitled(vote: VoteLike, number: int) -> Verdict:
    """Whether the number can be right. Compared with the ballots only once these are counted: before, a refusal would
    tell how many have voted."""
    if not 0 < number <= MOST:
        return no(_l("Enter a number above 0."))
    if number < (vote.numbers or {}).get("ballots", 0):
        return no(_l("More ballots were counted than that. Look the number up again."))
    return YES


def entitled(number: int | None, source: Mapping[str, str] | None, ballots: int | None) -> Entitled | None:
    """What is shown; None where nobody has said it."""
    if number is None or number < (ballots or 0):
        return None
    return Entitled(number, source or {}, None if ballots is None else ballots / number)
