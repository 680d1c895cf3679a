"""Budgets in the staff area: the list, the overview with the check list, texts and picture, dates."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.base import clock, db, files, texts
from portal.base.errors import Refused
from portal.base.feature import Step
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff, within
from portal.base.textforms import fill, need_one
from portal.budgeting import rules
from portal.budgeting.actions import budgets as act
from portal.budgeting.actions import vote as vote_act
from portal.budgeting.forms.staff import PHASES, BudgetForm, dates_form
from portal.budgeting.forms.texts import texts_of, tongues, with_texts
from portal.budgeting.models import Budget, BudgetState
from portal.budgeting.queries import budgets
from portal.budgeting.queries.plan import readiness
from portal.budgeting.rules import Denied
from portal.processes.actions import DatesRefused
from portal.processes.models import PhaseKind
from portal.processes.queries import phases_of
from portal.voting import queries as voting

desk = Blueprint("budgeting_staff", __name__, url_prefix="/staff/budgets")

PLACES = {
    "dates": "budgeting_staff.dates",
    "money": "budgeting_staff.money",
    "projects": "budgeting_staff.projects",
    "plan": "budgeting_staff.plan",
    "texts": "budgeting_staff.texts",
    "show": "budgeting_staff.show",
}


def find(slug: str) -> Budget:
    """The budget at this address, if the role that this page asks for reaches it; to others it does not exist."""
    return find_whole(slug).budget


def find_whole(slug: str) -> budgets.Found:
    """The same with its scope."""
    found = budgets.worked_on(db.session(), slug)
    if found is None or not within(found.scope):
        abort(404)
    return found


def refused(denied: Denied, slug: str) -> Refused:
    """A page with the sentence and the way back to the overview; nothing is stored."""
    assert denied.verdict.reason is not None
    back = url_for("budgeting_staff.show", slug=slug)
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the budget"), next_url=back)


def say(form: object, denied: Denied) -> None:
    """Puts a refusal into the error summary of a form."""
    form.form_errors.append(str(denied.verdict.reason))  # type: ignore[attr-defined]


@desk.get("")
@staff("budget_officer", "auditor", scoped=True)
def index() -> str:
    """All budgets, drafts too."""
    found = budgets.listed(db.session(), clock.city_now(), worker=actor())
    whole = actor().everywhere("budget_officer")
    return render_template("budgeting/staff/index.html", found=found, BudgetState=BudgetState, may_begin=whole)


@desk.route("/new", methods=["GET", "POST"])
@staff("budget_officer")
def new() -> ResponseReturnValue:
    """A new budget, seen by staff only."""
    form = with_texts(BudgetForm, "budget")()
    del form.picture
    status = 200
    if form.is_submitted():
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language."))
        if valid:
            try:
                budget = act.create(actor(), slug=form.slug.data, texts=texts_of(form, "budget"))
                flash(_("The budget is stored. Only staff see it."), "success")
                return redirect(url_for(".show", slug=budget.slug), 303)
            except Denied as denied:
                form.slug.errors = [str(denied.verdict.reason)]
        status = 422
    return render_template("budgeting/staff/budget.html", form=form, budget=None, tongues=tongues("budget")), status


@desk.get("/<slug>")
@staff("budget_officer", "auditor", scoped=True)
def show(slug: str) -> str:
    """The overview: what stands, and what is missing before the vote can open."""
    found, s, now = find_whole(slug), db.session(), clock.city_now()
    budget = found.budget
    vote = voting.vote_for(s, "budget", budget.id)
    checks = rules.check_list(readiness(s, budget), now)
    return render_template(
        "budgeting/staff/show.html",
        budget=budget,
        page=budgets.page(s, budget),
        checks=checks,
        places=PLACES,
        ready=rules.ready(checks),
        vote=vote,
        loose=bool(rules.may_change(None if vote is None else vote.state)),
        draft=budget.state is BudgetState.DRAFT,
        closed=found.closed,
        officer=acting().may("budget_officer"),
    )


@desk.post("/<slug>/show")
@staff("budget_officer", scoped=True)
def publish(slug: str) -> Response:
    """Everybody may see the budget from now on."""
    act.show(actor(), find(slug))
    flash(_("Everybody can see the budget now."), "success")
    return redirect(url_for(".show", slug=slug), 303)


@desk.post("/<slug>/hide")
@staff("budget_officer", scoped=True)
def hide(slug: str) -> Response:
    """Back to a draft."""
    try:
        act.hide(actor(), find(slug))
    except Denied as denied:
        raise refused(denied, slug) from None
    flash(_("Only staff see the budget now."), "success")
    return redirect(url_for(".show", slug=slug), 303)


@desk.post("/<slug>/prepare")
@staff("budget_officer", scoped=True)
def prepare(slug: str) -> Response:
    """Hands the budget to the vote, which two officers then open."""
    try:
        vote = vote_act.prepare(actor(), find(slug))
    except Denied as denied:
        raise refused(denied, slug) from None
    return redirect(url_for("voting_staff.vote", public_id=vote.public_id), 303)


@desk.route("/<slug>/edit", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def edit(slug: str) -> ResponseReturnValue:
    """Address, texts and picture."""
    budget, s = find(slug), db.session()
    stored = fill(texts.all_languages(s, "budget", budget.id))
    form = with_texts(BudgetForm, "budget")(data={"slug": budget.slug, **stored})
    status = 200
    if form.is_submitted():
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language."))
        if valid:
            try:
                picture = form.picture.data
                stored_picture = files.store_picture(s, picture.stream, alt=form.slug.data) if picture else None
                act.edit(
                    actor(),
                    budget,
                    slug=form.slug.data,
                    texts=texts_of(form, "budget"),
                    picture_id=stored_picture.id if stored_picture else act.KEEP,
                )
                flash(_("Your changes are stored."), "success")
                return redirect(url_for(".show", slug=budget.slug), 303)
            except files.PictureRefused as wrong:
                form.picture.errors = [str(wrong.reason)]
            except Denied as denied:
                say(form, denied)
        status = 422
    return render_template("budgeting/staff/budget.html", form=form, budget=budget, tongues=tongues("budget")), status


@desk.route("/<slug>/dates", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def dates(slug: str) -> ResponseReturnValue:
    """The dates of all phases."""
    budget, s = find(slug), db.session()
    data: dict[str, datetime | None] = {}
    for phase in phases_of(s, [budget.process_id])[budget.process_id]:
        data[f"{phase.kind.value}_opens"], data[f"{phase.kind.value}_closes"] = phase.opens_at, phase.closes_at
    form = dates_form()(data=data)
    status = 200
    if form.is_submitted():
        if form.validate() and _halves_fit(form):
            wanted = {
                kind: (form[f"{kind.value}_opens"].data, form[f"{kind.value}_closes"].data)
                for kind in PhaseKind
                if form[f"{kind.value}_opens"].data is not None
            }
            try:
                act.set_dates(actor(), budget, wanted)
                flash(_("The dates are stored."), "success")
                return redirect(url_for(".show", slug=slug), 303)
            except DatesRefused as wrong:
                for kind, sentence in wrong.faults.items():
                    form[f"{kind.value}_opens"].errors = [str(sentence)]
            except Denied as denied:
                say(form, denied)
        status = 422
    return render_template("budgeting/staff/dates.html", form=form, budget=budget, phases=PHASES), status


def _halves_fit(form: object) -> bool:
    """An end without a beginning says so."""
    fits = True
    for kind in PhaseKind:
        opens, closes = form[f"{kind.value}_opens"], form[f"{kind.value}_closes"]  # type: ignore[index]
        if closes.data is not None and opens.data is None:
            opens.errors = [_("Enter when this phase begins.")]
            fits = False
    return fits


def steps(s: Session) -> list[Step]:
    """What an empty city still has to do here."""
    shown = s.scalar(select(Budget.id).where(Budget.state == BudgetState.SHOWN).limit(1)) is not None
    return [
        Step(
            _l("The first budget is public"),
            shown,
            _l("Make a budget and show it."),
            url_for("budgeting_staff.index"),
        )
    ]
