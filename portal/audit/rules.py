"""How the lines of the audit record are chained, and where a chain is broken. Pure: standard library alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

FORMAT = "folkmoot-audit-1"
# What stands before the first line.
START = "0" * 64
# The canonical form of a line around its place and the hash before.
BEFORE_PLACE, AFTER_HASH = f'["{FORMAT}",', ","


class Line(Protocol):
    """What is hashed of a line."""

    @property
    def at(self) -> datetime: ...
    @property
    def person_id(self) -> int | None: ...
    @property
    def helped_by(self) -> int | None: ...
    @property
    def deputy_for(self) -> int | None: ...
    @property
    def mandate_id(self) -> int | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def object_id(self) -> str: ...
    @property
    def before(self) -> Any: ...
    @property
    def after(self) -> Any: ...
    @property
    def venue_id(self) -> int | None: ...


class Chained(Line, Protocol):
    """A line with its place in the chain."""

    @property
    def id(self) -> int: ...
    @property
    def place(self) -> int | None: ...
    @property
    def prev_hash(self) -> str | None: ...
    @property
    def hash(self) -> str | None: ...


def line_hash(line: Line, place: int, prev_hash: str) -> str:
    """SHA-256 over the canonical form of a line: a JSON list in this order, keys sorted, without spaces, in ASCII; the
    time in UTC to the microsecond. The house stands at the end, and only where there is one: lines from before houses
    were noted keep their hash. The line is hashed as the database gives it back, never as it was handed in."""
    return hashlib.sha256(f'{BEFORE_PLACE}{place},"{prev_hash}"{AFTER_HASH}{said(line)}'.encode()).hexdigest()


def said(line: Line) -> str:
    """The part of the canonical form that does not depend on the line's place: all that follows the hash before."""
    at = line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    told = [
        at, line.person_id, line.helped_by, line.deputy_for, line.mandate_id,
        line.channel, line.verb, line.kind, line.object_id, line.before, line.after,
    ]  # fmt: skip
    if line.venue_id is not None:
        told.append(line.venue_id)
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"), sort_keys=True)[1:]


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that is wrong: at which place of the chain, which line (its number), and what."""

    place: int
    line: int | None
    what: str


@dataclass
class Check:
    """Walks along a chain; `feed` each line in the order of its place. `broken` stays at the first fault."""

    place: int = 0
    hash: str = START
    broken: Break | None = None

    def feed(self, lines: Iterable[Chained]) -> None:
        """Take more lines in."""
        for line in lines:
            if self.broken is not None:
                return
            self.broken = self._fault(line)
            self.place, self.hash = self.place + 1, line.hash or ""

    def _fault(self, line: Chained) -> Break | None:
        place = self.place + 1
        if line.place is None:
            return Break(place, line.id, "this line is not in the chain: it was put in past the portal")
        if line.place != place:
            return Break(place, line.id, f"line {place} of the chain is missing; the next is {line.place}")
        if line.prev_hash != self.hash:
            return Break(place, line.id, "this line does not follow from the one before: one of them was replaced")
        if line.hash != line_hash(line, place, self.hash):
            return Break(place, line.id, "what this line says is not what it said when it was written")
        return None
