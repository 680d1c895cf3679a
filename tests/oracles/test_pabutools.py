"""Equal winners, in equal order, to pabutools wherever the rule is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest

from portal.voting.counting import pabulib, passes
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


@pytest.mark.parametrize("utility", ["cost", "cardinality"])
def test_every_raise_of_swiecie(utility: str) -> None:
    walk_along("Poland_Swiecie_2023", utility)


@pytest.mark.long
@pytest.mark.parametrize("utility", ["cost", "cardinality"])
@pytest.mark.parametrize("name", ["Poland_Warszawa_2023_Wawer", "France_Toulouse_2024", "Poland_Gdynia_2025"])
def test_every_raise_of_large_real_elections(name: str, utility: str) -> None:
    walk_along(name, utility)


def walk_along(name: str, utility: str) -> None:
    """pabutools walks through Add1 once, one raise at a time, up to the first outcome that overspends, and tells every
    outcome on the way: both stop conditions are read off it. Ours must elect the same in the same order after every
    raise: where its count makes a pass, what that found, and where it skips raises, what it claims of them."""
    election = pabulib.read(real(name))
    told = oracle("ask_pabutools.py", "--merged", str(real(name)), f"walk:{utility}", hours=2)["won"][f"walk:{utility}"]
    theirs = [winners for times, winners, _within, _full in told["steps"] for _ in range(times)]
    facts = [(within, full) for times, _winners, within, full in told["steps"] for _ in range(times)]
    profile = election.profile()
    if len(theirs[-1]) == len(profile.projects):  # all are elected: no raise changes that, and both stops end here
        assert len(theirs) == 1 and facts[0] == (True, True)
    else:
        assert not facts[-1][0] and all(within for within, _full in facts[:-1])
    last = max(len(theirs) - 2, 0)
    full = next((at for at, one in enumerate(facts) if one == (True, True)), last)
    for stop, raises in (("overspend", last), ("exhaustive", full)):
        made = {}
        for completion in ("add1", "add1-greedy"):
            rule = Rule("equal-shares", utility, completion=completion, add1_stop=stop)
            with passes_of_add1() as noted:
                result = count(profile, election.budget, rule)
            assert result.raises == raises, (stop, completion)
            assert result.winners == (theirs[raises] if completion == "add1" else told["completed"][stop])
            made[completion] = noted
        assert made["add1"] == made["add1-greedy"]
        ids = [project.id for project in profile.projects]
        found = {int((share - result.start_share) / rule.increment): wins for share, wins in made["add1"]}
        assert 0 in found
        here: list[str] = []
        for at in range(raises + 1):  # a raise that is skipped is claimed to have the outcome of the one before
            here = [ids[project] for project in found[at]] if at in found else here
            assert here == theirs[at], (stop, at)


@contextmanager
def passes_of_add1() -> Iterator[list[tuple[Fraction, list[int]]]]:
    """Share and winners of each pass that the count makes on its way, the full one at the end aside."""
    made: list[tuple[Fraction, list[int]]] = []
    run = passes.Count.run

    def noted(self: passes.Count, share: Fraction, limit: int | None = None, full: bool = False) -> passes.Pass:
        done = run(self, share, limit, full)
        if not full and (limit is None or done.cost <= limit):
            made.append((share, list(done.wins)))
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passes.Count, "run", noted)
        yield made


def test_pabutools_knows_no_unsupported_top_up() -> None:
    """The one known difference: pabutools' greedy completion also takes projects that nobody named."""
    election = Election({}, [], [], [Project("a", 100), Project("b", 100)], "approval", 300, {("a",): 2})
    assert ours(election, "shares:cost:add1-greedy:overspend") == ["a"]
