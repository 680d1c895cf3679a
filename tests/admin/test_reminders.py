"""Staff are reminded of what is due, and the deputy of whoever is away instead of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.admin import actions_remind, rules
from portal.base import clock, db, ground, marks
from portal.base.web import Portal
from portal.home import actions as home
from portal.home.models import BarrierReport
from portal.identity.queries_colleagues import colleagues
from portal.notifications.models import Message
from portal.rights.models import Breach
from tests.client import Client
from tests.identity.help import enter
from tests.identity.test_absence import away
from tests.notifications.help import messages

MONDAY = datetime(2026, 6, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "weekday", "told"),
    [
        (8, 0, False), (7, 3, True), (6, 3, False), (1, 6, True), (0, 2, False),
        (-1, 4, True), (-2, 4, False), (-2, 0, True), (-30, 0, True),
    ],
)  # fmt: skip
def test_on_which_days(days: int, weekday: int, told: bool) -> None:
    assert rules.reminds(days, weekday) is told


@pytest.fixture
def monday(app: Portal, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """A Monday morning in the city, with a report of a barrier that should have been answered long ago."""
    ground.stand_on(app.ground)
    with db.write() as s:
        made = home.report_barrier(page="/en/", what="No focus", contact="", lang="en")
        s.get_one(BarrierReport, made.id).received_at = MONDAY - timedelta(days=40)
    monkeypatch.setattr(clock, "city_now", lambda: MONDAY)
    return app


def told() -> dict[int, Message]:
    actions_remind.remind()
    return {row.person_id: row for row in messages() if row.notice.startswith("work.")}


def test_each_is_told_once_a_day_and_nobody_who_has_nothing_due(
    monday: Portal, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mo = enter(client, "Mo Moder", roles=["moderator"])
    enter(Client(monday), "Lia Librarian", roles=["librarian"])
    enter(Client(monday), "Ana Ilves")
    assert list(told()) == [mo] and actions_remind.remind() == 0
    page = client.get("/en/inbox")
    assert "Work is due: 1 report of a barrier waits for an answer" in page
    assert (
        "Overdue: <bdi>1</bdi>. Due within a week: <bdi>0</bdi>." in client.get(f"/en/inbox/{messages(mo)[0].id}").html
    )
    monkeypatch.setattr(clock, "city_now", lambda: MONDAY + timedelta(days=7))
    told()
    assert len(messages(mo)) == 2
    monkeypatch.setattr(clock, "city_now", lambda: datetime(2026, 6, 22, 1, tzinfo=UTC))
    assert actions_remind.remind() == 0, "not in the night"


def test_the_deputy_hears_instead_of_who_is_away(monday: Portal, client: Client) -> None:
    """And each finds on the start page who stands in for whom."""
    absent = Client(monday)
    mo = enter(absent, "Mo Moder", roles=["moderator"])
    cleo = enter(client, "Cleo Sand", roles=["librarian"])
    away(mo, cleo)
    found = told()
    assert list(found) == [cleo] and found[cleo].notice == "work.due_for"
    assert "You stand in for: <bdi>Mo Moder</bdi>." in client.get(f"/en/inbox/{found[cleo].id}").html
    page = client.get("/en/staff/")
    assert "1 report of a barrier" in page and "You stand in for Mo Moder until the end of" in page
    assert "Cleo Sand stands in for you." in absent.get("/en/staff/")


def test_what_no_deputy_sees_stays_with_who_is_away(monday: Portal) -> None:
    ada = enter(Client(monday), "Ada Admin", roles=["administrator"])
    cleo = enter(Client(monday), "Cleo Sand", roles=["librarian"])
    away(ada, cleo)
    assert list(told()) == [ada]


def test_a_breach_is_due_when_the_authority_has_to_hear(monday: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    dora = enter(Client(monday), "Dora Data", roles=["data_protection_officer"])
    now = clock.now()
    with db.write() as s:
        s.add(
            Breach(
                discovered_at=MONDAY - timedelta(days=4), entered_at=now, changed_at=now, title="Lost stick",
                what="A stick", data="Names",
            )
        )  # fmt: skip
    assert list(told()) == [dora]
    assert "1 breach is open" in told()[dora].values["first"]


def test_a_deputy_holds_what_their_session_would_hold(monday: Portal) -> None:
    mo = enter(Client(monday), "Mo Moder", roles=["moderator", "auditor"])
    cleo = enter(Client(monday), "Cleo Sand", roles=["librarian"])
    dan = enter(Client(monday), "Dan Roos", roles=["planner"])
    away(mo, cleo)
    away(cleo, dan)
    with db.read() as s:
        found = colleagues(s, clock.now())
        assert marks.get(actions_remind.LAST) is None
    assert {grant.role for grant in found[cleo].grants} == {"librarian", "moderator"}
    assert {grant.role for grant in found[dan].grants} == {"planner", "librarian"}, "a deputyship passes nothing on"
    assert found[mo].deputies == {cleo} and found[dan].stands_in_for == ("Cleo Sand",)
