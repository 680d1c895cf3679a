"""The staff's screens of the house itself."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

import portal
from portal.admin import rules_words as words
from portal.admin.rules import STAFF
from portal.audit.actions import record
from portal.audit.models import Entry
from portal.base import clock, db, ground, jobs
from portal.base.actor import Actor
from portal.base.jobs import JobRow
from portal.base.web import Portal
from portal.workshops.models import Attendance, Day
from tests.client import Client
from tests.identity.help import enter, limited
from tests.workshops import town

PORTAL = Path(portal.__file__).parent


def test_everyone_with_a_role_has_a_desk(app: Portal, client: Client) -> None:
    ground.stand_on(app.ground)
    roles = {role.name for feature in app.ground.features for role in feature.roles}
    assert roles == set(STAFF), "a role that a manifest names opens the start page"
    for role in sorted(roles):
        enter(client, f"Some {role}", roles=[role])
        page = client.get("/en/staff/")
        assert page.status == 200, role
        assert ("Set up the city" in page) is (role == "administrator")


def test_a_role_for_a_part_of_the_city_has_a_desk_with_its_own_pages(app: Portal, client: Client) -> None:
    ground.stand_on(app.ground)
    with db.write():
        house = town.house()
    for role, page in (("trainer", "/en/staff/workshops/"), ("programme", "/en/staff/workshops/")):
        limited(enter(client, f"Some {role}"), role, "place", house)
        start = client.get("/en/staff/")
        assert start.status == 200 and "Nothing waits for you" in start
        assert f'<li><a href="{page}">' in start.html.split("<main", 1)[1], "the empty desk leads to where the work is"
        assert client.get(page).status == 200


def test_a_trainer_is_told_to_note_who_came(app: Portal, client: Client) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        at = town.session(town.workshop(), town.house(), days=1, times=2)
        at.trainer_id = town.person("Tiiu Saar", "trainer").person_id
        booking = town.book(town.person("Ana Ilves"), at.id)
        first = s.scalars(select(Day).where(Day.session_id == at.id).order_by(Day.starts_at)).first()
        assert first is not None
        day, number = first.id, booking.id
    enter(client, "Tiiu Saar", roles=["trainer"])
    assert "Note who came" not in client.get("/en/staff/")
    with db.write() as s:
        row = s.get_one(Day, day)
        row.starts_at, row.ends_at = town.now() - timedelta(hours=3), town.now() - timedelta(hours=2)
    assert "Note who came: 1 day that you held" in client.get("/en/staff/")
    with db.write() as s:
        s.add(Attendance(booking_id=number, day_id=day, came=True, at=town.now(), nonce="n"))
    assert "Note who came" not in client.get("/en/staff/")


def test_an_empty_city_tells_its_administrator_what_to_do(client: Client) -> None:
    enter(client, "Ada Root", roles=["administrator"])
    page = client.get("/en/staff/")
    assert "Set up the city" in page
    assert "Add the city’s districts." in page
    assert "Let two people sign in" in page


def test_residents_have_no_desk(client: Client) -> None:
    enter(client, "Ana Ilves")
    assert client.get("/en/staff/").status == 403


def test_the_record_can_be_searched(app: Portal, client: Client) -> None:
    person = enter(client, "Åsa Öberg", roles=["auditor"])
    ground.stand_on(app.ground)
    with db.write():
        for n in range(60):
            record(Actor(person_id=person), "page.written", "page", n, after={"lang": "de", "n": n})
        record(Actor(person_id=person), "notice.put", "notice", 7, after={"words": "Flood <b>"})
    page = client.get("/en/staff/audit")
    assert 'data-label="What was done">Notice put up' in page.html
    assert "<b>" not in page.html.split("<main", 1)[1]
    assert 'data-label="What was done">Page written' in client.get("/en/staff/audit?page=2").html
    only = client.get("/en/staff/audit?verb=notice.put")
    assert "1 line" in only
    assert "1 line" in client.get("/en/staff/audit?q=Flood")
    assert "Notice put up" in client.get("/en/staff/audit?person=asa+oberg")
    assert "0 lines" in client.get("/en/staff/audit?until=2020-01-01")
    assert client.get("/en/staff/audit?verb=nonsense&page=99999").status == 200


def test_days_in_the_wrong_order_are_told_at_their_field_and_stay(app: Portal, client: Client) -> None:
    person = enter(client, "Åsa Öberg", roles=["auditor"])
    ground.stand_on(app.ground)
    with db.write():
        record(Actor(person_id=person), "page.written", "page", 1)
    wish = "q=flood&person=asa&verb=page.written&since=2026-03-09&until=2026-03-02"
    page = client.get(f"/en/staff/audit?{wish}")
    said = "This day is before the one under “From”."
    assert page.status == 200 and f'href="#until">To: {said}' in page.html
    assert re.search(rf'id="until-error"[^>]*>.*{said}', page.html) and 'aria-describedby="until-error"' in page.html
    for typed in (
        'value="flood"',
        'value="asa"',
        'value="2026-03-09"',
        'value="2026-03-02"',
        'value="page.written" sel',
    ):
        assert typed in page.html, typed
    assert '<details class="fm-more" open>' in page.html, "the field is in sight"
    assert "0 lines" not in page and "No line fits" not in page, "nothing was looked for"
    with db.read() as s:
        assert not s.scalars(select(Entry).where(Entry.verb == "searched audit record")).all()
    assert client.get(f"/en/staff/audit.csv?{wish}").url == "/en/staff/audit"
    assert said not in client.get("/en/staff/audit?since=2026-03-09&until=2026-03-09")
    unread = client.get("/en/staff/audit?since=9.3.")
    assert "Enter a day, such as 2027-03-27." in unread and 'value="9.3."' in unread.html


def _recorded() -> tuple[dict[str, str], dict[str, str]]:
    """Every verb and kind that the code writes into the record, with the place of one of its lines."""
    verbs: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for path in sorted(PORTAL.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            if getattr(node.func, "id", getattr(node.func, "attr", "")) not in ("record", "record_now"):
                continue
            place = f"{path.name}:{node.lineno}"
            said = [c.value for c in ast.walk(node.args[1]) if isinstance(c, ast.Constant) and isinstance(c.value, str)]
            assert said, f"{place}: the verb stands nowhere as a word, so no test can see that it has a name"
            verbs.update(dict.fromkeys(said, place))
            if len(node.args) > 2 and isinstance(node.args[2], ast.Constant):
                kinds[str(node.args[2].value)] = place
    return verbs, kinds


def test_every_verb_and_kind_of_the_record_has_words(app: Portal) -> None:
    ground.stand_on(app.ground)
    verbs, kinds = _recorded()
    # a verb that stands beside a comparison ("approve" if choice == GO_ON ...) shows up here by its own words
    assert {v: place for v, place in verbs.items() if v not in words.VERBS} == {}
    assert {k: place for k, place in kinds.items() if str(words.kind_name(k, app.ground.features)) == k} == {}
    assert set(words.VERBS) <= set(verbs), "words for acts that nobody records any more"


def test_settings_show_no_secret(client: Client) -> None:
    enter(client, "Ada Root", roles=["administrator"])
    page = client.get("/en/staff/settings")
    assert "Europe/Tallinn" in page
    assert "a secret for tests" not in page.html


def test_a_failed_job_can_be_tried_again(app: Portal, client: Client) -> None:
    enter(client, "Ada Root", roles=["administrator"])
    ground.stand_on(app.ground)
    with db.write() as s:
        jobs.enqueue(s, "no.such.kind", {})
        row = s.query(JobRow).filter_by(kind="no.such.kind").one()
        row.failed_at, row.tries, row.last_error = clock.now(), 8, "RuntimeError: broken <i>"
        key = row.id
    page = client.get("/en/staff/jobs")
    assert "no.such.kind" in page
    assert "1 job failed" in client.get("/en/staff/")
    client.post(f"/en/staff/jobs/{key}/again", page="/en/staff/jobs")
    with db.read() as s:
        again = s.get_one(JobRow, key)
    assert (again.failed_at, again.tries) == (None, 0)
