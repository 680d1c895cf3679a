"""Staff see what did not arrive, print letters, and nobody else does."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from portal.base import clock, db, mail
from portal.base.mail import Outgoing, State
from portal.base.web import Portal
from portal.identity.models import Contact
from portal.notifications import actions
from portal.notifications.models import Delivery, DeliveryState
from tests.client import Client
from tests.identity.help import enter
from tests.notifications.help import outbox, person, put_on, work


def letters_for(app: Portal, *languages: str) -> None:
    put_on(app)
    for n, lang in enumerate(languages):
        number = person(app, f"Bo Paper{n}", post=f"Mill Street {n}\n10115 Sundhaven", language=lang)
        with db.write():
            actions.tell(number, "law.new", {}, free=("et", "Palun tulge kohale."))
    work()


def test_letters_are_printed_in_their_readers_language_and_posted_once(app: Portal, client: Client) -> None:
    letters_for(app, "en", "ar")
    enter(client, "Cas Officer", roles=["case_officer"])
    assert "2 letters to print" in client.get("/en/staff/")
    assert "2 letters wait." in client.get("/en/staff/letters-to-print")
    page = client.post("/en/staff/letters-to-print/batches", page="/en/staff/letters-to-print")
    assert page.url == "/en/staff/letters-to-print/1" and page.html.count('class="fm-letter"') == 2
    assert "Mill Street 0" in page and "10115 Sundhaven" in page and 'lang="ar" dir="rtl"' in page.html
    assert 'lang="et"' in page.html and "http://127.0.0.1:8000/en/inbox/1" in page
    again = client.get("/en/staff/letters-to-print")
    assert "No letter waits" in again and "to print and post" in again
    client.post("/en/staff/letters-to-print/1/posted", page="/en/staff/letters-to-print")
    with db.read() as s:
        assert {row.state for row in s.scalars(select(Delivery))} == {DeliveryState.POSTED}
    assert client.post("/en/staff/letters-to-print/1/posted", page="/en/inbox/settings").status == 409
    assert "No letter waits" in client.post("/en/staff/letters-to-print/batches", page="/en/inbox/settings")
    assert client.get("/en/staff/letters-to-print/9").status == 404


def test_a_letter_whose_address_is_gone_says_so(app: Portal, client: Client) -> None:
    letters_for(app, "en")
    with db.write() as s:
        s.query(Contact).delete()
    enter(client, "Cas Officer", roles=["administrator"])
    page = client.post("/en/staff/letters-to-print/batches", page="/en/staff/letters-to-print")
    assert "do not post this letter" in page and "Mill Street" not in page


def troubled(app: Portal) -> None:
    now = clock.now()
    with db.write() as s:
        for n, state in enumerate((State.DEAD, State.UNCERTAIN, State.SENT, State.WAITING)):
            mail.put(s, to=f"r{n}@example.org", subject=f"Mail {n}", body="Words", lang="en", wake=False)
            s.execute(update(Outgoing).where(Outgoing.subject == f"Mail {n}").values(state=state, sending_at=now))


def test_what_did_not_arrive_waits_for_a_decision(app: Portal, client: Client) -> None:
    enter(client, "Ada Admin", roles=["administrator"])
    assert "Every mail arrived" in client.get("/en/staff/post")
    troubled(app)
    assert "2 mails did not arrive" in client.get("/en/staff/")
    page = client.get("/en/staff/post")
    assert "Mail 0" in page and "Mail 1" in page and "Mail 2" not in page and "Words" not in page
    assert "No mail server is set." in page
    dead, uncertain = outbox()[:2]
    client.post(f"/en/staff/post/{dead.id}/again", page="/en/staff/post")
    client.post(f"/en/staff/post/{uncertain.id}/leave", page="/en/staff/post")
    assert [row.state for row in outbox()[:2]] == [State.WAITING, State.DROPPED]
    assert client.post(f"/en/staff/post/{dead.id}/again", page="/en/inbox/settings").status == 409
    assert client.post("/en/staff/post/99/again", page="/en/inbox/settings").status == 404


@pytest.mark.parametrize("path", ["post", "letters-to-print", "newsletter"])
def test_these_screens_are_for_those_whose_work_it_is(app: Portal, client: Client, path: str) -> None:
    enter(client, "Lia Librarian", roles=["librarian"])
    assert client.get(f"/en/staff/{path}").status == 403
