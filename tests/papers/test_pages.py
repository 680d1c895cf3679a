"""Checking by code, guessing, the register, one's own papers: through the door, as people come."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from portal.audit.models import Entry
from portal.base import clock, db, ground, log
from portal.base.web import Portal
from portal.papers import actions, actions_make, queries, rules, views
from portal.papers.models import Paper, PaperState, Revocation
from tests.client import Client
from tests.identity.help import enter
from tests.papers import office


def ready(app: Portal, **given: Any) -> Paper:
    """A paper that counts, without the making: these tests are about pages."""
    paper_id = office.issue(app, **given)
    with db.write() as s:
        s.execute(
            update(Paper)
            .where(Paper.id == paper_id)
            .values(state=PaperState.READY, file=secrets.token_hex(32), made_at=clock.now())
        )
    return office.look(app, paper_id)


def test_a_code_says_kind_number_date_and_state_and_nothing_else(app: Portal, client: Client) -> None:
    paper = ready(app, lines=[("Recipient", "Ana Ilves"), ("Subject", "Your permit")])
    page = client.post("/en/verify", {"code": rules.grouped(actions.code_of(paper)).lower()})
    assert "This paper is genuine and valid" in page and paper.number in page and "Letter" in page
    for secret in ("Ana", "permit"):
        assert secret not in page.text
    head = page.response.headers
    assert head["Cache-Control"] == "no-store" and "noindex" in head["X-Robots-Tag"]


def test_a_slip_is_told_before_anything_is_looked_up(app: Portal, client: Client) -> None:
    code = actions.code_of(ready(app))
    page = client.post("/en/verify", {"code": code[:-1]})
    assert page.status == 422 and "a character is missing or mistyped" in page
    assert client.post("/en/verify", {"code": ""}).status == 422
    assert client.get(f"/en/verify/{code[:-1]}").status == 404


@pytest.mark.parametrize("state", ["expired", "revoked", "replaced", "being_made"])
def test_each_state_has_its_own_words(app: Portal, client: Client, state: str) -> None:
    paper = ready(app)
    with db.write() as s:
        row = s.get(Paper, paper.id)
        if state == "expired":
            row.expires_at = clock.now() - timedelta(minutes=1)
        elif state == "revoked":
            actions.revoke(office.CLERK, row, Revocation.CHANGED)
        elif state == "replaced":
            other = actions.issue(office.CLERK, kind="letter", lang="en", values={})
            actions.replace(office.CLERK, row, other)
        else:
            row.state = PaperState.BEING_MADE
    page = client.get(f"/en/verify/{actions.code_of(paper)}")
    said = {
        "expired": "genuine, but it has expired",
        "revoked": "This paper was revoked",
        "replaced": "replaced by a newer one",
        "being_made": "still being made",
    }
    assert said[state] in page and page.status == 200


@pytest.mark.parametrize("lang", ["en", "de", "et", "fr", "pl", "ar"])
def test_every_language_answers(app: Portal, client: Client, lang: str) -> None:
    code = actions.code_of(ready(app))
    for path in ("/verify", f"/verify/{code}", "/verify/register"):
        assert client.get(f"/{lang}{path}").status == 200
    assert client.get("/verify", headers={"Accept-Language": lang}).url == f"/{lang}/verify"
    assert client.get(f"/verify/{code}", headers={"Accept-Language": lang}).url == f"/{lang}/verify/{code}"


def made_up() -> str:
    """A well-formed code of no paper."""
    return rules.code_of(secrets.token_bytes(10))


def test_guessing_is_stopped_and_the_stop_outlives_a_restart(app: Portal) -> None:
    client = Client(app)
    code = actions.code_of(ready(app))
    for _ in range(rules.GUESSES):
        assert client.get(f"/en/verify/{made_up()}").status == 404
    page = client.get(f"/en/verify/{made_up()}")
    assert page.status == 429 and "Wait 15 minutes" in page
    assert client.post("/en/verify", {"code": made_up()}).status == 429
    views.limits._memory.clear()
    assert Client(app).get(f"/en/verify/{made_up()}").status == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get(f"/en/verify/{made_up()}", environ_overrides=elsewhere).status == 404, "nobody else is shut out"
    for one in (client, Client(app)):
        assert one.get(f"/en/verify/{code}").status == 200, "a paper in hand is checked, whoever else guesses here"


def test_slips_and_good_codes_are_no_guesses(app: Portal) -> None:
    client, code = Client(app), actions.code_of(ready(app))
    for _ in range(rules.GUESSES + 5):
        assert client.get(f"/en/verify/{code[:-1]}").status == 404
        assert client.get(f"/en/verify/{code}").status == 200


def test_one_household_of_ipv6_is_one_guesser(app: Portal) -> None:
    client = Client(app)
    for n in range(rules.GUESSES):
        client.get(f"/en/verify/{made_up()}", environ_overrides={"REMOTE_ADDR": f"2001:db8::{n:x}"})
    answer = client.get(f"/en/verify/{made_up()}", environ_overrides={"REMOTE_ADDR": "2001:db8::ffff"})
    assert answer.status == 429


def test_codes_are_in_no_log_and_no_audit_line(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, app: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when the page breaks in the middle, or the database cannot be had."""
    caplog.set_level(logging.DEBUG)
    log.set_up()  # to the standard error of this test
    paper = ready(app)
    code, wrong = actions.code_of(paper), made_up()
    client = Client(app)
    client.get(f"/verify/{code}")
    client.get(f"/en/verify/{wrong}")
    client.post("/en/verify", {"code": code})

    def broken(*_known: Any, **_more: Any) -> Any:
        raise RuntimeError("the register is on fire")

    def busy(*_known: Any, **_more: Any) -> Any:
        raise db.Busy

    monkeypatch.setattr(queries, "known_as", broken)
    assert client.get(f"/en/verify/{code}").status == 500
    monkeypatch.setattr(queries, "known_as", busy)
    assert client.get(f"/en/verify/{code}").status == 503
    monkeypatch.undo()
    out, err = capfd.readouterr()
    said = out + err + caplog.text
    assert "/<lang:lang>/verify/<code>" in said, "the pattern of the address is what the log has"
    with db.read() as s:
        said += " ".join(str(vars(row)) for row in s.scalars(select(Entry)))
        said += json.dumps(list(s.scalars(select(queries.Paper.code_sealed))))
    assert code not in said and wrong not in said


