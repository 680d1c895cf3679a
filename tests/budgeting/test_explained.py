"""The result explains itself: in sentences, beside another way of counting, for one voter's share, for proposers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import event

from portal.base import ground
from portal.base.web import Portal
from portal.budgeting.commands import import_pb
from portal.budgeting.rules_explained import about_shares, beside, how_paid, how_sure, what_was_missing, where_it_went
from portal.budgeting.rules_reasons import why_lost
from portal.budgeting.rules_share import advice, can_tell, spent
from portal.voting.counting.outcome import outcome
from portal.voting.regulation import draft, faults
from portal.voting.regulation_words import describe
from tests.budgeting.town import LANGUAGES
from tests.client import Client

RULE = {
    "name": "equal-shares", "utility": "cost", "completion": "add1", "add1_stop": "overspend", "start": "exact",
    "increment_cents": 100,
}  # fmt: skip
# Twelve voters with 100 each. Seven want the park, four of these the pool too; five want the fountain.
BALLOTS = [["park", "pool"]] * 4 + [["park"]] * 3 + [["fountain"]] * 5
COSTS = {"park": 560_00, "pool": 400_00, "fountain": 450_00}


@pytest.fixture(autouse=True)
def standing(app: Portal) -> Iterator[None]:
    ground.stand_on(app.ground)
    yield


def counted(**rule: Any) -> dict[str, Any]:
    regulation = {
        "pots": [{"id": "p", "budget_cents": 1200_00}],
        "projects": [{"id": name, "pot": "p", "cost_cents": cost} for name, cost in COSTS.items()],
        "ballot": {"kind": "approval"},
        "rule": RULE | rule,
        "ties": ["min-cost", "max-score"],
    }
    pot: dict[str, Any] = json.loads(outcome(regulation, None, {"p": BALLOTS}))["pots"][0]
    return pot


def said(sentences: Any) -> str:
    return " ".join(map(str, sentences))


def test_a_count_of_equal_shares_in_sentences() -> None:
    pot = counted()
    assert [row["id"] for row in pot["winners"]] == ["park", "fountain"]
    park = pot["winners"][0]
    assert said(how_paid(park, "EUR")) == "7 supporters paid €80 each."
    (pool,) = pot["losers"]
    # The share rose until just before the pool could have been paid too.
    assert said(where_it_went(pool, "EUR", str)) == "€320 went to “park”, which 100% of its supporters chose too."
    assert said(what_was_missing(pool, pot, False)) == "It would have won with 1 more ballot for it alone."
    assert "12 voters decided over €1,200 together, so each had a share of €100." in said(about_shares(pot, "EUR"))
    assert "raised in 79 steps to €179" in said(about_shares(pot, "EUR"))
    sure = said(how_sure(pot, "EUR", str, False))
    assert "The winners are the same for every share from €100 to €179." in sure
    assert "One step more would have cost €1,410, and the pot has €1,200." in sure
    assert "New among the winners would have been “pool”." in sure and "No tie decided who won." in sure


def test_the_other_way_of_counting() -> None:
    told = beside(counted())
    assert told is not None
    ours, theirs = told.ways
    assert (str(ours.name), ours.kept, ours.winners, ours.without) == ("Equal shares", True, 2, 0)
    assert (str(theirs.name), theirs.winners, theirs.spent) == ("Most votes first", 2, 1010_00)
    assert (told.only_here, told.only_there) == ((), ())
    # By votes the pool would tie with nothing: park 7, fountain 5, pool 4.
    assert ours.prefer == theirs.prefer == 0


def test_a_regulation_may_keep_what_more_voters_prefer() -> None:
    """Nine voters want the hall, three the swing; equal shares leave the hall's voters short, and greedy does not."""
    regulation = {
        "pots": [{"id": "p", "budget_cents": 1200_00}],
        "projects": [
            {"id": "hall", "pot": "p", "cost_cents": 1100_00},
            {"id": "swing", "pot": "p", "cost_cents": 300_00},
        ],
        "ballot": {"kind": "approval"},
        "rule": RULE | {"completion": "none", "comparison": "voters"},
        "ties": ["min-cost"],
    }
    ballots = [["hall"]] * 9 + [["swing"]] * 3
    pot = json.loads(outcome(regulation, None, {"p": ballots}))["pots"][0]
    assert [(row["id"], row["by"]) for row in pot["winners"]] == [("hall", "greedy")]
    assert pot["compared"]["rule"] == "equal-shares" and pot["compared"]["prefer"] == [9, 3]
    assert pot["rule"]["comparison"] == "voters"
    told = beside(pot)
    assert told is not None and (told.only_here, told.only_there) == (("hall",), ("swing",))
    regulation["rule"] = RULE | {"completion": "none"}
    pot = json.loads(outcome(regulation, None, {"p": ballots}))["pots"][0]
    assert [row["id"] for row in pot["winners"]] == ["swing"]


def test_what_one_share_paid_for() -> None:
    pot = counted()
    way = spent(pot, {"park", "pool"})
    assert (way.share, way.paid, way.lost, way.rest) == (179_00, (("park", 80_00),), ("pool",), 99_00)
    assert spent(pot, set()).rest == 179_00
    assert not can_tell({**pot, "withheld": True}) and not can_tell(pot | {"rule": pot["rule"] | {"utility": "score"}})
    # All voters' payments for a winner are its cost.
    assert sum(dict(spent(pot, set(ballot)).paid).get("park") or 0 for ballot in BALLOTS) == COSTS["park"]


