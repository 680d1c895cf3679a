"""What each test's own application would work out anew, although it is the same for all: compiled templates and the
compiled builders of addresses. Half of a page test's time went there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart


class Memory(BytecodeCache):
    """Compiled templates by name, by the checksum of their source and by how they are read, as long as the run lasts."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Any, ...], bytes] = {}

    @staticmethod
    def key(bucket: Bucket) -> tuple[Any, ...]:
        read = bucket.environment
        how = read.code_generator_class, read.trim_blocks, read.lstrip_blocks, *sorted(read.extensions)
        return bucket.key, bucket.checksum, *how

    def load_bytecode(self, bucket: Bucket) -> None:
        found = self.kept.get(self.key(bucket))
        if found is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[self.key(bucket)] = bucket.bytecode_to_string()


def templates() -> None:
    """Give every environment that is made from now on the same cache."""
    cache, made = Memory(), jinja2.Environment.__init__

    def init(self: jinja2.Environment, *given: Any, **options: Any) -> None:
        made(self, *given, **{"bytecode_cache": cache, **options})

    jinja2.Environment.__init__ = init  # type: ignore[method-assign]


def addresses() -> None:
    """Compile the builder of a rule once: it depends on nothing but the rule's own words."""
    compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
    compile_one = Rule._compile_builder

    def remembered(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, repr(self.defaults), tuple(self._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_one(self, append_unknown)
        return compiled[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]

    parsed: dict[str, tuple[list[RulePart], list[tuple[bool, str]], dict[str, BaseConverter]]] = {}
    parse_one = Rule._parse_rule

    def read(self: Rule, rule: str) -> list[RulePart]:
        """The same for its parts. The converters know a map, but none of ours or of werkzeug's asks it anything."""
        if rule not in parsed:
            before, known = len(self._trace), set(self._converters)
            parts = list(parse_one(self, rule))
            new = {name: one for name, one in self._converters.items() if name not in known}
            parsed[rule] = parts, self._trace[before:], new
            return parts
        parts, trace, converters = parsed[rule]
        self._trace.extend(trace)
        self._converters.update(converters)
        self.arguments.update(converters)
        return parts

    Rule._parse_rule = read  # type: ignore[method-assign]
