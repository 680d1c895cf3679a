"""How the short list is made of the ideas as they stood when it was frozen. Pure: the same lines give the same list, on
any day and on anybody's machine.

The rule: in every district (the whole city is one of its own) the ideas that are feasible and have at least `threshold`
supports stand in the order of their supports; between equal numbers the one published earlier goes first, then the one
with the lower number. The first `places` of each district are on the list."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What the count asks of an idea. `district`: its code, empty for the whole city; `published_at`: UTC, in whole
    seconds; `feasible`: None where nobody valued it."""

    number: int
    district: str
    supports: int
    published_at: datetime
    feasible: bool | None


@dataclass(frozen=True, slots=True)
class Placed:
    """An idea with what the rule makes of it. `place`: in its district, from 1; None: not in the running."""

    entry: Entry
    place: int | None = None
    chosen: bool = False


def order(entry: Entry) -> tuple[int, datetime, int]:
    """Where an idea stands among those of its district: most supports, then earlier published, then lower number."""
    return (-entry.supports, entry.published_at, entry.number)


def placed(entries: Iterable[Entry], *, places: int, threshold: int) -> list[Placed]:
    """Every idea with its place, by district; those that are not in the running last, by number."""
    found: list[Placed] = []
    districts: dict[str, list[Entry]] = {}
    for entry in entries:
        districts.setdefault(entry.district, []).append(entry)
    for _code, ours in sorted(districts.items()):
        fit = sorted((one for one in ours if one.feasible and one.supports >= threshold), key=order)
        found += [Placed(one, place, place <= places) for place, one in enumerate(fit, 1)]
        rest = sorted((one for one in ours if not (one.feasible and one.supports >= threshold)), key=lambda e: e.number)
        found += [Placed(one) for one in rest]
    return found


def undecided(entries: Iterable[Entry], *, places: int, threshold: int) -> list[int]:
    """The numbers of ideas that nobody valued and that would be on the list if they were feasible: the list cannot be
    made without them. Ascending."""
    rows = list(entries)
    hopeful = [replace(one, feasible=True) if one.feasible is None else one for one in rows]
    unknown = {one.number for one in rows if one.feasible is None}
    chosen = {one.entry.number for one in placed(hopeful, places=places, threshold=threshold) if one.chosen}
    return sorted(unknown & chosen)


HEAD = ("number", "district", "supports", "published_at", "feasible", "place", "on_list")
_WORDS = {True: "yes", False: "no", None: ""}


def table(rows: Iterable[Placed]) -> str:
    """The ranking as CSV: everything that the rule asks and what it gives, without any person and without words of any.
    The bytes of this text in UTF-8 are what the published fingerprint is of."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in rows:
        one = row.entry
        writer.writerow(
            [
                one.number,
                one.district,
                one.supports,
                one.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                _WORDS[one.feasible],
                row.place or "",
                _WORDS[row.chosen],
            ]
        )
    return out.getvalue()


def fingerprint(text: str) -> str:
    """The SHA-256 of a table, as anybody can make it of the file."""
    return hashlib.sha256(text.encode()).hexdigest()
