"""What moderators decide: the act, its statement of reasons, who is told, and what the sorting of the queue learns."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db
from portal.base.actor import SYSTEM, Actor
from portal.base.i18n import Text, _l
from portal.base.verdict import YES, Verdict, no
from portal.moderation import queries, rules, rules_bayes
from portal.moderation.models import Act, Decision, Flagged, Ground, Held, Moderated, Report, SpamWord, Suspension
from portal.moderation.rules import Statement
from portal.notifications.actions import tell


class Late(Exception):
    """Somebody else was faster, or the text is not the one that was read: the sentence says what happened."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


@dataclass
class Bulk:
    """What became of many things at once."""

    done: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)


def decide(
    actor: Actor, flagged_id: int, told: Statement, *, version: int, seen: str | None = None, bulk: str = ""
) -> Verdict:
    """Decide on a thing. `version` and `seen` (the digest of its texts) are those of the page on which the moderator
    read it. The statement is whole (`rules.faults` found nothing). Raises Late where somebody else decided meanwhile
    or the author changed the text; ValueError for a statement that lacks something."""
    s, now = db.session(), clock.city_now()
    row = s.scalars(
        db.locked(select(Flagged).where(Flagged.id == flagged_id)).execution_options(populate_existing=True)
    ).one()
    if row.version != version:
        raise Late(late(s, row))
    content = queries.content(row.kind)
    thing = queries.thing(s, row.kind, row.object_id)
    if thing is None:
        return no(_l("The text is gone: its author has deleted it."))
    texts = content.texts(s, row.object_id)
    if seen is not None and queries.digest(texts) != seen:
        raise Late(_l("The text was changed after you opened this page. Read it again before you decide."))
    author = content.author(s, row.object_id)
    verdict = rules.may_decide(
        actor, author_id=author, claimed_by=row.claimed_by_id, claimed_at=row.claimed_at, now=now
    )
    if not verdict:
        return verdict
    if told.act not in allowed(s, row, thing, author):
        return no(_l("This cannot be done with the text as it stands now."))
    if rules.faults(told):
        raise ValueError("a decision without a statement of reasons")
    made = _store(s, actor, row, told, author, texts, bulk, now)
    _apply(s, row, thing, made, told, now)
    content.changed(s, row.object_id)
    _learn(s, made, texts)
    _close(s, row, made, now)
    record(
        actor,
        {
            Act.HIDE: "hid text", Act.RESTORE: "restored text", Act.REMOVE_DATA: "took personal data out",
            Act.LOCK: "closed text", Act.WARN: "warned author", Act.SUSPEND: "suspended author",
            Act.DISMISS: "left text", Act.RELEASE: "let text pass",
        }[told.act],
        row.kind,
        row.object_id,
        after={"decision": made.id, "ground": made.ground.value, "reference": made.reference, "bulk": bulk},
    )  # fmt: skip
    _tell(s, row, made)
    return YES


def allowed(s: Session, row: Flagged, thing: Moderated, author: int | None) -> list[Act]:
    """What can be done with a thing now."""
    return rules.acts_for(
        hidden=thing.hidden_at is not None,
        held=thing.held_at is not None,
        locked=thing.locked_at is not None,
        author=author is not None,
        suspended=_suspension(s, row.id) is not None,
    )


def decide_many(actor: Actor, things: Collection[tuple[int, int]], told: Statement) -> Bulk:
    """One act with one reason on many things, each named by its number and the version that was read. Each stands for
    itself: what somebody else decided meanwhile, or what does not fit, is left alone and reported. A person decides, here
    as there; whether a program had set it aside for them is told of each as it was."""
    done, mark = Bulk(), secrets.token_hex(6)
    for flagged_id, version in list(things)[: rules.MOST_AT_ONCE]:
        row = db.session().get(Flagged, flagged_id)
        if row is None:
            done.refused.append(flagged_id)
            continue
        one = told
        if told.act is Act.DISMISS and row.held is not Held.NOT:
            one = Statement(Act.RELEASE, phrase=told.phrase, facts=told.facts, facts_lang=told.facts_lang)
        one = replace(one, automated=row.held in rules.BY_MACHINE)
        try:
            verdict = decide(actor, flagged_id, one, version=version, bulk=mark)
        except Late:
            done.late.append(flagged_id)
            continue
        (done.done if verdict else done.refused).append(flagged_id)
    return done


