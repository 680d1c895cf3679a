"""The rush of the measured city: seats in many sessions, and everybody at the same ones.

The sessions are written past the actions, as many in one statement as there are: what is measured is how they are
booked. Each begins an hour after the one before, so that nobody is in two rooms at once."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from portal.base import clock, db, ground
from portal.workshops.models import Booking, Day, Session
from tests.bench import town as towns
from tests.bench.measure import Browser, crowd, started
from tests.bench.town import Town
from tests.workshops import town as workshops

WARM, SEATS, PEOPLE = 4, 10, 32
Make = Callable[[int], Callable[[], None]]


def fill(town: Town, sessions: int) -> None:
    """A workshop with so many sessions, numbered from 1."""
    ground.stand_on(town.app.ground)
    now = clock.city_now().replace(microsecond=0)
    with db.write() as s:
        course, house = workshops.workshop(), workshops.house()
        starts = [now + timedelta(days=10, hours=n) for n in range(sessions)]
        s.execute(
            insert(Session.__table__),
            [
                {
                    "id": n, "workshop_id": course.id, "venue_id": house, "starts_at": at,
                    "ends_at": at + timedelta(minutes=45), "seats": SEATS, "state": "open", "uid": f"rush-{n}",
                    "created_at": now, "changed_at": now,
                }
                for n, at in enumerate(starts, 1)
            ],
        )  # fmt: skip
        s.execute(
            insert(Day.__table__),
            [
                {"session_id": n, "starts_at": at, "ends_at": at + timedelta(minutes=45)}
                for n, at in enumerate(starts, 1)
            ],
        )


def stored(town: Town) -> tuple[int, int, int]:
    """The bookings that are there, what the sessions say of them, and the most seats that one of them gave away."""
    ground.stand_on(town.app.ground)
    with db.read() as s:
        rows = s.scalar(select(func.count()).select_from(Booking)) or 0
        said = s.scalar(select(func.sum(Session.seats_taken + Session.waiting))) or 0
        held = select(func.count().label("n")).where(Booking.state == "booked").group_by(Booking.session_id).subquery()
        return rows, int(said), s.scalar(select(func.max(held.c.n))) or 0


def _token(port: int, people: list[str], number: int) -> str:
    """The token of somebody's forms; their cookie is kept with what it is tied to."""
    browser = Browser(port, people[number])
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/en/workshops/sessions/1/book")[1])
    if found is None:
        raise RuntimeError("no form for this person")
    people[number] = browser.cookie
    return found.group(1).decode()


def _booker(port: int, people: list[str], tokens: list[str], chosen: list[range]) -> Make:
    def make(number: int) -> Callable[[], None]:
        browser, mine = Browser(port, people[number]), iter(chosen[number])

        def act() -> None:
            fields = [("csrf_token", tokens[number]), ("waits", "1")]
            status = browser.post(f"/en/workshops/sessions/{next(mine)}/book", fields)[0]
            if status != 303:
                raise RuntimeError(f"a booking answered {status}")

        return act

    return make


def rush(
    kind: str, folder: Path, port: int, urls: tuple[str, str], each: int, say: Callable[[str], None],
    servers: tuple[list[str], Callable[[Town], list[str]], Callable[[int, int], Make]],
) -> None:  # fmt: skip
    """Bookings a second with 8 and 32 people, first in sessions of their own, then all in the same ones, beside the bare
    page's inserts. `urls`: empty databases of the portal and of the bare page; `servers`: the command of the bare page,
    that of the portal, and who visits the bare one."""
    bare_command, portal_command, inserter = servers
    town = towns.build(folder / f"rush-{kind}", port, urls[0], large=False)
    fill(town, WARM + 4 * PEOPLE * each)
    people = [town.voter(number) for number in range(PEOPLE)]
    with (
        started([*bare_command, "--url", urls[1], "--port", str(port + 1)], port + 1) as bare,
        started(portal_command(town), port, "/healthz") as portal,
    ):
        tokens = [_token(portal.port, people, number) for number in range(PEOPLE)]
        # not measured: statements compiled, templates read, on both sides
        crowd(8, 600, _booker(portal.port, people, tokens, [range(1, WARM + 1)] * 8))
        crowd(8, 600, inserter(bare.port, WARM))
        acknowledged, first = 8 * WARM, WARM + 1
        for count in (8, PEOPLE):
            own = [range(first + each * number, first + each * (number + 1)) for number in range(count)]
            same = [range(first + each * PEOPLE, first + each * (PEOPLE + 1))] * count
            for name, chosen in (("their own", own), ("the same", same)):
                before = portal.cpu(), bare.cpu()
                bare_times, bare_took = crowd(count, 600, inserter(bare.port, each))
                times, took = crowd(count, 600, _booker(portal.port, people, tokens, chosen))
                cpu = (portal.cpu() - before[0]) / len(times), (bare.cpu() - before[1]) / len(bare_times)
                mine, theirs = len(times) / took, len(bare_times) / bare_took
                acknowledged += len(times)
                rows, said, most = stored(town)
                p95, bare_p95 = (statistics.quantiles(t, n=20)[-1] * 1000 for t in (times, bare_times))
                say(
                    f"{kind:12}{count:7}  {name:10}{mine:12.0f}{theirs:11.0f}{mine / theirs:7.2f}"
                    f"{cpu[0] * 1000:8.2f}{cpu[1] * 1000:7.2f}{p95:8.0f}{bare_p95:7.0f}"
                    f"  {acknowledged - rows} of {acknowledged}; the sessions say {said}; at most {most} of {SEATS} seats"
                )
            first += 2 * PEOPLE * each
    town.app.ground.database.dispose()
