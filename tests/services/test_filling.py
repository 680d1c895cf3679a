"""Filling in: what is asked, what is read out of what was typed, what is still open, and what it costs."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from portal.base import i18n
from portal.services import iban
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
from portal.services.filling_check import wrong
from portal.services.filling_print import check_pages, value_lines
from portal.services.filling_read import exact
from portal.services.schema import Form
from tests.services.papers import NAMES, TODAY, demo, en, field, form

IBAN = "EE382200221020145685"
OPTIONS = [{"value": one, "label": en(one.capitalize())} for one in ("a", "b", "c")]
PDF = {"id": "f1", "name": "plan.pdf", "type": "pdf", "size": 1000}


def sent(made: Form, posted: dict[str, Any], answers: dict[str, Any] | None = None, page: str = "one") -> Any:
    return entered(made, page, MultiDict(posted), answers or {}, TODAY)


# --- what was typed becomes an answer ---


@pytest.mark.parametrize(
    ("asked", "posted", "wanted"),
    [
        (field("q"), {"q": "  =1+1  "}, "=1+1"),  # stays text; whoever writes a table marks it
        (field("q"), {"q": "two\nlines"}, "two lines"),
        (field("q"), {"q": "cafe\u0301"}, "café"),
        (field("q", "long_text"), {"q": "one\r\ntwo"}, "one\ntwo"),
        (field("q", "name"), {"q-given": "Ana", "q-family": " Kask "}, {"given": "Ana", "family": "Kask"}),
        (field("q", "name"), {"q-family": "Sukarno"}, {"given": "", "family": "Sukarno"}),
        (field("q", "address"), {"q-street": "Sound Row", "q-number": "4a", "q-postcode": "10115", "q-town": "Sundhaven"},
         {"street": "Sound Row", "number": "4a", "postcode": "10115", "town": "Sundhaven"}),
        (field("q", "date"), {"q-day": "29", "q-month": "2", "q-year": "2028"}, "2028-02-29"),
        (field("q", "date"), {"q-day": "٢٧", "q-month": "٣", "q-year": "٢٠٢٧"}, "2027-03-27"),
        (field("q", "date"), {"q": "2027-03-27"}, "2027-03-27"),
        (field("q", "month"), {"q-month": "3", "q-year": "2027"}, "2027-03"),
        (field("q", "number"), {"q": "1 234"}, 1234),
        (field("q", "number", step="0.1"), {"q": "12,5"}, "12.5"),
        (field("q", "number", step="0.1"), {"q": "12.0"}, 12),
        (field("q", "number", min=-40), {"q": "−7"}, -7),
        (field("q", "money"), {"q": "€ 1.250,50"}, 125050),
        (field("q", "money"), {"q": "45,000"}, 4500000),
        (field("q", "iban"), {"q": "ee38 2200 2210 2014 5685"}, IBAN),
        (field("q", "choice", options=OPTIONS), {"q": "b"}, "b"),
        (field("q", "choices", options=OPTIONS), {"q": ["a", "c", "a"]}, ["a", "c"]),
        (field("q", "yes_no"), {"q": "no"}, False),
        (field("q", "email"), {"q": "ana@example.org"}, "ana@example.org"),
        (field("q", "telephone"), {"q": "+372 5555 1234"}, "+372 5555 1234"),
        (field("q", "plate"), {"q": "su  123 ab"}, "SU 123 AB"),
        (field("q", "declaration"), {"q": "on"}, True),
        (field("q", "on_behalf"), {"q-who": "self"}, {"who": "self"}),
        (field("q", "on_behalf"),
         {"q-who": "other", "q-given": "Ada", "q-family": "Kask", "q-birth_date-day": "1", "q-birth_date-month": "2",
          "q-birth_date-year": "2019", "q-ground": "parent"},
         {"who": "other", "given": "Ada", "family": "Kask", "ground": "parent", "birth_date": "2019-02-01"}),
        (field("q", "on_behalf"), {"q-who": "other", "q-family": "Sound Ltd", "q-ground": "organisation"},
         {"who": "other", "given": "", "family": "Sound Ltd", "ground": "organisation"}),
        (field("q", "table", columns=[field("what"), field("price", "money")]),
         {"q-0-what": "", "q-2-what": "Bread", "q-2-price": "3,50", "q-10-what": "Jam", "q-10-price": "4"},
         [{"what": "Bread", "price": 350}, {"what": "Jam", "price": 400}]),
    ],
)  # fmt: skip
def test_what_was_typed_is_read(asked: dict[str, Any], posted: dict[str, Any], wanted: Any) -> None:
    made = form(asked)
    found = sent(made, posted)
    assert found.errors == {} and found.answers == {"q": wanted}
    assert json.loads(json.dumps(found.answers)) == found.answers
    assert not wrong(made.by_key["q"], wanted, TODAY) and problems(made, found.answers, TODAY) == []


HOSTILE: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("nothing", field("q"), {}, "q"),
    ("blanks", field("q"), {"q": " \t\u00a0 "}, "q"),
    ("a nought byte", field("q"), {"q": "a\x00b"}, "q"),
    ("a bell", field("q"), {"q": "a\x07b"}, "q"),
    ("a turned text", field("q"), {"q": "abc\u202etxt.exe"}, "q"),
    ("half a character", field("q"), {"q": "a\ud800"}, "q"),
    ("a text of a million letters", field("q"), {"q": "a" * 1_000_000}, "q"),
    ("too short", field("q", min_length=5), {"q": "abc"}, "q"),
    ("no digits", field("q", pattern="digits"), {"q": "12a"}, "q"),
    ("digits of another script", field("q", pattern="digits"), {"q": "١٢"}, "q"),
    ("a plot out of shape", field("q", pattern="plot"), {"q": "78401:101"}, "q"),
    ("javascript as a website", field("q", pattern="website"), {"q": "javascript:alert(1)"}, "q"),
    ("a name without a family", field("q", "name"), {"q-given": "Ana"}, "q-family"),
    ("an address without a town", field("q", "address"), {"q-street": "Row", "q-postcode": "10115"}, "q-town"),
    ("a postcode with a tag", field("q", "address"), {"q-street": "R", "q-postcode": "<b>", "q-town": "T"}, "q-postcode"),
    ("30 February", field("q", "date"), {"q-day": "30", "q-month": "2", "q-year": "2027"}, "q"),
    ("29 February of a common year", field("q", "date"), {"q-day": "29", "q-month": "2", "q-year": "2027"}, "q"),
    ("half a date", field("q", "date"), {"q-day": "3", "q-year": "2027"}, "q"),
    ("a date in words", field("q", "date"), {"q-day": "third", "q-month": "May", "q-year": "2027"}, "q"),
    ("the year 27", field("q", "date"), {"q-day": "3", "q-month": "5", "q-year": "27"}, "q"),
    ("the year 99999", field("q", "date"), {"q-day": "3", "q-month": "5", "q-year": "99999"}, "q"),
    ("a week as a date", field("q", "date"), {"q": "2027-W12-6"}, "q"),
    ("a date too early", field("q", "date", earliest="today+14"), {"q": "2027-04-09"}, "q"),
    ("a date too late", field("q", "date", latest="today"), {"q": "2027-03-28"}, "q"),
    ("month 13", field("q", "month"), {"q-month": "13", "q-year": "2027"}, "q"),
    ("a month too early", field("q", "month", earliest="2027-04"), {"q": "2027-03"}, "q"),
    ("a number in words", field("q", "number"), {"q": "twelve"}, "q"),
    ("a number with an exponent", field("q", "number"), {"q": "1e5"}, "q"),
    ("not a number", field("q", "number"), {"q": "NaN"}, "q"),
    ("infinity", field("q", "number", step="0.1"), {"q": "inf"}, "q"),
    ("below nothing", field("q", "number"), {"q": "-1"}, "q"),
    ("a half where whole ones are asked", field("q", "number"), {"q": "1.5"}, "q"),
    ("between the steps", field("q", "number", step="0.5"), {"q": "1.3"}, "q"),
    ("a number of forty digits", field("q", "number"), {"q": "9" * 40}, "q"),
    ("an amount with three decimals", field("q", "money"), {"q": "1.2345"}, "q"),
    ("too large an amount", field("q", "money", max=1000), {"q": "10.01"}, "q"),
    ("an account wrong by one", field("q", "iban"), {"q": "EE382200221020145686"}, "q"),
    ("an account with two digits swapped", field("q", "iban"), {"q": "EE382200221020146585"}, "q"),
    ("an account of another length", field("q", "iban"), {"q": IBAN + "0"}, "q"),
    ("an account of no country", field("q", "iban"), {"q": "ZZ382200221020145685"}, "q"),
    ("an answer that was not offered", field("q", "choice", options=OPTIONS), {"q": "z"}, "q"),
    ("one answer of several that was not offered", field("q", "choices", options=OPTIONS), {"q": ["a", "z"]}, "q"),
    ("too few answers", field("q", "choices", options=OPTIONS, min_choices=2), {"q": ["a"]}, "q"),
    ("too many answers", field("q", "choices", options=OPTIONS, max_choices=1), {"q": ["a", "b"]}, "q"),
    ("maybe", field("q", "yes_no"), {"q": "maybe"}, "q"),
    ("two mailboxes", field("q", "email"), {"q": "a@example.org, b@example.org"}, "q"),
    ("a header in a mailbox", field("q", "email"), {"q": "a@example.org\nBcc: b@example.org"}, "q"),
    ("letters in a telephone number", field("q", "telephone"), {"q": "0800 HELLO"}, "q"),
    ("a plate without a digit", field("q", "plate"), {"q": "ABC"}, "q"),
    ("a plate of signs", field("q", "plate"), {"q": "12'; DROP"}, "q"),
    ("a declaration that is not ticked", field("q", "declaration"), {"q": ""}, "q"),
    ("on behalf of nobody", field("q", "on_behalf"), {"q-who": "other", "q-ground": "organisation"}, "q-family"),
    ("on behalf of a president", field("q", "on_behalf"), {"q-who": "president"}, "q"),
    ("born tomorrow", field("q", "on_behalf"),
     {"q-who": "other", "q-family": "K", "q-ground": "parent", "q-birth_date": "2027-03-28"}, "q-birth_date"),
    ("born on no day", field("q", "on_behalf"),
     {"q-who": "other", "q-family": "K", "q-ground": "parent", "q-birth_date-day": "31", "q-birth_date-month": "4",
      "q-birth_date-year": "2019"}, "q-birth_date"),
    ("an empty table", field("q", "table", columns=[field("w")]), {"q-0-w": ""}, "q"),
    ("too few rows", field("q", "table", columns=[field("w")], min_rows=2), {"q-0-w": "x"}, "q"),
    ("too many rows", field("q", "table", columns=[field("w")], max_rows=2), {f"q-{n}-w": "x" for n in range(3)}, "q"),
    ("a thousand rows", field("q", "table", columns=[field("w")]), {f"q-{n}-w": "x" for n in range(1000)}, "q"),
    ("a row without what is needed", field("q", "table", columns=[field("w", required=True), field("n", "number")]),
     {"q-0-w": "x", "q-5-n": "3"}, "q-5-w"),
    ("a cell that is no number", field("q", "table", columns=[field("w"), field("n", "number")]),
     {"q-0-w": "x", "q-3-n": "three"}, "q-3-n"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "posted", "name"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_input_gets_a_sentence_and_is_kept(asked: dict[str, Any], posted: dict[str, Any], name: str) -> None:
    found = sent(form(asked), posted)
    assert list(found.errors) == [name] and "q" not in found.answers
    sentence = str(found.errors[name])
    assert sentence.endswith(".") and "%(" not in sentence and "Said" not in sentence
    assert found.typed == {k: v if isinstance(v, list) else [v] for k, v in posted.items()}


@pytest.mark.parametrize(
    "answer",
    [
        7,
        True,
        1.5,
        [],
        ["x"],
        {"who": "me"},
        {"a": {"b": []}},
        "\x00",
        "1e999",
        [[1]],
        [{"id": 1}],
        {"given": 4},
        -1,
        10**400,
    ],
)
@pytest.mark.parametrize("kind", ["text", "name", "date", "number", "money", "iban", "choice", "choices", "yes_no", "table",
                                  "file", "on_behalf", "declaration", "email", "month"])  # fmt: skip
def test_answers_of_a_foreign_shape_never_break_a_page(kind: str, answer: Any) -> None:
    more = {"choice": {"options": OPTIONS}, "choices": {"options": OPTIONS}, "table": {"columns": [field("w")]},
            "file": {"accept": ["pdf"]}}.get(kind, {})  # fmt: skip
    made = form(field("q", kind, **more), field("after", condition={"field": "q", "filled": True}))
    answers = {"q": answer, "unknown": {}}
    problems(made, answers, TODAY)
    assert tasks(made, answers, TODAY) and check_pages(made, answers, "en", TODAY)


def test_a_wrong_answer_takes_the_earlier_one_away_but_not_what_was_typed() -> None:
    made = form(field("q", "number"), field("r"))
    found = sent(made, {"q": "many", "r": "kept"}, {"q": 4, "elsewhere": 1})
    assert found.answers == {"r": "kept", "elsewhere": 1}
    assert found.typed["q"] == ["many"] and list(found.errors) == ["q"]


def test_all_that_is_wrong_with_a_person_is_said_at_once() -> None:
    posted = {"q-who": "other", "q-birth_date-day": "31", "q-birth_date-month": "2", "q-birth_date-year": "2020"}
    assert set(sent(form(field("q", "on_behalf")), posted).errors) == {"q-family", "q-ground", "q-birth_date"}


def test_files_come_by_their_own_way_and_are_looked_at() -> None:
    made = form(field("q", "file", accept=["pdf"], max_mb=1, max_files=1))

    def bad(files: list[dict[str, Any]]) -> list[str]:
        return list(entered(made, "one", {}, {}, TODAY, {"q": files}).errors)

    assert bad([PDF]) == []
    for change in (
        {"type": "png"},
        {"type": "exe"},
        {"size": 0},
        {"size": 2_000_000},
        {"id": 5},
        {"name": "a\x00.pdf"},
    ):
        assert bad([{**PDF, **change}]) == ["q"], change
    assert bad([PDF, PDF]) == ["q"] and bad([]) == ["q"]


def test_limits_are_said_in_the_readers_language() -> None:
    found = sent(form(field("q", "money", min=100_000, max=250_050)), {"q": "5"}).errors["q"]
    assert str(found) == "It must be from €1,000 to €2,500.50."
    with i18n.use_locale("de"):
        assert "1.000\u00a0€" in str(found)
    late = sent(form(field("q", "date", earliest="today+14")), {"q": "2027-03-28"}).errors["q"]
    assert str(late) == f"It must be {i18n.day(date(2027, 4, 10))} or later."


@pytest.mark.parametrize(
    ("raw", "places", "wanted"),
    [("1.234", 2, "1234"), ("1.23", 2, "1.23"), ("1,234,567", 0, "1234567"), ("1.234.567,8", 1, "1234567.8"),
     ("12", 2, "12"), ("+5", 0, "5"), (".5", 1, None), ("1,23", 0, None), ("1..5", 1, None), ("--5", 0, None),
     ("1'000", 0, "1000"), ("٤٫٥", 1, "4.5"), ("²", 0, None), ("0x10", 0, None), ("1_000", 0, "1000")],
)  # fmt: skip
def test_numbers_as_people_write_them(raw: str, places: int, wanted: str | None) -> None:
    assert exact(raw, places) == (None if wanted is None else Decimal(wanted))


@given(st.text(max_size=40), st.integers(0, 2))
def test_any_text_is_a_number_or_none(raw: str, places: int) -> None:
    found = exact(raw, places)
    assert found is None or found.is_finite()


@given(st.integers(0, 10**12), st.sampled_from(["en", "de", "et", "fr", "pl", "ar"]))
def test_an_amount_is_read_as_the_language_writes_it(cents: int, lang: str) -> None:
    with i18n.use_locale(lang):
        written = i18n.number(Decimal(cents) / 100)
    found = exact(written, 2)
    assert found is not None and int(found * 100) == cents


# --- account numbers; examples of the IBAN register ---


@pytest.mark.parametrize(
    "number",
    ["EE382200221020145685", "DE89370400440532013000", "FR1420041010050500013M02606", "PL61109010140000071219812874",
     "GB29NWBK60161331926819", "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "SA0380000000608010167519",
     "FI2112345600000785", "BE68539007547034"],
)  # fmt: skip
def test_account_numbers_that_exist(number: str) -> None:
    assert iban.check(number)
    assert iban.plain(iban.printed(number).lower()) == number
    for place in range(4, len(number)):  # every single digit that is mistyped is noticed
        if number[place].isdigit():
            other = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
            assert not iban.check(other)


@pytest.mark.parametrize(
    "number", ["", "DE", "DE89", "DE8937040044053201300", "XX89370400440532013000", "٣" * 22, "DE" + "9" * 900]
)
def test_account_numbers_that_do_not(number: str) -> None:
    found = iban.check(number)
    assert not found and found.reason is not None


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
