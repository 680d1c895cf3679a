"""A citizen votes with one form and one button; nothing ticked is lost, stored early or put into an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import func, select

from portal.app import create_app
from portal.base import db, ground
from portal.base.web import Portal
from portal.budgeting.models import BallotKind, PotVoters
from portal.config import Settings
from portal.voting.models import Participation, SealedBallot
from tests.budgeting.town import add_budget, open_vote
from tests.client import Client, Page
from tests.identity.help import enter

URL = "/en/budget/2026/ballot"
OLD_ENOUGH = {"16@2026-06-01": True}


@pytest.fixture
def voter(app: Portal, client: Client) -> Client:
    """Ana, a resident of the north who is old enough, in front of an open vote."""
    open_vote(app, add_budget(app))
    enter(client, "Ana Ilves", district="north", ages=OLD_ENOUGH, resident="47101010033")
    return client


def stored(app: Portal) -> int:
    ground.stand_on(app.ground)
    with db.read() as s:
        return s.scalar(select(func.count()).select_from(SealedBallot)) or 0


def ticked(page: Page) -> set[str]:
    """Codes that a browser would send with this page's form."""
    boxes = re.findall(r'<input[^>]*name="choice"[^>]*>', page.html)
    return {
        unescape(re.search(r'value="([^"]*)"', box)[1])  # type: ignore[index]
        for box in boxes
        if 'type="hidden"' in box or " checked" in box
    }


def send(client: Client, page: Page, choices: list[str], url: str = URL, **more: str) -> Page:
    fields = {k: v for k, v in page.fields().items() if k in ("csrf_token", "form_token")}
    return client.post(url, {**fields, **more, "choice": choices}, token=False)


def test_a_resident_casts_a_ballot_and_gets_a_receipt(app: Portal, voter: Client) -> None:
    answer = send(voter, voter.get(URL), ["1", "3"])
    assert answer.status == 200 and "Your ballot is cast" in answer
    assert re.search(r'fm-receipt__code"><bdi dir="ltr">[0-9A-Z-]{16,}', answer.html)
    assert stored(app) == 1
    assert answer.response.headers["Cache-Control"] == "no-store"
    assert "You voted on" in voter.get(URL) and not ticked(voter.get(URL))


def test_in_the_demo_the_close_is_asked_in_the_same_transaction(make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(demo=True))
    open_vote(app, add_budget(app))
    client = Client(app)
    enter(client, "Ana Ilves", district="north", ages=OLD_ENOUGH, resident="47101010033")
    answer = send(client, client.get(URL), ["1"])
    assert answer.status == 200 and stored(app) == 1
    app.ground.database.dispose()


def test_the_same_form_posted_again_stores_nothing_and_shows_the_same_code(app: Portal, voter: Client) -> None:
    page = voter.get(URL)
    first, second = send(voter, page, ["1"]), send(voter, page, ["2"])
    assert "already cast" in second
    code = re.search(r'dir="ltr">([0-9A-Z-]+)<', first.html)
    assert code and code[1] in second.html
    assert stored(app) == 1


def test_voting_again_replaces_the_ballot(app: Portal, voter: Client) -> None:
    send(voter, voter.get(URL), ["1"])
    answer = send(voter, voter.get(URL), ["2"])
    assert "takes the place of your earlier one" in answer
    assert stored(app) == 1


def test_too_many_ticks_are_refused_and_kept(app: Portal, voter: Client) -> None:
    answer = send(voter, voter.get(URL), ["1", "2", "4", "5"])
    assert answer.status == 422
    assert "choose at most 3 projects" in answer and "<title>Error:" in answer.html
    assert ticked(answer) == {"1", "2", "4", "5"}
    assert stored(app) == 0


def test_an_empty_ballot_is_refused(app: Portal, voter: Client) -> None:
    answer = send(voter, voter.get(URL), [])
    assert answer.status == 422 and "Choose at least one project." in answer


def test_reading_buttons_keep_ticks_of_hidden_projects_and_store_nothing(app: Portal, voter: Client) -> None:
    page = voter.get(URL)
    answer = send(voter, page, ["1", "3"], URL + "/look", q="number 2")
    assert answer.status == 200
    assert ticked(answer) == {"1", "3"}
    assert "1 project in your search" in answer and "Bench 2 en" in answer
    assert answer.fields()["form_token"] == page.fields()["form_token"]
    assert "€940 left of €1,000" in answer
    assert "data-touched" in answer.html
    assert stored(app) == 0
    back = send(voter, answer, ["1", "3"], URL + "/look", q="")
    assert ticked(back) == {"1", "3"}


