"""Calls for ideas: the list of them, one at its address with its words, and who may take part in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, union
from sqlalchemy.orm import Session

from portal.base import clock, ground, i18n, texts, together
from portal.base.actor import NOBODY, Actor
from portal.base.feature import Hit
from portal.base.i18n import Text, _l
from portal.base.texts import Said, Wording
from portal.base.together import Ready, apart
from portal.ideas import rules
from portal.ideas.models import Audience, Call, CallCategory, Idea
from portal.ideas.models_value import Assignment, Valuation
from portal.identity import queries as people
from portal.identity.models_ways import Mandate
from portal.identity.rules import AgeRule, Facts
from portal.identity.rules_ways import may_act
from portal.places.models import District
from portal.processes import rules as process_rules
from portal.processes.models import Phase, PhaseKind, Process, scope_of
from portal.processes.queries import dates_of, is_member, phases_of, reached
from portal.processes.queries import readable as open_to
from portal.processes.rules import Stage

# Who on the staff sees drafts and closed calls.
STAFF = (*rules.OFFICERS, "auditor")
# A mandate of one of these relations makes somebody speak for an organisation.
ORGANISATIONS = ("firm", "association")

_R, _C, _I = Process.__table__.c, Call.__table__.c, Idea.__table__.c
_W, _CAT, _D = Wording.__table__.c, CallCategory.__table__.c, District.__table__.c


# --- one call ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A call at its address, with what decides who may see it and work on it."""

    call: Call
    closed: bool
    scope: dict[str, set[int]]


_BY_SLUG = (
    select(Call, _R.closed, _R.district_id, _R.department_id)
    .join(Process.__table__, _R.id == Call.process_id)
    .where(Call.slug == bindparam("slug"))
)
_BY_ID = (
    select(Call, _R.closed, _R.district_id, _R.department_id)
    .join(Process.__table__, _R.id == Call.process_id)
    .where(Call.id == bindparam("id"))
)


def _found(row: Any) -> Found | None:
    return None if row is None else Found(row[0], row[1], scope_of(row[0].process_id, row[2], row[3]))


def found(s: Session, slug: str) -> Found | None:
    """The call at this address, in whatever state and for whomever: the caller asks `may_read`."""
    return _found(s.execute(_BY_SLUG, {"slug": slug}).one_or_none())


def found_by_id(s: Session, call_id: int) -> Found | None:
    """The same by its number."""
    return _found(s.execute(_BY_ID, {"id": call_id}).one_or_none())


def may_read(s: Session, actor: Actor, row: Found) -> bool:
    """Does this call exist for this reader? No select, one for a closed call."""
    if actor.may(*STAFF, scope=row.scope):
        return True
    return row.call.shown and (not row.closed or is_member(s, row.call.process_id, actor.person_id))


_SEEN = Ready(
    select(*_C, _R.closed, _R.district_id, _R.department_id)
    .join(Process.__table__, _R.id == _C.process_id)
    .where(_C.slug == bindparam("slug"))
)
_OF_CALL = [column.key for column in _C]


def seen(s: Session, slug: str) -> Found | None:
    """The call at this address, to be read only: it belongs to no session."""
    rows = together.rows(s, _SEEN, {"slug": slug})
    if not rows:
        return None
    return _found((apart(Call, **dict(zip(_OF_CALL, rows[0], strict=False))), *rows[0][len(_OF_CALL) :]))


def readable(s: Session, actor: Actor, slug: str, *, to_read: bool = False) -> Found | None:
    """The call at this address, if it exists for this reader. `to_read`: nothing of it will be changed."""
    row = seen(s, slug) if to_read else found(s, slug)
    return row if row is not None and may_read(s, actor, row) else None


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Where clause on calls joined with their processes: those that exist for somebody."""
    public = and_(_C.shown.is_(True), open_to(actor, STAFF))
    return or_(public, reached(actor, STAFF)) if actor.may(*STAFF) else public


OPEN_TO_ALL = and_(_C.shown.is_(True), _R.closed.is_(False))


@dataclass(frozen=True)
class Names:
    """What a call, its categories and the city's districts are called, each in their order."""

    title: Said
    summary: Said | None = None
    rules: Said | None = None
    categories: Mapping[int, Said] = field(default_factory=dict)
    districts: Mapping[int, Said] = field(default_factory=dict)
    departments: Mapping[int, Said] = field(default_factory=dict)  # those that had to do with the idea asked for


