"""What readers see of the house: front page, search, text pages, statement, reports, language."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select

from portal.base import clock, db, ground, i18n
from portal.base.actor import SYSTEM
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.home import actions, rules
from portal.home.models import BarrierReport, NoticeKind
from tests.client import Client

LANGUAGES = ("en", "de", "et", "fr", "pl", "ar")


def write(app: Portal, slug: str, lang: str, title: str, body: str) -> None:
    ground.stand_on(app.ground)
    with db.write():
        actions.write_page(SYSTEM, actions.add_page(SYSTEM, slug=slug), lang=lang, title=title, body=body)


PATHS = (
    "/", "/search", "/search?q=park", "/pages/help", "/pages/privacy", "/pages/legal", "/accessibility",
    "/accessibility/report", "/accessibility/report/sent", "/language",
)  # fmt: skip


def test_an_empty_city_has_every_page_in_every_language(client: Client) -> None:
    for lang in LANGUAGES:
        for path in PATHS:
            page = client.get(f"/{lang}{path}")
            assert page.status == 200, path
            assert f'lang="{lang}"' in page.html
            assert f'dir="{i18n.direction(lang)}"' in page.html


@pytest.mark.parametrize(
    ("headers", "cookie", "lang"),
    [
        ({}, "", "en"),
        ({"Accept-Language": "de-AT,de;q=0.9"}, "", "de"),
        ({"Accept-Language": "ar-EG"}, "", "ar"),
        ({"Accept-Language": "de"}, "pl", "pl"),
        ({"Accept-Language": "xx"}, "../../etc", "en"),
    ],
)
def test_the_bare_address_finds_the_language(client: Client, headers: dict[str, str], cookie: str, lang: str) -> None:
    if cookie:
        client.http.set_cookie("lang", cookie, domain="127.0.0.1")
    answer = client.get("/", follow=False, headers=headers).response
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{lang}/")
    assert {"Accept-Language", "Cookie"} <= {part.strip() for part in answer.headers["Vary"].split(",")}


def test_a_chosen_language_is_kept_and_leads_back(client: Client) -> None:
    answer = client.post("/en/language", {"choose": "fr", "next": "/en/search"}, follow=False).response
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/search")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert client.get("/", follow=False).response.headers["Location"] == "/fr/"


@pytest.mark.parametrize("evil", ["https://evil.example/", "//evil.example", "/\\evil.example", "/en/\r\nX: y"])
def test_a_choice_leads_nowhere_else(client: Client, evil: str) -> None:
    answer = client.post("/en/language", {"choose": "de", "next": evil}, page="/en/language", follow=False).response
    assert answer.headers["Location"].startswith("/de/")


def test_an_unknown_language_is_refused(client: Client) -> None:
    assert client.post("/en/language", {"choose": "../x"}).status == 400


def test_a_page_is_shown_in_the_readers_language_or_says_that_it_is_not(app: Portal, client: Client) -> None:
    write(app, "help", "en", "Get help", "Call us <b>now</b>")
    write(app, "help", "ar", "مساعدة", "اتصل بنا")
    assert "مساعدة" in client.get("/ar/pages/help")
    german = client.get("/de/pages/help")
    assert 'lang="en"' in german.html
    assert "<b>" not in german.html
    assert client.get("/en/pages/nothing-here").status == 404


def test_the_newest_version_shows(app: Portal, client: Client) -> None:
    write(app, "opening-hours", "en", "Hours", "8 to 16")
    write(app, "opening-hours", "en", "Opening hours", "9 to 17")
    page = client.get("/en/pages/opening-hours")
    assert "9 to 17" in page
    assert "8 to 16" not in page
    assert "Opening hours" in client.get("/en/"), "the footer follows"


def test_a_page_is_found_by_its_words(app: Portal, client: Client) -> None:
    write(app, "opening-hours", "de", "Öffnungszeiten", "Montag bis Freitag")
    assert "Öffnungszeiten" in client.get("/de/search?q=offnung")
    assert 'lang="de"' in client.get("/en/search?q=montag").html


def test_search_bears_anything(client: Client) -> None:
    for query in ("%", "'", '"', "<script>alert(1)</script>", "a" * 5000, "\x00", "NEAR(", "%28*", "\ud800", "ﷺ" * 90):
        words = query.encode("utf-8", "surrogatepass")
        page = client.http.get("/en/search?q=" + quote(words), base_url="http://127.0.0.1:8000")
        assert page.status_code == 200, query
        assert b"<script>alert" not in page.data


def test_a_notice_stands_on_every_page_for_its_time(app: Portal, client: Client) -> None:
    ground.stand_on(app.ground)
    now = clock.now()
    with db.write():
        actions.put_notice(
            SYSTEM, None, kind=NoticeKind.NEWS, starts_at=now, ends_at=now + timedelta(days=1), words={"en": "Market"}
        )
        actions.put_notice(
            SYSTEM,
            None,
            kind=NoticeKind.OUTAGE,
            starts_at=now - timedelta(2),
            ends_at=now - timedelta(1),
            words={"en": "Old"},
        )
    for path in ("/en/", "/de/pages/help", "/en/no-such-page"):
        assert "Market" in client.get(path)
    with db.write():
        actions.put_notice(
            SYSTEM,
            None,
            kind=NoticeKind.EMERGENCY,
            starts_at=now,
            ends_at=None,
            words={"en": "Boil water", "de": "Abkochen"},
        )
    assert "Boil water" in client.get("/en/")
    assert "Abkochen" in client.get("/de/")
    assert "Boil water" in client.get("/ar/")
    assert "Old" not in client.get("/en/")


def test_anyone_can_report_a_barrier(app: Portal, client: Client) -> None:
    page = client.post(
        "/ar/accessibility/report",
        {
            "what": "The button has no name",
            "page": "http://127.0.0.1:8000/ar/x?q=private",
            "contact": "ana@mail.example",
        },
    )
    assert page.status == 200
    with db.read() as s:
        row = s.scalars(select(BarrierReport)).one()
        told = s.scalars(select(Outgoing)).one()
    assert (row.page, row.contact, row.lang) == ("/ar/x", "ana@mail.example", "ar")
    assert told.recipient == "portal@sundhaven.example"
    assert "The button has no name" in told.body


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"what": ""}, "Describe what does not work"),
        ({"what": "x", "contact": "not an address"}, "not an address"),
        ({"what": "x" * 5000}, "4,000"),
    ],
)
def test_a_wrong_report_keeps_what_was_typed(client: Client, data: dict[str, str], words: str) -> None:
    page = client.post("/en/accessibility/report", data)
    assert page.status == 422
    assert words in page
    assert "<title>Error:" in page.html


def test_too_many_reports_at_once_are_stopped(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "REPORTS_PER_MINUTE", 0)
    assert client.post("/en/accessibility/report", {"what": "x"}).status == 429


def test_programs_find_their_files(client: Client) -> None:
    assert "Disallow: /en/staff" in client.get("/robots.txt").html
    text = client.get("/.well-known/security.txt").html
    assert "Contact: mailto:portal@sundhaven.example" in text
    assert "Expires: " in text
    assert 'hreflang="ar"' in client.get("/sitemap.xml").response.get_data(as_text=True)
    assert client.get("/favicon.ico", follow=False).status == 302


def test_front_page_costs_the_same_with_anything_on_it(app: Portal, client: Client, count_queries) -> None:  # type: ignore[no-untyped-def]
    with count_queries(app) as counted:
        client.get("/en/")
    assert counted.number <= 6, counted.statements
