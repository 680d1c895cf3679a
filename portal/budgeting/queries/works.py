"""The works of winners: the list of a budget, and the page of one project from wish to bench. Nothing here says a figure
of a vote before its result is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import clock, files, i18n
from portal.base.files import File
from portal.base.files import State as FileState
from portal.base.i18n import Text
from portal.base.normal import normalise
from portal.base.texts import Said, Wording, all_languages
from portal.base.verdict import Verdict
from portal.budgeting import rules_works
from portal.budgeting.models import Budget, Project
from portal.budgeting.models_works import Benefit, Delay, Milestone, Moment, Photo, Spending, Work, WorkNews
from portal.budgeting.queries import projects, wordings
from portal.budgeting.queries.origins import voted
from portal.budgeting.rules_works import Progress, Status, Step
from portal.voting import queries as voting

PER_PAGE = 20


def today() -> date:
    """This day on the city's clock."""
    return i18n.in_zone(clock.city_now()).date()


def words(s: Session, kind: str, number: int) -> dict[tuple[str, str], Wording]:
    """Every text of one thing by (field, language)."""
    return all_languages(s, kind, number)


def fates(s: Session, budget: Budget) -> dict[str, bool] | None:
    """Of each project in the published result, by its code: did it win? None before the publication. One select."""
    vote = voting.vote_for(s, "budget", budget.id)
    public = voting.published(s, vote) if vote is not None else None
    return None if public is None else voted(public.outcome)


def may_work(s: Session, budget: Budget, code: str) -> Verdict:
    """May works of the project with this code be entered? One select."""
    found = fates(s, budget)
    return rules_works.may_work(bool(found and found.get(code)), found is not None)


