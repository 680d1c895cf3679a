"""Answers in the staff area: what still has none, drafts, publishing together, corrections, withdrawals, the
end of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.base import clock, db, texts, ui
from portal.base.actor import Actor
from portal.base.feature import Todo
from portal.base.i18n import _, _n, ngettext
from portal.base.security import acting, actor, staff
from portal.base.textforms import fill, need_one
from portal.ideas import actions_answers as act
from portal.ideas import queries, queries_answers, queries_answers_desk, rules, rules_answers
from portal.ideas.forms_answers import AnswerFilters, CorrectionForm, DraftForm, WithdrawalForm
from portal.ideas.forms_merge import choice_of
from portal.ideas.forms_staff import texts_of, tongues, with_texts
from portal.ideas.models import Call, Idea
from portal.ideas.models_answers import Answer
from portal.ideas.rules import OFFICERS, Denied
from portal.ideas.staff import desk, find, refused


def todo(s: Session, who: Actor) -> list[Todo]:
    """Calls whose check is over and that still owe answers."""
    if not who.may(*OFFICERS):
        return []
    return [
        Todo(
            _n(
                "%(n)s idea without an answer: %(call)s",
                "%(n)s ideas without an answer: %(call)s",
                one.progress.missing,
                call=one.title,
            ),
            url_for("ideas_staff.answers", slug=one.slug),
            count=one.progress.missing,
        )
        for one in queries_answers.waiting(s, who)
    ]


@desk.get("/<slug>/answers")
@staff(*queries.STAFF, scoped=True)
def answers(slug: str) -> str:
    """The ideas of a call with their answers; those without one first."""
    found, s = find(slug), db.session()
    names = queries.names(s, found.call)
    form = AnswerFilters.of(names)
    filters = form.filters(names)
    shown, total = queries_answers_desk.to_answer(s, found.call, filters)
    here, query = url_for(".answers", slug=slug), request.args.to_dict()
    return render_template(
        "ideas/staff/answers.html",
        call=found.call,
        names=names,
        far=queries_answers.progress(s, [found.call.id])[found.call.id],
        filters_form=form,
        filters=filters,
        shown=shown,
        total=total,
        states=rules.STATES,
        outcomes=rules_answers.OUTCOMES,
        officer=acting().may(*OFFICERS),
        paging=ui.paging(total, filters.page, queries_answers_desk.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


@desk.route("/<slug>/answers/new", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def new_answer(slug: str) -> ResponseReturnValue:
    """One answer to the ideas that were chosen in the list."""
    call, s = find(slug).call, db.session()
    ids = [int(raw) for raw in request.args.getlist("idea") if raw.isdecimal() and len(raw) < 12]
    ideas = queries_answers_desk.chosen(s, call, ids)
    form = with_texts(DraftForm, act.KIND)(data={"ideas": [idea.id for idea in ideas]})
    return _drafting(form, call, None, ideas)


def _drafting(form: Any, call: Call, row: Answer | None, ideas: Sequence[Any]) -> ResponseReturnValue:
    """The page of a draft: a new one, or `row`."""
    status = 200
    if form.is_submitted():
        form.ideas.choices = _choices(ideas)
        whole = form.validate()  # first: it takes the errors away that are found below
        picked = _picked(form, call, ideas)
        valid = whole & bool(picked) & need_one(form, "body", _("Write the answer in at least one language."))
        if valid:
            said: Any = {
                "outcome": form.outcome.data, "answered_by": form.answered_by.data, "said": texts_of(form, act.KIND)
            }  # fmt: skip
            try:
                if row is None:
                    act.draft(actor(), call, picked, **said)
                else:
                    act.edit_draft(actor(), row, picked, **said)
                flash(_("The draft is stored. Only staff see it until it is published."), "success")
                return redirect(url_for(".drafts", slug=call.slug), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    form.ideas.choices = _choices(ideas)
    return _form(form, call, row, ideas), status


def _choices(ideas: Sequence[Any]) -> list[Any]:
    return [(idea.id, choice_of(idea.number, idea.title, idea.language)) for idea in ideas]


def _picked(form: Any, call: Call, ideas: Sequence[Any]) -> Sequence[Idea]:
    """The ideas that are ticked, and those whose numbers were typed; none where something is wrong, which is then said."""
    s = db.session()
    numbers = form.numbers()
    if form.more.errors:
        return []
    more = queries_answers_desk.numbered(s, call, numbers)
    lost = sorted(set(numbers) - {idea.number for idea in more})
    if lost:
        words = ", ".join(map(str, lost))
        form.more.errors = [_("These ideas do not stand in the lists of this call: %(numbers)s.", numbers=words)]
        return []
    known = {idea.id for idea in ideas}
    ids = {number for number in form.ideas.data or [] if number in known} | {idea.id for idea in more}
    picked = queries_answers_desk.chosen(s, call, ids)
    if not picked:
        form.ideas.errors = [_("Choose at least one idea.")]
    return picked


def _form(form: Any, call: Call, answer: Answer | None, ideas: Sequence[Any]) -> str:
    return render_template(
        "ideas/staff/answer.html", form=form, call=call, answer=answer, ideas=ideas, tongues=tongues(act.KIND)
    )


@desk.get("/<slug>/answers/drafts")
@staff(*queries.STAFF, scoped=True)
def drafts(slug: str) -> str:
    """Drafts, to be published together."""
    return _answers_page(slug, published=False)


@desk.get("/<slug>/answers/given")
@staff(*queries.STAFF, scoped=True)
def given(slug: str) -> str:
    """Answers that are public, the newest first."""
    return _answers_page(slug, published=True)


def _answers_page(slug: str, *, published: bool) -> str:
    found, s = find(slug), db.session()
    page = ui.page_number(request.args.get("page"))
    shown, total = queries_answers_desk.answers(s, found.call, published=published, page=page)
    here = url_for(".given" if published else ".drafts", slug=slug)
    return render_template(
        "ideas/staff/given.html" if published else "ideas/staff/drafts.html",
        call=found.call,
        names=queries.names(s, found.call),
        far=queries_answers.progress(s, [found.call.id])[found.call.id],
        shown=shown,
        total=total,
        officer=acting().may(*OFFICERS),
        paging=ui.paging(total, page, queries_answers_desk.PER_PAGE, lambda n: ui.address(here, {}, page=n)),
    )


def _answer(call: Call, answer_id: int) -> Answer:
    row = queries_answers_desk.by_id(db.session(), call, answer_id)
    if row is None:
        abort(404)
    return row


@desk.route("/<slug>/answers/<int:answer_id>", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def answer(slug: str, answer_id: int) -> ResponseReturnValue:
    """A draft is changed, a public answer corrected."""
    call, s = find(slug).call, db.session()
    row = _answer(call, answer_id)
    stored = {"outcome": row.outcome, "answered_by": row.answered_by, **fill(texts.all_languages(s, act.KIND, row.id))}
    ideas = queries_answers_desk.ideas_of(s, row.id)
    if row.published_at is not None:
        return _correct(call, row, ideas, stored)
    form = with_texts(DraftForm, act.KIND)(data={**stored, "ideas": [idea.id for idea in ideas]})
    return _drafting(form, call, row, ideas)


def _correct(call: Call, row: Answer, ideas: Sequence[Any], stored: dict[str, Any]) -> ResponseReturnValue:
    form = with_texts(CorrectionForm, act.KIND)(data={**stored, "version": str(row.version)})
    status = 200
    if form.is_submitted():
        valid = form.validate() & need_one(form, "body", _("Write the answer in at least one language."))
        if valid:
            try:
                changed = act.correct(
                    actor(), call, row, outcome=form.outcome.data, answered_by=form.answered_by.data,
                    said=texts_of(form, act.KIND), reason=form.reason.data, version=form.seen(),
                )  # fmt: skip
                if changed:
                    flash(_("The answer is corrected. The earlier wording stays readable."), "success")
                else:
                    flash(_("Nothing was different, so nothing was changed."))
                return redirect(url_for(".given", slug=call.slug), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    else:
        may = rules_answers.may_change(row)
        if not may:
            raise refused(Denied(may), call.slug)
    return _form(form, call, row, ideas), status


@desk.route("/<slug>/answers/<int:answer_id>/withdraw", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def withdraw_answer(slug: str, answer_id: int) -> ResponseReturnValue:
    """A public answer is withdrawn: its place stays, with the day and the reason."""
    call, s = find(slug).call, db.session()
    row = _answer(call, answer_id)
    if row.published_at is None:
        abort(404)
    form, status = WithdrawalForm.begun(version=str(row.version)), 200
    if form.is_submitted():
        if form.validate():
            try:
                number = act.withdraw(
                    actor(), call, row, reason=form.reason.data, lang=form.lang.data, version=form.seen()
                )
                flash(
                    ngettext(
                        "The answer is withdrawn. %(n)s idea waits for another one; everybody whom it concerns is told.",
                        "The answer is withdrawn. %(n)s ideas wait for another one; everybody whom it concerns is told.",
                        number,
                    ),
                    "success",
                )
                return redirect(url_for(".answers", slug=slug), 303)
            except Denied as denied:
                form.form_errors.append(
                    " ".join(str(one) for one in (denied.verdict.reason, denied.verdict.next) if one)
                )
        status = 422
    else:
        may = rules_answers.may_withdraw(call, row)
        if not may:
            raise refused(Denied(may), slug)
    html = render_template(
        "ideas/staff/answer_withdraw.html",
        form=form,
        call=call,
        answer=row,
        ideas=queries_answers_desk.ideas_of(s, row.id),
    )
    return html, status


@desk.post("/<slug>/answers/<int:answer_id>/remove")
@staff(*OFFICERS, scoped=True)
def remove_answer(slug: str, answer_id: int) -> Response:
    """Throws a draft away."""
    try:
        act.remove(actor(), _answer(find(slug).call, answer_id))
    except Denied as denied:
        raise refused(denied, slug) from None
    flash(_("The draft is thrown away."), "success")
    return redirect(url_for(".drafts", slug=slug), 303)


@desk.post("/<slug>/answers/publish")
@staff(*OFFICERS, scoped=True)
def publish_answers(slug: str) -> Response:
    """Makes the chosen drafts public together."""
    call = find(slug).call
    ids = [int(raw) for raw in request.form.getlist("answer") if raw.isdecimal() and len(raw) < 12]
    if not ids:
        flash(_("Choose at least one draft to publish."))
        return redirect(url_for(".drafts", slug=slug), 303)
    try:
        number, ideas = act.publish(actor(), call, ids)
    except Denied as denied:
        raise refused(denied, slug) from None
    if number:
        flash(
            ngettext("%(n)s answer is public.", "%(n)s answers are public.", number)
            + " "
            + ngettext(
                "%(n)s idea is answered by it; everybody whom it concerns is told.",
                "%(n)s ideas are answered by it; everybody whom it concerns is told.",
                ideas,
            ),
            "success",
        )
    else:
        flash(_("Somebody else has published these answers already."))
    return redirect(url_for(".answers", slug=slug), 303)


@desk.route("/<slug>/close", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def close_call(slug: str) -> ResponseReturnValue:
    """Closes a call for good, once every idea has its answer."""
    found, s = find(slug), db.session()
    call = found.call
    if request.method == "POST":
        try:
            act.close(actor(), call)
        except Denied as denied:
            raise refused(denied, slug) from None
        flash(_("The call is closed. Every idea has its answer."), "success")
        return redirect(url_for(".show", slug=slug), 303)
    far = queries_answers.progress(s, [call.id])[call.id]
    return render_template(
        "ideas/staff/close.html",
        call=call,
        names=queries.names(s, call),
        far=far,
        may=rules_answers.may_close(call, queries.phases(s, call), far, clock.city_now()),
    )
