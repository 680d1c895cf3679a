"""What citizens see of budgets and projects, in their language, with a fixed number of queries."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.budgeting.models import Project
from portal.voting import queries as voting
from portal.voting.models import VoteState
from tests.budgeting.town import add_budget, open_vote
from tests.client import Client
from tests.identity.help import enter


@contextmanager
def selects(app: Portal) -> Iterator[list[str]]:
    """The statements that a request sends to the database."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK")):
            seen.append(statement)

    event.listen(app.ground.database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(app.ground.database.engine, "before_cursor_execute", note)


def test_without_a_budget_the_list_says_so(client: Client) -> None:
    page = client.get("/en/budget/")
    assert page.status == 200 and "There is no budget yet." in page


def test_budgets_are_listed_as_open_coming_and_finished(app: Portal, client: Client) -> None:
    add_budget(app, slug="now")
    add_budget(app, slug="later", opens=100, closes=110)
    add_budget(app, slug="past", opens=-30, closes=-20)
    add_budget(app, slug="hidden", shown=False)
    page = client.get("/en/budget/")
    text = page.text
    assert text.index("Open now") < text.index("Budget now en") < text.index("Coming") < text.index("Budget later en")
    assert text.index("Budget later en") < text.index("Finished") < text.index("Budget past en")
    assert "Budget hidden" not in page
    assert client.get("/en/budget/hidden/").status == 404


def test_the_page_of_a_budget_shows_money_steps_and_rule(app: Portal, client: Client) -> None:
    open_vote(app, add_budget(app))
    page = client.get("/en/budget/2026/")
    for words in (
        "€1,300",
        "€1,000",
        "District money",
        "Vote now",
        "Tick up to 3 projects in each pot.",
        "from the age of 16",
    ):
        assert words in page, words
    assert "<strong>works</strong>" in page.html


def test_a_published_result_is_not_announced_for_a_later_day(app: Portal, client: Client) -> None:
    public_id = open_vote(app, add_budget(app))
    assert "The results follow on" in client.get("/en/budget/2026/")
    with db.write() as s:
        vote = voting.by_public_id(s, public_id)
        assert vote is not None
        vote.opens_at, vote.closes_at = vote.opens_at - timedelta(days=9), clock.now() - timedelta(days=1)
    for path in ("/en/budget/2026/", "/en/budget/2026/projects/1", "/en/", "/en/budget/", "/en/budget/2026/results"):
        assert "The count is under way." in client.get(path), path
    assert "The ballots are counted Now" in " ".join(client.get("/en/budget/2026/").text.split())
    with db.write() as s:
        vote = voting.by_public_id(s, public_id)
        assert vote is not None
        projects = [{"id": p["id"], "cost": p["cost_cents"], "votes": 1, "score": 1} for p in vote.document["projects"]]
        pots = [{"budget": 1, "spent": 1, "ballots": 1, "ties": [], "share": None, "losers": []} for _ in range(2)]
        for n, pot in enumerate(pots, 1):
            pot |= {"id": str(n), "winners": projects if n == 1 else []}
        vote.outcome, vote.numbers = json.dumps({"pots": pots}), {"ballots": 10, "pots": {"1": 10, "2": 10}}
        vote.state, vote.published_at = VoteState.PUBLISHED, clock.now()
    for path in ("/en/budget/2026/", "/en/budget/2026/projects/1", "/en/", "/en/budget/", "/en/budget/2026/results"):
        page = client.get(path)
        assert "The results follow on" not in page and "under way" not in page, path
    enter(client, "Bo", roles=["budget_officer"])
    assert 'href="/en/budget/2026/results"' in client.get(f"/en/staff/votes/{public_id}").html


def test_a_small_pot_tells_its_winners_and_no_number(app: Portal, client: Client) -> None:
    """One ballot in a pot: its votes per project would be that ballot."""
    public_id = open_vote(app, add_budget(app))
    with db.write() as s:
        vote = voting.by_public_id(s, public_id)
        assert vote is not None
        pots: list[dict[str, Any]] = []
        for pot, ballots in (("1", 10), ("2", 1)):
            rows = [
                {"id": p["id"], "cost": p["cost_cents"], "votes": 77, "score": 77}
                for p in vote.document["projects"]
                if p["pot"] == pot
            ]
            lost = rows[-1] | {"reason": "not-eligible", "needed": 88}
            common = {"budget": 1, "spent": 1, "ballots": ballots, "ties": [], "share": None}
            pots.append(common | {"id": pot, "winners": rows[:-1], "losers": [lost]})
        vote.outcome, vote.numbers = json.dumps({"pots": pots}), {"ballots": 11, "pots": {"1": 10, "2": 1}}
        vote.lists = {"1": {"sha256": "", "salt": ""}, "2": {"sha256": "", "salt": ""}}
        vote.state, vote.published_at = VoteState.PUBLISHED, clock.now()
        won, lost_code = pots[1]["winners"], pots[1]["losers"][0]["id"]
    few = "Fewer than 10 ballots: numbers are not published."
    page = client.get("/en/budget/2026/results")
    section = page.html.split('id="pot-2"')[1].split("</section>")[0]
    assert few in section and "77" not in section and "88" not in section and "Rank" not in section
    assert "77" in page.html.split('id="pot-1"')[1].split("</section>")[0]
    rows = [line for line in client.get("/en/budget/2026/results.csv").html.splitlines() if line.startswith("2,")]
    assert len(rows) == len(won) + 1 and all("77" not in row for row in rows) and few in rows[-1]
    small = next(
        pot
        for pot in json.loads(client.get("/en/budget/2026/results.json").text)["outcome"]["pots"]
        if pot["id"] == "2"
    )
    assert "77" not in json.dumps(small) and "ballots" not in small
    with db.read() as s:
        numbers = dict(s.execute(select(Project.code, Project.number)).all())
    for code in (won[0]["id"], lost_code):
        told = client.get(f"/en/budget/2026/projects/{numbers[code]}")
        assert few in told and "77" not in told.text and "88" not in told.text


def test_before_the_vote_the_page_says_when_it_opens(app: Portal, client: Client) -> None:
    add_budget(app, opens=3, closes=9)
    page = client.get("/en/budget/2026/")
    assert "Voting opens on" in page and "Vote now" not in page


@pytest.mark.parametrize("lang", ["en", "de", "et", "fr", "pl", "ar"])
def test_projects_are_listed_in_every_language(app: Portal, client: Client, lang: str) -> None:
    add_budget(app)
    page = client.get(f"/{lang}/budget/2026/projects/")
    assert page.status == 200 and f"Bench 4 {lang}" in page


def test_search_filter_and_sort(app: Portal, client: Client) -> None:
    add_budget(app, count=30)
    assert "20 projects" not in client.get("/en/budget/2026/projects/")
    assert "30 projects" in client.get("/en/budget/2026/projects/")
    assert "1 project" in client.get("/en/budget/2026/projects/?q=number+17")
    assert "No project fits." in client.get("/en/budget/2026/projects/?q=submarine")
    assert "10 projects" in client.get("/en/budget/2026/projects/?pot=2")
    assert "15 projects" in client.get("/en/budget/2026/projects/?category=1&sort=dear")
    assert "Bench 30 en" in client.get("/en/budget/2026/projects/?page=2")
    assert client.get("/en/budget/2026/projects/?pot=x&category=99&sort=evil&page=-4&status=gone").status == 200
    assert "This page has no projects." in client.get("/en/budget/2026/projects/?page=7")


def test_a_project_in_another_language_says_so(app: Portal, client: Client) -> None:
    add_budget(app, languages=("en",))
    page = client.get("/ar/budget/2026/projects/2")
    assert 'lang="en" dir="ltr"' in page.html and "English" in page
    assert "Bench 2 en" in page


def test_a_project_page_has_its_facts_and_neighbours(app: Portal, client: Client) -> None:
    add_budget(app)
    page = client.get("/en/budget/2026/projects/2")
    for words in (
        "€110",
        "City-wide",
        "Mill Street",
        "Proposed by",
        "Bench 1 en",
        "Bench 3 en",
        "<strong>Bench</strong>",
    ):
        assert words in page, words
    assert client.get("/en/budget/2026/projects/99").status == 404


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/en/budget/2026/projects/", 6),
        ("/en/budget/2026/projects/?q=bench&pot=1&category=1&sort=title", 6),
        ("/en/budget/2026/projects/1", 8),
        ("/en/budget/2026/", 8),
        ("/en/budget/", 6),
    ],
)
def test_a_page_asks_as_often_with_one_project_as_with_many(app: Portal, client: Client, url: str, most: int) -> None:
    counts = []
    for slug, count in (("2026", 3), ("many", 120)):
        add_budget(app, slug=slug, count=count)
        address = url.replace("2026", slug)
        client.get(address)
        with selects(app) as seen:
            assert client.get(address).status == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= most, counts


