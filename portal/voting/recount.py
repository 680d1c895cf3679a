#!/usr/bin/env python3
"""Count a published vote again, with nothing but Python (3.8 or later) and this one file.

    python3 recount.py [FOLDER | ZIP | JSON] [--write FILE]

A folder (by default the one this file lies in) or a zip file holds regulation.json, ballots.json and outcome.json; a
JSON file holds the same as {"regulation", "ballots", "outcome"}. ballots.json is

    {"lot_seed": hex or null,
     "pots": {pot: {"ballots": [...]}              each ballot a list of project ids, cumulative: of [id, points]
              or {"totals": {"ballots": n, "votes": {id: n}, "scores": {id: n}}}       (greedy rules)
              or {"withheld": true}}}              fewer than 10 ballots are not published

Where chain.json and receipts.txt lie beside them, the chain is checked, too: each entry is what its head says and continues
the one before, the first names this regulation, the last names these lists of ballots and receipts and as many ballots.

The hashes that ballots.json states (`regulation_sha256`, and `sha256` with `salt` for each list) are checked. Then the
outcome is made anew from the regulation and the ballots and compared byte for byte with the published one. Exit 0: the
same. Exit 1: it differs, and the place is printed. Exit 2: the files cannot be read.

This file shares no code with the portal's own count, on purpose: two programs that were written apart rarely err alike.
All arithmetic is in whole numbers and fractions. What the outcome means stands in the portal's outcome.py.
"""

import hashlib
import io
import json
import os
import sys
import zipfile
from fractions import Fraction
from math import gcd
from typing import Any, Dict, List, Optional, Set, Tuple

Doc = Dict[str, Any]
CLOSE = 10**9  # comparisons whose relative gap is below 1 / CLOSE are listed


class Unreadable(Exception):
    """The published files do not say what a count needs."""


# --- one pot ----------------------------------------------------------------------------------------------------------


