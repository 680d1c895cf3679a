"""The way of ideas between being supported and becoming a project, for pages of other wings: what was joined with them, what
officers found, objections, the short list. Nothing here grows with the friends of an idea: no number, no place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, case, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from portal.base.i18n import Text, _l
from portal.base.tables import UtcTime
from portal.ideas.models import Idea, IdeaState
from portal.ideas.models_value import Objection, ShortList, ShortListLine, ShortListPick, Subject, Valuation
from portal.ideas.queries_value import DECIDED, OBJECTED


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `listed`: the idea came onto the short list."""

    at: datetime
    name: Text
    listed: bool = False


@dataclass(frozen=True)
class Way:
    """What happened to one idea, in order. `joined`: other ideas live on in it."""

    joined: bool = False
    steps: Sequence[Step] = ()


_I, _V, _O = Idea.__table__.c, Valuation.__table__.c, Objection.__table__.c
_L, _P, _S = ShortListLine.__table__.c, ShortListPick.__table__.c, ShortList.__table__.c
_IDS: Any = bindparam("ids", expanding=True)
_NO_TIME, _NO_TEXT = cast(null(), UtcTime), cast(null(), String)


def _word(column: Any) -> Any:
    return case((column.is_(True), "yes"), (column.is_(False), "no"))


_EVERYTHING = union_all(
    select(
        _I.merged_into_id.label("idea"), literal("joined").label("what"), _NO_TIME.label("at"), _NO_TEXT.label("word"),
        _NO_TEXT.label("subject"), _NO_TIME.label("decided_at"),
    ).where(_I.merged_into_id.in_(_IDS), _I.state == IdeaState.MERGED, _I.hidden_at.is_(None)),
    select(_V.idea_id, literal("found"), _V.published_at, _word(_V.feasible), _NO_TEXT, _NO_TIME).where(
        _V.idea_id.in_(_IDS), _V.published_at.is_not(None)
    ),
    select(_O.idea_id, literal("objected"), _O.at, _word(_O.upheld), cast(_O.subject, String), _O.decided_at).where(
        _O.idea_id.in_(_IDS)
    ),
    select(_L.idea_id, literal("listed"), _S.frozen_at, literal("rule"), _NO_TEXT, _NO_TIME)
    .join(ShortList.__table__, _S.id == _L.list_id)
    .where(_L.idea_id.in_(_IDS), _L.chosen.is_(True)),
    select(_P.idea_id, literal("listed"), _P.at, literal("pick"), _NO_TEXT, _NO_TIME).where(
        _P.idea_id.in_(_IDS), _P.removed_at.is_(None)
    ),
)  # fmt: skip


def ways(s: Session, ids: Sequence[int]) -> Mapping[int, Way]:
    """The way of each of these ideas: one select, none where nothing is asked."""
    joined: set[int] = set()
    steps: dict[int, list[Step]] = {number: [] for number in ids}
    for row in s.execute(_EVERYTHING, {"ids": list(ids)}) if ids else ():
        if row.what == "joined":
            joined.add(row.idea)
        else:
            steps[row.idea] += _steps(row)
    return {
        number: Way(number in joined, tuple(sorted(found, key=lambda one: one.at))) for number, found in steps.items()
    }


def _steps(row: Any) -> list[Step]:
    if row.what == "found":
        return [Step(row.at, _l("Found feasible") if row.word == "yes" else _l("Found not feasible"))]
    if row.what == "objected":
        said = [Step(row.at, OBJECTED[Subject(row.subject)])]
        return said if row.word is None else [*said, Step(row.decided_at, DECIDED[row.word == "yes"])]
    picked = row.word == "pick"
    name = _l("Onto the short list: picked by the city council") if picked else _l("Onto the short list")
    return [Step(row.at, name, True)]
