"""`./run bench`: pages, ideas, acts and counts, as ratios; `--quick`, `--only`, `--evening`."""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import os
import re
import statistics
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.bench import bookings as seats
from tests.bench import evening as evenings
from tests.bench import ideas as wishes
from tests.bench import programme as years
from tests.bench import town as towns
from tests.bench.measure import Browser, Page, Server, crowd, started

POSTGRES = os.environ.get("PORTAL_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/root")
BARE = Path(__file__).with_name("bare.py")


def say(line: str = "") -> None:
    """Print at once."""
    print(line, flush=True)


def portal_server(town: towns.Town) -> list[str]:
    """The command of the measured portal."""
    return ["-m", "tests.bench.serve", str(town.instance), str(town.port), town.url]


# name, path, signed in, bare page, budget as a multiple of bare, budget of queries
Wanted = tuple[str, str, bool, str, int | None, int | None]


def compare(
    town: towns.Town, portal: Server, bare: Server, cookie: str, wanted: list[Wanted], rounds: int, count: int
) -> None:
    """A line for each page: its CPU beside that of the bare page, in rounds that take turns."""
    queries = {name: town.queries(path, cookie if signed else "") for name, path, signed, *_ in wanted}
    mine = [Page(name, portal, path, cookie if signed else "") for name, path, signed, *_ in wanted]
    theirs = {path: Page(f"bare {path}", bare, path) for path in dict.fromkeys(row[3] for row in wanted)}
    for page in [*mine, *theirs.values()]:
        page.round(8)  # templates compiled, caches filled
        page.cpu.clear()
        page.times.clear()
    for _ in range(rounds):
        for page in [*mine, *theirs.values()]:
            page.round(count)
    say("page                        CPU ms  bare ms  ratio  budget   per s  p95 ms  SQL     KB  KB gz")
    for page, (name, path, _signed, other, budget, most) in zip(mine, wanted, strict=True):
        base = theirs[other].milliseconds
        body = Browser(portal.port, page.cookie).get(path)[1]
        marks = "" if most is None or queries[name] <= most else f" > {most}!"
        say(
            f"{name:26}{page.milliseconds:8.2f}{base:9.2f}{page.milliseconds / base:7.1f}"
            f"{f'{budget} x' if budget else '-':>8}{page.a_second:8.0f}{page.p95:8.1f}{queries[name]:5}"
            f"{len(body) / 1024:7.1f}{len(gzip.compress(body, 6)) / 1024:7.1f}{marks}"
        )


def pages(folder: Path, port: int, rounds: int, count: int) -> None:
    """CPU per page beside the bare page, in interleaved rounds; queries, bytes, memory, start-up."""
    town = towns.build(folder / "city", port)
    cookie = town.voter(0)
    wanted: list[Wanted] = [
        ("home", "/en/", False, "/", 4, 6),
        ("list of 500, first page", f"/en/budget/{towns.LARGE}/projects/", False, "/items", 3, 6),
        ("list of 500, signed in", f"/en/budget/{towns.LARGE}/projects/", True, "/items", 3, 8),
        ("project", f"/en/budget/{towns.LARGE}/projects/1", False, "/items/1", 4, 8),
        ("ballot, 100 projects", f"/en/budget/{towns.OPEN}/ballot", True, "/items", 12, None),
        ("results, 100 projects", f"/en/budget/{towns.FINISHED}/results", False, "/items", 12, None),
    ]
    bare_url = f"sqlite:///{folder / 'bare.db'}"
    with (
        started([str(BARE), "--url", bare_url, "--port", str(port + 1)], port + 1) as bare,
        started(portal_server(town), port, "/healthz") as portal,
    ):
        compare(town, portal, bare, cookie, wanted, rounds, count)
        say()
        first_visit(port, wanted[0][1])
        say(f"memory: portal {portal.memory():.0f} MB with its worker (budget 200), bare {bare.memory():.0f} MB")
        starts = [portal.start_up]
    for _ in range(2):
        with started(portal_server(town), port, "/healthz") as again:
            starts.append(again.start_up)
    say(f"start-up: {statistics.median(starts):.2f} s (budget 1.5)")
    town.app.ground.database.dispose()


