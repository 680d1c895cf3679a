"""Named screenshots of the seeded city, for people to look at: `pytest tests/journeys --pictures` writes them to
tests/pictures/."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.city import City
from tests.journeys.pages import DONE, OPEN
from tests.journeys.visitor import Visitor

FOLDER = Path(__file__).resolve().parents[1] / "pictures"
PAGES = {
    "front": ("", "/"),
    "budget": ("", f"/budget/{OPEN}/"),
    "projects": ("", f"/budget/{OPEN}/projects/"),
    "project": ("", f"/budget/{OPEN}/projects/4"),
    "ballot": ("ana", f"/budget/{OPEN}/ballot"),
    "results": ("", f"/budget/{DONE}/results"),
}
WIDTHS = (1280, 768, 360)
TALLEST = 2600  # a page is looked at from its top


def shoot(page: Page, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    page.wait_for_load_state("networkidle")
    # pictures further down load when they come near
    page.evaluate("() => { for (const one of document.images) one.loading = 'eager'; }")
    page.wait_for_load_state("networkidle")
    size = page.viewport_size
    assert size is not None
    height = min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))
    page.screenshot(
        path=str(FOLDER / f"{name}.png"),
        full_page=True,
        clip={"x": 0, "y": 0, "width": size["width"], "height": height},
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_six_pages_in_three_widths(browser: Browser, city: City, width: int) -> None:
    for who in ("", "ana"):
        visitor = Visitor(browser, city.url, width=width)
        if who:
            visitor.sign_in(who)
        for name, (reader, path) in PAGES.items():
            if reader != who:
                continue
            visitor.go(path)
            if name == "ballot":
                for box in visitor.page.locator("input.fm-tick__box").all()[:3]:
                    box.check()
            shoot(visitor.page, f"{name}-{width}")
        visitor.close()


def test_arabic_error_empty_and_print(browser: Browser, city: City) -> None:
    arab = Visitor(browser, city.url, lang="ar", width=360)
    arab.sign_in("yusuf")
    arab.go("/")
    shoot(arab.page, "arabic-front-360")
    arab.go(f"/budget/{OPEN}/ballot")
    arab.page.locator("input.fm-tick__box").first.check()
    shoot(arab.page, "arabic-ballot-360")
    arab.page.set_viewport_size({"width": 1280, "height": 900})
    arab.go(f"/budget/{DONE}/results")
    shoot(arab.page, "arabic-results-1280")
    arab.close()
    reader = Visitor(browser, city.url)
    reader.go("/accessibility/report")
    reader.page.locator("#contact").fill("nobody at nowhere")
    reader.press("Send the report", 422)
    shoot(reader.page, "error-1280")
    reader.go("/no-such-page", 404)
    shoot(reader.page, "not-found-1280")
    reader.go("/search?q=qqqqqqq")
    shoot(reader.page, "empty-1280")
    reader.go(f"/budget/{DONE}/results")
    reader.page.emulate_media(media="print")
    reader.page.set_viewport_size({"width": 794, "height": 1123})
    shoot(reader.page, "print-results")
    reader.page.emulate_media(media="screen", forced_colors="active")
    reader.page.set_viewport_size({"width": 1280, "height": 900})
    reader.go(f"/budget/{OPEN}/")
    shoot(reader.page, "forced-colours-1280")
    reader.close()


def test_the_staff_area(browser: Browser, city: City) -> None:
    bo = Visitor(browser, city.url)
    bo.sign_in("bo")
    for name, path in {
        "staff-1280": "/staff/",
        "staff-budget-1280": "/staff/budgets/young-2026",
        "staff-project-1280": "/staff/budgets/young-2026/projects/1",
        "staff-plan-1280": "/staff/budgets/young-2026/plan",
        "staff-votes-1280": "/staff/votes",
    }.items():
        bo.go(path)
        shoot(bo.page, name)
    bo.close()
