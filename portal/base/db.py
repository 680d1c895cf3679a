"""Engines, sessions and transactions: one per request, read-only for reading methods, on both databases.

SQLite: write-ahead log where the library is sound, synchronous=FULL, BEGIN IMMEDIATE behind a mutex of the process
(SQLite's own waiting polls and is unfair; a mutex queues), BEGIN with query_only for reading.
PostgreSQL: READ ONLY transactions for reading, row locks through `locked`.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Select, create_engine, event, select, text, true
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from portal.base import ground

try:
    from pysqlite3 import dbapi2 as sqlite_module
except ImportError:  # no wheel for this machine: the system's library, under the version gate
    import sqlite3 as sqlite_module

log = structlog.get_logger("portal.db")

BUSY_MILLISECONDS = 8000


class Busy(Exception):
    """The database could not be had in time; nothing was stored."""


def no_room(error: BaseException | None) -> bool:
    """Did this fail because the disk of the portal, or of its database, is full?

    SQLite says SQLITE_FULL, PostgreSQL 53100 (disk_full), a file of our own ENOSPC or EDQUOT.
    """
    while error is not None:
        driver = getattr(error, "orig", None) or error
        if isinstance(driver, OSError) and driver.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if getattr(driver, "sqlstate", None) == "53100" or "database or disk is full" in str(driver):
            return True
        error = error.__cause__ or error.__context__
    return False


class SecondTransaction(RuntimeError):
    """A writing transaction inside an open one: it would wait for itself."""


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """False for the SQLite releases that can damage a database in WAL mode (3.7.0 to 3.51.2, but for the fixes).

    Source: sqlite.org/wal.html, "the WAL-reset bug".
    """
    if version < (3, 7, 0) or version >= (3, 51, 3):
        return True
    return version in {(3, 50, 7), (3, 44, 6)}


class _Pool(QueuePool):
    """Connections of SQLite, one of which is kept for writing: a connection that turns from reading to writing, or back,
    has to compile all its statements anew."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.writer: list[Any] = []  # the one that waits for the next writer; one at a time writes
        self.wanted = threading.local()

    def _do_get(self) -> Any:
        if getattr(self.wanted, "write", False):
            with suppress(IndexError):
                return self.writer.pop()
        return super()._do_get()

    def _do_return_conn(self, record: Any) -> None:
        if record.info.get("writes") and not self.writer:
            self.writer.append(record)
        else:
            super()._do_return_conn(record)

    def dispose(self) -> None:
        while self.writer:
            self.writer.pop().close()
        super().dispose()


class _Compiler(SQLiteCompiler):
    """Writes `LIMIT 0 + ?`. A bare parameter there is looked at by SQLite's planner, which then compiles the statement
    anew at every use: that costs more than most of our statements."""

    def limit_clause(self, select: Any, **kw: Any) -> str:
        said: str = super().limit_clause(select, **kw)  # type: ignore[no-untyped-call]
        return said.replace("LIMIT ", "LIMIT 0 + ", 1)


