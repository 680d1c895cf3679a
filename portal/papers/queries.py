"""What pages about papers read. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.base import ground
from portal.base.actor import Actor
from portal.base.feature import PaperKind
from portal.config import key_of
from portal.identity.models import Person
from portal.papers import rules
from portal.papers.models import Paper, PaperState, PostBatch, RegisterHead, SignerCertificate
from portal.papers.rules import Standing

KEY = "papers"
MOST_OF_MINE = 100


def kinds() -> dict[str, PaperKind]:
    """Every kind of paper that a feature declares."""
    return {kind.name: kind for feature in ground.current().features for kind in feature.papers}


def kinds_of(actor: Actor) -> dict[str, PaperKind]:
    """The kinds that this member of staff is responsible for."""
    return {name: kind for name, kind in kinds().items() if actor.everywhere(*kind.roles)}


def folder() -> Path:
    """Where the signed files lie, by the first two signs of their hash."""
    return ground.settings().uploads / "papers"


def path_of(sha: str) -> Path:
    """The file with this hash."""
    return folder() / sha[:2] / f"{sha}.pdf"


def zone() -> ZoneInfo:
    """The city's time zone: a day is the city's day."""
    return ZoneInfo(ground.settings().city.time_zone or "UTC")


def day_of(instant: datetime) -> date:
    """The city's day of an instant."""
    return instant.astimezone(zone()).date()


def bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of a day of the city, and of the next."""
    return (
        datetime.combine(day, time(), zone()),
        datetime.combine(day + timedelta(days=1), time(), zone()),
    )


def of_person(s: Session, actor: Actor) -> Sequence[Paper]:
    """A person's own papers, newest first; one select."""
    return s.scalars(
        select(Paper)
        .where(Paper.person_id == actor.person_id, Paper.person_id.is_not(None))
        .order_by(Paper.issued_at.desc(), Paper.id.desc())
        .limit(MOST_OF_MINE)
    ).all()


def mine(s: Session, actor: Actor, paper_id: int) -> Paper | None:
    """One of a person's own papers, and what replaced it."""
    return s.scalars(
        select(Paper)
        .where(Paper.id == paper_id, Paper.person_id == actor.person_id, Paper.person_id.is_not(None))
        .options(joinedload(Paper.replaced_by))
    ).first()


def file_for(s: Session, actor: Actor, paper_id: int) -> Paper | None:
    """A made paper that this person may read; None for everybody else, so that no file is fetched unchecked."""
    paper = s.scalars(select(Paper).where(Paper.id == paper_id, Paper.file != "", Paper.kept.is_(True))).first()
    if paper is None or not rules.may_read(paper, actor, kinds().values()):
        return None
    return paper


def by_code(s: Session, code: str) -> Paper | None:
    """The paper with a well-formed code."""
    key = key_of(ground.settings(), KEY)
    return s.scalars(select(Paper).where(Paper.code_hash == rules.code_hash(key, code))).first()


def by_file(s: Session, sha: str) -> Paper | None:
    """The paper whose signed file has this hash."""
    return s.scalars(select(Paper).where(Paper.file == sha)).first()


def by_number(s: Session, number: str) -> Paper | None:
    """The paper with a number."""
    return s.scalars(select(Paper).where(Paper.number == number)).first()


def fingerprints(s: Session) -> list[str]:
    """The certificates that ever signed papers of this city."""
    return list(s.scalars(select(SignerCertificate.fingerprint)))


def known_as(paper: Paper, now: datetime) -> Standing:
    """What everybody may know of a paper."""
    return rules.standing(paper, now)


# --- staff


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for; empty means everything."""

    words: str = ""
    kind: str = ""
    state: str = ""


def listed(s: Session, actor: Actor, wish: Wish, *, limit: int, offset: int) -> tuple[list[tuple[Paper, str]], int]:
    """A page of the papers that this member of staff is responsible for, newest first, with their holders' names, and
    how many there are; two selects."""
    where: list[ColumnElement[bool]] = [Paper.kind.in_(kinds_of(actor))]
    if wish.kind:
        where.append(Paper.kind == wish.kind)
    if wish.state in {state.value for state in PaperState}:
        where.append(Paper.state == PaperState(wish.state))
    words = wish.words.strip()
    if words:
        where.append(
            or_(
                Paper.number.contains(words.upper(), autoescape=True),
                Paper.title.icontains(words, autoescape=True),
            )
        )
    total = s.scalar(select(func.count()).select_from(Paper).where(*where)) or 0
    rows = s.execute(
        select(Paper, Person.name)
        .outerjoin(Person, Person.id == Paper.person_id)
        .where(*where)
        .order_by(Paper.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return [(row[0], row[1] or "") for row in rows], total


def handled(s: Session, actor: Actor, paper_id: int) -> tuple[Paper, str] | None:
    """One paper of a kind that this member of staff is responsible for, and its holder's name."""
    row = s.execute(
        select(Paper, Person.name)
        .outerjoin(Person, Person.id == Paper.person_id)
        .where(Paper.id == paper_id, Paper.kind.in_(kinds_of(actor)))
        .options(joinedload(Paper.replaced_by), joinedload(Paper.batch))
    ).first()
    return (row[0], row[1] or "") if row else None


