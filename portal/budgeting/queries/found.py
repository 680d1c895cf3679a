"""Budgets and projects as hits of the site's search: only what everybody may see."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import texts
from portal.base.feature import Hit
from portal.budgeting.models import Budget, BudgetState, Card, Project
from portal.budgeting.rules import PUBLIC


def budgets(s: Session, ids: list[int], lang: str) -> dict[int, Hit]:
    """Two selects."""
    rows = s.execute(select(Budget.id, Budget.slug).where(Budget.id.in_(ids), Budget.state == BudgetState.SHOWN)).all()
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
        .where(Project.id.in_(ids), Project.status.in_(PUBLIC), Budget.state == BudgetState.SHOWN)
    )
    return {
        row.id: Hit(row.title, row.said_in, "budgeting.project", {"slug": row.slug, "number": row.number}, row.summary)
        for row in rows
    }
