"""Proposals, their screening, the pilots that come of them with their check-ins, and the departments' funds.

Each text is written by one person in one language and stands in its own row, in that language. Measured values are
whole numbers of hundredths of their unit, so that every database and every file says the same.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Cents, Id, UtcTime, choice
from portal.moderation.models import Moderated


class Stage(enum.StrEnum):
    """How far a proposal is. What moderators hide or hold says nothing here: that stands in the moderated columns."""

    PROPOSED = "proposed"  # waits for its screening
    TRY = "try"  # is prepared: coach, plan, money
    PILOT = "pilot"  # runs, until its outcome is published
    ENDED = "ended"  # with an outcome
    NOT_NOW = "not_now"  # may be taken up again
    NO = "no"
    WITHDRAWN = "withdrawn"  # by its proposer


class Outcome(enum.StrEnum):
    """What became of a pilot."""

    SCALED = "scaled"  # stays, and for more people
    CHANGED = "changed"  # goes on in another form
    STOPPED = "stopped"  # did not do what was hoped for


class StopWay(enum.StrEnum):
    """On which side of the threshold a pilot is stopped."""

    BELOW = "below"
    ABOVE = "above"


class Move(enum.StrEnum):
    """What a line of a fund's ledger says."""

    BUDGET = "budget"  # the year's amount was set, or changed by so much
    GRANT = "grant"  # money for a pilot
    RETURN = "return"  # what a pilot gave back


