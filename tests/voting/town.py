"""A small vote to test with: two pots, twelve projects, two officers, and as many voters as a test asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from portal.base import clock, db
from portal.base.actor import Actor
from portal.voting import actions, queries, rules
from portal.voting.models import Vote

OFFICER = Actor(person_id=1, name="Bo", roles=frozenset({"budget_officer"}))
SECOND = Actor(person_id=2, name="Cleo", roles=frozenset({"budget_officer"}))
RESIDENT = Actor(person_id=3, name="Ana")

POTS = [
    {"id": "1", "budget_cents": 1000_00, "names": {"en": "City-wide", "de": "Ganze Stadt"}},
    {"id": "2", "budget_cents": 300_00, "names": {"en": "North"}, "district": "north"},
]
PROJECTS = [
    {
        "id": f"P{n}",
        "pot": "1" if n < 8 else "2",
        "cost_cents": (n + 1) * 50_00,
        "category": None,
        "names": {"en": f"Project {n}"},
    }
    for n in range(12)
]
BALLOT = {"kind": "approval", "min": 1, "max": 3}
ELECTORATE: dict[str, Any] = {"age": None, "residence": True, "districts": None, "pots": "any"}


def regulation(choice: str = "most-votes", **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"pots": POTS, "projects": PROJECTS, "ballot": BALLOT, "electorate": ELECTORATE}
    return actions.draft_regulation(choice, **{**values, **given})


def facts(name: str, district: str = "north") -> rules.VoterFacts:
    return rules.VoterFacts(claim=f"keyed hash of {name}", provider="https://id", resident=True, district=district)


def prepared(document: dict[str, Any] | None = None, *, object_id: int = 1, days: int = 7) -> str:
    now = clock.city_now()
    with db.write() as s:
        vote = actions.prepare_vote(
            s,
            OFFICER,
            kind="budget",
            object_id=object_id,
            title={"en": "Budget of Sundhaven"},
            regulation=document or regulation(),
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=days),
        )
        return vote.public_id


def opened(document: dict[str, Any] | None = None, **given: Any) -> str:
    public_id = prepared(document, **given)
    with db.write() as s:
        actions.open_vote(s, OFFICER, found(s, public_id), holders=("Bo", "Cleo"))
    return public_id


def found(s: Any, public_id: str) -> Vote:
    vote = queries.by_public_id(s, public_id)
    assert vote is not None
    return vote


def cast(public_id: str, name: str, choices: dict[str, Any], token: str = "") -> actions.Cast:
    with db.write() as s:
        return actions.cast_ballot(
            s, RESIDENT, found(s, public_id), choices, token or actions.new_form_token(), facts=facts(name)
        )


def close(public_id: str) -> None:
    """Time passes: the close lies a minute back."""
    with db.write() as s:
        vote = found(s, public_id)
        vote.opens_at -= timedelta(days=30)
        vote.closes_at = clock.city_now() - timedelta(minutes=1)


def start_count(public_id: str, draw: str = "") -> None:
    from portal.voting import actions_count

    with db.write() as s:
        actions_count.ask_count(s, OFFICER, found(s, public_id), draw=draw)
    with db.write() as s:
        actions_count.confirm_count(s, SECOND, found(s, public_id), draw=draw)
