"""The programme as people find it: by place, language, need, words; slots folded; nothing of closed circles."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from portal.base import db, ground
from portal.base.web import Portal
from portal.processes import actions as processes
from portal.workshops import actions_plan
from portal.workshops.models import Level, Purpose, Session, SessionState
from tests.client import Client
from tests.workshops import town

LIST = "/en/workshops/"
NAMES = ("free", "full", "signed", "draft", "over")


@pytest.fixture
def programme(app: Portal) -> dict[str, int]:
    """Two houses, three courses, one of them full, one in sign language; a draft; one that is over."""
    ground.stand_on(app.ground)
    with db.write():
        library, mill = town.house(), town.house("Old mill", "Mill Lane 3")
        first, mail = town.workshop(), town.workshop("messages", level=Level.MESSAGES)
        made = {
            "free": town.session(first, library, days=3, devices=2, step_free=True),
            "full": town.session(first, library, days=5, seats=1),
            "signed": town.session(
                mail, mill, days=20, languages=[("ar", False), ("eso", True)], loop=True, step_free=False
            ),
            "draft": town.session(first, mill, days=4, state=SessionState.DRAFT),
            "over": town.session(first, mill, days=-4),
        }
        town.book(town.person("Bert Oja"), made["full"].id)
        return {name: row.id for name, row in made.items()} | {"library": library, "mill": mill}


def shown(client: Client, made: dict[str, int], query: str = "") -> set[str]:
    """Which of them the list shows."""
    page = client.get(LIST + query)
    assert page.status == 200
    return {name for name in NAMES if f'/en/workshops/sessions/{made[name]}"' in page.html}


def test_the_list_is_narrowed_by_what_one_needs(client: Client, programme: dict[str, int]) -> None:
    assert shown(client, programme) == {"free", "full", "signed"}
    for query, wanted in {
        f"?venue={programme['mill']}": {"signed"},
        "?language=ar": {"signed"},
        "?language=eso": {"signed"},
        "?level=messages": {"signed"},
        "?when=7": {"free", "full"},
        "?free=1": {"free", "signed"},
        "?step_free=1": {"free"},
        "?loop=1": {"signed"},
        "?devices=1": {"free"},
        "?q=messages": {"signed"},
        "?purpose=meeting": set(),
        "?language=xx&level=nothing&venue=999&page=x": {"free", "full", "signed"},
    }.items():
        assert shown(client, programme, query) == wanted, query


def test_a_list_of_thirty_asks_as_much_as_a_list_of_one(client: Client, app: Portal) -> None:
    at = town.open_session(app)

    def asked() -> int:
        count = 0

        def one(*_args: object) -> None:
            nonlocal count
            count += 1

        event.listen(app.ground.database.engine, "before_cursor_execute", one)
        try:
            client.get(LIST)
        finally:
            event.remove(app.ground.database.engine, "before_cursor_execute", one)
        return count

    client.get(LIST)
    few = asked()
    with db.write() as s:
        row = s.get_one(Session, at)
        course = s.get_one(actions_plan.Workshop, row.workshop_id)
        for n in range(29):
            town.session(course, row.venue_id, days=11 + n)
    assert asked() == few <= 10


def test_slots_of_a_day_are_one_card_and_a_page_of_times(client: Client, app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write():
        here, help_ = town.house(), town.workshop("your-device", purpose=Purpose.APPOINTMENT)
        noon = town.now().replace(hour=9, minute=0, second=0) + timedelta(days=3)
        slots = [
            actions_plan.create_session(
                town.SYSTEM, help_, [(noon + timedelta(minutes=30 * n), noon + timedelta(minutes=30 * n + 30))],
                venue_id=here, seats=1, state=SessionState.OPEN,
            ).id
            for n in range(4)
        ]  # fmt: skip
        town.book(town.person("Bert Oja"), slots[1])
    page = client.get(LIST)
    assert "3 free times" in page.text
    day = noon.date().isoformat()
    times = client.get(f"/en/workshops/your-device/{here}/{day}")
    assert [f"sessions/{n}/book" in times.html for n in slots] == [True, False, True, True]
    assert client.get(f"/en/workshops/your-device/{here}/2020-01-01").status == 404
    assert client.get(f"/en/workshops/your-device/{here}/soon").status == 404


def test_what_a_closed_process_holds_does_not_exist_for_others(client: Client, app: Portal) -> None:
    ground.stand_on(app.ground)
    with db.write() as s:
        circle = processes.begin("idea")
        circle.closed = True
        s.flush()
        meeting = town.workshop("circle", purpose=Purpose.MEETING, process_id=circle.id)
        at = town.session(meeting, town.house()).id
    for path in (f"sessions/{at}", f"sessions/{at}/book", "circle"):
        assert client.get(LIST + path).status == 404, path
    assert "Circle" not in client.get(LIST).text
    assert "Circle" not in client.get("/en/search?q=circle").text


def test_pages_of_a_workshop_a_session_and_a_house(client: Client, programme: dict[str, int]) -> None:
    page = client.get(LIST + "first-steps")
    assert "Switch it on" in page.text and f"sessions/{programme['free']}" in page.html
    page = client.get(f"{LIST}sessions/{programme['full']}")
    assert "All seats are taken" in page.text and "Go on the waiting list" in page.text
    assert f"sessions/{programme['free']}" in page.html  # where a seat is free
    assert "Harbour Library" in client.get(f"{LIST}houses/{programme['library']}").text
    for path in ("sessions/999", "nothing", "houses/999", f"sessions/{programme['draft']}"):
        assert client.get(LIST + path).status == 404
