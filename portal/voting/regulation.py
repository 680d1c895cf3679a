"""The regulation: the one document that holds everything that decides a vote's outcome, and how it is said in words.

Frozen and hashed when the vote opens. Three ready regulations fill every parameter of the rule; nothing that decides
winners has a hidden default, so a regulation with a gap has `faults` and cannot open.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.base.i18n import Text, _l
from portal.voting.rules import Named

Regulation = Mapping[str, Any]

KINDS = ("approval", "knapsack", "choose-1", "cumulative", "ordinal")
CAST_HERE = ("approval", "knapsack", "choose-1")  # ballots the portal's own page can take
TIES = ("min-cost", "max-score", "lot", "id")
TITLE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready rule: its name in the document, its words, and every parameter."""

    name: str
    title: Text
    summary: Text
    rule: Mapping[str, Any]
    ties: tuple[str, ...]


_EQUAL_SHARES: dict[str, Any] = {
    "name": "equal-shares",
    "on_misfit": None,
    "min_score": 0,
    "utility": "cost",
    "completion": "add1",
    "add1_stop": "overspend",
    "start": "exact",
    "increment_cents": 100,
    "eligibility": None,
    "rounding_unit_cents": 100,
}

READY: dict[str, Ready] = {
    ready.name: ready
    for ready in (
        Ready(
            "most-votes",
            _l("Most votes first"),
            _l(
                "Projects win in the order of their votes, as long as the money lasts. A project that costs more than "
                "what is left is passed over, and the next one that fits wins."
            ),
            {
                "name": "greedy",
                "on_misfit": "skip",
                "min_score": 0,
                "utility": None,
                "completion": None,
                "add1_stop": None,
                "start": None,
                "increment_cents": None,
                "eligibility": None,
                "rounding_unit_cents": 100,
            },
            ("min-cost", "lot", "id"),
        ),
        Ready(
            "equal-shares-swiecie",
            _l("Equal shares, as in Świecie"),
            _l(
                "Every voter decides over an equal share of the money. A project wins when its supporters can pay for "
                "it from their shares. Projects with very few votes for their cost are left out first."
            ),
            {**_EQUAL_SHARES, "eligibility": 3},
            ("min-cost", "max-score", "lot", "id"),
        ),
        Ready(
            "equal-shares-assen",
            _l("Equal shares, as in Assen"),
            _l(
                "Every voter decides over an equal share of the money. A project wins when its supporters can pay for "
                "it from their shares. Money that no group of supporters can spend together stays with the city."
            ),
            dict(_EQUAL_SHARES),
            ("min-cost", "max-score", "lot", "id"),
        ),
    )
}


