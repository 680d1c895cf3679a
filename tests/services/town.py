"""A city with one service to test with: a form of two pages, an officer or two, people who apply."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import clock, db, ground
from portal.base.actor import SYSTEM, Actor
from portal.base.web import Portal
from portal.identity import actions as people
from portal.identity.models import RoleGrant
from portal.places.models import Department
from portal.services import (
    actions,
    actions_appeal,
    actions_desk,
    actions_due,
    actions_fees,
    actions_files,
    actions_hearing,
    actions_letters,
    actions_plan,
    actions_steps,
    queries,
    queries_clock,
)
from portal.services.models import Application, Case, CaseRequest, Outcome, Service, Wanted
from portal.services.models_fees import BankLine, LineState, Statement
from portal.services.models_steps import Use

ISSUER = "https://id.example"


def words(text: str) -> dict[str, str]:
    """A text in the two languages of the form."""
    return {"en": text, "de": f"{text} (de)"}


def document(name: str = "market-stall") -> dict[str, Any]:
    """A small form: what one sells, with a question that hangs on the answer, and a file."""
    return {
        "format": "folkmoot-form",
        "version": 1,
        "name": name,
        "languages": ["en", "de"],
        "title": words("Market stall"),
        "pages": [
            {
                "key": "you",
                "title": words("About you"),
                "fields": [
                    {"key": "name", "kind": "name", "label": words("Your name"), "prefill": "person.name"},
                    {"key": "born", "kind": "date", "label": words("Born on"), "required": False},
                ],
            },
            {
                "key": "goods",
                "title": words("What you sell"),
                "fields": [
                    {
                        "key": "kind",
                        "kind": "choice",
                        "label": words("Kind of goods"),
                        "options": [
                            {"value": "food", "label": words("Food")},
                            {"value": "crafts", "label": words("Crafts")},
                        ],
                    },
                    {
                        "key": "hygiene",
                        "kind": "yes_no",
                        "label": words("Have you the certificate of hygiene?"),
                        "condition": {"field": "kind", "is": "food"},
                    },
                    {"key": "metres", "kind": "number", "label": words("Metres"), "min": 1, "max": 12},
                    {
                        "key": "photo",
                        "kind": "file",
                        "label": words("Picture of the stall"),
                        "required": False,
                        "accept": ["pdf", "png"],
                    },
                    {"key": "true", "kind": "declaration", "label": words("All of this is true")},
                ],
            },
        ],
    }


ANSWERS = {"name": {"given": "Ana", "family": "Ilves"}, "kind": "food", "hygiene": True, "metres": 3, "true": True}


def costly(cents: int = 10800) -> dict[str, Any]:
    """The form with a fee for each stall, and half of it for who sells crafts."""
    return {
        **document(),
        "charges": [{"key": "stall", "label": words("Stall"), "cents": cents}],
        "reductions": [
            {"key": "crafts", "label": words("Crafts pay half"), "percent": 50,
             "condition": {"field": "kind", "is": "crafts"}},
            {"key": "free", "label": words("One metre is free"), "percent": 100,
             "condition": {"field": "metres", "below": 2}},
        ],
    }  # fmt: skip


def person(name: str, *roles: str, department: int = 0) -> Actor:
    """Somebody with an account, and with roles in the city or in a department."""
    s = db.session()
    row = people.person_for(s, ISSUER, name.casefold().replace(" ", "-"), name=name, language="en", now=clock.now())
    kind = "department" if department else "city"
    for role in roles:
        if s.query(RoleGrant).filter_by(person_id=row.id, role=role, scope_id=department).first() is None:
            s.add(RoleGrant(person_id=row.id, role=role, scope_kind=kind, scope_id=department, at=clock.now()))
    s.flush()
    return Actor(person_id=row.id, name=name, roles=frozenset(roles) if not department else frozenset())


def service(
    slug: str = "market-stall", *, shown: bool = True, form: dict[str, Any] | None = None, **more: Any
) -> Service:
    """A service with its form, shown to everybody."""
    said = {
        "title": {"en": "Market stall permit", "de": "Marktstand", "ar": "ترخيص كشك"},
        "summary": {"en": "Sell what you grow."},
        "basis": {"en": "Market order, section 4"},
        "appeal": {"en": "Appeals board, Town Hall"},
    }
    row = actions_plan.create(SYSTEM, slug=slug, said=said, **more)
    actions_plan.publish(SYSTEM, row, form or document(), clock.city_now() - timedelta(minutes=1))
    if shown:
        actions_plan.show(SYSTEM, row, True)
    return row


def begun(who: Actor, row: Service, **answers: Any) -> Application:
    """A form that was begun."""
    form = queries.service(db.session(), row.slug, clock.city_now(), "en", hidden=True)
    assert form is not None and form.form_id is not None
    return actions.begin(who, row, form.form_id, person_id=who.person_id or 0, answers=answers)


def filed(who: Actor, row: Service, **answers: Any) -> Case:
    """A case that was filed."""
    given = {**ANSWERS, **answers}
    return actions.file(who, begun(who, row, **given), row, given, language="en")


def a_file(**belongs: Any) -> int:
    """A small picture that belongs to an application or a case; returns its number."""
    picture = BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    return actions_files.take(db.session(), picture, "stall.png", field="photo", **belongs).id


def _others(case: Case, row: Service, person_id: int) -> tuple[int, str, int, int]:
    """A hearing of an office, an appeal in another case of the same person, a step and a template: their numbers, and
    the appeal's reference."""
    s = db.session()
    officer = person("Zeno Saar")
    department = s.scalars(select(Department.id).limit(1)).one()
    (hearing,) = actions_hearing.ask_offices(
        officer, case.id, case.version, [department], question="Yes or no?", summary="A stall", files=[],
        due_on=queries_clock.after(7), language="en",
    )  # fmt: skip
    step = actions_steps.add(SYSTEM, row, said={"title": {"en": "Look at the place"}}, required=False)
    letter = actions_letters.create(
        SYSTEM, use=Use.MESSAGE, name="Welcome", service_id=None, said={"body": {"en": "Dear {name}"}}
    )
    refused = filed(Actor(person_id=person_id), row)
    actions_desk.take(officer, refused.id)
    actions_desk.propose(
        officer, refused.id, refused.version, outcome=Outcome.REFUSED, reason="place", text="No room", basis="Section 4",
        conditions=[],
    )  # fmt: skip
    appeal = actions_appeal.file(Actor(person_id=person_id), refused.id, "There is room", language="en")
    return hearing.id, appeal.reference, step.id, letter.id