def late(s: Session, row: Flagged) -> Text:
    """What somebody else decided meanwhile."""
    last = s.scalars(
        select(Decision).where(Decision.flagged_id == row.id).order_by(Decision.id.desc()).limit(1)
    ).first()
    if last is None:
        return _l("Somebody else has decided already.")
    return _l("A colleague has decided already, at %(moment)s: %(done)s.", moment=last.at, done=rules.DONE[last.act])


def _store(
    s: Session, actor: Actor, row: Flagged, told: Statement, author: int | None, texts: dict[str, str], bulk: str,
    now: datetime,
) -> Decision:  # fmt: skip
    hit = queries.content(row.kind).show(s, [row.object_id], row.lang).get(row.object_id)
    free = told.act in rules.FREE_OF_REASONS
    made = Decision(
        flagged_id=row.id,
        author_id=author,
        act=told.act,
        ground=Ground.NONE if free else told.ground or Ground.RULE,
        reference="" if free else told.reference.strip()[:200],
        phrase=told.phrase,
        facts=told.facts.strip(),
        facts_lang=told.facts_lang if told.facts.strip() else "",
        extent=told.extent,
        until=now + timedelta(days=told.days) if told.days and told.act in rules.TIMED else None,
        automated=told.automated,
        title=hit.title[:300] if hit else "",
        title_lang=hit.lang if hit else row.lang,
        texts_before=texts if told.act in rules.RESTRICTS else None,
        by_id=actor.person_id,
        at=now,
        waited=max(0, int((now - row.first_at).total_seconds())),
        reports=row.reports,
        bulk=bulk,
    )
    s.add(made)
    s.flush()
    return made


def _apply(s: Session, row: Flagged, thing: Moderated, made: Decision, told: Statement, now: datetime) -> None:
    if told.act is Act.HIDE:
        thing.hidden_at, thing.held_at = now, None
    elif told.act is Act.LOCK:
        thing.locked_at = now
    elif told.act is Act.RELEASE:
        thing.held_at = None
    elif told.act is Act.REMOVE_DATA:
        queries.content(row.kind).rewrite(s, row.object_id, {**(made.texts_before or {}), **(told.texts or {})})
    elif told.act is Act.SUSPEND and made.author_id is not None and made.until is not None:
        s.add(Suspension(person_id=made.author_id, decision_id=made.id, begins_at=now, until=made.until))
    elif told.act is Act.RESTORE:
        _restore(s, row, thing, now)
        made.ended_at = now
    s.flush()


def _restore(s: Session, row: Flagged, thing: Moderated, now: datetime) -> None:
    """Show the thing again, whole, and end what stands on it. Personal data that were taken out stay out."""
    thing.hidden_at = thing.held_at = thing.locked_at = None
    standing = s.scalars(
        select(Decision).where(
            Decision.flagged_id == row.id,
            Decision.act.in_([Act.HIDE, Act.LOCK, Act.SUSPEND]),
            Decision.ended_at.is_(None),
        )
    ).all()
    for one in standing:
        one.ended_at = now
        _unlearn(s, one)
        _lift(s, one, now)


def _lift(s: Session, decision: Decision, now: datetime) -> None:
    s.execute(
        update(Suspension)
        .where(Suspension.decision_id == decision.id, Suspension.lifted_at.is_(None))
        .values(lifted_at=now)
    )


def _suspension(s: Session, flagged_id: int) -> int | None:
    """A suspension that came of this thing and stands."""
    return s.scalar(
        select(Suspension.id)
        .join(Decision, Decision.id == Suspension.decision_id)
        .where(
            Decision.flagged_id == flagged_id, Suspension.lifted_at.is_(None), Suspension.until > clock.city_now()
        )
        .limit(1)
    )  # fmt: skip


def undo(s: Session, decision: Decision, now: datetime) -> None:
    """Take a decision back whole: the thing is as it was, removed words stand again, a suspension ends. Another
    decision that stands on the same thing keeps its effect."""
    row = s.get_one(Flagged, decision.flagged_id)
    decision.ended_at = now
    _unlearn(s, decision)
    _lift(s, decision, now)
    thing = queries.thing(s, row.kind, row.object_id) if row.kind in queries.kinds() else None
    if thing is not None:
        if decision.act is Act.HIDE and not _stands(s, row.id, Act.HIDE):
            thing.hidden_at = None
        elif decision.act is Act.LOCK and not _stands(s, row.id, Act.LOCK):
            thing.locked_at = None
        elif decision.act is Act.REMOVE_DATA and decision.texts_before:
            queries.content(row.kind).rewrite(s, row.object_id, decision.texts_before)
        s.flush()
        queries.content(row.kind).changed(s, row.object_id)
    row.version += 1
    s.flush()


