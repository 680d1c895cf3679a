"""Pages of services: found, begun, filled in, sent; a case as its applicant and as an officer see it."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from portal.base import clock, db
from portal.base.web import Portal
from portal.services import queries, queries_clock
from portal.services.models import Application, Case, CaseFile, CaseState, FormVersion, Service
from tests.client import Client, Page
from tests.identity.help import enter
from tests.services import town


@pytest.fixture
def stall(app: Portal) -> Service:
    """A service that is shown."""
    with db.write():
        return town.service()


@pytest.fixture
def ana(app: Portal) -> Client:
    """Ana's browser."""
    client = Client(app)
    enter(client, "Ana Ilves", district="north")
    return client


@pytest.fixture
def kai(app: Portal) -> Client:
    """The officer's."""
    client = Client(app)
    enter(client, "Kai Saar", roles=["case_officer"])
    return client


def begin(client: Client) -> str:
    """Begin the form; the address of its list of pages."""
    page = client.post("/en/services/market-stall/begin", page="/en/services/market-stall")
    assert page.status == 200 and "Your application" in page
    return page.url


def you(**more: str) -> dict[str, str]:
    """The first page as typed."""
    return {"name-given": "Ana", "name-family": "Ilves", "born-day": "", "born-month": "", "born-year": "", **more}


def goods(**more: Any) -> dict[str, Any]:
    """The second page as typed."""
    return {"kind": "food", "hygiene": "yes", "metres": "3", "true": "1", **more}


def send(client: Client) -> Page:
    """Fill in and send; the page of the case."""
    here = begin(client)
    client.post(f"{here}/you", you())
    client.post(f"{here}/goods", goods())
    return client.post(f"{here}/check")


def case_of(page: Page) -> Case:
    """The case on a page."""
    with db.read() as s:
        return s.scalars(select(Case).where(Case.reference == page.url.rpartition("/")[2])).one()


def test_services_are_found_by_word_life_event_and_alphabet(app: Portal, stall: Service) -> None:
    client = Client(app)
    with db.write():
        town.service("hidden", shown=False)
    page = client.get("/en/services/")
    assert "Market stall permit" in page and page.text.count("Market stall permit") == 1
    assert "Market stall permit" in client.get("/en/services/?q=GROW")
    assert "Nothing fits" in client.get("/en/services/?q=passport")
    assert "Nothing fits" in client.get("/en/services/?event=child")
    assert client.get("/en/services/hidden").status == 404
    page = client.get("/en/services/market-stall")
    assert "30 days" in page and "Sign in and apply" in page
    assert "Marktstand" in client.get("/de/services/market-stall")


def test_a_form_is_filled_in_page_by_page_and_sent_once(ana: Client, stall: Service) -> None:
    here = begin(ana)
    page = ana.get(f"{here}/you")
    assert 'value="Ana"' in page.html and "From your account" in page  # what the account says stands there
    page = ana.post(f"{here}/you", you(**{"name-family": "", "born-day": "30", "born-month": "2", "born-year": "1980"}))
    assert page.status == 422 and "Enter a real date" in page and "Enter the family name" in page
    assert 'value="30"' in page.html  # what was typed stays
    page = ana.post(f"{here}/you", you(**{"born-day": "3", "born-month": "2", "born-year": "1980"}))
    assert page.url.endswith("/goods") and "Kind of goods" in page
    assert ana.get(f"{here}/check").url == here  # not yet
    page = ana.post(f"{here}/goods", goods(metres="40"))
    assert page.status == 422 and "from 1 to 12" in page
    page = ana.post(f"{here}/goods", goods())
    assert page.url.endswith("/check") and "February 3, 1980" in page and "Nothing has been sent yet" in page
    page = ana.post(f"{here}/you?back=check", you())
    assert page.url.endswith("/check") and "Not answered" in page  # back to the check, without the day
    page = ana.post(f"{here}/check")
    assert "Your application is here" in page and "Filed" in page
    again = ana.http.post(f"{here}/check", base_url=ana.base, data={"csrf_token": page.token})
    assert again.status_code == 404
    with db.read() as s:
        assert len(s.scalars(select(Case)).all()) == 1 and s.scalars(select(Application)).all() == []
    assert "Market stall permit" in ana.get("/en/my")


