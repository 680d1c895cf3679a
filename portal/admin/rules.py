"""Who is staff, and what a city still lacks. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.base.i18n import Text

# Everyone with a role comes to the staff area; what they may do there is each door's own lock.
STAFF = (
    "moderator",
    "budget_officer",
    "case_officer",
    "planner",
    "librarian",
    "auditor",
    "administrator",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the set-up list: what it is, whether it is done, what to do, and where (None: in config.toml)."""

    label: Text
    done: bool
    todo: Text
    url: str | None = None


def is_set_up(steps: Sequence[Step]) -> bool:
    """Nothing is left to do."""
    return all(step.done for step in steps)
