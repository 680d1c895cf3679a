"""Ideas and what people say about them: a comment that a moderator hides and another one brings back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from portal import config
from portal.app import create_app
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.ideas import actions
from portal.ideas.models import Call, Idea
from portal.ideas.rules import Written
from portal.identity.models import Person
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.test_terminal import enrolled
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
    jonas.page.locator("main a[href*='/moderation/']").first.click()
    assert any("speaks of the proposal" in words for words in english.all_inner_texts())
    aino = visitor("aino").go("/staff/audit")
    log = aino.page.locator("main table").inner_text()
    assert "Piotr Zieliński" in log and "Kai Saar" in log


# --- from a wish typed at a terminal to what is built -----------------------------------------------------------------

WISH = "مقعد ومظلة عند موقف الحافلات في لاركهيل"
WHY = "كبار السن ينتظرون واقفين تحت الشمس والمطر. **مقعد واحد ومظلة** يكفيان ليجلس الجميع."


def typed_at_a_terminal(screen: Visitor) -> int:
    """Yusuf hands in an idea in Arabic; returns its number."""
    screen.page.locator(".fm-first a[lang=ar]").click()
    screen.lang = "ar"
    screen.page.locator(".fm-who a[href*='/sign-in']").click()
    screen.page.locator("main a[href*='/sign-in/demo']").click()
    screen.page.locator("main a[href*='persona=yusuf']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    screen.go("/ideas/ideas-2027/")
    screen.page.locator("main a[href$='/ideas-2027/new']").first.click()
    page = screen.page
    assert page.locator("html[dir=rtl]").count() == 1 and page.locator("#language").input_value() == "ar"

    def on() -> None:
        with page.expect_navigation() as waited:
            page.locator("button[name=act][value=on]").click()
        assert waited.value.status == 200, screen.text

    page.locator("#title").fill(WISH)
    page.locator("#body").fill(WHY)
    page.locator("#category").select_option(index=1)
    screen.look(axe=screen.script)
    on()
    page.locator("#district").select_option(index=1)
    page.locator("#place").fill("شارع الميناء")
    page.locator("#cost").fill("9500")
    on()
    on()
    screen.look(axe=screen.script)
    page.wait_for_timeout(3200)  # a page that comes back within three seconds waits for a moderator: people read it
    with page.expect_navigation():
        page.locator("button[name=act][value=send]").click()
    assert screen.heading == WISH and page.locator("h1[lang=ar], html[lang=ar] h1").count() == 1, screen.text
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    page.locator("#finish button").click()
    page.wait_for_url("**/terminal")
    return number


def support(visitor: Visitor, number: int) -> str:
    """Press the one button; returns what the page says of the number."""
    visitor.go(f"/ideas/{number}")
    with visitor.page.expect_navigation():
        visitor.page.locator(f"form[action$='/ideas/{number}/support'] button").click()
    return visitor.page.locator("#support").inner_text()


def beside(city: City, act: Callable[[Session], int]) -> int:
    """Do something beside the running server, as many people would."""
    app = create_app(config.load({}, instance=city.instance, demo=True, base_url=city.url))
    ground.stand_on(app.ground)
    with db.write() as s:
        found = act(s)
    app.ground.database.dispose()
    return found


def _neighbours(s: Session, number: int, names: range) -> None:
    """So many residents support an idea."""
    idea = s.query(Idea).filter_by(number=number).one()
    for n in names:
        person = s.query(Person).filter_by(name=f"Neighbour {n}").one_or_none()
        if person is None:
            person = Person(name=f"Neighbour {n}", name_folded=f"neighbour {n}", created_at=clock.now())
            s.add(person)
            s.flush()
        assert actions.support(Actor(person_id=person.id), idea, clock.city_now())


def _twin(s: Session, number: int) -> int:
    """Jonas hands in nearly the same in German, and three support it, two of whom support the other one."""
    call = s.query(Call).filter_by(slug="ideas-2027").one()
    jonas = s.query(Person).filter_by(name="Jonas Brandt").one()
    words = Written(title="Eine Bank an der Haltestelle Larkhill", body="Mit Dach, bitte.", language="de")
    twin = actions.submit(Actor(person_id=jonas.id), call, words)
    _neighbours(s, twin.number, range(26, 29))
    return twin.number


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_wish_in_arabic_is_built(city: City, visitor: Enter, script: bool) -> None:
    axe = {"axe": script}
    number = typed_at_a_terminal(enrolled(visitor, script))
    where = f"/ideas/{number}"
    beside(city, lambda s: _neighbours(s, number, range(28)) or 0)
    ana, marie = visitor("ana", script=script), visitor("marie", lang="fr", script=script)
    assert support(ana, number) == "29 supports"
    assert support(marie, number) == "30 soutiens"
    marie.look(**axe)

    # the same in German is joined with it: whoever supported both counts once
    twin = beside(city, lambda s: _twin(s, number))
    bo = visitor("bo", script=script).go(f"/staff/ideas/idea/{twin}/join")
    bo.page.locator("#number").fill(str(number))
    bo.page.locator("#reason").fill("Both ask for a bench with a roof at the same stop.")
    bo.look(**axe).press("Join the two ideas")
    reader = visitor(script=script).go(f"/ideas/{twin}")
    assert reader.page.url.endswith(where) and "31 supports" in reader.text
    reader.look(**axe)

    # an officer finds it not feasible; its author objects, and another officer decides
    bo.go(f"/staff/ideas/valuations/{number}/value")
    bo.press("Publish", 422)
    bo.look(**axe)
    bo.page.get_by_label("No, it is not feasible").check()
    bo.page.locator("#reason").fill("The pavement is too narrow for a bench.")
    bo.press("Publish")
    yusuf = visitor("yusuf", lang="ar", script=script).go(where)
    yusuf.page.locator(f"main a[href$='{where}/object']").click()
    yusuf.page.locator("#words").fill("الرصيف أمام المدرسة عرضه ثلاثة أمتار.")
    with yusuf.page.expect_navigation():
        yusuf.look(**axe).page.locator("main form button[type=submit]").last.click()
    ines = visitor("ines", script=script).go("/staff/ideas/objections")
    ines.page.locator("main table").get_by_role("link", name=WISH).click()
    assert "ثلاثة أمتار" in ines.text
    ines.page.get_by_label("The author is right", exact=True).check()
    for part, value in (("day", "1"), ("month", "3"), ("year", "2027")):
        ines.page.locator(f"input[name='due_on-{part}']").fill(value)
    ines.page.locator("#statement").fill("Three metres are enough.")
    ines.look(**axe).press("Decide")
    bo.go(f"/staff/ideas/valuations/{number}/value")
    bo.page.get_by_label("Yes, it is feasible").check()
    bo.page.locator("#reason").fill("In front of the school there is room.")
    bo.page.locator("#label_1").fill("Bench with a roof")
    bo.page.locator("#amount_1").fill("8,200")
    bo.press("Publish")
    reader.go(where)
    assert "Found feasible" in reader.text and "The objection was upheld" in reader.text and "8,200" in reader.text
    reader.look(**axe)
