"""Statements that are asked at nearly every request, made ready once and sent together.

SQLAlchemy's way to the driver costs more than most of these statements. `Ready` keeps what it made of one: its text,
and what turns values into the driver's and back. `ask` sends several. On PostgreSQL, where each costs a trip to the
server, they go in one trip (libpq's pipeline), the BEGIN of a transaction along with them. The server runs them in
order, each with a snapshot of its own, so a statement sees what the one before it waited for. On SQLite, where there is
no trip to save, they go one by one. `rows` is for one statement alone.
"""

from __future__ import annotations

import re
import select
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Float, LargeBinary, Numeric
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, make_transient_to_detached

from portal.base import db

Values = Mapping[str, Any]
_NAMED = re.compile(r"%\((\w+)\)s")
_BEGIN = {None: b"BEGIN", False: b"BEGIN READ WRITE", True: b"BEGIN READ ONLY"}


class Ready:
    """A statement of tables and columns (no entities, no list of unknown length) that returns few rows. `given` names
    the values of an INSERT."""

    def __init__(self, statement: Any, given: Sequence[str] | None = None) -> None:
        self.statement, self.given = statement, given
        self._forms: dict[str, _Form] = {}

    def form(self, dialect: Any) -> _Form:
        """The statement as the driver takes it."""
        made = self._forms.get(dialect.name)
        if made is None:  # two threads that meet here make the same
            made = self._forms[dialect.name] = _Form(self.statement, dialect, self.given)
        return made


class _Form:
    """The text of a statement, the values that stand in it already, and the ways in and out of the driver's types."""

    def __init__(self, statement: Any, dialect: Any, given: Sequence[str] | None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=given)
        if compiled.post_compile_params:
            raise TypeError("a list inside a ready statement: name each of its values")
        self.places: list[str] = list(compiled.positiontup or ())
        self.said = str(compiled)
        if not self.places:
            self.text = _NAMED.sub(self._numbered, self.said).replace("%%", "%").encode()
        self.known = dict(compiled.params)
        bound: dict[str, Any] = {
            name: one.type for one, name in compiled.bind_names.items() if not isinstance(one.type, LargeBinary)
        }
        self.inward = _ways(
            {name: type_.dialect_impl(dialect).bind_processor(dialect) for name, type_ in bound.items()}
        )
        columns = list(statement.exported_columns)
        found = {
            at: one.type.dialect_impl(dialect).result_processor(dialect, _coltype(one.type))
            for at, one in enumerate(columns)
        }
        self.outward = _ways(found)
        self.row: Any = namedtuple("row", [one.key for one in columns], rename=True) if columns else None

    def _numbered(self, named: re.Match[str]) -> str:
        if named[1] not in self.places:
            self.places.append(named[1])
        return f"${self.places.index(named[1]) + 1}"

    def plain(self, given: Values) -> list[Any]:
        """What the driver is given, in the order of the statement."""
        values = {**self.known, **given}
        for name, way in self.inward.items():
            values[name] = way(values[name])
        return [values[name] for name in self.places]

    def values(self, given: Values) -> tuple[list[bytes | None], list[int]]:
        """What the server is given, and in which format: bytes as they are, all else as text, whose type the statement
        tells."""
        sent = self.plain(given)
        return [_told(value) for value in sent], [int(isinstance(value, bytes)) for value in sent]

    def rows(self, found: list[Any]) -> list[Any]:
        """What the driver gave, as rows with names."""
        if not self.outward:
            return list(map(self.row._make, found))
        made = []
        for one in found:
            row = list(one)
            for at, way in self.outward.items():
                row[at] = way(row[at])
            made.append(self.row._make(row))
        return made


def _told(value: Any) -> bytes | None:
    """A value as PostgreSQL reads it."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, date):  # and datetime
        return value.isoformat().encode()
    if type(value) is int:
        return b"%d" % value
    if type(value) is float:
        return repr(value).encode()
    raise TypeError(f"{type(value).__name__} is not sent this way")


def _coltype(type_: Any) -> int | None:
    """PostgreSQL's number of a type, where SQLAlchemy asks for it: floats come as floats, numerics as decimals."""
    return 701 if isinstance(type_, Float) else 1700 if isinstance(type_, Numeric) else None


def _ways(found: Mapping[Any, Callable[[Any], Any] | None]) -> dict[Any, Callable[[Any], Any]]:
    return {name: way for name, way in found.items() if way is not None}


T = TypeVar("T")


def apart(kind: type[T], /, **values: Any) -> T:
    """A stored object that belongs to no session, made of some of its columns; asking for another one raises."""
    made = kind()
    made.__dict__.update(values)  # what setting each of them as loaded comes to for columns
    make_transient_to_detached(made)
    return made


