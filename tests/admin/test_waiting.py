"""One start page shows all that waits for me, by due date; the menu says how much."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.admin.rules import in_order
from portal.base import clock, db, ground
from portal.base.actor import SYSTEM
from portal.base.feature import Todo
from portal.base.web import Portal
from portal.home import actions as home
from portal.home.models import BarrierReport
from tests.client import Client
from tests.identity.help import enter
from tests.identity.test_absence import close_vote

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 3, 21, tzinfo=UTC)  # in Tallinn


def test_the_order_and_the_words_of_due_dates() -> None:
    due = {
        "none": None,
        "tomorrow": MIDNIGHT + timedelta(hours=1),
        "tonight": MIDNIGHT,
        "now": NOW,
        "long ago": NOW - timedelta(days=9),
    }
    found = in_order([Todo(name, "/", at) for name, at in due.items()], NOW, MIDNIGHT)
    assert [(one.todo.text, one.overdue, one.today) for one in found] == [
        ("long ago", True, False),
        ("now", True, False),
        ("tonight", False, True),
        ("tomorrow", False, False),
        ("none", False, False),
    ]


def test_a_plain_pair_is_one_thing_without_a_date() -> None:
    (one,) = in_order([("Answer", "/en/x")], NOW, MIDNIGHT)
    assert (one.todo.count, one.todo.due, one.overdue) == (1, None, False)


def report(days_ago: int) -> None:
    with db.write() as s:
        made = home.report_barrier(page="/en/", what="No focus", contact="", lang="en")
        s.get_one(BarrierReport, made.id).received_at = clock.now() - timedelta(days=days_ago)


def test_late_things_are_named_late_in_words(app: Portal, client: Client) -> None:
    ground.stand_on(app.ground)
    enter(client, "Mo Moder", roles=["moderator"])
    report(3)
    page = client.get("/en/staff/")
    assert "Overdue" not in page and "Due on" in page
    report(15)
    page = client.get("/en/staff/")
    assert "2 reports of barriers" in page and "Overdue" in page and "It was due on" in page


def test_the_menu_counts_what_waits_on_every_staff_page(app: Portal, client: Client) -> None:
    ground.stand_on(app.ground)
    enter(client, "Mo Moder", roles=["moderator"])
    with db.write():
        for slug in ("help", "privacy", "legal"):
            page = home.add_page(SYSTEM, slug=slug)
            for lang in ground.settings().languages:
                home.write_page(SYSTEM, page, lang=lang, title=slug, body="x")
    assert "Nothing waits for you" in client.get("/en/staff/")
    assert "things wait" not in client.get("/en/staff/pages").text
    report(1)
    report(2)
    for path in ("/en/staff/", "/en/staff/pages", "/en/staff/barriers"):
        assert "2 things wait" in " ".join(client.get(path).text.split()), path
    assert "things wait" not in client.get("/en/").text


def test_an_officer_sees_votes_by_their_promised_day_and_only_their_own(app: Portal, client: Client) -> None:
    public_id, _process = close_vote(app)
    enter(client, "Bo Andersen", roles=["budget_officer"])
    page = client.get("/en/staff/")
    assert f"/en/staff/votes/{public_id}" in page.html and "Overdue" in page
    other = Client(app)
    enter(other, "Pia Plan", roles=["planner"])
    assert "Nothing waits for you" in other.get("/en/staff/")


def test_the_number_of_selects_stands(app: Portal, client: Client, count_queries: Callable[..., Any]) -> None:
    ground.stand_on(app.ground)
    enter(client, "Ada Root", roles=["administrator", "budget_officer", "moderator"])
    numbers = []
    for reports in (1, 30):
        for _n in range(reports):
            report(1)
        client.get("/en/staff/")
        with count_queries(app) as counted:
            client.get("/en/staff/")
        numbers.append(counted.number)
    with db.read() as s:
        assert len(s.scalars(select(BarrierReport.id)).all()) == 31
    assert numbers[0] == numbers[1] <= 24, numbers
