"""The people who run the portal: a budget from nothing to an open vote, a role, a page, a notice, a barrier."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.journeys import looks
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.pages import REVIEW
from tests.journeys.visitor import Visitor

SLUG = "playgrounds"
HOME = f"/staff/budgets/{SLUG}"


def fill(visitor: Visitor, **fields: str) -> None:
    """Fill in fields by their ids."""
    for name, value in fields.items():
        visitor.page.locator(f"#{name.replace('__', '-')}").fill(value)


def missing(visitor: Visitor) -> list[str]:
    """What the check list still asks for."""
    visitor.go(HOME)
    return [line.removeprefix("Missing:").strip() for line in visitor.page.locator(".fm-checks__no").all_inner_texts()]


def wrong(visitor: Visitor) -> None:
    """An answer with errors: the summary leads to each of them."""
    assert not (found := looks.summary(visitor.page)), found
    visitor.look()


def local(days: int) -> str:
    """A moment on the city's clock, as the browser's own box for moments writes it."""
    return (datetime.now(UTC) + timedelta(days=days)).astimezone(ZoneInfo("Europe/Tallinn")).strftime("%Y-%m-%dT12:00")


def painting(file: Path) -> Path:
    """A picture such as an officer uploads."""
    made = Image.new("RGB", (1600, 1000), "#8fc7d6")
    draw = ImageDraw.Draw(made)
    draw.rectangle((0, 640, 1600, 1000), fill="#5d8f4a")
    draw.polygon([(500, 640), (620, 300), (740, 640)], outline="#b5462f", width=18)
    draw.line((620, 300, 1100, 640), fill="#e2a73b", width=40)
    made.save(file, "JPEG")
    return file


def test_bo_makes_a_budget_from_nothing_and_opens_its_vote(visitor: Enter, tmp_path: Path) -> None:
    bo = visitor("bo").go("/staff/budgets")
    bo.link("New budget").click()
    bo.press("Save", 422)
    wrong(bo)
    fill(bo, slug=SLUG, title_en="Better playgrounds", lead_en="Two playgrounds, 50,000 euros: residents choose.",
         body_en="The city mends **two** playgrounds.", title_de="Bessere Spielplätze",
         lead_de="Zwei Spielplätze, 50.000 Euro: Sie entscheiden.")  # fmt: skip
    bo.press("Save")
    assert "The budget is stored. Only staff see it." in bo.text and bo.heading == "Better playgrounds"
    bo.look()
    everything = missing(bo)
    assert len(everything) >= 5, everything
    assert bo.button("Prepare the vote").count() == 0
    # nobody else sees the draft
    stranger = visitor().go(f"/budget/{SLUG}/", 404)
    stranger.look()

    bo.go(f"{HOME}/dates")
    fill(bo, vote_opens=local(3), vote_closes=local(1))
    bo.press("Save", 422)
    wrong(bo)
    fill(bo, review_opens=local(-9), review_closes=local(-2), vote_opens=local(-1), vote_closes=local(7),
         results_opens=local(9), results_closes=local(30))  # fmt: skip
    bo.press("Save")
    assert "The dates are stored." in bo.text

    bo.go(f"{HOME}/pots/new")
    bo.press("Save", 422)
    wrong(bo)
    fill(bo, amount="50000", name_en="Whole city", name_de="Ganze Stadt", source1_amount="30000",
         source1_name_en="City budget", source1_name_de="Haushalt der Stadt")  # fmt: skip
    bo.press("Save")
    assert "The sources of “Whole city” do not add up to its amount." in missing(bo)
    bo.look()
    bo.go(f"{HOME}/money").look()
    bo.link("Whole city").click()
    bo.page.get_by_text("Source 2", exact=True).click()
    fill(bo, source2_amount="20000", source2_name_en="Savings bank", source2_name_de="Sparkasse")
    bo.press("Save")
    bo.go(f"{HOME}/categories/new")
    fill(bo, name_en="Play", name_de="Spielen")
    bo.press("Save")
    bo.look()

    for number, (title, titel, cost) in enumerate(
        [("A new slide", "Eine neue Rutsche", "28000"), ("Swings for all", "Schaukeln für alle", "31500.50")], 1
    ):
        bo.go(f"{HOME}/projects/new")
        if number == 1:
            bo.press("Save", 422)
            wrong(bo)
        bo.page.locator("#status-3").check()
        fill(bo, cost=cost, place="Harbour park", x="40", y="55", proposer="School council", title_en=title, title_de=titel,
             summary_en=f"{title} for the park.", summary_de=f"{titel} für den Park.", body_en="- safe\n- accessible",
             body_de="- sicher\n- barrierefrei")  # fmt: skip
        bo.page.locator("#category").select_option(label="Play")
        bo.press("Preview")
        assert "Nothing is stored yet." in bo.text
        bo.look()
        bo.page.locator("#picture").set_input_files(painting(tmp_path / "slide.jpg"))
        bo.press("Save", 422)
        assert "Say in at least one language what the picture shows." in bo.text
        fill(bo, picture_alt_en="A slide on a green meadow.", picture_alt_de="Eine Rutsche auf einer grünen Wiese.")
        bo.page.locator("#picture").set_input_files(painting(tmp_path / "slide.jpg"))
        bo.press("Save")
        assert "The project is stored." in bo.text, bo.text
        for _look in range(60):  # the worker encodes it
            if bo.page.locator("main figure img").count():
                break
            bo.page.wait_for_timeout(1000)
            bo.go(f"{HOME}/projects/{number}")
        assert bo.page.locator("main figure img").count() == 1
    bo.look()
    bo.go(f"{HOME}/projects").look()

    bo.go(f"{HOME}/plan")
    bo.press("Save", 422)
    wrong(bo)
    bo.page.get_by_label("Equal shares, as in Świecie").check()
    bo.page.get_by_label("A number of projects").check()
    fill(bo, min_choices="1", max_choices="2", age="14", age_on__day="1", age_on__month="6", age_on__year="2026")
    bo.page.locator("#residents_only").check()
    bo.page.locator("#pot_voters").check()
    bo.page.locator("#publication").check()
    fill(bo, complaint_days="14")
    bo.press("Save")
    bo.go(f"{HOME}/plan").look()
    assert "This is how people will read it" in bo.text
    bo.go(f"{HOME}/plan/expert").look()

    # one language is completed with a file, the others get a reason that the public can read
    bo.go(f"{HOME}/texts").look()
    bo.page.locator("main a[href$='/texts/et']").click()
    bo.page.wait_for_url("**/texts/et")
    bo.look()
    take_texts_there_and_back(bo, tmp_path / "et.csv")
    for code in ("fr", "pl", "ar"):
        bo.go(f"{HOME}/texts/{code}")
        fill(bo, reason="Only two districts are concerned.")
        bo.press("Store the reason")
    bo.go(f"{HOME}/texts").look()
    assert bo.page.locator("main .fm-tag--coral").count() == 0

    bo.go(HOME)
    bo.link("Preview").click()
    bo.look()
    assert bo.heading == "Better playgrounds"
    assert [line for line in missing(bo) if "draft" not in line] == [], missing(bo)
    bo.press("Show to the public")
    assert missing(bo) == []
    bo.press("Prepare the vote")
    bo.look()
    bo.press("Fix the regulation and open the vote", 422)
    wrong(bo)
    bo.page.get_by_label("I have read the regulation on this page.").check()
    bo.press("Fix the regulation and open the vote")
    assert "The vote is open." in bo.text
    bo.look()
    bo.go(HOME).look()
    assert "Projects, amounts, texts and rules are frozen." in bo.text
    bo.go(f"{HOME}/pots/new")
    fill(bo, amount="10", name_en="More")
    bo.press("Save", 422)
    assert "frozen" in bo.text

    ana = visitor("ana", lang="de").go(f"/budget/{SLUG}/").look()
    ana.go(f"/budget/{SLUG}/ballot").look()
    ana.page.locator("input.fm-tick__box").first.check()
    with ana.page.expect_navigation() as waited:
        ana.page.locator("#cast").click()
    assert waited.value.status == 200
    # a language without texts says so
    stranger.lang = "fr"
    stranger.go(f"/budget/{SLUG}/").look()
    assert "Only two districts are concerned." in stranger.text
    stranger.go(f"/budget/{SLUG}/projects/1").look()


def take_texts_there_and_back(bo: Visitor, file: Path) -> None:
    """Take a language's texts out as a table, write what is missing, bring the table back."""
    with bo.page.expect_download() as waited:
        bo.link("As a table (CSV)").click()
    table = waited.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert rows
    source, target = list(rows[0])[-2:]
    for row in rows:
        row[target] = row[target] or (f"Eesti: {row[source]}" if row[source] else "")
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    file.write_text("not a table")
    bo.page.locator("#file").set_input_files(file)
    bo.press("Take in the file", 422)
    bo.look()
    file.write_text(out.getvalue(), "utf-8")
    bo.page.locator("#file").set_input_files(file)
    bo.press("Take in the file")
    assert "changed." in bo.text
    bo.look()


