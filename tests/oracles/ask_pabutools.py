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


def ask(instance: Instance, profile: Any, case: str) -> list[str]:
    kind, utility, *rest = case.split(":")
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
