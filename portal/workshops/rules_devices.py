"""Questions about help with a device: who may do what, when to remind. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from portal.base.feature import Notice, Topic
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Denied, Verdict, no
from portal.workshops.models_devices import DeviceKind, DeviceState, Help, RequestState
from portal.workshops.rules import PROGRAMME

__all__ = ["Denied", "Verdict"]

STAFF = (PROGRAMME, "librarian", "clerk", "administrator")
LENT_FOR = timedelta(days=28)
LONGEST = timedelta(days=180)  # ahead of today
MOST_RENEWALS = 3
MOST_OPEN = 3  # requests of one person at a time
FORGET_AFTER = timedelta(days=365)
BEFORE, LATE, LATER = -3, 7, 14  # days from the due day on which somebody is reminded

KIND_NAMES: Mapping[DeviceKind, Text] = {
    DeviceKind.TABLET: _l("Tablet"),
    DeviceKind.LAPTOP: _l("Laptop"),
    DeviceKind.PHONE: _l("Mobile phone"),
    DeviceKind.HOTSPOT: _l("Internet for at home (hotspot)"),
}
DEVICE_STATES: Mapping[DeviceState, Text] = {
    DeviceState.AVAILABLE: _l("Free to lend"),
    DeviceState.LENT: _l("Lent"),
    DeviceState.REPAIR: _l("In repair"),
    DeviceState.RETIRED: _l("No longer used"),
}
HELP_NAMES: Mapping[Help, Text] = {
    Help.LOAN: _l("Borrow a device"),
    Help.GRANT: _l("Money towards a device of my own"),
    Help.VOUCHER: _l("A voucher"),
}
STATE_NAMES: Mapping[RequestState, Text] = {
    RequestState.ASKED: _l("Waits for a decision"),
    RequestState.APPROVED: _l("Approved"),
    RequestState.REFUSED: _l("Refused"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
    RequestState.HANDED_OUT: _l("The device is lent"),
    RequestState.CLOSED: _l("Finished"),
}

TOPIC = Topic("device", _l("Help with a device: decisions and due days"), required=True, personal=True, mandate="cases")
NOTICES = [
    Notice(
        "device.approved",
        "device",
        _l("Approved: help with a device"),
        _l("Your request is approved: %(help)s. Come to %(place)s with your slip or your name."),
    ),
    Notice(
        "device.refused",
        "device",
        _l("Refused: help with a device"),
        _l("Your request is refused: %(help)s. The reason stands below. You can ask %(place)s to look again."),
    ),
    Notice(
        "device.handed_out",
        "device",
        _l("Lent to you until %(due)s"),
        _l("%(device)s is lent to you. Bring it back to %(place)s by %(due)s."),
    ),
    Notice(
        "device.renewed",
        "device",
        _l("More time: until %(due)s"),
        _l("You can keep %(device)s until %(due)s."),
    ),
    Notice(
        "device.due_soon",
        "device",
        _l("Due on %(due)s"),
        _l("%(device)s is due on %(due)s. Bring it back to %(place)s, or ask there for more time."),
    ),
    Notice(
        "device.overdue",
        "device",
        _l("Overdue since %(due)s"),
        _l("%(device)s was due on %(due)s. Bring it back to %(place)s, or ask there for more time."),
    ),
]


def may_ask(open_requests: int) -> Verdict:
    """May somebody ask once more?"""
    if open_requests >= MOST_OPEN:
        return no(_l("Some of your requests still wait."), _l("Withdraw one, or wait for the decision."))
    return YES


def may_withdraw(state: RequestState) -> Verdict:
    """Can the request be taken back? Until something was handed out."""
    if state not in (RequestState.ASKED, RequestState.APPROVED):
        return no(_l("This request can no longer be withdrawn."))
    return YES


def may_decide(state: RequestState, own: bool) -> Verdict:
    """Can it be decided now, and by this person? Nobody decides on what they asked for."""
    if state is not RequestState.ASKED:
        return no(_l("This request is decided already."))
    if own:
        return no(_l("You asked for this yourself. Somebody else decides."))
    return YES


def may_hand_out(state: RequestState, help: Help) -> Verdict:
    """Can a device be handed out for it?"""
    if help is not Help.LOAN:
        return no(_l("This request is not for a loan."))
    if state is not RequestState.APPROVED:
        return no(_l("Only for an approved request can a device be handed out."))
    return YES


def may_lend_until(due: date, today: date) -> Verdict:
    """Is this a day by which a device may come back?"""
    if not today <= due <= today + LONGEST:
        return no(_l("Choose a day from today on, at most half a year ahead."))
    return YES


def may_renew(renewals: int, due: date, was: date, today: date) -> Verdict:
    """Can the loan go on until that day?"""
    if renewals >= MOST_RENEWALS:
        return no(_l("This loan was renewed %(n)s times. Take the device back first.", n=renewals))
    if due <= was:
        return no(_l("Choose a day after the one until now."))
    return may_lend_until(due, today)


def reminder(due: date, today: date) -> int | None:
    """Which reminder is due: three days before, a week after, two weeks after; None before."""
    days = (today - due).days
    if days >= LATER:
        return LATER
    if days >= LATE:
        return LATE
    return BEFORE if BEFORE <= days <= 0 else None


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table for spreadsheets; a cell that would be read as a formula is made plain words."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        writer.writerow([f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells])
    return "\ufeff" + out.getvalue()
