"""Every page of the site, in its states: axe finds nothing, and neither do our own looks.

English, German and Arabic at 1280 and 360 pixels; with --long all six languages, and axe is asked about each page anew,
not only where a page has a shape, or letters on a ground, that no page before it had.

In the languages with the longest words and with the other direction each page is also looked at in the smallest window
of all, and with the spacing of WCAG 1.4.12: nothing scrolls sideways.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from portal import config
from portal.app import create_app
from tests.journeys import looks, pages
from tests.journeys.city import City
from tests.journeys.visitor import Visitor

WIDTHS = (1280, 360)
LANGUAGES = ("en", "de", "ar")
SMALLEST = ("de", "ar")
OTHERS = ("et", "fr", "pl")
# what a reader chooses who needs more room between letters: WCAG 1.4.12
SPACED = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync("* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important}"
    + "p {margin-block-end: 2em !important}");
  document.adoptedStyleSheets = [sheet]; }"""
# Ten pages that everybody meets
KEY = (
    "home.index", "budgeting.index", "budgeting.show", "budgeting.project_list", "budgeting.project", "budgeting.ballot",
    "budgeting.results", "voting.receipt", "identity.sign_in", "home.accessibility",
)  # fmt: skip


@pytest.fixture(scope="module")
def people(browser: Browser, city: City) -> Iterator[dict[str, Visitor]]:
    """One browser per person, signed in once."""
    made: dict[str, Visitor] = {}

    def enter() -> Visitor:
        one = Visitor(browser, city.url)
        one.context.add_init_script(looks.AXE)  # each page has axe from its beginning: half a megabyte is sent once
        return one

    first = made[""] = enter()
    first.go("/accessibility/report")
    first.page.get_by_label("What does not work?").fill("The menu does not open with the Enter key.")
    first.press("Send the report")
    link = city.run("invite", "administrator").split()[-1]
    made["invited"] = enter()
    made["invited"].go(link.removeprefix(city.url))
    for who in sorted({one.who for shown in pages.pages(city.instance).values() for one in shown} - {"", "invited"}):
        made[who] = enter()
        made[who].sign_in(who)
    _rights(made["ana"], made["dora"], made["adam"])
    yield made
    for one in made.values():
        one.close()


def _rights(ana: Visitor, dora: Visitor, adam: Visitor) -> None:
    """Ana asks for a correction and orders a copy; the data protection officer opens what she asked, places a hold on
    somebody and enters a breach; the administrator says why a person's page is opened."""
    ana.go("/my/data/requests/new/correction")
    ana.page.get_by_label("Which data is it about?").select_option("contact")
    ana.page.get_by_label("What do you want, and why?").fill("My street has a new name.")
    ana.press("Send the request")
    ana.go("/my/data/export").press("Make a copy of my data")
    dora.go("/staff/data-requests/1")
    for one, path in ((dora, "/staff/people/2/data"), (adam, "/staff/people/2")):
        one.go(path)
        one.page.get_by_label("A complaint or a control is looked into").check()
        one.press("Open")
    dora.go("/staff/people/2/data")
    dora.page.get_by_label("Legal hold: nothing is erased").check()
    dora.page.get_by_label("Reason").last.fill("A court asks for it.")
    dora.press("Place")
    dora.go("/staff/breaches/new")
    dora.page.get_by_label("Title").fill("A list sent to a wrong address")
    dora.page.get_by_label("What happened?").fill("A mail with an attachment.")
    dora.page.get_by_label("Which data, of which people?").fill("Names of twelve people")
    dora.press("Store")


def walk(
    city: City, people: dict[str, Visitor], lang: str, endpoints: tuple[str, ...] | None = None, anew: bool = False
) -> list[str]:
    """Look at the pages in a language; returns what is wrong."""
    found: list[str] = []
    for endpoint, shown in pages.pages(city.instance).items():
        if endpoints is not None and endpoint not in endpoints:
            continue
        for one in shown:
            visitor = people[one.who]
            visitor.lang = lang
            visitor.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
            status = visitor.open(one.path)
            if status != one.status:
                found.append(f"/{lang}{one.path} {one.who}: status {status}")
                continue
            here = f"/{lang}{one.path} {one.who}"
            for width in WIDTHS:
                visitor.page.set_viewport_size({"width": width, "height": 900})
                # the words of a page are the same in either width
                look = looks.faults if width == WIDTHS[0] else looks.shape
                found += [f"{here} {width}: {fault}" for fault in look(visitor.page, lang, anew=anew)]
            if endpoints is None and lang in SMALLEST:
                visitor.page.set_viewport_size({"width": 320, "height": 256})
                found += [f"{here} 320: {fault}" for fault in looks.own(visitor.page)]
                visitor.page.evaluate(SPACED)
                found += [f"{here} 320 spaced: {fault}" for fault in looks.own(visitor.page) if "scroll" in fault]
    for visitor in people.values():
        found += visitor.complaints
        visitor.complaints.clear()
    return list(dict.fromkeys(found))


def test_every_address_is_walked(city: City) -> None:
    app = create_app(config.load({}, instance=city.instance, demo=True, wings=config.WINGS))
    app.ground.database.dispose()
    gets = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    listed = set(pages.pages(city.instance)) | pages.NO_PAGES
    assert listed == gets, listed ^ gets


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page(city: City, people: dict[str, Visitor], lang: str, pytestconfig: pytest.Config) -> None:
    found = walk(city, people, lang, anew=bool(pytestconfig.getoption("--long")))
    assert not found, f"{len(found)} faults\n" + "\n".join(found)


@pytest.mark.long
@pytest.mark.parametrize("lang", OTHERS)
def test_every_page_in_the_other_languages(city: City, people: dict[str, Visitor], lang: str) -> None:
    found = walk(city, people, lang, anew=True)
    assert not found, f"{len(found)} faults\n" + "\n".join(found)


@pytest.mark.parametrize("lang", OTHERS)
def test_key_pages_in_the_other_languages(city: City, people: dict[str, Visitor], lang: str) -> None:
    found = walk(city, people, lang, KEY)
    assert not found, f"{len(found)} faults\n" + "\n".join(found)
