"""The ground alone, for tests of rules and verbs: the urn needs no web application."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.base import ground
from portal.base.db import Database
from portal.base.ground import Ground
from portal.config import Settings


@pytest.fixture
def here(settings: Settings) -> Iterator[Ground]:
    """The ground under a test that asks for no page."""
    made = Ground(settings, Database(settings.database, journal=settings.journal), [])
    ground.stand_on(made)
    yield made
    made.database.dispose()
