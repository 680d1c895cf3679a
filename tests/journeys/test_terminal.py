"""Two people one after the other at a terminal: by their account, by a letter, by a counter, and helped. Nothing of the
first is left for the second, whatever they press."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.identity.ways import sheets
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.pages import OPEN
from tests.journeys.visitor import Visitor

PERSONAL = (
    "/my", "/account", "/account/residence", "/account/mandates", "/account/residence/check", "/account/residence/letter",
    f"/budget/{OPEN}/ballot",
)  # fmt: skip
TRACES = ("Ana Ilves", "SUN-0001", "A secret of Ana")


@pytest.fixture(scope="module")
def browser(whole_browser: Browser) -> Browser:
    """What a browser keeps is the matter here."""
    return whole_browser


def enrolled(visitor: Enter, script: bool) -> Visitor:
    """A browser that Adam has made a terminal of the first house."""
    adam = visitor("adam")
    adam.go("/staff/terminals").look()
    adam.page.get_by_label("Name of the terminal").fill(f"Window {script}")
    adam.page.locator("select[name=venue]").select_option(
        index=1 if adam.page.locator("select[name=venue] option[value='']").count() else 0
    )
    adam.press("Add it and show its code")
    code = adam.page.locator(".fm-receipt__code").first.inner_text()
    adam.look()
    screen = visitor(script=script)
    screen.go("/terminal/enrol")
    screen.page.get_by_label("Code of the terminal").fill(code)
    with screen.page.expect_navigation():
        screen.button("Make it a terminal").click()
    assert screen.heading == "Choose your language"
    screen.look(axe=script)
    return screen


def finish(screen: Visitor) -> None:
    screen.page.locator("#finish button").click()
    screen.page.wait_for_url("**/en/terminal")
    assert screen.heading == "Choose your language"


def shows(page: Page) -> bool:
    """Does the page show something of Ana? The demo's list of people and its register name her to everybody."""
    page.wait_for_load_state()
    try:
        content = page.content()
    except Error:  # a page that goes on by itself had just begun to
        page.wait_for_load_state()
        content = page.content()
    if "/demo-idp/" in page.url or "this register is made up" in content:
        return False
    return any(trace in content for trace in TRACES)


def nothing_left(screen: Visitor, cookies: list[dict[str, object]], visitor: Enter) -> None:
    """Back, Forward, reload, history and a reopened tab show nothing; a copied cookie is dead."""
    page = screen.page
    steps = page.evaluate("history.length") if screen.script else 12
    for _n in range(min(steps, 14)):
        try:
            page.go_back(wait_until="load", timeout=5000)
        except Exception:  # a page that was sent by a form is not sent again
            page.wait_for_timeout(100)
        assert not shows(page), page.url
    page.go_forward()
    assert not shows(page), page.url
    page.reload()
    assert not shows(page), page.url
    again = screen.context.new_page()
    for path in PERSONAL:
        again.goto(f"/en{path}")
        assert not shows(again), path
    again.close()
    thief = visitor()
    thief.context.add_cookies([one for one in cookies if "terminal" not in str(one["name"])])  # type: ignore[arg-type]
    thief.go("/account")
    assert thief.heading == "Sign in"
    screen.go("/terminal")


