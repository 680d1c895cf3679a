"""A counted election in the words of Pabulib: rule, threshold and `selected` as its checker wants to see them.

The checker repeats the declared rule by its own reading: ties by the order of rows, equal shares from a share rounded
down to whole currency units. So rows are ordered as the count ordered them, and a rule is declared by its official name
only where the official reading elects the same projects; else it is called custom or unknown and a comment tells all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from portal.voting.counting.count import count
from portal.voting.counting.greedy import greedy
from portal.voting.counting.outcome import parameters
from portal.voting.counting.rule import Result, Rule, screen

WITHDRAWN_COST = "999999999"
"""The cost that Pabulib gives a project which was withdrawn after the vote."""


def official(
    result: Result, meta: Mapping[str, str], rows: Iterable[Mapping[str, str]], scale: int = 100
) -> tuple[dict[str, str], list[dict[str, str]]]:
    """META and PROJECTS for `pabulib.dump`: rule and flags filled in, rows ordered by score, `selected` set.

    `rows` carry costs as text with a point. Rows that the count did not fund but that already carry `selected` 2 or 3
    (funded otherwise) keep it.
    """
    won = set(result.winners)
    place = {project.id: position for position, project in enumerate(result.profile.projects)}
    ordered = []
    for row in rows:
        marked = dict(row)
        if row["project_id"] in won:
            marked["selected"] = "1"
        elif marked.get("selected") not in ("2", "3"):
            marked["selected"] = "0"
        if result.out.get(place[row["project_id"]]) == "withdrawn":
            marked["cost"] = WITHDRAWN_COST
        ordered.append(marked)
    score, rank = result.profile.scores, result.order.rank
    ordered.sort(key=lambda row: (-score[place[row["project_id"]]], rank[place[row["project_id"]]]))
    head = dict(meta)
    head["rule"] = _name(result, scale)
    head.pop("min_project_score_threshold", None)
    if result.rule.min_score > 0 and head["rule"] in ("greedy-threshold", "greedy-no-skip"):
        head["min_project_score_threshold"] = str(result.rule.min_score)
    head.pop("fully_funded", None)
    # The checker compares whole currency units.
    if result.budget // scale >= sum(int(Fraction(row["cost"])) for row in ordered):
        head["fully_funded"] = "1"
    if head["rule"] in ("greedy-custom", "unknown"):
        said = ", ".join(f"{name} {value}" for name, value in parameters(result.rule).items() if value is not None)
        before = head["comment"].removesuffix(".") + ". #2: " if head.get("comment") else "#1: "
        head["comment"] = f"{before}Counted by {said}; ties by {', '.join(result.order.criteria)}."
    return head, ordered


def _name(result: Result, scale: int) -> str:
    rule = result.rule
    if rule.name == "greedy":
        if not _elects_the_same(result, replace(rule, utility=None, eligibility=None)):
            return "greedy-custom"
        if rule.on_misfit == "stop":
            return "greedy-no-skip"
        return "greedy-threshold" if rule.min_score > 0 else "greedy"
    if result.profile.kind not in ("approval", "knapsack", "choose-1") or rule.completion == "add1-greedy":
        return "unknown"
    plain = replace(rule, utility="cost", min_score=0, eligibility=None, ties=("min-cost", "max-score"))
    if rule.completion == "none":
        return "equalshares" if _elects_the_same(result, replace(plain, start="exact")) else "unknown"
    if not any(result.profile.votes[p] for p in result.losers if result.out.get(p) != "withdrawn"):
        return "unknown"  # the checker raises the share for ever where nothing is left to overspend
    reading = replace(plain, start="floor", unit=scale, increment=Fraction(scale), add1_stop="overspend")
    return "equalshares/add1" if _elects_the_same(result, reading) else "unknown"


def _elects_the_same(result: Result, rule: Rule) -> bool:
    """Whether the checker's reading of the rule elects the same projects, with no tie that it cannot decide."""
    if rule.name == "greedy":
        again = Result(result.profile, result.budget, rule, result.order)
        again.out = screen(again.profile, again.budget, rule)
        greedy(again)
        return set(again.winners) == set(result.winners)
    again = count(result.profile, result.budget, rule)
    return set(again.winners) == set(result.winners) and not any("id" in tie.by for tie in again.ties)
