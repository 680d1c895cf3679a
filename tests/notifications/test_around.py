"""People look around a place of the city, and are told what is new there."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.feature import Placed
from portal.base.verdict import YES
from portal.base.web import Portal
from portal.budgeting.actions.news import mark_shown
from portal.budgeting.models import Project, ProjectStatus
from portal.config import Map
from portal.ideas import actions_content
from portal.ideas.models import Idea
from portal.notifications import actions_around, actions_jobs, render, rules_around
from portal.notifications.models import PlaceAlert
from portal.notifications.queries import notice
from portal.notifications.rules_around import Around
from portal.places.rules_plan import Scale
from portal.processes.models import Process
from tests.budgeting import town as budgets
from tests.client import Client
from tests.ideas.town import add_call, add_idea
from tests.identity.help import enter
from tests.notifications.help import messages, person

HERE = "/en/around?x=50&y=50&metres=500"


@pytest.fixture
def town(app: Portal) -> Portal:
    """A city whose plan is 4,000 metres wide and 2,800 high."""
    here = app.ground.settings
    here.instance.mkdir(parents=True, exist_ok=True)
    (here.instance / "plan.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 280"/>', "utf-8")
    city = dataclasses.replace(here.city, map="plan.svg")
    app.ground.settings = dataclasses.replace(here, city=city, map=Map(metres=4000))
    return app


def ideas(app: Portal, *spots: tuple[str, float, float]) -> list[int]:
    """Ideas at these places; their numbers."""
    author = enter(Client(app), "Jonas Brandt")
    call = add_call(app, always_open=True)
    return [add_idea(app, call, author, title, x=x, y=y) for title, x, y in spots]


def _address(client: Client, asked: str) -> str:
    """Where a circle's own address leads, whichever way it was chosen."""
    return str(client.get(asked, follow=False).response.location)


def earlier(seconds: int = 40) -> None:
    """What was published and what people watch lies back so far that the worker looks at it."""
    with db.write() as s:
        for row in s.query(Idea):
            row.published_at = clock.now() - timedelta(seconds=seconds)
        for project in s.query(Project).filter(Project.shown_at.is_not(None)):
            project.shown_at = clock.now() - timedelta(seconds=seconds)
        for alert in s.query(PlaceAlert):
            alert.seen_at = clock.now() - timedelta(minutes=5)


# --- arithmetic -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "metres"),
    [
        (0.5, 0.5, 0),
        (0.625, 0.5, 500),  # 4,000 metres across
        (0.5, 0.5 + 500 / 2800, 500),  # and 2,800 down: the same way on the plan is fewer metres
        (0.626, 0.5, None),
        (0.6, 0.65, None),  # in the square around the circle, outside of the circle
    ],
)
def test_a_circle_is_measured_on_the_ground(x: float, y: float, metres: int | None) -> None:
    scale, around = Scale(4000, 2800), Around(0.5, 0.5, 500)
    thing = Placed("a", x, y, clock.now(), "A", "en", "home.index")
    left, top, right, bottom = scale.box(around.x, around.y, around.metres)
    assert (left <= x <= right and top <= y <= bottom) or metres is None
    assert [one.metres for one in rules_around.inside(around, scale, "idea", [thing])] == (
        [] if metres is None else [metres]
    )
    assert not rules_around.inside(dataclasses.replace(around, kinds=("project",)), scale, "idea", [thing])


# --- the page ---------------------------------------------------------------------------------------------------------


def test_anybody_looks_around_a_place(town: Portal) -> None:
    near, _far = ideas(town, ("A bench", 0.52, 0.5), ("A far lamp", 0.9, 0.9))
    budgets.add_budget(town, count=1)  # at 0.5, 0.25: 700 metres up
    client = Client(town)
    assert client.get("/en/around").status == 200
    pressed = "/en/around?spot.x=320&spot.y=224"  # a press on the plan without script, 640 by 448
    assert _address(client, pressed) == HERE
    page = client.get(pressed)
    assert "A bench" in page and "80 metres away" in page and "A far lamp" not in page and "Bench 1 en" not in page
    assert 'class="fm-map__ring" cx="500" cy="350" r="304"' in page.html
    assert f'<a href="/en/ideas/{near}" aria-label="1, A bench"' in page.html
    wide = client.get("/en/around?x=50&y=50&metres=1000&go=1")
    assert "Bench 1 en" in wide and "A bench" in wide and "2 found" in wide
    assert "A bench" not in client.get("/en/around?x=50&y=50&metres=1000&kind=project")
    assert "Bench 1 de" in client.get("/de/around?x=50&y=50&metres=1000&kind=project")
    feed = client.http.get("/en/around.atom?x=50&y=50&metres=500", base_url=client.base)
    assert feed.mimetype == "application/atom+xml" and "A bench" in feed.text and "far lamp" not in feed.text
    assert client.get("/en/around.atom").status == 404


