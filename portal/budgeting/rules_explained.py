"""A count explained for everybody: who paid, what was missing, how sure the result is, and what the other way of
counting would have given. Sentences from the published outcome; nothing is counted here.

An outcome of the first format has none of this and gives no sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.base import i18n
from portal.base.i18n import Text, _l, _n
from portal.budgeting.rules_words import Several, Sum

MOST_NAMED = 3  # winners named in a sentence; the rest are in the download
METHODS = {"greedy": _l("Most votes first"), "equal-shares": _l("Equal shares")}
CRITERIA = {
    "min-cost": _l("the cheaper project"),
    "max-score": _l("the project with more votes"),
    "lot": _l("a drawn lot"),
    "id": _l("the number of the project, as text"),
}
Name = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole, written as a percentage of the reader's language."""

    part: int
    whole: int

    def __str__(self) -> str:
        return i18n.percent(min(self.part / self.whole, 1.0) if self.whole else 0)


def _cents(fraction: str) -> int:
    """Whole cents of an amount that the outcome gives as a fraction."""
    return int(Fraction(fraction) // 1)


def how_paid(winner: Mapping[str, Any], currency: str, by_points: bool = False) -> list[Text]:
    """Who paid how much for a winner of equal shares. `by_points`: who gave it more points paid more."""
    paid = winner.get("paid")
    if paid is None:
        return []
    said = []
    most = Sum(paid["most"], currency)
    if paid["full"] and by_points:
        said.append(
            _n(
                "%(n)s supporter paid %(most)s for the points.",
                "%(n)s supporters paid up to %(most)s each, by their points.",
                paid["full"],
                most=most,
            )
        )
    elif paid["full"]:
        said.append(
            _n("%(n)s supporter paid %(most)s.", "%(n)s supporters paid %(most)s each.", paid["full"], most=most)
        )
    if paid["rest"]:
        said.append(
            _n(
                "%(n)s had less left and gave all of it: %(sum)s.",
                "%(n)s had less left and gave all of it, %(sum)s together.",
                paid["rest"],
                sum=Sum(paid["rest_paid"], currency),
            )
        )
    if paid["nothing"]:
        said.append(_n("%(n)s had nothing left.", "%(n)s had nothing left.", paid["nothing"]))
    return said


def what_was_missing(loser: Mapping[str, Any], pot: Mapping[str, Any], points: bool) -> list[Text]:
    """How many votes more would have funded a project, or that none would have."""
    if "voters" not in pot or loser.get("reason") == "withdrawn":
        return []
    missing = loser.get("missing")
    if missing is None:
        return [_l("It costs more than the whole pot.")] if loser["cost"] > pot["budget"] else []
    if points or by_shares(pot):
        return [
            _n(
                "It would have won with %(n)s more ballot for it alone.",
                "It would have won with %(n)s more ballots for it alone.",
                missing,
            )
        ]
    return [_n("It would have won with %(n)s more vote.", "It would have won with %(n)s more votes.", missing)]


def where_it_went(loser: Mapping[str, Any], currency: str, name: Name) -> list[Text]:
    """The winners that took most of the money behind a loser, with the part of its supporters who chose them too."""
    rows = zip(loser.get("went", ()), loser.get("shared", ()), strict=False)
    most = sorted(rows, key=lambda row: -row[0][1])[:MOST_NAMED]
    return [
        _l(
            "%(sum)s went to %(project)s, which %(share)s of its supporters chose too.",
            sum=Sum(amount, currency),
            project=Several((name(winner),)),
            share=Part(shared, loser["votes"]),
        )
        for (winner, amount), shared in most
    ]


def by_shares(pot: Mapping[str, Any]) -> bool:
    """Whether equal shares chose the winners, not the rule beside it."""
    return pot.get("share") is not None and (pot.get("compared") or {}).get("rule") != "equal-shares"


def about_shares(pot: Mapping[str, Any], currency: str) -> list[Text]:
    """What each voter could spend at the start and at the end, and why that rose."""
    share = pot.get("share")
    if share is None or not pot["ballots"]:
        return []
    start, final = Sum(_cents(share["start"]), currency), Sum(_cents(share["final"]), currency)
    said = [
        _n(
            "%(n)s voter decided over %(amount)s, a share of %(start)s.",
            "%(n)s voters decided over %(amount)s together, so each had a share of %(start)s.",
            pot["ballots"],
            amount=Sum(pot["budget"], currency),
            start=start,
        )
    ]
    if share["raises"]:
        said.append(
            _n(
                "Not every group of supporters could pay for a whole project, and money was left. So all shares were "
                "raised in %(n)s step to %(final)s.",
                "Not every group of supporters could pay for a whole project, and money was left. So all shares were "
                "raised in %(n)s steps to %(final)s.",
                share["raises"],
                final=final,
            )
        )
    elif pot["rule"].get("completion") != "none":
        said.append(_l("The shares were not raised."))
    return said


def how_sure(pot: Mapping[str, Any], currency: str, name: Name, points: bool) -> list[Text]:
    """For what shares the winners are the same, what the next step would have bought, and how ties were decided."""
    share, said = pot.get("share"), []
    if by_shares(pot) and share is not None and "same_from" in share:
        if share["same_from"] != share["final"]:
            low, high = Sum(_cents(share["same_from"]), currency), Sum(_cents(share["final"]), currency)
            said.append(_l("The winners are the same for every share from %(low)s to %(high)s.", low=low, high=high))
        elif share["raises"]:
            said.append(_l("A share that is one step smaller gives other winners."))
        beyond = share["next"]
        if beyond is not None:
            said.append(
                _l(
                    "One step more would have cost %(spent)s, and the pot has %(amount)s.",
                    spent=Sum(beyond["spent"], currency),
                    amount=Sum(pot["budget"], currency),
                )
            )
            if beyond["new"]:
                said.append(
                    _l("New among the winners would have been %(projects)s.", projects=_some(beyond["new"], name))
                )
            if beyond["gone"]:
                said.append(
                    _l("No longer among them would have been %(projects)s.", projects=_some(beyond["gone"], name))
                )
    changing = [tie for tie in pot.get("ties", ()) if tie["changes"]]
    for tie in changing:
        criteria = dict.fromkeys(tie["by"])
        words = [_criterion(one, points) for one in criteria]
        said.append(
            _l(
                "%(projects)s were level. What decided: %(criteria)s.",
                projects=_some(tie["projects"], name),
                criteria=Words(tuple(words)),
            )
        )
    if not changing and not pot.get("withheld"):
        said.append(_l("No tie decided who won."))
    return said


def _criterion(criterion: str, points: bool) -> Text:
    if criterion == "max-score" and points:
        return _l("the project with more points")
    return CRITERIA[criterion]


def _some(codes: Sequence[str], name: Name) -> Several:
    return Several(tuple(name(code) for code in codes))


@dataclass(frozen=True, slots=True)
class Words:
    """Several texts as one list of the reader's language."""

    parts: tuple[Text, ...]

    def __str__(self) -> str:
        return i18n.listing([str(part) for part in self.parts])


@dataclass(frozen=True, slots=True)
class Way:
    """What one way of counting gives. `without`: the part of the voters none of whose projects wins; `average`: winners
    per voter among their choices; `prefer`: voters who prefer it to the other one."""

    name: Text
    kept: bool
    winners: int
    spent: int
    without: float
    average: float
    prefer: int


@dataclass(frozen=True, slots=True)
class Beside:
    """Two ways of counting the same ballots; codes of the projects that win in only one of them."""

    ways: tuple[Way, Way]
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]


