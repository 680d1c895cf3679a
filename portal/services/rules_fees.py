"""How an account of fees stands, what may be done with it, and the words for it. Pure. Money in integer cents."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.base.i18n import Text, _l, money
from portal.base.verdict import YES, Verdict, no
from portal.services.models_fees import EntryKind, LineState

NOTHING = _l("Nothing is to be paid so far. Enter the amount that you ask for.")
TOO_MUCH = "Enter an amount up to %(most)s."  # as _between says it
LOOKED_AT = timedelta(days=1)  # a statement that was read and not booked is then forgotten
MOST_CENTS = 100_000_000  # an amount that a person types


class FeeState(enum.StrEnum):
    """How an account stands."""

    FREE = "free"
    DUE = "due"
    PART = "part"
    PAID = "paid"
    OVER = "over"
    WAIVED = "waived"
    REFUNDED = "refunded"


STATES: Mapping[FeeState, Text] = {
    FeeState.FREE: _l("Nothing to pay"),
    FeeState.DUE: _l("To be paid"),
    FeeState.PART: _l("Part paid"),
    FeeState.PAID: _l("Paid"),
    FeeState.OVER: _l("Paid too much"),
    FeeState.WAIVED: _l("Waived"),
    FeeState.REFUNDED: _l("Refunded"),
}
COLOURS: Mapping[FeeState, str] = {
    FeeState.FREE: "green",
    FeeState.DUE: "sand",
    FeeState.PART: "sand",
    FeeState.PAID: "green",
    FeeState.OVER: "coral",
    FeeState.WAIVED: "green",
    FeeState.REFUNDED: "green",
}
KINDS: Mapping[EntryKind, Text] = {
    EntryKind.CHARGE: _l("Fee"),
    EntryKind.WAIVER: _l("Waived"),
    EntryKind.PAYMENT: _l("Payment"),
    EntryKind.REFUND: _l("Refund"),
}
BANK, CASH = "bank", "cash"
WAYS: Mapping[str, Text] = {BANK: _l("Bank transfer"), CASH: _l("Cash desk")}

LINES: Mapping[LineState, Text] = {
    LineState.OPEN: _l("To be assigned"),
    LineState.BOOKED: _l("Booked"),
    LineState.NOT_OURS: _l("Not a fee"),
    LineState.OUT: _l("Paid out"),
}
LINE_COLOURS: Mapping[LineState, str] = {
    LineState.OPEN: "coral",
    LineState.BOOKED: "green",
    LineState.NOT_OURS: "sand",
    LineState.OUT: "sand",
}
# Why a line of a statement finds no account by itself.
WHY: Mapping[str, Text] = {
    "none": _l("It names no reference."),
    "mistyped": _l("Its reference is mistyped: the check digits do not fit."),
    "unknown": _l("No case has this reference."),
    "several": _l("It names the references of several cases."),
    "currency": _l("It is in another currency."),
    "taken_back": _l("The bank took a payment back."),
    "collective": _l("The bank booked several payments as one amount."),
    "moved": _l("Somebody took it off a case again."),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """Sums of an account: charges, what was waived, payments and refunds, the last two as amounts from 0 up."""

    charged: int = 0
    waived: int = 0
    paid: int = 0
    refunded: int = 0

    @property
    def owed(self) -> int:
        """What has to be paid altogether."""
        return self.charged - self.waived

    @property
    def received(self) -> int:
        """What the city has of it."""
        return self.paid - self.refunded

    @property
    def open(self) -> int:
        """What is still to be paid; 0 where nothing is."""
        return max(0, self.owed - self.received)

    @property
    def over(self) -> int:
        """What was paid too much."""
        return max(0, self.received - self.owed)

    @property
    def state(self) -> FeeState:
        """All of it in a word."""
        if self.open:
            return FeeState.PART if self.received > 0 else FeeState.DUE
        if self.over:
            return FeeState.OVER
        if self.owed > 0:
            return FeeState.PAID
        if self.refunded:
            return FeeState.REFUNDED
        return FeeState.WAIVED if self.waived else FeeState.FREE


def stand(entries: Iterable[tuple[EntryKind, int]]) -> Stand:
    """How an account with these lines stands."""
    sums = dict.fromkeys(EntryKind, 0)
    for kind, cents in entries:
        sums[kind] += cents
    return Stand(sums[EntryKind.CHARGE], -sums[EntryKind.WAIVER], sums[EntryKind.PAYMENT], -sums[EntryKind.REFUND])


def late(it: Stand, due_on: date, today: date) -> bool:
    """Is something still to be paid after its day?"""
    return it.open > 0 and due_on < today


def _between(cents: int, most: int, nothing: Text) -> Verdict:
    if most <= 0:
        return no(nothing)
    if not 1 <= cents <= most:
        return no(_l("Enter an amount up to %(most)s.", most=money(most)))
    return YES


def may_waive(it: Stand, cents: int) -> Verdict:
    """May this much be waived? No more than is open."""
    return _between(cents, it.open, _l("Nothing is to be paid any more."))


def may_take(it: Stand, cents: int) -> Verdict:
    """May the cash desk take this much? No more than is open."""
    return _between(cents, it.open, _l("Nothing is to be paid any more."))


def may_refund(it: Stand, cents: int) -> Verdict:
    """May this much be paid back? No more than came in and is still here."""
    return _between(cents, it.received, _l("Nothing was paid that could be paid back."))


def may_ask(it: Stand, cents: int) -> Verdict:
    """May the applicant be asked for a fee? For more, or for what is open already."""
    if cents:
        return _between(cents, MOST_CENTS, NOTHING)
    return YES if it.open else no(NOTHING)


def may_grant(it: Stand, *, pay_first: bool) -> Verdict:
    """May a case be granted while its fee stands like this?"""
    if pay_first and it.open:
        return no(_l("For this service the fee is paid first. Still to be paid: %(amount)s.", amount=money(it.open)))
    return YES


def may_settle(state: LineState) -> Verdict:
    """Can somebody still say what a line of a statement is?"""
    if state is not LineState.OPEN:
        return no(_l("A colleague has settled this payment in the meantime."))
    return YES


def of_amount(verdict: Verdict) -> bool:
    """Is a no about the amount that was typed?"""
    return verdict.reason is not None and verdict.reason.msgid in (TOO_MUCH, NOTHING.msgid)


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """A cell that no table program takes for a formula; numbers stay numbers."""
    text = "" if value is None else str(value)
    number = text.removeprefix("-").replace(".", "", 1)
    return f"'{text}" if text.startswith(_FORMULA) and not (number.isascii() and number.isdigit()) else text


def decimal(cents: int) -> str:
    """An amount for other programs: 1234 is 12.34, whatever the language."""
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{whole // 100}.{whole % 100:02}"
