"""The check of ideas as everybody sees it: the time-line on the page of an idea, what was found, what was objected to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.i18n import Text, _l
from portal.base.texts import Said
from portal.ideas import queries_idea, queries_ties, rules_value
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_value import (
    Assignment,
    CostLine,
    Objection,
    ShortList,
    ShortListLine,
    ShortListPick,
    Subject,
    Valuation,
)
from portal.identity.queries import known_roles
from portal.places.models import Department
from portal.processes.rules import Until

_NAMES = "department"


def department_names(s: Session, ids: Iterable[int | None]) -> dict[int, Said]:
    """What departments are called: one select, none where nothing is asked."""
    wanted = {one for one in ids if one is not None}
    return {number: said for (number, _f), said in texts.load(s, _NAMES, wanted, ["name"]).items()}


def departments(s: Session) -> list[tuple[int, Said]]:
    """The departments that ideas can be given to, in their order: two selects."""
    ids = list(s.scalars(select(Department.id).where(Department.closed_at.is_(None)).order_by(Department.position)))
    said = department_names(s, ids)
    return [(number, said[number]) for number in ids if number in said]


def public_holder(row: Any, names: Mapping[int, Said]) -> Said | Text:
    """Who has an idea, as everybody reads it: the department, else what the role is called."""
    if row.department_id in names:
        return names[row.department_id]
    return next((role.label for role in known_roles() if role.name == row.role), None) or _l("The city hall")


# --- the time-line on the page of an idea -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A published valuation with its lines. `until`: to when authors can object."""

    row: Valuation
    who: Said | Text
    lines: Sequence[CostLine]

    @property
    def dir(self) -> str:
        """Writing direction of the explanation."""
        return i18n.direction(self.row.language)


@dataclass(frozen=True)
class Event:
    """A line of the time-line: what happened, when, and whether it stands now. `note`: a sentence more."""

    at: datetime
    name: Text
    note: Text | str = ""
    now: bool = False

    @property
    def step(self) -> dict[str, Any]:
        """As the template draws it."""
        return {
            "name": self.name,
            "when": i18n.day(self.at),
            "note": self.note,
            "state": "now" if self.now else "done",
            "url": None,
        }


@dataclass(frozen=True)
class Official:
    """What the city has done with an idea so far, for everybody."""

    events: Sequence[Event] = ()
    found: Sequence[Found] = ()  # newest first
    objections: Sequence[Objection] = ()
    holds: Assignment | None = None
    holder: Said | Text | None = None
    days_left: int | None = None
    place: int | None = None  # on the short list, by the rule
    pick: ShortListPick | None = None
    may_object: Mapping[Subject, Any] = field(default_factory=dict)

    @property
    def late(self) -> Text | None:
        """Days left, or late."""
        return None if self.days_left is None else rules_value.how_late(self.days_left)

    @property
    def open_to(self) -> list[Subject]:
        """What the reader may object to now."""
        return [subject for subject, verdict in self.may_object.items() if verdict]

    @property
    def until(self) -> Until | None:
        """Until when, where it is something that was found."""
        if not self.found or not {Subject.FEASIBILITY, Subject.COST} & set(self.open_to):
            return None
        return Until(self.found[0].row.objectable_until)


# Everything that happened to an idea, of whatever kind, is one list of keys; each row brings the thing of its own kind,
# and nothing in the columns of the others.
_IDEA: Any = bindparam("idea")
_CALL: Any = bindparam("call")
_PUBLISHED = and_(Valuation.idea_id == _IDEA, Valuation.published_at.is_not(None))
_KEYS: dict[Any, Any] = {
    Assignment: select(Assignment.id).where(Assignment.idea_id == _IDEA),
    Valuation: select(Valuation.id).where(_PUBLISHED),
    CostLine: select(CostLine.id).join(Valuation, Valuation.id == CostLine.valuation_id).where(_PUBLISHED),
    Objection: select(Objection.id).where(Objection.idea_id == _IDEA),
    ShortListLine: select(ShortListLine.id)
    .join(ShortList, ShortList.id == ShortListLine.list_id)
    .where(ShortList.call_id == _CALL, ShortListLine.idea_id == _IDEA),
    ShortListPick: select(ShortListPick.id)
    .join(ShortList, ShortList.id == ShortListPick.list_id)
    .where(ShortList.call_id == _CALL, ShortListPick.idea_id == _IDEA, ShortListPick.removed_at.is_(None)),
}


