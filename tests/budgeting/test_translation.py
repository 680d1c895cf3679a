"""A city with its own translation engine lets it fill gaps; the texts say that a machine wrote them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from portal import config
from portal.app import create_app
from portal.base import db, jobs
from portal.base.texts import Wording
from portal.base.web import Portal
from tests.budgeting.town import add_budget
from tests.client import Client
from tests.identity.help import enter


def engine(text: str, source: str, target: str) -> str:
    """An engine that can be recognised."""
    return f"[{source}>{target}] {text}"


@pytest.fixture
def city(make_settings: Callable[..., config.Settings]) -> Iterator[Portal]:
    made = create_app(make_settings(translator=f"{__name__}:engine"))
    yield made
    made.ground.database.dispose()


def test_gaps_are_filled_and_marked_and_what_people_wrote_stays(city: Portal) -> None:
    bo = Client(city)
    enter(bo, "Bo Officer", roles=["budget_officer"])
    add_budget(city)
    with db.write() as s:
        rows = s.scalars(select(Wording).where(Wording.lang == "de", Wording.field == "title")).all()
        kept = rows[0].body
        for row in rows[1:]:
            s.delete(row)
    slug = "2026"
    page = bo.get(f"/en/staff/budgets/{slug}/texts/de")
    assert "Fill the gaps by machine" in page
    assert (
        bo.post(f"/en/staff/budgets/{slug}/texts/de/translate", page=f"/en/staff/budgets/{slug}/texts/de").status == 200
    )
    assert jobs.run_due() >= 1
    with db.read() as s:
        titles = s.scalars(select(Wording).where(Wording.lang == "de", Wording.field == "title")).all()
    machine = [row for row in titles if row.origin == "machine"]
    assert machine and all(row.body.startswith("[en>de] ") for row in machine)
    assert kept in {row.body for row in titles if row.origin == "human"}


def test_without_an_engine_there_is_no_such_thing(client: Client) -> None:
    enter(client, "Bo Officer", roles=["budget_officer"])
    add_budget(client.app, languages=("en",))
    slug = "2026"
    assert "by machine" not in client.get(f"/en/staff/budgets/{slug}/texts/de")
    page = client.post(f"/en/staff/budgets/{slug}/texts/de/translate", page=f"/en/staff/budgets/{slug}/texts/de")
    assert page.status == 404
