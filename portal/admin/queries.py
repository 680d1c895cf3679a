"""What the staff's screens read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.audit import queries as record
from portal.audit.models import Entry
from portal.base.jobs import JobRow
from portal.base.normal import normalise
from portal.identity.models import Person, RoleGrant
from portal.identity.models_ways import Mandate
from portal.places.models import District


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts that the set-up list asks for."""

    districts: int
    people_with_roles: int
    officers: int


def facts(s: Session) -> Facts:
    """Three counts."""
    districts = s.scalar(select(func.count()).select_from(District).where(District.closed_at.is_(None))) or 0
    counts = select(RoleGrant.role, func.count(func.distinct(RoleGrant.person_id))).group_by(RoleGrant.role)
    rows: dict[str, int] = {row[0]: row[1] for row in s.execute(counts)}
    return Facts(districts, sum(rows.values()), rows.get("budget_officer", 0))


@dataclass(frozen=True, slots=True)
class Line:
    """An audit line with the names of those who acted, who helped, for whom a deputy stood in, and in whose name it was
    done."""

    entry: Entry
    name: str
    helper: str
    absent: str
    acted_for: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What somebody looks for in the record; empty means everything. `person`: who acted, helped, or is what the line
    is about; `for_person`: who was helped or stood in for. Both are parts of names, or a number."""

    words: str = ""
    verb: str = ""
    kind: str = ""
    object_id: str = ""
    person: str = ""
    for_person: str = ""
    since: datetime | None = None
    until: datetime | None = None


MOST_PEOPLE = 200


def people_named(s: Session, words: str) -> list[int] | None:
    """The numbers of the people whom these words mean; None where nobody was asked for. One select."""
    if not words.strip():
        return None
    named = Person.name_folded.contains(normalise(words), autoescape=True)
    number = words.strip()
    if number.isascii() and number.isdigit() and len(number) < 16:
        named = or_(named, Person.id == int(number))
    return list(s.scalars(select(Person.id).where(named).order_by(Person.id).limit(MOST_PEOPLE)))


def wished(s: Session, wish: AuditFilter) -> record.Wish:
    """The filter with people as numbers: up to two selects."""
    return record.Wish(
        words=wish.words.strip(),
        verb=wish.verb,
        kind=wish.kind,
        object_id=wish.object_id.strip(),
        people=people_named(s, wish.person),
        for_people=people_named(s, wish.for_person),
        since=wish.since,
        until=wish.until,
    )


def audit(s: Session, wish: record.Wish, *, limit: int, offset: int) -> tuple[list[Line], int]:
    """A page of the record, newest first, and how many lines there are: four selects."""
    rows, total = record.entries(s, wish, limit=limit, offset=offset)
    ids = {one for row in rows for one in (row.person_id, row.helped_by, row.deputy_for)} - {None}
    names = {row[0]: row[1] for row in s.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}
    under = {row.mandate_id for row in rows} - {None}
    wanted = select(Mandate.id, Mandate.principal_name).where(Mandate.id.in_(under))
    acted = {row.id: row.principal_name for row in s.execute(wanted)}
    return [
        Line(
            row,
            names.get(row.person_id or 0, ""),
            names.get(row.helped_by or 0, ""),
            names.get(row.deputy_for or 0, ""),
            acted.get(row.mandate_id or 0, ""),
        )
        for row in rows
    ], total


@dataclass(frozen=True, slots=True)
class Work:
    """How the worker stands: jobs that failed for good, that are tried again, that wait, and when it last finished one."""

    failed: Sequence[JobRow]
    retried: Sequence[JobRow]
    waiting: int
    last_done: datetime | None


def work(s: Session, most: int = 100) -> Work:
    """The jobs screen."""
    failed = s.scalars(
        select(JobRow).where(JobRow.failed_at.is_not(None)).order_by(JobRow.failed_at.desc(), JobRow.id).limit(most)
    ).all()
    open_ = [JobRow.done_at.is_(None), JobRow.failed_at.is_(None)]
    retried = s.scalars(select(JobRow).where(*open_, JobRow.last_error != "").order_by(JobRow.run_at).limit(most)).all()
    waiting = s.scalar(select(func.count()).select_from(JobRow).where(*open_)) or 0
    return Work(failed, retried, waiting, s.scalar(select(func.max(JobRow.done_at))))


def failed_jobs(s: Session) -> int:
    """How many jobs failed for good."""
    return s.scalar(select(func.count()).select_from(JobRow).where(JobRow.failed_at.is_not(None))) or 0
