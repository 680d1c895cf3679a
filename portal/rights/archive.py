"""The zip of an export: written, and read back. Knows no database.

data.json holds everything with types; tables/<record>.csv the same as a table; files/ what lies on disk; README.txt
says in plain words what is what. A cell of a table that a spreadsheet would take for a formula begins with an
apostrophe, and so does one that begins with an apostrophe itself: taking the first one away gives the text back.
"""

from __future__ import annotations

import base64
import csv
import enum
import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_STILL = (1980, 1, 1, 0, 0, 0)  # no clock in the file's own dates: the same data make the same zip


@dataclass(frozen=True)
class Kept:
    """The rows of one kind of record, with the words about it."""

    name: str
    about: Mapping[str, str]
    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    files: Sequence[tuple[str, Path]] = field(default_factory=tuple)


def plain(value: Any) -> Any:
    """A value as JSON has it: moments and days in ISO 8601 (UTC), bytes in base64, words of a list by their name."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def cell(value: Any) -> str:
    """A value as a table has it; nothing is an empty cell, and true and false are words."""
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return str(value)


def text_of(said: str) -> str:
    """A cell's text as it was before it was made harmless."""
    return said[1:] if said.startswith("'") else said


def write(path: Path, about: Mapping[str, Any], kept: Sequence[Kept], readme: str) -> int:
    """Write the zip so that it is whole or not there, readable by the portal alone. Returns its size in bytes."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            _add(zipped, "README.txt", readme.encode())
            _add(zipped, "data.json", _json(about, kept))
            for one in kept:
                _add(zipped, f"tables/{one.name}.csv", _csv(one))
                for name, source in one.files:
                    if source.is_file():
                        _add(zipped, f"files/{one.name}/{name}", source.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path.stat().st_size


def _add(zipped: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _STILL)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    zipped.writestr(info, content)


def _json(about: Mapping[str, Any], kept: Sequence[Kept]) -> bytes:
    document = {
        **about,
        "records": [
            {
                "name": one.name,
                **one.about,
                "files": [f"files/{one.name}/{name}" for name, source in one.files if source.is_file()],
                "rows": [{column: plain(row[column]) for column in one.columns} for row in one.rows],
            }
            for one in kept
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(one: Kept) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(one.columns)
    writer.writerows([[cell(row[column]) for column in one.columns] for row in one.rows])
    return out.getvalue().encode()


@dataclass(frozen=True)
class ReadBack:
    """What a zip holds: the rows of data.json and of the tables, and the files by their name."""

    about: Mapping[str, Any]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    tables: Mapping[str, Sequence[Mapping[str, str]]]
    files: Mapping[str, bytes]
    readme: str


def read(path: Path) -> ReadBack:
    """Read an export back."""
    with zipfile.ZipFile(path) as zipped:
        document = json.loads(zipped.read("data.json"))
        tables, files = {}, {}
        for name in zipped.namelist():
            if name.startswith("tables/"):
                lines = csv.DictReader(io.StringIO(zipped.read(name).decode(), newline=""))
                tables[Path(name).stem] = [{k: text_of(v) for k, v in line.items()} for line in lines]
            elif name.startswith("files/"):
                files[name] = zipped.read(name)
        readme = zipped.read("README.txt").decode()
    rows = {one["name"]: one["rows"] for one in document.pop("records")}
    return ReadBack(document, rows, tables, files, readme)
