"""Budget, Pot, Source, Category, Project, Card and VotePlan: what exists before, during and after the vote.

Texts that the city writes in several languages stand in base.texts under these kinds and fields:
budget: title, lead, body · pot: name · source: name · category: name
project: title, summary, body, picture_alt, decision
"""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, Float, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.tables import Base, Cents, Id, UtcTime, choice


class BudgetState(enum.StrEnum):
    """Draft: staff only. Shown: everybody. Hidden: an import that is not complete yet, or was left over."""

    DRAFT = "draft"
    SHOWN = "shown"
    HIDDEN = "hidden"


class ProjectStatus(enum.StrEnum):
    """Draft: staff only. Review: public, not decided. Ballot: on the ballot. Refused and withdrawn stay listed."""

    DRAFT = "draft"
    REVIEW = "review"
    BALLOT = "ballot"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class BallotKind(enum.StrEnum):
    """How a voter chooses. The last three come with imported elections."""

    APPROVAL = "approval"
    KNAPSACK = "knapsack"
    CHOOSE_1 = "choose-1"
    CUMULATIVE = "cumulative"
    ORDINAL = "ordinal"


class PotVoters(enum.StrEnum):
    """Who chooses in a pot that belongs to a district: everybody in the vote, or its residents."""

    ANY = "any"
    OWN = "own"


class Publication(enum.StrEnum):
    """What of the ballots is published after the count: all choices, or totals per project."""

    FULL = "full"
    TOTALS = "totals"


class Budget(Base):
    """One participatory budget, from its planning to its works."""

    __tablename__ = "budget"
    __table_args__ = (UniqueConstraint("slug"), UniqueConstraint("process_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    process_id: Mapped[int] = mapped_column(ForeignKey("process.id"))
    state: Mapped[BudgetState] = mapped_column(choice(BudgetState, name="state"), default=BudgetState.DRAFT)
    currency: Mapped[str] = mapped_column(String(3))
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    # A real election: its META lines, kept as they stood in the file. None for a budget of the city's own.
    source_meta: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Why a text may be missing in some language at the opening: {language: reason}, shown to the public.
    language_reasons: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)  # grows with every change that a public page shows
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class Pot(Base):
    """An amount of money for the whole city or for one district."""

    __tablename__ = "pot"
    __table_args__ = (
        UniqueConstraint("budget_id", "position"),
        CheckConstraint("amount > 0", name="has_money"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    budget_id: Mapped[int] = mapped_column(ForeignKey("budget.id"))
    position: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(Cents)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))


class Source(Base):
    """Where a part of a pot's money comes from."""

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("pot_id", "position"),
        CheckConstraint("amount > 0", name="has_money"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(Cents)


class Category(Base):
    """A subject by which people sort projects. `cap`: the most money of an imported election for it, only shown."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("budget_id", "position"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    budget_id: Mapped[int] = mapped_column(ForeignKey("budget.id"))
    position: Mapped[int] = mapped_column(Integer)
    cap: Mapped[int | None] = mapped_column(Cents)


class Project(Base):
    """Something the money may buy. `number` names it in addresses, `code` in the regulation, ballots and downloads."""

    __tablename__ = "project"
    __table_args__ = (
        UniqueConstraint("budget_id", "number"),
        UniqueConstraint("budget_id", "code"),
        CheckConstraint("cost >= 0", name="cost_not_negative"),
        CheckConstraint("(x IS NULL) = (y IS NULL)", name="whole_place"),
        CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name="place_on_plan"),
        Index("ix_project_budget_id_status_number", "budget_id", "status", "number"),
        Index("ix_project_pot_id", "pot_id"),
        Index("ix_project_shown_at", "shown_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    budget_id: Mapped[int] = mapped_column(ForeignKey("budget.id"))
    pot_id: Mapped[int] = mapped_column(ForeignKey("pot.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(64))
    cost: Mapped[int] = mapped_column(Cents)
    status: Mapped[ProjectStatus] = mapped_column(choice(ProjectStatus, name="status"), default=ProjectStatus.DRAFT)
    place: Mapped[str] = mapped_column(String(200), default="")
    # Where it stands on the city's plan, each from 0 to 1 from the upper left corner; both or none.
    x: Mapped[float | None] = mapped_column(Float)
    y: Mapped[float | None] = mapped_column(Float)
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    # since when everybody can see it: written by the worker, whichever way it came to be shown; never taken back
    shown_at: Mapped[datetime | None] = mapped_column(UtcTime)
    proposer: Mapped[str] = mapped_column(String(200), default="")
    source_row: Mapped[dict[str, Any] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # an imported project's columns, as in the file


class Card(Base):
    """A project as lists show it in one language, written when one of its texts changes: a list needs one select."""

    __tablename__ = "project_card"
    __table_args__ = {"sqlite_with_rowid": False}

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(10), primary_key=True)  # the reader's language
    said_in: Mapped[str] = mapped_column(String(10))  # the language in which the texts are really written
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(String(1000))
    picture_alt: Mapped[str] = mapped_column(String(500))
    sort_key: Mapped[str] = mapped_column(String(300))


class VotePlan(Base):
    """How the vote of a budget will be held. Freely changed until the vote opens, then frozen in its regulation."""

    __tablename__ = "vote_plan"
    __table_args__ = (
        CheckConstraint("min_choices >= 0", name="min_not_negative"),
        CheckConstraint("max_choices IS NULL OR max_choices >= min_choices", name="max_not_below_min"),
        CheckConstraint("(age IS NULL) = (age_on IS NULL)", name="age_on_a_day"),
        CheckConstraint("(draw_on IS NULL) = (draw_name = '')", name="draw_on_a_day"),
    )

    budget_id: Mapped[int] = mapped_column(ForeignKey("budget.id"), primary_key=True)
    ready: Mapped[str | None] = mapped_column(String(40))  # name of the ready regulation; None = not chosen yet
    rule: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # single parameters that differ from the ready one
    ballot: Mapped[BallotKind] = mapped_column(choice(BallotKind, name="ballot"), default=BallotKind.APPROVAL)
    min_choices: Mapped[int] = mapped_column(Integer, default=1)
    max_choices: Mapped[int | None] = mapped_column(Integer)
    age: Mapped[int | None] = mapped_column(Integer)
    age_on: Mapped[date | None] = mapped_column(Date)
    residents_only: Mapped[bool] = mapped_column(default=True)
    pot_voters: Mapped[PotVoters] = mapped_column(choice(PotVoters, name="pot_voters"), default=PotVoters.ANY)
    publication: Mapped[Publication] = mapped_column(choice(Publication, name="publication"), default=Publication.FULL)
    complaint_days: Mapped[int] = mapped_column(Integer, default=14)
    districts: Mapped[list[str] | None] = mapped_column(
        JSON(none_as_null=True)
    )  # codes of the districts that vote; None = all of the city
    # The public draw that lots come from; without one, lots are not among the criteria for ties.
    draw_name: Mapped[str] = mapped_column(String(200), default="")
    draw_on: Mapped[date | None] = mapped_column(Date)