def test_a_place_from_the_list_and_its_name(town: Portal) -> None:
    desk = Client(town)
    enter(desk, "Adam Kask", roles=("administrator",))
    desk.post("/en/staff/districts/new", {"code": "saltwick", "name_en": "Saltwick"})
    desk.post("/en/staff/districts/1/plan", {"act": "numbers", "x": "10", "y": "20"})
    chosen = "/en/around?like=district-1&x=&y=&metres=300&go=1"
    assert _address(desk, chosen) == "/en/around?x=10&y=20&metres=300"
    page = desk.get(chosen)
    assert "Around Saltwick" in page
    assert "Nothing is here yet" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("go=1", "Choose a place from the list, press the plan, or enter both numbers."),
        ("spot.x=0&spot.y=0", "was not pressed with a pointer"),
        ("x=50&y=&go=1", "Enter both numbers, or none."),
        ("x=50&y=many&go=1", "Enter a number from 0 to 100"),
        ("x=50&y=140&go=1", "100"),
        ("x=50&y=50&metres=7", "Choose"),
        ("x=50&y=50&kind=person", "Choose"),
        ("like=venue-99&go=1", "Choose"),
    ],
)
def test_what_is_no_place_is_said_and_what_was_typed_stays(town: Portal, query: str, says: str) -> None:
    page = Client(town).get(f"/en/around?{query}")
    assert page.status == 422 and says in page and "govuk-error-summary" in page.html
    if "y=many" in query:
        assert 'value="many"' in page.html


def test_digits_of_any_script(town: Portal) -> None:
    typed = "/ar/around?x=٤٢٫٥&y=50&metres=500&go=1"
    assert _address(Client(town), typed) == "/ar/around?x=42.5&y=50&metres=500"


def test_without_a_measured_plan_nothing_leads_there(app: Portal, town: Portal) -> None:
    number = ideas(town, ("A bench", 0.5, 0.5))[0]
    client = Client(town)
    assert "/en/around?x=50&amp;y=50" in client.get(f"/en/ideas/{number}").html
    town.ground.settings = dataclasses.replace(town.ground.settings, map=Map())
    for path in (f"/en/ideas/{number}", "/en/ideas/2027/", "/en/ideas/"):
        page = client.get(path)
        assert "fm-map" in page.html and "around" not in re.findall(r'href="([^"]*)"', page.html)
        assert "/en/around" not in page.html
    assert client.get("/en/around").status == 404 and client.get(HERE).status == 404
    assert actions_jobs.tell_around() == 0


def test_what_not_everybody_sees_is_not_around(town: Portal) -> None:
    ideas(town, ("A bench", 0.5, 0.5))
    budgets.add_budget(town, count=1)
    with db.write() as s:
        row = s.query(Idea).one()
        row.hidden_at = clock.now()
        s.flush()
        actions_content.CONTENT.changed(s, row.id)
        s.query(Project).one().status = ProjectStatus.DRAFT
    assert "Nothing is here yet" in Client(town).get(HERE.replace("500", "1000"))
    with db.write() as s:
        s.query(Idea).one().hidden_at = None
        s.query(Project).one().status = ProjectStatus.BALLOT
        for process in s.query(Process):
            process.closed = True
    assert "Nothing is here yet" in Client(town).get(HERE.replace("500", "1000"))


def test_the_page_asks_the_same_for_one_thing_and_for_thirty(town: Portal, count_queries: Callable[..., Any]) -> None:
    ideas(town, ("A bench", 0.5, 0.5))
    client, counted = Client(town), []
    for more in (0, 30):
        if more:
            call = add_call(town, slug="more", always_open=True)
            authors = [enter(Client(town), f"Author {n}") for n in range(3)]  # one alone would be held for a moderator
            for n in range(more):
                add_idea(town, call, authors[n % 3], f"Lamp {n}", x=0.5, y=0.5)
        with count_queries(town) as seen:
            page = client.get(HERE)
        counted.append(len(seen.statements))
    assert counted[0] == counted[1] <= 9, counted
    assert "31 found" in page and page.html.count("fm-pin") == 20
    assert client.get(HERE + "&page=2").html.count("fm-pin") == 11


# --- alerts -----------------------------------------------------------------------------------------------------------


