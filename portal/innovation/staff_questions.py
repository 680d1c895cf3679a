"""The screening list in the staff area: its questions, their words in every language, their order."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import db
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff
from portal.base.textforms import need_one, texts_of, tongues, with_texts
from portal.innovation import actions_questions as act
from portal.innovation import queries_questions, rules
from portal.innovation.forms_staff import QuestionForm
from portal.innovation.rules import Denied
from portal.innovation.staff import desk


@desk.get("/questions")
@staff(*rules.READERS, scoped=True)
def questions() -> str:
    """The list that every proposal is screened by."""
    listed = queries_questions.current(db.session())
    return render_template(
        "innovation/staff/questions.html",
        listed=listed,
        lead=acting().everywhere(rules.LEAD),
        may_add=rules.may_add(len(listed.criteria)),
        may_take_away=rules.may_take_away(len(listed.criteria)),
    )


@desk.route("/questions/new", methods=["GET", "POST"])
@staff(rules.LEAD)
def new_question() -> ResponseReturnValue:
    """Another question."""
    may = rules.may_add(len(queries_questions.current(db.session()).criteria))
    if not may:
        raise _refused(Denied(may))
    return _page({}, None)


@desk.route("/questions/<key>", methods=["GET", "POST"])
@staff(rules.LEAD)
def question(key: str) -> ResponseReturnValue:
    """Other words for a question."""
    s = db.session()
    try:
        words = queries_questions.words_of(s, queries_questions.current(s), key)
    except KeyError:
        abort(404)
    return _page({f"{name}_{lang}": body for name, by in words.items() for lang, body in by.items()}, key)


def _page(data: dict[str, Any], key: str | None) -> ResponseReturnValue:
    form, status = with_texts(QuestionForm, rules.TEXTS)(data=data), 200
    if form.is_submitted():
        if form.validate() & need_one(form, "label", _("Write the question in at least one language.")):
            try:
                flash(_stored(key, texts_of(form, rules.TEXTS)), "success")
                return redirect(url_for(".questions"), 303)
            except Denied as denied:
                form.form_errors.append(str(denied.verdict.reason))
        status = 422
    return render_template("innovation/staff/question.html", form=form, key=key, tongues=tongues(rules.TEXTS)), status


def _stored(key: str | None, said: act.Words) -> str:
    if key is None:
        act.add(actor(), said)
        return _("The question stands at the end of the list.")
    changed = act.change(actor(), key, said)
    return _("The question is changed.") if changed else _("Nothing was different, so nothing was changed.")


@desk.post("/questions/<key>/move")
@staff(rules.LEAD)
def move_question(key: str) -> Response:
    """One place up or down."""
    return _done(
        key, lambda: act.move(actor(), key, -1 if request.form.get("to") == "up" else 1), _("The order is changed.")
    )


@desk.post("/questions/<key>/remove")
@staff(rules.LEAD)
def remove_question(key: str) -> Response:
    """A question is asked no more."""
    return _done(
        key,
        lambda: act.take_away(actor(), key),
        _("The question is taken away. Answers to it stay with their proposals."),
    )


def _done(key: str, do: Any, said: str) -> Response:
    if not rules.is_key(key):
        abort(404)
    try:
        do()
    except Denied as denied:
        raise _refused(denied) from None
    flash(said, "success")
    return redirect(url_for(".questions"), 303)


def _refused(denied: Denied) -> Refused:
    assert denied.verdict.reason is not None
    back = url_for("innovation_staff.questions")
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the screening list"), next_url=back)
