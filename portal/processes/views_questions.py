"""A questionnaire as people answer it, and its results once they are published."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Owner, Sheet
from portal.base.i18n import _, _l
from portal.base.security import actor, public, signed_in
from portal.processes import actions_answers as act
from portal.processes import queries_figures as figures
from portal.processes import queries_questions as queries
from portal.processes import rules_questions as rules
from portal.processes.forms_questions import answer_form, stored
from portal.processes.models_questions import Stand
from portal.processes.rules import Until

pages = Blueprint("questions", __name__)
PAPER = "questionnaire-"


def _found(questionnaire_id: int) -> tuple[queries.Found, Owner]:
    found = queries.readable(db.session(), actor(), questionnaire_id, i18n.lang())
    if found is None:
        abort(404)
    return found


def _page(found: queries.Found, owner: Owner, form: Any = None) -> ResponseReturnValue:
    s, who, now, survey = db.session(), actor(), clock.city_now(), found.survey
    known = queries.answerer(s, who, found)
    verdict = rules.may_answer(known, survey, now)
    shown = queries.page(s, survey)
    own = queries.own(s, survey.id, who.person_id)
    if verdict and form is None:
        form = answer_form(shown.questions)(data=stored(shown.questions, own.replies) if own else None)
    html = render_template(
        "processes/questionnaire.html",
        page=shown,
        survey=survey,
        owner=owner,
        verdict=verdict,
        form=form if verdict else None,
        own=own,
        officer=rules.group_of(known, survey) == "officer",
        when=rules.when(survey, now),
        running=bool(rules.is_open(survey, now)),
        unlinks_at=rules.unlinks_at(survey),
        published=survey.stand is Stand.PUBLISHED,
    )
    return html, 422 if form is not None and form.errors else 200


@pages.get("/questionnaires/<int:questionnaire_id>")
@public
def show(questionnaire_id: int) -> ResponseReturnValue:
    """The questions, to answer or to read."""
    return _page(*_found(questionnaire_id))


@pages.post("/questionnaires/<int:questionnaire_id>")
@signed_in
def answer(questionnaire_id: int) -> ResponseReturnValue:
    """Store the answers of this person."""
    found, owner = _found(questionnaire_id)
    s, now, survey = db.session(), clock.city_now(), found.survey
    shown = queries.page(s, survey)
    known = queries.answerer(s, actor(), found)
    verdict = rules.may_answer(known, survey, now)
    form = answer_form(shown.questions)()
    if verdict and not form.validate():
        return _page(found, owner, form)
    if verdict:
        verdict = act.store(
            actor(), survey, known, list(shown.questions), form.values(), lang=i18n.lang(),
            today=i18n.in_zone(now).date(), now=now,
        )  # fmt: skip
    if not verdict:
        raise _refused(verdict.reason, questionnaire_id)
    flash(
        _("Your answers are stored. You can change them until %(moment)s.", moment=Until(survey.closes_at)), "success"
    )
    return redirect(url_for(".show", questionnaire_id=questionnaire_id), 303)


def _refused(reason: Any, number: int) -> Refused:
    return Refused(
        reason or _l("This cannot be changed any more."), 409, next_label=_l("Back to the questionnaire"),
        next_url=url_for("questions.show", questionnaire_id=number),
    )  # fmt: skip


@pages.post("/questionnaires/<int:questionnaire_id>/withdraw")
@signed_in
def withdraw(questionnaire_id: int) -> ResponseReturnValue:
    """Take the own answers back."""
    found, _owner = _found(questionnaire_id)
    verdict = act.withdraw(actor(), found.survey, clock.city_now())
    if not verdict:
        raise _refused(verdict.reason, questionnaire_id)
    flash(_("Your answers are deleted."), "success")
    return redirect(url_for(".show", questionnaire_id=questionnaire_id), 303)


def _published(questionnaire_id: int) -> tuple[queries.Found, Owner, queries.Page]:
    found, owner = _found(questionnaire_id)
    if found.survey.stand is not Stand.PUBLISHED:
        abort(404)
    return found, owner, queries.page(db.session(), found.survey)


@pages.get("/questionnaires/<int:questionnaire_id>/results")
@public
def results(questionnaire_id: int) -> str:
    """The published results: figures, differences in words, texts."""
    found, owner, shown = _published(questionnaire_id)
    s = db.session()
    document = figures.figures(s, shown)
    return render_template(
        "processes/results.html",
        page=shown,
        survey=found.survey,
        owner=owner,
        people=document["people"],
        results=figures.results(s, shown, document),
        names=figures.NAMES,
    )


@pages.get("/questionnaires/<int:questionnaire_id>/results.csv")
@public
def results_csv(questionnaire_id: int) -> Response:
    """The published counts as a table."""
    _found_it, _owner, shown = _published(questionnaire_id)
    file = Response(figures.table(shown, figures.figures(db.session(), shown)), content_type="text/csv; charset=utf-8")
    file.headers["Content-Disposition"] = f'attachment; filename="questionnaire-{questionnaire_id}.csv"'
    return file


# --- on paper ---------------------------------------------------------------------------------------------------------


def sheets(s: Session, who: Actor, lang: str) -> list[Sheet]:
    """The questionnaires that exist on paper now: printed until the close, entered until the results are published."""
    now = clock.city_now()
    return [_sheet(shown, rules.is_open(shown.survey, now).ok) for shown, _owner in queries.on_paper(s, who, now, lang)]


def _sheet(shown: queries.Page, printable: bool) -> Sheet:
    survey, asked = shown.survey, list(shown.questions)

    def enter(_actor: Actor, form: Any, lang: str) -> tuple[str, Any]:
        verdict = act.store_paper(survey, asked, form.values(), lang=lang, now=clock.city_now())
        if not verdict:
            raise _refused(verdict.reason, survey.id)
        blank = form.blank()
        if blank:
            numbers = ", ".join(i18n.number(one.number) for one in blank)
            flash(_("Noted as left blank on the paper: %(questions)s.", questions=numbers))
        return "questionnaire", survey.id

    intro = (
        _l("Hand this paper in by %(moment)s.", moment=Until(survey.closes_at)),
        _l("Do not write your name on it. The answers are counted, and no figure speaks of fewer than 10 people."),
    )
    return Sheet(
        f"{PAPER}{survey.id}", shown.title.body, "questions.show", answer_form(asked), enter,
        args={"questionnaire_id": survey.id}, intro=intro, lang=shown.title.lang, printable=printable,
        entry=answer_form(asked, paper=True),
    )  # fmt: skip
