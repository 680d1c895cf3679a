"""What applicants do: begin a form, fill it in, send it, answer what they are asked, write, take it back.

Every act on a case locks its row first, so that of two people at the same moment one comes second and sees what the
first one did. The law's clock is reckoned anew with every step that moves it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import Verdict, no
from portal.identity.queries import in_charge
from portal.notifications import actions as notifications
from portal.services import actions_due, queries, queries_clock, rules
from portal.services.models import (
    Application,
    Case,
    CaseEvent,
    CaseFile,
    CaseRequest,
    CaseState,
    Service,
    Wanted,
)
from portal.services.rules import Denied

KIND = queries.CASE


def must(verdict: Verdict) -> None:
    """Raises Denied with the sentence of a no."""
    if not verdict:
        raise Denied(verdict)


# --- filling in -------------------------------------------------------------------------------------------------------


def begin(
    actor: Actor,
    service: Service,
    form_id: int,
    *,
    person_id: int,
    for_name: str = "",
    mandate_id: int | None = None,
    answers: Mapping[str, Any] | None = None,
    origins: Mapping[str, str] | None = None,
) -> Application:
    """An application to be filled in, with what is known already and where it is known from."""
    now = clock.now()
    row = Application(
        service_id=service.id, form_id=form_id, person_id=person_id, for_name=for_name, mandate_id=mandate_id,
        helped_by_id=actor.helped_by, answers=dict(answers or {}), origins=dict(origins or {}), seen=[],
        token=secrets.token_hex(16), created_at=now, changed_at=now,
    )  # fmt: skip
    s = db.session()
    s.add(row)
    s.flush()
    record(actor, "began application", "service_application", row.id, after={"service": service.id})
    return row


def keep(row: Application, page: str, answers: Mapping[str, Any], origins: Mapping[str, str]) -> None:
    """Keep what was answered; `page` has now been seen."""
    row.answers, row.origins = dict(answers), dict(origins)
    if page and page not in row.seen:
        row.seen = [*row.seen, page]
    row.changed_at = clock.now()
    db.session().flush()


def throw_away(actor: Actor, row: Application) -> None:
    """Delete an application that was not sent, with its files."""
    s, number = db.session(), row.id
    for file in s.scalars(select(CaseFile).where(CaseFile.application_id == number)).all():
        s.delete(file)
    s.flush()
    s.delete(row)
    s.flush()
    record(actor, "threw application away", "service_application", number)


def remove_file(actor: Actor, row: Application, file: CaseFile) -> None:
    """Take a file out of an application; its bytes go with the next sweep."""
    s = db.session()
    left = [one for one in queries.files_of(s, row.id) if one.field == file.field and one.id != file.id]
    row.answers = {**row.answers, file.field: queries.as_answers(left)}
    s.delete(file)
    row.changed_at = clock.now()
    s.flush()
    record(actor, "removed file from application", "service_application", row.id)


def file(
    actor: Actor,
    row: Application,
    service: Service,
    answers: Mapping[str, Any],
    *,
    language: str,
    paper_number: str = "",
) -> Case:
    """Send an application: a case with a reference comes of it, in the same transaction in which the application goes.
    Sent twice, it is one case. Raises Denied."""
    s, now = db.session(), clock.city_now()
    known = s.scalars(select(Case).where(Case.token == row.token)).first()
    if known is not None:
        return known
    case = Case(
        reference=_fresh_reference(s, now), token=row.token, service_id=service.id, form_id=row.form_id,
        person_id=row.person_id, for_name=row.for_name, mandate_id=row.mandate_id, helped_by_id=actor.helped_by,
        channel="helped" if actor.helped_by is not None else actor.channel, language=language, answers=dict(answers),
        origins=dict(row.origins), state=CaseState.FILED, filed_at=now, changed_at=clock.now(),
    )  # fmt: skip
    s.add(case)
    s.flush()
    s.execute(
        update(CaseFile)
        .where(CaseFile.application_id == row.id)
        .values(application_id=None, case_id=case.id)
        .execution_options(synchronize_session=False)
    )
    s.delete(row)
    note(s, case, actor, "filed", to=CaseState.FILED)
    tick(s, case, service)
    costs = actions_due.falls_due(s, case, service)
    record(actor, "filed application", KIND, case.id, after={"reference": case.reference, "service": service.id})
    tell(s, case, service, "case.filed")
    if costs:
        tell(s, case, service, "case.fee")
    return case


def _fresh_reference(s: Session, now: datetime) -> str:
    while True:
        found = rules.new_reference(i18n.in_zone(now).year)
        if s.scalar(select(Case.id).where(Case.reference == found)) is None:
            return found


# --- a case -----------------------------------------------------------------------------------------------------------


def lock(s: Session, case_id: int, version: int | None = None) -> tuple[Case, Service]:
    """A case's row, held until the transaction ends, and its service. `version`: what the page showed; Raises Denied
    where somebody else has changed the case since, NoResultFound where there is none."""
    statement = db.locked(select(Case).where(Case.id == case_id))
    case = s.scalars(statement.execution_options(populate_existing=True)).one()
    if version is not None and case.version != version:
        raise Denied(no(_l("Somebody else has changed this case since you opened the page. Look again, then decide.")))
    return case, s.get_one(Service, case.service_id)


def note(
    s: Session,
    case: Case,
    actor: Actor | None,
    kind: str,
    *,
    to: CaseState | None = None,
    text: str = "",
    language: str = "",
    from_staff: bool = False,
    private: bool = False,
) -> CaseEvent:
    """Write a line into the case's history."""
    row = CaseEvent(
        case_id=case.id, at=clock.city_now(), kind=kind, by_id=actor.person_id if actor is not None else None,
        from_staff=from_staff, was=case.state if to is not None and kind != "filed" else None, now=to, text=text,
        language=language, private=private,
    )  # fmt: skip
    s.add(row)
    return row


