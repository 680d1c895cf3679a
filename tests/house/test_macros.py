"""Our lean macros draw the same structure as the upstream components whose style they wear.

The fixtures are upstream's own, of the version that package.json names. Compared is the tree: elements, classes, texts
and every attribute but those of upstream's scripts.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from flask import render_template_string

from tests.drawing import bare_app

FILE = Path(__file__).parent / "fixtures" / "govuk-6.3.0.json"
FIXTURES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))["fixtures"]
ASSETS = Path(__file__).parents[2] / "portal" / "assets"
# data-module starts upstream's scripts, which we do not use; the summary's id and tabindex serve our own.
LEFT_OUT = {"data-module", "disabled", "spellcheck"}
MACROS = {"date-input": "day", "error-summary": "errors"}


def params(component: str, given: dict[str, Any]) -> dict[str, Any]:
    """Upstream's options as the dict of portal.base.fields.params()."""
    classes = given.get("classes", "")
    width = re.search(r"--width-(\d+)", classes)
    own = given.get("idPrefix") or given.get("id") or given["name"]
    legend = given.get("fieldset", {}).get("legend", {})
    p: dict[str, Any] = {
        "id": own,
        "name": given.get("name"),
        "label": given.get("label", legend).get("text"),
        "label_class": given.get("label", legend).get("classes"),
        "hint": given.get("hint", {}).get("text"),
        "error": given.get("errorMessage", {}).get("text"),
        "value": given.get("value"),
        "rows": given.get("rows"),
        "width": width.group(1) if width else None,
        "prefix": given.get("prefix", {}).get("text"),
        "suffix": given.get("suffix", {}).get("text"),
        "small": "--small" in classes,
    }
    p["describedby"] = " ".join(f"{own}-{part}" for part in ("hint", "error") if p[part])
    if component == "date-input":
        p["role"] = "group"
        prefix = given.get("namePrefix")
        p["choices"] = [
            {
                "id": f"{own}-{o['name']}",
                "name": f"{prefix}-{o['name']}" if prefix else o["name"],
                "text": o["name"].title(),
                "width": re.search(r"--width-(\d)", o["classes"]).group(1),  # type: ignore[union-attr]
            }
            for o in given["items"]
        ]
    else:
        p["choices"] = [
            {
                "id": o.get("id") or (own if n == 1 else f"{own}-{n}"),
                "value": o.get("value"),
                "text": o.get("text"),
                "hint": o.get("hint", {}).get("text"),
                "checked": o.get("checked") or o.get("selected"),
            }
            for n, o in enumerate(given.get("items", ()), 1)
        ]
    return p


def tree(html: str) -> list[Any]:
    """Elements, attributes and texts, without the white space between them."""

    def walk(node: Any) -> Any:
        attributes = {
            name: sorted(value.split()) if name in ("class", "aria-describedby") else value
            for name, value in node.attrib.items()
            if name not in LEFT_OUT
        }
        parts = [_words(node.text)]
        for child in node:
            parts += [walk(child), _words(child.tail)]
        return [node.tag, attributes, [part for part in parts if part]]

    body = html5lib.parse(html, namespaceHTMLElements=False).find("body")
    return [walk(child) for child in body]


def _words(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def test_the_fixtures_are_of_the_version_in_use() -> None:
    package = json.loads((ASSETS / "package.json").read_text("utf-8"))
    assert FILE.stem == f"govuk-{package['devDependencies']['govuk-frontend']}"


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda f: f"{f['component']}: {f['name']}")
def test_a_macro_draws_what_upstream_draws(fixture: dict[str, Any]) -> None:
    component, given = fixture["component"], fixture["options"]
    if component == "error-summary":
        value: Any = [(e.get("href", "#")[1:] or None, e["text"]) for e in given["errorList"]]
    else:
        value = params(component, given)
    with bare_app().test_request_context("/en/"):
        call = f'{{% import "ui/form.html" as ui %}}{{{{ ui.{MACROS.get(component, component)}(value) }}}}'
        ours = render_template_string(call, value=value)
    if component == "error-summary":
        ours = ours.replace(' tabindex="-1" id="errors"', "")
    theirs = fixture["html"]
    for option in given.get("items") or ():  # checkboxes with names of their own
        if option.get("name") and component == "checkboxes":
            theirs = theirs.replace(f'name="{option["name"]}"', f'name="{given["name"]}"')
    assert tree(ours) == tree(theirs)
