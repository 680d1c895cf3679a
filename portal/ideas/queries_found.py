"""Calls and ideas as hits of the search, entries of feeds, lines of files: only what everybody may see."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.base import texts
from portal.base.feature import Hit, News, Placed
from portal.base.texts import Said
from portal.ideas.models import Call, Idea
from portal.ideas.queries import OPEN_TO_ALL, Names
from portal.ideas.queries_list import Shown
from portal.places.models import District
from portal.processes.models import Process

MOST = 100
CSV_MOST = 50_000


def calls(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """Two selects."""
    rows = s.execute(
        select(Call.id, Call.slug).join(Process, Process.id == Call.process_id).where(Call.id.in_(ids), OPEN_TO_ALL)
    ).all()
    said = texts.load(s, "call", [row.id for row in rows], ["title", "summary"], lang)
    found = {}
    for row in rows:
        title, summary = said.get((row.id, "title")), said.get((row.id, "summary"))
        if title is not None:
            text = summary.body if summary else ""
            found[row.id] = Hit(title.body, title.lang, "ideas.call", {"slug": row.slug}, text)
    return found


def _ideas() -> Any:
    return (
        select(Idea.id, Idea.number, Idea.title, Idea.lead, Idea.language, Idea.published_at, Idea.created_at)
        .join(Call, Call.id == Idea.call_id)
        .join(Process, Process.id == Call.process_id)
        .where(OPEN_TO_ALL)
    )


_I, _C, _R = Idea.__table__.c, Call.__table__.c, Process.__table__.c
_HITS = (
    select(_I.id, _I.number, _I.title, _I.lead, _I.language)
    .join(Call.__table__, _C.id == _I.call_id)
    .join(Process.__table__, _R.id == _C.process_id)
    .where(OPEN_TO_ALL, _I.id.in_(bindparam("ids", expanding=True)), _I.listed.is_(True))
)


def ideas(s: Session, ids: list[int], _lang: str) -> dict[int, Hit]:
    """One select. What was merged or withdrawn is found by its address alone."""
    return {
        idea_id: Hit(title, language, "ideas.idea", {"number": number}, lead)
        for idea_id, number, title, lead, language in s.execute(_HITS, {"ids": ids}).all()
    }


def feed(s: Session, _lang: str) -> list[News]:
    """The newest ideas of all calls that everybody may see: one select."""
    rows = s.execute(_ideas().where(Idea.listed.is_(True)).order_by(Idea.created_at.desc(), Idea.id.desc()).limit(MOST))
    return [
        News(
            f"idea-{row.number}",
            row.title,
            row.published_at or row.created_at,
            "ideas.idea",
            {"number": row.number},
            row.lead,
            row.language,
        )
        for row in rows
    ]


def placed(
    s: Session,
    _lang: str,
    box: tuple[float, float, float, float] | None,
    after: datetime | None,
    until: datetime | None,
    most: int,
) -> list[Placed]:
    """The ideas of all calls on the city plan, newest first, that everybody may see: one select."""
    wanted = _ideas().add_columns(Idea.x, Idea.y).where(Idea.listed.is_(True), Idea.x.is_not(None))
    if box is not None:
        left, top, right, bottom = box
        wanted = wanted.where(Idea.x.between(left, right), Idea.y.between(top, bottom))
    if after is not None:
        wanted = wanted.where(Idea.published_at > after)
    if until is not None:
        wanted = wanted.where(Idea.published_at <= until)
    rows = s.execute(wanted.order_by(Idea.published_at.desc(), Idea.id.desc()).limit(most))
    return [
        Placed(
            f"idea-{row.number}",
            row.x,
            row.y,
            row.published_at or row.created_at,
            row.title,
            row.language,
            "ideas.idea",
            {"number": row.number},
            row.lead,
        )
        for row in rows
    ]


def news(rows: Sequence[Shown]) -> list[News]:
    """A list of ideas as entries of a feed."""
    return [
        News(f"idea-{one.number}", one.title, one.created_at, "ideas.idea", {"number": one.number}, one.lead, one.lang)
        for one in rows
    ]


def published(s: Session, lang: str) -> list[tuple[str, dict[str, Any]]]:
    """The calls whose ideas can be downloaded: title and arguments. Two selects."""
    rows = s.execute(
        select(Call.id, Call.slug)
        .join(Process, Process.id == Call.process_id)
        .where(OPEN_TO_ALL)
        .order_by(Call.id.desc())
    ).all()
    said = texts.load(s, "call", [row.id for row in rows], ["title"], lang)
    return [(str(said.get((row.id, "title")) or Said(row.slug, "en")), {"slug": row.slug}) for row in rows]


HEAD = (
    "number", "title", "text", "language", "state", "category", "district", "place", "x", "y", "cost_guess", "supports",
    "comments", "created_at",
)  # fmt: skip


def table(s: Session, call: Call, names: Names) -> str:
    """The ideas of a call as CSV, one line each, without authors and without supporters; what is hidden or held is not
    in it. No cell is taken for a formula. One select."""
    columns = (
        Idea.number, Idea.title, Idea.body, Idea.language, Idea.state, Idea.category_id, District.code, Idea.place,
        Idea.x, Idea.y, Idea.cost_guess, Idea.supports, Idea.comments, Idea.created_at,
    )  # fmt: skip
    rows = s.execute(
        select(*columns)
        .outerjoin(District, District.id == Idea.district_id)
        .where(Idea.call_id == call.id, Idea.hidden_at.is_(None), Idea.held_at.is_(None))
        .order_by(Idea.number)
        .limit(CSV_MOST)
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in rows:
        cost = row.cost_guess
        writer.writerow(
            [
                row.number,
                plain_cell(row.title),
                plain_cell(row.body),
                row.language,
                row.state.value,
                plain_cell(str(names.categories.get(row.category_id, ""))),
                row.code or "",
                plain_cell(row.place),
                "" if row.x is None else row.x,
                "" if row.y is None else row.y,
                "" if cost is None else f"{cost // 100}.{cost % 100:02}",
                row.supports,
                row.comments,
                row.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            ]
        )
    return "\ufeff" + out.getvalue()


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
