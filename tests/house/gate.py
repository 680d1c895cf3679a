"""What `./run check` asks of the program: `python -m tests.house.gate templates|catalogues|css|migrations`."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from alembic.script import ScriptDirectory
from jinja2 import TemplateError

from portal import app as application
from portal import config, paths
from portal.base import schema
from portal.base.db import Database
from portal.base.web import Portal

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "portal" / "assets"))


@contextmanager
def portal_app() -> Iterator[Portal]:
    """The whole application, demo included, on an instance of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load(
            {}, instance=folder, testing=True, demo=True, base_url="http://127.0.0.1:8000", secret="x" * 40,
            city=config.City(time_zone="Europe/Tallinn"), wings=config.WINGS,
        )  # fmt: skip
        made = application.create_app(settings)
        yield made
        made.ground.database.dispose()


# what the strict content policy forbids, and what would break out of escaping
_FORBIDDEN = {
    r"\sstyle\s*=": "a style attribute",
    r"\son[a-z]+\s*=\s*[\"']": "an event attribute",
    r"<script(?![^>]*\bsrc=)": "a script without src",
    r"<style\b": "a style element",
    r"javascript:": "a javascript: address",
    r"\|\s*safe\b": "|safe",
    r"autoescape\s+false": "autoescape off",
}
_NAMED = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+\"([^\"]+)\"")
_ENDPOINT = re.compile(r"\burl_for\(\s*[\"']([\w.]+)[\"']")


def templates() -> list[str]:
    """Every template compiles, names only what is there, and holds nothing that the content policy stops."""
    faults = []
    folder = paths.shipped("templates")
    with portal_app() as app:
        for file in sorted(folder.rglob("*")):
            if not file.is_file() or file.suffix not in {".html", ".txt", ".xml"}:
                continue
            name = file.relative_to(folder).as_posix()
            source = file.read_text("utf-8")
            try:
                app.jinja_env.compile(source, name, str(file))
            except TemplateError as error:
                faults.append(f"{name}:{getattr(error, 'lineno', '?')}: {error}")
            faults += [
                f"{name}: no template {other}" for other in _NAMED.findall(source) if not (folder / other).exists()
            ]
            faults += [
                f"{name}: no view {endpoint}"
                for endpoint in _ENDPOINT.findall(source)
                if endpoint not in app.view_functions
            ]
            bare = re.sub(r"{#.*?#}", lambda m: "\n" * m.group().count("\n"), source, flags=re.S)
            if file.suffix == ".html" and not name.startswith("mail/"):
                for pattern, what in _FORBIDDEN.items():
                    for found in re.finditer(pattern, bare):
                        faults.append(f"{name}:{bare[: found.start()].count(chr(10)) + 1}: {what}")
    return faults


def catalogues() -> list[str]:
    """Every sentence of the sources is in the catalogues, and translated whole in every shipped language."""
    tool: ModuleType = __import__("catalogues")
    return tool.check([language for language in config.LANGUAGES if language != "en"])


def css() -> list[str]:
    """The committed style sheets belong to their sources; where the tools are at hand every byte is compared."""
    tool: ModuleType = __import__("build")
    return tool.faults(rebuild=tool.has_node() and (tool.MODULES.is_dir() or "PORTAL_GATE" in os.environ))


def migrations() -> list[str]:
    """One line of migrations, up and down and up again, and the models are what they make."""
    heads = ScriptDirectory(str(paths.shipped("migrations"))).get_heads()
    if len(heads) != 1:
        return [f"the migrations have {len(heads)} heads: {', '.join(sorted(heads))}"]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/portal.db", journal="delete")
        schema.upgrade(database)
        faults = [f"models and migrations differ: {line}" for line in schema.differences(database)]
        schema.downgrade(database, "base")
        schema.upgrade(database)
        faults += schema.faults(database)
        database.dispose()
    return faults


PARTS: dict[str, Callable[[], list[str]]] = {
    "templates": templates, "catalogues": catalogues, "css": css, "migrations": migrations,
}  # fmt: skip

if __name__ == "__main__":
    lines = PARTS[sys.argv[1]]()
    for line in lines[:25]:
        print(line)
    if len(lines) > 25:
        print(f"... and {len(lines) - 25} more")
    sys.exit(1 if lines else 0)
