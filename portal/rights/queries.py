"""What pages about people's rights read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from portal.audit.models_looks import Look
from portal.audit.queries_looks import own_look
from portal.base import db
from portal.base.actor import Actor
from portal.identity.models import Person, RoleGrant, SignIn
from portal.rights.models import (
    AccountUse,
    Breach,
    DataExport,
    DataRequest,
    Erasure,
    ExportState,
    MarkKind,
    PersonMark,
    Tombstone,
    Wish,
)
from portal.rights.rules import EXPORT_LASTS


def names(s: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people by number, in one select; an erased account has none."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {row[0]: row[1] for row in s.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}


def exists(s: Session, person_id: int) -> bool:
    """Is there such a person?"""
    return s.scalar(select(Person.id).where(Person.id == person_id)) is not None


# One's own


def own_requests(s: Session, actor: Actor) -> Sequence[DataRequest]:
    """The actor's requests, newest first."""
    return s.scalars(
        select(DataRequest).where(DataRequest.person_id == actor.person_id).order_by(DataRequest.id.desc())
    ).all()


def own_request(s: Session, actor: Actor, request_id: int) -> DataRequest | None:
    """One of the actor's requests."""
    return s.scalars(
        select(DataRequest).where(DataRequest.id == request_id, DataRequest.person_id == actor.person_id)
    ).first()


def asked_about(s: Session, actor: Actor, look_id: int) -> DataRequest | None:
    """The question that was asked about a look already."""
    return s.scalars(
        select(DataRequest).where(
            DataRequest.look_id == look_id,
            DataRequest.person_id == actor.person_id,
            DataRequest.wish == Wish.QUESTION,
        )
    ).first()


