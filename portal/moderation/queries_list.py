"""The queue of reported and held things of every kind, one thing in it with its history, and the appeals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from portal.base.actor import Actor, Scope
from portal.base.feature import Hit
from portal.identity.models import Person
from portal.moderation import actions_decide, queries, rules
from portal.moderation.models import Act, Appeal, Decision, Flagged, FlaggedScope, Held, Moderated, Reason, Report

PER_PAGE = 30
SORTS = ("oldest", "reports", "likely")
PARTS = ("process", "district", "department", "place")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a moderator looks for; empty means everything. `days`: in the queue for at least that long."""

    kind: str = ""
    state: str = "open"  # open, held, decided
    reason: str = ""
    days: int = 0
    claimed: str = ""  # free, mine, others
    lang: str = ""
    sort: str = "oldest"


@dataclass(frozen=True)
class Line:
    """A thing in the queue. `hit` is None where it is gone or its wing is off. `reports`: those that wait for a decision,
    and of a decided thing all that decisions have answered. `ended`: its last restriction does not hold any more."""

    row: Flagged
    hit: Hit | None
    reasons: Sequence[Reason]
    claimed_by: str
    mine: bool
    overdue: bool
    reports: int
    last: Act | None
    ended: bool


@dataclass(frozen=True)
class Queue:
    """A page of the queue."""

    lines: Sequence[Line]
    total: int


def reached(actor: Actor) -> ColumnElement[bool]:
    """Where clause on Flagged: what lies in the parts of the city for which the actor moderates."""
    if actor.everywhere(*rules.ROLES):
        return true()
    held = {part: actor.scopes(rules.ROLES, part) for part in PARTS}
    parts = [
        exists().where(
            FlaggedScope.flagged_id == Flagged.id, FlaggedScope.kind == part, FlaggedScope.number.in_(sorted(numbers))
        )
        for part, numbers in held.items()
        if numbers
    ]
    return or_(*parts) if parts else false()


def queue(s: Session, actor: Actor, wish: Wish, lang: str, now: datetime, *, offset: int = 0) -> Queue:
    """A page of things of every kind in one list: four selects, and what each kind needs to name its things."""
    where = _where(actor, wish, now)
    total = s.scalar(select(func.count()).select_from(Flagged).where(*where)) or 0
    person = aliased(Person)
    order: list[Any] = {
        "reports": [Flagged.reports.desc(), Flagged.first_at],
        "likely": [Flagged.score.desc(), Flagged.first_at],
    }.get(wish.sort, [Flagged.decided_at.desc() if wish.state == "decided" else Flagged.first_at])
    rows = s.execute(
        select(Flagged, person.name)
        .join(person, person.id == Flagged.claimed_by_id, isouter=True)
        .where(*where)
        .order_by(*order, Flagged.id)
        .limit(PER_PAGE)
        .offset(offset)
    ).all()
    numbers = [row.id for row, _name in rows]
    hits = queries.hits(s, [(row.kind, row.object_id) for row, _name in rows], lang)
    reasons: dict[int, set[Reason]] = {}
    for number, reason in s.execute(
        select(Report.flagged_id, Report.reason).where(Report.flagged_id.in_(numbers)).distinct()
    ):
        reasons.setdefault(number, set()).add(reason)
    last: dict[int, tuple[Act, bool]] = {}
    answered: Counter[int] = Counter()
    for number, act, count, ended in s.execute(
        select(Decision.flagged_id, Decision.act, Decision.reports, Decision.ended_at.is_not(None))
        .where(Decision.flagged_id.in_(numbers))
        .order_by(Decision.id)
    ):
        last[number] = act, bool(ended) and act in rules.RESTRICTS
        answered[number] += count
    lines = [
        Line(
            row=row,
            hit=hits.get((row.kind, row.object_id)),
            reasons=[one for one in rules.REASONS if one in reasons.get(row.id, ())],
            claimed_by=name if name and rules.claim_holds(row.claimed_at, now) else "",
            mine=row.claimed_by_id is not None and row.claimed_by_id == actor.person_id,
            overdue=row.decided_at is None and row.due_at is not None and row.due_at < now,
            reports=row.reports if row.decided_at is None else answered[row.id],
            last=last[row.id][0] if row.id in last else None,
            ended=row.id in last and last[row.id][1],
        )
        for row, name in rows
    ]
    return Queue(lines, total)


