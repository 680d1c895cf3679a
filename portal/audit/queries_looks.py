"""Reading the access log and the ledger of consents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.models_looks import ConsentLine, Look
from portal.audit.rules_looks import HOLDS, is_own
from portal.base import ground
from portal.base.actor import Actor


@dataclass(frozen=True, slots=True)
class LookFilter:
    """What a person looks for in their access log; empty means everything."""

    role: str = ""
    since: datetime | None = None
    until: datetime | None = None


def people_behind(s: Session, kind: str, object_id: int) -> list[int]:
    """The people whom an object is about, by the kind's own word."""
    for feature in ground.current().features:
        for one in feature.kinds:
            if one.name == kind and one.people is not None:
                return one.people(s, object_id)
    return []


def needs_reason(s: Session, actor: Actor, kind: str, object_id: int, now: datetime) -> bool:
    """Must the actor say why before this object opens? No for what concerns nobody but themselves, and no while a
    reason given for this object in this session still holds."""
    if is_own(actor, people_behind(s, kind, object_id)):
        return False
    given = select(Look.id).where(
        Look.session_id == actor.session_id,
        Look.actor_id == actor.person_id,
        Look.kind == kind,
        Look.object_id == str(object_id),
        Look.why.not_in(("", "list")),
        Look.at > now - HOLDS,
    )
    return s.scalar(given.limit(1)) is None


def looks_at(s: Session, person_id: int, wish: LookFilter, *, limit: int, offset: int) -> tuple[Sequence[Look], int]:
    """A page of the lines about a person, newest first, and how many there are."""
    where = [Look.person_id == person_id]
    if wish.role:
        where.append(Look.role == wish.role)
    if wish.since:
        where.append(Look.at >= wish.since)
    if wish.until:
        where.append(Look.at < wish.until)
    total = s.scalar(select(func.count()).select_from(Look).where(*where)) or 0
    rows = s.scalars(select(Look).where(*where).order_by(Look.id.desc()).limit(limit).offset(offset)).all()
    return rows, total


def roles_that_looked(s: Session, person_id: int) -> list[str]:
    """The roles in a person's access log, for the filter."""
    return sorted(s.scalars(select(Look.role).where(Look.person_id == person_id, Look.role != "").distinct()))


def own_look(s: Session, person_id: int | None, look_id: int) -> Look | None:
    """A line of the person's own access log."""
    return s.scalars(select(Look).where(Look.id == look_id, Look.person_id == person_id)).first()


def consent_lines(s: Session, person_id: int | None) -> Sequence[ConsentLine]:
    """Everything a person agreed to or withdrew, newest first."""
    return s.scalars(
        select(ConsentLine).where(ConsentLine.person_id == person_id).order_by(ConsentLine.id.desc())
    ).all()


def consent_stands(s: Session, person_id: int, name: str, version: int) -> bool:
    """Has the person agreed to this version, and not withdrawn since?"""
    last = s.scalars(
        select(ConsentLine)
        .where(ConsentLine.person_id == person_id, ConsentLine.name == name)
        .order_by(ConsentLine.id.desc())
        .limit(1)
    ).first()
    return last is not None and last.given and last.version >= version