def test_an_auditor_reads_and_changes_nothing(visitor: Enter) -> None:
    aino = visitor("aino").go("/staff/").look()
    for path in ("budgets", f"budgets/{REVIEW}", f"budgets/{REVIEW}/projects", "votes", "audit"):
        aino.go(f"/staff/{path}").look()
    assert aino.page.locator("main form[method=post]").count() == 0
    aino.go(f"/staff/budgets/{REVIEW}/edit", 403).look()


def test_an_administrator_gives_a_role_and_takes_it_away(visitor: Enter) -> None:
    marie, adam = visitor("marie"), visitor("adam")
    marie.go("/staff/", 403).look()
    adam.go("/staff/people")
    adam.page.get_by_label("Name").fill("laurent")
    adam.press("Show")
    adam.look()
    adam.link("Marie Laurent").click()
    adam.look()
    adam.page.get_by_label("A role is given, taken or checked").check()
    adam.press("Open")
    adam.press("Give the role: Librarian")
    assert "The role was given." in adam.text
    adam.look()
    # roles need the second factor at the next sign-in; whoever has none at hand comes in without them
    again = visitor().go("/sign-in")
    again.page.locator("main a[href*='/sign-in/demo']").click()
    again.page.locator("main a[href*='persona=marie']").click()
    # the portal sends her back to the provider once, for the second factor that she has not got
    again.page.wait_for_url("**/oidc/demo/callback*")
    assert again.heading == "You are not signed in" and "second factor" in again.text
    again.look()
    again.link("Sign in without your roles").click()
    again.page.locator("main a[href*='persona=marie']").click()
    again.page.wait_for_url("**/en/")
    again.go("/account").look()
    assert "Librarian" in again.text and "Your roles are not active in this session" in again.text
    adam.go("/staff/audit").look()
    assert "librarian" in adam.page.locator("main table").inner_html()
    adam.go("/staff/people?q=laurent")
    adam.link("Marie Laurent").click()
    adam.press("Take the role away: Librarian")
    assert "The role was taken away." in adam.text
    adam.go("/staff/people?q=saar")
    adam.link("Kai Saar").click()
    adam.page.get_by_label("A role is given, taken or checked").check()
    adam.press("Open")
    adam.press("Give the role: Moderator")
    kai = visitor("kai").go("/staff/pages").look()
    assert kai.page.locator("main a").count() > 3


