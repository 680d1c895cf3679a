"""Public forms exist on paper, and staff enter them under the number of the paper, once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import db, ground
from portal.base.web import Portal
from portal.home import rules_sheets
from portal.home.models import BarrierReport, PaperEntry
from tests.client import Client
from tests.identity.help import enter


def number_of(app: Portal) -> str:
    page = Client(app).get("/en/paper/barrier")
    return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", page.text)[0]


def test_the_paper_asks_what_the_page_asks_under_the_same_names(app: Portal) -> None:
    page, sheet = Client(app).get("/en/accessibility/report"), Client(app).get("/en/paper/barrier")
    assert "/en/paper/barrier" in page.html
    for name in re.findall(r'<(?:input|textarea)[^>]*name="([a-z]+)"', page.html):
        assert f"[{name}]" in sheet.text, name
    assert number_of(app) != number_of(app)
    assert Client(app).get("/en/paper/no-such-form").status == 404


def test_staff_enter_it_once_with_their_name_on_record(app: Portal) -> None:
    desk, number = Client(app), number_of(app)
    clerk = enter(desk, "Lia Rebane", roles=("librarian",))
    assert desk.post("/en/staff/paper/barrier", {"number": "2222-2223", "what": "No ramp"}).status == 422
    assert desk.post("/en/staff/paper/barrier", {"number": number, "what": ""}).status == 422
    page = desk.post("/en/staff/paper/barrier", {"number": number.lower(), "what": "No ramp"})
    assert "What the paper says is stored" in page
    assert "entered before" in desk.post("/en/staff/paper/barrier", {"number": number, "what": "Again"})
    ground.stand_on(app.ground)
    with db.read() as s:
        report = s.scalars(select(BarrierReport)).one()
        assert report.what == "No ramp"
        row = s.scalars(select(PaperEntry)).one()
        assert (row.kind, row.object_id, row.entered_by_id) == ("barrier_report", str(report.id), clerk)
        assert s.scalars(select(Entry).where(Entry.verb == "entered from paper")).one().person_id == clerk


@pytest.mark.parametrize("body", ["2222222", "ZZZZZZZ", "A7K3M9Q"])
def test_a_mistyped_number_is_found(body: str) -> None:
    number = rules_sheets.whole(body)
    assert rules_sheets.read(rules_sheets.printed(number).lower()) == number
    for at in range(7):
        other = "3" if number[at] != "3" else "4"
        assert rules_sheets.read(number[:at] + other + number[at + 1 :]) == ""
