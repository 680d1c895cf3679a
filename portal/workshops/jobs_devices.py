"""Work of the worker for help with a device. Running any of it twice is harmless."""

from __future__ import annotations

from typing import Any

from portal.base import clock, i18n
from portal.workshops import actions_devices_jobs


def remind(_payload: dict[str, Any]) -> None:
    """Tells who has a device that it is due soon, or overdue."""
    actions_devices_jobs.remind(i18n.in_zone(clock.city_now()).date())


def forget(_payload: dict[str, Any]) -> None:
    """Takes the names out of requests that ended a year ago."""
    actions_devices_jobs.forget(clock.now())