def test_the_order_is_random_but_the_same_at_each_visit(voter: Client) -> None:
    def order(page: Page) -> list[str]:
        return re.findall(r'name="choice" value="(\d+)"', page.html)

    first = order(voter.get(URL))
    assert first == order(voter.get(URL)) and sorted(first) == [str(n) for n in range(1, 7)]
    by_cost = send(voter, voter.get(URL), [], URL + "/look", sort="dear", pot="1")
    assert order(by_cost) == ["5", "4", "2", "1"]


def test_choices_never_stand_in_an_address(voter: Client) -> None:
    assert not ticked(voter.get(URL + "?choice=1"))
    answer = send(voter, voter.get(URL), ["1"], URL + "/look")
    assert '<form class="fm-ballot" method="post"' in answer.html and "choice=" not in answer.html


def test_coming_back_to_the_address_of_a_reading_button_shows_the_ballot(voter: Client) -> None:
    assert voter.get(URL + "/look").url == URL


def test_somebody_who_is_not_signed_in_is_led_to_the_sign_in_and_back(app: Portal, client: Client) -> None:
    open_vote(app, add_budget(app))
    answer = client.get(URL, follow=False)
    assert answer.status == 303 and "next=/en/budget/2026/ballot" in answer.response.headers["Location"]


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"district": "no", "ages": OLD_ENOUGH, "resident": "1"}, "Only residents of the city can vote here."),
        ({"district": "north", "ages": {"16@2026-06-01": False}, "resident": "1"}, "at least 16 years old"),
        ({"district": "north", "ages": OLD_ENOUGH}, "does not tell the city which resident you are"),
    ],
)
def test_who_may_not_vote_reads_why(app: Portal, client: Client, facts: dict[str, object], sentence: str) -> None:
    open_vote(app, add_budget(app))
    enter(client, "Kai", **facts)  # type: ignore[arg-type]
    page = client.get(URL)
    assert page.status == 200 and sentence in page and 'name="choice"' not in page.html


def test_a_knapsack_has_to_fit_into_its_pot(app: Portal, client: Client) -> None:
    open_vote(app, add_budget(app, ballot=BallotKind.KNAPSACK, most=None, count=12))
    enter(client, "Ana Ilves", district="north", ages=OLD_ENOUGH, resident="47101010033")
    answer = send(client, client.get(URL), ["8", "10", "11"])
    assert answer.status == 422 and "more than the €1,000" in answer
    assert send(client, client.get(URL), ["1", "8"]).status == 200


def test_only_own_pots_are_on_the_ballot(app: Portal, client: Client) -> None:
    open_vote(app, add_budget(app, pot_voters=PotVoters.OWN))
    enter(client, "Ola", district="south", ages=OLD_ENOUGH, resident="2")
    page = client.get(URL)
    assert "City-wide" in page and 'data-sum="2"' not in page.html
    assert send(client, page, ["3"]).status == 422


@pytest.mark.parametrize(("opens", "closes", "sentence"), [(3, 9, "Voting opens on"), (-9, -1, "Voting closed on")])
def test_outside_the_dates_the_ballot_page_says_when(
    app: Portal, client: Client, opens: float, closes: float, sentence: str
) -> None:
    add_budget(app, opens=opens, closes=closes)
    enter(client, "Ana Ilves", district="north", ages=OLD_ENOUGH, resident="1")
    page = client.get(URL)
    assert page.status == 200 and sentence in page


def test_no_figure_per_project_is_shown_while_the_vote_is_open(app: Portal, voter: Client) -> None:
    send(voter, voter.get(URL), ["1"])
    ground.stand_on(app.ground)
    with db.read() as s:
        assert s.scalar(select(func.count()).select_from(Participation)) == 1
    page = voter.get("/en/budget/2026/results")
    assert "There is no result yet." in page and "votes" not in page.html.split("<main")[1].split("</main>")[0]
    for name in ("results.csv", "results.json", "ballots-1.pb", "recount.zip"):
        assert voter.http.get(f"/en/budget/2026/{name}", base_url="http://127.0.0.1:8000").status_code == 404


@pytest.mark.parametrize("lang", ["de", "et", "fr", "pl", "ar"])
def test_the_ballot_stands_in_every_language(voter: Client, lang: str) -> None:
    page = voter.get(f"/{lang}/budget/2026/ballot")
    assert page.status == 200 and f"Bench 1 {lang}" in page