def first_visit(port: int, path: str) -> None:
    """Bytes of a first visit: the page and what it names, compressed as a browser asks for them."""
    browser = Browser(port)
    total, scripts, names = 0, 0, []
    body = browser.get(path)[1]
    total += len(browser.get(path, **{"Accept-Encoding": "gzip"})[1])
    found = re.findall(rb'(?:href|src)="(/(?:static|theme|emblem|favicon)[^"]*)"', body)
    for name in dict.fromkeys(one.decode() for one in found):
        status, data, _headers = browser.get(name, **{"Accept-Encoding": "gzip"})
        if status == 200:
            names.append(name)
            total += len(data)
            scripts += len(data) if ".js" in name else 0
    say(f"first visit of the home page: {total / 1024:.1f} KB on the wire in {len(names) + 1} requests (budget 40), "
        f"of it script {scripts / 1024:.1f} KB (budget 15)")  # fmt: skip


def ideas(folder: Path, port: int, rounds: int, count: int) -> None:
    """The pages of a call with 5,000 ideas."""
    town = towns.build(folder / "ideas", port, large=False)
    wishes.fill(town)
    here = f"/en/ideas/{wishes.CALL}/"
    wanted: list[Wanted] = [
        ("list of 5,000", here, False, "/items", 3, 6),
        ("list of 5,000, signed in", here, True, "/items", 3, 8),
        ("page 200, by support", f"{here}?sort=supported&page=200", False, "/items", 3, 6),
        ("by lot", f"{here}?sort=random&seed=7", False, "/items", 3, 6),
        ("search over 5,000", f"{here}?q=bench+library", False, "/items", 3, 6),
        ("search, signed in", f"{here}?q=bench+library", True, "/items", 3, 8),
        ("whole site's search", "/en/search?q=bench+library", False, "/items", 3, 8),
        ("idea, 20 comments", f"/en/ideas/{wishes.QUIET}", False, "/items/1", 4, 8),
        ("idea, 500 comments", f"/en/ideas/{wishes.DEBATED}", False, "/items/1", 4, 8),
        ("the same, signed in", f"/en/ideas/{wishes.DEBATED}", True, "/items/1", 4, 10),
    ]
    with (
        started(
            [str(BARE), "--url", f"sqlite:///{folder / 'bare-ideas.db'}", "--port", str(port + 1)], port + 1
        ) as bare,
        started(portal_server(town), port, "/healthz") as portal,
    ):
        compare(town, portal, bare, town.voter(0), wanted, rounds, count)
    town.app.ground.database.dispose()


def programme(folder: Path, port: int, rounds: int, count: int) -> None:
    """The pages of a programme with 2,000 sessions."""
    town = towns.build(folder / "programme", port, large=False)
    session, house, month = years.fill(town)
    here = "/en/workshops/"
    wanted: list[Wanted] = [
        ("programme of 2,000", here, False, "/items", 3, 6),
        ("programme, signed in", here, True, "/items", 3, 8),
        ("its page 40", f"{here}?page=40", False, "/items", 3, 6),
        ("in Arabic, still free", f"{here}?language=ar&free=1", False, "/items", 3, 6),
        ("search over 2,000", f"{here}?q=course", False, "/items", 3, 6),
        ("session", f"{here}sessions/{session}", False, "/items/1", 4, 8),
        ("session, signed in", f"{here}sessions/{session}", True, "/items/1", 4, 10),
        ("form to book", f"{here}sessions/{session}/book", False, "/items/1", 4, 8),
        ("house", f"{here}houses/{house}", False, "/items", 4, 8),
        ("calendar, 180 sessions", f"{here}calendar?month={month}", False, "/items", None, 6),
        ("to print, 600 sessions", f"{here}programme", False, "/items", None, 6),
    ]
    with (
        started(
            [str(BARE), "--url", f"sqlite:///{folder / 'bare-year.db'}", "--port", str(port + 1)], port + 1
        ) as bare,
        started(portal_server(town), port, "/healthz") as portal,
    ):
        compare(town, portal, bare, town.voter(0), wanted, rounds, count)
    town.app.ground.database.dispose()


