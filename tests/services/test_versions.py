"""A newer version of a form: what changed in plain lines, and what becomes of answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.base import i18n
from portal.services.schema_read import read
from portal.services.versions import carry, changes, unchanged
from tests.services.papers import BASE, KEEP_OUT, NAMES, TODAY, bent, demo, en, field, form

KIND = ("pages", 0, "fields", 0)
METRES = ("pages", 0, "fields", 1)
GOODS = ("pages", 1, "fields", 0)
BOTH = {"en": "New words", "de": "Neue Worte"}


@pytest.mark.parametrize(
    ("path", "to", "wanted"),
    [
        (("name",), "other", []),
        (("title",), BOTH, [("label", "form", "")]),
        (("pages", 1, "title"), BOTH, [("label", "page", "two")]),
        (("pages", 1, "condition"), KEEP_OUT, [("condition", "page", "two")]),
        ((*METRES, "label"), BOTH, [("label", "field", "metres")]),
        ((*METRES, "label", "de"), "Meterzahl", [("wording", "field", "metres")]),
        ((*METRES, "help"), BOTH, [("help", "field", "metres")]),
        ((*METRES, "step"), "0.1", [("limits", "field", "metres")]),
        ((*METRES, "required"), False, [("optional", "field", "metres")]),
        ((*METRES, "secret"), True, [("secret", "field", "metres")]),
        ((*METRES, "condition"), {"field": "kind", "is": "books"}, [("condition", "field", "metres")]),
        ((*KIND, "options", 0, "label"), BOTH, [("options", "field", "kind")]),
        ((*GOODS, "columns"), [field("what", label=BOTH)], [("columns", "field", "goods")]),
        ((*GOODS, "max_rows"), 9, [("limits", "field", "goods")]),
        (("values", 0, "reckoning"), 7, [("reckoning", "value", "twice")]),
        (("values", 0, "shown"), False, [("shown", "value", "twice")]),
        (("charges", 0, "cents"), 500, [("fee", "charge", "space")]),
        (("charges", 0, "condition"), {"field": "kind", "is": "food"}, [("condition", "charge", "space")]),
        (("reductions", 0, "percent"), 25, [("fee", "reduction", "less")]),
        (("reductions",), KEEP_OUT, [("removed", "reduction", "less")]),
        (("papers", 0, "key"), "paper", [("added", "paper", "paper"), ("removed", "paper", "card")]),
        (("papers", 0, "field"), "proof", [("field", "paper", "card")]),
        (("cosign",), KEEP_OUT, [("removed", "cosign", "cosign")]),
    ],
)  # fmt: skip
def test_each_change_is_one_plain_line(
    path: tuple[str | int, ...], to: Any, wanted: list[tuple[str, str, str]]
) -> None:
    old, new = read(BASE), read(bent(*path, to=to))
    found = changes(old, new, "en")
    assert [(one.what, one.part, one.key) for one in found] == wanted
    assert unchanged(old, new) is (wanted == [])
    for one in found:
        for lang in i18n.SHIPPED:
            with i18n.use_locale(lang):
                assert str(one.sentence).strip() and "%(" not in str(one.sentence)


def test_a_question_is_replaced_and_another_one_moves() -> None:
    a, b, c, d, x = (field(key) for key in "abcdx")
    old, new = form(a, b, x, c), form(c, a, x, d)
    assert [(one.what, one.key) for one in changes(old, new, "en")] == [
        ("added", "d"),
        ("removed", "b"),
        ("order", "c"),
    ]
    sentences = [str(one.sentence) for one in changes(old, new, "en")]
    assert sentences == ["New question: D", "Question taken out: B", "Asked at another place: C"]


def test_a_question_on_another_page() -> None:
    def pages(first: list[Any], second: list[Any]) -> list[dict[str, Any]]:
        return [
            {"key": "one", "title": en("One"), "fields": first},
            {"key": "two", "title": en("Two"), "fields": second},
        ]

    a, b, c = (field(key) for key in "abc")
    found = changes(form(pages=pages([a, b], [c])), form(pages=pages([a], [b, c])), "en")
    assert [(one.what, one.key) for one in found] == [("page", "b")]


def test_a_language_that_comes_is_one_line() -> None:
    bare = field("q", "choice", options=[{"value": "a", "label": en("A")}])
    spoken = field("q", "choice", options=[{"value": "a", "label": {"en": "A", "de": "A"}}]) | {
        "label": {"en": "Q", "de": "F"}
    }
    old = form(bare)
    pages = [{"key": "one", "title": {"en": "One", "de": "Eins"}, "fields": [spoken]}]
    new = form(languages=["en", "de"], title={"en": "Small", "de": "Klein"}, pages=pages)
    assert [str(one.sentence) for one in changes(old, new, "en")] == ["Other languages: en, de"]
    assert [one.what for one in changes(new, old, "de")] == ["languages"]


def test_reductions_that_change_places_are_told_since_it_changes_the_sum() -> None:
    half = {"key": "half", "label": en("Half"), "percent": 50}
    off = {"key": "off", "label": en("Off"), "cents": 700}
    found = changes(form(field("q"), reductions=[half, off]), form(field("q"), reductions=[off, half]), "en")
    assert [(one.what, one.part) for one in found] == [
        ("turn", "reduction")
    ]  # which of the two moved is a matter of taste


def test_other_words_are_said_with_the_old_ones() -> None:
    found = changes(form(field("q")), form(field("q", label=en("Colour"))), "en")
    assert [str(one.sentence) for one in found] == ["Other words: “Q” is now “Colour”"]


@pytest.mark.parametrize("name", NAMES)
def test_a_form_does_not_differ_from_itself(name: str) -> None:
    assert changes(demo(name), demo(name), "pl") == [] and unchanged(demo(name), demo(name))


# --- answers that are carried over ---

AB = [{"value": "a", "label": en("A")}, {"value": "b", "label": en("B")}]
B = AB[1:]


@pytest.mark.parametrize(
    ("was", "now", "answer", "wanted"),
    [
        (field("q"), field("q", label=en("Other")), "x", "x"),
        (field("q"), field("q", "long_text"), "x", "x"),
        (field("q"), field("q", max_length=2), "long", None),
        (field("q"), field("q", "number"), "12", None),  # never guessed
        (field("q", "number"), field("q", "money"), 12, None),
        (field("q"), field("q", "email"), "a@example.org", "a@example.org"),
        (field("q"), field("q", "email"), "nobody", None),
        (field("q", "choice", options=AB), field("q", "choice", options=B), "b", "b"),
        (field("q", "choice", options=AB), field("q", "choice", options=B), "a", None),
        (field("q", "choice", options=AB), field("q", "choices", options=AB), "a", ["a"]),
        (field("q", "choices", options=AB), field("q", "choice", options=AB), ["b"], "b"),
        (field("q", "choices", options=AB), field("q", "choice", options=AB), ["a", "b"], None),
        (field("q", "declaration"), field("q", "declaration"), True, True),
        (field("q", "declaration"), field("q", "declaration", label=en("Sold my soul")), True, None),
        (field("q", "table", columns=[field("w")]), field("q", "table", columns=[field("v")]), [{"w": "x"}], None),
    ],
)
def test_what_stays_and_what_is_asked_anew(was: dict[str, Any], now: dict[str, Any], answer: Any, wanted: Any) -> None:
    found = carry(form(was), form(now), {"q": answer}, "en", TODAY)
    if wanted is None:
        assert found.answers == {} and [line.key for line in found.lost] == ["q"] and found.asked == ("q",)
        assert found.lost[0].value
    else:
        assert found.answers == {"q": wanted} and found.lost == () and found.asked == ()


def test_questions_taken_out_are_lost_and_new_ones_asked() -> None:
    old, new = form(field("a"), field("b")), form(field("a"), field("c"), field("d", required=False))
    found = carry(old, new, {"a": "1", "b": "2"}, "en", TODAY)
    assert found.answers == {"a": "1"} and found.asked == ("c", "d")
    assert [(line.label, line.value) for line in found.lost] == [("B", "2")]


@given(
    st.dictionaries(
        st.sampled_from(["kind", "metres", "goods", "proof"]), st.sampled_from(["food", 3, "x", [], None, True])
    )
)
def test_every_answer_is_kept_or_told_of(answers: dict[str, Any]) -> None:
    old, new = read(BASE), read(bent(*METRES, "step", to=2))
    found = carry(old, new, answers, "en", TODAY)
    given_ = {key for key, one in answers.items() if one not in (None, [])}
    assert set(found.answers) | {line.key for line in found.lost} == given_
    assert not set(found.answers) & {line.key for line in found.lost}
