"""Whatever people write stays words: forty pieces of disguised script in every field, on every page, for every role."""

from __future__ import annotations

import csv
import importlib
import io
import json
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from html import unescape
from urllib.parse import quote
from xml.etree import ElementTree

import html5lib
import icalendar
import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.audit import actions as audit
from portal.base import clock, db, fields, ground
from portal.base.actor import SYSTEM
from portal.base.web import Portal
from portal.home import actions as home
from portal.home.models import NoticeKind
from tests.client import Client
from tests.house import payloads, world, world_more
from tests.house.payloads import PAYLOADS
from tests.house.test_matrix import ELSEWHERE, WHO, address
from tests.house.world import World
from tests.identity.help import enter

HOST = "127.0.0.1:8000"
OWNER = "Tom Other"  # whose things in the world belong to somebody
ALL = " ".join(PAYLOADS)
PAGES_OF_A_FIELD = 4  # that are opened again for what a field had no room for at first
# Some of the fields that this walk is about; most others are seen too.
SEEN = {
    "idea.title", "idea.lead", "idea.html", "comment.html", "person.name", "project_card.title",
    "project_card.summary", "wording.body", "wording.html", "page_text.title", "page_text.html", "venue.address",
    "barrier_report.what", "moderation_decision.facts", "mandate.principal_name",
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One address of the walk."""

    endpoint: str
    url: str
    lock: tuple[str, ...] = ("public",)
    foreign: bool = False  # a thing that is not shown to everybody

    def for_(self, who: str) -> bool:
        """Does it show this person more than that it is not for them? That it says no more than this test_matrix asks."""
        if self.lock[0] == "staff":
            return who in self.lock[1:]
        return not self.foreign or who in ("nobody", "budget_officer", "administrator", OWNER)


@dataclass
class Look:
    """What a walk has found: faults, and the columns that each page showed to whom."""

    done: dict[int, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    addresses: dict[str, Address] = field(default_factory=dict)
    shows: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    parsed: set[str] = field(default_factory=set)
    forms: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # of each form: who saw it, where, and itself


pytestmark = pytest.mark.walk


@pytest.fixture(scope="module")
def town(module_app: Portal) -> World:
    """The small city, and a vote whose projects had such titles before they were frozen into it."""
    ground.stand_on(module_app.ground)

    def reworded() -> None:
        with db.write() as s:
            payloads.fill(s, {})

    made = world.build(module_app)
    more = world_more.add(module_app, made.open["person_id"], made.open["number"])
    public_id = world.finished(module_app, "xss", reworded)
    with db.write() as s:
        home.put_notice(
            SYSTEM, None, kind=NoticeKind.NEWS, starts_at=clock.now(), ends_at=None, words={"en": ALL[:190]}
        )
        page = home.add_page(SYSTEM, slug="xss")
        home.write_page(SYSTEM, page, lang="en", title=ALL[:190], body=ALL)
        audit.record(SYSTEM, "idea.submitted", "idea", 1, before={"title": ALL}, after={"title": ALL})
        s.flush()
    return World({**made.open, "done": public_id, "more": more}, made.foreign)


def addresses(app: Portal, town: World) -> list[Address]:
    """Every page with the city's things, those of drafts, those of the vote that had the words from the start, and what
    is at another moment of its life."""
    found: dict[str, Address] = {}
    done = {**town.open, "slug": "xss", "public_id": town.open["done"]}
    for rule in _pages(app):
        lock = tuple(app.view_functions[rule.endpoint].lock)  # type: ignore[attr-defined]
        also = [{**town.open, **one.args} for one in town.open["more"] if one.goes(rule.endpoint)]
        for given in (town.open, done, town.foreign, *also):
            url = address(app, rule, dict(given))
            found.setdefault(url, Address(rule.endpoint, url, lock, given is town.foreign))
    return list(found.values())


def _pages(app: Portal) -> Iterator[Rule]:
    return (r for r in app.url_map.iter_rules() if r.endpoint not in ELSEWHERE and "GET" in (r.methods or set()))


def fetch(client: Client, url: str, query: dict[str, str] | None = None) -> TestResponse:
    return client.http.get(url, base_url=f"http://{HOST}", query_string=query or None)


def judged(look: Look, who: str, one: Address, answer: TestResponse) -> None:
    """Hold an answer to what it may look like."""
    case = f"{one.endpoint} as {who}: {one.url[:80]}"
    said = answer.headers.to_wsgi_list()
    if answer.status_code >= 500:
        look.faults.append(f"{case}: {answer.status_code}")
        return
    assert answer.headers["X-Content-Type-Options"] == "nosniff", case
    assert not any("\n" in value or "xss=40" in value for _name, value in said), case
    body = answer.get_data(as_text=answer.mimetype.startswith("text/") or "xml" in answer.mimetype or answer.is_json)
    if isinstance(body, bytes):
        return
    found: list[str] = []
    if answer.mimetype == "text/html":
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], case
        if not 300 <= answer.status_code < 400:
            found += payloads.faults(body, HOST)
        if "xss" in body and one.url not in look.parsed:
            look.parsed.add(one.url)
            found += payloads.tree_faults(html5lib.parse(body))
    elif answer.mimetype == "text/csv":
        found += [f"a formula: {cell[:40]!r}" for cell in _cells(body) if _formula(cell)]
    elif answer.mimetype == "text/calendar":
        icalendar.Calendar.from_ical(body)
        assert "BEGIN:VALARM\r" not in body and "\nSet-Cookie" not in body, case
    elif "xml" in answer.mimetype and "svg" not in answer.mimetype:
        root = ElementTree.fromstring(body)
        links = [value for node in root.iter() for key, value in node.attrib.items() if key == "href"]
        found += [
            f"an address that runs: {link}" for link in links if not re.match(r"https?://127\.0\.0\.1:8000/", link)
        ]
    elif answer.is_json:
        json.loads(body)
    look.faults += [f"{case}: {fault}" for fault in found]
    if answer.status_code == 200:
        look.addresses[one.url] = one
        if answer.mimetype == "text/html":
            for form in _FORM.findall(body):
                look.forms.setdefault(_shape(one.endpoint, form), (who, one.url, form))
        look.shows.setdefault((who, one.url), set()).update(payloads.seen(body))


def _shape(endpoint: str, form: str) -> str:
    """What makes a form another one than the next: its page, where it is sent, and the names of its boxes and buttons,
    whatever numbers are in them."""
    head = re.sub(r'value="[^"]*"', "", form[: form.index(">")])
    names = sorted({re.sub(r"\d+", "0", name) for name in re.findall(r'\sname="([^"]*)"', form)})
    return " ".join((endpoint, re.sub(r"\d+", "0", head), *names))


def _cells(body: str) -> Iterator[str]:
    for delimiter in ",;":
        for row in csv.reader(io.StringIO(body.lstrip("\ufeff"), newline=""), delimiter=delimiter):
            yield from row


def _formula(cell: str) -> bool:
    return cell[:1] in set("=+@\t\r") or (cell[:1] == "-" and not re.fullmatch(r"-[\d.,]*", cell))


@pytest.fixture(scope="module")
def walked(module_app: Portal, town: World) -> Look:
    """Every field holds as many of the forty as there is room for, and every role has opened every page."""
    look, client, listed = Look(), Client(module_app), addresses(module_app, town)
    ground.stand_on(module_app.ground)
    with db.write() as s:
        payloads.fill(s, look.done)
    for who in (*WHO, OWNER):
        _enter(client, who)
        for one in listed:
            if one.for_(who):
                judged(look, who, one, fetch(client, one.url))
    return look


def test_whatever_people_write_stays_words(module_app: Portal, walked: Look) -> None:
    """After the walk of all roles: until each field has had all forty, whoever can opens some pages that show it."""
    assert not walked.faults, payloads.told(walked.faults)
    client, by_url = Client(module_app), walked.addresses
    ground.stand_on(module_app.ground)
    shown = dict(walked.shows)
    while True:
        with db.write() as s:
            fresh = payloads.fill(s, walked.done)
        if not fresh:
            break
        for who, urls in _showing(shown, fresh).items():
            _enter(client, who)
            for url in urls:
                judged(walked, who, by_url[url], fetch(client, url))
        assert not walked.faults, payloads.told(walked.faults)


def test_the_fields_were_seen(walked: Look) -> None:
    """A walk that shows nobody's words would prove nothing."""
    seen = set().union(*walked.shows.values())
    names = [f"{table.name}.{column.name}" for table, column, _room in payloads.columns()]
    shown = {name for n, name in enumerate(names) if n in seen}
    assert SEEN <= shown, SEEN - shown
    assert len(shown) > 0.4 * len(names), sorted(set(names) - shown)


FEATURES = ("ideas", "comments", "moderation", "innovation")


def test_every_form_was_found(module_app: Portal, walked: Look) -> None:
    """Each page of these features that takes a post showed its form to somebody, and each of their forms with boxes for
    words stood on some page with all of these boxes."""
    seen = {walked.addresses[url].endpoint for _who, url, _form in walked.forms.values()}
    takes = {
        rule.endpoint
        for rule in _pages(module_app)
        if "POST" in (rule.methods or set()) and rule.endpoint.partition(".")[0].partition("_")[0] in FEATURES
    }
    assert takes <= seen, sorted(takes - seen)
    boxes = [{_BARE.sub("", name) for name in filled(form, "")[2]} for _who, _url, form in walked.forms.values()]
    lost = [
        f"{kind.__module__}.{kind.__name__}"
        for kind in _forms()
        if (words := _words(kind)) and not any(words <= one for one in boxes)
    ]
    assert not lost, lost


# the boxes of several rows and of the languages have one name
_BARE = re.compile(r"(_(?:new)?\d+)?(_(?:en|de|et|fr|pl|ar))?$")


def _forms() -> Iterator[type[fields.Form]]:
    for feature in FEATURES:
        here = importlib.import_module(f"portal.{feature}")
        for module in pkgutil.iter_modules(here.__path__, f"portal.{feature}."):
            if ".forms" in module.name:
                for one in vars(importlib.import_module(module.name)).values():
                    if isinstance(one, type) and issubclass(one, fields.Form) and one.__module__ == module.name:
                        yield one


def _words(form: type[fields.Form]) -> set[str]:
    """The names of a form's boxes for words."""
    kinds = {name: getattr(getattr(form, name), "field_class", object) for name in dir(form)}
    return {
        name for name, kind in kinds.items() if issubclass(kind, fields.Text) and not issubclass(kind, fields.Hidden)
    }


_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.S)
_FIELD = re.compile(
    r"<(input|textarea|select|button)\b([^>]*)>(.*?)(?=<(?:input|textarea|select|button)\b|</form>)", re.S
)
WRITTEN = {"text", "search", "email", "url", "tel", "password", ""}


