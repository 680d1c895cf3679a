"""A person's own messages, wishes, follow buttons and calendar, through the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal import config
from portal.app import create_app
from portal.base import db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.notifications import actions, queries
from portal.notifications.models import Alert, Follow, Preference, Rhythm
from tests.budgeting import town
from tests.client import Client
from tests.identity.help import enter
from tests.notifications.help import messages, outbox, person, put_on, work


def told(client: Client, count: int = 1, notice: str = "law.new", **given: Any) -> int:
    ana = enter(client, "Ana Ilves")
    with db.write():
        for _n in range(count):
            actions.tell(ana, notice, {"budget": "Bench", "phase": "x"} if notice == "fun.new" else {}, **given)
    return ana


def test_an_empty_inbox_says_what_will_come(client: Client) -> None:
    enter(client, "Ana Ilves")
    page = client.get("/en/inbox")
    assert "You have no messages" in page and "fm-badge" not in page.html


def test_reading_searching_filtering_and_marking(app: Portal, client: Client) -> None:
    put_on(app)
    told(client, 21)
    told(client, 1, "fun.new")
    page = client.get("/en/inbox")
    assert "22 messages" in page and '<span aria-hidden="true">22</span>' in page.html
    assert "<bdi>Bench</bdi>: <bdi>x</bdi>" in page.html and 'rel="next"' in page.html
    assert "1 message" in client.get("/en/inbox?q=bench") and "No message fits" in client.get("/en/inbox?q=nothing")
    assert "1 message" in client.get("/en/inbox?topic=fun") and "22 messages" in client.get("/en/inbox?topic=no")
    number = messages()[-1].id
    one = client.get(f"/en/inbox/{number}")
    assert "<title>Bench: x " in one.html and "Mark as read" in one
    client.post(f"/en/inbox/{number}/read", {"as": "read"}, page=f"/en/inbox/{number}")
    assert "21 messages" in client.get("/en/inbox?unread=1")
    client.post(f"/en/inbox/{number}/read", {"as": "unread"}, page=f"/en/inbox/{number}")
    assert "22 messages" in client.get("/en/inbox?unread=1")
    client.post("/en/inbox/read-all", page="/en/inbox")
    assert "No message fits" in client.get("/en/inbox?unread=1") and "fm-badge" not in client.get("/en/inbox").html


def test_going_on_to_the_page_marks_the_message_as_read(app: Portal, client: Client) -> None:
    put_on(app)
    told(client, link=("home.search", {}), free=("de", "Bitte mitbringen"))
    number = messages()[0].id
    page = client.get(f"/en/inbox/{number}")
    assert 'lang="de"' in page.html and "Bitte mitbringen" in page
    after = client.post(f"/en/inbox/{number}/read", {"as": "go"}, page=f"/en/inbox/{number}")
    assert after.url == "/en/search" and messages()[0].read_at is not None


def test_a_message_is_its_persons_alone(app: Portal, client: Client) -> None:
    put_on(app)
    told(client)
    number = messages()[0].id
    other = Client(app)
    enter(other, "Tom Other")
    assert other.get(f"/en/inbox/{number}").status == 404
    assert other.post(f"/en/inbox/{number}/read", page="/en/inbox/settings").status == 404
    assert messages()[0].read_at is None
    assert "/en/sign-in" in Client(app).get("/en/inbox", follow=False).response.location


def test_a_message_whose_feature_is_gone_breaks_no_page(app: Portal, client: Client) -> None:
    put_on(app)
    told(client)
    app.ground.features.pop()
    assert client.get("/en/inbox").status == 200
    assert client.get(f"/en/inbox/{messages()[0].id}").status == 404


def test_the_newest_unread_messages_stand_on_my_page(app: Portal, client: Client) -> None:
    put_on(app)
    ana = told(client, 7, "fun.new")
    with db.write() as s:
        actions.mark_read(Actor(person_id=ana), messages()[-1].id)
        items = queries.newest(s, Actor(person_id=ana), "en")
    assert len(items) == 5 and {str(one.title) for one in items} == {"Bench: x"}
    assert items[0].args == {"message_id": messages()[-2].id}


def test_the_badge_costs_one_question(app: Portal, client: Client, count_queries: Callable[..., Any]) -> None:
    put_on(app)
    told(client, 3)
    client.get("/en/inbox")
    with count_queries(app) as counted:
        client.get("/en/budget/")
    assert len([one for one in counted.statements if "message" in one]) == 1
    with count_queries(app) as counted:
        Client(app).get("/en/budget/")
    assert not [one for one in counted.statements if "message" in one]


def test_wishes_are_stored_and_the_laws_own_stay(app: Portal, client: Client) -> None:
    put_on(app)
    ana = enter(client, "Ana Ilves")
    page = client.get("/en/inbox/settings")
    assert "The city cannot reach you outside the portal." in page and "cannot be switched off" in page
    names = re.findall(r'<select[^>]*name="(mail\d+)"', page.html)
    topics = [topic for feature in app.ground.features for topic in feature.topics]
    assert len(names) == sum(not (topic.required or topic.staff) for topic in topics) < len(topics) - 2
    client.post("/en/inbox/settings", dict.fromkeys(names, "weekly"))
    with db.read() as s:
        stored = {row.topic: row.mail for row in s.scalars(select(Preference).where(Preference.person_id == ana))}
    assert stored["fun"] is Rhythm.WEEKLY and stored["law"] is Rhythm.NOW
    again = client.get("/en/inbox/settings")
    assert again.html.count('value="weekly" selected') == len(names)
    assert client.post("/en/inbox/settings", {names[0]: "hourly"}).status == 422


def test_news_by_topic_and_district(app: Portal, client: Client) -> None:
    town.add_budget(app)
    ana = enter(client, "Ana Ilves")
    bad = client.post("/en/inbox/alerts", {"topic": "account"}, page="/en/inbox/settings")
    assert bad.status == 422 and "Error:" in bad.html
    client.post("/en/inbox/alerts", {"topic": "budgets", "district": "north"}, page="/en/inbox/settings")
    page = client.get("/en/inbox/settings")
    assert "Northfield" in page
    with db.read() as s:
        alert = s.scalars(select(Alert)).one()
    assert (alert.person_id, alert.topic, alert.district) == (ana, "budgets", "north")
    client.post(f"/en/inbox/alerts/{alert.id}/remove", page="/en/inbox/settings")
    with db.read() as s:
        assert s.scalars(select(Alert)).all() == []


def test_a_public_thing_can_be_followed_and_a_draft_not(app: Portal, client: Client) -> None:
    shown, draft = town.add_budget(app), town.add_budget(app, slug="draft", shown=False)
    assert "Sign in to follow this" in Client(app).get("/en/budget/2026/")
    ana = enter(client, "Ana Ilves")
    here = "/en/budget/2026/"
    assert ">Follow<" in client.get(here).html
    form = {"kind": "budget", "id": str(shown), "on": "1", "back": here}
    page = client.post("/en/follow", form, page=here)
    assert page.url == here and "Follow no longer" in page
    assert client.post("/en/follow", form | {"id": str(draft)}, page=here).status == 404
    assert client.post("/en/follow", form | {"kind": "person", "id": str(ana)}, page=here).status == 404
    assert client.post("/en/follow", form | {"id": "x"}, page=here).status == 404
    settings = client.get("/en/inbox/settings")
    assert "Budget 2026 en" in settings
    client.post("/en/follow", {**form, "on": ""}, page=here)
    with db.read() as s:
        assert s.scalars(select(Follow)).all() == []


def test_a_project_is_not_followed_while_people_vote(app: Portal, client: Client) -> None:
    enter(client, "Ana Ilves")
    town.add_budget(app, opens=5, closes=9)
    assert ">Follow<" in client.get("/en/budget/2026/projects/1").html
    town.open_vote(app, town.add_budget(app, slug="2027"))
    assert ">Follow<" not in client.get("/en/budget/2027/projects/1").html


def test_dates_in_ones_own_calendar_until_the_address_is_switched_off(app: Portal, client: Client) -> None:
    budget = town.add_budget(app)
    enter(client, "Ana Ilves")
    client.post("/en/follow", {"kind": "budget", "id": str(budget), "on": "1"}, page="/en/budget/2026/")
    client.post("/en/inbox/calendar", page="/en/inbox/settings")

    def address() -> str:
        found = re.search(r"(/en/calendar/[\w-]+\.ics)", client.get("/en/inbox/settings").html)
        assert found
        return found.group(1)

    first = address()
    answer = Client(app).get(first).response
    assert answer.mimetype == "text/calendar" and "no-store" in answer.headers["Cache-Control"]
    found = Calendar.from_ical(answer.get_data())
    events = [part for part in found.walk() if part.name == "VEVENT"]
    assert len(events) == 3 and any("Voting" in str(one["summary"]) for one in events)
    assert {str(one["uid"]) for one in events} >= {"budget-2026-vote@127.0.0.1:8000"}
    client.post("/en/inbox/calendar", page="/en/inbox/settings")
    assert address() != first and Client(app).get(first).status == 404
    second = address()
    client.post("/en/inbox/calendar", {"end": "1"}, page="/en/inbox/settings")
    assert Client(app).get(second).status == 404 and Client(app).get("/en/calendar/x.ics").status == 404


def test_phases_as_dates_and_lists_as_feeds(app: Portal, client: Client) -> None:
    town.add_budget(app, count=3)
    town.add_budget(app, slug="draft", shown=False)
    dates = Calendar.from_ical(client.get("/ar/budget/2026/dates.ics").response.get_data())
    assert "Budget 2026 ar" in str(dates.walk("VEVENT")[0]["summary"])
    assert client.get("/en/budget/draft/dates.ics").status == 404
    assert client.get("/en/budget/draft/projects.atom").status == 404 and client.get("/en/feeds/x.atom").status == 404
    name = {"a": "http://www.w3.org/2005/Atom"}
    for path, least in (("/en/feeds/budgets.atom", 2), ("/de/budget/2026/projects.atom", 3)):
        answer = client.get(path).response
        assert answer.mimetype == "application/atom+xml" and "public" in answer.headers["Cache-Control"]
        feed = ElementTree.fromstring(answer.get_data())
        entries = feed.findall("a:entry", name)
        assert len(entries) >= least and len({one.findtext("a:id", "", name) for one in entries}) == len(entries)
        for part in (feed, *entries):
            assert part.findtext("a:id", "", name) and part.findtext("a:title", "", name)
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", part.findtext("a:updated", "", name))
        here = feed.find("a:link[@rel='self']", name)
        assert here is not None and here.get("href") == f"http://127.0.0.1:8000{path}"
    assert 'type="application/atom+xml"' in client.get("/en/").html


def test_a_new_role_is_told(app: Portal, client: Client) -> None:
    jo = person(app, "Jo Tamm", email="jo@example.org", language="de")
    enter(client, "Ada Admin", roles=["administrator"])
    for act in ("grant", "revoke"):
        client.post(f"/en/staff/people/{jo}/{act}", {"role": "moderator"}, page=f"/en/staff/people/{jo}")
    work()
    given, taken = messages(jo)
    assert (given.notice, taken.notice) == ("account.role_given", "account.role_taken")
    assert {row.recipient for row in outbox()} == {"jo@example.org"} and len(outbox()) == 2
    assert outbox()[0].lang == "de" and outbox()[0].unsubscribe == ""


def test_the_demo_shows_its_mail(make_settings: Callable[..., config.Settings]) -> None:
    app = create_app(make_settings(demo=True))
    put_on(app)
    client = Client(app)
    ground.stand_on(app.ground)
    assert "No mail yet" in client.get("/en/demo/mail")
    ana = person(app, email="ana@example.org")
    with db.write():
        actions.tell(ana, "fun.new", {"budget": "Bench", "phase": "x"})
    work()
    assert "Bench: x" in client.get("/demo/mail") and "Bench" in client.get("/en/demo/mail/1")
    raw = client.http.get("/en/demo/mail/1/html", base_url=client.base)
    assert raw.status_code == 200 and "sandbox" in raw.headers["Content-Security-Policy"]
    assert client.get("/en/demo/mail/9").status == 404
    app.ground.database.dispose()


def test_outside_the_demo_nobody_reads_the_outbox(client: Client) -> None:
    assert client.get("/en/demo/mail").status == 404 and client.get("/demo/mail").status == 404


@pytest.mark.parametrize("lang", ["ar", "pl"])
def test_the_pages_stand_in_other_languages(app: Portal, client: Client, lang: str) -> None:
    put_on(app)
    told(client)
    for path in ("inbox", f"inbox/{messages()[0].id}", "inbox/settings", "newsletter"):
        assert client.get(f"/{lang}/{path}").status == 200
