"""Help with a device: asked for, decided, handed out, brought back. What is reminded and forgotten is in
actions_devices_jobs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Db

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.identity.models import Person, Way
from portal.notifications import actions as notifications
from portal.workshops import actions_guest, queries_book
from portal.workshops import queries_devices as queries
from portal.workshops import rules_devices as rules
from portal.workshops.models_devices import (
    Device,
    DeviceKind,
    DeviceRequest,
    DeviceState,
    Help,
    Loan,
    RequestState,
)
from portal.workshops.rules import Denied

KIND, DEVICE = "device_request", "device"
R = TypeVar("R", DeviceRequest, Device, Loan)


def _lock(s: Db, model: type[R], number: int) -> R:
    """A row, held until the transaction ends. Raises NoResultFound."""
    statement = db.locked(select(model).where(model.id == number))
    return s.scalars(statement.execution_options(populate_existing=True)).one()


def _must(verdict: Verdict) -> None:
    if not verdict:
        raise Denied(verdict)


def tell(s: Db, row: DeviceRequest, notice: str, dedup: str, *, reason: bool = False, **values: Any) -> None:
    """Tell whoever asked something about it, once for each `dedup`."""
    if row.person_id is None:
        return
    notifications.tell(
        row.person_id,
        notice,
        {"place": queries.place_words(s, row.venue_id), "help": rules.HELP_NAMES[row.help], **values},
        link=("workshops.device_request", {"device_slip": queries.slip_of(row.id)}),
        about=(KIND, row.id),
        dedup=f"device:{row.id}:{dedup}",
        free=(row.reason_lang, row.reason) if reason and row.reason else None,
    )


def ask(
    actor: Actor, person_id: int, *, help: Help, device: DeviceKind, venue_id: int, why: str, language: str
) -> DeviceRequest:
    """Somebody asks for help with a device. Raises Denied where too many of theirs wait."""
    s = db.session()
    s.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    _must(rules.may_ask(queries.open_requests(s, person_id)))
    row = DeviceRequest(
        person_id=person_id, venue_id=venue_id, help=help, device=device, why=why.strip(), language=language,
        state=RequestState.ASKED, channel=actor.channel, helped_by_id=actor.helped_by, created_at=clock.now(),
    )  # fmt: skip
    s.add(row)
    s.flush()
    record(actor, "asked for device", KIND, row.id, after={"help": help.value, "venue": venue_id})
    return row


def ask_as(
    actor: Actor, *, name: str, language: str, way: Way | None, value: str, lang: str, **wish: Any
) -> DeviceRequest:  # fmt: skip
    """Somebody asks for themselves; without an account a guest is made of the name. `lang`: the page's language."""
    s, number = db.session(), actor.person_id
    if number is None:
        made = actions_guest.make(actor, name=name, language=language or lang, way=way, value=value, now=clock.now())
        return ask(actor, made.id, language=language or lang, **wish)
    if way is not None and queries_book.is_guest(s, number):
        actions_guest.give_way(number, way, value, clock.now())
    return ask(actor, number, language=queries_book.language_of(s, number, lang), **wish)


def withdraw(actor: Actor, request_id: int) -> None:
    """The request is taken back. Raises Denied once something was handed out."""
    s = db.session()
    row = _lock(s, DeviceRequest, request_id)
    _must(rules.may_withdraw(row.state))
    row.state, row.ended_at = RequestState.WITHDRAWN, clock.now()
    s.flush()
    record(actor, "withdrew device request", KIND, row.id)


def decide(actor: Actor, request_id: int, *, approved: bool, reason: str, lang: str) -> None:
    """Yes or no, with the reason that the person reads. Raises Denied."""
    s, now = db.session(), clock.now()
    row = _lock(s, DeviceRequest, request_id)
    _must(rules.may_decide(row.state, row.person_id is not None and row.person_id == actor.person_id))
    row.state = RequestState.APPROVED if approved else RequestState.REFUSED
    row.reason, row.reason_lang = reason.strip(), lang
    row.decided_by_id, row.decided_at = actor.person_id, now
    row.ended_at = None if approved else now
    s.flush()
    record(actor, "decided device request", KIND, row.id, after={"state": row.state.value})
    tell(s, row, "device.approved" if approved else "device.refused", "decided", reason=True)


def give(actor: Actor, request_id: int) -> None:
    """Money or a voucher was handed over; nothing comes back. Raises Denied."""
    s = db.session()
    row = _lock(s, DeviceRequest, request_id)
    if row.state is not RequestState.APPROVED or row.help is Help.LOAN:
        raise Denied(no(_l("Only approved money or an approved voucher is handed over.")))
    row.state, row.ended_at = RequestState.CLOSED, clock.now()
    s.flush()
    record(actor, "gave device help", KIND, row.id)


