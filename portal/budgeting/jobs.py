"""Work of the worker for budgets."""

from __future__ import annotations

from typing import Any

from portal.budgeting.actions import leftovers, news, translation, works_jobs


def sweep_imports(_payload: dict[str, Any]) -> None:
    """Removes what imports left that nobody finished. Running twice is harmless."""
    leftovers.sweep()


def translate(payload: dict[str, Any]) -> None:
    """Fills what one language of a budget lacks by the city's translation engine. Running twice is harmless."""
    translation.fill(int(payload["budget"]), str(payload["lang"]))


def tell_news(_payload: dict[str, Any]) -> None:
    """Tells people what happened to budgets, and notes which projects are new. Running twice is harmless."""
    news.mark_shown()
    news.tell_news()


def tell_works(payload: dict[str, Any]) -> None:
    """Tells people how the works of a project go on. Running twice is harmless."""
    works_jobs.tell_works(payload)


def tell_grown(payload: dict[str, Any]) -> None:
    """Tells people that a project was made of ideas that concern them. Running twice is harmless."""
    works_jobs.tell_grown(payload)
