"""From a wish typed at a terminal to what is built, and one page that tells all of it."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import FilePayload

from tests.journeys import wishes
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.test_terminal import enrolled
from tests.journeys.test_the_vote import cast, tick
from tests.journeys.visitor import Visitor
from tests.journeys.wishes import beside

WISH = "مقعد ومظلة عند موقف الحافلات في لاركهيل"
WHY = "كبار السن ينتظرون واقفين تحت الشمس والمطر. **مقعد واحد ومظلة** يكفيان ليجلس الجميع."
PROJECT = {
    "en": "A bench with a roof at the Larkhill stop",
    "de": "Eine Bank mit Dach an der Haltestelle Larkhill",
    "et": "Katusega pink Larkhilli peatuses",
    "fr": "Un banc avec un toit à l'arrêt Larkhill",
    "pl": "Ławka z daszkiem na przystanku Larkhill",
    "ar": WISH,
}


def typed_at_a_terminal(screen: Visitor, slug: str) -> int:
    """Yusuf hands in an idea in Arabic; returns its number."""
    screen.page.locator(".fm-first a[lang=ar]").click()
    screen.lang = "ar"
    screen.page.locator(".fm-who a[href*='/sign-in']").click()
    screen.page.locator("main a[href*='/sign-in/demo']").click()
    screen.page.locator("main a[href*='persona=yusuf']").click()
    screen.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    screen.go(f"/ideas/{slug}/")
    page = screen.page
    with page.expect_navigation():
        page.locator(f"main a[href$='/{slug}/new']").first.click()
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


def on_day(visitor: Visitor, name: str, day: date) -> None:
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        visitor.page.locator(f"input[name='{name}-{part}']").fill(str(value))


def it_is_valued(city: City, number: int, bo: Visitor, ines: Visitor, yusuf: Visitor, axe: bool) -> None:
    """An officer finds it not feasible; its author objects, and another officer decides."""
    where = f"/ideas/{number}"
    bo.go(f"/staff/ideas/valuations/{number}/value")
    bo.press("Publish", 422)
    bo.look(axe=axe)
    bo.page.get_by_label("No, it is not feasible").check()
    bo.page.locator("#reason").fill("The pavement is too narrow for a bench.")
    bo.press("Publish")
    yusuf.go(where)
    yusuf.page.locator(f"main a[href$='{where}/object']").click()
    yusuf.page.locator("#words").fill("الرصيف أمام المدرسة عرضه ثلاثة أمتار.")
    with yusuf.page.expect_navigation():
        yusuf.look(axe=axe).page.locator("main form button[type=submit]").last.click()
    ines.go("/staff/ideas/objections")
    ines.page.locator("main table").get_by_role("link", name=WISH).click()
    assert "ثلاثة أمتار" in ines.text
    ines.page.get_by_label("The author is right", exact=True).check()
    on_day(ines, "due_on", beside(city, wishes.today) + timedelta(days=30))
    ines.page.locator("#statement").fill("Three metres are enough.")
    ines.look(axe=axe).press("Decide")
    bo.go(f"/staff/ideas/valuations/{number}/value")
    bo.page.get_by_label("Yes, it is feasible").check()
    bo.page.locator("#reason").fill("In front of the school there is room.")
    bo.page.locator("#label_1").fill("Bench with a roof")
    bo.page.locator("#amount_1").fill("8,200")
    bo.press("Publish")


def it_comes_onto_the_ballot(city: City, bo: Visitor, slug: str, axe: bool) -> str:
    """The short list is frozen, the idea becomes a project in one step, its vote is opened; returns the vote's name."""
    bo.go(f"/staff/ideas/{slug}/short-list")
    assert "People can still hand in or support ideas" in bo.text and bo.button("Freeze the list").count() == 0
    beside(city, lambda s: wishes.later(s, wishes.LIST_DAY))
    bo.go(f"/staff/ideas/{slug}/short-list").look(axe=axe).press("Freeze the list")
    assert "The list is frozen and public." in bo.text and "the result is the same" in bo.text
    bo.go(f"/staff/budgets/{slug}").link("Make projects of ideas").click()
    bo.page.get_by_label(f"Choose: {WISH}").check()
    bo.look(axe=axe).press("Make one project of the chosen ideas")
    assert bo.page.locator("#title_ar").input_value() == WISH and bo.page.locator("#cost").input_value() == "8200"
    bo.page.locator("#pot").select_option(label="Bus stops")
    for lang, title in PROJECT.items():
        bo.page.locator(f"#title_{lang}").fill(title)
        if lang != "ar":
            bo.page.locator(f"#summary_{lang}").fill(f"{title}.")
    bo.look(axe=axe).press("Make the project")
    assert "linked with its ideas" in bo.text
    bo.go(f"/staff/budgets/{slug}").look(axe=axe).press("Prepare the vote")
    vote = bo.page.url.rsplit("/", 1)[1]
    bo.page.locator("main form input[type=checkbox]").check()
    bo.press("Fix the regulation and open the vote")
    assert "The vote is open." in bo.look(axe=axe).text
    return vote