_WHO = union(
    select(Assignment.department_id).where(Assignment.idea_id == bindparam("idea")),
    select(Valuation.department_id).where(Valuation.idea_id == bindparam("idea")),
)
_NAMES = Ready(
    select(
        _W.kind, _W.object_id, _W.field, _W.lang, _W.body, _W.origin, _W.html,
        func.coalesce(_CAT.position, _D.position, 0).label("position"),
    )
    .outerjoin(CallCategory.__table__, and_(_W.kind == "call_category", _CAT.id == _W.object_id))
    .outerjoin(District.__table__, and_(_W.kind == "district", _D.id == _W.object_id))
    .where(
        or_(
            and_(_W.kind == "call", _W.object_id == bindparam("call")),
            and_(_W.kind == "call_category", _W.field == "name", _CAT.call_id == bindparam("call")),
            and_(_W.kind == "district", _W.field == "name", _D.id.is_not(None)),
            and_(_W.kind == "department", _W.field == "name", _W.object_id.in_(_WHO)),
        )
    )
)  # fmt: skip


def names(s: Session, call: Call, lang: str | None = None, *, idea: int | None = None) -> Names:
    """Every word that the pages of a call need, in one select. `idea`: the number of the row of one whose departments are
    named, too."""
    wanted = lang or i18n.lang()
    rank = {wanted: 0, i18n.SOURCE: 1}
    best: dict[tuple[str, int, str], tuple[tuple[int, str], Said]] = {}
    places: dict[tuple[str, int], int] = {}
    for row in together.rows(s, _NAMES, {"call": call.id, "idea": idea}):
        key, order = (row.kind, row.object_id, row.field), (rank.get(row.lang, 2), row.lang)
        places[row.kind, row.object_id] = row.position
        if key not in best or order < best[key][0]:
            said = Said(row.body, row.lang, row.html, row.lang != wanted, row.origin == "machine")
            best[key] = (order, said)
    in_order = sorted(best, key=lambda key: (places[key[0], key[1]], key[1]))
    title = best.get(("call", call.id, "title"))
    return Names(
        title=title[1] if title else Said(call.slug, i18n.SOURCE),
        summary=best[key][1] if (key := ("call", call.id, "summary")) in best else None,
        rules=best[key][1] if (key := ("call", call.id, "rules")) in best else None,
        categories={key[1]: best[key][1] for key in in_order if key[0] == "call_category"},
        districts={key[1]: best[key][1] for key in in_order if key[0] == "district"},
        departments={key[1]: best[key][1] for key in in_order if key[0] == "department"},
    )


def phases(s: Session, call: Call) -> list[Phase]:
    """The dates of a call, to be read only: one select, none for one that is always open."""
    return [] if call.always_open else dates_of(s, call.process_id)


ALWAYS = _l("You can hand in ideas at any time.")
CLOSED = _l("This call is closed. Every idea has its answer.")


def what_now(call: Call, dates: Sequence[process_rules.PhaseLike], now: datetime) -> Text | None:
    """Where a call stands, in one sentence."""
    if call.closed_at is not None:
        return CLOSED
    if call.always_open:
        return ALWAYS
    ours = [phase for phase in dates if phase.kind in (PhaseKind.SUBMIT, PhaseKind.REVIEW)]
    return process_rules.what_now(ours, now) or process_rules.what_next(ours, now)


def stage(call: Call, dates: Sequence[process_rules.PhaseLike], now: datetime) -> Stage:
    """Coming, open or finished. Open to the end of the check."""
    if call.closed_at is not None:
        return Stage.FINISHED
    if call.always_open:
        return Stage.OPEN
    ours = [phase for phase in dates if phase.kind in (PhaseKind.SUBMIT, PhaseKind.REVIEW)]
    return process_rules.stage(ours, now)


