"""The works of winners in the staff area: steps, new days with reasons, money, benefit, photos, news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import db, files, texts, ui
from portal.base.i18n import _
from portal.base.security import acting, actor, staff
from portal.base.textforms import fill, need_one
from portal.budgeting.actions import works as act
from portal.budgeting.forms import works as forms
from portal.budgeting.forms.texts import texts_of, tongues, with_texts
from portal.budgeting.models import Budget, Project
from portal.budgeting.models_works import Benefit, Milestone, Photo, Spending, WorkNews
from portal.budgeting.queries import projects, wordings, works
from portal.budgeting.rules import Denied
from portal.budgeting.rules_works import COLOURS, MOMENTS, STATUSES
from portal.budgeting.staff.budgets import desk, find, refused, say

# What can be taken away again, by the word in its address.
THINGS: dict[str, Any] = {"money": Spending, "benefit": Benefit, "photo": Photo, "news": WorkNews}


@desk.get("/<slug>/works")
@staff("budget_officer", "auditor", scoped=True)
def all_works(slug: str) -> str:
    """The works of all winners, late ones first."""
    budget, s = find(slug), db.session()
    names = wordings.names(s, budget.id)
    form = forms.WorkFilters.of(names)
    filters = form.filters(names)
    found = works.works(s, budget, filters, names)
    here, query = url_for(".all_works", slug=slug), request.args.to_dict()
    total = found.total if found is not None else 0
    return render_template(
        "budgeting/staff/works.html",
        budget=budget,
        names=names,
        filters_form=form,
        filters=filters,
        works=found,
        statuses=STATUSES,
        colours=COLOURS,
        officer=acting().may("budget_officer"),
        paging=ui.paging(total, filters.page, works.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


def _winner(slug: str, number: int) -> tuple[Budget, Project]:
    """The project with this number; a page with the reason where it has no works."""
    budget, s = find(slug), db.session()
    project = projects.by_number(s, budget, number, drafts=True)
    if project is None:
        abort(404)
    verdict = works.may_work(s, budget, project.code)
    if not verdict:
        raise refused(Denied(verdict), slug)
    return budget, project


@desk.get("/<slug>/projects/<int:number>/works")
@staff("budget_officer", scoped=True)
def project_works(slug: str, number: int) -> str:
    """Everything about the works of one project."""
    budget, project = _winner(slug, number)
    s = db.session()
    detail = projects.detail(s, budget, number, drafts=True)
    assert detail is not None
    return render_template(
        "budgeting/staff/project_works.html",
        budget=budget,
        project=project,
        p=detail.shown,
        course=works.course(s, project.id),
        statuses=STATUSES,
        colours=COLOURS,
        moments=MOMENTS,
    )


Store = Callable[[Any], object]


def _page(
    budget: Budget,
    project: Project,
    form: Any,
    kind: str,
    needed: str,
    missing: str,
    title: str,
    store: Store,
    done: str,
    **more: Any,
) -> ResponseReturnValue:
    """A form with texts per language: shown, checked, stored by `store`, and back to the works."""
    status, back = 200, url_for(".project_works", slug=budget.slug, number=project.number)
    if form.is_submitted():
        if form.validate() & need_one(form, needed, missing):
            try:
                store(form)
                flash(done, "success")
                return redirect(back, 303)
            except files.PictureRefused as wrong:
                form.picture.errors = [str(wrong.reason)]
            except Denied as denied:
                say(form, denied)
        status = 422
    names = {name for t in tongues(kind) for name, _rows in t["fields"]}
    plain = [field for field in form if field.name not in names and field.name != "csrf_token"]
    html = render_template(
        "budgeting/staff/work.html", form=form, plain=plain, tongues=tongues(kind), title=title, back=back, budget=budget,
        project=project, **more,
    )  # fmt: skip
    return html, status


@desk.route("/<slug>/projects/<int:number>/works/steps/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_step(slug: str, number: int) -> ResponseReturnValue:
    """A new step of the works."""
    budget, project = _winner(slug, number)
    return _page(
        budget, project, with_texts(forms.MilestoneForm, "milestone")(), "milestone", "title",
        _("Say in at least one language what the step is."), _("New step of the works"),
        lambda form: act.add_milestone(
            actor(), budget, project, planned_on=form.planned_on.data, texts=texts_of(form, "milestone")
        ),
        _("The step is planned. Everybody sees it."),
    )  # fmt: skip


def _step(project: Project, step_id: int) -> Milestone:
    row = works.one(db.session(), Milestone, project, step_id)
    if row is None:
        abort(404)
    return row  # type: ignore[no-any-return]


@desk.route("/<slug>/projects/<int:number>/works/steps/<int:step_id>/name", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def name_step(slug: str, number: int, step_id: int) -> ResponseReturnValue:
    """Other words for a step."""
    budget, project = _winner(slug, number)
    row = _step(project, step_id)
    form = with_texts(forms.RenameForm, "milestone")(data=fill(texts.all_languages(db.session(), "milestone", row.id)))
    return _page(
        budget, project, form, "milestone", "title", _("Say in at least one language what the step is."),
        _("Name of the step"),
        lambda form: act.rename_milestone(actor(), budget, row, texts_of(form, "milestone")),
        _("Your changes are stored."),
    )  # fmt: skip


@desk.route("/<slug>/projects/<int:number>/works/steps/<int:step_id>/move", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def move_step(slug: str, number: int, step_id: int) -> ResponseReturnValue:
    """A new day for a step, with its reason."""
    budget, project = _winner(slug, number)
    row = _step(project, step_id)
    form = with_texts(forms.MoveForm, "milestone_delay")(data={"to": row.planned_on})
    return _page(
        budget, project, form, "milestone_delay", "reason", _("Give the reason in at least one language."),
        _("New day for a step"),
        lambda form: act.move_milestone(
            actor(), budget, project, row, form.to.data, texts_of(form, "milestone_delay")["reason"]
        ),
        _("The new day and its reason are public. Those who follow the project are told."),
        step=row, step_name=_name(row),
    )  # fmt: skip


def _name(row: Milestone) -> Any:
    return texts.load(db.session(), "milestone", [row.id], ["title"]).get((row.id, "title"))


@desk.route("/<slug>/projects/<int:number>/works/steps/<int:step_id>/done", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def finish_step(slug: str, number: int, step_id: int) -> ResponseReturnValue:
    """A step is done."""
    budget, project = _winner(slug, number)
    row = _step(project, step_id)
    form, status = forms.DoneForm(data={"done_on": row.done_on or works.today()}), 200
    back = url_for(".project_works", slug=slug, number=number)
    if form.is_submitted():
        if form.validate():
            try:
                act.finish_milestone(actor(), budget, project, row, form.done_on.data)
                flash(_("The step is done. Those who follow the project are told."), "success")
                return redirect(back, 303)
            except Denied as denied:
                form.done_on.errors = [str(denied.verdict.reason)]
        status = 422
    html = render_template(
        "budgeting/staff/work.html", form=form, plain=[form.done_on], tongues=[], title=_("The step is done"), back=back,
        budget=budget, project=project, step=row, step_name=_name(row),
    )  # fmt: skip
    return html, status


@desk.post("/<slug>/projects/<int:number>/works/steps/<int:step_id>/reopen")
@staff("budget_officer", scoped=True)
def reopen_step(slug: str, number: int, step_id: int) -> Response:
    """A step is not done after all."""
    budget, project = _winner(slug, number)
    act.finish_milestone(actor(), budget, project, _step(project, step_id), None)
    flash(_("The step is not done after all."), "success")
    return redirect(url_for(".project_works", slug=slug, number=number), 303)


@desk.post("/<slug>/projects/<int:number>/works/steps/<int:step_id>/remove")
@staff("budget_officer", scoped=True)
def remove_step(slug: str, number: int, step_id: int) -> Response:
    """Takes a step away that has no history."""
    budget, project = _winner(slug, number)
    try:
        act.remove_milestone(actor(), budget, _step(project, step_id))
    except Denied as denied:
        raise refused(denied, slug) from None
    flash(_("The step is taken away."), "success")
    return redirect(url_for(".project_works", slug=slug, number=number), 303)


@desk.route("/<slug>/projects/<int:number>/works/money/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_spending(slug: str, number: int) -> ResponseReturnValue:
    """Money that was paid."""
    budget, project = _winner(slug, number)
    return _page(
        budget, project, with_texts(forms.SpendingForm, "spending")(data={"on_day": works.today()}), "spending", "what",
        _("Say in at least one language what was paid for."), _("Money that was paid"),
        lambda form: act.add_spending(
            actor(), budget, project, on_day=form.on_day.data, amount=forms.paid(form), texts=texts_of(form, "spending")
        ),
        _("The amount is entered. Everybody sees it."),
    )  # fmt: skip


@desk.route("/<slug>/projects/<int:number>/works/benefit/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_benefit(slug: str, number: int) -> ResponseReturnValue:
    """What a project is to bring."""
    budget, project = _winner(slug, number)
    return _page(
        budget, project, with_texts(forms.BenefitForm, "project_benefit")(), "project_benefit", "name",
        _("Say in at least one language what it is to bring."), _("What the project is to bring"),
        lambda form: act.add_benefit(
            actor(), budget, project, texts=texts_of(form, "project_benefit"), measured_on=form.measured_on.data
        ),
        _("Your changes are stored."),
    )  # fmt: skip


@desk.route("/<slug>/projects/<int:number>/works/benefit/<int:benefit_id>", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def benefit(slug: str, number: int, benefit_id: int) -> ResponseReturnValue:
    """What was measured, or better words."""
    budget, project = _winner(slug, number)
    row = works.one(db.session(), Benefit, project, benefit_id)
    if row is None:
        abort(404)
    stored = fill(texts.all_languages(db.session(), "project_benefit", row.id))
    form = with_texts(forms.BenefitForm, "project_benefit")(data={"measured_on": row.measured_on, **stored})
    return _page(
        budget, project, form, "project_benefit", "name", _("Say in at least one language what it is to bring."),
        _("What the project is to bring"),
        lambda form: act.change_benefit(
            actor(), budget, row, texts=texts_of(form, "project_benefit"), measured_on=form.measured_on.data
        ),
        _("Your changes are stored."),
    )  # fmt: skip


@desk.route("/<slug>/projects/<int:number>/works/photos/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_photo(slug: str, number: int) -> ResponseReturnValue:
    """A picture of the works."""
    budget, project = _winner(slug, number)

    def store(form: Any) -> None:
        said = texts_of(form, "project_photo")
        alt = next(text for text in said["alt"].values() if text)
        stored = files.store_picture(db.session(), form.picture.data.stream, alt=alt)
        act.add_photo(
            actor(),
            budget,
            project,
            file_id=stored.id,
            moment=form.moment.data,
            taken_on=form.taken_on.data,
            texts=said,
        )

    return _page(
        budget, project, with_texts(forms.PhotoForm, "project_photo")(), "project_photo", "alt",
        _("Say in at least one language what the picture shows."), _("New photo"), store,
        _("The picture is being made. It appears within a minute."),
    )  # fmt: skip


@desk.route("/<slug>/projects/<int:number>/works/news/new", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def new_news(slug: str, number: int) -> ResponseReturnValue:
    """News of the works."""
    budget, project = _winner(slug, number)
    return _page(
        budget, project, with_texts(forms.NewsForm, "project_news")(), "project_news", "title",
        _("Enter a title in at least one language."), _("Write news"),
        lambda form: act.add_news(actor(), budget, project, texts=texts_of(form, "project_news")),
        _("The news is public. Those who follow the project are told."),
    )  # fmt: skip


@desk.post("/<slug>/projects/<int:number>/works/<thing>/<int:thing_id>/remove")
@staff("budget_officer", scoped=True)
def remove_thing(slug: str, number: int, thing: str, thing_id: int) -> Response:
    """Takes a line of money, a benefit, a photo or news away again."""
    budget, project = _winner(slug, number)
    row = works.one(db.session(), THINGS[thing], project, thing_id) if thing in THINGS else None
    if row is None:
        abort(404)
    act.remove(actor(), budget, row)
    flash(_("It is taken away. The audit record says what it was."), "success")
    return redirect(url_for(".project_works", slug=slug, number=number), 303)


@desk.route("/<slug>/projects/<int:number>/works/stop", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def stop_works(slug: str, number: int) -> ResponseReturnValue:
    """The works are given up, with a public reason."""
    budget, project = _winner(slug, number)
    form = with_texts(forms.StopForm, "project_work")(data={"stopped_on": works.today()})
    return _page(
        budget, project, form, "project_work", "stopped", _("Give the reason in at least one language."),
        _("Give the works up"),
        lambda form: act.stop(
            actor(), budget, project, form.stopped_on.data, texts_of(form, "project_work")["stopped"]
        ),
        _("The works are given up. The reason is public, and those who follow the project are told."),
    )  # fmt: skip


@desk.post("/<slug>/projects/<int:number>/works/resume")
@staff("budget_officer", scoped=True)
def resume_works(slug: str, number: int) -> Response:
    """The works go on after all."""
    budget, project = _winner(slug, number)
    act.resume(actor(), budget, project)
    flash(_("The works go on."), "success")
    return redirect(url_for(".project_works", slug=slug, number=number), 303)
