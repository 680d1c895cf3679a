"""The outcome of a vote: one pure function from the regulation and the ballots to bytes that anyone can make again.

The document is JSON in UTF-8 with sorted keys, one space of indentation and LF at the end of each line. Money is whole
cents, fractions are texts "p/q" in lowest terms ("p" where q is 1); no floating point, time or version stands in it.
`portal/voting/recount.py` makes the same bytes without sharing code; change both together or neither.

The regulation, as far as the count reads it:

    {"pots": [{"id", "budget_cents", "caps"? {category: cents}}],
     "projects": [{"id", "pot", "cost_cents", "category"?, "withdrawn"?, "group"?}],
     "ballot": {"kind": "approval|knapsack|choose-1|cumulative|ordinal", "min"?, "max"?},
     "rule": {"name": "greedy|equal-shares", "on_misfit", "min_score", "utility", "completion", "add1_stop", "start",
              "increment_cents", "eligibility" (null, whole number or "p/q"), "rounding_unit_cents",
              "comparison" (null or "voters")},
     "ties": ["min-cost", "max-score", "lot", "id"],
     "lot_seed": hex or null}

`caps` (what the winners of a category may cost together) and `group` (of which one project wins) go with greedy alone.
Parameters that the rule does not use may be null or missing. `max` is the worth of a first rank in ordinal ballots.

The outcome:

    {"format": "folkmoot-outcome-2",
     "pots": [ for each pot, in the regulation's order:
       {"id", "budget", "spent", "ballots",
        "rule": {every parameter that the rule uses}, "ties_by": [criteria],
        "winners": [{"id", "cost", "votes", "score", "by", "price"?, "paid"?}],  in the order of selection
        "losers": [{"id", "cost", "votes", "score", "reason", and of `Loss` what applies:
                    "needed", "left", "had", "rest", "went": [[winner, cents]], "shared": [voters],
                    "instead": id, "equals": [ids], "missing"}],                                                     by id
        "ties": [{"phase", "step", "projects", "by", "changes"}],
        "near": [{"step", "what", "projects", "values"}],
        "share": {"start", "final", "raises", "same_from", "next": {"share", "spent", "new", "gone"} or null}
                 or null (greedy),
        "voters": {"without", "wins"} or null (totals only),
        "compared": {"rule", "winners", "spent", "without", "wins", "prefer": [voters, voters]} or null (greedy)}]}

`by` is greedy, free, shares or top-up; `price` is what a supporter pays per unit of utility (1 / price are the
effective votes where utility is cost). `ties` names what was equal and the criterion between neighbours; `changes` is
true where a project lost by it alone. `near` lists the comparisons of the final pass of equal shares whose relative gap
is below 1e-9: in each step for every project that is still in the race (supporters, a cost, not yet found short of
money) its supporters' money against its cost, and, of those that can be bought, the price against the lowest one.

What explains: `paid` tells who paid for a winner of equal shares (see `Paid`), `shared` how many of a loser's supporters
supported each winner in `went`, `missing` how many further ballots would have funded it (margin.py; absent where none
would). The winners are the same for every share from `same_from` to the final one; `next` is what one raise more would
have bought for more than the budget. `voters` counts those without a winner, and supported winners. `compared` is the
outcome of the rule that was set beside equal shares, and how many voters prefer the winners above and those there.

The first format, folkmoot-outcome-1, is the same without paid, shared, missing, same_from, next, voters and compared;
recount.py repeats both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from portal.voting.counting.compare import voters
from portal.voting.counting.count import count
from portal.voting.counting.explain import Loss, Paid, explain
from portal.voting.counting.profile import BadElection, Ballot, Profile, Project, from_totals, make_profile
from portal.voting.counting.rule import Result, Rule, Tie

FORMAT = "folkmoot-outcome-2"
_DIGITS = 4000  # Python refuses to print longer numbers at once


def outcome(
    regulation: Mapping[str, Any],
    projects: Iterable[Mapping[str, Any]] | None,
    ballots_by_pot: Mapping[str, Any],
    lot_seed: str | None = None,
) -> bytes:
    """Count every pot.

    `projects` None takes the regulation's list. `ballots_by_pot`: for each pot its ballots, as lists of project ids or,
    for cumulative ballots, of [id, points]; for greedy rules also {"ballots": n, "votes": {id: n}, "scores": {id: n}}.
    `lot_seed` (hex) goes before the regulation's. Raises BadElection where something cannot be counted.
    """
    documents = []
    listed = list(regulation["projects"] if projects is None else projects)
    for result in results(regulation, listed, ballots_by_pot, lot_seed):
        documents.append(pot_document(*result, joint=regulation.get("publication") != "totals"))
    text = json.dumps({"format": FORMAT, "pots": documents}, ensure_ascii=False, sort_keys=True, indent=1)
    return (text + "\n").encode()


def results(
    regulation: Mapping[str, Any],
    projects: Iterable[Mapping[str, Any]],
    ballots_by_pot: Mapping[str, Any],
    lot_seed: str | None = None,
) -> list[tuple[str, Result]]:
    """The counts behind the outcome, pot by pot, for pages that show more than the document holds."""
    rule = rule_of(regulation)
    text = lot_seed or regulation.get("lot_seed")
    try:
        seed = bytes.fromhex(text) if text else None
    except ValueError:
        raise BadElection("the seed of the lots is not written in hex") from None
    kind, longest = regulation["ballot"]["kind"], regulation["ballot"].get("max")
    listed = list(projects)
    found = []
    for pot in regulation["pots"]:
        its = [
            Project(
                one["id"],
                one["cost_cents"],
                one.get("category") or "",
                bool(one.get("withdrawn")),
                one.get("group") or "",
            )
            for one in listed
            if one["pot"] == pot["id"]
        ]
        given = ballots_by_pot.get(pot["id"], [])
        if isinstance(given, Mapping):
            profile = from_totals(
                its, kind, given["ballots"], given["votes"], given.get("scores") or given["votes"], longest
            )
        else:
            profile = make_profile(its, kind, ((_ballot(kind, ballot), 1) for ballot in given), longest)
        found.append((pot["id"], count(profile, pot["budget_cents"], rule, seed, pot.get("caps"))))
    return found


def totals(profile: Profile) -> dict[str, Any]:
    """What a city publishes that publishes totals only; `outcome` of a greedy rule takes it in place of the ballots."""
    ids = [project.id for project in profile.projects]
    return {
        "ballots": profile.voters,
        "votes": dict(zip(ids, profile.votes, strict=True)),
        "scores": dict(zip(ids, profile.scores, strict=True)),
    }


def rule_of(regulation: Mapping[str, Any]) -> Rule:
    """The regulation's rule. A parameter that it uses and that is missing raises BadElection: no hidden default."""
    given = regulation["rule"]

    def needed(parameter: str) -> Any:
        if given.get(parameter) is None:
            raise BadElection(f"the regulation does not state {parameter}")
        return given[parameter]

    ties = tuple(regulation["ties"])
    number = given.get("eligibility")
    eligibility = None if number is None else Fraction(number)
    common: dict[str, Any] = {"min_score": given.get("min_score") or 0, "eligibility": eligibility, "ties": ties}
    if given.get("name") == "greedy":
        return Rule("greedy", utility=given.get("utility"), on_misfit=needed("on_misfit"), **common)
    if given.get("name") != "equal-shares":
        raise BadElection(f"the rule {given.get('name')} is not known")
    completion = needed("completion")
    raising: dict[str, Any] = {}
    if completion != "none":
        raising = {"add1_stop": needed("add1_stop"), "increment": Fraction(needed("increment_cents"))}
    start = needed("start")
    if start == "floor":
        raising["unit"] = needed("rounding_unit_cents")
    common |= {"comparison": given.get("comparison")}
    return Rule("equal-shares", utility=needed("utility"), completion=completion, start=start, **raising, **common)


