"""Everybody comes at the same moment: no seat twice, none lost, nobody both booked and waiting, whatever is killed."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.base import db, ground
from portal.base.actor import Actor
from portal.base.ground import Ground
from portal.base.web import Portal
from portal.identity.models import Person
from portal.workshops import actions, rules
from portal.workshops.models import HOLDING, LIVE, Booking, BookingState, Session
from portal.workshops.rules import Denied
from tests import child
from tests.workshops import town

PEOPLE, SEATS, DEVICES = 200, 10, 4
AT_ONCE = 16  # of them in the database; the others stand at its door


def _prepared(app: Portal, people: int = PEOPLE) -> list[int]:
    ground.stand_on(app.ground)
    with db.write() as s:
        rows = [Person(name=f"Person {n}", name_folded=f"person {n}", language="en", created_at=town.now())
                for n in range(people)]  # fmt: skip
        s.add_all(rows)
        s.flush()
        return [row.id for row in rows]


def _opened(round_: int) -> int:
    with db.write():
        course = town.workshop(f"round-{round_}")
        return town.session(course, town.house(f"House {round_}"), days=10 + round_, seats=SEATS, devices=DEVICES,
                            companions=3).id  # fmt: skip


class Crowd:
    """People who book, answer and give back at the same moment. Each draws what they do by their own lot."""

    def __init__(self, here: Ground, session_id: int, people: list[int], lot: int) -> None:
        self.here, self.session_id, self.people, self.lot = here, session_id, people, lot
        self.door = threading.BoundedSemaphore(AT_ONCE)
        self.gate = threading.Barrier(len(people) + len(people) // 10)
        self.said: Counter[str] = Counter()
        self.faults: list[BaseException] = []
        self.most = 0
        self.over = threading.Event()

    def run(self) -> None:
        """All of them, and every tenth in two windows at once; somebody counts the seats meanwhile."""
        everybody = [*self.people, *self.people[: len(self.people) // 10]]
        threads = [threading.Thread(target=self._come, args=(person, n)) for n, person in enumerate(everybody)]
        watch = threading.Thread(target=self._watch)
        for thread in (watch, *threads):
            thread.start()
        for thread in threads:
            thread.join()
        self.over.set()
        watch.join()
        assert self.faults == []

    def _come(self, person: int, number: int) -> None:
        ground.enter(self.here)
        draw, who = random.Random(f"{self.lot} {number}"), Actor(person_id=person)
        wish = town.wish(device=draw.random() < 0.3, companions=int(draw.random() < 0.15))
        self.gate.wait()
        try:
            made = self._do(lambda: actions.book(who, self.session_id, person, wish, town.now()).id)
            if made is None:
                return
            if draw.random() < 0.35:
                self._do(lambda: actions.cancel(who, made, town.now()).id)
            for _look in range(2):
                if self._state(made) is BookingState.OFFERED:
                    answer = actions.accept if draw.random() < 0.6 else actions.decline
                    self._do(lambda answer=answer: answer(who, made, town.now()).id)  # type: ignore[misc]
        except BaseException as fault:
            self.faults.append(fault)

    def _do(self, act: object) -> int | None:
        with self.door:
            try:
                with db.write():
                    return act()  # type: ignore[operator,no-any-return]
            except Denied as denied:
                self.said[str(denied.verdict.reason)] += 1
                return None

    def _state(self, booking_id: int) -> BookingState:
        with self.door, db.read() as s:
            return s.scalars(select(Booking.state).where(Booking.id == booking_id)).one()

    def _watch(self) -> None:
        ground.enter(self.here)
        while not self.over.is_set():
            with db.read() as s:
                held = select(func.count()).where(Booking.session_id == self.session_id, Booking.state.in_(HOLDING))
                self.most = max(self.most, s.scalar(held) or 0)
            time.sleep(0.005)


def all_is_right(session_id: int) -> dict[str, int]:
    """The counters say what the bookings say, nobody has two, and no seat is free that somebody waits for."""
    with db.read() as s:
        row, said = s.get_one(Session, session_id), actions.recount(s, session_id)
        assert said == {name: getattr(row, name) for name in said}
        assert row.seats_taken <= row.seats and row.devices_taken <= row.devices
        live = s.scalars(select(Booking).where(Booking.session_id == session_id, Booking.state.in_(LIVE))).all()
        assert len({one.person_id for one in live}) == len(live)
        waiting = [one for one in live if one.state is BookingState.WAITING]
        assert not any(rules.free(row, actions.wants_of(one)) for one in waiting)
        assert len({one.place for one in waiting}) == len(waiting)
        return said


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """How many times it is tried."""
    return 50 if request.config.getoption("--long") else 5


def test_two_hundred_people_at_once_for_ten_seats(app: Portal, rounds: int) -> None:
    people = _prepared(app)
    for number in range(rounds):
        session_id = _opened(number)
        crowd = Crowd(app.ground, session_id, people, number)
        crowd.run()
        assert 0 < crowd.most <= SEATS
        said = all_is_right(session_id)
        assert said["seats_taken"] == SEATS  # so many wait that every seat is held
        assert said["waiting"] > 50
        with db.read() as s:
            states = Counter(s.scalars(select(Booking.state).where(Booking.session_id == session_id)))
        assert states[BookingState.BOOKED] + states[BookingState.OFFERED] == SEATS
        assert states[BookingState.CANCELLED] > 10
        assert crowd.said["There is a booking of this session for this person already."] > 0


PROGRAM = """
import os, random, threading
from portal import app, config
from portal.base import db, ground
from portal.base.actor import Actor
from portal.workshops import actions
from portal.workshops.rules import Denied
from tests.workshops import town
here = app.stand(config.load({{}}, instance={instance!r}, testing=True, database_url={url!r}, journal={journal!r}))
def come(person):
    ground.enter(here)
    who, draw = Actor(person_id=person), random.Random(person)
    try:
        with db.write():
            made = actions.book(who, {session}, person, town.wish(device=draw.random() < 0.3), town.now()).id
        os.write(1, b"booked %d\\n" % made)
        if draw.random() < 0.5:
            with db.write():
                actions.cancel(who, made, town.now())
            os.write(1, b"cancelled %d\\n" % made)
    except Denied:
        pass
