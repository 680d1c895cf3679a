"""Who looks leaves a line, says why first, and can be asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.audit.models_looks import Look
from portal.base import clock, db, ground, i18n
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.rights.models import DataRequest
from tests.client import Client
from tests.identity.help import enter


@pytest.fixture
def desk(app: Portal) -> Client:
    client = Client(app)
    enter(client, "Adam Kask", roles=("administrator",))
    return client


def lines(app: Portal, person_id: int) -> list[Look]:
    ground.stand_on(app.ground)
    with db.read() as s:
        return list(s.scalars(select(Look).where(Look.person_id == person_id).order_by(Look.id)))


def open_with_reason(desk: Client, person_id: int, why: str = "asked", words: str = "") -> None:
    page = desk.get(f"/en/staff/people/{person_id}", follow=False)
    assert page.status == 303, "the reason comes first"
    form = page.response.headers["Location"]
    assert "Say why you open this" in desk.get(form)
    assert desk.post(form, {"why": why, "words": words}).url == f"/en/staff/people/{person_id}"


def test_the_page_about_a_person_opens_after_a_reason(app: Portal, desk: Client, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    open_with_reason(desk, ana, "other", "She rang the help line")
    assert "Ana Ilves" in desk.get(f"/en/staff/people/{ana}", follow=False), "it holds for this session"
    (row,) = lines(app, ana)
    assert (row.why, row.words, row.role) == ("other", "She rang the help line", "administrator")
    assert (row.kind, row.object_id, row.page) == ("person", str(ana), "identity_staff.person")


def test_no_side_door_shows_a_person_without_a_reason(app: Portal, desk: Client, client: Client) -> None:
    """The page of absences tells a name, and a form sent back with a fault the whole page."""
    ana = enter(client, "Ana Ilves")
    assert desk.get(f"/en/staff/people/{ana}/absence", follow=False).status == 303
    page = desk.post(f"/en/staff/people/{ana}/disable", {"reason": ""}, page="/en/account")
    assert "Say why you open this" in page and "Ana Ilves" not in page
    open_with_reason(desk, ana)
    assert "Ana Ilves" in desk.get(f"/en/staff/people/{ana}/absence", follow=False)


def test_the_reason_holds_for_half_an_hour_and_for_this_person(app: Portal, desk: Client, client: Client) -> None:
    ana, bo = enter(client, "Ana Ilves"), enter(Client(app), "Bo Andersen")
    open_with_reason(desk, ana)
    assert desk.get(f"/en/staff/people/{bo}", follow=False).status == 303
    ground.stand_on(app.ground)
    with db.write() as s:
        s.execute(update(Look).values(at=clock.now() - timedelta(minutes=31)))
    assert desk.get(f"/en/staff/people/{ana}", follow=False).status == 303


def test_no_reason_no_page(app: Portal, desk: Client, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    form = f"/en/staff/look?kind=person&id={ana}&next=/en/staff/people/{ana}"
    for data in ({}, {"why": "other", "words": "short"}, {"why": "request"}, {"why": "no such"}):
        page = desk.post(form, data)
        assert page.status == 422 and "There is a problem" in page
    assert lines(app, ana) == []
    assert desk.get("/en/staff/look?kind=person&id=99999").status == 404
    assert desk.get("/en/staff/look?kind=page&id=1").status == 404


def test_the_reason_of_one_clerk_opens_nothing_for_another(app: Portal, desk: Client, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    open_with_reason(desk, ana)
    other = Client(app)
    enter(other, "Ada Second", roles=("administrator",))
    assert other.get(f"/en/staff/people/{ana}", follow=False).status == 303


def test_ones_own_page_needs_no_reason(app: Portal, desk: Client) -> None:
    me = enter(desk, "Adam Kask")
    assert desk.get(f"/en/staff/people/{me}", follow=False).status == 200
    assert lines(app, me) == []


def test_a_list_leaves_one_line_each_in_half_an_hour(app: Portal, desk: Client, client: Client) -> None:
    ana, bo = enter(client, "Ana Ilves"), enter(Client(app), "Bo Andersen")
    for _ in range(3):
        assert desk.get("/en/staff/people?q=an").status == 200
    for person in (ana, bo):
        (row,) = lines(app, person)
        assert (row.how, row.why) == ("search", "list")
    assert desk.get(f"/en/staff/people/{ana}", follow=False).status == 303, "a list is no reason"


def test_the_person_sees_who_looked_and_asks_why(app: Portal, desk: Client, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    open_with_reason(desk, ana, "check", "A complaint about a double account")
    page = client.get("/en/my/data/log")
    for words in ("Adam Kask", "Administrator", "A complaint or a control", "A complaint about a double account"):
        assert words in page
    (row,) = lines(app, ana)
    sent = client.post(f"/en/my/data/log/{row.id}/ask", {"words": "Which complaint?"})
    assert "Which complaint?" in sent and "Answer due" in sent
    assert "Your question no." in client.get("/en/my/data/log")
    with db.read() as s:
        asked = s.scalars(select(DataRequest)).one()
        assert (asked.person_id, asked.look_id) == (ana, row.id)
        assert asked.due_on > i18n.in_zone(asked.received_at).date() + timedelta(days=27)
        mail = s.scalars(select(Outgoing)).one()
        assert mail.recipient == "portal@sundhaven.example" and "Which complaint" not in mail.body
    again = client.get(f"/en/my/data/log/{row.id}/ask", follow=False)
    assert again.status == 303, "asked once: the same question shows"


def test_nobody_asks_about_or_sees_anothers_line(app: Portal, desk: Client, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    open_with_reason(desk, ana)
    (row,) = lines(app, ana)
    stranger = Client(app)
    enter(stranger, "Tom Other")
    assert stranger.get(f"/en/my/data/log/{row.id}/ask").status == 404
    assert "Nobody has looked at your data" in stranger.get("/en/my/data/log")


def test_the_log_pages_and_filters(app: Portal, client: Client) -> None:
    ana = enter(client, "Ana Ilves")
    with db.write() as s:
        for n in range(60):
            role = "auditor" if n % 3 else "administrator"
            s.add(Look(at=clock.now(), person_id=ana, actor_id=ana, role=role, page="x", why="asked"))
    assert "60 lines" in client.get("/en/my/data/log")
    assert "40 lines" in client.get("/en/my/data/log?role=auditor")
    assert client.get("/en/my/data/log?page=3&role=nonsense").status == 200


def test_the_log_costs_the_same_with_many_lines(app: Portal, client: Client, count_queries) -> None:  # type: ignore[no-untyped-def]
    ana = enter(client, "Ana Ilves")
    numbers = []
    for n in (1, 24):
        with db.write() as s:
            s.add_all(Look(at=clock.now(), person_id=ana, actor_id=ana + k, role="auditor", page="x") for k in range(n))
        client.get("/en/my/data/log")
        with count_queries(app) as counted:
            client.get("/en/my/data/log")
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]
