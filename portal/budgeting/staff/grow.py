"""Ideas become projects: the ripe ones of all calls, the form that makes a project of them, the ideas behind a project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.base import db, ui
from portal.base.ground import settings
from portal.base.i18n import _
from portal.base.security import acting, actor, staff
from portal.base.textforms import need_one
from portal.budgeting.actions import grow as act
from portal.budgeting.actions import origins as link_act
from portal.budgeting.forms.texts import texts_of, tongues, with_texts
from portal.budgeting.forms.works import GrowForm, LinkForm, RipeFilters
from portal.budgeting.models import Budget, Project, ProjectStatus
from portal.budgeting.queries import origins, wordings
from portal.budgeting.queries import projects as queries
from portal.budgeting.rules import Denied, may_change
from portal.budgeting.staff.budgets import desk, find, refused, say
from portal.ideas import queries_objections, rules_value
from portal.ideas.models import Idea
from portal.ideas.rules import STATES
from portal.voting import queries as voting


@desk.get("/<slug>/ripe")
@staff("budget_officer", "auditor", scoped=True)
def ripe(slug: str) -> str:
    """The ideas of which a project can be made."""
    budget, s = find(slug), db.session()
    form = RipeFilters()
    calls = origins.calls_of_ripe(s)
    form.call.choices = list(calls)
    filters = form.filters()
    shown, total = origins.ripe(s, filters)
    vote = voting.vote_for(s, "budget", budget.id)
    here, query = url_for(".ripe", slug=slug), request.args.to_dict()
    return render_template(
        "budgeting/staff/ripe.html",
        budget=budget,
        names=wordings.names(s, budget.id),
        filters_form=form,
        filters=filters,
        calls=dict(calls),
        shown=shown,
        total=total,
        states=STATES,
        may=may_change(None if vote is None else vote.state),
        officer=acting().may("budget_officer"),
        paging=ui.paging(total, filters.page, origins.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


@desk.route("/<slug>/grow", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def grow(slug: str) -> ResponseReturnValue:
    """Makes one project of the chosen ideas; the first gives its words, its place and its picture."""
    budget, s = find(slug), db.session()
    ids = [int(raw) for raw in request.args.getlist("idea") if raw.isdecimal() and len(raw) < 12]
    seeds = origins.seeds(s, ids[:50])
    if not seeds:
        flash(_("Choose at least one idea."))
        return redirect(url_for(".ripe", slug=slug), 303)
    settled = rules_value.settled(queries_objections.contested(s, [one.idea.id for one in seeds]))
    if not settled and request.method == "GET":  # said before anything is typed
        flash(str(settled.reason), "warning")
        return redirect(url_for(".ripe", slug=slug), 303)
    first, names, status = seeds[0], wordings.names(s, budget.id), 200
    form = with_texts(GrowForm, "project")(data=_taken(first))
    form.pot.choices = list(names.pots.items())
    form.category.choices = list(names.categories.items())
    if first.picture_id is None:
        del form.take_picture
    if form.is_submitted():
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language."))
        if _takes(form):
            valid = valid & need_one(form, "picture_alt", _("Say in at least one language what the picture shows."))
        if valid:
            try:
                made = _store(budget, seeds, form)
                flash(_("The project is made and linked with its ideas. Whoever they concern is told."), "success")
                return redirect(url_for(".project", slug=slug, number=made.number), 303)
            except Denied as denied:
                say(form, denied)
        status = 422
    html = render_template(
        "budgeting/staff/grow.html", form=form, budget=budget, names=names, seeds=seeds, states=STATES,
        tongues=tongues("project"),
    )  # fmt: skip
    return html, status


def _takes(form: Any) -> bool:
    return "take_picture" in form and bool(form.take_picture.data)


def _taken(first: origins.Seed) -> dict[str, Any]:
    """What the form is filled with: the words in the idea's own language, where the site has it."""
    idea = first.idea
    found: dict[str, Any] = {
        "status": ProjectStatus.BALLOT,
        "cost": first.cost,
        "place": idea.place,
        "take_picture": first.picture_id is not None,
    }
    if idea.language in settings().languages:
        found |= {
            f"title_{idea.language}": idea.title,
            f"summary_{idea.language}": idea.lead,
            f"body_{idea.language}": idea.body,
            f"picture_alt_{idea.language}": first.picture_alt,
        }
    return found


def _store(budget: Budget, seeds: Sequence[origins.Seed], form: Any) -> Project:
    first = seeds[0]
    return act.grow(
        actor(),
        budget,
        [one.idea for one in seeds],
        texts=texts_of(form, "project"),
        pot_id=form.pot.data,
        category_id=form.category.data,
        cost=form.cost.data,
        status=form.status.data,
        place=form.place.data or "",
        x=first.idea.x,
        y=first.idea.y,
        picture_id=first.picture_id if _takes(form) else None,
    )


@desk.route("/<slug>/projects/<int:number>/ideas", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def project_ideas(slug: str, number: int) -> ResponseReturnValue:
    """The ideas behind a project: more of them are linked, or links taken away."""
    budget, s = find(slug), db.session()
    project = _project(budget, number)
    form, status = LinkForm(), 200
    if form.is_submitted():
        if form.validate():
            idea = s.scalars(
                select(Idea).where(Idea.number == form.number.data, Idea.listed.is_(True))
            ).one_or_none()  # fmt: skip
            if idea is None:
                form.number.errors = [_("There is no idea with this number in any list.")]
            else:
                try:
                    made = link_act.link(actor(), budget, project, idea)
                    flash(_("The idea is linked.") if made else _("This idea is linked already."), "success")
                    return redirect(url_for(".project_ideas", slug=slug, number=number), 303)
                except Denied as denied:
                    say(form, denied)
        status = 422
    html = render_template(
        "budgeting/staff/ideas.html", form=form, budget=budget, project=project, shown=origins.linked(s, project.id),
        states=STATES,
    )  # fmt: skip
    return html, status


@desk.post("/<slug>/projects/<int:number>/ideas/<int:idea_id>/remove")
@staff("budget_officer", scoped=True)
def unlink_idea(slug: str, number: int, idea_id: int) -> Response:
    """Takes the link between a project and an idea away."""
    budget = find(slug)
    try:
        if not link_act.unlink(actor(), budget, _project(budget, number), idea_id):
            abort(404)
    except Denied as denied:
        raise refused(denied, slug) from None
    flash(_("The link is taken away."), "success")
    return redirect(url_for(".project_ideas", slug=slug, number=number), 303)


def _project(budget: Budget, number: int) -> Project:
    found = queries.by_number(db.session(), budget, number, drafts=True)
    if found is None:
        abort(404)
    return found
