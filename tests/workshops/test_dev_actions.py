"""Help with a device: asked for, decided, lent, reminded of, brought back and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base import clock, db, ground, i18n
from portal.base.actor import SYSTEM, Actor
from portal.base.verdict import Denied
from portal.base.web import Portal
from portal.identity.models import Contact, Person
from portal.notifications.models import Message
from portal.workshops import actions, queries_devices, rules_devices
from portal.workshops import actions_devices as act
from portal.workshops import actions_devices_jobs as work
from portal.workshops.models_devices import Device, DeviceKind, DeviceRequest, DeviceState, Help, Loan, RequestState
from tests.workshops import town


def today() -> date:
    return i18n.in_zone(clock.city_now()).date()


@pytest.fixture
def here(app: Portal) -> int:
    """A library with two tablets."""
    ground.stand_on(app.ground)
    with db.write():
        house = town.house()
        for label in ("T-1", "T-2"):
            act.add_device(SYSTEM, venue_id=house, kind=DeviceKind.TABLET, label=label)
        return house


def asked(who: Actor, house: int, wanted: Help = Help.LOAN) -> DeviceRequest:
    """Somebody asks for a tablet."""
    return act.ask(
        who, who.person_id or 0, help=wanted, device=DeviceKind.TABLET, venue_id=house, why="School", language="en"
    )


def lent(who: Actor, house: int, label: str = "T-1", due: date | None = None) -> Loan:
    """Somebody asks, is approved, and takes a tablet home."""
    s, row = db.session(), asked(who, house)
    act.decide(SYSTEM, row.id, approved=True, reason="", lang="en")
    device = s.scalars(select(Device).where(Device.label == label)).one()
    return act.hand_out(SYSTEM, row.id, device.id, due=due or today() + rules_devices.LENT_FOR, today=today())


def told(person_id: int | None) -> list[str]:
    with db.read() as s:
        return list(s.scalars(select(Message.notice).where(Message.person_id == person_id).order_by(Message.id)))


def test_a_request_goes_its_way_and_the_person_hears_of_each_step(here: int) -> None:
    with db.write() as s:
        ana = town.person("Ana Ilves")
        loan = lent(ana, here)
        row = s.get_one(DeviceRequest, loan.request_id)
        assert row.state is RequestState.HANDED_OUT
        act.renew(SYSTEM, loan.id, due=loan.due_on + timedelta(days=7), today=today())
        assert loan.renewals == 1
        act.take_back(SYSTEM, loan.id, condition="A scratch", repair=True)
        assert (row.state, s.get_one(Device, loan.device_id).state) == (RequestState.CLOSED, DeviceState.REPAIR)
        with pytest.raises(Denied, match="back already"):
            act.take_back(SYSTEM, loan.id)
    assert told(ana.person_id) == ["device.approved", "device.handed_out", "device.renewed"]


def test_a_device_is_in_one_pair_of_hands(here: int) -> None:
    with db.write() as s:
        loan = lent(town.person("Ana Ilves"), here)
        row = asked(town.person("Bert Oja"), here)
        act.decide(SYSTEM, row.id, approved=True, reason="", lang="en")
        with pytest.raises(Denied, match="not free"):
            act.hand_out(SYSTEM, row.id, loan.device_id, due=today(), today=today())
        with pytest.raises(IntegrityError), s.begin_nested():  # the database says no by itself
            s.add(Loan(device_id=loan.device_id, request_id=row.id, from_on=today(), due_on=today(),
                       created_at=clock.now()))  # fmt: skip
            s.flush()


def test_what_cannot_be_is_refused_with_a_reason(here: int) -> None:
    with db.write() as s:
        ana = town.person("Ana Ilves")
        row = asked(ana, here, Help.VOUCHER)
        with pytest.raises(Denied, match="yourself"):
            act.decide(ana, row.id, approved=True, reason="", lang="en")
        act.decide(SYSTEM, row.id, approved=True, reason="", lang="en")
        device = s.scalars(select(Device).where(Device.label == "T-1")).one()
        with pytest.raises(Denied, match="not for a loan"):
            act.hand_out(SYSTEM, row.id, device.id, due=today(), today=today())
        act.give(SYSTEM, row.id)
        with pytest.raises(Denied, match="withdrawn"):
            act.withdraw(ana, row.id)
        with pytest.raises(Denied, match="label"):
            act.add_device(SYSTEM, venue_id=here, kind=DeviceKind.PHONE, label="T-1")
        for _n in range(rules_devices.MOST_OPEN):
            asked(ana, here)
        with pytest.raises(Denied, match="still wait"):
            asked(ana, here)


@pytest.mark.parametrize(
    ("days", "step"), [(-4, None), (-3, -3), (0, -3), (1, None), (6, None), (7, 7), (13, 7), (14, 14), (40, 14)]
)
def test_on_which_day_one_is_reminded(days: int, step: int | None) -> None:
    due = date(2027, 3, 27)
    assert rules_devices.reminder(due, due + timedelta(days=days)) == step


def test_reminders_come_once_each_and_by_telephone_they_are_calls(here: int) -> None:
    with db.write():
        ana = town.person("Ana Ilves")
        old = Actor(person_id=town.guest().id)
        due = lent(ana, here, "T-1").due_on
        lent(old, here, "T-2")
    for day in (due - timedelta(days=5), due - timedelta(days=3), due - timedelta(days=2), due + timedelta(days=3)):
        work.remind(day)
    assert told(ana.person_id)[2:] == ["device.due_soon"]
    for day in (due + timedelta(days=7), due + timedelta(days=8), due + timedelta(days=15)):
        work.remind(day)
        assert work.remind(day) == 0
    assert told(ana.person_id)[2:] == ["device.due_soon", "device.overdue", "device.overdue"]
    with db.write() as s:
        lia = replace(town.person("Lia Rossi", "programme"))
        (call,) = queries_devices.calls(s, lia)
        assert (call.person_id, call.phone, call.loan.call_step) == (old.person_id, "+3725551234", 14)
        act.called(lia, call.loan.id, clock.now())
        assert queries_devices.calls(s, lia) == []


def test_a_year_later_nobody_is_named(here: int) -> None:
    with db.write():
        ana, bert = town.person("Ana Ilves"), town.person("Bert Oja")
        loan = lent(ana, here)
        act.take_back(SYSTEM, loan.id)
        lent(bert, here)  # what is still lent is not forgotten
        left = asked(bert, here).id
        number = loan.request_id
    assert work.forget(clock.now() + timedelta(days=364)) == 0
    assert work.forget(clock.now() + timedelta(days=366)) == 2
    with db.read() as s:
        row = s.get_one(DeviceRequest, number)
        assert (row.person_id, row.why, row.state) == (None, "", RequestState.CLOSED)
        assert s.get_one(DeviceRequest, left).state is RequestState.WITHDRAWN
        assert s.scalars(select(DeviceRequest.id).where(DeviceRequest.person_id == bert.person_id)).all() != []


def test_a_guest_who_has_nothing_else_here_is_forgotten_with_the_request(here: int) -> None:
    with db.write() as s:
        alone, comes = town.guest("Milvi Rand"), town.guest("Aino Kask")
        for guest in (alone, comes):
            loan = lent(Actor(person_id=guest.id), here, "T-1" if guest is alone else "T-2")
            act.take_back(SYSTEM, loan.id)
        at = town.session(town.workshop(), here)
        actions.book(SYSTEM, at.id, comes.id, town.wish(), town.now(), guest=True)
        numbers = (alone.id, comes.id)
        s.flush()
    assert work.forget(clock.now() + timedelta(days=366)) == 2
    with db.read() as s:
        assert [s.get_one(Person, number).name for number in numbers] == ["–", "Aino Kask"]
        assert s.scalars(select(Contact).where(Contact.person_id == numbers[0])).all() == []
