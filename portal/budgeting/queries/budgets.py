"""Lists of budgets, and one budget with everything its page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from portal.base import clock, files, texts
from portal.base.files import File, State
from portal.base.i18n import Text
from portal.base.texts import Said
from portal.budgeting.models import Budget, BudgetState, Pot, Project, ProjectStatus, Source, VotePlan
from portal.budgeting.queries import wordings
from portal.budgeting.rules import PUBLIC
from portal.places.models import District
from portal.processes import rules as process_rules
from portal.processes.models import ORDER, PhaseKind
from portal.processes.queries import phases_of
from portal.voting import rules_interruption as interruption
from portal.voting.models import Vote


@dataclass(frozen=True)
class Dated:
    """A phase as the public sees it: where the vote was prolonged, with the vote's own close."""

    kind: PhaseKind
    opens_at: datetime
    closes_at: datetime | None


@dataclass(frozen=True)
class Dates:
    """The phases of a budget and the state of its vote (None: nothing prepared; "interrupted" by a restore until two
    officers have decided). `stopped`: why nobody can vote now though the dates say so. `notices`: what all voters have
    to know."""

    phases: Sequence[Dated]
    vote_state: str | None
    stopped: Text | None = None
    notices: Sequence[Text] = ()

    def now(self, now: datetime) -> Text | None:
        """What is open at this moment, in one sentence."""
        return self.stopped or process_rules.what_now(self.phases, now)


@dataclass(frozen=True)
class Listed:
    """A budget as lists show it. Amounts in cents."""

    id: int
    slug: str
    currency: str
    title: Said
    lead: Said | None
    picture: str | None
    total: int
    projects: int
    stage: process_rules.Stage
    now: Text | None
    next: Text | None
    dates: Dates
    state: BudgetState