def test_what_a_hidden_branch_held_is_dropped(ana: Client, stall: Service) -> None:
    here = begin(ana)
    ana.post(f"{here}/you", you())
    ana.post(f"{here}/goods", goods())
    ana.post(f"{here}/goods?back=check", goods(kind="crafts"))
    case = case_of(ana.post(f"{here}/check"))
    assert "hygiene" not in case.answers and case.answers["kind"] == "crafts"


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "empty.pdf", "empty"),
        (b"MZ\x90\x00 a program", "stall.pdf", "not taken"),
        (b"<svg onload=alert(1)>", "stall.png", "not taken"),
        (b"%PDF-1.7\n" + b"0" * (11 * 1024**2), "large.pdf", "larger than 10"),
    ],
)
def test_files_are_known_by_what_they_are(ana: Client, stall: Service, data: bytes, name: str, says: str) -> None:
    here = begin(ana)
    ana.post(f"{here}/you", you())
    page = ana.post(f"{here}/goods", goods(photo=(BytesIO(data), name)), content_type="multipart/form-data")
    assert page.status in (413, 422) and (says in page or page.status == 413)
    with db.read() as s:
        assert s.scalars(select(CaseFile)).all() == []


def test_a_file_goes_with_the_case_and_only_to_those_who_may_see_it(
    app: Portal, ana: Client, kai: Client, stall: Service
) -> None:
    here = begin(ana)
    ana.post(f"{here}/you", you())
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 100
    sent = {"photo": (BytesIO(picture), "../../etc/<b>stall\x00.exe")}
    ana.post(f"{here}/goods", goods(**sent), content_type="multipart/form-data")
    case = case_of(ana.post(f"{here}/check"))
    with db.read() as s:
        file = s.scalars(select(CaseFile)).one()
    assert file.case_id == case.id and file.name.endswith(".png") and "/" not in file.name and "<" not in file.name
    address = f"services/cases/{case.reference}/files/{file.id}"
    answer = ana.http.get(f"/en/{address}", base_url=ana.base)
    assert answer.data == picture and answer.headers["Content-Disposition"].startswith("attachment")
    bert = Client(app)
    enter(bert, "Bert Oja")
    assert bert.http.get(f"/en/{address}", base_url=bert.base).status_code == 404
    assert kai.http.get(f"/en/staff/cases/{case.reference}/files/{file.id}", base_url=kai.base).data == picture


def test_one_of_two_files_is_taken_out_and_the_other_is_sent(app: Portal, ana: Client) -> None:
    form = town.document()
    form["pages"][1]["fields"][3] |= {"max_files": 2, "required": True}
    with db.write():
        town.service(form=form)
    here = begin(ana)
    ana.post(f"{here}/you", you())
    for n in ("one", "two"):
        photo = (BytesIO(b"\x89PNG\r\n\x1a\n" + n.encode() * 50), f"{n}.png")
        ana.post(f"{here}/goods", goods(photo=photo), content_type="multipart/form-data")
    with db.read() as s:
        first = s.scalars(select(CaseFile).order_by(CaseFile.id)).first()
    assert first is not None
    page = ana.post(f"{here}/files/{first.id}/remove", page=f"{here}/goods")
    assert "two.png" in page and "one.png" not in page
    case = case_of(ana.post(f"{here}/check"))
    assert [one["name"] for one in case.answers["photo"]] == ["two.png"]


def test_numbers_too_large_to_compute_with_are_refused_where_they_are_typed(app: Portal, ana: Client) -> None:
    form = town.document()
    form["pages"][1]["fields"][2] |= {"max": 10**12}
    form["values"] = [
        {"key": "area", "label": town.words("Area"), "kind": "number",
         "reckoning": {"product": [{"field": "metres"}, {"field": "metres"}]}}
    ]  # fmt: skip
    with db.write():
        town.service(form=form)
    here = begin(ana)
    ana.post(f"{here}/you", you())
    page = ana.post(f"{here}/goods", goods(metres="999999999999"))
    assert page.status == 422 and "too large to compute" in page and 'value="999999999999"' in page
    assert ana.get(here).status == 200
    ana.post(f"{here}/goods", goods(metres="4"))
    assert case_of(ana.post(f"{here}/check")).answers["metres"] == 4


