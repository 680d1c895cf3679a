"""Projects and the cards by which lists show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import db, i18n, search
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.normal import normalise
from portal.base.texts import Wording, put_each
from portal.budgeting.actions import origins
from portal.budgeting.actions.budgets import Said, must_be_loose, put_texts, touch
from portal.budgeting.models import Budget, Card, Project, ProjectStatus
from portal.budgeting.rules import TEXTS

_FIELDS = ("title", "summary", "picture_alt")
_CHUNK = 200  # projects whose texts are read at once; keeps the number of bound values far from either database's limit


@dataclass(frozen=True, kw_only=True)
class New:
    """What a project begins with. Cost in cents; `x`, `y` from 0 to 1 on the city's plan; no code: its number."""

    pot_id: int
    cost: int
    texts: Said
    category_id: int | None = None
    status: ProjectStatus = ProjectStatus.DRAFT
    place: str = ""
    x: float | None = None
    y: float | None = None
    picture_id: int | None = None
    proposer: str = ""
    code: str | None = None


def add(actor: Actor, budget: Budget, **given: Any) -> Project:
    """A new project with the next free number. `given`: the fields of New. Raises Denied when frozen."""
    return add_all(actor, budget, [New(**given)])[0]


def add_all(actor: Actor, budget: Budget, new: Sequence[New]) -> list[Project]:
    """New projects with the next free numbers, in this order, each with its line in the record. Raises Denied when
    frozen. Many at once ask the database hardly more often than one."""
    must_be_loose(budget)
    s = db.session()
    last = s.scalar(select(func.max(Project.number)).where(Project.budget_id == budget.id)) or 0
    made = [
        Project(
            budget_id=budget.id,
            pot_id=one.pot_id,
            category_id=one.category_id,
            number=number,
            code=one.code or str(number),
            cost=one.cost,
            status=one.status,
            place=one.place,
            x=one.x,
            y=one.y,
            picture_id=one.picture_id,
            proposer=one.proposer,
        )
        for number, one in enumerate(new, last + 1)
    ]
    s.add_all(made)
    s.flush()
    put_each(s, "project", {project.id: one.texts for project, one in zip(made, new, strict=True)}, TEXTS["project"])
    refresh_cards(s, [project.id for project in made])
    touch(actor, budget)
    for project, one in zip(made, new, strict=True):
        record(actor, "add", "project", project.id, after=_told(project) | {"texts": _plain(one.texts)})
    return made


def edit(actor: Actor, budget: Budget, project: Project, *, texts: Said | None = None, **changes: Any) -> None:
    """Changes columns and texts of a project. Raises Denied when frozen, TypeError for a column it does not have."""
    must_be_loose(budget)
    s = db.session()
    if changes.get("status") is ProjectStatus.BALLOT and project.status is not ProjectStatus.BALLOT:
        origins.must_be_settled(project)
    before = _told(project)
    for column, value in changes.items():
        if column not in before:
            raise TypeError(f"a project has no {column} to change")
        setattr(project, column, value)
    s.flush()
    if texts:
        put_texts("project", project.id, texts)
    refresh_cards(s, [project.id])
    touch(actor, budget)
    origins.follow(actor, project)
    after = _told(project) | ({"texts": _plain(texts)} if texts else {})
    record(actor, "edit", "project", project.id, before=before, after=after)


def remove(actor: Actor, budget: Budget, project: Project) -> None:
    """Removes a project for good. Raises Denied when frozen; a public project is better withdrawn."""
    must_be_loose(budget)
    s = db.session()
    before = _told(project)
    origins.unlink_all(actor, project)
    s.execute(delete(Card).where(Card.project_id == project.id))
    search.forget(s, "project", project.id)
    s.execute(delete(Wording).where(Wording.kind == "project", Wording.object_id == project.id))
    s.delete(project)
    s.flush()
    touch(actor, budget)
    record(actor, "remove", "project", project.id, before=before)


def refresh_cards(s: Session, project_ids: Iterable[int], languages: Sequence[str] | None = None) -> None:
    """Writes the cards of these projects anew in every language of the portal, and what the search finds them by."""
    ids = sorted(set(project_ids))
    languages = list(languages or settings().languages)
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        rows = cards_for(s, part, languages)
        s.execute(delete(Card).where(Card.project_id.in_(part)))
        if rows:
            s.execute(insert(Card), rows)
        _make_findable(s, part)


def _make_findable(s: Session, ids: Sequence[int]) -> None:
    """One search text per language in which the project is really written."""
    facts = {
        row.id: row
        for row in s.execute(
            select(Project.id, Project.code, Project.place, Project.proposer, Project.status).where(Project.id.in_(ids))
        )
    }
    said: dict[tuple[int, str], dict[str, str]] = {}
    statement = select(Wording.object_id, Wording.lang, Wording.field, Wording.body)
    for object_id, lang, field, body in s.execute(
        statement.where(Wording.kind == "project", Wording.object_id.in_(ids))
    ):
        said.setdefault((object_id, lang), {})[field] = body
    search.forget(s, "project", *facts)
    found = []
    for (object_id, lang), texts in said.items():
        row = facts[object_id]
        if row.status is ProjectStatus.DRAFT:
            continue
        words = (texts.get("title", ""), texts.get("summary", ""), row.place, row.proposer, row.code)
        body = normalise(" ".join((*words, texts.get("body", ""))))
        found.append({"kind": "project", "object_id": object_id, "lang": lang, "body": body})
    if found:
        s.execute(insert(search.SearchText), found)


def cards_for(s: Session, ids: Sequence[int], languages: Sequence[str]) -> list[dict[str, Any]]:
    """The card rows of these projects, one per language: the best text there is, and the language it is in."""
    said: dict[int, dict[str, dict[str, str]]] = {}
    statement = select(Wording.object_id, Wording.field, Wording.lang, Wording.body)
    for object_id, field, lang, body in s.execute(
        statement.where(Wording.kind == "project", Wording.object_id.in_(ids), Wording.field.in_(_FIELDS))
    ):
        said.setdefault(object_id, {}).setdefault(field, {})[lang] = body
    facts = s.execute(select(Project.id, Project.code).where(Project.id.in_(ids)))
    rows = []
    for project_id, code in facts:
        texts = said.get(project_id, {})
        titles = texts.get("title", {})
        for lang in languages:
            said_in = _best(titles, lang)
            title = titles.get(said_in, code)
            summary = texts.get("summary", {}).get(said_in, "")
            rows.append(
                {
                    "project_id": project_id,
                    "lang": lang,
                    "said_in": said_in,
                    "title": title[:300],
                    "summary": summary[:1000],
                    "picture_alt": texts.get("picture_alt", {}).get(said_in, "")[:500],
                    "sort_key": normalise(title)[:300],
                }
            )
    return rows


def _best(by_lang: dict[str, str], lang: str) -> str:
    """The reader's language, else English, else the first of the others."""
    if lang in by_lang or not by_lang:
        return lang
    return i18n.SOURCE if i18n.SOURCE in by_lang else min(by_lang)


def _told(project: Project) -> dict[str, Any]:
    return {
        "pot_id": project.pot_id,
        "category_id": project.category_id,
        "cost": project.cost,
        "status": project.status.value,
        "place": project.place,
        "x": project.x,
        "y": project.y,
        "picture_id": project.picture_id,
        "proposer": bool(project.proposer),  # a name would stay in the record for ever
    }


def _plain(texts: Said) -> dict[str, dict[str, str]]:
    return {field: dict(by_lang) for field, by_lang in texts.items()}
