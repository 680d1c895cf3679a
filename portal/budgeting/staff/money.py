"""Pots with their sources, and categories, in the staff area."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.base import db, texts
from portal.base.ground import settings
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.base.textforms import fill, need_one
from portal.budgeting.actions import money as act
from portal.budgeting.forms.staff import MOST_SOURCES, CategoryForm, PotForm, source_fields
from portal.budgeting.forms.texts import texts_of, tongues, with_texts
from portal.budgeting.models import Budget, Category, Pot
from portal.budgeting.queries import budgets, projects
from portal.budgeting.queries.plan import sources_of
from portal.budgeting.rules import Denied
from portal.budgeting.staff.budgets import desk, find, refused, say
from portal.places import queries as places


@desk.get("/<slug>/money")
@staff("budget_officer", "auditor", scoped=True)
def money(slug: str) -> str:
    """Pots and categories."""
    budget, s = find(slug), db.session()
    return render_template(
        "budgeting/staff/money.html",
        budget=budget,
        pots=budgets.pots_of(s, budget.id),
        categories=projects.categories_of(s, budget.id),
    )


def _pot_form() -> type[PotForm]:
    """Amount, district, names, and up to six sources with their names."""
    form = type("PotForm", (PotForm,), source_fields())
    form = with_texts(form, "pot")
    for n in range(1, MOST_SOURCES + 1):
        form = with_texts(form, "source", prefix=f"source{n}_")
    return form


def _sources(form: Any) -> list[tuple[int, dict[str, str]]]:
    found = []
    for n in range(1, MOST_SOURCES + 1):
        names = texts_of(form, "source", prefix=f"source{n}_")["name"]
        if form[f"source{n}_amount"].data:
            found.append((form[f"source{n}_amount"].data, names))
    return found


def _sources_fit(form: Any) -> bool:
    """A named source needs an amount."""
    fits = True
    for n in range(1, MOST_SOURCES + 1):
        names = texts_of(form, "source", prefix=f"source{n}_")["name"]
        amount = form[f"source{n}_amount"]
        if any(names.values()) and not amount.data and not amount.errors:
            amount.errors = [_("Enter how much this source gives.")]
            fits = False
    return fits


@desk.route("/<slug>/pots/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_pot(slug: str) -> ResponseReturnValue:
    """A new pot."""
    return _pot(find(slug), None)


@desk.route("/<slug>/pots/<int:pot_id>", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def pot(slug: str, pot_id: int) -> ResponseReturnValue:
    """Amount, district, names and sources of a pot."""
    budget = find(slug)
    found = _own(Pot, budget, pot_id)
    return _pot(budget, found)


def _pot(budget: Budget, found: Pot | None) -> ResponseReturnValue:
    s = db.session()
    data: dict[str, Any] = {}
    if found is not None:
        data = {"amount": found.amount, "district": found.district_id}
        data |= fill(texts.all_languages(s, "pot", found.id))
        for n, (source_id, amount) in enumerate(sources_of(s, found.id), 1):
            data[f"source{n}_amount"] = amount
            data |= fill(texts.all_languages(s, "source", source_id), prefix=f"source{n}_")
    form = _pot_form()(data=data)
    form.district.choices = [(row.id, row.name) for row in places.districts(s)]

    def store() -> None:
        given = {
            "amount": form.amount.data,
            "district_id": form.district.data,
            "names": texts_of(form, "pot")["name"],
            "sources": _sources(form),
        }
        if found is None:
            act.add_pot(actor(), budget, **given)
        else:
            act.edit_pot(actor(), budget, found, **given)

    return _filled_in(
        form,
        budget,
        store,
        _("The pot is stored."),
        "budgeting/staff/pot.html",
        fits=lambda: _sources_fit(form),
        pot=found,
        tongues=tongues("pot"),
        sources=range(1, MOST_SOURCES + 1),
        codes=list(settings().languages),
    )


def _filled_in(
    form: Any,
    budget: Budget,
    store: Callable[[], None],
    said: str,
    template: str,
    *,
    fits: Callable[[], bool] = lambda: True,
    **shown: Any,
) -> ResponseReturnValue:
    """Shows a form; when it comes back whole, stores it, says so and goes to the money, else shows its errors."""
    status = 200
    if form.is_submitted():
        if form.validate() & need_one(form, "name", _("Enter a name in at least one language.")) & fits():
            try:
                store()
                flash(said, "success")
                return redirect(url_for(".money", slug=budget.slug), 303)
            except Denied as denied:
                say(form, denied)
        status = 422
    return render_template(template, form=form, budget=budget, **shown), status


def _taken_away(slug: str, remove: Callable[[Budget], None], said: str) -> Response:
    """Takes something empty of this budget away, says so and goes to the money."""
    try:
        remove(find(slug))
    except Denied as denied:
        raise refused(denied, slug) from None
    flash(said, "success")
    return redirect(url_for(".money", slug=slug), 303)


@desk.post("/<slug>/pots/<int:pot_id>/remove")
@staff("budget_officer", scoped=True)
def remove_pot(slug: str, pot_id: int) -> Response:
    """Takes an empty pot away."""
    return _taken_away(
        slug, lambda budget: act.remove_pot(actor(), budget, _own(Pot, budget, pot_id)), _("The pot is taken away.")
    )


@desk.route("/<slug>/categories/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_category(slug: str) -> ResponseReturnValue:
    """A new category."""
    return _category(find(slug), None)


@desk.route("/<slug>/categories/<int:category_id>", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def category(slug: str, category_id: int) -> ResponseReturnValue:
    """The names of a category."""
    budget = find(slug)
    return _category(budget, _own(Category, budget, category_id))


def _category(budget: Budget, found: Category | None) -> ResponseReturnValue:
    data = fill(texts.all_languages(db.session(), "category", found.id)) if found is not None else {}
    form = with_texts(CategoryForm, "category")(data=data)

    def store() -> None:
        names = texts_of(form, "category")["name"]
        if found is None:
            act.add_category(actor(), budget, names)
        else:
            act.edit_category(actor(), budget, found, names)

    return _filled_in(
        form,
        budget,
        store,
        _("The category is stored."),
        "budgeting/staff/category.html",
        category=found,
        tongues=tongues("category"),
    )


@desk.post("/<slug>/categories/<int:category_id>/remove")
@staff("budget_officer", scoped=True)
def remove_category(slug: str, category_id: int) -> Response:
    """Takes an unused category away."""
    return _taken_away(
        slug,
        lambda budget: act.remove_category(actor(), budget, _own(Category, budget, category_id)),
        _("The category is taken away."),
    )


def _own(model: Any, budget: Budget, object_id: int) -> Any:
    """A row of this budget and no other."""
    found = db.session().scalars(select(model).where(model.id == object_id, model.budget_id == budget.id)).one_or_none()
    if found is None:
        abort(404)
    return found