def _stands(s: Session, flagged_id: int, act: Act) -> bool:
    s.flush()
    found = select(Decision.id).where(
        Decision.flagged_id == flagged_id, Decision.act == act, Decision.ended_at.is_(None)
    )
    return s.scalar(found.limit(1)) is not None


def end_timed(s: Session, now: datetime) -> int:
    """What was hidden or closed for some days is shown and open again. Returns how many."""
    over = s.scalars(
        select(Decision).where(
            Decision.until.is_not(None), Decision.until <= now, Decision.ended_at.is_(None)
        ).order_by(Decision.id)
    ).all()  # fmt: skip
    for one in over:
        taught = one.taught
        one.taught = ""  # its time is over; it was no mistake, so what was learned stays
        undo(s, one, now)
        one.taught = taught
        row = s.get_one(Flagged, one.flagged_id)
        record(SYSTEM, "ended decision", row.kind, row.object_id, after={"decision": one.id})
    return len(over)


def _close(s: Session, row: Flagged, made: Decision, now: datetime) -> None:
    for one in queries.open_reports(s, row.id):
        one.decided_at, one.decision_id = now, made.id
    row.reports, row.held, row.due_at = 0, Held.NOT, None
    row.decided_at, row.claimed_by_id, row.claimed_at = now, None, None
    row.version += 1
    s.flush()


# Who is told


def _tell(s: Session, row: Flagged, made: Decision) -> None:
    values: dict[str, Any] = {"title": {made.title_lang or row.lang or "en": made.title or "…"}}
    free = (made.facts_lang, made.facts) if made.facts else None
    if made.author_id is not None and made.act is not Act.DISMISS:
        name = {Act.RELEASE: "moderation.released", Act.RESTORE: "moderation.restored"}.get(
            made.act, "moderation.decided"
        )
        more = {"done": rules.DONE[made.act]} if name == "moderation.decided" else {}
        tell(
            made.author_id, name, {**values, **more}, link=("moderation.statement", {"decision_id": made.id}),
            about=(row.kind, row.object_id), dedup=f"moderation:{made.id}", free=free,
        )  # fmt: skip
    where = [Report.decision_id == made.id, Report.person_id.is_not(None)]
    if made.author_id is not None:
        where.append(Report.person_id != made.author_id)
    reporters = s.execute(select(Report.person_id, Report.reference).where(*where).order_by(Report.id)).all()
    for person_id, reference in [(row[0], row[1]) for row in reporters if row[0] is not None]:
        tell(
            person_id,
            "moderation.report_decided",
            {"reference": reference, "done": rules.DONE[made.act]},
            link=("moderation.reported", {"reference": reference}),
            dedup=f"report:{reference}",
        )


# What the sorting of the queue learns


def _learn(s: Session, made: Decision, texts: dict[str, str]) -> None:
    """Advertising that was hidden, and texts that were let pass, teach the sorting."""
    if made.act in (Act.DISMISS, Act.RELEASE):
        made.taught = "fair"
    elif made.act is Act.HIDE and made.reference == "spam" and made.ground is Ground.RULE:
        made.taught = "spam"
    else:
        return
    _count(s, texts, made.taught, 1)


def _unlearn(s: Session, decision: Decision) -> None:
    """A decision that was a mistake teaches nothing."""
    if decision.taught == "spam" and decision.texts_before:
        _count(s, decision.texts_before, "spam", -1)
        decision.taught = ""


def _count(s: Session, texts: dict[str, str], sort: str, by: int) -> None:
    words = sorted({*rules_bayes.words("\n".join(texts.values())), rules_bayes.TOTAL})
    insert: Any = sqlite.insert if s.get_bind().dialect.name == "sqlite" else postgresql.insert
    fresh = insert(SpamWord).values([{"word": word, "spam": 0, "fair": 0} for word in words])
    s.execute(fresh.on_conflict_do_nothing(index_elements=["word"]))
    column = SpamWord.spam if sort == "spam" else SpamWord.fair
    where = SpamWord.word.in_(words) if by > 0 else SpamWord.word.in_(words) & (column > 0)
    s.execute(update(SpamWord).where(where).values({column: column + by}))
