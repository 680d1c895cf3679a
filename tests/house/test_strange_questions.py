"""What stands behind the question mark of an address is anybody's to write: no page fails on it, whatever it says."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

import portal
from portal.base import limits
from portal.base.web import NumberConverter, Portal, WordConverter
from tests.client import Client
from tests.house import world
from tests.house.test_matrix import address, rules
from tests.house.world import ROLES, World
from tests.identity.help import enter

FIRST, LAST = "0001-01-01", "9999-12-31"  # a time zone's hours, or a day more, and the calendar is left
HUGE = "99999999999999999999999999"  # more than a database's integer holds
NUL = 'a\x00"AND NEAR('  # PostgreSQL keeps no such sign, and a search would take the rest for its own language
DAYS = {"day", "since", "until", "from", "to"}
# What a round writes for days, and for everything else.
MOST = ((LAST, NUL),)
REST = (FIRST, LAST, HUGE, NUL, "2027-02-30", "-1", "٣", "\ud800", "{{7*7}}%s%(n)s", "%' OR 1=1 --")
ALL = tuple((value, value) for value in REST)
_ASKED = re.compile(r"request\.args\.(?:get|getlist)\(\s*\"(\w+)\"")
_BOX = re.compile(r"<(?:input|select)[^>]*\bname=\"([^\"]+)\"")
_GET_FORM = re.compile(r"<form(?![^>]*method=\"post\")[^>]*>(.*?)</form>", re.S | re.I)
_LINK = re.compile(r"href=\"([^\"]*\?[^\"]+)\"")


@pytest.fixture(scope="module")
def town(module_app: Portal) -> World:
    return world.build(module_app)


def asked_in_code() -> set[str]:
    """Names that views read from the address by themselves."""
    sources = Path(portal.__file__).parent.rglob("*.py")
    return {name for source in sources for name in _ASKED.findall(source.read_text())}


def asked_on(page: str) -> set[str]:
    """Names that a page's own filters and links put into addresses."""
    boxes = {name for form in _GET_FORM.findall(page) for name in _BOX.findall(form)}
    links = (parse_qsl(urlsplit(unescape(link)).query, keep_blank_values=True) for link in _LINK.findall(page))
    return {unescape(name) for name in boxes} | {name for pairs in links for name, _ in pairs}


def question(names: set[str], values: tuple[str, str]) -> str:
    return urlencode([(name, values[name not in DAYS]) for name in sorted(names)], errors="surrogatepass")


@pytest.mark.walk
@pytest.mark.parametrize("strange", [MOST, pytest.param(ALL, marks=pytest.mark.long)], ids=["most", "all"])
def test_no_page_fails_on_what_its_address_asks(
    module_app: Portal, town: World, strange: tuple[tuple[str, str], ...]
) -> None:
    client = Client(module_app)
    enter(client, "Every Role", roles=ROLES, district="north", ages={"16@2026-06-01": True}, resident="every")
    everywhere, failed, walked = asked_in_code(), [], 0
    module_app.testing = False
    try:
        for rule in rules(module_app):
            if "GET" not in (rule.methods or set()):
                continue
            url = address(module_app, rule, dict(town.open))
            first = client.http.get(url, base_url=client.base)
            names = everywhere | (asked_on(first.get_data(as_text=True)) if first.mimetype == "text/html" else set())
            first.close()
            for values in strange:
                limits._memory.clear()  # nobody asks too often
                answer = client.http.get(f"{url}?{question(names - {'csrf_token'}, values)}", base_url=client.base)
                answer.close()
                walked += 1
                if answer.status_code >= 500:
                    failed.append(f"{rule.endpoint} with {values!r}: {answer.status_code}")
    finally:
        module_app.testing = True
    assert walked > 350 and not failed, "\n".join(failed)


@pytest.mark.walk
def test_no_page_fails_on_a_strange_word_in_its_address(module_app: Portal, town: World) -> None:
    client = Client(module_app)
    enter(client, "Every Role", roles=ROLES, district="north", ages={"16@2026-06-01": True}, resident="every")
    failed = []
    module_app.testing = False
    try:
        for rule in rules(module_app):
            if "GET" not in (rule.methods or set()):
                continue
            strange: dict[str, object] = {}
            for name, kind in rule._converters.items():
                if type(kind) is WordConverter:
                    strange[name] = "STRANGE"
                elif isinstance(kind, NumberConverter):
                    strange[name] = kind.max
            if not strange:
                continue
            plain = {name: town.open[name] for name in rule.arguments - set(strange)}
            url = module_app.url_map.bind("127.0.0.1:8000").build(rule.endpoint, plain | strange)
            for word in ("a%00b", LAST):
                limits._memory.clear()
                answer = client.http.get(url.replace("STRANGE", word), base_url=client.base)
                answer.close()
                if answer.status_code >= 500:
                    failed.append(f"{rule.endpoint}, {word}: {answer.status_code}")
    finally:
        module_app.testing = True
    assert not failed, "\n".join(failed)
