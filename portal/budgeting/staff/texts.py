"""Texts in the staff area: what each language lacks, files that leave and come back, public reasons."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import db, i18n, translate
from portal.base.errors import Refused
from portal.base.ground import settings
from portal.base.i18n import _, _l, ngettext
from portal.base.security import acting, actor, staff
from portal.budgeting.actions import translation
from portal.budgeting.actions import vote as vote_act
from portal.budgeting.actions.exchange import take_in
from portal.budgeting.forms.staff import ReasonForm, TextsForm
from portal.budgeting.queries.exchange import units
from portal.budgeting.queries.plan import missing_texts
from portal.budgeting.rules import TEXTS, Denied
from portal.budgeting.rules_exchange import MOST_BYTES, BadFile, read_csv, read_xliff, write_csv, write_xliff
from portal.budgeting.staff.budgets import desk, find, say


@desk.get("/<slug>/texts")
@staff("budget_officer", "auditor", scoped=True)
def texts(slug: str) -> str:
    """Per language: how much is missing, the way to complete it or to give a reason."""
    budget, s = find(slug), db.session()
    lacks = missing_texts(s, budget)
    rows = [
        {
            "lang": lang,
            "name": i18n.own_name(lang),
            "missing": len(lacks[lang]),
            "reason": budget.language_reasons.get(lang),
        }
        for lang in settings().languages
    ]
    officer = acting().may("budget_officer")
    return render_template("budgeting/staff/texts.html", budget=budget, rows=rows, officer=officer)


def _known(code: str) -> str:
    if code not in settings().languages:
        abort(404)
    return code


@desk.route("/<slug>/texts/<lang:code>", methods=["GET", "POST"])
@staff("budget_officer", scoped=True)
def texts_of_language(slug: str, code: str) -> ResponseReturnValue:
    """One language: what it lacks, and the file that comes back."""
    budget, s = find(slug), db.session()
    form, status, errors = TextsForm(), 200, []
    if form.is_submitted():
        if form.validate():
            try:
                changed = _take(budget, _known(code), form)
                said = ngettext("%(n)s text was changed.", "%(n)s texts were changed.", changed)
                flash(said, "success")
                return redirect(url_for(".texts_of_language", slug=slug, code=code), 303)
            except BadFile as wrong:
                errors = wrong.errors[:100]
                form.file.errors = [_("The file has errors. Nothing was stored.")]
            except Denied as denied:
                say(form, denied)
        status = 422
    lacks = missing_texts(s, budget)[_known(code)]
    sources = {unit.key: unit.source for unit in units(s, budget, code)}
    listed = [(TEXTS[kind][field].label, sources.get(f"{kind}/{one}/{field}", "")) for kind, one, field in lacks[:200]]
    html = render_template(
        "budgeting/staff/language.html",
        form=form,
        reason_form=ReasonForm(formdata=None, data={"reason": budget.language_reasons.get(code, "")}),
        budget=budget,
        code=code,
        name=i18n.own_name(code),
        errors=errors,
        lacks=listed,
        total=len(lacks),
        engine=translate.configured(),
    )
    return html, status


def _take(budget: object, code: str, form: TextsForm) -> int:
    upload = form.file.data
    data = upload.stream.read(MOST_BYTES + 1)
    lines = read_csv(data) if upload.filename.lower().endswith(".csv") else read_xliff(data, code)
    return take_in(actor(), budget, code, lines)  # type: ignore[arg-type]


@desk.get("/<slug>/texts/<lang:code>.csv")
@staff("budget_officer", scoped=True)
def texts_csv(slug: str, code: str) -> Response:
    """All texts of one language as a table."""
    found = units(db.session(), find(slug), _known(code))
    return _attached(Response(write_csv(found), mimetype="text/csv"), f"{slug}-{code}.csv")


@desk.get("/<slug>/texts/<lang:code>.xlf")
@staff("budget_officer", scoped=True)
def texts_xliff(slug: str, code: str) -> Response:
    """All texts of one language for translation programs."""
    found = units(db.session(), find(slug), _known(code))
    body = write_xliff(found, i18n.SOURCE, code, f"budget-{slug}")
    return _attached(Response(body, mimetype="application/xliff+xml"), f"{slug}-{code}.xlf")


def _attached(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@desk.post("/<slug>/texts/<lang:code>/reason")
@staff("budget_officer", scoped=True)
def reason(slug: str, code: str) -> ResponseReturnValue:
    """Says to the public why texts are missing."""
    budget = find(slug)
    form = ReasonForm()
    if form.validate():
        try:
            vote_act.give_reason(actor(), budget, _known(code), form.reason.data or "")
            flash(_("The reason is stored."), "success")
            return redirect(url_for(".texts", slug=slug), 303)
        except Denied as denied:
            say(form, denied)
    html = render_template(
        "budgeting/staff/reason.html", form=form, budget=budget, code=code, name=i18n.own_name(_known(code))
    )
    return html, 422


@desk.post("/<slug>/texts/<lang:code>/translate")
@staff("budget_officer", scoped=True)
def translate_gaps(slug: str, code: str) -> ResponseReturnValue:
    """Puts the city's translation engine to work on what is missing, where the city has one."""
    if not translate.configured():
        abort(404)
    try:
        translation.ask(actor(), find(slug), _known(code))
    except Denied as denied:
        raise Refused(denied.verdict.reason or _l("This cannot be changed any more."), 409) from denied
    flash(_("The translation engine is at work. Load this page again in a minute."), "success")
    return redirect(url_for(".texts_of_language", slug=slug, code=code), 303)
