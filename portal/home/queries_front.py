"""What the front page shows: budgets that are open, coming and finished, and pictures of their projects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from portal.base import files, ground, i18n
from portal.base.files import File, State
from portal.budgeting.models import Budget, Card, Project, ProjectStatus
from portal.budgeting.queries import budgets
from portal.budgeting.queries.found import OPEN_TO_ALL
from portal.home import rules
from portal.home.models import Page, PageText
from portal.ideas import queries as ideas
from portal.ideas.models import Call, Idea
from portal.processes.models import PhaseKind, Process
from portal.processes.rules import Stage

PICTURES = 7
MOST_CALLS = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """A project's picture with the way to its page."""

    slug: str
    number: int
    title: str
    alt: str
    lang: str
    card: str
    full: str
    width: int
    height: int

    @property
    def dir(self) -> str:
        """Writing direction of the words."""
        return i18n.direction(self.lang)


@dataclass(frozen=True)
class Front:
    """The front page. `lead` is the budget in the hero: the open one whose vote closes first, else the first of all."""

    lead: budgets.Listed | None
    voting: bool
    closes_at: datetime | None
    pictures: Sequence[Picture]
    open: Sequence[budgets.Listed]
    coming: Sequence[budgets.Listed]
    finished: Sequence[budgets.Listed]
    calls: Sequence[ideas.Open] = ()


def front(s: Session, now: datetime, lang: str) -> Front:
    """Everything on the front page in five selects, however many budgets, projects and calls for ideas there are."""
    calls = ideas.open_now(s, now, lang)[:MOST_CALLS] if "ideas" in ground.settings().wings else []
    if "budgeting" not in ground.settings().wings:
        return Front(None, False, None, (), (), (), (), calls)
    found = budgets.listed(s, now, lang=lang)
    by_stage = {stage: [budget for budget in found if budget.stage is stage] for stage in Stage}
    votes = {budget.id: _vote_closes(budget, now) for budget in found}
    voting = sorted((b for b in by_stage[Stage.OPEN] if votes[b.id]), key=lambda b: (votes[b.id] or now, b.id))
    lead = next(iter([*voting, *by_stage[Stage.OPEN], *by_stage[Stage.COMING], *found]), None)
    return Front(
        lead=lead,
        voting=lead in voting,
        closes_at=votes[lead.id] if lead else None,
        pictures=_pictures(s, lead.id, lang) if lead else (),
        open=[*voting, *(b for b in by_stage[Stage.OPEN] if b not in voting)],
        coming=list(reversed(by_stage[Stage.COMING])),
        finished=by_stage[Stage.FINISHED],
        calls=calls,
    )


def _vote_closes(budget: budgets.Listed, now: datetime) -> datetime | None:
    """When the vote that is going on closes; None while there is none."""
    if not budget.dates.voting_open(now):
        return None
    for phase in budget.dates.phases:
        if phase.kind is PhaseKind.VOTE:
            return phase.closes_at
    return None


_B, _P, _C, _F = Budget.__table__.c, Project.__table__.c, Card.__table__.c, File.__table__.c
_PICTURES = (
    select(_B.slug, _P.number, _C.title, _C.picture_alt, _C.said_in, _F.sha256, _F.width, _F.height)
    .select_from(Budget.__table__)
    .join(Project.__table__, _P.budget_id == _B.id)
    .join(Card.__table__, and_(_C.project_id == _P.id, _C.lang == bindparam("lang")))
    .join(File.__table__, and_(_F.id == _P.picture_id, _F.state == State.READY))
    .where(_B.id == bindparam("budget"), _P.status.in_([ProjectStatus.BALLOT, ProjectStatus.REVIEW]))
    .order_by(_P.number)
    .limit(PICTURES)
)


def _pictures(s: Session, budget_id: int, lang: str) -> list[Picture]:
    rows = s.execute(_PICTURES, {"budget": budget_id, "lang": lang})
    return [
        Picture(
            slug=row.slug,
            number=row.number,
            title=row.title,
            alt=row.picture_alt,
            lang=row.said_in,
            card=files.url(row.sha256),
            full=files.url(row.sha256, "full"),
            width=row.width or 0,
            height=row.height or 0,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the sitemap: its address in each language."""

    addresses: dict[str, str]


def public_paths(s: Session, address: Callable[..., str], most: int = 5000) -> list[Entry]:
    """The public pages worth indexing: front page, text pages, budgets and their projects."""
    wanted: list[tuple[str, dict[str, object]]] = [("home.index", {}), ("home.accessibility", {})]
    slugs = set(s.scalars(select(Page.slug).join(PageText, PageText.page_id == Page.id).distinct())) - {rules.STATEMENT}
    wanted += [("home.page", {"slug": slug}) for slug in sorted(slugs)]
    if "budgeting" in ground.settings().wings:
        wanted.append(("budgeting.index", {}))
        shown = select(Budget.slug).join(Process).where(*OPEN_TO_ALL).order_by(Budget.slug)
        wanted += [("budgeting.show", {"slug": slug}) for slug in s.scalars(shown)]
        projects = (
            select(Budget.slug, Project.number)
            .join(Project, Project.budget_id == Budget.id)
            .join(Process, Process.id == Budget.process_id)
            .where(*OPEN_TO_ALL, Project.status != ProjectStatus.DRAFT)
            .order_by(Budget.slug, Project.number)
            .limit(most)
        )
        wanted += [("budgeting.project", {"slug": slug, "number": n}) for slug, n in s.execute(projects)]
    if "ideas" in ground.settings().wings:
        wanted.append(("ideas.index", {}))
        open_calls = select(Call.slug).join(Process, Process.id == Call.process_id).where(ideas.OPEN_TO_ALL)
        wanted += [("ideas.call", {"slug": slug}) for slug in s.scalars(open_calls.order_by(Call.slug))]
        listed = select(Idea.number).join(Call, Call.id == Idea.call_id).join(Process, Process.id == Call.process_id)
        numbers = s.scalars(listed.where(ideas.OPEN_TO_ALL, Idea.listed.is_(True)).order_by(Idea.number).limit(most))
        wanted += [("ideas.idea", {"number": number}) for number in numbers]
    codes = ground.settings().languages
    return [Entry({code: address(endpoint, lang=code, **args) for code in codes}) for endpoint, args in wanted[:most]]


def figures(s: Session) -> tuple[int, int]:
    """Budgets and projects that the public sees: two counts for the staff's dashboard."""
    many = s.scalar(select(func.count()).select_from(Budget).join(Process).where(*OPEN_TO_ALL)) or 0
    wanted = select(func.count()).select_from(Project).join(Budget).join(Process, Process.id == Budget.process_id)
    projects = s.scalar(wanted.where(*OPEN_TO_ALL)) or 0
    return many, projects
