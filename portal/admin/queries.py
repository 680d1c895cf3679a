"""What the staff's screens read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import Session

from portal.audit.models import Entry
from portal.base.jobs import JobRow
from portal.base.mail import Outgoing
from portal.base.normal import normalise
from portal.identity.models import Person, RoleGrant
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
    """An audit line with the names of those who acted and for whom."""

    entry: Entry
    name: str
    helper: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What somebody looks for in the record; empty means everything."""

    words: str = ""
    verb: str = ""
    kind: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit(s: Session, wish: AuditFilter, *, limit: int, offset: int) -> tuple[list[Line], int]:
    """A page of the record, newest first, and how many lines there are: three selects."""
    where: list[Any] = []
    if wish.verb:
        where.append(Entry.verb == wish.verb)
    if wish.kind:
        where.append(Entry.kind == wish.kind)
    if wish.since:
        where.append(Entry.at >= wish.since)
    if wish.until:
        where.append(Entry.at < wish.until)
    if wish.person.strip():
        named = select(Person.id).where(Person.name_folded.contains(normalise(wish.person), autoescape=True))
        where.append(or_(Entry.person_id.in_(named), Entry.helped_by.in_(named)))
    if wish.words.strip():
        words = wish.words.strip()
        where.append(
            or_(
                Entry.object_id == words,
                Entry.verb.contains(words, autoescape=True),
                cast(Entry.before, String).contains(words, autoescape=True),
                cast(Entry.after, String).contains(words, autoescape=True),
            )
        )
    total = s.scalar(select(func.count()).select_from(Entry).where(*where)) or 0
    rows = s.scalars(select(Entry).where(*where).order_by(Entry.id.desc()).limit(limit).offset(offset)).all()
    ids = {row.person_id for row in rows} | {row.helped_by for row in rows}
    names = {row[0]: row[1] for row in s.execute(select(Person.id, Person.name).where(Person.id.in_(ids - {None})))}
    return [Line(row, names.get(row.person_id or 0, ""), names.get(row.helped_by or 0, "")) for row in rows], total


def audit_choices(s: Session) -> tuple[list[str], list[str]]:
    """Every verb and every kind that occurs."""
    rows = s.execute(select(Entry.verb, Entry.kind).distinct()).all()
    return sorted({row[0] for row in rows}), sorted({row[1] for row in rows} - {""})


def mails(s: Session, *, limit: int, offset: int) -> tuple[Sequence[Outgoing], int]:
    """A page of the outbox, newest first, and how many mails there are."""
    total = s.scalar(select(func.count()).select_from(Outgoing)) or 0
    rows = s.scalars(select(Outgoing).order_by(Outgoing.id.desc()).limit(limit).offset(offset)).all()
    return rows, total


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