def _everything() -> Any:
    keys = union_all(*(one.add_columns(literal(n)) for n, one in enumerate(_KEYS.values()))).subquery()
    key, kind = keys.c
    wanted = select(*_KEYS, ShortList.frozen_at).select_from(keys)
    for n, model in enumerate(_KEYS):
        wanted = wanted.outerjoin(model, and_(kind == n, model.id == key))
    return wanted.outerjoin(ShortList, ShortList.id == ShortListLine.list_id).order_by(kind, key)


_EVERYTHING = _everything()


def official(s: Session, page: queries_idea.Page, now: datetime) -> Official:
    """The time-line of an idea: no select while nobody has looked at it, else one."""
    idea, call = page.idea, page.found.call
    parted = page.ties is not None and bool(page.ties.parted)  # perhaps because of an objection
    if (idea.state is IdeaState.SUBMITTED and not parted) or idea.held_at is not None:
        return Official()
    things: dict[Any, list[Any]] = {model: [] for model in _KEYS}
    on_list = None
    for *row, frozen_at in s.execute(_EVERYTHING, {"idea": idea.id, "call": call.id}):
        thing = next(one for one in row if one is not None)
        things[type(thing)].append(thing)
        if isinstance(thing, ShortListLine) and call.frozen_at is not None:
            on_list = (thing, frozen_at)
    held: list[Assignment] = things[Assignment]
    said_no: list[Objection] = things[Objection]
    valued: list[Valuation] = sorted(things[Valuation], key=lambda one: one.version, reverse=True)
    names = page.names.departments
    found = _found(valued, things[CostLine], names)
    pick = things[ShortListPick][0] if things[ShortListPick] and call.frozen_at is not None else None
    holds = next((row for row in held if row.ended_at is None), None)
    if idea.state not in rules_value.VALUED:
        holds = None
    days = rules_value.days_left(holds.due_on, i18n.in_zone(now).date()) if holds is not None else None
    events = _events(idea, held, holds, days, found, said_no, names)
    if on_list is not None and on_list[0].chosen:
        events.append(
            Event(on_list[1], _l("Onto the short list: place %(n)s in its district", n=on_list[0].place or 0))
        )
    if pick is not None:
        events.append(Event(pick.at, _l("Onto the short list: picked by the city council")))
    return Official(
        events=sorted(events, key=lambda event: (event.at, event.now)),
        found=found,
        objections=said_no,
        holds=holds,
        holder=public_holder(holds, names) if holds is not None else None,
        days_left=days,
        place=on_list[0].place if on_list is not None and on_list[0].chosen else None,
        pick=pick,
        may_object=objectable(idea, call, valued[0] if valued else None, said_no, page.is_author, now, merged(s, idea)),
    )


def objectable(
    idea: Idea,
    call: Call,
    newest: Valuation | None,
    objections: Sequence[Objection],
    author: bool,
    now: datetime,
    merged_at: datetime | None,
) -> dict[Subject, Any]:
    """What somebody may object to now, by subject; empty for who is no author. `merged_at`: when the idea was joined with
    another one, if it is."""
    if not author:
        return {}
    known = {(row.subject, row.valuation_id) for row in objections}
    opened = {row.subject for row in objections if row.decided_at is None}
    found = {}
    for subject in Subject:
        of = newest.id if newest is not None and subject is not Subject.MERGE else None
        before = [row for row in objections if row.subject is subject and merged_at and row.at >= merged_at]
        found[subject] = rules_value.may_object(
            subject,
            idea,
            call,
            author=True,
            valuation=newest,
            merged_at=merged_at,
            objected=bool(opened) or (bool(before) if subject is Subject.MERGE else (subject, of) in known),
            now=now,
        )
    return found


