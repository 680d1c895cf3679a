"""Equal winners, in equal order, to pabutools wherever the rule is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.voting.counting import pabulib
from portal.voting.counting.count import count
from portal.voting.counting.pabulib import Election
from portal.voting.counting.profile import Project
from portal.voting.counting.rule import Rule
from tests.oracles.help import oracle
from tests.voting.counting.elections import SAMPLE, real

pytestmark = pytest.mark.oracle

GREEDY = ("greedy:cost", "greedy:cardinality")
SINGLE = ("shares:cost:none:overspend", "shares:cardinality:none:overspend")
RAISED = tuple(
    f"shares:{utility}:{completion}:{stop}"
    for utility in ("cost", "cardinality")
    for completion in ("add1", "add1-greedy")
    for stop in ("overspend", "exhaustive")
)


def ours(election: Election, case: str) -> list[str]:
    kind, utility, *rest = case.split(":")
    if kind == "greedy":
        return count(election.profile(), election.budget, Rule("greedy", utility)).winners
    rule = Rule("equal-shares", utility, completion=rest[0], add1_stop=rest[1])
    return count(election.profile(), election.budget, rule).winners


def compare(path: Path, cases: tuple[str, ...], hours: float = 0.25) -> None:
    election = pabulib.read(path)
    theirs = oracle("ask_pabutools.py", "--merged", str(path), *cases, hours=hours)["won"]
    for case in cases:
        assert ours(election, case) == theirs[case], case


def test_the_sample_file() -> None:
    compare(SAMPLE, GREEDY + SINGLE + RAISED)


@pytest.mark.parametrize("name", ["Netherlands_Assen_2024", "Switzerland_Zurich_S5"])
def test_small_real_elections_with_every_completion(name: str) -> None:
    compare(real(name), GREEDY + SINGLE + RAISED)


@pytest.mark.parametrize("name", ["Netherlands_Amsterdam_289"])
def test_a_larger_one_with_every_completion(name: str) -> None:
    compare(real(name), GREEDY + SINGLE + RAISED)


def test_swiecie_with_every_completion() -> None:
    compare(real("Poland_Swiecie_2023"), GREEDY + SINGLE + RAISED)


@pytest.mark.parametrize("name", ["Poland_Warszawa_2023_Wawer", "France_Toulouse_2024", "Poland_Gdynia_2025"])
def test_large_real_elections_in_one_pass(name: str) -> None:
    compare(real(name), GREEDY + SINGLE)


@pytest.mark.long
@pytest.mark.parametrize("stop", ["overspend", "exhaustive"])
@pytest.mark.parametrize("utility", ["cost", "cardinality"])
@pytest.mark.parametrize("name", ["Poland_Warszawa_2023_Wawer", "France_Toulouse_2024", "Poland_Gdynia_2025"])
def test_large_real_elections_with_every_completion(name: str, utility: str, stop: str) -> None:
    """pabutools needs up to an hour for each."""
    compare(real(name), tuple(f"shares:{utility}:{c}:{stop}" for c in ("add1", "add1-greedy")), hours=4)


def test_pabutools_knows_no_unsupported_top_up() -> None:
    """The one known difference: pabutools' greedy completion also takes projects that nobody named."""
    election = Election({}, [], [], [Project("a", 100), Project("b", 100)], "approval", 300, {("a",): 2})
    assert ours(election, "shares:cost:add1-greedy:overspend") == ["a"]