def _where(actor: Actor, wish: Wish, now: datetime) -> list[ColumnElement[bool]]:
    where = [
        reached(actor),
        Flagged.decided_at.is_not(None) if wish.state == "decided" else Flagged.decided_at.is_(None),
    ]
    if wish.state == "held":
        where.append(Flagged.held != Held.NOT)
    if wish.kind:
        where.append(Flagged.kind == wish.kind)
    if wish.reason:
        where.append(exists().where(Report.flagged_id == Flagged.id, Report.reason == Reason(wish.reason)))
    if wish.days:
        where.append(Flagged.first_at <= now - timedelta(days=wish.days))
    if wish.lang:
        where.append(Flagged.lang == wish.lang)
    fresh = Flagged.claimed_by_id.is_not(None) & (Flagged.claimed_at > now - rules.CLAIM_HOLDS)
    if wish.claimed == "free":
        where.append(~fresh | Flagged.claimed_by_id.is_(None))
    elif wish.claimed == "mine":
        where.append(Flagged.claimed_by_id == actor.person_id)
    elif wish.claimed == "others":
        where.append(fresh & (Flagged.claimed_by_id != actor.person_id))
    return where


@dataclass(frozen=True)
class Waiting:
    """The queue in numbers: how many things, since when the oldest, and the earliest promise."""

    count: int
    oldest: datetime | None
    due: datetime | None


def waiting(s: Session, actor: Actor) -> Waiting:
    """What waits for this moderator; one select."""
    return Waiting(*s.execute(_waiting(actor)).one())


def _waiting(actor: Actor) -> Any:
    return select(
        func.count().label("number"), func.min(Flagged.first_at).label("first"), func.min(Flagged.due_at).label("due")
    ).where(Flagged.decided_at.is_(None), reached(actor))


def all_waiting(s: Session, actor: Actor) -> tuple[Waiting, int, datetime | None]:
    """What waits for this moderator, how many appeals that somebody else decided first, and when the first of these is
    due; one select."""
    queue, appeals = _waiting(actor).subquery(), _appeals_waiting(actor).subquery()
    row = s.execute(select(*queue.c, *appeals.c).select_from(queue.join(appeals, true()))).one()
    return Waiting(*row[:3]), row[3], row[4]


def languages(s: Session, actor: Actor) -> list[str]:
    """The languages of what waits, for the filter."""
    rows = s.scalars(
        select(Flagged.lang).where(Flagged.decided_at.is_(None), Flagged.lang != "", reached(actor)).distinct()
    )
    return sorted(rows)


# One thing


@dataclass(frozen=True)
class Past:
    """A decision in a history, with who made it and how an appeal ended."""

    decision: Decision
    by: str
    appeal: Appeal | None


@dataclass(frozen=True)
class Page:
    """Everything a moderator needs to decide on a thing."""

    row: Flagged
    thing: Moderated | None
    hit: Hit | None
    texts: dict[str, str]
    digest: str
    reports: Sequence[Report]
    history: Sequence[Past]
    author_id: int | None
    author: str
    author_lang: str
    earlier: Sequence[Past]
    acts: list[Act]
    claimed_by: str


def scope_of(s: Session, row: Flagged) -> Scope:
    """The part of the city to which a thing belongs now."""
    return queries.content(row.kind).scope(s, row.object_id) if row.kind in queries.kinds() else {}


def flagged(s: Session, actor: Actor, flagged_id: int) -> Flagged | None:
    """A thing in the queue, if the actor moderates there."""
    return s.scalars(select(Flagged).where(Flagged.id == flagged_id, reached(actor))).first()


