"""Off unless it is named: no address, no menu, no role, no dataset, no word of it anywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from portal import config
from portal.app import create_app
from portal.config import Settings
from tests.client import Client
from tests.ideas.town import add_call, add_idea
from tests.identity.help import enter

OFF = config.ON_BY_DEFAULT


def test_it_is_not_among_the_wings_that_are_on() -> None:
    assert config.load({}, instance=Path("/nowhere")).wings == OFF
    assert "innovation" not in OFF and set(OFF) == set(config.WINGS) - {"innovation"}
    assert "innovation" in config.load({"PORTAL_WINGS": "ideas,innovation"}, instance=Path("/nowhere")).wings


def test_off_it_leaves_no_trace(make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(wings=OFF))
    try:
        assert not [rule for rule in app.url_map.iter_rules() if "innovation" in rule.rule]
        assert not [kind for feature in app.ground.features for kind in feature.kinds if "innovation" in kind.name]
        client = Client(app)
        me = enter(client, "Adam Admin", roles=["administrator"], district="north")
        idea = add_idea(app, add_call(app), me)
        pages = [
            "/en/",
            "/en/staff/",
            "/en/staff/people",
            "/en/data",
            f"/en/ideas/{idea}",
            "/en/my",
            "/en/search?q=pilot",
        ]
        for path in pages:
            page = client.get(path)
            assert page.status == 200 and "nnovation" not in page.html and "try this out" not in page.html, path
        for path in ("/en/innovation/", "/en/innovation/1", "/en/staff/innovation", "/en/feeds/innovation.atom"):
            assert client.get(path).status == 404, path
    finally:
        app.ground.database.dispose()
