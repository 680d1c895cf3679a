"""What every test may ask for: an application on a fresh migrated database, a strict client, a writing transaction.

`--db postgres` runs the same tests on PostgreSQL (PORTAL_TEST_POSTGRES names a server where databases may be made).
"""

from __future__ import annotations

import gc
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal import config
from portal.app import create_app
from portal.base import db, ground, i18n, schema
from portal.base.db import Database
from portal.base.web import Portal
from tests import once, postgres
from tests.client import Client

# how long an example takes is the bench's business; a busy machine is no fault
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")
once.templates()
once.addresses()
once.statements()
postgres.keep_connections()


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
    postgres.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    made = Database(postgres.address(name))
    schema.upgrade(made)
    made.dispose()
    yield name
    postgres.drop_all(name)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, template: str, tmp_path: Path) -> Iterator[str]:
    """A fresh copy of the migrated database, for one test."""
    if request.config.getoption("--db") == "sqlite":
        (tmp_path / "instance").mkdir(exist_ok=True)
        file = tmp_path / "instance" / "portal.db"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        return
    name = postgres.take(template)
    yield postgres.address(name)
    postgres.give_back(name)


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
    if request.config.getoption("--db") == "sqlite":
        shutil.copyfile(template, folder / "instance" / "portal.db")
        url = f"sqlite:///{folder / 'instance' / 'portal.db'}"
    else:
        name = postgres.take(template)
        url = postgres.address(name)
    made = create_app(_settings(folder / "instance", url, request.config.getoption("--journal")))
    yield made
    made.ground.database.dispose()
    if request.config.getoption("--db") != "sqlite":
        postgres.give_back(name)


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
