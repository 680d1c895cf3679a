"""What pages read about processes."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.processes.models import Phase

# Built once: every page of a process asks it.
_PHASES = select(Phase).where(Phase.process_id.in_(bindparam("ids", expanding=True))).order_by(Phase.opens_at, Phase.id)


def phases_of(s: Session, process_ids: Iterable[int]) -> dict[int, list[Phase]]:
    """The phases of several processes in one select, each list in order of opening."""
    found: dict[int, list[Phase]] = {process_id: [] for process_id in process_ids}
    if found:
        for phase in s.scalars(_PHASES, {"ids": list(found)}):
            found[phase.process_id].append(phase)
    return found
