"""The short list of a call: what stands in its way, what it would be, what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from portal.base import i18n, texts
from portal.base.texts import Said
from portal.ideas import queries_value, rules_shortlist, rules_value
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_merge import Merge
from portal.ideas.models_value import Objection, ShortList, ShortListLine, ShortListPick, Valuation
from portal.ideas.queries import OPEN_TO_ALL
from portal.ideas.rules_shortlist import Entry, Placed
from portal.places.models import District
from portal.processes.models import Process


def entries(s: Session, call: Call) -> dict[int, Entry]:
    """What the count asks of every idea of a call that stands in lists, by the number of its row: two selects."""
    found = queries_value.newest_many(s, call.id)
    rows = s.execute(
        select(Idea.id, Idea.number, Idea.supports, Idea.state, Idea.published_at, Idea.created_at, District.code)
        .outerjoin(District, District.id == Idea.district_id)
        .where(Idea.call_id == call.id, Idea.listed.is_(True))
        .order_by(Idea.number)
    )
    entries = {}
    for row in rows:
        at = (row.published_at or row.created_at).replace(microsecond=0)
        said = {IdeaState.NOT_FEASIBLE: False, IdeaState.SUBMITTED: None, IdeaState.UNDER_REVIEW: None}
        feasible = said[row.state] if row.state in said else bool(row.id in found and found[row.id].feasible)
        entries[row.id] = Entry(row.number, row.code or "", row.supports, at, feasible)
    return entries


def standing(s: Session, call: Call, rows: Mapping[int, Entry]) -> rules_value.Standing:
    """What stands in the way of freezing the list: two selects."""
    of_call = select(func.count()).select_from(Objection).join(Idea, Idea.id == Objection.idea_id)
    opened = s.scalar(of_call.where(Idea.call_id == call.id, Objection.decided_at.is_(None))) or 0
    newest = (
        select(Valuation.idea_id, func.max(Valuation.version).label("version"))
        .where(Valuation.published_at.is_not(None))
        .group_by(Valuation.idea_id)
        .subquery()
    )
    until = s.scalar(
        select(func.max(Valuation.objectable_until))
        .join(newest, and_(newest.c.idea_id == Valuation.idea_id, newest.c.version == Valuation.version))
        .join(Idea, Idea.id == Valuation.idea_id)
        .where(
            Idea.call_id == call.id,
            Idea.listed.is_(True),
            or_(Valuation.feasible.is_(False), Valuation.cost.is_not(None)),
        )
    )
    joined = s.scalar(
        select(func.max(Merge.at))
        .join(Idea, Idea.id == Merge.idea_id)
        .where(Idea.call_id == call.id, Merge.undone_at.is_(None), Merge.by_authors.is_(False))
    )
    ends = [until] if until is not None else []
    ends += [rules_value.objectable(call, joined)] if joined is not None else []
    return rules_value.Standing(opened, max(ends, default=None), len(unvalued(call, rows)))


def unvalued(call: Call, rows: Mapping[int, Entry]) -> list[int]:
    """The numbers of the ideas without which the list cannot be made."""
    return rules_shortlist.undecided(rows.values(), places=call.short_list_size, threshold=call.threshold)


@dataclass(frozen=True, slots=True)
class Shown:
    """An idea on the list, or that would be. `gone`: hidden, withdrawn or joined with another since; its words are shown
    only while everybody may read them."""

    number: int
    title: str
    lang: str
    supports: int
    cost: int | None
    state: IdeaState
    district_id: int | None
    place: int | None = None
    gone: bool = False

    @property
    def dir(self) -> str:
        """Writing direction of the title."""
        return i18n.direction(self.lang)


@dataclass(frozen=True)
class Group:
    """The part of the list that is a district's; None: the whole city."""

    district: Said | None
    rows: Sequence[Shown]


@dataclass(frozen=True)
class Picked:
    """An idea that the council put onto the list."""

    row: ShortListPick
    idea: Shown

    @property
    def dir(self) -> str:
        """Writing direction of the reason."""
        return i18n.direction(self.row.language)


