"""Work of the worker for budgets."""

from __future__ import annotations

from typing import Any

from portal.budgeting.actions import imports


def sweep_imports(_payload: dict[str, Any]) -> None:
    """Removes what imports left that nobody finished. Running twice is harmless."""
    imports.sweep()
