"""What the staff's pages read: the work list, one proposal with its screenings and money, funds, what waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.base import clock, i18n
from portal.base.actor import Actor
from portal.base.texts import Said, Spoken
from portal.identity.models import Person
from portal.identity.queries_colleagues import colleagues
from portal.innovation import rules
from portal.innovation.models import CheckIn, Fund, FundEntry, Move, Pilot, Proposal, Score, Screening, Stage
from portal.innovation.queries import SIGNED, Answer, Card, Filters, asked, department_names, open_to_staff, paged

PER_PAGE = 50


def today() -> date:
    """The day on the city's clock."""
    return i18n.in_zone(clock.city_now()).date()


def listed(s: Session, actor: Actor, filters: Filters, *, own: bool) -> tuple[list[Card], int]:
    """A page of the proposals that the reader's roles reach, hidden and held ones too; `own`: those that they accompany.
    Two selects, three with a search."""
    where = [open_to_staff(actor, rules.READERS), *asked(s, filters)]
    if own:
        where.append(Proposal.coach_id == actor.person_id)
    return paged(s, where, filters.page, PER_PAGE, [Proposal.created_at.desc(), Proposal.id.desc()])


# --- one proposal -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Screened:
    """One screener's whole list."""

    by_id: int
    name: str
    at: datetime
    answers: Mapping[str, Answer]

    @property
    def total(self) -> int:
        """The sum of the scores."""
        return sum(one.score for one in self.answers.values())


