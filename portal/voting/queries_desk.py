"""What officers and readers are told around a vote: who asked for its count, and where its result is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.audit.queries import latest
from portal.base import clock, ground, i18n
from portal.base.actor import Actor
from portal.identity import queries as people
from portal.voting.models import CountRun, Vote, VoteState
from portal.voting.rules_officer import OFFICER


@dataclass(frozen=True, slots=True)
class Asked:
    """The first of two officers: who, and when on the city's clock."""

    name: str
    at: datetime


def of_one_hand(s: Session, vote: Vote, actor: Actor, first: int | None) -> bool:
    """Whether the first officer and this one owe the role to each other since the vote was opened: no four eyes."""
    if first is None or actor.person_id is None or vote.opened_at is None:
        return False
    return people.gave_each_other(s, OFFICER, first, actor.person_id, vote.opened_at)


def asked_by(s: Session, vote: Vote, run: CountRun | None) -> Asked | None:
    """Who asked for the count and waits for a colleague; None where nobody does."""
    if run is None or run.first_id is None:
        return None
    person, entry = people.person(s, run.first_id), latest(s, "ask_count", "vote", vote.public_id)
    if person is None or entry is None:
        return None
    return Asked(person.name, entry.at + (clock.city_now() - clock.now()))


def result_of(s: Session, vote: Vote) -> tuple[str, dict[str, Any]] | None:
    """Endpoint and arguments of the page on which everybody reads the result; None before the publication."""
    if vote.state is not VoteState.PUBLISHED:
        return None
    kinds = {kind.name: kind for feature in ground.current().features for kind in feature.kinds}
    kind = kinds.get(vote.kind)
    if kind is None or kind.result is None or kind.found is None:
        return None
    hit = kind.found(s, [vote.object_id], i18n.lang()).get(vote.object_id)
    return (kind.result, dict(hit.args)) if hit is not None else None
