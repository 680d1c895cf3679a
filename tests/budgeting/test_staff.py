"""A budget officer makes a budget, sees what is missing, and hands it to the vote; after the opening it is frozen."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import Entry
from portal.base import clock, db, ground
from portal.base.web import Portal
from portal.budgeting.actions import money
from portal.budgeting.models import Budget, Project
from portal.budgeting.rules import Denied
from tests.budgeting.town import LANGUAGES, OFFICER, add_budget, get, open_vote
from tests.client import Client
from tests.identity.help import enter

HERE = "/en/staff/budgets"


@pytest.fixture
def bo(client: Client) -> Client:
    """Bo, a budget officer."""
    enter(client, "Bo Officer", roles=["budget_officer"])
    return client


def every(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{lang}": f"{text} {lang}" for lang in LANGUAGES}


def local(days: float) -> str:
    return (clock.city_now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


PLAN = {
    "ready": "equal-shares-swiecie",
    "ballot": "approval",
    "min_choices": "1",
    "max_choices": "5",
    "age": "16",
    "age_on-day": "1",
    "age_on-month": "6",
    "age_on-year": "2026",
    "residents_only": "1",
    "pot_voters": "any",
    "publication": "full",
    "complaint_days": "14",
}


def test_a_budget_is_made_from_nothing_to_a_prepared_vote(app: Portal, bo: Client) -> None:
    page = bo.post(f"{HERE}/new", {"slug": "2027", **every("title", "Budget 2027"), **every("lead", "You decide.")})
    assert page.status == 200 and "Only staff see it." in page and "The vote has no dates." in page
    assert "There is no pot with money." in page and "No regulation is chosen." in page
    pot = {"amount": "10,000", **every("name", "City"), "source1_amount": "10000", **every("source1_name", "Purse")}
    assert "€10,000" in bo.post(f"{HERE}/2027/pots/new", pot)
    assert "Green en" in bo.post(f"{HERE}/2027/categories/new", every("name", "Green"))
    project = {
        "status": "ballot",
        "cost": "2,500.50",
        "pot": "1",
        "category": "1",
        "place": "Quay",
        "x": "20",
        "y": "30",
    }
    texts = every("title", "Bench") | every("summary", "A place to sit")
    page = bo.post(f"{HERE}/2027/projects/new", project | texts)
    assert "The project is stored." in page and page.url.endswith("/projects/1")
    page = bo.post(f"{HERE}/2027/dates", {"vote_opens": local(-1), "vote_closes": local(9)})
    assert "The dates are stored." in page
    page = bo.post(f"{HERE}/2027/plan", PLAN)
    assert "The plan of the vote is stored." in page
    assert "still a draft that only staff see" in page and "Prepare the vote" not in page.html
    page = bo.post(f"{HERE}/2027/show", page=f"{HERE}/2027")
    assert "Prepare the vote" in page
    answer = bo.post(f"{HERE}/2027/prepare", page=f"{HERE}/2027", follow=False)
    assert answer.status == 303 and "/staff/votes/" in answer.response.headers["Location"]
    assert "How the ballots" not in bo.get("/en/budget/2027/") and "€10,000" in bo.get("/en/budget/2027/")
    ground.stand_on(app.ground)
    with db.read() as s:
        verbs = set(s.scalars(select(Entry.verb)))
        made = s.scalars(select(Project)).one()
    assert {"create", "add_pot", "add_category", "add", "set_dates", "set_plan", "show", "prepare_vote"} <= verbs
    assert (made.cost, made.x, made.y) == (250050, 0.2, 0.3)


def test_a_form_with_errors_keeps_what_was_typed(bo: Client) -> None:
    answer = bo.post(f"{HERE}/new", {"slug": "Not An Address", "title_de": ""})
    assert answer.status == 422 and 'value="Not An Address"' in answer.html
    assert "Enter a title in at least one language." in answer and "<title>Error:" in answer.html


def test_an_address_is_taken_once(app: Portal, bo: Client) -> None:
    add_budget(app)
    answer = bo.post(f"{HERE}/new", {"slug": "2026", "title_en": "Another"})
    assert answer.status == 422 and "Another budget has this address." in answer


def test_dates_that_do_not_fit_are_refused(app: Portal, bo: Client) -> None:
    add_budget(app)
    answer = bo.post(
        f"{HERE}/2026/dates", {"vote_opens": local(5), "vote_closes": local(2), "results_closes": local(9)}
    )
    assert answer.status == 422 and "Enter when this phase begins." in answer
    answer = bo.post(f"{HERE}/2026/dates", {"vote_opens": local(5), "vote_closes": local(2)})
    assert answer.status == 422 and "The end must be later than the beginning." in answer


def test_the_preview_stores_nothing(app: Portal, bo: Client) -> None:
    add_budget(app)
    data = {
        "act": "preview",
        "status": "ballot",
        "cost": "5",
        "pot": "1",
        "title_en": "New name",
        "body_en": "**loud**",
    }
    page = bo.post(f"{HERE}/2026/projects/1", data)
    assert page.status == 200 and "<strong>loud</strong>" in page.html and "Nothing is stored yet." in page
    assert "Bench 1 en" in bo.get("/en/budget/2026/projects/1")


def test_a_refused_project_needs_a_reason_and_a_picture_needs_words(app: Portal, bo: Client) -> None:
    add_budget(app)
    data = {"status": "refused", "cost": "5", "pot": "1", "title_en": "Bench"}
    assert "Give the reason in at least one language." in bo.post(f"{HERE}/2026/projects/1", data)
    page = bo.post(f"{HERE}/2026/projects/1", data | {"decision_en": "The ground is private."})
    assert "The project is stored." in page
    assert "The ground is private." in bo.get("/en/budget/2026/projects/1")
    data = {"status": "ballot", "cost": "5", "pot": "1", "title_en": "Bench", "picture": (io.BytesIO(b"x"), "x.png")}
    answer = bo.post(f"{HERE}/2026/projects/1", data, content_type="multipart/form-data")
    assert answer.status == 422 and "what the picture shows" in answer


def test_after_the_opening_everything_is_frozen(app: Portal, bo: Client) -> None:
    open_vote(app, add_budget(app))
    project = {"status": "ballot", "cost": "1", "pot": "1", "title_en": "Cheaper"}
    for url, data in [
        (f"{HERE}/2026/projects/1", project),
        (f"{HERE}/2026/projects/new", project),
        (f"{HERE}/2026/edit", {"slug": "2026", "title_en": "Renamed"}),
        (f"{HERE}/2026/plan", PLAN),
        (f"{HERE}/2026/dates", {"vote_opens": local(-1), "vote_closes": local(90)}),
        (f"{HERE}/2026/pots/1", {"amount": "9", "name_en": "Less", "source1_amount": "9"}),
        (f"{HERE}/2026/categories/1", {"name_en": "Blue"}),
    ]:
        answer = bo.post(url, data)
        assert answer.status == 422 and "The vote has been opened." in answer, url
    assert bo.post(f"{HERE}/2026/hide", page=f"{HERE}/new").status == 409
    assert bo.post(f"{HERE}/2026/prepare", page=f"{HERE}/new").status == 409
    ground.stand_on(app.ground)
    with db.write() as s, pytest.raises(Denied):
        money.add_pot(OFFICER, s.scalars(select(Budget)).one(), amount=1, names={"en": "More"})


def test_a_change_after_the_preparation_asks_for_a_new_one(app: Portal, bo: Client) -> None:
    add_budget(app)
    bo.post(f"{HERE}/2026/prepare", page=f"{HERE}/2026", follow=False)
    assert "Go to the vote" in bo.get(f"{HERE}/2026")
    bo.post(f"{HERE}/2026/projects/1", {"status": "ballot", "cost": "7", "pot": "1", "title_en": "Bench"})
    assert "Go to the vote" not in bo.get(f"{HERE}/2026")


def test_a_language_that_lacks_texts_stops_the_opening_until_a_reason_is_given(app: Portal, bo: Client) -> None:
    add_budget(app, languages=("en", "de", "et", "fr", "pl"))
    page = bo.get(f"{HERE}/2026")
    assert "\u2068العربية\u2069: 14 texts are missing. Complete them or give a public reason." in page
    assert "Prepare the vote" not in page.html
    url = f"{HERE}/2026/texts/ar"
    bo.post(f"{url}/reason", {"reason": "الترجمة تتأخر"}, page=url)
    page = bo.get(f"{HERE}/2026")
    assert "a public reason is given" in page and "Prepare the vote" in page
    assert "الترجمة تتأخر" in bo.get("/ar/budget/2026/")


@pytest.mark.parametrize("kind", ["csv", "xlf"])
def test_texts_leave_and_return(app: Portal, bo: Client, kind: str) -> None:
    add_budget(app, languages=("en",))
    url = f"{HERE}/2026/texts/de"
    left = bo.http.get(f"{url}.{kind}", base_url="http://127.0.0.1:8000").get_data(as_text=True)
    if kind == "csv":
        filled = left.replace("Bench 2 en,\r\n", "Bench 2 en,=Bank 2\r\n")
    else:
        filled = left.replace(
            'Bench 2 en</source><target state="new">', 'Bench 2 en</source><target state="new">=Bank 2'
        )
    assert filled != left
    answer = bo.post(url, {"file": (io.BytesIO(filled.encode()), f"texts.{kind}")}, content_type="multipart/form-data")
    assert "1 text was changed." in answer
    assert "=Bank 2" in bo.get("/de/budget/2026/projects/2")


@pytest.mark.parametrize(
    ("name", "content", "sentences"),
    [
        ("t.csv", "key,translation\nproject/1/title,Bank\nproject/999/title,X\nnonsense,Y\n", ["Line 3:", "Line 4:"]),
        ("t.csv", "a,b\n1,2\n", ["Line 1:"]),
        ("t.csv", "key,translation\nproject/1/title,A\nproject/1/title,B\n", ["Line 3:", "twice"]),
        ("t.xlf", "<xliff>\n<file>\n<oops", ["Line 3:", "not XML"]),
        ("t.xlf", '<!DOCTYPE a [\n<!ENTITY b "c">]><xliff/>', ["document type"]),
        ("t.xlf", '<xliff><file target-language="fr">\n</file></xliff>', ["Line 1:", "another language: fr"]),
        ("t.csv", b"key,translation\nproject/1/title,\xff\n", ["Line 2:", "UTF-8"]),
    ],
)
def test_a_broken_file_names_its_lines_and_changes_nothing(
    app: Portal, bo: Client, name: str, content: str | bytes, sentences: list[str]
) -> None:
    add_budget(app, languages=("en",))
    data = content if isinstance(content, bytes) else content.encode()
    answer = bo.post(f"{HERE}/2026/texts/de", {"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")
    assert answer.status == 422
    for sentence in sentences:
        assert sentence in answer, sentence
    ground.stand_on(app.ground)
    with db.read() as s:
        assert get(s.scalar(select(Budget.id)) or 0).version > 0
    assert 'lang="en"' in bo.get("/de/budget/2026/projects/1").html


def test_single_parameters_are_for_experts_and_go_with_their_regulation(app: Portal, bo: Client) -> None:
    add_budget(app, ready="equal-shares-assen")
    page = bo.post(f"{HERE}/2026/plan/expert", {"completion": "none"})
    assert "The parameters are stored." in page and "Money that is left stays with the city." in page
    page = bo.post(f"{HERE}/2026/plan", PLAN | {"ready": "most-votes"})
    assert "Projects win in the order of their votes" in bo.get(f"{HERE}/2026/plan")


PAGES = (
    "", "/2026", "/2026/edit", "/2026/dates", "/2026/money", "/2026/pots/1", "/2026/categories/1", "/2026/projects",
    "/2026/projects/1", "/2026/plan", "/2026/plan/expert", "/2026/texts", "/2026/texts/ar",
)  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "de", "ar"])
def test_every_page_of_the_staff_area_answers(app: Portal, bo: Client, lang: str) -> None:
    add_budget(app)
    for path in PAGES:
        assert bo.get(HERE.replace("/en/", f"/{lang}/") + path).status == 200, path


def test_citizens_and_other_staff_stay_outside(app: Portal, client: Client) -> None:
    add_budget(app)
    enter(client, "Ana Ilves")
    assert client.get(f"{HERE}/2026").status == 403
    enter(client, "Mo Moderator", roles=["moderator"])
    assert client.get(f"{HERE}/2026/plan").status == 403
    enter(client, "Au Auditor", roles=["auditor"])
    assert client.get(f"{HERE}/2026").status == 200
    assert client.get(f"{HERE}/2026/plan").status == 403