class Proposal(Moderated, Base):
    """A proposal and how it was decided. Its number in addresses is its id. `source_kind` and `source_id` name the thing
    it grew from, by the kind registry; whatever that is, it knows nothing of this."""

    __tablename__ = "innovation_proposal"
    __table_args__ = (
        Index(None, "stage", "created_at"),
        Index(None, "department_id"),
        Index(None, "proposer_id"),
        Index(None, "coach_id"),
        Index(None, "source_kind", "source_id"),
        CheckConstraint("comments >= 0", name="comments"),
        CheckConstraint("(source_kind = '') = (source_id IS NULL)", name="whole_source"),
        CheckConstraint("stage NOT IN ('pilot', 'ended') OR coach_id IS NOT NULL", name="pilot_has_coach"),
        CheckConstraint("(stage IN ('proposed', 'withdrawn')) OR decided_reason <> ''", name="decided_with_reason"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # empty: forgotten, or entered for somebody without an account
    proposer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # the public page names the proposer, because they asked for it
    named: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the proposer worked for the city when they proposed it
    from_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    problem: Mapped[str] = mapped_column(Text)
    whom: Mapped[str] = mapped_column(Text)
    better: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))  # empty: not known yet
    source_kind: Mapped[str] = mapped_column(String(40), default="", server_default="")
    source_id: Mapped[int | None] = mapped_column(Id)
    stage: Mapped[Stage] = mapped_column(choice(Stage, name="stage"), default=Stage.PROPOSED)
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    decided_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    coach_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    coach_since: Mapped[datetime | None] = mapped_column(UtcTime)
    comments: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    channel: Mapped[str] = mapped_column(String(20), default="web", server_default="web")
    helped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class QuestionList(Base):
    """A version of the screening list. Once somebody has answered it, it stays as it is: another wording makes another
    version. Without any, the list is the one that the portal brings (rules.CRITERIA)."""

    __tablename__ = "innovation_list"
    __table_args__ = (UniqueConstraint("version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcTime)  # of the last change
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ListQuestion(Base):
    """A question of one version of the list; its words stand in base.texts (kind innovation_question: label, hint). The key
    is the same in every version that has the question."""

    __tablename__ = "innovation_question"
    __table_args__ = (UniqueConstraint("list_id", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("innovation_list.id"))
    key: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer)


class Screening(Base):
    """One member of staff went through the screening list for one proposal. `list_id` empty: the list that the portal
    brings. All who screen a proposal answer the same version."""

    __tablename__ = "innovation_screening"
    __table_args__ = (UniqueConstraint("proposal_id", "by_id"), Index(None, "by_id"), Index(None, "list_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("innovation_proposal.id"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("innovation_list.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lang: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcTime)


class Score(Base):
    """The answer to one question of the screening list, with its reason."""

    __tablename__ = "innovation_score"
    __table_args__ = (
        UniqueConstraint("screening_id", "criterion"),
        CheckConstraint("score BETWEEN 0 AND 3", name="score"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    screening_id: Mapped[int] = mapped_column(ForeignKey("innovation_screening.id", ondelete="CASCADE"))
    criterion: Mapped[str] = mapped_column(String(20))
    score: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(500))


class Pilot(Base):
    """What is tried, how one sees whether it works, and when it is given up. One for each proposal."""

    __tablename__ = "innovation_pilot"
    __table_args__ = (
        UniqueConstraint("proposal_id"),
        Index(None, "ends_on"),
        CheckConstraint("ends_on > starts_on", name="dates"),
        CheckConstraint("cost >= 0", name="cost"),
        CheckConstraint("spent >= 0", name="spent"),
        CheckConstraint("target <> baseline", name="target"),
        CheckConstraint("(stop_way IS NULL) = (stop_at IS NULL)", name="whole_threshold"),
        CheckConstraint(
            "(outcome IS NULL) = (outcome_at IS NULL) AND (outcome IS NULL) = (outcome_text = '') "
            "AND (outcome IS NULL) = (learnt = '') AND (outcome IS NULL) = (spent IS NULL)",
            name="whole_outcome",
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("innovation_proposal.id"))
    lang: Mapped[str] = mapped_column(String(12))
    hypothesis: Mapped[str] = mapped_column(Text)
    measure: Mapped[str] = mapped_column(String(200))
    unit: Mapped[str] = mapped_column(String(40), default="", server_default="")
    baseline: Mapped[int] = mapped_column(BigInteger)  # hundredths of the unit, as all values
    target: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    cost: Mapped[int] = mapped_column(Cents)  # what it may cost
    stop_rule: Mapped[str] = mapped_column(Text)
    stop_way: Mapped[StopWay | None] = mapped_column(choice(StopWay, name="stop_way"))
    stop_at: Mapped[int | None] = mapped_column(BigInteger)
    begun_at: Mapped[datetime | None] = mapped_column(UtcTime)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome, name="outcome"))
    outcome_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    learnt: Mapped[str] = mapped_column(Text, default="", server_default="")
    outcome_lang: Mapped[str] = mapped_column(String(12), default="", server_default="")
    spent: Mapped[int | None] = mapped_column(Cents)
    outcome_at: Mapped[datetime | None] = mapped_column(UtcTime)
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CheckIn(Base):
    """What was measured on one day of a pilot; another value for the same day takes its place."""

    __tablename__ = "innovation_check_in"
    __table_args__ = (UniqueConstraint("pilot_id", "on_day"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    pilot_id: Mapped[int] = mapped_column(ForeignKey("innovation_pilot.id"))
    on_day: Mapped[date] = mapped_column(Date)
    value: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    lang: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)


class Fund(Base):
    """What a department may spend on pilots in a year, and how much of it is given away now. The database itself refuses
    a grant that the balance does not cover."""

    __tablename__ = "innovation_fund"
    __table_args__ = (
        UniqueConstraint("department_id", "year"),
        CheckConstraint("granted >= 0 AND granted <= amount", name="balance"),
        CheckConstraint("year BETWEEN 2000 AND 2999", name="year"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    year: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(Cents)
    granted: Mapped[int] = mapped_column(Cents, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcTime)

    @property
    def balance(self) -> int:
        """What is left, in cents; never below zero."""
        return self.amount - self.granted


class FundEntry(Base):
    """A line of a fund's ledger; there is no changing and no deleting. `cents`: by how much the year's amount changed
    (less is negative), what was granted, or what came back."""

    __tablename__ = "innovation_fund_entry"
    __table_args__ = (
        Index(None, "fund_id", "id"),
        Index(None, "proposal_id"),
        CheckConstraint("move = 'budget' OR (cents > 0 AND proposal_id IS NOT NULL)", name="move_of_pilot"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("innovation_fund.id"))
    move: Mapped[Move] = mapped_column(choice(Move, name="move"))
    cents: Mapped[int] = mapped_column(Cents)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("innovation_proposal.id"))
    reason: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
