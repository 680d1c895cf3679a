"""Public forms exist on paper, and staff enter them under the number of the paper, once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.home import rules_sheets
from portal.home.models import BarrierReport, PaperEntry
from portal.identity.models import Contact, Way
from portal.identity.models_ways import Mandate
from portal.identity.queries import city_day
from portal.notifications.models import Preference, Subscriber
from portal.rights.models import DataRequest, Wish
from tests.client import Client
from tests.identity.help import enter


def number_of(app: Portal, paper: str = "barrier") -> str:
    page = Client(app).get(f"/en/paper/{paper}")
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


def all_sheets(app: Portal) -> list[str]:
    return re.findall(r'href="/en/paper/([a-z-]+)"', Client(app).get("/en/paper").html)


def test_every_sheet_prints_and_its_entry_asks_the_same(app: Portal) -> None:
    desk = Client(app)
    enter(desk, "Lia Rebane", roles=("clerk",))
    names = all_sheets(app)
    assert {"barrier", "data-access", "data-objection", "data-question", "mandate", "messages", "newsletter"} <= set(
        names
    )
    for name in names:
        page = Client(app).get(f"/en/paper/{name}")
        printed = set(re.findall(r"\[([a-z_0-9]+)\]", page.text))
        form = desk.get(f"/en/staff/paper/{name}?number={number_of(app, name)}")
        asked = set(re.findall(r'<(?:input|textarea|select)[^>]*\sname="([a-z_0-9]+)', form.html))
        assert printed == asked - {"csrf_token", "number", "signed"}, name
        assert ("signed" not in asked) or "Date and signature" in page, name
        assert "fm-qr" in page.html and "How long" in page, name


def enter_paper(desk: Client, app: Portal, name: str, **fields: str) -> object:
    return desk.post(f"/en/staff/paper/{name}", {"number": number_of(app, name), **fields})


def test_a_request_about_data_is_the_person_s_helped_by_the_clerk(app: Portal) -> None:
    ana, desk = Client(app), Client(app)
    person = enter(ana, "Ana Ilves")
    by_address(app, person, "ana@example.org")
    clerk = enter(desk, "Lia Rebane", roles=("clerk",))
    said = {"about": "person", "words": "My name is wrong"}
    assert "No account was found" in enter_paper(desk, app, "data-correction", account="eve@example.org", **said)
    assert "Nobody enters their own paper" in enter_own(desk, app, clerk)
    assert "is stored" in enter_paper(desk, app, "data-correction", account="ANA@example.org", **said)
    with db.read() as s:
        row = s.scalars(select(DataRequest)).one()
        assert (row.person_id, row.wish, row.giver) == (person, Wish.CORRECTION, "")
        line = s.scalars(select(Entry).where(Entry.verb == "asked about own data")).one()
        assert (line.person_id, line.helped_by, line.channel) == (person, clerk, "paper")
    assert "My name is wrong" in ana.get(f"/en/my/data/requests/{row.id}")


def by_address(app: Portal, person: int, address: str) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        now = clock.now()
        s.add(
            Contact(
                person_id=person, way=Way.EMAIL, value=address, value_folded=address, created_at=now, confirmed_at=now
            )
        )


def enter_own(desk: Client, app: Portal, clerk: int) -> object:
    by_address(app, clerk, "lia@example.org")
    return enter_paper(desk, app, "data-access", account="lia@example.org", words="")


def test_without_an_account_the_answer_goes_by_post(app: Portal) -> None:
    desk, officer = Client(app), Client(app)
    enter(desk, "Lia Rebane", roles=("clerk",))
    page = enter_paper(desk, app, "data-access", giver="Old Tom", reach="")
    assert "Enter the person’s account, or the name and the address" in page
    with db.read() as s:
        assert not s.scalars(select(PaperEntry)).all()  # the number is still free
    assert "is stored" in enter_paper(desk, app, "data-access", giver="Old Tom", reach="Quay 3\nSundhaven")
    enter(officer, "Dora Dale", roles=("data_protection_officer",))
    assert "Old Tom" in officer.get("/en/staff/data-requests")
    page = officer.get("/en/staff/data-requests/1")
    assert "Old Tom" in page and "Quay 3" in page and "print this page and send the answer" in page
    page = officer.post("/en/staff/data-requests/1", {"outcome": "done", "answer": "Here it is."})
    assert "Print it and send it to the address" in page


def test_newsletter_wishes_and_mandate(app: Portal) -> None:
    ana, desk = Client(app), Client(app)
    person = enter(ana, "Ana Ilves")
    by_address(app, person, "ana@example.org")
    enter(desk, "Lia Rebane", roles=("librarian",))
    unsigned = enter_paper(desk, app, "newsletter", email="tom@example.org")
    assert unsigned.status == 422 and "Without a signature the paper does not count" in unsigned
    assert "is stored" in enter_paper(desk, app, "newsletter", email="tom@example.org", signed="y")
    form = desk.get("/en/staff/paper/messages").html
    wishes = dict.fromkeys(re.findall(r'name="(mail\d+)"', form), "off")
    assert "Enter the account" in enter_paper(desk, app, "messages", **wishes)
    assert "is stored" in enter_paper(desk, app, "messages", account="ana@example.org", **wishes)
    days = {"from_day-day": "1", "from_day-month": "1", "from_day-year": "2099"}
    until = {"until_day-day": "1", "until_day-month": "1", "until_day-year": "2098"}
    asks = {"account": "ana@example.org", "principal_name": "Old Tom", "relation": "relative", "scope": "all"}
    options = desk.get("/en/staff/paper/mandate").html
    for name in ("relation", "scope"):
        asks[name] = re.search(rf'name="{name}" type="radio" value="([^"]+)"', options)[1]
    bad = enter_paper(desk, app, "mandate", **asks, **days, **until)
    assert bad.status == 422 and "fm-notice--success" not in bad.html
    today = city_day(clock.city_now())  # also between midnight here and midnight in UTC
    for part, of in (("from_day", today), ("until_day", today)):
        days |= {f"{part}-day": str(of.day), f"{part}-month": str(of.month), f"{part}-year": str(of.year)}
    page = enter_paper(desk, app, "mandate", **asks, **days)
    assert "Code of the request" in page and re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", page.text)
    with db.read() as s:
        subscriber, paper = (
            s.scalars(select(Subscriber)).one(),
            s.scalars(select(PaperEntry.number).where(PaperEntry.sheet == "newsletter")).one(),
        )
        assert (
            subscriber.confirmed_at is not None and subscriber.paper.replace("-", "") == paper
        )  # the signature is the yes
        assert {row.mail.value for row in s.scalars(select(Preference).where(Preference.person_id == person))} >= {
            "off"
        }
        assert s.scalars(select(Mandate.agent_id)).one() == person
