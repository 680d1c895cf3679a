"""Sessions live on the server: limits, traces, and ending them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.identity import actions
from portal.identity.models import Person, SignIn
from tests.client import Client
from tests.identity.help import enter


def set_row(app: Portal, **values: object) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        s.execute(update(SignIn).values(**values))


def seen(app: Portal) -> datetime:
    ground.stand_on(app.ground)
    with db.read() as s:
        return s.scalars(select(SignIn.last_seen_at)).one()


def inside(client: Client) -> bool:
    return client.get("/en/account", follow=False).status == 200


def test_a_session_is_a_row_with_a_hash(app: Portal, client: Client) -> None:
    enter(client)
    assert inside(client)
    with client.http.session_transaction(base_url="http://127.0.0.1:8000") as kept:
        reference = kept["_user_id"]
    ground.stand_on(app.ground)
    with db.read() as s:
        assert reference not in str(s.scalars(select(SignIn.token_hash)).one())


def test_a_revoked_session_is_dead_at_once(app: Portal, client: Client) -> None:
    enter(client)
    set_row(app, revoked_at=clock.now())
    assert not inside(client)


def test_idle_for_too_long(app: Portal, client: Client) -> None:
    enter(client)
    set_row(app, last_seen_at=clock.now() - timedelta(hours=1, seconds=1))
    assert not inside(client)


def test_too_old_however_busy(app: Portal, client: Client) -> None:
    enter(client)
    set_row(app, ends_at=clock.now())
    assert not inside(client)


def test_a_closed_account(app: Portal, client: Client) -> None:
    person = enter(client)
    ground.stand_on(app.ground)
    with db.write() as s:
        s.execute(update(Person).where(Person.id == person).values(closed_at=clock.now()))
    assert not inside(client)


def test_last_seen_moves_once_a_minute(app: Portal, client: Client) -> None:
    enter(client)
    before = clock.now() - timedelta(seconds=50)
    set_row(app, last_seen_at=before)
    assert inside(client)
    assert seen(app) == before
    set_row(app, last_seen_at=before - timedelta(seconds=20))
    assert inside(client)
    assert seen(app) > before


def test_a_writing_request_leaves_no_trace_in_the_session(app: Portal, client: Client) -> None:
    """A cast must not tell its moment."""
    enter(client)
    token = client.get("/en/account").token
    before = clock.now() - timedelta(minutes=20)
    set_row(app, last_seen_at=before)
    answer = client.http.post(
        "/en/account/language", data={"csrf_token": token, "language": "de"}, base_url="http://127.0.0.1:8000"
    )
    assert answer.status_code == 303
    assert seen(app) == before


def test_who_acts_is_one_select(app: Portal, client: Client) -> None:
    enter(client, roles=("auditor", "planner", "librarian"))
    ground.stand_on(app.ground)
    with client.http.session_transaction(base_url="http://127.0.0.1:8000") as kept:
        reference = kept["_user_id"]
    said: list[str] = []
    event.listen(app.ground.database.engine, "before_cursor_execute", lambda *a: said.append(a[2]))
    with db.read():
        actor = actions.recognise(reference)
    assert actor is not None
    assert actor.roles == {"auditor", "planner", "librarian"}
    # the marks, which nearly every page asks for, go along where that saves a trip
    assert len([text for text in said if text.lstrip().startswith("SELECT") and "FROM mark" not in text]) == 1


def test_seeing_and_ending_ones_sessions(app: Portal, client: Client) -> None:
    enter(client)
    others = [Client(app), Client(app)]
    for other in others:
        enter(other)
    stranger = Client(app)
    enter(stranger, "Jonas Brandt")
    page = client.get("/en/account")
    assert page.text.count("Another browser") == 2
    client.post("/en/account/sessions/end-others", page="/en/account")
    assert inside(client)
    assert not any(inside(other) for other in others)
    assert inside(stranger)


def test_ending_one_session_and_never_anothers(app: Portal, client: Client) -> None:
    enter(client)
    other, stranger = Client(app), Client(app)
    enter(other)
    enter(stranger, "Jonas Brandt")
    ground.stand_on(app.ground)
    with db.read() as s:
        mine = s.scalars(select(SignIn.id).order_by(SignIn.id)).all()
    assert stranger.post(f"/en/account/sessions/{mine[1]}/end", page="/en/account").status == 404
    assert inside(other)
    assert client.post(f"/en/account/sessions/{mine[1]}/end", page="/en/account").status == 200
    assert not inside(other)


def test_the_account_page_asks_a_fixed_number_of_times(app: Portal, client: Client) -> None:
    enter(client, district="saltwick", ages={"16@2026-06-01": True})
    said: list[str] = []
    event.listen(app.ground.database.engine, "before_cursor_execute", lambda *a: said.append(a[2]))

    def selects() -> int:
        said.clear()
        client.get("/en/account")
        return len([text for text in said if text.lstrip().startswith("SELECT")])

    selects()
    few = selects()
    for _ in range(12):
        enter(Client(app), district="saltwick", ages={f"{n}@2026-06-01": True for n in range(10, 30)})
    assert selects() == few


@pytest.mark.parametrize("language", ["en", "de", "et", "fr", "pl", "ar"])
def test_the_account_page_in_every_language(client: Client, language: str) -> None:
    enter(client, roles=("auditor",), district="no", ages={"16@2026-06-01": True, "18@2026-06-01": False}, resident="7")
    assert client.get(f"/{language}/account").status == 200
    assert client.get(f"/{language}/sign-in").status == 200
    assert client.get(f"/{language}/signed-out").status == 200


def test_what_is_over_is_forgotten(app: Portal, client: Client) -> None:
    enter(client, ages={"16@2026-06-01": True})
    ground.stand_on(app.ground)
    with db.write() as s:
        actions.sweep(s, clock.now() + timedelta(days=10))
        assert s.query(SignIn).count() == 1
        assert s.query(SignIn).one().id_token is None
        actions.sweep(s, clock.now() + timedelta(days=500))
        assert s.query(SignIn).count() == 0
