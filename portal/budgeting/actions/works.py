"""The works of a winner: milestones, delays with reasons, money, benefit, photos, news. Whoever follows is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, jobs
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.texts import Wording
from portal.base.verdict import no
from portal.budgeting.actions.budgets import Said, put_texts
from portal.budgeting.models import Budget, Project
from portal.budgeting.models_works import Benefit, Delay, Milestone, Moment, Photo, Spending, Work, WorkNews
from portal.budgeting.queries import works as queries
from portal.budgeting.rules import Denied
from portal.budgeting.rules_works import (
    MOST_BENEFITS,
    MOST_MILESTONES,
    MOST_NEWS,
    MOST_PHOTOS,
    MOST_SPENDINGS,
    Step,
    may_finish,
    may_move,
    may_remove,
)

TELL = "budgeting.tell_works"
Row = TypeVar("Row", Milestone, Spending, Benefit, Photo, WorkNews)


def step(row: Milestone) -> Step:
    """A milestone as the rules ask for it."""
    return Step(row.first_planned_on, row.planned_on, row.done_on)


# --- milestones -------------------------------------------------------------------------------------------------------


def add_milestone(
    actor: Actor, budget: Budget, project: Project, *, planned_on: date, texts: Said, done_on: date | None = None
) -> Milestone:
    """A step of the works with its planned day. Raises Denied beyond the most there can be."""
    _must_work(budget, project)
    s = db.session()
    _room(s, Milestone, project, MOST_MILESTONES)
    if done_on is not None:
        _ask(may_finish(done_on, queries.today()))
    row = Milestone(
        project_id=project.id,
        first_planned_on=planned_on,
        planned_on=planned_on,
        done_on=done_on,
        created_at=clock.now(),
    )
    _put(s, "milestone", row, texts)
    _seen(budget)
    record(actor, "added milestone", "project", project.id, after={"milestone": row.id, "planned": str(planned_on)})
    return row


def rename_milestone(actor: Actor, budget: Budget, row: Milestone, texts: Said) -> None:
    """Other words for a step."""
    put_texts("milestone", row.id, texts)
    _seen(budget)
    record(actor, "renamed milestone", "project", row.project_id, after={"milestone": row.id, "texts": _plain(texts)})


def move_milestone(
    actor: Actor, budget: Budget, project: Project, row: Milestone, to: date, reason: Mapping[str, str]
) -> Delay:
    """A new day for a step, with a public reason per language; those who follow are told. Raises Denied."""
    _must_work(budget, project)
    s = db.session()
    row = s.scalars(db.locked(select(Milestone).where(Milestone.id == row.id))).one()
    _ask(may_move(step(row), to))
    if not any(text.strip() for text in reason.values()):
        raise Denied(no(_l("Give the reason in at least one language.")))
    moved = Delay(milestone_id=row.id, from_on=row.planned_on, to_on=to, at=clock.now())
    later = to > row.planned_on
    row.planned_on = to
    _put(s, "milestone_delay", moved, {"reason": reason})
    _seen(budget)
    record(
        actor, "moved milestone", "project", project.id,
        before={"planned": str(moved.from_on)}, after={"milestone": row.id, "planned": str(to)},
    )  # fmt: skip
    if later:
        values = {"step": _words(s, "milestone", row.id, "title"), "day": to.isoformat()}
        _tell(s, project, "work.delayed", values, f"delay:{moved.id}")
    return moved


def finish_milestone(actor: Actor, budget: Budget, project: Project, row: Milestone, on: date | None) -> None:
    """A step is done on a day, or not done after all (None). Those who follow are told; of the last one, that the project
    is finished. Raises Denied for a day to come."""
    _must_work(budget, project)
    s = db.session()
    row = s.scalars(db.locked(select(Milestone).where(Milestone.id == row.id))).one()
    before = row.done_on
    if on is not None:
        _ask(may_finish(on, queries.today()))
    row.done_on = on
    s.flush()
    _seen(budget)
    record(
        actor, "finished milestone" if on else "reopened milestone", "project", project.id,
        before={"done": str(before) if before else None}, after={"milestone": row.id, "done": str(on) if on else None},
    )  # fmt: skip
    if on is not None and before is None:
        left = s.scalar(
            select(func.count()).where(Milestone.project_id == project.id, Milestone.done_on.is_(None))
        )  # fmt: skip
        if left:
            _tell(s, project, "work.step", {"step": _words(s, "milestone", row.id, "title")}, f"step:{row.id}")
        else:
            _tell(s, project, "work.done", {}, f"done:{row.id}")


def remove_milestone(actor: Actor, budget: Budget, row: Milestone) -> None:
    """Takes a step away that has no history. Raises Denied for one that is done or was moved."""
    s = db.session()
    delays = s.scalar(select(func.count()).where(Delay.milestone_id == row.id)) or 0
    _ask(may_remove(step(row), delays))
    _drop(s, "milestone", row)
    _seen(budget)
    record(actor, "removed milestone", "project", row.project_id, before={"planned": str(row.planned_on)})


# --- money, benefit, photos, news -------------------------------------------------------------------------------------


def add_spending(actor: Actor, budget: Budget, project: Project, *, on_day: date, amount: int, texts: Said) -> Spending:
    """Money that was paid, in cents; below nothing where it came back. Raises Denied for a day to come."""
    _must_work(budget, project)
    s = db.session()
    _room(s, Spending, project, MOST_SPENDINGS)
    _ask(may_finish(on_day, queries.today()))
    row = Spending(project_id=project.id, on_day=on_day, amount=amount, at=clock.now())
    _put(s, "spending", row, texts)
    _seen(budget)
    record(actor, "entered spending", "project", project.id, after={"day": str(on_day), "amount": amount})
    return row


def add_benefit(
    actor: Actor, budget: Budget, project: Project, *, texts: Said, measured_on: date | None = None
) -> Benefit:
    """Something that the project is to bring, or has brought."""
    _must_work(budget, project)
    s = db.session()
    _room(s, Benefit, project, MOST_BENEFITS)
    row = Benefit(project_id=project.id, measured_on=measured_on, at=clock.now())
    _put(s, "project_benefit", row, texts)
    _seen(budget)
    record(actor, "entered benefit", "project", project.id, after={"texts": _plain(texts)})
    return row


def change_benefit(actor: Actor, budget: Budget, row: Benefit, *, texts: Said, measured_on: date | None) -> None:
    """What was measured, or better words."""
    row.measured_on = measured_on
    put_texts("project_benefit", row.id, texts)
    _seen(budget)
    record(actor, "changed benefit", "project", row.project_id, after={"texts": _plain(texts)})


def add_photo(
    actor: Actor,
    budget: Budget,
    project: Project,
    *,
    file_id: int,
    moment: Moment,
    texts: Said,
    taken_on: date | None = None,
) -> Photo:
    """A picture of the works with what it shows."""
    _must_work(budget, project)
    s = db.session()
    _room(s, Photo, project, MOST_PHOTOS)
    row = Photo(project_id=project.id, file_id=file_id, moment=moment, taken_on=taken_on, at=clock.now())
    _put(s, "project_photo", row, texts)
    _seen(budget)
    record(actor, "added photo", "project", project.id, after={"photo": row.id})
    return row


def add_news(actor: Actor, budget: Budget, project: Project, *, texts: Said) -> WorkNews:
    """A dated word on how the project goes on; those who follow it are told."""
    _must_work(budget, project)
    s = db.session()
    _room(s, WorkNews, project, MOST_NEWS)
    row = WorkNews(project_id=project.id, at=clock.now())
    _put(s, "project_news", row, texts)
    _seen(budget)
    record(actor, "wrote news", "project", project.id, after={"texts": _plain(texts)})
    _tell(s, project, "work.news", {"news": _words(s, "project_news", row.id, "title")}, f"news:{row.id}")
    return row


KINDS: dict[type[Any], str] = {
    Spending: "spending",
    Benefit: "project_benefit",
    Photo: "project_photo",
    WorkNews: "project_news",
}


def remove(actor: Actor, budget: Budget, row: Spending | Benefit | Photo | WorkNews) -> None:
    """Takes something away that was entered by mistake; the record says what it was."""
    s = db.session()
    kind = KINDS[type(row)]
    before: dict[str, Any] = {
        "texts": {f"{name}_{lang}": text.body for (name, lang), text in queries.words(s, kind, row.id).items()}
    }
    if isinstance(row, Spending):
        before |= {"day": str(row.on_day), "amount": row.amount}
    _drop(s, kind, row)
    _seen(budget)
    record(
        actor,
        {
            Spending: "removed spending",
            Benefit: "removed benefit",
            Photo: "removed photo",
            WorkNews: "removed news",
        }[type(row)],
        "project",
        row.project_id,
        before=before,
    )


# --- the end ----------------------------------------------------------------------------------------------------------


def stop(actor: Actor, budget: Budget, project: Project, on: date, reason: Mapping[str, str]) -> None:
    """The works are given up, with a public reason per language; those who follow are told. Raises Denied."""
    _must_work(budget, project)
    s = db.session()
    _ask(may_finish(on, queries.today()))
    if not any(text.strip() for text in reason.values()):
        raise Denied(no(_l("Give the reason in at least one language.")))
    row = s.get(Work, project.id) or Work(project_id=project.id)
    row.stopped_on = on
    s.add(row)
    put_texts("project_work", project.id, {"stopped": reason})
    _seen(budget)
    record(actor, "gave up works", "project", project.id, after={"on": str(on)})
    _tell(s, project, "work.stopped", {}, f"stopped:{on}")


def resume(actor: Actor, budget: Budget, project: Project) -> None:
    """The works go on after all."""
    s = db.session()
    row = s.get(Work, project.id)
    if row is None or row.stopped_on is None:
        return
    row.stopped_on = None
    _seen(budget)
    record(actor, "took works up again", "project", project.id)


# --- what they share --------------------------------------------------------------------------------------------------


def _must_work(budget: Budget, project: Project) -> None:
    _ask(queries.may_work(db.session(), budget, project.code))


def _ask(verdict: Any) -> None:
    if not verdict:
        raise Denied(verdict)


def _room(s: Session, model: Any, project: Project, most: int) -> None:
    number = s.scalar(select(func.count()).where(model.project_id == project.id)) or 0
    if number >= most:
        raise Denied(no(_l("There are %(n)s entries already. That is the most.", n=most)))


def _put(s: Session, kind: str, row: Any, texts: Said) -> None:
    s.add(row)
    s.flush()
    put_texts(kind, row.id, texts)


def _drop(s: Session, kind: str, row: Any) -> None:
    s.execute(delete(Wording).where(Wording.kind == kind, Wording.object_id == row.id))
    s.delete(row)
    s.flush()


def _seen(budget: Budget) -> None:
    """A public page shows something new; the vote is over, so nothing that was prepared is thrown away."""
    budget.version += 1
    db.session().flush()


def _words(s: Session, kind: str, number: int, field: str) -> dict[str, str]:
    return {lang: row.body for (name, lang), row in queries.words(s, kind, number).items() if name == field}


def _tell(s: Session, project: Project, notice: str, values: Mapping[str, Any], key: str) -> None:
    named = {"project": _words(s, "project", project.id, "title") or project.code, **values}
    jobs.enqueue(
        s,
        TELL,
        {"project": project.id, "notice": notice, "values": named, "dedup": f"work:{project.id}:{key}"},
        dedup=f"{TELL}:{project.id}:{key}",
    )


def _plain(texts: Said) -> dict[str, dict[str, str]]:
    return {field: dict(by_lang) for field, by_lang in texts.items()}
