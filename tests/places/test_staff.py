"""Administrators name the city's districts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db, ground, i18n
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.places import actions, queries, rules
from portal.places.models import District
from tests.client import Client
from tests.identity.help import enter


@pytest.fixture
def desk(app: Portal) -> Client:
    client = Client(app)
    enter(client, "Adam Kask", roles=("administrator",))
    return client


def test_an_empty_city(desk: Client) -> None:
    assert "No districts yet" in desk.get("/en/staff/districts")


def test_a_district_is_made_named_and_taken_out_of_use(app: Portal, desk: Client) -> None:
    page = desk.post(
        "/en/staff/districts/new", {"code": "saltwick", "position": "2", "name_en": "Saltwick", "name_ar": "سولتويك"}
    )
    assert page.url == "/en/staff/districts" and "Saltwick" in page.text
    assert "سولتويك" in desk.get("/ar/staff/districts").text
    ground.stand_on(app.ground)
    with db.read() as s:
        district = s.scalars(select(District)).one()
    where = f"/en/staff/districts/{district.id}"
    assert 'value="Saltwick"' in desk.get(where).html
    assert "Salt Wick" in desk.post(where, {"position": "1", "name_en": "Salt Wick"}).text
    desk.post(f"{where}/close", page=where)
    with db.read() as s:
        assert queries.districts(s) == []
        assert [str(row.name) for row in queries.districts(s, closed=True)] == ["Salt Wick"]
        assert queries.district_codes(s) == []
        assert [e.verb for e in s.scalars(select(Entry).where(Entry.kind == "district").order_by(Entry.id))] == [
            "added district", "changed district", "closed district",
        ]  # fmt: skip


@pytest.mark.parametrize("code", ["", "No", "no", "Salt Wick", "ä", "-x", "x" * 41])
def test_a_code_that_cannot_be(desk: Client, code: str) -> None:
    page = desk.post("/en/staff/districts/new", {"code": code, "name_en": "Saltwick"})
    assert page.status == 422
    assert 'value="Saltwick"' in page.html  # what was typed is kept
    assert "govuk-error-summary" in page.html


def test_a_code_twice(desk: Client) -> None:
    desk.post("/en/staff/districts/new", {"code": "saltwick"})
    page = desk.post("/en/staff/districts/new", {"code": "saltwick"})
    assert page.status == 422 and "Another district has this code" in page


@pytest.mark.parametrize(
    ("code", "ok"), [("old-harbour", True), ("d7", True), ("no", False), ("a--b", False), ("a-", False)]
)
def test_codes(code: str, ok: bool) -> None:
    assert bool(rules.may_use_code(code, ["taken"])) is ok


def test_names_in_the_readers_language(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        actions.add_district(SYSTEM, code="b", names={"en": "B"}, position=2)
        actions.add_district(SYSTEM, code="a", names={"en": "A", "de": "Ä"}, position=1)
        venue = actions.add_venue(SYSTEM, names={"en": "Library"}, address="Quay 1", latitude=59.4, longitude=24.7)
        assert venue.id
    with db.read() as s, i18n.use_locale("de"):
        rows = queries.districts(s)
        assert [(row.code, str(row.name), row.name.fallback) for row in rows] == [("a", "Ä", False), ("b", "B", True)]
        assert queries.district_names(s)["a"].lang == "de"
        assert [str(v.name) for v in queries.venues(s)] == ["Library"]
    assert clock.now()
