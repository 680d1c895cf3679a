"""Corrections, restrictions, objections: asked, due, answered, told; and marks that staff see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.audit.models_looks import Look
from portal.base import clock, db, ground
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.identity.models import Contact, Way
from portal.rights.models import DataRequest, MarkKind, PersonMark
from tests.client import Client
from tests.identity.help import enter


@pytest.fixture
def officer(app: Portal) -> Client:
    client = Client(app)
    enter(client, "Dora Officer", roles=("data_protection_officer",))
    return client


def sent(client: Client, wish: str, words: str = "Please look at it") -> DataRequest:
    page = client.post(f"/en/my/data/requests/new/{wish}", {"about": "contact", "words": words})
    assert words in page, page.text
    ground.stand_on(client.app.ground)
    with db.read() as s:
        return s.scalars(select(DataRequest).order_by(DataRequest.id.desc())).first()  # type: ignore[return-value]


def reachable(person_id: int, email: str) -> None:
    with db.write() as s:
        s.add(Contact(person_id=person_id, way=Way.EMAIL, value=email, value_folded=email, created_at=clock.now(),
                      confirmed_at=clock.now()))  # fmt: skip


def test_asked_answered_and_told(app: Portal, client: Client, officer: Client) -> None:
    ana = enter(client, "Ana Ilves", language="de")
    ground.stand_on(app.ground)
    reachable(ana, "ana@home.example")
    row = sent(client, "correction", "The street is wrong")
    assert "1 request about data waits" in officer.get("/en/staff/")
    page = officer.get("/en/staff/data-requests")
    assert "Ana Ilves" in page and "Overdue" not in page
    desk = f"/en/staff/data-requests/{row.id}"
    assert "The street is wrong" in officer.get(desk)
    assert officer.post(desk, {"outcome": "done"}).status == 422
    assert "was told" in officer.post(desk, {"outcome": "done", "answer": "It is right now."})
    assert "It is right now." in client.get(f"/en/my/data/requests/{row.id}")
    assert officer.post(desk, {"outcome": "refused", "answer": "x", "csrf_token": page_token(officer)}).status == 409
    with db.read() as s:
        mail = s.scalars(select(Outgoing).where(Outgoing.recipient == "ana@home.example")).one()
        assert mail.lang == "de" and "It is right now" not in mail.body
    assert "Answered" in officer.get("/en/staff/data-requests?answered=1")


def page_token(client: Client) -> str:
    return client.get("/en/staff/breaches/new").token


def test_opening_a_request_stands_in_the_persons_log(app: Portal, client: Client, officer: Client) -> None:
    ana = enter(client, "Ana Ilves")
    row = sent(client, "objection")
    for _ in range(2):
        officer.get(f"/en/staff/data-requests/{row.id}")
    with db.read() as s:
        (look,) = s.scalars(select(Look).where(Look.person_id == ana)).all()
    assert (look.why, look.role) == ("request", "data_protection_officer")
    assert "A request of the person" in client.get("/en/my/data/log")


def test_a_granted_restriction_marks_the_person(app: Portal, client: Client, officer: Client) -> None:
    ana = enter(client, "Ana Ilves")
    row = sent(client, "restriction")
    officer.post(f"/en/staff/data-requests/{row.id}", {"outcome": "partly", "answer": "Yes"})
    admin = Client(app)
    enter(admin, "Adam Kask", roles=("administrator",))
    admin.post(f"/en/staff/look?kind=person&id={ana}", {"why": "asked"})
    assert "Restriction: kept, but not used without need" in admin.get(f"/en/staff/people/{ana}")
    with db.read() as s:
        assert s.scalars(select(PersonMark.kind).where(PersonMark.person_id == ana)).all() == [MarkKind.RESTRICTED]


def test_a_refused_one_marks_nobody(app: Portal, client: Client, officer: Client) -> None:
    enter(client, "Ana Ilves")
    row = sent(client, "restriction")
    officer.post(f"/en/staff/data-requests/{row.id}", {"outcome": "refused", "answer": "The law forbids it"})
    with db.read() as s:
        assert s.scalars(select(PersonMark)).all() == []


def test_two_months_more_with_a_reason(app: Portal, client: Client, officer: Client) -> None:
    enter(client, "Ana Ilves")
    row = sent(client, "objection")
    desk = f"/en/staff/data-requests/{row.id}"
    assert officer.post(f"{desk}/extend", {"why": ""}, page=desk).status == 422
    assert "was extended" in officer.post(f"{desk}/extend", {"why": "Many requests"}, page=desk)
    assert officer.post(f"{desk}/extend", {"why": "Again", "csrf_token": page_token(officer)}).status == 409
    assert "Many requests" in client.get(f"/en/my/data/requests/{row.id}")


def test_overdue_is_said(app: Portal, client: Client, officer: Client) -> None:
    enter(client, "Ana Ilves")
    sent(client, "correction")
    ground.stand_on(app.ground)
    with db.write() as s:
        s.execute(update(DataRequest).values(due_on=clock.city_now().date() - timedelta(days=1)))
    page = officer.get("/en/staff/")
    assert "1 request about data waits" in page and "It was due on" in page
    assert "Overdue" in officer.get("/en/staff/data-requests")


def test_nobody_reads_anothers_request(app: Portal, client: Client) -> None:
    enter(client, "Ana Ilves")
    row = sent(client, "correction")
    stranger = Client(app)
    enter(stranger, "Tom Other")
    assert stranger.get(f"/en/my/data/requests/{row.id}").status == 404
    assert client.get("/en/my/data/requests/new/everything").status == 404
    assert client.post("/en/my/data/requests/new/correction", {"about": "vote", "words": "x"}).status == 422


def test_each_form_says_why_before_its_first_field(app: Portal, client: Client) -> None:
    enter(client, "Ana Ilves")
    for path in ("/en/my/data/requests/new/correction", "/en/accessibility/report", "/en/account"):
        html = client.get(path).html
        said = html.index('class="fm-why"')
        form = html[said:]
        assert "Basis in law" in form and "How long" in form, path
        assert form.index("</dl>") < form.index("<form"), path
