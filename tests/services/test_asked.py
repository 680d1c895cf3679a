"""What is asked now, how far it is, what stands against sending, what it costs and how it is read back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import i18n
from portal.services.filling import (
    STATES,
    State,
    charged,
    computed,
    cosign,
    entered,
    next_page,
    papers,
    prefilled,
    problems,
    seen,
    tasks,
)  # fmt: skip
from portal.services.filling_print import check_pages, value_lines
from portal.services.schema import Form
from tests.services.papers import NAMES, TODAY, demo, en, field, form

IBAN = "EE382200221020145685"
PDF = {"id": "f1", "name": "plan.pdf", "type": "pdf", "size": 1000}

# --- branches ---

MARKET: dict[str, Any] = {
    "trader": "charity", "company": "Sound Rowers", "name": {"given": "Ana", "family": "Kask"}, "email": "a@example.org",
    "market": "rivermead", "days": ["tuesday", "saturday"], "first_day": "2027-05-01", "weeks": 10, "metres": "4.5",
    "power": True, "goods": [{"what": "Bread", "sort": "food", "own": True}], "food": True, "gas": True,
    "hygiene_proof": [PDF], "rules": True, "truth": True,
}  # fmt: skip


def test_a_hidden_branch_is_dropped_and_comes_back() -> None:
    made = demo("market-stall-permit")
    assert seen(made, MARKET, TODAY).keys() == ["trader", "stall", "goods", "hygiene", "confirm"]
    without = {**MARKET, "food": False}
    now = seen(made, without, TODAY)
    assert now.keys() == ["trader", "stall", "goods", "confirm"]
    assert not {"gas", "hygiene_proof"} & now.answers.keys()
    lines = [line.key for page in check_pages(made, without, "en", TODAY) for line in page.lines]
    assert "hygiene_proof" not in lines and "gas_note" not in lines
    assert seen(made, {**without, "food": True}, TODAY).answers["hygiene_proof"] == [PDF]


def test_a_hidden_answer_does_not_open_what_hangs_on_it() -> None:
    made = form(
        field("a", "yes_no"), field("b", "yes_no", condition={"field": "a", "is": True}),
        field("c", condition={"field": "b", "is": True}), field("d", condition={"not": {"field": "b", "is": True}}),
    )  # fmt: skip
    answers = {"a": False, "b": True, "c": "x", "d": "y"}
    assert seen(made, answers, TODAY).answers == {"a": False, "d": "y"}
    found = entered(made, "one", {"a": "no", "b": "yes", "c": "typed", "d": "y"}, {"b": True}, TODAY)
    assert found.errors == {} and found.answers == {"a": False, "d": "y", "b": True}, "a hidden answer waits, unread"


@given(st.sampled_from(NAMES), st.data())
def test_dropping_hidden_answers_is_settled_at_once(name: str, data: st.DataObject) -> None:
    made = demo(name)
    answers = _any_answers(made, data)
    once = seen(made, answers, TODAY)
    again = seen(made, once.answers, TODAY)
    assert again.answers == once.answers and again.keys() == once.keys() and again.good == once.good
    shown = {line.key for page in check_pages(made, answers, "et", TODAY) for line in page.lines}
    assert shown == {one.key for page in once.pages for one in page.fields if one.asks}
    assert set(once.answers) <= shown
    assert charged(made, answers, TODAY) == charged(made, once.answers, TODAY)
    assert charged(made, answers, TODAY).total >= 0


def _any_answers(made: Form, data: st.DataObject) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in made.fields():
        if not one.asks or data.draw(st.integers(0, 5)) == 0:
            continue
        values = [option.value for option in one.options]
        answer: Any = {
            "choice": lambda values=values: data.draw(st.sampled_from(values)),
            "choices": lambda values=values: data.draw(st.lists(st.sampled_from(values), unique=True)),
            "yes_no": lambda: data.draw(st.booleans()),
            "number": lambda: data.draw(st.integers(0, 200)),
            "money": lambda: data.draw(st.integers(0, 10**9)),
            "declaration": lambda: True,
        }.get(one.kind, lambda: data.draw(st.sampled_from(["x", "2027-05-01", [PDF], None])))()
        found[one.key] = answer
    return found


# --- how far it is ---


def test_the_list_of_tasks() -> None:
    made = demo("market-stall-permit")

    def states(answers: dict[str, Any], **more: Any) -> dict[str, State]:
        return {page.key: state for page, state in tasks(made, answers, TODAY, **more)}

    assert states({}) == {
        "trader": State.NOT_YET, "stall": State.NOT_YET, "goods": State.NOT_YET, "confirm": State.NOT_YET,
    }  # fmt: skip
    assert states({"trader": "person"})["trader"] is State.INCOMPLETE
    assert set(states(MARKET).values()) == {State.DONE}
    assert states({**MARKET, "first_day": "2027-03-28"})["stall"] is State.PROBLEM, "too early by now"
    assert states({**MARKET, "weeks": None}, kept=["weeks"])["stall"] is State.PROBLEM
    assert set(STATES) == set(State)


def test_a_page_waits_for_what_it_depends_on() -> None:
    pages = [
        {"key": "one", "title": en("One"), "fields": [field("a", "yes_no")]},
        {"key": "two", "title": en("Two"), "fields": [field("b"), field("c", condition={"field": "a", "is": True})]},
        {"key": "three", "title": en("Three"), "fields": [field("d", required=False)]},
    ]
    made = form(pages=pages)
    states = [state for _page, state in tasks(made, {}, TODAY)]
    assert states == [State.NOT_YET, State.LOCKED, State.NOT_YET]
    states = [state for _page, state in tasks(made, {"a": False}, TODAY, visited=["three"])]
    assert states == [State.DONE, State.NOT_YET, State.DONE]
    assert next_page(made, {}, TODAY) == "one" and next_page(made, {}, TODAY, "one") == "two"
    assert next_page(made, {}, TODAY, "three") is None


def test_the_next_page_is_one_that_is_asked() -> None:
    made = demo("market-stall-permit")
    assert next_page(made, MARKET, TODAY, "goods") == "hygiene"
    assert next_page(made, {**MARKET, "food": False}, TODAY, "goods") == "confirm"
    assert next_page(made, {**MARKET, "food": False}, TODAY, "hygiene") == "confirm", "from a page that is hidden now"


# --- before it is sent ---


def test_what_stands_against_sending_has_its_page_and_control() -> None:
    made = demo("market-stall-permit")
    assert problems(made, MARKET, TODAY) == []
    bad = {**MARKET, "name": {"given": "Ana", "family": ""}, "metres": "4.3", "rules": None}
    assert [(one.page, one.name) for one in problems(made, bad, TODAY)] == [
        ("trader", "name-family"), ("stall", "metres"), ("confirm", "rules"),
    ]  # fmt: skip
    assert [one.name for one in problems(made, {**MARKET, "weeks": None}, TODAY, kept=["weeks"])] == ["weeks"]


def test_a_sum_beyond_everything_is_said() -> None:
    big = {"key": "v", "label": en("V"), "kind": "number", "reckoning": {"product": [{"field": "q"}] * 40}}
    found = problems(form(field("q", "number"), values=[big]), {"q": 10**9}, TODAY)
    assert [(one.page, one.field) for one in found] == [(None, None)]


def test_papers_and_the_second_signature() -> None:
    stall, house = demo("market-stall-permit"), demo("building-permit")
    assert [(one.key, there) for one, there in papers(stall, MARKET, TODAY)] == [("hygiene", True)]
    assert papers(stall, {**MARKET, "food": False}, TODAY) == []
    assert cosign(house, {"owner": True}, TODAY) is None and cosign(stall, {}, TODAY) is None
    assert (cosign(house, {"owner": False}, TODAY) or {})["de"].startswith("Die Person, der das Grundstück gehört")


def test_what_the_register_knows_is_filled_in_once() -> None:
    made = demo("residence-certificate")
    facts = {
        "register.name": {"given": "Ana", "family": "Kask"},
        "register.birth_date": "2127-01-01",
        "person.email": "x",
    }
    answers, taken = prefilled(made, facts, {}, TODAY)
    assert answers == {"name": {"given": "Ana", "family": "Kask"}} and taken == ("name",), (
        "a birthday to come does not fit"
    )
    mine = {"name": {"given": "Anna", "family": "Kask"}}
    assert prefilled(made, facts, mine, TODAY) == (mine, ())


# --- fees, worked out by hand ---


@pytest.mark.parametrize(
    ("name", "answers", "lines"),
    [
        ("market-stall-permit", MARKET, [("space", 19800), ("power", 6000), ("charity", -19800)]),  # 4.5 m, 20 days, €2.20
        ("market-stall-permit", {**MARKET, "trader": "person", "metres": 4, "power": False}, [("space", 20000)]),
        ("parking-permit", {"drive": "electric", "months": "12"}, [("permit", 2400)]),
        ("parking-permit", {"drive": "petrol", "emissions": 120, "months": "6"}, [("permit", 5400)]),
        ("parking-permit", {"drive": "petrol", "emissions": 121, "months": "6"}, [("permit", 8400)]),
        ("parking-permit", {"drive": "diesel", "emissions": 200, "months": "12", "second": True, "disabled": True},
         [("permit", 26400), ("second", 5000), ("disabled", -31400)]),
        ("parking-permit", {"drive": "gas", "emissions": 90, "months": "6", "second": True, "social_pass": True},
         [("permit", 3600), ("second", 5000), ("social_pass", -1800)]),
        # the emissions of a car that runs on electricity by now are hidden, and so is the pass of who has the card
        ("parking-permit", {"drive": "electric", "emissions": 300, "months": "6", "disabled": True, "social_pass": True},
         [("permit", 1200), ("disabled", -1200)]),
        ("building-permit", {"work": "demolition", "cost": 100}, [("demolition", 20000)]),
        ("building-permit", {"work": "new", "floor_area": "150.1", "cost": 25_000_000}, [("area", 120000), ("cost", 30000)]),
        ("building-permit", {"work": "use", "floor_area": 20, "cost": 10_000_001, "protected": True},
         [("area", 15000), ("cost", 0), ("listed", -7500)]),
        ("birth-certificate-copy", {"form": "full", "copies": 3, "purpose": "passport"}, [("first", 1500), ("further", 1200)]),
        ("birth-certificate-copy", {"form": "extract", "copies": 1, "purpose": "pension"}, [("first", 1200), ("pension", -1200)]),
        ("residence-certificate", {"way": "portal", "copies": 5}, []),
        ("residence-certificate", {"way": "post", "copies": 2, "social_pass": False}, [("paper_copies", 1000)]),
        ("social-pass", {}, []),
    ],
)  # fmt: skip
def test_fees(name: str, answers: dict[str, Any], lines: list[tuple[str, int]]) -> None:
    found = charged(demo(name), answers, TODAY)
    assert [(line.key, line.cents) for line in found.lines] == lines
    assert found.total == sum(cents for _key, cents in lines)


def test_a_charge_is_never_below_nothing() -> None:
    made = form(
        field("q", "number"), charges=[{"key": "a", "label": en("A"), "cents": {"sum": [{"field": "q"}, -500]}}]
    )
    assert [charged(made, {"q": q}, TODAY).total for q in (400, 500, 650)] == [0, 0, 150]


def test_reductions_take_turns_and_never_go_below_nothing() -> None:
    made = form(
        field("q"),
        charges=[{"key": "a", "label": en("A"), "cents": 1001}, {"key": "b", "label": en("B"), "cents": 500}],
        reductions=[
            {"key": "half", "label": en("Half"), "percent": 50, "charges": ["a"]},  # 500.5 cents: for the one who pays
            {"key": "off", "label": en("Off"), "cents": 700},
            {"key": "more", "label": en("More"), "cents": 9999},
            {"key": "late", "label": en("Late"), "percent": 100},  # nothing is left to take it of
        ],
    )
    found = charged(made, {}, TODAY)
    assert [(line.key, line.cents) for line in found.lines] == [
        ("a", 1001), ("b", 500), ("half", -501), ("off", -700), ("more", -300),
    ]  # fmt: skip
    assert found.total == 0


def test_the_social_pass_reckons_a_households_income() -> None:
    made = demo("social-pass")
    answers = {
        "people": 3, "children": 1, "rent": 55_000, "any_income": True,
        "income": [{"who": "A", "sort": "wage", "amount": 210_050}, {"who": "B", "sort": "benefit", "amount": 40_000}],
    }  # fmt: skip
    assert {key: str(one) for key, one in computed(made, answers, TODAY).items()} == {
        "income_total": "250050", "income_limit": "250000", "above_limit": "50", "school_help": "12000",
    }  # fmt: skip
    keys = [one.key for page in seen(made, answers, TODAY).pages for one in page.fields]
    assert "above_note" in keys and "special" in keys and "paid" in keys and "iban" not in keys
    none = {**answers, "any_income": False}
    assert computed(made, none, TODAY)["income_total"] == 0, "income that is hidden does not count"
    lines = value_lines(made, answers, "de", TODAY)
    assert [line.key for line in lines] == ["income_total", "income_limit", "school_help"]
    assert lines[0].value == "2.500,50\u00a0€"


# --- the page on which everything is checked ---


@pytest.mark.parametrize("lang", i18n.SHIPPED)
def test_the_check_page_speaks_the_readers_language(lang: str) -> None:
    made = demo("market-stall-permit")
    lines = {line.key: line for page in check_pages(made, MARKET, lang, TODAY) for line in page.lines}
    assert lines["market"].value == made.by_key["market"].options[2].label[lang]
    assert lines["telephone"].answered is False and lines["name"].value == "Ana Kask"
    with i18n.use_locale(lang):
        assert lines["first_day"].value == i18n.day(date(2027, 5, 1))
        assert lines["metres"].value.startswith(i18n.number(Decimal("4.5")))
        assert lines["telephone"].value == i18n.gettext("Not answered")
    assert lines["goods"].rows[0][0] == (made.by_key["goods"].columns[0].label[lang], "Bread")
    assert [page.key for page in check_pages(made, MARKET, lang, TODAY)] == [
        "trader",
        "stall",
        "goods",
        "hygiene",
        "confirm",
    ]


def test_secret_answers_are_marked_for_lists() -> None:
    lines = check_pages(demo("social-pass"), {"people": 2, "children": 1, "paid": "bank", "iban": IBAN}, "en", TODAY)
    secret = {line.key: line for page in lines for line in page.lines if line.secret}
    assert {"iban", "rent", "any_income", "birth_date"} <= secret.keys()
    assert secret["iban"].value == "EE38 2200 2210 2014 5685"