@pytest.mark.parametrize("script", [True, False])
def test_one_after_the_other(visitor: Enter, script: bool) -> None:
    screen = enrolled(visitor, script)
    # Ana, by her account
    screen.page.locator(".fm-first a[lang=en]").click()
    screen.page.locator(".fm-who a", has_text="Sign in").click()
    screen.page.locator("main a[href*='/sign-in/demo']").click()
    screen.page.locator("main a[href*='persona=ana']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    for path in PERSONAL:
        screen.go(path)
        assert screen.page.locator("#finish button").count() == 1, path
        assert "Ana Ilves" in screen.page.content(), path
    screen.look(axe=script)
    screen.go("/account")
    screen.page.get_by_label("Name that others see").fill("A secret of Ana")
    screen.press("Store the name")
    screen.go("/accessibility/report")
    screen.page.get_by_label("What does not work?").fill("A secret of Ana, never sent")
    cookies = screen.context.cookies()
    screen.page.on("dialog", lambda dialog: dialog.accept())
    finish(screen)
    nothing_left(screen, cookies, visitor)  # type: ignore[arg-type]
    # Jonas, after her: the provider asks anew, and the page is his
    screen.go("/sign-in")
    with screen.page.expect_navigation():
        screen.page.locator("main a[href*='/sign-in/demo']").click()
    assert "prompt=login" in screen.page.url or screen.page.locator("main a[href*='persona=jonas']").count() == 1
    screen.page.locator("main a[href*='persona=jonas']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    screen.go("/account")
    assert "Jonas Brandt" in screen.page.content() and "Ana" not in screen.page.content()
    finish(screen)


@pytest.mark.parametrize("script", [True, False])
def test_voters_with_codes_and_with_help(visitor: Enter, script: bool) -> None:
    screen = enrolled(visitor, script)
    clerk = visitor("adam")
    for way in (by_counter, by_letter, by_help):
        way(clerk, screen, visitor)
        screen.go(f"/budget/{OPEN}/ballot")
        if way is by_help:
            assert screen.page.locator("input.fm-tick__box").count()
        assert screen.open("/account") == 403  # the ballot and nothing else
        screen.go(f"/budget/{OPEN}")
        cookies = screen.context.cookies()
        finish(screen)
        nothing_left(screen, cookies, visitor)  # type: ignore[arg-type]
        assert screen.page.locator(".fm-who").count() == 0


def _type_code(screen: Visitor, code: str) -> None:
    screen.go("/code")
    screen.page.get_by_label("Code on the paper").fill(code)
    screen.press("Use the code")


def _resident(page: Visitor, name: str) -> tuple[str, datetime, str]:
    """Number, day of birth and postcode of somebody in the demo's register, as its page tells them."""
    page.go("/code/letter")
    known = re.search(rf"{name}: (SUN-\d{{4}}), (\w+ \d+, \d{{4}}), (\d{{5}})", page.text)
    assert known is not None, page.text
    return known[1], datetime.strptime(known[2], "%B %d, %Y"), known[3]


def _fill(page: Visitor, number: str, born: datetime) -> None:
    page.page.get_by_label("Number in the register of residents").fill(number)
    for part, value in (("day", born.day), ("month", born.month), ("year", born.year)):
        page.page.locator(f"input[name='born-{part}']").fill(str(value))


def by_counter(clerk: Visitor, screen: Visitor, _visitor: Callable[..., Visitor]) -> None:
    number, born, _ = _resident(screen, "Jonas Brandt")
    clerk.go("/staff/counter/code")
    clerk.page.get_by_label("Passport").check()
    _fill(clerk, number, born)
    clerk.page.get_by_label("Name as in the document").fill("Jonas Brandt")
    clerk.page.get_by_label("District of residence").select_option(index=1)
    clerk.press("Make the code")
    _type_code(screen, clerk.page.locator(".fm-receipt__code").inner_text())


def by_letter(clerk: Visitor, screen: Visitor, _visitor: Callable[..., Visitor]) -> None:
    number, born, postcode = _resident(screen, "Marie Laurent")
    _fill(screen, number, born)
    screen.page.get_by_label("Postcode of the address").fill(postcode)
    screen.page.locator("main form button[type=submit]").first.click()
    clerk.go("/staff/code-letters")
    with clerk.page.expect_download() as download:  # the codes stand in the file and on no page
        clerk.button("Print the letters").click()
    found = re.findall(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", sheets(download.value.path().read_bytes()))
    _type_code(screen, found[-1])


def by_help(clerk: Visitor, screen: Visitor, visitor: Callable[..., Visitor]) -> None:
    ana = visitor("ana")
    ana.go("/account/residence")
    ana.page.locator("form[action$='desk-code'] button").click()
    code = ana.page.locator("bdi[dir=ltr]", has_text=re.compile(r"^[0-9A-Z-]{6,9}$")).first.inner_text()
    clerk.go("/staff/help").look()
    clerk.link("A code from their own page").click()
    clerk.page.get_by_label("Code", exact=True).fill(code)
    clerk.page.get_by_label("The person heard", exact=False).check()
    clerk.look()
    clerk.press("Begin to help")
    assert "You help Ana Ilves" in clerk.page.content()
    assert clerk.open(f"/budget/{OPEN}/ballot") == 403
    clerk.go("/help/hand-over")
    clerk.press("Make a number")
    number = clerk.page.locator(".fm-receipt__code").inner_text()
    clerk.look()
    clerk.page.get_by_role("button", name="End the help").click()
    clerk.page.wait_for_url("**/staff/help")
    # the number ended with the help, so the helper gives it while they help
    screen.go("/terminal/vote")
    screen.page.get_by_label("Number from your helper").fill(number)
    screen.page.get_by_label("I read and mark alone").check()
    screen.press("Go on to the vote", 422)
    ana.go("/account/residence")
    ana.page.locator("form[action$='desk-code'] button").click()
    code = ana.page.locator("bdi[dir=ltr]", has_text=re.compile(r"^[0-9A-Z-]{6,9}$")).first.inner_text()
    clerk.go("/staff/help/account")
    clerk.page.get_by_label("Code", exact=True).fill(code)
    clerk.page.get_by_label("The person heard", exact=False).check()
    clerk.press("Begin to help")
    clerk.go("/help/hand-over")
    clerk.press("Make a number")
    screen.go("/terminal/vote")
    screen.page.get_by_label("Number from your helper").fill(clerk.page.locator(".fm-receipt__code").inner_text())
    screen.page.get_by_label("I read and mark alone").check()
    screen.look(axe=screen.script)
    screen.press("Go on to the vote")
    clerk.page.get_by_role("button", name="End the help").click()
    clerk.page.wait_for_url("**/staff/help")


@pytest.mark.parametrize("script", [True, False])
def test_who_was_handed_over_votes_and_takes_a_receipt_on_80_mm(visitor: Enter, script: bool) -> None:
    screen, clerk, jonas = enrolled(visitor, script), visitor("adam"), visitor("jonas")
    jonas.go("/account/residence")
    jonas.page.locator("form[action$='desk-code'] button").click()
    code = jonas.page.locator("bdi[dir=ltr]", has_text=re.compile(r"^[0-9A-Z-]{6,9}$")).first.inner_text()
    clerk.go("/staff/help/account")
    clerk.page.get_by_label("Code", exact=True).fill(code)
    clerk.page.get_by_label("The person heard", exact=False).check()
    clerk.press("Begin to help")
    for path in ("/my", "/account", "/account/mandates", "/my/data"):  # what is Jonas's alone is left out there
        clerk.go(path).look()
    clerk.go("/help/hand-over")
    clerk.press("Make a number")
    screen.go("/terminal/vote")
    screen.page.get_by_label("Number from your helper").fill(clerk.page.locator(".fm-receipt__code").inner_text())
    screen.page.get_by_label("I read and mark alone").check()
    screen.press("Go on to the vote")
    screen.go(f"/budget/{OPEN}/ballot")
    screen.page.locator("input.fm-tick__box").first.check(force=True)
    screen.press("Cast my ballot")
    assert screen.heading == "Your ballot is cast"
    receipt = screen.page.locator(".fm-receipt__code").inner_text()
    screen.look(axe=script)
    screen.press("Print it on 80 mm paper")
    assert receipt in screen.text and "Jonas" not in screen.text
    screen.look(axe=script)
    clerk.go(f"/budget/{OPEN}")
    assert receipt not in clerk.page.content()
    cookies = screen.context.cookies()
    finish(screen)
    nothing_left(screen, cookies, visitor)  # type: ignore[arg-type]
    assert receipt not in screen.page.content()


def test_the_question_comes_in_time_and_expiry_leaves_nothing(visitor: Enter) -> None:
    screen = enrolled(visitor, True)
    screen.page.clock.install()
    screen.go("/sign-in")
    screen.page.locator("main a[href*='/sign-in/demo']").click()
    screen.page.locator("main a[href*='persona=ana']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    screen.go("/papers")
    dialog = screen.page.get_by_role("dialog")
    assert not dialog.is_visible()
    screen.page.clock.run_for(182_000)
    assert dialog.is_visible() and "I need more time" in dialog.inner_text()
    assert "Keep this" not in dialog.inner_text()  # there is nothing to keep on this page
    screen.look()
    with screen.page.expect_response("**/terminal/more") as answered:
        screen.page.keyboard.press("Enter")
    assert answered.value.status == 204 and not dialog.is_visible()
    screen.page.clock.run_for(182_000)
    assert dialog.is_visible()
    with screen.page.expect_navigation():
        screen.page.clock.run_for(61_000)
    screen.page.wait_for_url("**/en/terminal")
    screen.page.go_back()
    assert "Ana Ilves" not in screen.page.content()


@pytest.mark.parametrize("script", [True, False])
def test_a_form_goes_along_on_a_slip(visitor: Enter, script: bool) -> None:
    screen = enrolled(visitor, script)
    if script:
        screen.page.clock.install()
    screen.go("/accessibility/report")
    screen.page.get_by_label("What does not work?").fill("A secret of Ana, for later")
    if script:  # the time is nearly over, and the question offers to take the form along
        screen.page.clock.run_for(602_000)
        keep = screen.page.get_by_role("dialog").get_by_role("button", name="Keep this and go on later")
    else:
        keep = screen.button("Keep this and go on later")
    with screen.page.expect_navigation():
        keep.click()
    assert screen.heading == "Your form is kept"
    code = screen.page.locator(".fm-receipt__code").inner_text()
    screen.look(axe=script)
    screen.press("For 80 mm paper")
    assert code in screen.text and "A secret" not in screen.page.content()
    assert screen.page.get_by_role("button", name="Print").is_visible() is script
    screen.look(axe=script)
    cookies = screen.context.cookies()
    finish(screen)
    nothing_left(screen, cookies, visitor)  # type: ignore[arg-type]
    screen.link("Go on with a form that you kept").click()
    screen.page.get_by_label("Code on the slip").fill(code)
    screen.press("Go on with the form")
    assert screen.page.get_by_label("What does not work?").input_value() == "A secret of Ana, for later"
    screen.look(axe=script)
    cookies = screen.context.cookies()
    screen.page.on("dialog", lambda dialog: dialog.accept())
    finish(screen)
    nothing_left(screen, cookies, visitor)  # type: ignore[arg-type]


def test_a_closed_tab_ends_in_seconds(visitor: Enter) -> None:
    screen = enrolled(visitor, True)
    screen.go("/sign-in")
    screen.page.locator("main a[href*='/sign-in/demo']").click()
    screen.page.locator("main a[href*='persona=ana']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    screen.go("/account")
    screen.page.wait_for_timeout(800)
    screen.page.close(run_before_unload=True)
    other = screen.context.new_page()
    other.wait_for_timeout(12_000)
    other.goto("/en/account")
    assert "Ana Ilves" not in other.content()


def test_without_a_script_the_page_goes_on_by_itself(visitor: Enter, city: City) -> None:
    screen = enrolled(visitor, False)
    screen.go("/sign-in")
    screen.page.locator("main a[href*='/sign-in/demo']").click()
    screen.page.locator("main a[href*='persona=ana']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    _sql(city, "UPDATE venue SET plain_seconds = 2")
    screen.go("/papers")
    screen.page.wait_for_url("**/en/terminal/still-there?back=**")
    assert screen.heading == "Are you still there?"
    screen.look(axe=False)
    _sql(city, "UPDATE venue SET plain_seconds = 180")
    screen.link("I need more time").click()
    assert screen.heading == "Your letters and certificates"  # and once more, as often as needed
    _sql(city, "UPDATE venue SET plain_seconds = 2")
    screen.go("/papers")
    screen.page.wait_for_url("**/en/terminal/still-there?back=**")
    _sql(city, "UPDATE venue SET plain_seconds = 180")
    _sql(city, "UPDATE sign_in SET idle_at = created_at WHERE idle_at IS NOT NULL")
    screen.go("/terminal/over")  # where the minute leads
    assert screen.heading == "Choose your language"
    screen.page.go_back()
    assert "Ana Ilves" not in screen.page.content()


def test_more_time_without_a_script_keeps_what_was_typed(visitor: Enter, city: City) -> None:
    """The button of the page's own form shows the page again; a ballot goes through the form and is kept nowhere."""
    screen = enrolled(visitor, False)
    screen.go("/accessibility/report")
    box = screen.page.get_by_label("What does not work?")
    for words in ("The ramp", "The ramp is too steep"):
        box.fill(words)
        screen.press("I need more time")
        assert box.input_value() == words and "You have more time" in screen.text
    screen.go("/sign-in")
    screen.page.locator("main a[href*='/sign-in/demo']").click()
    screen.page.locator("main a[href*='persona=ana']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    screen.go(f"/budget/{OPEN}/ballot")
    screen.page.locator("input.fm-tick__box").first.check()
    screen.press("I need more time")
    assert screen.page.locator("input.fm-tick__box").first.is_checked()
    with closing(sqlite3.connect(city.instance / "portal.db", timeout=20)) as c:
        pages = [row[0] for row in c.execute("SELECT path FROM kept_draft")]
    assert "/accessibility/report" in pages and not [one for one in pages if "ballot" in one]
    finish(screen)
    screen.go("/accessibility/report")
    assert box.input_value() == ""


def test_the_question_passes_axe(visitor: Enter) -> None:
    screen = enrolled(visitor, True)
    screen.go("/terminal/still-there")
    assert screen.heading == "Are you still there?"
    screen.look()


def _sql(city: City, statement: str) -> None:
    with closing(sqlite3.connect(city.instance / "portal.db", timeout=20)) as c:
        c.execute(statement)
        c.commit()
