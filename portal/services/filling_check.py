"""What is wrong with an answer: one judgement for pages, for answers that arrive as JSON, and for those kept of old.

The shapes of answers, by kind; all of them can be written as JSON:

    text, long_text, email, telephone, iban, plate   "text"
    name        {"given": "…", "family": "…"}        the given name may be empty: some people have one name
    address     {"street": "…", "number": "…", "postcode": "…", "town": "…"}     the number may be empty
    date, month "2027-03-27", "2027-03"
    number      12, or "12.5" where it has decimals
    money       4500 (cents)
    choice, choices   "value", ["value", "value"]
    yes_no, declaration   true, false
    table       [{"column": answer, …}, …]
    file        [{"id": "…", "name": "…", "type": "pdf", "size": bytes}, …]
    on_behalf   {"who": "self"} or {"who": "other", "given", "family", "birth_date", "ground"}
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.base import addresses, i18n
from portal.base.i18n import Text, _l, _n
from portal.services import iban
from portal.services.schema import Field
from portal.services.schema_faults import unseen
from portal.services.schema_kinds import FILES, FOR_ME, FOR_OTHER, GROUNDS, LIMITS, MONTH, PATTERNS
from portal.services.schema_reckon import day_of, filled

Wrong = dict[str, Text]  # part of the field ("" for the whole, "town", "2-amount") -> sentence

ANSWER = _l("Answer this question.")
LISTED = _l("Choose one of the answers in the list.")
A_DATE = _l("Enter a real date, such as 27 3 2027.")
A_MONTH = _l("Enter a month and a year, such as 3 2027.")
UNSEEN = _l("The text has signs that cannot be seen. Type it anew instead of pasting it.")
NO_SHAPE = _l("This answer does not fit its question.")
YEARS = range(1850, 2200)
PARTS = {"name": ("given", "family"), "address": ("street", "number", "postcode", "town")}
PART_LIMIT = 120
_OPTIONAL_PARTS = ("given", "number")
_PART_MISSING = {
    "family": _l("Enter the family name."),
    "street": _l("Enter the street."),
    "postcode": _l("Enter the postcode."),
    "town": _l("Enter the town."),
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TELEPHONE = re.compile(r"\+?[0-9 ()/.-]{5,30}")


@dataclass(frozen=True, slots=True)
class Said:
    """A limit inside a sentence, written in the language in which the sentence is shown."""

    write: Callable[[Any], str]
    value: Any

    def __str__(self) -> str:
        return self.write(self.value)


def missing(field: Field, answer: Any) -> Text | None:
    """The sentence for a question that must be answered and is not; None where all is well."""
    if not field.asks or not field.required:
        return None
    if field.kind == "declaration":
        return None if answer is True else _l("Tick the box to confirm this.")
    if filled(answer):
        return None
    return _l("Add a file.") if field.kind == "file" else ANSWER


def wrong(field: Field, answer: Any, today: date, rows: Sequence[int] | None = None) -> Wrong:
    """What is wrong with an answer that is there; empty for a good one, and for none. `today` is the day on the city's
    clock. `rows` are the numbers under which a table's rows were typed, where some between them were left empty."""
    if not filled(answer):
        return {}
    if field.kind == "table":
        return _table(field, answer, today, rows)
    if field.kind in PARTS:
        return _parts(field, answer)
    if field.kind == "on_behalf":
        return _on_behalf(answer, today)
    sentence = _single(field, answer, today)
    return {"": sentence} if sentence else {}


def _single(field: Field, answer: Any, today: date) -> Text | None:
    kind = field.kind
    if kind in ("text", "long_text"):
        return _text(field, answer)
    if kind in ("email", "telephone", "iban", "plate"):
        return _written(kind, answer)
    if kind in ("date", "month"):
        return _time(field, answer, today)
    if kind in ("number", "money"):
        return _number(field, answer)
    if kind == "choice":
        return None if answer in [option.value for option in field.options] else LISTED
    if kind == "choices":
        return _choices(field, answer)
    if kind in ("yes_no", "declaration"):
        return None if isinstance(answer, bool) else NO_SHAPE
    if kind == "file":
        return _files(field, answer)
    return NO_SHAPE  # an information text has no answer


def line(answer: Any, most: int, breaks: bool = False) -> Text | None:
    """What is wrong with a piece of text as such: what it is made of, and its length."""
    if not isinstance(answer, str):
        return NO_SHAPE
    if unseen(answer, breaks):
        return UNSEEN
    if len(answer) > most:
        return _n("Use at most %(n)s character.", "Use at most %(n)s characters.", most)
    return None