def load(folder: Path, port: int, seconds: float) -> None:
    """p95 of the list at 8 and 50 connections. The visitors share the machine with the server."""
    town = towns.build(folder / "crowded", port)
    path = f"/en/budget/{towns.LARGE}/projects/"
    with started(portal_server(town), port, "/healthz") as portal:
        for count, budget in ((8, 150), (50, 500)):

            def visitor(_number: int, server: Server = portal) -> Callable[[], None]:
                browser = Browser(server.port)

                def act() -> None:
                    status = browser.get(path)[0]
                    if status != 200:
                        raise RuntimeError(f"{path} answered {status}")

                return act

            times, took = crowd(count, seconds, visitor)
            p95 = statistics.quantiles(times, n=20)[-1] * 1000
            say(f"list, {count:2} at once: {len(times) / took:6.0f} pages a second, p95 {p95:.0f} ms (budget {budget})")
    town.app.ground.database.dispose()


@contextmanager
def databases(folder: Path) -> Iterator[Callable[[str, str], str]]:
    """Makes empty databases by kind and name, and drops PostgreSQL's."""
    made: list[str] = []
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")

    def make(kind: str, name: str) -> str:
        if kind == "SQLite":
            return f"sqlite:///{folder / f'{name}.db'}"
        database = f"portal_bench_{uuid.uuid4().hex[:8]}"
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'"))
        made.append(database)
        return make_url(POSTGRES).set(database=database).render_as_string(hide_password=False)

    yield make
    for database in made:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {database} WITH (FORCE)"))
    server.dispose()


def reachable() -> list[str]:
    """The databases that there are here."""
    try:
        create_engine(POSTGRES, connect_args={"connect_timeout": 3}).connect().close()
    except Exception:
        say(f"PostgreSQL: nothing answers at {POSTGRES}")
        return ["SQLite"]
    return ["SQLite", "PostgreSQL"]


def casts(folder: Path, port: int, each: int) -> None:
    """Durable casts a second with 8 and 32 voters beside the bare page's inserts; every acknowledged one is there."""
    kinds = reachable()
    path = f"/en/budget/{towns.OPEN}/ballot"
    say("database     voters  casts/s  inserts/s  share  budget  CPU ms   bare  p95 ms   bare  lost")
    with databases(folder) as make:
        for kind in kinds:
            town = towns.build(folder / f"urn-{kind}", port, make(kind, "urn"), large=False)
            voters = [town.voter(n) for n in range(32)]
            with (
                started([str(BARE), "--url", make(kind, "bare-urn"), "--port", str(port + 1)], port + 1) as bare,
                started(portal_server(town), port, "/healthz") as portal,
            ):
                first: list[str] = []  # not measured: statements compiled, templates read, on both sides
                crowd(8, 600, _voter(portal.port, path, voters, _forms(portal, path, voters, 8, 2), first))
                crowd(8, 600, _supporter(bare.port, 2))
                acknowledged, known = len(first), set(first)
                for count in (8, 32):
                    codes: list[str] = []
                    forms = _forms(portal, path, voters, count, each)
                    before = portal.cpu(), bare.cpu()
                    bare_times, bare_took = crowd(count, 600, _supporter(bare.port, each))
                    times, took = crowd(count, 600, _voter(portal.port, path, voters, forms, codes))
                    cpu = (portal.cpu() - before[0]) / len(times), (bare.cpu() - before[1]) / len(bare_times)
                    mine, theirs = len(times) / took, len(bare_times) / bare_took
                    acknowledged += len(codes)
                    known |= set(codes)
                    stored = town.stored()
                    lost = max(acknowledged, len(known)) - stored["receipt"]
                    p95, bare_p95 = (statistics.quantiles(t, n=20)[-1] * 1000 for t in (times, bare_times))
                    say(
                        f"{kind:12}{count:7}{mine:9.0f}{theirs:11.0f}{mine / theirs:7.2f}{'1/3':>8}"
                        f"{cpu[0] * 1000:8.2f}{cpu[1] * 1000:7.2f}{p95:8.0f}"
                        f"{bare_p95:7.0f}  {lost} of {acknowledged}; {stored['participation']} voters"
                    )
            town.app.ground.database.dispose()


