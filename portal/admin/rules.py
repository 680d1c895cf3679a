"""Who is staff, and what a city still lacks. Pure."""

from collections.abc import Sequence

from portal.base.feature import Step

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


def is_set_up(steps: Sequence[Step]) -> bool:
    """Nothing is left to do."""
    return all(step.done for step in steps)
