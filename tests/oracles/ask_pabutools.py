"""Runs inside the oracles' environment: what pabutools elects. Prints {case: [ids in order]} for a file and cases.

A case is "greedy:<utility>" or "shares:<utility>:<completion>:<stop>". Ties go by least cost, most votes, id.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from pabutools.election import Cardinality_Sat, Cost_Sat, Instance, parse_pabulib
from pabutools.fractions import frac
from pabutools.rules import (
    completion_by_rule_combination,
    exhaustion_by_budget_increase,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
)
from pabutools.tiebreaking import TieBreakingRule

SATISFACTION = {"cost": Cost_Sat, "cardinality": Cardinality_Sat}
TIES = TieBreakingRule(
    lambda instance, profile, project: (project.cost, -profile.approval_score(project), project.name)
)


def ask(instance: Instance, profile: Any, case: str) -> list[str]:
    kind, utility, *rest = case.split(":")
    satisfaction = SATISFACTION[utility]
    if kind == "greedy":
        won = greedy_utilitarian_welfare(instance, profile, sat_class=satisfaction, tie_breaking=TIES)
        return [project.name for project in won]
    completion, stop = rest
    if completion == "none":
        return [p.name for p in method_of_equal_shares(instance, profile, sat_class=satisfaction, tie_breaking=TIES)]
    params: dict[str, Any] = {"sat_class": satisfaction, "tie_breaking": TIES}

    def raised(inst: Instance, prof: Any, initial_budget_allocation: Any = None, resoluteness: bool = True) -> Any:
        if stop == "exhaustive":
            return method_of_equal_shares(
                inst,
                prof,
                voter_budget_increment=frac(1),
                **params,
                initial_budget_allocation=initial_budget_allocation,
            )
        return exhaustion_by_budget_increase(
            inst,
            prof,
            method_of_equal_shares,
            dict(params),
            initial_budget_allocation=initial_budget_allocation,
            exhaustive_stop=False,
            budget_step=frac(prof.num_ballots()),
        )

    if completion == "add1":
        return [project.name for project in raised(instance, profile)]
    won = completion_by_rule_combination(
        instance,
        profile,
        [raised, greedy_utilitarian_welfare],
        [{}, {"sat_class": Cost_Sat, "tie_breaking": TIES}],
    )
    return [project.name for project in won]


def main(path: str, *cases: str) -> None:
    started = time.process_time()
    instance, profile = parse_pabulib(path)
    times = {"parse": time.process_time() - started}
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
