"""Somebody says that two ideas are the same. Both ideas' authors agree, each with one click, or the staff decide."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import no
from portal.ideas import actions_merge, queries_idea, queries_same, rules_merge
from portal.ideas.models import Idea
from portal.ideas.models_merge import Merge, Says, Twin, TwinState
from portal.ideas.rules import Denied
from portal.notifications import actions as notifications


def propose(actor: Actor, one: Idea, other: Idea, word: str, *, lang: str = "") -> Twin:
    """Says that two ideas are the same, with a word why; the one that more people support would hold both. An author who
    says it has agreed thereby. Both ideas' authors are told. Raises Denied: these two cannot be joined, somebody has
    said it already, or too many proposals of the actor wait."""
    s, now = db.session(), clock.now()
    two = actions_merge.lock(s, one.id, other.id)
    assert actor.person_id is not None
    verdict = rules_merge.may_propose(
        two.idea, two.into, two.call.call, two.into_call.call, queries_same.waiting(s, actor.person_id)
    )
    if not verdict:
        raise Denied(verdict)
    into = two.idea if rules_merge.survivor(two.idea, two.into) is two.idea else two.into
    idea = two.into if into is two.idea else two.idea
    low, high = sorted((idea.id, into.id))
    row = Twin(
        idea_id=idea.id,
        into_id=into.id,
        pair=f"{low}:{high}",
        by_id=actor.person_id,
        lang=lang or actor.language or i18n.lang(),
        word=word,
        at=now,
        state=TwinState.OPEN,
    )
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        raise Denied(
            no(_l("Somebody has already said that these two are the same. It waits for a decision."))
        ) from None
    record(actor, "called ideas the same", "idea", idea.id, after={"with": into.number, "proposal": row.id})
    mine, theirs = queries_idea.author_ids(s, idea), queries_idea.author_ids(s, into)
    told = {*mine, *theirs} - {actor.person_id}
    notifications.tell(
        told,
        "idea.same",
        {"idea": {idea.language: idea.title}, "into": {into.language: into.title}},
        link=("ideas.twin", {"twin_id": row.id}),
        about=("idea", idea.id),
        dedup=f"idea-twin:{row.id}",
    )
    if actor.person_id in mine or actor.person_id in theirs:
        say(actor, row, Says.AGREED)
    return row


def _again(s: Session, twin_id: int) -> Twin:
    """The proposal as it is now, locked."""
    wanted = select(Twin).where(Twin.id == twin_id).execution_options(populate_existing=True)
    return s.scalars(db.locked(wanted)).one()


def say(actor: Actor, twin: Twin, says: Says) -> Merge | None:
    """What an author of one of the two ideas (or of both) says. Once both sides agree the ideas are joined, and the act
    is returned. Raises Denied, LookupError for somebody who is an author of neither."""
    s, now = db.session(), clock.now()
    two = actions_merge.lock(s, twin.idea_id, twin.into_id)  # before the proposal: as whoever joins does
    twin = _again(s, twin.id)
    verdict = rules_merge.may_decide(twin.state)
    if not verdict:
        raise Denied(verdict)
    mine = actor.person_id in queries_idea.author_ids(s, two.idea)
    theirs = actor.person_id in queries_idea.author_ids(s, two.into)
    if actor.person_id is None or not (mine or theirs):
        raise LookupError("an author of neither")
    if mine:
        twin.idea_says, twin.idea_says_by_id, twin.idea_says_at = says, actor.person_id, now
    if theirs:
        twin.into_says, twin.into_says_by_id, twin.into_says_at = says, actor.person_id, now
    s.flush()
    record(actor, "said of the same", "idea", twin.idea_id, after={"proposal": twin.id, "says": says})
    if twin.idea_says is Says.AGREED and twin.into_says is Says.AGREED:
        return _join(actor, twin, two.idea, two.into, twin.word, twin.lang, officer=False)
    return None


def _join(actor: Actor, twin: Twin, idea: Idea, into: Idea, reason: str, lang: str, *, officer: bool) -> Merge:
    made = actions_merge.merge(actor, idea, into, reason, lang=lang, officer=officer, twin=twin)
    twin.decided_by_id = actor.person_id
    twin.reason, twin.reason_lang = (reason, lang) if officer else ("", "")
    db.session().flush()
    _tell_proposer(actor, twin, idea, into, "idea.same_joined")
    return made


def _tell_proposer(actor: Actor, twin: Twin, idea: Idea, into: Idea, notice: str) -> None:
    if twin.by_id is None or twin.by_id == actor.person_id:
        return
    notifications.tell(
        twin.by_id,
        notice,
        {"idea": {idea.language: idea.title}, "into": {into.language: into.title}},
        link=("ideas.twin", {"twin_id": twin.id}),
        about=("idea", idea.id),
        dedup=f"idea-twin:{twin.id}:decided",
    )


def take_back(actor: Actor, twin: Twin) -> None:
    """Whoever said it takes it back. Raises Denied once it is decided, LookupError for somebody else's."""
    twin = _again(db.session(), twin.id)
    if twin.by_id is None or twin.by_id != actor.person_id:
        raise LookupError("somebody else said it")
    verdict = rules_merge.may_decide(twin.state)
    if not verdict:
        raise Denied(verdict)
    twin.state, twin.decided_at, twin.decided_by_id = TwinState.TAKEN_BACK, clock.now(), actor.person_id
    db.session().flush()
    record(actor, "took back the same", "idea", twin.idea_id, after={"proposal": twin.id})


def join(actor: Actor, twin: Twin, into_id: int, reason: str, *, lang: str = "") -> Merge:
    """The staff join the two ideas of a proposal in the one that they name. Raises Denied; ValueError for a third."""
    s = db.session()
    if into_id not in (twin.idea_id, twin.into_id):
        raise ValueError("an idea that is not of this proposal")
    two = actions_merge.lock(s, twin.idea_id, twin.into_id)
    twin = _again(s, twin.id)
    verdict = rules_merge.may_decide(twin.state)
    if not verdict:
        raise Denied(verdict)
    idea, into = (two.idea, two.into) if into_id == two.into.id else (two.into, two.idea)
    return _join(actor, twin, idea, into, reason, lang or actor.language or i18n.lang(), officer=True)


def decline(actor: Actor, twin: Twin, reason: str, *, lang: str = "") -> None:
    """The staff leave both ideas as they are; everybody who was asked is told. Raises Denied once it is decided."""
    s = db.session()
    twin = _again(s, twin.id)
    verdict = rules_merge.may_decide(twin.state)
    if not verdict:
        raise Denied(verdict)
    twin.state, twin.decided_at, twin.decided_by_id = TwinState.DECLINED, clock.now(), actor.person_id
    twin.reason, twin.reason_lang = reason, lang or actor.language or i18n.lang()
    s.flush()
    record(actor, "left ideas apart", "idea", twin.idea_id, after={"proposal": twin.id})
    idea, into = s.get_one(Idea, twin.idea_id), s.get_one(Idea, twin.into_id)
    told = {*queries_idea.author_ids(s, idea), *queries_idea.author_ids(s, into)}
    told |= {twin.by_id} if twin.by_id is not None else set()
    notifications.tell(
        told - ({actor.person_id} if actor.person_id is not None else set()),
        "idea.same_declined",
        {"idea": {idea.language: idea.title}, "into": {into.language: into.title}},
        link=("ideas.twin", {"twin_id": twin.id}),
        about=("idea", idea.id),
        dedup=f"idea-twin:{twin.id}:decided",
    )
