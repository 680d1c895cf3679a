"""A real election becomes a budget like any other: checked whole, written in short hidden steps, shown by one flag."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.base import clock, db, ground
from portal.base.search import SearchText
from portal.base.texts import Wording
from portal.base.web import Portal
from portal.budgeting import rules_import
from portal.budgeting.actions import imports, leftovers
from portal.budgeting.commands import export_pb, import_pb
from portal.budgeting.models import Budget, BudgetState, Project
from portal.voting import queries as voting
from portal.voting.counting import pabulib
from portal.voting.models import PlainBallot, SealedBallot, Vote
from tests.budgeting.town import add_budget, open_vote
from tests.client import Client
from tests.identity.help import enter

SAMPLE = Path(pabulib.__file__).with_name("sample.pb")
REAL = os.environ.get("PORTAL_PABULIB", "")  # ./run looks for them beside the checkout


@pytest.fixture(autouse=True)
def standing(app: Portal) -> Iterator[None]:
    ground.stand_on(app.ground)
    yield


def small(kind: str = "approval", rule: str = "greedy", points: bool = False, **meta: str) -> str:
    """A made-up election of three projects and twelve ballots."""
    head = {"unit": "Smallton", "instance": "2024", "budget": "100", "vote_type": kind, "rule": rule, "currency": "PLN"}
    lines = ["META", "key;value", *(f"{key};{value}" for key, value in (head | meta).items())]
    lines += ["PROJECTS", "project_id;cost;name;category;selected;latitude", "A/1;60,5;Łąka;green,sport;1;52.1"]
    lines += ["B;39.5;Bench;;1;", "C;41;Clock;sport;2;", "VOTES"]
    votes = ["A/1,B"] * 5 + ["B"] * 4 + ["A/1"] * 2 + ["C"]
    if points:
        lines += ["voter_id;age;vote;points"]
        lines += [f"{n};44;{vote};{','.join('2' for _ in vote.split(','))}" for n, vote in enumerate(votes)]
    else:
        lines += ["voter_id;age;vote", *(f"{n};44;{vote}" for n, vote in enumerate(votes))]
    return "\n".join(lines) + "\n"


def put(tmp_path: Path, text: str | bytes, *args: str) -> object:
    file = tmp_path / "election.pb"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return CliRunner().invoke(import_pb, [str(file), *args])


def rows(model: type) -> int:
    with db.read() as s:
        return s.scalar(select(func.count()).select_from(model)) or 0


def test_an_election_is_imported_browsed_and_exported(app: Portal, client: Client, tmp_path: Path) -> None:
    result = put(tmp_path, small())
    assert result.exit_code == 0, result.output  # type: ignore[attr-defined]
    assert "3 projects and 12 ballots: /en/budget/smallton-2024/" in result.output  # type: ignore[attr-defined]
    page = client.get("/en/budget/smallton-2024/results")
    for words in ("PLN", "Łąka", "2 projects won", "12 ballots were counted", "Imported from a file"):
        assert words in page, words
    assert "When its turn came" in page and "the city funded it in another way" in page
    assert "What the file says" in client.get("/en/budget/smallton-2024/")
    assert client.get("/ar/budget/smallton-2024/results").status == 200
    assert "green" in client.get("/en/budget/smallton-2024/projects/")
    assert "Budget" in client.get("/en/budget/")
    exported = CliRunner().invoke(export_pb, ["smallton-2024"])
    assert exported.exit_code == 0
    again = pabulib.parse(exported.output.encode())
    assert again.voters == 12 and again.budget == 10000 and "age" not in exported.output
    said = {row["project_id"]: (row["selected"], row.get("latitude", "")) for row in again.rows}
    assert said == {"A/1": ("1", "52.1"), "B": ("1", ""), "C": ("2", "")}
    for name in ("results.csv", "results.json", "ballots-1.pb", "recount.zip"):
        answer = client.http.get(f"/en/budget/smallton-2024/{name}", base_url="http://127.0.0.1:8000")
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Type"].count("charset") == (0 if name.endswith((".json", ".zip")) else 1)


def test_an_import_says_no_rule_that_its_file_does_not(client: Client, tmp_path: Path) -> None:
    text = small("cumulative", points=True, date_begin="01.03.2024", date_end="10.03.2024")
    assert put(tmp_path, text).exit_code == 0  # type: ignore[attr-defined]
    for path in ("", "results", "rules"):
        page = client.get(f"/en/budget/smallton-2024/{path}")
        assert "Projects win in the order of their points" in page, path
        assert "the project with more points" in page
        for words in (
            "vote again",
            "contested",
            "age limit",
            "years old",
            "order of their votes",
            "at least 0",
            "Published on",
        ):
            assert words not in page, (path, words)
    page = client.get("/en/budget/smallton-2024/")
    assert "from March 11, 2024" in page and "2054" not in page and "This election was held elsewhere" not in page
    assert "This election was held elsewhere." in client.get("/en/budget/smallton-2024/results")


def test_a_rule_that_nobody_knows_is_named_as_such(client: Client, tmp_path: Path) -> None:
    assert put(tmp_path, small(rule="magic")).exit_code == 0  # type: ignore[attr-defined]
    page = client.get("/en/budget/smallton-2024/results")
    assert "a rule that the count does not know" in page and "names other winners" not in page


def test_a_project_tells_its_fate(client: Client, tmp_path: Path) -> None:
    assert put(tmp_path, small()).exit_code == 0  # type: ignore[attr-defined]
    won = client.get("/en/budget/smallton-2024/projects/1")
    assert "This project won." in won and "were chosen: 2 of 2." in won and "On the ballot" not in won
    assert "7 (58.3% of the voters)" in won and "/en/budget/smallton-2024/results#pot-1" in won.html
    lost = client.get("/en/budget/smallton-2024/projects/3")
    assert "This project did not win." in lost and "When its turn came" in lost
    assert "How far it is" not in won  # nobody planned works


@pytest.mark.parametrize("took", [0.001, 0.04, 0.06, 0.1, 0.11, 0.2, 0.35, 1.7, 60.0])
@pytest.mark.parametrize("items", [1, 20, 500, 4000, 5000])
def test_no_step_of_an_import_is_planned_beyond_its_time(items: int, took: float) -> None:
    following = rules_import.next_step(items, took)
    planned = following * took / items  # seconds at the pace just measured
    assert following == 1 or planned <= rules_import.MOST_SECONDS
    assert 1 <= following <= rules_import.MOST_ITEMS
    assert following < items or took <= rules_import.STEP_SECONDS or items == 1


def test_the_steps_of_an_import_follow_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that needs a millisecond per row, and ten from the third step on, under a clock of the test's own."""
    clock_now, sizes, pace = [0.0], [], [0.001]
    monkeypatch.setattr(imports.time, "monotonic", lambda: clock_now[0])
    assert put(tmp_path, small()).exit_code == 0  # type: ignore[attr-defined]
    with db.read() as s:
        budget_id = s.scalars(select(Budget.id)).one()

    def write(_s: object, _done: int, part: object) -> None:
        sizes.append(len(part))  # type: ignore[arg-type]
        pace[0] = 0.01 if len(sizes) >= 4 else 0.001
        clock_now[0] += len(part) * pace[0]  # type: ignore[arg-type]

    imports._in_steps(budget_id, list(range(600)), write, 20, lambda done: None)
    assert sizes[:4] == [20, 40, 80, 80]  # grows while a step takes less than half the aim
    assert max(sizes[4:]) * 0.01 <= rules_import.STEP_SECONDS and sum(sizes) == 600