def parameters(rule: Rule) -> dict[str, Any]:
    """Every parameter that the rule uses, the tie order aside."""
    shown: dict[str, Any] = {
        "name": rule.name,
        "utility": rule.utility,
        "min_score": rule.min_score,
        "eligibility": None if rule.eligibility is None else fraction_text(rule.eligibility),
    }
    if rule.name == "greedy":
        return shown | {"on_misfit": rule.on_misfit}
    shown |= {"completion": rule.completion, "start": rule.start}
    if rule.completion != "none":
        shown |= {"add1_stop": rule.add1_stop, "increment_cents": fraction_text(rule.increment)}
    if rule.start == "floor":
        shown["rounding_unit_cents"] = rule.unit
    if rule.comparison:
        shown["comparison"] = rule.comparison
    return shown


def fraction_text(value: Fraction | int) -> str:
    """A fraction as "p/q" in lowest terms, "p" where q is 1; of any length."""
    value = Fraction(value)
    if value.denominator == 1:
        return _decimal(value.numerator)
    return f"{_decimal(value.numerator)}/{_decimal(value.denominator)}"


def _decimal(number: int) -> str:
    if number < 0:
        return "-" + _decimal(-number)
    parts: list[str] = []
    while number >= 10**_DIGITS:
        number, low = divmod(number, 10**_DIGITS)
        parts.append(f"{low:0{_DIGITS}d}")
    return "".join([str(number), *reversed(parts)])


