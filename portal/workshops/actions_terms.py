"""Terms and holidays, and many sessions made at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from portal.audit.actions import record
from portal.base import db, texts
from portal.base.actor import Actor
from portal.base.texts import Wording
from portal.workshops import actions_plan, queries, rules
from portal.workshops.models import Holiday, Session, SessionState, Spoken, Term, Workshop
from portal.workshops.rules_recur import Copied

Names = Mapping[str, Mapping[str, str]]


def add_term(actor: Actor, first: date, last: date, said: Names) -> Term:
    """A term of the programme."""
    s = db.session()
    row = Term(starts_on=first, ends_on=last)
    s.add(row)
    s.flush()
    texts.put_all(s, "workshop_term", row.id, said, rules.TEXTS["workshop_term"])
    record(actor, "made term", "workshop_term", row.id, after={"from": first.isoformat(), "until": last.isoformat()})
    return row


def add_holiday(actor: Actor, first: date, last: date, said: Names) -> Holiday:
    """Days on which no recurring session is planned. Sessions that stand already stay."""
    s = db.session()
    row = Holiday(from_day=first, until_day=last)
    s.add(row)
    s.flush()
    texts.put_all(s, "workshop_holiday", row.id, said, rules.TEXTS["workshop_holiday"])
    record(
        actor, "made holiday", "workshop_holiday", row.id, after={"from": first.isoformat(), "until": last.isoformat()}
    )
    return row


def remove_holiday(actor: Actor, holiday_id: int) -> bool:
    """A holiday is no longer one. False where it was taken away already."""
    s = db.session()
    row = s.get(Holiday, holiday_id)
    if row is None:
        return False
    s.execute(delete(Wording).where(Wording.kind == "workshop_holiday", Wording.object_id == holiday_id))
    s.delete(row)
    s.flush()
    record(actor, "removed holiday", "workshop_holiday", holiday_id, before={"from": row.from_day.isoformat()})
    return True


def make_many(
    actor: Actor, workshop: Workshop, times: Sequence[Sequence[tuple[datetime, datetime]]], settings: Mapping[str, Any]
) -> list[Session]:
    """A draft for each entry of `times`, all with the same settings."""
    return [actions_plan.create_session(actor, workshop, each, **settings) for each in times]


def copy_term(actor: Actor, plan: Sequence[Copied], into: Term) -> list[Session]:
    """Drafts for a term, made of the sessions of another: place, people, languages, quotas and notes, never bookings."""
    s = db.session()
    made = []
    for one in plan:
        if one.why is not None:
            continue
        row = s.get_one(Session, one.session_id)
        spoken = s.execute(select(Spoken.lang, Spoken.signed).where(Spoken.session_id == row.id)).all()
        stored = texts.all_languages(s, queries.KIND, row.id)
        said: dict[str, dict[str, str]] = {}
        for (name, lang), wording in stored.items():
            if name == "note":
                said.setdefault(name, {})[lang] = wording.body
        made.append(
            actions_plan.create_session(
                actor, s.get_one(Workshop, row.workshop_id), one.times, venue_id=row.venue_id, seats=row.seats,
                devices=row.devices, companions=row.companions, languages=[(lang, signed) for lang, signed in spoken],
                said=said, term_id=into.id, room=row.room, trainer_id=row.trainer_id, trainer_name=row.trainer_name,
                step_free=row.step_free, loop=row.loop, takes_waiting=row.takes_waiting, offer_hours=row.offer_hours,
            )
        )  # fmt: skip
    record(actor, "copied term", "workshop_term", into.id, after={"sessions": len(made)})
    return made


def sessions_of(s: Db, term_id: int) -> list[tuple[int, list[tuple[datetime, datetime]]]]:
    """The sessions of a term that were or are to be held, each with its days; two selects."""
    ids = list(
        s.scalars(
            select(Session.id)
            .where(Session.term_id == term_id, Session.state != SessionState.CANCELLED)
            .order_by(Session.starts_at, Session.id)
        )
    )
    days = queries.days_of(s, ids)
    return [
        (number, [(day.starts_at, day.ends_at) for day in days[number] if day.cancelled_at is None]) for number in ids
    ]


def holidays(s: Db) -> list[tuple[date, date]]:
    """Every holiday as its first and last day."""
    wanted = select(Holiday.from_day, Holiday.until_day).order_by(Holiday.from_day)
    return [(row.from_day, row.until_day) for row in s.execute(wanted)]