# --- lists of calls ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """A call as lists show it. `takes`: ideas can be handed in at this moment."""

    id: int
    slug: str
    title: Said
    summary: Said | None
    ideas: int
    stage: Stage
    takes: bool
    now: Text | None
    challenge: bool
    shown: bool
    closed: bool
    call: Call = field(repr=False)


_NUMBER = (
    select(func.count())
    .select_from(Idea.__table__)
    .where(_I.call_id == _C.id, _I.listed.is_(True))
    .correlate(Call.__table__)
    .scalar_subquery()
)
_LISTED = (
    select(Call, _R.closed, _NUMBER.label("ideas"))
    .join(Process.__table__, _R.id == Call.process_id)
    .order_by(Call.id.desc())
)
_OPEN = _LISTED.where(OPEN_TO_ALL)


def listed(
    s: Session, now: datetime, *, lang: str | None = None, reader: Actor = NOBODY, worker: Actor | None = None
) -> list[Listed]:
    """Calls for lists, open ones first: three selects. For a `worker` it is the staff's list: drafts too, and only what
    the worker's role reaches."""
    if worker is not None:
        statement = _LISTED.where(reached(worker, STAFF))
    elif reader.signed_in:
        statement = _LISTED.where(seen_by(reader))
    else:
        statement = _OPEN
    rows = s.execute(statement).all()
    dates = phases_of(s, {row[0].process_id for row in rows if not row[0].always_open})
    said = texts.load(s, "call", [row[0].id for row in rows], ["title", "summary"], lang)
    made = []
    for call, closed, ideas in rows:
        its = dates.get(call.process_id, [])
        made.append(
            Listed(
                id=call.id,
                slug=call.slug,
                title=said.get((call.id, "title")) or Said(call.slug, i18n.SOURCE),
                summary=said.get((call.id, "summary")),
                ideas=ideas,
                stage=stage(call, its, now),
                takes=bool(rules.submits(call, its, now)),
                now=what_now(call, its, now),
                challenge=call.challenge,
                shown=call.shown,
                closed=closed,
                call=call,
            )
        )
    order = {Stage.OPEN: 0, Stage.COMING: 1, Stage.FINISHED: 2}
    return sorted(made, key=lambda one: (order[one.stage], -one.id))


@dataclass(frozen=True)
class Open:
    """A call that takes ideas, as the front page shows it."""

    slug: str
    title: Said
    summary: Said | None
    ideas: int
    until: Text
    challenge: bool


_PH = Phase.__table__.c
_FRONT = (
    select(Call, _NUMBER.label("ideas"), Phase, _W.field, _W.lang, _W.body)
    .join(Process.__table__, _R.id == Call.process_id)
    .outerjoin(Phase, and_(_PH.process_id == _R.id, _PH.kind == PhaseKind.SUBMIT))
    .outerjoin(Wording.__table__, and_(_W.kind == "call", _W.object_id == _C.id, _W.field.in_(["title", "summary"])))
    .where(OPEN_TO_ALL, _C.closed_at.is_(None), _C.frozen_at.is_(None))
    .order_by(_C.id.desc())
)


def open_now(s: Session, now: datetime, lang: str) -> list[Open]:
    """The calls that everybody sees and that take ideas at this moment, the newest first: one select."""
    rank = {lang: 0, i18n.SOURCE: 1}
    rows: dict[int, tuple[Call, int, Phase | None]] = {}
    best: dict[tuple[int, str], tuple[tuple[int, str], Said]] = {}
    for call, ideas, phase, name, code, body in s.execute(_FRONT):
        rows[call.id] = (call, ideas, phase)
        order = (rank.get(code, 2), code or "")
        if name and ((call.id, name) not in best or order < best[call.id, name][0]):
            best[call.id, name] = (order, Said(body, code, fallback=code != lang))
    found = []
    for call, ideas, phase in rows.values():
        dates = [phase] if phase is not None else []
        if rules.submits(call, dates, now):
            title, summary = best.get((call.id, "title")), best.get((call.id, "summary"))
            found.append(
                Open(
                    call.slug,
                    title[1] if title else Said(call.slug, i18n.SOURCE),
                    summary[1] if summary else None,
                    ideas,
                    what_now(call, dates, now) or ALWAYS,
                    call.challenge,
                )
            )
    return found