def _ballot(kind: str, ballot: Sequence[Any]) -> Ballot:
    if kind == "cumulative":
        return tuple((project, points) for project, points in ballot)
    return tuple(ballot)


def pot_document(pot: str, result: Result, joint: bool = True) -> dict[str, Any]:
    """The part of the outcome that tells of one pot; `joint` False where only totals are published."""
    told = explain(result)
    projects = result.profile.projects
    ids = [project.id for project in projects]

    def facts(position: int) -> dict[str, Any]:
        return {
            "id": ids[position],
            "cost": projects[position].cost,
            "votes": result.profile.votes[position],
            "score": result.profile.scores[position],
        }

    winners = []
    for win in result.wins:
        row = facts(win.project) | {"by": win.by}
        if win.price is not None:
            row["price"] = fraction_text(win.price)
            row["paid"] = _paid(told.paid[win.project])
        winners.append(row)
    losers = set(result.losers)

    def lost_in(tie: Tie) -> set[int]:
        return losers.intersection(tie.order)

    share = None
    if result.share is not None and result.start_share is not None:
        share = {
            "start": fraction_text(result.start_share),
            "final": fraction_text(result.share),
            "raises": result.raises,
            "same_from": fraction_text(result.start_share + result.since * result.rule.increment),
            "next": _next(result, ids),
        }
    return {
        "id": pot,
        "budget": result.budget,
        "spent": result.spent,
        "ballots": result.profile.voters,
        "rule": parameters(result.rule),
        "ties_by": list(result.order.criteria),
        "winners": winners,
        "losers": [facts(loss.project) | _loss(loss, ids) for loss in told.losses],
        "ties": [
            {
                "phase": tie.phase,
                "step": tie.step,
                "projects": [ids[project] for project in tie.order],
                "by": list(tie.by),
                "changes": any(set(tie.order).intersection(result.outdrawn.get(lost, ())) for lost in lost_in(tie)),
            }
            for tie in result.ties
        ],
        "near": [
            {
                "step": near.step,
                "what": near.what,
                "projects": [ids[project] for project in near.projects],
                "values": [fraction_text(value) for value in near.values],
            }
            for near in result.near
        ],
        "share": share,
        "voters": _voters(result, [win.project for win in result.wins]) if joint else None,
        "compared": _compared(result, ids),
    } | ({"caps": result.caps} if result.caps else {})


def _paid(paid: Paid) -> dict[str, int]:
    return {name: getattr(paid, name) for name in ("full", "most", "rest", "rest_paid", "nothing")}


def _next(result: Result, ids: Sequence[str]) -> dict[str, Any] | None:
    """What one raise more would have bought, beside what equal shares bought before any top-up."""
    if result.beyond is None or result.share is None:
        return None
    cost = [project.cost for project in result.profile.projects]
    free = [p for p in result.bought if not cost[p]]
    before, after = set(result.bought), {*result.beyond, *free}
    return {
        "share": fraction_text(result.share + result.rule.increment),
        "spent": sum(cost[project] for project in after),
        "new": [ids[project] for project in sorted(after - before)],
        "gone": [ids[project] for project in sorted(before - after)],
    }


def _voters(result: Result, winners: Sequence[int]) -> dict[str, int] | None:
    found = voters(result.profile, winners)
    return None if found is None else {"without": found.without, "wins": found.wins}


def _compared(result: Result, ids: Sequence[str]) -> dict[str, Any] | None:
    if result.other is None:
        return None
    return {
        "rule": "equal-shares" if result.replaced else "greedy",
        "winners": [ids[project] for project in result.other],
        "spent": sum(result.profile.projects[project].cost for project in result.other),
        "prefer": list(result.prefer),
        **(_voters(result, result.other) or {}),
    }


def _loss(loss: Loss, ids: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"reason": loss.code}
    for name in ("needed", "left", "had", "rest", "missing"):
        if getattr(loss, name) is not None:
            row[name] = getattr(loss, name)
    if loss.went:
        row["went"] = [[ids[winner], amount] for winner, amount in loss.went]
        row["shared"] = loss.shared
    if loss.instead is not None:
        row["instead"] = ids[loss.instead]
    if loss.equals:
        row["equals"] = [ids[equal] for equal in loss.equals]
    return row
