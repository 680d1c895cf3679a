"""The staff's screens of the house itself."""

from __future__ import annotations

import ast
from pathlib import Path

import portal
from portal.admin import rules_words as words
from portal.admin.rules import STAFF
from portal.audit.actions import record
from portal.base import clock, db, ground, jobs
from portal.base.actor import Actor
from portal.base.jobs import JobRow
from portal.base.web import Portal
from tests.client import Client
from tests.identity.help import enter

PORTAL = Path(portal.__file__).parent


def test_everyone_with_a_role_has_a_desk(client: Client) -> None:
    for role in STAFF:
        enter(client, f"Some {role}", roles=[role])
        page = client.get("/en/staff/")
        assert page.status == 200
        assert ("Set up the city" in page) is (role == "administrator")


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
    assert client.get("/en/staff/audit?verb=nonsense&page=99999&since=x").status == 200


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