def test_a_place_is_kept_named_listed_and_taken_away_in_one_press(town: Portal) -> None:
    client = Client(town)
    assert "/en/sign-in" in client.get("/en/inbox/around?x=50&y=50&metres=500", follow=False).response.location
    enter(client, "Ana Ilves")
    page = client.get("/en/inbox/around?x=50&y=50&metres=500")
    assert "within 500 metres" in page and "Idea" in page and "Project" in page
    assert client.post("/en/inbox/around?x=50&y=50&metres=500", {"name": " "}).status == 422
    for name in ("My street", "Home"):  # the same circle twice is one circle with another name
        done = client.post("/en/inbox/around?x=50&y=50&metres=500", {"name": name})
        assert done.url.startswith("/en/inbox/settings") and "You will hear of what is new there." in done
    mine = client.get("/en/my")
    assert "Home" in mine and "within 500 metres" in mine and "My street" not in mine
    stranger = Client(town)
    enter(stranger, "Tom Other")
    assert "Home" not in stranger.get("/en/my")
    assert stranger.post("/en/inbox/around/1/remove", page="/en/inbox/settings").status == 404
    gone = client.post("/en/inbox/around/1/remove", {"back": "/en/my"}, page="/en/my")
    assert gone.url == "/en/my" and "Home" not in gone
    assert client.get("/en/inbox/around").url == "/en/around"


def test_twenty_places_are_the_most(town: Portal) -> None:
    client = Client(town)
    ana = Actor(person_id=enter(client, "Ana Ilves"))
    with db.write():
        for n in range(rules_around.MOST):
            assert actions_around.keep(ana, Around(n / 100, 0.5), f"Place {n}") is YES
        assert actions_around.keep(ana, Around(0.01, 0.5), "Again")
    page = client.post("/en/inbox/around?x=50&y=50&metres=500", {"name": "One more"})
    assert page.status == 409 and "That is the most" in page


def test_people_are_told_once_what_came_into_their_circle(town: Portal) -> None:
    home, far = person(town, "Ana Ilves", language="de"), person(town, "Far Away")
    with db.write():
        actions_around.keep(Actor(person_id=home), Around(0.5, 0.3, 500), "Zuhause")
        actions_around.keep(Actor(person_id=home), Around(0.5, 0.3, 1000, ("project",)), "Projekte")
        actions_around.keep(Actor(person_id=far), Around(0.1, 0.9, 300), "Work")
    ideas(town, ("A bench", 0.52, 0.3), ("A far lamp", 0.9, 0.1), ("A lamp", 0.5, 0.31))
    budgets.add_budget(town, count=1)
    assert mark_shown() == 1 and mark_shown() == 0
    earlier()
    assert actions_jobs.tell_around() == 2 and actions_jobs.tell_around() == 0
    both = messages(home)
    assert [row.values["place"] for row in both] == ["Zuhause", "Projekte"] and not messages(far)
    assert {*re.findall("\u2068(.*?)\u2069", both[0].values["titles"])} == {"A bench", "A lamp", "Bench 1 de"}
    assert both[0].endpoint == "notifications.around" and both[1].endpoint == "budgeting.project"
    with town.test_request_context("/de/"), i18n.use_locale("en"):
        said = render.speak(notice("around.new"), both[1].values)
        assert said.subject == "New around Projekte" and "Bench 1 de" in said.text
    add_idea(town, add_call(town, slug="late", always_open=True), home, "Too late", x=0.5, y=0.3)
    assert actions_jobs.tell_around() == 0, "what may still be on its way is told by the next run"


def test_a_project_is_new_once_and_one_in_a_hidden_budget_not_yet(town: Portal) -> None:
    budgets.add_budget(town, count=2, shown=False, opens=20, closes=30)
    assert mark_shown() == 0
    budgets.add_budget(town, slug="shown", count=1)
    assert mark_shown() == 1
    with db.write() as s:
        row = s.query(Project).filter(Project.shown_at.is_not(None)).one()
        before, row.status = row.shown_at, ProjectStatus.DRAFT
    assert mark_shown() == 0
    with db.write() as s:
        s.get_one(Project, row.id).status = ProjectStatus.BALLOT
    assert mark_shown() == 0
    with db.read() as s:
        assert s.get_one(Project, row.id).shown_at == before


def test_a_thousand_circles_take_no_more_selects_than_one(town: Portal, count_queries: Callable[..., Any]) -> None:
    ana = Actor(person_id=person(town, "Ana Ilves"))
    ideas(town, ("A far lamp", 0.9, 0.9))
    counted = []
    for more in (1, 19):
        with db.write():
            for n in range(more):
                actions_around.keep(ana, Around(0.1 + (n + more) / 1000, 0.1, 300), "Place")
        earlier()
        with count_queries(town) as seen:
            assert actions_jobs.tell_around() == 0
        counted.append(len(seen.statements))
    assert counted[0] == counted[1], counted
