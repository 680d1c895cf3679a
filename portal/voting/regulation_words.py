"""The regulation said in plain sentences, and as a table of its exact parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.base import i18n
from portal.base.i18n import Text, _l, _n
from portal.voting.regulation import Regulation
from portal.voting.rules import Named, Sum


def describe(regulation: Regulation) -> list[Text]:
    """The regulation in plain sentences, in the order a citizen asks."""
    elsewhere = held_elsewhere(regulation)
    return [
        *([] if elsewhere else _who(regulation["electorate"])),
        *_money(regulation),
        *_ballot_words(regulation["ballot"]),
        *_rule_words(regulation["rule"], regulation["currency"], by_points(regulation)),
        *_limit_words(regulation),
        *_tie_words(regulation),
        *([] if elsewhere else _after_words(regulation)),
    ]


def held_elsewhere(regulation: Regulation) -> bool:
    """A finished election that a file tells of: who could vote and contest, and how often, the file does not say."""
    return regulation.get("origin") == "file"


def by_points(regulation: Regulation) -> bool:
    """Voters gave points or ranks, so that the score of a project is not the number of its votes."""
    return regulation["ballot"]["kind"] in ("cumulative", "ordinal")


def _who(electorate: Regulation) -> list[Text]:
    said = []
    age = electorate.get("age")
    if age:
        on = date.fromisoformat(age["on"])
        said.append(_l("You can vote if you are at least %(years)s years old on %(day)s.", years=age["years"], day=on))
    else:
        said.append(_l("There is no age limit."))
    if electorate.get("residence") or electorate.get("districts"):
        said.append(_l("You have to live in the city."))
    if electorate.get("districts"):
        said.append(_l("Only residents of certain districts can vote."))
    if electorate.get("pots") == "own":
        said.append(_l("In a pot of a district only its residents choose; in a city-wide pot everybody does."))
    said.append(_l("Everybody has one ballot. You can vote again until the close; only your last ballot counts."))
    return said


def _money(regulation: Regulation) -> list[Text]:
    pots = regulation["pots"]
    sums = [Sum(pot["budget_cents"], regulation["currency"]) for pot in pots]
    if len(pots) == 1:
        return [_l("%(amount)s can be spent.", amount=sums[0])]
    pairs = zip(pots, sums, strict=True)
    return [_l("%(pot)s: %(amount)s can be spent.", pot=Named(pot), amount=amount) for pot, amount in pairs]


def _ballot_words(ballot: Regulation) -> list[Text]:
    kind, low, high = ballot["kind"], ballot.get("min"), ballot.get("max")
    if kind == "choose-1":
        return [_l("Choose one project in each pot you want to use.")]
    said = []
    if kind == "knapsack":
        said.append(_l("Choose as many projects as fit into the amount of the pot."))
    elif kind == "cumulative":
        said.append(_l("Give points to projects."))
    elif kind == "ordinal":
        said.append(_l("Put projects in order, the best first."))
    if low and low > 1:
        said.append(_n("Choose at least %(n)s project per pot.", "Choose at least %(n)s projects per pot.", low))
    if high:
        said.append(_n("Choose at most %(n)s project per pot.", "Choose at most %(n)s projects per pot.", high))
    elif kind == "approval":
        said.append(_l("Choose as many projects as you like."))
    return said


def _rule_words(rule: Regulation, currency: str, points: bool) -> list[Text]:
    if rule["name"] == "greedy":
        if points:
            said = [_l("Projects win in the order of their points, as long as the money lasts.")]
        else:
            said = [_l("Projects win in the order of their votes, as long as the money lasts.")]
        if rule["on_misfit"] == "skip":
            said.append(_l("A project that costs more than what is left is passed over; the next one that fits wins."))
        else:
            said.append(_l("The count stops at the first project that costs more than what is left."))
        if rule.get("min_score"):
            least = int(rule["min_score"])
            if points:
                said.append(
                    _n("A project needs at least %(n)s point.", "A project needs at least %(n)s points.", least)
                )
            else:
                said.append(_n("A project needs at least %(n)s vote.", "A project needs at least %(n)s votes.", least))
        return said
    said = [
        _l("Every voter decides over an equal share of the money of a pot."),
        _l("A project wins when its supporters can pay for it together from their shares, as evenly as can be."),
        {
            "cost": _l("The project whose supporters each pay the smallest part of its cost wins first."),
            "cardinality": _l("The project that costs each supporter least wins first."),
            "score": _l("The project that costs each supporter least per point wins first."),
        }[rule["utility"]],
    ]
    if rule.get("eligibility"):
        said.append(
            _l(
                "A project is left out when its part of the votes is below its cost divided by %(factor)s times the "
                "amount of the pot.",
                factor=rule["eligibility"],
            )
        )
    if rule["start"] == "floor":
        unit = Sum(rule["rounding_unit_cents"], currency)
        said.append(_l("The first share is rounded down to a multiple of %(unit)s.", unit=unit))
    if rule["completion"] != "none":
        said.append(
            _l(
                "Money that is left raises everybody's share by %(step)s at a time, and the count is made anew.",
                step=Sum(rule["increment_cents"], currency),
            )
        )
        if rule["add1_stop"] == "overspend":
            said.append(_l("This stops before the winners would cost more than the amount."))
        else:
            said.append(
                _l("This stops before the winners would cost more than the amount, or when no further project fits.")
            )
    if rule["completion"] == "add1-greedy":
        if points:
            said.append(_l("What is then left goes to the projects with the most points that still fit."))
        else:
            said.append(_l("What is then left goes to the projects with the most votes that still fit."))
    elif rule["completion"] == "none":
        said.append(_l("Money that is left stays with the city."))
    else:
        said.append(_l("What is then left stays with the city."))
    if rule.get("comparison"):
        said.append(
            _l(
                "At last the winners are set beside those of “most votes first”. If more voters prefer these, these win. "
                "A voter prefers the winners that are worth more to them."
            )
        )
    return said


def _limit_words(regulation: Regulation) -> list[Text]:
    said = []
    for pot in regulation["pots"]:
        for category, cents in sorted((pot.get("caps") or {}).items()):
            amount = Sum(cents, regulation["currency"])
            said.append(
                _l(
                    "The winners of the category %(category)s cost at most %(amount)s.",
                    category=category,
                    amount=amount,
                )
            )
    groups: dict[tuple[str, str], list[Named]] = {}
    for project in regulation["projects"]:
        if project.get("group"):
            groups.setdefault((project["pot"], project["group"]), []).append(Named(project))
    for named in groups.values():
        if len(named) > 1:
            said.append(_l("Only one of these can win: %(projects)s.", projects=Listed(tuple(named))))
    return said


def _tie_words(regulation: Regulation) -> list[Text]:
    words = {
        "min-cost": _l("the cheaper project"),
        "max-score": _l("the project with more points") if by_points(regulation) else _l("the project with more votes"),
        "lot": _l("a drawn lot"),
        "id": _l("the number of the project, as text"),
    }
    order = [words[tie] for tie in regulation["ties"]]
    said = [_l("Where two projects are level, the order is: %(order)s.", order=Listed(tuple(order)))]
    draw = regulation.get("draw")
    if draw:
        day = date.fromisoformat(draw["on"])
        said.append(
            _l("Lots come from a secret kept until the count and from %(draw)s of %(day)s.", draw=draw["name"], day=day)
        )
    return said


@dataclass(frozen=True, slots=True)
class Listed:
    """Several texts as one list of the reader's language."""

    parts: tuple[Text | Named, ...]

    def __str__(self) -> str:
        return i18n.listing([str(part) for part in self.parts])


