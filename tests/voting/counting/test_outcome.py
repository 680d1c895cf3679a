"""The outcome document: the same bytes from two programs, with and without numpy, in any order of input."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import portal
from portal.voting import recount
from portal.voting.counting.outcome import fraction_text, outcome, results, rule_of, totals
from portal.voting.counting.profile import BadElection
from tests.voting.counting.elections import KINDS, random_vote, read_real

ROOT = Path(portal.__file__).parents[1]
SWIECIE = {
    "name": "equal-shares",
    "utility": "cost",
    "completion": "add1",
    "add1_stop": "overspend",
    "start": "exact",
    "increment_cents": 100,
    "eligibility": 3,
}


def again(regulation: dict[str, Any], ballots: Any) -> bytes:
    """The bytes of the recount."""
    return recount.canonical(recount.recount(regulation, {"pots": {"p": ballots}})[0])


def votes(numbers: range) -> list[tuple[dict[str, Any], list[Any]]]:
    return [random_vote(seed) for seed in numbers]


def test_two_programs_make_the_same_bytes() -> None:
    seen: set[str] = set()
    for seed, (regulation, ballots) in enumerate(votes(range(600))):
        made = outcome(regulation, None, {"p": ballots})
        assert made == again(regulation, ballots), (seed, recount.difference(json.loads(made), None))
        pot = json.loads(made)["pots"][0]
        seen |= {loss["reason"] for loss in pot["losers"]} | {win["by"] for win in pot["winners"]}
        seen |= {tie["phase"] for tie in pot["ties"]} | {near["what"] for near in pot["near"]}
        seen |= {f"beside {pot['compared']['rule']}"} if pot["compared"] else set()
        seen |= {"next"} if pot["share"] and pot["share"]["next"] else set()
        seen |= {f"missing {loss['reason']}" for loss in pot["losers"] if "missing" in loss}
    assert seen >= {
        *("withdrawn", "not-eligible", "below-minimum", "does-not-fit", "after-stop", "lost-tie"),
        *("no-votes", "too-few-votes", "money-spent", "free", "greedy", "shares", "top-up", "money", "price"),
        *("over-cap", "excluded", "missing over-cap", "missing excluded"),
        *("beside greedy", "beside equal-shares", "next", "missing not-eligible", "missing does-not-fit"),
        *("missing after-stop", "missing lost-tie", "missing no-votes", "missing too-few-votes", "missing money-spent"),
    }


@pytest.mark.long
def test_two_programs_make_the_same_bytes_by_the_thousand() -> None:
    for seed, (regulation, ballots) in enumerate(votes(range(1000, 9000))):
        assert outcome(regulation, None, {"p": ballots}) == again(regulation, ballots), seed


def test_the_order_of_ballots_and_projects_changes_nothing() -> None:
    for seed, (regulation, ballots) in enumerate(votes(range(300))):
        made = outcome(regulation, None, {"p": ballots})
        random.Random(seed).shuffle(ballots)
        projects = list(regulation["projects"])
        random.Random(seed).shuffle(projects)
        assert outcome(regulation, projects, {"p": ballots}) == made


def test_without_numpy_the_bytes_are_the_same() -> None:
    pytest.importorskip("numpy")
    program = (
        "import sys; sys.modules['numpy'] = None\n"
        "from tests.voting.counting.elections import random_vote\n"
        "from portal.voting.counting.outcome import outcome\n"
        "for seed in range(120):\n"
        "    regulation, ballots = random_vote(seed)\n"
        "    sys.stdout.buffer.write(outcome(regulation, None, {'p': ballots}))\n"
        "assert 'portal.voting.counting.arrays' not in sys.modules\n"
    )
    bare = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True).stdout
    assert bare == b"".join(outcome(regulation, None, {"p": ballots}) for regulation, ballots in votes(range(120)))


def test_counting_and_recount_need_no_installed_package() -> None:
    """-S leaves out site-packages; counting may not miss them."""
    program = (
        "import sys\n"
        "sys.path.insert(0, '.')\n"
        "import portal.voting.counting.command, portal.voting.counting.outcome, portal.voting.counting.official\n"
        "import portal.voting.recount\n"
        "status = portal.voting.counting.command.main(\n"
        "    ['portal/voting/counting/sample.pb', '--rule', 'equal-shares', '--json'])\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_totals_give_the_same_greedy_outcome() -> None:
    greedy = [vote for vote in votes(range(300)) if vote[0]["rule"]["name"] == "greedy"]
    assert len(greedy) > 50
    for regulation, ballots in greedy:
        ((_, result),) = results(regulation, regulation["projects"], {"p": ballots})
        shown = totals(result.profile)
        regulation["publication"] = "totals"
        made = outcome(regulation, None, {"p": ballots})
        assert outcome(regulation, None, {"p": shown}) == made
        assert again(regulation, {"totals": shown}) == made


def test_the_document_is_canonical_and_tells_all() -> None:
    kinds = set()
    for regulation, ballots in votes(range(200)):
        made = outcome(regulation, None, {"p": ballots})
        text = made.decode()
        assert text.endswith("}\n") and "\r" not in text
        document = json.loads(text, parse_float=lambda number: pytest.fail(f"floating point {number}"))
        (pot,) = document["pots"]
        listed = [row["id"] for row in pot["winners"] + pot["losers"]]
        assert sorted(listed) == sorted(project["id"] for project in regulation["projects"])
        assert pot["spent"] == sum(row["cost"] for row in pot["winners"]) <= pot["budget"]
        assert pot["ballots"] == len(ballots)
        kinds.add(regulation["ballot"]["kind"])
    assert kinds == set(KINDS)


def test_a_parameter_that_the_rule_uses_has_no_hidden_default() -> None:
    for missing in ("utility", "completion", "add1_stop", "start", "increment_cents"):
        with pytest.raises(BadElection, match=f"does not state {missing}"):
            rule_of({"rule": {**SWIECIE, missing: None}, "ties": []})
    with pytest.raises(BadElection, match="does not state on_misfit"):
        rule_of({"rule": {"name": "greedy"}, "ties": []})


def test_fractions_of_any_length_are_written() -> None:
    assert fraction_text(7) == "7"
    assert fraction_text(10**9000 + 7) == recount.text(recount.Fraction(10**9000 + 7))
    assert len(fraction_text(10**9000)) == 9001


def published(folder: Path, regulation: dict[str, Any], ballots: list[Any], made: bytes) -> None:
    (folder / "regulation.json").write_bytes(json.dumps(regulation).encode())
    document = {"lot_seed": regulation["lot_seed"], "pots": {"p": {"ballots": ballots}}}
    (folder / "ballots.json").write_bytes(json.dumps(document).encode())
    (folder / "outcome.json").write_bytes(made)


def test_recount_of_a_folder_a_zip_and_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    regulation, ballots = random_vote(3)
    made = outcome(regulation, None, {"p": ballots})
    published(tmp_path, regulation, ballots, made)
    script = Path(recount.__file__).read_bytes()
    (tmp_path / "recount.py").write_bytes(script)
    done = subprocess.run([sys.executable, "-I", "-S", str(tmp_path / "recount.py")], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"The same outcome, byte for byte" in done.stdout
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ("regulation.json", "ballots.json", "outcome.json"):
            archive.write(tmp_path / name, f"result/{name}")
    assert recount.main([str(tmp_path / "all.zip")]) == 0
    whole = {"regulation": regulation, "ballots": {"pots": {"p": ballots}}, "outcome": json.loads(made)}
    (tmp_path / "all.json").write_text(json.dumps(whole))
    assert recount.main([str(tmp_path / "all.json"), "--write", str(tmp_path / "new.json")]) == 0
    assert (tmp_path / "new.json").read_bytes() == made
    capsys.readouterr()
    assert recount.main([str(tmp_path / "nothing")]) == 2
    out, error = capsys.readouterr()
    assert (out, len(error.splitlines())) == ("", 1)


def test_an_outcome_of_the_first_format_is_repeated_too(tmp_path: Path) -> None:
    for seed in range(60):
        regulation, ballots = random_vote(seed)
        regulation["rule"]["comparison"] = None
        old = recount.of_first_format(json.loads(outcome(regulation, None, {"p": ballots})))
        assert not {"voters", "compared"} & set(old["pots"][0]) and "missing" not in json.dumps(old)
        published(tmp_path, regulation, ballots, recount.canonical(old))
        assert recount.main([str(tmp_path)]) == 0, seed
    old["pots"][0]["spent"] += 1
    published(tmp_path, regulation, ballots, recount.canonical(old))
    assert recount.main([str(tmp_path)]) == 1


def test_recount_names_the_place_where_it_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    regulation, ballots = random_vote(3)
    made = outcome(regulation, None, {"p": ballots})
    document = json.loads(made)
    document["pots"][0]["spent"] += 1
    published(tmp_path, regulation, ballots, recount.canonical(document))
    assert recount.main([str(tmp_path)]) == 1
    assert "outcome.pots[0].spent: published" in capsys.readouterr().out
    published(tmp_path, regulation, ballots, made.replace(b"\n", b"\r\n"))
    assert recount.main([str(tmp_path)]) == 1
    published(tmp_path, regulation, ballots[1:], made)
    assert recount.main([str(tmp_path)]) == 1


def test_recount_checks_the_stated_hashes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    regulation, _ = random_vote(3)
    regulation["rule"] = {"name": "greedy", "on_misfit": "skip"}
    regulation["ballot"] = {"kind": "approval"}
    one, other = (project["id"] for project in regulation["projects"][:2])
    ballots = [[one], [other], [one, other], []]
    swapped = [[one, other], [], [one], [other]]
    made = outcome(regulation, None, {"p": ballots})
    assert outcome(regulation, None, {"p": swapped}) == made
    compact = json.dumps(["plain list", "salt", "p", ballots], separators=(",", ":"), ensure_ascii=False)
    stated = {"salt": "salt", "sha256": recount.hashlib.sha256(compact.encode()).hexdigest()}
    for shown, status in ((ballots, 0), (swapped, 1)):
        published(tmp_path, regulation, [], made)
        (tmp_path / "ballots.json").write_text(
            json.dumps({"lot_seed": regulation["lot_seed"], "pots": {"p": {**stated, "ballots": shown}}})
        )
        assert recount.main([str(tmp_path)]) == status
    assert "ballots of pot p: not the list" in capsys.readouterr().out


def test_a_pot_whose_ballots_are_withheld_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    regulation, ballots = random_vote(3)
    regulation["pots"].append({"id": "q", "budget_cents": 100})
    made = outcome(regulation, None, {"p": ballots, "q": []})
    published(tmp_path, regulation, ballots, made)
    document = {"lot_seed": regulation["lot_seed"], "pots": {"p": {"ballots": ballots}, "q": {"withheld": True}}}
    (tmp_path / "ballots.json").write_text(json.dumps(document))
    assert recount.main([str(tmp_path)]) == 0
    assert "Pot q: fewer than 10 ballots" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Poland_Swiecie_2023", "Netherlands_Assen_2024", "Switzerland_Zurich_S5"])
def test_real_elections_recount_to_the_same_bytes(name: str) -> None:
    election = read_real(name)
    regulation = {
        "pots": [{"id": "p", "budget_cents": election.budget}],
        "projects": [{"id": p.id, "pot": "p", "cost_cents": p.cost} for p in election.projects],
        "ballot": {"kind": election.kind},
        "rule": SWIECIE,
        "ties": ["min-cost", "max-score"],
    }
    ballots = [list(ballot) for ballot in election.each_ballot()]
    assert outcome(regulation, None, {"p": ballots}) == again(regulation, ballots)
