"""What was put is found, whatever is typed; the same on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.base import search
from portal.base.normal import normalise
from portal.base.search import SearchText

TEXTS = {
    1: "Grünflächen am Ufer",
    2: "Neue Straße mit Radweg",
    3: "Łódź i jezioro",
    4: "الحَدِيقَة الجديدة",
    5: "Bebauungsplan Mitte",
    6: "城市公园",
    7: '100% Rad_weg "quoted" OR x',
    8: "C* NEAR(x) AND -y",
}


@pytest.fixture
def filled(db_session: Session) -> Session:
    for object_id, words in TEXTS.items():
        search.put(db_session, "project", object_id, "de", words)
    return db_session


TYPED = (
    ("grunflachen", [1]),
    ("STRASSE", [2]),
    ("lodz jez", [3]),
    ("حديقه", [4]),
    ("الحديقة", [4]),
    ("plan", [5]),
    ("公园", [6]),
    ("公", [6]),
    ("100%", [7]),
    ("0%", [7]),
    ("d_w", [7]),
    ('"quoted"', [7]),
    ("near(x)", [8]),
    ("c*", [8]),
    ("-y", [8]),
    ("ufer grün", [1]),
    ("ufer straße", []),
    ("", []),
    ("  ", []),
    ("%", [7]),
    ("_", [7]),
    ("'; DROP TABLE search_text; --", []),
    ("a" * 5000, []),
    ("NOT OR AND", []),
    ('" OR ""', []),
)


def test_what_is_typed(filled: Session) -> None:
    for query, expected in TYPED:
        assert search.find(filled, "project", query, "de") == expected, query


def test_word_beginnings_come_before_what_stands_inside_a_word(db_session: Session) -> None:
    search.put(db_session, "project", 1, "en", "A calm street for children")
    search.put(db_session, "project", 2, "en", "One thousand street trees")
    search.put(db_session, "project", 3, "en", "Shade: the city plants a tree")
    search.put(db_session, "project", 4, "de", "Tree, in another language")
    assert search.find(db_session, "project", "tree", "en") == [2, 3, 1, 4]
    assert search.find(db_session, "project", "child tree", "en") == [1]
    assert search.find(db_session, "project", "st tree", "en") == [2, 1]


def test_a_changed_text_is_found_by_its_new_words_only(filled: Session) -> None:
    search.put(filled, "project", 1, "de", "Spielplatz")
    assert search.find(filled, "project", "grünflächen", "de") == []
    assert search.find(filled, "project", "spielplatz", "de") == [1]


def test_a_removed_text_is_gone(filled: Session) -> None:
    search.put(filled, "project", 1, "de", "")
    search.forget(filled, "project", 2)
    assert search.find(filled, "project", "ufer", "de") == []
    assert search.find(filled, "project", "radweg", "de") == []


def test_kinds_stay_apart(filled: Session) -> None:
    search.put(filled, "page", 1, "de", "Radweg zum Ufer")
    assert search.find(filled, "page", "radweg", "de") == [1]
    assert search.find_any(filled, ["page", "project"], "ufer", "de") == [
        ("project", 1),
        ("page", 1),
    ] or search.find_any(filled, ["page", "project"], "ufer", "de") == [("page", 1), ("project", 1)]


def test_an_object_comes_once_and_the_readers_language_first(db_session: Session) -> None:
    search.put(db_session, "project", 1, "en", "Park by the river")
    search.put(db_session, "project", 1, "de", "Park am Fluss")
    search.put(db_session, "project", 2, "de", "Ein sehr langer Titel, dann erst der Park")
    assert search.find(db_session, "project", "park", "de") == [1, 2]
    assert search.find(db_session, "project", "fluss", "en") == [1], "other languages' words find too"
    assert search.find(db_session, "project", "park", "en") == [1, 2]


def test_finds_in_many_languages_push_no_object_out(db_session: Session) -> None:
    for lang in ("de", "et", "fr", "pl", "en"):
        search.put(db_session, "project", 1, lang, "Park")
    search.put(db_session, "project", 2, "de", "Der lange Weg zum Park")
    search.put(db_session, "project", 3, "de", "Der noch viel längere Weg zum Park")
    for most in (1, 2, 3, 4):
        assert search.find(db_session, "project", "park", "ar", most=most) == [1, 2, 3][:most]


def test_the_earlier_the_better(db_session: Session) -> None:
    search.put(db_session, "project", 1, "en", "A square with trees and a playground")
    search.put(db_session, "project", 2, "en", "Playground by the school")
    assert search.find(db_session, "project", "playground", "en") == [2, 1]
    assert search.find(db_session, "project", "playground", "en", most=1) == [2]


def test_the_trigram_table_is_used_and_true(filled: Session) -> None:
    if filled.get_bind().dialect.name == "sqlite":
        plan = filled.execute(
            text("EXPLAIN QUERY PLAN SELECT rowid FROM search_fts WHERE search_fts MATCH :q"), {"q": '"plan"'}
        ).all()
        assert "VIRTUAL TABLE INDEX" in str(plan)
        filled.execute(text("INSERT INTO search_fts(search_fts) VALUES ('integrity-check')"))
    else:
        found = filled.scalar(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_search_text_trigram'"))
        assert "gin_trgm_ops" in str(found)


def test_stored_is_the_comparable_form(filled: Session) -> None:
    row = filled.get(SearchText, 1)
    assert row is not None
    assert row.body == normalise(TEXTS[1])
