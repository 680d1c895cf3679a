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
    entered,
    problems,
    tasks,
)  # fmt: skip
from portal.services.filling_check import wrong
from portal.services.filling_print import check_pages
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


# --- anything at all ---


@given(st.sampled_from(NAMES), st.data())
def test_whatever_is_typed_is_read_or_refused_at_its_control(name: str, data: st.DataObject) -> None:
    made = demo(name)
    page = data.draw(st.sampled_from(made.pages))
    parts = [
        "",
        "-given",
        "-family",
        "-street",
        "-town",
        "-who",
        "-ground",
        "-day",
        "-month",
        "-year",
        "-0-what",
        "-0-amount",
    ]
    controls = [field.key + part for field in page.fields for part in parts]
    typed = st.text(max_size=8) | st.sampled_from(
        ["1", "0", "yes", "no", "other", "a", "9" * 30, "2027-04-31", "-5", "1,5"]
    )
    posted = data.draw(st.dictionaries(st.sampled_from(controls), typed, max_size=30))
    found = entered(made, page.key, posted, {}, TODAY)
    keys = {field.key for field in page.fields}
    assert {control.partition("-")[0] for control in found.errors} <= keys and set(found.answers) <= keys
    assert not {control.partition("-")[0] for control in found.errors} & set(found.answers)
    assert json.loads(json.dumps(found.answers)) == found.answers
    for key, answer in found.answers.items():
        assert not wrong(made.by_key[key], answer, TODAY)
    once = entered(made, page.key, posted, found.answers, TODAY)
    assert (once.answers, once.errors, once.typed) == (found.answers, found.errors, found.typed), "sent twice, the same"
    for lang in ("en", "ar"):
        with i18n.use_locale(lang):
            assert all(str(sentence) for sentence in found.errors.values())
