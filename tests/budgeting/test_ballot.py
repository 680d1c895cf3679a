"""A citizen votes with one form and one button; nothing ticked is lost, stored early or put into an address."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.app import create_app
from portal.audit.models import Entry
from portal.base import clock, db, ground
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.budgeting.models import BallotKind, PotVoters
from portal.config import Settings, Smtp
from portal.voting import actions
from portal.voting.models import Participation, Receipt, SealedBallot, Vote
from tests.budgeting.town import add_budget, open_vote
from tests.client import Client, Page
from tests.identity.help import enter
from tests.identity.test_terminal import terminal

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


def test_a_cast_asks_little_and_nothing_after_its_commit(
    app: Portal, voter: Client, count_queries: Callable[[Portal], Any]
) -> None:
    first, second = voter.get(URL), voter.get(URL)
    with count_queries(app) as new:
        assert send(voter, first, ["1"]).status == 200
    with count_queries(app) as again:
        assert send(voter, second, ["2"]).status == 200
    asked = [one for one in new.statements if not one.startswith("SELECT vote.regulation")]  # once in a process
    # on PostgreSQL the lock of the roll entry and the database's own clock; what stands is asked with them, in one trip
    sqlite = app.ground.database.sqlite
    assert len(asked) == (8 if sqlite else 11) and again.number == (10 if sqlite else 12)
    assert sum("FROM budget" in one for one in new.statements) == 1
    for one in (asked, again.statements):
        assert ("INSERT INTO receipt" if sqlite else "clock_timestamp") in one[-1]


def test_what_comes_to_its_commit_after_the_close_is_told_so_and_stored_nowhere(
    app: Portal, voter: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, take = voter.get(URL), actions._take_roll_entry
    assert send(voter, page, ["1"]).status == 200
    again = voter.get(URL)

    def slow(*given: Any) -> Any:
        found = take(*given)
        time.sleep(0.7)
        return found

    monkeypatch.setattr(actions, "_take_roll_entry", slow)
    with db.write() as s:
        s.scalars(select(Vote)).one().closes_at = clock.city_now() + timedelta(seconds=0.6)
        before = [tuple(row) for row in s.execute(select(SealedBallot.envelope, SealedBallot.choices))]
    late = send(voter, again, ["3"])
    assert late.status == 422 and "closed" in late
    with db.read() as s:
        assert [tuple(row) for row in s.execute(select(SealedBallot.envelope, SealedBallot.choices))] == before
        assert s.scalar(select(func.count()).select_from(Receipt)) == 1


def test_in_the_demo_the_close_is_asked_in_the_same_transaction(make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(demo=True))
    open_vote(app, add_budget(app))
    client = Client(app)
    enter(client, "Ana Ilves", district="north", ages=OLD_ENOUGH, resident="47101010033")
    answer = send(client, client.get(URL), ["1"])
    assert answer.status == 200 and stored(app) == 1
    app.ground.database.dispose()


def test_the_code_comes_by_mail_when_asked_and_nothing_stays_of_it(make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(smtp=Smtp(host="127.0.0.1", port=9)))
    open_vote(app, add_budget(app))
    client = Client(app)
    enter(client, "Ana Ilves", district="north", ages=OLD_ENOUGH, resident="47101010033")
    cast = send(client, client.get(URL), ["1"])
    code = cast.fields()["code"]
    with db.read() as s:
        lines = s.query(Entry).count()
        assert s.query(Outgoing).count() == 0  # the cast itself writes no mail
    mail = f"{URL}/receipt"
    fields = {name: cast.fields()[name] for name in ("csrf_token", "code", "proof")}
    empty = client.post(mail, fields, token=False)
    assert empty.status == 422 and "None is confirmed" in empty and code in empty.html
    assert client.post(mail, fields | {"to": "nowhere"}, token=False).status == 422
    made_up = client.post(mail, fields | {"to": "ana@example.org", "code": "ABCD-EFGH"}, token=False)
    assert made_up.status in (403, 429)
    tom = Client(app)
    enter(tom, "Tom Kask", district="north", ages=OLD_ENOUGH, resident="47101010044")
    other = {name: send(tom, tom.get(URL), ["1"]).fields()[name] for name in ("csrf_token", "proof")}
    for foreign in (other["proof"], fields["proof"]):  # a genuine code, from a browser that did not cast it
        page = tom.post(mail, {**other, "code": code, "proof": foreign, "to": "x@example.org"}, token=False)
        assert page.status == 403 and "mailed only from the page that showed it" in page
    assert "on its way" in client.post(mail, fields | {"to": "ana@example.org"}, token=False)
    assert client.get(mail).url.endswith("/receipt")  # coming back shows nothing of it
    with db.read() as s:
        row = s.query(Outgoing).one()
        assert row.secret and code in row.body and row.recipient == "ana@example.org"
        assert s.query(Entry).count() == lines  # no line joins a person and a code


def test_without_a_way_for_mail_none_is_offered(app: Portal, voter: Client) -> None:
    cast = send(voter, voter.get(URL), ["1"])
    assert "Send the code" not in cast
    assert voter.post(f"{URL}/receipt", {"csrf_token": cast.fields()["csrf_token"]}, token=False).status == 404


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


def test_a_ballot_that_comes_after_the_close_is_not_told_that_voting_is_open(app: Portal, voter: Client) -> None:
    page = voter.get(URL)
    assert "Voting is open until" in page
    with db.write() as s:
        for vote in s.scalars(select(Vote)):
            vote.opens_at, vote.closes_at = vote.opens_at - timedelta(days=9), clock.now() - timedelta(days=1)
    page = send(voter, page, ["1"])
    assert page.status >= 400 and "Voting is open until" not in page and "Voting closed on" in page


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


def test_a_stale_ballot_leads_back_and_shows_nothing_of_itself(app: Portal, voter: Client) -> None:
    page = voter.get(URL)
    fields = {"csrf_token": "stale", "form_token": page.fields()["form_token"], "choice": ["1", "3"], "q": "a bench"}
    for address in (URL, URL + "/look"):
        answer = voter.post(address, fields, token=False)
        assert answer.status == 400 and stored(app) == 0
        assert "Bench 1" not in answer and fields["form_token"] not in answer.html and "form_token" not in answer
        assert "a bench" not in answer and f'href="{address}"' in answer.html
        assert "is not shown here" in answer


def test_a_ballot_of_an_ended_session_leads_through_the_sign_in(app: Portal, client: Client) -> None:
    open_vote(app, add_budget(app))
    answer = client.post(URL, {"csrf_token": "gone", "choice": ["1"]}, token=False)
    assert answer.status == 403 and "You were signed out" in answer and "Sign in and go on" in answer
    assert "sign-in?next=/en/budget/2026/ballot" in answer.html and "Bench 1" not in answer


def test_a_receipt_names_vote_city_day_and_where_it_is_checked(app: Portal, voter: Client) -> None:
    answer = send(voter, voter.get(URL), ["1"])
    box = answer.html.split('class="fm-receipt"')[1].split("</div>\n{%")[0]
    for words in ("Budget 2026", app.ground.settings.city.name, "/receipt", str(date.today().year)):
        assert words in box, words
    assert not re.search(r"\d\d:\d\d", box.split("</dl>")[0])  # the day, never the time
    assert 'target="_blank">Check a receipt in a new tab' in answer.html


def test_the_slip_of_a_receipt_names_no_choice_and_no_person(app: Portal, voter: Client) -> None:
    answer = send(voter, voter.get(URL), ["1", "3"])
    code = re.search(r'fm-receipt__code"><bdi dir="ltr">([0-9A-Z-]+)', answer.html)[1]
    at = re.search(r'action="([^"]+/receipt/slip)"', answer.html)[1]
    fields = {"csrf_token": answer.fields()["csrf_token"], "code": code}
    slip = voter.post(at, fields, token=False)
    assert slip.status == 200 and code in slip and "fm-slip" in slip.html and "fm-qr" in slip.html
    assert slip.response.headers["Cache-Control"] == "no-store"
    said = slip.html.split("<main")[1]
    for title in ("Ilves", "Playground", *re.findall(r"fm-tick__label[^>]*>(?:<[^>]+>)*([^<]+)", voter.get(URL).html)):
        assert title not in said
    assert code not in re.findall(r'(?:href|action)="([^"]*)"', slip.html)
    assert voter.post(at, fields | {"code": code[:-1] + "~"}, token=False).status == 400


def test_at_a_shared_screen_no_link_takes_ticks_or_receipt_away(app: Portal, voter: Client) -> None:
    cookie = terminal(app).http.get_cookie("terminal", domain="127.0.0.1")
    assert cookie is not None
    assert "in a new tab" in voter.get(URL)
    voter.http.set_cookie("terminal", cookie.value, domain="127.0.0.1")
    page = voter.get(URL)
    assert "Finish" in page and "in a new tab" not in page
    answer = send(voter, page, ["1"])
    code = re.search(r'fm-receipt__code"><bdi dir="ltr">([0-9A-Z-]+)', answer.html)[1]
    assert "in a new tab" not in answer and 'hreflang="de">' not in answer.html.split("<body")[1]
    again = {"csrf_token": answer.fields()["csrf_token"], "form_token": answer.fields()["form_token"], "translate": "1"}
    assert 'action="/de/budget/' in answer.html and code in voter.post(URL.replace("/en/", "/de/"), again, token=False)


def test_a_receipt_is_read_in_another_language_and_nothing_is_cast_again(app: Portal, voter: Client) -> None:
    first = send(voter, voter.get(URL), ["1"])
    code = re.search(r'dir="ltr">([0-9A-Z-]+)<', first.html)[1]  # type: ignore[index]
    form = re.search(r'<form method="post" action="(/de/[^"]+)">.*?</form>', first.html)
    assert form is not None and 'name="choice"' not in form[0] and form[1] == "/de/budget/2026/ballot"
    fields = {
        "csrf_token": first.fields()["csrf_token"],
        "form_token": first.fields()["form_token"],
        "translate": "1",
    }
    answer = voter.post(form[1], fields, token=False)
    assert answer.status == 200 and code in answer.html and stored(app) == 1
    # a token that was never cast stores nothing either: there is no choice in it
    assert voter.post(form[1], fields | {"form_token": "0123456789abcdef0123"}, token=False).status == 422


def test_nobody_signs_in_to_read_that_the_vote_is_closed(app: Portal, client: Client) -> None:
    add_budget(app, slug="closed", opens=-9, closes=-1)
    add_budget(app, slug="coming", opens=3, closes=9)
    for slug, words in (("closed", "Voting closed on"), ("coming", "Voting opens on")):
        answer = client.get(f"/en/budget/{slug}/ballot")
        assert answer.status == 200
        assert answer.text.count(words) == 1, answer.text


def test_too_many_ticks_mark_the_number_and_not_the_money(app: Portal, voter: Client) -> None:
    answer = send(voter, voter.get(URL), ["1", "2", "4", "5"], URL + "/look")
    assert "4 of at most 3 projects ticked" in answer
    assert "fm-many" in answer.html and "fm-over" not in answer.html


def test_the_ballot_has_a_way_past_its_list(voter: Client) -> None:
    page = voter.get(URL)
    assert page.html.index('<a href="#sum">') < page.html.index('name="choice"')
