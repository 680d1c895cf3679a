"""Lists of budgets, and one budget with everything its page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.base import clock, files, marks, texts
from portal.base.actor import NOBODY, Actor
from portal.base.feature import Hit, Owner
from portal.base.files import File, State
from portal.base.i18n import SOURCE, Text
from portal.base.texts import Said
from portal.base.together import Ready, along, apart, ask, told
from portal.budgeting.models import Budget, BudgetState, Pot, Project, ProjectStatus, Source, VotePlan
from portal.budgeting.queries import wordings
from portal.budgeting.rules import PUBLIC, may_see
from portal.budgeting.rules_dates import Dated, Dates
from portal.identity import queries as people
from portal.identity.rules import Facts
from portal.places.models import District
from portal.processes import rules as process_rules
from portal.processes.models import ORDER, PhaseKind, Process, scope_of
from portal.processes.queries import is_member, phases_of, reached
from portal.processes.queries import readable as open_to
from portal.processes.queries_questions import open_in
from portal.voting import queries as votes
from portal.voting import rules_interruption as interruption
from portal.voting.models import Vote


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
    closed: bool = False
    asks: bool = False  # a questionnaire is open


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
_R, _B, _V = Process.__table__.c, Budget.__table__.c, Vote.__table__.c
_BY_SLUG = (
    select(Budget, _R.closed, _R.district_id, _R.department_id)
    .join(Process.__table__, _R.id == Budget.process_id)
    .where(Budget.slug == bindparam("slug"))
)
# Who on the staff sees drafts and closed budgets.
STAFF = ("budget_officer", "auditor")


@dataclass(frozen=True)
class Found:
    """A budget at its address, with what decides who may see it and work on it."""

    budget: Budget
    closed: bool
    scope: dict[str, set[int]]


def found(s: Session, slug: str) -> Found | None:
    """The budget at this address, in whatever state and for whomever: the caller asks `may_read`."""
    row = s.execute(_BY_SLUG, {"slug": slug}).one_or_none()
    if row is None:
        return None
    return Found(row[0], row.closed, scope_of(row[0].process_id, row.district_id, row.department_id))


def by_slug(s: Session, slug: str) -> Budget | None:
    """The budget at this address, in whatever state: for commands, which no visitor reaches."""
    row = found(s, slug)
    return None if row is None else row.budget


def readable(s: Session, actor: Actor, slug: str) -> Found | None:
    """The budget at this address, if it exists for this reader: shown, and not closed or they take part; drafts and
    closed ones for staff whose role reaches it. One select, two for a closed budget."""
    row = found(s, slug)
    return row if row is not None and may_read(s, actor, row) else None


def may_read(s: Session, actor: Actor, row: Found) -> bool:
    """Does this budget exist for this reader? No select, one for a closed budget."""
    staff = actor.may(*STAFF, scope=row.scope)
    member = not row.closed or staff or is_member(s, row.budget.process_id, actor.person_id)
    return member and may_see(row.budget.state, staff)


def worked_on(s: Session, slug: str) -> Found | None:
    """The budget at this address for the staff area, which asks then whether the actor's role reaches it. Imports that
    are not complete are nobody's."""
    row = found(s, slug)
    return None if row is None or row.budget.state is BudgetState.HIDDEN else row


def scopes(s: Session, lang: str) -> dict[int, Hit]:
    """The budgets by the number of their process, for roles that are limited to one. Two selects."""
    rows = s.execute(
        select(Budget.id, Budget.process_id, Budget.slug).where(Budget.state != BudgetState.HIDDEN).order_by(Budget.id)
    ).all()
    said = texts.load(s, "budget", [row.id for row in rows], ["title"], lang)
    found = {}
    for row in rows:
        title = said.get((row.id, "title")) or Said(row.slug, "en")
        found[row.process_id] = Hit(title.body, title.lang, "budgeting.show", {"slug": row.slug})
    return found


def owners(s: Session, process_ids: list[int], lang: str, reader: Actor | None) -> dict[int, Owner]:
    """The budgets of these processes that exist for the reader, by process; without a reader all that are shown. Two
    selects."""
    wanted = (
        select(Budget.id, Budget.process_id, Budget.slug, Budget.state, _R.closed)
        .join(Process.__table__, _R.id == Budget.process_id)
        .where(Budget.process_id.in_(process_ids))
    )
    shown = Budget.state == BudgetState.SHOWN
    if reader is None:
        wanted = wanted.where(shown)
    else:
        draft = and_(Budget.state == BudgetState.DRAFT, reached(reader, STAFF))
        wanted = wanted.where(or_(and_(shown, open_to(reader, STAFF)), draft))
    rows = s.execute(wanted).all()
    found = {}
    titles: dict[int, dict[str, str]] = {}
    for number, code, body in s.execute(
        select(texts.Wording.object_id, texts.Wording.lang, texts.Wording.body).where(
            texts.Wording.kind == "budget",
            texts.Wording.object_id.in_([row.id for row in rows]),
            texts.Wording.field == "title",
        )
    ):
        titles.setdefault(number, {})[code] = body
    for row in rows:
        said = titles.get(row.id) or {SOURCE: row.slug}
        spoken = lang if lang in said else SOURCE if SOURCE in said else min(said)
        public = row.state is BudgetState.SHOWN and not row.closed
        found[row.process_id] = Owner(
            "budget", row.id, said[spoken], spoken, "budgeting.show", {"slug": row.slug}, said, public
        )
    return found


