"""Bookings on "my page" and in one's calendar, one's own and those of whom one acts for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from portal.base import db, ground
from portal.base.actor import SYSTEM, ActingFor
from portal.base.web import Portal
from portal.workshops import actions, actions_move, queries_mine
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town


def test_my_page_shows_what_is_booked_and_waited_for(app: Portal) -> None:
    ground.stand_on(app.ground)
    client = Client(app)
    empty = client.get("/en/my") if enter(client, "Ana Ilves") else None
    assert empty is not None and "You have booked no workshop" in empty
    with db.write():
        course, here, ana = town.workshop(), town.house(), town.person("Ana Ilves")
        town.book(ana, town.session(course, here).id)
        full = town.session(course, here, days=12, seats=1)
        town.book(town.person("Bert Oja"), full.id)
        town.book(ana, full.id)
        gone = town.book(ana, town.session(course, here, days=14).id)
        actions.cancel(ana, gone.id, town.now())
    page = client.get("/en/my")
    assert page.text.count("First steps Booked") == 1 and page.text.count("First steps On the waiting list") == 1
    assert "Harbour Library, Quay 1" in page


def test_a_calendar_takes_out_what_is_cancelled_and_puts_it_back(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        at, ana = town.session(town.workshop(), town.house(), times=2), town.person("Ana Ilves")
        booking = town.book(ana, at.id)

        def events() -> list[tuple[str, bool, int]]:
            return [(one.uid[-2:], one.cancelled, one.sequence) for one in queries_mine.calendar(s, ana, "en")]

        assert events() == [("-1", False, 0), ("-2", False, 0)]
        uids = [one.uid for one in queries_mine.calendar(s, ana, "en")]
        start = town.now() + timedelta(days=30)
        days = [(start + timedelta(weeks=n), start + timedelta(weeks=n, hours=1)) for n in range(2)]
        actions_move.move(SYSTEM, at.id, days, venue_id=at.venue_id, room="", reason="", lang="", now=town.now())
        assert events() == [("-1", False, 1), ("-2", False, 1)]
        actions.cancel(ana, booking.id, town.now())
        assert events() == [("-1", True, 2), ("-2", True, 2)]
        town.book(ana, at.id)
        assert events() == [("-1", False, 3), ("-2", False, 3)]
        assert [one.uid for one in queries_mine.calendar(s, ana, "en")] == uids
        actions_move.not_held(SYSTEM, at.id, reason="", lang="", now=town.now())
        assert events() == [("-1", True, 5), ("-2", True, 5)]
        assert queries_mine.mine(s, ana, "en")[0].state is not None  # the city called it off: shown with what to do


def test_who_acts_for_another_sees_their_bookings_and_not_the_own(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        course, here = town.workshop(), town.house()
        ana, bert = town.person("Ana Ilves"), town.person("Bert Oja")
        first, second, third = (town.session(course, here, days=10 + n).id for n in range(3))
        town.book(ana, first)
        town.book(bert, second)
        town.book(ana, third, town.wish(for_name="Old Juhan"))

        def shown(acting: ActingFor | None) -> list[object]:
            return [one.title for one in queries_mine.mine(s, replace(ana, acting_for=acting), "en")]

        assert shown(None) == ["First steps", "First steps (Old Juhan)"]
        assert shown(ActingFor(1, bert.person_id, "Bert Oja", "bookings")) == ["First steps"]
        assert shown(ActingFor(1, bert.person_id, "Bert Oja", "ideas")) == []
        assert shown(ActingFor(1, None, "Old Juhan", "all")) == ["First steps (Old Juhan)"]
