"""A shared screen in a library: enrolled once, worn by every page, and empty after each person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.base import clock, db, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.identity import actions_help
from portal.identity.models import Person, SignIn
from portal.places import actions as places
from portal.places import rules_terminal
from portal.places.models import Terminal
from portal.rights.models import DataExport, ExportState
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.ways import by_email, counter, letter_code


def library(app: Portal, name: str = "Library") -> int:
    ground.stand_on(app.ground)
    with db.write():
        return places.add_venue(SYSTEM, names={"en": name}, address="Quay 1").id


def librarian(app: Portal, *venues: int, name: str = "Lia Rebane", roles: tuple[str, ...] = ("librarian",)) -> Client:
    client = Client(app)
    person = enter(client, name, roles=roles)
    with db.write():
        actions_help.set_places(SYSTEM, person, venues)
    return client


def terminal(app: Portal, venue: int | None = None) -> Client:
    """A browser that was enrolled as a terminal."""
    venue = venue or library(app)
    desk = librarian(app, venue)
    code = code_on(desk.post("/en/staff/terminals", {"venue": str(venue), "name": "Window"}))
    screen = Client(app)
    page = screen.post("/en/terminal/enrol", {"code": code.lower()})
    assert "Choose your language" in page, page.text
    return screen


def code_on(page: Page) -> str:
    return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.text)[0]


def rows(app: Portal) -> list[SignIn]:
    ground.stand_on(app.ground)
    with db.read() as s:
        found = list(s.scalars(select(SignIn).order_by(SignIn.id)))
        s.expunge_all()
    return found


def age(app: Portal, seconds: int) -> None:
    """Let every session at a terminal be so many seconds older."""
    ground.stand_on(app.ground)
    with db.write() as s:
        for row in s.scalars(select(SignIn).where(SignIn.idle_at.is_not(None))):
            row.idle_at = row.idle_at - timedelta(seconds=seconds)


# Enrolling


def test_a_librarian_enrols_a_terminal_of_their_house_and_retires_it(app: Portal) -> None:
    here, elsewhere = library(app), library(app, "Town hall")
    desk = librarian(app, here)
    page = desk.get("/en/staff/terminals")
    assert "Library" in page and "Town hall" not in page
    code = code_on(desk.post("/en/staff/terminals", {"venue": str(here), "name": "Window"}))
    screen = Client(app)
    assert "This code is wrong" in screen.post("/en/terminal/enrol", {"code": "AAAA-AAAA"})
    assert "Choose your language" in screen.post("/en/terminal/enrol", {"code": code})
    assert "This code is wrong" in Client(app).post("/en/terminal/enrol", {"code": code})  # it counted once
    assert "Finish" in screen.get("/en/") and "Finish" not in Client(app).get("/en/")
    with db.read() as s:
        row = s.scalars(select(Terminal)).one()
        assert row.code_hash is None and len(row.token_hash or "") == 64
    other = librarian(app, elsewhere, name="Mart Kuusk")
    assert other.post(f"/en/staff/terminals/{row.id}/retire", page="/en/staff/terminals").status == 404
    assert "Retired" in desk.post(f"/en/staff/terminals/{row.id}/retire", page="/en/staff/terminals")
    assert "Finish" not in screen.get("/en/")
    assert screen.get("/en/terminal").status == 404


def test_the_code_is_good_for_half_an_hour(app: Portal) -> None:
    venue = library(app)
    code = code_on(librarian(app, venue).post("/en/staff/terminals", {"venue": str(venue), "name": "Window"}))
    with db.write() as s:
        s.execute(update(Terminal).values(code_until=clock.now()))
    assert "This code is over" in Client(app).post("/en/terminal/enrol", {"code": code})


def test_without_a_house_the_role_counts_nowhere(app: Portal) -> None:
    library(app)
    assert "counts in no house yet" in librarian(app).get("/en/staff/terminals")
    admin = librarian(app, name="Adam Kask", roles=("administrator",))
    assert "Library" in admin.get("/en/staff/terminals")


def test_an_administrator_names_the_houses_of_a_role(app: Portal) -> None:
    venue = library(app)
    desk = librarian(app)
    admin = librarian(app, name="Adam Kask", roles=("administrator",))
    person = rows(app)[0].person_id
    page = admin.post(f"/en/staff/people/{person}/places", {"venue": str(venue)}, page=f"/en/staff/people/{person}")
    assert "The houses are stored" in page
    assert "Library" in desk.get("/en/staff/terminals")


# What a page looks like there


@pytest.mark.parametrize("path", ["/en/", "/en/sign-in", "/en/accessibility/report", "/en/nothing-here"])
def test_every_page_has_its_way_out_and_is_kept_nowhere(app: Portal, path: str) -> None:
    page = terminal(app).get(path)
    assert 'id="finish"' in page.html and '<noscript><meta http-equiv="refresh"' in page.html
    assert page.response.headers["Cache-Control"] == "no-store"
    for target in re.findall(r'<a\b[^>]*href="([^"]*)"', page.html):
        assert target.startswith(("/", "#")), target
    for form in re.findall(r"<form\b[^>]*>", page.html):
        assert 'autocomplete="off"' in form


def test_forms_and_long_texts_may_stand_longer(app: Portal) -> None:
    screen = terminal(app)
    assert 'content="180; url=/en/terminal/still-there?back=/en/' in screen.get("/en/").html
    assert 'content="600; ' in screen.get("/en/accessibility/report").html
    venue = 1
    desk = librarian(app, venue)
    desk.post(f"/en/staff/terminals/limits/{venue}", {"plain": "5", "form": "20"})
    assert 'content="300; ' in screen.get("/en/").html
    assert "Without a step of yours this page ends after 5 minutes" in screen.get("/en/")
    assert desk.post(f"/en/staff/terminals/limits/{venue}", {"plain": "0", "form": "20"}).status == 422


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="/en/">x</a>', '<a href="/en/">x</a>'),
        ('<a class="b" href="https://a.example/">x</a>', '<a class="b">x</a>'),
        ('<a href="//a.example/">x</a>', "<a>x</a>"),
        ('<a href="tel:+372">x</a>', "<a>x</a>"),
        ('<a href="/en/budget/a/result.csv">x</a>', "<a>x</a>"),
        ('<a href="/en/a" download>x</a>', "<a>x</a>"),
        ('<input type="text" autocomplete="email" name="a">', '<input type="text" name="a" autocomplete="off">'),
        ('<input type="checkbox" name="a">', '<input type="checkbox" name="a">'),
        ('<form method="post">', '<form method="post" autocomplete="off">'),
    ],
)
def test_nothing_leads_out_and_nothing_is_offered_to_be_kept(before: str, after: str) -> None:
    assert rules_terminal.tidy(before) == after


def test_files_are_not_given_away(app: Portal) -> None:
    page = terminal(app).get("/robots.txt")
    assert page.status == 403 and "cannot be taken away" in page


# A session there


def test_a_session_of_a_shared_screen_lives_at_no_other_browser(app: Portal) -> None:
    """Neither in a copy of its cookie, nor on a screen that was retired meanwhile."""
    screen, thief = terminal(app), Client(app)
    by_email(screen, "ana@example.org", "Ana Ilves")
    stolen = screen.http.get_cookie("portal", domain="127.0.0.1").value
    thief.http.set_cookie("portal", stolen, domain="127.0.0.1")
    assert "Ana Ilves" not in thief.get("/en/account")
    assert "Ana Ilves" in screen.get("/en/account")
    librarian(app, 1).post("/en/staff/terminals/1/retire", page="/en/staff/terminals")
    assert "Ana Ilves" not in screen.get("/en/account")


def test_what_cannot_be_taken_away_is_not_offered(app: Portal) -> None:
    screen = terminal(app)
    by_email(screen, "ana@example.org", "Ana Ilves")
    with db.write() as s:
        person = s.scalars(select(Person.id).where(Person.public_name == "Ana Ilves")).one()
        s.add(
            DataExport(
                person_id=person, name="x.zip", lang="en", state=ExportState.READY, asked_at=clock.now(), made_at=clock.now(),
                bytes=1,
            )
        )  # fmt: skip
    page = screen.get("/en/my/data/export")
    assert "Fetch your data" not in page and "a browser of your own" in page
    assert "Nothing can be taken away from this screen" in page and "/paper/data-access" in page.html
    assert "calendar" not in screen.get("/en/inbox/settings").html.split("<main", 1)[1]
    refused = screen.post("/en/inbox/calendar", page="/en/")
    assert refused.status == 403 and "Make it in a browser of your own" in refused


def test_finish_ends_everything(app: Portal) -> None:
    screen = terminal(app)
    by_email(screen, "ana@example.org", "Ana Ilves")
    assert "Ana Ilves" in screen.get("/en/account")
    stolen = screen.http.get_cookie("portal", domain="127.0.0.1").value
    answer = screen.post("/en/terminal/finish", page="/en/", follow=False).response
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"' and answer.headers["Cache-Control"] == "no-store"
    assert any(c.startswith("portal=;") for c in answer.headers.getlist("Set-Cookie"))
    assert answer.headers["Location"] == "/en/terminal"
    assert "Ana Ilves" not in screen.get("/en/account").html
    thief = Client(app)
    thief.http.set_cookie("portal", stolen, domain="127.0.0.1")
    assert "Ana Ilves" not in thief.get("/en/account").html
    row = rows(app)[-1]
    assert row.channel == "terminal" and row.terminal_id and row.revoked_at and not row.staff_ok


def test_signing_out_by_an_old_link_does_the_same(app: Portal) -> None:
    screen = terminal(app)
    by_email(screen, "ana@example.org")
    answer = screen.post("/en/sign-out", page="/en/", follow=False).response
    assert answer.headers["Location"] == "/en/terminal" and "storage" in answer.headers["Clear-Site-Data"]


def test_the_end_is_a_date_that_each_page_moves(app: Portal) -> None:
    screen = terminal(app)
    by_email(screen, "ana@example.org", "Ana Ilves")
    for path, seconds in (("/en/", 180), ("/en/accessibility/report", 600), ("/en/", 180)):
        screen.get(path)
        left = (rows(app)[-1].idle_at - clock.now()).total_seconds()
        assert seconds + 60 - 5 < left <= seconds + 60 + rules_terminal.STEP
    age(app, 200)  # the question was not answered yet
    assert "Are you still there?" in screen.get("/en/terminal/still-there?back=/en/account")
    assert "Ana Ilves" in screen.get("/en/account")
    age(app, 10_000)
    assert "Ana Ilves" not in screen.get("/en/account").html


def test_the_question_leads_back_or_to_the_end(app: Portal) -> None:
    screen = terminal(app)
    by_email(screen, "ana@example.org", "Ana Ilves")
    page = screen.get("/en/terminal/still-there?back=/en/account")
    assert 'href="/en/account"' in page.html and 'http-equiv="refresh"' not in page.html
    assert page.response.headers["Refresh"] == "60; url=/en/terminal/over"
    assert 'href="/en/"' in screen.get("/en/terminal/still-there?back=https://evil.example/").html
    # still used in another window: the end of one page ends nothing
    assert screen.get("/en/terminal/over", follow=False).response.headers["Location"] == "/en/"
    age(app, 235)
    answer = screen.get("/en/terminal/over", follow=False).response
    assert answer.headers["Location"] == "/en/terminal" and "cache" in answer.headers["Clear-Site-Data"]
    assert rows(app)[-1].revoked_at is not None


def test_more_time_as_often_as_needed_and_a_closed_tab_ends_in_seconds(app: Portal) -> None:
    screen = terminal(app)
    by_email(screen, "ana@example.org", "Ana Ilves")
    screen.get("/en/")
    for _n in range(12):
        age(app, 200)
        assert screen.post("/en/terminal/more", {"long": "0"}, page="/en/terminal/still-there").status == 204
        assert (rows(app)[-1].idle_at - clock.now()).total_seconds() > 200
    screen.post("/en/terminal/closed", page="/en/terminal/still-there")
    assert (rows(app)[-1].idle_at - clock.now()).total_seconds() <= rules_terminal.CLOSED
    screen.get("/en/account")  # the next page of the same visit: nothing was closed
    assert (rows(app)[-1].idle_at - clock.now()).total_seconds() > 100


def test_a_colleague_has_no_role_at_a_terminal(app: Portal) -> None:
    ground.stand_on(app.ground)
    screen = terminal(app)
    by_email(screen, "lia@example.org")
    assert screen.get("/en/staff/terminals").status == 403


def test_a_voter_with_a_paper_code(town: Portal) -> None:
    desk = librarian(town, library(town), roles=("librarian", "clerk"))
    code = letter_code(desk.post("/en/staff/counter/code", counter()))
    screen = terminal(town)
    screen.post("/en/code", {"code": code})
    row = rows(town)[-1]
    assert row.scope == "vote" and row.channel == "terminal" and row.idle_at is not None


def test_what_was_typed_is_not_shown_to_whoever_sends_it_again(app: Portal) -> None:
    screen = terminal(app)
    sent = {"what": "My secret barrier", "csrf_token": "stale"}
    page = screen.post("/en/accessibility/report", sent, token=False)
    assert page.status == 400 and "secret barrier" not in page.html
    assert "secret barrier" in Client(app).post("/en/accessibility/report", sent, token=False).html
