"""Migrations: plain Alembic, on an engine of their own with foreign keys off, checked at the end."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import portal
from portal.base.db import Database
from portal.base.tables import Base
from portal.paths import shipped

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

# Tables and indexes that the databases' own search keeps behind ours.
OTHERS = ("search_fts", "alembic_version", "sqlite_", "ix_search_text_trigram")


def _tool(name: str) -> Any:
    """A module of Alembic, fetched at its first use: a server that only serves pages starts without it."""
    return importlib.import_module(f"alembic.{name}")


def load_models() -> None:
    """Import every room that declares tables."""
    names = ["portal.base.marks", "portal.base.texts", "portal.base.jobs", "portal.base.mail", "portal.base.limits"]
    names += ["portal.base.files", "portal.base.search"]
    rooms = [m.name for m in pkgutil.iter_modules(portal.__path__) if m.ispkg]
    names += [f"portal.{room}.models" for room in rooms]
    names += [  # a room that is split keeps its name in front
        f"portal.{room}.{piece.name}"
        for room in rooms
        for piece in pkgutil.iter_modules([str(Path(p) / room) for p in portal.__path__])
        if piece.name.startswith("models_")
    ]
    for name in names:
        parent = name.rpartition(".")[0]
        if importlib.util.find_spec(parent) and importlib.util.find_spec(name):
            importlib.import_module(name)


def config(database: Database) -> Config:
    """Alembic's configuration for this database."""
    made: Config = _tool("config").Config()
    made.set_main_option("script_location", str(shipped("migrations")))
    made.attributes["database"] = database
    return made


def engine_for(database: Database) -> Any:
    """A plain engine without the portal's events: batch changes must not cascade over foreign keys."""
    if database.sqlite:
        return create_engine(database.url, module=database.module, poolclass=NullPool, hide_parameters=True)
    return create_engine(database.url, poolclass=NullPool, hide_parameters=True)


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations upwards."""
    _tool("command").upgrade(config(database), revision)


def downgrade(database: Database, revision: str) -> None:
    """Run the migrations downwards."""
    _tool("command").downgrade(config(database), revision)


def scripts() -> ScriptDirectory:
    """The migrations of this version."""
    found: ScriptDirectory = _tool("script").ScriptDirectory(str(shipped("migrations")))
    return found


def head() -> str:
    """The newest migration's number."""
    return str(scripts().get_current_head())


def current(database: Database) -> str | None:
    """The migration this database stands at."""
    engine = engine_for(database)
    with engine.connect() as connection:
        found: str | None = _tool("migration").MigrationContext.configure(connection).get_current_revision()
        return found


def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave the search engine's own tables out of comparisons."""
    return not (kind in {"table", "index"} and name is not None and name.startswith(OTHERS))


def differences(database: Database) -> list[str]:
    """Where models and schema differ, one line each; nothing is changed."""
    load_models()
    engine = engine_for(database)
    with engine.connect() as connection:
        context = _tool("migration").MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True, "compare_server_default": False}
        )
        return [str(change) for change in _tool("autogenerate").compare_metadata(context, Base.metadata)]


def faults(database: Database) -> list[str]:
    """Rows whose foreign keys lead nowhere (SQLite only: PostgreSQL never lets them in)."""
    if not database.sqlite:
        return []
    with engine_for(database).connect() as connection:
        return [str(row) for row in connection.execute(text("PRAGMA foreign_key_check"))]
