"""Conditions and computed values of a form, evaluated on answers: pure, exact, and never as code.

An answer that is not there makes every comparison false and counts as 0. Numbers are Decimals that are refused where
they would have to be rounded, so a sum on the check page is the same everywhere; money is in cents throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

from portal.services.schema import Answers, Condition, Field, Form, Reckoning
from portal.services.schema_kinds import DAY

_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation, Overflow])
_MOST = Decimal(10) ** 15


class TooLarge(ArithmeticError):
    """A computed value beyond anything that a form can mean; whoever filled it in gets a sentence instead of a sum."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition can look at: the form, the answers of its visible fields, and the day (on the city's clock)."""

    form: Form
    answers: Answers
    today: date
    # computed values that were asked for: each is reckoned once, however often others build on it
    found: dict[str, Decimal] = field(default_factory=dict, compare=False, repr=False)


def day_of(limit: str, today: date) -> date:
    """The day that a limit means: 2027-03-27, today, today+14, today-365. The text was checked when the form was read."""
    found = DAY.fullmatch(limit)
    if found is None:
        raise ValueError(limit)
    if found["day"]:
        return date.fromisoformat(limit)
    return today + timedelta(days=int(found["off"] or 0))


def filled(answer: Any) -> bool:
    """Is there an answer? A "no" is one, an empty list or text is none."""
    return answer is not None and answer != "" and answer != [] and answer != {}


def plain(asked: Field | None, answer: Any) -> Any:
    """The part of an answer that conditions compare: a Decimal, a text, a yes or no, a list; None for no answer."""
    if asked is None or not filled(answer):
        return None
    if asked.kind in ("number", "money"):
        return Decimal(str(answer))
    if asked.kind == "on_behalf":
        return answer.get("who")
    return answer


def holds(condition: Condition | None, known: Known) -> bool:
    """Does the condition hold? No condition always does. Raises TooLarge."""
    if condition is None:
        return True
    if "all" in condition:
        return all(holds(part, known) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, known) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], known)
    if "value" in condition:
        kind = "number"
        found: Any = reckon({"value": condition["value"]}, known)
    else:
        asked = known.form.by_key.get(condition["field"])
        kind = asked.kind if asked else ""
        found = plain(asked, known.answers.get(condition["field"]))
    return _compared(condition, kind, found, known.today)


def _compared(condition: Condition, kind: str, found: Any, today: date) -> bool:
    if "filled" in condition:
        return bool((found is not None) == condition["filled"])
    if found is None:
        return False
    if "is" in condition or "in" in condition:
        wanted = [condition["is"]] if "is" in condition else condition["in"]
        wanted = [_limit(kind, one, today) for one in wanted]
        return any(one in wanted for one in (found if isinstance(found, list) else [found]))
    name = "above" if "above" in condition else "below"
    limit = _limit(kind, condition[name], today)
    return bool(found > limit if name == "above" else found < limit)


def _limit(kind: str, limit: Any, today: date) -> Any:
    if kind in ("number", "money"):
        return Decimal(str(limit))
    if kind == "date":
        return day_of(limit, today).isoformat()
    return limit


def reckon(reckoning: Reckoning, known: Known, row: Mapping[str, Any] | None = None) -> Decimal:
    """The value of an expression; `row` is the table's row inside a table sum. Raises TooLarge."""
    try:
        found = _reckon(reckoning, known, row)
    except (Inexact, InvalidOperation, Overflow) as error:
        raise TooLarge from error
    if abs(found) > _MOST:
        raise TooLarge
    return found


def _reckon(part: Reckoning, known: Known, row: Mapping[str, Any] | None) -> Decimal:
    if not isinstance(part, Mapping):
        return Decimal(str(part))
    if "field" in part:
        return _number(known.answers.get(part["field"]))
    if "column" in part:
        return _number((row or {}).get(part["column"]))
    if "value" in part:
        key = part["value"]
        if key not in known.found:
            known.found[key] = _reckon(known.form.value_by_key[key].reckoning, known, None)
        return known.found[key]
    if "count" in part:
        return Decimal(len(known.answers.get(part["count"]) or ()))
    if "table" in part:
        rows = known.answers.get(part["table"]) or ()
        return _sum(_reckon(part["sum"], known, one) for one in rows)
    if "sum" in part:
        return _sum(_reckon(one, known, row) for one in part["sum"])
    if "product" in part:
        found = Decimal(1)
        for one in part["product"]:
            found = _EXACT.multiply(found, _reckon(one, known, row))
        return found
    if "least" in part:
        return min(_reckon(one, known, row) for one in part["least"])
    if "most" in part:
        return max(_reckon(one, known, row) for one in part["most"])
    if "if" in part:
        return _reckon(part["then"] if holds(part["if"], known) else part["else"], known, row)
    looked = _reckon(part["lookup"], known, row)
    step = next(one for one in part["steps"] if "to" not in one or looked <= Decimal(str(one["to"])))
    return Decimal(str(step["is"]))


def _sum(parts: Iterator[Decimal]) -> Decimal:
    found = Decimal(0)
    for part in parts:
        found = _EXACT.add(found, part)
    return found


def _number(answer: Any) -> Decimal:
    return Decimal(str(answer)) if filled(answer) else Decimal(0)


def cents(amount: Decimal) -> int:
    """An amount in cents with a fraction, as whole cents: half a cent is rounded up (away from nothing)."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def looks_at(part: Any) -> Iterator[tuple[str, str]]:
    """("field" or "value", key) of everything that a condition or an expression looks at directly, with repetitions."""
    if isinstance(part, list):
        for one in part:
            yield from looks_at(one)
    elif isinstance(part, Mapping):
        for name, one in part.items():
            if name in ("field", "count", "table") and isinstance(one, str):
                yield "field", one
            elif name == "value" and isinstance(one, str):
                yield "value", one
            elif isinstance(one, (list, Mapping)):
                yield from looks_at(one)


def fields_behind(part: Any, values: Mapping[str, Any]) -> set[str]:
    """Keys of all fields that a condition or expression depends on, through computed values (key -> expression) too.

    Also ends where values go round in a circle.
    """
    found: set[str] = set()
    met: set[str] = set()
    open_: list[Any] = [part]
    while open_:
        for kind, key in looks_at(open_.pop()):
            if kind == "field":
                found.add(key)
            elif key in values and key not in met:
                met.add(key)
                open_.append(values[key])
    return found
