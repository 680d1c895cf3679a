"""What an application costs: charges, and reasons to pay less, each with its line. Money in integer cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.services.schema import Answers, Form, Words
from portal.services.schema_reckon import Known, cents, holds, reckon


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A line of the account: a charge, or what a reduction takes off (then less than 0)."""

    key: str
    label: Words
    cents: int
    reduction: bool = False


@dataclass(frozen=True, slots=True)
class Fees:
    """All lines; `total` is never below 0."""

    lines: tuple[FeeLine, ...]

    @property
    def total(self) -> int:
        """Cents to pay."""
        return sum(line.cents for line in self.lines)


def fees(form: Form, answers: Answers, today: date) -> Fees:
    """The fees of an application. `answers` are the right ones of visible fields (`Seen.good`).
    Raises TooLarge.

    Reductions apply in their order, each to what is left of its charges. A percentage is taken of each charge by
    itself, half a cent rounded up for the one who pays; an amount is taken off the charges in their order. Nothing goes
    below 0.
    """
    known = Known(form, answers, today)
    left: dict[str, int] = {}
    lines: list[FeeLine] = []
    for charge in form.charges:
        if holds(charge.condition, known):
            left[charge.key] = max(0, cents(reckon(charge.reckoning, known)))
            lines.append(FeeLine(charge.key, charge.label, left[charge.key]))
    for reduction in form.reductions:
        if not holds(reduction.condition, known):
            continue
        off, rest = 0, reduction.cents or 0
        for key in left:
            if reduction.charges and key not in reduction.charges:
                continue
            if reduction.percent is not None:
                part = cents(Decimal(left[key] * reduction.percent) / 100)
            else:
                part = min(rest, left[key])
                rest -= part
            left[key] -= part
            off += part
        if off:
            lines.append(FeeLine(reduction.key, reduction.label, -off, True))
    return Fees(tuple(lines))
