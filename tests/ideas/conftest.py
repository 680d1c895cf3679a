"""A city with a plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from portal import config
from portal.base.web import Portal


@pytest.fixture
def settings(make_settings: Callable[..., config.Settings]) -> config.Settings:
    """What is on by default: the speed budget speaks of that."""
    return make_settings(wings=config.ON_BY_DEFAULT)


@pytest.fixture
def town(app: Portal) -> Portal:
    """An application whose city has a drawing of itself, 400 by 280 units."""
    here = app.ground.settings
    here.instance.mkdir(parents=True, exist_ok=True)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 280"/>'
    (here.instance / "plan.svg").write_text(drawing, "utf-8")
    app.ground.settings = dataclasses.replace(here, city=dataclasses.replace(here.city, map="plan.svg"))
    return app
