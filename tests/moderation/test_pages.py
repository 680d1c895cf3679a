"""The pages: anybody reports, moderators decide, authors read why and appeal; and nobody else sees any of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from portal.audit.models_looks import Look
from portal.base import clock, db
from portal.base.actor import NOBODY, Actor
from portal.base.web import Portal
from portal.moderation import actions, actions_decide, queries, rules
from portal.moderation.models import Act, Appeal, Decision, Flagged, Ground, Reason, Report
from portal.moderation.rules import Statement
from tests.client import Client
from tests.identity.help import enter, limited
from tests.moderation import board

REASON = {"ground": "rule", "rule": "insult", "phrase": "insult", "facts": "Er beleidigt.", "facts_lang": "de"}


@pytest.fixture
def town(app: Portal) -> Iterator[Portal]:
    board.put_up(app)
    yield app


def moderator(app: Portal, name: str = "Mo") -> Client:
    client = Client(app)
    enter(client, name, roles=["moderator"])
    return client


def item(number: int) -> str:
    return f"/en/staff/moderation/{board.queued(number).id}"


def send(client: Client, number: int, **more: Any) -> Any:
    """Open the item's page, fill in the decision and send it."""
    page = client.get(item(number))
    return client.post(item(number), {**page.fields(), **REASON, **more}, follow=False)


def test_anybody_reports_and_follows_the_report_by_its_number(town: Portal) -> None:
    note = board.note("Du bist <b>dumm</b>", lang="de")
    guest = Client(town)
    page = guest.get(f"/en/report/note/{note}")
    assert "Du bist <b>dumm</b>" in page.text and 'lang="de"' in page.html and "<b>dumm" not in page.html
    assert guest.post(f"/en/report/note/{note}", {**page.fields()}).status == 422
    assert guest.post(f"/en/report/note/{note}", {**page.fields(), "reason": "other"}).status == 422
    sent = guest.post(f"/en/report/note/{note}", {**page.fields(), "reason": "insult", "words": "<script>alert(1)"})
    assert sent.status == 200 and "The moderators have your report" in sent
    with db.read() as s:
        row = s.query(Report).one()
    assert row.person_id is None and row.reference in sent.text
    assert guest.get("/en/moderation/reports/0000-0000-0000").status == 404

    desk = moderator(town)
    assert "&lt;script&gt;" in desk.get(item(note)).html
    assert send(desk, note, act="hide").status == 303
    assert "Hidden" in guest.get(f"/en/moderation/reports/{row.reference}")
    assert guest.get(f"/en/report/note/{note}").status == 404, "hidden: it does not exist for a guest"
    assert guest.get("/en/report/nothing/1").status == 404


def test_every_kind_with_content_stands_in_the_queue_when_reported(town: Portal) -> None:
    """A kind that people write and nobody can moderate would be a trap for moderators."""
    note = board.note("Benches by the pond")
    board.report(note, NOBODY)
    with db.write() as s:
        for name in queries.kinds():
            s.add(Flagged(kind=name, object_id=999999, first_at=clock.now()))
    page = moderator(town).get("/en/staff/moderation")
    assert page.html.count('data-label="Why"') == 1 + len(queries.kinds())
    assert "Benches by the pond" in page and "It insults or harasses somebody" in page
    for feature in town.ground.features:
        for kind in feature.kinds:
            if kind.content is not None:
                assert kind.label is not None, f"{kind.name}: moderators must be able to read what it is"
                assert f'value="{kind.name}"' in page.html, f"{kind.name} cannot be chosen in the queue"
                assert {"hidden_at", "held_at", "locked_at"} <= set(kind.model.__table__.columns.keys())  # type: ignore[attr-defined]


def test_filters_of_the_queue(town: Portal) -> None:
    for body, lang, reason in (("One", "en", Reason.SPAM), ("Zwei", "de", Reason.INSULT), ("Three", "en", Reason.HATE)):
        board.report(board.note(body, lang=lang), NOBODY, reason)
    held = board.note("Vier", lang="de")
    with db.write() as s:
        actions.screen(s, NOBODY, "note", held, "Vier", premoderated=True)
    desk = moderator(town)

    def shown(query: str) -> set[str]:
        page = desk.get(f"/en/staff/moderation?{query}")
        return {one for one in ("One", "Zwei", "Three", "Vier") if f">{one}</bdi>" in page.html}

    assert shown("") == {"One", "Zwei", "Three", "Vier"}
    assert shown("language=de") == {"Zwei", "Vier"}
    assert shown("reason=hate") == {"Three"}
    assert shown("state=held") == {"Vier"}
    assert shown("state=decided") == shown("days=1") == shown("claimed=mine") == set()
    assert shown("kind=note&reason=nonsense&days=x&sort=likely&page=9x") == {"One", "Zwei", "Three", "Vier"}
    desk.post(f"/en/staff/moderation/{board.queued(held).id}/claim", page=item(held))
    assert shown("claimed=mine") == {"Vier"} and shown("claimed=free") == {"One", "Zwei", "Three"}


