"""Small made-up elections, the same for the same seed, and the real ones where there are any."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from portal.voting.counting import pabulib
from portal.voting.counting.pabulib import Election
from portal.voting.counting.profile import Profile, Project, make_profile
from portal.voting.counting.rule import Rule

SAMPLE = Path(pabulib.__file__).with_name("sample.pb")
KINDS = ("approval", "knapsack", "choose-1", "cumulative", "ordinal")


def real(name: str) -> Path:
    """A file of the Pabulib archive; the test is skipped where there is none."""
    folder = os.environ.get("PORTAL_PABULIB")
    path = Path(folder or ".") / f"{name}.pb"
    if folder is None or not path.exists():
        if os.environ.get("PORTAL_TEST_ALL"):
            pytest.fail(f"{name}.pb is not there; PORTAL_PABULIB names the folder of real elections")
        pytest.skip("real elections: set PORTAL_PABULIB to a folder of .pb files")
    return path


def read_real(name: str) -> Election:
    return pabulib.read(real(name))


def selected(election: Election) -> set[str]:
    """What the file marks as funded by its rule."""
    return {row["project_id"] for row in election.rows if row.get("selected") == "1"}


def profile(costs: dict[str, int], ballots: list[Any], kind: str = "approval", longest: int | None = None) -> Profile:
    """A profile from costs and ballots; an approval ballot may be a text of one-letter ids."""
    projects = [Project(name, cost) for name, cost in costs.items()]
    return make_profile(projects, kind, [(tuple(ballot), 1) for ballot in ballots], longest)


def random_vote(seed: int) -> tuple[dict[str, Any], list[Any]]:
    """A regulation with one pot "p" and its ballots: every kind, every parameter, ties and free projects in plenty."""
    dice = random.Random(seed)
    kind = dice.choice(KINDS)
    ids = [dice.choice(["a", "B", "z/", "é", "1."]) + str(number) for number in range(dice.randint(1, 9))]
    costs = [dice.choice([0, dice.randint(1, 3000), *(dice.randint(1, 20) * 100 for _ in range(5))]) for _ in ids]
    ballots: list[Any] = []
    for _ in range(dice.choice([0, 1, 3, 10, 30, 60])):
        length = 1 if kind == "choose-1" else dice.randint(0, min(len(ids), 5))
        ballot: list[Any] = dice.sample(ids, length)
        ballots.append([[name, dice.randint(0, 4)] for name in ballot] if kind == "cumulative" else ballot)
    rule = dice.choice(
        [
            {
                "name": "greedy",
                "on_misfit": dice.choice(["skip", "stop"]),
                "utility": dice.choice([None, "cost", "cardinality", "score"]),
            },
            {
                "name": "equal-shares",
                "utility": dice.choice(["cost", "cardinality", "score"]),
                "completion": dice.choice(["none", "add1", "add1-greedy"]),
                "add1_stop": dice.choice(["overspend", "exhaustive"]),
                "start": dice.choice(["exact", "floor"]),
                "increment_cents": dice.choice([1, 10, 50, 100]),
                "rounding_unit_cents": 100,
                "comparison": dice.choice([None, None, "voters"]),
            },
        ]
    )
    rule |= {"eligibility": dice.choice([None, None, 3, "5/2"]), "min_score": dice.choice([0, 0, 1, 2])}
    ties = ["min-cost", "max-score", "lot", "id"]
    dice.shuffle(ties)
    limited = rule["name"] == "greedy" and dice.random() < 0.4
    pot: dict[str, Any] = {"id": "p", "budget_cents": dice.randint(1, 50) * 100}
    if limited:
        pot["caps"] = {name: dice.randint(0, 30) * 100 for name in "xy"}
    regulation = {
        "pots": [pot],
        "projects": [
            {"id": name, "pot": "p", "cost_cents": cost, "withdrawn": dice.random() < 0.05}
            | ({"category": dice.choice("xyz"), "group": dice.choice(["", "", "g", "h"])} if limited else {})
            for name, cost in zip(ids, costs, strict=True)
        ],
        "ballot": {"kind": kind, "max": dice.choice([None, 3, 5])},
        "rule": rule,
        "ties": ties[: dice.randint(0, 4)],
        "lot_seed": f"{dice.getrandbits(256):064x}",
    }
    return regulation, ballots


def shares(utility: str = "cost", **parameters: Any) -> Rule:
    return Rule("equal-shares", utility, **parameters)
