"""The city with script in disguise in every field, in a real browser: nothing runs, nothing is fetched, and the content
security policy has nothing to refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from portal.base import schema
from portal.base.db import sqlite_module
from tests.house import payloads
from tests.journeys import pages
from tests.journeys.city import City
from tests.journeys.conftest import Enter

# Pages on which the most words of the most people stand, beside everything that a feature's own list is.
NAMED = ("home.", "ideas", "comments.", "moderation", "budgeting.", "identity_staff.", "admin.", "papers", "questions")
# What runs says so, and so does what the policy refuses.
WATCH = """
window.ran = [];
window.xss = (n) => window.ran.push("ran " + n);
window.alert = window.confirm = window.prompt = (n) => window.ran.push("dialog " + n);
document.addEventListener("securitypolicyviolation", (e) => window.ran.push("refused " + e.blockedURI + " " + e.sample));
"""
# Everything that waits to be touched is touched.
TOUCH = """() => {
  for (const one of document.querySelectorAll("main *")) {
    for (const kind of ["mouseover", "focus", "toggle", "error", "load"]) one.dispatchEvent(new Event(kind));
  }
  return window.ran.concat([...document.querySelectorAll("[onclick],[onerror],[onload],[onfocus],iframe,object,embed,base,"
    + "a[href^='javascript:' i],a[href^='data:' i],[formaction^='javascript:' i],main style,main script,main link")]
    .map((one) => one.outerHTML.slice(0, 120)));
}"""


@pytest.fixture(scope="module")
def city(browser: Browser, seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The demo, every field of which holds as many of the payloads as there is room for."""
    made = City(seeded, tmp_path_factory.mktemp("poisoned"))
    schema.load_models()
    engine = create_engine(f"sqlite:///{made.instance / 'portal.db'}", module=sqlite_module)
    with Session(engine) as s:
        # where there is little room, those that a browser would run at once come first
        payloads.fill(s, dict.fromkeys(range(len(payloads.columns())), 6))
        s.commit()
    engine.dispose()
    made.start()
    yield made
    made.stop()


def test_no_page_runs_what_people_wrote(city: City, visitor: Enter) -> None:
    found: list[str] = []
    people = {}
    walked = 0
    for endpoint, shown in pages.pages(city.instance).items():
        if not endpoint.startswith(NAMED):
            continue
        one = shown[0]
        if one.who == "invited":
            continue
        if one.who not in people:
            people[one.who] = visitor(one.who)
            people[one.who].context.add_init_script(WATCH)
        at = people[one.who]
        status = at.open(one.path)
        assert status < 500, one.path
        walked += "xss" in at.page.content()
        found += [f"{one.path} as {one.who or 'nobody'}: {fault}" for fault in at.page.evaluate(TOUCH)]
    assert not found, payloads.told(found)
    assert walked > 40, "these pages show what people wrote"