def test_what_was_decided_says_how_many_reports_it_answered_and_whether_it_holds(town: Portal) -> None:
    note = board.note("Cheap watches")
    board.report(note, NOBODY, Reason.SPAM)
    board.report(note, Actor(person_id=enter(Client(town), "Ana")), Reason.HATE)
    desk = moderator(town)
    assert send(desk, note, act="hide").status == 303

    def line() -> str:
        html = desk.get("/en/staff/moderation?state=decided").html
        return html[html.index("<tbody>") : html.index("</tbody>")]

    assert ">2</td>" in line() and "Ended" not in line()
    with db.write() as s:
        actions_decide.undo(s, s.scalars(select(Decision)).one(), clock.now())
    assert ">2</td>" in line() and "Ended" in line()


def test_no_decision_without_its_reasons_and_what_was_typed_stays(town: Portal) -> None:
    note = board.note("You fools", enter(Client(town), "Ana"))
    board.report(note, NOBODY)
    desk = moderator(town)
    for gap in (
        {"ground": ""},
        {"rule": ""},
        {"phrase": ""},
        {"act": ""},
        {"act": "suspend"},
        {"phrase": "own", "facts": ""},
    ):
        page = send(desk, note, **{"act": "hide", "facts": "A long story", **gap})
        assert page.status == 422 and "There is a problem" in page, gap
        assert "facts" in gap or "A long story" in page
    assert board.stored(note).shown


def test_the_author_reads_why_and_appeals_with_one_click(town: Portal) -> None:
    author, stranger = Client(town), Client(town)
    ana = enter(author, "Ana", language="pl")
    enter(stranger, "Tom")
    note = board.note("You fools", ana)
    board.report(note, NOBODY)
    first, second = moderator(town), moderator(town, "Meg")
    assert send(first, note, act="hide").status == 303
    with db.read() as s:
        decision = s.query(Decision).one().id
        seen = s.query(Look).filter_by(person_id=ana, page="moderation_staff.item").all()
    assert [(look.why, look.role) for look in seen] == [("check", "moderator")], "a look at an author leaves a line"
    address = f"/en/moderation/{decision}"
    page = author.get(address)
    for words in ("House rule 1", "The text insults a person or a group.", "Er beleidigt.", "until further notice",
                  "None. A person found it and decided."):  # fmt: skip
        assert words in page, words
    assert 'lang="de"' in page.html
    assert stranger.get(address).status == 404 and Client(town).get(address, follow=False).status in (302, 303)
    assert first.get(address).status == 404, "a statement is for its author alone"
    assert "You fools" in author.get("/en/my")

    assert author.post(address, page=address).status == 200
    assert "looks again" in author.get(address)
    assert author.post(address, page="/en/newsletter").status == 409

    with db.read() as s:
        appeal = f"/en/staff/moderation/appeals/{s.query(Appeal).one().id}"
    assert "Somebody who had no part in it" in first.get(appeal)
    assert "1 appeal waits" in second.get("/en/staff/") and "1 appeal waits" not in first.get("/en/staff/")
    page = second.get(appeal)
    assert second.post(appeal, {**page.fields(), "outcome": "overturned"}).status == 422
    done = second.post(appeal, {**page.fields(), "outcome": "overturned", "reasons": "A quote", "reasons_lang": "en"})
    assert done.status == 200 and board.stored(note).shown
    assert "The decision is taken back" in author.get(address)


def test_the_slower_moderator_is_told_what_was_decided(town: Portal) -> None:
    note = board.note("You fools", enter(Client(town), "Ana"))
    board.report(note, NOBODY)
    first, second = moderator(town), moderator(town, "Meg")
    form = {**second.get(item(note)).fields(), **REASON, "act": "warn"}
    assert send(first, note, act="hide").status == 303
    late = second.post(item(note), {**form, "csrf_token": second.get(item(note)).token})
    assert late.status == 409 and "A colleague has decided already" in late and "Hidden" in late
    assert "Er beleidigt." in late, "what was typed is kept"


def test_personal_data_are_taken_out_on_the_page(town: Portal) -> None:
    note = board.note("Call Jo,\n555 123", enter(Client(town), "Ana"))
    board.report(note, NOBODY)
    desk = moderator(town)
    told = {"act": "remove_data", "rule": "private", "phrase": "private"}
    assert send(desk, note, **told, **{"text-body": "Call Jo,\r\n555 123"}).status == 422, "nothing was taken out"
    assert send(desk, note, **told, **{"text-body": "Call Jo,\r\n[…]"}).status == 303
    assert board.stored(note).body == "Call Jo,\n[…]"


