"""The doors of a vote: officers open, count and publish it; anybody checks a receipt and downloads the result."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from portal import config
from portal.app import create_app
from portal.audit.models import Entry
from portal.base import db, ground, jobs
from portal.base.web import Portal
from portal.voting import actions, actions_count, commands, queries, sealing, sealing_files
from portal.voting.models import CountRun, Vote, VoteState
from tests.client import Client, Page
from tests.identity.help import enter
from tests.voting.town import OFFICER, cast, close, found, opened, prepared

REGULATION_READ = {"sure": "1"}
KEEPERS = {"holder_one": "Bo Tamm", "holder_two": "Cleo Mets"}


@pytest.fixture
def officer(app: Portal, client: Client) -> Client:
    enter(client, "Bo Tamm", roles=["budget_officer"])
    return client


@pytest.fixture
def second(app: Portal) -> Client:
    other = Client(app)
    enter(other, "Cleo Mets", roles=["budget_officer"])
    return other


def desk(vote: str, act: str = "") -> str:
    return f"/en/staff/votes/{vote}{act}"


def post(client: Client, vote: str, act: str, data: dict[str, str] | None = None) -> Page:
    return client.post(desk(vote, act), data or {}, page=desk(vote))


def test_two_officers_lead_a_vote_from_the_opening_to_the_result(officer: Client, second: Client) -> None:
    vote = prepared()
    assert "Open the vote" in officer.get(desk(vote))
    sheets = post(officer, vote, "/open", REGULATION_READ | KEEPERS)
    halves = re.findall(r'fm-receipt__code"><bdi dir="ltr">([^<]+)<', sheets.html)
    assert sheets.status == 200 and len(halves) == 2 and "no-store" in sheets.response.headers["Cache-Control"]
    with db.read() as s:
        assert sealing.check_value(sealing.join_halves(*halves)) == found(s, vote).key_check
    again = post(officer, vote, "/open", REGULATION_READ | KEEPERS)
    assert again.status == 422 and halves[0] not in again.html and "opened already" in again
    for n in range(12):
        cast(vote, f"resident {n}", {"1": ["P1"]})
    assert "not known to anybody before the count" in officer.get(desk(vote))
    close(vote)
    assert "Ask for the count" in officer.get(desk(vote))
    assert "Count: Budget of Sundhaven" in officer.get("/en/staff/")
    post(officer, vote, "/count")
    assert "Confirm the count: Budget of Sundhaven" in second.get("/en/staff/")
    assert "Bo Tamm asked for the count on" in second.get(desk(vote))
    assert "you are the first" in officer.get(desk(vote))
    assert post(officer, vote, "/confirm").status == 409
    started = post(second, vote, "/confirm")
    assert "The count is about to begin." in started and started.response.headers["Refresh"] == "3"
    assert officer.get(f"/en/votes/{vote}/result.zip").status == 404
    actions_count.run_count(vote)
    assert "Publish the result" in officer.get(desk(vote))
    assert officer.get(f"/en/votes/{vote}/result.zip").status == 404
    assert post(officer, vote, "/publish").status == 422
    done = post(officer, vote, "/publish", {"destroyed": "1"})
    assert "The result is published." in done and "Vote key destroyed" in done
    answer = officer.http.get(f"/en/votes/{vote}/result.zip", base_url="http://127.0.0.1:8000")
    files = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert "P1" in files.read("outcome.json").decode()


def test_turn_out_has_a_number_and_a_source_until_the_result_is_published(officer: Client, second: Client) -> None:
    vote = opened()
    for n in range(12):
        cast(vote, f"resident {n}", {"1": ["P1"]})
    page = desk(vote, "/entitled")
    assert officer.post(page, {"number": "11"}).status == 422  # no source
    assert officer.post(page, {"number": "0", "source_en": "register"}).status == 422
    # before the count nothing tells that 11 is too few
    assert "register of 1 May" in officer.post(page, {"number": "11", "source_en": "register of 1 May"})
    close(vote)
    post(officer, vote, "/count")
    post(second, vote, "/confirm")
    actions_count.run_count(vote)
    refused = post(officer, vote, "/publish", {"destroyed": "1"})
    assert refused.status == 409 and "More ballots were counted" in refused
    assert "More ballots were counted" in officer.post(page, {"number": "11", "source_en": "register"})
    officer.post(page, {"number": "48", "source_en": "register of 1 May", "source_de": "Register vom 1. Mai"})
    post(officer, vote, "/publish", {"destroyed": "1"})
    with db.read() as s:
        public = queries.published(s, found(s, vote))
        assert public is not None and public.entitled is not None
        assert (public.entitled.number, public.entitled.share) == (48, 0.25)
        lines = s.query(Entry).filter_by(verb="say_entitled").count()
    assert officer.post(page, {"number": "90", "source_en": "x"}, page=desk(vote)).status == 409
    assert "is fixed with the publication" in officer.get(page)
    with db.read() as s:
        assert found(s, vote).entitled == 48
        assert s.query(Entry).filter_by(verb="say_entitled").count() == lines == 2


def test_a_count_tells_its_steps_and_never_how_few_voted(
    officer: Client, second: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    vote = opened()
    for n in range(4):
        cast(vote, f"resident {n}", {"1": ["P1"]})
    close(vote)
    post(officer, vote, "/count")
    post(second, vote, "/confirm")
    seen: list[Page] = []

    def look_before(step: str) -> None:
        real = getattr(actions_count, step)
        monkeypatch.setattr(actions_count, step, lambda *given: (seen.append(officer.get(desk(vote))), real(*given))[1])

    for step in ("_store", "_keep", "_destroy"):
        look_before(step)
    actions_count.run_count(vote)
    assert [re.findall(r"Step \d of 4", page.html) for page in seen] == [
        ["Step 2 of 4"],
        ["Step 3 of 4"],
        ["Step 4 of 4"],
    ]
    assert [re.findall(r'<progress.* value="([\d.]+)"', page.html) for page in seen] == [["1"], ["2"], ["3"]]
    for page in seen:
        assert "numbers below 10 stay hidden" in page and "4 of 4 ballots" not in page
    with db.write() as s:
        s.execute(update(CountRun).values(done=1, total=4))
        s.execute(update(Vote).values(state=VoteState.OPEN))
    page = officer.get(desk(vote))
    assert "Step 1 of 4" in page and "25% of them are open" in page and 'value="0.25"' in page.html


def test_what_is_missing_at_the_opening_is_told_and_what_was_typed_is_kept(officer: Client) -> None:
    vote = prepared()
    page = post(officer, vote, "/open", KEEPERS | {"holder_two": "bo tamm"})
    assert page.status == 422 and 'value="Bo Tamm"' in page.html and "Tick that you have read" in page
    page = post(officer, vote, "/open", REGULATION_READ | KEEPERS | {"holder_two": "bo tamm"})
    assert page.status == 422 and "Name the two officers" in page
    with db.read() as s:
        assert found(s, vote).state == "prepared"


def test_the_demo_opens_without_halves_and_says_so(make_settings: Callable[..., config.Settings]) -> None:
    app = create_app(make_settings(demo=True))
    client = Client(app)
    ground.stand_on(app.ground)
    enter(client, "Bo Tamm", roles=["budget_officer"])
    vote = prepared()
    page = post(client, vote, "/open", REGULATION_READ)
    assert "The demo makes no halves" in page and page.status == 200
    with db.read() as s:
        assert found(s, vote).state == "open" and found(s, vote).holder_one is None
    app.ground.database.dispose()


def test_a_stopped_count_shows_what_differs_and_no_number_of_a_project(officer: Client, second: Client) -> None:
    vote = opened()
    for n in range(12):
        cast(vote, f"resident {n}", {"1": ["P1"]})
    close(vote)
    with db.write() as s:
        s.connection().exec_driver_sql("DELETE FROM participation WHERE claim = (SELECT max(claim) FROM participation)")
    post(officer, vote, "/count")
    post(second, vote, "/confirm")
    actions_count.run_count(vote)
    page = officer.get(desk(vote))
    assert "The count was stopped" in page and "1 difference was found" in page
    assert "ballot without a participation" in page


@pytest.mark.parametrize("roles, status", [((), 403), (("moderator",), 403), (("auditor",), 200)])
def test_staff_pages_have_their_roles(client: Client, app: Portal, roles: tuple[str, ...], status: int) -> None:
    ground.stand_on(app.ground)
    vote = opened()
    enter(client, "Dora", roles=roles)
    assert client.get("/en/staff/votes").status == status
    assert client.get(desk(vote)).status == status
    token = {"csrf_token": client.get(f"/en/votes/{vote}/receipt").token}
    for act in ("/open", "/count", "/confirm", "/publish"):
        assert client.post(desk(vote, act), token).status == 403


def test_anybody_checks_a_receipt_and_the_code_is_in_no_address(client: Client, app: Portal) -> None:
    ground.stand_on(app.ground)
    vote = opened()
    old, new = cast(vote, "Ana", {"1": ["P1"]}), cast(vote, "Ana", {"1": ["P2"]})
    url = f"/en/votes/{vote}/receipt"
    assert "This ballot is recorded" in client.post(url, {"code": new.receipt_code.lower().replace("-", " ")})
    assert "This ballot was replaced" in client.post(url, {"code": old.receipt_code})
    for code, words in [
        ("", "Enter your receipt code."),
        ("ABC", "a character is missing or mistyped"),
        (sealing.printed(b"0123456789"), "No ballot of this vote has this receipt code."),
    ]:
        page = client.post(url, {"code": code})
        assert page.status == 422 and words in page
    assert "P1" not in client.post(url, {"code": old.receipt_code})
    assert client.get(url + f"?code={new.receipt_code}").html.find("This ballot is recorded") < 0


def test_the_exact_regulation_is_the_hashed_bytes(client: Client, app: Portal) -> None:
    ground.stand_on(app.ground)
    hidden = prepared(object_id=8)
    vote = opened()
    content = client.get(f"/en/votes/{vote}/regulation.json").response.get_data()
    with db.read() as s:
        assert hashlib.sha256(content).hexdigest() == found(s, vote).regulation_hash
    for path in ("regulation.json", "receipt", "result.zip"):
        assert client.get(f"/en/votes/{hidden}/{path}").status == 404
        assert client.get(f"/en/votes/nothing/{path}").status == 404
    listed = client.get("/en/votes")
    assert vote in listed.html and hidden not in listed.html


@pytest.mark.parametrize("lang", ["de", "ar"])
def test_pages_stand_in_every_direction(client: Client, app: Portal, lang: str) -> None:
    ground.stand_on(app.ground)
    vote = opened()
    enter(client, "Bo Tamm", roles=["budget_officer"], language=lang)
    for path in (f"votes/{vote}/receipt", "votes", "staff/votes", f"staff/votes/{vote}"):
        assert client.get(f"/{lang}/{path}").status == 200


def test_the_worker_counts_in_a_child_process(
    app: Portal, monkeypatch: pytest.MonkeyPatch, officer: Client, second: Client
) -> None:
    settings = app.ground.settings
    monkeypatch.setenv("PORTAL_DATABASE_URL", settings.database)
    monkeypatch.setenv("PORTAL_JOURNAL", settings.journal)
    monkeypatch.setenv("PORTAL_INSTANCE", str(settings.instance))
    vote = opened()
    for n in range(12):
        cast(vote, f"resident {n}", {"1": ["P1"]})
    close(vote)
    post(officer, vote, "/count")
    post(second, vote, "/confirm")
    jobs.run_due()
    with db.read() as s:
        assert found(s, vote).state == "finished"
        assert s.scalar(select(func.count()).select_from(jobs.JobRow).where(jobs.JobRow.failed_at.is_not(None))) == 0


def test_the_operator_puts_a_lost_key_back(app: Portal) -> None:
    ground.stand_on(app.ground)
    public_id = prepared()
    with db.write() as s:
        halves = actions.open_vote(s, OFFICER, found(s, public_id), holders=("Bo", "Cleo")).halves
    assert halves is not None
    assert CliRunner().invoke(commands.vote_keys).exit_code == 0
    sealing_files.key_path(app.ground.settings.keys, public_id).unlink()
    listed = CliRunner().invoke(commands.vote_keys)
    assert listed.exit_code == 1 and public_id in listed.output
    wrong = CliRunner().invoke(commands.restore_vote_key, [public_id], input=f"{halves[0]}\n{halves[0]}\n")
    assert wrong.exit_code == 1 and "not those of this vote" in wrong.output
    done = CliRunner().invoke(commands.restore_vote_key, [public_id], input="\n".join(halves) + "\n")
    assert done.exit_code == 0 and halves[0] not in done.output
    assert CliRunner().invoke(commands.vote_keys).exit_code == 0
