"""While a vote is open no figure of a project leaves the portal: every address is walked by everybody, the ballots are
changed to other projects, every address is walked again, and nothing may differ.

Pages are the same program on either database. So on PostgreSQL the second walk visits only what read, at the first, a
table that the ballots changed; on SQLite, and with --long, it visits everything: something kept in memory would show.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select, update

from portal.base import clock, db, errors, limits
from portal.base.web import Portal
from portal.budgeting.models import Budget, Pot, Project
from portal.voting import actions, queries
from portal.voting.models import Participation, SealedBallot
from tests.client import Client, Page
from tests.house import world
from tests.house.test_matrix import ELSEWHERE, WHO, address
from tests.house.world import World
from tests.voting import town as votes

pytestmark = pytest.mark.slow
OTHERS = 25  # ballots besides the resident's own
MANY = 17  # of them for one project
# What may differ between two visits: tokens and names of forms and of the page, and the number of a paper.
# Each begins with a few plain letters, which are found quickly.
_TOKENS = "(?:csrf_token|form_token|started|once)"
FLEETING = [
    re.compile(one)
    for one in (
        rf'(name="{_TOKENS}"[^>]*value=")[^"\';]*',
        rf'(value=")(?=[^"]{{16,}}"[^>]*name="{_TOKENS}")[^"\';]*',
        r'(nonce=")[^"\';]*',
        r'(nonce-)[^"\';]*',
        r'(name="ballot-)[^"\';]*',
        # a form on paper and a list of supporters have a number of their own at every visit
        r'(<bdi dir="ltr">)[0-9A-Z]{4}-[0-9A-Z]{4}(?:-[0-9A-Z]{2})?(?=</bdi></strong>(?:</p>| ·))',
        r'(<svg class="fm-qr")[\s\S]*?</svg>',
    )
]
FLEETING_HEADERS = {"date", "set-cookie", "x-request-id", "content-length"}
Answers = dict[tuple[str, str], tuple[int, str, str]]
READ = re.compile(r"\b(?:FROM|JOIN)\s+\"?(\w+)", re.I)
WRITTEN = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.I)


@dataclass
class City:
    """The town, a browser for each kind of person, and the vote's projects by their code."""

    app: Portal
    world: World
    browsers: dict[str, Client]
    codes: list[str]
    said: list[str] = field(default_factory=list)  # the statements since somebody emptied it
    read: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))  # tables, for each visit

    def tables(self, of: re.Pattern[str]) -> set[str]:
        """The tables that the statements since the last call name."""
        found = {name.lower() for one in self.said for name in of.findall(one)}
        self.said.clear()
        return found

    @property
    def vote(self) -> str:
        return str(self.world.open["public_id"])


@pytest.fixture(scope="module")
def city(module_app: Portal) -> Iterator[City]:
    with pytest.MonkeyPatch.context() as patch:
        # time stands still, and nobody asks too often
        moment = datetime.now(UTC).replace(microsecond=0)
        patch.setattr(clock, "now", lambda: moment)
        patch.setattr(limits, "allow", lambda *_a, **_k: True)
        # error pages carry the number of their request
        patch.setattr(errors, "secrets", SimpleNamespace(token_hex=lambda size: "0" * 2 * size))
        # the record of refused visits would grow by the walk itself
        patch.setattr(db, "afterwards", lambda _act: None)
        made = world.build(module_app)
        browsers = {who: Client(module_app) for who in WHO}
        for who, browser in browsers.items():
            world.enter_as(browser, who)
        with db.read() as s:
            codes = list(
                s.scalars(
                    select(Project.code)
                    .join(Budget, Budget.id == Project.budget_id)
                    .join(Pot, Pot.id == Project.pot_id)
                    .where(Budget.slug == "2026", Pot.position == 1)
                    .order_by(Project.number)
                )
            )
        made_city = City(module_app, made, browsers, codes)
        engine = module_app.ground.database.engine

        def note(*given: object) -> None:
            made_city.said.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", note)
        # the number of voters is remembered for a day: each visit is to ask for it
        patch.setattr(queries, "_turnouts", Forgetful())
        yield made_city
        event.remove(engine, "before_cursor_execute", note)


class Forgetful(dict[tuple[str, date], int]):
    """A memory that keeps nothing."""

    def __setitem__(self, key: tuple[str, date], value: int) -> None:
        """It is gone at once."""


def vote_all(city: City, favourite: int) -> None:
    """Everybody votes (again): MANY for the favourite, the others for its neighbour, a few for both; the resident on
    the page. Then a day passes."""
    first, other = city.codes[favourite], city.codes[(favourite + 1) % len(city.codes)]
    for n in range(OTHERS):
        choice = [first] if n < MANY else [other] if n % 2 else [other, city.codes[(favourite + 2) % len(city.codes)]]
        cast(city.vote, f"voter {n}", choice)
    browser = city.browsers["resident"]
    page = browser.get("/en/budget/2026/ballot")
    sent = browser.post("/en/budget/2026/ballot", {**page.fields(), "choice": [first]})
    assert "Your ballot is cast" in sent
    with db.write() as s:
        s.execute(update(Participation).values(day=clock.now().date() - timedelta(days=1)))
        assert s.scalar(select(func.count()).select_from(SealedBallot)) == OTHERS + 1


def cast(public_id: str, name: str, choice: list[str]) -> None:
    facts = replace(votes.facts(name), ages={(16, "2026-06-01"): True})
    with db.write() as s:
        vote = votes.found(s, public_id)
        actions.cast_ballot(s, votes.RESIDENT, vote, {"1": choice}, actions.new_form_token(), facts=facts)


def differing(before: Answers, after: Answers) -> list[str]:
    assert set(before) == set(after)
    return [
        f"{url} for {who}: {first_difference(before[who, url], after[who, url])}"
        for who, url in before
        if before[who, url] != after[who, url]
    ]