def draft(
    choice: str,
    *,
    pots: Iterable[Mapping[str, Any]],
    projects: Iterable[Mapping[str, Any]],
    ballot: Mapping[str, Any],
    electorate: Mapping[str, Any],
    roll: Mapping[str, Any] | None = None,
    publication: str = "full",
    complaint_days: int = 14,
    rule: Mapping[str, Any] | None = None,
    ties: Iterable[str] | None = None,
    draw: Mapping[str, str] | None = None,
    currency: str = "EUR",
    origin: str | None = None,
) -> dict[str, Any]:
    """The document of a vote from a ready rule (`choice`), its projects and amounts; `rule` changes single parameters.

    `draw` names the public draw that lots come from: {"name": …, "on": "YYYY-MM-DD", after the close}. Without one,
    lots are taken off the order of ties. A pot may have `caps`, what the winners of a category may cost together, and
    projects a `group`, of which one wins. `origin` "file": the vote was held elsewhere and a file tells of it, so nothing
    is said here of who could vote and what can be contested. Amounts are integer cents. Raises KeyError for an unknown
    ready rule.
    """
    ready = READY[choice]
    order = [tie for tie in (ready.ties if ties is None else ties) if tie != "lot" or draw]
    if not order or order[-1] != "id":
        order.append("id")
    return {
        "format": 1,
        "currency": currency,
        "ready": choice,
        "changed": sorted(k for k, v in (rule or {}).items() if ready.rule.get(k) != v),
        "pots": [
            {
                "id": str(pot["id"]),
                "budget_cents": int(pot["budget_cents"]),
                "district": pot.get("district"),
                "names": dict(pot.get("names") or {}),
            }
            | ({"caps": dict(pot["caps"])} if pot.get("caps") else {})
            for pot in pots
        ],
        "projects": [
            {
                "id": str(project["id"]),
                "pot": str(project["pot"]),
                "cost_cents": int(project["cost_cents"]),
                "category": project.get("category"),
                "names": dict(project.get("names") or {}),
            }
            | ({"group": str(project["group"])} if project.get("group") else {})
            for project in projects
        ],
        "ballot": {
            "kind": ballot["kind"],
            "min": ballot.get("min"),
            "max": ballot.get("max"),
            "limit_cents": ballot.get("limit_cents"),
        }
        | {k: v for k, v in ballot.items() if k not in ("kind", "min", "max", "limit_cents") and v is not None},
        "rule": {**ready.rule, **(rule or {})},
        "ties": order,
        "draw": dict(draw) if draw else None,
        "electorate": {
            "age": electorate.get("age"),
            "residence": bool(electorate.get("residence")),
            "districts": electorate.get("districts"),
            "pots": electorate.get("pots", "any"),
        },
        "roll": {
            "claim": (roll or {}).get("claim", "resident"),
            "provider": (roll or {}).get("provider"),
        },
        "meeting": "paper",  # where web and paper meet, paper counts
        "successor": "none",  # the place of a winner that falls away stays empty
        "publication": publication,
        "complaint_days": int(complaint_days),
    } | ({"origin": origin} if origin else {})


