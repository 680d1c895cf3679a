"""Every page in three languages and two widths, for a visitor, a resident and staff: axe finds nothing, nor do we.

The addresses are found by following links, so a new page is walked without anybody listing it.
"""

from __future__ import annotations

import re
from html import unescape

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.base.web import Portal
from tests.client import Client
from tests.house import world
from tests.identity.help import enter
from tests.journeys.conftest import Live
from tests.journeys.look import PHONE, WIDE, Walker

pytestmark = pytest.mark.journey
LANGUAGES = ("en", "de", "ar")
PEOPLE: dict[str, dict[str, object]] = {
    "visitor": {},
    "resident": {"district": "north", "ages": {"16@2026-06-01": True}, "resident": "R-1"},
    "staff": {"roles": world.ROLES, "district": "north"},
}
# Forms whose empty sending shows their errors: (who, path, button)
ERRORS = (
    ("visitor", "/accessibility/report", "main form button[type=submit]"),
    (
        "resident",
        "/budget/2026/ballot",
        "main form button[type=submit][name=act][value=cast], main form button:last-of-type",
    ),
    ("staff", "/staff/pages/new", "main form button[value=store]"),
    ("staff", "/staff/notices/new", "main form button[type=submit]"),
)


@pytest.fixture(scope="module")
def town(live: Live) -> Live:
    world.build(live.app)
    return live


def pages(app: Portal, host: str, person: dict[str, object]) -> list[str]:
    """One address of each kind of page that this person is led to, in English."""
    client = Client(app)
    client.host = host
    if person:
        enter(client, f"Walker {len(person)}", **person)  # type: ignore[arg-type]
    matcher = app.url_map.bind(host)
    waiting, seen, found = ["/en/"], set(), {}
    while waiting:
        url = waiting.pop(0).split("#", 1)[0]
        if url in seen:
            continue
        seen.add(url)
        try:
            endpoint, _args = matcher.match(url.split("?", 1)[0])
        except (HTTPException, RequestRedirect):
            continue
        if endpoint in found or not url.startswith("/en/") or endpoint.startswith(("oidc.", "identity.begin")):
            continue
        answer = client.http.get(url, base_url=f"http://{host}")
        if answer.status_code == 200 and answer.mimetype == "text/html":
            found[endpoint] = url
            html = answer.get_data(as_text=True)
            waiting += [unescape(link) for link in re.findall(r'<a\b[^>]*?\shref="(/[^"]*)"', html)]
    return list(found.values())


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page(town: Live, walker: Walker, who: str, lang: str) -> None:
    host = town.base.removeprefix("http://")
    found = pages(town.app, host, PEOPLE[who])
    if who == "visitor":
        found += ["/en/no-such-page", "/en/search?q=bench", "/en/search?q=zzzz"]
    else:
        walker.sign_in(f"Walker {len(PEOPLE[who])}", **PEOPLE[who])
        visitors = set(pages(town.app, host, {}))
        found = [url for url in found if url not in visitors]
    for url in found:
        walker.go(re.sub(r"^/en/", f"/{lang}/", url))
        walker.look(lang)
    walker.finish()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_form_with_its_errors(town: Live, walker: Walker, lang: str) -> None:
    before = ""
    for who, path, button in ERRORS:
        if who != before and PEOPLE[who]:
            walker.sign_in(f"Walker {len(PEOPLE[who])}", **PEOPLE[who])
        before = who
        page = walker.go(f"/{lang}{path}")
        page.locator(button).first.click()
        page.wait_for_load_state()
        if page.locator(".govuk-error-summary").count() != 1:
            walker.faults.append(f"{path}: no error summary after an empty form")
        walker.look(lang, (WIDE, PHONE), "with errors")
    walker.finish()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_smallest_window_and_wider_letters(town: Live, walker: Walker, lang: str) -> None:
    """320 pixels, and the spacing of WCAG 1.4.12: nothing scrolls sideways, nothing is cut off."""
    walker.sign_in(f"Walker {len(PEOPLE['resident'])}", **PEOPLE["resident"])
    for path in (
        "/",
        "/budget/",
        "/budget/2026/",
        "/budget/2026/projects/",
        "/budget/2026/ballot",
        "/budget/2025/results",
    ):
        page = walker.go(f"/{lang}{path}", (320, 256))
        walker.look(lang, [(320, 256)])
        # set by script as a person's own stylesheet would: the page's policy forbids style elements
        page.evaluate(
            """() => { const sheet = new CSSStyleSheet();
            sheet.replaceSync('* {line-height: 1.5 !important; letter-spacing: .12em !important;'
              + 'word-spacing: .16em !important} p {margin-bottom: 2em !important}');
            document.adoptedStyleSheets = [sheet]; }"""
        )
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        if wide > 1:
            walker.faults.append(f"/{lang}{path}: {wide} pixels too wide with spaced letters at 320")
    walker.finish()
