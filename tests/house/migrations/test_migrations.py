"""Up, down, and up again; models and schema are the same; on the database of this run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from portal.base import schema
from portal.base.db import Database
from portal.paths import shipped
from tests.conftest import POSTGRES


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.config.getoption("--db") == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'portal.db'}", journal="delete")
        request.addfinalizer(made.dispose)
        return made
    name = f"portal_migrate_{abs(hash(str(tmp_path))) % 10**8}"
    engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")

    def run(statement: str) -> None:
        with engine.connect() as connection:
            connection.execute(text(statement))

    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    made = Database(make_url(POSTGRES).set(database=name).render_as_string(hide_password=False))

    def away() -> None:
        made.dispose()
        run(f"DROP DATABASE {name} WITH (FORCE)")
        engine.dispose()

    request.addfinalizer(away)
    return made


def tables(database: Database) -> set[str]:
    names = set(inspect(database.engine).get_table_names())
    database.engine.dispose()
    return {name for name in names if not name.startswith(("alembic_version", "search_fts", "sqlite_"))}


def test_models_and_schema_are_the_same(empty: Database) -> None:
    schema.upgrade(empty)
    assert schema.differences(empty) == []
    assert schema.current(empty) == schema.head()


def test_every_step_goes_down_and_up_again(empty: Database) -> None:
    script = ScriptDirectory(str(shipped("migrations")))
    steps = [revision.revision for revision in script.walk_revisions()][::-1]
    for step in steps:
        schema.upgrade(empty, step)
    full = tables(empty)
    for step in reversed(steps[:-1]):
        schema.downgrade(empty, step)
        schema.upgrade(empty, "+1")
        schema.downgrade(empty, step)
    schema.downgrade(empty, "base")
    assert tables(empty) == set()
    schema.upgrade(empty)
    assert tables(empty) == full
    assert schema.differences(empty) == []


def test_the_steps_are_one_line() -> None:
    script = ScriptDirectory(str(shipped("migrations")))
    assert len(script.get_heads()) == 1
    for revision in script.walk_revisions():
        source = Path(revision.path).read_text("utf-8")
        assert re.search(r"def downgrade\(\)", source), revision.path
        assert not isinstance(revision.down_revision, tuple), revision.path
