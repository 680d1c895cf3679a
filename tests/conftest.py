"""What every test may ask for: an application on a fresh migrated database, a strict client, a writing transaction.

`--db postgres` runs the same tests on PostgreSQL (PORTAL_TEST_POSTGRES names a server where databases may be made).
"""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from portal import config
from portal.app import create_app
from portal.base import db, ground, i18n, schema
from portal.base.db import Database
from portal.base.web import Portal
from tests import once
from tests.client import Client

POSTGRES = os.environ.get("PORTAL_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/root")


once.templates()
once.addresses()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", choices=["sqlite", "postgres"], default="sqlite", help="the database the suite runs on")
    parser.addoption("--journal", choices=["wal", "delete"], default="wal", help="SQLite's journal mode")
    parser.addoption("--long", action="store_true", help="the big repetitions too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left = [item for item in items if _left_out(item, config)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays: looking through it again and again for garbage took a quarter of the suite."""
    gc.enable()  # the portal begins without
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 25, 50)


def _left_out(item: pytest.Item, config: pytest.Config) -> bool:
    """Big repetitions unless they are asked for; and on PostgreSQL or with the old journal what asks for no database at
    all: rules, templates and counting are the same there, and the first part of the suite tries them."""
    if item.get_closest_marker("long") and not config.getoption("--long"):
        return True
    again = config.getoption("--db") != "sqlite" or config.getoption("--journal") != "wal"
    if again and item.get_closest_marker("walk") and not config.getoption("--long"):
        return True
    if not again or "template" in getattr(item, "fixturenames", ()):
        return False
    return not _names_a_database(item.path)


@cache
def _names_a_database(file: Path) -> bool:
    """Does this file of tests choose its database by itself?"""
    source = file.read_text("utf-8")
    return "postgres" in source.lower() or "--db" in source


@pytest.fixture(autouse=True)
def _plain_words() -> None:
    """Every test begins in English, whatever language the last one spoke."""
    i18n.set_locale("en", "Europe/Tallinn", "EUR")


def _on_server(statement: str) -> None:
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated, empty database, made once."""
    if request.config.getoption("--db") == "sqlite":
        file = tmp_path_factory.mktemp("template") / "portal.db"
        made = Database(f"sqlite:///{file}", journal="delete")
        schema.upgrade(made)
        made.dispose()
        yield str(file)
        return
    name = f"portal_template_{uuid.uuid4().hex[:8]}"
    _on_server(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    made = Database(make_url(POSTGRES).set(database=name).render_as_string(hide_password=False))
    schema.upgrade(made)
    made.dispose()
    yield name
    for one in [*_SPARE, name]:
        _on_server(f"DROP DATABASE IF EXISTS {one} WITH (FORCE)")


@pytest.fixture
def database_url(request: pytest.FixtureRequest, template: str, tmp_path: Path) -> Iterator[str]:
    """A fresh copy of the migrated database, for one test."""
    if request.config.getoption("--db") == "sqlite":
        (tmp_path / "instance").mkdir(exist_ok=True)
        file = tmp_path / "instance" / "portal.db"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        return
    name = _SPARE.pop() if _SPARE else f"portal_test_{uuid.uuid4().hex[:12]}"
    if name not in _MADE:
        _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        _MADE[name] = _shape(name)
    yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    if _emptied(name):
        _SPARE.append(name)
    else:
        del _MADE[name]
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


# Making and dropping a database of a hundred tables takes a second; emptying the few tables that a test filled takes
# milliseconds. So a database is used again as long as nobody changed its shape and nobody still sits in it.
_SPARE: list[str] = []
_MADE: dict[str, Any] = {}  # name -> its shape when it was made
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
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def _connected(name: str) -> Any:
    return psycopg.connect(POSTGRES.replace("+psycopg", ""), dbname=name)


def _shape(name: str) -> Any:
    """What a database looks like: its relations, and the version of its schema."""
    with _connected(name) as c:
        return c.execute(_SHAPE).fetchone()


def _emptied(name: str) -> bool:
    """Empty a database for the next test; False where it has to be made anew."""
    try:
        with _connected(name) as c:
            if c.execute(_OTHERS).fetchone() != (0,) or c.execute(_SHAPE).fetchone() != _MADE[name]:
                return False
            c.execute(_EMPTY)
            return True
    except psycopg.Error:
        return False


def _settings(instance: Path, url: str, journal: str, **given: Any) -> config.Settings:
    values: dict[str, Any] = {
        "instance": instance,
        "testing": True,
        "database_url": url,
        "base_url": "http://127.0.0.1:8000",
        "journal": journal,
        "city": config.City(name="Sundhaven", time_zone="Europe/Tallinn", mail="portal@sundhaven.example"),
        "secret": "a secret for tests only, longer than thirty-two signs",
        "wings": config.WINGS,  # those that are off by default too
    }
    return config.load({}, **{**values, **given})


@pytest.fixture
def make_settings(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Callable[..., config.Settings]:
    """Settings for one test, with what it wants otherwise."""

    def make(**given: Any) -> config.Settings:
        return _settings(tmp_path / "instance", database_url, request.config.getoption("--journal"), **given)

    return make


@pytest.fixture
def settings(make_settings: Callable[..., config.Settings]) -> config.Settings:
    """The usual settings of a test."""
    return make_settings()


@pytest.fixture
def app(settings: config.Settings) -> Iterator[Portal]:
    """The application on a fresh database."""
    made = create_app(settings)
    yield made
    made.ground.database.dispose()


@pytest.fixture
def client(app: Portal) -> Client:
    """A browser that looks at every page's HTML."""
    return Client(app)


@pytest.fixture
def db_session(app: Portal) -> Iterator[Session]:
    """A writing transaction; what the test does not commit is rolled back."""
    ground.stand_on(app.ground)
    token = db.start(write=True)
    yield db.session()
    db.stop(token)


@pytest.fixture(scope="module")
def module_app(
    request: pytest.FixtureRequest, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """One application for a whole file of tests that walk over every address."""
    folder = tmp_path_factory.mktemp("module")
    (folder / "instance").mkdir()
    name = f"portal_test_{uuid.uuid4().hex[:12]}"
    if request.config.getoption("--db") == "sqlite":
        shutil.copyfile(template, folder / "instance" / "portal.db")
        url = f"sqlite:///{folder / 'instance' / 'portal.db'}"
    else:
        _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    made = create_app(_settings(folder / "instance", url, request.config.getoption("--journal")))
    yield made
    made.ground.database.dispose()
    if request.config.getoption("--db") != "sqlite":
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


class Counted:
    """The statements of a block, without transactions and settings."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    @property
    def number(self) -> int:
        return len(self.statements)


@contextmanager
def counting(app: Portal) -> Iterator[Counted]:
    """Count what the application asks its database within the block."""
    counted = Counted()

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET ")):
            counted.statements.append(statement)

    event.listen(app.ground.database.engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(app.ground.database.engine, "before_cursor_execute", note)


@pytest.fixture
def count_queries() -> Callable[[Portal], Any]:
    """`with count_queries(app) as counted:` … `counted.number` selects, `counted.statements` what they were."""
    return counting