def scopes(s: Session, lang: str) -> dict[int, Hit]:
    """The calls by the number of their own process, for roles that are limited to one. Two selects; a call within a
    budget's process is named by that."""
    rows = s.execute(
        select(Call.id, Call.process_id, Call.slug)
        .join(Process, Process.id == Call.process_id)
        .where(Process.subject == "idea")
        .order_by(Call.id)
    ).all()
    said = texts.load(s, "call", [row.id for row in rows], ["title"], lang)
    named = {row.id: said.get((row.id, "title")) or Said(row.slug, i18n.SOURCE) for row in rows}
    return {
        row.process_id: Hit(str(named[row.id]), named[row.id].lang, "ideas.call", {"slug": row.slug}) for row in rows
    }


# --- who takes part ---------------------------------------------------------------------------------------------------


def taker(
    s: Session, actor: Actor, call: Call, *, counts: bool = False, facts: Facts | None = None
) -> rules.Taker | None:
    """What is known about this person as the rules of the call ask for it; None when nobody is signed in. One select
    where the call asks who somebody is (or `counts`: a support is about to be counted) and no `facts` are at hand, one
    more for a challenge."""
    if actor.person_id is None:
        return None
    acting = actor.acting_for
    named = acting.name if acting else ""
    organisation = (
        acting is not None and call.challenge and may_act(acting.scope, "ideas") and _organisation(s, acting.mandate_id)
    )
    plain = call.audience is Audience.SIGNED_IN and call.age is None
    if plain and not counts:
        return rules.Taker(actor.person_id, acting_for=named, organisation=organisation)
    facts = people.facts(s, actor.person_id, clock.now()) if facts is None else facts
    old = facts.age(AgeRule(call.age, call.age_on)) if call.age is not None and call.age_on is not None else None
    return rules.Taker(
        actor.person_id,
        lives_here=facts.lives_here,
        resident=facts.resident,
        weak=facts.weak,
        old_enough=old,
        acting_for=named,
        organisation=organisation,
        name_only=actor.helped_by is not None and facts.resident is None and not people.signs_in(s, actor.person_id),
    )


def _organisation(s: Session, mandate_id: int) -> bool:
    return s.scalar(select(Mandate.relation).where(Mandate.id == mandate_id)) in ORGANISATIONS


# --- the staff's pages ------------------------------------------------------------------------------------------------


def other_processes(s: Session) -> list[tuple[int, str]]:
    """Processes of other things (budgets) that a call may belong to, by the names that their own features give them."""
    rows = s.execute(select(_R.id, _R.subject).where(_R.subject.not_in(["idea", "plan"])).order_by(_R.id.desc())).all()
    called: dict[int, str] = {}
    for feature in ground.current().features:
        scopes_of = feature.scopes.get("process")
        if scopes_of is not None and rows:
            called |= {number: hit.title for number, hit in scopes_of(s, i18n.lang()).items()}
    return [(row.id, called[row.id]) for row in rows if row.id in called]


def owns_process(s: Session, call: Call) -> bool:
    """Does the call have dates of its own?"""
    return s.scalar(select(_R.subject).where(_R.id == call.process_id)) == "idea"


def category_texts(s: Session, call: Call) -> dict[int, dict[str, str]]:
    """The names of a call's categories in every language, by number in their order: one select."""
    rows = s.execute(
        select(_CAT.id, _W.lang, _W.body)
        .outerjoin(Wording.__table__, and_(_W.kind == "call_category", _W.object_id == _CAT.id, _W.field == "name"))
        .where(_CAT.call_id == call.id)
        .order_by(_CAT.position)
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        names_of = found.setdefault(row.id, {})
        if row.lang:
            names_of[row.lang] = row.body
    return found
