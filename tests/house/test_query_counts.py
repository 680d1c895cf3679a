"""A page asks the database as often with one row as with many; the numbers are those of the speed budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.base import clock, db, ground, search
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.home import actions as home
from portal.processes.actions_questions import add_question
from portal.processes.models_questions import Group, Questionnaire, Stand
from tests.budgeting import town
from tests.client import Client
from tests.identity.help import enter
from tests.processes import survey

# path -> (most selects for anybody, most for somebody signed in)
BUDGET = {
    "/en/": (6, 8),
    "/en/search?q=bench": (8, 10),
    "/en/pages/help": (6, 8),
    "/en/accessibility": (6, 8),
    "/en/budget/": (6, 8),
    "/en/budget/2026/": (9, 12),
    "/en/budget/2026/projects/": (6, 8),
    "/en/budget/2026/projects/1": (8, 10),
    "/en/questionnaires/1": (10, 13),
    "/en/questionnaires/2/results": (10, 12),
}


def numbers(app: Portal, client: Client, count_queries: Callable[..., Any]) -> dict[str, int]:
    found = {}
    for path in BUDGET:
        client.get(path)  # what is loaded once per process does not count
        with count_queries(app) as counted:
            assert client.get(path).status == 200
        found[path] = counted.number
    return found


def more(app: Portal, count: int) -> None:
    """The same city, larger: another open budget with many projects, texts in more languages, pages."""
    town.add_budget(app, slug="2027", count=count)
    ground.stand_on(app.ground)
    with db.write() as s:
        for n in range(20):
            page = home.add_page(SYSTEM, slug=f"page-{n}")
            home.write_page(SYSTEM, page, lang="en", title=f"Bench page {n}", body="x")
        assert search.find(s, "page", "bench", "en")
        for number in (1, 2):  # more questions, more answers, more questionnaires
            row = s.get_one(Questionnaire, number)
            row.stand, row.published_at = Stand.DRAFT, None
            for draft in survey.drafts():
                add_question(SYSTEM, row, draft)
            survey.fill(number, Group.CITIZEN, 20, text="More shade")
            row.stand, row.published_at = (Stand.SHOWN, None) if number == 1 else (Stand.PUBLISHED, clock.now())
        process = s.get_one(Questionnaire, 1).process_id
        for _n in range(5):
            survey.make(process)


def ask(budget: int) -> None:
    """A questionnaire that is open, and one whose results are published."""
    with db.write():
        process = town.get(budget).process_id
        survey.make(process)
        done = survey.make(process, opens=-9, closes=-1)
        survey.fill(done, Group.CITIZEN, 12)
        survey.publish(done)


@pytest.mark.parametrize("signed_in", [False, True])
def test_the_number_does_not_grow(app: Portal, count_queries: Callable[..., Any], signed_in: bool) -> None:
    client = Client(app)
    ask(town.add_budget(app, slug="2026", count=1))
    if signed_in:
        enter(client, "Ana Ilves", district="north")
    before = numbers(app, client, count_queries)
    more(app, 60)
    after = numbers(app, client, count_queries)
    # the search adds a select for each kind that has hits: one (projects), then two (pages too)
    before["/en/search?q=bench"] += 1
    assert after == before
    for path, most in BUDGET.items():
        assert after[path] <= most[signed_in], f"{path}: {after[path]} selects"
