"""How the vote is held, in the staff area: the plan, the expert page, the preview of the regulation."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import db
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.budgeting.actions import vote as act
from portal.budgeting.forms.staff import GREEDY, ExpertForm, PlanForm
from portal.budgeting.models import BallotKind, VotePlan
from portal.budgeting.queries.plan import plan_of, regulation_of
from portal.budgeting.rules import Denied
from portal.budgeting.staff.budgets import desk, find, say
from portal.places import queries as places
from portal.voting.queries import READY, describe, faults, parameters


@desk.route("/<slug>/plan", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def plan(slug: str) -> ResponseReturnValue:
    """The regulation in plain words, who may vote, what is published."""
    budget, s = find(slug), db.session()
    stored = plan_of(s, budget)
    form = PlanForm(data=_data(stored))
    form.ready.choices = [(ready.name, ready.title, ready.summary) for ready in READY.values()]
    form.districts.choices = [(row.code, row.name) for row in places.districts(s)]
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                act.set_plan(actor(), budget, rule=_rule_kept(stored, form.ready.data), **_given(form))
                flash(_("The plan of the vote is stored."), "success")
                return redirect(url_for(".show", slug=slug), 303)
            except Denied as denied:
                say(form, denied)
        status = 422
    regulation = regulation_of(s, budget, stored) if status == 200 else None
    html = render_template(
        "budgeting/staff/plan.html",
        form=form,
        budget=budget,
        sentences=describe(regulation) if regulation else [],
        wrong=faults(regulation) if regulation else [],
        changed=bool(stored.rule),
    )
    return html, status


def _data(stored: VotePlan) -> dict[str, Any]:
    names = (
        "ready", "ballot", "min_choices", "max_choices", "age", "age_on", "residents_only", "pot_voters", "publication",
        "complaint_days", "draw_name", "draw_on",
    )  # fmt: skip
    return {name: getattr(stored, name) for name in names} | {"districts": stored.districts or []}


def _given(form: PlanForm) -> dict[str, Any]:
    knapsack = form.ballot.data is BallotKind.KNAPSACK
    return {
        "ready": form.ready.data,
        "ballot": form.ballot.data,
        "min_choices": form.min_choices.data or 1,
        "max_choices": None if knapsack else form.max_choices.data,
        "age": form.age.data,
        "age_on": form.age_on.data,
        "residents_only": bool(form.residents_only.data),
        "districts": form.districts.data or None,
        "pot_voters": form.pot_voters.data,
        "publication": form.publication.data,
        "complaint_days": form.complaint_days.data,
        "draw_name": form.draw_name.data or "",
        "draw_on": form.draw_on.data,
    }


def _rule_kept(stored: VotePlan, ready: str) -> dict[str, Any]:
    """Single parameters stay only with the regulation that they were set for."""
    return dict(stored.rule) if stored.ready == ready else {}


@desk.route("/<slug>/plan/expert", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def expert(slug: str) -> ResponseReturnValue:
    """Single parameters of the rule."""
    budget, s = find(slug), db.session()
    stored = plan_of(s, budget)
    if stored.ready is None:
        flash(_("Choose a regulation first."), "warning")
        return redirect(url_for(".plan", slug=slug), 303)
    ready = dict(READY[stored.ready].rule)
    data = {("increment" if key == "increment_cents" else key): value for key, value in stored.rule.items()}
    form = ExpertForm(data=data)
    status = 200
    if form.is_submitted():
        if form.validate():
            given = _data(stored) | {"districts": stored.districts}
            try:
                act.set_plan(actor(), budget, rule=form.overrides(ready), **given)
                flash(_("The parameters are stored."), "success")
                return redirect(url_for(".plan", slug=slug), 303)
            except Denied as denied:
                say(form, denied)
        status = 422
    regulation = regulation_of(s, budget, stored)
    html = render_template(
        "budgeting/staff/expert.html",
        form=form,
        budget=budget,
        greedy=ready["name"] == "greedy",
        used=GREEDY,
        parameters=parameters(regulation) if regulation else [],
    )
    return html, status
