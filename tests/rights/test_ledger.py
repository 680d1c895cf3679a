"""The ledger of consents is only added to; the register tells the public everything; breaches have their clock."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from portal.audit.models_looks import ConsentLine
from portal.audit.queries_looks import consent_stands
from portal.base import clock, db, ground, personal
from portal.base.web import Portal
from portal.identity.models import Contact, Way
from portal.rights.models import Breach
from tests.client import Client
from tests.identity.help import enter


def test_given_withdrawn_given_are_three_lines(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    for act in ("give", "withdraw", "give"):
        client.post("/en/my/data/consents", {"name": "contact", "act": act})
    ground.stand_on(app.ground)
    with db.read() as s:
        rows = s.scalars(select(ConsentLine).order_by(ConsentLine.id)).all()
        assert [row.given for row in rows] == [True, False, True]
        assert {row.version for row in rows} == {1} and len({row.text_hash for row in rows}) == 1
        assert consent_stands(s, ana, "contact", 1)
        assert not consent_stands(s, ana, "contact", 2), "a new text is asked anew"
    assert "You have agreed" in client.get("/en/my/data/consents")
    assert client.post("/en/my/data/consents", {"name": "no such"}).status == 404


def test_withdrawing_takes_the_addresses(app: Portal, client: Client) -> None:
    ana, now = enter(client, "Ana Ilves"), clock.now()
    ground.stand_on(app.ground)
    with db.write() as s:
        for way, value in ((Way.EMAIL, "ana@home.example"), (Way.POST, "Harbour 1")):
            s.add(Contact(person_id=ana, way=way, value=value, value_folded=value, created_at=now, confirmed_at=now))
    client.post("/en/my/data/consents", {"name": "contact", "act": "withdraw"})
    with db.read() as s:
        assert s.scalars(select(Contact)).all() == []


@pytest.mark.parametrize("act", ["change", "delete"])
def test_the_database_itself_refuses_to_change_a_line(app: Portal, client: Client, act: str) -> None:
    enter(client, "Ana Ilves")
    client.post("/en/my/data/consents", {"name": "contact", "act": "give"})
    ground.stand_on(app.ground)
    statement = update(ConsentLine).values(given=False) if act == "change" else delete(ConsentLine)
    with pytest.raises(DBAPIError, match="consent"), db.write() as s:
        s.execute(statement)
    with db.read() as s:
        assert [row.given for row in s.scalars(select(ConsentLine))] == [True]


def test_after_three_years_a_line_may_go(app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        old = clock.now() - timedelta(days=1100)
        s.execute(insert(ConsentLine).values(person_id=1, name="contact", version=1, text_hash="x", given=True, at=old,
                                             lang="en", channel="web"))  # fmt: skip
    with db.write() as s:
        s.execute(delete(ConsentLine))
        assert s.execute(text("SELECT count(*) FROM consent")).scalar() == 0


def test_the_register_names_every_record_and_every_machine(app: Portal, client: Client) -> None:
    page = client.get("/en/data-register")
    headings = re.findall(r"<h3>(.*?)</h3>", page.html)
    assert headings and all(one[0].isupper() for one in headings), "parts have names for people"
    answer = client.http.get("/api/data-register.json", base_url=client.base).get_json()
    assert {one["table"] for one in answer["records"]} == {record.table for record in personal.records()}
    assert {one["name"] for one in answer["machines"]} == {machine.name for machine in personal.machines()}
    for record in personal.records():
        for words in (record.label, record.purpose, record.basis, record.kept):
            assert str(words) in page
    for machine in personal.machines():
        assert str(machine.what) in page and str(machine.human) in page
    assert answer["controller"] == "Sundhaven"
    assert "What we keep about people" in client.get("/en/"), "in the footer of every page"
    assert "Register of purposes" in client.get("/en/data")


def test_a_breach_has_seventy_two_hours(app: Portal) -> None:
    desk = Client(app)
    enter(desk, "Dora Officer", roles=("data_protection_officer",))
    found = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    entry = {"discovered_at": "2026-03-02T11:30", "title": "List sent to a wrong address", "what": "A mail",
             "data": "Names of 12 people", "people": "12"}  # fmt: skip
    assert desk.post("/en/staff/breaches/new", {**entry, "title": ""}).status == 422
    later = desk.post("/en/staff/breaches/new", {**entry, "discovered_at": "2096-03-02T11:30"})
    assert later.status == 422 and "still to come" in later and "List sent to a wrong address" in later.html
    page = desk.post("/en/staff/breaches/new", entry)
    assert "must be told by" in page and "March 5, 2026" in page
    ground.stand_on(app.ground)
    with db.read() as s:
        row = s.scalars(select(Breach)).one()
        assert row.discovered_at == found and row.people == 12 and row.closed_at is None
    listed = desk.get("/en/staff/breaches")
    assert "Overdue" in listed and "1 breach is open" in desk.get("/en/staff/")
    where = f"/en/staff/breaches/{row.id}"
    assert "Overdue" in desk.get(where)
    assert desk.post(where, {**entry, "act": "close"}).status == 422, "told, or why not"
    assert "Closed on" in desk.post(where, {**entry, "authority_at": "2026-03-04T10:00", "act": "close"})
    table = desk.http.get("/en/staff/breaches/register.csv", base_url=desk.base).get_data(as_text=True)
    (line,) = csv.DictReader(io.StringIO(table))
    assert line["people"] == "12" and line["authority_by"].startswith("2026-03-05T09:30")


def test_who_may_see_breaches(app: Portal) -> None:
    client = Client(app)
    enter(client, "Mo Moderator", roles=("moderator",))
    assert client.get("/en/staff/breaches").status == 403


def test_storing_an_address_agrees_and_removing_the_last_withdraws(app: Portal, client: Client) -> None:
    """Beside the field stands the very text that the ledger names; a second address adds no line."""
    ana = enter(client, "Ana Ilves")
    text = str(personal.consent_of("contact").text)
    assert text in " ".join(client.get("/en/account").text.split())
    for path, data in (("phone", {"phone": "+372 555 0142"}), ("post", {"post": "Harbour 1\n10115 Sundhaven"})):
        assert client.post(f"/en/account/{path}", data, page="/en/account").status == 200
    assert given() == [True]
    client.post("/en/account/contacts/remove", {"way": "phone"}, page="/en/account")
    assert given() == [True]
    client.post("/en/account/contacts/remove", {"way": "post"}, page="/en/account")
    assert given() == [True, False]
    with db.read() as s:
        assert not consent_stands(s, ana, "contact", 1)


def given() -> list[bool]:
    with db.read() as s:
        return [row.given for row in s.scalars(select(ConsentLine).order_by(ConsentLine.id))]
