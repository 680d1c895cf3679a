"""No page loads a relation behind its author's back: every one is lazy="raise"."""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

from portal.base import schema
from portal.base.tables import Base


def test_every_relation_raises() -> None:
    schema.load_models()
    configure_mappers()
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            assert relation.lazy in {"raise", "raise_on_sql"}, f"{mapper.class_.__name__}.{relation.key}"


def test_every_constraint_has_a_name() -> None:
    schema.load_models()
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"
        for index in table.indexes:
            assert index.name, f"{table.name}: {index}"


def test_money_and_times_have_their_own_types() -> None:
    schema.load_models()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            kind = type(column.type).__name__
            assert kind != "DateTime", f"{table.name}.{column.name}: a time without its zone"
            assert kind not in {"Numeric", "REAL"}, f"{table.name}.{column.name}: money is whole cents"
