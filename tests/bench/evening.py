"""`./run bench --evening`: the last evening of a vote, for two cities (published turn-outs, a safety factor of 3).

Every act has its moment on a timetable and waits for nobody: its time is counted from that moment on, so that a server
which falls behind is not spared. The visitors and the identity provider are this process, the portal's are others; on
a machine with few processors they take from one another, and the load that was held is printed.
"""

from __future__ import annotations

import http.client
import logging
import re
import secrets
import statistics
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from sqlalchemy import select
from werkzeug.wrappers import Request, Response

from portal.base import db, ground
from portal.identity.models import Identity
from portal.voting import sealing
from portal.voting.models import Receipt, Vote
from tests.bench import town as towns
from tests.bench.measure import Server, started
from tests.oidc.liar import Liar

P95 = 300.0  # milliseconds
SHARES = (1.0, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1)  # of the load, tried one after the other until one is held
VISITORS = 64  # connections


@dataclass(frozen=True)
class City:
    """How many people, on which database, with how many processes; pages, writes and sign-ins a second."""

    name: str
    kind: str
    processes: int
    pages: float
    writes: float
    sign_ins: float


CITIES = (
    City("100,000 people", "SQLite", 1, 17, 5, 1),
    City("1,000,000 people", "PostgreSQL", 2, 167, 50, 8),
)


