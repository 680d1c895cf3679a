"""What the published result says of one project: won or not, in which place, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.base.i18n import Text
from portal.budgeting.models import Budget
from portal.budgeting.queries import projects
from portal.budgeting.rules_reasons import why_lost, why_won
from portal.voting import queries as voting


@dataclass(frozen=True, slots=True)
class Fate:
    """A project's outcome. `place` of a winner in the order of selection, of `winners`; `pot`: the number of its pot on
    the page of the results."""

    pot: int
    winners: int
    votes: int
    score: int
    ballots: int
    points: bool
    place: int | None = None
    reasons: Sequence[Text] = ()
    withheld: bool = False  # its pot had fewer than 10 ballots: no number and no place is told

    @property
    def support(self) -> float | None:
        """The part of the pot's voters who chose it; None where nobody voted."""
        return self.votes / self.ballots if self.ballots else None


def fate(s: Session, budget: Budget, code: str) -> Fate | None:
    """The fate of the project with this code in two selects; None before the publication, or when it was not in it."""
    vote = voting.vote_for(s, "budget", budget.id)
    public = voting.published(s, vote) if vote is not None else None
    if public is None:
        return None
    points = voting.by_points(public.regulation)
    for n, pot in enumerate(public.outcome["pots"], 1):
        if pot.get("withheld"):
            found = _withheld(s, budget, n, pot, code)
            if found is not None:
                return found
            continue
        for place, one in enumerate(pot["winners"], 1):
            if one["id"] == code:
                why = why_won(pot, place, budget.currency)
                return Fate(n, len(pot["winners"]), one["votes"], one["score"], pot["ballots"], points, place, why)
        for one in pot["losers"]:
            if one["id"] == code:
                return _lost(s, budget, n, pot, one, points)
    return None


def _withheld(s: Session, budget: Budget, n: int, pot: dict[str, Any], code: str) -> Fate | None:
    """Won or not, and nothing that could say what one of few people chose."""
    winners = len(pot["winners"])
    if any(one["id"] == code for one in pot["winners"]):
        return Fate(n, winners, 0, 0, 0, False, 1, withheld=True)
    for one in pot["losers"]:
        if one["id"] == code:
            return Fate(n, winners, 0, 0, 0, False, None, why_lost(one, budget.currency, str), withheld=True)
    return None


def _lost(s: Session, budget: Budget, n: int, pot: dict[str, Any], one: dict[str, Any], points: bool) -> Fate:
    titles = projects.titles(s, budget.id, _named(one))
    why = why_lost(one, budget.currency, lambda code: titles.get(code, code), points, pot)
    return Fate(n, len(pot["winners"]), one["votes"], one["score"], pot["ballots"], points, None, why)


def _named(loser: dict[str, object]) -> list[str]:
    """The projects that the reason of a loser names."""
    went, equals, instead = loser.get("went"), loser.get("equals"), loser.get("instead")
    named = [str(pair[0]) for pair in went] if isinstance(went, list) else []
    named += [str(instead)] if instead else []
    return named + ([str(code) for code in equals] if isinstance(equals, list) else [])
