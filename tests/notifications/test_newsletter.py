"""The newsletter is asked for twice, sent once, and ended with one click; so are other mails."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.base import clock, db
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.notifications import actions, actions_newsletter, sign
from portal.notifications.models import Newsletter, Preference, Rhythm, Subscriber
from portal.notifications.rules import Wish
from tests.client import Client
from tests.identity.help import enter
from tests.notifications.help import outbox, person, put_on, work


def path_in(row: Outgoing) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", row.body)
    assert found
    return found.group(1)


def subscribe(app: Portal, email: str, lang: str = "en") -> None:
    client = Client(app)
    client.post(f"/{lang}/newsletter", {"email": email})
    path = path_in(outbox()[-1])
    client.post(path + "/yes", page=path)


def subscribers() -> list[Subscriber]:
    with db.read() as s:
        return list(s.scalars(select(Subscriber).order_by(Subscriber.id)))


def test_an_address_says_yes_twice(app: Portal, client: Client) -> None:
    assert client.post("/en/newsletter", {"email": "no address"}).status == 422
    page = client.post("/de/newsletter", {"email": "Ana@Example.org"})
    assert page.url == "/de/newsletter/asked"
    (mail,) = outbox()
    assert mail.lang == "de" and mail.secret and subscribers()[0].confirmed_at is None
    path = path_in(mail)
    shown = client.get(path)
    assert shown.status == 200 and subscribers()[0].confirmed_at is None, "opening the link is not yet a yes"
    client.post(path + "/yes", page=path)
    assert subscribers()[0].confirmed_at is not None
    client.post("/en/newsletter", {"email": "ana@example.ORG"})
    assert len(outbox()) == 1 and len(subscribers()) == 1, "who has it is told nothing, and nobody learns of it"


def test_the_form_fills_nobodys_box(app: Portal, client: Client) -> None:
    for _n in range(6):
        client.post("/en/newsletter", {"email": "ana@example.org"})
    assert len(outbox()) == actions_newsletter.MOST_MAILS


@pytest.mark.parametrize("token", ["", "x", "AAAA", "a" * 400, "é"])
def test_a_made_up_address_leads_nowhere(client: Client, token: str) -> None:
    for path in (f"/en/newsletter/confirm/{token}", f"/en/unsubscribe/{token}"):
        assert client.get(path).status == 404
    assert client.post(f"/en/unsubscribe/{token}", token=False).status in {404, 405}


def test_a_token_for_one_thing_is_good_for_no_other(app: Portal, client: Client) -> None:
    subscribe(app, "ana@example.org")
    row = subscribers()[0]
    wrong = sign.token("confirm", row.id, row.secret)
    assert client.post(f"/en/unsubscribe/{wrong}", token=False).status == 404
    forged = wrong[:-2] + ("AA" if wrong[-2:] != "AA" else "BB")
    assert sign.read(forged) is None and sign.read(wrong) == ["confirm", str(row.id), row.secret]
    assert len(subscribers()) == 1


def test_unconfirmed_addresses_are_forgotten(app: Portal, client: Client) -> None:
    client.post("/en/newsletter", {"email": "ana@example.org"})
    with db.write() as s:
        s.execute(update(Subscriber).values(created_at=clock.now() - timedelta(days=8)))
        actions_newsletter.sweep(s)
    assert subscribers() == []


def test_an_issue_is_written_seen_and_sent_to_each_reader_once(app: Portal, client: Client) -> None:
    for n, lang in enumerate(("en", "de", "ar")):
        subscribe(app, f"reader{n}@example.org", lang)
    Client(app).post("/en/newsletter", {"email": "never@example.org"})
    before = len(outbox())
    enter(client, "Ed Itor", roles=["moderator"])
    page = client.post("/en/staff/newsletter", page="/en/staff/newsletter")
    here = page.url
    assert client.post(here + "/send", page=here).status == 409, "nothing is written yet"
    for code, subject in (("en", "Spring news"), ("de", "Nachrichten")):
        form = {"subject": subject, "body": "## Parks\n\nNew **benches**.", "act": "preview"}
        preview = client.post(f"{here}/write/{code}", form)
        assert "<strong>benches</strong>" in preview.html
        assert subject not in client.get(here), "a preview stores nothing"
        client.post(f"{here}/write/{code}", form | {"act": "store"})
        assert subject in client.get(here)
    assert client.post(f"{here}/write/en", {"subject": "", "body": "x"}).status == 422
    client.post(here + "/send", page=here)
    work()
    actions_newsletter.send_out(1)
    sent = outbox()[before:]
    assert [(row.recipient, row.subject) for row in sent] == [
        ("reader0@example.org", "Spring news"), ("reader1@example.org", "Nachrichten"),
        ("reader2@example.org", "Spring news"),
    ]  # fmt: skip
    assert all("<strong>benches</strong>" in row.html and row.unsubscribe for row in sent)
    assert client.post(here + "/send", page="/en/staff/newsletter").status == 409
    assert client.get(f"{here}/write/en").status == 409
    # one click, as a mail program does it: no session, no token
    path = sent[0].unsubscribe.removeprefix("http://127.0.0.1:8000")
    alone = Client(app)
    assert alone.get(path).status == 200 and len(subscribers()) == 4
    answer = alone.http.post(path, data={"List-Unsubscribe": "One-Click"}, base_url=alone.base)
    assert answer.status_code == 200 and len(subscribers()) == 3
    assert alone.http.post(path, data={"List-Unsubscribe": "One-Click"}, base_url=alone.base).status_code == 200


def test_a_large_issue_goes_on_where_it_stopped(app: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions_newsletter, "BATCH", 2)
    now = clock.now()
    with db.write() as s:
        for n in range(5):
            s.add(Subscriber(email=f"r{n}@x.example", email_folded=f"r{n}@x.example", lang="en", secret="s",
                             created_at=now, confirmed_at=now))  # fmt: skip
        row = Newsletter(made_at=now, sent_at=now)
        s.add(row)
        s.flush()
        actions_newsletter.texts.put(s, "newsletter", row.id, "subject", "en", "News")
        actions_newsletter.texts.put(s, "newsletter", row.id, "body", "en", "Text", markdown=True)
        number = row.id
    assert actions_newsletter._send_some(number)
    assert len(outbox()) == 2
    actions_newsletter.send_out(number)
    actions_newsletter.send_out(number)
    assert len({row.recipient for row in outbox()}) == len(outbox()) == 5


def test_one_click_ends_mail_on_a_topic_and_summaries_but_not_what_the_law_requires(app: Portal) -> None:
    put_on(app)
    ana = person(app, email="ana@example.org")
    with db.write():
        actions.tell(ana, "fun.new", {"budget": "x", "phase": "y"})
    work()
    path = outbox()[0].unsubscribe.removeprefix("http://127.0.0.1:8000")
    client = Client(app)
    assert "End these mails" in client.get(path)
    client.post(path)
    with db.read() as s:
        assert s.get_one(Preference, (ana, "fun")).mail is Rhythm.OFF
    required = f"/en/unsubscribe/{sign.token('topic', ana, 'law')}"
    client.post(required)
    with db.write() as s:
        assert s.get(Preference, (ana, "law")) is None
        actions.wish(ana, {"fun": Wish(Rhythm.DAILY)})
    client.post(f"/en/unsubscribe/{sign.token('digest', ana)}")
    with db.read() as s:
        assert s.get_one(Preference, (ana, "fun")).mail is Rhythm.OFF


def test_one_browser_and_one_place_send_only_so_many_mails(app: Portal, client: Client) -> None:
    """The answer stays the same, and no stranger's box hears of it."""
    for n in range(actions_newsletter.MOST_OF_BROWSER + 3):
        assert client.post("/en/newsletter", {"email": f"a{n}@example.org"}).url == "/en/newsletter/asked"
    assert len(outbox()) == actions_newsletter.MOST_OF_BROWSER
    for n in range(actions_newsletter.MOST_OF_ORIGIN + 5):
        assert Client(app).post("/en/newsletter", {"email": f"b{n}@example.org"}).url == "/en/newsletter/asked"
    assert len(outbox()) == actions_newsletter.MOST_OF_ORIGIN


