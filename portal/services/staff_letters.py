"""Templates of letters in the staff area, and letters to an applicant that are begun from one."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.base import db, ground, i18n, texts
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff
from portal.base.textforms import fill, texts_of, tongues
from portal.services import (
    actions_desk,
    actions_letters,
    queries,
    queries_clock,
    queries_desk,
    queries_letters,
    rules,
    rules_letters,
)
from portal.services.forms_letters import LetterForm, SendForm, SendQuestionForm, letter_form
from portal.services.models_steps import Letter, Use
from portal.services.rules import Denied
from portal.services.staff import desk, find, refused, version_sent
from portal.services.staff_plan import PLANNERS

SPEC = rules_letters.TEXTS


@desk.get("/letters")
@staff(*PLANNERS)
def letters() -> str:
    """All templates."""
    found = queries_letters.every(db.session(), i18n.lang())
    return render_template("services/staff/letters.html", found=found, uses=rules_letters.USES)


@desk.route("/letters/new", methods=["GET", "POST"])
@staff(*PLANNERS)
def new_letter() -> ResponseReturnValue:
    """A new template."""
    return _edit(letter_form()(data={"use": Use.MESSAGE}), None)


def _letter(letter_id: int) -> Letter:
    row = queries_letters.one(db.session(), letter_id)
    if row is None:
        abort(404)
    return row


@desk.route("/letters/<int:letter_id>", methods=["GET", "POST"])
@staff(*PLANNERS)
def edit_letter(letter_id: int) -> ResponseReturnValue:
    """The words of a template, with a preview."""
    row = _letter(letter_id)
    said = texts.all_languages(db.session(), queries_letters.KIND, row.id)
    stored = {"name": row.name, "use": row.use, "service": row.service_id, "version": str(row.version)}
    return _edit(letter_form()(data={**stored, **fill(said)}), row)


def _edit(form: LetterForm, row: Letter | None) -> ResponseReturnValue:
    form.service.choices = queries_desk.services(db.session(), actor(), i18n.lang())
    status, preview = 200, request.form.get("preview") == "1"
    if form.is_submitted():
        status, good = 422, form.checked()
        if good and not preview and row is not None and form.version.data != str(row.version):
            form.form_errors = [_("Somebody else has changed this meanwhile. Compare, and save again to overwrite.")]
            form.version.data, good, status = str(row.version), False, 409
        if good and not preview:
            values: dict[str, Any] = {
                "use": form.use.data, "name": form.name.data or "", "service_id": form.service.data,
                "said": texts_of(form, SPEC),
            }  # fmt: skip
            if row is None:
                row = actions_letters.create(actor(), **values)
            else:
                actions_letters.edit(actor(), row, **values)
            flash(_("Saved."), "success")
            return redirect(url_for(".edit_letter", letter_id=row.id), 303)
        status = 200 if good else status
    html = render_template(
        "services/staff/letter_form.html", form=form, letter=row, tongues=tongues(SPEC), fields=rules_letters.FIELDS,
        shown=_preview(form) if not form.errors else [],
    )  # fmt: skip
    return html, status


def _preview(form: LetterForm) -> list[dict[str, str]]:
    """How it reads in each language, with an invented case."""
    found = []
    for lang in ground.settings().languages:
        subject, body = (form[f"{name}_{lang}"].data or "" for name in ("subject", "body"))
        if body:
            values = queries_letters.example(lang)
            found.append(
                {
                    "lang": lang, "dir": i18n.direction(lang), "name": i18n.own_name(lang),
                    "subject": rules_letters.filled(subject, values), "body": rules_letters.filled(body, values),
                }
            )  # fmt: skip
    return found


@desk.post("/letters/<int:letter_id>/remove")
@staff(*PLANNERS)
def remove_letter(letter_id: int) -> ResponseReturnValue:
    """Take a template away; letters that were sent stay as they are."""
    actions_letters.remove(actor(), _letter(letter_id))
    flash(_("The template is taken away. Letters that were sent stay as they are."), "success")
    return redirect(url_for(".letters"), 303)


@desk.route("/<reference>/letter", methods=["GET", "POST"])
@staff(*rules.DESK, scoped=True)
def write_letter(reference: str) -> ResponseReturnValue:
    """Write to the applicant with a template, in their language where the template has it."""
    page, s = find(reference), db.session()
    offers = queries_letters.offered(s, [page.service.id], (Use.MESSAGE, Use.QUESTION))
    raw = request.args.get("letter", "")
    chosen = next((one for one in offers if str(one.id) == raw), None)
    if chosen is None:
        return render_template(
            "services/staff/letter_send.html", page=page, case=page.case, offers=offers, chosen=None, form=None,
            uses=rules_letters.USES, words=None,
        )  # fmt: skip
    words = queries_letters.written(s, chosen, page.case, page.service, page.case.language)
    question = chosen.use is Use.QUESTION
    form = SendQuestionForm() if question else SendForm()
    form.language.choices = texts.languages(ground.settings().languages)
    if form.is_submitted():
        good = form.validate()
        if question and not form.due.errors and form.due.data <= queries_clock.today():
            form.due.errors, good = [str(_l("Choose a day that is still to come."))], False
        if good:
            try:
                _send(page.case.id, form)
            except Denied as denied:
                raise refused(denied, reference) from None
            flash(_("The message is sent."), "success")
            return redirect(url_for(".case", reference=reference), 303)
    else:
        form.text.data, form.language.data = words.text, words.lang
        if question:
            form.due.data = queries_clock.after(page.service.answer_days)
    if page.case.person_id is not None:
        note_look(
            actor(), [page.case.person_id], page="services_staff.case", kind=queries.CASE, object_id=page.case.id,
            why="case", roles=rules.READERS,
        )  # fmt: skip
    html = render_template(
        "services/staff/letter_send.html", page=page, case=page.case, offers=offers, chosen=chosen, form=form,
        uses=rules_letters.USES, words=words,
    )  # fmt: skip
    return html, 422 if form.errors else 200


def _send(case_id: int, form: SendForm | SendQuestionForm) -> None:
    if isinstance(form, SendQuestionForm):
        actions_desk.ask(
            acting(), case_id, version_sent(), kind=form.wanted(), text=form.text.data or "",
            language=form.language.data, due_on=form.due.data,
        )  # fmt: skip
    else:
        actions_desk.write(acting(), case_id, form.text.data or "", form.language.data)
