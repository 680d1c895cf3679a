"""Nothing is open by accident."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint

from portal.app import create_app
from portal.base import security
from portal.base.security import BareView
from portal.base.web import Portal
from portal.config import Settings
from portal.home import manifest


def test_a_bare_view_stops_the_application(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = Blueprint("bare", __name__)
    bare.add_url_rule("/bare", "view", lambda: "open to everybody")
    blueprints = [*manifest.FEATURE.blueprints, bare]
    monkeypatch.setattr(manifest, "FEATURE", dataclasses.replace(manifest.FEATURE, blueprints=blueprints))
    with pytest.raises(BareView, match=r"bare\.view"):
        create_app(settings)


def test_every_view_has_a_known_lock(app: Portal) -> None:
    for rule in app.url_map.iter_rules():
        lock = app.view_functions[rule.endpoint].lock  # type: ignore[attr-defined]
        assert lock[0] in {"public", "signed_in", "staff"}, rule.endpoint
        assert (len(lock) > 1) is (lock[0] == "staff"), f"{rule.endpoint}: a staff lock names its roles"


def test_staff_pages_carry_staff_locks(app: Portal) -> None:
    for rule in app.url_map.iter_rules():
        lock = app.view_functions[rule.endpoint].lock  # type: ignore[attr-defined]
        assert (lock[0] == "staff") is ("/staff" in rule.rule), rule.endpoint


def test_locks_name_roles_that_exist(app: Portal) -> None:
    known = {role.name for feature in app.ground.features for role in feature.roles}
    for rule in app.url_map.iter_rules():
        lock = app.view_functions[rule.endpoint].lock  # type: ignore[attr-defined]
        assert set(lock[1:]) <= known, rule.endpoint
    menus = {role for feature in app.ground.features for entry in feature.staff_menu for role in entry.roles}
    assert menus <= known


def test_views_without_a_browser_are_few_and_listed(app: Portal) -> None:
    outside = {name for name, view in app.view_functions.items() if getattr(view, "outside", False)}
    assert outside == {"notifications.unsubscribed", "oidc.back_channel_logout"}


@pytest.mark.parametrize("mark", ["public", "signed_in"])
def test_a_lock_is_a_mark_and_nothing_else(mark: str) -> None:
    def view() -> str:
        return "x"

    lock: Callable[[Any], Any] = getattr(security, mark)
    assert lock(view) is view