class Database:
    """One engine with its rules of the road."""

    def __init__(self, url: str, *, journal: str = "wal", pool_size: int = 12) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.mutex = threading.Lock()
        self.module = sqlite_module
        self.journal = "none"
        if self.sqlite:
            self.journal = journal if journal != "wal" or wal_is_safe(sqlite_module.sqlite_version_info) else "delete"
            if journal == "wal" and self.journal != "wal":
                log.warning("wal_refused", sqlite=sqlite_module.sqlite_version)
            if self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                self.url, module=sqlite_module, poolclass=_Pool, pool_size=pool_size, max_overflow=20,
                hide_parameters=True,
            )  # fmt: skip
            self.engine.dialect.statement_compiler = _Compiler
            event.listen(self.engine, "connect", self._on_connect)
            event.listen(self.engine, "begin", _on_begin)
        else:
            self.engine = create_engine(
                self.url, pool_size=pool_size, max_overflow=8, pool_timeout=8, hide_parameters=True
            )
            for moment in ("rollback", "rollback_savepoint"):
                event.listen(self.engine, moment, _forget_ready)
            event.listen(self.engine, "reset", _forget_ready_unfinished)

    def _on_connect(self, connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        run = connection.execute
        run(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        run("PRAGMA foreign_keys=ON")
        run(f"PRAGMA journal_mode={self.journal}")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA mmap_size=0")

    def open(self, write: bool) -> Session:
        """A session whose transaction has begun. The caller ends it with `close`.

        Raises Busy when SQLite's write lock could not be had in time.
        """
        if write and self.sqlite and not self.mutex.acquire(timeout=BUSY_MILLISECONDS / 1000):
            raise Busy
        try:
            session = Session(
                self._connection(write).execution_options(portal_write=write, postgresql_readonly=not write),
                expire_on_commit=False,
                info={"write": write},
            )
            session.connection()
        except (OperationalError, sqlite_module.OperationalError) as error:
            if write and self.sqlite:
                self.mutex.release()
            if "locked" in str(error) or "busy" in str(error):
                raise Busy from error
            raise
        except BaseException:
            if write and self.sqlite:
                self.mutex.release()
            raise
        return session

    def _connection(self, write: bool) -> Connection:
        """A connection of the pool; for writing on SQLite the one that wrote before, where it is free."""
        if not write or not isinstance(self.engine.pool, _Pool):
            return self.engine.connect()
        wanted = self.engine.pool.wanted
        wanted.write = True
        try:
            return self.engine.connect()
        finally:
            wanted.write = False

    def close(self, session: Session, *, commit: bool) -> None:
        """COMMIT or ROLLBACK, then free connection and mutex. A failing COMMIT raises: nothing was acknowledged."""
        connection = None
        try:
            if not commit and not session.is_active:
                session.rollback()  # a flush failed: until then the session refuses every question
            connection = session.connection() if session.in_transaction() else None
            if commit:
                session.flush()
                for check in session.info.get("before_commit", ()):
                    check()
                if "last_of_all" in session.info:
                    session.info.pop("last_of_all")()
                session.commit()
            else:
                session.expunge_all()  # what was read stays readable: a rollback would expire it
                if not self.sqlite and not session.info["write"]:
                    session.commit()  # of nothing: after a ROLLBACK the driver prepares every statement anew
                else:
                    session.rollback()
        except BaseException:
            session.rollback()
            raise
        finally:
            try:
                session.close()
                bind = session.get_bind() if connection is None else connection
                if isinstance(bind, Connection):
                    bind.close()
            finally:  # whatever else breaks, the next writer must not wait for ever
                if self.sqlite and session.info["write"]:
                    self.mutex.release()

    def self_test(self) -> dict[str, str]:
        """What /readyz reports: version and settings as the database itself states them."""
        with self.engine.connect() as connection:
            if not self.sqlite:
                return {"engine": "postgresql", "version": str(connection.scalar(text("SHOW server_version")))}
            ask = {
                k: str(connection.scalar(text(f"PRAGMA {k}"))) for k in ("journal_mode", "synchronous", "foreign_keys")
            }
            return {"engine": "sqlite", "version": sqlite_module.sqlite_version, **ask}

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _on_begin(connection: Connection) -> None:
    """Straight to the driver: these two open every page, and SQLAlchemy's way there costs more than they do. The PRAGMA
    makes SQLite compile every statement of the connection anew, so it is said only where something changes."""
    write = connection.get_execution_options().get("portal_write", True)
    pooled: Any = connection.connection
    if pooled.info.get("writes") is not write:
        pooled.dbapi_connection.execute(f"PRAGMA query_only={'OFF' if write else 'ON'}")
        pooled.info["writes"] = write
    pooled.dbapi_connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")


def _forget_ready(connection: Connection, *_savepoint: Any) -> None:
    """After a ROLLBACK the driver throws away all that is prepared on the server, the statements of together.py too."""
    connection.connection.record_info.pop("ready", None)  # type: ignore[union-attr]


def _forget_ready_unfinished(driver: Any, record: Any, state: Any) -> None:
    """The same where a connection goes back to the pool with its transaction unfinished."""
    if driver is not None and not driver.closed and driver.pgconn.transaction_status:
        record.info.pop("ready", None)


class Unit:
    """The work of one request or of one `with` block: opened at first use, ended once."""

    def __init__(self, database: Database, write: bool) -> None:
        self.database, self.write = database, write
        self.session: Session | None = None
        self.notes: dict[str, Any] = {}
        self.afterwards: list[Callable[[Session], None]] = []

    def open(self) -> Session:
        if self.session is None:
            self.session = self.database.open(self.write)
        return self.session

    def end(self, commit: bool) -> None:
        """The session stays the unit's until it is closed: what is asked just before COMMIT reads in it."""
        session = self.session
        try:
            if session is not None:
                self.database.close(session, commit=commit)
        finally:
            self.session = None
            if not commit:
                self.notes = {}  # some of it may have been read from what was rolled back


_unit: ContextVar[Unit | None] = ContextVar("unit", default=None)


def start(write: bool) -> Any:
    """Begin a request's unit (nothing is opened yet); returns what `stop` needs."""
    return _unit.set(Unit(ground.current().database, write))


def stop(token: Any) -> None:
    """End of the request: whatever is still open is rolled back."""
    unit = _unit.get()
    if unit is not None:
        unit.end(commit=False)
    _unit.reset(token)


def as_reading() -> None:
    """Turn the request's unit into a reading one, before its first use (views marked @reads)."""
    unit = _unit.get()
    if unit is not None and unit.session is None:
        unit.write = False


def finish(commit: bool) -> None:
    """Commit or roll back the request's unit; what comes after reads in a fresh transaction."""
    unit = _unit.get()
    if unit is None:
        return
    unit.end(commit=commit and unit.write)
    unit.write = False
    later, unit.afterwards = unit.afterwards, []
    if later:
        with write() as s:
            for act in later:
                act(s)


def afterwards(act: Callable[[Session], None]) -> None:
    """Do this in a short transaction of its own after the request's has ended, however it ended (audit of refusals)."""
    unit = _unit.get()
    if unit is None:
        with write() as s:
            act(s)
    else:
        unit.afterwards.append(act)


def session() -> Session:
    """The current transaction's session.

    Raises RuntimeError outside a request or a `with db.read()` / `with db.write()` block.
    """
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("no transaction here: use `with db.read()` or `with db.write()`")
    return unit.open()


def notes() -> dict[str, Any]:
    """What was read once and may be shown until the request (or `with` block) ends; thrown away by a rollback. After a
    COMMIT the answer needs no transaction of its own for it. Empty and kept nowhere outside a unit."""
    unit = _unit.get()
    return {} if unit is None else unit.notes


def before_commit(check: Callable[[], None]) -> None:
    """Run `check` as the last thing before COMMIT; what it raises rolls everything back."""
    session().info.setdefault("before_commit", []).append(check)


@contextmanager
def read() -> Iterator[Session]:
    """A reading transaction; inside an open one, that one."""
    outer = _unit.get()
    if outer is not None:
        yield outer.open()
        return
    token = _unit.set(Unit(ground.current().database, write=False))
    try:
        yield session()
    finally:
        unit = _unit.get()
        if unit is not None:
            unit.end(commit=False)
        _unit.reset(token)


@contextmanager
def write() -> Iterator[Session]:
    """A short writing transaction of its own, committed at the end of the block. A request's open reading transaction
    is ended first (in rollback-journal mode its own read lock would block the commit).

    Raises SecondTransaction inside a writing one, Busy when the lock could not be had.
    """
    outer = _unit.get()
    if outer is not None:
        outer.notes = {}
    if outer is not None and outer.session is not None:
        if outer.write:
            raise SecondTransaction("a writing transaction is open already")
        outer.end(commit=False)
    unit = Unit(ground.current().database, write=True)
    token = _unit.set(unit)
    try:
        try:
            yield unit.open()
        except BaseException:
            unit.end(commit=False)
            raise
        unit.end(commit=True)
    finally:
        _unit.reset(token)


S = TypeVar("S", bound=Select[Any])


def locked(statement: S) -> S:
    """The statement with a row lock where rows can be locked; SQLite's writer is alone already."""
    return statement.with_for_update()


def side_by_side(s: Session, *statements: Any) -> list[Any]:
    """The one row of each of these statements, asked for together: counts of many things are one trip."""
    return beside(*statements).of(s)


@dataclass(frozen=True)
class Beside:
    """Statements of one row each, as one statement: putting it together costs more than asking it, so whoever asks the
    same again keeps it. `widths`: how many columns each has."""

    statement: Any
    widths: tuple[int, ...]

    def of(self, s: Session, **values: Any) -> list[Any]:
        """The row of each; `values` are those of its open places."""
        row, rows = tuple(s.execute(self.statement, values).one()), []
        for width in self.widths:
            rows.append(row[:width])
            row = row[width:]
        return rows


def beside(*statements: Any) -> Beside:
    """Put statements of one row each together."""
    asked = [statement.subquery() for statement in statements]
    source: Any = asked[0]
    for one in asked[1:]:
        source = source.join(one, true())
    columns = [column for one in asked for column in one.c]
    return Beside(select(*columns).select_from(source), tuple(len(one.c) for one in asked))


def writing() -> bool:
    """True while a writing transaction is open here; whatever may take long does not begin then."""
    unit = _unit.get()
    return unit is not None and unit.write and unit.session is not None


def is_sqlite() -> bool:
    """True on the embedded database."""
    return ground.current().database.sqlite


def abandon() -> None:
    """Let go of the request's transaction even where rolling back fails."""
    unit = _unit.get()
    if unit is not None:
        try:
            unit.end(commit=False)
        except Exception as error:
            log.warning("rollback_failed", kind=type(error).__name__)
        unit.write = False
        unit.afterwards = []
