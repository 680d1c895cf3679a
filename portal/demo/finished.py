"""The finished budget: its made ballots are imported, counted and published as any finished election is."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.actor import Actor
from portal.budgeting.models import Budget, Pot
from portal.budgeting.queries.plan import plan_of, pot_key, regulation_of
from portal.demo.ballots import made_ballots
from portal.demo.content import Budget as Told
from portal.voting import actions_import

COUNTING = timedelta(days=2, hours=15)  # the vote closes at 20:00; the result came on the third day at 11:00

ENTITLED = 39_900  # of Sundhaven's 48,200 people, those of 16 years and more
SOURCE = {
    "en": "population register, first day of the vote",
    "de": "Melderegister, erster Tag der Abstimmung",
    "et": "rahvastikuregister, hääletuse esimene päev",
    "fr": "registre de la population, premier jour du vote",
    "pl": "rejestr mieszkańców, pierwszy dzień głosowania",
    "ar": "سجل السكان، أول أيام التصويت",
}


def import_finished(s: Session, officer: Actor, budget: Budget, told: Told, opens: datetime, closes: datetime) -> None:
    """Freeze the regulation, take in the ballots pot by pot, count and publish, as of the days of that election."""
    regulation = regulation_of(s, budget, plan_of(s, budget))
    if regulation is None:
        raise RuntimeError("the finished budget has no regulation")
    vote = actions_import.import_finished_begin(
        s,
        officer,
        kind="budget",
        object_id=budget.id,
        title=dict(told.title),
        regulation=regulation,
        opens_at=opens,
        closes_at=closes,
    )
    positions = s.scalars(select(Pot.position).where(Pot.budget_id == budget.id).order_by(Pot.position)).all()
    ballots = made_ballots()
    for pot, position in zip(told.pots, positions, strict=True):
        choices = [list(ballot.projects(pot.id)) for ballot in ballots if ballot.projects(pot.id)]
        actions_import.import_finished_chunk(s, vote, pot_key(position), 1, choices)
    summed = actions_import.import_finished_sum(s, vote, ballots=len(ballots))
    vote.opened_at = opens
    vote.entitled, vote.entitled_source = ENTITLED, dict(SOURCE)
    actions_import.import_finished_end(s, officer, vote, summed, on=closes + COUNTING)