def waiting(s: Session) -> tuple[int, int, int]:
    """How many papers failed, wait to be made, and wait for the post room: one select, for the dashboard."""
    row = s.execute(
        select(
            func.count().filter(Paper.state == PaperState.FAILED),
            func.count().filter(Paper.state == PaperState.BEING_MADE),
            func.count().filter(*for_post()),
        ).where(or_(Paper.state.in_([PaperState.FAILED, PaperState.BEING_MADE]), and_(*for_post())))
    ).one()
    return row[0], row[1], row[2]


def waits_for_post(s: Session) -> int:
    """How many finished papers go by post and are in no batch yet."""
    return s.scalar(select(func.count()).select_from(Paper).where(*for_post())) or 0


def waits_since(s: Session) -> datetime | None:
    """Since when the first of them is finished."""
    return s.scalar(select(func.min(Paper.made_at)).where(*for_post()))


def for_post() -> list[ColumnElement[bool]]:
    """The condition for papers that the post room has not had yet."""
    return [Paper.by_post.is_(True), Paper.state == PaperState.READY, Paper.batch_id.is_(None)]


def batches(s: Session, *, limit: int, offset: int) -> tuple[Sequence[PostBatch], int]:
    """A page of the post room's batches, newest first, and how many there are."""
    total = s.scalar(select(func.count()).select_from(PostBatch)) or 0
    rows = s.scalars(select(PostBatch).order_by(PostBatch.id.desc()).limit(limit).offset(offset)).all()
    return rows, total


def people_of(s: Session, batch: PostBatch) -> list[int]:
    """The people with an account to whom the papers of a batch go; one select."""
    where = (Paper.batch_id == batch.id, Paper.person_id.is_not(None))
    return [one for one in s.scalars(select(Paper.person_id).where(*where).distinct()) if one is not None]


# --- the register


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A paper that does not count any more, as the register names it: its number alone."""

    number: str
    replaced: bool
    revoked_at: datetime


def withdrawn(s: Session, *, limit: int, offset: int) -> tuple[list[Withdrawn], int]:
    """A page of the revoked and replaced papers, newest first, and how many there are."""
    where = Paper.revoked_at.is_not(None)
    total = s.scalar(select(func.count()).select_from(Paper).where(where)) or 0
    rows = s.execute(
        select(Paper.number, Paper.state, Paper.revoked_at)
        .where(where)
        .order_by(Paper.revoked_at.desc(), Paper.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    return [Withdrawn(row.number, row.state is PaperState.REPLACED, row.revoked_at) for row in rows], total


def heads(s: Session, *, limit: int, offset: int = 0) -> tuple[Sequence[RegisterHead], int]:
    """The newest closed days, and how many there are."""
    total = s.scalar(select(func.count()).select_from(RegisterHead)) or 0
    rows = s.scalars(select(RegisterHead).order_by(RegisterHead.day.desc()).limit(limit).offset(offset)).all()
    return rows, total


def certificates(s: Session) -> Sequence[SignerCertificate]:
    """Every certificate that signed papers, oldest first."""
    return s.scalars(select(SignerCertificate).order_by(SignerCertificate.id)).all()


def entries(s: Session, first: date, last: date) -> dict[date, tuple[list[str], list[str]]]:
    """For each day from `first` to `last` its leaves of made papers and numbers of withdrawn ones, both sorted."""
    since, until = bounds(first)[0], bounds(last)[1]
    found: dict[date, tuple[list[str], list[str]]] = {}
    made: Any = select(Paper.number, Paper.file, Paper.made_at).where(Paper.made_at >= since, Paper.made_at < until)
    for number, sha, at in s.execute(made):
        found.setdefault(day_of(at), ([], []))[0].append(rules.leaf(number, sha))
    gone: Any = select(Paper.number, Paper.revoked_at).where(Paper.revoked_at >= since, Paper.revoked_at < until)
    for number, at in s.execute(gone):
        found.setdefault(day_of(at), ([], []))[1].append(number)
    return {day: (sorted(issued), sorted(revoked)) for day, (issued, revoked) in found.items()}