def _after_words(regulation: Regulation) -> list[Text]:
    if regulation["publication"] == "full":
        published = _l(
            "After the count all ballots are published without names and shuffled; a pot with fewer than 10 ballots "
            "publishes neither them nor their numbers, only its winners."
        )
    else:
        published = _l("After the count the totals of each project are published, and no single ballots.")
    days = regulation["complaint_days"]
    return [
        published,
        _l("If a winner falls away, its place stays empty."),
        _n(
            "The result can be contested for %(n)s day; then it is final.",
            "The result can be contested for %(n)s days; then it is final.",
            days,
        ),
    ]


def parameters(regulation: Regulation) -> list[tuple[Text, str]]:
    """Every exact parameter of the count, label and value as they stand in the document."""
    labels = {
        "name": _l("Rule"),
        "on_misfit": _l("If the next project does not fit"),
        "min_score": _l("Least score"),
        "utility": _l("Worth of a won project"),
        "completion": _l("Completion"),
        "add1_stop": _l("Raising stops at"),
        "start": _l("First share"),
        "increment_cents": _l("Increment, in cents"),
        "eligibility": _l("Eligibility factor"),
        "rounding_unit_cents": _l("Rounding unit, in cents"),
        "comparison": _l("Comparison with “most votes first”"),
    }
    ballot = regulation["ballot"]
    rows = [(labels[key], _plain(regulation["rule"].get(key))) for key in labels]
    rows += [
        (_l("Kind of ballot"), _plain(ballot["kind"])),
        (_l("Least number of projects"), _plain(ballot.get("min"))),
        (_l("Greatest number of projects"), _plain(ballot.get("max"))),
        (_l("Limit of a ballot, in cents"), _plain(ballot.get("limit_cents"))),
        (_l("Order that decides ties"), " › ".join(regulation["ties"])),
        (_l("Publication"), _plain(regulation["publication"])),
    ]
    if not held_elsewhere(regulation):
        rows.append((_l("Days for complaints"), _plain(regulation["complaint_days"])))
    return rows


def _plain(value: Any) -> str:
    return "–" if value is None else str(value)