def filled(form: str, words: str) -> tuple[str, str, dict[str, str]]:
    """(method, address, fields) of a form with these words in every box that takes some."""
    head = dict(re.findall(r'([a-z]+)="([^"]*)"', form[: form.index(">")]))
    fields: dict[str, str] = {}
    for kind, attributes, inside in _FIELD.findall(form):
        said = {key: unescape(value) for key, value in re.findall(r'([a-z-]+)="([^"]*)"', attributes)}
        name, value = said.get("name", ""), said.get("value", "")
        if not name or "disabled" in attributes:
            continue
        if kind == "textarea" or (kind == "input" and said.get("type", "") in WRITTEN):
            fields[name] = words
        elif kind == "select":
            options = [unescape(one) for one in re.findall(r'<option[^>]*value="([^"]+)"', inside)]
            fields[name] = options[0] if options else ""
        else:  # the first of several boxes and buttons
            fields.setdefault(name, value or "1")
    return head.get("method", "get"), unescape(head.get("action", "")), fields


def test_what_is_sent_comes_back_as_words(module_app: Portal, walked: Look) -> None:
    """Every form is sent with the forty in each of its boxes, and its page is held to the same, whether it takes them or
    asks for other words; so is the page of a search, and one that is asked for in odd ways."""
    client, sent = Client(module_app), 0
    ground.stand_on(module_app.ground)
    for who in dict.fromkeys(who for who, _url, _form in walked.forms.values()):
        for holder, url, form in list(walked.forms.values()):
            if holder != who:
                continue
            _enter(client, who)  # an act may have ended the session
            method, target, fields = filled(form, ALL[:2900])
            fields["csrf_token"] = world.form_token(module_app)
            target = target or url
            if method == "post":
                answer = client.http.post(target, data=fields, base_url=f"http://{HOST}")
            else:
                answer = fetch(client, target, fields)
            judged(walked, who, Address("form", target), answer)
            if answer.status_code in (302, 303) and (to := answer.headers["Location"]).startswith("/"):
                judged(walked, who, Address("form", to), fetch(client, to))
            sent += 1
    odd = dict.fromkeys(("q", "sort", "page", "state", "kind", "next", "lang", "from", "name"), ALL[:1500])
    for (who, url), _seen in list(walked.shows.items()):
        if who == "nobody":
            client = Client(module_app)
            judged(walked, who, Address("odd", url), fetch(client, url, odd))
    judged(walked, "nobody", Address("none", "/en/"), fetch(Client(module_app), "/en/" + quote(ALL[:300])))
    assert not walked.faults, payloads.told(walked.faults)
    assert sent > 100, sent


