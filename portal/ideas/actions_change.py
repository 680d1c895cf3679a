"""Other words for an idea by one of its authors. Where a moderator reads them first they wait beside the idea, which
meanwhile stands, is found and is supported as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.markdown import render
from portal.base.verdict import no
from portal.ideas import queries_idea, rules
from portal.ideas.actions import index, lead, words_of
from portal.ideas.models import Call, Change, Idea, Revision
from portal.ideas.rules import Denied, Written
from portal.moderation.actions import Screened, screen
from portal.notifications import actions as notifications


class Overtaken(Denied):
    """Another author, or a moderator, has changed the idea since its form was opened."""


def seen(words: Idea | Change) -> str:
    """A mark of the words and facts that an author has before them, which travels with the form that changes them."""
    told = repr([(name, value) for name, value in _told(words).items() if name not in ("x", "y")])
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def edit(
    actor: Actor,
    call: Call,
    idea: Idea,
    written: Written,
    now: datetime,
    guard: Mapping[str, Any] | None = None,
    *,
    before_me: str | None = None,
) -> Screened | None:
    """Other words for an idea by one of its authors; the old ones stay readable. None where nothing is different; else
    whether a moderator reads them first. `before_me`: the mark (`seen`) of the words that its author had before them;
    None: they are not asked for. Raises Denied where somebody has supported it in the meantime, Overtaken where its words
    are others than those."""
    s = db.session()
    # nobody supports it between the question and the answer
    idea = s.scalars(db.locked(select(Idea).where(Idea.id == idea.id)).execution_options(populate_existing=True)).one()
    verdict = rules.may_edit(idea, call, author=True, now=now)
    if not verdict:
        raise Denied(verdict)
    waiting = queries_idea.waiting(s, idea.id)
    last: Idea | Change = waiting or idea
    if _told(last) == _told(written):
        return None
    if before_me is not None and before_me != seen(last):
        raise Overtaken(
            no(_l("Somebody else has changed the idea since you opened this page. Nothing of yours is stored."))
        )
    kind, row = "idea", last
    if idea.held_at is not None:  # nobody could read it yet: it goes on waiting, with these words
        after = {"version": idea.version, "moved": _put(s, idea, _told(written), actor.person_id, keep=False)}
    else:
        kind, row = "idea_change", waiting or Change(idea_id=idea.id)
        for name, value in _told(written).items():
            setattr(row, name, value)
        row.at, row.by_id = clock.now(), actor.person_id
        s.add(row)
        s.flush()
        after = {"version": idea.version, "change": row.id}
    found = screen(
        s,
        actor,
        kind,
        row.id,
        words_of(written),
        premoderated=call.premoderated,  # other words have not been looked at
        promised_hours=call.promised_hours,
        **(guard or {}),
    )
    if isinstance(row, Change) and not found.held:
        after = {"version": idea.version + 1, "moved": _put(s, idea, _told(written), actor.person_id)}
        s.delete(row)
        s.flush()
    record(actor, "changed idea", "idea", idea.id, after=after)
    return found


def decided(s: Session, change_id: int) -> None:
    """A moderator has let other words pass, or has hidden them. Those that passed take their place, unless somebody
    supports the idea as it is by now, or newer ones were written: then the author is told that it stays as it is."""
    row = s.get(Change, change_id)
    if row is None or row.ended_at is not None or not row.shown:
        return
    idea = s.scalars(
        db.locked(select(Idea).where(Idea.id == row.idea_id)).execution_options(populate_existing=True)
    ).one()
    row.ended_at = clock.now()
    newer = s.scalar(select(exists().where(Change.idea_id == idea.id, Change.id > row.id)))
    call = s.get_one(Call, idea.call_id)
    if not newer and rules.may_edit(idea, call, author=True, now=row.at):
        _put(s, idea, _told(row), row.by_id)
    elif not newer and row.by_id is not None:
        notifications.tell(
            [row.by_id],
            "idea.change_dropped",
            {"idea": {idea.language: idea.title}},
            link=("ideas.idea", {"number": idea.number}),
            about=("idea", idea.id),
            dedup=f"change:{row.id}",
        )
    s.flush()


def _put(s: Session, idea: Idea, told: Mapping[str, Any], by: int | None, *, keep: bool = True) -> bool:
    """Puts these words and facts in the idea's row; `keep`: the old ones stay readable as an earlier wording. Whether it
    lies elsewhere now."""
    before = _told(idea)
    words = {key: value for key, value in before.items() if key not in ("x", "y")}
    if keep and any(told[name] != value for name, value in words.items()):
        s.add(Revision(idea_id=idea.id, version=idea.version, at=clock.now(), by_id=by, **words))
        idea.version += 1
    for name, value in told.items():
        setattr(idea, name, value)
    idea.html = render(idea.body, idea.language)
    idea.lead = lead(idea.html)
    idea.changed_at = clock.now()
    s.flush()
    index(s, idea)
    return (before["x"], before["y"]) != (idea.x, idea.y)


def _told(row: Any) -> dict[str, Any]:
    names = ("language", "title", "body", "category_id", "district_id", "place", "cost_guess", "x", "y")
    return {name: getattr(row, name) for name in names}
