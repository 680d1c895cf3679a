"""A form is kept half filled in, and its person goes on with it elsewhere; nobody else does."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.home.models import BarrierReport
from portal.identity import actions_drafts, rules_drafts
from portal.identity.models_drafts import KeptDraft
from portal.rights.models import DataRequest
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.test_terminal import library, terminal

REPORT = "/en/accessibility/report"
TYPED = {"what": "The ramp <b>is</b> missing", "page": "/en/budget/", "contact": ""}


def keep(who: Client, form: str = "barrier", at: str = REPORT, typed: dict[str, str] | None = None) -> Page:
    return who.post(f"/en/drafts/keep?form={form}&at={at}", typed or TYPED, page=at)


def code_of(page: Page) -> str:
    return re.search(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", page.text)[0]


def kept(app: Portal) -> list[KeptDraft]:
    ground.stand_on(app.ground)
    with db.read() as s:
        found = list(s.scalars(select(KeptDraft)))
        s.expunge_all()
    return found


def test_kept_at_a_terminal_and_sent_from_home(app: Portal) -> None:
    screen = terminal(app)
    page = keep(screen)
    assert "Your form is kept" in page and page.status == 200
    code = code_of(page)
    row = kept(app)[0]
    assert b"ramp" not in row.sealed and code.replace("-", "") not in row.code_hash and row.person_id is None
    assert "ramp" not in screen.get(REPORT).html  # the next person at the screen
    home = Client(app)
    form = home.post("/en/drafts", {"code": code.lower().replace("-", " ")})
    assert form.url == REPORT and "The ramp &lt;b&gt;is&lt;/b&gt; missing" in form.html
    assert "What you kept is filled in below" in form and "Error" not in form
    assert "ramp" in home.get("/de/accessibility/report").html  # the same form in another language
    assert "ramp" not in home.get("/en/newsletter").html
    assert home.post(REPORT, {"what": ""}).status == 422 and kept(app)  # not sent: still kept
    home.post(REPORT, TYPED)
    assert kept(app) == []
    with db.read() as s:
        assert s.scalars(select(BarrierReport.what)).one() == TYPED["what"]
    assert "There is no such form" in Client(app).post("/en/drafts", {"code": code})


def test_finish_closes_it_and_the_code_opens_it_again(app: Portal) -> None:
    screen = terminal(app)
    code = code_of(keep(screen))
    assert "ramp" in screen.post("/en/drafts", {"code": code}).html
    stolen = screen.http.get_cookie("portal", domain="127.0.0.1").value
    screen.post("/en/terminal/finish", page="/en/terminal/still-there")
    assert "ramp" not in screen.get(REPORT).html
    screen.http.set_cookie("portal", stolen, domain="127.0.0.1")
    assert "ramp" not in screen.get(REPORT).html
    other = terminal(app, library(app, "Town hall"))
    assert "ramp" in other.post("/en/drafts", {"code": code}).html
    with db.write() as s:  # left without a word: it can be read as long as a page may stand, and no longer
        row = s.scalars(select(KeptDraft)).one()
        assert timedelta(seconds=600) < row.open_until - clock.now() <= timedelta(seconds=660)
        row.open_until = clock.now()
    assert "ramp" not in other.get(REPORT).html


def test_what_somebody_signed_in_kept_is_for_them_alone(app: Portal) -> None:
    at = "/en/my/data/requests/new/correction"
    ana = Client(app)
    person = enter(ana, "Ana Ilves")
    code = code_of(keep(ana, "data-correction", at, {"about": "person", "words": "My name is written wrong"}))
    assert kept(app)[0].person_id == person
    stranger = Client(app)
    page = stranger.post("/en/drafts", {"code": code})
    assert "Sign in to go on with the form" in page and "written wrong" not in page.html
    back = re.search(r"next=([^\"]*)", page.html)[1].replace("%3F", "?").replace("%3D", "=").replace("%2F", "/")
    enter(stranger, "Jonas Brandt")
    assert "Somebody else kept this form" in stranger.post("/en/drafts", {"code": code})
    assert "written wrong" not in stranger.get(back).html and "Code on the slip" in stranger.get(back)
    again = Client(app)
    enter(again, "Ana Ilves")
    page = again.get(back)
    token = re.search(r'name="form" value="([^"]+)"', page.html)[1]
    page = again.post("/en/drafts", {"form": token}, page=back)
    assert page.url == at and "My name is written wrong" in page
    assert re.search(r'<option value="person" selected>', page.html)
    again.post(at, {"about": "person", "words": "My name is written wrong"})
    assert kept(app) == []
    with db.read() as s:
        assert s.scalars(select(DataRequest.person_id)).one() == person


def test_kept_anew_the_earlier_code_is_over(app: Portal) -> None:
    home = Client(app)
    first = code_of(keep(home))
    home.post("/en/drafts", {"code": first})
    second = code_of(keep(home, typed=TYPED | {"what": "Another text"}))
    assert len(kept(app)) == 1
    assert "There is no such form" in Client(app).post("/en/drafts", {"code": first})
    assert "Another text" in Client(app).post("/en/drafts", {"code": second}).html


def test_the_slip_says_nothing_of_what_was_typed(app: Portal) -> None:
    home = Client(app)
    code = code_of(keep(home, typed=TYPED | {"contact": "ana@example.org"}))
    for paper in ("a4", "80"):
        slip = home.post("/en/drafts/slip", {"code": code, "paper": paper}, page="/en/drafts")
        assert code in slip and "fm-qr" in slip.html and ("fm-slip" in slip.html.split("<main")[0]) is (paper == "80")
        assert "ramp" not in slip.html and "ana@" not in slip.html
    assert home.post("/en/drafts/slip", {"code": "0" * 16}, page="/en/drafts").status == 404


def test_guessing_is_limited_and_shuts_nobody_with_a_code_out(app: Portal) -> None:
    thief = Client(app)
    code = code_of(keep(Client(app)))
    for _n in range(rules_drafts.TRIES + 1):  # slips of the finger do not count
        assert "mistyped" in thief.post("/en/drafts", {"code": code[:-1] + ("2" if code[-1] != "2" else "3")})
    for _n in range(rules_drafts.TRIES):
        assert thief.post("/en/drafts", {"code": "0000-0000-0000-0000"}).status == 422
    assert thief.post("/en/drafts", {"code": "0000-0000-0000-0000"}).status == 429
    assert "ramp" in thief.post("/en/drafts", {"code": code}).html


@pytest.mark.parametrize(
    ("form", "at", "status"),
    [
        ("barrier", "/en/account", 404),
        ("barrier", "https://evil.example/en/accessibility/report", 404),
        ("ballot", REPORT, 404),
        ("newsletter", "/en/newsletter", 404),  # one box: nothing to keep
    ],
)
def test_only_the_long_public_forms_are_kept(app: Portal, form: str, at: str, status: int) -> None:
    page = Client(app).post(f"/en/drafts/keep?form={form}&at={at}", TYPED, page=REPORT)
    assert page.status == status and kept(app) == []


def test_an_empty_form_is_not_kept_and_an_old_one_does_not_open(app: Portal) -> None:
    home = Client(app)
    assert keep(home, typed={"what": " "}).status == 422 and kept(app) == []
    code = code_of(keep(home))
    with db.write() as s:
        s.execute(update(KeptDraft).values(created_at=clock.now() - rules_drafts.LASTS))
    assert "the 14 days are over" in Client(app).post("/en/drafts", {"code": code})


@pytest.mark.parametrize(
    ("who", "owner"),
    [
        (Actor(), None),
        (Actor(person_id=4), 4),
        (Actor(person_id=4, helped_by=2, assurance="account"), 4),
        (Actor(person_id=4, helped_by=2, assurance="guest"), None),  # no account in which it could be opened again
        (Actor(person_id=4, scope="vote"), None),
    ],
)
def test_whose_a_kept_form_is(who: Actor, owner: int | None) -> None:
    assert actions_drafts.owner_of(who) == owner