def box_of(visitor: Visitor, title: str) -> str:
    """How the ballot calls the project with this title."""
    return visitor.page.get_by_role("checkbox", name=title).get_attribute("value") or ""


def people_vote(city: City, visitor: Enter, people: list[Visitor], vote: str, slug: str, axe: bool) -> None:
    """Yusuf, his neighbour and others vote; the demo's bar goes to the close, and two officers count and publish."""
    for one in people:
        one.go(f"/budget/{slug}/ballot").look(axe=axe)
        wish = box_of(one, PROJECT[one.lang])
        tick(one, wish)
        assert len(cast(one)) > 8
    rival = box_of(people[0].go(f"/budget/{slug}/ballot"), wishes.RIVAL)
    beside(city, lambda s: wishes.crowd(s, vote, {wish: 7, rival: 4}))
    clock = visitor(script=axe).go("/")
    with clock.page.expect_navigation():
        clock.page.get_by_role("button", name="Go to the close").click()
    assert "Voting closed on" in clock.go(f"/budget/{slug}/ballot").text


def it_is_counted(bo: Visitor, ines: Visitor, vote: str) -> None:
    bo.go(f"/staff/votes/{vote}").press("Ask for the count")
    ines.go(f"/staff/votes/{vote}").press("Confirm and count")
    for _look in range(90):  # without a script, too, the page looks again by itself; a test need not wait for it
        if ines.go(f"/staff/votes/{vote}").button("Publish the result").count():
            break
        ines.page.wait_for_timeout(500)
    ines.press("Publish the result")


def photo() -> FilePayload:
    """What somebody with a telephone saw."""
    made = BytesIO()
    Image.new("RGB", (640, 400), "seagreen").save(made, "PNG")
    return {"name": "bench.png", "mimeType": "image/png", "buffer": made.getvalue()}


def it_is_built(city: City, bo: Visitor, slug: str, axe: bool) -> None:
    """Two steps, one of them later and why, what was paid, what it brings, a photo."""
    works, today = f"/staff/budgets/{slug}/projects/2/works", beside(city, wishes.today)

    def entered(link: str, texts: dict[str, str], *days: tuple[str, date], of: str = "") -> None:
        bo.page.locator("main a", has_text=link).filter(has_text=of).first.click()
        for name, day in days:
            on_day(bo, name, day)
        for name, words in texts.items():
            bo.page.locator(f"#{name}").fill(words)
        bo.press("Save")

    bo.go(works).look(axe=axe)
    for title, arabic in (("The ground", "الأرضية"), ("The bench and its roof", "المقعد والمظلة")):
        days = ("planned_on", today + timedelta(days=5))
        entered("New step of the works", {"title_en": title, "title_ar": arabic}, days)
    reasons = {"reason_en": "The roof was delivered late.", "reason_ar": "تأخر تسليم المظلة."}
    entered("New day", reasons, ("to", today + timedelta(days=9)), of="The bench and its roof")
    assert "The roof was delivered late." in bo.look(axe=axe).text
    spent = {"what_en": "Bench and roof", "what_ar": "المقعد والمظلة", "amount": "7,900"}
    entered("Money that was paid", spent, ("on_day", today))
    benefit = {"name_en": "Places to sit", "expected_en": "4", "measured_en": "5", "name_ar": "أماكن للجلوس"}
    entered("What the project is to bring", benefit, ("measured_on", today))
    bo.link("New photo").click()
    bo.page.locator("input[type=file]").set_input_files(photo())
    bo.page.get_by_label("After", exact=True).check()
    bo.page.locator("#alt_en").fill("Four people sit on the new bench.")
    bo.page.locator("#alt_ar").fill("أربعة أشخاص على المقعد الجديد.")
    bo.look(axe=axe).press("Save")
    for _step in range(2):
        entered("Done", {}, ("done_on", today))
    assert "2 of 2 steps are done." in bo.look(axe=axe).text, bo.text
    for _look in range(90):
        if bo.go(works).page.locator("main img").count():
            break
        bo.page.wait_for_timeout(500)