@pytest.mark.parametrize("kind", ["approval", "choose-1", "cumulative", "ordinal"])
def test_every_kind_of_ballot_comes_in_finished(tmp_path: Path, client: Client, kind: str) -> None:
    text = small(kind, points=kind == "cumulative")
    if kind == "choose-1":
        text = text.replace("44;A/1,B", "44;B")
    assert put(tmp_path, text).exit_code == 0  # type: ignore[attr-defined]
    assert "12 ballots were counted" in client.get("/en/budget/smallton-2024/results")


def test_an_open_import_takes_votes_on(app: Portal, client: Client, tmp_path: Path) -> None:
    result = put(tmp_path, small(), "--as", "open", "--holder", "Bo", "--holder", "Cleo")
    assert result.exit_code == 0, result.output  # type: ignore[attr-defined]
    assert result.output.count("half of the vote key") == 2  # type: ignore[attr-defined]
    assert rows(SealedBallot) == 12 and rows(PlainBallot) == 0
    enter(client, "Ana Ilves", resident="47101010033")
    page = client.get("/en/budget/smallton-2024/ballot")
    fields = {k: v for k, v in page.fields().items() if k in ("csrf_token", "form_token")}
    answer = client.post("/en/budget/smallton-2024/ballot", {**fields, "choice": ["A/1"]}, token=False)
    assert answer.status == 200 and rows(SealedBallot) == 13
    refused = CliRunner().invoke(export_pb, ["smallton-2024"])
    assert refused.exit_code == 2 and "not published" in refused.output


