"""A person's rows in every table that a manifest declares: found, read for the export, counted for the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select
from sqlalchemy.orm import Session

from portal.base import ground, personal
from portal.base.feature import Fate, Record
from portal.base.tables import Base

CHUNK = 400  # databases take only so many values in one statement


def export_folder() -> Path:
    """Where exports lie: in the instance, served by no address, in no backup."""
    return ground.settings().instance / "exports"


def export_files(row: Mapping[str, Any]) -> list[Path]:
    """The file of an export's row."""
    return [export_folder() / row["name"]] if row["name"] else []


@dataclass(frozen=True)
class Found:
    """The rows of one kind of record that belong to a person, by their keys."""

    record: Record
    table: Table
    keys: Sequence[tuple[Any, ...]] = field(default_factory=tuple)


def table_of(record: Record) -> Table:
    """The table that a record is kept in."""
    return Base.metadata.tables[record.table]


def belongs(record: Record, person_id: int) -> ColumnElement[bool] | None:
    """The condition for a person's rows; None where no account leads to any."""
    if record.reach is not None:
        reached: ColumnElement[bool] = record.reach(person_id)
        return reached
    table = table_of(record)
    if not record.person:
        return None
    return or_(*[table.c[name] == person_id for name in record.person])


def with_keys(table: Table, keys: Sequence[tuple[Any, ...]]) -> Iterator[ColumnElement[bool]]:
    """Conditions for these keys, in pieces that a statement can hold."""
    columns = list(table.primary_key.columns)
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        if len(columns) == 1:
            yield columns[0].in_([key[0] for key in part])
        else:
            yield or_(*[and_(*[c == v for c, v in zip(columns, key, strict=True)]) for key in part])


def gather(s: Session, person_id: int) -> list[Found]:
    """Every kind of record with the keys of this person's rows, in the order of the features. One select per kind and
    what `reach` needs: for jobs and the two pages where a person asks for all of it."""
    found = []
    for record in personal.records():
        table, condition = table_of(record), belongs(record, person_id)
        keys: list[tuple[Any, ...]] = []
        if condition is not None:
            columns = list(table.primary_key.columns)
            keys = [tuple(row) for row in s.execute(select(*columns).where(condition).order_by(*columns))]
        found.append(Found(record, table, keys))
    return found


def left_behind(s: Session) -> set[str]:
    """The names of wings that are off, and in whose tables there is something from the time when they were on: one select
    where a wing is off, else none."""
    asked = [
        or_(*[exists().select_from(table_of(record)) for record in one.personal]).label(one.name)
        for one in ground.current().off
        if one.personal
    ]
    return {name for name, held in s.execute(select(*asked)).mappings().one().items() if held} if asked else set()


def rows_of(s: Session, one: Found) -> list[dict[str, Any]]:
    """The rows themselves, with the columns that may leave the house."""
    columns = [c for c in one.table.columns if c.name not in one.record.hidden]
    order = list(one.table.primary_key.columns)
    rows: list[dict[str, Any]] = []
    for condition in with_keys(one.table, one.keys):
        rows += [dict(row) for row in s.execute(select(*columns).where(condition).order_by(*order)).mappings()]
    return rows


def whole_rows(s: Session, one: Found) -> list[Mapping[str, Any]]:
    """The rows with every column, for what belongs to them on disk."""
    rows: list[Mapping[str, Any]] = []
    for condition in with_keys(one.table, one.keys):
        rows += [dict(row) for row in s.execute(select(one.table).where(condition)).mappings()]
    return rows


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What happens to one kind of record, and to how many rows."""

    record: Record
    count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What an erasure does: what goes, what loses its name, what stays; and what no account leads to."""

    deleted: Sequence[PlanLine]
    anonymous: Sequence[PlanLine]
    kept: Sequence[PlanLine]
    unfound: Sequence[PlanLine]

    def counts(self) -> dict[str, int]:
        """Rows per table that will change."""
        return {line.record.table: line.count for line in (*self.deleted, *self.anonymous) if line.count}


def plan(s: Session, person_id: int) -> Plan:
    """The plan of a person's erasure, from the same search as the erasure itself."""
    lines = [(PlanLine(one.record, len(one.keys)), one.record) for one in gather(s, person_id)]
    reached = [(line, r) for line, r in lines if r.person or r.reach is not None]

    def of(fate: Fate) -> list[PlanLine]:
        return [line for line, record in reached if record.fate is fate and line.count]

    unfound = [line for line, record in lines if not record.person and record.reach is None]
    return Plan(of(Fate.DELETED), of(Fate.ANONYMOUS), of(Fate.KEPT), unfound)


def too_old(record: Record, before: datetime, held: Sequence[int]) -> list[ColumnElement[bool]]:
    """The conditions for a record's rows that are older than they may be, without those under a legal hold."""
    table = table_of(record)
    conditions: list[ColumnElement[bool]] = [table.c[record.since] < before]
    for person_id in held:
        theirs = belongs(record, person_id)
        if theirs is not None:
            own = [table.c[name].is_not(None) for name in record.person] if record.reach is None else []
            conditions.append(~and_(theirs, or_(*own)) if own else ~theirs)
    return conditions