def page(s: Session, row: Flagged, lang: str, now: datetime) -> Page:
    """One thing with its reports, its history and what was decided about its author before."""
    here = row.kind in queries.kinds()
    thing = queries.thing(s, row.kind, row.object_id) if here else None
    content = queries.content(row.kind) if thing is not None else None
    texts = content.texts(s, row.object_id) if content else {}
    author = content.author(s, row.object_id) if content else None
    person = s.get(Person, author) if author is not None else None
    claimer = s.get(Person, row.claimed_by_id) if row.claimed_by_id and rules.claim_holds(row.claimed_at, now) else None
    return Page(
        row=row,
        thing=thing,
        hit=content.show(s, [row.object_id], lang).get(row.object_id) if content else None,
        texts=texts,
        digest=queries.digest(texts),
        reports=s.scalars(select(Report).where(Report.flagged_id == row.id).order_by(Report.id.desc()).limit(50)).all(),
        history=_past(s, Decision.flagged_id == row.id),
        author_id=author,
        author=person.name if person else "",
        author_lang=(person.language or "") if person else "",
        earlier=_past(s, (Decision.author_id == author) & (Decision.flagged_id != row.id)) if author else [],
        acts=actions_decide.allowed(s, row, thing, author) if thing is not None else [],
        claimed_by=claimer.name if claimer else "",
    )


def _past(s: Session, where: ColumnElement[bool]) -> list[Past]:
    rows = s.execute(
        select(Decision, Person.name, Appeal)
        .join(Person, Person.id == Decision.by_id, isouter=True)
        .join(Appeal, Appeal.decision_id == Decision.id, isouter=True)
        .where(where)
        .order_by(Decision.id.desc())
        .limit(30)
    )
    return [Past(row[0], row[1] or "", row[2]) for row in rows]


# Appeals


@dataclass(frozen=True)
class Appealed:
    """An appeal with what it is against. `mine`: the actor may decide it, else `why` not."""

    appeal: Appeal
    decision: Decision
    flagged: Flagged
    overdue: bool


def appeals(s: Session, actor: Actor, now: datetime, *, decided: bool, offset: int = 0) -> tuple[list[Appealed], int]:
    """A page of the appeals in the actor's parts of the city, the earliest due first; two selects."""
    where = [
        reached(actor),
        Appeal.decided_at.is_not(None) if decided else Appeal.decided_at.is_(None),
    ]
    base = (
        select(Appeal, Decision, Flagged)
        .join(Decision, Decision.id == Appeal.decision_id)
        .join(Flagged, Flagged.id == Decision.flagged_id)
        .where(*where)
    )
    total = s.scalar(select(func.count()).select_from(base.subquery())) or 0
    order = Appeal.decided_at.desc() if decided else Appeal.due_at
    rows = s.execute(base.order_by(order, Appeal.id).limit(PER_PAGE).offset(offset))
    return [Appealed(a, d, f, a.decided_at is None and a.due_at < now) for a, d, f in rows], total


def appeal(s: Session, actor: Actor, appeal_id: int, now: datetime) -> Appealed | None:
    """One appeal, if the actor moderates there."""
    row = s.execute(
        select(Appeal, Decision, Flagged)
        .join(Decision, Decision.id == Appeal.decision_id)
        .join(Flagged, Flagged.id == Decision.flagged_id)
        .where(Appeal.id == appeal_id, reached(actor))
    ).first()
    if row is None:
        return None
    return Appealed(row[0], row[1], row[2], row[0].decided_at is None and row[0].due_at < now)


def _appeals_waiting(actor: Actor) -> Any:
    return (
        select(func.count().label("appeals"), func.min(Appeal.due_at).label("appeals_due"))
        .select_from(Appeal)
        .join(Decision, Decision.id == Appeal.decision_id)
        .join(Flagged, Flagged.id == Decision.flagged_id)
        .where(
            Appeal.decided_at.is_(None),
            or_(Decision.by_id.is_(None), Decision.by_id != actor.person_id),
            or_(Decision.author_id.is_(None), Decision.author_id != actor.person_id),
            reached(actor),
        )
    )