def test_points_and_ranks_cannot_be_opened_yet(tmp_path: Path) -> None:
    result = put(tmp_path, small("ordinal"), "--as", "open")
    assert result.exit_code == 2 and "cannot be cast here yet" in result.output  # type: ignore[attr-defined]
    assert rows(Budget) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (small().replace("A/1,B", "A/1,X"), "line 16, column 3 (vote): entry 2: unknown project 'X'"),
        (small().replace("39.5", "much"), "line 12, column 2 (cost)"),
        (small().replace("VOTES", "VOTER"), "line 14"),
        (small(budget="0"), "the budget is 0"),
        (small().replace("39.5", "39.555"), "finer than a hundredth"),
        (b"META\nkey;value\n\xff", "line 3: not UTF-8"),
    ],
)
def test_a_broken_file_names_the_place_and_changes_nothing(tmp_path: Path, text: str | bytes, words: str) -> None:
    result = put(tmp_path, text)
    assert result.exit_code == 2 and words in result.output, result.output  # type: ignore[attr-defined]
    assert rows(Budget) == rows(Project) == rows(Vote) == rows(Wording) == 0


def test_an_address_is_imported_once(tmp_path: Path) -> None:
    put(tmp_path, small())
    result = put(tmp_path, small())
    assert result.exit_code == 2 and "--slug" in result.output  # type: ignore[attr-defined]
    assert put(tmp_path, small(), "--slug", "second").exit_code == 0  # type: ignore[attr-defined]


def test_nobody_sees_an_import_before_its_end_and_leftovers_are_swept(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_args: object) -> None:
        with db.read() as s:
            assert s.scalars(select(Budget.state)).one() is BudgetState.HIDDEN
        assert client.get("/en/budget/smallton-2024/").status == 404
        assert "Smallton" not in client.get("/en/budget/")
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "_write_finished", break_off)
    file = tmp_path / "election.pb"
    file.write_text(small())
    with pytest.raises(KeyboardInterrupt):
        imports.run(pabulib.read(file), finished=True)
    left = [rows(model) for model in (Budget, Project, Vote, Wording, SearchText, PlainBallot)]
    assert left == [0, 0, 0, 0, 0, 0]


def test_what_a_killed_import_left_is_swept_by_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "election.pb"
    file.write_text(small())
    with monkeypatch.context() as patch:
        patch.setattr(imports, "give_up", lambda budget_id: None)  # as kill -9 would
        patch.setattr(imports, "_show", lambda *_: (_ for _ in ()).throw(RuntimeError))
        with pytest.raises(RuntimeError):
            imports.run(pabulib.read(file), finished=True)
    assert rows(Budget) == 1
    result = put(tmp_path, small())
    assert result.exit_code == 2 and "less than two minutes ago" in result.output  # type: ignore[attr-defined]
    with db.write() as s:
        s.scalars(select(Budget)).one().changed_at = clock.now() - timedelta(minutes=3)
        s.scalars(select(Vote)).one().opened_at = clock.now() - timedelta(minutes=3)
    assert put(tmp_path, small()).exit_code == 0  # type: ignore[attr-defined]
    assert rows(Budget) == 1 and rows(PlainBallot) == 12


