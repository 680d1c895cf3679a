"""When something is not there or cannot be: a page in one's own language that says so and leads on."""

from __future__ import annotations

import pytest

from tests.journeys import looks
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.pages import OPEN, votes
from tests.journeys.visitor import Visitor

LANGUAGES = ("en", "de", "ar")


def send(visitor: Visitor, path: str, **fields: str) -> int:
    """Send a form that the page does not show, as a page that has grown old would; returns the status."""
    with visitor.page.expect_navigation() as waited:
        visitor.page.evaluate(
            """([path, fields]) => {
              const form = document.createElement("form");
              form.method = "post";
              form.action = path;
              const token = document.querySelector("input[name=csrf_token]").value;
              for (const [name, value] of Object.entries({csrf_token: token, ...fields})) {
                const box = document.createElement("input");
                box.name = name;
                box.value = value;
                form.append(box);
              }
              document.body.append(form);
              form.submit();
            }""",
            [f"/{visitor.lang}{path}", fields],
        )
    return waited.value.status


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_of_errors(city: City, visitor: Enter, lang: str, width: int) -> None:
    anybody = visitor(lang=lang, width=width)
    anybody.go("/no-such-page", 404).look()
    anybody.go("/budget/no-such-budget/", 404).look()
    anybody.go("/sign-out", 405).look()
    anybody.go("/accessibility/report")
    anybody.page.locator("#what").fill("<b>Kept</b> as it was typed")
    anybody.page.evaluate("document.querySelector('main input[name=csrf_token]').value = 'old'")
    with anybody.page.expect_navigation() as waited:
        anybody.page.locator("main form button").first.click()
    assert waited.value.status == 400
    assert "<b>Kept</b> as it was typed" in anybody.text
    anybody.look()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_typed_stays_and_each_error_is_said(visitor: Enter, lang: str) -> None:
    anybody = visitor(lang=lang, width=360).go("/accessibility/report")
    anybody.page.locator("#contact").fill("nobody at nowhere")
    with anybody.page.expect_navigation() as waited:
        anybody.page.locator("main form button").first.click()
    assert waited.value.status == 422
    assert anybody.page.locator("#contact").input_value() == "nobody at nowhere"
    assert anybody.page.locator(".govuk-error-summary a").count() == 2
    assert not (found := looks.summary(anybody.page)), found
    anybody.look()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_staff_may_not_or_no_longer_can(city: City, visitor: Enter, lang: str) -> None:
    bo = visitor("bo", lang=lang)
    bo.go("/staff/settings", 403).look()
    vote = votes(city.instance, OPEN)
    bo.go("/staff/")
    assert send(bo, f"/staff/votes/{vote}/count") == 409
    bo.look()
    bo.go("/staff/")
    assert send(bo, f"/staff/budgets/{OPEN}/hide") == 409
    bo.look()
    ana = visitor("ana", lang=lang)
    ana.go("/staff/", 403).look()


def test_a_picture_that_is_none_and_one_that_is_too_large(visitor: Enter) -> None:
    bo = visitor("bo").go("/staff/budgets/young-2026/edit")
    bo.page.locator("#picture").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    )
    bo.press("Save", 422)
    assert not (found := looks.summary(bo.page)), found
    bo.look()
    large = {"name": "b.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(11_600_000)}
    bo.page.locator("#picture").set_input_files(large)
    bo.press("Save", 413)
    bo.look()


def test_a_guesser_of_receipts_has_to_wait(city: City, visitor: Enter) -> None:
    anybody = visitor().go(f"/votes/{votes(city.instance, OPEN)}/receipt")
    anybody.page.locator("#code").fill("0000-0000-0000-0000-0")
    anybody.press("Check", 422)
    assert not (found := looks.summary(anybody.page)), found
    anybody.look()
    # the rest without looking: the same form, until it is enough
    status = anybody.page.evaluate("""async () => {
      for (let n = 0; n < 400; n++) {
        const answer = await fetch("", {method: "POST", body: new FormData(document.querySelector("main form"))});
        if (answer.status === 429) return 429;
      }
      return 0;
    }""")
    assert status == 429
    anybody.press("Check", 429)
    anybody.look()
