"""Why a project was funded or not: the count's codes as sentences for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.base.i18n import Text, _l, _n
from portal.budgeting.rules_explained import MOST_NAMED, how_paid, what_was_missing, where_it_went
from portal.budgeting.rules_words import Several, Sum

TOO_FEW = _l("Fewer than 10 ballots: numbers are not published.")


def why_won(pot: Mapping[str, Any], place: int, currency: str) -> list[Text]:
    """The sentence for the winner at this place (from 1) of a pot of a published outcome; none where the pot had too few
    ballots to say how its winners came about."""
    winner = pot["winners"][place - 1]
    cost = Sum(winner["cost"], currency)
    match winner.get("by"):
        case "free":
            return [_l("It costs nothing.")]
        case "shares":
            said = _l("Its supporters could pay for it together. It costs %(cost)s.", cost=cost)
            return [said, *how_paid(winner, currency, by_points=pot.get("rule", {}).get("utility") == "score")]
        case "greedy" | "top-up":
            left = pot["budget"] - sum(one["cost"] for one in pot["winners"][: place - 1])
            return [
                _l(
                    "When its turn came, %(left)s were left in the pot. It costs %(cost)s.",
                    left=Sum(left, currency),
                    cost=cost,
                )
            ]
    return []


def why_lost(
    loser: Mapping[str, Any],
    currency: str,
    name: Callable[[str], str],
    points: bool = False,
    pot: Mapping[str, Any] | None = None,
) -> list[Text]:
    """The sentences for one loser of a published outcome: the reasons and what was missing, or that its pot had too few
    ballots for them."""
    if "reason" not in loser:
        return [TOO_FEW]
    return [*reasons(loser, currency, name, points), *what_was_missing(loser, pot or {}, points)]


def reasons(loser: Mapping[str, Any], currency: str, name: Callable[[str], str], points: bool = False) -> list[Text]:
    """The sentences for one loser of an outcome; `name` gives the title of a project by its id. `points`: the count went
    by points, not by votes."""
    cost = Sum(loser["cost"], currency)
    match loser["reason"]:
        case "withdrawn":
            return [_l("It was withdrawn.")]
        case "not-eligible":
            return [
                _n(
                    "For its cost it needed at least %(n)s vote; it has %(votes)s.",
                    "For its cost it needed at least %(n)s votes; it has %(votes)s.",
                    loser["needed"],
                    votes=loser["votes"],
                )
            ]
        case "below-minimum" if points:
            return [
                _n(
                    "A project needed at least %(n)s point; it has %(points)s.",
                    "A project needed at least %(n)s points; it has %(points)s.",
                    loser["needed"],
                    points=loser["score"],
                )
            ]
        case "below-minimum":
            return [
                _n(
                    "A project needed at least %(n)s vote; it has %(votes)s.",
                    "A project needed at least %(n)s votes; it has %(votes)s.",
                    loser["needed"],
                    votes=loser["score"],
                )
            ]
        case "does-not-fit":
            return [
                _l(
                    "When its turn came, %(left)s were left in the pot. It costs %(cost)s.",
                    left=Sum(loser.get("left") or 0, currency),
                    cost=cost,
                )
            ]
        case "over-cap":
            return [
                _l(
                    "When its turn came, %(left)s were left for its category. It costs %(cost)s.",
                    left=Sum(loser.get("left") or 0, currency),
                    cost=cost,
                )
            ]
        case "excluded":
            other = Several((name(str(loser.get("instead", ""))),))
            return [_l("Only one of it and %(project)s can win, and that one came first.", project=other)]
        case "after-stop" if points:
            return [_l("The count had stopped before its turn: a project with more points did not fit.")]
        case "after-stop":
            return [_l("The count had stopped before its turn: a project with more votes did not fit.")]
        case "lost-tie":
            equals = Several(tuple(name(one) for one in loser.get("equals", [])[:MOST_NAMED]))
            return [_l("It was level with %(projects)s. The order for ties decided.", projects=equals)]
        case "no-votes":
            return [_l("Nobody voted for it.")]
        case "too-few-votes":
            return [
                _l(
                    "Its supporters decide over %(had)s together. It costs %(cost)s.",
                    had=Sum(loser.get("had") or 0, currency),
                    cost=cost,
                )
            ]
        case "money-spent":
            return [*_spent(loser, currency, name)]
    return [_l("It was not chosen.")]


def _spent(loser: Mapping[str, Any], currency: str, name: Callable[[str], str]) -> list[Text]:
    said = [
        _l(
            "Its supporters had %(had)s. After they paid for other projects, %(rest)s were left. It costs %(cost)s.",
            had=Sum(loser.get("had") or 0, currency),
            rest=Sum(loser.get("rest") or 0, currency),
            cost=Sum(loser["cost"], currency),
        )
    ]
    if loser.get("shared"):
        return [*said, *where_it_went(loser, currency, name)]
    most = sorted(loser.get("went", []), key=lambda pair: -pair[1])[:MOST_NAMED]
    if most:
        said.append(_l("Most of it went to %(projects)s.", projects=Several(tuple(name(one) for one, _cents in most))))
    return said