# --- the list of a budget ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """What a reader asked for. `pot`: its position in the budget."""

    q: str = ""
    status: Status | None = None
    pot: int | None = None
    sort: str = "number"
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Is anything left out?"""
        return bool(self.q or self.status or self.pot)


@dataclass(frozen=True)
class Winner:
    """A project that won, with how far it is. Money in cents."""

    shown: projects.Shown
    far: Progress
    spent: int
    late_by: int = 0  # days since the oldest planned day that passed

    @property
    def over(self) -> bool:
        """It has cost more than was estimated."""
        return self.spent > self.shown.cost


@dataclass(frozen=True)
class Works:
    """The works of a budget: a page of them, how many fit, and of all how many have which status. Money in cents."""

    shown: Sequence[Winner]
    total: int
    numbers: Mapping[Status, int]
    spent: int
    estimated: int

    @property
    def all(self) -> int:
        """How many projects won."""
        return sum(self.numbers.values())


SORTS = ("number", "late", "end", "dear")


def works(s: Session, budget: Budget, wanted: Filters, names: wordings.Names, per_page: int = PER_PAGE) -> Works | None:
    """The works of all winners of a budget; None before its result is published. Five selects, however many won."""
    won = fates(s, budget)
    if won is None:
        return None
    cards = [card for card in projects.by_code(s, budget.id).values() if won.get(card.code)]
    ids, day = [card.id for card in cards], today()
    steps = steps_of(s, ids)
    stopped = {
        row[0]: row[1] for row in s.execute(select(Work.project_id, Work.stopped_on).where(Work.project_id.in_(ids)))
    }
    spent: dict[int, int] = {
        row.project_id: int(row.total)
        for row in s.execute(
            select(Spending.project_id, func.sum(Spending.amount).label("total"))
            .where(Spending.project_id.in_(ids))
            .group_by(Spending.project_id)
        )
    }
    found = [_winner(card, steps.get(card.id, []), stopped.get(card.id), spent.get(card.id, 0), day) for card in cards]
    numbers = {status: sum(1 for one in found if one.far.status is status) for status in Status}
    fit = [one for one in found if _fits(one, wanted, names)]
    fit.sort(key=_order(wanted.sort))
    start = (max(wanted.page, 1) - 1) * per_page
    return Works(
        fit[start : start + per_page],
        len(fit),
        numbers,
        sum(one.spent for one in found),
        sum(one.shown.cost for one in found),
    )


def steps_of(s: Session, ids: Sequence[int]) -> dict[int, list[Step]]:
    """The steps of the works of several projects: one select."""
    found: dict[int, list[Step]] = {}
    columns = (Milestone.project_id, Milestone.first_planned_on, Milestone.planned_on, Milestone.done_on)
    for number, first, planned, done in s.execute(select(*columns).where(Milestone.project_id.in_(ids))):
        found.setdefault(number, []).append(Step(first, planned, done))
    return found


def _winner(card: projects.Shown, steps: list[Step], stopped: date | None, spent: int, day: date) -> Winner:
    far = rules_works.progress(steps, stopped, day)
    late = [step.planned_on for step in steps if step.late(day)]
    by = (day - min(late)).days if late and far.status is Status.LATE else 0
    return Winner(card, far, spent, by)


def _fits(one: Winner, wanted: Filters, names: wordings.Names) -> bool:
    if wanted.status is not None and one.far.status is not wanted.status:
        return False
    if wanted.pot is not None and names.positions.get(one.shown.pot_id) != wanted.pot:
        return False
    sought = normalise(wanted.q)
    return not sought or sought in normalise(f"{one.shown.title} {one.shown.place} {one.shown.code}")


def _order(sort: str) -> Any:
    if sort == "late":
        return lambda one: (-one.late_by, one.far.status is not Status.DELAYED, one.shown.number)
    if sort == "end":
        return lambda one: (one.far.ends_on or date.max, one.shown.number)
    if sort == "dear":
        return lambda one: (-one.shown.cost, one.shown.number)
    return lambda one: one.shown.number


# --- the works of one project -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mile:
    """A milestone with its words, and each day that it was moved from, with the reason."""

    id: int
    title: Said | None
    step: Step
    late: bool
    delays: Sequence[tuple[date, date, datetime, Said | None]]


@dataclass(frozen=True)
class Paid:
    """A line of money; `total`: all up to this line. In cents."""

    id: int
    on: date
    amount: int
    total: int
    what: Said | None


@dataclass(frozen=True)
class Gain:
    """An expected and a measured benefit."""

    id: int
    name: Said | None
    expected: Said | None
    measured: Said | None
    measured_on: date | None


@dataclass(frozen=True)
class Shot:
    """A photo; without an address it is still being made, or was refused for `reason`."""

    id: int
    url: str | None
    width: int
    height: int
    moment: Moment
    taken_on: date | None
    alt: Said | None
    caption: Said | None
    reason: Text | None


@dataclass(frozen=True)
class Told:
    """A word of news."""

    id: int
    at: datetime
    title: Said | None
    body: Said | None


@dataclass(frozen=True)
class Course:
    """Everything about the works of one project. Money in cents."""

    far: Progress
    stopped_on: date | None
    stopped: Said | None
    miles: Sequence[Mile] = ()
    paid: Sequence[Paid] = ()
    gains: Sequence[Gain] = ()
    photos: Sequence[Shot] = ()
    news: Sequence[Told] = ()
    moments: Sequence[tuple[Moment, Sequence[Shot]]] = field(default_factory=tuple)

    @property
    def spent(self) -> int:
        """All money that was paid."""
        return self.paid[-1].total if self.paid else 0


def course(s: Session, project_id: int) -> Course:
    """The works of one project: eight selects, however much there is."""
    day = today()
    work = s.get(Work, project_id)
    miles = s.scalars(
        select(Milestone).where(Milestone.project_id == project_id).order_by(Milestone.planned_on, Milestone.id)
    ).all()
    delays = s.scalars(
        select(Delay)
        .join(Milestone, Milestone.id == Delay.milestone_id)
        .where(Milestone.project_id == project_id)
        .order_by(Delay.id)
    ).all()
    paid = s.scalars(
        select(Spending).where(Spending.project_id == project_id).order_by(Spending.on_day, Spending.id)
    ).all()
    gains = s.scalars(select(Benefit).where(Benefit.project_id == project_id).order_by(Benefit.id)).all()
    photos = s.execute(
        select(Photo, File)
        .join(File, File.id == Photo.file_id)
        .where(Photo.project_id == project_id)
        .order_by(Photo.taken_on.is_(None), Photo.taken_on, Photo.id)
    ).all()
    news = s.scalars(
        select(WorkNews).where(WorkNews.project_id == project_id).order_by(WorkNews.at.desc(), WorkNews.id.desc())
    ).all()
    said = wordings.load(
        s,
        {
            "milestone": ([row.id for row in miles], ["title"]),
            "milestone_delay": ([row.id for row in delays], ["reason"]),
            "spending": ([row.id for row in paid], ["what"]),
            "project_benefit": ([row.id for row in gains], ["name", "expected", "measured"]),
            "project_photo": ([row.Photo.id for row in photos], ["alt", "caption"]),
            "project_news": ([row.id for row in news], ["title", "body"]),
            "project_work": ([project_id], ["stopped"]),
        },
    )
    stopped_on = work.stopped_on if work is not None else None
    steps = {row.id: Step(row.first_planned_on, row.planned_on, row.done_on) for row in miles}
    shots = [_shot(row.Photo, row.File, said) for row in photos]
    return Course(
        far=rules_works.progress(list(steps.values()), stopped_on, day),
        stopped_on=stopped_on,
        stopped=said.get(("project_work", project_id, "stopped")),
        miles=[
            Mile(
                row.id,
                said.get(("milestone", row.id, "title")),
                steps[row.id],
                steps[row.id].late(day) and stopped_on is None,
                [
                    (one.from_on, one.to_on, one.at, said.get(("milestone_delay", one.id, "reason")))
                    for one in delays
                    if one.milestone_id == row.id
                ],
            )
            for row in miles
        ],
        paid=_paid(paid, said),
        gains=[
            Gain(
                row.id,
                said.get(("project_benefit", row.id, "name")),
                said.get(("project_benefit", row.id, "expected")),
                said.get(("project_benefit", row.id, "measured")),
                row.measured_on,
            )
            for row in gains
        ],
        photos=shots,
        news=[
            Told(
                row.id,
                row.at,
                said.get(("project_news", row.id, "title")),
                said.get(("project_news", row.id, "body")),
            )
            for row in news
        ],
        moments=[
            (moment, some) for moment in Moment if (some := [one for one in shots if one.moment is moment and one.url])
        ],
    )


def _paid(rows: Sequence[Spending], said: Mapping[wordings.Key, Said]) -> list[Paid]:
    found, total = [], 0
    for row in rows:
        total += row.amount
        found.append(Paid(row.id, row.on_day, row.amount, total, said.get(("spending", row.id, "what"))))
    return found


def _shot(row: Photo, file: File, said: Mapping[wordings.Key, Said]) -> Shot:
    ready = file.state is FileState.READY
    return Shot(
        row.id,
        files.url(file, "full") if ready else None,
        file.width or 1200,
        file.height or 750,
        row.moment,
        row.taken_on,
        said.get(("project_photo", row.id, "alt")),
        said.get(("project_photo", row.id, "caption")),
        file.sentence,
    )


# --- single things, for the staff -------------------------------------------------------------------------------------


def one(s: Session, model: Any, project: Project, number: int) -> Any:
    """Something of this project by its number: a milestone, a line of money, a photo … None where it is another's."""
    row = s.get(model, number)
    return row if row is not None and row.project_id == project.id else None
