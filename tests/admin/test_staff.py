"""The staff's screens of the house itself."""

from __future__ import annotations

from portal.admin.rules import STAFF
from portal.audit.actions import record
from portal.base import clock, db, ground, jobs, mail
from portal.base.actor import Actor
from portal.base.jobs import JobRow
from portal.base.web import Portal
from tests.client import Client
from tests.identity.help import enter


def test_everyone_with_a_role_has_a_desk(client: Client) -> None:
    for role in STAFF:
        enter(client, f"Some {role}", roles=[role])
        page = client.get("/en/staff/")
        assert page.status == 200
        assert ("Set up the city" in page) is (role == "administrator")


def test_an_empty_city_tells_its_administrator_what_to_do(client: Client) -> None:
    enter(client, "Ada Root", roles=["administrator"])
    page = client.get("/en/staff/")
    assert "Set up the city" in page
    assert "Add the city’s districts." in page
    assert "Let two people sign in" in page


def test_residents_have_no_desk(client: Client) -> None:
    enter(client, "Ana Ilves")
    assert client.get("/en/staff/").status == 403


def test_the_record_can_be_searched(app: Portal, client: Client) -> None:
    person = enter(client, "Åsa Öberg", roles=["auditor"])
    ground.stand_on(app.ground)
    with db.write():
        for n in range(60):
            record(Actor(person_id=person), "page.written", "page", n, after={"lang": "de", "n": n})
        record(Actor(person_id=person), "notice.put", "notice", 7, after={"words": "Flood <b>"})
    page = client.get("/en/staff/audit")
    assert "notice.put" in page
    assert "<b>" not in page.html.split("<main", 1)[1]
    assert "page.written" in client.get("/en/staff/audit?page=2")
    only = client.get("/en/staff/audit?verb=notice.put")
    assert "1 line" in only
    assert "1 line" in client.get("/en/staff/audit?q=Flood")
    assert "notice.put" in client.get("/en/staff/audit?person=asa+oberg")
    assert "0 lines" in client.get("/en/staff/audit?until=2020-01-01")
    assert client.get("/en/staff/audit?verb=nonsense&page=99999&since=x").status == 200


def test_settings_show_no_secret(client: Client) -> None:
    enter(client, "Ada Root", roles=["administrator"])
    page = client.get("/en/staff/settings")
    assert "Europe/Tallinn" in page
    assert "a secret for tests" not in page.html


def test_a_failed_job_can_be_tried_again(app: Portal, client: Client) -> None:
    enter(client, "Ada Root", roles=["administrator"])
    ground.stand_on(app.ground)
    with db.write() as s:
        jobs.enqueue(s, "no.such.kind", {})
        row = s.query(JobRow).filter_by(kind="no.such.kind").one()
        row.failed_at, row.tries, row.last_error = clock.now(), 8, "RuntimeError: broken <i>"
        key = row.id
    page = client.get("/en/staff/jobs")
    assert "no.such.kind" in page
    assert "1 job failed" in client.get("/en/staff/")
    client.post(f"/en/staff/jobs/{key}/again", page="/en/staff/jobs")
    with db.read() as s:
        again = s.get_one(JobRow, key)
    assert (again.failed_at, again.tries) == (None, 0)


def test_the_demos_mail_is_shown_in_the_demo_only(app: Portal, client: Client) -> None:
    enter(client, "Ada Root", roles=["administrator"])
    ground.stand_on(app.ground)
    with db.write() as s:
        mail.put(s, to="ana@mail.example", subject="Hello", body="Body", lang="en")
    assert client.get("/en/staff/outbox").status == 404