_WITH_VOTE = Ready(
    select(
        _B.id.label("budget_id"), _B.slug, _B.state.label("budget_state"), _B.process_id.label("budget_process_id"),
        _R.closed, _R.district_id, _R.department_id, *(_V[name] for name in votes.SHORT),
    )
    .select_from(Budget.__table__)
    .join(Process.__table__, _R.id == _B.process_id)
    .join(Vote.__table__, (_V.kind == "budget") & (_V.object_id == _B.id))
    .where(_B.slug == bindparam("slug"))
    .with_for_update(read=True, of=Vote.__table__)
)  # fmt: skip


def ask_for_cast(reference: str, slug: str) -> None:
    """Have what `for_cast` reads asked together with the session whose reference this is."""
    along(budget=(_WITH_VOTE, {"slug": slug}), facts=people.asking_own_facts(reference, clock.now()))


def for_cast(s: Session, slug: str, actor: Actor) -> tuple[Found, Vote, Facts] | None:
    """The budget at this address, its vote under the shared lock of a cast, and what is known of the actor: all that a
    cast reads first, in one trip, the marks for its answer along with them, unless it went along with the session.
    Budget and vote belong to no session and hold what a cast needs of them. None where there is no vote yet."""
    rows, facts = told("budget"), told("facts")
    if rows is None or facts is None:
        about = people.asking_facts(actor.person_id or 0, clock.now())
        rows, facts, held = ask(s, (_WITH_VOTE, {"slug": slug}), about, marks.asked())
        marks.keep(held)
    if not rows:
        return None
    row = rows[0]
    budget = apart(Budget, id=row.budget_id, slug=row.slug, state=row.budget_state, process_id=row.budget_process_id)
    scope = scope_of(row.budget_process_id, row.district_id, row.department_id)
    return Found(budget, row.closed, scope), votes.shared(s, row), people.facts_told(facts)


_VOTES = select(_V.object_id, _V.state, _V.closes_at, _V.interruptions, _V.published_at, _V.key_check).where(
    _V.kind == "budget", _V.object_id.in_(bindparam("ids", expanding=True))
)


class VoteRow(NamedTuple):
    """What the dates of a budget need of its vote."""

    object_id: int
    state: str
    closes_at: datetime
    interruptions: Any
    published_at: datetime | None
    key_check: bytes | None


def dates_of(
    s: Session, budgets: Iterable[tuple[int, int]], known: Iterable[VoteRow] | None = None
) -> dict[int, Dates]:
    """The dates of several budgets, given as (id, process id): two selects, one where their votes are `known`."""
    pairs = dict(budgets)
    if not pairs:
        return {}
    phases = phases_of(s, pairs.values())
    rows: Iterable[Any] = s.execute(_VOTES, {"ids": list(pairs)}) if known is None else known
    votes = {row.object_id: row for row in rows}
    found = {}
    for budget_id, process_id in pairs.items():
        dated = [Dated(p.kind, p.opens_at, p.closes_at) for p in phases[process_id]]
        vote = votes.get(budget_id)
        if vote is not None and vote.state != "prepared":
            dated = [_prolonged(phase, vote.closes_at) for phase in dated]
        found[budget_id] = Dates(dated, None)
        if vote is not None:
            found[budget_id] = replace(_stated(dated, vote), published_at=_published_at(dated, vote))
    return found


def _prolonged(phase: Dated, closes_at: datetime) -> Dated:
    """The phase of a vote that closes then: results and works do not open before."""
    if phase.kind is PhaseKind.VOTE:
        return replace(phase, closes_at=closes_at)
    if ORDER[phase.kind] < ORDER[PhaseKind.VOTE] or phase.opens_at >= closes_at:
        return phase
    later = closes_at - phase.opens_at
    return replace(phase, opens_at=closes_at, closes_at=phase.closes_at + later if phase.closes_at else None)


def _stated(phases: Sequence[Dated], vote: Any) -> Dates:
    if not vote.interruptions and vote.state != interruption.BROKEN_OFF:
        return Dates(phases, str(vote.state))
    notices = interruption.notices(vote, clock.city_now())
    waiting = interruption.pending(vote) is not None
    if waiting or vote.state == interruption.BROKEN_OFF:
        return Dates(phases, "interrupted" if waiting else str(vote.state), notices[0], notices)
    return Dates(phases, str(vote.state), None, notices)