def merged(s: Session, idea: Idea) -> datetime | None:
    """When the city joined an idea with another one (UTC); None: it did not, or the authors of both had agreed. One select
    for one that is joined."""
    row = queries_ties.standing(s, idea.id) if idea.state is IdeaState.MERGED else None
    return row.at if row is not None and not row.by_authors else None


def _found(valued: Sequence[Valuation], lines: Sequence[CostLine], names: Mapping[int, Said]) -> list[Found]:
    ordered: dict[int, list[CostLine]] = {}
    for line in sorted(lines, key=lambda one: one.position):
        ordered.setdefault(line.valuation_id, []).append(line)
    return [Found(row, public_holder(row, names), ordered.get(row.id, []) if row.cost is not None else [])
            for row in valued]  # fmt: skip


OBJECTED: dict[Subject, Text] = {
    Subject.FEASIBILITY: _l("An author objects to “not feasible”"),
    Subject.COST: _l("An author objects to the cost"),
    Subject.MERGE: _l("An author objects to being joined with another idea"),
}
DECIDED: dict[bool, Text] = {
    True: _l("The objection was upheld"),
    False: _l("The objection was turned down"),
}


def _events(
    idea: Idea,
    held: Sequence[Assignment],
    holds: Assignment | None,
    days: int | None,
    found: Sequence[Found],
    objections: Sequence[Objection],
    names: Mapping[int, Said],
) -> list[Event]:
    events = [Event(idea.created_at, _l("Idea handed in"))]
    for row in held:
        who = str(public_holder(row, names))
        if row is holds and days is not None:
            due = _l("To be done by %(day)s: %(left)s.", day=i18n.day(row.due_on), left=rules_value.how_late(days))
            events.append(Event(row.given_at, _l("Checked by: %(who)s", who=who), due, now=True))
        else:
            events.append(Event(row.given_at, _l("Given to: %(who)s", who=who)))
    for one in found:
        assert one.row.published_at is not None
        name = _l("Found feasible") if one.row.feasible else _l("Found not feasible")
        note: Text | str = _l("Cost: %(cost)s", cost=i18n.money(one.row.cost)) if one.row.cost is not None else ""
        events.append(Event(one.row.published_at, name, note))
    for objection in objections:
        open_ = objection.decided_at is None
        due = _l("To be decided by %(day)s, by somebody who had no part in it.", day=i18n.day(objection.due_on))
        events.append(Event(objection.at, OBJECTED[objection.subject], due if open_ else "", now=open_))
        if objection.decided_at is not None:
            events.append(Event(objection.decided_at, DECIDED[bool(objection.upheld)]))
    return events


def cost_lines(s: Session, row: Valuation | None) -> Sequence[CostLine]:
    """The lines of a valuation in their order: one select, none without one."""
    if row is None:
        return ()
    return s.scalars(select(CostLine).where(CostLine.valuation_id == row.id).order_by(CostLine.position)).all()


def newest(s: Session, idea_id: int) -> Valuation | None:
    """The newest published valuation of an idea: one select."""
    wanted = select(Valuation).where(Valuation.idea_id == idea_id, Valuation.published_at.is_not(None))
    return s.scalars(wanted.order_by(Valuation.version.desc()).limit(1)).one_or_none()


def newest_many(s: Session, call_id: int) -> dict[int, Valuation]:
    """The newest published valuation of every idea of a call: one select."""
    wanted = select(Valuation).join(Idea, Idea.id == Valuation.idea_id).where(Idea.call_id == call_id)
    rows = s.scalars(wanted.where(Valuation.published_at.is_not(None)).order_by(Valuation.version))
    return {row.idea_id: row for row in rows}
