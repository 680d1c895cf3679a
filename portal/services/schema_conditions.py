"""Are the conditions, computed values and fees of a form sound? They look at what exists, back and never round in a
circle, and compare what can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.base.i18n import _l, _n
from portal.services.schema import Field
from portal.services.schema_faults import Reading, step
from portal.services.schema_kinds import (
    DAY,
    DECIMALS,
    FOR_ME,
    FOR_OTHER,
    LIMITS,
    MONTH,
    NUMERIC,
    ONE_OF,
    ORDERED,
)  # fmt: skip
from portal.services.schema_reckon import day_of, fields_behind, looks_at

COMPARES = ("is", "in", "above", "below", "filled")
JOINS = ("all", "any", "not")
EXPRESSIONS = (
    "field", "value", "count", "table", "column", "sum", "product", "least", "most", "if", "lookup",
)  # fmt: skip
_ANY = date(2027, 1, 1)
ANY_DAY = _l("Write a day as 2027-03-27, today, today+14 or today-14.")
ANY_MONTH = _l("Write a month as 2027-03.")


def day_like(text: Any) -> bool:
    """Is this a day as a document writes one, and one that exists? (today is taken as any day)"""
    if not isinstance(text, str) or not DAY.fullmatch(text):
        return False
    if text.startswith("today"):
        return True
    try:
        day_of(text, _ANY)
    except ValueError:
        return False
    return True


class Checker:
    """Checks expressions of one form. `order` is the field keys' place in the form; `values` the raw computed values."""

    def __init__(self, reading: Reading, fields: Mapping[str, Field], values: Mapping[str, Any]) -> None:
        self.reading, self.fields, self.values = reading, fields, values
        self.order = {key: place for place, key in enumerate(fields)}
        self.parts = 0

    def circles(self, places: Mapping[str, str]) -> None:
        """Name every computed value that depends on itself; `places` has the pointer of each."""
        needs = {
            key: {name for kind, name in looks_at(part) if kind == "value" and name in self.values}
            for key, part in self.values.items()
        }
        left, level = dict(needs), 0
        while True:  # take away what depends on nothing that is left: circles, and what hangs on them, remain
            free = [key for key, of in left.items() if not of & left.keys()]
            if not free:
                break
            level += 1
            for key in free:
                del left[key]
                if level == LIMITS.nesting + 1:  # evaluation recurses, and stays far from the interpreter's limit
                    self.reading.wrong(places[key], _l("This is nested too deep."))
        for key in left:
            self.reading.wrong(places[key], _l("“%(key)s” would have to be known before it is computed.", key=key))

    def condition(self, at: str, part: Any, before: int | None = None) -> None:
        """A condition. `before`: it can only look at the first so many fields; None where all are known."""
        self.parts = 0
        self._condition(at, part, before, 1)

    def expression(self, at: str, part: Any) -> None:
        """An expression that gives a number."""
        self.parts = 0
        self._expression(at, part, None, 1)

    def _large(self, at: str, depth: int) -> bool:
        self.parts += 1
        if depth > LIMITS.nesting:
            self.reading.wrong(at, _l("This is nested too deep."))
        elif self.parts > LIMITS.parts:
            most = LIMITS.parts
            self.reading.wrong(at, _n("It can have at most %(n)s part.", "It can have at most %(n)s parts.", most))
        else:
            return False
        return True

    # --- conditions ---

    def _condition(self, at: str, part: Any, before: int | None, depth: int) -> None:
        reading = self.reading
        if self._large(at, depth):
            return
        if not isinstance(part, Mapping):
            reading.wrong(at, _l("An object in curly brackets is needed here."))
            return
        for name in ("all", "any"):
            if name in part:
                reading.members(at, part, {name})
                for place, one in enumerate(reading.items(step(at, name), part[name], LIMITS.parts)):
                    self._condition(step(step(at, name), place), one, before, depth + 1)
                return
        if "not" in part:
            reading.members(at, part, {"not"})
            self._condition(step(at, "not"), part["not"], before, depth + 1)
            return
        looked = [name for name in ("field", "value") if name in part]
        compared = [name for name in COMPARES if name in part]
        if len(looked) != 1 or len(compared) != 1:
            reading.wrong(
                at, _l("A condition names one field or value, and one of: %(list)s.", list=", ".join(COMPARES))
            )
            return
        reading.members(at, part, {looked[0], compared[0]})
        key = part[looked[0]]
        if looked[0] == "value":
            if self._value(step(at, "value"), key, before):
                self._compared(step(at, compared[0]), compared[0], part[compared[0]], None)
            return
        field = self._field(step(at, "field"), key, before)
        if field is not None:
            self._compared(step(at, compared[0]), compared[0], part[compared[0]], field)

    def _field(self, at: str, key: Any, before: int | None) -> Field | None:
        field = self.fields.get(key) if isinstance(key, str) else None
        if field is None or not field.asks:
            self.reading.wrong(at, _l("The form asks nothing named “%(key)s”.", key=str(key)[:40]))
            return None
        if before is not None and self.order[field.key] >= before:
            self._later(at, field.key)
            return None
        return field

    def _value(self, at: str, key: Any, before: int | None) -> bool:
        if not isinstance(key, str) or key not in self.values:
            self.reading.wrong(at, _l("The form computes nothing named “%(key)s”.", key=str(key)[:40]))
            return False
        if before is not None:
            for behind in sorted(fields_behind(self.values[key], self.values)):
                if self.order.get(behind, -1) >= before:
                    self._later(at, behind)
                    return False
        return True

    def _later(self, at: str, key: str) -> None:
        self.reading.wrong(
            at, _l("“%(key)s” is not answered yet at this place. Conditions can only look back.", key=key)
        )

    def _compared(self, at: str, name: str, limit: Any, field: Field | None) -> None:
        """The right side of a comparison; no field for a computed value, which is a number."""
        kind = field.kind if field else "number"
        if name == "filled":
            self.reading.flag(at, limit)
        elif name in ("above", "below"):
            if kind not in ORDERED:
                assert field is not None
                self.reading.wrong(
                    at, _l("“%(key)s” has no more and no less. Compare it with is, in or filled.", key=field.key)
                )
            else:
                self._limit(at, kind, limit, field)
        elif name == "in":
            for place, one in enumerate(self.reading.items(at, limit, LIMITS.options)):
                self._limit(step(at, place), kind, one, field)
        else:
            self._limit(at, kind, limit, field)

    def _limit(self, at: str, kind: str, limit: Any, field: Field | None) -> None:
        reading = self.reading
        if kind in NUMERIC:
            reading.exact(at, limit, LIMITS.cents)
        elif kind == "date":
            if not day_like(limit):
                reading.wrong(at, ANY_DAY)
        elif kind == "month":
            reading.string(at, limit, MONTH, ANY_MONTH)
        elif kind in ("yes_no", "declaration"):
            reading.flag(at, limit)
        elif kind in ONE_OF:
            assert field is not None
            reading.one_of(at, limit, [option.value for option in field.options])
        elif kind == "on_behalf":
            reading.one_of(at, limit, [FOR_ME, FOR_OTHER])
        elif kind in ("text", "plate", "email"):
            reading.string(at, limit)
        else:
            assert field is not None
            reading.wrong(at, _l("“%(key)s” has several parts. Ask only whether it is filled.", key=field.key))

    # --- expressions ---

    def _expression(self, at: str, part: Any, table: Field | None, depth: int) -> None:
        reading = self.reading
        if self._large(at, depth):
            return
        if not isinstance(part, Mapping):
            reading.exact(at, part, LIMITS.cents)
            return
        name = next((one for one in EXPRESSIONS if one in part and not (one == "sum" and "table" in part)), None)
        if name is None:
            reading.wrong(at, _l("An expression has one of: %(list)s.", list=", ".join(EXPRESSIONS)))
            return
        here, inside = step(at, name), part[name]
        must = {"table": {"table", "sum"}, "if": {"if", "then", "else"}, "lookup": {"lookup", "steps"}}.get(
            name, {name}
        )
        if not must <= reading.members(at, part, must).keys():
            return
        if name == "field":
            field = self._field(here, inside, None)
            if field is not None and field.kind not in NUMERIC:
                reading.wrong(here, _l("“%(key)s” is neither a number nor an amount.", key=field.key))
        elif name == "value":
            self._value(here, inside, None)
        elif name == "column":
            self._column(here, inside, table)
        elif name == "count":
            field = self._field(here, inside, None)
            if field is not None and field.kind not in ("table", "choices", "file"):
                reading.wrong(here, _l("In “%(key)s” there is nothing to count.", key=field.key))
        elif name == "table":
            field = self._field(here, inside, None)
            if field is not None and field.kind != "table":
                reading.wrong(here, _l("“%(key)s” is not a table.", key=field.key))
            elif field is not None:
                self._expression(step(at, "sum"), part["sum"], field, depth + 1)
        elif name in ("sum", "product", "least", "most"):
            for place, one in enumerate(reading.items(here, inside, LIMITS.parts)):
                self._expression(step(here, place), one, table, depth + 1)
        elif name == "if":
            self._condition(here, inside, None, depth + 1)
            self._expression(step(at, "then"), part["then"], table, depth + 1)
            self._expression(step(at, "else"), part["else"], table, depth + 1)
        else:
            self._expression(here, inside, table, depth + 1)
            self._steps(step(at, "steps"), part["steps"])

    def _column(self, at: str, key: Any, table: Field | None) -> None:
        if table is None:
            self.reading.wrong(at, _l("A column can only be used in the sum of its table."))
            return
        column = next((one for one in table.columns if one.key == key), None)
        if column is None:
            self.reading.wrong(at, _l("The table has no column named “%(key)s”.", key=str(key)[:40]))
        elif column.kind not in NUMERIC:
            self.reading.wrong(at, _l("“%(key)s” is neither a number nor an amount.", key=column.key))

    def _steps(self, at: str, value: Any) -> None:
        reading = self.reading
        steps = reading.items(at, value, LIMITS.options)
        above: Decimal | None = None
        for place, one in enumerate(steps):
            here, last = step(at, place), place == len(steps) - 1
            found = reading.members(here, one, {"is"}, {"to"})
            if "is" in found:
                reading.exact(step(here, "is"), found["is"], LIMITS.cents)
            if ("to" in found) == last:
                reading.wrong(here, _l("Every step but the last has “to”, the highest number that it is for."))
            elif "to" in found:
                to = reading.exact(step(here, "to"), found["to"], LIMITS.cents)
                if to is not None and above is not None and to <= above:
                    reading.wrong(step(here, "to"), _l("Each step must be higher than the one before."))
                above = to if to is not None else above


def decimals_of(number: Decimal) -> int:
    """How many decimals a number is written with, without noughts at the end."""
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else DECIMALS + 1
