"""Letters begun from templates: fields are checked when they are stored, and filled in per case and language."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from portal.base import db
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.places import actions as places
from portal.services import actions_batch, actions_desk, actions_letters, queries_clock, queries_letters, rules_letters
from portal.services.models import CaseEvent, CaseRequest
from portal.services.models_steps import Letter, Use
from portal.services.rules_batch import Act
from tests.client import Client
from tests.identity.help import enter
from tests.services import town


@pytest.fixture(autouse=True)
def _here(app: Portal) -> None:
    """Every story happens in a portal."""


@pytest.mark.parametrize(
    ("text", "use", "good"),
    [
        ("Dear {name}, case {reference}", Use.MESSAGE, True),
        ("No field at all", Use.QUESTION, True),
        ("{nme}", Use.MESSAGE, False),
        ("{name.__class__}", Use.MESSAGE, False),
        ("{}", Use.MESSAGE, False),
        ("{{name}}", Use.MESSAGE, False),
        ("{name", Use.MESSAGE, False),
        ("name}", Use.MESSAGE, False),
        ("%(name)s {{ 7*7 }}", Use.MESSAGE, False),
        ("{ name }", Use.MESSAGE, False),
        ("{name}", Use.HEARING, False),
        ("{service} until {due}", Use.HEARING, True),
    ],
)
def test_only_fields_of_the_list_stand_in_a_template(text: str, use: Use, good: bool) -> None:
    assert (rules_letters.fault(text, use) is None) is good


def test_what_a_value_holds_is_not_filled_in_again() -> None:
    values = {"name": "{reference} <b>", "reference": "2027-1"}
    assert rules_letters.filled("{name}: {reference}, {due}", values) == "{reference} <b>: 2027-1, –"


def letter(service_id: int | None = None, use: Use = Use.MESSAGE, **said: Any) -> Letter:
    said = said or {
        "subject": {"en": "About {service}", "de": "Zu {service}"},
        "body": {"en": "Dear {name}, filed on {filed}.", "de": "Guten Tag {name}, eingegangen am {filed}."},
    }
    return actions_letters.create(SYSTEM, use=use, name="Welcome", service_id=service_id, said=said)


def test_a_letter_is_in_the_applicants_language_where_there_is_one() -> None:
    with db.write() as s:
        places.add_department(SYSTEM, code="streets", names={"en": "Streets"})
        row = town.service()
        case, one = town.filed(town.person("Ana Ilves"), row), letter()
        found = queries_letters.written(s, one, case, row, "de")
        assert found.lang == "de" and found.text.startswith("Zu Marktstand\n\nGuten Tag Ana Ilves, eingegangen am ")
        found = queries_letters.written(s, one, case, row, "pl")
        assert found.lang == "en" and "About Market stall permit" in found.text
        assert set(queries_letters.values_of(s, case, row, "en")) == set(rules_letters.FIELDS)
        assert set(queries_letters.example("en")) == set(rules_letters.FIELDS)


def test_many_are_written_to_each_in_their_language_and_about_their_service() -> None:
    with db.write() as s:
        row, other = town.service(), town.service("other")
        kai = town.person("Kai Saar", "case_officer")
        ana, bert = town.filed(town.person("Ana Ilves"), row), town.filed(town.person("Bert Oja"), row)
        cleo = town.filed(town.person("Cleo Kask"), other)
        bert.language = "de"
        s.flush()
        cases = {case.id: case.version for case in (ana, bert, cleo)}
        found = actions_batch.run(kai, cases, Act.LETTER, letter=letter(row.id))
        assert [one.why is None for one in found] == [True, True, False]
        wanted = select(CaseEvent).where(CaseEvent.kind == "message").order_by(CaseEvent.case_id)
        lines = s.scalars(wanted).all()
        assert [line.language for line in lines] == ["en", "de"] and "Guten Tag Bert Oja" in lines[1].text


def test_templates_are_written_checked_previewed_and_used(app: Portal) -> None:
    with db.write():
        case = town.filed(town.person("Ana Ilves"), town.service())
    boss, kai, ana = Client(app), Client(app), Client(app)
    enter(boss, "Pia Saar", roles=["administrator"])
    enter(kai, "Kai Saar", roles=["case_officer"])
    enter(ana, "Ana Ilves")
    here = "/en/staff/cases/letters"
    assert "There is no template yet" in boss.get(here)
    assert kai.get(here).status == 403
    typed = {"name": "Proof is missing", "use": "question", "service": "", "body_en": "Dear {nam}", "subject_en": ""}
    page = boss.post(f"{here}/new", typed)
    assert page.status == 422 and "There is no field {nam}" in page and "Dear {nam}" in page.html
    assert boss.post(f"{here}/new", {**typed, "body_en": ""}).status == 422
    good = {**typed, "body_en": "Dear {name}, <b>send</b> the proof for {reference}."}
    page = boss.post(f"{here}/new", {**good, "preview": "1"})
    assert "Dear Ana Ilves, <b>send</b> the proof for 2027-7K3QX-94HM0." in page.text
    with db.read() as s:
        assert s.scalars(select(Letter)).all() == []  # a preview stores nothing
    page = boss.post(f"{here}/new", good)
    assert "Saved" in page and "Preview" in page
    edit = page.url
    stale = boss.post(edit, {**good, "name": "Other", "version": "0"})
    assert stale.status == 409 and "Somebody else" in stale
    assert "Proof is missing" in boss.get(here)
    desk = f"/en/staff/cases/{case.reference}"
    kai.post(f"{desk}/take", page=desk)
    page = kai.get(f"{desk}/letter")
    assert "Proof is missing" in page
    number = edit.rpartition("/")[2]
    send = f"{desk}/letter?letter={number}"
    page = kai.get(send)
    assert f"send</b> the proof for {case.reference}" in page.text
    day = queries_clock.after(10)
    sent = {
        "kind": "paper", "text": "Dear Ana, the proof", "language": "en", "version": page.fields()["version"],
        "due-day": str(day.day), "due-month": str(day.month), "due-year": str(day.year),
    }  # fmt: skip
    assert kai.post(send, {**sent, "kind": ""}).status == 422
    assert "The message is sent" in kai.post(send, sent)
    assert "Dear Ana, the proof" in ana.get(f"/en/services/cases/{case.reference}")
    with db.read() as s:
        assert s.scalars(select(CaseRequest.language)).one() == "en"
    assert "taken away" in boss.post(f"{edit}/remove", page=edit)
    assert boss.get(edit).status == 404 and "no template for this service" in kai.get(f"{desk}/letter")


def test_a_hearing_begins_with_a_template(app: Portal) -> None:
    with db.write():
        case, kai = town.filed(town.person("Ana Ilves"), town.service()), town.person("Kai Saar", "case_officer")
        actions_desk.take(kai, case.id)
        said = {"subject": {}, "body": {"en": "Does {service} disturb you?"}}
        number = letter(use=Use.HEARING, **said).id
    client = Client(app)
    enter(client, "Kai Saar")
    here = f"/en/staff/cases/{case.reference}/hearing/neighbours"
    assert "Begin with a template" in client.get(here)
    assert "Does Market stall permit disturb you?" in client.get(f"{here}?letter={number}").html
    assert "disturb" not in client.get(f"{here}?letter=99").html
