"""Ideas and supporters on paper: a librarian enters them, everybody counts once, nothing of a name is kept."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from portal import config
from portal.audit.models import Entry
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.web import Portal
from portal.ideas import actions, actions_paper, rules_paper
from portal.ideas.models import Audience, Call, Idea, Support
from portal.ideas.models_paper import SupportList
from portal.identity.models import Contact, Way
from portal.identity.rules import Birth
from portal.notifications.models import Message
from portal.processes.models import PhaseKind
from tests.client import Client
from tests.ideas.town import add_call, add_idea, idea
from tests.identity.conftest import make_town  # noqa: F401
from tests.identity.help import enter

ZONE = ZoneInfo("Europe/Tallinn")
OPENS, CLOSES = datetime(2026, 3, 10, 9, tzinfo=ZONE), datetime(2026, 3, 20, 10, tzinfo=ZONE)
PHASES = [SimpleNamespace(kind=PhaseKind.SUBMIT, opens_at=OPENS, closes_at=CLOSES, closed_at=None, paused_at=None)]


def _call(**changes: Any) -> Any:
    plain = {
        "always_open": False, "challenge": False, "audience": Audience.SIGNED_IN, "age": None, "age_on": None,
        "support_until": None, "frozen_at": None, "closed_at": None,
    }  # fmt: skip
    return SimpleNamespace(**{**plain, **changes})


@pytest.mark.parametrize(
    ("day", "today", "changes", "may"),
    [
        ("2026-03-09", "2026-03-25", {}, False),  # the day before
        ("2026-03-10", "2026-03-10", {}, True),  # it opens at nine
        ("2026-03-20", "2026-03-25", {}, True),  # it closes at ten: in doubt for the paper
        ("2026-03-21", "2026-03-25", {}, False),  # a day late
        ("2026-03-15", "2026-03-25", {}, True),  # in time, entered later
        ("2026-03-26", "2026-03-25", {}, False),  # tomorrow
        ("2026-03-15", "2026-03-25", {"frozen_at": CLOSES}, False),  # counted
        ("2026-03-15", "2026-03-25", {"closed_at": CLOSES}, False),
        ("2026-03-25", "2026-03-25", {"always_open": True}, True),
        ("2025-01-02", "2026-03-25", {"always_open": True}, False),  # a slip of the pen
    ],
)
def test_the_day_on_the_paper_decides(day: str, today: str, changes: dict[str, Any], may: bool) -> None:
    asked = (_call(**changes), PHASES, date.fromisoformat(day), date.fromisoformat(today), ZONE)
    assert bool(rules_paper.may_enter_idea(*asked)) is may
    assert bool(rules_paper.may_enter_list(*asked)) is may


def test_a_name_is_the_same_however_it_is_written() -> None:
    born = Birth(1990, 2, 3)
    assert rules_paper.named("Mária  Ilves-Kask", born) == rules_paper.named("ilves kask maria", born)
    assert rules_paper.named("Maria Ilves", born) != rules_paper.named("Maria Ilves", Birth(1990, 2, 4))


# --- an idea on paper -------------------------------------------------------------------------------------------------


def _paper(app: Portal, name: str) -> str:
    return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", Client(app).get(f"/en/paper/{name}").text)[0]


def _typed(number: str, day: date, **more: Any) -> dict[str, Any]:
    return {
        "number": number, "title": "A bench at the pond", "body": "So that **old people** rest.", "language": "de",
        "received-day": day.day, "received-month": day.month, "received-year": day.year, **more,
    }  # fmt: skip


def _address(person_id: int, name: str) -> None:
    with db.write() as s:
        value, now = f"{name}@example.org", clock.now()
        s.add(
            Contact(
                person_id=person_id, way=Way.EMAIL, value=value, value_folded=value, confirmed_at=now, created_at=now
            )
        )


def test_an_idea_on_paper_is_entered_in_its_author_s_name(app: Portal) -> None:
    desk, call_id, today = Client(app), add_call(app), date.today()
    mia = enter(Client(app), "Mia Saar")
    sheet = f"idea-{call_id}"
    printed = Client(app).get(f"/de/paper/{sheet}")
    assert "[title]" in printed.text and "[received]" in printed.text and "Grün" in printed
    english = Client(app).get(f"/en/paper/{sheet}")
    for box in (
        "[district]",
        "☐ The whole city, or several districts",
        "☐ None of these",
        "[place]",
        "It stays on the paper",
    ):
        assert box in english.text, f"{box}: what the steps on the portal ask, and what the sheet asks to write"
    librarian = enter(desk, "Lia Rebane", roles=("librarian",))
    assert 'name="address"' not in desk.get(f"/en/staff/paper/{sheet}").html, "it stays on the paper"
    _address(mia, "mia")
    path, number = f"/en/staff/paper/{sheet}", _paper(app, sheet)
    wrong = desk.post(path, _typed(number, today))
    assert wrong.status == 422 and "needs a name" in wrong and "So that" in wrong.html
    late = desk.post(path, _typed(number, today - timedelta(days=20), author="Mia S."))
    assert late.status == 422 and 'id="received-error"' in late.html and 'id="account-error"' not in late.html
    page = desk.post(path, _typed(number, today, account="mia@example.org"))
    assert "has the number 1" in page
    row = idea(1)
    assert (row.author_id, row.channel, row.helped_by_id) == (mia, "paper", librarian)
    assert row.paper_number == number and row.language == "de"
    with db.read() as s:
        assert s.query(Message).filter_by(person_id=mia, notice="idea.entered").count() == 1
    assert "entered before" in desk.post(path, _typed(number, today, account="mia@example.org"))
    desk.post(path, _typed(_paper(app, sheet), today, author="Jo B."))
    public = Client(app).get("/en/ideas/2")
    assert "Jo B." in public and "on paper" in public and idea(2).author_id is None


def test_who_may_not_take_part_may_not_on_paper_either(app: Portal) -> None:
    desk, call_id = Client(app), add_call(app, audience=Audience.RESIDENT, premoderated=True)
    far = enter(Client(app), "Far Away", district="no")
    enter(desk, "Lia Rebane", roles=("librarian",))
    sheet = f"idea-{call_id}"
    _address(far, "far")
    _address(enter(Client(app), "Mia Saar", district="north"), "mia")
    path = f"/en/staff/paper/{sheet}"
    assert "It stays on the paper" not in Client(app).get(f"/en/paper/{sheet}"), "an account leads to its address"
    assert desk.post(path, _typed(_paper(app, sheet), date.today())).status == 422
    refused = desk.post(path, _typed(_paper(app, sheet), date.today(), account="far@example.org"))
    assert refused.status == 422 and "Only residents" in refused
    page = desk.post(path, _typed(_paper(app, sheet), date.today(), account="mia@example.org"))
    assert "waits for a moderator" in page and idea(1).held_at is not None


# --- supporters on paper ----------------------------------------------------------------------------------------------


def _list(app: Portal, desk: Client, number: int, lines: int = 4) -> int:
    printed = Client(app).get(f"/en/ideas/{number}/signatures")
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}", printed.text)[0]
    day = date.today()
    page = desk.post(
        "/en/staff/signatures",
        {"number": code.lower(), "idea": number, "lines": lines, "received-day": day.day, "received-month": day.month,
         "received-year": day.year},
    )  # fmt: skip
    assert f"List {code}" in page and "Line 1 of" in page
    with db.read() as s:
        return s.query(SupportList.id).filter_by(number=code).one()[0]


def _line(desk: Client, list_id: int, person: str, day: int = 3, month: int = 2, year: int = 1990) -> Any:
    path = f"/en/staff/signatures/{list_id}"
    at = re.search(r'name="line" value="(\d+)"', desk.get(path).html)[1]
    born = {"born-day": day, "born-month": month, "born-year": year}
    return desk.post(f"{path}/line", {"person": person, "line": at, **born}, page=path)


def test_a_list_is_entered_line_by_line_and_looked_at_twice(app: Portal) -> None:
    desk, call_id = Client(app), add_call(app)
    number = add_idea(app, call_id, enter(Client(app), "Jonas Brandt"))
    assert f"/en/ideas/{number}/signatures" in Client(app).get(f"/en/ideas/{number}").html
    enter(desk, "Lia Rebane", roles=("librarian",))
    one = _list(app, desk, number)
    assert "Line 1 counts" in _line(desk, one, "Ana Ilves")
    again = _line(desk, one, "ILVES, Ana")
    assert "Supports the idea already" in again and idea(number).supports == 1
    assert "taken back" in desk.post(f"/en/staff/signatures/{one}/undo", page=f"/en/staff/signatures/{one}")
    _line(desk, one, "Tom Kask")
    path = f"/en/staff/signatures/{one}"
    wrong = desk.post(f"{path}/refuse", {"line": "3"}, page=path)
    assert wrong.status == 422 and "Choose why" in wrong
    assert "No signature" in desk.post(f"{path}/refuse", {"line": "3", "why": "unsigned"}, page=path)
    stale = desk.post(f"{path}/line", {"person": "Leo Vau", "line": "3", "born-day": 1, "born-month": 1,
                                       "born-year": 1980}, page=path)  # fmt: skip
    assert stale.status == 409 and "entered already" in stale
    short = desk.post(f"{path}/finish", {"again": "4"}, page=path)
    assert short.status == 422 and "3 were entered" in short
    assert "colleague counts" in desk.post(f"{path}/finish", {"again": "3"}, page=path)
    assert "Ask a colleague" in desk.get(path)
    bo = Client(app)
    enter(bo, "Bo Officer", roles=("moderator",))
    assert "waits for a second look" in bo.get("/en/staff")
    assert "counts differ" in bo.post(f"{path}/second", {"again": "4"}, page=path)
    _line(desk, one, "Leo Vau")
    desk.post(f"{path}/finish", {"again": "4"}, page=path)
    assert "Both counts are the same" in bo.post(f"{path}/second", {"again": "4"}, page=path)
    row = idea(number)
    assert (row.supports, row.on_paper) == (3, 3)
    assert "Of these on paper: 3" in Client(app).get(f"/en/ideas/{number}")
    with db.write() as s:
        assert actions.recount(s) == 0
        kept = " ".join(str(list(r)) for r in s.execute(text("SELECT * FROM support"))) + " ".join(
            str((e.verb, e.before, e.after)) for e in s.query(Entry)
        )
    assert "Ilves" not in kept and "Kask" not in kept and "1990" not in kept


def test_a_list_is_taken_back_as_a_whole(app: Portal) -> None:
    desk, call_id = Client(app), add_call(app)
    number = add_idea(app, call_id, enter(Client(app), "Jonas Brandt"))
    enter(desk, "Lia Rebane", roles=("librarian",))
    one = _list(app, desk, number)
    _line(desk, one, "Ana Ilves")
    ana = Client(app)
    enter(ana, "Ana Ilves")
    ana.post(f"/en/ideas/{number}/support", {"on": "1"}, page=f"/en/ideas/{number}")
    assert idea(number).supports == 2
    path = f"/en/staff/signatures/{one}/discard"
    assert desk.post(path, {"reason": ""}).status == 422
    with db.write() as s:
        s.query(Call).one().frozen_at = clock.city_now()
    assert desk.get(path).status == 409
    with db.write() as s:
        s.query(Call).one().frozen_at = None
    assert "taken back" in desk.post(path, {"reason": "It belongs to another idea."})
    row = idea(number)
    assert (row.supports, row.on_paper) == (1, 0)


def test_the_register_says_who_counts(make_town: Callable[[config.Register], Portal]) -> None:  # noqa: F811
    app = make_town(config.Register(adapter="csv", scheme="ee"))
    desk = Client(app)
    call_id = add_call(app, audience=Audience.PROVED, age=16, age_on=date(2026, 6, 1))
    author = enter(Client(app), "Jonas Brandt", district="north", resident="ee-9", ages={"16@2026-06-01": True})
    number = add_idea(app, call_id, author)
    ana = Client(app)
    enter(ana, "Ana Ilves", district="north", resident="EE-1001", ages={"16@2026-06-01": True})
    ana.post(f"/en/ideas/{number}/support", {"on": "1"}, page=f"/en/ideas/{number}")
    assert idea(number).supports == 1
    enter(desk, "Lia Rebane", roles=("clerk",))
    one = _list(app, desk, number)
    unknown = _line(desk, one, "ee-1003", day=1)
    assert unknown.status == 422 and "knows nobody" in unknown and "ee-1003" in unknown.html
    assert "already" in _line(desk, one, "ee 1001")
    assert "Not old enough" in _line(desk, one, "ee-1002", 6, 5, 2014)
    assert "Line 3 counts" in _line(desk, one, "ee-1003", 30, 11, 1955)
    assert (idea(number).supports, idea(number).on_paper) == (2, 1)
    mia = Client(app)
    enter(mia, "Mia Saar", district="north", resident="ee-1003", ages={"16@2026-06-01": True})
    page = mia.post(f"/en/ideas/{number}/support", {"on": "1"}, page=f"/en/ideas/{number}")
    assert page.status == 409 and "list on paper" in page
    assert "You support this idea on a list" in mia.get(f"/en/ideas/{number}")
    mia.post(f"/en/ideas/{number}/support", {}, page=f"/en/ideas/{number}")
    assert (idea(number).supports, idea(number).on_paper) == (1, 0)
    assert "on a list" not in mia.get(f"/en/ideas/{number}")


def test_a_closed_call_and_organisations_have_no_lists(app: Portal) -> None:
    call_id = add_call(app, challenge=True)
    number = add_idea(app, call_id, enter(Client(app), "Jonas Brandt"))
    assert Client(app).get(f"/en/ideas/{number}/signatures").status == 409
    assert "signatures" not in Client(app).get(f"/en/ideas/{number}").html
    assert f"idea-{call_id}" not in Client(app).get("/en/paper").html


def test_two_clerks_at_one_list_enter_each_line_once(app: Portal) -> None:
    desk, call_id = Client(app), add_call(app)
    number = add_idea(app, call_id, enter(Client(app), "Jonas Brandt"))
    enter(desk, "Lia Rebane", roles=("librarian",))
    one = _list(app, desk, number, lines=6)
    gate, done = threading.Barrier(6), []

    def click(n: int) -> None:
        ground.stand_on(app.ground)
        gate.wait()
        with db.write():
            done.append(actions_paper.enter_line(Actor(), one, 1, resident=f"hash {n}", refused=None))

    threads = [threading.Thread(target=click, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.count("counted") == 1 and len(done) == 6
    with db.read() as s:
        assert s.query(Support).count() == 1 and s.query(Idea).one().on_paper == 1
