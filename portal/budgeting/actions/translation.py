"""Gaps in one language are filled by the city's translation engine, and marked as such."""

from __future__ import annotations

from portal.audit.actions import record
from portal.base import db, i18n, jobs, texts, translate
from portal.base.actor import SYSTEM, Actor
from portal.budgeting.actions.budgets import must_be_loose, touch
from portal.budgeting.actions.projects import refresh_cards
from portal.budgeting.models import Budget
from portal.budgeting.queries.exchange import units
from portal.budgeting.rules import TEXTS

JOB = "budgeting.translate"


def ask(actor: Actor, budget: Budget, lang: str) -> None:
    """Puts the engine to work on what one language lacks. Raises Denied when frozen."""
    must_be_loose(budget)
    jobs.enqueue(db.session(), JOB, {"budget": budget.id, "lang": lang})
    record(actor, "ask_translation", "budget", budget.id, after={"lang": lang})


def fill(budget_id: int, lang: str) -> int:
    """The job: translates outside of any transaction, stores in one short one. What people wrote meanwhile stays.

    Returns how many texts were filled; a second run finds nothing left to do. Raises Denied when frozen.
    """
    with db.read() as s:
        budget = s.get(Budget, budget_id)
        gaps = [unit for unit in units(s, budget, lang) if unit.source and not unit.target] if budget else []
    made = {unit.key: translate.translate(unit.source, i18n.SOURCE, lang) for unit in gaps}
    if not made:
        return 0
    with db.write() as s:
        budget = s.get_one(Budget, budget_id)
        must_be_loose(budget)
        open_still = {unit.key for unit in units(s, budget, lang) if not unit.target}
        done = {key: body for key, body in made.items() if key in open_still and body}
        for key, body in done.items():
            kind, number, field = key.split("/")
            spec = TEXTS[kind][field]
            fitting = body[: spec.longest]
            texts.put(s, kind, int(number), field, lang, fitting, origin="machine", markdown=spec.markdown)
        refresh_cards(s, {int(key.split("/")[1]) for key in done if key.startswith("project/")})
        touch(SYSTEM, budget)
        record(SYSTEM, "machine_translation", "budget", budget_id, after={"lang": lang, "texts": len(done)})
    return len(done)
