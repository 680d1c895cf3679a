"""Acting for another: asked for, confirmed, on every page, in the record with both names, never for a ballot."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db
from portal.base.feature import Event, Feature, Mine
from portal.base.web import Portal
from portal.identity import rules_ways
from portal.identity.models_ways import Mandate
from portal.notifications.models import Message
from portal.voting import rules as vote_rules
from tests.budgeting import town as budgets
from tests.client import Client, Page
from tests.identity.help import enter

PAGE = "/en/account/mandates"
LINK = re.compile(r"href=./en/inbox/\d")


def days(first: int = 0, last: int = 30) -> dict[str, str]:
    found = {}
    for name, plus in (("from_day", first), ("until_day", last)):
        day = (clock.now() + timedelta(days=plus)).date()
        found |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    return found


def ask(agent: Client, name: str = "Old Aunt", scope: str = "all") -> str:
    page = agent.post(PAGE, {"principal_name": name, "relation": "relative", "scope": scope, **days()})
    return re.search(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", page.text)[0]


def confirm(aunt: Client, code: str) -> Page:
    look = aunt.post(PAGE + "/look", {"code": code}, page=PAGE)
    assert "act in your name?" in look
    return aunt.post(PAGE + "/confirm", {"code": code, "csrf_token": look.token})


def pair(app: Portal) -> tuple[Client, Client, int]:
    ana, aunt = Client(app), Client(app)
    enter(ana, "Ana Ilves", district="north", resident="1")
    enter(aunt, "Berta Old")
    code = ask(ana)
    assert "The mandate is confirmed" in confirm(aunt, code)
    with db.read() as s:
        return ana, aunt, s.scalars(select(Mandate.id)).one()


def test_ana_acts_for_her_aunt_on_every_page_and_in_the_record(app: Portal) -> None:
    ana, aunt, mandate = pair(app)
    assert "Act for Berta Old" in ana.get("/en/my")
    ana.post(f"{PAGE}/{mandate}/act", page="/en/my")
    for path in ("/en/", "/en/account", "/en/budget/", "/en/nothing-here", "/en/my"):
        page = ana.get(path)
        assert "You act for Berta Old" in page and "Act for yourself again" in page, path
    ana.post("/en/account/act-for-myself", page="/en/")
    with db.read() as s:
        line = s.scalars(select(Entry).where(Entry.verb == "acts for themselves")).one()
        assert line.mandate_id == mandate and line.person_id is not None
    adam = Client(app)
    enter(adam, "Adam", roles=["administrator"])
    page = adam.get("/en/staff/audit")
    assert "in the name of Berta Old" in page
    assert "You act for" not in ana.get("/en/")


def test_the_banner_stands_in_the_staff_area_too(app: Portal) -> None:
    ana, _aunt, mandate = pair(app)
    enter(ana, "Ana Ilves", roles=["moderator"])
    ana.post(f"{PAGE}/{mandate}/act", page=PAGE)
    page = ana.get("/en/staff/")
    assert page.status == 200 and "You act for Berta Old" in page and "Act for yourself again" in page


OWN = {
    "/en/account", "/en/account/email", "/en/account/mandates", "/en/account/residence",
    "/en/account/residence/check", "/en/account/residence/letter", "/en/inbox/settings",
    "/en/my/data", "/en/my/data/consents", "/en/my/data/erasure", "/en/my/data/export", "/en/my/data/export/1/file",
    "/en/my/data/log", "/en/my/data/log/1/ask", "/en/my/data/requests/1", "/en/my/data/requests/new/correction",
}  # fmt: skip
OWN_ACTS = {
    "/en/account/name", "/en/account/language", "/en/account/phone", "/en/account/post", "/en/account/contacts/remove",
    "/en/account/email", "/en/account/email/code", "/en/account/sessions/end-others", "/en/account/sessions/1/end",
    "/en/account/ways/1/remove", "/en/account/ways/x", "/en/account/mandates",
    "/en/account/mandates/look", "/en/account/mandates/confirm", "/en/account/mandates/1/revoke",
    "/en/account/residence/check", "/en/account/residence/letter", "/en/account/residence/desk-code", "/en/invitation",
    "/en/inbox/alerts", "/en/inbox/alerts/1/remove", "/en/inbox/calendar", "/en/inbox/read-all",
    "/en/inbox/settings",
    "/en/my/data/consents", "/en/my/data/erasure", "/en/my/data/export", "/en/my/data/log/1/ask",
    "/en/my/data/requests/new/correction",
}  # fmt: skip
NOT_YOURS = "This page is your own, and you act for Berta Old just now"


@pytest.mark.parametrize("path", sorted(OWN))
def test_a_page_of_ones_own_is_closed_while_one_acts_for_another(app: Portal, path: str) -> None:
    ana, _aunt, mandate = pair(app)
    ana.post(f"{PAGE}/{mandate}/act", page=PAGE)
    page = ana.get(path)
    assert page.status == 403 and NOT_YOURS in page and "Act for yourself again" in page
    ana.post("/en/account/act-for-myself", page="/en/")
    assert NOT_YOURS not in ana.get(path)


def test_no_act_on_what_is_ones_own_goes_through_while_one_acts_for_another(app: Portal) -> None:
    ana, _aunt, mandate = pair(app)
    ana.post(f"{PAGE}/{mandate}/act", page=PAGE)
    for path in sorted(OWN_ACTS):
        page = ana.post(path, page="/en/")
        assert page.status == 403 and NOT_YOURS in page, path


def test_the_list_above_is_the_whole_of_them(app: Portal) -> None:
    marked = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
        if hasattr(app.view_functions[rule.endpoint], "for_oneself")
    }
    ways = app.url_map.bind("127.0.0.1:8000")
    named = {(ways.match(path, method="GET")[0], "GET") for path in OWN}
    named |= {(ways.match(path, method="POST")[0], "POST") for path in OWN_ACTS}
    assert marked == named


def test_my_page_shows_what_is_the_others_and_leads_nowhere_closed(app: Portal) -> None:
    ana, _aunt, mandate = pair(app)

    def dates(title: str) -> Any:
        return lambda _s, _who, _lang: [Event(title, title, clock.now() + timedelta(days=3), None, "home.index")]

    both = Mine("both", "Both", lambda *_: [], "Nothing", acts=True)
    app.ground.features += [
        Feature("own", calendar=dates("Ana's own date")), Feature("both", calendar=dates("A date of both"), mine=[both])
    ]  # fmt: skip
    assert "Your bookings" in ana.get("/en/my") and "Ana's own date" in unescape(ana.get("/en/my").html)
    ana.post(f"{PAGE}/{mandate}/act", page=PAGE)
    page = ana.get("/en/my")
    assert "Bookings of Berta Old" in page and "Your bookings" not in page and "You have" not in page
    assert "Ana's own date" not in page and "A date of both" in page
    for heading in ("Your data", "Your comments", "Votes you took part in", "Messages</h2>"):
        assert heading not in page.html.split("<main", 1)[1], heading
    links = re.findall(r'href="(/en/[^"#?]*)"', page.html.split("<main", 1)[1])
    assert links and all(ana.get(link).status == 200 for link in links), links


def test_nobody_votes_for_another(app: Portal) -> None:
    ana, _aunt, mandate = pair(app)
    budget = budgets.add_budget(app, slug="2026", count=4, age=None)
    budgets.open_vote(app, budget)
    page = ana.get("/en/budget/2026/ballot")
    assert "Choose" in page or "choice" in page.html
    fields = {k: v for k, v in page.fields().items() if k in ("csrf_token", "form_token")}
    ana.post(f"{PAGE}/{mandate}/act", page=PAGE)
    assert "nobody votes for another" in ana.get("/en/budget/2026/ballot")
    refused = ana.post("/en/budget/2026/ballot", {**fields, "choice": ["1"]}, token=False)
    assert refused.status >= 400 and "nobody votes for another" in refused
    verdict = vote_rules.is_entitled(
        vote_rules.VoterFacts(claim="x", resident=True, acting_for="Berta"),
        {"roll": {"claim": "resident"}, "electorate": {}},
    )
    assert not verdict
    assert not rules_ways.may_act("all", "vote") and not rules_ways.may_act("vote", "vote")


def test_either_side_ends_it_at_once(app: Portal) -> None:
    ana, aunt, mandate = pair(app)
    ana.post(f"{PAGE}/{mandate}/act", page=PAGE)
    aunt.post(f"{PAGE}/{mandate}/revoke", page=PAGE)
    assert "You act for" not in ana.get("/en/")
    assert ana.post(f"{PAGE}/{mandate}/act", page=PAGE).status == 404


def test_a_mandate_ends_with_its_last_day(app: Portal) -> None:
    ana, _aunt, mandate = pair(app)
    ana.post(f"{PAGE}/{mandate}/act", page=PAGE)
    with db.write() as s:
        row = s.get_one(Mandate, mandate)
        row.from_day = (clock.now() - timedelta(days=9)).date()
        row.until_day = (clock.now() - timedelta(days=2)).date()
    assert "You act for" not in ana.get("/en/")
    assert "not in force today" in ana.get(PAGE)


def test_nobody_confirms_their_own_request_and_a_stranger_cannot_use_it(app: Portal) -> None:
    ana, tom = Client(app), Client(app)
    enter(ana, "Ana Ilves")
    enter(tom, "Tom Kask")
    code = ask(ana)
    page = ana.post(PAGE + "/confirm", {"code": code}, page=PAGE)
    assert page.status == 422 and "Nobody confirms a mandate for themselves" in page
    with db.read() as s:
        mandate = s.scalars(select(Mandate.id)).one()
    assert tom.post(f"{PAGE}/{mandate}/act", page=PAGE).status == 404
    assert ana.post(f"{PAGE}/{mandate}/act", page=PAGE).status == 404, "not confirmed"
    assert "no such request" in tom.post(PAGE + "/look", {"code": "0000-0000-0000-0001"}, page=PAGE)


def test_a_counter_confirms_for_a_firm_after_seeing_a_document(app: Portal) -> None:
    ana, cora = Client(app), Client(app)
    enter(ana, "Ana Ilves")
    enter(cora, "Cora Clerk", roles=["clerk"])
    code = ask(ana, "Saltworks Ltd", "cases")
    url = "/en/staff/counter/mandate"
    assert cora.post(url, {"code": code}).status == 422
    assert "The mandate is confirmed" in cora.post(url, {"code": code, "document": "extract"})
    with db.read() as s:
        row = s.scalars(select(Mandate)).one()
        assert (row.document, row.principal_id, row.principal_name) == ("extract", None, "Saltworks Ltd")
    ana.post(f"{PAGE}/{row.id}/act", page=PAGE)
    assert "You act for Saltworks Ltd" in ana.get("/en/")


def test_days_that_make_no_sense_are_refused(app: Portal) -> None:
    ana = Client(app)
    enter(ana, "Ana Ilves")
    answers = {"principal_name": "X", "relation": "firm", "scope": "all"}
    assert "has to be after the first" in ana.post(PAGE, answers | days(5, 2))
    assert "at most three years" in ana.post(PAGE, answers | days(0, 5000))


@pytest.mark.parametrize(("scope", "wanted", "ok"), [("all", "cases", True), ("cases", "bookings", False)])
def test_a_scope_covers_what_it_says(scope: str, wanted: str, ok: bool) -> None:
    assert rules_ways.may_act(scope, wanted) is ok


def test_messages_are_read_for_another_as_far_as_the_mandate_goes(app: Portal) -> None:
    ana, aunt, mandate = pair(app)
    with db.write() as s:
        of_ana, of_aunt = s.execute(select(Mandate.agent_id, Mandate.principal_id)).one()
        for person, notice, topic in (
            (of_aunt, "case.filed", "case"), (of_aunt, "account.role_given", "account"), (of_ana, "case.checking", "case"),
        ):  # fmt: skip
            s.add(
                Message(person_id=person, notice=notice, topic=topic, created_at=clock.now(), args={},
                        values={"reference": "R-1", "title": "Permit", "role": "Auditor"})
            )  # fmt: skip
    own = ana.get("/en/inbox")
    assert len(LINK.findall(own.html)) == 1 and "Mark all as read" in own
    ana.post(f"{PAGE}/{mandate}/act", page="/en/my")
    hers = ana.get("/en/inbox")
    assert len(LINK.findall(hers.html)) == 1 and "These are messages to Berta Old" in hers
    assert "Mark all as read" not in hers and "role" not in hers.text.split("messages to")[1]
    with db.read() as s:
        numbers = dict(s.execute(select(Message.notice, Message.id)).all())
    page = ana.get(f"/en/inbox/{numbers['case.filed']}")
    assert page.status == 200 and "Mark as read" not in page
    ana.post(f"/en/inbox/{numbers['case.filed']}/read", {"as": "read"}, page="/en/inbox")
    for hidden in ("account.role_given", "case.checking"):
        assert ana.get(f"/en/inbox/{numbers[hidden]}").status == 404
    assert ana.post("/en/inbox/read-all", page="/en/inbox").status == 403
    with db.read() as s:
        assert s.scalars(select(Message.read_at).where(Message.read_at.is_not(None))).all() == []
    log = aunt.get("/en/my/data/log")
    assert "read messages to them" in log and "Ana" in log
