"""Rows in a form that belongs to neither database.

Tables are read from the database itself, not from the models, so that an archive of any earlier version can be read
and written back. A row is a JSON list in the order of its table's columns. Rows leave in the order of their primary
key: a table of sealed ballots must not leave in the order in which its pages or transactions lie.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection

from portal.base import schema
from portal.base.db import Database

BATCH = 500


class Strange(Exception):
    """A table or a row that this program does not understand."""


@dataclass(frozen=True)
class Column:
    """A column and the kind of its values: int, float, bool, text, bytes, time, date or json."""

    name: str
    kind: str


@dataclass(frozen=True)
class Digest:
    """How many rows, and the sum of their hashes: equal for equal rows in any order."""

    rows: int = 0
    total: int = 0

    def plus(self, row: list[Any], columns: list[Column]) -> Digest:
        """Count one row in."""
        plain = [
            json.loads(value) if column.kind == "json" and value is not None else value
            for column, value in zip(columns, row, strict=True)
        ]
        marks = [value is None for value in row]  # a JSON null is not an absent value
        line = json.dumps([plain, marks], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return Digest(
            self.rows + 1, (self.total + int.from_bytes(hashlib.sha256(line.encode()).digest(), "big")) % 2**256
        )

    @property
    def hex(self) -> str:
        """The sum as it stands in a manifest."""
        return f"{self.total:064x}"


_KINDS: list[tuple[type[Any], str]] = [
    (sa.Boolean, "bool"),
    (sa.JSON, "json"),
    (sa.DateTime, "time"),
    (sa.Date, "date"),
    (sa.LargeBinary, "bytes"),
    (sa.Integer, "int"),
    (sa.Float, "float"),
    (sa.String, "text"),
]


def kind_of(column: sa.Column[Any]) -> str:
    """The kind of a column's values.

    Raises Strange for a type that no migration of ours has used yet.
    """
    if isinstance(column.type, _JsonText):
        return "json"
    for base, kind in _KINDS:
        if isinstance(column.type, base):
            return kind
    raise Strange(f"{column.table.name}.{column.name} has type {column.type}")


def columns_of(table: sa.Table) -> list[Column]:
    """The table's columns that hold values of their own."""
    return [Column(c.name, kind_of(c)) for c in table.columns if c.computed is None]


def reflect(connection: Connection) -> list[sa.Table]:
    """Every table of ours in this database, parents before children where that can be."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: schema.ours(None, name, "table", True, None))
    for table in found.tables.values():
        for column in table.columns:
            if kind_of(column) == "json":
                column.type = _JsonText(connection.dialect.name)
    return list(found.sorted_tables)


class _JsonText(sa.types.UserDefinedType[str]):
    """JSON as the text that was stored: NULL and null stay two things, and nothing is written in another way."""

    cache_ok = True

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect

    def get_col_spec(self, **_options: Any) -> str:
        """The type's name in a CAST."""
        return "JSON"

    def column_expression(self, column: Any) -> Any:
        """Read as text."""
        return sa.cast(column, sa.Text) if self.dialect == "postgresql" else column

    def bind_expression(self, bindvalue: Any) -> Any:
        """Write text, as JSON where the database has such a type."""
        if self.dialect != "postgresql":
            return bindvalue
        return sa.cast(sa.type_coerce(bindvalue, sa.Text), postgresql.JSON)


