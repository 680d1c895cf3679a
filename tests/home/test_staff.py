"""Staff write pages, put up notices and answer reports."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.audit.models import Entry
from portal.base import clock, db, ground, i18n
from portal.base.web import Portal
from portal.home import actions
from portal.home.models import BarrierReport, Notice, PageText
from tests.client import Client
from tests.identity.help import enter


@pytest.fixture
def mo(client: Client) -> Client:
    """Mo the moderator."""
    enter(client, "Mo Tamm", roles=["moderator"])
    return client


def test_a_page_is_written_previewed_and_kept_in_versions(mo: Client) -> None:
    page = mo.post("/en/staff/pages/new", {"slug": "opening-hours", "title": "Hours", "body": "*8*", "act": "preview"})
    assert "<em>8</em>" in page.html
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(PageText)) == 0
    mo.post("/en/staff/pages/new", {"slug": "opening-hours", "title": "Hours", "body": "8 to 16", "act": "store"})
    mo.post("/en/staff/pages/opening-hours/de", {"title": "Zeiten", "body": "8 bis 16", "act": "store"})
    mo.post("/en/staff/pages/opening-hours/de", {"title": "Öffnungszeiten", "body": "9 bis 17", "act": "store"})
    assert "9 bis 17" in mo.get("/de/pages/opening-hours")
    assert "8 bis 16" in mo.get("/en/staff/pages/opening-hours/de/1")
    assert "Öffnungszeiten" in mo.get("/de/staff/pages")
    with db.read() as s:
        verbs = list(s.scalars(select(Entry.verb).where(Entry.kind == "page").order_by(Entry.id)))
    assert verbs == ["page.added", "page.written", "page.written", "page.written"]


def test_the_editors_language_is_shown_to_screen_readers(mo: Client) -> None:
    assert 'lang="ar"' in mo.get("/en/staff/pages/help/ar").html
    assert mo.get("/en/staff/pages/help/xx").status == 404


@pytest.mark.parametrize("slug", ["help", "Big", "a b", "opening-hours"])
def test_a_wrong_or_taken_address_is_refused(mo: Client, slug: str) -> None:
    mo.post("/en/staff/pages/new", {"slug": "opening-hours", "title": "x", "body": "x"})
    page = mo.post("/en/staff/pages/new", {"slug": slug, "title": "Title kept", "body": "Body kept"})
    assert page.status == 422
    assert "Title kept" in page.html
    assert "Body kept" in page.html


def test_a_page_leaves_footer_search_and_site(mo: Client) -> None:
    mo.post("/en/staff/pages/new", {"slug": "fish-market", "title": "Fish market", "body": "Herring"})
    assert "Fish market" in mo.get("/en/pages/help")
    mo.post("/en/staff/pages/fish-market/place", {"position": "5"}, page="/en/staff/pages/fish-market")
    assert "Fish market" not in mo.get("/en/pages/help")
    assert "Fish market" in mo.get("/en/search?q=herring")
    mo.post("/en/staff/pages/fish-market/remove", page="/en/staff/pages/fish-market")
    assert mo.get("/en/pages/fish-market").status == 404
    assert "Fish market" not in mo.get("/en/search?q=herring")


def test_fixed_pages_cannot_be_removed(mo: Client) -> None:
    assert mo.post("/en/staff/pages/privacy/remove", page="/en/staff/pages/privacy").status == 409


def test_a_notice_goes_up_and_comes_down(mo: Client) -> None:
    now = i18n.in_zone(clock.now())
    data = {"kind": "outage", "starts_at": now.strftime("%Y-%m-%dT%H:%M"), "ends_at": "", "words_en": "Closed tonight"}
    assert mo.post("/en/staff/notices/new", data).status == 200
    assert "Closed tonight" in mo.get("/pl/")
    with db.read() as s:
        key = s.scalars(select(Notice.id)).one()
    assert "Closed tonight" in mo.get(f"/en/staff/notices/{key}")
    mo.post(f"/en/staff/notices/{key}/end", page=f"/en/staff/notices/{key}")
    assert "Closed tonight" not in mo.get("/en/")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"words_en": ""}, "at least one language"),
        ({"ends_at": "2020-01-01T00:00"}, "after the start"),
        ({"kind": "party"}, "notice is about"),
        ({"starts_at": "soon"}, "day and a time"),
    ],
)
def test_a_wrong_notice_is_refused(mo: Client, change: dict[str, str], words: str) -> None:
    data = {"kind": "news", "starts_at": "2026-01-01T10:00", "words_en": "Hello"}
    page = mo.post("/en/staff/notices/new", data | change)
    assert page.status == 422
    assert words in page or change.get("kind") == "party"


def test_a_report_is_answered_and_its_address_forgotten(app: Portal, mo: Client) -> None:
    ground.stand_on(app.ground)
    with db.write():
        key = actions.report_barrier(page="/en/x", what="No focus", contact="ana@mail.example", lang="de").id
    assert "No focus" in mo.get("/en/staff/barriers")
    assert "ana@mail.example" in mo.get(f"/en/staff/barriers/{key}")
    assert "barrier" in mo.get("/en/staff/")
    mo.post(f"/en/staff/barriers/{key}", {"note": "Mended"})
    with db.read() as s:
        row = s.get_one(BarrierReport, key)
    assert (row.note, row.contact) == ("Mended", "")
    assert mo.post(f"/en/staff/barriers/{key}", {"note": "Twice"}, page="/en/staff/barriers/new-token-page-is-any", token=False
                   ).status in {400, 409}  # fmt: skip


def test_others_stay_outside(client: Client) -> None:
    paths = ("pages", "pages/new", "pages/help", "pages/help/de", "notices", "notices/new", "barriers")
    for path in paths:
        assert client.get(f"/en/staff/{path}", follow=False).status == 303
    enter(client, "Lia Kask", roles=["librarian"])
    for path in paths:
        assert client.get(f"/en/staff/{path}").status == 403
