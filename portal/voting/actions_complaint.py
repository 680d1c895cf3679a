"""Complaints are taken in and answered."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, codes, db
from portal.base.actor import Actor
from portal.notifications import actions as notifications
from portal.voting import queries_complaint
from portal.voting import rules_complaint as rules
from portal.voting.actions import demand
from portal.voting.models import Vote
from portal.voting.models_complaint import Complaint

KEPT = timedelta(days=365)  # a name and a contact, after the answer


def complain(s: Session, actor: Actor, vote: Vote, *, name: str, contact: str, words: str, language: str) -> Complaint:
    """Take in a complaint about the provisional result; its reference number is the author's way back to it. Raises
    NotPossible after the days for complaints."""
    demand(rules.may_complain(queries_complaint.standing(s, vote)))
    made = Complaint(
        vote_id=vote.id,
        reference=codes.printed(secrets.token_bytes(6)),
        at=clock.city_now(),
        person_id=actor.person_id,
        name=name.strip(),
        contact=contact.strip(),
        words=words.strip(),
        language=language,
    )
    s.add(made)
    s.flush()
    record(actor, "complained", "vote", vote.public_id, after={"complaint": made.id})
    return made


def forget_names(s: Session, now: datetime) -> int:
    """Names and contacts go a year after the answer, whoever wrote; what was said and answered stays. How many went."""
    old = select(Complaint.id).where(
        Complaint.answered_at < now - KEPT, or_(Complaint.name != "", Complaint.contact != "")
    )
    gone = s.execute(update(Complaint).where(Complaint.id.in_(old)).values(name="", contact="").returning(Complaint.id))
    return len(gone.all())


def answer(
    s: Session, actor: Actor, vote: Vote, complaint_id: int, *, words: str, language: str, upheld: bool
) -> Complaint:
    """The public answer to a complaint; who was signed in is told. Raises NotPossible where there is one already."""
    found = s.scalars(
        db.locked(
            select(Complaint).where(Complaint.id == complaint_id, Complaint.vote_id == vote.id)
        ).execution_options(populate_existing=True)
    ).one()
    demand(rules.may_answer(actor, author=found.person_id, answered_at=found.answered_at))
    found.answer, found.answer_language, found.upheld = words.strip(), language, upheld
    found.answered_at, found.answered_by_id = clock.city_now(), actor.person_id
    s.flush()
    record(actor, "answered_complaint", "vote", vote.public_id, after={"complaint": found.id, "upheld": upheld})
    if found.person_id is not None:
        notifications.tell(
            [found.person_id],
            "vote.complaint_answered",
            {"reference": found.reference},
            link=("voting.complaint", {"public_id": vote.public_id, "reference": found.reference}),
            dedup=f"complaint:{found.id}",
            free=(language, found.answer),
        )
    return found
