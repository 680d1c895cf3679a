"""Gives the demo's moderator something to do: reports of what people wrote, a warning, and an appeal against it.

It takes what the wings have seeded, whatever they are; without any there is nothing to report."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.actor import NOBODY, Actor
from portal.identity.models import Identity
from portal.moderation import actions, actions_appeal, queries
from portal.moderation.actions_decide import decide
from portal.moderation.models import Act, Decision, Ground, Reason
from portal.moderation.rules import Statement

KIND = "idea"
# which text in the order of their numbers, who reports it (empty: nobody signed in), why, in which words
REPORTS = (
    (3, "jonas", Reason.OFF_TOPIC, "Das gehört zu den Mängelmeldungen, nicht hierher.", "de"),
    (3, "", Reason.OFF_TOPIC, "", "en"),
    (6, "marie", Reason.RIGHTS, "Ce texte vient d'un autre site.", "fr"),
    (9, "", Reason.SPAM, "يبدو إعلانًا لشركة.", "ar"),
)
FACTS = "Prośba o zgodę sąsiadów zawiera ich nazwiska. Następnym razem bez nazwisk."


def seed_moderation(s: Session) -> None:
    """Report some of the ideas, warn the author of one, and let them appeal."""
    known = queries.kinds().get(KIND)
    if known is None:
        return
    numbers = list(s.scalars(select(known.model.id).order_by(known.model.id)))  # type: ignore[attr-defined]
    people = {row[0]: Actor(person_id=row[1]) for row in s.execute(select(Identity.sub, Identity.person_id))}
    ana, moderator = people["ana"], people["piotr"]
    own = [number for number in numbers if queries.content(KIND).author(s, number) == ana.person_id]
    others = [number for number in numbers if number not in own]
    for place, sub, reason, words, lang in REPORTS:
        if place < len(others):
            who = people[sub] if sub else NOBODY
            actions.report(who, KIND, others[place], reason=reason, words=words, lang=lang)
    if not own:
        return
    row = actions.report(NOBODY, KIND, own[0], reason=Reason.PRIVATE, words="", lang="pl")
    told = Statement(Act.WARN, Ground.RULE, "private", "private", FACTS, "pl")
    decide(moderator, row.flagged_id, told, version=1)
    made = s.scalars(select(Decision).where(Decision.author_id == ana.person_id)).one()
    actions_appeal.appeal(ana, made, words="They asked me to name them.", lang="en")
