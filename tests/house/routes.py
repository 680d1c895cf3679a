"""The frozen list of addresses, read from routes.toml and written anew by `python -m tests.house.routes`.

Each address is a promise: people keep links, programs keep URLs. A change shows in the difference of routes.toml, where
somebody looks at it: the rule, the methods, who may, and whose objects the address leads to.

    object   "" no object in the address · "public" everybody's · "draft" hidden until shown, then everybody's ·
             "own" one person's · "staff" everyone's who has the role · "secret" known only to whom it was given
    unlinked why no page links to it (left out where one does)
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from werkzeug.routing import Rule

from portal import config
from portal.app import create_app
from portal.base.web import Portal

FILE = Path(__file__).with_name("routes.toml")
OBJECTS = {"", "public", "draft", "own", "staff", "secret"}
NO_OBJECT = {"lang"}


@dataclass(frozen=True)
class Route:
    """One line of the list."""

    endpoint: str
    rule: str
    methods: tuple[str, ...]
    lock: tuple[str, ...]
    object: str = "?"
    unlinked: str = ""


def frozen() -> dict[str, Route]:
    """The list in git, by endpoint."""
    return _read(FILE.read_text("utf-8") if FILE.exists() else "")


@lru_cache(maxsize=2)
def _read(listed: str) -> dict[str, Route]:
    found = tomllib.loads(listed)
    return {
        name: Route(name, d["rule"], tuple(d["methods"]), tuple(d["lock"]), d.get("object", ""), d.get("unlinked", ""))
        for name, d in found.items()
    }


def real(app: Portal) -> dict[str, Route]:
    """What the application serves. An endpoint with several rules is listed by its first."""
    found: dict[str, Route] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.endpoint, r.rule)):
        lock = tuple(app.view_functions[rule.endpoint].lock)  # type: ignore[attr-defined]
        found.setdefault(rule.endpoint, Route(rule.endpoint, rule.rule, methods(rule), lock))
    return found


def methods(rule: Rule) -> tuple[str, ...]:
    """The methods a person or program uses."""
    return tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))


def write() -> list[str]:
    """Write the list anew; the answer names the addresses that still need a decision."""
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load(
            {}, instance=Path(folder), testing=True, base_url="http://127.0.0.1:8000",
            wings=config.WINGS,
        )  # fmt: skip
        now = real(create_app(settings))
    before = frozen()
    lines = [
        "# Every address of the portal. Written by `python -m tests.house.routes`; object and unlinked by people.",
        "",
    ]
    undecided = []
    for name, route in sorted(now.items()):
        old = before.get(name)
        thing = old.object if old else ("?" if "<" in route.rule.replace("<lang:lang>", "") else "")
        if thing == "?":
            undecided.append(name)
        lines += [
            f'["{name}"]',
            f'rule = "{route.rule}"',
            f"methods = {list(route.methods)}".replace("'", '"'),
            f"lock = {list(route.lock)}".replace("'", '"'),
        ]
        lines += [f'object = "{thing}"'] if thing else []
        lines += [f'unlinked = "{old.unlinked}"'] if old and old.unlinked else []
        lines.append("")
    FILE.write_text("\n".join(lines), "utf-8")
    return undecided


if __name__ == "__main__":
    missing = write()
    print("\n".join(f"decide: {name}" for name in missing))
    sys.exit(1 if missing else 0)
