"""What changes a process: it begins, and its dates are set. The owner of a process asks its own rules first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select

from portal.audit.actions import record
from portal.base import db, marks
from portal.base.actor import Actor
from portal.base.i18n import Text
from portal.processes import queries, rules
from portal.processes.models import ORDER, Phase, PhaseKind, Process

Dates = Mapping[PhaseKind, tuple[datetime, datetime | None]]


class DatesRefused(Exception):
    """The dates do not fit together; faults says what is wrong, by phase."""

    def __init__(self, faults: dict[PhaseKind, Text]) -> None:
        super().__init__("the dates of the phases do not fit together")
        self.faults = faults


def begin(subject: str) -> Process:
    """A new process without dates, for a thing of this kind."""
    process = Process(subject=subject)
    s = db.session()
    s.add(process)
    s.flush()
    return process


def set_dates(actor: Actor, process_id: int, dates: Dates) -> None:
    """Replaces all dates of a process (UTC). A phase left out is removed.

    Raises DatesRefused when they do not fit together.
    """
    wanted = [
        Phase(process_id=process_id, kind=kind, opens_at=opens_at, closes_at=closes_at)
        for kind, (opens_at, closes_at) in sorted(dates.items(), key=lambda item: ORDER[item[0]])
    ]
    faults = rules.dates_fit(wanted)
    if faults:
        raise DatesRefused(faults)
    s = db.session()
    before = s.scalars(select(Phase).where(Phase.process_id == process_id)).all()
    old, new = _told(before), _told(wanted)
    if old == new:
        return
    s.execute(delete(Phase).where(Phase.process_id == process_id))
    s.add_all(wanted)
    s.flush()
    record(actor, "set_dates", "process", process_id, before=old, after=new)


def _told(phases: Sequence[Phase]) -> dict[str, list[str | None]]:
    """Dates as the audit shows them."""
    return {
        phase.kind.value: [phase.opens_at.isoformat(), phase.closes_at.isoformat() if phase.closes_at else None]
        for phase in phases
    }


def stands_beside(process_id: int) -> None:
    """From now on pages of this process ask what other wings hold for it."""
    known = list(marks.get(queries.BESIDE, ()))
    if process_id not in known:
        marks.put(db.session(), queries.BESIDE, sorted([*known, process_id]))
        marks.forget()
