"""What each test's own application would work out anew, although it is the same for all: compiled templates, the
compiled builders of addresses and the SQL of statements. Half of a page test's time went there."""

from __future__ import annotations

from types import CodeType
from typing import Any

import jinja2
from flask.sansio.app import App
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.matcher import State


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
    """Make a rule once: its parts and the builders of its address depend on nothing but its own words, and a map of the
    same rules finds them in the same tree. Rules know the first map they were put on, but none of ours or of werkzeug's
    asks it for more than its settings, which are the same for all."""
    rules: dict[tuple[Any, ...], Rule] = {}
    trees: dict[tuple[int, ...], tuple[State, list[Rule]]] = {}  # the rules too, or another could get their number
    add_one, update = App.add_url_rule, Map.update

    def usual(of: Map) -> tuple[Any, ...]:
        return of.host_matching, of.strict_slashes, of.redirect_defaults, of.default_subdomain, of.merge_slashes

    def add(
        self: App, rule: str, endpoint: str | None = None, view_func: Any = None, *given: Any, **named: Any
    ) -> None:
        asked = [
            getattr(view_func, name, None) for name in ("methods", "required_methods", "provide_automatic_options")
        ]
        endpoint = endpoint or view_func.__name__
        key = (rule, endpoint, tuple(map(repr, asked)), repr(given), repr(named), usual(self.url_map))
        if key not in rules or self.view_functions.get(endpoint, view_func) != view_func:
            before = len(waiting(self.url_map))
            add_one(self, rule, endpoint, view_func, *given, **named)
            rules[key] = waiting(self.url_map)[before]
            return
        self._check_setup_finished("add_url_rule")
        put(self.url_map, rules[key])
        self.view_functions[endpoint] = view_func

    def waiting(of: Map) -> list[Rule]:
        found: list[Rule] = of.__dict__.setdefault("waiting", [])
        return found

    def put(on: Map, rule: Rule) -> None:
        waiting(on).append(rule)
        on._rules_by_endpoint.setdefault(rule.endpoint, []).append(rule)
        on._remap = True

    def bind(self: Map, factory: RuleFactory) -> None:
        for rule in factory.get_rules(self):
            rule.bind(self)
            put(self, rule)

    def plant(self: Map) -> None:
        """Before the first look into a map: the tree that the same rules grew already, or a new one."""
        if self._remap:
            key = tuple(id(rule) for rule in waiting(self))
            if key not in trees:
                self._matcher._root = State()
                for rule in waiting(self):
                    if not rule.build_only:
                        self._matcher.add(rule)
                trees[key] = self._matcher._root, list(waiting(self))
            self._matcher._root = trees[key][0]
        update(self)

    App.add_url_rule, Map.add, Map.update = add, bind, plant  # type: ignore[method-assign]


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