def _text(field: Field, answer: Any) -> Text | None:
    long = field.kind == "long_text"
    bad = line(answer, field.limits.get("max_length", LIMITS.long_text if long else LIMITS.text), long)
    if bad:
        return bad
    least = field.limits.get("min_length", 0)
    if len(answer) < least:
        return _n("Use at least %(n)s character.", "Use at least %(n)s characters.", least)
    if "pattern" in field.limits:
        shape, sentence = PATTERNS[field.limits["pattern"]]
        return None if shape.fullmatch(answer) else sentence
    return None


def _written(kind: str, answer: Any) -> Text | None:
    bad = line(answer, LIMITS.text)
    if bad:
        return bad
    if kind == "email":
        fine = addresses.plain(answer) == answer
        return None if fine else _l("Enter an e-mail address such as name@example.org.")
    if kind == "telephone":
        fine = bool(_TELEPHONE.fullmatch(answer)) and 5 <= sum(c.isdigit() for c in answer) <= 15
        return None if fine else _l("Enter a telephone number, such as +49 30 901820.")
    if kind == "plate":
        fine = 2 <= len(answer) <= 14 and answer[0].isalnum() and any(c.isdigit() for c in answer)
        fine = fine and all(c in " -" or unicodedata.category(c)[0] in "LMN" for c in answer)
        return None if fine else _l("Enter the registration as it stands on the plate, such as SU 123 AB.")
    return iban.check(answer).reason


def _time(field: Field, answer: Any, today: date) -> Text | None:
    low, high = field.limits.get("earliest"), field.limits.get("latest")
    if field.kind == "month":
        if not isinstance(answer, str) or not MONTH.fullmatch(answer) or int(answer[:4]) not in YEARS:
            return A_MONTH
        months = [date.fromisoformat(f"{one}-01") if one else None for one in (answer, low, high)]
        return _between(months[0], months[1], months[2], i18n.month)
    try:
        if not isinstance(answer, str) or not _DAY.fullmatch(answer):  # fromisoformat would take weeks as well
            raise ValueError
        when = date.fromisoformat(answer)
    except ValueError:
        return A_DATE
    if when.year not in YEARS:
        return A_DATE
    return _between(when, day_of(low, today) if low else None, day_of(high, today) if high else None, i18n.day)


def _number(field: Field, answer: Any) -> Text | None:
    if isinstance(answer, bool) or not isinstance(answer, (int, str)):
        return NO_SHAPE
    if field.kind == "money":
        if not isinstance(answer, int):
            return NO_SHAPE
        low, high = field.limits.get("min", 0), field.limits.get("max", LIMITS.cents)
        return _between(answer, low, high, i18n.money)
    step = Decimal(str(field.limits.get("step", 1)))
    if isinstance(answer, str) and not re.fullmatch(r"-?[0-9]{1,13}\.[0-9]{1,2}", answer):
        return NO_SHAPE
    if abs(Decimal(answer)) > LIMITS.number:
        return _between(Decimal(answer), Decimal(-LIMITS.number), Decimal(LIMITS.number), i18n.number)
    bounds = {name: Decimal(str(field.limits[name])) for name in ("min", "max") if name in field.limits}
    bad = _between(Decimal(answer), bounds.get("min", Decimal(0)), bounds.get("max"), i18n.number)
    if bad:
        return bad
    if (Decimal(answer) - bounds.get("min", Decimal(0))) % step:
        if step == 1 and "min" not in bounds:
            return _l("Enter a whole number, such as 15.")
        return _l("It must go in steps of %(step)s.", step=Said(i18n.number, step))
    return None


def _between(found: Any, low: Any, high: Any, write: Callable[[Any], str]) -> Text | None:
    if (low is None or found >= low) and (high is None or found <= high):
        return None
    if low is None:
        if write is i18n.day:
            return _l("It must be %(day)s or earlier.", day=high)
        return _l("It must be %(high)s or less.", high=Said(write, high))
    if high is None:
        if write is i18n.day:
            return _l("It must be %(day)s or later.", day=low)
        return _l("It must be %(low)s or more.", low=Said(write, low))
    return _l("It must be from %(low)s to %(high)s.", low=Said(write, low), high=Said(write, high))


