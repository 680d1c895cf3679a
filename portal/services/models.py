"""Services, the versions of their forms, applications that are being filled in, and cases with all that happens in them.

Texts of a service stand in base/texts: kind "service" (title, summary, who, needs, cost, next, basis, appeal). Instants
are UTC, days are days of the city. What people answered stands in the case as plain JSON, by the keys of its form.
"""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.base.deadlines import Resume, Unit
from portal.base.tables import Base, Id, UtcTime, choice


class Silence(enum.StrEnum):
    """What it means by law when the city has not decided in time."""

    NOTHING = "nothing"
    GRANTED = "granted"
    REFUSED = "refused"


class CaseState(enum.StrEnum):
    """Where a case stands."""

    FILED = "filed"
    CHECKING = "checking"
    WAITING = "waiting"  # for the applicant
    DECIDING = "deciding"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


LIVE = (CaseState.FILED, CaseState.CHECKING, CaseState.WAITING, CaseState.DECIDING)


class Wanted(enum.StrEnum):
    """What an applicant is asked for."""

    PAPER = "paper"
    CORRECTION = "correction"
    FEE = "fee"  # answered by paying, never by a text


class Outcome(enum.StrEnum):
    """What a decision says."""

    GRANTED = "granted"
    REFUSED = "refused"