def canonical(regulation: Regulation) -> bytes:
    """The one byte form that is stored, hashed and published."""
    text = json.dumps(regulation, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def fingerprint(regulation: Regulation) -> str:
    """SHA-256 (hex) of the canonical form."""
    return hashlib.sha256(canonical(regulation)).hexdigest()


# --- what keeps it from opening ---------------------------------------------------------------------------------------


def faults(regulation: Regulation) -> list[Text]:
    """What is missing or contradictory, as sentences for staff; an empty list means that the vote may open."""
    found = [*_faults_of_lists(regulation), *_faults_of_ballot(regulation), *_faults_of_rule(regulation)]
    if regulation["publication"] not in ("full", "totals"):
        found.append(_l("Say what is published: all ballots, or totals only."))
    if regulation["publication"] == "totals" and regulation["rule"]["name"] != "greedy":
        found.append(_l("Totals alone can be published for “most votes first” only: equal shares needs whole ballots."))
    if "lot" in regulation["ties"] and not regulation.get("draw"):
        found.append(_l("Name the public draw that lots come from, or take lots off the order of ties."))
    if not set(regulation["ties"]) <= set(TIES) or len(set(regulation["ties"])) != len(regulation["ties"]):
        found.append(_l("The order that decides ties names something twice or something unknown."))
    return found


def _faults_of_lists(regulation: Regulation) -> list[Text]:
    found = []
    pots, projects = regulation["pots"], regulation["projects"]
    if not pots:
        found.append(_l("There is no pot to spend from."))
    if not projects:
        found.append(_l("There are no projects to choose from."))
    for what in (pots, projects):
        ids = [one["id"] for one in what]
        if len(set(ids)) != len(ids) or any(not 0 < len(one) <= 64 for one in ids):
            found.append(_l("Two pots or two projects have the same number, or a number is empty or too long."))
    for pot in pots:
        if pot["budget_cents"] <= 0:
            found.append(_l("%(pot)s has no amount.", pot=Named(pot)))
        if not any(project["pot"] == pot["id"] for project in projects):
            found.append(_l("%(pot)s has no project.", pot=Named(pot)))
    known = {pot["id"] for pot in pots}
    for project in projects:
        if project["pot"] not in known:
            found.append(_l("%(project)s is in no pot of this vote.", project=Named(project)))
        if project["cost_cents"] < 0:
            found.append(_l("%(project)s has a cost below zero.", project=Named(project)))
    found += _faults_of_limits(regulation)
    return found


def _faults_of_limits(regulation: Regulation) -> list[Text]:
    found = []
    pots, projects = regulation["pots"], regulation["projects"]
    limited = any(pot.get("caps") for pot in pots) or any(project.get("group") for project in projects)
    if limited and regulation["rule"].get("name") != "greedy":
        found.append(_l("Limits of categories and projects that exclude each other go with “most votes first” only."))
    for pot in pots:
        categories = {project["category"] for project in projects if project["pot"] == pot["id"]}
        for category, cents in (pot.get("caps") or {}).items():
            if category not in categories:
                found.append(
                    _l(
                        "%(pot)s has a limit for %(category)s, where it has no project.",
                        pot=Named(pot),
                        category=category,
                    )
                )
            if type(cents) is not int or cents < 0:
                found.append(_l("The limit for %(category)s is no amount from 0 on.", category=category))
    return found


def _faults_of_ballot(regulation: Regulation) -> list[Text]:
    ballot = regulation["ballot"]
    low, high = ballot.get("min"), ballot.get("max")
    found = []
    if ballot["kind"] not in KINDS:
        found.append(_l("Choose a kind of ballot."))
    if (low is not None and low < 0) or (high is not None and high < 1):
        found.append(_l("The least and the greatest number of projects on a ballot are numbers from 1 on."))
    if low is not None and high is not None and low > high:
        found.append(_l("The least number of projects on a ballot is above the greatest."))
    for pot in regulation["pots"]:
        listed = sum(1 for project in regulation["projects"] if project["pot"] == pot["id"])
        if low is not None and 0 < listed < low:
            found.append(_l("%(pot)s has fewer projects than a ballot has to name.", pot=Named(pot)))
    return found


def _faults_of_rule(regulation: Regulation) -> list[Text]:
    rule = regulation["rule"]
    found = []
    if rule.get("name") == "greedy":
        if rule.get("on_misfit") not in ("skip", "stop"):
            found.append(_l("Say what happens when the next project does not fit: it is skipped, or the count stops."))
        if rule.get("min_score") is None:
            found.append(_l("Say how many votes a project needs at least; 0 means no least number."))
    elif rule.get("name") == "equal-shares":
        if rule.get("utility") not in ("cost", "cardinality", "score"):
            found.append(_l("Say what a won project is worth to a voter: its cost, one each, or its points."))
        if rule.get("completion") not in ("none", "add1", "add1-greedy"):
            found.append(_l("Say how money left after the first round is used."))
        elif rule["completion"] != "none":
            if rule.get("add1_stop") not in ("overspend", "exhaustive"):
                found.append(_l("Say when raising the shares stops; without that the vote cannot open."))
            if not rule.get("increment_cents") or rule["increment_cents"] <= 0:
                found.append(_l("Say by how much the shares are raised in each step."))
        if rule.get("start") not in ("exact", "floor"):
            found.append(_l("Say whether the first share is exact or rounded down."))
        if rule.get("start") == "floor" and not rule.get("rounding_unit_cents"):
            found.append(_l("Say to what unit the first share is rounded down."))
        if rule.get("comparison") not in (None, "voters"):
            found.append(
                _l("Equal shares can be compared by the number of voters who prefer each outcome, or not at all.")
            )
    else:
        found.append(_l("Choose a rule for the count."))
    return found


def one_per_pot(regulation: Regulation) -> dict[str, list[Mapping[str, Any]]]:
    """The projects of each pot, in the document's order."""
    by_pot: dict[str, list[Mapping[str, Any]]] = {pot["id"]: [] for pot in regulation["pots"]}
    for project in regulation["projects"]:
        by_pot.setdefault(project["pot"], []).append(project)
    return by_pot
