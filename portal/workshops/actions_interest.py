"""People say what they want to hear of, and are told once when it is offered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Db

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.texts import Wording
from portal.identity.models import Person
from portal.notifications import actions as notifications
from portal.workshops import queries, queries_interest, rules, rules_interest
from portal.workshops.models import Interest
from portal.workshops.queries_interest import Offered
from portal.workshops.rules import Denied
from portal.workshops.rules_interest import Topic

KIND = "workshop_interest"
AT_ONCE = 100


def add(
    actor: Actor, person_id: int, topic: Topic, *, venue_id: int | None, language: str, words: str, now: datetime
) -> Interest:
    """Note what somebody wants to hear of, and tell them how it is taken away. The same wish again is the same one,
    fresh. Raises Denied for too many."""
    s = db.session()
    s.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    held = queries_interest.own(s, person_id)
    wanted = (topic.workshop_id, topic.level, venue_id, language)
    row = next((one for one in held if (one.workshop_id, one.level, one.venue_id, one.language) == wanted), None)
    if row is not None:
        row.words, row.created_at, row.told_at = words, now, None
        s.flush()
        return row
    verdict = rules_interest.may_add(len(held))
    if not verdict:
        raise Denied(verdict)
    row = Interest(
        person_id=person_id, workshop_id=topic.workshop_id, level=topic.level, venue_id=venue_id, language=language,
        words=words, created_at=now,
    )  # fmt: skip
    s.add(row)
    s.flush()
    record(actor, "wished for workshop", KIND, row.id, after={"topic": topic.code})
    notifications.tell(
        person_id,
        "workshop.wished",
        {"title": _title(s, row)},
        link=("workshops.interest", {"wish": queries_interest.slip_of(row)}),
        dedup=f"workshop:wish:{row.id}",
    )
    return row


def _title(s: Db, row: Interest) -> Any:
    """What is wished for, in every language."""
    if row.level is not None:
        return rules.LEVEL_NAMES[row.level]
    wanted = select(Wording.lang, Wording.body).where(
        Wording.kind == "workshop", Wording.object_id == row.workshop_id, Wording.field == "title"
    )
    return {line.lang: line.body for line in s.execute(wanted)} or "–"


def take_away(actor: Actor, row: Interest) -> None:
    """Nobody is told any more."""
    s = db.session()
    record(actor, "took back wish for workshop", KIND, row.id)
    s.delete(row)
    s.flush()


def tell_fitting(now: datetime) -> int:
    """Tell everybody for whom something fits now, once. Returns how many were told."""
    with db.read() as s:
        rows = queries_interest.untold(s)
        since = min((row.created_at for row in rows), default=now)
        open_ones = [
            one
            for one in queries_interest.offered(s, now, since)
            if rules.may_book(one.session, now) and rules_interest.has_room(one.session, now)
        ] if rows else []  # fmt: skip
        found = [(row.id, one) for row in rows if (one := _first(row, open_ones)) is not None]
    told = 0
    for start in range(0, len(found), AT_ONCE):
        with db.write() as s:
            told += sum(_tell(s, number, one) for number, one in found[start : start + AT_ONCE])
    return told


def _first(row: Interest, open_ones: list[Offered]) -> Offered | None:
    fitting = (o for o in open_ones if rules_interest.fits(row, o.session, o.workshop, o.languages))
    return next(fitting, None)


def _tell(s: Db, number: int, one: Offered) -> int:
    """False where somebody was faster, or the wish was taken away."""
    marked = (
        update(Interest)
        .where(Interest.id == number, Interest.told_at.is_(None))
        .values(told_at=clock.now())
        .returning(Interest.person_id)
        .execution_options(synchronize_session=False)
    )
    person_id = s.scalar(marked)
    if person_id is None:
        return 0
    notifications.tell(
        person_id,
        "workshop.interest",
        queries.words(s, one.session, one.workshop),
        link=("workshops.session", {"session_id": one.session.id}),
        about=("workshop_session", one.session.id),
    )
    return 1
