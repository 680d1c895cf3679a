"""Saying how many people were entitled to vote."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base.actor import Actor
from portal.voting import rules_turnout as rules
from portal.voting.actions import demand
from portal.voting.models import Vote


def say_entitled(s: Session, actor: Actor, vote: Vote, *, number: int | None, source: Mapping[str, str]) -> None:
    """Store how many people were entitled and where that was looked up (language -> words); None takes it back.

    Raises NotPossible once the result is published, or for a number below the ballots counted.
    """
    demand(rules.may_say_entitled(vote, actor))
    if number is not None:
        demand(rules.can_be_entitled(vote, number))
    before = {"number": vote.entitled, "source": vote.entitled_source}
    vote.entitled = number
    vote.entitled_source = {lang: words for lang, words in source.items() if words} if number is not None else None
    s.flush()
    after = {"number": vote.entitled, "source": vote.entitled_source}
    record(actor, "say_entitled", "vote", vote.public_id, before=before, after=after)