def test_the_register_can_be_made_again_by_anybody(app: Portal, client: Client) -> None:
    one, two = ready(app, title="Private"), ready(app)
    with db.write() as s:
        actions.revoke(office.CLERK, s.get(Paper, two.id), Revocation.LOST)
        for row in s.scalars(select(Paper)):
            row.made_at -= timedelta(days=3)
            row.revoked_at = row.revoked_at and row.revoked_at - timedelta(days=2)
    with db.write() as s:
        assert actions.close_days(s, clock.now()) >= 1
    page = client.get("/en/verify/register")
    assert two.number in page and one.number not in page and "Private" not in page
    register = json.loads(client.http.get("/en/verify/register.json", base_url=client.base).get_data())
    previous = register["first"]
    for day in register["heads"]:
        lines = [
            day["day"],
            previous,
            *(f"issued {x}" for x in day["issued"]),
            *(f"revoked {x}" for x in day["revoked"]),
        ]
        previous = hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()
        assert day["head"] == previous
    leaf = hashlib.sha256(f"{one.number}\n{one.file}".encode()).hexdigest()
    assert leaf in [x for day in register["heads"] for x in day["issued"]]
    assert [x["number"] for x in register["withdrawn"]] == [two.number]
    assert "paper-register" in json.dumps(json.loads(client.http.get("/api/", base_url=client.base).get_data()))


def test_ones_own_papers_and_what_others_see(app: Portal, count_queries: Callable[..., Any]) -> None:
    ana, tom = Client(app), Client(app)
    who = enter(ana, "Ana Ilves")
    enter(tom, "Tom Other")
    assert "has not given you any paper" in ana.get("/en/papers")
    paper = office.made(app, person_id=who, lines=[("Recipient", "Ana Ilves"), ("Subject", "Your permit")])
    page = ana.get("/en/papers")
    assert "Your permit" in page and f'href="/en/papers/{paper.id}"' in page.html
    page = ana.post(f"/en/papers/{paper.id}/shown", {"shown": ["0"]}, page=f"/en/papers/{paper.id}")
    assert "Your choice is stored" in page
    assert "Ana Ilves" in Client(app).get(f"/en/verify/{actions.code_of(paper)}").text
    assert "Your permit" not in Client(app).get(f"/en/verify/{actions.code_of(paper)}").text
    answer = ana.http.get(f"/en/papers/{paper.id}/file", base_url=ana.base)
    assert answer.data == office.file_of(paper) and answer.headers["Cache-Control"] == "no-store"
    assert f"{paper.number}.pdf" in answer.headers["Content-Disposition"]
    for path in ("", "/file"):
        assert tom.http.get(f"/en/papers/{paper.id}{path}", base_url=tom.base).status_code == 404
        assert Client(app).http.get(f"/en/papers/{paper.id}{path}", base_url=tom.base).status_code == 303
    clerk = Client(app)
    enter(clerk, "Bo Kask", roles=["case_officer"])
    own_door = clerk.http.get(f"/en/papers/{paper.id}/file", base_url=clerk.base)
    assert own_door.status_code == 404, "staff go through the staff door, where it is their work"
    stranger = tom.http.post(
        f"/en/papers/{paper.id}/shown", base_url=tom.base, data={"csrf_token": tom.get("/en/verify").token}
    )
    assert stranger.status_code == 404
    assert tom.get("/en/papers").text.count("Your permit") == 0
    with count_queries(app) as few:
        ana.get("/en/papers")
    for _ in range(12):
        ready(app, person_id=who)
    with count_queries(app) as many:
        ana.get("/en/papers")
    assert many.number == few.number


def test_my_page_is_given_the_same_papers(app: Portal) -> None:
    who = enter(Client(app), "Ana Ilves")
    paper = ready(app, person_id=who)
    mine = next(one for feature in app.ground.features for one in feature.mine if one.name == "papers")
    ground.stand_on(app.ground)
    with db.read() as s:
        (item,) = mine.items(s, views.Actor(person_id=who), "en")
        assert mine.items(s, views.Actor(), "en") == []
    assert (item.title, item.endpoint, item.args) == ("Your permit", "papers.paper", {"paper_id": paper.id})


def test_a_paper_that_waits_says_so_to_its_holder(app: Portal) -> None:
    ana = Client(app)
    who = enter(ana, "Ana Ilves")
    paper_id = office.issue(app, person_id=who)
    assert "It has its number already" in ana.get(f"/en/papers/{paper_id}")
    actions_make._not_made(paper_id, rules.Fault.BROKEN)
    assert "could not be made yet" in ana.get(f"/en/papers/{paper_id}")