def _enter(client: Client, who: str) -> None:
    world.enter_as(client, "nobody" if who == OWNER else who)
    if who == OWNER:
        enter(client, OWNER)
        with client.http.session_transaction(base_url=f"http://{client.host}") as kept:
            kept["csrf_token"] = world.RAW_TOKEN


def _showing(shows: dict[tuple[str, str], set[int]], fresh: set[int]) -> dict[str, list[str]]:
    """Some pages that show each of these fields, and somebody who sees them: by person, so that few have to sign in. A
    page that shows many of those that still want one comes first, so that fewer pages do."""
    wanted: dict[str, list[str]] = {}
    left = dict.fromkeys(fresh, PAGES_OF_A_FIELD)
    placed: set[str] = set()
    waiting = [(-len(columns & fresh), *place) for place, columns in shows.items() if columns & fresh]
    heapify(waiting)
    while waiting:
        said, who, url = heappop(waiting)
        now = sum(1 for column in shows[who, url] if left.get(column, 0))
        if url in placed or not now:
            continue
        if now < -said:  # others have shown some of it meanwhile
            heappush(waiting, (-now, who, url))
            continue
        placed.add(url)
        wanted.setdefault(who, []).append(url)
        for column in shows[who, url] & fresh:
            left[column] -= 1
    return wanted
