"""From what was typed on a page to typed answers: every string is read once, here, and nothing that was typed is lost.

Names of controls: the field's key; key-part for what has parts (key-town, key-day, key-who); key-row-column for a table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from portal.base import addresses, i18n
from portal.base.i18n import Text, _l
from portal.services import iban
from portal.services.filling_check import A_DATE, A_MONTH, PARTS, Said, Wrong, missing, wrong
from portal.services.schema import Field
from portal.services.schema_conditions import decimals_of
from portal.services.schema_kinds import FOR_OTHER, LIMITS
from portal.services.schema_reckon import filled

Typed = Mapping[str, list[str]]

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")
_BETWEEN = "'’_\u200e\u200f\u061c"  # what people put between thousands, and marks of direction


def strings(posted: Any) -> dict[str, list[str]]:
    """A MultiDict, or a mapping of strings or lists of strings, as plain lists."""
    if hasattr(posted, "lists"):
        return {str(name): [str(one) for one in values] for name, values in posted.lists()}
    return {
        str(name): [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
        for name, value in posted.items()
    }


def own(field: Field, typed: Typed) -> dict[str, list[str]]:
    """What was typed into this field's controls."""
    return {name: values for name, values in typed.items() if name == field.key or name.startswith(f"{field.key}-")}


def answer_of(field: Field, typed: Typed, today: date) -> tuple[Any, Wrong]:
    """(the answer, what is wrong) for one field; the answer is None where there is none, and where it is wrong."""
    rows: list[int] | None = None
    if field.kind == "table":
        answer, rows, bad = _rows(field, typed, today)
    else:
        answer, bad = _answer(field, typed, field.key)
    if bad:
        return None, bad
    bad = wrong(field, answer, today, rows)
    if bad:
        return None, bad
    lacking = missing(field, answer)
    if lacking:
        return None, {"": lacking}
    return answer if filled(answer) else None, {}


def text(raw: str, breaks: bool = False) -> str:
    """One spelling of what was typed (NFC, plain line ends), without blanks around it. Signs that cannot be seen stay
    in: they are refused with a sentence, not taken out in silence."""
    found = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip(" \t\n\u00a0")
    return found if breaks else found.replace("\n", " ").replace("\t", " ")


def exact(raw: str, places: int) -> Decimal | None:
    """A number as people write it, with at most so many decimals: 1234.5, 1 234,5, 1.234,50. A comma or point before
    the last one or two digits begins the decimals where there are any; every other stands between thousands. None for
    anything else."""
    plain = "".join(c for c in raw.translate(_DIGITS) if not c.isspace() and c not in _BETWEEN)
    sign, plain = ("-", plain[1:]) if plain[:1] in ("-", "−") else ("", plain.removeprefix("+"))
    whole, decimals = plain, ""
    at = max(plain.rfind(","), plain.rfind("."))
    if places and at >= 0 and 1 <= len(plain) - at - 1 <= places:
        whole, decimals = plain[:at], plain[at + 1 :]
    groups = whole.replace(".", ",").split(",")
    if not all(group.isascii() and group.isdecimal() for group in groups) or any(len(g) != 3 for g in groups[1:]):
        return None
    if (decimals and not (decimals.isascii() and decimals.isdecimal())) or len(whole) > 20:
        return None
    return Decimal(f"{sign}{''.join(groups)}.{decimals or 0}")


def _first(typed: Typed, name: str) -> str:
    values = typed.get(name) or [""]
    return values[0]


def _answer(field: Field, typed: Typed, name: str) -> tuple[Any, Wrong]:
    kind = field.kind
    if kind == "choices":
        return list(dict.fromkeys(value for value in typed.get(name, ()) if value)), {}
    if kind in ("yes_no", "declaration"):
        said = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "0": False}
        found = said.get(_first(typed, name).strip().lower())
        return (True if found else None) if kind == "declaration" else found, {}
    if kind in PARTS:
        parts = {part: text(_first(typed, f"{name}-{part}")) for part in PARTS[kind]}
        return parts if any(parts.values()) else None, {}
    if kind == "on_behalf":
        return _on_behalf(typed, name)
    if kind in ("date", "month"):
        found_day, sentence = _time(kind, typed, name)
        return found_day, {"": sentence} if sentence else {}
    return _line(field, text(_first(typed, name), kind == "long_text"))


