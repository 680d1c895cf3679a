"""A published vote in the format of Pabulib, and documents as text."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base import i18n
from portal.base.ground import settings
from portal.budgeting.models import Budget, Project
from portal.budgeting.queries import projects, wordings
from portal.budgeting.queries.plan import pot_key
from portal.voting import queries as voting
from portal.voting import queries_pabulib as pb
from portal.voting.models import Vote

KEPT = (
    "selected",
    "beneficiaries",
    "target",
    "neighborhood",
    "subunit",
    "district",
    "public_id",
    "latitude",
    "longitude",
)


def json_text(document: Any) -> str:
    """A document as JSON with sorted keys, for people and programs."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def pabulib(s: Session, budget: Budget, vote: Vote, pot: str) -> str | None:
    """The .pb file of one pot; None where its ballots are not published."""
    ballots = voting.published_ballots(s, vote).get(pot)
    public = voting.published(s, vote)
    if ballots is None or public is None:
        return None
    found = next((one for one in public.outcome["pots"] if one["id"] == pot), None)
    if found is None:
        return None
    ballots = list(ballots)
    secrets.SystemRandom().shuffle(ballots)
    kind = public.regulation["ballot"]["kind"]
    meta = _meta(s, budget, vote, public.regulation, found, pot)
    return pb.export(found, kind, meta, _rows(s, budget, pot), ballots)


def _rows(s: Session, budget: Budget, pot: str) -> list[dict[str, str]]:
    cards = projects.by_code(s, budget.id)
    names = wordings.names(s, budget.id)
    statement = select(Project.code, Project.source_row).where(Project.budget_id == budget.id)
    kept: dict[str, Any] = dict(s.execute(statement).all())
    positions = names.positions
    rows = []
    for code, card in cards.items():
        if card.status.value != "ballot" or pot_key(positions.get(card.pot_id, 0)) != pot:
            continue
        category = names.categories.get(card.category_id or 0)
        row = {key: value for key, value in (kept.get(code) or {}).items() if key in KEPT and value}
        row |= {
            "project_id": code,
            "cost": pb.money_text(card.cost),
            "name": card.title,
            "category": (kept.get(code) or {}).get("category") or (category.body.replace(",", " ") if category else ""),
            "proposer": card.proposer,
        }
        rows.append(row)
    return rows


def _meta(
    s: Session, budget: Budget, vote: Vote, regulation: Mapping[str, Any], found: Mapping[str, Any], pot: str
) -> dict[str, str]:
    """META of a vote of the city's own, or that of the file an imported one came from."""
    if budget.source_meta:
        meta = {str(key): str(value) for key, value in budget.source_meta.items()}
    else:
        names = wordings.names(s, budget.id)
        pot_id = next((one for one, position in names.positions.items() if pot_key(position) == pot), None)
        meta = {
            "description": names.title.body,
            "country": settings().city.country or settings().city.name,
            "unit": settings().city.name,
            "district": names.pots[pot_id].body if pot_id is not None and pot_id in names.pots else pot,
            "instance": str(vote.closes_at.year),
            "date_begin": i18n.in_zone(vote.opens_at).strftime("%d.%m.%Y"),
            "date_end": i18n.in_zone(vote.closes_at).strftime("%d.%m.%Y"),
            "language": i18n.lang(),
            "currency": budget.currency,
        }
    ballot = regulation["ballot"]
    meta["budget"] = pb.money_text(found["budget"])
    if ballot.get("min"):
        meta["min_length"] = str(ballot["min"])
    if ballot.get("max"):
        meta["max_length"] = str(ballot["max"])
    if ballot["kind"] == "knapsack":
        meta["max_sum_cost"] = pb.money_text(ballot.get("limit_cents") or found["budget"])
    return meta