def ask(s: Session, *questions: tuple[Ready, Values], commit: bool = False) -> list[list[Any]]:
    """The rows of each statement, in the order asked; an empty list for one that returns none. `commit`:
    on PostgreSQL the COMMIT goes along, so that nothing may follow but the session's own, which finds nothing to do.

    Raises what SQLAlchemy would: a subclass of DBAPIError, without the values in it.
    """
    connection = s.connection()
    forms = [(ready.form(connection.dialect), values) for ready, values in questions]
    for tell in connection.dispatch.before_cursor_execute:  # whoever counts statements counts these
        for form, _values in forms:
            tell(connection, None, form.said, {}, None, False)
    dbapi: Any = connection.dialect.dbapi
    try:
        if db.is_sqlite():
            return [_one_by_one(connection.connection, form, values) for form, values in forms]
        return _one_trip(dbapi, connection.connection, forms, commit)
    except dbapi.Error as error:
        told = "statements sent together"
        raise DBAPIError.instance(told, None, error, dbapi.Error, True, dialect=connection.dialect) from error


def along(**questions: tuple[Ready, Values]) -> None:
    """Have these asked together with the first question of this request (`first`), where a trip can be saved; whoever
    needs an answer takes it with `told`, and asks where there is none."""
    if not db.is_sqlite():
        db.notes().setdefault("along", {}).update(questions)


def first(s: Session, *questions: tuple[Ready, Values]) -> list[list[Any]]:
    """What `ask` gives, for the question that comes first in most requests; what waits to go along goes along."""
    waiting = db.notes().pop("along", {})
    found = ask(s, *questions, *waiting.values())
    if waiting:
        db.notes()["told"] = dict(zip(waiting, found[len(questions) :], strict=True))
    return found[: len(questions)]


def told(name: str) -> list[Any] | None:
    """The rows of a question that went along; None where it did not, or where what was read was rolled back."""
    kept: dict[str, list[Any]] = db.notes().get("told", {})
    return kept.pop(name, None)


def rows(s: Session, ready: Ready, values: Values) -> list[Any]:
    """The rows of one statement. What the session has not yet written is written first, as before any question to it."""
    s.flush()
    return ask(s, (ready, values))[0]


def _one_by_one(pooled: Any, form: _Form, values: Values) -> list[Any]:
    found = pooled.dbapi_connection.execute(form.said, form.plain(values)).fetchall()
    return form.rows(found) if form.row is not None else []


def _one_trip(psycopg: Any, pooled: Any, forms: Sequence[tuple[_Form, Values]], commit: bool) -> list[list[Any]]:
    """Send the statements and a sync, wait once, read the answers. Each statement is prepared at its first use on a
    connection, unless prepared statements are turned off there (a pooler between). What goes wrong on the way itself
    closes the connection: nobody knows how much of it arrived. `psycopg`: the module, which is not even loaded where the
    database is SQLite."""
    driver = pooled.driver_connection
    wire = driver.pgconn
    known: dict[_Form, bytes] = pooled.record_info.setdefault("ready", {})
    sent = [(form, *form.values(values)) for form, values in forms]
    fresh: list[_Form] = []
    whose: list[_Form | None] = []  # None: an answer to BEGIN, COMMIT or the preparing of a statement
    try:
        wire.enter_pipeline_mode()
        if wire.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            wire.send_query_params(_BEGIN[driver.read_only], None)
            whose.append(None)
        for form, values, formats in sent:
            if form in known:
                wire.send_query_prepared(known[form], values, formats)
            elif driver.prepare_threshold is None:
                wire.send_query_params(form.text, values, None, formats)
            else:
                pooled.record_info["ready_number"] = number = pooled.record_info.get("ready_number", 0) + 1
                known[form] = b"ready_%d" % number  # never used twice: after a fault nobody knows whether it is there
                fresh.append(form)
                wire.send_prepare(known[form], form.text)
                whose.append(None)
                wire.send_query_prepared(known[form], values, formats)
            whose.append(form)
        if commit:
            wire.send_query_params(b"COMMIT", None)
            whose.append(None)
        wire.pipeline_sync()
        answers = list(_answers(wire, psycopg.pq.ExecStatus.PIPELINE_SYNC))
        wire.exit_pipeline_mode()
    except BaseException:
        driver.close()
        raise
    for answer in answers:
        if answer.status == psycopg.pq.ExecStatus.FATAL_ERROR:
            for new in fresh:
                known.pop(new, None)
            raise psycopg.errors.error_from_result(answer)
    reader = psycopg.adapt.Transformer(driver)
    found = []
    for one, answer in zip(whose, answers, strict=True):
        if one is not None:
            reader.set_pgresult(answer)
            found.append(one.rows(reader.load_rows(0, answer.ntuples, tuple)) if one.row else [])
    return found


def _answers(wire: Any, synced: Any) -> Iterator[Any]:
    """What the server says, up to the answer to the sync."""
    poll = select.poll()
    poll.register(wire.socket, select.POLLIN)
    while wire.flush():  # more than the socket took at once
        poll.modify(wire.socket, select.POLLIN | select.POLLOUT)
        poll.poll()
        wire.consume_input()
    poll.modify(wire.socket, select.POLLIN)
    while True:
        while wire.is_busy():
            poll.poll()
            wire.consume_input()
        answer = wire.get_result()
        if answer is None:  # between two statements
            continue
        if answer.status == synced:
            return
        yield answer
