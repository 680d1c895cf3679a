"""One vote from the first tick to the recount, told in order: each test goes on where the last one ended."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog

from portal import config
from portal.app import create_app
from portal.base import db, ground
from portal.voting import actions, counting
from portal.voting.counting import pabulib
from tests.journeys.city import City
from tests.journeys.conftest import Enter
from tests.journeys.pages import DONE, OPEN, votes
from tests.journeys.visitor import Visitor
from tests.voting import town

BALLOT = f"/budget/{OPEN}/ballot"
CROWD = 12  # from 10 ballots on a pot publishes them


class Told:
    """What one part of the story leaves to the next."""

    def __init__(self) -> None:
        self.votes: Counter[str] = Counter()  # project -> votes that must come out
        self.codes: dict[str, str] = {}  # whose ballot -> receipt code
        self.late: Visitor | None = None


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


def boxes(visitor: Visitor, pot: int) -> list[str]:
    """The projects of a pot on the ballot, in the order shown."""
    found: list[str] = visitor.page.evaluate(
        "n => { const pots = [...new Set([...document.querySelectorAll('[data-cost]')].map(b => b.dataset.pot))];"
        " return [...document.querySelectorAll('[data-cost]')].filter(b => b.dataset.pot === pots[n]).map(b => b.value) }",
        pot,
    )
    return found


def tick(visitor: Visitor, *codes: str) -> None:
    for code in codes:
        visitor.page.locator(f"input.fm-tick__box[value='{code}']").check()


def sums(visitor: Visitor) -> list[list[str]]:
    """What the sum says, pot by pot: how many are ticked, what is left, the list."""
    return [
        [*part.locator("[data-part]").all_inner_texts(), *sorted(part.locator("[data-chosen] li").all_inner_texts())]
        for part in visitor.page.locator("[data-sum]").all()
    ]


def cast(visitor: Visitor) -> str:
    """Press the one button; returns the receipt code."""
    with visitor.page.expect_navigation() as waited:
        visitor.page.locator("#cast").click()
    assert waited.value.status == 200, visitor.text
    return visitor.page.locator(".fm-receipt__code").inner_text().strip()


def check(visitor: Visitor, city: City, code: str) -> str:
    """What the public check says of a code."""
    visitor.go(f"/votes/{votes(city.instance, OPEN)}/receipt")
    visitor.page.locator("main input[name=code]").fill(code)
    with visitor.page.expect_navigation():
        visitor.page.locator("main form button").click()
    return visitor.page.locator("main .fm-notice__title").first.inner_text()


def test_ana_votes_in_english_with_a_live_total(city: City, visitor: Enter, told: Told) -> None:
    ana = visitor()
    ana.go("/")
    ana.link("Go to the ballot").click()
    # the ballot asks who she is, and brings her back to it
    ana.page.locator("main a[href*='/sign-in/demo']").click()
    ana.page.locator("main a[href*='persona=ana']").click()
    ana.page.wait_for_url(f"**{BALLOT}")
    ana.look()
    assert "Tick up to 8 projects in each pot." in ana.text
    whole, own = boxes(ana, 0)[:3], boxes(ana, 1)[:2]
    assert sums(ana)[0][0] == "0 of at most 8 projects ticked"
    tick(ana, *whole, *own)
    live = sums(ana)
    assert [live[0][0], live[1][0]] == ["3 of at most 8 projects ticked", "2 of at most 8 projects ticked"]
    assert not ana.button("Update total").is_visible()  # the script does that
    ana.look()
    # the server says the same as the script did, and keeps the ticks
    with ana.page.expect_navigation():
        ana.button("Show").click()
    assert sums(ana) == live
    assert ana.page.locator("input.fm-tick__box:checked").count() == 5
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    ana.page.locator(f"input.fm-tick__box[value='{own[1]}']").uncheck()
    ana.page.once("dialog", stay)
    ana.page.locator(".fm-city").click(no_wait_after=True)
    ana.page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and ana.page.url.endswith("/look#choices")
    told.codes["ana, replaced"] = first = cast(ana)
    assert ana.heading == "Your ballot is cast"
    ana.look()
    # a reload sends the same form again: nothing more is stored
    ana.page.reload()
    assert ana.heading == "This ballot was cast before"
    assert ana.page.locator(".fm-receipt__code").inner_text().strip() == first
    ana.look()
    assert check(ana, city, first) == "This ballot is recorded"
    ana.look()
    # she changes her mind: the ballot is empty again, and the last one counts
    ana.go(BALLOT)
    assert "You can vote again." in ana.text and ana.page.locator("input.fm-tick__box:checked").count() == 0
    ana.look()
    chosen = boxes(ana, 0)[-2:]
    tick(ana, *chosen)
    told.codes["ana"] = second = cast(ana)
    assert "takes the place of your earlier one" in ana.text
    told.votes.update(chosen)
    assert check(ana, city, first) == "This ballot was replaced"
    assert check(ana, city, second) == "This ballot is recorded"


def test_too_many_ticks_are_kept_and_explained(visitor: Enter) -> None:
    marie = visitor("marie").go(BALLOT)
    with marie.page.expect_navigation() as waited:
        marie.page.locator("#cast").click()
    assert waited.value.status == 422 and "Choose at least one project." in marie.text
    assert marie.page.title().startswith("Error:")
    marie.look()
    nine = boxes(marie, 0)[:9]
    tick(marie, *nine)
    assert marie.page.locator(".fm-many").count() == 1 and marie.page.locator(".fm-over").count() == 0
    with marie.page.expect_navigation() as waited:
        marie.page.locator("#cast").click()
    assert waited.value.status == 422
    assert marie.page.locator("input.fm-tick__box:checked").count() == 9
    assert marie.page.evaluate("document.activeElement.id") == "errors"
    marie.look()


def test_jonas_votes_in_german_without_a_script(visitor: Enter, told: Told) -> None:
    jonas = visitor("jonas", lang="de", script=False).go(BALLOT)
    jonas.look(axe=False)
    order = boxes(jonas, 0)
    assert boxes(jonas.go(BALLOT), 0) == order, "the order by lot stays the same for a voter"
    first = order[4]
    tick(jonas, first)
    page = jonas.page

    def press(button: str) -> None:
        with page.expect_navigation() as waited:
            page.locator(button).click()
        assert waited.value.status == 200
        jonas.look(axe=False)

    show, total = "button[formaction$='#choices']", "button[formaction$='#sum']"
    page.locator("#q").fill("Rad")
    press(show)
    found = boxes(jonas, 0)
    assert 0 < len(found) < len(order)
    assert jonas.page.locator("[data-sum] [data-part=count]").first.inner_text() == (
        "1 von höchstens 8 Projekten angekreuzt"
        if first not in found
        else jonas.page.locator("[data-part=count]").first.inner_text()
    )
    second = next(code for code in found if code != first)
    tick(jonas, second)
    press(total)
    assert sums(jonas)[0][2:] and len(sums(jonas)[0][2:]) == 2
    # another word, nothing found: what is ticked is still on the ballot
    page.locator("#q").fill("qqqqqq")
    press(show)
    assert page.locator("input.fm-tick__box").count() == 0
    assert page.locator("input[type=hidden][name=choice]").count() == 2
    # by district and by price
    page.locator("#q").fill("")
    page.locator("#pot").select_option(index=2)
    page.locator("#sort").select_option("cheap")
    press(show)
    own = boxes(jonas, 0)
    costs = page.evaluate("() => [...document.querySelectorAll('[data-cost]')].map(b => +b.dataset.cost)")
    assert costs == sorted(costs) and len(costs) > 2
    tick(jonas, own[0])
    page.locator("#pot").select_option("")
    press(show)
    ticked = page.locator("input.fm-tick__box:checked").evaluate_all("all => all.map(b => b.value)")
    assert sorted(ticked) == sorted([first, second, own[0]])
    told.codes["jonas"] = cast(jonas)
    told.votes.update(ticked)
    assert not page.url.endswith("/look")
    jonas.look(axe=False)


class Keys:
    """Hands on the keyboard alone."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page

    def reach(self, selector: str, most: int = 400) -> None:
        """Tab until this has the focus; wherever the focus goes on the way, it can be seen."""
        for _step in range(most):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(
                """selector => {
                  // of a link over two lines the first is looked at
                  const e = document.activeElement, b = e.getClientRects()[0], s = getComputedStyle(e);
                  const mark = s.outlineStyle !== "none" || s.boxShadow !== "none"
                    || (e.labels?.[0] && getComputedStyle(e.labels[0], "::before").boxShadow !== "none");
                  const x = b.left + b.width / 2, y = b.top + Math.min(b.height / 2, 20);
                  const within = (at, most) => Math.min(Math.max(at, 1), most - 1);
                  const top = document.elementFromPoint(within(x, innerWidth), within(y, innerHeight));
                  const seen = b.bottom > 0 && b.top < innerHeight
                    && (!top || e.contains(top) || top.contains(e) || e.labels?.[0]?.contains(top));
                  return {there: e.matches(selector), mark, seen, html: e.outerHTML.slice(0, 120)};
                }""",
                selector,
            )
            assert here["mark"], f"no sign of the focus: {here['html']}"
            assert here["seen"], f"the focus is out of sight or covered: {here['html']}"
            if here["there"]:
                return
        raise AssertionError(f"Tab does not reach {selector} on {self.page.url}")

    def press(self, selector: str) -> None:
        """Reach it, press Enter, and be on another page."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def to_content(self) -> None:
        """The first stop of a page leads past its head."""
        self.reach(".govuk-skip-link", 1)
        self.page.keyboard.press("Enter")


def test_yusuf_votes_in_arabic_on_a_small_screen_by_keyboard(visitor: Enter, told: Told) -> None:
    yusuf = visitor(lang="ar", width=360, height=740).go("/")
    keys = Keys(yusuf)
    keys.press("a[href*='/sign-in']")
    keys.press("main a[href*='/sign-in/demo']")
    keys.press("main a[href*='persona=yusuf']")
    yusuf.page.wait_for_url(lambda url: "/demo-idp" not in url and "/oidc/" not in url)
    keys.to_content()
    keys.press(f"a[href$='{BALLOT}']")
    yusuf.look()
    keys.to_content()
    keys.reach("input.fm-tick__box")
    yusuf.page.keyboard.press("Space")
    keys.reach("input.fm-tick__box")
    keys.reach("input.fm-tick__box")
    yusuf.page.keyboard.press("Space")
    ticked = yusuf.page.locator("input.fm-tick__box:checked").evaluate_all("all => all.map(b => b.value)")
    assert len(ticked) == 2
    yusuf.look()
    keys.press("#cast")
    told.codes["yusuf"] = yusuf.page.locator(".fm-receipt__code").inner_text().strip()
    told.votes.update(ticked)
    yusuf.look()


def test_mia_and_nora_read_why_they_cannot_vote(visitor: Enter) -> None:
    mia = visitor("mia").go(BALLOT)
    assert "You can vote here if you are at least 16 years old" in mia.text
    assert "If this is wrong, ask the residents' registration office." in mia.text
    assert mia.page.locator("input.fm-tick__box").count() == 0
    mia.look()
    mia.link("See all projects").click()
    assert mia.page.url.endswith("/projects/")
    nora = visitor("nora", lang="fr").go(BALLOT)
    assert nora.page.locator("input.fm-tick__box, #cast").count() == 0
    assert nora.page.locator("main .fm-notice p").inner_text()
    nora.look()


def test_no_figure_leaves_the_open_vote(city: City, visitor: Enter) -> None:
    anybody, bo = visitor(), visitor("bo")
    anybody.go(f"/budget/{OPEN}/results").look()
    assert "No figure per project is known to anybody while the vote is open." in anybody.text
    for file in ("results.csv", "results.json", "recount.zip", "ballots-1.pb"):
        assert anybody.context.request.get(f"/en/budget/{OPEN}/{file}").status == 404
    bo.go(f"/staff/votes/{votes(city.instance, OPEN)}").look()
    assert "How the votes stand is not known to anybody before the count, staff included." in bo.text


def test_a_crowd_votes_and_the_clock_moves_to_the_close(city: City, visitor: Enter, told: Told) -> None:
    """More ballots, cast beside the running server, so that the pot publishes them; then the close."""
    app = create_app(config.load({}, instance=city.instance, demo=True, base_url=city.url))
    ground.stand_on(app.ground)
    vote = votes(city.instance, OPEN)
    late = visitor("marie").go(BALLOT)
    # the order is by lot: what somebody has voted for already comes first, so that the crowd is not alone with it
    choices = sorted(boxes(late, 0), key=lambda code: -told.votes[code])[:4]
    pot = late.page.locator(f"input[value='{choices[0]}']").get_attribute("data-pot")
    assert pot is not None
    for n in range(CROWD):
        picked = choices[: 1 + n % 4]
        with db.write() as s:
            found = town.found(s, vote)
            age = found.document["electorate"]["age"]
            facts = dataclasses.replace(town.facts(f"somebody {n}"), ages={(age["years"], age["on"]): True})
            actions.cast_ballot(s, town.RESIDENT, found, {pot: picked}, actions.new_form_token(), facts=facts)
        told.votes.update(picked)
    app.ground.database.dispose()
    tick(late, choices[0])
    clock = visitor()
    clock.go("/")
    with clock.page.expect_navigation():
        clock.page.get_by_role("button", name="Go to the close").click()
    clock.look()
    assert clock.link("Go to the ballot").count() == 0
    clock.go(BALLOT).look()  # nobody signs in to read that it is over
    assert "Voting closed on" in clock.text
    # whoever was still choosing is told, and loses nothing in silence
    with late.page.expect_navigation() as waited:
        late.page.locator("#cast").click()
    assert waited.value.status == 422 and "Voting closed on" in late.text
    late.look()
    late.go(BALLOT).look()
    assert "Voting closed on" in late.text
    clock.go(f"/budget/{OPEN}/results").look()


def test_two_officers_count_and_publish(city: City, visitor: Enter, told: Told) -> None:
    bo, ines = visitor("bo"), visitor("ines")
    bo.go("/staff/").look()
    bo.page.locator("main a", has_text="Count: ").click()
    bo.look().press("Ask for the count")
    assert "You asked for the count. A second budget officer has to confirm it." in bo.text
    assert bo.button("Confirm and count").count() == 0
    bo.look()
    ines.go("/staff/").look()
    ines.page.locator("main a", has_text="Confirm the count: ").click()
    ines.look().press("Confirm and count")
    assert ines.heading.startswith("Vote: ")
    # the page tells how far it is and looks again by itself
    ines.page.get_by_role("button", name="Publish the result").wait_for(timeout=90_000)
    ines.look()
    anybody = visitor().go(f"/budget/{OPEN}/results")
    assert "Winners" not in anybody.text
    anybody.look()
    ines.press("Publish the result")
    assert "The result is published." in ines.text
    ines.look()


def test_everybody_reads_the_result(city: City, visitor: Enter, told: Told, tmp_path: Path) -> None:
    anybody = visitor().go(f"/budget/{OPEN}/").look()
    anybody.page.locator("main a[href$='/results']").first.click()
    anybody.page.wait_for_url("**/results")
    anybody.look()
    assert "Winners" in anybody.text and "Downloads" in anybody.text
    for lang in ("de", "ar"):
        anybody.lang = lang
        anybody.go(f"/budget/{OPEN}/results").look()
    anybody.lang = "en"
    table = csv.DictReader(io.StringIO(fetch(anybody, f"/en/budget/{OPEN}/results.csv").decode("utf-8-sig")))
    shown = {row["project_id"]: row["votes"] for row in table}
    counted = {code: int(n) for code, n in shown.items() if n not in ("", "0")}
    # pots with fewer than ten ballots publish no figures
    assert counted == {code: n for code, n in told.votes.items() if shown[code]}, "the last ballot of each voter counts"
    assert max(counted.values()) > CROWD and "" in shown.values()
    result = json.loads(fetch(anybody, f"/en/budget/{OPEN}/results.json"))
    assert result["numbers"]["ballots"] == CROWD + 3
    for whose, code in told.codes.items():
        said = check(anybody, city, code)
        assert said == ("This ballot was replaced" if "replaced" in whose else "This ballot was counted")
    anybody.look()
    archive(anybody, OPEN, tmp_path / "now")


@pytest.mark.parametrize("slug", [OPEN, DONE])
def test_the_downloads_open_and_a_bare_python_counts_the_same(visitor: Enter, tmp_path: Path, slug: str) -> None:
    anybody = visitor().go(f"/budget/{slug}/results")
    archive(anybody, slug, tmp_path)
    links = anybody.page.locator("a[href$='.pb']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert links
    for link in links:
        file = tmp_path / "ballots.pb"
        file.write_bytes(fetch(anybody, link))
        assert pabulib.read(file).voters >= 10
    with anybody.page.expect_download() as waited:
        anybody.page.locator("a[href$='/results.csv']").click()
    assert waited.value.suggested_filename.endswith(".csv")


def fetch(visitor: Visitor, path: str) -> bytes:
    answer = visitor.context.request.get(path)
    assert answer.status == 200, f"{path}: {answer.status}"
    assert "attachment" in answer.headers["content-disposition"]
    return answer.body()


def archive(visitor: Visitor, slug: str, folder: Path) -> dict[str, Any]:
    """Unpack the download and count it again with nothing but Python; returns the outcome."""
    with zipfile.ZipFile(io.BytesIO(fetch(visitor, f"/en/budget/{slug}/recount.zip"))) as packed:
        packed.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "recount.py", "--write", "again.json"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    published, again = (json.loads((folder / name).read_bytes()) for name in ("outcome.json", "again.json"))
    lists = json.loads((folder / "ballots.json").read_bytes())["pots"]
    # pots with fewer than 10 ballots publish none, so nobody can count them again
    published["pots"] = [pot for pot in published["pots"] if not lists[pot["id"]].get("withheld")]
    assert again == published and published["pots"]
    return dict(published)


def test_an_election_from_a_file_is_read_like_any_other(city: City, visitor: Enter) -> None:
    """Imported beside the running server."""
    sample = Path(counting.__file__).with_name("sample.pb")
    city.run("import-pb", str(sample), "--slug", "from-a-file")
    anybody = visitor().go("/budget/")
    anybody.page.locator("main a[href$='/from-a-file/']").first.click()
    anybody.page.wait_for_url("**/from-a-file/")
    anybody.look()
    anybody.go("/budget/from-a-file/projects/").look()
    anybody.go("/budget/from-a-file/results").look()
    assert "Winners" in anybody.text
    outcome = archive(anybody, "from-a-file", city.instance.parent / "from-a-file")
    assert outcome["pots"]
