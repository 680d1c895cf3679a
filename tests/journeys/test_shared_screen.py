"""One screen, several people: what one of them ticked or typed is not there for the next."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Error

from tests.journeys.conftest import Enter
from tests.journeys.pages import OPEN
from tests.journeys.visitor import Visitor

BALLOT = f"/budget/{OPEN}/ballot"
CHOSEN = 3


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """What a browser keeps is the matter here."""
    return whole_browser


def tick(voter: Visitor) -> list[str]:
    """Tick some projects; returns their titles."""
    for n in range(CHOSEN):
        voter.page.locator("input.fm-tick__box").nth(n).check()
    return voter.page.locator(".fm-tick__label").all_inner_texts()[:CHOSEN]


def cast(voter: Visitor) -> str:
    with voter.page.expect_navigation():
        voter.page.locator("#cast").click()
    assert voter.page.locator(".fm-receipt").count() == 1, voter.text
    return voter.page.locator(".fm-receipt__code").inner_text()


def sign_out(voter: Visitor) -> None:
    voter.page.locator(".fm-who form button").click()
    voter.page.wait_for_url("**/signed-out")


def back_to_the_ballot(voter: Visitor) -> None:
    """Press Back until the ballot stands there again."""
    for _n in range(12):
        try:
            voter.page.go_back()
        except Error:  # an answer to a post: the browser asks whether to send it again
            voter.page.wait_for_timeout(500)  # until it shows that question
            continue
        voter.page.wait_for_load_state()
        if voter.page.url.endswith(BALLOT) and voter.page.locator("form.fm-ballot").count():
            return
    raise AssertionError("the ballot is not in the history")


def nothing_is_ticked(voter: Visitor) -> None:
    voter.page.wait_for_timeout(300)  # browsers put their memories back after the page has loaded
    assert voter.page.locator("input.fm-tick__box").count() > CHOSEN
    assert voter.page.locator("input.fm-tick__box:checked").count() == 0
    assert voter.page.locator("[data-chosen] li").count() == 0


@pytest.mark.parametrize("script", [True, False])
def test_the_next_person_finds_an_empty_ballot(visitor: Enter, script: bool) -> None:
    here = visitor("jonas", script=script).go(BALLOT)
    tick(here)
    cast(here)
    sign_out(here)
    here.sign_in("marie")
    back_to_the_ballot(here)
    assert "Marie" in here.page.locator(".fm-who").inner_text()
    nothing_is_ticked(here)


@pytest.mark.parametrize("script", [True, False])
def test_coming_back_after_the_own_cast_shows_an_empty_ballot(visitor: Enter, script: bool) -> None:
    ana = visitor("ana", script=script).go(BALLOT)
    tick(ana)
    cast(ana)
    back_to_the_ballot(ana)
    assert "This ballot starts empty" in ana.text
    nothing_is_ticked(ana)


def test_ticks_left_without_a_cast_do_not_come_back(visitor: Enter) -> None:
    here = visitor("jonas", script=False).go(BALLOT)
    tick(here)
    sign_out(here)
    here.sign_in("marie")
    back_to_the_ballot(here)
    nothing_is_ticked(here)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_ballot_sent_after_the_session_leads_through_the_sign_in_back(visitor: Enter, lang: str) -> None:
    jonas = visitor("jonas", lang=lang, width=360).go(BALLOT)
    titles = tick(jonas)
    jonas.context.clear_cookies()
    with jonas.page.expect_navigation() as waited:
        jonas.page.locator("#cast").click()
    assert waited.value.status == 403
    page = jonas.page.content()
    assert not any(title in page for title in titles), "a post is sent again for whoever presses Back"
    assert "form_token" not in page and "repair-workshop" not in page
    jonas.look()
    jonas.page.locator("main a.fm-button").click()
    jonas.page.locator("main a[href*='/sign-in/demo']").click()
    jonas.page.locator("main a[href*='persona=jonas']").click()
    jonas.page.wait_for_url(f"**{BALLOT}")


def test_what_staff_typed_is_shown_under_its_label_and_the_form_can_be_opened_again(visitor: Enter) -> None:
    bo = visitor("bo").go(f"/staff/budgets/{OPEN}/edit")
    bo.page.locator("[name=title_en]").fill("A long evening's work")
    bo.context.clear_cookies()
    with bo.page.expect_navigation() as waited:
        bo.page.locator("main form button.fm-button").first.click()
    assert waited.value.status == 403 and bo.heading == "You were signed out"
    assert "A long evening's work" in bo.text and "Title (English)" in bo.text
    assert "title_en" not in bo.text and "slug" not in bo.text
    bo.look()
    assert f"next=/en/staff/budgets/{OPEN}/edit" in str(bo.page.locator("main a.fm-button").get_attribute("href"))


def test_the_receipt_is_not_lost_on_the_way(visitor: Enter) -> None:
    ana = visitor("ana", width=360).go(BALLOT)
    tick(ana)
    code = cast(ana)
    for words in ("Sundhaven", "/receipt"):
        assert words in ana.page.locator(".fm-receipt").inner_text()
    ana.look()
    with ana.context.expect_page() as opened:
        ana.link("Check a receipt in a new tab").click()
    opened.value.close()
    assert ana.page.locator(".fm-receipt__code").inner_text() == code
    # the same receipt in another language: nothing is stored twice
    ana.page.locator(".fm-langs summary").click()
    with ana.page.expect_navigation() as waited:
        ana.page.locator(".fm-langs button[lang=ar]").click()
    assert waited.value.status == 200 and ana.page.locator("html").get_attribute("lang") == "ar"
    assert ana.page.locator(".fm-receipt__code").inner_text() == code
    ana.lang = "ar"
    ana.look()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize(("lang", "width"), [("de", 320), ("ar", 360)])
def test_no_open_menu_covers_the_focus_or_leaves_the_window(
    visitor: Enter, lang: str, width: int, script: bool
) -> None:
    reader = visitor(lang=lang, width=width, script=script).go("/budget/")
    page = reader.page
    for menu in (".fm-langs", ".fm-menu"):
        page.locator(f"{menu} summary").click()
        for link in page.locator(f"{menu} a").all():
            box = link.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (menu, box)
        page.locator(f"{menu} a").last.focus()
        for _n in range(3):  # on through what follows
            page.keyboard.press("Tab")
            covered = page.evaluate(
                "() => { const e = document.activeElement, r = e.getBoundingClientRect();"
                " const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);"
                " return !(top && (e.contains(top) || top.contains(e))) }"
            )
            assert not covered, menu
        if script:
            page.locator(f"{menu} a").first.focus()
            page.keyboard.press("Escape")
            assert page.locator(menu).get_attribute("open") is None
            assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        else:
            page.locator(f"{menu} summary").click()


@pytest.mark.parametrize("lang", ["de", "ar"])
def test_the_sum_is_never_far_away(visitor: Enter, lang: str) -> None:
    narrow = visitor("jonas", lang=lang, width=360, height=640).go(BALLOT)
    line = narrow.page.locator(".fm-ballot__line")
    narrow.page.locator("input.fm-tick__box").nth(2).check()
    assert line.is_visible() and line.locator("[data-all]").inner_text()
    box = line.bounding_box()
    assert box and box["y"] + box["height"] <= 641
    for _n in range(12):  # what is focused never lies under the line
        narrow.page.keyboard.press("Tab")
        assert narrow.page.evaluate(
            "() => document.activeElement.closest('.fm-ballot__line') || document.activeElement.getBoundingClientRect().bottom"
            " <= document.querySelector('.fm-ballot__line').getBoundingClientRect().top + 1"
        ), narrow.page.evaluate("document.activeElement.outerHTML")
    line.locator("a").click()
    assert narrow.page.evaluate("document.activeElement.id") == "sum"
    narrow.look()
    wide = visitor("marie", lang=lang, width=1280, height=720).go(BALLOT)
    for n in range(10):  # two more than there may be
        wide.page.locator("input.fm-tick__box").nth(n).check()
    assert wide.page.locator("[data-plain]:visible").count() == 0
    wide.page.evaluate("scrollTo(0, 900)")
    button = wide.page.locator("#cast").bounding_box()
    assert button and button["y"] + button["height"] <= 720
    over = wide.page.locator(".fm-many")
    assert over.count() == 1 and wide.page.locator(".fm-over").count() == 0
    assert (
        "10" in over.locator("[data-part=count]").inner_text() and "8" in over.locator("[data-part=count]").inner_text()
    )
    wide.look()


def test_a_filled_form_warns_before_a_language_link_leaves_it(visitor: Enter) -> None:
    bo = visitor("bo").go(f"/staff/budgets/{OPEN}/edit")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    bo.page.locator("[name=title_en]").press_sequentially("x")
    bo.page.once("dialog", stay)
    bo.page.locator(".fm-langs a[lang=de]").click(no_wait_after=True)
    bo.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
