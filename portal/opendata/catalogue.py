"""The catalogue and the OpenAPI document, made from what the manifests say. Pure: addresses are handed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.base.feature import Dataset, Feature

_PLACE = re.compile(r"<(?:(?P<kind>[a-z_]+)(?:\([^)]*\))?:)?(?P<name>[a-z_]+)>")
MIME = {
    "json": "application/json",
    "csv": "text/csv",
    "pb": "text/plain",
    "xml": "application/xml",
    "xliff": "application/xliff+xml",
    "geojson": "application/geo+json",
    "zip": "application/zip",
    "py": "text/x-python",
    "html": "text/html",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be fetched: its title and address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset with the address's pattern and what there is of it now."""

    name: str
    feature: str
    title: str
    about: str
    formats: Sequence[str]
    pattern: str
    entries: Sequence[Entry]


def template(rule: str) -> str:
    """A route's rule as a URI template: /<lang:lang>/x/<int:n> becomes /{lang}/x/{n}."""
    return _PLACE.sub(lambda place: "{" + place["name"] + "}", rule)


def places(rule: str) -> list[tuple[str, str]]:
    """The variable parts of a rule: (name, JSON type)."""
    return [(p["name"], "integer" if p["kind"] == "int" else "string") for p in _PLACE.finditer(rule)]


def listed(
    features: Iterable[Feature],
    rule_of: Callable[[str], str],
    url_of: Callable[..., str],
    entries_of: Callable[[Dataset], list[tuple[str, dict[str, Any]]]],
) -> list[Listed]:
    """Every dataset of every feature that is on."""
    found = []
    for feature in features:
        for one in feature.datasets:
            entries = entries_of(one)
            found.append(
                Listed(
                    name=one.name,
                    feature=feature.name,
                    title=str(one.label),
                    about=str(one.about) if one.about else "",
                    formats=one.formats,
                    pattern=template(rule_of(one.endpoint)),
                    entries=[Entry(title, url_of(one.endpoint, **args)) for title, args in entries],
                )
            )
    return found


def index(site: str, base: str, datasets: Sequence[Listed]) -> dict[str, Any]:
    """What a program reads first."""
    return {
        "site": site,
        "openapi": f"{base}/api/openapi.json",
        "datasets": [
            {
                "name": one.name,
                "title": one.title,
                "about": one.about,
                "formats": list(one.formats),
                "address": base + one.pattern,
                "entries": [{"title": entry.title, "url": base + entry.url} for entry in one.entries],
            }
            for one in datasets
        ],
    }


def openapi(site: str, base: str, version: str, datasets: Sequence[Listed], rules: dict[str, str]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all datasets; `rules` has each dataset's route by name."""
    paths: dict[str, Any] = {}
    for one in datasets:
        rule = rules[one.name]
        paths[template(rule)] = {
            "get": {
                "operationId": re.sub(r"\W+", "_", one.name),
                "summary": one.title,
                "description": one.about or one.title,
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": {"type": kind}}
                    for name, kind in places(rule)
                ],
                "responses": {
                    "200": {
                        "description": one.title,
                        "content": {MIME.get(kind, "application/octet-stream"): {} for kind in one.formats},
                    },
                    "404": {"description": "There is no such thing, or it is not published."},
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": site, "version": version},
        "servers": [{"url": base or "/"}],
        "paths": dict(sorted(paths.items())),
    }