@dataclass(frozen=True)
class PotShown:
    """A pot with its names and sources."""

    id: int
    position: int
    name: Said
    amount: int
    district_id: int | None
    district_code: str | None
    projects: int
    sources: Sequence[tuple[Said | None, int]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Page:
    """Everything on the page of a budget."""

    budget: Budget
    title: Said
    lead: Said | None
    body: Said | None
    picture: str | None
    pots: Sequence[PotShown]
    dates: Dates
    plan: VotePlan
    projects: int

    @property
    def total(self) -> int:
        """The money of all pots, in cents."""
        return sum(pot.amount for pot in self.pots)


# Statements of the pages that everybody opens are built once: building them costs more than running them.
_BY_SLUG = select(Budget).where(Budget.slug == bindparam("slug"))


def by_slug(s: Session, slug: str) -> Budget | None:
    """The budget at this address, in whatever state."""
    return s.scalars(_BY_SLUG, {"slug": slug}).one_or_none()


_V = Vote.__table__.c
_VOTES = select(_V.object_id, _V.state, _V.closes_at, _V.interruptions).where(
    _V.kind == "budget", _V.object_id.in_(bindparam("ids", expanding=True))
)


def dates_of(s: Session, budgets: Iterable[tuple[int, int]]) -> dict[int, Dates]:
    """The dates of several budgets, given as (id, process id): two selects."""
    pairs = dict(budgets)
    if not pairs:
        return {}
    phases = phases_of(s, pairs.values())
    votes = {row.object_id: row for row in s.execute(_VOTES, {"ids": list(pairs)})}
    found = {}
    for budget_id, process_id in pairs.items():
        dated = [Dated(p.kind, p.opens_at, p.closes_at) for p in phases[process_id]]
        vote = votes.get(budget_id)
        if vote is not None and vote.state != "prepared":
            dated = [_prolonged(phase, vote.closes_at) for phase in dated]
        found[budget_id] = Dates(dated, None if vote is None else str(vote.state))
        if vote is not None and (vote.interruptions or vote.state == interruption.BROKEN_OFF):
            found[budget_id] = _interrupted(dated, vote)
    return found


def _prolonged(phase: Dated, closes_at: datetime) -> Dated:
    """The phase of a vote that closes then: results and works do not open before."""
    if phase.kind is PhaseKind.VOTE:
        return replace(phase, closes_at=closes_at)
    if ORDER[phase.kind] < ORDER[PhaseKind.VOTE] or phase.opens_at >= closes_at:
        return phase
    later = closes_at - phase.opens_at
    return replace(phase, opens_at=closes_at, closes_at=phase.closes_at + later if phase.closes_at else None)


def _interrupted(phases: Sequence[Dated], vote: Any) -> Dates:
    notices = interruption.notices(vote, clock.city_now())
    waiting = interruption.pending(vote) is not None
    if waiting or vote.state == interruption.BROKEN_OFF:
        return Dates(phases, "interrupted" if waiting else str(vote.state), notices[0], notices)
    return Dates(phases, str(vote.state), None, notices)


_B, _F, _POT, _P = Budget.__table__.c, File.__table__.c, Pot.__table__.c, Project.__table__.c
_MONEY = select(func.sum(_POT.amount)).where(_POT.budget_id == _B.id).correlate(Budget.__table__).scalar_subquery()
_NUMBER = (
    select(func.count())
    .select_from(Project.__table__)
    .where(_P.budget_id == _B.id, _P.status.in_(PUBLIC))
    .correlate(Budget.__table__)
    .scalar_subquery()
)
_LISTED = (
    select(
        _B.id, _B.slug, _B.process_id, _B.currency, _B.state, _F.sha256,
        _MONEY.label("total"), _NUMBER.label("projects"),
    )
    .select_from(Budget.__table__)
    .outerjoin(File.__table__, (_F.id == _B.picture_id) & (_F.state == State.READY))
    .where(_B.state.in_(bindparam("states", expanding=True)))
)  # fmt: skip
_LISTED_SOME = _LISTED.where(_B.id.in_(bindparam("ids", expanding=True)))


def listed(
    s: Session, now: datetime, *, drafts: bool = False, ids: Sequence[int] | None = None, lang: str | None = None
) -> list[Listed]:
    """Budgets for lists, those that close soonest first, then the latest: four selects. `drafts` for staff."""
    states = [BudgetState.SHOWN, BudgetState.DRAFT] if drafts else [BudgetState.SHOWN]
    if ids is None:
        rows = s.execute(_LISTED, {"states": states}).all()
    else:
        rows = s.execute(_LISTED_SOME, {"states": states, "ids": list(ids)}).all()
    dates = dates_of(s, [(row.id, row.process_id) for row in rows])
    said = texts.load(s, "budget", [row.id for row in rows], ["title", "lead"], lang)
    found = [
        Listed(
            id=row.id,
            slug=row.slug,
            currency=row.currency,
            title=said.get((row.id, "title")) or Said(row.slug, "en"),
            lead=said.get((row.id, "lead")),
            picture=files.url(row.sha256) if row.sha256 else None,
            total=int(row.total or 0),
            projects=row.projects,
            stage=process_rules.stage(dates[row.id].phases, now),
            now=dates[row.id].now(now),
            next=process_rules.what_next(dates[row.id].phases, now),
            dates=dates[row.id],
            state=row.state,
        )
        for row in rows
    ]
    return sorted(found, key=lambda budget: _urgent_first(budget, now))


def _urgent_first(budget: Listed, now: datetime) -> tuple[int, float, int]:
    """Open votes first, the one that closes soonest in front; then the others, the latest in front."""
    vote = process_rules.find(budget.dates.phases, PhaseKind.VOTE)
    if vote is None:
        return (2, 0.0, -budget.id)
    if process_rules.state(vote, now) is process_rules.State.NOW and vote.closes_at is not None:
        return (0, vote.closes_at.timestamp(), -budget.id)
    return (1, -vote.opens_at.timestamp(), -budget.id)


def page(s: Session, budget: Budget) -> Page:
    """The budget's own page in six selects, besides the one that found the budget."""
    plan, sha = s.execute(
        select(VotePlan, File.sha256)
        .outerjoin(File, (File.id == budget.picture_id) & (File.state == State.READY))
        .where(VotePlan.budget_id == budget.id)
    ).one()
    rows, sources = _pots(s, budget.id), _sources(s, budget.id)
    said = wordings.load(
        s,
        {
            "budget": ([budget.id], ["title", "lead", "body"]),
            "pot": ([row.id for row in rows], ["name"]),
            "source": ([row.id for row in sources], ["name"]),
        },
    )
    pots = _pots_shown(rows, sources, said)
    return Page(
        budget=budget,
        title=said.get(("budget", budget.id, "title")) or Said(budget.slug, "en"),
        lead=said.get(("budget", budget.id, "lead")),
        body=said.get(("budget", budget.id, "body")),
        picture=files.url(sha, "full") if sha else None,
        pots=pots,
        dates=dates_of(s, [(budget.id, budget.process_id)])[budget.id],
        plan=plan,
        projects=sum(pot.projects for pot in pots),
    )


def pots_of(s: Session, budget_id: int) -> list[PotShown]:
    """The pots of a budget in order, with their sources: three selects."""
    rows, sources = _pots(s, budget_id), _sources(s, budget_id)
    said = wordings.load(
        s, {"pot": ([row.id for row in rows], ["name"]), "source": ([row.id for row in sources], ["name"])}
    )
    return _pots_shown(rows, sources, said)


def _pots(s: Session, budget_id: int) -> Sequence[Any]:
    number = (
        select(func.count())
        .where(Project.pot_id == Pot.id, Project.status.in_(PUBLIC))
        .correlate(Pot)
        .scalar_subquery()
    )
    return s.execute(
        select(Pot.id, Pot.position, Pot.amount, Pot.district_id, District.code, number.label("projects"))
        .outerjoin(District, District.id == Pot.district_id)
        .where(Pot.budget_id == budget_id)
        .order_by(Pot.position)
    ).all()


def _sources(s: Session, budget_id: int) -> Sequence[Any]:
    return s.execute(
        select(Source.id, Source.pot_id, Source.amount)
        .join(Pot, Pot.id == Source.pot_id)
        .where(Pot.budget_id == budget_id)
        .order_by(Source.pot_id, Source.position)
    ).all()


def _pots_shown(rows: Sequence[Any], sources: Sequence[Any], said: dict[wordings.Key, Said]) -> list[PotShown]:
    by_pot: dict[int, list[tuple[Said | None, int]]] = {}
    for source in sources:
        by_pot.setdefault(source.pot_id, []).append((said.get(("source", source.id, "name")), source.amount))
    return [
        PotShown(
            id=row.id,
            position=row.position,
            name=said.get(("pot", row.id, "name")) or Said(str(row.position), "en"),
            amount=row.amount,
            district_id=row.district_id,
            district_code=row.code,
            projects=row.projects,
            sources=by_pot.get(row.id, ()),
        )
        for row in rows
    ]


def on_ballot(s: Session, budget_id: int) -> int:
    """How many projects stand on the ballot."""
    statement = select(func.count()).where(Project.budget_id == budget_id, Project.status == ProjectStatus.BALLOT)
    return s.scalar(statement) or 0