def test_a_form_is_tried_before_it_is_published(app: Portal, stall: Service) -> None:
    pia = Client(app)
    enter(pia, "Pia Saar", roles=["administrator"])
    here = "/en/staff/cases/services/market-stall/form"
    assert pia.get(f"{here}/preview").url.endswith("/form")
    assert pia.post(f"{here}/preview", {"document": "{"}, page=here).status == 422
    form = town.document()
    form["pages"][1]["fields"][3]["required"] = True

    def on(page: Page, **typed: Any) -> Page:
        return pia.post(f"{here}/preview", {"kept": page.fields()["kept"], "go": "on", **typed}, page=here)

    page = pia.post(f"{here}/preview", {"document": json.dumps(form)}, page=here)
    assert "This is a preview" in page and "Page 1 of 2" in page and "About you" in page
    wrong = on(page, **you(**{"name-family": ""}))
    assert wrong.status == 422
    second = on(wrong, **you())
    assert "What you sell" in second and "An example" not in second
    back = on(second, **goods(go="back"))
    assert "About you" in back and 'value="Ilves"' in back
    crafts = on(on(back, **you()), **goods(kind="crafts"))
    assert "Crafts" in crafts and "hygiene" not in crafts and "Page" not in crafts  # the check page, without the branch
    spoiled = pia.post(f"{here}/preview", {"kept": "e30.x", "go": "on"}, page=here)
    assert spoiled.url.endswith("/form") and "ended" in spoiled
    with db.read() as s:
        assert s.scalars(select(Application)).all() == [] and s.scalars(select(FormVersion.number)).all() == [1]


def test_an_officer_asks_and_the_applicant_answers(ana: Client, kai: Client, stall: Service) -> None:
    case = case_of(send(ana))
    desk = f"/en/staff/cases/{case.reference}"
    assert case.reference in kai.get("/en/staff/cases") and "Nobody has it" in kai.get("/en/staff/cases")
    kai.post(f"{desk}/take", page=desk)
    page = kai.get(desk)
    assert "Kai Saar" in page and "What can be done now" in page
    version = page.fields()["version"]
    page = kai.post(f"{desk}/ask", {"ask-kind": "paper", "ask-text": "", "version": version}, page=desk)
    assert page.status == 422 and "Write what you need" in page
    day = queries_clock.after(10)
    due = {"ask-due-day": str(day.day), "ask-due-month": str(day.month), "ask-due-year": str(day.year)}
    asked = {"ask-kind": "paper", "ask-text": "A picture <script>alert(1)</script>", "version": version, **due}
    assert "The applicant is asked" in kai.post(f"{desk}/ask", asked, page=desk)
    page = ana.get(f"/en/services/cases/{case.reference}")
    assert "Waiting for you" in page and "<script>alert" not in page.html
    page = ana.post(
        f"/en/services/cases/{case.reference}/answer/1",
        {"text": "Here", "file": (BytesIO(b"%PDF-1.7 x"), "paper.pdf")},
        content_type="multipart/form-data",
    )
    assert "Your answer is with the city" in page and "Being checked" in page
    assert "paper.pdf" in kai.get(desk)


def test_a_refusal_needs_its_reasons_at_the_form(ana: Client, kai: Client, stall: Service) -> None:
    case = case_of(send(ana))
    desk = f"/en/staff/cases/{case.reference}"
    kai.post(f"{desk}/take", page=desk)
    version = kai.get(desk).fields()["version"]
    refusal = {"decision-outcome": "refused", "decision-basis": "", "version": version}
    page = kai.post(f"{desk}/decide", refusal, page=desk)
    assert page.status == 422 and "needs a reason" in page and "needs its grounds" in page and "legal basis" in page
    whole = {
        **refusal,
        "decision-reason": "place",
        "decision-text": "No room on Fridays",
        "decision-basis": "Section 4",
    }
    stale = kai.post(f"{desk}/decide", {**whole, "version": "1"}, page=desk)
    assert stale.status == 409 and "Somebody else has changed" in stale
    assert "Decided" in kai.post(f"{desk}/decide", whole, page=desk)
    page = ana.get(f"/en/services/cases/{case.reference}")
    assert "No room on Fridays" in page and "You can appeal" in page and "Appeals board" in page


def test_the_register_answers_at_once(app: Portal, ana: Client) -> None:
    with db.write():
        town.service("home", instant=True)
    with db.write() as s:
        row = s.scalars(select(Service).where(Service.slug == "home")).one()
        application = town.begun(town.person("Ana Ilves"), row, **town.ANSWERS)
        application.seen = ["you", "goods"]
        number = application.id
    page = ana.post(f"/en/services/applications/{number}/check")
    assert "Granted" in page and "Number of the paper" in page


