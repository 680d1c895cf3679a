"""What every test of services needs."""

from __future__ import annotations

import pytest

from portal.base import limits


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """Limits in memory belong to one test."""
    limits._memory.clear()