def the_story_is_told(reader: Visitor, slug: str, number: int) -> None:
    """Every station of the way stands on one page, with the way to it."""
    story, idea = f"/budget/{slug}/projects/2/story", f"/{reader.lang}/ideas/{number}"
    reader.go(story)
    picture = reader.page.locator("main img").get_attribute("src")
    assert picture is not None and reader.page.request.get(picture).ok
    parts = reader.page.locator("main section").evaluate_all("all => all.map(e => e.getAttribute('aria-labelledby'))")
    assert parts == ["wish", "check", "project", "vote", "works", "money", "benefit", "photos"]
    budget = f"/{reader.lang}/budget/{slug}"
    for address in (
        idea, f"{idea}#held", f"{idea}#official", f"/{reader.lang}/ideas/{slug}/short-list", f"{budget}/projects/2",
        f"{budget}/results#pot-1", f"{budget}/works",
    ):  # fmt: skip
        link = reader.page.locator(f"main a[href='{address}']").first
        assert link.count() == 1, address
        place = address.partition("#")[2]
        if place:
            seen = reader.page.request.get(address)
            assert f'id="{place}"' in seen.text(), address


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_wish_in_arabic_is_built(city: City, visitor: Enter, script: bool) -> None:
    axe, slug = script, "bus-stops" if script else "bus-stops-again"
    beside(city, lambda s: wishes.announced(s, slug))
    number = typed_at_a_terminal(enrolled(visitor, script), slug)
    where = f"/ideas/{number}"
    beside(city, lambda s: wishes.supported(s, number, range(28)))
    ana, marie = visitor("ana", script=script), visitor("marie", lang="fr", script=script)
    assert support(ana, number) == "29 supports"
    assert support(marie, number) == "30 soutiens"
    marie.look(axe=axe)

    # the same in German is joined with it: whoever supported both counts once
    twin = beside(city, lambda s: wishes.twin(s, slug))
    bo, ines = visitor("bo", script=script), visitor("ines", script=script)
    bo.go(f"/staff/ideas/idea/{twin}/join").page.locator("#number").fill(str(number))
    bo.page.locator("#reason").fill("Both ask for a bench with a roof at the same stop.")
    bo.look(axe=axe).press("Join the two ideas")
    reader = visitor(script=script).go(f"/ideas/{twin}")
    assert reader.page.url.endswith(where) and "31 supports" in reader.text
    reader.look(axe=axe)

    yusuf = visitor("yusuf", lang="ar", script=script)
    it_is_valued(city, number, bo, ines, yusuf, axe)
    reader.go(where)
    assert "Found feasible" in reader.text and "The objection was upheld" in reader.text and "8,200" in reader.text
    reader.look(axe=axe)

    vote = it_comes_onto_the_ballot(city, bo, slug, axe)
    reader.go(f"/ideas/{slug}/short-list")
    assert WISH in reader.text
    reader.go(where).page.get_by_role("link", name=PROJECT["en"]).click()
    assert WISH in reader.text and "31 supports" not in reader.text  # while people vote, no figure stands beside it
    reader.look(axe=axe).link("Go to the ballot").click()

    lia = visitor("lia", script=script)  # she lives in Larkhill, as Yusuf does
    people_vote(city, visitor, [ana, yusuf, lia], vote, slug, axe)
    it_is_counted(bo, ines, vote)
    reader.go(f"/budget/{slug}/results").look(axe=axe)
    won, lost = (reader.page.locator("main tr", has_text=title).first for title in (PROJECT["en"], wishes.RIVAL))
    assert "€10,000 were left in the pot. It costs €8,200." in won.inner_text()
    assert "€1,800 were left in the pot. It costs €5,000." in lost.inner_text()

    it_is_built(city, bo, slug, axe)
    for told in (reader, visitor(lang="ar", width=360, script=script)):
        the_story_is_told(told, slug, number)
        told.look(axe=axe)
    for words in (
        "31 supports", "The objection was upheld", "Onto the short list", "This project won.", "10 votes", "Finished",
        "The roof was delivered late.", "€7,900 of €8,200 are spent.", "€300 less", "Places to sit",
    ):  # fmt: skip
        assert words in reader.text, words

    # what officers wrote in English says so to who reads Arabic
    assert "English" in told.text

    # the author and those who support it were told of every step, each in their own language
    for _look in range(90):
        if f"{PROJECT['en']} is finished" in ana.go("/inbox").text:
            break
        ana.page.wait_for_timeout(500)
    ana.look(axe=axe)
    for words in ("An idea became a project", "a step comes later", f"{PROJECT['en']} is finished"):
        assert words in ana.text, words
    yusuf.go("/inbox").look(axe=axe)
    assert yusuf.page.locator("main ul.fm-links li").count() >= 9, yusuf.text
    assert yusuf.text.count(WISH) >= 6
