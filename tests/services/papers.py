"""A small form that the tests bend, and the demo city's six."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

from portal.services.schema import Form
from portal.services.schema_read import load, read

DATA = Path(__file__).parents[2] / "portal" / "services" / "data"
NAMES = sorted(path.stem for path in DATA.glob("*.json"))
TODAY = date(2027, 3, 27)


def demo(name: str) -> Form:
    """A form of the demo city."""
    return load((DATA / f"{name}.json").read_bytes())


def en(text: str) -> dict[str, str]:
    return {"en": text}


def field(key: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    """A field as it stands in a document."""
    return {"key": key, "kind": kind, "label": en(key.capitalize()), **more}


def form(*fields: dict[str, Any], **more: Any) -> Form:
    """A form of one page."""
    return read(document(*fields, **more))


def document(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format": "folkmoot-form", "version": 1, "name": "small", "languages": ["en"], "title": en("Small"),
        "pages": [{"key": "one", "title": en("One"), "fields": list(fields)}], **more,
    }  # fmt: skip


KIND = field(
    "kind", "choice", options=[{"value": "food", "label": en("Food")}, {"value": "books", "label": en("Books")}]
)
BASE: dict[str, Any] = {
    **document(KIND, field("metres", "number", step="0.5")),
    "languages": ["en", "de"],
    "values": [{"key": "twice", "label": en("Twice"), "kind": "number", "reckoning": {"product": [{"field": "metres"}, 2]}}],
    "charges": [{"key": "space", "label": en("Space"), "cents": {"product": [{"value": "twice"}, 100]}}],
    "reductions": [{"key": "less", "label": en("Less"), "percent": 50, "charges": ["space"]}],
    "papers": [{"key": "card", "label": en("Card")}],
    "cosign": {"label": en("Both")},
}  # fmt: skip
BASE["pages"].append(
    {"key": "two", "title": en("Two"), "condition": {"field": "kind", "is": "food"},
     "fields": [
         field("goods", "table", columns=[field("what", required=True), field("price", "money")], max_rows=3),
         field("proof", "file", accept=["pdf"], condition={"field": "metres", "above": 2}),
     ]}
)  # fmt: skip


def _spoken(part: Any) -> Any:
    """Every text in German as well."""
    if isinstance(part, dict):
        if set(part) == {"en"}:
            return {"en": part["en"], "de": part["en"] + " (de)"}
        return {name: _spoken(one) for name, one in part.items()}
    return [_spoken(one) for one in part] if isinstance(part, list) else part


BASE = _spoken(BASE)


def bent(*path: str | int, to: Any) -> dict[str, Any]:
    """The small form with one place changed; `to` is KEEP_OUT for a member that is taken out."""
    made = copy.deepcopy(BASE)
    at: Any = made
    for one in path[:-1]:
        at = at[one]
    if to is KEEP_OUT:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return made


KEEP_OUT = object()
