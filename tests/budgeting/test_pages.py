"""What citizens see of budgets and projects, in their language, with a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from portal.base.web import Portal
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
        with selects(app) as seen:
            assert client.post(url, sent, token=False).status == 200
        counts["cast"].append(len(seen))
        with selects(app) as seen:
            client.get(f"/en/budget/{slug}/results")
        counts["results"].append(len(seen))
    assert all(few == many for few, many in counts.values()), counts
    assert counts["ballot"][0] <= 16 and counts["cast"][0] <= 30, counts
