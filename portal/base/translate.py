"""The city's own translation engine, where it has one: a function that the configuration names.

`translator = "package.module:function"`; it is called as function(text, source, target) with language codes and gives
the translation. Off by default; its texts are marked as a machine's wherever they are shown.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import lru_cache

from portal.base.ground import settings

Engine = Callable[[str, str, str], str]


def configured() -> bool:
    """Whether the city has an engine."""
    return bool(settings().translator)


@lru_cache(maxsize=4)
def _load(name: str) -> Engine:
    module, _colon, function = name.partition(":")
    engine: Engine = getattr(importlib.import_module(module), function)
    return engine


def translate(text: str, source: str, target: str) -> str:
    """The engine's translation. It may call other servers: never under the write lock.

    Raises whatever the engine raises, and ImportError or AttributeError where the configuration names none.
    """
    return _load(settings().translator)(text, source, target).strip()