def screenings(s: Session, proposal_id: int) -> list[Screened]:
    """All screenings with their answers, the first one first: two selects."""
    rows = s.execute(
        select(Screening.id, Screening.by_id, Screening.at, Screening.lang, Person.name)
        .join(Person, Person.id == Screening.by_id)
        .where(Screening.proposal_id == proposal_id)
        .order_by(Screening.id)
    ).all()
    scores = s.scalars(
        select(Score).where(Score.screening_id.in_(select(Screening.id).where(Screening.proposal_id == proposal_id)))
    ).all()
    return [
        Screened(
            row.by_id,
            row.name,
            row.at,
            {one.criterion: Answer(one.score, one.reason, row.lang) for one in scores if one.screening_id == row.id},
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a ledger. `cents` with the sign that it has for the balance."""

    at: datetime
    move: Move
    cents: int
    reason: str
    by: str
    proposal_id: int | None
    title: str
    lang: str
    year: int
    department_id: int


def ledger(s: Session, *, fund_id: int | None = None, proposal_id: int | None = None) -> list[Line]:
    """The ledger of a fund or of a proposal, the latest first: one select."""
    statement = (
        select(
            FundEntry.at, FundEntry.move, FundEntry.cents, FundEntry.reason, FundEntry.proposal_id, Fund.year,
            Fund.department_id, Person.name, Proposal.title, Proposal.language,
        )
        .join(Fund, Fund.id == FundEntry.fund_id)
        .outerjoin(Person, Person.id == FundEntry.by_id)
        .outerjoin(Proposal, Proposal.id == FundEntry.proposal_id)
        .order_by(FundEntry.id.desc())
    )  # fmt: skip
    if fund_id is not None:
        statement = statement.where(FundEntry.fund_id == fund_id)
    if proposal_id is not None:
        statement = statement.where(FundEntry.proposal_id == proposal_id)
    return [
        Line(
            row.at, row.move, -row.cents if row.move is Move.GRANT else row.cents, row.reason, row.name or "",
            row.proposal_id, row.title or "", row.language or "", row.year, row.department_id,
        )
        for row in s.execute(statement)
    ]  # fmt: skip


# --- who can be the coach ---------------------------------------------------------------------------------------------


def coaches(s: Session, proposal: Proposal) -> list[tuple[int, str]]:
    """The colleagues who may become its coach, by name, without its proposer: two selects."""
    scope = rules.scope(proposal)
    return sorted(
        (
            (one.person_id, one.name)
            for one in colleagues(s, clock.now()).values()
            if one.person_id != proposal.proposer_id
            and any(grant.role == rules.COACH and grant.covers(scope) and not grant.deputy_for for grant in one.grants)
        ),
        key=lambda pair: pair[1],
    )


def leads(s: Session, proposal: Proposal) -> list[int]:
    """The leads who are in charge of it: two selects."""
    scope = rules.scope(proposal)
    return [
        one.person_id
        for one in colleagues(s, clock.now()).values()
        if any(grant.role == rules.LEAD and grant.covers(scope) for grant in one.grants)
    ]


# --- funds ------------------------------------------------------------------------------------------------------------


def fund(s: Session, fund_id: int) -> Fund | None:
    """One fund."""
    return s.get(Fund, fund_id)


def funds(s: Session, actor: Actor | None = None, *, year: int | None = None) -> Sequence[Fund]:
    """The funds, the latest year first; those that an actor's roles reach. One select."""
    statement = select(Fund).order_by(Fund.year.desc(), Fund.department_id)
    if year is not None:
        statement = statement.where(Fund.year == year)
    if actor is not None and not actor.everywhere(*rules.READERS):
        statement = statement.where(Fund.department_id.in_(actor.scopes(rules.READERS, "department")))
    return s.scalars(statement).all()


def fund_choices(s: Session, actor: Actor) -> list[tuple[int, Spoken]]:
    """This year's funds that the actor may grant from, with what is left: three selects."""
    names = department_names(s)
    mine = [
        row for row in funds(s, year=today().year) if actor.may(rules.LEAD, scope={"department": {row.department_id}})
    ]
    return [
        (row.id, Spoken(_named(names, row.department_id), after=f" {row.year}: {i18n.money(row.balance)}"))
        for row in mine
    ]


def _named(names: Mapping[int, Said], department_id: int) -> Said:
    return names.get(department_id) or Said(str(department_id), i18n.lang())


def held_by(s: Session, proposal_id: int) -> list[tuple[int, int]]:
    """From which funds a proposal holds how much now, the latest fund first: one select."""
    rows = s.execute(
        select(FundEntry.fund_id, func.sum(SIGNED).label("cents"), func.max(FundEntry.id).label("latest"))
        .where(FundEntry.proposal_id == proposal_id, FundEntry.move != Move.BUDGET)
        .group_by(FundEntry.fund_id)
        .order_by(func.max(FundEntry.id).desc())
    )
    return [(row.fund_id, int(row.cents)) for row in rows if row.cents > 0]


# --- what waits -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for somebody on the staff, in numbers."""

    to_screen: int = 0
    to_decide: int = 0
    without_coach: int = 0
    to_prepare: int = 0  # of one's own
    quiet: int = 0  # of one's own: nothing measured for too long
    due: int = 0  # of one's own: ended without an outcome


def waits(s: Session, actor: Actor) -> Waits:
    """What waits for this person: at most three selects."""
    here, day = open_to_staff(actor, rules.STAFF), today()
    mine = select(Screening.proposal_id).where(Screening.by_id == actor.person_id)
    number = select(func.count()).where(Screening.proposal_id == Proposal.id).correlate(Proposal).scalar_subquery()
    waiting = and_(
        here,
        Proposal.stage == Stage.PROPOSED,
        Proposal.hidden_at.is_(None),
        or_(Proposal.proposer_id.is_(None), Proposal.proposer_id != actor.person_id),
    )
    to_screen = s.scalar(
        select(func.count()).select_from(Proposal).where(waiting, number < rules.SCREENERS, Proposal.id.not_in(mine))
    )
    to_decide = without = 0
    if actor.may(rules.LEAD):
        led = open_to_staff(actor, (rules.LEAD,))
        to_decide, without = (
            s.scalar(select(func.count()).select_from(Proposal).where(*where)) or 0
            for where in (
                (waiting, led, number >= rules.SCREENERS),
                (led, Proposal.stage == Stage.TRY, Proposal.coach_id.is_(None)),
            )
        )
    last = select(func.max(CheckIn.on_day)).where(CheckIn.pilot_id == Pilot.id).correlate(Pilot).scalar_subquery()
    own = s.execute(
        select(Proposal.stage, Pilot, last.label("last"))
        .select_from(Proposal)
        .outerjoin(Pilot, Pilot.proposal_id == Proposal.id)
        .where(Proposal.coach_id == actor.person_id, Proposal.stage.in_([Stage.TRY, Stage.PILOT]))
    ).all()
    return Waits(
        to_screen=to_screen or 0,
        to_decide=to_decide,
        without_coach=without,
        to_prepare=sum(row.stage is Stage.TRY for row in own),
        quiet=sum(row.Pilot is not None and rules.is_quiet(row.Pilot, row.stage, row.last, day) for row in own),
        due=sum(row.Pilot is not None and rules.is_due(row.Pilot, row.stage, day) for row in own),
    )