def _line(field: Field, raw: str) -> tuple[Any, Wrong]:
    """What is typed into one box."""
    kind = field.kind
    if not raw:
        return None, {}
    if kind == "money":
        found = exact("".join(c for c in raw if c not in "€$£zł"), 2)
        if found is None:
            return None, {"": _l("Enter an amount, such as %(example)s.", example=Said(i18n.money, 4500000))}
        return int(found * 100), {}
    if kind == "number":
        return _number(field, raw)
    if kind == "iban":
        return iban.plain(raw), {}
    if kind == "email":
        return addresses.plain(raw) or raw, {}
    if kind == "plate":
        return " ".join(raw.upper().split()), {}
    return raw, {}


def _number(field: Field, raw: str) -> tuple[Any, Wrong]:
    step, low = (Decimal(str(field.limits.get(name, other))) for name, other in (("step", 1), ("min", 0)))
    places = max(decimals_of(step), decimals_of(low))
    found = exact(raw, places)
    if found is None and not places and exact(raw, 2) is None:
        return None, {"": _l("Enter a number, such as 15.")}
    if found is None:
        sentence = _l("Enter a number, such as 12.5.") if places else _l("Enter a whole number, such as 15.")
        return None, {"": sentence}
    if found == found.to_integral_value():
        return int(found), {}
    return f"{found.normalize():f}", {}


def _time(kind: str, typed: Typed, name: str) -> tuple[str | None, Text | None]:
    """A day or a month in boxes of its own, or in one box as 2027-03-27."""
    whole = _first(typed, name).strip()
    if whole:
        return whole, None
    names = ("year", "month", "day") if kind == "date" else ("year", "month")
    parts = [_first(typed, f"{name}-{part}").strip() for part in names]
    if not any(parts):
        return None, None
    sentence = A_DATE if kind == "date" else A_MONTH
    numbers = [exact(part, 0) for part in parts]
    if any(number is None or not 0 < number < 10_000 for number in numbers):
        return None, sentence
    year, *rest = (int(number or 0) for number in numbers)
    try:
        found = date(year, rest[0], rest[1] if kind == "date" else 1)
    except ValueError:
        return None, sentence
    return found.isoformat()[: 10 if kind == "date" else 7], None


def _on_behalf(typed: Typed, name: str) -> tuple[Any, Wrong]:
    who = _first(typed, f"{name}-who") or _first(typed, name)
    if not who:
        return None, {}
    if who != FOR_OTHER:
        return {"who": who}, {}
    born, sentence = _time("date", typed, f"{name}-birth_date")
    answer = {
        "who": who,
        "given": text(_first(typed, f"{name}-given")),
        "family": text(_first(typed, f"{name}-family")),
        "ground": _first(typed, f"{name}-ground"),
    }
    if born:
        answer["birth_date"] = born
    if sentence:
        answer["birth_date"] = "?"  # no day: refused with the rest, so that all is said at once
    return answer, {}


def numbers_of_rows(field: Field, names: Iterable[str]) -> list[int]:
    """The numbers of a table's rows that stood on the page, in their order."""
    shape = re.compile(rf"{re.escape(field.key)}-([0-9]{{1,4}})-[a-z][a-z0-9_-]*")
    return sorted({int(found[1]) for name in names if (found := shape.fullmatch(name))})


def _rows(field: Field, typed: Typed, today: date) -> tuple[list[dict[str, Any]], list[int], Wrong]:
    """Rows with anything in them; empty ones between and behind are left out."""
    found: list[dict[str, Any]] = []
    kept: list[int] = []
    bad: Wrong = {}
    for number in numbers_of_rows(field, typed)[: LIMITS.rows + 1]:
        row: dict[str, Any] = {}
        unread: Wrong = {}
        for column in field.columns:
            cell, wrongs = _answer(column, typed, f"{field.key}-{number}-{column.key}")
            if wrongs:
                unread[f"{number}-{column.key}"] = wrongs[""]
            elif filled(cell):
                row[column.key] = cell
        if not row and not unread:
            continue
        found.append(row)
        kept.append(number)
        bad |= unread
    if bad:  # cells that cannot be read come first; the others of all rows are named with them
        bad = wrong(field, found, today, kept) | bad
    return found, kept, bad
