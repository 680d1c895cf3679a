"""Words are a deliverable: every shipped language says everything, in every plural form, with every name in its place."""

from __future__ import annotations

import re
from functools import cache
from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages import Catalog
from babel.messages.pofile import read_po

from portal.base import i18n
from portal.paths import shipped

LANGUAGES = [language for language in i18n.SHIPPED if language != i18n.SOURCE]
# The order of the forms in the catalogues: CLDR's, without those that whole numbers never take.
FORMS = {
    "de": ("one", "other"),
    "et": ("one", "other"),
    "fr": ("one", "many", "other"),
    "pl": ("one", "few", "many"),
    "ar": ("zero", "one", "two", "few", "many", "other"),
}
PLACE = re.compile(r"%\((\w+)\)s|%%|(%)")
# Sentences that are the same in some languages, or hold no words.
SAME = re.compile(r"^(PDF, )?[\W\d_]*(%\(\w+\)s[\W\d_]*)*( ?kB)?$")


@cache
def catalogue(language: str) -> Catalog:
    with (Path(shipped("translations")) / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(language: str) -> int:
    return len(FORMS[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_cldrs(language: str) -> None:
    header = dict(catalogue(language).mime_headers)["Plural-Forms"]
    count, rule = re.match(r"nplurals\s*=\s*(\d+)\s*;\s*plural\s*=\s*(.*?);?$", header, re.DOTALL).groups()  # type: ignore[union-attr]
    assert int(count) == forms(language)
    index, cldr = c2py(rule), Locale.parse(language).plural_form
    for n in [*range(201), 1000, 1_000_000]:
        assert FORMS[language][index(n)] == cldr(n), f"{language} {n}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_missing_or_uncertain(language: str) -> None:
    lacking = [
        message.id
        for message in catalogue(language)
        if message.id and (message.fuzzy or not all(message.string if message.pluralizable else [message.string]))
    ]
    assert not lacking, f"{len(lacking)} sentences, the first: {lacking[:3]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_name_has_its_place(language: str) -> None:
    for message in catalogue(language):
        if not message.id or not message.string:
            continue
        sources = message.id if message.pluralizable else (message.id,)
        wanted = {match[1] for source in sources for match in PLACE.finditer(source) if match[1]}
        said = message.string if message.pluralizable else (message.string,)
        for index, sentence in enumerate(said):
            if not sentence:
                continue
            names = {match[1] for match in PLACE.finditer(sentence) if match[1]}
            spelled_out = message.pluralizable and index < 3 and names == wanted - {"n"}
            assert names == wanted or spelled_out, f"{language}: {message.id!r} -> {sentence!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_has_every_form(language: str) -> None:
    for message in catalogue(language):
        if message.pluralizable and any(message.string):
            assert len(message.string) == forms(language), f"{language}: {message.id!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_was_left(language: str) -> None:
    left = [
        message.id
        for message in catalogue(language)
        if message.id
        and not message.pluralizable
        and message.string == message.id
        and len(str(message.id).split()) > 2
        and not SAME.match(str(message.id))
    ]
    assert not left


def test_no_digit_one_in_a_singular() -> None:
    """French says «one» of 0 and 1.5 too, so a singular with the digit would lie."""
    for language in LANGUAGES:
        for message in catalogue(language):
            for sentence in message.id if isinstance(message.id, tuple) else ():
                assert not re.search(r"(?<!\d)1(?!\d)", sentence), message.id


def test_sentences_are_plain() -> None:
    """No "please", no shouting, no sentence glued from pieces: one begins with a blank or ends with one."""
    for message in catalogue("de"):
        for sentence in message.id if isinstance(message.id, tuple) else (str(message.id),):
            assert not re.search(r"\bplease\b", sentence, re.IGNORECASE), sentence
            assert sentence == sentence.strip(), f"glued: {sentence!r}"
            assert "!" not in sentence or sentence.count("!") < 2, sentence


@pytest.mark.parametrize(
    ("language", "word"),
    [("de", r"\bbitte\b"), ("fr", r"\bveuillez\b"), ("et", r"\bpalun\b"), ("pl", r"\bproszę\b"), ("ar", "يُ?رجى")],
)
def test_no_translation_says_please(language: str, word: str) -> None:
    for message in catalogue(language):
        for sentence in message.string if isinstance(message.string, (tuple, list)) else (str(message.string),):
            assert not re.search(word, sentence, re.IGNORECASE), sentence
