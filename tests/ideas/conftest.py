"""A city with a plan."""

from __future__ import annotations

import dataclasses

import pytest

from portal.base.web import Portal


@pytest.fixture
def town(app: Portal) -> Portal:
    """An application whose city has a drawing of itself, 400 by 280 units."""
    here = app.ground.settings
    here.instance.mkdir(parents=True, exist_ok=True)
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 280"/>'
    (here.instance / "plan.svg").write_text(drawing, "utf-8")
    app.ground.settings = dataclasses.replace(here, city=dataclasses.replace(here.city, map="plan.svg"))
    return app