def hand_out(
    actor: Actor, request_id: int, device_id: int, *, due: date, today: date, condition: str = ""
) -> Loan:  # fmt: skip
    """A device of the house is handed out. Raises Denied where somebody else has it by now."""
    s = db.session()
    row = _lock(s, DeviceRequest, request_id)
    _must(rules.may_hand_out(row.state, row.help) and rules.may_lend_until(due, today))
    device = _lock(s, Device, device_id)
    if device.state is not DeviceState.AVAILABLE or device.venue_id != row.venue_id:
        raise Denied(no(_l("This device is not free any more."), _l("Choose another one.")))
    loan = Loan(
        device_id=device.id, request_id=row.id, from_on=today, due_on=due, condition_out=condition.strip(),
        handed_by_id=actor.person_id, created_at=clock.now(),
    )  # fmt: skip
    s.add(loan)
    device.state, device.changed_at = DeviceState.LENT, clock.now()
    row.state = RequestState.HANDED_OUT
    s.flush()
    record(actor, "handed out device", DEVICE, device.id, after={"request": row.id, "due": due.isoformat()})
    tell(s, row, "device.handed_out", "handed_out", device=rules.KIND_NAMES[device.kind], due=due)
    return loan


def take_back(actor: Actor, loan_id: int, *, condition: str = "", repair: bool = False) -> None:
    """The device is back; to be repaired, or free for the next. Raises Denied when it was back already."""
    s, now = db.session(), clock.now()
    loan = _lock(s, Loan, loan_id)
    if loan.returned_at is not None:
        raise Denied(no(_l("This device is back already.")))
    device, row = _lock(s, Device, loan.device_id), _lock(s, DeviceRequest, loan.request_id)
    loan.returned_at, loan.condition_back, loan.returned_to_id = now, condition.strip(), actor.person_id
    device.state = DeviceState.REPAIR if repair else DeviceState.AVAILABLE
    device.changed_at = row.ended_at = now
    row.state = RequestState.CLOSED
    s.flush()
    record(actor, "took back device", DEVICE, device.id, after={"request": row.id, "state": device.state.value})


def renew(actor: Actor, loan_id: int, *, due: date, today: date) -> None:
    """The loan goes on until another day. Raises Denied."""
    s = db.session()
    loan = _lock(s, Loan, loan_id)
    if loan.returned_at is not None:
        raise Denied(no(_l("This device is back already.")))
    _must(rules.may_renew(loan.renewals, due, loan.due_on, today))
    before = loan.due_on
    loan.due_on, loan.call_step, loan.called_at = due, 0, None
    loan.renewals += 1
    s.flush()
    device, row = s.get_one(Device, loan.device_id), s.get_one(DeviceRequest, loan.request_id)
    record(
        actor, "renewed device loan", DEVICE, device.id, before={"due": before.isoformat()},
        after={"due": due.isoformat()},
    )  # fmt: skip
    tell(s, row, "device.renewed", f"renewed:{due}", device=rules.KIND_NAMES[device.kind], due=due)


def called(actor: Actor, loan_id: int, now: datetime) -> None:
    """Somebody was called about a device."""
    s = db.session()
    loan = _lock(s, Loan, loan_id)
    if loan.called_at is None:
        loan.called_at = now
        s.flush()
        record(actor, "called about device", DEVICE, loan.device_id)


def add_device(actor: Actor, *, venue_id: int, kind: DeviceKind, label: str, note: str = "") -> Device:
    """A new device of a house. Raises Denied when its label is taken."""
    s, now = db.session(), clock.now()
    row = Device(
        venue_id=venue_id, kind=kind, label=label.strip(), note=note.strip(), state=DeviceState.AVAILABLE,
        created_at=now, changed_at=now,
    )  # fmt: skip
    _store(s, row, new=True)
    record(actor, "added device", DEVICE, row.id, after={"label": row.label, "venue": venue_id})
    return row


def change_device(
    actor: Actor, device_id: int, *, venue_id: int, kind: DeviceKind, label: str, note: str, state: DeviceState
) -> None:
    """Other words or another state. A lent device comes back first. Raises Denied."""
    s = db.session()
    row = _lock(s, Device, device_id)
    lent = row.state is DeviceState.LENT
    if lent != (state is DeviceState.LENT) or (lent and venue_id != row.venue_id):
        raise Denied(no(_l("Handing out and taking back change this, on the page of the request.")))
    before = {"label": row.label, "state": row.state.value, "venue": row.venue_id}
    with s.no_autoflush:
        row.venue_id, row.kind, row.label, row.note, row.state = venue_id, kind, label.strip(), note.strip(), state
        row.changed_at = clock.now()
        _store(s, row, new=False)
    after = {"label": label.strip(), "state": state.value, "venue": venue_id}
    record(actor, "changed device", DEVICE, device_id, before=before, after=after)


def _store(s: Db, row: Device, *, new: bool) -> None:
    taken = select(Device.id).where(Device.label == row.label, Device.id != (row.id or 0))
    if s.scalar(taken) is not None:
        if not new:
            s.expire(row)
        raise Denied(no(_l("Another device has this label.")))
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:  # at the same moment
        raise Denied(no(_l("Another device has this label."))) from None
