"""A city with districts, a register and an age that votes ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from portal import config
from portal.app import create_app
from portal.base import db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity import actions
from portal.places.actions import add_district
from tests.identity.ways import write_register


@pytest.fixture
def make_town(
    make_settings: Callable[..., config.Settings], tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[config.Register], Portal]:
    """The application with a register of three residents, as these settings ask it."""

    def make(register: config.Register) -> Portal:
        write_register(tmp_path / "instance")
        made = create_app(make_settings(register=register))
        request.addfinalizer(made.ground.database.dispose)
        ground.stand_on(made.ground)
        with db.write() as s:
            add_district(SYSTEM, code="north", names={"en": "North"})
            actions.need_age(s, years=16, on=date(2026, 6, 1), until=date(2036, 6, 1))
        return made

    return make


@pytest.fixture
def town(make_town: Callable[[config.Register], Portal]) -> Portal:
    """The application with a register of three residents."""
    return make_town(config.Register(adapter="csv", scheme="ee"))