def test_a_signature_on_paper_is_the_yes(app: Portal) -> None:
    """Nobody has to open a link: the consent is stored with its version and the paper's number, and the owner of the
    address is told at once, with one press that ends it."""
    with db.write() as s:
        row = actions_newsletter.subscribe_signed(s, email="Tom@example.org", lang="de", paper="2345-6789")
        assert (row.consent_version, row.paper) == (actions_newsletter.VERSION, "2345-6789")
    row = subscribers()[0]
    assert row.confirmed_at is not None
    mail = outbox()[-1]
    assert mail.recipient == "Tom@example.org" and mail.lang == "de" and "2345-6789" in mail.body
    with db.write() as s:
        actions_newsletter.subscribe_signed(s, email="tom@example.org", lang="en", paper="9999-9999")
    assert len(subscribers()) == 1 and subscribers()[0].paper == "2345-6789" and len(outbox()) == 1
    link = re.search(r"https?://[^/]+(/de/unsubscribe/\S+)", mail.body)[1]
    Client(app).post(link)
    assert subscribers() == []


def test_by_the_link_the_version_is_stored_too(app: Portal) -> None:
    with db.write() as s:
        actions_newsletter.subscribe(s, email="ana@example.org", lang="en", browser="b", origin="o")
        row = s.scalars(select(Subscriber)).one()
        assert row.consent_version == 0
        actions_newsletter.confirm(row, clock.now())
    assert subscribers()[0].consent_version == actions_newsletter.VERSION and subscribers()[0].paper == ""
