"""Sessions as a table: what a line must say, and what is wrong with it. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from portal.base.i18n import Text, _l

COLUMNS = (
    "workshop", "day", "begins", "minutes", "house", "room", "held_by", "languages", "seats", "devices", "companions",
)  # fmt: skip
NEEDED = ("workshop", "day", "begins", "minutes", "house", "seats")
MOST = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """A session as a line of the table says it; times in UTC."""

    number: int
    workshop_id: int
    venue_id: int
    starts_at: datetime
    ends_at: datetime
    room: str
    held_by: str
    languages: tuple[str, ...]
    seats: int
    devices: int
    companions: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, by its number in the file (the heading is line 1)."""

    line: int
    reason: Text


def read(
    table: str, workshops: Mapping[str, int], houses: Mapping[str, int], languages: Collection[str], zone: tzinfo | None,
    now: datetime,
) -> tuple[list[Line], list[Fault]]:  # fmt: skip
    """The lines of a table with a heading, and every fault of each. `workshops` by address, `houses` by every name they
    have (folded) and by number. A comma, a semicolon or a tab parts the columns."""
    text = table.lstrip("\ufeff")
    head = text.partition("\n")[0]
    parts = max(";,\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=parts, restkey="", restval="")
    names = [str(name or "").strip().lower() for name in reader.fieldnames or []]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        return [], [Fault(1, _l("These columns are missing: %(names)s", names=", ".join(missing)))]
    found: list[Line] = []
    faults: list[Fault] = []
    for row in reader:
        number = reader.line_num
        if number > MOST + 1:
            faults.append(Fault(number, _l("A table can have %(n)s lines at most.", n=MOST)))
            break
        said = {name: str(value or "").strip() for name, value in zip(names, row.values(), strict=False)}
        if not any(said.values()):
            continue
        line = _line(number, said, workshops, houses, languages, zone, now)
        if isinstance(line, Line):
            found.append(line)
        else:
            faults += [Fault(number, reason) for reason in line]
    if not found and not faults:
        faults.append(Fault(1, _l("The table has no lines.")))
    return found, faults


def _line(
    number: int, said: Mapping[str, str], workshops: Mapping[str, int], houses: Mapping[str, int],
    languages: Collection[str], zone: tzinfo | None, now: datetime,
) -> Line | list[Text]:  # fmt: skip
    wrong: list[Text] = []
    workshop, house = workshops.get(said["workshop"]), houses.get(said["house"].casefold())
    if workshop is None:
        wrong.append(_l("There is no workshop “%(name)s”.", name=said["workshop"][:80]))
    if house is None:
        wrong.append(_l("There is no house “%(name)s” in which you plan.", name=said["house"][:80]))
    start = None
    try:
        day, at = date.fromisoformat(said["day"]), time.fromisoformat(said["begins"].rjust(5, "0"))
        start = datetime.combine(day, at, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        wrong.append(_l("Write the day as 2027-03-27 and the beginning as 10:00."))
    if start is not None and start <= now:
        wrong.append(_l("This moment is over."))
    numbers = {}
    for name, least, most in (
        ("minutes", 5, 1440), ("seats", 0, 5000), ("devices", 0, 500), ("companions", 0, 500),
    ):  # fmt: skip
        raw = said.get(name) or ("0" if name in ("devices", "companions") else "")
        if raw.isascii() and raw.isdecimal() and len(raw) < 6 and least <= int(raw) <= most:
            numbers[name] = int(raw)
        else:
            wrong.append(
                _l("“%(name)s” must be a number from %(least)s to %(most)s.", name=name, least=least, most=most)
            )
    spoken = tuple(said.get("languages", "").replace(",", " ").split())
    if unknown := [code for code in spoken if code not in languages]:
        wrong.append(_l("This is no code of a language here: %(codes)s", codes=", ".join(unknown)[:80]))
    if len(said.get("room", "")) > 80 or len(said.get("held_by", "")) > 120:
        wrong.append(_l("The room has 80 letters at most, the name of who holds it 120."))
    if wrong or start is None or workshop is None or house is None:
        return wrong
    return Line(
        number, workshop, house, start, start + timedelta(minutes=numbers["minutes"]), said.get("room", ""),
        said.get("held_by", ""), spoken, numbers["seats"], numbers["devices"], numbers["companions"],
    )  # fmt: skip


def cell(value: object) -> str:
    """A cell that no table program takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
