"""Others are heard in a case: offices and neighbours are asked, answer, are asked no longer.

A neighbour is told by letter. The code of the letter is made here, goes into the text of the paper, which is wiped once
the paper is made, and is kept as a keyed hash alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, codes, db, i18n, outside
from portal.base.actor import NOBODY, SYSTEM, Actor
from portal.base.i18n import _
from portal.identity.queries import in_charge
from portal.notifications import actions as notifications
from portal.papers import actions as papers
from portal.papers.models import Paper, PaperState, Revocation
from portal.services import queries, queries_clock, queries_hearing, rules, rules_hearing
from portal.services.actions import KIND, lock, must, note, tell, tell_staff, touch
from portal.services.models import LIVE, Case, Service
from portal.services.models_hearing import Heard, Hearing, Shared, Stance

BY_CODE, BY_OFFICE, AT_DESK = "code", "office", "desk"


def ask_offices(actor: Actor, case_id: int, version: int, offices: Sequence[int], **said: Any) -> list[Hearing]:
    """Ask these offices (by their number); `said`: question, summary, files, due_on, language. Raises Denied."""
    s, case, service = _begin(actor, case_id, version, len(offices))
    made = [_row(actor, case, kind=Heard.OFFICE, department_id=number, **said) for number in offices]
    s.add_all(made)
    _tell_applicant(s, actor, case, service, made)
    title = queries.names(s, service.id) or {i18n.SOURCE: service.slug}
    for row in made:
        notifications.tell(
            in_charge(s, rules.DESK, clock.now(), {"department": [row.department_id or 0]}), "case.consulted",
            {"title": title, "reference": case.reference, "until": row.due_on},
            link=("services_staff.consultation", {"hearing_id": row.id}), about=(KIND, case.id),
        )  # fmt: skip
    return made


def ask_neighbours(
    actor: Actor, case_id: int, version: int, people: Sequence[tuple[str, tuple[str, ...]]], **said: Any
) -> list[Hearing]:
    """Ask these people (name, lines of the address), each by a letter with a code. Raises Denied."""
    s, case, service = _begin(actor, case_id, version, len(people))
    made = [
        _row(actor, case, kind=Heard.NEIGHBOUR, name=name, address="\n".join(lines), **said) for name, lines in people
    ]
    s.add_all(made)
    _tell_applicant(s, actor, case, service, made)
    for row in made:
        _letter(s, actor, case, service, row)
    return made


def _begin(actor: Actor, case_id: int, version: int, new: int) -> tuple[Session, Case, Service]:
    s = db.session()
    case, service = lock(s, case_id, version)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    asked = s.scalar(select(func.count()).select_from(Hearing).where(Hearing.case_id == case.id)) or 0
    must(rules_hearing.may_hear(state=case.state, asked=asked, new=new))
    return s, case, service


def _row(actor: Actor, case: Case, **said: Any) -> Hearing:
    return Hearing(case_id=case.id, by_id=actor.person_id, asked_at=clock.city_now(), **said)


def _tell_applicant(s: Session, actor: Actor, case: Case, service: Service, made: Sequence[Hearing]) -> None:
    """That others are asked and until when, but not who."""
    s.flush()
    note(s, case, actor, "hearing", from_staff=True)
    touch(case)
    s.flush()
    record(
        actor, "asked for statements", KIND, case.id,
        after={"hearings": [row.id for row in made], "due": str(made[0].due_on)},
    )  # fmt: skip
    tell(s, case, service, "case.hearing", until=made[0].due_on)


def _letter(s: Session, actor: Actor, case: Case, service: Service, row: Hearing) -> None:
    """A letter with a fresh code; an earlier code is worth nothing from now on."""
    code = codes.printed(secrets.token_bytes(rules_hearing.CODE_BYTES))
    row.code_hash = queries_hearing.hashed(code)
    title = queries.names(s, service.id)
    lines = row.address.splitlines()
    with i18n.use_locale(row.language):
        name = title.get(row.language) or title.get(i18n.SOURCE) or service.slug
        values = {
            "recipient": row.name, "address_lines": lines, "address_dir": i18n.direction_of(" ".join(lines) or row.name),
            "service": name, "reference": case.reference, "summary": row.summary, "question": row.question,
            "until": i18n.day(row.due_on), "secret": code, "files": len(row.files),
            "page": outside.absolute("services.hearing", row.language),
        }  # fmt: skip
        paper = papers.issue(
            actor,
            kind="hearing",
            values=values,
            lang=row.language,
            title=_("Your statement is asked for"),
            by_post=True,
        )
    row.paper_id = paper.id
    s.flush()


def print_again(actor: Actor, case_id: int, hearing_id: int) -> None:
    """A new letter with a new code, where the first was lost; the old one counts no more. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id)
    row = _of(s, case, hearing_id)
    must(_may_state(case, row))
    old = s.get(Paper, row.paper_id) if row.paper_id is not None else None
    _letter(s, actor, case, service, row)
    if old is not None and old.state in (PaperState.READY, PaperState.BEING_MADE):
        papers.replace(actor, old, s.get_one(Paper, row.paper_id), Revocation.LOST)
    record(actor, "sent letter of a hearing again", KIND, case.id, after={"hearing": row.id})