def test_the_ballot_and_the_result_ask_as_often_with_few_projects_as_with_many(app: Portal, client: Client) -> None:
    counts: dict[str, list[int]] = {"ballot": [], "cast": [], "results": []}
    for slug, count in (("few", 4), ("many", 90)):
        open_vote(app, add_budget(app, slug=slug, count=count))
        enter(client, "Ana Ilves", district="north", ages={"16@2026-06-01": True}, resident="47101010033")
        url = f"/en/budget/{slug}/ballot"
        page = client.get(url)
        with selects(app) as seen:
            page = client.get(url)
        counts["ballot"].append(len(seen))
        sent = {k: v for k, v in page.fields().items() if k in ("csrf_token", "form_token")} | {"choice": "1"}
        voting._regulations.clear()  # the process keeps those that it has read
        with selects(app) as seen:
            assert client.post(url, sent, token=False).status == 200
        counts["cast"].append(len(seen))
        with selects(app) as seen:
            client.get(f"/en/budget/{slug}/results")
        counts["results"].append(len(seen))
    assert all(few == many for few, many in counts.values()), counts
    assert counts["ballot"][0] <= 16 and counts["cast"][0] <= 30, counts


def test_projects_lie_on_the_citys_own_plan(app: Portal, client: Client) -> None:
    add_budget(app, slug="2026", count=3)
    assert "fm-map" not in client.get("/en/budget/2026/projects/").html  # no drawing, no map
    here = app.ground.settings
    here.instance.mkdir(parents=True, exist_ok=True)
    (here.instance / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 280"/>', "utf-8")
    app.ground.settings = dataclasses.replace(here, city=dataclasses.replace(here.city, map="plan.svg"))
    page = client.get("/ar/budget/2026/projects/")
    assert page.html.count('<a href="/ar/budget/2026/projects/1" aria-label') == 1
    assert 'viewBox="0 0 1000 700"' in page.html and page.html.index("fm-cards") < page.html.index("fm-map")
    assert 'role="img"' in client.get("/en/budget/2026/projects/1").html


def test_an_officer_presses_the_plan_for_a_project(app: Portal, client: Client) -> None:
    add_budget(app, slug="2026", count=2, opens=5, ready=None)
    enter(client, "Bo Berg", roles=["budget_officer"])
    where = "/en/staff/budgets/2026/projects/1/plan"
    assert client.get(where).status == 404
    here = app.ground.settings
    here.instance.mkdir(parents=True, exist_ok=True)
    (here.instance / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 280"/>', "utf-8")
    app.ground.settings = dataclasses.replace(here, city=dataclasses.replace(here.city, map="plan.svg"))
    assert where in client.get("/en/staff/budgets/2026/projects/1").html
    assert client.post(where, {"spot.x": "0", "spot.y": "0"}).status == 422
    assert client.post(where, {"spot.x": "64", "spot.y": "224"}).url == "/en/staff/budgets/2026/projects/1"
    ground.stand_on(app.ground)
    with db.read() as s:
        row = s.query(Project).filter_by(number=1).one()
        assert (row.x, row.y) == (0.1, 0.5)