class Provider(Liar):
    """An honest provider for many at once: the code says who comes and with which nonce."""

    def __init__(self) -> None:
        super().__init__()
        logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each sign-in
        self._waiting: dict[str, tuple[str, str]] = {}
        self._signing = threading.Lock()
        self.bend = lambda claims, _header: claims.update(self.said)

    def sent_back(self, location: str, sub: str) -> str:
        """The path of the call-back for a person who just said yes."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(location).query).items()}
        code = secrets.token_hex(8)
        self._waiting[code] = asked.get("nonce", ""), sub
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode({'code': code, 'state': asked['state']})}"

    def _token(self, request: Request) -> Response:
        with self._signing:
            nonce, self.sub = self._waiting.pop(request.form["code"])
            self.asked = {"nonce": nonce}
            return super()._token(request)


class Visitor:
    """A kept connection to each of the portal's processes; the next act goes to the next of them."""

    def __init__(self, host: int, ports: list[int], first: int) -> None:
        self.host = host
        self.lines = deque(http.client.HTTPConnection("127.0.0.1", port, timeout=30) for port in ports)
        self.lines.rotate(first)

    def ask(
        self, path: str, cookie: str = "", fields: list[tuple[str, str]] | None = None
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """One request; status, body and headers."""
        self.lines.rotate(1)
        line = self.lines[0]
        head = {"Host": f"127.0.0.1:{self.host}", "Origin": f"http://127.0.0.1:{self.host}", "Cookie": cookie}
        body = None if fields is None else urlencode(fields).encode()
        if body is not None:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            line.request("GET" if body is None else "POST", path, body, head)
            answer = line.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace"), answer.headers
        except BaseException:
            line.close()
            raise


def cookie_in(headers: http.client.HTTPMessage, before: str) -> str:
    """The session's cookie after an answer."""
    for kept in headers.get_all("Set-Cookie") or []:
        if "=" in kept and not kept.startswith("lang="):
            before = kept.split(";", 1)[0]
    return before


@dataclass
class Evening:
    """One run: what was asked, what came of it."""

    town: towns.Town
    ports: list[int]
    provider: Provider
    voters: list[str]
    times: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "write": [], "sign-in": []})
    faults: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    subs: list[str] = field(default_factory=list)
    forms: deque[tuple[int, list[tuple[str, str]]]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        large, vote = f"/en/budget/{towns.LARGE}/projects/", f"/en/budget/{towns.OPEN}/"
        self.addresses = ["/en/", large, f"{large}7", vote, f"{vote}projects/", f"{large}123", f"{large}?page=2"]

    def ballot(self, visitor: Visitor, number: int) -> None:
        """A voter opens the ballot; the form is cast later."""
        status, page, headers = visitor.ask(f"/en/budget/{towns.OPEN}/ballot", self.voters[number])
        self.voters[number] = cookie_in(headers, self.voters[number])
        fields = [
            (name, found.group(1))
            for name in ("csrf_token", "form_token")
            if (found := re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)) is not None
        ]
        codes = re.findall(r'name="choice" value="([^"]+)"', page)
        if status != 200 or len(fields) != 2 or not codes:
            raise RuntimeError(f"the ballot answered {status}")
        picked = dict.fromkeys(codes[(number * 7 + k * 11) % len(codes)] for k in range(3))
        self.forms.append((number, fields + [("choice", code) for code in picked]))

    def page(self, visitor: Visitor, turn: int) -> None:
        """A page as people read them: half of them signed in."""
        path = self.addresses[turn % len(self.addresses)]
        status, _page, _headers = visitor.ask(path, self.voters[turn % len(self.voters)] if turn % 2 else "")
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")

    def cast(self, visitor: Visitor) -> None:
        """A ballot is cast; its code is kept for the search afterwards."""
        number, fields = self.forms.popleft()
        status, page, _headers = visitor.ask(f"/en/budget/{towns.OPEN}/ballot", self.voters[number], fields)
        code = re.search(r'dir="ltr">([0-9A-Z*~$=-]{16,})<', page)
        if status != 200 or code is None:
            raise RuntimeError(f"a cast answered {status}")
        self.codes.append(code.group(1))

    def sign_in(self, visitor: Visitor) -> None:
        """To the provider and back."""
        sub = f"evening-{secrets.token_hex(6)}"
        status, _page, headers = visitor.ask("/en/sign-in/liar")
        if status != 302:
            raise RuntimeError(f"the way to the provider answered {status}")
        back = self.provider.sent_back(headers["Location"], sub)
        status, _page, _headers = visitor.ask(back, cookie_in(headers, ""))
        if status not in (302, 303):
            raise RuntimeError(f"the call-back answered {status}")
        self.subs.append(sub)

    def run(self, city: City, share: float, seconds: float) -> float:
        """Everything on the timetable; returns the seconds it took."""
        rates = {"ballot": city.writes, "page": city.pages - city.writes, "cast": city.writes, "sign-in": city.sign_ins}
        table = sorted(
            ((n + 0.5) / (rate * share), kind, n)
            for kind, rate in rates.items()
            for n in range(int(rate * share * seconds))
        )
        acts: Iterator[tuple[float, str, int]] = iter(table)
        begun = time.perf_counter() + 0.2

        def visit(mine: int) -> None:
            visitor = Visitor(self.town.port, self.ports, mine)
            while True:
                with self._lock:
                    act = next(acts, None)
                if act is None:
                    return
                due, kind, turn = begun + act[0], act[1], act[2]
                time.sleep(max(0.0, due - time.perf_counter()))
                try:
                    if kind == "ballot":
                        self.ballot(visitor, turn % len(self.voters))
                    elif kind == "page":
                        self.page(visitor, turn)
                    elif kind == "cast":
                        self.cast(visitor)
                    else:
                        self.sign_in(visitor)
                except Exception as fault:
                    self.faults.append(f"{kind}: {fault!r}")
                    continue
                name = {"ballot": "page", "cast": "write"}.get(kind, kind)
                self.times[name].append(time.perf_counter() - due)

        threads = [threading.Thread(target=visit, args=(n,)) for n in range(VISITORS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - begun

    def lost(self) -> tuple[int, int]:
        """Casts and sign-ins that were acknowledged and are not there."""
        ground.stand_on(self.town.app.ground)
        with db.read() as s:
            vote = s.scalars(select(Vote).where(Vote.state == "open")).one()
            there = set(s.scalars(select(Receipt.code_hash).where(Receipt.vote_id == vote.id)))
            known = set(s.scalars(select(Identity.sub).where(Identity.issuer == self.provider.issuer)))
        casts = sum(sealing.receipt_hash(vote.public_id, code) not in there for code in self.codes)
        return casts, sum(sub not in known for sub in self.subs)


def p95(times: list[float]) -> float:
    """Milliseconds within which 95 of 100 acts were answered."""
    return statistics.quantiles(times, n=20)[-1] * 1000 if len(times) > 1 else 0.0


def held(city: City, folder: Path, port: int, url: str, seconds: float, say: Any) -> None:
    """Try the city's load, then smaller shares of it, until one is held."""
    provider = Provider()
    town = towns.build(folder / f"evening-{city.kind}", port, url, issuer=provider.issuer)
    voters = [town.voter(number) for number in range(120)]
    command = ["-m", "tests.bench.serve", str(town.instance), str(port), town.url, provider.issuer]
    ports = [port + n for n in range(city.processes)]
    with ExitStack() as stack:
        servers: list[Server] = [
            stack.enter_context(started([*command, str(at)], at, "/healthz")) for at in ports
        ]  # fmt: skip
        warm = Evening(town, ports, provider, voters)
        first = Visitor(port, ports, 0)
        for number in range(len(voters)):
            warm.ballot(first, number)
        for turn in range(8 * len(ports)):
            warm.page(first, turn)
            warm.cast(first)
        warm.sign_in(first)
        for share in SHARES:
            evening = Evening(town, ports, provider, voters, forms=warm.forms)
            cpu = sum(server.cpu() for server in servers)
            took = evening.run(city, share, seconds)
            busy = (sum(server.cpu() for server in servers) - cpu) / took
            every = [one for times in evening.times.values() for one in times]
            casts, sign_ins = evening.lost()
            good = not evening.faults and not casts and not sign_ins and p95(every) < P95
            say(
                f"{city.name} on {city.kind}, {share:4.0%}: {len(evening.times['page']) / took:5.1f} pages + "
                f"{len(evening.times['write']) / took:4.1f} casts + {len(evening.times['sign-in']) / took:3.1f} sign-ins"
                f" a second for {took:.0f} s; p95 {p95(every):.0f} ms (pages {p95(evening.times['page']):.0f}, casts "
                f"{p95(evening.times['write']):.0f}, sign-ins {p95(evening.times['sign-in']):.0f}); "
                f"{len(evening.faults)} errors; lost {casts} of {len(evening.codes)} casts, {sign_ins} of "
                f"{len(evening.subs)} sign-ins; the portal used {busy:.2f} processors: {'held' if good else 'NOT held'}"
            )
            for fault, number in counted(evening.faults)[:3]:
                say(f"    {number} x {fault}")
            if good:
                break
    town.app.ground.database.dispose()


def counted(faults: list[str]) -> list[tuple[str, int]]:
    """Each kind of fault with its number, the most frequent first."""
    return sorted(((one, faults.count(one)) for one in set(faults)), key=lambda pair: -pair[1])