def _choices(field: Field, answer: Any) -> Text | None:
    known = [option.value for option in field.options]
    if not isinstance(answer, list) or any(one not in known for one in answer) or len(set(answer)) < len(answer):
        return LISTED
    least, most = field.limits.get("min_choices", 1), field.limits.get("max_choices", len(known))
    if len(answer) < least:
        return _n("Choose at least %(n)s answer.", "Choose at least %(n)s answers.", least)
    if len(answer) > most:
        return _n("Choose at most %(n)s answer.", "Choose at most %(n)s answers.", most)
    return None


def _files(field: Field, answer: Any) -> Text | None:
    if not isinstance(answer, list) or not all(isinstance(one, Mapping) for one in answer):
        return NO_SHAPE
    most = field.limits.get("max_files", 1)
    if len(answer) > most:
        return _n("Add at most %(n)s file.", "Add at most %(n)s files.", most)
    accepted, size = field.limits["accept"], field.limits.get("max_mb", 10)
    for one in answer:
        if not isinstance(one.get("id"), str) or not isinstance(one.get("size"), int) or one.get("type") not in FILES:
            return NO_SHAPE
        if line(one.get("name"), PART_LIMIT * 2):
            return NO_SHAPE
        if one["type"] not in accepted:
            return _l("A file of this kind is not taken here. These are: %(list)s.", list=", ".join(accepted).upper())
        if one["size"] <= 0:
            return _l("The file is empty.")
        if one["size"] > size * 1_000_000:
            return _l("A file can have at most %(n)s MB.", n=size)
    return None


def _parts(field: Field, answer: Any) -> Wrong:
    if not isinstance(answer, Mapping) or not set(answer) <= set(PARTS[field.kind]):
        return {"": NO_SHAPE}
    found: Wrong = {}
    for part in PARTS[field.kind]:
        bad = _part(part, answer.get(part, ""))
        if bad:
            found[part] = bad
    return found


def _part(part: str, text: Any) -> Text | None:
    if text == "":
        return None if part in _OPTIONAL_PARTS else _PART_MISSING[part]
    bad = line(text, PART_LIMIT)
    if bad is None and part == "postcode":
        shape, sentence = PATTERNS["postcode"]
        return None if shape.fullmatch(text) else sentence
    return bad


def _on_behalf(answer: Any, today: date) -> Wrong:
    if not isinstance(answer, Mapping) or answer.get("who") not in (FOR_ME, FOR_OTHER):
        return {"": LISTED}
    if answer["who"] == FOR_ME:
        return {} if set(answer) == {"who"} else {"": NO_SHAPE}
    if not set(answer) <= {"who", "given", "family", "birth_date", "ground"}:
        return {"": NO_SHAPE}
    found: Wrong = {}
    for part in ("given", "family"):
        bad = _part(part, answer.get(part, ""))
        if bad:
            found[part] = bad
    if answer.get("ground") not in GROUNDS:
        found["ground"] = LISTED
    if answer.get("ground") == "organisation" and not answer.get("birth_date"):
        return found  # a firm has a name, and no birthday
    born = answer.get("birth_date", "")
    birth = Field("", "date", {}, None, True, None, None, False, {"latest": "today"})
    bad = _time(birth, born, today)
    if bad:
        found["birth_date"] = bad
    return found


def _table(field: Field, answer: Any, today: date, rows: Sequence[int] | None) -> Wrong:
    if not isinstance(answer, list) or not all(isinstance(row, Mapping) for row in answer):
        return {"": NO_SHAPE}
    least, most = field.limits.get("min_rows", 1), field.limits.get("max_rows", 20)
    if len(answer) > most:
        return {"": _n("Fill in at most %(n)s row.", "Fill in at most %(n)s rows.", most)}
    found: Wrong = {}
    if len(answer) < least:
        found[""] = _n("Fill in at least %(n)s row.", "Fill in at least %(n)s rows.", least)
    known = {column.key for column in field.columns}
    for place, row in enumerate(answer):
        at = rows[place] if rows else place
        if not set(row) <= known:
            return {"": NO_SHAPE}
        for part, sentence in _cells(field, row, today):
            found[f"{at}-{part}"] = sentence
    return found


def _cells(field: Field, row: Mapping[str, Any], today: date) -> Iterator[tuple[str, Text]]:
    for column in field.columns:
        cell = row.get(column.key)
        sentence = missing(column, cell) or wrong(column, cell, today).get("")
        if sentence:
            yield column.key, sentence
