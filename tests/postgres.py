"""The databases of a run on PostgreSQL: made from a migrated one, emptied and used again, with warm connections.

Making a database of a hundred tables takes a tenth of a second and dropping it, which waits for a checkpoint, several
seconds; emptying the few tables that a test filled takes milliseconds. So a database is used again as long as nobody
changed its shape and nobody still sits in it. A new connection has to learn every table anew, which costs more than
what most tests ask: so some stay open between tests, cleared of all that a session can have set.
"""

from __future__ import annotations

import gc
import os
import time
import uuid
import weakref
from typing import Any

import psycopg
from sqlalchemy import create_engine, text
from sqlalchemy.dialects.postgresql import psycopg as dialect
from sqlalchemy.engine import make_url

SERVER = os.environ.get("PORTAL_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/root")

_spare: list[str] = []
_made: dict[str, Any] = {}  # name -> its shape when it was made
_idle: dict[str, list[psycopg.Connection[Any]]] = {}  # name -> connections that wait for the next test
_MOST_IDLE = 3
_lent: dict[str, weakref.WeakSet[psycopg.Connection[Any]]] = {}  # name -> connections that engines have, or had

_SHAPE = """
    SELECT count(*), max(oid), md5(string_agg(relname, ',' ORDER BY oid)),
        (SELECT string_agg(version_num, ',') FROM alembic_version)
    FROM pg_class"""
# The record's own guards look away. Rows that migrations leave would be lost: there are none but the version's.
_EMPTY = """
    DO $$ DECLARE one text; filled boolean; BEGIN
        SET LOCAL lock_timeout = '2s';
        SET LOCAL session_replication_role = replica;
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO filled;
            IF filled THEN EXECUTE format('DELETE FROM %I', one); END IF;
        END LOOP;
        FOR one IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
            PERFORM setval(quote_ident(one)::regclass, 1, false);
        END LOOP;
    END $$"""
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL(%s)"


def run(statement: str) -> None:
    """One statement on the server itself."""
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def address(name: str) -> str:
    """The address of a database of the server."""
    return make_url(SERVER).set(database=name).render_as_string(hide_password=False)


def take(template: str) -> str:
    """A database like the template that nobody uses."""
    if _spare:
        return _spare.pop()
    name = f"portal_test_{uuid.uuid4().hex[:12]}"
    run(f"CREATE DATABASE {name} TEMPLATE {template}")
    # The tests kill the portal, never the server: that it may forget the last instant when it dies costs them nothing.
    run(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with _connected(name) as c:
        _made[name] = c.execute(_SHAPE).fetchone()
    _idle[name] = []
    return name


def give_back(name: str) -> None:
    """Empty a database for the next test, or drop it where that cannot be."""
    if _emptied(name):
        _spare.append(name)
        return
    del _made[name]
    for one in _idle.pop(name):
        one.close()
    run(f"DROP DATABASE {name} WITH (FORCE)")


def drop_all(template: str) -> None:
    """The end of the run."""
    for name in _spare:
        for one in _idle.pop(name):
            one.close()
    for name in [*_spare, template]:
        run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _connected(name: str) -> Any:
    return psycopg.connect(SERVER.replace("+psycopg", ""), dbname=name)


def _emptied(name: str) -> bool:
    """Empty a database; False where it has to be made anew."""
    try:
        c = _taken(name) or _connected(name)
        ours = [c.info.backend_pid, *(one.info.backend_pid for one in _idle[name])]
        for again in range(3):  # who has just hung up may still be listed, and an engine that nobody closed be held
            if c.execute(_OTHERS, [ours]).fetchone() == (0,):
                break
            c.rollback()
            if again:
                _hang_up(name, c)
            else:
                time.sleep(0.02)
        else:
            c.close()
            return False
        if c.execute(_SHAPE).fetchone() != _made[name]:
            c.close()
            return False
        c.execute(_EMPTY)
        c.commit()
    except psycopg.Error:
        return False
    if not _kept(c):
        c.close()
    return True


def _hang_up(name: str, ours: psycopg.Connection[Any]) -> None:
    """Close what engines that a test never put away still have open. Dropping the database would take five seconds."""
    gc.collect()
    for one in list(_lent.get(name, ())):
        if one is not ours and one not in _idle[name]:
            one.close()
    time.sleep(0.02)  # the server takes a moment to see it


def _taken(name: str) -> psycopg.Connection[Any] | None:
    """A warm connection to this database that still works."""
    while idle := _idle.get(name):
        try:
            one = idle.pop()
            one.execute("SELECT 1")
            one.rollback()
            return one
        except (psycopg.Error, IndexError):  # the server hung up; or another thread was faster
            continue
    return None


def _kept(one: psycopg.Connection[Any]) -> bool:
    """Clear a connection of all that its session set and keep it; False where it has to be closed."""
    try:
        idle = _idle.get(one.info.dbname)
        if idle is None or len(idle) >= _MOST_IDLE:
            return False
        one.rollback()
        one.isolation_level = one.read_only = one.deferrable = None
        one.autocommit = True
        one.execute("DISCARD ALL")
        one.autocommit = False
        one.remove_notice_handler(dialect._log_notices)
    except ValueError:
        pass  # it never had one
    except psycopg.Error:
        return False
    if one not in idle:
        idle.append(one)
    return True


def keep_connections() -> None:
    """From now on engines that close a connection to a database of the tests leave it for the next."""
    kind = dialect.PGDialect_psycopg
    connect, close = kind.connect, kind.do_close

    def connect_warm(self: Any, *given: Any, **named: Any) -> Any:
        name = named.get("dbname", "")
        made = _taken(name) or connect(self, *given, **named)
        if name in _idle:
            _lent.setdefault(name, weakref.WeakSet()).add(made)
        return made

    def close_later(self: Any, one: Any) -> None:
        if not _kept(one):
            close(self, one)

    kind.connect, kind.do_close = connect_warm, close_later  # type: ignore[method-assign]
