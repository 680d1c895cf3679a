"""Steps of a procedure are set up for a service, and ticked in its cases."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.audit.actions import record
from portal.base import clock, db, texts
from portal.base.actor import Actor
from portal.services import rules, rules_steps
from portal.services.actions import KIND, lock, must, touch
from portal.services.models import Service
from portal.services.models_steps import Step, Tick
from portal.services.queries_steps import KIND as STEP

Said = Mapping[str, Mapping[str, str]]


def add(actor: Actor, service: Service, *, said: Said, required: bool) -> Step:
    """A further step, the last one. Raises Denied where there are very many."""
    s = db.session()
    living = select(func.count(), func.max(Step.position)).where(
        Step.service_id == service.id, Step.removed_at.is_(None)
    )
    count, last = s.execute(living).one()
    must(rules_steps.may_add(count))
    row = Step(service_id=service.id, position=(last or 0) + 1, required=required)
    s.add(row)
    s.flush()
    texts.put_all(s, STEP, row.id, said, rules_steps.TEXTS)
    record(actor, "added step", "service", service.id, after={"step": row.id, "required": required})
    return row


def edit(actor: Actor, row: Step, *, said: Said, required: bool) -> None:
    """Other words, or needed before a decision or not."""
    s, before = db.session(), row.required
    row.required = required
    texts.put_all(s, STEP, row.id, said, rules_steps.TEXTS)
    s.flush()
    record(
        actor, "changed step", "service", row.service_id, before={"required": before},
        after={"step": row.id, "required": required},
    )  # fmt: skip


def up(actor: Actor, row: Step) -> None:
    """One place further to the front."""
    s = db.session()
    rows = list(
        s.scalars(
            select(Step)
            .where(Step.service_id == row.service_id, Step.removed_at.is_(None))
            .order_by(Step.position, Step.id)
        )
    )
    at = rows.index(row)
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    for place, one in enumerate(rows, 1):
        one.position = place
    s.flush()
    record(actor, "moved step", "service", row.service_id, after={"step": row.id, "place": rows.index(row) + 1})


def remove(actor: Actor, row: Step) -> None:
    """Take a step out of the procedure. Cases in which it is ticked keep it."""
    row.removed_at = clock.now()
    db.session().flush()
    record(actor, "removed step", "service", row.service_id, after={"step": row.id})


def tick(actor: Actor, case_id: int, step: Step, done: bool) -> None:
    """Tick a step in a case, or take the tick away. Ticked twice is once: the first one stays. Raises Denied."""
    s = db.session()
    case, _service = lock(s, case_id)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    must(rules_steps.may_tick(case.state))
    row = s.scalars(select(Tick).where(Tick.case_id == case.id, Tick.step_id == step.id)).first()
    if (row is not None) is done:
        return
    if row is not None:
        s.delete(row)
    else:
        try:
            with s.begin_nested():
                s.add(Tick(case_id=case.id, step_id=step.id, by_id=actor.person_id, at=clock.city_now()))
                s.flush()
        except IntegrityError:  # a colleague ticked it at this instant
            return
    touch(case)
    s.flush()
    record(actor, "ticked step" if done else "unticked step", KIND, case.id, after={"step": step.id})
