"""Budgets in feeds and calendars, and what there is to tell people now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from portal.base import clock, texts
from portal.base.actor import Actor
from portal.base.feature import Event, News
from portal.budgeting.models import Budget, BudgetState, Card, Project
from portal.budgeting.queries.budgets import dates_of
from portal.budgeting.rules import PUBLIC
from portal.budgeting.rules_dates import Dated
from portal.notifications.models import Announcement, Follow, Message
from portal.processes import rules as process_rules
from portal.processes.models import Member, PhaseKind, Process
from portal.processes.queries import joined
from portal.voting.models import Vote, VoteState
from portal.voting.rules_interruption import pending

FRESH = timedelta(days=14)  # older news is told to nobody: an import or a new installation announces no past
MOST = 100
_DECIDED = (VoteState.PREPARED, VoteState.IMPORTING, VoteState.BROKEN_OFF)


def _shown(s: Session, *where: ColumnElement[bool]) -> list[Any]:
    wanted = (
        select(Budget.id, Budget.slug, Budget.process_id, Budget.changed_at, Process.closed)
        .join(Process, Process.id == Budget.process_id)
        .where(Budget.state == BudgetState.SHOWN, *where)
    )
    return list(s.execute(wanted.order_by(Budget.id.desc())).all())


def feed(s: Session, lang: str) -> list[News]:
    """Each step that a public budget has reached, newest first: five selects."""
    rows, now = _shown(s, Process.closed.is_(False)), clock.city_now()
    dates = dates_of(s, [(row.id, row.process_id) for row in rows])
    said = texts.load(s, "budget", [row.id for row in rows], ["title", "lead"], lang)
    found = []
    for row in rows:
        title, lead = said.get((row.id, "title")), said.get((row.id, "lead"))
        for phase in dates[row.id].phases:
            if title is None or phase.opens_at > now:
                continue
            if phase.kind is PhaseKind.RESULTS and dates[row.id].vote_state != "published":
                continue
            page = "budgeting.results" if phase.kind is PhaseKind.RESULTS else "budgeting.show"
            words = f"{title.body}: {process_rules.name(phase.kind)}"
            found.append(
                News(
                    f"{row.slug}-{phase.kind}",
                    words,
                    phase.opens_at,
                    page,
                    {"slug": row.slug},
                    lead.body if lead else "",
                )  # fmt: skip
            )
    return sorted(found, key=lambda one: (one.updated, one.uid), reverse=True)[:MOST]


def project_feed(s: Session, budget: Budget, lang: str) -> list[News]:
    """The public projects of one budget, the newest numbers first: one select."""
    rows = s.execute(
        select(Project.number, Card.title, Card.summary, Card.said_in)
        .join(Card, (Card.project_id == Project.id) & (Card.lang == lang))
        .where(Project.budget_id == budget.id, Project.status.in_(PUBLIC))
        .order_by(Project.number.desc())
        .limit(MOST)
    ).all()
    return [
        News(
            f"project-{row.number}",
            row.title,
            budget.changed_at,
            "budgeting.project",
            {"slug": budget.slug, "number": row.number},
            row.summary,
            row.said_in,
        )  # fmt: skip
        for row in rows
    ]


def events_of(slug: str, title: str, phases: Sequence[Dated], changed_at: datetime) -> list[Event]:
    """The phases of a budget as dates: when each opens, and until when it lasts."""
    return [
        Event(
            uid=f"budget-{slug}-{phase.kind}",
            title=f"{title}: {process_rules.name(phase.kind)}",
            starts_at=phase.opens_at,
            ends_at=phase.closes_at,
            endpoint="budgeting.show",
            args={"slug": slug},
            sequence=int(changed_at.timestamp()) % 2**31,
        )
        for phase in phases
    ]


def calendar(s: Session, actor: Actor, lang: str) -> list[Event]:
    """The dates of the budgets that a person follows, and of the closed ones in which they take part: four selects, one
    where there is none."""
    ids = select(Follow.object_id).where(Follow.person_id == actor.person_id, Follow.kind == "budget")
    followed = Budget.id.in_(ids) & Process.closed.is_(False)
    rows = _shown(s, or_(followed, Process.closed.is_(True) & joined(actor)))
    if not rows:
        return []
    dates = dates_of(s, [(row.id, row.process_id) for row in rows])
    said = texts.load(s, "budget", [row.id for row in rows], ["title"], lang)
    return [
        event
        for row in rows
        for event in events_of(
            row.slug, str(said.get((row.id, "title"), row.slug)), dates[row.id].phases, row.changed_at
        )
    ]


@dataclass(frozen=True, slots=True)
class Due:
    """Something to tell: to whom it matters (kind and number), what, and the key that tells it once. `members`: the
    closed process whose members alone are told."""

    key: str
    kind: str
    object_id: int
    notice: str
    values: dict[str, object]
    endpoint: str
    args: dict[str, Any] = field(default_factory=dict)
    members: int | None = None


def untold(s: Session, one: Due) -> list[int]:
    """The members of the closed process who were not told yet: one select."""
    told = select(Message.id).where(Message.person_id == Member.person_id, Message.dedup == one.key)
    return list(s.scalars(select(Member.person_id).where(Member.process_id == one.members, ~told.exists())))


def due(s: Session, now: datetime) -> list[Due]:
    """What happened to public budgets and was not told yet."""
    rows = {row.id: row for row in _shown(s)}
    titles: dict[int, dict[str, str]] = {}
    for said in s.scalars(
        select(texts.Wording).where(
            texts.Wording.kind == "budget", texts.Wording.object_id.in_(rows), texts.Wording.field == "title"
        )
    ):
        titles.setdefault(said.object_id, {})[said.lang] = said.body
    dates = dates_of(s, [(row.id, row.process_id) for row in rows.values()])
    votes = s.scalars(select(Vote).where(Vote.kind == "budget", Vote.object_id.in_(rows)))
    found = []
    for vote in votes:
        found += _of_vote(s, vote, rows[vote.object_id], titles.get(vote.object_id) or {}, now)
    for row in rows.values():
        for phase in dates[row.id].phases:
            own = phase.kind in (PhaseKind.SUBMIT, PhaseKind.REVIEW, PhaseKind.WORKS)
            if own and now - FRESH < phase.opens_at <= now and titles.get(row.id):
                values: dict[str, object] = {"budget": titles[row.id], "phase": process_rules.name(phase.kind)}
                found.append(_due(row, f"phase:{phase.kind}", "budget.phase", values))
    known = set(s.scalars(select(Announcement.dedup).where(Announcement.dedup.in_([one.key for one in found]))))
    return [one for one in found if one.key not in known]


def _due(row: Any, key: str, notice: str, values: dict[str, object], endpoint: str = "budgeting.show") -> Due:
    members = row.process_id if row.closed else None
    return Due(f"budget:{row.id}:{key}", "budget", row.id, notice, values, endpoint, {"slug": row.slug}, members)


def _of_vote(s: Session, vote: Vote, row: Any, titles: dict[str, str], now: datetime) -> list[Due]:
    if vote.state in _DECIDED or pending(vote) is not None or not titles or vote.closes_at < now - 4 * FRESH:
        return []
    title: dict[str, object] = {"budget": titles}
    if vote.published_at is not None:
        if vote.published_at < clock.now() - FRESH:
            return []
        result = _due(row, "result", "budget.result", title, "budgeting.results")
        return [result] if row.closed else [result, *_of_projects(s, row)]
    if vote.closes_at <= now:
        return [_due(row, "closed", "budget.vote_closed", title)] if vote.closes_at > now - FRESH else []
    if vote.state is VoteState.OPEN and vote.opens_at <= now:
        return [_due(row, "open", "budget.vote_open", {**title, "until": vote.closes_at})]
    return []


def _of_projects(s: Session, row: Any) -> list[Due]:
    """The result, for those who follow single projects."""
    followed = select(Follow.object_id).where(Follow.kind == "project")
    ids = list(s.scalars(select(Project.id).where(Project.budget_id == row.id, Project.id.in_(followed))))
    titles: dict[int, dict[str, str]] = {}
    for said in s.scalars(
        select(texts.Wording).where(
            texts.Wording.kind == "project", texts.Wording.object_id.in_(ids), texts.Wording.field == "title"
        )
    ):
        titles.setdefault(said.object_id, {})[said.lang] = said.body
    return [
        Due(
            f"project:{number}:result",
            "project",
            number,
            "budget.result",
            {"budget": said},
            "budgeting.results",
            {"slug": row.slug},
        )  # fmt: skip
        for number, said in titles.items()
    ]
