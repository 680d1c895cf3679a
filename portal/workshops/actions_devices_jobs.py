"""What the worker does for help with a device, in short transactions of its own. Running any of it twice is harmless."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select

from portal.base import db, mail
from portal.identity.queries import reachable
from portal.workshops import actions_devices, actions_guest
from portal.workshops import rules_devices as rules
from portal.workshops.models_devices import Device, DeviceRequest, Loan, RequestState

BATCH = 200


def remind(today: date) -> int:
    """Tell who has a device that it is due in three days, or overdue for a week or two. Returns how many were told."""
    near = today + timedelta(days=-rules.BEFORE)
    with db.read() as s:
        wanted = select(Loan.id, Loan.due_on, Loan.reminded).where(Loan.returned_at.is_(None), Loan.due_on <= near)
        due = [
            row.id
            for row in s.execute(wanted.order_by(Loan.due_on))
            if _key(row.due_on, today) not in ("", row.reminded)
        ]
    for loan_id in due:
        with db.write():
            _remind(loan_id, today)
    return len(due)


def _key(due: date, today: date) -> str:
    step = rules.reminder(due, today)
    return "" if step is None else f"{due}:{step}"


def _remind(loan_id: int, today: date) -> None:
    s = db.session()
    loan = s.scalars(db.locked(select(Loan).where(Loan.id == loan_id))).one()
    step, key = rules.reminder(loan.due_on, today), _key(loan.due_on, today)
    if loan.returned_at is not None or step is None or loan.reminded == key:
        return
    loan.reminded = key
    row, device = s.get_one(DeviceRequest, loan.request_id), s.get_one(Device, loan.device_id)
    notice = "device.due_soon" if step == rules.BEFORE else "device.overdue"
    actions_devices.tell(s, row, notice, key, device=rules.KIND_NAMES[device.kind], due=loan.due_on)
    if row.person_id is not None and not mail.sms_on():
        ways = reachable(s, [row.person_id]).get(row.person_id)
        if ways is not None and ways.phone and not ways.email and not ways.post:
            loan.call_step, loan.called_at = abs(step), None
    s.flush()


def forget(now: datetime) -> int:
    """A year after a request ended, or was left lying, it names nobody any more; a guest who has nothing else
    here goes with it. Returns how many."""
    edge = now - rules.FORGET_AFTER
    waits = (RequestState.ASKED, RequestState.APPROVED)
    with db.read() as s:
        old = select(DeviceRequest.id).where(
            DeviceRequest.person_id.is_not(None),
            or_(DeviceRequest.ended_at < edge, DeviceRequest.state.in_(waits) & (DeviceRequest.created_at < edge)),
        )
        ids = list(s.scalars(old.order_by(DeviceRequest.id).limit(BATCH)))
    for number in ids:
        with db.write() as s:
            row = s.scalars(db.locked(select(DeviceRequest).where(DeviceRequest.id == number))).one()
            if row.ended_at is None:
                row.state, row.ended_at = RequestState.WITHDRAWN, now
            guest, row.person_id, row.why, row.reason = row.person_id, None, "", ""
            s.flush()
            if guest is not None:
                actions_guest.forget(s, [guest])
    return len(ids)