def supports(folder: Path, port: int, each: int) -> None:
    """Durable supports a second with 8 and 32 people, first each for ideas of their own choice, then all for the same
    ones, beside the bare page's inserts; every one is there, and the numbers of the ideas say so."""
    say("database     people  for         supports/s  inserts/s  share  budget  CPU ms   bare  p95 ms   bare  lost")
    with databases(folder) as make:
        for kind in reachable():
            town = towns.build(folder / f"wishes-{kind}", port, make(kind, "wishes"), large=False)
            wishes.fill(town, WARM + 4 * 32 * each)
            people = [town.voter(number) for number in range(32)]
            with (
                started([str(BARE), "--url", make(kind, "bare-wishes"), "--port", str(port + 1)], port + 1) as bare,
                started(portal_server(town), port, "/healthz") as portal,
            ):
                tokens = [_token(portal.port, people, number) for number in range(32)]
                # not measured: statements compiled, templates read, on both sides
                crowd(8, 600, _wisher(portal.port, people, tokens, [range(1, WARM + 1)] * 8))
                crowd(8, 600, _supporter(bare.port, WARM))
                acknowledged, first = 8 * WARM, WARM + 1
                for count in (8, 32):
                    own = [range(first + each * number, first + each * (number + 1)) for number in range(count)]
                    same = [range(first + each * 32, first + each * 33)] * count
                    for name, chosen in (("their own", own), ("the same", same)):
                        before = portal.cpu(), bare.cpu()
                        bare_times, bare_took = crowd(count, 600, _supporter(bare.port, each))
                        times, took = crowd(count, 600, _wisher(portal.port, people, tokens, chosen))
                        cpu = (portal.cpu() - before[0]) / len(times), (bare.cpu() - before[1]) / len(bare_times)
                        mine, theirs = len(times) / took, len(bare_times) / bare_took
                        acknowledged += len(times)
                        rows, said = wishes.stored(town)
                        p95, bare_p95 = (statistics.quantiles(t, n=20)[-1] * 1000 for t in (times, bare_times))
                        say(
                            f"{kind:12}{count:7}  {name:10}{mine:12.0f}{theirs:11.0f}{mine / theirs:7.2f}{'1/2':>8}"
                            f"{cpu[0] * 1000:8.2f}{cpu[1] * 1000:7.2f}{p95:8.0f}{bare_p95:7.0f}"
                            f"  {acknowledged - rows} of {acknowledged}; the ideas say {said}"
                        )
                    first += 2 * 32 * each
            town.app.ground.database.dispose()


WARM = 4


def _token(port: int, people: list[str], number: int) -> str:
    """The token of somebody's forms; their cookie is kept with what it is tied to."""
    browser = Browser(port, people[number])
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/en/ideas/1")[1])
    if found is None:
        raise RuntimeError("no button for this person")
    people[number] = browser.cookie
    return found.group(1).decode()


def _wisher(port: int, people: list[str], tokens: list[str], chosen: list[range]) -> Callable[[int], Act]:
    def make(number: int) -> Act:
        browser, mine = Browser(port, people[number]), iter(chosen[number])

        def act() -> None:
            fields = [("csrf_token", tokens[number]), ("on", "1")]
            status = browser.post(f"/en/ideas/{next(mine)}/support", fields)[0]
            if status != 303:
                raise RuntimeError(f"a support answered {status}")

        return act

    return make


Act = Callable[[], None]
Fields = list[tuple[str, str]]


def _voter(
    port: int, path: str, voters: list[str], forms: list[list[Fields]], codes: list[str]
) -> Callable[[int], Act]:
    def make(number: int) -> Act:
        browser, mine = Browser(port, voters[number]), iter(forms[number])

        def act() -> None:
            status, body, _headers = browser.post(path, next(mine))
            code = re.search(rb'dir="ltr">([0-9A-Z*~$=-]{16,})<', body)
            if status != 200 or code is None:
                raise RuntimeError(f"a cast answered {status}")
            codes.append(code.group(1).decode())

        return act

    return make


def _supporter(port: int, each: int) -> Callable[[int], Act]:
    def make(number: int) -> Act:
        browser, left = Browser(port), iter(range(each))

        def act() -> None:
            fields = [("item", str(next(left) + 1)), ("name", str(number))]
            if browser.post("/support", fields)[0] != 200:
                raise RuntimeError("an insert was refused")

        return act

    return make