def questions_by_look(s: Session, actor: Actor) -> dict[int, int]:
    """The actor's questions by the line of the log that they are about."""
    rows = s.execute(
        select(DataRequest.look_id, DataRequest.id).where(
            DataRequest.person_id == actor.person_id, DataRequest.look_id.is_not(None)
        )
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def own_exports(s: Session, actor: Actor, now: datetime) -> Sequence[DataExport]:
    """The actor's exports that wait or can be fetched, newest first."""
    return s.scalars(
        select(DataExport)
        .where(
            DataExport.person_id == actor.person_id,
            (DataExport.state == ExportState.WAITING)
            | ((DataExport.state == ExportState.READY) & (DataExport.made_at > now - EXPORT_LASTS)),
        )
        .order_by(DataExport.id.desc())
    ).all()


def own_export(s: Session, actor: Actor, export_id: int, now: datetime) -> DataExport | None:
    """One of the actor's exports that can be fetched now."""
    return s.scalars(
        select(DataExport).where(
            DataExport.id == export_id,
            DataExport.person_id == actor.person_id,
            DataExport.state == ExportState.READY,
            DataExport.made_at > now - EXPORT_LASTS,
        )
    ).first()


# Marks


def is_held(s: Session, person_id: int) -> bool:
    """Does a legal hold stand on this person's data?"""
    return person_id in held(s)


def held(s: Session) -> list[int]:
    """Everybody on whose data a legal hold stands."""
    standing = select(PersonMark.person_id).where(PersonMark.kind == MarkKind.HOLD, PersonMark.lifted_at.is_(None))
    return list(s.scalars(standing.order_by(PersonMark.person_id)))


def standing_marks(s: Session, person_id: int) -> Sequence[PersonMark]:
    """What holds a person's data as they are."""
    return s.scalars(
        select(PersonMark)
        .where(PersonMark.person_id == person_id, PersonMark.lifted_at.is_(None))
        .order_by(PersonMark.kind)
    ).all()


def marks_of(s: Session, person_id: int) -> Sequence[PersonMark]:
    """All marks that were ever placed, newest first."""
    return s.scalars(select(PersonMark).where(PersonMark.person_id == person_id).order_by(PersonMark.id.desc())).all()


def has_roles(s: Session, person_id: int) -> bool:
    """Does the person hold a staff role?"""
    return s.scalar(select(RoleGrant.id).where(RoleGrant.person_id == person_id).limit(1)) is not None


# Staff


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A request with its person's name."""

    request: DataRequest
    name: str


def queue(s: Session, *, answered: bool, wish: Wish | None, limit: int, offset: int) -> tuple[list[QueueLine], int]:
    """A page of requests, the earliest due first (answered ones: the latest answer first), and how many there are."""
    where: list[ColumnElement[bool]] = [
        DataRequest.answered_at.is_not(None) if answered else DataRequest.answered_at.is_(None)
    ]
    if wish is not None:
        where.append(DataRequest.wish == wish)
    total = s.scalar(select(func.count()).select_from(DataRequest).where(*where)) or 0
    until = func.coalesce(DataRequest.extended_on, DataRequest.due_on)
    order = [DataRequest.answered_at.desc(), DataRequest.id.desc()] if answered else [until, DataRequest.id]
    rows = s.scalars(select(DataRequest).where(*where).order_by(*order).limit(limit).offset(offset)).all()
    known = names(s, [row.person_id for row in rows])
    return [QueueLine(row, known.get(row.person_id or 0, "")) for row in rows], total


def waiting(s: Session) -> tuple[tuple[int, date | None], tuple[int, datetime | None]]:
    """How many requests wait, with the last day of the one that is due first; how many breaches are not closed, and when
    the first was discovered of which the authority was not told: one select."""
    until = func.coalesce(DataRequest.extended_on, DataRequest.due_on)
    told = func.min(case((Breach.authority_at.is_(None), Breach.discovered_at)))
    requests, breaches = db.side_by_side(
        s,
        select(func.count().label("waiting"), func.min(until).label("last")).where(DataRequest.answered_at.is_(None)),
        select(func.count().label("open"), told.label("discovered")).where(Breach.closed_at.is_(None)),
    )
    return requests, breaches


def request(s: Session, request_id: int) -> DataRequest | None:
    """A request, for staff."""
    return s.get(DataRequest, request_id)


def look_behind(s: Session, row: DataRequest) -> Look | None:
    """The line of the access log that a question is about; None once retention has taken it."""
    return own_look(s, row.person_id, row.look_id) if row.look_id is not None else None


def breaches(s: Session) -> Sequence[Breach]:
    """The register, newest first."""
    return s.scalars(select(Breach).order_by(Breach.discovered_at.desc(), Breach.id.desc())).all()


def tombstones(s: Session, *, limit: int, offset: int) -> tuple[Sequence[Tombstone], int]:
    """A page of what went, newest first."""
    total = s.scalar(select(func.count()).select_from(Tombstone)) or 0
    rows = s.scalars(select(Tombstone).order_by(Tombstone.id.desc()).limit(limit).offset(offset)).all()
    return rows, total


def waiting_erasures(s: Session) -> Sequence[Erasure]:
    """Erasures that are not done: on their way, or stopped by a legal hold."""
    return s.scalars(select(Erasure).where(Erasure.done_at.is_(None)).order_by(Erasure.id)).all()


# Accounts that nobody uses


def last_seen(s: Session) -> Mapping[int, datetime]:
    """When each account was last seen, as far as sessions are still kept."""
    return {
        row[0]: row[1]
        for row in s.execute(select(SignIn.person_id, func.max(SignIn.last_seen_at)).group_by(SignIn.person_id))
    }


def uses(s: Session) -> dict[int, AccountUse]:
    """What is written down about the use of accounts."""
    return {row.person_id: row for row in s.scalars(select(AccountUse))}


def open_accounts(s: Session) -> list[tuple[int, str]]:
    """Accounts that are open and hold no role: (number, language)."""
    staff = select(RoleGrant.person_id)
    rows = s.execute(
        select(Person.id, Person.language)
        .where(Person.closed_at.is_(None), Person.id.not_in(staff))
        .order_by(Person.id)
    )
    return [(row[0], row[1] or "") for row in rows]


def still_open(s: Session, person_id: int) -> bool:
    """Is the account open?"""
    return s.scalar(select(Person.id).where(Person.id == person_id, Person.closed_at.is_(None))) is not None
