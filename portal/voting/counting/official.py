"""A counted election in the words of Pabulib: rule, threshold and `selected` as its checker wants to see them.

The checker repeats the declared rule by its own reading: ties go by the order of rows, equal shares know no eligibility
test and no lots, and the share rises by one currency unit. So rows are ordered as the count ordered them, and a rule is
declared by its official name only where that reading elects the same; else it is custom or unknown and a comment tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

WITHDRAWN_COST = "999999999"
"""The cost that Pabulib gives a project which was withdrawn after the vote."""


def official(
    pot: Mapping[str, Any], kind: str, meta: Mapping[str, str], rows: Iterable[Mapping[str, str]], scale: int = 100
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """META and PROJECTS for `pabulib.dump`: rule and flags filled in, rows ordered by score, `selected` set.

    `pot` is the pot's part of the outcome document, `kind` the ballots' kind; `rows` carry costs as text with a point.
    Rows of projects that were not funded but already carry `selected` 2 or 3 (funded otherwise) keep it.
    """
    place = {row["id"]: (-row["score"], number) for number, row in enumerate(pot["winners"])}
    last = len(place)
    place |= {row["id"]: (-row["score"], last + number) for number, row in enumerate(pot["losers"])}
    won = {row["id"] for row in pot["winners"]}
    withdrawn = {row["id"] for row in pot["losers"] if row["reason"] == "withdrawn"}
    ordered = []
    for row in rows:
        marked = dict(row)
        if row["project_id"] in won:
            marked["selected"] = "1"
        elif marked.get("selected") not in ("2", "3"):
            marked["selected"] = "0"
        if row["project_id"] in withdrawn:
            marked["cost"] = WITHDRAWN_COST
        ordered.append(marked)
    # Among equal scores winners go first: the checker, which funds in the order of rows, then finds the same.
    ordered.sort(key=lambda row: place[row["project_id"]])
    head = dict(meta)
    rule = pot["rule"]
    head["rule"] = _name(pot, kind, scale)
    head.pop("min_project_score_threshold", None)
    if rule["min_score"] > 0 and head["rule"] in ("greedy-threshold", "greedy-no-skip"):
        head["min_project_score_threshold"] = str(rule["min_score"])
    head.pop("fully_funded", None)
    # The checker compares whole currency units.
    if pot["budget"] // scale >= sum(int(Fraction(row["cost"])) for row in ordered):
        head["fully_funded"] = "1"
    if head["rule"] in ("greedy-custom", "unknown"):
        said = ", ".join(f"{name} {value}" for name, value in rule.items() if value is not None)
        before = head["comment"].removesuffix(".") + ". #2: " if head.get("comment") else "#1: "
        head["comment"] = f"{before}Counted by {said}; ties by {', '.join(pot['ties_by'])}."
    return head, ordered


def _name(pot: Mapping[str, Any], kind: str, scale: int) -> str:
    rule = pot["rule"]
    struck = any(row["reason"] in ("not-eligible", "below-minimum") for row in pot["losers"])
    if rule["name"] == "greedy":
        limited = "caps" in pot or any("instead" in row for row in pot["losers"])
        if limited or rule["utility"] is not None or any(row["reason"] == "not-eligible" for row in pot["losers"]):
            return "greedy-custom"
        if rule["on_misfit"] == "stop":
            return "greedy-no-skip"
        return "greedy-threshold" if rule["min_score"] > 0 else "greedy"
    undecided = any(criterion in ("lot", "id") for tie in pot["ties"] for criterion in tie["by"])
    struck = struck or "comparison" in rule
    if kind not in ("approval", "knapsack", "choose-1") or rule["utility"] != "cost" or struck or undecided:
        return "unknown"
    if rule["completion"] == "none" and rule["start"] == "exact":
        return "equalshares"
    # Where nothing is left to overspend the checker would raise the share for ever.
    left = any(row["votes"] for row in pot["losers"] if row["reason"] != "withdrawn")
    alike = rule["completion"] == "add1" and rule["add1_stop"] == "overspend"
    if alike and left and Fraction(rule["increment_cents"]) == scale:
        return "equalshares/add1"
    return "unknown"
