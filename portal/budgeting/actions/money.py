"""Pots, their sources of money, and categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from portal.audit.actions import record
from portal.base import db
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.texts import Wording
from portal.base.verdict import no
from portal.budgeting.actions.budgets import must_be_loose, put_texts, touch
from portal.budgeting.models import Budget, Category, Pot, Project, Source
from portal.budgeting.rules import Denied

Names = Mapping[str, str]  # language -> name
Sources = Sequence[tuple[int, Names]]  # (cents, names)


def add_pot(
    actor: Actor, budget: Budget, *, amount: int, names: Names, district_id: int | None = None, sources: Sources = ()
) -> Pot:
    """A new pot behind the others. Amounts in cents. Raises Denied when frozen."""
    must_be_loose(budget)
    s = db.session()
    pot = Pot(budget_id=budget.id, position=_next(Pot, budget.id), amount=amount, district_id=district_id)
    s.add(pot)
    s.flush()
    put_texts("pot", pot.id, {"name": names})
    _put_sources(pot, sources)
    touch(actor, budget)
    record(actor, "add_pot", "budget", budget.id, after=_told(pot, names, sources))
    return pot


def edit_pot(
    actor: Actor, budget: Budget, pot: Pot, *, amount: int, names: Names, district_id: int | None, sources: Sources
) -> None:
    """Replaces amount, names, district and sources. Raises Denied when frozen."""
    must_be_loose(budget)
    before = {"amount": pot.amount, "district_id": pot.district_id}
    pot.amount, pot.district_id = amount, district_id
    put_texts("pot", pot.id, {"name": names})
    _put_sources(pot, sources)
    touch(actor, budget)
    record(actor, "edit_pot", "budget", budget.id, before=before, after=_told(pot, names, sources))


def remove_pot(actor: Actor, budget: Budget, pot: Pot) -> None:
    """Removes an empty pot. Raises Denied when frozen or while projects stand in it."""
    must_be_loose(budget)
    s = db.session()
    if s.scalar(select(func.count()).select_from(Project).where(Project.pot_id == pot.id)):
        raise Denied(no(_l("Projects still stand in this pot. Move them first.")))
    _put_sources(pot, ())
    _forget_texts("pot", [pot.id])
    s.delete(pot)
    s.flush()
    touch(actor, budget)
    record(actor, "remove_pot", "budget", budget.id, before={"pot": pot.id, "amount": pot.amount})


def add_category(actor: Actor, budget: Budget, names: Names, cap: int | None = None) -> Category:
    """A new category behind the others. `cap`: an imported limit in cents, only shown. Raises Denied when frozen."""
    must_be_loose(budget)
    s = db.session()
    category = Category(budget_id=budget.id, position=_next(Category, budget.id), cap=cap)
    s.add(category)
    s.flush()
    put_texts("category", category.id, {"name": names})
    touch(actor, budget)
    record(actor, "add_category", "budget", budget.id, after={"category": category.id, "names": dict(names)})
    return category


def edit_category(actor: Actor, budget: Budget, category: Category, names: Names) -> None:
    """Renames a category. Raises Denied when frozen."""
    must_be_loose(budget)
    put_texts("category", category.id, {"name": names})
    touch(actor, budget)
    record(actor, "edit_category", "budget", budget.id, after={"category": category.id, "names": dict(names)})


def remove_category(actor: Actor, budget: Budget, category: Category) -> None:
    """Removes an unused category. Raises Denied when frozen or while projects carry it."""
    must_be_loose(budget)
    s = db.session()
    if s.scalar(select(func.count()).select_from(Project).where(Project.category_id == category.id)):
        raise Denied(no(_l("Projects still carry this category. Change them first.")))
    _forget_texts("category", [category.id])
    s.delete(category)
    s.flush()
    touch(actor, budget)
    record(actor, "remove_category", "budget", budget.id, before={"category": category.id})


def _put_sources(pot: Pot, sources: Sources) -> None:
    s = db.session()
    old = list(s.scalars(select(Source.id).where(Source.pot_id == pot.id)))
    if old:
        _forget_texts("source", old)
        s.execute(delete(Source).where(Source.pot_id == pot.id))
    for position, (amount, names) in enumerate(sources, 1):
        source = Source(pot_id=pot.id, position=position, amount=amount)
        s.add(source)
        s.flush()
        put_texts("source", source.id, {"name": names})


def _forget_texts(kind: str, ids: list[int]) -> None:
    db.session().execute(delete(Wording).where(Wording.kind == kind, Wording.object_id.in_(ids)))


def _next(model: type[Pot] | type[Category], budget_id: int) -> int:
    last = db.session().scalar(select(func.max(model.position)).where(model.budget_id == budget_id))
    return (last or 0) + 1


def _told(pot: Pot, names: Names, sources: Sources) -> dict[str, object]:
    return {
        "pot": pot.id,
        "amount": pot.amount,
        "district_id": pot.district_id,
        "names": dict(names),
        "sources": [{"amount": amount, "names": dict(said)} for amount, said in sources],
    }
