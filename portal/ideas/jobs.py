"""Work of the worker for ideas. Running any of it twice is harmless."""

from __future__ import annotations

from typing import Any

from portal.base import clock
from portal.ideas import actions_answers_jobs, actions_jobs, actions_tables, actions_value_jobs


def tell_searches(_payload: dict[str, Any]) -> None:
    """Tells people what is new in the searches they keep."""
    actions_jobs.tell_hits()


def forget(_payload: dict[str, Any]) -> None:
    """Deletes who supported what where the time for it has come, and files that nobody handed in."""
    actions_jobs.forget(clock.city_now())
    actions_jobs.sweep()


def take_in(payload: dict[str, Any]) -> None:
    """Takes in a file with ideas or comments that somebody said yes to."""
    actions_tables.take_in(int(payload["import"]))


def tell_valued(payload: dict[str, Any]) -> None:
    """Tells authors, supporters and followers what the city found about an idea."""
    actions_value_jobs.tell_valued(payload["valuation"])


def tell_short_list(payload: dict[str, Any]) -> None:
    """Tells everybody who takes part in a call that there is a short list."""
    actions_value_jobs.tell_short_list(payload["list"])


def tell_answer(payload: dict[str, Any]) -> None:
    """Tells everybody whom an answer of the city concerns."""
    actions_answers_jobs.tell(int(payload["answer"]), None if payload.get("withdrawn") else int(payload["version"]))