def test_a_page_is_written_and_read(visitor: Enter) -> None:
    adam, reader = visitor("adam"), visitor(lang="de")
    adam.go("/staff/pages/help/de")
    adam.page.locator("#title").fill("")
    adam.press("Store", 422)
    wrong(adam)
    adam.page.locator("#title").fill("Hilfe für alle")
    adam.page.locator("#body").fill("## Rufen Sie an\n\nWir antworten <script>alert(1)</script> **heute**.")
    adam.press("Preview")
    adam.look()
    reader.go("/pages/help")
    assert "Hilfe für alle" not in reader.text
    adam.press("Store")
    adam.look()
    reader.go("/pages/help").look()
    assert reader.heading == "Hilfe für alle" and reader.page.locator("main strong").inner_text() == "heute"
    adam.go("/staff/pages/help/de/2").look()


def test_a_notice_goes_up_and_comes_down(visitor: Enter) -> None:
    adam, reader = visitor("adam"), visitor(lang="ar", width=360)
    adam.go("/staff/notices")
    adam.link("New notice").click()
    adam.press("Store the notice", 422)
    wrong(adam)
    adam.page.get_by_label("Emergency").check()
    words = {"en": "The bridge is closed. Stay at home.", "ar": "الجسر مغلق. ابقوا في منازلكم."}
    fill(adam, starts_at=local(-1), **{f"words_{code}": said for code, said in words.items()})
    adam.press("Store the notice")
    adam.look()
    reader.go("/").look()
    shown = reader.page.locator(".fm-site-notice")
    expect(shown).to_contain_text(words["ar"])
    reader.lang = "pl"
    reader.go("/").look()
    expect(shown).to_contain_text(words["en"])
    assert shown.locator("[lang=en]").count() == 1
    adam.go("/staff/notices")
    adam.page.locator("main a", has_text="The bridge is closed").first.click()
    adam.press("Take it down now")
    reader.go("/")
    expect(reader.page.locator("body")).not_to_contain_text(words["en"])


def test_a_barrier_is_reported_and_answered(city: City, visitor: Enter) -> None:
    ana, adam = visitor(lang="de", script=False), visitor("adam")
    ana.go("/")
    ana.page.locator("footer a[href$='/accessibility']").click()
    ana.page.locator("main a[href$='/accessibility/report']").first.click()
    ana.page.locator("main form button").first.click()
    ana.look(axe=False)
    assert ana.page.locator(".govuk-error-summary a").get_attribute("href") == "#what"
    fill(ana, what="Das Menü lässt sich nicht vorlesen. <b>Hilfe!</b>", contact="ana@example.org")
    ana.page.locator("main form button").first.click()
    ana.page.wait_for_url("**/sent")
    ana.look(axe=False)
    adam.go("/staff/")
    adam.go("/staff/barriers").look()
    adam.page.locator("main .fm-links a").first.click()
    assert "<b>Hilfe!</b>" in adam.text and "ana@example.org" in adam.text
    adam.look()
    adam.press("Close the report", 422)
    wrong(adam)
    fill(adam, note="The menu has names now. Answered by mail.")
    adam.press("Close the report")
    adam.look()
    assert "ana@example.org" not in adam.text
    assert urlsplit(adam.page.url).path.startswith("/en/staff/barriers")
