"""The short list is frozen, counted and kept; the council puts ideas onto it, and takes them off again, with reasons."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, jobs
from portal.base.actor import Actor
from portal.base.i18n import Text, _l
from portal.base.verdict import no
from portal.ideas import queries, queries_idea, queries_shortlist, rules_shortlist, rules_value
from portal.ideas.actions_calls import touch
from portal.ideas.actions_value import move
from portal.ideas.models import Call, Idea, IdeaState
from portal.ideas.models_value import ShortList, ShortListLine, ShortListPick
from portal.ideas.rules import Denied
from portal.notifications import actions as notifications


class Blocked(Exception):
    """The list cannot be frozen; `reasons` are sentences for the officer."""

    def __init__(self, reasons: list[Text]) -> None:
        super().__init__("; ".join(reason.msgid for reason in reasons))
        self.reasons = reasons


def freeze(actor: Actor, call_id: int, now: datetime) -> ShortList:
    """Supports stop, and the short list is made of what stands at this moment: the lines are kept, so that the count can
    be repeated. Raises Blocked.

    Whoever supports or values something holds the call's row until they are done; so nothing changes between the freezing
    and the count."""
    s = db.session()
    wanted = db.locked(select(Call).where(Call.id == call_id)).execution_options(populate_existing=True)
    call = s.scalars(wanted).one()
    rows = queries_shortlist.entries(s, call)
    standing = queries_shortlist.standing(s, call, rows)
    reasons = rules_value.may_freeze(call, queries.phases(s, call), now, standing)
    if reasons:
        raise Blocked(reasons)
    call.frozen_at = now
    touch(call)
    made = rules_shortlist.placed(rows.values(), places=call.short_list_size, threshold=call.threshold)
    row = ShortList(
        call_id=call.id,
        places=call.short_list_size,
        threshold=call.threshold,
        sha256=rules_shortlist.fingerprint(rules_shortlist.table(made)),
        frozen_at=now,
        by_id=actor.person_id,
    )
    s.add(row)
    s.flush()
    ids = {entry.number: number for number, entry in rows.items()}
    lines = _lines(s, row, made, ids)
    if lines:
        s.execute(insert(ShortListLine), lines)
    chosen = [line["idea_id"] for line in lines if line["chosen"]]
    for idea in s.scalars(select(Idea).where(Idea.id.in_(chosen)).order_by(Idea.id)):
        move(s, idea, IdeaState.SHORTLISTED)
    after = {"short_list": row.id, "sha256": row.sha256, "ideas": len(lines), "chosen": len(chosen)}
    record(actor, "froze short list", "call", call.id, after=after)
    jobs.enqueue(s, "ideas.tell_short_list", {"list": row.id}, dedup=f"tell_short_list:{row.id}")
    return row


def _lines(
    s: Session, row: ShortList, made: list[rules_shortlist.Placed], ids: dict[int, int]
) -> list[dict[str, object]]:
    rows = s.execute(select(Idea.id, Idea.district_id).where(Idea.call_id == row.call_id))
    where = {one.id: one.district_id for one in rows}
    return [
        {
            "list_id": row.id, "idea_id": ids[one.entry.number], "number": one.entry.number,
            "district_id": where[ids[one.entry.number]], "district": one.entry.district,
            "supports": one.entry.supports, "published_at": one.entry.published_at, "feasible": one.entry.feasible,
            "place": one.place, "chosen": one.chosen,
        }
        for one in made
    ]  # fmt: skip


def _held(s: Session, idea_id: int) -> Idea:
    wanted = db.locked(select(Idea).where(Idea.id == idea_id)).execution_options(populate_existing=True)
    return s.scalars(wanted).one()


def pick(actor: Actor, call: Call, idea_id: int, *, reason: str, language: str, now: datetime) -> ShortListPick:
    """The council puts an idea onto the list, for a reason that everybody reads. Raises Denied, LookupError for an idea of
    another call."""
    s = db.session()
    row, idea = queries_shortlist.of_call(s, call.id), _held(s, idea_id)
    if idea.call_id != call.id:
        raise LookupError("an idea of another call")
    verdict = rules_value.may_pick(idea, call, on_list=idea.state is IdeaState.SHORTLISTED)
    if not verdict or row is None:
        raise Denied(verdict or no(_l("Freeze the list first. What the council picks comes on top of it.")))
    made = ShortListPick(
        list_id=row.id, idea_id=idea.id, reason=reason.strip(), language=language, at=now, by_id=actor.person_id
    )
    try:
        with s.begin_nested():
            s.add(made)
            s.flush()
    except IntegrityError:
        raise Denied(no(_l("This idea is on the list already."))) from None
    move(s, idea, IdeaState.SHORTLISTED)
    touch(call)
    record(actor, "picked for short list", "idea", idea.id, after={"pick": made.id, "reason": made.reason})
    _tell(s, idea, "idea.shortlisted", made, f"pick:{made.id}", call)
    return made


def unpick(
    actor: Actor, call: Call, found: tuple[ShortListPick, Idea], *, reason: str, language: str, now: datetime
) -> None:
    """The council takes its pick off the list again, for a reason that everybody reads. Raises Denied."""
    s = db.session()
    row = s.scalars(
        db.locked(select(ShortListPick).where(ShortListPick.id == found[0].id)).execution_options(
            populate_existing=True
        )
    ).one()
    idea = _held(s, found[1].id)
    verdict = rules_value.may_unpick(idea, call)
    if row.removed_at is not None:
        verdict = no(_l("This idea was taken off the list already."))
    if not verdict:
        raise Denied(verdict)
    row.removed_at, row.removed_by_id = now, actor.person_id
    row.removed_reason, row.removed_language = reason.strip(), language
    move(s, idea, IdeaState.FEASIBLE)
    touch(call)
    record(actor, "took off short list", "idea", idea.id, after={"pick": row.id, "reason": row.removed_reason})
    _tell(s, idea, "idea.unpicked", row, f"unpick:{row.id}", call)


def _tell(s: Session, idea: Idea, notice: str, row: ShortListPick, dedup: str, call: Call) -> None:
    reason = (row.removed_language, row.removed_reason) if row.removed_at else (row.language, row.reason)
    notifications.tell(
        queries_idea.author_ids(s, idea),
        notice,
        {"idea": {idea.language: idea.title}},
        link=("ideas.short_list", {"slug": call.slug}),
        about=("idea", idea.id),
        free=reason,
        dedup=f"{dedup}:{int(clock.now().timestamp())}",
    )
