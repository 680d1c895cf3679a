"""The population register: one interface, and the CSV file of the embedded default.

The file (UTF-8, first line with these names): number, name, birth_date (YYYY-MM-DD; YYYY-MM or YYYY where the day is
not known), district (the code of a district, or empty for "in the city"), postcode, address (its lines separated by
" | "), language (optional). It is read anew at each question and nothing of it is copied into the database but yes or
no per age rule, the district, the name, and the number under lock.
"""

from __future__ import annotations

import csv
import hmac
import importlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.config import ConfigError, Settings
from portal.identity import rules

COLUMNS = ("number", "name", "birth_date", "district", "postcode", "address", "language")
# adapters with a name of their own; nothing of one that is not used is loaded
ADAPTERS = {"xroad": "portal.identity.xroad:XRoadRegister"}
DOWN = no(_l("The register of residents does not answer. Try again later, or go to a counter of the city."))


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody in the register. Lives for the moment of the question only."""

    number: str
    name: str
    birth: rules.Birth | None
    district: str  # a district's code, or rules.IN_CITY
    postcode: str = ""
    address: tuple[str, ...] = ()
    language: str = ""

    def claimed(self) -> rules.Claimed:
        """What the register says, in the form in which sign-ins say it."""
        return rules.Claimed(self.name, self.birth, self.district, self.number)


class RegisterError(Exception):
    """The register cannot be read; the sentence is for the operator, the verdict for the person who asked."""

    def __init__(self, sentence: str, verdict: Verdict | None = None) -> None:
        super().__init__(sentence)
        self.verdict = DOWN if verdict is None else verdict  # a no is falsy

    @property
    def told(self) -> str:
        """What the person reads: why, and what they can do."""
        return f"{self.verdict.reason} {self.verdict.next or ''}".strip()


class PopulationRegister(Protocol):
    """What the portal asks of a register. An adapter answers from a file or another server; it is never asked under
    the write lock."""

    def find(self, number: str) -> Resident | None:
        """The resident with this number; None where there is none."""
        ...

    def many(self, numbers: Iterable[str]) -> Mapping[str, Resident]:
        """Residents by their plain number, in one question."""
        ...


class CsvRegister:
    """The register as a file beside the database."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def find(self, number: str) -> Resident | None:
        """The resident with this number."""
        return self.many([number]).get(rules.plain_number(number))

    def many(self, numbers: Iterable[str]) -> Mapping[str, Resident]:
        """Those of these numbers that the file has, read once."""
        wanted = {rules.plain_number(number) for number in numbers} - {""}
        found: dict[str, Resident] = {}
        for row in self._rows():
            plain = rules.plain_number(row.get("number") or "")
            if plain in wanted:
                found[plain] = resident_of(row)
                if len(found) == len(wanted):
                    break
        return found

    def first(self, n: int) -> list[Resident]:
        """The first lines; the demo shows them, so that a visitor can try the check."""
        found = []
        for row in self._rows():
            found.append(resident_of(row))
            if len(found) == n:
                break
        return found

    def _rows(self) -> Iterator[dict[str, str]]:
        try:
            with self.file.open(encoding="utf-8-sig", newline="") as lines:
                reader = csv.DictReader(lines)
                missing = {"number", "name", "birth_date", "postcode", "address"} - set(reader.fieldnames or ())
                if missing:
                    raise RegisterError(f"{self.file.name}: columns are missing: {', '.join(sorted(missing))}")
                yield from reader
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RegisterError(f"{self.file.name}: {type(error).__name__}") from error


def resident_of(row: Mapping[str, str]) -> Resident:
    """A line of a register, whatever it came from."""
    return Resident(
        number=(row["number"] or "").strip(),
        name=rules.clean_name(row["name"]),
        birth=rules.read_birth(row["birth_date"]),
        district=(row.get("district") or "").strip() or rules.IN_CITY,
        postcode=(row["postcode"] or "").strip(),
        address=tuple(line.strip() for line in (row["address"] or "").split("|") if line.strip()),
        language=(row.get("language") or "").strip(),
    )


def of(settings: Settings) -> PopulationRegister | None:
    """The register that the configuration names; None where the city has none."""
    wanted = settings.register
    if not wanted.adapter or not settings.scheme:
        return None
    if wanted.adapter == "csv":
        return CsvRegister(settings.instance / wanted.file)
    module, _, name = ADAPTERS.get(wanted.adapter, wanted.adapter).partition(":")
    made: PopulationRegister = getattr(importlib.import_module(module), name)(settings)
    return made


def ready(app: Any) -> None:
    """Refuse to start with an adapter of ours that cannot work as it is configured. Raises ConfigError."""
    settings: Settings = app.ground.settings
    if settings.register.adapter in ADAPTERS:
        if not settings.scheme:
            raise ConfigError(f"{settings.register.adapter} needs register.scheme: what its numbers are numbers of")
        of(settings)


def matches(found: Resident | None, *, birth: rules.Birth | None, postcode: str) -> bool:
    """Do birth date and postcode fit the resident whom the number names? One answer for every way of being wrong, and
    the same work for each."""
    plain = rules.plain_number(postcode)
    known = rules.plain_number(found.postcode) if found else "-"
    right_place = hmac.compare_digest(plain.encode(), known.encode())
    right_birth = bool(found and birth and found.birth == birth)
    return right_place and right_birth and bool(plain)
