"""Up, down, and up again; models and schema are the same; on the database of this run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from portal.audit import queries as audit
from portal.audit.models import Entry
from portal.base import schema
from portal.base.db import Database
from portal.identity.models import RoleGrant
from portal.paths import shipped
from tests import postgres


@pytest.fixture
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.config.getoption("--db") == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'portal.db'}", journal="delete")
        request.addfinalizer(made.dispose)
        return made
    name = f"portal_migrate_{abs(hash(str(tmp_path))) % 10**8}"
    postgres.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    postgres.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    made = Database(postgres.address(name))

    def away() -> None:
        made.dispose()
        postgres.run(f"DROP DATABASE {name} WITH (FORCE)")

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


def test_lines_of_the_audit_record_from_before_the_chain(empty: Database) -> None:
    """They are chained as they stand, but for names of people, which could never be forgotten afterwards; a role that
    was given before there were parts of the city counts for the whole city."""
    schema.upgrade(empty, "0008")
    lines = [
        ("add", '{"proposer": "Ana Ilves", "cost": 5}', '{"proposer": true, "cost": 5}'),
        ("edit", '{"proposer": "", "x": 0.5}', '{"proposer": false, "x": 0.5}'),
        ("open_vote", '{"holders": ["Bo Andersen", "Cleo Sand"]}', '{"holders": 2}'),
        ("wrote", '{"titles": {"et": "Õun"}}', '{"titles": {"et": "Õun"}}'),
        ("refused", '["staff", "auditor"]', '["staff", "auditor"]'),
    ]
    with empty.engine.begin() as connection:
        at = "2026-01-02 03:04:05.678901"
        connection.execute(text(f"INSERT INTO person (name, name_folded, created_at) VALUES ('A', 'a', '{at}')"))
        connection.execute(text(f"INSERT INTO role_grant (person_id, role, at) VALUES (1, 'planner', '{at}')"))
        for verb, after, _told in lines:
            connection.execute(
                text(
                    "INSERT INTO audit_entry (at, channel, verb, kind, object_id, after) "
                    f"VALUES ('{at}', 'web', :verb, 'project', '1', :after)"
                ),
                {"verb": verb, "after": after},
            )
    schema.upgrade(empty)
    with Session(empty.engine) as s:
        found = audit.verify(s)
        assert (found.broken, found.place) == (None, len(lines))
        after = s.scalars(select(Entry.after).order_by(Entry.place)).all()
        assert list(after) == [json.loads(told) for _verb, _after, told in lines]
        assert [tuple(row) for row in s.execute(select(RoleGrant.scope_kind, RoleGrant.scope_id))] == [("city", 0)]
    schema.downgrade(empty, "0008")
