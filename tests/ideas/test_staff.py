"""Officers make a call, give it dates and categories, show it, and look at its ideas."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.base import clock, db
from portal.base.i18n import in_zone
from portal.base.web import Portal
from portal.ideas.models import Call, CallCategory
from tests.client import Client
from tests.ideas.town import add_call, add_idea
from tests.identity.help import enter

NEW: dict[str, Any] = {
    "slug": "ideas-2028", "title_en": "Ideas for 2028", "audience": "signed_in", "debate": "points",
    "promised_hours": "48", "short_list_size": "5", "threshold": "0", "edit_minutes": "60", "objection_days": "14",
    "forget_days": "90", "asks": ["asks_place", "takes_files"],
}  # fmt: skip


def test_a_call_is_made_and_shown(app: Portal) -> None:
    client = Client(app)
    enter(client, "Bo Officer", roles=["budget_officer"])
    wrong = client.post("/en/staff/ideas/new", {**NEW, "slug": "2028", "title_en": "", "age": "16"})
    assert wrong.status == 422 and "letters in it" in wrong and "Enter a title" in wrong and "neither" in wrong
    page = client.post("/en/staff/ideas/new", NEW)
    assert "Ideas for 2028" in page and "has no dates" in page
    assert Client(app).get("/en/ideas/ideas-2028/").status == 404
    start = in_zone(clock.city_now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    end = in_zone(clock.city_now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    base = "/en/staff/ideas/ideas-2028"
    assert client.post(f"{base}/dates", {"submit_closes": end}).status == 422
    client.post(f"{base}/dates", {"submit_opens": start, "submit_closes": end})
    client.post(f"{base}/categories", {"name_new1_en": "Green", "name_new2_en": "Streets"})
    client.post(f"{base}/show", page=base)
    public = Client(app).get("/en/ideas/ideas-2028/")
    assert "You can hand in ideas until" in public
    assert "Ideas for 2028" in Client(app).get("/en/") and "Ideas for 2028" in Client(app).get("/en/search?q=2028")
    with db.read() as s:
        call = s.query(Call).one()
        assert (call.takes_files, call.takes_pictures, call.asks_place) == (True, False, True)
        assert s.query(CallCategory).count() == 2


def test_a_call_with_ideas_stays_public_and_keeps_their_categories(app: Portal) -> None:
    client = Client(app)
    me = enter(client, "Bo Officer", roles=["budget_officer"])
    call_id = add_call(app)
    with db.read() as s:
        first = s.query(CallCategory).order_by(CallCategory.position).first()
        assert first is not None
        category = first.id
    add_idea(app, call_id, me, category_id=category)
    page = client.post("/en/staff/ideas/2027/hide", page="/en/staff/ideas/2027")
    assert page.status == 409 and "stays public" in page
    page = client.post("/en/staff/ideas/2027/categories", {f"name_{category}_en": "", f"name_{category}_de": ""})
    assert page.status == 422 and "Ideas have this category" in page


def test_the_staff_s_pages_are_theirs(app: Portal) -> None:
    client = Client(app)
    add_call(app)
    enter(client, "Ana Ilves")
    assert client.get("/en/staff/ideas").status == 403
    enter(client, "Au Ditor", roles=["auditor"])
    assert "2027" in client.get("/en/staff/ideas") and client.get("/en/staff/ideas/2027/edit").status == 403
