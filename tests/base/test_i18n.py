"""Sentences, numbers, money and days, as each language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from portal.base import i18n
from portal.base.i18n import Text, _l, _n
from portal.base.web import Portal


@pytest.fixture(autouse=True)
def _english() -> None:
    i18n.set_locale("en", "Europe/Tallinn", "EUR")


def test_a_lazy_sentence_is_said_in_the_language_of_the_moment() -> None:
    sentence = _l("Voting ends on %(day)s.", day=date(2026, 6, 5))
    assert str(sentence) == "Voting ends on June 5, 2026."


def test_numbers_in_sentences_are_grouped_and_pick_their_form() -> None:
    assert str(_n("%(n)s vote", "%(n)s votes", 1)) == "1 vote"
    assert str(_n("%(n)s vote", "%(n)s votes", 12345)) == "12,345 votes"


def test_a_lazy_sentence_is_escaped_where_html_is_made() -> None:
    assert Text("<b>%(x)s</b>", params={"x": '"&'}).__html__() == "&lt;b&gt;&#34;&amp;&lt;/b&gt;"


@pytest.mark.parametrize(
    ("lang", "whole", "cents"),
    [
        ("en", "€1,040,337", "€0.50"),
        ("de", "1.040.337\xa0€", "0,50\xa0€"),
        ("fr", "1\u202f040\u202f337\xa0€", "0,50\xa0€"),
    ],
)
def test_money(lang: str, whole: str, cents: str) -> None:
    with i18n.use_locale(lang):
        assert i18n.money(104033700) == whole
        assert i18n.money(50) == cents


def test_moments_are_told_on_the_citys_clock() -> None:
    assert i18n.moment(datetime(2026, 6, 5, 21, 30, tzinfo=UTC)).startswith("June 6, 2026")


def test_what_ends_with_a_day_holds_until_that_day() -> None:
    """A paper good to the 20th ends when the 21st begins on the city's clock; nobody is told "the 21st, midnight"."""
    assert i18n.last(datetime(2026, 6, 20, 21, tzinfo=UTC)) == "June 20, 2026"
    assert "12:30" in i18n.last(datetime(2026, 6, 20, 21, 30, tzinfo=UTC))


def test_a_language_from_outside_never_becomes_a_path() -> None:
    with i18n.use_locale("../../etc"):
        assert i18n._("Sign in") == "Sign in"


def test_arabic_is_written_from_right_to_left() -> None:
    assert [i18n.direction(code) for code in ("en", "ar")] == ["ltr", "rtl"]
    assert i18n.own_name("et") == "Eesti"


@pytest.mark.parametrize("lang", ["en", "de", "et", "fr", "pl", "ar"])
@pytest.mark.parametrize("currency", ["PLN", "CHF", "EUR"])
def test_letters_never_touch_the_digits_of_an_amount(lang: str, currency: str) -> None:
    with i18n.use_locale(lang):
        said = i18n.money(107000000, currency)
    assert not any(a.isalpha() and b.isdigit() or a.isdigit() and b.isalpha() for a, b in pairwise(said)), said


def test_the_currency_of_another_country_stands_apart() -> None:
    with i18n.use_locale("en"):
        assert i18n.money(107000000, "PLN") == "PLN\N{NO-BREAK SPACE}1,070,000"
        assert i18n.money(50, "EUR") == "€0.50"


@pytest.mark.parametrize(
    ("language", "name", "isolated"),
    [
        ("ar", "Ana Ilves", True), ("ar", "ليلى", False), ("ar", "10:00–11:30", False), ("ar", "№ 7", False),
        ("ar", "https://city.example/x", False), ("ar", "Иван", True), ("en", "ليلى", True), ("en", "Ana Ilves", False),
        ("de", "שרה", True), ("et", "Õnne", False),
    ],
)  # fmt: skip
def test_a_name_that_runs_against_the_sentence_is_isolated(language: str, name: str, isolated: bool) -> None:
    with i18n.use_locale(language):
        shown = f"\u2068{name}\u2069" if isolated else name
        assert i18n.isolated(name) == i18n.isolated(i18n.isolated(name)) == shown
        assert shown in i18n.gettext("You act for %(name)s.", name=name)
        assert shown in str(i18n._l("You act for %(name)s.", name=name))
        assert str(i18n._n("%(n)s of %(name)s", "%(n)s of %(name)s", 2, name=name)).endswith(shown)


def test_a_page_isolates_names_as_well_and_escapes_them(app: Portal) -> None:
    page = "{{ _('You act for %(name)s.', name=name) }} <p aria-label=\"{{ _('You act for %(name)s.', name=name) }}\">"
    with app.test_request_context("/ar/"), i18n.use_locale("ar"):
        said = app.jinja_env.from_string(page).render(name="O'Hara <b>")
    assert said.count("\u2068O&#39;Hara &lt;b&gt;\u2069") == 2 and "<b>" not in said
