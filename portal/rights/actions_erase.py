"""Erasing a person, and what is older than it may be. The same search makes the plan and the effect."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.orm import Session

from portal.audit.actions import record as note
from portal.base import personal, search
from portal.base.actor import SYSTEM
from portal.base.feature import Fate, Record
from portal.base.tables import Base
from portal.base.texts import Wording
from portal.identity.actions import end_all_sessions
from portal.identity.models import Person
from portal.rights import queries
from portal.rights.models import Cause, Erasure, ErasureState, Tombstone
from portal.rights.queries_records import Found, gather, plan, table_of, too_old, whole_rows, with_keys


def confirm(s: Session, person_id: int, cause: Cause, now: datetime) -> Erasure:
    """Close the account at once, end its sessions, and write down what was shown; a job erases the rest."""
    shown = plan(s, person_id).counts()
    s.execute(update(Person).where(Person.id == person_id).values(closed_at=now))
    end_all_sessions(s, person_id, now)
    row = Erasure(person_id=person_id, cause=cause, state=ErasureState.CONFIRMED, confirmed_at=now, plan=shown)
    s.add(row)
    s.flush()
    return row


def erase(s: Session, row: Erasure, now: datetime) -> list[Path]:
    """Do what the plan said, in the caller's one transaction: database, search index, texts and outbox. The answer is
    the files to take away once it is committed. A legal hold that came between stops it, and nothing is changed."""
    if row.state not in (ErasureState.CONFIRMED, ErasureState.HELD) or row.person_id is None:
        return [Path(name) for name in row.files or []]
    if queries.is_held(s, row.person_id):
        row.state = ErasureState.HELD
        s.flush()
        return []
    found = gather(s, row.person_id)
    files = [path for one in found if one.record.fate is not Fate.KEPT for path in _files(s, one)]
    for one in found:
        if one.record.fate is Fate.ANONYMOUS and one.keys:
            _blank(s, one)
    order: dict[Table, int] = {table: n for n, table in enumerate(Base.metadata.sorted_tables)}
    for one in sorted(found, key=lambda f: -order[f.table]):
        if one.record.fate is Fate.DELETED and one.keys:
            _delete(s, one)
    effect = {f.record.table: len(f.keys) for f in found if f.record.fate is not Fate.KEPT and f.keys}
    bury(s, {f.record.table: (f.record, len(f.keys)) for f in found if f.record.table in effect}, row.cause, now)
    row.effect, row.files, row.state = effect, [str(path) for path in files], ErasureState.ERASED
    s.flush()
    note(SYSTEM, "erased account", "erasure", row.id, after=effect)
    return files


def finish(row: Erasure, now: datetime) -> None:
    """The files are gone too."""
    row.state, row.files, row.done_at = ErasureState.DONE, None, now


def _files(s: Session, one: Found) -> list[Path]:
    if one.record.files is None or not one.keys:
        return []
    return [path for row in whole_rows(s, one) for path in one.record.files(row)]


def _blank(s: Session, one: Found) -> None:
    keys = {column.name for column in one.table.primary_key.columns}
    values: dict[str, Any] = {name: None for name in one.record.person if name not in keys}
    values.update(one.record.blank)
    for condition in with_keys(one.table, one.keys):
        s.execute(update(one.table).where(condition).values(**values))


def _delete(s: Session, one: Found) -> None:
    for condition in with_keys(one.table, one.keys):
        s.execute(delete(one.table).where(condition))
    _forget(s, one)


def _forget(s: Session, one: Found) -> None:
    """What hangs on rows that went, by kind and number: the search index and the texts."""
    if not one.record.kind:
        return
    for key in one.keys:
        search.forget(s, one.record.kind, key[0])
        s.execute(delete(Wording).where(Wording.kind == one.record.kind, Wording.object_id == key[0]))


def bury(s: Session, gone: dict[str, tuple[Record, int]], cause: Cause, now: datetime) -> None:
    """Leave a tombstone for each kind of record: what, how many, when, why; nobody is named."""
    rows = [
        {"record": table, "fate": (Fate.DELETED if cause is Cause.RETENTION else record.fate).value, "count": count,
         "cause": cause, "at": now}
        for table, (record, count) in gone.items()
        if count
    ]  # fmt: skip
    if rows:
        s.execute(insert(Tombstone), rows)


def clear_old(s: Session, record: Record, now: datetime) -> tuple[int, list[Path]]:
    """Delete what a kind of record may not keep any longer; what is under a legal hold stays. Returns how many rows
    went, and their files."""
    if record.days is None:
        return 0, []
    table = table_of(record)
    where = too_old(record, now - timedelta(days=record.days), queries.held(s))
    columns = list(table.primary_key.columns)
    keys = [tuple(row) for row in s.execute(table.select().with_only_columns(*columns).where(*where))]
    one = Found(record, table, keys)
    files = _files(s, one)
    if keys:
        _delete(s, one)
        bury(s, {record.table: (record, len(keys))}, Cause.RETENTION, now)
    return len(keys), files


def dated() -> list[Record]:
    """The kinds of record that the retention job clears, children before their parents."""
    order: dict[Table, int] = {table: n for n, table in enumerate(Base.metadata.sorted_tables)}
    return sorted((r for r in personal.records() if r.days is not None), key=lambda r: -order[table_of(r)])
