"""A fee falls due: the account of a case, with the lines that its form reckons or an officer asks for."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, ground
from portal.base.actor import Actor
from portal.services import creditor, filling, queries_clock
from portal.services.models import Case, FormVersion, Service
from portal.services.models_fees import EntryKind, Fee, FeeEntry
from portal.services.schema import Words
from portal.services.schema_read import read
from portal.services.schema_reckon import TooLarge


def account(s: Session, case: Case, service: Service, due_on: date | None = None) -> Fee:
    """The account of a case; a new one is to be paid within the days of its service, or until `due_on`. The case's row
    is locked, or new."""
    found = s.scalars(select(Fee).where(Fee.case_id == case.id)).first()
    if found is None:
        found = Fee(
            case_id=case.id, reference=creditor.of(case.reference), currency=ground.settings().city.currency,
            due_on=due_on or queries_clock.after(service.pay_days), created_at=clock.now(),
        )  # fmt: skip
        s.add(found)
        s.flush()
    return found


def charge(
    s: Session,
    fee: Fee,
    cents: int,
    *,
    key: str,
    label: Words | None = None,
    note: str = "",
    actor: Actor | None = None,
) -> None:
    """A line of what is owed, below 0 for a reduction."""
    s.add(
        FeeEntry(
            fee_id=fee.id, kind=EntryKind.CHARGE, cents=cents, key=key, label=dict(label or {}), note=note[:500],
            booked_on=queries_clock.today(), at=clock.city_now(), by_id=actor.person_id if actor is not None else None,
        )
    )  # fmt: skip
    s.flush()


def falls_due(s: Session, case: Case, service: Service) -> int:
    """What a case that was just filed costs, by its form: an account with its lines where there are any. Returns the
    cents to be paid. Numbers beyond any meaning are left to the officer."""
    form = read(s.get_one(FormVersion, case.form_id).document)
    if not form.charges:
        return 0
    try:
        fees = filling.charged(form, case.answers, queries_clock.today())
    except TooLarge:
        return 0
    if not fees.lines:
        return 0
    fee = account(s, case, service)
    for line in fees.lines:
        charge(s, fee, line.cents, key=f"case:{case.id}:{line.key}:{line.reduction}", label=line.label)
    return fees.total
