"""What pages read about processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from portal.base import ground, marks, together
from portal.base.actor import Actor
from portal.base.feature import Hit, Onward
from portal.base.together import Ready, apart
from portal.identity.models import Person
from portal.processes import rules
from portal.processes.models import Invite, Member, Phase, Process

# Built once: every page of a process asks it.
_PHASES = select(Phase).where(Phase.process_id.in_(bindparam("ids", expanding=True))).order_by(Phase.opens_at, Phase.id)
_P, _M = Process.__table__.c, Member.__table__.c


def phases_of(s: Session, process_ids: Iterable[int]) -> dict[int, list[Phase]]:
    """The phases of several processes in one select, each list in order of opening."""
    found: dict[int, list[Phase]] = {process_id: [] for process_id in process_ids}
    if found:
        for phase in s.scalars(_PHASES, {"ids": list(found)}):
            found[phase.process_id].append(phase)
    return found


_PH = Phase.__table__.c
_ONES = Ready(
    select(_PH.id, _PH.process_id, _PH.kind, _PH.opens_at, _PH.closes_at)
    .where(_PH.process_id == bindparam("process"))
    .order_by(_PH.opens_at, _PH.id)
)


def dates_of(s: Session, process_id: int) -> list[Phase]:
    """The phases of one process in order of opening, to be read only: they belong to no session. One select."""
    return [apart(Phase, **row._asdict()) for row in together.rows(s, _ONES, {"process": process_id})]


def reached(actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    """Where clause on Process: those on which one of these roles lets somebody work."""
    if actor.everywhere(*roles):
        return true()
    parts = [
        column.in_(sorted(numbers))
        for column, kind in ((_P.id, "process"), (_P.district_id, "district"), (_P.department_id, "department"))
        if (numbers := actor.scopes(roles, kind))
    ]
    return or_(*parts) if parts else false()


def joined(actor: Actor) -> ColumnElement[bool]:
    """Where clause on Process: those of which somebody is a member."""
    return exists().where(_M.process_id == _P.id, _M.person_id == actor.person_id)


def readable(actor: Actor, roles: tuple[str, ...]) -> ColumnElement[bool]:
    """Where clause on Process: those that exist for somebody: every one that is not closed, and the closed ones for
    their members and for staff with one of these roles."""
    if not actor.signed_in:
        return _P.closed.is_(False)
    return or_(_P.closed.is_(False), joined(actor), reached(actor, roles))


def readable_or_none(actor: Actor, roles: tuple[str, ...], column: Any) -> ColumnElement[bool]:
    """The same for rows that point at a process, or at none, with this column."""
    return or_(column.is_(None), exists().where(and_(_P.id == column, readable(actor, roles))))


def readable_by_all_roles(actor: Actor) -> ColumnElement[bool]:
    """The same whatever a process belongs to: staff read the closed ones of the kinds on which they work, as
    rules.OWNERS has it."""
    if not actor.roles:
        return readable(actor, ())
    known = [and_(_P.subject == kind, readable(actor, roles)) for kind, roles in rules.OWNERS.items()]
    others = and_(_P.subject.not_in(list(rules.OWNERS)), readable(actor, ("administrator",)))
    return or_(*known, others)


def reached_or_none(actor: Actor, roles: tuple[str, ...], column: Any) -> ColumnElement[bool]:
    """Rows that point with this column at a process on which somebody works; rows that point at none are the whole
    city's."""
    if actor.everywhere(*roles):
        return true()
    return exists().where(and_(_P.id == column, reached(actor, roles)))


_MEMBER = select(_M.id).where(_M.process_id == bindparam("process"), _M.person_id == bindparam("person"))


def is_member(s: Session, process_id: int, person_id: int | None) -> bool:
    """Does this person take part in the closed process? One select, none for nobody."""
    return person_id is not None and s.scalar(_MEMBER, {"process": process_id, "person": person_id}) is not None


def process(s: Session, process_id: int) -> Process | None:
    """One process."""
    return s.get(Process, process_id)


def hit(s: Session, process_id: int, lang: str) -> Hit | None:
    """What a process is called and where its page is, as the feature that owns it says."""
    for feature in ground.current().features:
        names = feature.scopes.get("process")
        found = names(s, lang).get(process_id) if names is not None else None
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class Members:
    """Who takes part in a closed process, and the invitations that nobody has used."""

    rows: Sequence[Any]
    total: int
    mails: int
    codes: int


def members(s: Session, process_id: int, *, limit: int, offset: int) -> Members:
    """A page of the members by name, and three numbers: three selects."""
    total = s.scalar(select(func.count()).select_from(Member).where(Member.process_id == process_id)) or 0
    rows = s.execute(
        select(Member.id, Member.person_id, Member.way, Member.at, Person.name)
        .join(Person, Person.id == Member.person_id)
        .where(Member.process_id == process_id)
        .order_by(Person.name_folded, Member.id)
        .limit(limit)
        .offset(offset)
    ).all()
    waiting = select(Invite.way, func.count()).where(Invite.process_id == process_id, Invite.used_at.is_(None))
    left = {str(row[0]): row[1] for row in s.execute(waiting.group_by(Invite.way))}
    return Members(rows, total, left.get("mail", 0), left.get("code", 0))


def namesakes(s: Session, folded: str) -> Sequence[Person]:
    """People with exactly this name (in its search form), for putting them on a list."""
    return s.scalars(
        select(Person)
        .where(Person.name_folded == folded, Person.closed_at.is_(None), Person.disabled_at.is_(None))
        .order_by(Person.created_at, Person.id)
        .limit(20)
    ).all()


BESIDE = "processes.beside"  # the mark with the numbers of processes for which other wings hold something


def beside(s: Session, process_id: int, lang: str) -> list[Onward]:
    """What other wings hold for a process, such as its meetings, as each of them says; for pages of that process. Nothing
    is asked where nothing was ever held (see actions.stands_beside)."""
    if process_id not in marks.get(BESIDE, ()):
        return []
    found = [one.onward(s, "process", process_id, lang) for one in ground.current().features if one.onward]
    return [one for some in found for one in some]
