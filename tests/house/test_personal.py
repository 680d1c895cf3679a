"""No table keeps something about a person in silence: each is declared in its feature's manifest, or says why not."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Column, String, Table

from portal.app import FEATURES
from portal.base import personal, schema
from portal.base.feature import Fate, Record
from portal.base.tables import Base, UtcTime
from portal.base.web import Portal

# A column with such a name holds a person, or something that leads to one.
NAMES = {
    "person_id", "helped_by", "recipient", "email", "e_mail", "mail", "phone", "telephone", "address", "contact",
    "proposer", "claim", "name_folded", "first_id", "second_id", "actor_id", "author_id", "birthdate", "key_hash",
    "ip", "user_agent",
}  # fmt: skip
ENDINGS = ("_by_id", "_by", "_person_id")
# What only looks like it.
NO_PERSON = {
    "venue": "address: where a house of the city stands",
    "receipt": "the hash of a code that nobody joins to a person",
    "used_logout_token": "a token's number, without whose it was",
    "job": "work in numbers: its payload names rows, never people",
}
# Declared though no column of it tells: nobody must think they were forgotten.
SAID_ANYWAY = {
    "person", "identity", "sealed_ballot", "delivery", "question_reply", "comment_revision", "workshop_need",
    "service_file",
}  # fmt: skip


def hints(table: Table) -> list[str]:
    """The columns that speak of people."""

    def tells(column: Column) -> bool:  # type: ignore[type-arg]
        to_person = any(key.column.table.name == "person" for key in column.foreign_keys)
        # "replaced_by_id" of a paper leads to a paper
        by = column.name.endswith(ENDINGS) and not column.foreign_keys
        return to_person or column.name in NAMES or by

    return [column.name for column in table.columns if tells(column)]


def tables() -> dict[str, Table]:
    schema.load_models()
    return dict(Base.metadata.tables)


def undeclared(known: dict[str, Table], records: list[Record]) -> list[str]:
    declared = {record.table for record in records}
    return sorted(name for name, t in known.items() if hints(t) and name not in declared and name not in NO_PERSON)


def test_every_table_with_a_person_is_declared(app: Portal) -> None:
    assert undeclared(tables(), personal.records()) == [], "declare a Record in the feature's manifest, or say why not"
    assert "rights" in FEATURES


def test_a_forgotten_table_is_found(app: Portal) -> None:
    """The test itself is tested: each table that it relies on a declaration for is missed when that is gone."""
    for record in personal.records():
        if record.table in SAID_ANYWAY:
            continue
        without = [one for one in personal.records() if one is not record]
        assert record.table in undeclared(tables(), without), record.table


def test_each_is_declared_once_and_says_what_is_true(app: Portal) -> None:
    known = tables()
    records = personal.records()
    assert [name for name, n in Counter(r.table for r in records).items() if n > 1] == []
    for record in records:
        table = known[record.table]
        columns = set(table.columns.keys())
        named = {*record.person, *record.by, *record.hidden, *record.blank}
        assert named <= columns, f"{record.table}: {named - columns}"
        told = set(hints(table)) - {*record.person, *record.by, *record.hidden, *record.blank}
        known_words = {"project", "preference"}
        assert not told or record.reach or record.table in known_words, f"{record.table}: what is {told}?"
        assert record.fate is Fate.DELETED or record.reason, f"{record.table}: not deleted without a reason"
        assert record.who is not None or record.table, record.table
        if record.days is not None:
            assert record.since in columns, f"{record.table}: say with `since` from which column its days count"
            assert isinstance(table.columns[record.since].type, UtcTime), f"{record.table}: no clock to count days by"
        if record.fate is Fate.ANONYMOUS:
            for name in record.person:
                column = table.columns[name]
                assert column.nullable or column.primary_key, f"{record.table}.{name} cannot be emptied"
    person = next(record for record in records if record.table == "person")
    words = {column.name for column in known["person"].columns if isinstance(column.type, String)}
    assert words <= set(person.blank), "an erased account keeps no words: name, public name, language"
    assert set(NO_PERSON) <= set(known) and not set(NO_PERSON) & {r.table for r in records}
