"""A residence certificate from the sign-in to its signed paper, with a script and without; a permit from the desk through a
question and an answer to a decision."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import Enter


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_certificate_is_issued_at_once_and_kept_as_a_paper(visitor: Enter, script: bool) -> None:
    ana = visitor("ana", script=script)
    ana.go("/services/residence-certificate")
    ana.press("Apply now")
    ana.page.get_by_role("link", name="Go on", exact=True).click()
    ana.page.get_by_label("For myself").check()
    ana.page.get_by_label("Street", exact=True).fill("Quay Street")
    ana.page.get_by_label("Postcode").fill("10115")
    ana.page.get_by_label("Town").fill("Sundhaven")
    for part, value in (("Day", "4"), ("Month", "5"), ("Year", "1988")):
        ana.page.get_by_label(part, exact=True).last.fill(value)
    ana.press("Keep and go on")
    ana.page.locator("input[name=purpose][value=bank]").check()
    ana.page.locator("input[name=history][value=no]").check()
    for one in ana.page.locator("input[name=language][value=en], select[name=language]").all():
        one.check() if one.get_attribute("type") == "radio" else one.select_option("en")
    ana.press("Keep and go on")
    ana.page.locator("input[name=way][value=portal]").check()
    ana.press("Keep and go on")
    ana.page.locator("input[name=truth]").check()
    ana.press("Keep and go on")
    assert "Nothing has been sent yet" in ana.page.inner_text("main")
    ana.press("Send the application")
    said = ana.page.inner_text("main")
    assert "Your application is here" in said and "Granted" in said and "Number of the paper: P-" in said
    paper = ana.page.get_by_role("link", name="The paper (PDF)")
    for _ in range(40):  # the worker signs it meanwhile
        if paper.count():
            break
        ana.page.wait_for_timeout(500)
        ana.page.reload()
    with ana.page.expect_download() as waiting:
        paper.click()
    assert waiting.value.path().read_bytes().startswith(b"%PDF-")


def test_an_officer_asks_the_applicant_answers_and_both_see_the_day(visitor: Enter) -> None:
    kai, ana = visitor("kai", script=False), visitor("ana", script=False)
    kai.go("/staff/cases?whose=nobody")
    kai.page.locator("main table a").first.click()
    reference = kai.page.url.rpartition("/")[2]
    kai.press("Take this case")
    assert "Being checked" in kai.page.inner_text("main") and "The time began on" in kai.page.inner_text("main")
    kai.page.get_by_text("Ask the applicant for more").click()
    kai.page.get_by_label("A paper is missing").check()
    kai.page.get_by_label("What do you need, and why?").fill("The papers of the car")
    kai.press("Ask")
    assert "stands still" in kai.page.inner_text("main")
    ana.go(f"/services/cases/{reference}")
    assert "Waiting for you" in ana.page.inner_text("main")
    ana.page.get_by_role("link", name="Answer now").first.click()
    ana.press("Send the answer", 422)  # nothing written: said at the field
    assert "Write your answer" in ana.page.inner_text("main")
    ana.page.get_by_label("Your answer").fill("They are at the desk of the office")
    ana.press("Send the answer")
    assert "Your answer is with the city" in ana.page.inner_text("body")
    kai.page.reload()
    kai.page.get_by_text("Decide", exact=True).click()
    kai.page.get_by_label("Grant", exact=True).check()
    kai.page.get_by_label("Conditions of a grant").fill("Put it behind the windscreen")
    kai.press("Write the decision")
    assert "Decided" in kai.page.inner_text("body")
    ana.go(f"/services/cases/{reference}")
    assert "Put it behind the windscreen" in ana.page.inner_text("main")
