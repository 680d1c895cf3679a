"""`portal count` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portal.voting.counting.command import main
from tests.voting.counting.elections import SAMPLE, real


def test_json_states_everything_that_was_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SAMPLE), "--rule", "greedy", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["rule"] == "greedy"
    assert document["options"] == {
        "utility": None,
        "on_misfit": "skip",
        "min_score": 0,
        "completion": "none",
        "add1_stop": "overspend",
        "start": "exact",
        "increment": "1",
        "eligibility": None,
        "comparison": None,
        "tie": ["min-cost", "max-score", "id"],
    }
    assert document["winners"] == ["MR/12", "HB/02", "NF/05", "MR/04", "DK/08", "HB/01", "DK/10"]
    assert (document["cost"], document["budget"], document["votes"]) == (29420, 30000, 60)
    assert document["ties"][0]["decided_by"] == ["min-cost"]
    assert document["certificate"]["statement"] == "no comparison closer than 1e-9"


def test_equal_shares_state_shares_and_exact_comparisons(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(SAMPLE), "--rule", "equal-shares", "--completion", "add1", "--increment", "2,5", "--tie", "id"]
    assert main([*arguments, "--eligibility", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["options"]["utility"] == "cost"
    assert (document["options"]["increment"], document["options"]["eligibility"]) == ("5/2", "3")
    assert document["options"]["tie"] == ["id"]
    assert document["cost"] == "28795.05"
    certificate = document["certificate"]
    assert certificate["start_share"] == "500"
    assert certificate["comparisons"][0]["values"] == ["1/21", "1/21"]


def test_the_table_is_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(SAMPLE), "--rule", "equal-shares"]) == 0
    table = capsys.readouterr().out
    assert "60 ballots; " in table and "Repair café in the tram shed" in table and "too-few-votes; wins with" in table


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing.pb", "--rule", "greedy"],
        [str(SAMPLE)],
        [str(SAMPLE), "--rule", "best"],
        [str(SAMPLE), "--rule", "greedy", "--increment", "0"],
        [str(SAMPLE), "--rule", "greedy", "--increment", "1/0"],
        [str(SAMPLE), "--rule", "greedy", "--min-score", "few"],
        [str(SAMPLE), "--rule", "greedy", "--eligibility", "-1"],
        [str(SAMPLE), "--rule", "greedy", "--tie", "lot"],
        [str(SAMPLE), "--rule", "greedy", "--unknown"],
        [str(Path(__file__)), "--rule", "greedy"],
        [str(Path(__file__).parent), "--rule", "greedy"],
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert len(error.splitlines()) == 1 and error.startswith("count: ")


@pytest.mark.parametrize(
    ("name", "winners", "cost"), [("Poland_Swiecie_2023", 17, 1040337), ("Netherlands_Assen_2024", 9, 76700)]
)
def test_real_equal_shares(name: str, winners: int, cost: int, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = "--rule equal-shares --utility cost --completion add1 --add1-stop overspend --json".split()
    assert main([str(real(name)), *arguments]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (len(document["winners"]), document["cost"]) == (winners, cost)