def test_an_officer_of_another_office_finds_nothing(app: Portal, ana: Client, stall: Service) -> None:
    case = case_of(send(ana))
    with db.write() as s:
        number = town.person("Rita Rand", "case_officer", department=99).person_id
        assert number is not None
        s.flush()
    rita = Client(app)
    enter(rita, "Rita Rand")
    assert case.reference not in rita.get("/en/staff/cases")
    assert rita.get(f"/en/staff/cases/{case.reference}").status == 404


def test_the_queue_is_read_in_a_fixed_number_of_selects(
    app: Portal, kai: Client, stall: Service, count_queries: Any
) -> None:
    def many(number: int) -> int:
        with db.write():
            for each in range(number):
                town.filed(town.person(f"Person {each}"), stall)
        kai.get("/en/staff/cases")
        with count_queries(app) as counted:
            kai.get("/en/staff/cases")
        return int(counted.number)

    assert many(1) == many(25) <= 13


def test_a_service_is_set_up_and_given_a_form(app: Portal) -> None:
    boss = Client(app)
    enter(boss, "Pia Saar", roles=["administrator"])
    settings = {
        "slug": "dog", "title_en": "Dog licence", "period": "2", "unit": "weeks", "resume": "continue", "silence": "nothing",
        "extension_days": "0", "answer_days": "14", "appeal_days": "30",
        "appeal_period": "30", "valid_days": "0",
    }  # fmt: skip
    page = boss.post("/en/staff/cases/services/new", {**settings, "period": "0"})
    assert page.status == 422
    page = boss.post("/en/staff/cases/services/new", settings)
    assert "Only staff see it" in page
    here = "/en/staff/cases/services/dog"
    assert boss.post(f"{here}/show", page=here).status == 409  # no form yet
    bad = town.document()
    bad["pages"][0]["fields"][0]["kind"] = "passport"
    page = boss.post(f"{here}/form", {"document": json.dumps(bad)})
    assert page.status == 422 and "/pages/0/fields/0/kind" in page
    assert boss.post(f"{here}/form", {"document": "{"}).status == 422
    assert "Version 1" in boss.post(f"{here}/form", {"document": json.dumps(town.document())})
    whole = json.dumps(town.document())
    page = boss.post(f"{here}/form", {"document": whole, "since": "2020-01-01T10:00"})
    assert page.status == 422 and "still to come" in page
    assert "Version 2" in boss.post(f"{here}/form", {"document": whole, "since": "2999-01-01T10:00"})
    with db.read() as s:
        row = queries.service(s, "dog", clock.city_now(), "en", hidden=True)
        assert row is not None and row.form_id == s.scalars(select(FormVersion.id).where(FormVersion.number == 1)).one()
    boss.post(f"{here}/show", page=here)
    assert "Dog licence" in Client(app).get("/en/services/")


def test_taken_back_with_a_question_before(ana: Client, stall: Service) -> None:
    case = case_of(send(ana))
    address = f"/en/services/cases/{case.reference}/withdraw"
    page = ana.post(address, {"reason": ""})
    assert page.status == 422
    assert "taken back" in ana.post(address, {"reason": "", "sure": "1"})
    assert case_of(ana.get(f"/en/services/cases/{case.reference}")).state is CaseState.WITHDRAWN
    assert ana.get(address).status == 409


def test_a_page_of_a_stranger_leads_nowhere(app: Portal, ana: Client, stall: Service) -> None:
    here = begin(ana)
    case = case_of(send(ana))
    bert = Client(app)
    enter(bert, "Bert Oja")
    for address in (here, f"{here}/you", f"{here}/check", f"/en/services/cases/{case.reference}"):
        assert bert.get(address).status == 404


def test_a_colleagues_case_is_opened_with_a_reason(app: Portal, ana: Client, kai: Client, stall: Service) -> None:
    case = case_of(send(ana))
    desk = f"/en/staff/cases/{case.reference}"
    kai.post(f"{desk}/take", page=desk)
    petra = Client(app)
    enter(petra, "Petra Novak", roles=["case_officer"])
    page = petra.get(desk)
    assert "/look" in page.url and case.reference not in page.text
    assert kai.get(desk).url == desk
