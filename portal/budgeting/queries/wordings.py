"""Texts of several kinds at once: a page asks for all its words in one select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.base.texts import Said, Wording
from portal.budgeting.models import Category, Pot

Key = tuple[str, int, str]  # kind, id, field
# Columns of tables, not of entities: every public page asks these statements, and the ORM's way to plain rows is longer.
_W, _POT, _CATEGORY = Wording.__table__.c, Pot.__table__.c, Category.__table__.c


def load(s: Session, wanted: Mapping[str, tuple[Iterable[int], Iterable[str]]]) -> dict[Key, Said]:
    """The best text per (kind, id, field), rendered form included, in one select; the rules of base.texts.load."""
    shape = tuple((kind, tuple(fields)) for kind, (_ids, fields) in wanted.items())
    return _best(s.execute(_asking(shape), {f"ids_{kind}": list(ids) for kind, (ids, _fields) in wanted.items()}))


@lru_cache(maxsize=64)
def _asking(shape: tuple[tuple[str, tuple[str, ...]], ...]) -> Select[*tuple[Any, ...]]:
    """The select for these kinds and fields, built once; the ids come as parameters."""
    asked = [
        and_(
            _W.kind == kind,
            _W.object_id.in_(bindparam(f"ids_{kind}", expanding=True)),
            _W.field.in_(fields),
        )
        for kind, fields in shape
    ]
    columns = (_W.kind, _W.object_id, _W.field, _W.lang, _W.body, _W.origin, _W.html)
    return select(*columns).where(or_(*asked))


@dataclass(frozen=True)
class Names:
    """What a budget, its pots and its categories are called, each in the order of the budget."""

    title: Said
    pots: Mapping[int, Said]
    categories: Mapping[int, Said]
    positions: Mapping[int, int]  # pot id -> position


_PLACED: BindParameter[int] = bindparam("budget_id")
_NAMES = (
    select(
        _W.kind,
        _W.object_id,
        _W.field,
        _W.lang,
        _W.body,
        _W.origin,
        _POT.position.label("pot"),
        _CATEGORY.position.label("category"),
    )
    .select_from(Wording.__table__)
    .outerjoin(Pot.__table__, and_(_W.kind == "pot", _POT.id == _W.object_id))
    .outerjoin(Category.__table__, and_(_W.kind == "category", _CATEGORY.id == _W.object_id))
    .where(
        or_(
            and_(_W.kind == "budget", _W.object_id == _PLACED, _W.field == "title"),
            and_(
                _W.kind == "pot",
                _W.object_id.in_(select(_POT.id).where(_POT.budget_id == _PLACED)),
                _W.field == "name",
            ),
            and_(
                _W.kind == "category",
                _W.object_id.in_(select(_CATEGORY.id).where(_CATEGORY.budget_id == _PLACED)),
                _W.field == "name",
            ),
        )
    )
)


def names(s: Session, budget_id: int) -> Names:
    """Title, pot names and category names in one select."""
    rows = s.execute(_NAMES, {"budget_id": budget_id}).all()
    best = _best(rows)
    places = {(row.kind, row.object_id): row.pot or row.category or 0 for row in rows}
    ordered = sorted(best, key=lambda key: (places[key[0], key[1]], key[1]))
    return Names(
        title=best.get(("budget", budget_id, "title")) or Said("", i18n.lang()),
        pots={key[1]: best[key] for key in ordered if key[0] == "pot"},
        categories={key[1]: best[key] for key in ordered if key[0] == "category"},
        positions={key[1]: places["pot", key[1]] for key in ordered if key[0] == "pot"},
    )


def _best(rows: Iterable[Any]) -> dict[Key, Said]:
    """The reader's language, else English, else the first of the others."""
    wanted = i18n.lang()
    rank = {wanted: 0, i18n.SOURCE: 1}
    found: dict[Key, Said] = {}
    order: dict[Key, tuple[int, str]] = {}
    for row in rows:
        key, mine = (row.kind, row.object_id, row.field), (rank.get(row.lang, 2), row.lang)
        if key not in order or mine < order[key]:
            order[key] = mine
            found[key] = Said(
                body=row.body,
                lang=row.lang,
                html=getattr(row, "html", ""),
                fallback=row.lang != wanted,
                machine=row.origin == "machine",
            )
    return found