def _of(s: Session, case: Case, hearing_id: int) -> Hearing:
    return s.scalars(select(Hearing).where(Hearing.id == hearing_id, Hearing.case_id == case.id)).one()


def _may_state(case: Case, row: Hearing) -> Any:
    return rules_hearing.may_state(
        live=case.state in LIVE, stopped=row.stopped_at is not None, due_on=row.due_on, today=queries_clock.today()
    )


def state_by_code(case_id: int, hearing_id: int, mark: str, stance: Stance, text: str) -> None:
    """A neighbour states something; until the day is over they can change it. `mark`: what their browser holds of the
    code. Raises Denied, NoResultFound where a newer letter has another code."""
    s = db.session()
    case, service = lock(s, case_id)
    row = s.scalars(
        select(Hearing).where(Hearing.id == hearing_id, Hearing.case_id == case.id, Hearing.code_hash == mark)
    ).one()
    must(_may_state(case, row))
    _state(s, NOBODY, case, service, row, stance, text, BY_CODE, clock.city_now())


def state_for_office(actor: Actor, case_id: int, hearing_id: int, stance: Stance, text: str) -> None:
    """An officer of the office that was asked answers for it; not in a case of their own. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id)
    row = _of(s, case, hearing_id)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    must(_may_state(case, row))
    _state(s, actor, case, service, row, stance, text, BY_OFFICE, clock.city_now())


def enter(actor: Actor, case_id: int, hearing_id: int, stance: Stance, text: str, came_on: date) -> None:
    """Enter a statement that came by letter or at a counter; a late one is marked by its day. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id)
    row = _of(s, case, hearing_id)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    must(rules_hearing.may_enter(state=case.state, stopped=row.stopped_at is not None))
    today = queries_clock.today()
    at = clock.city_now() if came_on >= today else queries_clock.end_of(came_on) - timedelta(minutes=1)
    _state(s, actor, case, service, row, stance, text, AT_DESK, at)


def _state(
    s: Session, actor: Actor, case: Case, service: Service, row: Hearing, stance: Stance, text: str, channel: str,
    at: datetime,
) -> None:  # fmt: skip
    row.stance, row.answer, row.answered_at, row.channel = stance, text, at, channel
    row.answered_by_id, row.shared = actor.person_id, Shared.NOTHING
    note(
        s, case, actor if actor.person_id else None, "heard", text=row.name, from_staff=channel != BY_CODE, private=True
    )
    touch(case)
    s.flush()
    record(actor, "stated in hearing", KIND, case.id, after={"hearing": row.id, "stance": stance, "channel": channel})
    if channel != AT_DESK:
        tell_staff(s, case, service, "case.heard")


def share(actor: Actor, case_id: int, hearing_id: int, how: Shared) -> None:
    """Let the applicant see a statement, without or with the name, or no longer. Raises Denied."""
    s = db.session()
    case, _service = lock(s, case_id)
    row = _of(s, case, hearing_id)
    must(rules.may_handle(applicant=case.person_id, officer=actor.person_id))
    before, row.shared = row.shared, how
    if how is not Shared.NOTHING and before is Shared.NOTHING:
        note(s, case, actor, "heard_shared", from_staff=True)
    touch(case)
    s.flush()
    record(
        actor, "shared statement", KIND, case.id, before={"shared": before}, after={"hearing": row.id, "shared": how}
    )


def stop(actor: Actor, case_id: int, hearing_id: int) -> None:
    """Ask no longer. Raises Denied where it was answered."""
    s = db.session()
    case, _service = lock(s, case_id)
    row = _of(s, case, hearing_id)
    must(_may_state(case, row))
    row.stopped_at = clock.city_now()
    note(s, case, actor, "heard_stopped", text=row.name, from_staff=True, private=True)
    touch(case)
    s.flush()
    record(actor, "took question of a hearing back", KIND, case.id, after={"hearing": row.id})


def lapse(hearing_id: int, today: date) -> bool:
    """Write down that nobody answered in time. False where somebody did, or it is written already."""
    s = db.session()
    found = s.get(Hearing, hearing_id)
    if found is None:
        return False
    case, service = lock(s, found.case_id)
    row = s.scalars(select(Hearing).where(Hearing.id == hearing_id).execution_options(populate_existing=True)).one()
    if row.answered_at is not None or row.stopped_at is not None or row.lapsed_at is not None or row.due_on >= today:
        return False
    row.lapsed_at = clock.city_now()
    s.flush()
    if case.state not in LIVE:
        return False
    note(s, case, None, "heard_not", text=row.name, private=True)
    touch(case)
    s.flush()
    record(SYSTEM, "noted silence in hearing", KIND, case.id, after={"hearing": row.id})
    if not queries_hearing.still_open(s, case.id, today):
        tell_staff(s, case, service, "case.heard_over")
    return True
