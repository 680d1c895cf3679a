"""A shared screen without a script: "I need more time" shows the page again with what was typed, and leaves nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.home.models import BarrierReport
from portal.identity import jobs
from portal.identity.models import SignIn
from portal.identity.models_drafts import KeptDraft
from portal.places import rules_terminal
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.test_drafts import TYPED, code_of, keep, kept
from tests.identity.test_terminal import library, terminal
from tests.identity.test_ways import vote_of
from tests.identity.ways import by_email

REPORT = "/en/accessibility/report"
MORE = "/en/terminal/more-on-page"


def button(page: Page) -> str:
    """Where the button in the page's form leads."""
    found = re.findall(r'<noscript><p><button[^>]*formaction="([^"]+)"[^>]*>I need more time<', page.html)
    assert len(found) == 1, found
    return unescape(found[0])


def more(screen: Client, typed: dict[str, str], path: str = REPORT) -> Page:
    return screen.post(button(screen.get(path)), typed, page=path)


def test_what_was_typed_stands_there_again_as_often_as_needed(app: Portal) -> None:
    screen = terminal(app)
    for n in range(12):
        page = more(screen, TYPED | {"what": f"The ramp is missing {n}"})
        assert page.url == REPORT and page.status == 200 and f"missing {n}</textarea>" in page.html
        assert "You have more time" in page and "The code stays good" not in page
        assert "Error" not in page.html.partition("</title>")[0]
    assert len(kept(app)) == 1 and b"ramp" not in kept(app)[0].sealed
    screen.post(REPORT, TYPED)
    assert kept(app) == [] and "ramp" not in screen.get(REPORT).html
    with db.read() as s:
        assert s.scalars(select(BarrierReport.what)).one() == TYPED["what"]


@pytest.mark.parametrize("way", ["finish", "over", "time", "other browser"])
def test_nobody_else_finds_it(app: Portal, way: str) -> None:
    screen = terminal(app)
    assert "ramp" in more(screen, TYPED).html
    cookie = screen.http.get_cookie("portal", domain="127.0.0.1").value
    if way == "finish":
        screen.post("/en/terminal/finish", page="/en/terminal/still-there")
    elif way == "over":
        screen.get("/en/terminal/over")
    elif way == "time":
        with db.write() as s:
            s.scalars(select(KeptDraft)).one().open_until = clock.now() - timedelta(seconds=1)
    else:
        screen = terminal(app, library(app, "Town hall"))
    assert "ramp" not in screen.get(REPORT).html
    if way in ("finish", "over"):
        screen.http.set_cookie("portal", cookie, domain="127.0.0.1")
        assert "ramp" not in screen.get(REPORT).html
        assert kept(app) == [], "it has no code, so it is of use to nobody"
    ground.stand_on(app.ground)
    jobs.sweep({})
    assert len(kept(app)) == (1 if way == "other browser" else 0)


def test_a_page_that_posts_elsewhere_and_a_form_of_a_slip(app: Portal) -> None:
    screen = terminal(app)
    by_email(screen, "ana@example.org", "Ana Ilves")
    page = screen.get("/en/account")
    found = re.search(r'formaction="(/en/terminal/more-on-page[^"]+)"', page.html)
    back = screen.post(unescape(found[1]), {"public_name": "Ana from the quay"}, page="/en/account")
    assert back.url == "/en/account" and "Ana from the quay" in back.html
    screen.post("/en/account/name", {"public_name": "Another name"}, page="/en/account")
    assert kept(app) == [] and "Ana from the quay" not in screen.get("/en/account").html
    code = code_of(keep(screen))
    screen.post("/en/drafts", {"code": code})
    assert "later words" in more(screen, TYPED | {"what": "later words"}).html
    screen.post("/en/terminal/finish", page="/en/terminal/still-there")
    again = terminal(app, library(app, "Town hall"))
    by_email(again, "ana@example.org")
    assert "later words" in again.post("/en/drafts", {"code": code}).html, "its code still opens it"


def test_a_ballot_is_shown_again_and_kept_nowhere(town: Portal) -> None:
    slug, _id = vote_of(town)
    screen = terminal(town)
    enter_here(town, screen)
    page = screen.get(f"/en/budget/{slug}/ballot")
    assert MORE not in page.html
    look = re.search(r'<noscript><p><button[^>]*formaction="([^"]+)"[^>]*>I need more time<', page.html)
    choice = re.search(r'name="choice" value="([^"]+)"', page.html)[1]
    shown = screen.post(unescape(look[1]).partition("#")[0], page.fields() | {"choice": choice})
    assert re.search(rf'value="{choice}" checked', shown.html), "what was ticked is ticked"
    assert kept(town) == []
    for path in (f"/en/budget/{slug}/ballot", "/en/drafts", "https://evil.example/", "/en/nothing", ""):
        assert screen.post(f"{MORE}?at={path}", {"choice": choice}, page="/en/").status == 404, path
    assert kept(town) == []


def enter_here(town: Portal, screen: Client) -> None:
    """Ana signs in at the terminal with a way that proves who she is."""
    enter(screen, "Ana Ilves", district="north", resident="EE1001")
    with db.write() as s:
        row = s.scalars(select(SignIn).order_by(SignIn.id.desc()).limit(1)).one()
        row.idle_at = clock.now() + timedelta(minutes=10)


def test_elsewhere_there_is_no_such_button(app: Portal) -> None:
    home = Client(app)
    assert MORE not in home.get(REPORT).html
    assert home.post(f"{MORE}?at={REPORT}", TYPED, page=REPORT).status == 404


@pytest.mark.parametrize(
    ("form", "gets"),
    [
        ('<form method="post"><input type="text" name="a"></form>', True),
        ('<form method="post" action="/x?a=1&amp;b=2"><textarea name="a"></textarea></form>', True),
        ('<form method="post"><input type="hidden" name="a"><button>Go</button></form>', False),
        ('<form action="/search"><input type="text" name="q"></form>', False),
        ('<form method="post" action="/secret"><input type="text" name="a"></form>', False),
    ],
)
def test_which_forms_get_it(form: str, gets: bool) -> None:
    done = rules_terminal.with_more_time(form, "<b></b>", lambda action: action in ("", "/x?a=1&b=2"))
    assert (done == form.replace("</form>", "<b></b></form>")) is gets