def move(
    s: Session, case: Case, actor: Actor | None, to: CaseState, side: str, kind: str, *, text: str = "",
    language: str = "",
) -> None:  # fmt: skip
    """Bring a case into another state, with its line. Raises Denied where the table of transitions does not have it."""
    must(rules.may_move(case.state, to, side))
    note(s, case, actor, kind, to=to, text=text, language=language, from_staff=side == rules.STAFF)
    case.state = to
    touch(case)
    s.flush()


def touch(case: Case) -> None:
    """The case is another one now: who has an older page open is told."""
    case.version += 1
    case.changed_at = clock.now()


def tick(s: Session, case: Case, service: Service) -> None:
    """Reckon the law's clock anew and keep the day on which the decision is due."""
    s.flush()
    requests = s.scalars(select(CaseRequest).where(CaseRequest.case_id == case.id).order_by(CaseRequest.id)).all()
    case.due_on = queries_clock.reckon(service, case, queries.pauses(requests), queries_clock.today()).due
    s.flush()


def tell(s: Session, case: Case, service: Service, notice: str, **values: Any) -> None:
    """Tell the applicant, by their own way and in their language."""
    if case.person_id is None:
        return
    said = queries.names(s, service.id) or {i18n.SOURCE: service.slug}
    notifications.tell(
        case.person_id, notice, {"title": said, "reference": case.reference, **values},
        link=("services.case", {"reference": case.reference}), about=(KIND, case.id),
    )  # fmt: skip


def tell_staff(s: Session, case: Case, service: Service, notice: str) -> None:
    """Tell whoever has the case; where nobody has it, those of the office."""
    scope = {"department": [service.department_id]} if service.department_id else None
    people = [case.officer_id] if case.officer_id is not None else in_charge(s, rules.DESK, clock.now(), scope)
    said = queries.names(s, service.id) or {i18n.SOURCE: service.slug}
    notifications.tell(
        people, notice, {"title": said, "reference": case.reference},
        link=("services_staff.case", {"reference": case.reference}), about=(KIND, case.id),
    )  # fmt: skip


def answer(actor: Actor, case_id: int, request_id: int, text: str, file: CaseFile | None = None) -> None:
    """Answer what the city asked for. When nothing is open any more the clock runs on. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id)
    asked = s.scalars(select(CaseRequest).where(CaseRequest.id == request_id, CaseRequest.case_id == case.id)).one()
    if asked.answered_at is not None:
        raise Denied(no(_l("This has been answered already, or is not asked any more.")))
    if asked.kind is Wanted.FEE:
        raise Denied(no(_l("This is a fee: it is answered by paying it.")))
    asked.answer, asked.answered_at = text, clock.city_now()
    if file is not None:
        file.request_id = asked.id
    s.flush()
    still = s.scalar(
        select(CaseRequest.id).where(CaseRequest.case_id == case.id, CaseRequest.answered_at.is_(None)).limit(1)
    )
    if still is None and case.state is CaseState.WAITING:
        move(s, case, actor, CaseState.CHECKING, rules.APPLICANT, "answered", text=text, language=case.language)
    else:
        note(s, case, actor, "answered", text=text, language=case.language)
        touch(case)
    tick(s, case, service)
    record(actor, "answered in case", KIND, case.id, after={"request": asked.id})
    tell_staff(s, case, service, "case.answered")


def write(actor: Actor, case_id: int, text: str, language: str) -> None:
    """A message from the applicant. Raises Denied once the case is closed."""
    s = db.session()
    case, service = lock(s, case_id)
    must(rules.may_write(case.state))
    note(s, case, actor, "message", text=text, language=language)
    touch(case)
    s.flush()
    record(actor, "wrote in case", KIND, case.id)
    tell_staff(s, case, service, "case.message_in")


def withdraw(actor: Actor, case_id: int, reason: str) -> None:
    """Take an application back before it is decided. Raises Denied."""
    s = db.session()
    case, service = lock(s, case_id)
    move(s, case, actor, CaseState.WITHDRAWN, rules.APPLICANT, "withdrawn", text=reason, language=case.language)
    case.decided_at, case.due_on = clock.city_now(), None
    s.flush()
    record(actor, "withdrew application", KIND, case.id)
    tell_staff(s, case, service, "case.withdrawn")
