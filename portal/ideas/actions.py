"""What happens to an idea: it is handed in, changed, withdrawn, supported. Nothing that says who supports what is
written anywhere but in the row of the support itself."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, search, together
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.markdown import render
from portal.base.together import Ready, apart
from portal.base.verdict import YES, Verdict, no
from portal.ideas import queries, queries_idea, queries_ties, rules
from portal.ideas.models import Attachment, Call, Draft, Idea, IdeaState, Picture, Support
from portal.ideas.rules import Denied, Written
from portal.identity import queries as people
from portal.identity.queries import city_day, public_names
from portal.moderation.actions import screen
from portal.notifications import actions as notifications
from portal.places.models import District
from portal.processes.models import Phase

MOST_TRIES = 20  # for a number that somebody else took at the same moment


def lead(html: str) -> str:
    """The first words of a rendered text."""
    return rules.lead_of_html(html)


def submit(
    actor: Actor,
    call: Call,
    written: Written,
    *,
    pictures: Sequence[tuple[int, str]] = (),
    draft: Draft | None = None,
    paper_number: str = "",
    author_name: str = "",
    guard: Mapping[str, Any] | None = None,
) -> Idea:
    """A new idea of the actor, for the one for whom they act where the call asks organisations. `pictures`: (file, what
    it shows). `paper_number`: of the paper from which it was entered; `author_name`: what stands there for an author
    without an account. `guard`: what the form tells moderation of itself. The idea may be held for a moderator, never refused for
    its words. Raises Denied for one idea too many.

    Whether the person may take part, and whether the call takes ideas now, the door has asked."""
    s, now = db.session(), clock.now()
    number = select(func.count()).where(Idea.call_id == call.id, Idea.author_id == actor.person_id)
    if actor.person_id is not None and (s.scalar(number) or 0) >= rules.MOST_IDEAS:
        raise Denied(no(_l("You have handed in %(n)s ideas to this call. That is the most.", n=rules.MOST_IDEAS)))
    html = render(written.body, written.language)
    values: dict[str, Any] = {
        "call_id": call.id,
        "author_id": actor.person_id,
        "author_name": author_name if actor.person_id is None else "",
        "acting_for": actor.acting_for.name if actor.acting_for and call.challenge else "",
        "language": written.language,
        "title": written.title,
        "lead": lead(html),
        "body": written.body,
        "html": html,
        **_facts(written),
        "state": IdeaState.SUBMITTED,
        "shuffle": secrets.randbelow(2**31 - 3) + 1,
        "channel": "paper" if paper_number else actor.channel,
        "helped_by_id": actor.helped_by,
        "paper_number": paper_number,
        "created_at": now,
        "changed_at": now,
        "supports": 0,
        "comments": 0,
        "version": 1,
    }
    idea = numbered(s, values)
    for position, (file_id, alt) in enumerate(pictures[: rules.MOST_PICTURES], 1):
        s.add(Picture(idea_id=idea.id, file_id=file_id, position=position, alt=alt))
    if draft is not None:
        s.execute(update(Attachment).where(Attachment.draft_id == draft.id).values(idea_id=idea.id, draft_id=None))
        s.delete(draft)
    s.flush()
    record(actor, "handed in", "idea", idea.id, after={"call": call.id, "number": idea.number})
    screen(
        s,
        actor,
        "idea",
        idea.id,
        words_of(written),
        premoderated=call.premoderated,
        promised_hours=call.promised_hours,
        **(guard or {}),
    )
    if idea.shown:
        publish(s, call, idea)
    return idea


def words_of(written: Written) -> str:
    """What moderation reads of an idea."""
    return f"{written.title}\n{written.place}\n{written.body}"


def _facts(written: Written) -> dict[str, Any]:
    return {
        "category_id": written.category_id,
        "district_id": written.district_id,
        "place": written.place,
        "x": written.x,
        "y": written.y,
        "cost_guess": written.cost_guess,
    }


def numbered(s: Session, values: dict[str, Any]) -> Idea:
    """The row with the next free number; two at the same moment get one each."""
    for _try in range(MOST_TRIES):
        number = (s.scalar(select(func.max(Idea.number))) or 0) + 1
        idea = Idea(number=number, **values)
        try:
            with s.begin_nested():
                s.add(idea)
                s.flush()
        except IntegrityError:
            continue
        return idea
    raise RuntimeError("no free number for an idea")


def store(s: Session, values: dict[str, Any]) -> Idea:
    """An idea of these columns under the next free number, for what was not handed in here. Nobody is told."""
    idea = numbered(s, values)
    index(s, idea)
    return idea


def publish(s: Session, call: Call, idea: Idea) -> None:
    """Everybody sees it from now on: it can be found, and those who asked for news of ideas hear of it once."""
    index(s, idea)
    if idea.published_at is None:
        idea.published_at = clock.now()
    if not call.shown:
        return
    code = s.scalar(select(District.code).where(District.id == idea.district_id)) if idea.district_id else None
    notifications.announce(
        "call",
        call.id,
        topic="ideas",
        district=code,
        notice="idea.new",
        values={"idea": {idea.language: idea.title}},
        link=("ideas.idea", {"number": idea.number}),
        dedup=f"idea:{idea.id}:new",
    )


def index(s: Session, idea: Idea) -> None:
    """What the search knows of an idea: its words while it is shown and stands by itself, else nothing."""
    search.forget(s, "idea", idea.id)
    if idea.shown and idea.state not in (IdeaState.MERGED, IdeaState.WITHDRAWN):
        search.put(s, "idea", idea.id, idea.language, f"{idea.title} {idea.place} {idea.body}")


def withdraw(actor: Actor, call: Call, idea: Idea, reason: str) -> None:
    """Takes an idea back for a reason that everybody reads; its other authors are told who did it and why. Raises Denied
    once the city has decided."""
    s = db.session()
    idea = s.scalars(db.locked(select(Idea).where(Idea.id == idea.id)).execution_options(populate_existing=True)).one()
    verdict = rules.may_withdraw(idea, call, author=True)
    if not verdict:
        raise Denied(verdict)
    before, idea.state = idea.state, IdeaState.WITHDRAWN
    idea.withdrawn_reason, idea.changed_at = reason, clock.now()
    s.flush()
    index(s, idea)
    record(actor, "withdrew idea", "idea", idea.id, before={"state": before}, after={"state": idea.state})
    said, link = {"idea": {idea.language: idea.title}}, ("ideas.idea", {"number": idea.number})
    key = notifications.tell_followers(
        "idea", idea.id, "idea.withdrawn", said, link=link, dedup=f"idea:{idea.id}:withdrawn"
    )
    others = set(queries_idea.author_ids(s, idea)) - {actor.person_id}
    if others and actor.person_id is not None:  # by the key of the news: one who follows the idea as well hears it once
        notifications.tell(
            others,
            "idea.withdrawn_by_co_author",
            {**said, "name": public_names(s, [actor.person_id]).get(actor.person_id, "")},
            link=link,
            about=("idea", idea.id),
            free=(idea.language, reason),
            dedup=key,
        )


# --- supports ---------------------------------------------------------------------------------------------------------


_C, _PH = Call.__table__.c, Phase.__table__.c
_LOCKED = Ready(select(*_C).where(_C.id == bindparam("call")).with_for_update(read=True))
_DATES = Ready(
    select(_PH.id, _PH.process_id, _PH.kind, _PH.opens_at, _PH.closes_at)
    .where(_PH.process_id.in_(select(_C.process_id).where(_C.id == bindparam("call"))))
    .order_by(_PH.opens_at, _PH.id)
)


def _of_call(s: Session, call_id: int) -> Call:
    """The call, to be read only, under a lock that many supporters share; who freezes the list waits for them, and they
    for that."""
    return apart(Call, **together.rows(s, _LOCKED, {"call": call_id})[0]._asdict())


@lru_cache(maxsize=2)
def _give(sqlite_dialect: bool) -> Ready:
    given: Any = (sqlite if sqlite_dialect else postgresql).insert(Support.__table__)
    return Ready(
        given.on_conflict_do_nothing().returning(Support.__table__.c.id),
        ("idea_id", "person_id", "resident", "on_day"),
    )


_I: Any = Idea.__table__
_TAKES = _I.c.state.in_([literal(one, _I.c.state.type) for one in rules.SUPPORTED])
_COUNT = Ready(
    update(_I)
    .where(_I.c.id == bindparam("idea"), _TAKES, _I.c.hidden_at.is_(None), _I.c.held_at.is_(None))
    .values(supports=_I.c.supports + literal(1))
    .returning(_I.c.id)
)


def support(actor: Actor, idea: Idea, now: datetime) -> Verdict:
    """Counts one support of the actor; a second one is no fault and counts nothing. A no says why.

    The constraint counts, not the question before it: a hundred clicks at once are one."""
    s, whose = db.session(), {"call": idea.call_id}
    s.flush()
    asked = people.asking_facts(actor.person_id or 0, clock.now())
    [[locked], known, dates] = together.ask(s, (_LOCKED, whose), asked, (_DATES, whose))
    call = apart(Call, **locked._asdict())
    phases = [] if call.always_open else [apart(Phase, **row._asdict()) for row in dates]
    taker = queries.taker(s, actor, call, counts=True, facts=people.facts_told(known))
    verdict = rules.may_support(taker, idea, call, phases, now)
    if not verdict or taker is None:
        return verdict
    resident = None if taker.acting_for else taker.resident
    given = {"idea_id": idea.id, "person_id": taker.person_id, "resident": resident, "on_day": city_day(now)}
    while True:
        # The idea is counted only after the row is there, a trip of its own: whoever held the idea and then waited here
        # for a row that is being taken back, by somebody who waits for the idea, would wait for ever.
        made = together.rows(s, _give(db.is_sqlite()), given)
        if made:
            break
        theirs = Support.person_id == taker.person_id
        same = theirs if resident is None else or_(theirs, Support.resident == resident)
        found = s.scalars(select(Support.person_id).where(Support.idea_id == idea.id, same)).all()
        if taker.person_id in found:
            return YES
        if found:
            return no(_l("You support this idea already: with another account, or on a list on paper."))
        # what was in the way was taken back between the two statements
    if not together.rows(s, _COUNT, {"idea": idea.id}):
        s.execute(delete(Support).where(Support.id == made[0].id))
        return no(_l("This idea takes no supports."))
    return YES


def take_back(actor: Actor, idea: Idea) -> Verdict:
    """Takes the actor's support back; where there is none, nothing happens. Where the idea was joined with another one,
    the support lies there."""
    s = db.session()
    root = queries_ties.root(s, idea.id)
    while True:
        verdict = rules.may_take_back(_of_call(s, root.call_id))
        before, root = root, queries_ties.root(s, idea.id)
        if root.call_id == before.call_id:  # else it was joined with one of another call before the lock was there
            break
    if not verdict or actor.person_id is None:
        return verdict
    own = (Support.idea_id == root.id, Support.person_id == actor.person_id)
    gone = s.execute(delete(Support).where(*own).returning(Support.resident)).one_or_none()
    if gone is not None:
        let_go(s, root.id, actor.person_id, gone.resident)
        s.execute(
            update(Idea)
            .where(Idea.id == root.id)
            .values(supports=Idea.supports - 1)
            .execution_options(synchronize_session=False)
        )
    return YES


def let_go(s: Session, idea_id: int, person_id: int, resident: str | None) -> None:
    """Somebody has taken back the support of an idea. Where others were joined with it, what they gave to those sleeps
    there because each person counts once; it goes, too, or it would count again where they are parted."""
    ids = [number for number in queries_ties.within(s, idea_id) if number != idea_id]
    if ids:
        whose = Support.person_id == person_id
        same = whose if resident is None else or_(whose, Support.resident == resident)
        s.execute(delete(Support).where(Support.idea_id.in_(ids), same).execution_options(synchronize_session=False))


def recount(s: Session) -> int:
    """Puts every counter of supports to the number of its rows, that of an idea joined with another one to none; returns
    how many were wrong. For the operator."""
    counted = and_(Support.idea_id == Idea.id, Idea.state != IdeaState.MERGED)
    all_rows = select(func.count(Support.id)).where(counted).correlate(Idea)
    rows, paper = all_rows.scalar_subquery(), all_rows.where(Support.list_id.is_not(None)).scalar_subquery()
    wrong = s.execute(
        select(Idea.id, rows.label("number"), paper.label("paper")).where(
            (Idea.supports != rows) | (Idea.on_paper != paper)
        )
    ).all()
    for row in wrong:
        s.execute(update(Idea).where(Idea.id == row.id).values(supports=row.number, on_paper=row.paper))
    return len(wrong)