@dataclass(frozen=True)
class Page:
    """The short list of a call. Without `row` it is not made yet."""

    row: ShortList | None
    groups: Sequence[Group] = ()
    picks: Sequence[Picked] = ()
    removed: Sequence[Picked] = ()
    ranked: int = 0
    names: Mapping[int, Said] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many ideas are on the list."""
        return sum(len(group.rows) for group in self.groups) + len(self.picks)


_COLUMNS = (
    Idea.id, Idea.number, Idea.title, Idea.language, Idea.supports, Idea.state, Idea.hidden_at, Idea.held_at,
    Idea.district_id,
)  # fmt: skip


def _shown(row: Any, cost: int | None, place: int | None, district_id: int | None, supports: int) -> Shown:
    open_ = row.hidden_at is None and row.held_at is None
    gone = not open_ or row.state in (IdeaState.WITHDRAWN, IdeaState.MERGED)
    return Shown(
        row.number, row.title if open_ else "", row.language, supports, cost, row.state, district_id, place, gone
    )


def of_call(s: Session, call_id: int) -> ShortList | None:
    """The short list of a call: one select."""
    return s.scalars(select(ShortList).where(ShortList.call_id == call_id)).one_or_none()


def page(s: Session, call: Call, names: Mapping[int, Said]) -> Page:
    """The list as everybody sees it: five selects, one before it is made. `names`: of the districts, in their order."""
    row = of_call(s, call.id)
    if row is None:
        return Page(None, names=names)
    chosen = s.execute(
        select(*_COLUMNS, ShortListLine.place, ShortListLine.supports.label("then"),
               ShortListLine.district_id.label("of"))
        .join(ShortListLine, ShortListLine.idea_id == Idea.id)
        .where(ShortListLine.list_id == row.id, ShortListLine.chosen.is_(True))
        .order_by(ShortListLine.place)
    ).all()  # fmt: skip
    picked = s.execute(
        select(ShortListPick, *_COLUMNS)
        .join(Idea, Idea.id == ShortListPick.idea_id)
        .where(ShortListPick.list_id == row.id)
        .order_by(ShortListPick.id)
    ).all()
    costs = _costs(s, {one.id for one in (*chosen, *picked)})
    ranked = s.scalar(select(func.count()).where(ShortListLine.list_id == row.id, ShortListLine.place.is_not(None)))
    groups = []
    for district_id in [*names, None]:
        ours = [_shown(one, costs.get(one.id), one.place, one.of, one.then) for one in chosen if one.of == district_id]
        if ours:
            groups.append(Group(names[district_id] if district_id is not None else None, ours))
    shown = [Picked(one[0], _shown(one, costs.get(one.id), None, one.district_id, one.supports)) for one in picked]
    return Page(
        row,
        groups,
        [one for one in shown if one.row.removed_at is None],
        [one for one in shown if one.row.removed_at is not None],
        ranked or 0,
        names,
    )


def _costs(s: Session, ids: set[int]) -> dict[int, int]:
    wanted = select(Valuation.idea_id, Valuation.cost).where(
        Valuation.idea_id.in_(ids), Valuation.published_at.is_not(None)
    )
    rows = s.execute(wanted.order_by(Valuation.version))
    newest = {row.idea_id: row.cost for row in rows}
    return {number: cost for number, cost in newest.items() if cost is not None}


def frozen(s: Session, row: ShortList) -> list[Entry]:
    """What the list was made of, as it was kept: one select."""
    wanted = select(ShortListLine).where(ShortListLine.list_id == row.id).order_by(ShortListLine.number)
    return [Entry(one.number, one.district, one.supports, one.published_at, one.feasible) for one in s.scalars(wanted)]


def recounted(s: Session, row: ShortList) -> str:
    """The table of the ranking, made anew of what was kept: one select. Its fingerprint is that of the list, or the list
    is not what the rule gives."""
    return rules_shortlist.table(rules_shortlist.placed(frozen(s, row), places=row.places, threshold=row.threshold))


def same(s: Session, row: ShortList) -> bool:
    """Does the count give the same again, line for line?"""
    return rules_shortlist.fingerprint(recounted(s, row)) == row.sha256


@dataclass(frozen=True)
class Preview:
    """What the list would be if it were frozen now."""

    groups: Sequence[Group]
    missing: Sequence[Shown]  # nobody valued them, and they would be on it


def preview(s: Session, call: Call, rows: Mapping[int, Entry], names: Mapping[int, Said]) -> Preview:
    """The list as it stands now, for the staff: two selects."""
    made = rules_shortlist.placed(rows.values(), places=call.short_list_size, threshold=call.threshold)
    places: dict[int, Placed] = {one.entry.number: one for one in made if one.chosen}
    missing = set(unvalued(call, rows))
    wanted = [number for number, entry in rows.items() if entry.number in places or entry.number in missing]
    ideas = s.execute(select(*_COLUMNS).where(Idea.id.in_(wanted)).order_by(Idea.number)).all()
    costs = _costs(s, set(wanted))
    shown = [
        _shown(one, costs.get(one.id), places[one.number].place if one.number in places else None, one.district_id,
               one.supports)
        for one in ideas
    ]  # fmt: skip
    groups = []
    for district_id in [*names, None]:
        ours = [one for one in shown if one.place is not None and one.district_id == district_id]
        if ours:
            said = names[district_id] if district_id is not None else None
            groups.append(Group(said, sorted(ours, key=lambda one: one.place or 0)))
    first = sorted((one for one in shown if one.number in missing), key=lambda one: (-one.supports, one.number))
    return Preview(groups, first)


def can_be_picked(s: Session, call: Call, row: ShortList, most: int = 300) -> Sequence[Any]:
    """The feasible ideas that are not on the list, for the council, most supported first: one select."""
    on_it = select(ShortListPick.idea_id).where(ShortListPick.list_id == row.id, ShortListPick.removed_at.is_(None))
    rows = s.execute(
        select(Idea.id, Idea.number, Idea.title, Idea.language)
        .where(
            Idea.call_id == call.id,
            Idea.listed.is_(True),
            Idea.state == IdeaState.FEASIBLE,
            Idea.id.not_in(on_it),
        )
        .order_by(Idea.supports.desc(), Idea.number)
        .limit(most)
    )
    return rows.all()


def pick(s: Session, row: ShortList, pick_id: int) -> tuple[ShortListPick, Idea] | None:
    """A pick that stands, with its idea: one select."""
    found = s.execute(
        select(ShortListPick, Idea)
        .join(Idea, Idea.id == ShortListPick.idea_id)
        .where(ShortListPick.id == pick_id, ShortListPick.list_id == row.id, ShortListPick.removed_at.is_(None))
    ).one_or_none()
    return (found[0], found[1]) if found is not None else None


def published(s: Session, lang: str) -> list[tuple[str, dict[str, Any]]]:
    """The short lists that everybody can download: title of the call and arguments. Two selects."""
    rows = s.execute(
        select(Call.id, Call.slug)
        .join(Process, Process.id == Call.process_id)
        .join(ShortList, ShortList.call_id == Call.id)
        .where(OPEN_TO_ALL)
        .order_by(Call.id.desc())
    ).all()
    said = texts.load(s, "call", [row.id for row in rows], ["title"], lang)
    return [(str(said.get((row.id, "title")) or row.slug), {"slug": row.slug}) for row in rows]
