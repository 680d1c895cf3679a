"""Texts of several kinds at once: a page asks for all its words in one select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.base.texts import Said, Wording
from portal.budgeting.models import Category, Pot

Key = tuple[str, int, str]  # kind, id, field


def load(s: Session, wanted: Mapping[str, tuple[Iterable[int], Iterable[str]]]) -> dict[Key, Said]:
    """The best text per (kind, id, field), rendered form included, in one select; the rules of base.texts.load."""
    asked = [
        and_(Wording.kind == kind, Wording.object_id.in_(list(ids)), Wording.field.in_(list(fields)))
        for kind, (ids, fields) in wanted.items()
        if ids
    ]
    if not asked:
        return {}
    columns = (Wording.kind, Wording.object_id, Wording.field, Wording.lang, Wording.body, Wording.origin, Wording.html)
    return _best(s.execute(select(*columns).where(or_(*asked))))


@dataclass(frozen=True)
class Names:
    """What a budget, its pots and its categories are called, each in the order of the budget."""

    title: Said
    pots: Mapping[int, Said]
    categories: Mapping[int, Said]
    positions: Mapping[int, int]  # pot id -> position


def names(s: Session, budget_id: int) -> Names:
    """Title, pot names and category names in one select."""
    rows = s.execute(
        select(
            Wording.kind, Wording.object_id, Wording.field, Wording.lang, Wording.body, Wording.origin,
            Pot.position.label("pot"), Category.position.label("category"),
        )
        .outerjoin(Pot, and_(Wording.kind == "pot", Pot.id == Wording.object_id))
        .outerjoin(Category, and_(Wording.kind == "category", Category.id == Wording.object_id))
        .where(
            or_(
                and_(Wording.kind == "budget", Wording.object_id == budget_id, Wording.field == "title"),
                and_(
                    Wording.kind == "pot",
                    Wording.object_id.in_(select(Pot.id).where(Pot.budget_id == budget_id)),
                    Wording.field == "name",
                ),
                and_(
                    Wording.kind == "category",
                    Wording.object_id.in_(select(Category.id).where(Category.budget_id == budget_id)),
                    Wording.field == "name",
                ),
            )
        )
    ).all()  # fmt: skip
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
