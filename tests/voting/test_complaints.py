"""A published result is provisional: people complain, the city answers publicly, and then it is final."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from portal.audit.models_looks import Look
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.voting import actions_complaint, actions_count
from portal.voting.models_complaint import Complaint
from portal.voting.rules_complaint import may_answer, standing
from tests.client import Client, Page
from tests.identity.help import enter
from tests.voting.town import OFFICER, RESIDENT, SECOND, cast, close, found, opened, start_count

WRONG = "My ballot was counted twice: I have two receipts."
ANSWER = "Both receipts were checked: one was replaced by the other, and one counted."
DAY = date(2027, 3, 27)


def published(days: int = 14) -> str:
    vote = opened()
    for n in range(12):
        cast(vote, f"resident {n}", {"1": ["P1"]})
    close(vote)
    start_count(vote)
    actions_count.run_count(vote)
    with db.write() as s:
        actions_count.publish(s, OFFICER, found(s, vote), halves_destroyed=True)
    return vote


def later(vote: str, days: int = 15) -> None:
    """The result was published so many days earlier."""
    with db.write() as s:
        row = found(s, vote)
        assert row.published_at is not None
        row.published_at -= timedelta(days=days)


def complain(client: Client, vote: str, **more: str) -> Page:
    path = f"/en/votes/{vote}/complaint"
    given = {"words": WRONG, "name": "Ana Ilves", "contact": "ana@example.org", **more}
    return client.post(path, {**client.get(path).fields(), **given}, page=path)


@pytest.fixture
def officer(app: Portal) -> Client:
    client = Client(app)
    enter(client, "Bo Tamm", roles=["budget_officer"])
    return client


# --- rules ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "passed", "waiting", "open_", "final"),
    [
        (14, 0, 0, True, False),
        (14, 14, 0, True, False),  # the last day counts whole
        (14, 15, 0, False, True),
        (14, 15, 1, False, False),
        (0, 0, 0, False, True),
        (0, 0, 2, False, False),
    ],
)
def test_a_result_is_provisional_while_anybody_may_complain_or_waits(
    days: int, passed: int, waiting: int, open_: bool, final: bool
) -> None:
    vote: Any = SimpleNamespace(state="published", key_check="k", document={"complaint_days": days})
    told = standing(vote, DAY, DAY + timedelta(days=passed), waiting=waiting, answered=0)
    assert told is not None and (told.may_complain, told.final) == (open_, final)
    assert told.until == DAY + timedelta(days=days)


@pytest.mark.parametrize("change", [{"state": "finished"}, {"key_check": None}])
def test_what_was_not_voted_here_or_is_not_published_has_no_such_state(change: dict[str, Any]) -> None:
    vote: Any = SimpleNamespace(
        **{"state": "published", "key_check": "k", "document": {"complaint_days": 14}, **change}
    )
    assert standing(vote, DAY, DAY, waiting=0, answered=0) is None


def test_who_answers() -> None:
    assert may_answer(OFFICER, author=None, answered_at=None)
    assert not may_answer(OFFICER, author=OFFICER.person_id, answered_at=None)
    assert not may_answer(RESIDENT, author=None, answered_at=None)
    assert may_answer(SECOND, author=OFFICER.person_id, answered_at=None)


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_complaint_is_answered_publicly_and_then_the_result_is_final(app: Portal, officer: Client) -> None:
    vote, ana = published(), Client(app)
    enter(ana, "Ana Ilves")
    page = ana.get(f"/en/votes/{vote}/complaints")
    assert "This result is provisional." in page and "No answer yet" in page
    told = complain(ana, vote)
    assert told.status == 200 and "The city has your complaint" in told and WRONG not in told
    with db.read() as s:
        row = s.query(Complaint).one()
    address = f"/en/votes/{vote}/complaint/{row.reference}"
    assert "The city has your complaint" in Client(app).get(address)  # whoever has the number
    assert Client(app).get(f"/en/votes/{vote}/complaint/AAAA-AAAA").status == 404
    later(vote)
    assert "1 complaint waits for its answer." in ana.get(f"/en/votes/{vote}/complaints")

    assert "Answer complaints about the result" in officer.get("/en/staff/")
    desk = f"/en/staff/votes/{vote}/complaints/{row.id}"
    page = officer.get(desk)
    assert WRONG in page and "ana@example.org" in page
    with db.read() as s:
        assert [one.person_id for one in s.query(Look)] == [row.person_id]
    short = officer.post(desk, {**page.fields(), "upheld": "no", "words": "No."}, page=desk)
    assert short.status == 422 and "No." in short.html
    fields = {**page.fields(), "upheld": "no", "words": ANSWER, "language": "en"}
    assert "The answer is published." in officer.post(desk, fields, page=desk)
    assert officer.post(desk, fields, page=desk).status == 409
    public = Client(app).get(f"/en/votes/{vote}/complaints")
    assert (
        ANSWER in public and "This result is final." in public and WRONG not in public.html and "Ana" not in public.html
    )
    assert ANSWER in Client(app).get(address)
    assert row.reference in ana.get("/en/inbox")


def test_names_go_a_year_after_the_answer(app: Portal) -> None:
    vote = published()
    complain(Client(app), vote)
    bo = Actor(person_id=enter(Client(app), "Bo Tamm", roles=["budget_officer"]), roles=frozenset({"budget_officer"}))
    with db.write() as s:
        row = s.query(Complaint).one()
        actions_complaint.answer(s, bo, found(s, vote), row.id, words=ANSWER, language="en", upheld=True)
        assert actions_complaint.forget_names(s, clock.now() + timedelta(days=364)) == 0
        assert actions_complaint.forget_names(s, clock.now() + timedelta(days=366)) == 1
        s.expire_all()
        assert (row.name, row.contact, row.words, row.answer) == ("", "", WRONG, ANSWER)


def test_after_the_days_nobody_complains_any_more(app: Portal) -> None:
    vote = published()
    client = Client(app)
    path = f"/en/votes/{vote}/complaint"
    fields = client.get(path).fields()
    later(vote)
    assert "The days for complaints are over." in client.get(path)
    assert client.post(path, {**fields, "words": WRONG, "name": "Ana"}, page=path).status == 409
    with db.read() as s:
        assert s.query(Complaint).count() == 0


def test_what_is_missing_is_said_at_the_field(app: Portal) -> None:
    vote = published()
    page = complain(Client(app), vote, name="", words="")
    assert page.status == 422 and "Describe what is wrong." in page and "Enter your name." in page
    assert "ana@example.org" in page.html  # what was typed is kept


def test_an_open_vote_has_nothing_to_complain_about_yet(app: Portal) -> None:
    vote = opened()
    assert "There is no result of this vote to complain about." in Client(app).get(f"/en/votes/{vote}/complaint")
    assert Client(app).get(f"/en/votes/{vote}/complaints").status == 200


def test_auditors_read_along_and_answer_nothing(app: Portal) -> None:
    vote, auditor = published(), Client(app)
    enter(auditor, "Ada Audit", roles=["auditor"])
    complain(Client(app), vote)
    with db.read() as s:
        number = s.query(Complaint).one().id
    page = auditor.get(f"/en/staff/votes/{vote}/complaints/{number}")
    assert WRONG in page and "Publish the answer" not in page
