"""Comments of another platform, taken in with the names under which they stood there. Nobody is told of them: they are
not new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.base import search
from portal.comments import queries, rules
from portal.comments.actions import KIND, rendered
from portal.comments.models import Comment, Side


@dataclass(frozen=True, slots=True)
class Taken:
    """A comment that comes from elsewhere. `imported_id`: how it is known there; `answers`: the number here of the one
    that it answers; `side`: "for", "against" or empty."""

    object_id: int
    imported_id: str
    answers: int | None
    side: str
    body: str
    lang: str
    author_name: str
    created_at: datetime


def known(s: Session, kind: str, imported_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Those of these comments that are here already: number and number of their thing, by the id they have elsewhere."""
    rows = s.execute(
        select(Comment.imported_id, Comment.id, Comment.object_id).where(
            Comment.kind == kind, Comment.imported_id.in_(imported_ids)
        )
    )
    return {row.imported_id: (row.id, row.object_id) for row in rows}


def take_in(s: Session, kind: str, new: Taken) -> Comment:
    """Store one. It counts and is found like any other; it is shown at once, for whoever takes a file in has read it."""
    how = queries.wish(kind)
    assert how is not None
    shape = how.shape(s, new.object_id)
    above = s.get(Comment, new.answers) if new.answers is not None else None
    place = rules.place(above, shape) if above is not None else None
    row = Comment(
        kind=kind,
        object_id=new.object_id,
        parent_id=above.id if above is not None else None,
        root_id=place.root_id if place else None,
        branch_id=place.branch_id if place else None,
        side=Side(new.side) if new.side and above is None and shape == rules.POINTS else None,
        body=new.body,
        html=rendered(new.body, new.lang),
        lang=new.lang,
        author_name=new.author_name,
        imported_id=new.imported_id,
        created_at=new.created_at,
        counted=True,
    )
    s.add(row)
    s.flush()
    if above is not None:
        s.execute(update(Comment).where(Comment.id == above.id).values(replies=Comment.replies + 1))
    how.counted(s, new.object_id, 1)
    search.put(s, KIND, row.id, row.lang, row.body)
    return row
