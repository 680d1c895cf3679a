"""What each test's own application would work out anew, although it is the same for all: compiled templates, the
compiled builders of addresses and the SQL of statements. Half of a page test's time went there."""

from __future__ import annotations

from types import CodeType
from typing import Any

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class Memory(BytecodeCache):
    """Compiled templates by name, by the checksum of their source and by how they are read, as long as the run lasts."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Any, ...], CodeType] = {}

    @staticmethod
    def key(bucket: Bucket) -> tuple[Any, ...]:
        read = bucket.environment
        how = read.code_generator_class, read.trim_blocks, read.lstrip_blocks, *sorted(read.extensions)
        return bucket.key, bucket.checksum, *how

    def load_bytecode(self, bucket: Bucket) -> None:
        found = self.kept.get(self.key(bucket))
        if found is not None:
            bucket.code = found

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.kept[self.key(bucket)] = bucket.code


def templates() -> None:
    """Give every environment that is made from now on the same cache."""
    cache, made = Memory(), jinja2.Environment.__init__

    def init(self: jinja2.Environment, *given: Any, **options: Any) -> None:
        made(self, *given, **{"bytecode_cache": cache, **options})

    jinja2.Environment.__init__ = init  # type: ignore[method-assign]


def addresses() -> None:
    """Compile a rule once: its parts and the builders of its address depend on nothing but its own words. The converters
    know a map, but none of ours or of werkzeug's asks it anything."""
    compiled: dict[tuple[Any, ...], Rule] = {}
    compile_one = Rule.compile

    def remembered(self: Rule) -> None:
        key = (self.rule, repr(self.defaults), self.subdomain, self.merge_slashes, self.map.host_matching, self.host)
        if key not in compiled:
            compile_one(self)
            compiled[key] = self
            return
        one = compiled[key]
        self._parts, self._trace, self._converters = one._parts, one._trace, one._converters
        self.arguments = one.arguments
        self._build = one._build.__func__.__get__(self)  # type: ignore[attr-defined]
        self._build_unknown = one._build_unknown.__func__.__get__(self)  # type: ignore[attr-defined]

    Rule.compile = remembered  # type: ignore[method-assign]


def statements() -> None:
    """Turn a statement into SQL once for each kind of database. SQLAlchemy keeps the text by the dialect's identity, in
    the engine and in the mappers, so that every engine of every test began with none."""
    text: LRUCache[Any, Any] = LRUCache(20_000)

    def told(dialect: Any) -> tuple[Any, ...]:
        """All that a dialect's SQL depends on here: kind, driver, the server's version once it is known."""
        return type(dialect), dialect.dbapi, getattr(dialect, "server_version_info", None), dialect.paramstyle

    for kind in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        kind.__eq__ = lambda self, other: told(self) == told(other) if type(self) is type(other) else NotImplemented
        kind.__hash__ = lambda self: hash(type(self))

    Engine._compiled_cache = property(lambda _engine: text, lambda _engine, _own: None)  # type: ignore[assignment]
