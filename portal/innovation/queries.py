"""Proposals and pilots as public pages read them: the list, one page, hits of the search, feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from portal.base import ground, i18n, search
from portal.base.actor import Actor
from portal.base.feature import Hit, Item, News, Onward
from portal.base.i18n import Text, _l
from portal.base.texts import Said
from portal.identity.models import Person
from portal.identity.rules_ways import shown_name
from portal.innovation import rules, rules_chart
from portal.innovation.models import CheckIn, FundEntry, Move, Outcome, Pilot, Proposal, Score, Screening, Stage
from portal.places.queries import departments

PER_PAGE = 20
MOST = 100
MOST_HITS = 1000
KIND = "innovation_proposal"


def department_names(s: Session) -> dict[int, Said]:
    """Every department by its number, those out of use too: two selects."""
    return {row.id: row.name for row in departments(s, closed=True)}


def department_choices(s: Session) -> list[tuple[int, Said]]:
    """Those in use, for forms: two selects."""
    return [(row.id, row.name) for row in departments(s)]


# --- the list ---------------------------------------------------------------------------------------------------------

# What can be asked of the list: the stages, and the outcomes of those that have ended.
SHOWS: dict[str, Text] = {
    **{stage.value: words for stage, words in rules.STAGES.items() if stage is not Stage.ENDED},
    **{outcome.value: words for outcome, words in rules.OUTCOMES.items()},
}


@dataclass(frozen=True)
class Filters:
    """What a reader asked for. Empty means everything but what was withdrawn."""

    q: str = ""
    department: int | None = None
    show: str = ""
    page: int = 1

    @property
    def narrowed(self) -> bool:
        """Is anything left out?"""
        return bool(self.q or self.department or self.show)


@dataclass(frozen=True, slots=True)
class Card:
    """A proposal as lists show it; `lang` is the language of title and lead."""

    id: int
    title: str
    lang: str
    lead: str
    stage: Stage
    outcome: Outcome | None
    department_id: int | None
    from_staff: bool
    comments: int
    created_at: datetime
    ends_on: date | None
    hidden: bool = False
    held: bool = False
    coach: str = ""
    coach_id: int | None = None
    screenings: int = 0

    @property
    def dir(self) -> str:
        """Writing direction of its words."""
        return i18n.direction(self.lang)

    @property
    def foreign(self) -> bool:
        """True when the words are not in the reader's language."""
        return self.lang != i18n.lang()

    @property
    def state(self) -> Text:
        """Where it stands, or how it ended."""
        return rules.OUTCOMES[self.outcome] if self.outcome else rules.STAGES[self.stage]


SHOWN = and_(Proposal.hidden_at.is_(None), Proposal.held_at.is_(None))
_COACH = aliased(Person)
_NUMBER = select(func.count()).where(Screening.proposal_id == Proposal.id).correlate(Proposal).scalar_subquery()
_CARDS = (
    select(
        Proposal.id, Proposal.title, Proposal.language, Proposal.problem, Proposal.stage, Proposal.department_id,
        Proposal.from_staff, Proposal.comments, Proposal.created_at, Proposal.hidden_at, Proposal.held_at,
        Proposal.coach_id, Pilot.outcome, Pilot.ends_on, _COACH.name.label("coach"), _NUMBER.label("screenings"),
    )
    .outerjoin(Pilot, Pilot.proposal_id == Proposal.id)
    .outerjoin(_COACH, _COACH.id == Proposal.coach_id)
)  # fmt: skip
# What happens now comes first, then what is to come, then what is over.
_ORDER = case({Stage.PILOT: 0, Stage.TRY: 1, Stage.PROPOSED: 2, Stage.ENDED: 3}, value=Proposal.stage, else_=4)