def _published_at(phases: Sequence[Dated], vote: Any) -> datetime | None:
    """Since when the result can be read. A finished election from elsewhere (it never had a key here) was published
    there on a day that nobody told us, unless the import was given one before the planned day."""
    results = process_rules.find(phases, PhaseKind.RESULTS)
    if vote.key_check is None and results is not None and vote.published_at and results.opens_at < vote.published_at:
        return None
    at: datetime | None = vote.published_at
    return at


_F, _POT, _P = File.__table__.c, Pot.__table__.c, Project.__table__.c
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
        _B.id, _B.slug, _B.process_id, _B.currency, _B.state, _F.sha256, _R.closed,
        _MONEY.label("total"), _NUMBER.label("projects"), open_in(_B.process_id).label("asks"),
        *(_V[name].label(f"vote_{name}") for name in VoteRow._fields),
    )
    .select_from(Budget.__table__)
    .join(Process.__table__, _R.id == _B.process_id)
    .outerjoin(File.__table__, (_F.id == _B.picture_id) & (_F.state == State.READY))
    .outerjoin(Vote.__table__, (_V.kind == "budget") & (_V.object_id == _B.id))
    .where(_B.state.in_(bindparam("states", expanding=True)))
)  # fmt: skip
_OPEN_TO_ALL = _LISTED.where(_R.closed.is_(False))


def listed(
    s: Session, now: datetime, *, lang: str | None = None, reader: Actor = NOBODY, worker: Actor | None = None
) -> list[Listed]:
    """Budgets for lists, those that close soonest first, then the latest: three selects. Closed ones stand there for a
    `reader` who takes part (or whose role reaches them). For a `worker` it is the staff's list: drafts and closed ones
    too, and only what the worker's role reaches."""
    states = [BudgetState.SHOWN]
    if worker is not None:
        states.append(BudgetState.DRAFT)
        statement = _LISTED.where(reached(worker, STAFF))
    elif reader.signed_in:
        statement = _LISTED.where(open_to(reader, STAFF))
    else:
        statement = _OPEN_TO_ALL
    rows = s.execute(statement, {"states": states, "now": now}).all()
    votes = (VoteRow(*(getattr(row, f"vote_{name}") for name in VoteRow._fields)) for row in rows)
    dates = dates_of(s, [(row.id, row.process_id) for row in rows], [one for one in votes if one.object_id is not None])
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
            stage=dates[row.id].stage(now),
            now=dates[row.id].now(now),
            next=dates[row.id].next(now),
            dates=dates[row.id],
            state=row.state,
            closed=row.closed,
            asks=row.asks,
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
    """The budget's own page in five selects, besides the one that found the budget."""
    plan, sha = s.execute(
        select(VotePlan, File.sha256)
        .outerjoin(File, (File.id == budget.picture_id) & (File.state == State.READY))
        .where(VotePlan.budget_id == budget.id)
    ).one()
    rows, sources = _pots(s, budget.id)
    said = wordings.load(
        s,
        {
            "budget": ([budget.id], ["title", "lead", "body"]),
            "pot": ([row.id for row in rows], ["name"]),
            "source": ([row.source_id for row in sources], ["name"]),
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
    """The pots of a budget in order, with their sources: two selects."""
    rows, sources = _pots(s, budget_id)
    said = wordings.load(
        s, {"pot": ([row.id for row in rows], ["name"]), "source": ([row.source_id for row in sources], ["name"])}
    )
    return _pots_shown(rows, sources, said)


def _pots(s: Session, budget_id: int) -> tuple[list[Any], list[Any]]:
    """The pots of a budget in order, and their sources of money: one select, a row for each source."""
    number = (
        select(func.count())
        .where(Project.pot_id == Pot.id, Project.status.in_(PUBLIC))
        .correlate(Pot)
        .scalar_subquery()
    )
    rows = s.execute(
        select(
            Pot.id, Pot.position, Pot.amount, Pot.district_id, District.code, number.label("projects"),
            Source.id.label("source_id"), Source.amount.label("source_amount"),
        )
        .outerjoin(District, District.id == Pot.district_id)
        .outerjoin(Source, Source.pot_id == Pot.id)
        .where(Pot.budget_id == budget_id)
        .order_by(Pot.position, Source.position)
    ).all()  # fmt: skip
    return list({row.id: row for row in rows}.values()), [row for row in rows if row.source_id is not None]


def _pots_shown(rows: Sequence[Any], sources: Sequence[Any], said: dict[wordings.Key, Said]) -> list[PotShown]:
    by_pot: dict[int, list[tuple[Said | None, int]]] = {}
    for source in sources:
        told = said.get(("source", source.source_id, "name"))
        by_pot.setdefault(source.id, []).append((told, source.source_amount))
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