def some(people):
    for person in people:
        come(person)
threads = [threading.Thread(target=some, args=({people!r}[n::6],), daemon=True) for n in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_a_portal_killed_in_the_rush_loses_no_seat_and_gives_none_twice(app: Portal, tmp_path: Path) -> None:
    people = _prepared(app)
    session_id, settings = _opened(0), app.ground.settings
    given = {
        "instance": str(settings.instance), "url": settings.database_url, "journal": settings.journal, "session": session_id,
    }  # fmt: skip
    lost = 0
    for number in range(3):
        said = tmp_path / f"said-{number}"
        portal = child.start(PROGRAM.format(people=people[number * 60 :], **given), said)
        ends = time.monotonic() + 60
        while not said.exists() or said.read_text().count("\n") < 8 + 11 * number:
            assert time.monotonic() < ends, said.read_text() if said.exists() else ""
            assert portal.is_alive(), said.read_text()
            time.sleep(0.002)
        portal.kill()  # in the middle of whatever its six threads do
        portal.join()
        assert portal.exitcode == -9
        _at_rest()
        all_is_right(session_id)
        with db.read() as s:
            states = dict(s.execute(select(Booking.id, Booking.state).where(Booking.session_id == session_id)).all())
        words = [line.split() for line in said.read_text().splitlines()]
        lost += sum(int(one[1]) not in states for one in words)
        lost += sum(states[int(one[1])] is not BookingState.CANCELLED for one in words if one[0] == "cancelled")
    assert lost == 0  # what somebody was told is there
    with db.write() as s:  # and it goes on
        first = s.scalars(select(Booking).where(Booking.session_id == session_id, Booking.state.in_(HOLDING))).first()
        assert first is not None
        actions.cancel(Actor(person_id=first.person_id), first.id, town.now())
    assert all_is_right(session_id)["seats_taken"] == SEATS


def _at_rest() -> None:
    """PostgreSQL sees that the other side is gone when it next writes to it: wait until no transaction is open."""
    if db.is_sqlite():
        return
    with db.write() as s:
        s.execute(select(Session).with_for_update())
