"""My page: each feature's part by its manifest, and the calendar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from portal.base import clock, db, i18n
from portal.base.feature import Event, Feature, Item, Mine
from portal.base.web import Portal
from portal.notifications import actions as notifications
from tests.client import Client
from tests.identity.help import enter
from tests.identity.test_help import help_ana
from tests.identity.test_terminal import terminal


def test_every_feature_adds_its_part_and_its_dates(app: Portal) -> None:
    ana = Client(app)
    person = enter(ana, "Ana Ilves")

    def items(_s: Any, actor: Any, lang: str) -> list[Item]:
        return [Item(f"Bench for {actor.person_id} in {lang}", "home.index")]

    def calendar(_s: Any, _actor: Any, _lang: str) -> list[Event]:
        at = clock.now() + timedelta(days=3)
        ahead = Event("1", "Pottery", at, at + timedelta(hours=2), "home.index", place="Library")
        return [ahead, replace(ahead, uid="2", title="Long ago", starts_at=at - timedelta(days=9), ends_at=None)]

    first = Mine("ideas", "My ideas", items, "No idea yet.", order=1)
    last = Mine("cases", "My cases", lambda *_: [], "No case yet.", start="home.search", order=90)
    app.ground.features.append(Feature("wing", mine=[last, first], calendar=calendar))
    page = ana.get("/en/my")
    assert f"Bench for {person} in en" in page and "No case yet. Begin here" in page
    assert "Pottery" in page and "Library" in page and "Long ago" not in page
    places = [page.html.index(words) for words in ("My ideas", "Votes you took part in", "My cases")]
    assert places == sorted(places)


def test_what_begins_with_a_day_names_the_day_alone(app: Portal) -> None:
    ana = Client(app)
    enter(ana, "Ana Ilves")
    zone = i18n.in_zone(clock.now()).tzinfo
    midnight = datetime(2027, 3, 5, tzinfo=zone)

    def calendar(_s: Any, _actor: Any, _lang: str) -> list[Event]:
        whole = Event("1", "Voting", midnight, None, "home.index")
        return [whole, replace(whole, uid="2", title="Pottery", starts_at=midnight + timedelta(hours=9))]

    app.ground.features.append(Feature("wing", calendar=calendar))
    page = ana.get("/en/my")
    assert re.search(r"Voting\s+March 5, 2027\s+Pottery\s+March 5, 2027, 9:00", page.text), page.text


def test_my_page_is_for_its_person_alone_and_kept_nowhere(app: Portal, count_queries: Callable[..., Any]) -> None:
    assert Client(app).get("/en/my").url.endswith("/sign-in")
    ana = Client(app)
    person = enter(ana, "Ana Ilves")
    with db.write():
        for _n in range(7):
            notifications.tell(person, "account.role_given", {"role": "x"})
    page = ana.get("/en/my")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "7 new" in page.html, "the badge counts more than the page lists, and asks nothing for it"
    assert 'href="/en/my"' in ana.get("/en/").html, "the link stands beside the account"
    with count_queries(app) as counted:
        ana.get("/en/my")
    # each part asks once: workshops have three and a calendar, services two, and each of these wings asks once for all
    assert counted.number <= 16, counted.statements


def test_the_calendars_address_is_offered_to_the_person_alone(app: Portal) -> None:
    def calendar(_s: Any, _actor: Any, _lang: str) -> list[Event]:
        return [Event("1", "Pottery", clock.now() + timedelta(days=3), None, "home.index")]

    desk, _ana = help_ana(app)
    app.ground.features.append(Feature("wing", calendar=calendar))
    screen, own = terminal(app), Client(app)
    for browser in (screen, own):
        enter(browser, "Ana Ilves")
    pages = {name: one.get("/en/my") for name, one in (("helper", desk), ("terminal", screen), ("own", own))}
    assert all("Pottery" in page for page in pages.values())
    assert [name for name, page in pages.items() if "(.ics)" in page] == ["own"]