class Service(Base):
    """Something that people can apply for. `instant`: issued at once where the register knows the person."""

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("slug"),
        Index(None, "department_id"),
        CheckConstraint("period BETWEEN 1 AND 1000", name="period"),
        CheckConstraint("extension_days BETWEEN 0 AND 365", name="extension_days"),
        CheckConstraint("appeal_days BETWEEN 1 AND 365", name="appeal_days"),
        CheckConstraint("answer_days BETWEEN 1 AND 180", name="answer_days"),
        CheckConstraint("pay_days BETWEEN 1 AND 180", name="pay_days"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    shown: Mapped[bool] = mapped_column(default=False, server_default=false())
    instant: Mapped[bool] = mapped_column(default=False, server_default=false())
    four_eyes: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the law's clock
    period: Mapped[int] = mapped_column(Integer, default=30, server_default="30")
    unit: Mapped[Unit] = mapped_column(choice(Unit, name="unit"), default=Unit.DAYS, server_default="days")
    from_complete: Mapped[bool] = mapped_column(default=False, server_default=false())
    resume: Mapped[Resume] = mapped_column(
        choice(Resume, name="resume"), default=Resume.CONTINUE, server_default="continue"
    )
    silence: Mapped[Silence] = mapped_column(
        choice(Silence, name="silence"), default=Silence.NOTHING, server_default="nothing"
    )
    extension_days: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    answer_days: Mapped[int] = mapped_column(Integer, default=14, server_default="14")
    appeal_days: Mapped[int] = mapped_column(Integer, default=30, server_default="30")
    appeal_period: Mapped[int] = mapped_column(Integer, default=30, server_default="30")  # days to decide on one
    # keys of portal/services/rules_events.py under which it is found
    life_events: Mapped[Any] = mapped_column(JSON, default=list, server_default="[]")
    # how long the paper is good that is given out; 0: for good
    valid_days: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # nothing is granted before the fee is paid; and days from the filing in which it is to be paid
    pay_first: Mapped[bool] = mapped_column(default=False, server_default=false())
    pay_days: Mapped[int] = mapped_column(Integer, default=14, server_default="14")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class FormVersion(Base):
    """A form of a service as it was at one time. A case keeps the version it was filed with."""

    __tablename__ = "service_form"
    __table_args__ = (UniqueConstraint("service_id", "number"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    number: Mapped[int] = mapped_column(Integer)
    document: Mapped[Any] = mapped_column(JSON)  # as portal/services/schema.py reads it
    valid_from: Mapped[datetime | None] = mapped_column(UtcTime)  # empty: a draft
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Application(Base):
    """A form that is being filled in; a case comes of it when it is sent."""

    __tablename__ = "service_application"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "helped_by_id"),
        Index(None, "mandate_id"),
        Index(None, "changed_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("service_form.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # the one for whom somebody with a mandate fills it in, where they have no account
    for_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"))
    helped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[Any] = mapped_column(JSON, default=dict)
    origins: Mapped[Any] = mapped_column(JSON, default=dict)  # by field: where a value came from that nobody typed
    seen: Mapped[Any] = mapped_column(JSON, default=list)  # pages that were sent at least once
    # made when it was begun; sending it twice makes one case
    token: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_at: Mapped[datetime] = mapped_column(UtcTime)


class Case(Base):
    """One application from the day it was filed. Every change of its state is an event."""

    __tablename__ = "service_case"
    __table_args__ = (
        UniqueConstraint("reference"),
        UniqueConstraint("token"),
        Index(None, "person_id"),
        Index(None, "officer_id"),
        Index(None, "helped_by_id"),
        Index(None, "mandate_id"),
        Index(None, "paper_id"),
        Index(None, "service_id", "state"),
        Index(None, "state", "due_on"),
        Index(None, "filed_at"),
        Index(None, "service_id", "decided_at"),
        CheckConstraint("extended_days >= 0", name="extended_days"),
        CheckConstraint("(extended_days > 0) = (extended_why <> '')", name="extended_why"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reference: Mapped[str] = mapped_column(String(20))
    token: Mapped[str] = mapped_column(String(32))
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("service_form.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # empty: forgotten
    for_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"))
    helped_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(String(20), default="web", server_default="web")
    language: Mapped[str] = mapped_column(String(12))
    answers: Mapped[Any] = mapped_column(JSON)
    origins: Mapped[Any] = mapped_column(JSON, default=dict)
    state: Mapped[CaseState] = mapped_column(choice(CaseState, name="state"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    filed_at: Mapped[datetime] = mapped_column(UtcTime)
    complete_on: Mapped[date | None] = mapped_column(Date)
    reopened_on: Mapped[date | None] = mapped_column(Date)  # after an appeal: the clock begins anew with this day
    # by the law's clock; empty while it does not run. The clock itself is reckoned anew from the case whenever it moves.
    due_on: Mapped[date | None] = mapped_column(Date)
    # the day by which the law wanted the decision, as the clock said when it came; public figures are made of it
    promised_on: Mapped[date | None] = mapped_column(Date)
    extended_days: Mapped[int] = mapped_column(Integer, default=0, server_default="0")  # days
    extended_why: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class CaseEvent(Base):
    """A line of a case's history. `text` is what somebody wrote with it; `private`: staff alone read the line."""

    __tablename__ = "service_event"
    __table_args__ = (Index(None, "case_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    at: Mapped[datetime] = mapped_column(UtcTime)
    kind: Mapped[str] = mapped_column(String(40))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # empty: the portal itself
    from_staff: Mapped[bool] = mapped_column(default=False, server_default=false())
    was: Mapped[CaseState | None] = mapped_column(choice(CaseState, name="was"))
    now: Mapped[CaseState | None] = mapped_column(choice(CaseState, name="now"))
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    language: Mapped[str] = mapped_column(String(12), default="", server_default="")
    private: Mapped[bool] = mapped_column(default=False, server_default=false())


class CaseRequest(Base):
    """Something the applicant is asked for. While one is open the law's clock stands still."""

    __tablename__ = "service_request"
    __table_args__ = (Index(None, "case_id"), CheckConstraint("answer = '' OR answered_at IS NOT NULL", name="answer"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    kind: Mapped[Wanted] = mapped_column(choice(Wanted, name="kind"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    due_on: Mapped[date] = mapped_column(Date)
    answer: Mapped[str] = mapped_column(Text, default="", server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)


class CaseFile(Base):
    """A file that belongs to a form that is being filled in, or to a case. Served only to those who may see that."""

    __tablename__ = "service_file"
    __table_args__ = (
        Index(None, "application_id"),
        Index(None, "case_id"),
        Index(None, "digest"),
        CheckConstraint("(application_id IS NULL) <> (case_id IS NULL)", name="belongs"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    application_id: Mapped[int | None] = mapped_column(ForeignKey("service_application.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"))
    request_id: Mapped[int | None] = mapped_column(ForeignKey("service_request.id"))
    field: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the bytes, which is also its name on disk
    at: Mapped[datetime] = mapped_column(UtcTime)


class Decision(Base):
    """A decision, proposed and then confirmed: by the same officer, or by another one where the service asks for two. A
    proposal that was sent back stays, without the confirmation."""

    __tablename__ = "service_decision"
    __table_args__ = (
        Index(None, "case_id"),
        Index(
            "uq_service_decision_case_id",
            "case_id",
            unique=True,
            sqlite_where=text("confirmed_at IS NOT NULL AND lifted_at IS NULL"),
            postgresql_where=text("confirmed_at IS NOT NULL AND lifted_at IS NULL"),
        ),
        CheckConstraint("outcome = 'granted' OR (reason <> '' AND text <> '' AND basis <> '')", name="reasons"),
        CheckConstraint("confirmed_at IS NULL OR (appeal_body <> '' AND last_day IS NOT NULL)", name="appeal"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, name="outcome"))
    reason: Mapped[str] = mapped_column(String(40), default="", server_default="")  # of rules.REASONS
    text: Mapped[str] = mapped_column(Text, default="", server_default="")
    basis: Mapped[str] = mapped_column(String(500), default="", server_default="")
    conditions: Mapped[Any] = mapped_column(JSON, default=list, server_default="[]")
    appeal_body: Mapped[str] = mapped_column(String(500), default="", server_default="")
    appeal_days: Mapped[int] = mapped_column(Integer)
    last_day: Mapped[date | None] = mapped_column(Date)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    returned_at: Mapped[datetime | None] = mapped_column(UtcTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcTime)  # after an appeal: it does not count any more