def test_a_killed_import_into_an_open_vote_leaves_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "election.pb"
    file.write_text(small())
    keys = ground.settings().keys
    before = set(keys.glob("*"))
    with monkeypatch.context() as patch:
        patch.setattr(imports, "give_up", lambda budget_id: None)  # as kill -9 would
        patch.setattr(imports, "_show", lambda *_: (_ for _ in ()).throw(RuntimeError))
        with pytest.raises(RuntimeError):
            imports.run(pabulib.read(file), finished=False, holders=("Bo Tamm", "Cleo Mets"))
    assert len(set(keys.glob("*.key")) - before) >= 1
    with db.write() as s:
        s.scalars(select(Budget)).one().changed_at = clock.now() - timedelta(minutes=3)
    leftovers.sweep()
    assert rows(Vote) == 0
    assert {path.name for path in set(keys.glob("*")) - before} <= {"roll.key"}


def test_a_vote_goes_on_while_an_election_is_imported(app: Portal, client: Client, tmp_path: Path) -> None:
    open_vote(app, add_budget(app, slug="now"))
    enter(client, "Ana Ilves", district="north", ages={"16@2026-06-01": True}, resident="47101010033")
    votes = "".join(f"{n};44;A/1\n" for n in range(20_000))
    file = tmp_path / "large.pb"
    file.write_text(small().split("0;44")[0] + votes)
    failed: list[BaseException] = []

    def work() -> None:
        ground.stand_on(app.ground)
        try:
            imports.run(pabulib.read(file), finished=True)
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    casts = 0
    while worker.is_alive() and casts < 50:
        page = client.get("/en/budget/now/ballot")
        fields = {k: v for k, v in page.fields().items() if k in ("csrf_token", "form_token")}
        began = time.monotonic()
        answer = client.post("/en/budget/now/ballot", {**fields, "choice": ["1"]}, token=False)
        assert answer.status == 200 and time.monotonic() - began < 5
        casts += 1
    worker.join()
    assert not failed and casts > 0
    with db.read() as s:
        budget = s.scalars(select(Budget).where(Budget.slug == "smallton-2024")).one()
        vote = voting.vote_for(s, "budget", budget.id)
        assert budget.state is BudgetState.SHOWN and vote is not None and vote.numbers is not None
        assert vote.numbers["ballots"] == 20_000
    assert rows(SealedBallot) == 1


def test_the_sample_of_the_repository_comes_in(tmp_path: Path) -> None:
    assert CliRunner().invoke(import_pb, [str(SAMPLE)]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "winners", "spent"),
    [
        ("Poland_Swiecie_2023", 17, 1_040_337_00),
        ("Netherlands_Assen_2024", 9, 76_700_00),
        ("Poland_Gdynia_2025", 7, 556_030_00),
        ("Poland_Katowice_2025", 5, 2_996_717_00),
        ("Poland_Warszawa_2023_Wawer", 17, 3_033_650_00),
    ],
)
def test_real_elections_elect_what_their_files_say(name: str, winners: int, spent: int) -> None:
    file = Path(REAL) / f"{name}.pb"
    if not REAL or not file.is_file():
        pytest.skip("the Pabulib archive is not here: set PORTAL_PABULIB")
    imports.run(pabulib.read(file), finished=True, slug="real")
    with db.read() as s:
        budget = s.scalars(select(Budget)).one()
        vote = voting.vote_for(s, "budget", budget.id)
        assert vote is not None
        public = voting.published(s, vote)
        assert public is not None
        selected = {
            code
            for code, row in s.execute(select(Project.code, Project.source_row))
            if row is not None and row.get("selected") == "1"
        }
    pot = public.outcome["pots"][0]
    assert {one["id"] for one in pot["winners"]} == selected and len(pot["winners"]) == winners
    assert pot["spent"] == spent
