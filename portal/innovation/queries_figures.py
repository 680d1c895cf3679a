"""How it went, in figures: how many proposals were tried, what became of them, and what it cost. Nobody's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.innovation import rules
from portal.innovation.models import CheckIn, Fund, FundEntry, Move, Outcome, Pilot, Proposal, Stage
from portal.innovation.queries import SHOWN, SIGNED
from portal.places.models import Department

CSV_MOST = 20_000
HEAD = (
    "number", "title", "language", "from_staff", "department", "stage", "proposed", "decided", "hypothesis", "measure",
    "unit", "baseline", "target", "last_value", "last_measured", "starts", "ends", "planned_cost", "granted", "spent",
    "stop_rule", "begun", "outcome", "outcome_text", "learnt", "outcome_published",
)  # fmt: skip


@dataclass
class Year:
    """One year's figures; what is counted is counted in the year in which it happened on the city's clock."""

    year: int
    proposed: int = 0
    from_staff: int = 0
    refused: int = 0
    begun: int = 0
    scaled: int = 0
    changed: int = 0
    stopped: int = 0
    spent: int = 0  # by pilots that ended, in cents
    spent_stopped: int = 0

    @property
    def ended(self) -> int:
        """Pilots with an outcome."""
        return self.scaled + self.changed + self.stopped


@dataclass(frozen=True, slots=True)
class Money:
    """A department's fund in a year, in cents."""

    department_id: int
    year: int
    amount: int
    granted: int

    @property
    def balance(self) -> int:
        """What is left."""
        return self.amount - self.granted


@dataclass(frozen=True)
class Figures:
    """The whole page."""

    years: Sequence[Year]  # the latest first
    total: Year
    running: int
    due: int  # of those: past their end, without an outcome
    money: Sequence[Money]


def figures(s: Session, today: object) -> Figures:
    """Everything that is public, hidden or not: what a moderator hid was proposed all the same. Two selects."""
    rows = s.execute(
        select(
            Proposal.created_at, Proposal.from_staff, Proposal.stage, Proposal.decided_at, Pilot.begun_at, Pilot.ends_on,
            Pilot.outcome, Pilot.outcome_at, Pilot.spent,
        ).outerjoin(Pilot, Pilot.proposal_id == Proposal.id)
        .where(Proposal.held_at.is_(None))
    ).all()  # fmt: skip
    by: dict[int, Year] = {}

    def at(when: object) -> Year:
        year = i18n.in_zone(when).year  # type: ignore[arg-type]
        return by.setdefault(year, Year(year))

    running = due = 0
    for row in rows:
        one = at(row.created_at)
        one.proposed += 1
        one.from_staff += row.from_staff
        if row.stage is Stage.NO and row.decided_at is not None:
            at(row.decided_at).refused += 1
        if row.begun_at is not None:
            at(row.begun_at).begun += 1
        if row.stage is Stage.PILOT:
            running += 1
            due += row.ends_on < today
        if row.outcome is not None:
            one = at(row.outcome_at)
            setattr(one, row.outcome.value, getattr(one, row.outcome.value) + 1)
            one.spent += row.spent
            one.spent_stopped += row.spent if row.outcome is Outcome.STOPPED else 0
    total = Year(0)
    for one in by.values():
        for name in vars(one):
            if name != "year":
                setattr(total, name, getattr(total, name) + getattr(one, name))
    money = [
        Money(row.department_id, row.year, row.amount, row.granted)
        for row in s.scalars(select(Fund).order_by(Fund.year.desc(), Fund.department_id))
    ]
    return Figures(sorted(by.values(), key=lambda one: -one.year), total, running, due, money)


def table(s: Session) -> str:
    """All proposals and pilots that everybody may see as CSV, failures included, without any person. No cell is taken
    for a formula. One select."""
    latest = (
        select(CheckIn.pilot_id, func.max(CheckIn.on_day).label("day")).group_by(CheckIn.pilot_id).subquery("latest")
    )
    held = (
        select(FundEntry.proposal_id, func.sum(SIGNED).label("cents"))
        .where(FundEntry.move != Move.BUDGET)
        .group_by(FundEntry.proposal_id)
        .subquery("held")
    )
    rows = s.execute(
        select(Proposal, Pilot, Department.code, CheckIn.value, CheckIn.on_day, held.c.cents)
        .outerjoin(Pilot, Pilot.proposal_id == Proposal.id)
        .outerjoin(Department, Department.id == Proposal.department_id)
        .outerjoin(latest, latest.c.pilot_id == Pilot.id)
        .outerjoin(CheckIn, (CheckIn.pilot_id == Pilot.id) & (CheckIn.on_day == latest.c.day))
        .outerjoin(held, held.c.proposal_id == Proposal.id)
        .where(SHOWN, Proposal.stage != Stage.WITHDRAWN)
        .order_by(Proposal.id)
        .limit(CSV_MOST)
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for one, pilot, code, value, day, cents in rows:
        writer.writerow(
            [
                one.id, _cell(one.title), one.language, "yes" if one.from_staff else "no", code or "", one.stage.value,
                _stamp(one.created_at), _stamp(one.decided_at),
                *(_pilot(pilot, value, day, int(cents or 0)) if pilot is not None and pilot.begun_at else [""] * (len(HEAD) - 8)),
            ]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()


def _pilot(pilot: Pilot, value: int | None, day: object, granted: int) -> list[object]:
    return [
        _cell(pilot.hypothesis), _cell(pilot.measure), _cell(pilot.unit), rules.plain(pilot.baseline),
        rules.plain(pilot.target), "" if value is None else rules.plain(value), day or "", pilot.starts_on,
        pilot.ends_on, _cents(pilot.cost), _cents(granted), _cents(pilot.spent), _cell(pilot.stop_rule),
        _stamp(pilot.begun_at), pilot.outcome.value if pilot.outcome else "", _cell(pilot.outcome_text),
        _cell(pilot.learnt), _stamp(pilot.outcome_at),
    ]  # fmt: skip


def _cents(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100}.{cents % 100:02}"


def _stamp(when: object) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if hasattr(when, "strftime") else ""


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