def _out(kind: str) -> Callable[[Any], Any]:
    if kind == "bytes":
        return lambda value: base64.b64encode(value).decode()
    if kind == "time":
        return lambda value: (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if kind == "date":
        return lambda value: value.isoformat()
    return lambda value: value


def _in(kind: str, sqlite: bool) -> Callable[[Any], Any]:
    if kind == "bytes":
        return lambda value: base64.b64decode(value, validate=True)
    if kind == "time" and sqlite:
        return lambda value: datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    if kind == "time":
        return datetime.fromisoformat
    if kind == "date":
        return date.fromisoformat
    return lambda value: value


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A reading transaction that sees one instant of the whole database while others go on writing."""
    engine = schema.engine_for(database)
    try:
        with engine.connect() as connection:
            if database.sqlite:
                connection.exec_driver_sql("PRAGMA busy_timeout=20000")
                connection.exec_driver_sql("PRAGMA query_only=ON")
                connection.commit()
                connection.exec_driver_sql("BEGIN")
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")  # this is the instant
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
            connection.rollback()
    finally:
        engine.dispose()


def rows(connection: Connection, table: sa.Table) -> Iterator[list[Any]]:
    """The table's rows in their portable form, by primary key."""
    columns = columns_of(table)
    turn = [_out(column.kind) for column in columns]
    order = list(table.primary_key.columns) or list(table.columns)
    statement = sa.select(*(table.c[column.name] for column in columns)).order_by(*order)
    for row in connection.execution_options(yield_per=BATCH).execute(statement):
        yield [None if value is None else change(value) for change, value in zip(turn, row, strict=True)]


def digest(connection: Connection, table: sa.Table) -> Digest:
    """Number and sum of the rows of a table."""
    columns = columns_of(table)
    found = Digest()
    for row in rows(connection, table):
        found = found.plus(row, columns)
    return found


@contextmanager
def filling(database: Database) -> Iterator[Connection]:
    """One writing transaction without foreign keys in the way; they are all checked before it is committed.

    Raises Strange naming a table whose rows point at nothing.
    """
    engine = schema.engine_for(database)
    try:
        with engine.connect() as connection:
            if database.sqlite:
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.commit()
                yield connection
                orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if orphans:
                    raise Strange(f"rows of {orphans[0][0]} point at rows that are not there")
            else:
                taken = connection.exec_driver_sql(
                    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) "
                    "FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
                ).all()
                for table, name, _definition in taken:
                    connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                yield connection
                for table, name, definition in taken:  # checks every row
                    connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
            connection.commit()
    finally:
        engine.dispose()


def fill(connection: Connection, table: sa.Table, names: list[Column], lines: Iterable[list[Any]]) -> None:
    """Replace the table's rows by these.

    Raises Strange when the columns are not those of the table.
    """
    own = {column.name: column.kind for column in columns_of(table)}
    given = {column.name: column.kind for column in names}
    if own != given:
        differ = sorted(set(own.items()) ^ set(given.items()))
        raise Strange(f"the columns of {table.name} are not those of the archive: {differ}")
    sqlite = connection.dialect.name == "sqlite"
    turn = [(column.name, _in(column.kind, sqlite)) for column in names]
    connection.execute(table.delete())
    batch: list[dict[str, Any]] = []
    for line in lines:
        batch.append(
            {name: None if value is None else change(value) for (name, change), value in zip(turn, line, strict=True)}
        )
        if len(batch) == BATCH:
            connection.execute(table.insert(), batch)
            batch = []
    if batch:
        connection.execute(table.insert(), batch)
    if not sqlite:
        _set_sequences(connection, table)


def _set_sequences(connection: Connection, table: sa.Table) -> None:
    """Running numbers go on after the highest that came along."""
    for column in table.primary_key.columns:
        if kind_of(column) != "int":
            continue
        sequence = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
        if sequence:
            most = connection.scalar(sa.select(sa.func.max(column)))
            connection.execute(sa.select(sa.func.setval(sequence, most or 1, most is not None)))


def is_empty(database: Database) -> bool:
    """Say whether the database holds no table at all."""
    engine = schema.engine_for(database)
    try:
        with engine.connect() as connection:
            return not sa.inspect(connection).get_table_names()
    finally:
        engine.dispose()


def clear(database: Database) -> None:
    """Drop every table (PostgreSQL) or remove the file (SQLite); for a target that was empty before, or a rollback."""
    database.dispose()
    if database.sqlite:
        for tail in ("", "-wal", "-shm", "-journal"):
            Path(f"{database.url.database}{tail}").unlink(missing_ok=True)
        return
    engine = schema.engine_for(database)
    with engine.begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            quoted = connection.dialect.identifier_preparer.quote(name)
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quoted} CASCADE")
    engine.dispose()
