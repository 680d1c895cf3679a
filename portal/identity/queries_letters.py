"""What the pages on letters with codes read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.base.ground import settings
from portal.identity import register
from portal.identity.models import Person
from portal.identity.models_ways import LetterReprint, PaperCode, PaperKind
from portal.identity.rules_letters import BATCH, LISTED_DAYS

_LETTER = PaperCode.kind == PaperKind.LETTER


@dataclass(frozen=True, slots=True)
class Printed:
    """A batch that went to the printer: one of its letters names it. `asked`: a second printing waits for a colleague."""

    letter_id: int
    at: datetime
    letters: int
    usable: int
    asked: bool


@dataclass(frozen=True)
class Queue:
    """Letters that wait, and the batches of the last days."""

    waiting: int
    printed: Sequence[Printed]


def letters(s: Session, now: datetime) -> Queue:
    """The letters' page; three selects."""
    waiting = s.scalar(select(func.count()).select_from(PaperCode).where(_LETTER, PaperCode.printed_at.is_(None)))
    rows = s.execute(
        select(
            PaperCode.printed_at, func.min(PaperCode.id), func.count(),
            func.count().filter(PaperCode.used_at.is_(None)),
        )
        .where(_LETTER, PaperCode.printed_at > now - timedelta(days=LISTED_DAYS))
        .group_by(PaperCode.printed_at)
        .order_by(PaperCode.printed_at.desc())
    ).all()  # fmt: skip
    asked = set(s.scalars(select(LetterReprint.printed_at).where(LetterReprint.expires_at > now)))
    return Queue(waiting or 0, [Printed(row[1], row[0], row[2], row[3], row[0] in asked) for row in rows if row[0]])


def due(s: Session, clerk: int | None, now: datetime) -> tuple[int, datetime | None, int]:
    """For the start page: how many letters wait and since when, and how many second printings this clerk could make for
    a colleague. One select."""
    asked = (
        select(func.count())
        .select_from(LetterReprint)
        .where(LetterReprint.expires_at > now, LetterReprint.first_id != clerk)
        .scalar_subquery()
    )
    row = s.execute(
        select(func.count(PaperCode.id), func.min(PaperCode.asked_at), asked).where(
            _LETTER, PaperCode.printed_at.is_(None)
        )
    ).one()
    return row[0], row[1], row[2]


def waiting_letters(s: Session) -> Sequence[PaperCode]:
    """The letters to print now, the oldest first."""
    wanted = select(PaperCode).where(_LETTER, PaperCode.printed_at.is_(None)).order_by(PaperCode.id).limit(BATCH)
    return s.scalars(wanted).all()


def residents(numbers: Sequence[str]) -> Mapping[str, register.Resident]:
    """What the register says of these numbers today, by their plain form; nothing where there is no register."""
    found = register.of(settings())
    return found.many(numbers) if found is not None else {}


@dataclass(frozen=True, slots=True)
class Again:
    """A batch that may be printed once more: when it was printed, its letters whose codes are unused, who asked for a
    second printing and their name."""

    printed_at: datetime
    rows: Sequence[PaperCode]
    asked: LetterReprint | None
    by: str


def batch_of(s: Session, letter_id: int, now: datetime) -> Again | None:
    """The batch that this letter belongs to; None where there is none, or where it is too old. Three selects."""
    at = s.scalar(
        select(PaperCode.printed_at).where(
            PaperCode.id == letter_id, _LETTER, PaperCode.printed_at > now - timedelta(days=LISTED_DAYS)
        )
    )
    if at is None:
        return None
    rows = s.scalars(
        select(PaperCode).where(_LETTER, PaperCode.printed_at == at, PaperCode.used_at.is_(None)).order_by(PaperCode.id)
    ).all()
    found = s.execute(
        select(LetterReprint, Person.name)
        .join(Person, Person.id == LetterReprint.first_id)
        .where(LetterReprint.printed_at == at, LetterReprint.expires_at > now)
    ).first()
    return Again(at, rows, found[0] if found else None, found[1] if found else "")
