"""Appeals: made by the author in one click, decided by somebody who had no part in the decision."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.audit.actions import record
from portal.base import clock, db, ground
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.verdict import YES, Verdict, no
from portal.identity.queries import in_charge
from portal.moderation import queries, rules
from portal.moderation.actions_decide import Late, undo
from portal.moderation.models import Appeal, Decision, Flagged, Outcome
from portal.notifications.actions import tell


def appeal(actor: Actor, decision: Decision, *, words: str, lang: str) -> Verdict:
    """Ask that somebody else looks again; the clock begins. Whoever may decide it is told."""
    s, now = db.session(), clock.city_now()
    known = s.scalars(select(Appeal.id).where(Appeal.decision_id == decision.id)).first()
    verdict = rules.may_appeal(
        actor, act=decision.act, author_id=decision.author_id, at=decision.at, appealed=known is not None,
        ended=decision.ended_at is not None, now=now,
    )  # fmt: skip
    if not verdict:
        return verdict
    made = Appeal(
        decision_id=decision.id, by_id=actor.person_id, words=words.strip(), lang=lang, at=now,
        due_at=now + timedelta(days=ground.settings().moderation.appeal_days),
    )  # fmt: skip
    try:
        with s.begin_nested():
            s.add(made)
            s.flush()
    except IntegrityError:  # a second click at the same moment
        return no(_l("You have appealed already."))
    flagged = s.get_one(Flagged, decision.flagged_id)
    record(actor, "appealed", flagged.kind, flagged.object_id, after={"decision": decision.id})
    scope = queries.content(flagged.kind).scope(s, flagged.object_id) if flagged.kind in queries.kinds() else {}
    deciders = queries.other_moderators(s, decision, scope, now) or in_charge(
        s, [ground.settings().moderation.appeals], now, scope
    )
    tell(
        [one for one in deciders if one not in (decision.by_id, decision.author_id)],
        "moderation.appeal_waits",
        {"day": made.due_at.date()},
        link=("moderation_staff.appeal", {"appeal_id": made.id}),
        dedup=f"appeal:{made.id}",
    )
    return YES


def decide_appeal(actor: Actor, appeal_id: int, *, outcome: Outcome, reasons: str, lang: str) -> Verdict:
    """Decide an appeal; the caller has asked `rules.may_decide_appeal`. Where the decision is taken back, everything is
    as it was before. Raises Late where somebody else has decided it."""
    s, now = db.session(), clock.city_now()
    row = s.scalars(
        db.locked(select(Appeal).where(Appeal.id == appeal_id)).execution_options(populate_existing=True)
    ).one()
    if row.decided_at is not None and row.outcome is not None:
        raise Late(_l("This appeal has been decided already: %(outcome)s.", outcome=rules.OUTCOMES[row.outcome]))
    if not reasons.strip():
        return no(_l("Give your reasons."))
    decision = s.get_one(Decision, row.decision_id)
    row.outcome, row.reasons, row.reasons_lang = outcome, reasons.strip(), lang
    row.decided_by_id, row.decided_at = actor.person_id, now
    if outcome is Outcome.OVERTURNED and decision.ended_at is None:
        undo(s, decision, now)
    s.flush()
    flagged = s.get_one(Flagged, decision.flagged_id)
    record(
        actor, "decided appeal", flagged.kind, flagged.object_id,
        after={"decision": decision.id, "outcome": outcome.value},
    )  # fmt: skip
    if row.by_id is not None:
        tell(
            row.by_id,
            "moderation.appeal_decided",
            {"outcome": rules.OUTCOMES[outcome], "title": {decision.title_lang or "en": decision.title or "…"}},
            link=("moderation.statement", {"decision_id": decision.id}),
            dedup=f"appeal_decided:{row.id}",
            free=(lang, row.reasons),
        )
    return YES