def test_what_proposers_learn() -> None:
    told = advice(counted())
    assert told is not None and [group.ran for group in told.groups] == [1, 1, 1]
    assert [(group.high, group.won, group.fewest) for group in told.groups] == [
        (400_00, 0, None), (450_00, 1, 5), (560_00, 1, 7),
    ]  # fmt: skip
    assert told.needs == ((400_00, 3), (450_00, 3), (560_00, 4))
    assert advice({"withheld": True, "winners": [], "losers": []}) is None


def test_an_outcome_of_the_first_format_says_nothing_that_it_does_not_know() -> None:
    old = {"winners": [], "losers": [], "ballots": 12, "budget": 100, "ties": [], "rule": {"completion": "add1"},
           "share": {"start": "10", "final": "12", "raises": 2}}  # fmt: skip
    assert how_paid({"by": "shares"}, "EUR") == [] and beside(old) is None and not can_tell(old)
    assert what_was_missing({"cost": 500, "reason": "too-few-votes"}, old, False) == []
    assert said(how_sure(old, "EUR", str, False)) == "No tie decided who won."


def shown(tmp_path: Path, rule: str = "equalshares/add1", times: int = 1) -> None:
    lines = ["META", "key;value", "unit;Smallton", "instance;2024", "budget;1200", "vote_type;approval"]
    lines += [f"rule;{rule}", "currency;EUR", "PROJECTS", "project_id;cost;name"]
    lines += [f"{name};{cost // 100};The {name}" for name, cost in COSTS.items()]
    lines += ["VOTES", "voter_id;vote"]
    lines += [f"{n};{','.join(ballot)}" for n, ballot in enumerate(BALLOTS * times)]
    file = tmp_path / "election.pb"
    file.write_text("\n".join(lines) + "\n")
    done = CliRunner().invoke(import_pb, [str(file)])
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pages_in_every_language(client: Client, tmp_path: Path, lang: str) -> None:
    shown(tmp_path)
    where = f"/{lang}/budget/smallton-2024/results"
    page = client.get(where)
    assert f'href="{where}/share"' in page.html and f'href="{where}/advice"' in page.html
    assert client.get(f"{where}/advice").status == 200
    form = client.get(f"{where}/share")
    assert "checked" not in form.html
    if lang == "en":
        for words in ("7 supporters paid €80 each.", "It would have won with 1 more ballot", "How sure this result is"):
            assert words in page, words
        assert "Most votes first" in page and "Both ways choose the same projects." in page


def test_a_voter_sees_what_their_share_paid_for_and_nothing_is_kept(
    app: Portal, client: Client, tmp_path: Path
) -> None:
    shown(tmp_path)
    client.get("/en/budget/smallton-2024/results/share")
    statements: list[str] = []
    engine = app.ground.database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    page = client.post("/en/budget/smallton-2024/results/share", {"choice": ["park", "pool", "nothing"]})
    assert page.status == 200
    assert "Your projects took €80 of it, and €99 were left." in page and "The pool" in page
    assert page.html.count(" checked") == 2
    assert not [one for one in statements if one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_greedy_tells_which_choices_won(client: Client, tmp_path: Path) -> None:
    shown(tmp_path, "greedy")
    page = client.get("/en/budget/smallton-2024/results")
    assert "Voters without a winner: 0.0%." in page and "It costs" in page
    page = client.post("/en/budget/smallton-2024/results/share", {"choice": ["pool"]})
    assert "None of the projects that you ticked here won." in page and "Your share" not in page


def test_a_limit_of_a_category_and_projects_that_exclude_each_other() -> None:
    regulation: dict[str, Any] = draft(
        "most-votes",
        pots=[{"id": "p", "budget_cents": 1200_00, "caps": {"green": 300_00}}],
        projects=[
            {"id": "park", "pot": "p", "cost_cents": 250_00, "category": "green"},
            {"id": "trees", "pot": "p", "cost_cents": 100_00, "category": "green"},
            {"id": "red", "pot": "p", "cost_cents": 400_00, "group": "slide", "names": {"en": "Red slide"}},
            {"id": "blue", "pot": "p", "cost_cents": 300_00, "group": "slide", "names": {"en": "Blue slide"}},
        ],
        ballot={"kind": "approval"},
        electorate={},
    )
    assert faults(regulation) == []
    told = said(describe(regulation))
    assert "The winners of the category green cost at most €300." in told
    assert "Only one of these can win: Red slide and Blue slide." in told
    ballots = [["park", "red"]] * 5 + [["trees", "blue"]] * 4 + [["red"]]
    made = outcome(regulation, None, {"p": ballots})
    pot = json.loads(made)["pots"][0]
    assert [row["id"] for row in pot["winners"]] == ["red", "park"]
    lost = {row["id"]: said(why_lost(row, "EUR", str, pot=pot)) for row in pot["losers"]}
    assert lost["trees"] == (
        "When its turn came, €50 were left for its category. It costs €100. It would have won with 1 more vote."
    )
    assert lost["blue"].startswith("Only one of it and “red” can win, and that one came first.")
    assert "2 more votes" in lost["blue"]
    regulation["rule"] = RULE
    assert any("exclude each other" in str(fault) for fault in faults(regulation))
    regulation["pots"][0]["caps"] = {"blue": -1}
    assert len(faults(regulation)) == 3


def test_before_publication_there_is_neither(client: Client) -> None:
    for page in ("share", "advice"):
        assert client.get(f"/en/budget/nothing/results/{page}").status == 404
