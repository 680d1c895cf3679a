"""Administrators give and take roles; each act leaves a line."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.audit.models import Entry
from portal.base import clock, db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.cli import main_group
from portal.identity import actions, actions_help, queries
from portal.identity.commands import invite
from portal.identity.models import Invitation, RoleGrant
from tests.client import Client
from tests.identity.help import enter


@pytest.fixture
def desk(app: Portal) -> Client:
    client = Client(app)
    enter(client, "Adam Kask", roles=("administrator",))
    return client


def lines(verb: str) -> list[tuple[object, object, object]]:
    with db.read() as s:
        return [(r.person_id, r.before, r.after) for r in s.execute(select(Entry).where(Entry.verb == verb)).scalars()]


def test_a_role_is_given_and_taken_with_a_line_each(app: Portal, desk: Client, client: Client) -> None:
    bo = enter(client, "Bo Andersen")
    assert client.get("/en/staff/people").status == 403
    page = f"/en/staff/people/{bo}"
    assert desk.post(f"{page}/grant", {"role": "administrator"}, page=page).status == 200
    assert client.get("/en/staff/people").status == 200  # at once, in the session that was open
    assert desk.post(f"{page}/revoke", {"role": "administrator"}, page=page).status == 200
    assert client.get("/en/staff/people").status == 403
    ground.stand_on(app.ground)
    with db.read() as s:
        adam = s.scalars(select(RoleGrant.person_id)).one()
    assert lines("granted role") == [(adam, [], ["administrator"])]
    assert lines("took role") == [(adam, ["administrator"], [])]


def test_giving_twice_is_one_grant_and_one_line(app: Portal, desk: Client, client: Client) -> None:
    bo = enter(client, "Bo Andersen")
    page = f"/en/staff/people/{bo}"
    for _ in range(2):
        desk.post(f"{page}/grant", {"role": "auditor"}, page=page)
    ground.stand_on(app.ground)
    assert len(lines("granted role")) == 1


def test_nobody_takes_the_administrators_role_from_themselves(app: Portal, desk: Client) -> None:
    ground.stand_on(app.ground)
    with db.read() as s:
        adam = s.scalars(select(RoleGrant.person_id)).one()
    page = desk.get(f"/en/staff/people/{adam}")
    assert "Take the role away: Administrator" not in page
    answer = desk.post(f"/en/staff/people/{adam}/revoke", {"role": "administrator"}, page=f"/en/staff/people/{adam}")
    assert answer.status == 409
    assert desk.get("/en/staff/people").status == 200


def test_nobody_gives_themselves_a_role(app: Portal, desk: Client) -> None:
    """The administrator is no budget officer by their own hand, so nobody is two people at a count."""
    ground.stand_on(app.ground)
    with db.read() as s:
        adam = s.scalars(select(RoleGrant.person_id)).one()
    page = f"/en/staff/people/{adam}"
    assert "Give the role: Budget officer" not in desk.get(page)
    answer = desk.post(f"{page}/grant", {"role": "budget_officer"}, page="/en/account")
    assert answer.status == 409 and "Nobody gives themselves a role" in answer
    assert lines("granted role") == []


def test_an_unknown_role_or_person(desk: Client, client: Client) -> None:
    bo = enter(client, "Bo Andersen")
    page = f"/en/staff/people/{bo}"
    assert desk.post(f"{page}/grant", {"role": "king"}, page=page).status == 409
    assert desk.post("/en/staff/people/99999/grant", {"role": "auditor"}, page=page).status == 404
    assert desk.get("/en/staff/people/99999").status == 404


@pytest.mark.parametrize("role", ["moderator", "budget_officer", "auditor", "planner", "case_officer", "librarian"])
def test_other_staff_stay_outside(client: Client, role: str) -> None:
    enter(client, "Bo Andersen", roles=(role,))
    for where in ("/en/staff/people", "/en/staff/people/1", "/en/staff/districts", "/en/staff/districts/new"):
        assert client.get(where).status == 403


def test_people_are_found_by_name_and_role(app: Portal, desk: Client) -> None:
    for name in ("Piotr Zieliński", "Ana Ilves", "Õnne Õun"):
        enter(Client(app), name, roles=("moderator",) if name.startswith("P") else ())
    assert "Zieliński" in desk.get("/en/staff/people?q=ZIELINSKI").text
    assert "Õnne" in desk.get("/en/staff/people?q=onne").text
    page = desk.get("/en/staff/people?role=moderator").text
    assert "Zieliński" in page and "Ana Ilves" not in page
    assert "Nobody found" in desk.get("/en/staff/people?q=%25")
    assert "Nobody found" in desk.get("/en/staff/people?q=nobody&role=king&page=99999999999")


def test_many_people_are_paged(app: Portal, desk: Client) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        for n in range(60):
            actions.person_for(s, "https://x.example", f"p{n}", name=f"Person {n:02}", language=None, now=clock.now())
    first, last = desk.get("/en/staff/people?q=person"), desk.get("/en/staff/people?q=person&page=3")
    assert "60 people" in first
    assert "Person 00" in first.text and "Person 59" in last.text
    assert "Page 3 of 3" in last.text


# Invitations


def invited(app: Portal) -> str:
    ground.stand_on(app.ground)
    with db.write() as s:
        return actions.invite(s, "administrator", clock.now())


def test_the_command_prints_a_link(app: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    ground.stand_on(app.ground)
    assert not _administrated()
    invite.main(["administrator"], standalone_mode=False)
    link = capsys.readouterr().out.strip()
    assert link.startswith("http://127.0.0.1:8000/en/invitation/")
    with db.read() as s:
        assert queries.invitation(s, link.rpartition("/")[2]) is not None
        assert link.rpartition("/")[2] not in s.scalars(select(Invitation.token_hash)).one()
    with pytest.raises(SystemExit):
        invite.main(["king"], standalone_mode=False)
    assert main_group.name


def _administrated() -> bool:
    with db.read() as s:
        return queries.has_administrator(s)


def test_a_signed_in_person_accepts(app: Portal, client: Client) -> None:
    token = invited(app)
    enter(client, "Bo Andersen")
    page = client.get(f"/en/invitation/{token}")
    assert page.url == "/en/invitation"  # the token has left the address
    assert "Administrator" in page.text
    client.post("/en/invitation")
    assert client.get("/en/staff/people").status == 200
    assert lines("accepted invitation")[0][2] == "administrator"
    other = Client(app)
    assert other.get(f"/en/invitation/{token}").status == 410


def test_an_invitation_is_over_after_an_hour(app: Portal, client: Client) -> None:
    token = invited(app)
    with db.write() as s:
        s.execute(update(Invitation).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert client.get(f"/en/invitation/{token}").status == 410
    assert client.get("/en/invitation/nonsense").status == 404
    assert client.get("/en/invitation").status == 404


def test_two_people_at_once_one_gets_it(app: Portal) -> None:
    token = invited(app)
    people = []
    for name in ("Ana", "Bo", "Ines", "Kai"):
        client = Client(app)
        people.append(enter(client, name))
    verdicts: list[bool] = []
    start = threading.Barrier(len(people))

    def take(person_id: int) -> None:
        start.wait()
        with db.write() as s:
            from portal.base.actor import Actor

            verdicts.append(bool(actions.accept_invitation(s, Actor(person_id=person_id), token, clock.now())))

    threads = [threading.Thread(target=take, args=(p,)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == [False, False, False, True]
    with db.read() as s:
        assert len(s.scalars(select(RoleGrant.id)).all()) == 1


def test_one_person_first_seen_in_two_browsers_at_once(app: Portal) -> None:
    ground.stand_on(app.ground)
    found: list[int] = []
    start = threading.Barrier(4)

    def first() -> None:
        start.wait()
        with db.write() as s:
            person = actions.person_for(s, "https://x.example", "ana", name="Ana", language="en", now=clock.now())
            found.append(person.id)

    threads = [threading.Thread(target=first) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1


def test_guests_are_found_by_their_name_and_do_not_fill_the_list(app: Portal) -> None:
    client = Client(app)
    enter(client, "Adam Kask", roles=["administrator"])
    with db.write() as s:
        actions_help.make_guest(s, SYSTEM, "Juhan Oja", "et", clock.now())
    page = client.get("/en/staff/people")
    assert "Adam Kask" in page and "Juhan Oja" not in page and "found by their name" in page
    assert "Juhan Oja" in client.get("/en/staff/people?q=oja")
