"""Every public form exists on paper, or its feature says why not."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

import portal
from portal.base import fields
from portal.base.feature import Feature
from portal.base.web import Portal

ROOT = Path(portal.__file__).parent
# Forms of which each thing of a feature makes a sheet of its own, by that feature (its `made_sheets`).
MADE = {"answer_form": "processes", "IdeaForm": "ideas", "PlaceForm": "ideas"}


def public_doors() -> list[Path]:
    """The modules whose pages people open who are not staff."""
    return sorted([*ROOT.glob("*/views*.py"), *ROOT.glob("*/views/*.py")])


def forms_of(door: Path) -> dict[str, Any]:
    """What a door fetches from rooms of forms and people fill in: classes that are posted, and makers of such."""
    found: dict[str, Any] = {}
    for node in ast.walk(ast.parse(door.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or ".forms" not in (node.module or ""):
            continue
        room = importlib.import_module(str(node.module))
        for alias in node.names:
            one = getattr(room, alias.name)
            posted = isinstance(one, type) and issubclass(one, fields.Form) and not issubclass(one, fields.GetForm)
            if posted or (not isinstance(one, type) and callable(one) and alias.name.endswith("_form")):
                found[alias.name] = one
    return found


def on_paper(features: list[Feature]) -> set[str]:
    """The names of the forms that some sheet is made of, and of what those forms grew from."""
    names = set()
    for sheet in (one for feature in features for one in feature.sheets):
        form = sheet.form(formdata=None)
        names |= {kind.__name__ for kind in type(form).__mro__}
        names.add(type(form).__qualname__.split(".")[0])  # the maker, where a class is made on the spot
    return names


def test_every_public_form_is_a_sheet_or_says_why_not(app: Portal) -> None:
    features = [one for one in app.ground.features if one.name != "demo"]
    with app.test_request_context("/en/"):
        sheets = on_paper(features)
    sheets |= {form for form, name in MADE.items() for one in features if one.name == name and one.made_sheets}
    reasons = {name: why for feature in features for name, why in feature.no_paper.items()}
    known = {name for door in public_doors() if door.parts[-2] != "demo" for name in forms_of(door)}
    known -= {"PersonNumberForm"}  # the number of a paper itself
    assert known - sheets - set(reasons) == set(), "make it a Sheet of its feature, or say in no_paper why not"
    assert set(reasons) <= known - sheets, "a reason for a form that is gone, or that is on paper by now"
    assert all(len(why) > 10 for why in reasons.values())


def test_a_forgotten_form_is_found(app: Portal) -> None:
    assert "MandateForm" in forms_of(ROOT / "identity" / "views_mandates.py")
    assert "wishes_form" in forms_of(ROOT / "notifications" / "views.py")
    with app.test_request_context("/en/"):
        assert "MandateForm" not in on_paper([one for one in app.ground.features if one.name != "identity"])


def test_names_of_sheets_are_known_once(app: Portal) -> None:
    names = [sheet.name for feature in app.ground.features for sheet in feature.sheets]
    assert len(names) == len(set(names))
    for sheet in (one for feature in app.ground.features for one in feature.sheets):
        assert sheet.account in ("", "may", "must") and (sheet.on or sheet.endpoint) in app.view_functions
