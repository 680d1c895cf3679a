"""Runs inside the oracles' environment: what pabutools elects. Prints {case: [ids in order]} for a file and cases.

A case is "greedy:<utility>" or "shares:<utility>:<completion>:<stop>". Ties go by least cost, most votes, id.
"walk:<utility>" gives every step of Add1 instead: {"steps": [[how many raises have this outcome one after the other,
[ids in order], does it keep within the budget, is nothing more affordable], ...], "completed": {stop: [ids in order]}}.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pabutools.election import Cardinality_Sat, Cost_Sat, Instance, parse_pabulib
from pabutools.fractions import frac
from pabutools.rules import (
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
)
from pabutools.tiebreaking import TieBreakingRule

SATISFACTION = {"cost": Cost_Sat, "cardinality": Cardinality_Sat}
TIES = TieBreakingRule(
    lambda instance, profile, project: (project.cost, -profile.approval_score(project), project.name)
)


RAISED: dict[tuple[str, str], Any] = {}


def raised(instance: Instance, profile: Any, utility: str, stop: str) -> Any:
    """Equal shares with Add1, computed once for both completions that need it."""
    if (utility, stop) not in RAISED:
        params: dict[str, Any] = {"sat_class": SATISFACTION[utility], "tie_breaking": TIES}
        if stop == "exhaustive":
            won = method_of_equal_shares(instance, profile, voter_budget_increment=frac(1), **params)
        else:
            step = frac(profile.num_ballots())
            won = exhaustion_by_budget_increase(
                instance, profile, method_of_equal_shares, params, exhaustive_stop=False, budget_step=step
            )
        RAISED[utility, stop] = won
    return RAISED[utility, stop]


class Walked(Instance):  # type: ignore[misc]
    """An election whose Add1 goes on to the first outcome that overspends, or that leaves nobody out. The method asks
    it two questions after every step, so it sees them all; voters and projects are set up once, not at every step."""

    steps: list[list[Any]]

    def is_feasible(self, projects: Any) -> bool:
        told = bool(super().is_feasible(projects))
        won = [project.name for project in projects]
        if self.steps and self.steps[-1][1] == won:
            self.steps[-1][0] += 1
        else:
            self.steps.append([1, won, told, None])
        return told

    def is_exhaustive(self, projects: Any, available_projects: Any = None) -> bool:
        self.steps[-1][3] = bool(super().is_exhaustive(projects, available_projects=available_projects))
        return len(projects) == len(self)


def walk(instance: Instance, profile: Any, utility: str) -> dict[str, Any]:
    """Every step of Add1, and what the greedy completion makes of both its ends."""
    instance.__class__, instance.steps = Walked, []
    method_of_equal_shares(
        instance, profile, sat_class=SATISFACTION[utility], tie_breaking=TIES, voter_budget_increment=frac(1)
    )
    instance.__class__ = Instance
    within = [step[1] for step in instance.steps if step[2]]
    ends = {
        "overspend": within[-1] if within else [],
        "exhaustive": next((step[1] for step in instance.steps if step[2] and step[3]), within[-1] if within else []),
    }
    projects = {project.name: project for project in instance}
    completed = {}
    for stop, won in ends.items():
        topped = greedy_utilitarian_welfare(
            instance,
            profile,
            sat_class=Cost_Sat,
            tie_breaking=TIES,
            initial_budget_allocation=[projects[name] for name in won],
        )
        completed[stop] = [project.name for project in topped]
    return {"steps": instance.steps, "completed": completed}


def ask(instance: Instance, profile: Any, case: str) -> Any:
    kind, utility, *rest = case.split(":")
    if kind == "walk":
        return walk(instance, profile, utility)
    satisfaction = SATISFACTION[utility]
    if kind == "greedy":
        won = greedy_utilitarian_welfare(instance, profile, sat_class=satisfaction, tie_breaking=TIES)
        return [project.name for project in won]
    completion, stop = rest
    if completion == "none":
        won = method_of_equal_shares(instance, profile, sat_class=satisfaction, tie_breaking=TIES)
    else:
        won = raised(instance, profile, utility, stop)
    if completion == "add1-greedy" and not instance.is_exhaustive(won):
        won = greedy_utilitarian_welfare(
            instance, profile, sat_class=Cost_Sat, tie_breaking=TIES, initial_budget_allocation=won
        )
    return [project.name for project in won]


def main(path: str, *cases: str) -> None:
    """`--merged` before the file merges identical ballots, which spares pabutools most of its time."""
    merged = path == "--merged"
    if merged:
        path, *cases = cases  # type: ignore[assignment]
    started = time.process_time()
    instance, profile = parse_pabulib(path)
    times = {"parse": time.process_time() - started}
    if merged:
        profile = profile.as_multiprofile()
    won = {}
    for case in cases:
        started = time.process_time()
        won[case] = ask(instance, profile, case)
        times[case] = time.process_time() - started
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    json.dump({"won": won, "seconds": times, "peak_kb": peak}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