def beside(pot: Mapping[str, Any]) -> Beside | None:
    """The count and the one it was compared with; None where there was no other."""
    other, voters, ballots = pot.get("compared"), pot.get("voters"), pot.get("ballots", 0)
    if not other or not voters or not ballots:
        return None
    here = [one["id"] for one in pot["winners"]]
    kept = "greedy" if other["rule"] == "equal-shares" else "equal-shares"
    mine, theirs = other["prefer"]

    def way(rule: str, winners: int, spent: int, told: Mapping[str, int], prefer: int) -> Way:
        return Way(
            METHODS[rule],
            rule == kept,
            winners,
            spent,
            told["without"] / ballots,
            round(told["wins"] / ballots, 2),
            prefer,
        )

    return Beside(
        (
            way(kept, len(here), pot["spent"], voters, mine),
            way(other["rule"], len(other["winners"]), other["spent"], other, theirs),
        ),
        tuple(one for one in here if one not in other["winners"]),
        tuple(one for one in other["winners"] if one not in here),
    )


def satisfied(pot: Mapping[str, Any]) -> tuple[float, float] | None:
    """The part of the voters without a winner, and winners per voter, of a count that was compared with no other."""
    voters, ballots = pot.get("voters"), pot.get("ballots", 0)
    if not voters or not ballots or pot.get("compared"):
        return None
    return voters["without"] / ballots, round(voters["wins"] / ballots, 2)
