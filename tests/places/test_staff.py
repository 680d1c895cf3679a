"""Administrators name the city's districts."""

from __future__ import annotations

import dataclasses
import math

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db, ground, i18n
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.places import actions, queries, rules, rules_plan
from portal.places.models import District, Venue
from portal.places.rules_plan import Pin
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
        venue = actions.add_venue(
            SYSTEM, names={"en": "Library"}, hours={"en": "9–17"}, address="Quay 1", latitude=59.4, longitude=24.7
        )
        assert venue.id
    with db.read() as s, i18n.use_locale("de"):
        rows = queries.districts(s)
        assert [(row.code, str(row.name), row.name.fallback) for row in rows] == [("a", "Ä", False), ("b", "B", True)]
        assert queries.district_names(s)["a"].lang == "de"
        assert [str(v.name) for v in queries.venues(s)] == ["Library"]
    assert clock.now()


@pytest.fixture
def drawn(app: Portal) -> Portal:
    """A city that has a drawing of itself, twice as wide as high."""
    here = app.ground.settings
    here.instance.mkdir(parents=True, exist_ok=True)
    (here.instance / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"/>', "utf-8")
    app.ground.settings = dataclasses.replace(here, city=dataclasses.replace(here.city, map="plan.svg"))
    return app


VENUE = {"name_en": "Old Library", "hours_en": "Monday 9–17", "address": "Quay 1", "step_free": "yes", "position": "2"}


def test_a_place_is_made_changed_found_and_taken_out_of_use(app: Portal, desk: Client) -> None:
    assert "No places yet" in desk.get("/en/staff/places")
    assert desk.post("/en/staff/places/new", VENUE | {"name_ar": "المكتبة"}).url == "/en/staff/places"
    assert "المكتبة" in desk.get("/ar/staff/places").text
    assert "Old Library" in desk.get("/en/staff/places?q=library+quay")
    assert "No place fits." in desk.get("/en/staff/places?q=townhall")
    ground.stand_on(app.ground)
    with db.read() as s:
        row = s.scalars(select(Venue)).one()
        assert (row.step_free, row.address, row.position) == (True, "Quay 1", 2)
    where = f"/en/staff/places/{row.id}"
    assert "Monday 9–17" in desk.get(where).html
    desk.post(where, VENUE | {"step_free": "unknown", "name_en": "New Library"})
    desk.post(f"{where}/close", page=where)
    assert "Out of use" in desk.get("/en/staff/places")
    with db.read() as s:
        assert queries.venues(s) == []
        assert [(str(v.name), v.step_free) for v in queries.venues(s, closed=True)] == [("New Library", None)]
        assert [e.verb for e in s.scalars(select(Entry).where(Entry.kind == "venue").order_by(Entry.id))] == [
            "added venue", "changed venue", "closed venue",
        ]  # fmt: skip


@pytest.mark.parametrize("lack", ["name_en", "address", "step_free"])
def test_a_place_that_lacks_something(desk: Client, lack: str) -> None:
    page = desk.post("/en/staff/places/new", {k: v for k, v in VENUE.items() if k != lack})
    assert page.status == 422 and "govuk-error-summary" in page.html


def test_many_places_come_in_pages(app: Portal, desk: Client) -> None:
    ground.stand_on(app.ground)
    with db.write():
        for n in range(51):
            actions.add_venue(SYSTEM, names={"en": f"Hall {n}"}, address=f"Street {n}", position=n)
    assert "Hall 49" in desk.get("/en/staff/places") and "Hall 50" not in desk.get("/en/staff/places")
    assert "Hall 50" in desk.get("/en/staff/places?page=2")


def test_only_administrators_see_places(app: Portal) -> None:
    client = Client(app)
    enter(client, "Bo Berg", roles=("budget_officer",))
    assert client.get("/en/staff/places").status == 403


def test_without_a_drawing_there_is_no_plan(app: Portal, desk: Client) -> None:
    desk.post("/en/staff/places/new", VENUE)
    assert "city plan" not in desk.get("/en/staff/places/1")
    assert desk.get("/en/staff/places/1/plan").status == 404
    assert desk.get("/city-plan").status == 404


def test_three_ways_to_a_place_on_the_plan(drawn: Portal, desk: Client) -> None:
    desk.post("/en/staff/places/new", VENUE)
    desk.post("/en/staff/places/new", VENUE | {"name_en": "Town hall"})
    where = "/en/staff/places/1/plan"
    page = desk.get(where)
    assert 'type="image"' in page.html and 'width="640" height="320"' in page.html and "Town hall" not in page.html
    spots = []
    for answer in (
        {"spot.x": "160", "spot.y": "80"},  # a pointer
        {"act": "numbers", "x": "30", "y": "40"},
        {"act": "like", "like": "venue-2"},
        {"act": "off"},
    ):
        if "like" in answer:
            desk.post("/en/staff/places/2/plan", {"spot.x": "64", "spot.y": "32"})
        assert desk.post(where, answer).status == 200  # the page it leads to
        with db.read() as s:
            row = s.get_one(Venue, 1)
            spots.append((row.x, row.y))
    assert spots == [(0.25, 0.25), (0.3, 0.4), (0.1, 0.1), (None, None)]


@pytest.mark.parametrize(
    "answer",
    [
        {"spot.x": "0", "spot.y": "0"},  # a keyboard, a switch, a voice: no pointer
        {"spot.x": "900", "spot.y": "1"},
        {"spot.x": "x", "spot.y": "1"},
        {"act": "like"},
        {"act": "like", "like": "venue-77"},
        {"act": "numbers", "x": "30"},
        {"act": "numbers"},
        {"act": "numbers", "x": "130", "y": "2"},
    ],
)
def test_a_press_without_a_pointer_changes_nothing(drawn: Portal, desk: Client, answer: dict[str, str]) -> None:
    desk.post("/en/staff/places/new", VENUE)
    page = desk.post("/en/staff/places/1/plan", answer)
    assert page.status == 422 and "govuk-error-summary" in page.html
    with db.read() as s:
        assert s.get_one(Venue, 1).x is None


def test_a_district_has_its_place_too(drawn: Portal, desk: Client) -> None:
    desk.post("/en/staff/districts/new", {"code": "saltwick", "name_en": "Saltwick"})
    desk.post("/en/staff/districts/1/plan", {"act": "numbers", "x": "10", "y": "20"})
    desk.post("/en/staff/places/new", VENUE)
    assert "Saltwick" in desk.get("/en/staff/places/1/plan")
    assert "Where it is now" in desk.get("/en/staff/districts/1/plan")


@pytest.mark.parametrize(
    ("name", "content"),
    [("../portal.db", b""), ("plan.html", b"<svg viewBox='0 0 4 2'/>"), ("none.svg", b""), ("broken.svg", b"<svg/>")],
)
def test_a_drawing_that_is_none(app: Portal, desk: Client, name: str, content: bytes) -> None:
    here = app.ground.settings
    if content:
        here.instance.mkdir(parents=True, exist_ok=True)
        (here.instance / name).write_bytes(content)
    app.ground.settings = dataclasses.replace(here, city=dataclasses.replace(here.city, map=name))
    desk.post("/en/staff/places/new", VENUE)
    assert desk.get("/en/staff/places/1/plan").status == 404


def test_the_drawing_can_be_fetched_and_runs_nothing(drawn: Portal, desk: Client) -> None:
    answer = desk.http.get("/city-plan", base_url=desk.base)
    assert answer.status_code == 200 and answer.mimetype == "image/svg+xml"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers


def test_pins_keep_apart_and_on_the_plan() -> None:
    crowd = [Pin(0.5, 0.5, f"p{n}") for n in range(12)] + [Pin(0, 0, "corner"), Pin(1, 1, "corner")]
    drawn_pins = rules_plan.spread(crowd, 700)
    for n, one in enumerate(drawn_pins):
        assert 43 <= one.pin[0] <= 957 and 43 <= one.pin[1] <= 657
        for other in drawn_pins[:n]:
            assert math.dist(one.pin, other.pin) >= rules_plan.APART - 1
    assert drawn_pins[0].at == drawn_pins[0].pin and drawn_pins[1].moved
    assert rules_plan.spread(crowd, 700) == drawn_pins