def _card(row: Any) -> Card:
    return Card(
        id=row.id,
        title=row.title,
        lang=row.language,
        lead=rules.lead_of(row.problem),
        stage=row.stage,
        outcome=row.outcome,
        department_id=row.department_id,
        from_staff=row.from_staff,
        comments=row.comments,
        created_at=row.created_at,
        ends_on=row.ends_on,
        hidden=row.hidden_at is not None,
        held=row.held_at is not None,
        coach=row.coach or "",
        coach_id=row.coach_id,
        screenings=row.screenings,
    )


def asked(s: Session, filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions that filters mean; one select more with words to search for."""
    found: list[ColumnElement[bool]] = []
    if filters.q.strip():
        found.append(Proposal.id.in_(search.find(s, KIND, filters.q, i18n.lang())))
    if filters.department:
        found.append(Proposal.department_id == filters.department)
    if filters.show in set(Outcome):
        found += [Proposal.stage == Stage.ENDED, Pilot.outcome == Outcome(filters.show)]
    elif filters.show in set(Stage):
        found.append(Proposal.stage == Stage(filters.show))
    else:
        found.append(Proposal.stage != Stage.WITHDRAWN)
    return found


def paged(s: Session, where: Sequence[Any], page: int, per_page: int, order: Sequence[Any]) -> tuple[list[Card], int]:
    """One page of cards and the number of all: two selects."""
    number = select(func.count()).select_from(Proposal).outerjoin(Pilot, Pilot.proposal_id == Proposal.id)
    total = s.scalar(number.where(*where)) or 0
    rows = s.execute(_CARDS.where(*where).order_by(*order).limit(per_page).offset((max(page, 1) - 1) * per_page)).all()
    return [_card(row) for row in rows], total


def listed(s: Session, filters: Filters) -> tuple[list[Card], int]:
    """A page of what everybody may see: what runs first, then the newest. Two selects, three with a search."""
    where = [SHOWN, *asked(s, filters)]
    return paged(s, where, filters.page, PER_PAGE, [_ORDER, Proposal.created_at.desc(), Proposal.id.desc()])


# --- one proposal -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """What was measured on a day."""

    day: date
    value: int
    note: str
    lang: str
    reached: bool
    stops: bool
    share: int

    @property
    def dir(self) -> str:
        """Writing direction of the note."""
        return i18n.direction(self.lang)


@dataclass(frozen=True, slots=True)
class Answer:
    """One screener's answer to a question of the list."""

    score: int
    reason: str
    lang: str

    @property
    def dir(self) -> str:
        """Writing direction of the reason."""
        return i18n.direction(self.lang)


@dataclass(frozen=True)
class Page:
    """Everything that the page of a proposal shows."""

    proposal: Proposal
    pilot: Pilot | None
    values: Sequence[Value]
    department: Said | None
    proposer: str  # empty: not named, or forgotten
    coach: str
    granted: int  # what it holds from funds now, in cents
    source: Hit | None
    own: bool  # the reader proposed it
    answers: Mapping[str, Sequence[Answer]] = field(default_factory=dict)  # by question; for the proposer alone

    @property
    def dir(self) -> str:
        """Writing direction of the proposal's own language."""
        return i18n.direction(self.proposal.language)

    @property
    def foreign(self) -> bool:
        """True when its words are not in the reader's language."""
        return self.proposal.language != i18n.lang()

    @property
    def chart(self) -> rules_chart.Chart | None:
        """The drawing of its values, once there are some."""
        if self.pilot is None or not self.values:
            return None
        p = self.pilot
        points = [(one.day, one.value) for one in self.values]
        return rules_chart.draw(points, p.starts_on, p.ends_on, p.baseline, p.target, p.stop_at)


def found(s: Session, proposal_id: int) -> Proposal | None:
    """The row, for whomever: the caller asks `may_read`."""
    return s.get(Proposal, proposal_id)


def may_read(actor: Actor, proposal: Proposal) -> bool:
    """Does this proposal exist for this reader? What waits for a moderator is its proposer's and the staff's."""
    if proposal.held_at is None:
        return True
    if actor.person_id is not None and actor.person_id == proposal.proposer_id:
        return True
    return actor.may(*rules.READERS, scope=rules.scope(proposal)) or actor.may("moderator", "administrator")


def pilot_of(s: Session, proposal_id: int) -> Pilot | None:
    """Its pilot, planned or begun: one select."""
    return s.scalars(select(Pilot).where(Pilot.proposal_id == proposal_id)).one_or_none()


def values_of(s: Session, pilot: Pilot | None) -> list[Value]:
    """What was measured, by day: one select, none without a pilot."""
    if pilot is None:
        return []
    rows = s.scalars(select(CheckIn).where(CheckIn.pilot_id == pilot.id).order_by(CheckIn.on_day))
    return [
        Value(
            row.on_day, row.value, row.note, row.lang, rules.reached(pilot, row.value), rules.stops(pilot, row.value),
            rules.share(pilot, row.value),
        )
        for row in rows
    ]  # fmt: skip


SIGNED = case((FundEntry.move == Move.RETURN, -FundEntry.cents), else_=FundEntry.cents)


def granted(s: Session, proposal_id: int) -> int:
    """What a proposal holds from funds now, in cents: one select."""
    where = [FundEntry.proposal_id == proposal_id, FundEntry.move != Move.BUDGET]
    return int(s.scalar(select(func.coalesce(func.sum(SIGNED), 0)).where(*where)) or 0)


def source_of(s: Session, proposal: Proposal) -> Hit | None:
    """The thing that it grew from, while everybody may see that; by the kind registry alone."""
    if proposal.source_id is None:
        return None
    return source(s, proposal.source_kind, proposal.source_id)


def source(s: Session, kind: str, object_id: int) -> Hit | None:
    """A thing of any kind that everybody may see."""
    for feature in ground.current().features:
        for one in feature.kinds:
            if one.name == kind and one.found is not None and kind != KIND:
                return one.found(s, [object_id], i18n.lang()).get(object_id)
    return None


def answers_of(s: Session, proposal_id: int) -> dict[str, list[Answer]]:
    """The answers of all screeners by question, without their names: one select."""
    rows = s.execute(
        select(Score.criterion, Score.score, Score.reason, Screening.lang)
        .join(Screening, Screening.id == Score.screening_id)
        .where(Screening.proposal_id == proposal_id)
        .order_by(Screening.id)
    )
    by: dict[str, list[Answer]] = {}
    for row in rows:
        by.setdefault(row.criterion, []).append(Answer(row.score, row.reason, row.lang))
    return by


def person_name(s: Session, person_id: int | None) -> str:
    """Somebody's full name, for staff; empty for nobody. One select."""
    return (s.scalar(select(Person.name).where(Person.id == person_id)) or "") if person_id is not None else ""


def public_name(s: Session, person_id: int | None) -> str:
    """The name that public pages show; empty for nobody. One select."""
    if person_id is None:
        return ""
    row = s.execute(select(Person.name, Person.public_name).where(Person.id == person_id)).one_or_none()
    return shown_name(row.name, row.public_name or "") if row is not None else ""


def page(s: Session, actor: Actor, proposal: Proposal) -> Page:
    """The page of a proposal in a number of selects that does not grow with what happened."""
    own = actor.person_id is not None and actor.person_id == proposal.proposer_id
    pilot = pilot_of(s, proposal.id)
    decided = proposal.stage not in (Stage.PROPOSED, Stage.WITHDRAWN)
    return Page(
        proposal=proposal,
        pilot=pilot,
        values=values_of(s, pilot),
        department=department_names(s).get(proposal.department_id or 0),
        proposer=public_name(s, proposal.proposer_id) if proposal.named else "",
        coach=person_name(s, proposal.coach_id) if own else "",
        granted=granted(s, proposal.id) if pilot is not None else 0,
        source=source_of(s, proposal),
        own=own,
        answers=answers_of(s, proposal.id) if own and decided else {},
    )


# --- hits, feeds, one's own -------------------------------------------------------------------------------------------


def _hits(s: Session, where: Sequence[Any]) -> dict[int, Hit]:
    rows = s.execute(
        select(Proposal.id, Proposal.title, Proposal.language, Proposal.problem)
        .where(*where)
        .order_by(Proposal.id)
        .limit(MOST_HITS)
    )
    return {
        row.id: Hit(row.title, row.language, "innovation.proposal", {"proposal_id": row.id}, rules.lead_of(row.problem))
        for row in rows
    }


def hits(s: Session, ids: list[int], _lang: str, *, all_of_them: bool = False) -> dict[int, Hit]:
    """Title and first words of proposals that everybody may see (or all of them, for moderators): one select."""
    public = [] if all_of_them else [SHOWN, Proposal.stage != Stage.WITHDRAWN]
    return _hits(s, [Proposal.id.in_(ids), *public])


def feed(s: Session, _lang: str) -> list[News]:
    """What is new: decisions, beginnings and outcomes, the latest first. One select."""
    latest = func.coalesce(Pilot.outcome_at, Pilot.begun_at, Proposal.decided_at, Proposal.created_at)
    rows = s.execute(
        select(
            Proposal.id, Proposal.title, Proposal.language, Proposal.stage, Pilot.outcome, Pilot.outcome_text,
            Proposal.problem, latest.label("latest"),
        )
        .outerjoin(Pilot, Pilot.proposal_id == Proposal.id)
        .where(SHOWN, Proposal.stage != Stage.WITHDRAWN)
        .order_by(latest.desc(), Proposal.id.desc())
        .limit(MOST)
    )  # fmt: skip
    entries = []
    for row in rows:
        state = rules.OUTCOMES[row.outcome] if row.outcome else rules.STAGES[row.stage]
        entries.append(
            News(
                f"{row.id}-{row.outcome.value if row.outcome else row.stage.value}",
                f"{state}: {row.title}",
                row.latest,
                "innovation.proposal",
                {"proposal_id": row.id},
                rules.lead_of(row.outcome_text or row.problem),
                row.language,
            )
        )
    return entries


def waiting_of(s: Session, person_id: int | None) -> int:
    """How many proposals of this person wait for their screening."""
    where = [Proposal.proposer_id == person_id, Proposal.stage == Stage.PROPOSED]
    return s.scalar(select(func.count()).select_from(Proposal).where(*where)) or 0


def mine(s: Session, actor: Actor, _lang: str) -> list[Item]:
    """For "my page": what the reader proposed, newest first. One select."""
    rows = s.execute(
        select(Proposal.id, Proposal.title, Proposal.language, Proposal.stage, Proposal.held_at, Proposal.created_at,
               Pilot.outcome)
        .outerjoin(Pilot, Pilot.proposal_id == Proposal.id)
        .where(Proposal.proposer_id == actor.person_id)
        .order_by(Proposal.id.desc())
        .limit(10)
    )  # fmt: skip
    made = []
    for row in rows:
        state = rules.OUTCOMES[row.outcome] if row.outcome else rules.STAGES[row.stage]
        made.append(
            Item(
                row.title,
                "innovation.proposal",
                {"proposal_id": row.id},
                lang=row.language,
                state=_l("Waits for a moderator") if row.held_at is not None else state,
                at=row.created_at,
            )
        )
    return made


def onward(s: Session, kind: str, object_id: int, lang: str) -> list[Onward]:
    """What grew from a thing of another wing and everybody may see: one select."""
    mine = [Proposal.source_kind == kind, Proposal.source_id == object_id]
    return [
        Onward(_l("Tried out"), hit) for hit in _hits(s, [*mine, SHOWN, Proposal.stage != Stage.WITHDRAWN]).values()
    ]


def open_to_staff(actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    """Where clause: the proposals that the actor's roles reach."""
    if actor.everywhere(*roles):
        return Proposal.id.is_not(None)
    return Proposal.department_id.in_(actor.scopes(roles, "department"))
