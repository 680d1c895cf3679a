"""What people can apply for in Sundhaven: six services with their forms, through the same actions as everybody's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import services
from portal.base import clock
from portal.base.actor import SYSTEM, Actor
from portal.base.deadlines import Resume, Unit
from portal.base.ground import settings
from portal.demo import content
from portal.demo.actions_hearings import seed_hearings
from portal.identity.demo_idp import ISSUER
from portal.identity.models import Identity
from portal.services import (
    actions,
    actions_bank,
    actions_desk,
    actions_fees,
    actions_plan,
    queries,
    queries_clock,
    queries_fees,
    rules_fees,
)
from portal.services.models import Case, Outcome, Service, Silence, Wanted
from portal.services.rules_plan import TEXTS

FILES = Path(__file__).parent / "data"
FORMS = Path(services.__file__).parent / "data"


def seed_services(s: Session, departments: Mapping[str, int]) -> None:
    """The services of the file, shown to everybody."""
    told = content.services()
    for position, one in enumerate(told["service"]):
        row = _service(one, told["appeal"], departments, position)
        document = json.loads((FORMS / f"{row.slug}.json").read_text("utf-8"))
        actions_plan.publish(SYSTEM, row, document, clock.now())
        actions_plan.show(SYSTEM, row, True)
    s.flush()
    seed_cases(s)
    seed_hearings(s, _known(s, "ana"), _known(s, "kai"), departments)


def _service(
    one: Mapping[str, Any], appeal: Mapping[str, str], departments: Mapping[str, int], position: int
) -> Service:
    said = {name: one[name] for name in TEXTS if name in one} | {"appeal": appeal}
    settings = {
        "department_id": departments[one["department"]], "period": one["period"], "unit": Unit(one["unit"]),
        "resume": Resume(one.get("resume", "continue")), "silence": Silence(one.get("silence", "nothing")),
        "instant": one.get("instant", False), "four_eyes": one.get("four_eyes", False),
        "from_complete": one.get("from_complete", False), "extension_days": one.get("extension_days", 0),
        "answer_days": one.get("answer_days", 14), "valid_days": one.get("valid_days", 0),
        "life_events": one["life_events"], "position": position,
    }  # fmt: skip
    return actions_plan.create(SYSTEM, slug=one["slug"], said=said, **settings)


def _name(given: str, family: str) -> dict[str, str]:
    return {"given": given, "family": family}


def seed_cases(s: Session) -> None:
    """Some cases on the officers' desk: filed, being checked, waiting for an answer, refused, and one form not sent."""
    ana, officer = _known(s, "ana"), _known(s, "kai")
    home = {"street": "Quay Street", "number": "4", "postcode": "10115", "town": "Sundhaven"}
    day = (queries_clock.today() + timedelta(days=30)).isoformat()
    stall = {
        "trader": "person", "name": _name("Ana", "Ilves"), "email": "ana@sundhaven.example", "market": "fish_market",
        "days": ["saturday"], "first_day": day, "weeks": 10, "metres": 3, "power": False,
        "goods": [{"what": "Honey", "sort": "food", "own": True}], "food": False, "rules": True,
        "truth": True,
    }  # fmt: skip
    car = {
        "applicant": {"who": "self"}, "name": _name("Ana", "Ilves"), "residence": home, "email": "ana@sundhaven.example",
        "plate": "SU 123 AB", "keeper": "own", "drive": "petrol", "emissions": 118, "zone": "a", "from_day": day,
        "months": "12", "second": False, "disabled": False, "social_pass": False, "truth": True,
    }  # fmt: skip
    birth = {
        "name": _name("Ana", "Ilves"), "residence": home, "email": "ana@sundhaven.example", "relation": "own",
        "birth_name": _name("Ana", "Ilves"), "born": "1988-05-04", "form": "extract", "copies": 2, "purpose": "passport",
        "way": "counter", "truth": True,
    }  # fmt: skip
    _filed(s, ana, "parking-permit", car)
    waiting = _filed(s, ana, "market-stall-permit", stall)
    actions_desk.take(officer, waiting.id)
    actions_desk.ask(
        officer, waiting.id, waiting.version, kind=Wanted.CORRECTION, language="en",
        text="On which Saturdays do you not need the stall?", due_on=queries_clock.after(14),
    )  # fmt: skip
    refused = _filed(s, ana, "birth-certificate-copy", birth)
    actions_desk.take(officer, refused.id)
    actions_desk.propose(
        officer, refused.id, refused.version, outcome=Outcome.REFUSED, reason="office",
        text="The birth is entered in the register of another city, which issues the copy.",
        basis="Civil status order, section 8", conditions=[],
    )  # fmt: skip
    _paid(s, officer, waiting, refused)
    row = s.scalars(select(Service).where(Service.slug == "parking-permit")).one()
    form = queries.service(s, row.slug, clock.city_now(), "en")
    assert form is not None and form.form_id is not None
    begun = actions.begin(ana, row, form.form_id, person_id=ana.person_id or 0, answers=car)
    begun.seen = ["person", "car"]
    s.flush()


def _paid(s: Session, officer: Actor, at_desk: Case, by_bank: Case) -> None:
    """A fee taken in part at the desk, and one paid by bank, as a statement says that tells of other money too."""
    actions_fees.take_cash(officer, at_desk.id, at_desk.version, 1000)
    bank, fee = settings().city.bank, queries_fees.account(s, by_bank.id)
    if not bank.iban or fee is None:
        return
    said = (FILES / "statement.xml").read_text("utf-8").format(
        day=queries_clock.today().isoformat(), account="".join(bank.iban.split()), reference=fee.fee.reference,
        amount=rules_fees.decimal(fee.stand.open),
    )  # fmt: skip
    actions_bank.book(officer, actions_bank.take_in(officer, said.encode(), "statement.xml").id)


def _filed(s: Session, who: Actor, slug: str, answers: Mapping[str, Any]) -> Case:
    row = s.scalars(select(Service).where(Service.slug == slug)).one()
    form = queries.service(s, slug, clock.city_now(), "en")
    assert form is not None and form.form_id is not None
    begun = actions.begin(who, row, form.form_id, person_id=who.person_id or 0, answers=answers)
    return actions.file(who, begun, row, answers, language="en")


def _known(s: Session, sub: str) -> Actor:
    number = s.scalars(select(Identity.person_id).where(Identity.issuer == ISSUER, Identity.sub == sub)).one()
    return Actor(person_id=number, name=sub)
