"""Work of the worker for workshops. Running any of it twice is harmless."""

from __future__ import annotations

from typing import Any

from portal.base import clock
from portal.workshops import actions_after, actions_interest, actions_jobs, actions_remind


def pass_on(_payload: dict[str, Any]) -> None:
    """Ends offers that nobody answered in time and offers the seats to the next."""
    actions_jobs.pass_on(clock.city_now())


def close(_payload: dict[str, Any]) -> None:
    """Sessions that are over become held ones."""
    actions_after.close(clock.city_now())


def ask(_payload: dict[str, Any]) -> None:
    """Asks those who came three months ago whether they still use it."""
    actions_after.ask(clock.city_now())


def forget(_payload: dict[str, Any]) -> None:
    """Forgets what people needed, and who came a year ago."""
    actions_after.forget(clock.city_now())


def remind(_payload: dict[str, Any]) -> None:
    """Reminds people a week and a day before."""
    actions_remind.remind(clock.city_now())


def tell_fitting(_payload: dict[str, Any]) -> None:
    """Tells people that what they wanted to hear of can be booked."""
    actions_interest.tell_fitting(clock.city_now())
