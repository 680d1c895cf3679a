"""Seats in the city's workshops: by a letter's code at a terminal, at a desk for somebody who speaks only Arabic, through
three people who wait, after a move, and on a day when the network is gone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.identity.ways import sheets
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.test_terminal import enrolled
from tests.journeys.visitor import Visitor

CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){4}[0-9A-Z]\b")


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """Terminals are of the matter, and what they keep."""
    return whole_browser


def _all(city: City, query: str, *given: Any) -> list[Any]:
    with closing(sqlite3.connect(city.instance / "portal.db", timeout=20)) as c:
        found = c.execute(query, given).fetchall()
        c.commit()
        return found


def _sessions(city: City, slug: str) -> list[int]:
    """The coming sessions of a workshop, the next one first."""
    query = (
        "SELECT s.id FROM workshop_session s JOIN workshop w ON w.id = s.workshop_id WHERE w.slug = ? AND s.state = 'open'"
        " AND s.starts_at > ? ORDER BY s.starts_at, s.id"
    )
    return [row[0] for row in _all(city, query, slug, datetime.now(UTC).strftime("%Y-%m-%d"))]


def _booked(visitor: Visitor, session_id: int, button: str = "Book the seat") -> str:
    """Somebody with an account books in two presses; returns the code of the booking."""
    visitor.go(f"/workshops/sessions/{session_id}")
    words = "Book a seat" if button == "Book the seat" else "Go on the waiting list"
    visitor.link(words).click()
    visitor.look(axe=visitor.script)
    visitor.press(button)
    visitor.look(axe=visitor.script)
    return visitor.page.locator(".fm-receipt__code").inner_text()


def _moved(tiiu: Visitor, session_id: int, days: int) -> None:
    """The session is held so many days later."""
    tiiu.go(f"/staff/workshops/sessions/{session_id}/move").look()
    field = tiiu.page.locator("input[name=starts]")
    field.fill(f"{datetime.fromisoformat(field.input_value()) + timedelta(days=days):%Y-%m-%dT%H:%M}")
    tiiu.page.locator("[name=reason]").fill("The room is painted.")
    tiiu.press("Move it and tell everybody")
    assert "Everybody with a booking is being told." in tiiu.text
    tiiu.look()


def _letter(clerk: Visitor, code: str) -> str:
    """The letters that wait, as the PDF that is printed: the one with this code. Letters of another walk may wait before
    it does, and make a batch of their own."""
    for _batch in range(4):
        found = _batch_of(clerk)
        if code in found.replace("\u2011", "-"):
            return found
    raise AssertionError(f"no letter tells of {code}")


def _batch_of(clerk: Visitor) -> str:
    clerk.go("/staff/letters-to-print")
    files = clerk.page.locator("main a[href$='/file']")
    before = files.first.get_attribute("href") if files.count() else None
    for _n in range(60):  # a letter waits once the outbox was looked at
        if clerk.button("Make a batch").count():
            break
        clerk.page.wait_for_timeout(500)
        clerk.page.reload()
    clerk.press("Make a batch")
    download = files.first
    for _n in range(120):
        if files.count() and download.get_attribute("href") != before:
            break
        clerk.page.wait_for_timeout(500)
        clerk.page.reload()
    with clerk.page.expect_download() as waited:
        download.click()
    return sheets(waited.value.path().read_bytes())


@pytest.mark.parametrize("script", [True, False])
def test_an_old_man_with_a_code_from_a_letter_at_a_terminal(visitor: Enter, city: City, script: bool) -> None:
    """Yusuf gets letters, reads Arabic and large type. His course was moved, and he takes another day."""
    session_id, other = _sessions(city, "first-steps")[1 if script else 2], _sessions(city, "first-steps")[3]
    booked = _booked(visitor("yusuf", script=script), session_id)
    _moved(visitor("tiiu"), session_id, 1)
    letter = _letter(visitor("adam"), booked).replace("\u2011", "-")
    [code] = {one for one in CODE.findall(letter) if one == booked}
    screen = enrolled(visitor, script)
    usual = visitor(script=True).go("/workshops/booking")
    screen.page.locator(".fm-first a[lang=ar]").click()
    screen.lang = "ar"
    screen.go("/workshops/")
    screen.page.locator("main a[href$='/workshops/booking']").first.click()
    if script:
        size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
        assert screen.page.evaluate(size) >= 1.2 * usual.page.evaluate(size)
    screen.look(axe=script)
    typed = code.lower().replace("-", " ")  # as one types
    screen.page.locator("#code").fill(typed)
    with screen.page.expect_navigation() as waited:
        screen.page.locator("main form button[type=submit]").first.click()
    assert waited.value.status == 200 and screen.page.locator(".fm-receipt__code").inner_text() == code
    assert screen.page.locator("html[dir=rtl]").count() == 1
    assert screen.page.locator("main a[href$='.ics']").count() == 0  # nothing is put on a shared screen
    screen.look(axe=script)
    screen.page.locator("main a[href$='/other']").click()
    screen.look(axe=script)
    with screen.page.expect_navigation() as waited:
        screen.page.locator(f"main form:has(input[name=session][value='{other}']) button").click()
    assert waited.value.status == 200
    again = screen.page.locator(".fm-receipt__code").inner_text()
    with screen.page.expect_navigation():
        screen.page.locator("main a[href*='width=80']").click()
    assert again in screen.page.content()
    screen.look(axe=script)
    held = _all(
        city,
        "SELECT state, session_id FROM workshop_booking WHERE session_id IN (?, ?) AND guest = 0",
        session_id,
        other,
    )
    assert ("cancelled", session_id) in held and ("booked", other) in held
    screen.lang = "en"
    screen.page.locator("#finish button").click()
    screen.page.wait_for_url("**/terminal")
    for _n in range(8):
        screen.page.go_back()
        assert again not in screen.page.content() and code not in screen.page.content(), screen.page.url
    screen.go(f"/workshops/booking/{again}")
    assert "This screen is shared" in screen.page.content()
    _back(visitor("yusuf"), again)


def _back(visitor: Visitor, code: str) -> None:
    """The seat is given back, so that the next walk finds it."""
    visitor.go(f"/workshops/booking/{code}/give-back")
    visitor.press("Yes, cancel my booking")


@pytest.mark.parametrize("script", [True, False])
def test_a_librarian_books_for_somebody_who_speaks_only_arabic(visitor: Enter, city: City, script: bool) -> None:
    """Salma stands at the desk. The page turns to her in her language; she takes the slip along."""
    session_id = _sessions(city, "safe-from-scams")[0]
    lia = visitor("lia", script=script)
    lia.go("/staff/help")
    lia.page.locator("main a[href$='/help/guest']").click()
    lia.page.locator("[name=name]").fill(f"سلمى {script}")
    if lia.page.locator("[name=language]").count():
        lia.page.locator("[name=language]").select_option("ar")
    for box in lia.page.locator("main form input[type=checkbox]").all():
        box.check()
    lia.press("Begin to help")
    lia.lang = "ar"  # the page has turned to her
    lia.look(axe=script)
    lia.go(f"/workshops/sessions/{session_id}")
    lia.page.locator(f"main a[href$='/sessions/{session_id}/book']").first.click()
    lia.look(axe=script)
    lia.page.locator("[name=way][value=none]").check()
    lia.page.locator("main details").first.locator("summary").click()
    lia.page.locator("[name=interpreter]").select_option("ar")
    with lia.page.expect_navigation() as waited:
        lia.page.locator("main form[novalidate] button[type=submit]").click()
    assert waited.value.status == 200, lia.text
    code = lia.page.locator(".fm-receipt__code").inner_text()
    assert (
        "+372" in lia.text or "call" in lia.text or re.search(r"\d{3}", lia.text)
    )  # the number to call the day before
    lia.look(axe=script)
    with lia.page.expect_navigation():
        lia.page.locator("main a[href*='width=80']").click()
    assert code in lia.page.content() and lia.page.locator("html[lang=ar]").count() == 1
    lia.look(axe=script)
    lia.go("/")
    lia.page.locator("form[action$='/help/end'] button").first.click()
    lia.page.wait_for_url("**/staff/help")
    held = _all(city, "SELECT state, language, channel, guest FROM workshop_booking ORDER BY id DESC LIMIT 1")[0]
    assert held == ("booked", "ar", "helped", 1)
    need = _all(city, "SELECT interpreter FROM workshop_need ORDER BY booking_id DESC LIMIT 1")[0]
    assert need == ("ar",)


@pytest.mark.parametrize("script", [True, False])
def test_a_freed_seat_passes_through_three_people(visitor: Enter, city: City, script: bool) -> None:
    """Ana gives a seat back. Jonas says no, Marie does not answer in time, Nora says yes by telephone."""
    session_id = _sessions(city, "your-own-device")[5 if script else 9]
    ana, jonas, marie, nora = (visitor(name, script=script) for name in ("ana", "jonas", "marie", "nora"))
    codes = [
        _booked(ana, session_id),
        *(_booked(one, session_id, "Put me on the waiting list") for one in (jonas, marie, nora)),
    ]
    assert "number 3 on the waiting list" in nora.text
    ana.go(f"/workshops/booking/{codes[0]}")
    ana.link("Give the seat back").click()
    ana.look(axe=script)
    ana.press("Yes, cancel my booking")
    # by the link of the message
    jonas.go(f"/workshops/booking/{codes[1]}")
    assert "A seat is free for you" in jonas.text
    jonas.look(axe=script)
    jonas.press("No, let it go on")
    marie.go(f"/workshops/booking/{codes[2]}")
    assert "A seat is free for you" in marie.text
    _all(
        city,
        "UPDATE workshop_booking SET offered_until = ? WHERE session_id = ? AND state = 'offered'",
        "2020-01-01 00:00:00.000000",
        session_id,
    )
    _all(city, "UPDATE job SET done_at = NULL WHERE id = (SELECT max(id) FROM job WHERE kind = 'workshops.pass_on')")
    marie.go(f"/workshops/booking/{codes[2]}")
    assert "A seat is free for you" not in marie.text and "The offer is over" in marie.text
    nora.go(f"/workshops/booking/{codes[3]}")
    for _n in range(40):  # it passes on by itself
        if "A seat is free for you" in nora.text:
            break
        nora.page.wait_for_timeout(500)
        nora.page.reload()
    marie.look(axe=script)
    # she calls; whoever takes the call at the desk types her code and her answer
    lia = visitor("tiiu", script=script)
    lia.go("/staff/workshops/bookings")
    lia.page.locator("[name=q]").fill(codes[3].lower())
    lia.press("Find")
    assert "Nora" in lia.text
    lia.look(axe=script)
    lia.press("Wants the seat")
    lia.look(axe=script)
    nora.go(f"/workshops/booking/{codes[3]}")
    assert "Booked" in nora.text
    states = _all(city, "SELECT state FROM workshop_booking WHERE session_id = ? ORDER BY id", session_id)
    assert [row[0] for row in states] == ["cancelled", "lapsed", "lapsed", "booked"]


@pytest.mark.parametrize("script", [True, False])
def test_a_moved_session_tells_everybody_and_another_day_is_a_press_away(
    visitor: Enter, city: City, script: bool
) -> None:
    """Ana hears of it by mail; her calendar changes the entry that it has."""
    session_id, other = _sessions(city, "city-services")[0 if script else 1], _sessions(city, "city-services")[2]
    ana = visitor("ana", script=script)
    code = _booked(ana, session_id)

    def calendar() -> dict[str, str]:
        answer = ana.context.request.get(f"/en/workshops/booking/{code}/calendar.ics")
        assert answer.status == 200
        return dict(re.findall(r"^(UID|SEQUENCE|DTSTART[^:]*|STATUS):(.*?)\r?$", answer.text(), re.M))

    before = calendar()
    _moved(visitor("tiiu"), session_id, 2)
    after = calendar()
    assert before["UID"] == after["UID"] and int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert [v for k, v in before.items() if k.startswith("DTSTART")] != [
        v for k, v in after.items() if k.startswith("DTSTART")
    ]
    city.run("worker", "--once")
    ana.go("/demo/mail")
    assert "Moved: The city’s services, without a queue" in ana.text
    ana.go(f"/workshops/booking/{code}")
    assert "This session was moved" in ana.text
    ana.look(axe=script)
    ana.link("Choose another day").click()
    ana.look(axe=script)
    with ana.page.expect_navigation() as waited:
        ana.page.locator(f"main form:has(input[name=session][value='{other}']) button").click()
    assert waited.value.status == 200
    again = ana.page.locator(".fm-receipt__code").inner_text()
    answer = ana.context.request.get(f"/en/workshops/booking/{code}/calendar.ics").text()
    assert "STATUS:CANCELLED" in answer or again == code
    _back(ana, again)


def test_who_came_is_noted_while_the_network_is_gone(visitor: Enter, city: City) -> None:
    """Tiiu ticks on a tablet in a cellar. Each tick arrives once, the one whose answer was lost, too."""
    session_id = _sessions(city, "first-steps")[0]
    day_id = _all(city, "SELECT id FROM workshop_day WHERE session_id = ?", session_id)[0][0]
    begins = datetime.now(UTC).replace(microsecond=0, tzinfo=None) + timedelta(minutes=50)
    for table, key, number in (("workshop_day", "id", day_id), ("workshop_session", "id", session_id)):
        _all(
            city, f"UPDATE {table} SET starts_at = ?, ends_at = ? WHERE {key} = ?",
            str(begins) + ".000000", str(begins + timedelta(minutes=90)) + ".000000", number,
        )  # fmt: skip
    tiiu = visitor("tiiu", width=820, height=1100)
    tiiu.go(f"/staff/workshops/sessions/{session_id}/day/{day_id}").look()
    came, page = tiiu.page.locator("form:has(input[name=came][value='1']) button"), tiiu.page
    names = page.locator("main li .fm-card__title").all_inner_texts()

    def noted() -> list[Any]:
        query = "SELECT booking_id, came FROM workshop_attendance WHERE day_id = ? ORDER BY booking_id"
        return _all(city, query, day_id)

    with page.expect_response("**/tick"):
        came.nth(0).click()
    assert len(noted()) == 1
    tiiu.context.set_offline(True)
    came.nth(1).click()
    page.locator("form:has(input[name=came][value='0']) button").nth(2).click()
    came.nth(3).click()
    line = page.locator("#waiting")
    line.wait_for(state="visible")
    assert "3" in line.inner_text() and line.get_attribute("role") == "status"
    assert len(noted()) == 1
    tiiu.look()
    tiiu.context.set_offline(False)
    for _n in range(40):
        if len(noted()) == 4 and "3" not in line.inner_text():
            break
        page.wait_for_timeout(250)
    assert sorted(row[1] for row in noted()) == [0, 1, 1, 1]

    # the portal heard it, and its answer is lost on the way: it is said again, and noted once
    dropped: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()
        dropped.append(route.request.post_data or "")
        route.abort()

    page.route("**/tick", lose, times=1)
    came.nth(4).click()
    for _n in range(40):
        if dropped:
            break
        page.wait_for_timeout(250)
    line.wait_for(state="visible")
    page.reload()  # the page may even be opened anew: ticks stay with it
    for _n in range(40):
        if page.evaluate("sessionStorage.length") == 0:
            break
        page.wait_for_timeout(250)
    assert len(noted()) == 5 and page.evaluate("sessionStorage.length") == 0
    tiiu.complaints[:] = [one for one in tiiu.complaints if "ERR_" not in one]
    page.reload()
    assert page.locator("main .fm-tag--green").count() >= 4
    # somebody without a booking comes in where a seat is free; the list is full, so the portal says so in a sentence
    page.locator("[name=name]").fill("Old Mart")
    with page.expect_navigation() as waited:
        tiiu.button("Give a seat and note as present").click()
    assert waited.value.status in (200, 409) and len(names) >= 8
    tiiu.look()
