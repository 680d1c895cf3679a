"""Calls in the staff area: the list, texts and settings, dates, categories, the ideas of a call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock, db, texts, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff, within
from portal.base.textforms import fill, need_one
from portal.ideas import actions_calls as act
from portal.ideas import queries, queries_answers, queries_list, queries_own, rules
from portal.ideas.forms import IdeaFilters
from portal.ideas.forms_staff import (
    ASKS,
    PHASES,
    CallForm,
    categories_form,
    category_keys,
    dates_form,
    texts_of,
    tongues,
    typed_categories,
    with_texts,
)
from portal.ideas.models import Audience
from portal.ideas.rules import OFFICERS, Denied
from portal.processes.actions import DatesRefused
from portal.processes.queries import phases_of

desk = Blueprint("ideas_staff", __name__, url_prefix="/staff/ideas")
PER_PAGE = 50
NEW = {
    "audience": Audience.SIGNED_IN, "debate": "points", "promised_hours": 48, "short_list_size": 5,
    "threshold": 0, "edit_minutes": 60, "objection_days": 14, "forget_days": 90,
    "asks": ["asks_place", "asks_cost", "takes_pictures"],
}  # fmt: skip


def find(slug: str) -> queries.Found:
    """The call at this address, if the role that this page asks for reaches it; to others it does not exist."""
    found = queries.found(db.session(), slug)
    if found is None or not within(found.scope):
        abort(404)
    return found


def refused(denied: Denied, slug: str) -> Refused:
    """A page with the sentence and the way back to the call; nothing is stored."""
    assert denied.verdict.reason is not None
    back = url_for("ideas_staff.show", slug=slug)
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the call"), next_url=back)


@desk.get("")
@staff(*queries.STAFF, scoped=True)
def index() -> str:
    """All calls, drafts too."""
    found = queries.listed(db.session(), clock.city_now(), worker=actor())
    return render_template("ideas/staff/index.html", found=found, may_begin=actor().everywhere(*OFFICERS))


@desk.route("/new", methods=["GET", "POST"])
@staff(*OFFICERS)
def new() -> ResponseReturnValue:
    """A new call, seen by staff only."""
    form = with_texts(CallForm, "call")(data=dict(NEW))
    processes = queries.other_processes(db.session())
    form.belongs.choices = list(processes)
    status = 200
    if form.is_submitted():
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language."))
        if valid:
            try:
                call = act.create(
                    actor(), slug=form.slug.data, texts=texts_of(form, "call"), process_id=form.belongs.data,
                    **form.values(),
                )  # fmt: skip
                flash(_("The call is stored. Only staff see it."), "success")
                return redirect(url_for(".show", slug=call.slug), 303)
            except Denied as denied:
                form.slug.errors = [str(denied.verdict.reason)]
        status = 422
    html = render_template(
        "ideas/staff/call.html", form=form, call=None, tongues=tongues("call"), with_process=bool(processes)
    )
    return html, status


@desk.get("/<slug>")
@staff(*queries.STAFF, scoped=True)
def show(slug: str) -> str:
    """The overview of a call."""
    found, s, now = find(slug), db.session(), clock.city_now()
    call = found.call
    dates = queries.phases(s, call)
    return render_template(
        "ideas/staff/show.html",
        call=call,
        closed=found.closed,
        names=queries.names(s, call),
        now=queries.what_now(call, dates, now),
        dated=bool(dates) or call.always_open,
        ideas=queries_own.number_of(s, call),
        own_process=queries.owns_process(s, call),
        far=queries_answers.progress(s, [call.id])[call.id],
        officer=acting().may(*OFFICERS),
    )


@desk.post("/<slug>/show")
@staff(*OFFICERS, scoped=True)
def publish(slug: str) -> Response:
    """Everybody may see the call from now on."""
    act.show(actor(), find(slug).call, True)
    flash(_("Everybody can see the call now."), "success")
    return redirect(url_for(".show", slug=slug), 303)


@desk.post("/<slug>/hide")
@staff(*OFFICERS, scoped=True)
def hide(slug: str) -> Response:
    """Back to a draft."""
    try:
        act.show(actor(), find(slug).call, False)
    except Denied as denied:
        raise refused(denied, slug) from None
    flash(_("Only staff see the call now."), "success")
    return redirect(url_for(".show", slug=slug), 303)


@desk.route("/<slug>/edit", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def edit(slug: str) -> ResponseReturnValue:
    """Address, texts and settings."""
    call, s = find(slug).call, db.session()
    stored: dict[str, Any] = {name: getattr(call, name) for name in act.SETTINGS if name not in ASKS}
    stored |= {"slug": call.slug, "asks": [name for name in ASKS if getattr(call, name)]}
    form = with_texts(CallForm, "call")(data={**stored, **fill(texts.all_languages(s, "call", call.id))})
    del form.belongs
    status = 200
    if form.is_submitted():
        valid = form.validate() & need_one(form, "title", _("Enter a title in at least one language."))
        if valid:
            try:
                act.edit(actor(), call, slug=form.slug.data, texts=texts_of(form, "call"), **form.values())
                flash(_("Your changes are stored."), "success")
                return redirect(url_for(".show", slug=call.slug), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    html = render_template("ideas/staff/call.html", form=form, call=call, tongues=tongues("call"), with_process=False)
    return html, status


@desk.route("/<slug>/dates", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def dates(slug: str) -> ResponseReturnValue:
    """The dates of a call with a process of its own."""
    call, s = find(slug).call, db.session()
    data: dict[str, datetime | None] = {}
    for phase in phases_of(s, [call.process_id])[call.process_id]:
        data[f"{phase.kind.value}_opens"], data[f"{phase.kind.value}_closes"] = phase.opens_at, phase.closes_at
    form, status = dates_form()(data=data), 200
    if form.is_submitted():
        if form.validate() and _halves_fit(form):
            wanted = {
                kind: (form[f"{kind.value}_opens"].data, form[f"{kind.value}_closes"].data)
                for kind, _name in PHASES
                if form[f"{kind.value}_opens"].data is not None
            }
            try:
                act.set_dates(actor(), call, wanted)
                flash(_("The dates are stored."), "success")
                return redirect(url_for(".show", slug=slug), 303)
            except DatesRefused as wrong:
                for kind, sentence in wrong.faults.items():
                    form[f"{kind.value}_opens"].errors = [str(sentence)]
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    return render_template("ideas/staff/dates.html", form=form, call=call, phases=PHASES), status


def _halves_fit(form: Any) -> bool:
    """An end without a beginning says so."""
    fits = True
    for kind, _name in PHASES:
        opens, closes = form[f"{kind.value}_opens"], form[f"{kind.value}_closes"]
        if closes.data is not None and opens.data is None:
            opens.errors = [_("Enter when this phase begins.")]
            fits = False
    return fits


@desk.route("/<slug>/categories", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def categories(slug: str) -> ResponseReturnValue:
    """The categories of a call, per language."""
    call, s = find(slug).call, db.session()
    stored = queries.category_texts(s, call)
    ids = list(stored)
    data = {f"name_{number}_{code}": text for number, by in stored.items() for code, text in by.items()}
    form, status = categories_form(ids)(data=data), 200
    if form.is_submitted():
        if form.validate():
            try:
                act.set_categories(actor(), call, typed_categories(form, ids))
                flash(_("The categories are stored."), "success")
                return redirect(url_for(".show", slug=slug), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    html = render_template(
        "ideas/staff/categories.html", form=form, call=call, keys=category_keys(ids), tongues=tongues("call_category")
    )
    return html, status


@desk.get("/<slug>/list")
@staff(*queries.STAFF, scoped=True)
def ideas(slug: str) -> str:
    """The ideas of a call, those that are hidden or held too."""
    found, s = find(slug), db.session()
    names = queries.names(s, found.call)
    form = IdeaFilters.of(names)
    filters = form.filters(names, 0)
    shown, total = queries_list.listed(s, found.call.id, filters, per_page=PER_PAGE, staff=True)
    here, query = url_for(".ideas", slug=slug), request.args.to_dict()
    return render_template(
        "ideas/staff/ideas.html",
        call=found.call,
        names=names,
        filters_form=form,
        filters=filters,
        shown=shown,
        total=total,
        states=rules.STATES,
        paging=ui.paging(total, filters.page, PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )
