"""Letters for people without an e-mail address: batches that the post room prints and posts.

The PDF of a batch is made by the worker (portal/papers/actions_letters.py, which knows how to make one); the page of a
batch prints as well, for a server that cannot.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, jobs, outside
from portal.base.actor import Actor
from portal.identity.queries import Reachable, reachable
from portal.notifications import actions_route, render
from portal.notifications.models import Channel, Delivery, DeliveryState, LetterBatch, Message

MOST = 200
PRINT = "notifications.print_letters"
STRAY_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is printed. `person` is None where the address is gone meanwhile."""

    row: Message
    person: Reachable | None
    lang: str
    said: render.Spoken
    link: str

    @property
    def address(self) -> list[str]:
        """Name and address, line by line."""
        return [self.person.name, *self.person.post.splitlines()] if self.person and self.person.post else []

    @property
    def code(self) -> str:
        """The code of the slip that the letter is about, for those who type it or say it; empty where there is none."""
        return str(self.row.args.get("slip") or "")

    @property
    def html(self) -> str:
        """The sheet, in the reader's language."""
        return outside.render("notifications/staff/_letter.html", self.lang, it=self)


def waiting(s: Session) -> int:
    """How many letters wait to be printed."""
    where = (Delivery.channel == Channel.LETTER, Delivery.state == DeliveryState.WAITING)
    return s.scalar(select(func.count()).select_from(Delivery).where(*where)) or 0


def oldest(s: Session) -> datetime | None:
    """Since when the oldest letter waits."""
    where = (Delivery.channel == Channel.LETTER, Delivery.state == DeliveryState.WAITING)
    return s.scalar(select(func.min(Delivery.next_at)).where(*where))


def _without_the_erased() -> None:
    left = select(func.count()).where(Delivery.batch_id == LetterBatch.id).scalar_subquery()
    stale = select(LetterBatch).where(
        LetterBatch.file != "", LetterBatch.posted_at.is_(None), LetterBatch.letters > left
    )
    with db.read() as s:
        if s.scalars(stale.limit(1)).first() is None:
            return
    with db.write() as s:
        for batch in s.scalars(db.locked(stale)).all():
            batch.letters = s.scalar(select(func.count()).where(Delivery.batch_id == batch.id)) or 0
            batch.file, batch.sheets, batch.left_out = "", 0, []
            jobs.enqueue(s, PRINT, {"batch": batch.id}, dedup=f"{PRINT}:{batch.id}:{batch.letters}")
        s.flush()


def batches(s: Session, most: int = 50) -> Sequence[LetterBatch]:
    """The newest batches."""
    return s.scalars(select(LetterBatch).order_by(LetterBatch.id.desc()).limit(most)).all()


def one_batch(batch_id: int) -> Any:
    """The select of one batch."""
    return select(LetterBatch).where(LetterBatch.id == batch_id)


def make_batch(actor: Actor) -> LetterBatch | None:
    """Take the letters that wait, the oldest first, into a batch; None where none waits."""
    s = db.session()
    ids = list(
        s.scalars(
            db.locked(
                select(Delivery.id)
                .where(Delivery.channel == Channel.LETTER, Delivery.state == DeliveryState.WAITING)
                .order_by(Delivery.id)
                .limit(MOST)
            )
        )
    )
    if not ids:
        return None
    batch = LetterBatch(made_by_id=actor.person_id, made_at=clock.now(), letters=len(ids))
    s.add(batch)
    s.flush()
    s.execute(update(Delivery).where(Delivery.id.in_(ids)).values(state=DeliveryState.PRINTING, batch_id=batch.id))
    record(actor, "letters.batch", "letters", batch.id, after={"letters": len(ids)})
    jobs.enqueue(s, PRINT, {"batch": batch.id}, dedup=f"{PRINT}:{batch.id}")
    return batch


def print_again(actor: Actor, batch: LetterBatch) -> bool:
    """Let the PDF of a batch be made once more. False where there is one, or where the letters are in the post."""
    s = db.session()
    if batch.file or batch.posted_at is not None:
        return False
    batch.fault = None
    s.flush()
    jobs.enqueue(s, PRINT, {"batch": batch.id}, dedup=f"{PRINT}:{batch.id}:{clock.now().timestamp()}")
    record(actor, "letters.print", "letters", batch.id)
    return True


def folder() -> Path:
    """Where the PDFs of batches lie until they are posted."""
    return ground.settings().uploads / "letters"


def sweep() -> None:
    """Take away the PDFs of batches that are posted, and what no batch names. A batch that holds the letter of somebody
    who was erased meanwhile gets another PDF."""
    _without_the_erased()
    with db.read() as s:
        wanted = select(LetterBatch.file).where(LetterBatch.file != "", LetterBatch.posted_at.is_(None))
        known = set(s.scalars(wanted))
    for path in folder().glob("*"):
        if path.name not in known and path.stat().st_mtime < time.time() - STRAY_SECONDS:
            path.unlink(missing_ok=True)


def posted(actor: Actor, batch: LetterBatch) -> bool:
    """The letters of a batch are in the post. False where somebody said so before."""
    s, now = db.session(), clock.now()
    done: Any = s.execute(
        update(LetterBatch).where(LetterBatch.id == batch.id, LetterBatch.posted_at.is_(None)).values(posted_at=now)
    )
    if done.rowcount != 1:
        return False
    s.execute(update(Delivery).where(Delivery.batch_id == batch.id).values(state=DeliveryState.POSTED))
    record(actor, "letters.posted", "letters", batch.id)
    return True


def letters(s: Session, batch: LetterBatch) -> list[Letter]:
    """The letters of a batch in words, each in its reader's language; two selects."""
    rows = s.scalars(
        select(Message).join(Delivery, Delivery.message_id == Message.id).where(Delivery.batch_id == batch.id)
        .order_by(Delivery.id)
    ).all()  # fmt: skip
    people = reachable(s, {row.person_id for row in rows})
    found = []
    for row in rows:
        person = people.get(row.person_id)
        lang = actions_route.language_of(person) if person else ground.settings().languages[0]
        said = actions_route.spoken_in(lang, row)
        if said is not None:
            found.append(Letter(row, person, lang, said, actions_route.link_of(row, lang)))
    return found