def every_page(app: Portal, person_id: int) -> dict[str, Any]:
    """One of everything for walks over all addresses, of that person. Keys are "services:argument" where another wing has
    the argument, too."""
    ground.stand_on(app.ground)
    with db.write() as s:
        who = Actor(person_id=person_id)
        shown, _hidden = service("2026"), service("draft", shown=False)
        open_one = begun(who, shown, **ANSWERS)
        open_one.seen = ["you", "goods"]
        case = filed(who, shown)
        actions_desk.take(person("Zeno Saar"), case.id)
        actions_desk.ask(
            SYSTEM, case.id, case.version, kind=Wanted.PAPER, text="A picture", language="en",
            due_on=queries_clock.after(7),
        )  # fmt: skip
        actions_desk.assign(SYSTEM, case.id, None, case.version)  # nobody's: opened without a reason
        hearing, appeal, step, letter = _others(case, shown, person_id)
        s.flush()
        return _paid(s, case, person_id) | {
            "hearing_id": hearing,
            "appeal_reference": appeal,
            "services:step_id": step,
            "services:letter_id": letter,
            "services:number": open_one.id,
            "services:page": "goods",
            "services:reference": case.reference,
            "services:request_id": s.scalars(select(CaseRequest.id).where(CaseRequest.case_id == case.id)).one(),
            "services:file_id": a_file(case_id=case.id),
            "services:version": 1,
            "upload_id": a_file(application_id=open_one.id),
        }


def _paid(s: Session, case: Case, person_id: int) -> dict[str, Any]:
    """A fee of this case of which a part was taken at the desk, and a file of the bank with a payment that is nobody's."""
    fee, zeno = actions_due.account(s, case, s.get_one(Service, case.service_id)), person("Zeno Saar")
    actions_due.charge(s, fee, 5000, key=f"world:{case.id}")
    cash = actions_fees.take_cash(zeno, case.id, case.version, 1000)
    told = Statement(digest="0" * 64, name="march.xml", account="EE29", count=1, read_at=clock.now(), lines=[])
    told.first_on = told.last_on = queries_clock.today()
    s.add(told)
    s.flush()
    line = BankLine(
        statement_id=told.id, account="EE29", key="1", booked_on=queries_clock.today(), cents=500, currency="EUR",
        state=LineState.OPEN, why="none", payer="Somebody",
    )  # fmt: skip
    s.add(line)
    s.flush()
    return {"entry_id": cash.id, "statement_id": told.id, "payment_id": line.id}
