"""Projects in the staff area: list, edit with preview, picture with its text, removal."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.base import db, files, i18n, markdown, texts, ui
from portal.base.ground import settings
from portal.base.i18n import _
from portal.base.security import acting, actor, staff
from portal.base.textforms import fill, need_one
from portal.budgeting.actions import projects as act
from portal.budgeting.forms.filters import ProjectFilters
from portal.budgeting.forms.staff import ProjectForm
from portal.budgeting.forms.texts import texts_of, tongues, with_texts
from portal.budgeting.models import Budget, Project, ProjectStatus
from portal.budgeting.queries import projects as queries
from portal.budgeting.queries import wordings
from portal.budgeting.rules import Denied, status_name
from portal.budgeting.staff.budgets import desk, find, refused, say
from portal.places import queries as places
from portal.places.forms_spot import asked_spot, spot_form
from portal.places.queries_plan import city_plan
from portal.places.rules import spot_of

PER_PAGE = 50


@desk.get("/<slug>/projects")
@staff("budget_officer", "auditor", scoped=True)
def projects(slug: str) -> str:
    """All projects, drafts too."""
    budget, s = find(slug), db.session()
    names = wordings.names(s, budget.id)
    form = ProjectFilters.of(names, list(ProjectStatus))
    filters = form.filters(names, request.args.get("page"), list(ProjectStatus))
    shown, total = queries.listed(s, budget.id, filters, statuses=list(ProjectStatus), per_page=PER_PAGE)
    here, query = url_for(".projects", slug=slug), request.args.to_dict()
    return render_template(
        "budgeting/staff/projects.html",
        budget=budget,
        names=names,
        officer=acting().may("budget_officer"),
        filters_form=form,
        shown=shown,
        total=total,
        asked=bool(filters.q or filters.pot or filters.category or filters.status),
        status_name=status_name,
        paging=ui.paging(total, filters.page, PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


@desk.route("/<slug>/projects/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_project(slug: str) -> ResponseReturnValue:
    """A new project."""
    return _edit(find(slug), None)


@desk.route("/<slug>/projects/<int:number>", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def project(slug: str, number: int) -> ResponseReturnValue:
    """Everything of one project."""
    budget = find(slug)
    found = queries.by_number(db.session(), budget, number, drafts=True)
    if found is None:
        abort(404)
    return _edit(budget, found)


@desk.route("/<slug>/projects/<int:number>/plan", methods=["GET", "POST"])
@staff("budget_officer")
def project_plan(slug: str, number: int) -> ResponseReturnValue:
    """Where a project is on the city plan: press the plan, choose something that lies there, or enter numbers."""
    budget, s, plan = find(slug), db.session(), city_plan()
    found = queries.by_number(s, budget, number, drafts=True)
    if found is None or plan is None:
        abort(404)
    spots = places.spots(s)
    form, back = spot_form(spots, spot_of(found)), url_for(".project", slug=slug, number=number)
    if form.is_submitted():
        known, spot = asked_spot(form, plan.pressed, spots)
        if known:
            try:
                act.edit(actor(), budget, found, x=spot.x if spot else None, y=spot.y if spot else None)
            except Denied as denied:
                raise refused(denied, slug) from None
            flash(_("The place on the plan is stored."), "success")
            return redirect(back, 303)
    name = _("Project %(number)s", number=number)
    html = render_template("places/staff/spot.html", form=form, name=name, back=back, plan=plan, spot=spot_of(found))
    return html, 422 if form.is_submitted() else 200


@desk.post("/<slug>/projects/<int:number>/remove")
@staff("budget_officer", scoped=True)
def remove_project(slug: str, number: int) -> Response:
    """Takes a draft away for good; what the public has seen is withdrawn instead."""
    budget = find(slug)
    found = queries.by_number(db.session(), budget, number, drafts=True)
    if found is None or found.status is not ProjectStatus.DRAFT:
        abort(404)
    try:
        act.remove(actor(), budget, found)
    except Denied as denied:
        raise refused(denied, slug) from None
    flash(_("The project is taken away."), "success")
    return redirect(url_for(".projects", slug=slug), 303)


def _edit(budget: Budget, found: Project | None) -> ResponseReturnValue:
    s = db.session()
    form = with_texts(ProjectForm, "project")(data=_stored(found))
    names = wordings.names(s, budget.id)
    form.pot.choices = list(names.pots.items())
    form.category.choices = list(names.categories.items())
    status, preview = 200, None
    if form.is_submitted():
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language.")) & _whole(form)
        valid = valid & _picture_is_told(form, found)
        if valid and request.form.get("act") == "preview":
            preview = _preview(form)
        elif valid:
            try:
                made = _store(budget, found, form)
                flash(_("The project is stored."), "success")
                return redirect(url_for(".project", slug=budget.slug, number=made.number), 303)
            except files.PictureRefused as wrong:
                form.picture.errors = [str(wrong.reason)]
                status = 422
            except Denied as denied:
                say(form, denied)
                status = 422
        else:
            status = 422
    picture = s.get(files.File, found.picture_id) if found is not None and found.picture_id else None
    html = render_template(
        "budgeting/staff/project.html",
        form=form,
        budget=budget,
        names=names,
        project=found,
        preview=preview,
        tongues=tongues("project"),
        picture=files.url(picture) if picture is not None and picture.state is files.State.READY else None,
        picture_said=picture.sentence if picture is not None else None,
        picture_waits=picture is not None and picture.state is files.State.WAITING,
        plan=city_plan() if found is not None else None,
        removable=found is not None and found.status is ProjectStatus.DRAFT,
    )
    return html, status


def _stored(found: Project | None) -> dict[str, Any]:
    if found is None:
        return {"status": ProjectStatus.DRAFT}
    return {
        "status": found.status,
        "cost": found.cost,
        "pot": found.pot_id,
        "category": found.category_id,
        "place": found.place,
        "x": None if found.x is None else round(found.x * 100),
        "y": None if found.y is None else round(found.y * 100),
        "proposer": found.proposer,
        **fill(texts.all_languages(db.session(), "project", found.id)),
    }


def _whole(form: Any) -> bool:
    """A place on the plan needs both numbers; a refusal needs its reason."""
    fits = True
    if (form.x.data is None) != (form.y.data is None) and not (form.x.errors or form.y.errors):
        form.y.errors = [_("Enter both numbers, or none.")]
        fits = False
    if form.status.data in (ProjectStatus.REFUSED, ProjectStatus.WITHDRAWN):
        fits = need_one(form, "decision", _("Give the reason in at least one language.")) and fits
    return fits


def _picture_is_told(form: Any, found: Project | None) -> bool:
    """A picture needs words for people who do not see it."""
    if not form.picture.data and (found is None or found.picture_id is None):
        return True
    return need_one(form, "picture_alt", _("Say in at least one language what the picture shows."))


def _preview(form: Any) -> list[dict[str, Any]]:
    """The project as it would look, in each language that has a title."""
    shown = []
    for lang in settings().languages:
        if not form[f"title_{lang}"].data:
            continue
        body = form[f"body_{lang}"].data or ""
        shown.append(
            {
                "lang": lang,
                "dir": i18n.direction(lang),
                "name": i18n.own_name(lang),
                "title": form[f"title_{lang}"].data,
                "summary": form[f"summary_{lang}"].data or "",
                "html": Markup(markdown.render(body, lang)),  # noqa: S704  our own renderer cleans it
            }
        )
    return shown


def _store(budget: Budget, found: Project | None, form: Any) -> Project:
    s = db.session()
    said = texts_of(form, "project")
    given: dict[str, Any] = {
        "status": form.status.data,
        "cost": form.cost.data,
        "pot_id": form.pot.data,
        "category_id": form.category.data,
        "place": form.place.data or "",
        "x": None if form.x.data is None else _kept(found.x if found else None, form.x.data),
        "y": None if form.y.data is None else _kept(found.y if found else None, form.y.data),
        "proposer": form.proposer.data or "",
    }
    if form.picture.data:
        alt = next(text for text in said["picture_alt"].values() if text)
        given["picture_id"] = files.store_picture(s, form.picture.data.stream, alt=alt).id
    if found is None:
        return act.add(actor(), budget, texts=said, **given)
    act.edit(actor(), budget, found, texts=said, **given)
    return found


def _kept(old: float | None, percent: int) -> float:
    """The exact place stays where only its rounded percentage came back."""
    return old if old is not None and round(old * 100) == percent else percent / 100
