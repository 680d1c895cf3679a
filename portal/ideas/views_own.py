"""What authors do with their idea, and what readers keep for themselves."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock, db, texts, ui
from portal.base.i18n import _
from portal.base.security import actor, back_to, signed_in
from portal.ideas import (
    actions,
    actions_authors,
    actions_change,
    actions_searches,
    queries,
    queries_idea,
    queries_own,
    rules,
)
from portal.ideas.forms import EditForm, InviteForm, SearchForm, WithdrawForm
from portal.ideas.models import AuthorState
from portal.ideas.rules import Denied, Written
from portal.ideas.views import filters_of, pages, refused
from portal.moderation.queries import may_write


def find_own(number: int) -> queries_idea.Page:
    """The idea with this number for one of its authors; to others the address does not exist."""
    page = queries_idea.editable(db.session(), actor(), number)
    if page is None:
        abort(404)
    return page


def _last(page: queries_idea.Page) -> Any:
    """The words that an author wrote last: those that wait for a moderator, else those that stand there."""
    return page.waiting or page.idea


def _form(page: queries_idea.Page) -> Any:
    idea, names = _last(page), page.names
    form = EditForm.whole(
        page.found.call,
        names,
        {
            "title": idea.title, "body": idea.body, "language": idea.language, "category": idea.category_id,
            "district": idea.district_id, "place": idea.place, "cost": idea.cost_guess, "seen": actions_change.seen(idea),
        },
    )  # fmt: skip
    return form


@pages.route("/ideas/<number:number>/edit", methods=["GET", "POST"])
@signed_in
def edit(number: int) -> ResponseReturnValue:
    """Other words for an idea, by one of its authors."""
    page, now = find_own(number), clock.now()
    verdict = rules.may_edit(page.idea, page.found.call, author=True, now=now) and may_write(db.session(), actor())
    if not verdict:
        raise refused(verdict, number)
    form, status, overtaken = _form(page), 200, False
    if form.is_submitted():
        if form.validate():
            try:
                done = actions_change.edit(
                    actor(),
                    page.found.call,
                    page.idea,
                    _words(form, _last(page)),
                    now,
                    form.guard() | {"started_at": None},
                    before_me=form.seen.data or None,
                )
                if done is not None:
                    said = _("Your changes are stored. The earlier wording can still be read.")
                    if done.held:
                        said = _("Your changes are stored. A moderator reads them first.")
                    flash(said, "success")
                return redirect(url_for(".idea", number=number), 303)
            except actions_change.Overtaken as denied:
                form.form_errors.append(str(denied.verdict.reason))
                # they read the present words now: what they send next is sent with these before them
                overtaken, form.seen.data = True, actions_change.seen(_last(page))
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    until = rules.edits_until(page.idea, page.found.call)
    html = render_template(
        "ideas/edit.html", it=page, idea=page.idea, form=form, until=until, now=now, overtaken=overtaken
    )
    return html, status


def _words(form: Any, idea: Any) -> Written:
    def told(name: str, stored: Any) -> Any:
        return form[name].data if name in form else stored

    return Written(
        title=form.title.data,
        body=form.body.data,
        language=form.language.data,
        category_id=told("category", idea.category_id),
        district_id=form.district.data,
        place=told("place", idea.place) or "",
        x=idea.x,
        y=idea.y,
        cost_guess=told("cost", idea.cost_guess),
    )


@pages.route("/ideas/<number:number>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(number: int) -> ResponseReturnValue:
    """Takes an idea back, with a reason that everybody reads."""
    page = find_own(number)
    verdict = rules.may_withdraw(page.idea, page.found.call, author=True)
    if not verdict:
        raise refused(verdict, number)
    form, status = WithdrawForm(), 200
    if form.is_submitted():
        if form.validate():
            try:
                actions.withdraw(actor(), page.found.call, page.idea, form.reason.data or "")
                flash(_("Your idea is withdrawn."), "success")
                return redirect(url_for(".idea", number=number), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    return render_template("ideas/withdraw.html", it=page, idea=page.idea, form=form), status


@pages.route("/ideas/<number:number>/authors", methods=["GET", "POST"])
@signed_in
def authors(number: int) -> ResponseReturnValue:
    """Who writes an idea together: the author invites, the invited answer, co-authors may leave."""
    page = queries_idea.page(db.session(), actor(), number)
    if page is None or not (page.is_author or page.invitation is not None):
        abort(404)
    form, status = InviteForm(), 200
    if form.is_submitted():
        invited = sum(1 for one in page.authors if one.state is not AuthorState.DECLINED)
        if form.validate():
            try:
                fresh = actions_authors.invite(actor(), page.idea, form.address.data or "", invited)
                said = _("The invitation is on its way.") if fresh else _("This address has been invited already.")
                flash(said, "success")
                return redirect(url_for(".authors", number=number), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    may = queries_idea.may(page, clock.now())
    html = render_template("ideas/authors.html", it=page, idea=page.idea, form=form, may=may, AuthorState=AuthorState)
    return html, status


@pages.post("/ideas/<number:number>/authors/answer")
@signed_in
def answer(number: int) -> Response:
    """Accepts or declines an invitation, or leaves."""
    page = queries_idea.page(db.session(), actor(), number)
    if page is None or page.invitation is None:
        abort(404)
    if request.form.get("act") == "leave":
        actions_authors.leave(actor(), page.idea)
        flash(_("You are no longer an author of this idea."), "success")
        return redirect(url_for(".idea", number=number), 303)
    accept = request.form.get("act") == "accept"
    try:
        actions_authors.answer(actor(), page.idea, accept)
    except Denied as denied:
        raise refused(denied.verdict, number) from None
    flash(_("You are now an author of this idea.") if accept else _("You have declined the invitation."), "success")
    return redirect(url_for(".idea", number=number), 303)


@pages.get("/ideas/mine")
@signed_in
def mine() -> str:
    """One's own drafts and ideas, what one supports, the searches one keeps."""
    s, who = db.session(), actor()
    searches = [
        (one, ui.address(url_for(".call", slug=one.slug) if one.slug else url_for(".index"), one.query))
        for one in queries_own.searches(s, who)
    ]
    return render_template(
        "ideas/mine.html",
        drafts=queries_own.drafts(s, who),
        own=queries_own.own(s, who),
        supported=queries_own.supported(s, who),
        searches=searches,
    )


