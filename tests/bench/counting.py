"""The count beside pabutools: processor time and memory of each in a process of its own, as ratios.

Made-up elections come from a seeded generator: ten districts, 15 % city-wide projects, few popular ones, people voting
near their homes, many small projects and few large ones.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from portal.voting.counting import pabulib
from portal.voting.counting.count import count
from portal.voting.counting.outcome import outcome
from portal.voting.counting.rule import Rule

ROOT = Path(__file__).parents[2]
ASK = ROOT / "tests" / "oracles" / "ask_pabutools.py"
CASE = "shares:cost:add1:exhaustive"


def city(projects: int, voters: int, seed: int = 2026) -> str:
    """A made-up election as .pb text, the same for the same seed."""
    dice = random.Random(seed)
    home = [dice.randrange(10) if dice.random() >= 0.15 else None for _ in range(projects)]
    pull = [dice.paretovariate(1.2) for _ in range(projects)]
    cost = [min(max(round(dice.lognormvariate(10.82, 1.1), -2), 1000), 1_000_000) for _ in range(projects)]
    weights = [
        [pull[p] if home[p] in (None, district) else pull[p] * 0.03 for p in range(projects)] for district in range(10)
    ]
    ballots = []
    for _ in range(voters):
        length = 1 + sum(dice.random() < 0.35 for _ in range(9))
        weight = weights[dice.randrange(10)]
        chosen: dict[int, None] = {}
        while len(chosen) < length:
            for project in dice.choices(range(projects), weight, k=length):
                if len(chosen) < length:
                    chosen[project] = None
        ballots.append([f"p{project:03}" for project in sorted(chosen)])
    meta = {"description": "Made up", "budget": str(int(sum(cost) * 0.15)), "rule": "equalshares/add1"}
    rows = [{"project_id": f"p{p:03}", "cost": str(int(cost[p]))} for p in range(projects)]
    return pabulib.dump(meta, rows, "approval", ballots)


def ours(path: str, *cases: str) -> dict[str, Any]:
    """What tests/oracles/ask_pabutools.py tells about pabutools, of the portal's own count."""
    started = time.process_time()
    election = pabulib.read(path)
    profile = election.profile()
    seconds = {"parse": time.process_time() - started}
    won = {}
    for case in cases:
        _, utility, completion, stop = case.split(":")
        started = time.process_time()
        rule = Rule("equal-shares", utility, completion=completion, add1_stop=stop)
        won[case] = count(profile, election.budget, rule).winners
        seconds[case] = time.process_time() - started
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    return {"won": won, "seconds": seconds, "peak_kb": peak}


READINGS = 10  # the whole outcome may take so many times what reading its file takes


def whole(path: str) -> dict[str, Any]:
    """Processor time of reading a file into merged ballots, and of the whole outcome with every explanation."""
    started = time.process_time()
    election = pabulib.read(path)
    profile = election.profile()
    read = time.process_time() - started
    regulation = {
        "pots": [{"id": "p", "budget_cents": election.budget}],
        "projects": [{"id": one.id, "pot": "p", "cost_cents": one.cost} for one in profile.projects],
        "ballot": {"kind": election.kind},
        "rule": {
            "name": "equal-shares", "utility": "cost", "completion": "add1", "add1_stop": "overspend", "start": "exact",
            "increment_cents": election.scale,
        },
        "ties": ["min-cost", "max-score"],
    }  # fmt: skip
    ballots = [list(ballot) for ballot in election.each_ballot()]
    started = time.process_time()
    document = json.loads(outcome(regulation, None, {"p": ballots}))["pots"][0]
    return {
        "read": read,
        "outcome": time.process_time() - started,
        "projects": len(profile.projects),
        "ballots": document["ballots"],
        "winners": len(document["winners"]),
        "told": sum("missing" in row for row in document["losers"]),
    }


def explained(path: Path) -> None:
    """Print what a whole outcome costs beside the reading of its file."""
    found = ask([sys.executable, "-m", "tests.bench.counting", "--whole", str(path)])
    ratio = found["outcome"] / found["read"]
    print(
        f"Outcome with explanations, {found['projects']} projects x {found['ballots']} ballots: {found['outcome']:.2f} s "
        f"beside {found['read']:.2f} s of reading, {ratio:.1f} times (wanted at most {READINGS}: "
        f"{'met' if ratio <= READINGS else 'MISSED'}); {found['winners']} winners, missing votes of {found['told']} others",
        flush=True,
    )


def ask(command: list[str]) -> Any:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def compare(title: str, path: Path, python: Path, cases: list[str], limits: dict[str, int]) -> None:
    """Print one line per measure: ours, theirs, ratio, and the ratio that is wanted."""
    mine = ask([sys.executable, "-m", "tests.bench.counting", "--ours", str(path), *cases])
    if not python.exists():
        told = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in mine["seconds"].items())
        print(f"{title}: {told}, {mine['peak_kb'] // 1024} MB (pabutools is not installed: ./run test --all does it)")
        return
    theirs = ask([str(python), "-I", str(ASK), str(path), *cases])
    same = "equal winners" if mine["won"] == theirs["won"] else "DIFFERENT WINNERS"
    for measure, wanted in limits.items():
        if measure == "memory":
            left, right, unit = mine["peak_kb"] / 1024, theirs["peak_kb"] / 1024, "MB"
        else:
            name = "parse" if measure == "parse" else cases[0]
            left, right, unit = mine["seconds"][name], theirs["seconds"][name], "s"
        ratio = right / left
        verdict = "met" if ratio >= wanted else "MISSED"
        print(
            f"{title}, {measure}: {left:.2f} {unit} beside {right:.2f} {unit}, 1/{ratio:.1f} "
            f"(wanted at most 1/{wanted}: {verdict}){'; ' + same if cases else ''}",
            flush=True,
        )


def main(arguments: list[str]) -> int:
    """`--quick` leaves out the made-up city that keeps pabutools busy for minutes."""
    words = argparse.ArgumentParser(prog="./run bench --only counting", description=__doc__)
    words.add_argument("--quick", action="store_true")
    words.add_argument("--ours", nargs="+", metavar=("FILE", "CASE"), help="measure the portal's count alone, as JSON")
    words.add_argument("--whole", metavar="FILE", help="measure a whole outcome with its explanations, as JSON")
    given = words.parse_args(arguments)
    if given.whole:
        json.dump(whole(given.whole), sys.stdout)
        return 0
    if given.ours:
        json.dump(ours(*given.ours), sys.stdout)
        return 0
    python = Path(os.environ.get("PORTAL_ORACLE_PYTHON") or ROOT / ".venv-oracle" / "bin" / "python")
    archive = os.environ.get("PORTAL_PABULIB", "")  # ./run looks for it beside the checkout
    real = Path(archive) / "Poland_Swiecie_2023.pb"
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-") as folder:
        if archive and real.exists():
            compare("Add1, Swiecie 2023", real, python, [CASE], {"time": 15})
        else:
            print("Add1, Swiecie 2023: set PORTAL_PABULIB to a folder of .pb files")
        if not given.quick:
            made = Path(folder) / "city.pb"
            made.write_text(city(100, 10_000), newline="")
            compare("Add1, 100 projects, 10,000 voters", made, python, [CASE], {"time": 50, "memory": 8})
        large = Path(folder) / "large.pb"
        large.write_text(city(100, 100_000), newline="")
        compare("Reading 100,000 ballots", large, python, [], {"parse": 5})
        great = Path(folder) / "great.pb"
        great.write_text(city(160, 90_000), newline="")
        explained(great)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
