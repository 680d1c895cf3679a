"""pabulib-checker accepts what the portal exports."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from portal.voting.counting import pabulib
from portal.voting.counting.count import count
from portal.voting.counting.official import official
from portal.voting.counting.outcome import pot_document
from portal.voting.counting.rule import Rule
from tests.oracles.help import oracle
from tests.voting.counting.elections import SAMPLE, real

pytestmark = pytest.mark.oracle


@dataclass(frozen=True)
class Case:
    name: str
    rule: Rule


CASES = [
    Case("greedy", Rule("greedy")),
    Case("least", Rule("greedy", min_score=25)),
    Case("stop", Rule("greedy", on_misfit="stop", min_score=5)),
    Case("utility", Rule("greedy", "cardinality")),
    Case("shares", Rule("equal-shares", "cost")),
    Case("official", Rule("equal-shares", "cost", completion="add1", eligibility=Fraction(3))),
    Case("topped-up", Rule("equal-shares", "cardinality", completion="add1-greedy")),
]


def export(path: Path, case: Case, folder: Path) -> Path:
    election = pabulib.read(path)
    result = count(election.profile(), election.budget, case.rule)
    rows = [
        {**row, "cost": pabulib.money_text(project.cost, election.scale)}
        for row, project in zip(election.rows, election.projects, strict=True)
    ]
    meta, ordered = official(pot_document("p", result), election.kind, election.meta, rows, election.scale)
    ballots = list(election.each_ballot())
    random.Random(1).shuffle(ballots)
    written = folder / f"{path.stem}_{case.name}.pb"
    written.write_text(pabulib.dump(meta, ordered, election.kind, ballots), newline="")
    again = pabulib.read(written)
    assert count(again.profile(), again.budget, case.rule).winners == result.winners
    return written


def accepted(paths: list[Path]) -> None:
    told = oracle("ask_checker.py", *map(str, paths))
    assert told == {str(path): {} for path in paths}


def test_the_sample_and_its_exports_under_every_rule(tmp_path: Path) -> None:
    accepted([SAMPLE, *(export(SAMPLE, case, tmp_path) for case in CASES)])


@pytest.mark.parametrize(
    "name",
    [
        "Netherlands_Assen_2024",
        "Poland_Swiecie_2023",
        "Poland_Katowice_2025",
        "Poland_Krakow_2024",
        "Poland_Gdynia_2025",
        "Poland_Warszawa_2023_Wawer",
        "France_Toulouse_2019",
        "France_Toulouse_2024",
        "Switzerland_Zurich_S5",
    ],
)
def test_real_elections_exported_again(name: str, tmp_path: Path) -> None:
    path = real(name)
    cases = CASES[:3] if name != "Poland_Swiecie_2023" else [CASES[0], CASES[5]]
    accepted([export(path, case, tmp_path) for case in cases])