def test_bulk_advertising_needs_one_reason(town: Portal) -> None:
    notes = [board.note(f"Cheap loans {n}", enter(Client(town), f"Seller {n}")) for n in range(3)]
    for note in notes:
        board.report(note, NOBODY, Reason.SPAM)
    desk, address = moderator(town), "/en/staff/moderation"
    ticks = re.findall(r'name="thing" value="([^"]+)"', desk.get(address).html)
    assert len(ticks) == 3
    assert desk.post(address, {"act": "hide", "facts": "The same offer"}).status == 422
    assert desk.post(address, {"act": "hide", "thing": ticks}).status == 422
    page = desk.post(address, {"act": "hide", "facts": "The same offer", "thing": [*ticks, "x", "9:9"]})
    assert "3 texts are decided" in page
    assert not any(board.stored(note).shown for note in notes)


def test_who_is_hidden_among_many_reads_that_a_person_decided(town: Portal) -> None:
    """One was reported, one a program had set aside: a person decided about both, and the statement tells which was which."""
    clients = [Client(town), Client(town)]
    people = [enter(client, f"Seller {n}") for n, client in enumerate(clients)]
    notes = [board.note(f"Cheap loans {n}", person) for n, person in enumerate(people)]
    board.report(notes[0], NOBODY, Reason.SPAM)
    with db.write() as s:
        assert actions.screen(s, Actor(person_id=people[1]), "note", notes[1], "www.loans.example", trapped=True).held
    desk, address = moderator(town), "/en/staff/moderation"
    ticks = re.findall(r'name="thing" value="([^"]+)"', desk.get(address).html)
    assert "2 texts are decided" in desk.post(address, {"act": "hide", "facts": "The same offer", "thing": ticks})
    told = ("None. A person found it and decided.", "A program had set the text aside for a look. A person decided.")
    with db.read() as s:
        made = {one.author_id: one for one in s.query(Decision)}
    for n, client in enumerate(clients):
        page = client.get(f"/en/moderation/{made[people[n]].id}")
        assert told[n] in page and told[1 - n] not in page, n
        assert "The same person decided about several texts at once" in page and "The same offer" in page


def test_a_moderator_of_one_process_sees_its_texts_alone(town: Portal) -> None:
    here, there = board.note("Here", process=7), board.note("There", process=8)
    for note in (here, there):
        board.report(note, NOBODY)
    desk = Client(town)
    limited(enter(desk, "Lo"), "moderator", "process", 7)
    page = desk.get("/en/staff/moderation")
    assert ">Here</bdi>" in page.html and ">There</bdi>" not in page.html
    assert desk.get(item(here)).status == 200 and desk.get(item(there)).status == 404
    assert "1 text waits for a moderator" in desk.get("/en/staff/")
    form = {**desk.get(item(here)).fields(), **REASON, "act": "hide"}
    assert desk.post(item(there), form).status == 404
    assert Client(town).get("/en/staff/moderation", follow=False).status in (302, 303)
    plain = Client(town)
    enter(plain, "Pia")
    assert plain.get("/en/staff/moderation").status == 403


def test_the_yearly_table_says_what_was_decided(town: Portal) -> None:
    guest = Client(town)
    assert "Nothing was reported yet" in guest.get("/en/moderation/figures")
    desk_person = enter(Client(town), "Mo", roles=["moderator"])
    mo = Actor(person_id=desk_person, roles=frozenset({"moderator"}))
    for told in (board.HIDE, Statement(Act.DISMISS), Statement(Act.LOCK, Ground.LAW, "§ 1", "illegal", automated=True)):
        note = board.note("A", enter(Client(town), "Ana"))
        board.report(note, NOBODY)
        board.decide(mo, note, told)
    year = clock.city_now().year
    lines = guest.get("/data/moderation.csv").response.get_data(as_text=True).lstrip("\ufeff").split("\r\n")
    for line in (
        "reports,insult,,,3",
        "decisions,hide,rule,no,1",
        "decisions,dismiss,none,no,1",
        "decisions,lock,law,yes,1",
    ):
        assert f"{year},{line}" in lines
    page = guest.get("/en/moderation/figures")
    assert "Set aside by a program" in page and "Half of the decisions came within" in page
    assert "moderation.csv" in guest.get("/en/data").html


def test_the_rules_hold_what_the_city_adds(town: Portal) -> None:
    desk = moderator(town)
    desk.post("/en/staff/moderation/rules/en", {"body": "**Be kind** to newcomers. <script>x</script>"})
    page = Client(town).get("/en/house-rules")
    assert "<strong>Be kind</strong>" in page.html and "<script>x" not in page.html
    assert all(str(rule.title) in page for rule in rules.RULES.values())
    assert 'href="/en/house-rules"' in Client(town).get("/en/").html


def test_numbers_of_selects_do_not_grow_with_the_queue(town: Portal, count_queries: Any) -> None:
    desk = moderator(town)

    def selects() -> int:
        desk.get("/en/staff/moderation")
        with count_queries(town) as counted:
            desk.get("/en/staff/moderation")
        return int(counted.number)

    board.report(board.note("One"), NOBODY)
    before = selects()
    for n in range(25):
        board.report(board.note(f"Number {n}", lang="de" if n % 2 else "en"), NOBODY, list(Reason)[n % 10])
    assert selects() == before <= 16