@pages.route("/ideas/<slug>/keep", methods=["GET", "POST"])
@signed_in
def keep_search(slug: str) -> ResponseReturnValue:
    """Keeps the search that stands in the address: a message comes when something new fits."""
    found, names, filters = filters_of(slug)
    here = ui.address(url_for(".call", slug=slug), filters.query())
    form = SearchForm(data={"name": _suggestion(names, filters)})
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                actions_searches.keep(actor(), found.call, form.name.data or "", filters)
                flash(_("The search is kept. You get a message when a new idea fits."), "success")
                return redirect(here, 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    words = [str(one) for one in _told(names, filters)]
    return render_template("ideas/keep.html", call=found.call, form=form, back=here, words=words), status


def _told(names: queries.Names, filters: Any) -> list[Any]:
    """The filters in words."""
    found: list[Any] = [filters.q] if filters.q else []
    found += [names.categories[filters.category]] if filters.category else []
    found += [names.districts[filters.district]] if filters.district else []
    found += [rules.STATES[filters.state]] if filters.state else []
    found += [str(dict(texts.written())[filters.language])] if filters.language else []
    return found


def _suggestion(names: queries.Names, filters: Any) -> str:
    words = [str(one) for one in _told(names, filters)]
    return ", ".join(words)[:120] or names.title.body[:120]


@pages.post("/ideas/searches/<int:search_id>/remove")
@signed_in
def remove_search(search_id: int) -> Response:
    """Keeps a search no longer."""
    if not actions_searches.remove(actor(), search_id):
        abort(404)
    flash(_("The search is kept no longer."), "success")
    return back_to(request.form.get("back"), url_for(".mine"))
