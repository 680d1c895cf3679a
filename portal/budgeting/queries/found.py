"""Budgets and projects as hits of the site's search: only what everybody may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.base import texts
from portal.base.feature import Hit, Placed
from portal.budgeting.models import Budget, BudgetState, Card, Project
from portal.budgeting.rules import PUBLIC
from portal.processes.models import Process
from portal.voting import queries as voting
from portal.voting.models import Vote

# What stands in indexes that are the same for everybody: no draft, and no closed process, not even for its members.
OPEN_TO_ALL = (Budget.state == BudgetState.SHOWN, Process.closed.is_(False))


def budgets(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """Two selects."""
    rows = s.execute(
        select(Budget.id, Budget.slug)
        .join(Process, Process.id == Budget.process_id)
        .where(Budget.id.in_(ids), *OPEN_TO_ALL)
    ).all()
    said = texts.load(s, "budget", [row.id for row in rows], ["title", "lead"], lang)
    found = {}
    for row in rows:
        title, lead = said.get((row.id, "title")), said.get((row.id, "lead"))
        if title is not None:
            found[row.id] = Hit(title.body, title.lang, "budgeting.show", {"slug": row.slug}, lead.body if lead else "")
    return found


def projects(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """One select."""
    rows = s.execute(
        select(Project.id, Project.number, Budget.slug, Card.title, Card.summary, Card.said_in)
        .join(Budget, Budget.id == Project.budget_id)
        .join(Card, (Card.project_id == Project.id) & (Card.lang == lang))
        .join(Process, Process.id == Budget.process_id)
        .where(Project.id.in_(ids), Project.status.in_(PUBLIC), *OPEN_TO_ALL)
    )
    return {
        row.id: Hit(row.title, row.said_in, "budgeting.project", {"slug": row.slug, "number": row.number}, row.summary)
        for row in rows
    }


def placed(
    s: Session,
    lang: str,
    box: tuple[float, float, float, float] | None,
    after: datetime | None,
    until: datetime | None,
    most: int,
) -> list[Placed]:
    """The projects of all budgets on the city plan, newest first, that everybody may see: one select. What the worker
    has not marked as shown yet is as new as its budget's last change, and no news."""
    wanted = (
        select(
            Project.id, Project.number, Project.x, Project.y, Budget.slug, Card.title, Card.summary, Card.said_in,
            func.coalesce(Project.shown_at, Budget.changed_at).label("at"),
        )
        .join(Budget, Budget.id == Project.budget_id)
        .join(Card, (Card.project_id == Project.id) & (Card.lang == lang))
        .join(Process, Process.id == Budget.process_id)
        .where(Project.status.in_(PUBLIC), *OPEN_TO_ALL, Project.x.is_not(None))
    )  # fmt: skip
    if box is not None:
        left, top, right, bottom = box
        wanted = wanted.where(Project.x.between(left, right), Project.y.between(top, bottom))
    if after is not None:
        wanted = wanted.where(Project.shown_at > after)
    if until is not None:
        wanted = wanted.where(Project.shown_at <= until)
    return [
        Placed(
            f"project-{row.slug}-{row.number}",
            row.x,
            row.y,
            row.at,
            row.title,
            row.said_in,
            "budgeting.project",
            {"slug": row.slug, "number": row.number},
            row.summary,
        )
        for row in s.execute(wanted.order_by(text("at DESC"), Project.id.desc()).limit(most))
    ]


def published(s: Session, lang: str) -> list[tuple[str, dict[str, Any]]]:
    """Budgets whose result is published, newest first: title and the arguments of their downloads. Two selects."""
    rows = s.execute(
        select(Budget.id, Budget.slug)
        .join(Vote, (Vote.object_id == Budget.id) & (Vote.kind == "budget"))
        .join(Process, Process.id == Budget.process_id)
        .where(*OPEN_TO_ALL, Vote.published_at.is_not(None))
        .order_by(Vote.published_at.desc(), Budget.id)
    ).all()
    said = texts.load(s, "budget", [row.id for row in rows], ["title"], lang)
    return [(said[row.id, "title"].body if (row.id, "title") in said else row.slug, {"slug": row.slug}) for row in rows]


def published_pots(s: Session, lang: str) -> list[tuple[str, dict[str, Any]]]:
    """The same with one line per pot whose ballots are published. Three selects."""
    titles = {args["slug"]: title for title, args in published(s, lang)}
    rows = s.execute(
        select(Budget.slug, Vote)
        .join(Vote, (Vote.object_id == Budget.id) & (Vote.kind == "budget"))
        .where(Budget.slug.in_(titles))
        .order_by(Vote.published_at.desc(), Budget.id)
    ).all()
    found = []
    for slug, vote in rows:
        public = voting.published(s, vote)
        if public is not None and not public.totals_only:
            shown = [pot for pot in public.regulation["pots"] if pot["id"] not in public.withheld]
            for pot in shown:
                name = pot["names"].get(lang) or pot["names"].get("en") or next(iter(pot["names"].values()), pot["id"])
                found.append((f"{titles[slug]}: {name}", {"slug": slug, "pot": pot["id"]}))
    return found
