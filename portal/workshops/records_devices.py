"""What help with a device keeps about people."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from portal.base import personal
from portal.base.feature import Fate, Record
from portal.base.i18n import _l
from portal.workshops.models_devices import DeviceRequest, Loan

_YEAR = _l("A year after the request ended; then the row stays for the figures, without you")
_STAFF = _l("You, and the staff of the house")


def _of_requests(person_id: int) -> ColumnElement[bool]:
    """Loans that came of a person's requests."""
    return Loan.request_id.in_(select(DeviceRequest.id).where(DeviceRequest.person_id == person_id))


PERSONAL = [
    Record(
        "device_request",
        _l("Your requests for help with a device"),
        _l("To decide on your request and to tell you"),
        personal.TASK,
        _YEAR,
        Fate.ANONYMOUS,
        by=("helped_by_id", "decided_by_id"),
        blank={"why": "", "reason": ""},
        reason=_l("How many people were helped is part of the public figures."),
        who=_STAFF,
    ),
    Record(
        "device_loan",
        _l("Devices that are lent to you"),
        _l("To know where a device is and when it is due"),
        personal.TASK,
        _YEAR,
        Fate.KEPT,
        person=(),
        reach=_of_requests,
        by=("handed_by_id", "returned_to_id"),
        reason=_l("It hangs on the request, which no longer names you."),
        who=_STAFF,
    ),
]
