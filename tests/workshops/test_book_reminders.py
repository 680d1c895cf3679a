"""A week and a day before, once each, whatever happens in between."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity.models import Way
from portal.notifications.models import Message
from portal.workshops import actions, actions_move, actions_remind
from portal.workshops.models import Booking, Call, CallReason, Day, Session
from portal.workshops.rules_remind import Reminder, due
from tests import child
from tests.workshops import town

DAY = timedelta(days=1)
NOON = datetime(2026, 5, 20, 12)


@pytest.mark.parametrize(
    ("left", "known", "which"),
    [
        (timedelta(days=8), timedelta(days=30), None),
        (timedelta(days=7), timedelta(days=30), Reminder.WEEK),
        (timedelta(days=4), timedelta(days=30), Reminder.WEEK),  # the worker stood still
        (timedelta(days=3), timedelta(days=30), None),  # no longer "in a week"
        (timedelta(days=6), timedelta(days=6), None),  # booked later than a week before: the later one alone
        (timedelta(days=1), timedelta(days=6), Reminder.DAY),
        (timedelta(minutes=5), timedelta(days=6), Reminder.DAY),
        (timedelta(minutes=5), timedelta(hours=5), None),  # booked this morning
        (timedelta(0), timedelta(days=30), None),
    ],
)
def test_which_reminder_is_due(left: timedelta, known: timedelta, which: Reminder | None) -> None:
    assert due(NOON, NOON - known, NOON - left) is which


def _told() -> list[str]:
    with db.read() as s:
        reminders = select(Message.notice).where(Message.notice.like("workshop.reminder%")).order_by(Message.id)
        return list(s.scalars(reminders))


@pytest.fixture
def at(app: Portal) -> int:
    """A session in ten days, booked by Ana by mail and by Juhan, who has a telephone only; Bert waits."""
    ground.stand_on(app.ground)
    with db.write():
        at = town.session(town.workshop(), town.house(), days=10, seats=2)
        town.book(town.person("Ana Ilves"), at.id)
        actions.book(SYSTEM, at.id, town.guest("Juhan Liiv", way=Way.PHONE).id, town.wish(), town.now(), guest=True)
        town.book(town.person("Bert Oja"), at.id)
        return at.id


def test_people_are_reminded_twice_and_never_more(at: int) -> None:
    begins = town.now() + timedelta(days=10)
    assert actions_remind.remind(begins - 8 * DAY) == 0
    for _run in range(3):
        actions_remind.remind(begins - 6 * DAY)
    assert _told() == ["workshop.reminder_week"] * 2  # who waits is not reminded
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(Call).where(Call.reason == CallReason.REMINDER)) == 1
    for hours in (20, 10, 1):
        actions_remind.remind(begins - timedelta(hours=hours))
    assert _told() == ["workshop.reminder_week"] * 2 + ["workshop.reminder_day"] * 2
    with db.read() as s:
        calls = s.scalars(select(Call).where(Call.reason == CallReason.REMINDER).order_by(Call.id)).all()
        assert [one.done_at is None for one in calls] == [False, True]  # nobody calls twice about the same
    actions_remind.remind(begins + 2 * DAY)
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(Call).where(Call.done_at.is_(None))) == 0


def test_a_moved_session_reminds_of_the_new_day(at: int) -> None:
    begins = town.now() + timedelta(days=10)
    actions_remind.remind(begins - 6 * DAY)
    later = begins + 20 * DAY
    with db.write() as s:
        venue = s.get_one(Session, at).venue_id
        actions_move.move(SYSTEM, at, [(later, later + timedelta(hours=1))], venue_id=venue, room="", reason="", lang="",
                          now=begins - 5 * DAY)  # fmt: skip
    assert actions_remind.remind(begins - timedelta(hours=5)) == 0
    assert actions_remind.remind(later - 6 * DAY) == 2
    assert _told() == ["workshop.reminder_week"] * 4


def test_who_gave_the_seat_back_is_not_reminded(at: int) -> None:
    with db.write() as s:
        for booking in s.scalars(select(Booking).order_by(Booking.id)).all():
            actions.cancel(SYSTEM, booking.id, town.now())
    assert actions_remind.remind(town.now() + timedelta(days=4)) == 0 and _told() == []


PROGRAM = """
from datetime import timedelta
from portal import app, config
from portal.workshops import actions_remind
from tests.workshops import town
actions_remind.AT_ONCE = 2
one = actions_remind._tell
def slow(*given):
    done = one(*given)
    print("told", flush=True)
    return done
actions_remind._tell = slow
app.stand(config.load({{}}, instance={instance!r}, testing=True, database_url={url!r}, journal={journal!r}))
actions_remind.remind(town.now() + timedelta(days=4))
"""


def test_a_killed_worker_doubles_no_reminder(app: Portal, tmp_path: Path) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        at = town.session(town.workshop(), town.house(), days=10, seats=60)
        for number in range(60):
            town.book(town.person(f"Person {number}"), at.id)
        s.execute(update(Booking).values(created_at=town.now() - 30 * DAY))
    settings, said = app.ground.settings, tmp_path / "said"
    worker = child.start(
        PROGRAM.format(instance=str(settings.instance), url=settings.database_url, journal=settings.journal), said
    )
    ends = time.monotonic() + 60
    while not said.exists() or said.read_text().count("told") < 5:
        assert time.monotonic() < ends and worker.is_alive(), said.read_text() if said.exists() else ""
        time.sleep(0.001)
    worker.kill()
    worker.join()
    time.sleep(0.2)  # until PostgreSQL sees that nobody is there
    before = len(_told())
    assert 4 <= before < 60
    assert actions_remind.remind(town.now() + timedelta(days=4)) == 60 - before
    with db.read() as s:
        each = s.execute(
            select(Message.person_id, func.count()).where(Message.notice == "workshop.reminder_week")
            .group_by(Message.person_id)
        ).all()  # fmt: skip
    assert len(each) == 60 and {row[1] for row in each} == {1}


def test_each_day_of_a_series_is_reminded_and_only_its_beginning_a_week_before(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        at = town.session(town.workshop(), town.house(), days=10, times=3)
        town.book(town.person("Ana Ilves"), at.id)
        days = s.scalars(select(Day).where(Day.session_id == at.id).order_by(Day.starts_at)).all()
        days[1].cancelled_at = town.now()
        begins = [day.starts_at for day in days]
    for first in begins:
        for left in (6 * DAY, timedelta(hours=20), timedelta(hours=2)):
            actions_remind.remind(first - left)
    assert _told() == ["workshop.reminder_week", "workshop.reminder_day", "workshop.reminder_day"]
    with db.read() as s:
        said = s.scalars(select(Message).where(Message.notice == "workshop.reminder_day").order_by(Message.id)).all()
        assert [one.values["when"]["at"] for one in said] == [begins[0].isoformat(), begins[2].isoformat()]