def _forms(portal: Server, path: str, voters: list[str], count: int, each: int) -> list[list[Fields]]:
    """Empty ballots fetched beforehand, ticked: each may be cast once."""
    made = []
    for number in range(count):
        browser, own = Browser(portal.port, voters[number]), []
        for turn in range(each):
            page = browser.get(path)[1].decode()
            fields = []
            for name in ("csrf_token", "form_token"):
                found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
                if found is None:
                    raise RuntimeError("no ballot for this voter")
                fields.append((name, found.group(1)))
            codes = re.findall(r'name="choice" value="([^"]+)"', page)
            picked = [codes[(number * 7 + turn * 3 + k * 11) % len(codes)] for k in range(3)]
            own.append(fields + [("choice", code) for code in dict.fromkeys(picked)])
        made.append(own)
        voters[number] = browser.cookie  # with what the page's forms are tied to
    return made


def counting(quick: bool) -> None:
    """The count beside pabutools, where its environment is there."""
    if importlib.util.find_spec("tests.bench.counting") is None:
        say("counting: no measurement in this version")
        return
    module = importlib.import_module("tests.bench.counting")
    module.main(["--quick"] if quick else [])


def bookings(folder: Path, port: int, each: int) -> None:
    """Seats at the rush, beside the bare page's inserts; every booking is there, and no session gives away a seat twice."""
    say("database     people  in        bookings/s  inserts/s  share  CPU ms   bare  p95 ms   bare  lost")
    with databases(folder) as make:
        for kind in reachable():
            urls = make(kind, "rush"), make(kind, "bare-rush")
            seats.rush(kind, folder, port, urls, each, say, ([str(BARE)], portal_server, _supporter))


def evening(folder: Path, port: int, seconds: float) -> None:
    """The load of the last evening, city by city."""
    with databases(folder) as make:
        for city in evenings.CITIES:
            if city.kind in reachable():
                evenings.held(city, folder, port, make(city.kind, "evening"), seconds, say)


PARTS = ["pages", "ideas", "programme", "load", "casts", "supports", "bookings", "counting"]


def main(arguments: list[str]) -> int:
    """Measure what is asked for."""
    words = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    words.add_argument("--quick", action="store_true", help="fewer rounds")
    words.add_argument("--only", choices=PARTS, action="append")
    words.add_argument("--evening", action="store_true", help="the load of a vote's last evening, and nothing else")
    words.add_argument("--minutes", type=float, default=1, help="how long the evening lasts; 10 for the whole")
    words.add_argument("--port", type=int, default=8140, help="two ports from here on are used")
    given = words.parse_args(arguments)
    wanted = given.only or PARTS
    say(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-") as name:
        folder = Path(name)
        if given.evening:
            say("\n== the last evening")
            evening(folder, given.port, given.minutes * 60)
            return 0
        if "pages" in wanted:
            say("\n== pages: CPU of the server's process beside the bare page of the same run")
            pages(folder, given.port, 3 if given.quick else 7, 15 if given.quick else 40)
        if "ideas" in wanted:
            say("\n== ideas: 5,000 of them, one with 500 comments")
            ideas(folder, given.port, 3 if given.quick else 7, 15 if given.quick else 40)
        if "programme" in wanted:
            say("\n== workshops: a programme of 2,000 sessions")
            programme(folder, given.port, 3 if given.quick else 7, 15 if given.quick else 40)
        if "load" in wanted:
            say("\n== many at once")
            load(folder, given.port, 2 if given.quick else 8)
        if "casts" in wanted:
            say("\n== casts: durable, beside the bare page's inserts")
            casts(folder, given.port, 4 if given.quick else 12)
        if "supports" in wanted:
            say("\n== supports: durable, beside the bare page's inserts")
            supports(folder, given.port, 4 if given.quick else 12)
        if "bookings" in wanted:
            say("\n== bookings at the rush: durable, beside the bare page's inserts")
            bookings(folder, given.port, 4 if given.quick else 12)
        if "counting" in wanted:
            say("\n== counting")
            counting(given.quick)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
