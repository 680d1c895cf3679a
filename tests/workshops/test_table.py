"""Sessions from a table: every fault by its line, nothing taken in by halves, and back out again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.base import db, ground
from portal.base.web import Portal
from portal.workshops import rules_csv
from portal.workshops.models import Session, Spoken
from tests.client import Client
from tests.identity.help import enter
from tests.workshops import town

NOW = datetime(2027, 1, 1, tzinfo=UTC)
HEAD = "workshop,day,begins,minutes,house,seats,languages\n"


def faults(lines: str, head: str = HEAD) -> list[tuple[int, str]]:
    _found, wrong = rules_csv.read(
        head + lines, {"mail": 1}, {"library": 2, "2": 2}, {"en", "ar"}, ZoneInfo("Europe/Tallinn"), NOW
    )
    return [(one.line, str(one.reason)) for one in wrong]


def test_each_fault_names_its_line() -> None:
    good = "mail,2027-03-27,10:00,90,Library,8,en ar\n"
    assert faults(good) == []
    assert faults(good.replace(",", ";"), HEAD.replace(",", ";")) == []
    assert faults("mail,2027-03-27,9:00,90,2,8,\n\n") == []
    for line, word in {
        "post,2027-03-27,10:00,90,Library,8,": "no workshop",
        "mail,2027-03-27,10:00,90,Mill,8,": "no house",
        "mail,27.3.2027,10:00,90,Library,8,": "Write the day as",
        "mail,2026-03-27,10:00,90,Library,8,": "over",
        "mail,2027-03-27,10:00,x,Library,8,": "minutes",
        "mail,2027-03-27,10:00,90,Library,-1,": "seats",
        "mail,2027-03-27,10:00,90,Library,8,xx": "no code of a language",
    }.items():
        found = faults(good + line + "\n")
        assert [number for number, _reason in found] == [3] and word in found[0][1], line
    assert "minutes" in faults("mail\n", "workshop\n")[0][1]
    assert "no lines" in faults("")[0][1]


def test_no_cell_is_a_formula() -> None:
    assert rules_csv.cell("=1+1") == "'=1+1"
    assert rules_csv.cell("Room 2") == "Room 2"


def test_a_table_goes_in_whole_or_not_at_all_and_comes_out_the_same(client: Client, app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        town.house()
        town.workshop()
    enter(client, "Pia Plan", roles=["programme"])
    day = (town.now() + timedelta(days=20)).date().isoformat()
    line = f"first-steps,{day},10:00,90,Harbour Library,8,en eso\n"
    at = "/en/staff/workshops/table"
    page = client.post(at, {"table": HEAD + line + line.replace("Harbour", "Lost"), "go": "make"})
    assert page.status == 422 and "Line 3" in page.text
    with db.read() as s:
        assert s.scalars(select(Session.id)).all() == []
    assert "this makes 1 draft" in client.post(at, {"table": HEAD + line, "go": "look"}).text
    assert "1 draft is made." in client.post(at, {"table": HEAD + line, "go": "make"}).text
    with db.read() as s:
        assert {tuple(row) for row in s.execute(select(Spoken.lang, Spoken.signed))} == {("en", False), ("eso", True)}
    out = client.http.get("/en/staff/workshops/sessions.csv", base_url="http://127.0.0.1:8000").text
    assert "Looked" not in client.post(at, {"table": out, "go": "look"}).text
    assert "this makes 1 draft" in client.post(at, {"table": out, "go": "look"}).text