class Pot:
    """The projects of a pot with their votes and scores, and the rule."""

    def __init__(self, regulation: Doc, pot: Doc, given: Doc, seed: Optional[bytes]) -> None:
        self.rule: Doc = regulation["rule"]
        self.kind: str = regulation["ballot"]["kind"]
        self.name: str = pot["id"]
        self.budget: int = pot["budget_cents"]
        self.cost: Dict[str, int] = {}
        self.withdrawn: Set[str] = set()
        self.category: Dict[str, str] = {}
        self.group: Dict[str, str] = {}
        self.caps: Dict[str, int] = pot.get("caps") or {}
        self.over_cap: Dict[str, int] = {}
        self.instead: Dict[str, str] = {}
        for project in regulation["projects"]:
            if project["pot"] == self.name:
                if project["id"] in self.cost:
                    raise Unreadable("project %s is listed twice" % project["id"])
                self.cost[project["id"]] = project["cost_cents"]
                self.category[project["id"]] = project.get("category") or ""
                if project.get("group"):
                    self.group[project["id"]] = project["group"]
                if project.get("withdrawn"):
                    self.withdrawn.add(project["id"])
        self.votes = dict.fromkeys(self.cost, 0)
        self.score = dict.fromkeys(self.cost, 0)
        self.ballots: Optional[Dict[Tuple[Tuple[str, int], ...], int]] = None
        if "totals" in given:
            self.voters: int = given["totals"]["ballots"]
            self.votes.update(given["totals"]["votes"])
            self.score.update(given["totals"].get("scores") or given["totals"]["votes"])
        else:
            self.read(given["ballots"], regulation["ballot"].get("max"))
        if set(self.votes) != set(self.cost) or set(self.score) != set(self.cost):
            raise Unreadable("the totals of pot %s name an unknown project" % self.name)
        self.tie_keys(regulation["ties"], seed)
        self.out = self.struck()
        self.prices: Dict[str, Fraction] = {}
        self.winners: List[Tuple[str, str]] = []
        self.left: Dict[str, int] = {}
        self.stopped: Set[str] = set()
        self.equals: Dict[str, List[str]] = {}
        self.ties: List[Tuple[str, int, List[str]]] = []
        self.near: List[Doc] = []
        self.share: Optional[Doc] = None
        self.money: Dict[str, Tuple[int, int, List[List[Any]]]] = {}
        self.joint = "totals" not in given and regulation.get("publication") != "totals"
        # What a ballot gives that names one project alone: a vote, a point, or a first rank.
        self.alone: int = (regulation["ballot"].get("max") or 1) if self.kind == "ordinal" else 1
        self.paid: Dict[str, Doc] = {}
        self.shared: Dict[str, List[int]] = {}
        self.more: Dict[str, Optional[int]] = {}
        self.compared: Optional[Doc] = None
        self.greedy_order = self.rule["name"] == "greedy"

    def read(self, ballots: List[Any], longest: Optional[int]) -> None:
        """Points of each ballot, votes and scores."""
        self.ballots = {}
        self.voters = len(ballots)
        for ballot in ballots:
            points: Dict[str, int] = {}
            for entry in ballot:
                project = entry[0] if self.kind == "cumulative" else entry
                if project not in self.cost:
                    raise Unreadable("a ballot of pot %s names the unknown project %s" % (self.name, project))
                points.setdefault(project, entry[1] if self.kind == "cumulative" else 1)
            if self.kind == "ordinal":
                best = len(points) if longest is None else longest
                points = {project: max(best - rank, 0) for rank, project in enumerate(points)}
            for project, number in points.items():
                self.votes[project] += 1
                self.score[project] += number
            key = tuple(sorted(points.items()))
            self.ballots[key] = self.ballots.get(key, 0) + 1

    def tie_keys(self, ties: List[str], seed: Optional[bytes]) -> None:
        """For each project the list of values by which ties are decided."""
        order = []
        for criterion in ties:
            if criterion not in order and criterion != "id":
                order.append(criterion)
            if criterion == "id":
                break
        self.ties_by = order + ["id"]
        if "lot" in order and seed is None:
            raise Unreadable("ties are decided by lot, but no seed is published")
        self.tie: Dict[str, List[Any]] = {}
        for project in self.cost:
            known = {"min-cost": self.cost[project], "max-score": -self.score[project], "id": project}
            if seed is not None:
                known["lot"] = hashlib.sha256(seed + project.encode("utf-8")).hexdigest()
            self.tie[project] = [known[criterion] for criterion in self.ties_by]

    def in_tie_order(self, projects: Any) -> List[str]:
        return sorted(projects, key=lambda project: self.tie[project])

    def struck(self) -> Dict[str, str]:
        """Projects that the count passes over, and why."""
        out = {}
        for project, cost in self.cost.items():
            test = self.rule.get("eligibility")
            if project in self.withdrawn:
                out[project] = "withdrawn"
            elif test is not None and self.voters > 0 and self.budget > 0:
                if Fraction(self.votes[project], self.voters) < Fraction(cost) / (Fraction(test) * self.budget):
                    out[project] = "not-eligible"
            elif test is not None and cost * self.voters > 0:
                out[project] = "not-eligible"
            if project not in out and self.score[project] < (self.rule.get("min_score") or 0):
                out[project] = "below-minimum"
        return out

    def count(self) -> None:
        if self.rule["name"] == "greedy":
            keys = self.greedy_keys(self.rule.get("utility"))
            self.go_down(keys, self.budget, "greedy", self.rule["on_misfit"])
            self.missing_in_order(keys, self.budget, self.rule.get("utility"), self.rule["on_misfit"])
        elif self.caps or self.group:
            raise Unreadable("caps and exclusive groups go with most votes first alone")
        else:
            self.equal_shares()
            self.compare()

    # --- greedy ---

    def greedy_keys(self, utility: Optional[str]) -> Dict[str, Any]:
        """What greedy goes by, for each project that runs; the largest comes first."""
        keys: Dict[str, Any] = {}
        for project in self.cost:
            if project in self.out:
                continue
            if utility is None:
                keys[project] = (0, self.score[project])
            elif utility == "cost":
                keys[project] = (0, self.votes[project])
            else:
                total = self.votes[project] if utility == "cardinality" else self.score[project]
                if self.cost[project]:
                    keys[project] = (0, Fraction(total, self.cost[project]))
                else:
                    keys[project] = (1, 0) if total else (0, 0)
        return keys

    def go_down(self, keys: Dict[str, Any], money: int, by: str, on_misfit: str) -> None:
        """Fund from the largest key down."""
        place = 1
        stop = False
        room, taken = dict(self.caps), {}  # type: Dict[str, int], Dict[str, str]
        for value in sorted(set(keys.values()), reverse=True):
            equal = self.in_tie_order(project for project in keys if keys[project] == value)
            if len(equal) > 1:
                self.ties.append((by, place, equal))
            place += len(equal)
            at_first = (money, dict(room), dict(taken))
            funded: List[str] = []
            for project in equal:
                if stop:
                    self.stopped.add(project)
                elif self.may_be_funded(project, money, room, taken):
                    money -= self.cost[project]
                    self.take(project, room, taken)
                    funded.append(project)
                    self.winners.append((project, by))
                else:
                    if self.may_be_funded(project, *at_first):
                        self.equals.setdefault(project, []).extend(funded)
                    if self.group.get(project) in taken:
                        self.instead[project] = taken[self.group[project]]
                    elif self.cost[project] > room.get(self.category[project], self.cost[project]):
                        self.over_cap[project] = room[self.category[project]]
                    else:
                        self.left[project] = money
                        stop = on_misfit == "stop"

    def may_be_funded(self, project: str, money: int, room: Dict[str, int], taken: Dict[str, str]) -> bool:
        """Whether money, the cap of its category and the other projects of its group leave it a place."""
        cost = self.cost[project]
        return cost <= money and cost <= room.get(self.category[project], cost) and self.group.get(project) not in taken

    def take(self, project: str, room: Dict[str, int], taken: Dict[str, str]) -> None:
        if self.category[project] in room:
            room[self.category[project]] -= self.cost[project]
        if project in self.group:
            taken[self.group[project]] = project

    # --- equal shares ---

    def equal_shares(self) -> None:
        rule = self.rule
        if self.ballots is None:
            raise Unreadable("equal shares cannot be counted from totals")
        start = Fraction(self.budget, max(self.voters, 1))
        if rule["start"] == "floor":
            start = Fraction(start // rule["rounding_unit_cents"] * rule["rounding_unit_cents"])
        voters = Voters(self)
        running = [project for project in self.cost if voters.behind.get(project)]
        for project in self.in_tie_order(project for project in running if self.cost[project] == 0):
            self.winners.append((project, "free"))
        race = sorted(project for project in running if self.cost[project] > 0)
        raises = 0
        if rule["completion"] != "none":
            step = Fraction(rule["increment_cents"])
            chosen = Round(self, voters, race, start).play(self.budget)
            leap, wait, pause = 2, 0, 0
            same_since, over = 0, False
            while True:
                rest = [project for project in race if project not in chosen]
                free = self.budget - sum(self.cost[project] for project in chosen)
                if not rest:
                    break
                if rule["add1_stop"] == "exhaustive" and min(self.cost[project] for project in rest) > free:
                    break
                # Raises that surely change nothing are made at once: there are many where few voters share much money.
                share = start + raises * step
                while leap > 1 and not wait and not Span(self, voters, race, share, share + leap * step).same(chosen):
                    leap //= 2
                if leap > 1 and not wait:
                    raises += leap
                    leap, pause = 2 * leap, 0
                    continue
                if not wait:
                    pause = wait = min(2 * pause + 1, 15)
                wait, leap = wait - 1, 2
                higher = Round(self, voters, race, start + (raises + 1) * step).play(self.budget)
                if sum(self.cost[project] for project in higher) > self.budget:
                    over = True
                    break
                raises += 1
                if set(higher) != set(chosen):
                    same_since = raises
                chosen = higher
            final = start + raises * step
        else:
            final = start
        self.share = {"start": text(start), "final": text(final), "raises": raises, "next": None}
        self.share["same_from"] = text(start)
        last = Round(self, voters, race, final, watch=True)
        bought = last.play(None)
        self.winners += [(project, "shares") for project in bought]
        if rule["completion"] != "none":
            self.share["same_from"] = text(start + same_since * step)
            if over:
                beyond = Round(self, voters, race, final + step).play(None)
                self.share["next"] = {
                    "share": text(final + step),
                    "spent": sum(self.cost[project] for project in beyond),
                    "new": sorted(set(beyond) - set(bought)),
                    "gone": sorted(set(bought) - set(beyond)),
                }
        spent = sum(self.cost[project] for project, _ in self.winners)
        if rule["completion"] == "add1-greedy":
            keys = {project: (0, self.score[project]) for project in race if project not in bought}
            self.go_down(keys, self.budget - spent, "top-up", "skip")
            self.missing_in_order(keys, self.budget - spent, None, "skip", voters)
        for project in self.cost:
            if project not in self.out:
                had = voters.heads.get(project, 0) * final
                rest_money = last.money(project) if project in voters.behind else 0
                self.money[project] = (int(had), rest_money // last.per, last.went.get(project, []))
        self.shared = last.common
        self.missing_in_shares(bought, final)

    # --- what was missing ---

    def enough_to_run(self, project: str) -> Optional[int]:
        """The fewest further ballots for this project alone with which nothing strikes it; None where none do."""
        if project in self.withdrawn or self.cost[project] > self.budget:
            return None
        ballots = 0
        lacking = (self.rule.get("min_score") or 0) - self.score[project]
        if lacking > 0:
            ballots = up(Fraction(lacking, self.alone))
        if self.rule.get("eligibility") is not None:
            # votes / voters >= cost / (test x budget), both sides with n more
            times = Fraction(self.rule["eligibility"]) * self.budget
            behind = self.cost[project] * self.voters - times * self.votes[project]
            if behind > 0:
                if times <= self.cost[project]:
                    return None
                ballots = max(ballots, up(behind / (times - self.cost[project])))
        return ballots

    def overtakes(self, project: str, ballots: int, other: str) -> bool:
        """Whether a tie with another project is won with so many further ballots."""
        key = list(self.tie[project])
        if "max-score" in self.ties_by:
            key[self.ties_by.index("max-score")] -= ballots * self.alone
        return key < self.tie[other]

    def note_missing(self, project: str, ballots: int) -> None:
        first = self.enough_to_run(project)
        if first is not None:
            known = self.more.get(project)
            ballots = max(first, ballots)
            self.more[project] = ballots if known is None else min(known, ballots)

    def missing_in_order(
        self,
        keys: Dict[str, Any],
        money: int,
        utility: Optional[str],
        on_misfit: str,
        voters: Optional["Voters"] = None,
    ) -> None:
        """For each loser: it has to come before the first project after which its cost is no longer there."""
        won = {project for project, _ in self.winners}
        order = [p for value in sorted(set(keys.values()), reverse=True)
                 for p in self.in_tie_order(q for q in keys if keys[q] == value)]  # fmt: skip
        for project in self.cost:
            room, taken = dict(self.caps), {}  # type: Dict[str, int], Dict[str, str]
            if project in won or not self.may_be_funded(project, money, room, taken):
                continue
            least = 1 if voters and project not in voters.behind else 0
            left, blocker = money, None
            for other in order:
                if other == project:
                    continue
                halts = False
                if self.may_be_funded(other, left, room, taken):
                    left -= self.cost[other]
                    self.take(other, room, taken)
                elif on_misfit == "stop":  # for want of money, not for a cap or a group
                    halts = self.may_be_funded(other, self.cost[other], room, taken)
                if halts or not self.may_be_funded(project, left, room, taken):
                    blocker = other
                    break
            if blocker is None:
                self.note_missing(project, least)
                continue
            per_cost = utility in ("cardinality", "score")
            if per_cost and self.cost[project] == 0:
                # Free ones come first as soon as they have a supporter, and among themselves by the order for ties.
                has = self.votes[project] if utility == "cardinality" else self.score[project]
                enough = 0 if has else 1
                if keys[blocker] == (1, 0):
                    lead = self.score[blocker] - self.score[project]
                    tries = [enough, max(enough, up(Fraction(lead, self.alone)))]
                    tries = [n for n in [*tries, tries[1] + 1] if self.overtakes(project, n, blocker)]
                    if not tries:
                        continue
                    enough = tries[0]
                self.note_missing(project, enough)
                continue
            if per_cost and keys[blocker] == (1, 0):
                continue
            if utility in ("cost", "cardinality"):
                now, gain = self.votes[project], 1
            else:
                now, gain = self.score[project], self.alone
            target = keys[blocker][1] * (self.cost[project] if per_cost else 1)
            ballots = max(up(Fraction(target - now) / gain), 0)
            if now + ballots * gain == target and not self.overtakes(project, ballots, blocker):
                ballots += 1
            self.note_missing(project, max(ballots, least))

    def missing_in_shares(self, bought: List[str], share: Fraction) -> None:
        """For each loser: before each purchase, how many more would have made it the cheaper one, and at the end."""
        everybody = Voters(self, self.withdrawn)
        won = {project for project, _ in self.winners}
        lost = [p for p in self.cost if p not in won and self.enough_to_run(p) is not None]
        for project in lost:
            if self.cost[project] == 0:
                self.note_missing(project, 0 if project in everybody.behind else 1)
        lost = [project for project in lost if self.cost[project] > 0]
        if share <= 0 or not lost:
            return
        again = Round(self, everybody, [], share)
        steps: List[Optional[str]] = list(bought)
        for winner in [*steps, None]:
            for project in lost:
                price = self.prices[winner] if winner else None
                ballots = again.lacking(project, price, share, self.alone)
                if winner and price and again.level(project, price, share, self.alone, ballots):
                    ballots += not self.overtakes(project, ballots, winner)
                self.note_missing(project, ballots)
            if winner:
                again.pay(winner, self.prices[winner])

    # --- beside the order of scores ---

    def compare(self) -> None:
        """Equal shares beside greedy; greedy's winners count where the regulation compares and more prefer them."""
        ours = (self.winners, self.left, self.equals, self.ties, self.paid, self.more)
        self.winners, self.left, self.equals, self.ties, self.paid, self.more = [], {}, {}, [], {}, {}
        keys = self.greedy_keys(None)
        self.go_down(keys, self.budget, "greedy", "skip")
        first, second = [project for project, _ in ours[0]], [project for project, _ in self.winners]
        prefer = self.preferences(first, second)
        if self.rule.get("comparison") == "voters" and prefer[1] > prefer[0]:
            self.greedy_order = True
            self.missing_in_order(keys, self.budget, None, "skip")
            self.compared = self.beside("equal-shares", first, [prefer[1], prefer[0]])
        else:
            self.winners, self.left, self.equals, self.ties, self.paid, self.more = ours
            self.compared = self.beside("greedy", second, prefer)

    def beside(self, rule: str, winners: List[str], prefer: List[int]) -> Doc:
        told = {"rule": rule, "winners": winners, "spent": sum(self.cost[p] for p in winners), "prefer": prefer}
        return dict(told, **self.satisfied(winners))

    def preferences(self, one: List[str], other: List[str]) -> List[int]:
        found = [0, 0]
        for ballot, times in (self.ballots or {}).items():
            worth = [0, 0]
            for number, winners in enumerate((one, other)):
                for project, points in ballot:
                    if points > 0 and project in winners:
                        worth[number] += {"cost": self.cost[project], "cardinality": 1}.get(
                            self.rule["utility"], points
                        )
            if worth[0] != worth[1]:
                found[worth[0] < worth[1]] += times
        return found

    def satisfied(self, winners: List[str]) -> Doc:
        without = wins = 0
        for ballot, times in (self.ballots or {}).items():
            number = sum(1 for project, points in ballot if points > 0 and project in winners)
            wins += times * number
            without += 0 if number else times
        return {"without": without, "wins": wins}

    # --- the document ---

    def document(self) -> Doc:
        self.count()
        chosen = {project for project, _ in self.winners}
        lost = set(self.cost) - chosen
        winners = []
        for project, by in self.winners:
            row = self.facts(project)
            row["by"] = by
            if by == "shares":
                row["price"] = text(self.prices[project])
                row["paid"] = self.paid[project]
            winners.append(row)
        limits = {"caps": self.caps} if self.caps else {}
        return {
            **limits,
            "id": self.name,
            "budget": self.budget,
            "spent": sum(self.cost[project] for project in chosen),
            "ballots": self.voters,
            "rule": self.parameters(),
            "ties_by": self.ties_by,
            "winners": winners,
            "losers": [self.loser(project) for project in sorted(lost)],
            "ties": [
                {
                    "phase": phase,
                    "step": step,
                    "projects": tied,
                    "by": [self.decider(one, other) for one, other in zip(tied, tied[1:])],  # noqa: B905
                    "changes": any(
                        first in tied for project in tied if project in lost for first in self.equals.get(project, [])
                    ),
                }
                for phase, step, tied in self.ties
            ],
            "near": self.near,
            "share": self.share,
            "voters": self.satisfied([project for project, _ in self.winners]) if self.joint else None,
            "compared": self.compared,
        }

    def facts(self, project: str) -> Doc:
        return {
            "id": project,
            "cost": self.cost[project],
            "votes": self.votes[project],
            "score": self.score[project],
        }

    def decider(self, one: str, other: str) -> str:
        for criterion, left, right in zip(self.ties_by, self.tie[one], self.tie[other]):  # noqa: B905
            if left != right:
                return criterion
        raise Unreadable("two projects are the same")

    def parameters(self) -> Doc:
        rule = self.rule
        test = rule.get("eligibility")
        shown = {
            "name": rule["name"],
            "utility": rule.get("utility"),
            "min_score": rule.get("min_score") or 0,
            "eligibility": None if test is None else text(Fraction(test)),
        }
        if rule["name"] == "greedy":
            shown["on_misfit"] = rule["on_misfit"]
            return shown
        shown["completion"] = rule["completion"]
        shown["start"] = rule["start"]
        if rule["completion"] != "none":
            shown["add1_stop"] = rule["add1_stop"]
            shown["increment_cents"] = text(Fraction(rule["increment_cents"]))
        if rule["start"] == "floor":
            shown["rounding_unit_cents"] = rule["rounding_unit_cents"]
        if rule.get("comparison"):
            shown["comparison"] = rule["comparison"]
        return shown

    def loser(self, project: str) -> Doc:
        row = self.facts(project)
        why = self.out.get(project)
        equals = self.equals.get(project)
        if why == "not-eligible" and self.budget:
            least = Fraction(self.cost[project] * self.voters) / (Fraction(self.rule["eligibility"]) * self.budget)
            row["needed"] = -(-least.numerator // least.denominator)
        elif why == "below-minimum":
            row["needed"] = self.rule["min_score"]
        if project in self.left:
            row["left"] = self.left[project]
        if self.more.get(project) is not None:
            row["missing"] = self.more[project]
        if why is None and self.greedy_order:
            why = "after-stop" if project in self.stopped else "lost-tie" if equals else "does-not-fit"
            if project in self.over_cap:
                row["left"] = self.over_cap[project]
            elif project in self.instead:
                row["instead"] = self.instead[project]
            if why == "does-not-fit" and project not in self.left:
                why = "over-cap" if project in self.over_cap else "excluded"
        elif why is None:
            row["had"], row["rest"], went = self.money[project]
            if went:
                row["went"] = went
                row["shared"] = self.shared[project]
            if equals:
                why = "lost-tie"
            elif row["had"] == 0:
                why = "no-votes"
            else:
                why = "too-few-votes" if row["had"] < self.cost[project] else "money-spent"
        if equals:
            row["equals"] = equals
        row["reason"] = why
        return row


class Voters:
    """Ballots of one pot merged by the projects that they support, but for those left out: the ones that were struck."""

    def __init__(self, pot: Pot, out: Optional[Set[str]] = None) -> None:
        left_out = set(pot.out) if out is None else out
        by_points = pot.rule["utility"] == "score" and pot.kind in ("cumulative", "ordinal")
        merged: Dict[Tuple[Tuple[str, int], ...], int] = {}
        for ballot, times in (pot.ballots or {}).items():
            support = tuple(
                (project, points if by_points else pot.cost[project] if pot.rule["utility"] == "cost" else 1)
                for project, points in ballot
                if project not in left_out and points > 0
            )
            merged[support] = merged.get(support, 0) + times
        self.times = list(merged.values())
        self.support = list(merged)
        self.behind: Dict[str, List[Tuple[int, int]]] = {}
        self.heads: Dict[str, int] = {}
        for number, support in enumerate(merged):
            for project, worth in support:
                self.behind.setdefault(project, []).append((number, worth))
                self.heads[project] = self.heads.get(project, 0) + self.times[number]


class Round:
    """Equal shares once, at one share. Money is whole numbers of 1 / `per` cents; equal purses are kept once."""

    def __init__(self, pot: Pot, voters: Voters, race: List[str], share: Fraction, watch: bool = False) -> None:
        self.pot, self.voters, self.watch = pot, voters, watch
        self.per = share.denominator
        self.purses = [share.numerator]
        self.purse_of = [0] * len(voters.times)
        self.floor: Dict[str, Fraction] = dict.fromkeys(race, Fraction(0))
        self.went: Dict[str, List[List[Any]]] = {}
        self.common: Dict[str, List[int]] = {}

    def sums(self, project: str) -> Dict[Tuple[int, int], int]:
        """How many supporters have which purse and which utility."""
        found: Dict[Tuple[int, int], int] = {}
        purse_of, times = self.purse_of, self.voters.times
        for voter, worth in self.voters.behind[project]:
            key = (purse_of[voter], worth)
            if key in found:
                found[key] += times[voter]
            else:
                found[key] = times[voter]
        return found

    def money(self, project: str) -> int:
        return sum(self.purses[purse] * heads for (purse, _), heads in self.sums(project).items())

    def price(self, project: str) -> Tuple[int, Optional[Fraction]]:
        """Money behind a project, and its price if that is enough: the poorest, by utility, pay all they have."""
        sums = self.sums(project)
        money = sum(self.purses[purse] * heads for (purse, _), heads in sums.items())
        need = self.pot.cost[project] * self.per
        if money < need:
            return money, None
        common = 1
        for worth in {worth for _, worth in sums}:
            common = common * worth // gcd(common, worth)
        rows = sorted(
            (self.purses[purse] * (common // worth), worth, self.purses[purse], heads)
            for (purse, worth), heads in sums.items()
        )
        weight = sum(worth * heads for _, worth, _, heads in rows)
        for _, worth, purse, heads in rows:
            if purse * weight >= need * worth:
                return money, Fraction(need, weight * self.per)
            need -= purse * heads
            weight -= worth * heads
        raise AssertionError("enough money, but no price")

    def offered(self, project: str, price: Fraction) -> Tuple[Fraction, bool]:
        """What the supporters give if nobody has to pay more than the price, and whether it leaves nobody anything."""
        given, emptied = 0, True
        for (purse, worth), heads in self.sums(project).items() if project in self.voters.behind else ():
            whole = price.numerator * self.per * worth
            has = self.purses[purse] * price.denominator
            given += min(has, whole) * heads
            emptied = emptied and has < whole
        return Fraction(given, price.denominator * self.per), emptied

    def newcomer(self, project: str, price: Optional[Fraction], share: Fraction, alone: int) -> Fraction:
        """What somebody gives whose ballot names this project alone."""
        if price is None:
            return share
        utility = self.pot.rule["utility"]
        worth = self.pot.cost[project] if utility == "cost" else alone if utility == "score" else 1
        return min(share, price * worth)

    def lacking(self, project: str, price: Optional[Fraction], share: Fraction, alone: int) -> int:
        """How many newcomers it takes to cover the cost at this price, or at any."""
        if price is not None:
            given = self.offered(project, price)[0]
        else:
            given = Fraction(self.money(project) if project in self.voters.behind else 0, self.per)
        return max(up((self.pot.cost[project] - given) / self.newcomer(project, price, share, alone)), 0)

    def level(self, project: str, price: Fraction, share: Fraction, alone: int, newcomers: int) -> bool:
        """Whether with these newcomers the project costs exactly this price, and not less."""
        given, emptied = self.offered(project, price)
        each = self.newcomer(project, price, share, alone)
        if given + newcomers * each > self.pot.cost[project]:
            return False
        utility = self.pot.rule["utility"]
        worth = self.pot.cost[project] if utility == "cost" else alone if utility == "score" else 1
        return not (emptied and (newcomers == 0 or share < price * worth))

    def play(self, ceiling: Optional[int]) -> List[str]:
        """Buy until nothing can be bought, or until the winners cost more than the ceiling."""
        bought: List[str] = []
        spent = 0
        while True:
            prices: Dict[str, Fraction] = {}
            best: Optional[Fraction] = None
            # Prices never fall within a round, so an old price above the best one needs no second look.
            for project in sorted(self.floor) if self.watch else sorted(self.floor, key=self.floor.__getitem__):
                if best is not None and self.floor[project] > best and not self.watch:
                    break
                money, price = self.price(project)
                if self.watch:
                    self.note_money(len(bought) + 1, project, money)
                if price is None:
                    del self.floor[project]
                    continue
                self.floor[project] = prices[project] = price
                if best is None or price < best:
                    best = price
            if best is None:
                return bought
            tied = self.pot.in_tie_order(project for project, price in prices.items() if price == best)
            if self.watch:
                self.note_prices(len(bought) + 1, tied, prices, best)
            bought.append(tied[0])
            spent += self.pot.cost[tied[0]]
            del self.floor[tied[0]]
            if ceiling is not None and spent > ceiling:
                return bought
            self.pay(tied[0], best)

    def pay(self, project: str, price: Fraction) -> None:
        finer = (price * self.per).denominator
        if finer > 1:
            self.per *= finer
            self.purses = [purse * finer for purse in self.purses]
        each = int(price * self.per)
        place = {purse: number for number, purse in enumerate(self.purses)}
        before, purse_of = self.purses[:], self.purse_of
        given: Dict[str, int] = {}
        moved: Dict[Tuple[int, int], int] = {}
        alike: Dict[str, int] = {}
        full = most = rest_heads = rest_paid = nothing = 0
        for voter, worth in self.voters.behind[project]:
            old = purse_of[voter]
            if (old, worth) not in moved:
                rest = max(before[old] - each * worth, 0)
                if rest not in place:
                    place[rest] = len(self.purses)
                    self.purses.append(rest)
                moved[old, worth] = place[rest]
            purse_of[voter] = moved[old, worth]
            if self.watch:
                heads = self.voters.times[voter]
                gave = before[old] - self.purses[purse_of[voter]]
                together = gave * heads
                most = max(most, gave)
                if gave == each * worth:
                    full += heads
                elif gave:
                    rest_heads += heads
                    rest_paid += together
                else:
                    nothing += heads
                for other, _ in self.voters.support[voter]:
                    given[other] = given.get(other, 0) + together
                    alike[other] = alike.get(other, 0) + heads
        if self.watch:
            self.pot.prices[project] = price
            self.pot.paid[project] = {
                "full": full,
                "most": most // self.per,
                "rest": rest_heads,
                "rest_paid": rest_paid // self.per,
                "nothing": nothing,
            }
            for other, amount in given.items():
                if amount >= self.per:
                    self.went.setdefault(other, []).append([project, amount // self.per])
                    self.common.setdefault(other, []).append(alike[other])

    def note_money(self, step: int, project: str, money: int) -> None:
        need = self.pot.cost[project] * self.per
        if abs(money - need) * CLOSE < need:
            values = [text(Fraction(money, self.per)), text(Fraction(self.pot.cost[project]))]
            self.pot.near.append({"step": step, "what": "money", "projects": [project], "values": values})

    def note_prices(self, step: int, tied: List[str], prices: Dict[str, Fraction], best: Fraction) -> None:
        if len(tied) > 1:
            self.pot.ties.append(("shares", step, tied))
            for project in tied[1:]:
                self.pot.equals.setdefault(project, []).append(tied[0])
        for project in sorted(prices):
            if project != tied[0] and (prices[project] - best) * CLOSE < best:
                pair = {"projects": [tied[0], project], "values": [text(best), text(prices[project])]}
                self.pot.near.append(dict(pair, step=step, what="price"))


class Span:
    """All shares from a low one to a high one, of which the low one is known to give certain winners.

    As long as the same projects are bought in the same order, a higher share leaves nobody with less at any step, so
    the same cost is covered by prices that are the same or lower. Hence, for every share between: what cannot be bought
    at the high end can't be bought; and the winner's price at the low end is the most it costs, another project's price
    at the high end is the least. Where this leaves a doubt, straight lines may settle it: a price is one if each of its
    supporters either gives all at both ends or can give the full price at both, and the purses of the former are lines
    themselves; of two lines the one that is lower at both ends is lower between.
    """

    def __init__(self, pot: Pot, voters: Voters, race: List[str], low: Fraction, high: Fraction) -> None:
        self.tie, self.voters = pot.tie, voters
        self.low, self.high = Round(pot, voters, race, low), Round(pot, voters, race, high)
        self.bent: Set[int] = set()  # voters whose purse may be no line

    def same(self, winners: List[str]) -> bool:
        """Whether each of these shares surely gives the winners of the low end, in the same order."""
        least = dict(self.high.floor)
        for winner in winners:
            del least[winner]
            most, fewest = self.low.price(winner)[1], self.high.price(winner)[1]
            if most is None or fewest is None:
                raise AssertionError("a winner cannot be bought")
            for other in sorted(least, key=least.__getitem__):
                if least[other] > most:
                    break
                price = self.high.price(other)[1]
                if price is None:
                    del least[other]
                    continue
                least[other] = price
                if (most, self.tie[winner]) < (price, self.tie[other]):
                    continue
                before = self.low.price(other)[1]
                if before is None or (before, self.tie[other]) < (most, self.tie[winner]):
                    return False
                if (price, self.tie[other]) < (fewest, self.tie[winner]):
                    return False
                if not self.is_line(winner, most, fewest) or not self.is_line(other, before, price):
                    return False
            self.pay(winner, most, fewest)
        return all(self.high.price(other)[1] is None for other in least)

    def givers(self, project: str, at_low: Fraction, at_high: Fraction) -> Tuple[Set[int], Set[int]]:
        """Of the supporters: those who give all they have at every share, those who keep to the price at every one."""
        low, high = self.low, self.high
        all_they_have, full_price = set(), set()
        for voter, worth in self.voters.behind[project]:
            if low.purses[low.purse_of[voter]] * at_low.denominator >= at_low.numerator * low.per * worth:
                full_price.add(voter)
            elif high.purses[high.purse_of[voter]] * at_high.denominator <= at_high.numerator * high.per * worth:
                all_they_have.add(voter)
        return all_they_have, full_price

    def is_line(self, project: str, at_low: Fraction, at_high: Fraction) -> bool:
        all_they_have, full_price = self.givers(project, at_low, at_high)
        others = len(self.voters.behind[project]) - len(all_they_have) - len(full_price)
        return not others and not all_they_have & self.bent

    def pay(self, project: str, at_low: Fraction, at_high: Fraction) -> None:
        all_they_have, full_price = self.givers(project, at_low, at_high)
        if not self.is_line(project, at_low, at_high):
            self.bent.update(voter for voter, _ in self.voters.behind[project])
        self.bent -= all_they_have
        self.low.pay(project, at_low)
        self.high.pay(project, at_high)


def up(value: Fraction) -> int:
    """The smallest whole number that is not below."""
    return -((-value.numerator) // value.denominator)


def text(value: Fraction) -> str:
    """p/q in lowest terms, p where q is 1. Long numbers are printed in pieces: Python limits the length of one."""

    def digits(number: int) -> str:
        pieces: List[str] = []
        while number >= 10**3000:
            number, low = divmod(number, 10**3000)
            pieces.insert(0, str(low).zfill(3000))
        return str(number) + "".join(pieces)

    sign = "-" if value < 0 else ""
    whole = sign + digits(abs(value.numerator))
    return whole if value.denominator == 1 else whole + "/" + digits(value.denominator)


# --- the files --------------------------------------------------------------------------------------------------------


def load(path: str) -> Tuple[Doc, Doc, Optional[bytes], Dict[str, bytes]]:
    """Regulation, ballots, the bytes of the published outcome (None where it is not there), and all files that were
    found."""
    names = ("regulation.json", "ballots.json", "outcome.json", "chain.json", "receipts.txt")
    if os.path.isdir(path):
        found = {name: read(os.path.join(path, name)) for name in names if os.path.exists(os.path.join(path, name))}
    else:
        data = read(path)
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                members = {os.path.basename(member): member for member in archive.namelist()}
                found = {name: archive.read(members[name]) for name in names if name in members}
        else:
            whole = json.loads(data.decode("utf-8"))
            found = {name: canonical(whole[name[:-5]]) for name in names[:4] if whole.get(name[:-5]) is not None}
    for name in names[:2]:
        if name not in found:
            raise Unreadable("%s is missing" % name)
    regulation, ballots = (json.loads(found[name].decode("utf-8")) for name in names[:2])
    return regulation, ballots, found.get("outcome.json"), found


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def canonical(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8")


def recount(regulation: Doc, ballots: Doc) -> Tuple[Doc, List[str]]:
    """The outcome, and the pots whose ballots are not published."""
    seed_text = ballots.get("lot_seed") or regulation.get("lot_seed")
    seed = bytes.fromhex(seed_text) if seed_text else None
    documents, withheld = [], []
    for pot in regulation["pots"]:
        given = ballots["pots"].get(pot["id"], {"ballots": []})
        if isinstance(given, list):
            given = {"ballots": given}
        if given.get("withheld"):
            withheld.append(pot["id"])
        else:
            documents.append(Pot(regulation, pot, given, seed).document())
    return {"format": "folkmoot-outcome-2", "pots": documents}, withheld


def of_first_format(document: Doc) -> Doc:
    """The outcome as portals wrote it before it told who paid what and how many votes were missing."""
    later = ("paid", "shared", "missing", "same_from", "next", "voters", "compared")

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without(one) for name, one in value.items() if name not in later}
        return [without(one) for one in value] if isinstance(value, list) else value

    told: Doc = without(document)
    return dict(told, format="folkmoot-outcome-1")


def digest(value: Any) -> str:
    """SHA-256 of the compact form with sorted keys."""
    compact = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(compact.encode("utf-8")).hexdigest()


def broken_chain(regulation: Doc, ballots: Doc, files: Dict[str, bytes]) -> Optional[str]:
    """The first place where the chain is not whole, or does not name what is published; None, too, where there is none."""
    if "chain.json" not in files:
        return None
    entries = json.loads(files["chain.json"].decode("utf-8"))["entries"]
    if not entries or entries[0]["kind"] != "open" or entries[-1]["kind"] != "count":
        return "chain: it does not begin with the opening and end with the count"
    last: Optional[Doc] = None
    named: Set[str] = set()
    gone: Set[str] = set()
    for entry in entries:
        place = "chain: entry %d " % entry["number"]
        parts = [entry[key] for key in ("kind", "number", "date", "previous", "new", "replaced", "ballots", "body")]
        if digest(parts) != entry["head"] or sorted(entry["new"]) != entry["new"]:
            return place + "is not what its head says"
        number, head = (last["number"], last["head"]) if last else (-1, "0" * 64)
        lost: List[int] = []
        if (
            entry["kind"] == "restored"
        ):  # it continues the newest head that somebody held, and names the entries between
            lost = list(range(number + 1, entry["number"]))
            if entry["body"].get("after") != [number, head] or entry["body"].get("void") != lost:
                return place + "does not name what the restore lost"
        if (entry["number"], entry["previous"]) != (number + 1, head) and not lost:
            return place + "does not continue the one before"
        new, replaced = set(entry["new"]), set(entry["replaced"])
        if new & named or replaced & gone or replaced - named:
            return place + "names a ballot twice, or replaces one that nobody named"
        named |= new
        gone |= replaced
        if entry["ballots"] != len(named) - len(gone):
            return place + "says another number of ballots than it names"
        last = entry
    if entries[0]["body"].get("regulation") != digest(regulation):
        return "chain: the first entry names another regulation"
    body = entries[-1]["body"]
    if body["lists"] != {name: given["sha256"] for name, given in ballots["pots"].items()}:
        return "chain: the last entry names other lists of ballots"
    numbers = body["numbers"]
    if any(ballots["numbers"].get(name) != number for name, number in numbers.items()):
        return "chain: the last entry says other numbers"
    if numbers["ballots"] + numbers["void"] != entries[-1]["ballots"]:
        return "chain: more or fewer ballots were counted than the chain names"
    if "receipts.txt" in files:
        codes = sorted(files["receipts.txt"].decode("ascii").split())
        if digest(["receipt list", codes]) != body["receipts"]:
            return "receipts: not the list that the last entry of the chain names"
    return None


def broken_hash(regulation: Doc, ballots: Doc) -> Optional[str]:
    """The first published document that is not what its stated hash says."""
    if ballots.get("regulation_sha256", digest(regulation)) != digest(regulation):
        return "regulation: not the one that its hash names"
    for name, given in sorted(ballots["pots"].items()):
        if isinstance(given, dict) and "ballots" in given and "salt" in given and "sha256" in given:
            if digest(["plain list", given["salt"], name, given["ballots"]]) != given["sha256"]:
                return "ballots of pot %s: not the list that its hash names" % name
    return None


def difference(published: Any, counted: Any, place: str = "outcome") -> Optional[str]:
    """The first place where two documents differ."""
    if type(published) is not type(counted):
        return "%s: published %s, counted %s" % (place, brief(published), brief(counted))
    if isinstance(published, dict):
        for key in sorted(set(published) | set(counted)):
            if key not in published or key not in counted:
                return "%s.%s: only %s" % (place, key, "published" if key in published else "counted")
            found = difference(published[key], counted[key], "%s.%s" % (place, key))
            if found:
                return found
        return None
    if isinstance(published, list):
        for number, (one, other) in enumerate(zip(published, counted)):  # noqa: B905
            found = difference(one, other, "%s[%d]" % (place, number))
            if found:
                return found
        if len(published) != len(counted):
            return "%s: published %d entries, counted %d" % (place, len(published), len(counted))
        return None
    return None if published == counted else "%s: published %s, counted %s" % (place, brief(published), brief(counted))


def brief(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else shown[:77] + "..."


def compare(published: bytes, counted: Doc, withheld: List[str]) -> Optional[str]:
    """None where the published outcome is the counted one; else the first difference."""
    document = json.loads(published.decode("utf-8"))
    if document.get("format") == "folkmoot-outcome-1":
        counted = of_first_format(counted)
    if canonical(document) != published:
        return "outcome: the published file is not in its canonical form"
    if withheld:
        document["pots"] = [pot for pot in document["pots"] if pot.get("id") not in withheld]
    if canonical(document) == canonical(counted):
        return None
    return difference(document, counted) or "outcome: the bytes differ"


def main(arguments: List[str]) -> int:
    """Recount what the arguments name; the exit status."""
    target = None
    if "--write" in arguments:
        at = arguments.index("--write")
        target = arguments[at + 1] if at + 1 < len(arguments) else None
        del arguments[at : at + 2]
    if "-h" in arguments or "--help" in arguments:
        print((__doc__ or "").strip())
        return 0
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    try:
        regulation, ballots, published, files = load(path)
        broken = broken_hash(regulation, ballots) or broken_chain(regulation, ballots, files)
        counted, withheld = recount(regulation, ballots)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, Unreadable) as error:
        why = "%s is missing" % error if isinstance(error, KeyError) else str(error)
        print("recount: %s: %s" % (path, why), file=sys.stderr)
        return 2
    if target:
        with open(target, "wb") as file:
            file.write(canonical(counted))
    for pot in withheld:
        print("Pot %s: fewer than 10 ballots, so they are not published and were not counted again." % pot)
    for document in counted["pots"]:
        summary = (document["id"], document["ballots"], len(document["winners"]), document["spent"] / 100)
        print("Pot %s: %d ballots, %d projects funded for %.2f." % summary)
    if broken:
        print("DIFFERENT: %s" % broken)
        return 1
    if published is None:
        print("No outcome is published here to compare with.")
        return 0
    try:
        found = compare(published, counted, withheld)
    except ValueError as error:
        found = "outcome: not readable (%s)" % error
    if found:
        print("DIFFERENT: %s" % found)
        return 1
    if "chain.json" in files:
        print("The chain is whole, and its last entry names these ballots.")
    print("The same outcome, byte for byte. SHA-256 %s" % hashlib.sha256(published).hexdigest())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
