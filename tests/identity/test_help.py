"""Somebody is helped at a desk or by telephone; every act is theirs, and the ballot is never the helper's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from portal.audit.models import Entry
from portal.audit.models_looks import Look
from portal.base import clock, db, ground, i18n
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity import rules_help
from portal.identity.models import Person, RoleGrant, SignIn
from portal.identity.models_help import AssistedSession, HandOver, Means
from portal.places.actions import add_department
from tests.budgeting import town as budgets
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.test_terminal import librarian, library, terminal
from tests.identity.ways import counter

YES = {"consent": "y", "language": "en"}


def own_code(client: Client) -> str:
    page = client.post("/en/account/residence/desk-code", page="/en/account/residence")
    return re.search(r'<bdi dir="ltr">([0-9A-Z-]{6,9})</bdi>', page.html)[1]


def help_ana(app: Portal, **more: str) -> tuple[Client, int]:
    """Lia helps Ana, who showed the code on her page; returns Lia's browser and Ana's number."""
    venue = library(app)
    ana = Client(app)
    person = enter(ana, "Ana Ilves", district="north", ages={"16@2026-06-01": True}, resident="EE-1")
    desk = librarian(app, venue)
    page = desk.post("/en/staff/help/account", {"venue": str(venue), "code": own_code(ana), **YES, **more})
    assert "You help Ana Ilves" in page, page.text
    return desk, person


def lines(app: Portal, person: int) -> list[Entry]:
    ground.stand_on(app.ground)
    with db.read() as s:
        found = list(s.scalars(select(Entry).where(Entry.person_id == person).order_by(Entry.id)))
        s.expunge_all()
    return found


def test_every_act_is_by_the_person_helped_by_the_librarian_at_this_place(app: Portal) -> None:
    desk, ana = help_ana(app)
    desk.post("/en/account/name", {"public_name": "Ana from the quay"}, page="/en/account")
    act = lines(app, ana)[-1]
    assert (act.verb, act.channel, act.venue_id) == ("changed public name", "helped", 1)
    assert act.helped_by is not None and act.helped_by != ana
    began = next(line for line in lines(app, ana) if line.verb == "help began")
    assert began.after == {"means": "account", "consent": "spoken"}
    with db.read() as s:
        assert s.scalars(select(Look.why).where(Look.person_id == ana)).all() == ["help"], "in the person's access log"
    page = desk.post("/en/help/end", page="/en/account")
    assert page.url == "/en/staff/help"  # Lia is herself again
    mine = Client(app)
    enter(mine, "Ana Ilves")
    seen = mine.get("/en/account")
    assert "Help that you had" in seen and "By Lia Rebane." in seen and "Library" in seen
    assert lines(app, ana)[-1].verb != "help began" and any(line.verb == "help ended" for line in lines(app, ana))


def test_without_a_spoken_yes_nothing_begins(app: Portal) -> None:
    venue = library(app)
    desk = librarian(app, venue)
    page = desk.post("/en/staff/help/guest", {"venue": str(venue), "name": "Old Tom", "language": "en"})
    assert page.status == 422 and "Ask the person" in page


def test_a_guest_needs_a_name_only(app: Portal) -> None:
    venue = library(app)
    desk = librarian(app, venue)
    page = desk.post("/en/staff/help/guest", {"venue": str(venue), "name": "Old Tom", **YES})
    assert "You help Old Tom" in page
    with db.read() as s:
        assert s.scalars(select(AssistedSession)).one().means is Means.GUEST


@pytest.mark.parametrize(
    "name", ["City of Sundhaven", "Administrator", "Anna (Moderator)", "Amt für Grünflächen", "Parks", "Stadtrat"]
)
def test_a_guest_takes_no_name_that_sounds_like_the_city(app: Portal, name: str) -> None:
    venue = library(app)
    with db.write():
        add_department(SYSTEM, code="green", names={"en": "Parks", "de": "Amt für Grünflächen"})
    desk = librarian(app, venue)
    with i18n.use_locale("et"):
        said = i18n.gettext("This name sounds like the city or one of its offices. Choose another one.")
    page = desk.post("/et/staff/help/guest", {"venue": str(venue), "name": name, **YES}, page="/et/staff/help/guest")
    assert page.status == 422
    assert re.search(rf'id="name-error"[^>]*>.*{said}', page.html), "at the field, in the reader's language"


def test_a_guest_may_be_called_as_somebody_of_the_staff_is(app: Portal) -> None:
    venue = library(app)
    desk = librarian(app, venue)
    assert "You help Lia Rebane" in desk.post(
        "/en/staff/help/guest", {"venue": str(venue), "name": "Lia Rebane", **YES}
    )


def test_a_document_at_the_counter_finds_the_account(town: Portal) -> None:
    venue = library(town)
    ana = Client(town)
    enter(ana, "Ana Ilves")
    desk = librarian(town, venue)
    found = desk.post("/en/staff/counter", {"who": own_code(ana)})
    desk.post("/en/staff/counter/proof", {**found.fields(), **counter()}, token=False)
    given = {"venue": str(venue), "document": "passport", **YES}
    assert "No account was found" in desk.post("/en/staff/help/counter", {**given, "number": "EE-9"})
    assert "You help Ana Ilves" in desk.post("/en/staff/help/counter", {**given, "number": "EE-1001"})


@pytest.mark.parametrize("path", ["/en/account/residence/check", "/en/my", "/en/account", "/en/"])
def test_the_pages_are_everybodys(app: Portal, path: str) -> None:
    desk, _ana = help_ana(app)
    assert "You help Ana Ilves" in desk.get(path) or path.endswith("check")


def test_the_ways_in_are_not_touched_by_a_helper(app: Portal) -> None:
    desk, _ana = help_ana(app)
    for path in ("/en/account/email", "/en/account/sessions/end-others", "/en/account/residence/desk-code"):
        assert desk.post(path, {"email": "lia@example.org"}, page="/en/account").status == 403, path


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/en/account/sessions/end-others", "How somebody signs in and is reached they settle alone"),
        ("/en/account/residence/desk-code", "for the person’s own eyes"),
        ("/en/account/mandates", "can be entered under “Forms on paper”"),
        ("/en/inbox/calendar", "opens the person’s dates"),
    ],
)
def test_a_refusal_speaks_of_the_act_that_was_asked_for(app: Portal, path: str, said: str) -> None:
    desk, _ana = help_ana(app)
    page = desk.post(path, page="/en/account")
    assert page.status == 403 and said in page
    assert "To vote" not in page and "ballot" not in page


@pytest.mark.parametrize(
    ("path", "offered", "instead"),
    [
        ("/en/my/data", ("/my/data/erasure", "/my/data/export"), "are for the person alone"),
        ("/en/account", ("/account/email", "/account/phone", "/account/post", "end-others", "/account/ways/"),
         "they settle alone"),
        ("/en/account/mandates", ('action="/en/account/mandates',), "by the person alone"),
        ("/en/inbox/settings", ("/inbox/calendar",), ""),
    ],
)  # fmt: skip
def test_what_is_the_persons_alone_is_not_offered_to_a_helper(
    app: Portal, path: str, offered: tuple[str, ...], instead: str
) -> None:
    desk, _ana = help_ana(app)
    page = desk.get(path)
    assert page.status == 200 and instead in page
    main = page.html.split("<main", 1)[1]
    assert [words for words in offered if words in main] == []
    mine = Client(app)
    enter(mine, "Ana Ilves")
    enter(Client(app), "Ana Ilves")  # in a second browser
    own = mine.get(path).html.split("<main", 1)[1]
    assert [words for words in offered if words not in own] in ([], ["/account/ways/"]), "offered to the person"


def test_a_helper_orders_neither_a_copy_nor_an_erasure(app: Portal) -> None:
    desk, _ana = help_ana(app)
    for path, said in (("export", "holds everything that is known"), ("erasure", "erased does so alone")):
        page = desk.get(f"/en/my/data/{path}")
        assert page.status == 403 and said in page
        assert desk.post(f"/en/my/data/{path}", {"word": "ERASE"}, page="/en/account").status == 403


def test_bookings_bear_the_name_of_the_person_who_is_helped(app: Portal) -> None:
    desk, _ana = help_ana(app)
    assert "Bookings of Ana Ilves" in desk.get("/en/my")
    mine = Client(app)
    enter(mine, "Ana Ilves")
    assert "Your bookings" in mine.get("/en/my")


def test_a_helper_does_not_see_who_voted(app: Portal) -> None:
    desk, _ana = help_ana(app)
    assert "Votes you took part in" not in desk.get("/en/my")
    mine = Client(app)
    enter(mine, "Ana Ilves")
    assert "Votes you took part in" in mine.get("/en/my")


def test_no_staff_page_opens_while_somebody_is_helped(app: Portal) -> None:
    desk, _ana = help_ana(app)
    assert desk.get("/en/staff/help").status == 403


@pytest.mark.parametrize("way", ["/en/sign-out", "/en/help/end"])
def test_every_sign_out_ends_the_help(app: Portal, way: str) -> None:
    desk, ana = help_ana(app)
    desk.post(way, page="/en/account")
    with db.read() as s:
        assert s.scalars(select(AssistedSession)).one().ended_at is not None
        helped = s.scalars(select(SignIn).where(SignIn.assisted_id.is_not(None))).one()
        assert helped.revoked_at is not None and helped.person_id == ana
    assert "Ana Ilves" not in desk.get("/en/account").html
    assert (desk.get("/en/staff/help").url == "/en/staff/help") is (way == "/en/help/end")


def test_the_help_dies_with_the_helpers_session_and_a_lapsed_one_leads_back(app: Portal) -> None:
    desk, _ana = help_ana(app)
    with db.write() as s:
        old = clock.now() - timedelta(hours=1)
        s.execute(update(SignIn).where(SignIn.assisted_id.is_not(None)).values(last_seen_at=old))
    page = desk.get("/en/account")
    assert "The help has ended" in page
    assert desk.post("/en/help/end", page="/en/sign-in").url == "/en/staff/help"
    desk, _ana = help_ana(app)
    with db.write() as s:
        s.execute(delete(RoleGrant))
    assert desk.get("/en/account").url.startswith("/en/sign-in")
    desk, _ana = help_ana(app)
    with db.write() as s:
        s.execute(update(SignIn).where(SignIn.assisted_id.is_(None)).values(revoked_at=clock.now()))
    assert desk.get("/en/account").url.startswith("/en/sign-in")


def test_nobody_helps_themselves_nor_in_a_house_where_the_role_does_not_count(app: Portal) -> None:
    venue = library(app)
    desk = librarian(app, venue)
    code = own_code(desk)
    page = desk.post("/en/staff/help/account", {"venue": str(venue), "code": code, **YES})
    assert page.status == 422 and "Nobody helps themselves" in page
    other = library(app, "Town hall")
    assert desk.post("/en/staff/help/guest", {"venue": str(other), "name": "Tom", **YES}).status == 422


# By telephone


def test_a_clerk_helps_a_caller_who_answers_what_the_city_asks(town: Portal) -> None:
    desk = librarian(town, library(town), roles=("clerk",))
    assert desk.get("/en/staff/help/telephone").status == 404
    checks = ("number", "born", "postcode")
    town.ground.settings = ground.settings().__class__(**{**vars(ground.settings()), "telephone_checks": checks})
    ana = Client(town)
    enter(ana, "Ana Ilves")
    found = desk.post("/en/staff/counter", {"who": own_code(ana)})
    desk.post("/en/staff/counter/proof", {**found.fields(), **counter()}, token=False)
    asked = {"number": "EE-1001", "born-day": "3", "born-month": "2", "born-year": "1990", "postcode": "10101", **YES}
    assert "The answers do not fit" in desk.post("/en/staff/help/telephone", {**asked, "postcode": "10109"})
    page = desk.post("/en/staff/help/telephone", asked)
    assert "You help Ana Ilves" in page and "Hand over to vote" not in page
    assert desk.post("/en/help/hand-over", page="/en/account").status == 409
    page = desk.get("/en/help/hand-over")
    assert page.status == 409 and "Offer a letter with a code" in page and "Make a number" not in page
    assert librarian(town, 1, name="Lia Two").get("/en/staff/help/telephone").status == 404


def test_a_caller_who_signs_in_with_a_provider_is_found_by_the_number_it_told(town: Portal) -> None:
    desk = librarian(town, library(town), roles=("clerk",))
    checks = ("number", "born", "postcode")
    town.ground.settings = ground.settings().__class__(**{**vars(ground.settings()), "telephone_checks": checks})
    enter(Client(town), "Ana Ilves", resident="EE1001")
    asked = {"number": "EE-1001", "born-day": "3", "born-month": "2", "born-year": "1990", "postcode": "10101", **YES}
    assert "You help Ana Ilves" in desk.post("/en/staff/help/telephone", asked)


def test_a_caller_whose_answers_cannot_be_compared_is_not_called_wrong(town: Portal) -> None:
    desk = librarian(town, library(town), roles=("clerk",))
    checks = ("code", "born", "postcode")
    town.ground.settings = ground.settings().__class__(**{**vars(ground.settings()), "telephone_checks": checks})
    ana = Client(town)
    enter(ana, "Ana Ilves", resident="EE1001")
    asked = {"born-day": "3", "born-month": "2", "born-year": "1990", "postcode": "10101", **YES}
    page = desk.post("/en/staff/help/telephone", {**asked, "code": own_code(ana)})
    assert page.status == 422 and "cannot be compared with the register. Help the person at a desk" in page
    assert "The answers do not fit" in desk.post("/en/staff/help/telephone", {**asked, "code": "ABCD-1234"})


@pytest.mark.parametrize(
    ("roles", "checks", "offered"),
    [
        ({"clerk"}, ("number",), True),
        ({"clerk"}, ("code",), True),
        ({"clerk"}, ("born", "postcode"), False),
        ({"clerk"}, (), False),
        ({"librarian"}, ("number",), False),
        ({"administrator"}, ("number",), True),
    ],
)
def test_who_may_help_by_telephone(roles: set[str], checks: tuple[str, ...], offered: bool) -> None:
    assert (Means.TELEPHONE in rules_help.means_offered(roles, checks)) is offered


# Voting


def vote_in(app: Portal) -> None:
    budget = budgets.add_budget(app, slug="2026", count=4)
    budgets.open_vote(app, budget)


def hand_over(desk: Client) -> str:
    page = desk.post("/en/help/hand-over")
    return re.search(r'fm-receipt__code"><bdi dir="ltr">(\d{3} \d{3})', page.html)[1]


def take(screen: Client, code: str, alone: str = "alone") -> Page:
    return screen.post("/en/terminal/vote", {"code": code, "alone": alone})


def test_a_helper_neither_sees_nor_enters_nor_undoes_a_ballot(app: Portal) -> None:
    vote_in(app)
    desk, _ana = help_ana(app)
    for path in ("/en/budget/2026/ballot", "/en/budget/2026/ballot/look"):
        assert "voter alone, unseen by a helper" in desk.get(path)
        page = desk.post(path, {"choice": "1"}, page="/en/account")
        assert page.status == 403 and "A ballot is marked and cast by the voter alone" in page
    code = hand_over(desk)
    screen = terminal(app, 1)
    assert "You can vote now" in take(screen, code, "with")
    assert screen.get("/en/budget/2026/ballot").status == 200
    assert screen.get("/en/account").status == 403  # the ballot and nothing else
    with db.read() as s:
        row = s.scalars(select(HandOver)).one()
        session = s.scalars(select(SignIn).where(SignIn.scope == "vote")).one()
        assert row.with_help is True and row.code_hash is None
        assert session.assisted_id is None and session.channel == "terminal"
    # the helper goes on, and still sees nothing of it
    assert "voter alone, unseen by a helper" in desk.get("/en/budget/2026/ballot")


def test_the_number_counts_once_in_its_house_for_ten_minutes(app: Portal) -> None:
    vote_in(app)
    desk, _ana = help_ana(app)
    code, screen = hand_over(desk), terminal(app, library(app, "Town hall"))
    assert "number is wrong or over" in take(screen, code)
    here = terminal(app, 1)
    newer = hand_over(desk)
    if newer != code:
        assert "number is wrong or over" in take(here, code)  # a new number ends the old
    assert "You can vote now" in take(here, newer)
    assert "number is wrong or over" in take(terminal(app, 1), newer)
    late = hand_over(desk)
    with db.write() as s:
        s.execute(update(HandOver).values(expires_at=clock.now()))
    assert "number is wrong or over" in take(terminal(app, 1), late)
    gone = hand_over(desk)
    desk.post("/en/help/end", page="/en/account")
    assert "number is wrong or over" in take(terminal(app, 1), gone)
    with db.read() as s:
        assert s.scalars(select(Person).where(Person.name == "Ana Ilves")).one().closed_at is None


def test_a_helper_takes_nothing_along_that_opens_doors_later(app: Portal) -> None:
    """The address of the calendar opens the dates to whoever has seen it, and a copy of the data is everything."""
    desk, ana = help_ana(app)
    assert "calendar" not in desk.get("/en/inbox/settings").html.split("<main")[1]
    assert desk.post("/en/inbox/calendar", page="/en/account").status == 403
    assert desk.get("/en/my/data/export/1/file").status == 403
