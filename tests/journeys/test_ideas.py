"""Ideas and what people say about them: a comment that a moderator hides and another one brings back."""

from __future__ import annotations

import re

from tests.journeys.conftest import Enter
from tests.journeys.visitor import Visitor

SHADE = "Mehr Schatten auf dem Marktplatz"
SAID = "Wer so etwas vorschlägt, hat den Marktplatz nie im Juli gesehen."
HIDDEN = "This text is not shown. A moderator decided so; its author has been told why."


def idea_of(visitor: Visitor, title: str) -> str:
    """The address of an idea, found as people find it."""
    visitor.go("/ideas/ideas-2027/?sort=supported")
    visitor.page.locator("#q").fill(title)
    visitor.press("Show" if visitor.lang == "en" else "Anzeigen")
    visitor.link(title).click()
    return re.sub(r"^https?://[^/]+/[a-z]+", "", visitor.page.url)


def written(visitor: Visitor, box: str, words: str) -> None:
    """Write as a hand does: a form that comes back within three seconds waits for a moderator."""
    visitor.page.locator(box).press_sequentially(words, delay=60)


def test_a_comment_is_hidden_and_brought_back_by_somebody_else(visitor: Enter) -> None:
    """Jonas writes in German, Piotr decides in English, Kai decides the appeal. Each reads set phrases in their own
    language, and what the other wrote by hand in the language in which it was written."""
    adam = visitor("adam").go("/staff/people")
    adam.link("Kai Saar").click()
    adam.page.get_by_label("A role is given, taken or checked").check()
    adam.press("Open")
    adam.press("Give the role: Moderator")

    jonas = visitor("jonas", lang="de")
    where = idea_of(jonas, SHADE)
    written(jonas, "#against_body", SAID)
    jonas.page.locator("form:has(#against_body) button[type=submit]").click()
    jonas.page.wait_for_url("**#c*")
    assert SAID in jonas.look().text
    number = jonas.page.url.rsplit("#c", 1)[1]

    # somebody who is not signed in reports it, without script
    reader = visitor(script=False).go(where)
    assert SAID in reader.text
    reader.page.locator(f"#c{number} a[href*='/report']").click()
    reader.page.get_by_label("It insults or harasses somebody").check()
    reader.press("Send the report")
    reader.look(axe=False)

    piotr = visitor("piotr").go("/staff/moderation")
    piotr.page.locator("main table").get_by_role("link", name=SAID[:20]).click()
    piotr.press("Claim it")
    piotr.press("Decide", 422)
    piotr.look()
    piotr.page.get_by_label("Hide it", exact=True).check()
    piotr.page.get_by_label("A house rule").check()
    piotr.page.locator("#rule").select_option(label="1. Respect each other")
    piotr.page.locator("#phrase").select_option(label="The text insults a person or a group.")
    piotr.page.locator("#facts").fill("It says of the author that she has never been there.")
    piotr.press("Decide")

    # gone at once, with a neutral note in its place
    reader.go(where)
    assert SAID not in reader.page.content() and HIDDEN in reader.text
    feed = reader.page.request.get(f"{reader.url}/en/comments/idea/{where.rsplit('/', 1)[1]}.atom")
    assert "Juli gesehen" not in feed.text()

    # the author reads why in German, and what the moderator wrote in English, marked as such
    jonas.go("/inbox")
    jonas.page.locator("main").get_by_role("link", name="Zu dem, was Sie geschrieben haben").first.click()
    assert "Die Moderation hat über" in jonas.look().text
    jonas.go("/my")
    jonas.page.locator("main a[href*='/moderation/']").first.click()
    jonas.look()
    assert "Begründung" in jonas.text and "Der Text beleidigt" in jonas.text
    english = jonas.page.locator("main [lang=en]")
    assert any("never been there" in words for words in english.all_inner_texts())
    jonas.press("Beschwerde gegen diese Entscheidung einlegen")
    jonas.look()

    # who decided first does not decide again
    piotr.go("/staff/moderation/appeals")
    piotr.page.locator("main table a").first.click()
    assert "Somebody who had no part in it has to decide this appeal." in piotr.look().text
    kai = visitor("kai").go("/staff/moderation/appeals")
    kai.page.locator("main table").get_by_role("link", name=SAID[:20]).click()
    kai.press("Decide the appeal", 422)
    kai.look()
    kai.page.get_by_label("The decision is taken back").check()
    kai.page.locator("#reasons").fill("It is sharp, but it speaks of the proposal.")
    kai.press("Decide the appeal")
    assert "The appeal is decided, and the author is told." in kai.text

    reader.go(where)
    assert SAID in reader.text and HIDDEN not in reader.text
    jonas.go("/inbox")
    assert "Über Ihre Beschwerde ist entschieden" in jonas.text
    jonas.go("/my")
    with jonas.page.expect_navigation():
        jonas.page.locator("main a[href*='/moderation/']").first.click()
    assert any("speaks of the proposal" in words for words in english.all_inner_texts())
    aino = visitor("aino").go("/staff/audit")
    log = aino.page.locator("main table").inner_text()
    assert "Piotr Zieliński" in log and "Kai Saar" in log