def first_difference(one: tuple[int, str, str], other: tuple[int, str, str]) -> str:
    pairs = zip("\n".join(map(str, one)).splitlines(), "\n".join(map(str, other)).splitlines(), strict=False)
    return next((f"{a[:200]} | {b[:200]}" for a, b in pairs if a != b), "length")


def walk(city: City) -> Answers:
    """The answer of every address that is read, to everybody; and of what the pages link to, with its questions."""
    found: Answers = {}
    city.said.clear()
    listed = addresses(city)
    for who, browser in city.browsers.items():
        waiting = [*listed, *LOOKS]
        known = set(waiting)
        while waiting:
            url = waiting.pop(0)
            page = Page(browser.http.get(url, base_url="http://127.0.0.1:8000"))
            found[who, url] = answer(page)
            city.read[who, url] = city.tables(READ)
            if page.response.mimetype == "text/html" and who in ("nobody", "budget_officer"):
                fresh = {link for link in links(page) if link not in known and not skipped(link)}
                known |= fresh
                waiting += sorted(fresh)
        if who == "resident":
            found[who, "look"] = look(city)
    return found


def look(city: City) -> tuple[int, str, str]:
    """The ballot with something ticked, in another order."""
    browser = city.browsers["resident"]
    looked = browser.post(
        "/en/budget/2026/ballot/look",
        {**browser.get("/en/budget/2026/ballot").fields(), "choice": city.codes[:1], "sort": "random"},
        page="/en/budget/2026/ballot",
    )
    return answer(looked)


def visit_again(city: City, before: Answers, changed: set[str]) -> Answers:
    """The answers of what read a table that has changed."""
    found = {("resident", "look"): look(city)}
    for who, url in before:
        if city.read[who, url] & changed:
            found[who, url] = answer(Page(city.browsers[who].http.get(url, base_url="http://127.0.0.1:8000")))
    return found


LOOKS = ["/en/search?q=Bench", "/de/budget/2026/", "/de/budget/2026/projects/", "/en/budget/2026/results"]


def addresses(city: City) -> list[str]:
    found = []
    for rule in city.app.url_map.iter_rules():
        if rule.endpoint in ELSEWHERE or "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        given = dict(city.world.open)
        numbers = range(1, 5) if "number" in rule.arguments else [1]
        found += [address(city.app, rule, {**given, "number": number}) for number in numbers]
    return sorted(url for url in set(found) if not skipped(url))


def links(page: Page) -> set[str]:
    """Addresses of this house on a page, and its sortings and filters."""
    found = {unescape(url).split("#")[0] for url in re.findall(r'(?:href|src)="(/[^"]*)"', page.html)}
    here = page.response.request.path
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page.html, flags=re.S):
        if 'method="get"' in page.html:
            found |= {f"{here}?{name}={unescape(value)}" for value in re.findall(r'value="([^"]+)"', options)}
    return found


def skipped(link: str) -> bool:
    """Other languages and houses, the growing records; and last year's published ballots, shuffled anew at each visit."""
    return bool(
        re.match(
            r"//|/static/|/en/budget/2025/ballots-|/en/staff/audit[?]|/en/my/data/(log|erasure)\b|/(ar|et|fr|pl|de)/|/oidc/|/[a-z]{2}/(sign-in|language|sign-out)",
            link,
        )
    )


def answer(page: Page) -> tuple[int, str, str]:
    response = page.response
    head = sorted(f"{k}: {v}" for k, v in response.headers.items() if k.lower() not in FLEETING_HEADERS)
    content = response.get_data()
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            body = "\n".join(f"{name}\n{archive.read(name).hex()}" for name in sorted(archive.namelist()))
    else:
        body = content.decode("utf-8", "replace")
    return response.status_code, steady("\n".join(head)), steady(body)


def steady(text: str) -> str:
    """The text without what may differ."""
    for one in FLEETING:
        text = one.sub(r"\1", text)
    return text


def test_no_page_tells_how_the_votes_stand(city: City, pytestconfig: pytest.Config) -> None:
    vote_all(city, 0)
    before = walk(city)
    city.said.clear()
    vote_all(city, 1)
    changed = city.tables(WRITTEN)
    assert changed >= {"participation", "sealed_ballot", "receipt"}
    if pytestconfig.getoption("--db") == "sqlite" or pytestconfig.getoption("--long"):
        after = walk(city)
    else:
        after = visit_again(city, before, changed)
        assert len(after) > 40
        after = {**before, **after}

    found = differing(before, after)
    assert not found, "\n".join(found[:20])

    # the walk saw what it has to see
    shown = {url for (_, url), (status, _, body) in before.items() if status == 200 and "Bench 1" in body}
    assert len(shown) >= 8, shown
    whole = [one for one in before.values() if one[0] == 200]
    assert len(before) > 400 and len(whole) > 200
    desk = before["budget_officer", f"/en/staff/votes/{city.vote}"][2]
    assert f"<dd>{OTHERS + 1}</dd>" in desk, "the number of voters is public, and is the only one"
    assert "You voted on" in before["resident", "/en/budget/2026/ballot"][2]


def test_a_figure_that_changes_would_be_seen(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself is tried: the same page twice, then with a figure that changed."""
    browser, url = city.browsers["auditor"], f"/en/staff/votes/{city.vote}"
    before = {("auditor", url): answer(browser.get(url))}
    assert differing(before, {("auditor", url): answer(browser.get(url))}) == []
    monkeypatch.setattr(queries, "turnout", lambda *_given: MANY)
    [found] = differing(before, {("auditor", url): answer(browser.get(url))})
    assert found.startswith(f"{url} for auditor") and str(MANY) in found
