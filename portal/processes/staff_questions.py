"""Questionnaires in the staff area: made, ordered, released, prolonged, and their results published."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.base import clock, db, i18n, texts
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Hit, Owner, Todo
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import actor, staff, within
from portal.base.verdict import Verdict
from portal.processes import actions_questions as act
from portal.processes import queries as processes
from portal.processes import queries_questions as queries
from portal.processes import rules as process_rules
from portal.processes import rules_questions as rules
from portal.processes.forms_questions import (
    AUDIENCE,
    ProlongForm,
    answer_form,
    choices,
    fill,
    need_one,
    question_form,
    survey_form,
    tongues,
    words,
)
from portal.processes.models import Process
from portal.processes.models_questions import Ask, Audience, Question, Questionnaire
from portal.processes.staff import ROLES

desk = Blueprint("questions_staff", __name__, url_prefix="/staff/questionnaires")
FIRST_DAYS = 14


def _process(process_id: int) -> Process:
    """The process, if the actor works on it; to others it does not exist."""
    found = processes.process(db.session(), process_id)
    if found is None or not within(found.scope, *process_rules.owners(found.subject), "administrator"):
        abort(404)
    return found


def found_for(questionnaire_id: int) -> queries.Found:
    """The questionnaire, if the actor works on it; to others it does not exist. A post holds it until its end."""
    found = queries.found(db.session(), questionnaire_id, lock=request.method == "POST")
    if found is None or not within(found.scope, *process_rules.owners(found.subject), "administrator"):
        abort(404)
    return found


def _question(survey: Questionnaire, question_id: int) -> Question:
    found = db.session().get(Question, question_id)
    if found is None or found.questionnaire_id != survey.id:
        abort(404)
    return found


def _hit(process_id: int) -> Hit:
    return processes.hit(db.session(), process_id, i18n.lang()) or Hit(str(process_id), i18n.lang(), "")


def _here(survey: Questionnaire) -> ResponseReturnValue:
    return redirect(url_for("questions_staff.show", questionnaire_id=survey.id), 303)


def must(verdict: Verdict, survey_id: int) -> None:
    """Go on, or show the sentence and the way back; nothing is stored then."""
    if not verdict:
        raise Refused(
            verdict.reason or _l("This cannot be changed any more."), 409, next_label=_l("Back to the questionnaire"),
            next_url=url_for("questions_staff.show", questionnaire_id=survey_id),
        )  # fmt: skip


# --- lists ------------------------------------------------------------------------------------------------------------


@desk.get("")
@staff(*ROLES, scoped=True)
def index() -> str:
    """All questionnaires on which somebody works."""
    rows = queries.worked_on(db.session(), actor(), ROLES, clock.city_now())
    return render_template("processes/staff/questionnaires.html", rows=rows, process=None, hit=None, names=rules.NAMES)


@desk.get("/of/<int:process_id>")
@staff(*ROLES, scoped=True)
def of_process(process_id: int) -> str:
    """The questionnaires of one process."""
    found = _process(process_id)
    rows = queries.worked_on(db.session(), actor(), ROLES, clock.city_now(), process_id=found.id)
    return render_template(
        "processes/staff/questionnaires.html", rows=rows, process=found, hit=_hit(found.id), names=rules.NAMES
    )


def todo(s: Session, who: Actor) -> list[Todo]:
    """Results that wait to be published: two selects."""
    if not who.may(*ROLES):
        return []
    found = []
    for one in queries.worked_on(s, who, ROLES, clock.city_now()):
        if one.moment is rules.Moment.CLOSED:
            url = url_for("questions_staff.results", questionnaire_id=one.survey.id)
            text = _l("Publish the results of a questionnaire: %(title)s", title=one.title.body)
            found.append(Todo(text, url, one.survey.closes_at + timedelta(days=FIRST_DAYS)))
    return found


# --- a questionnaire --------------------------------------------------------------------------------------------------


def _settings(form: Any) -> act.Settings:
    return act.Settings(
        form.opens_at.data, form.closes_at.data, AUDIENCE[form.audience.data], bool(form.officers.data),
        bool(form.on_paper.data), form.keep_days.data,
    )  # fmt: skip


def _valid(form: Any) -> bool:
    return bool(form.validate() & form.fits() & need_one(form, "title", _("Enter a title in at least one language.")))


@desk.route("/of/<int:process_id>/new", methods=["GET", "POST"])
@staff(*ROLES, scoped=True)
def new(process_id: int) -> ResponseReturnValue:
    """A new questionnaire, seen by staff only."""
    process = _process(process_id)
    start = clock.city_now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    form = survey_form()(
        data={
            "opens_at": start, "closes_at": start + timedelta(days=FIRST_DAYS), "audience": Audience.ACCOUNT.value,
            "keep_days": 30,
        }
    )  # fmt: skip
    if form.is_submitted():
        if _valid(form):
            row = act.create(actor(), process.id, _settings(form), words(form, "title", "lead"))
            flash(_("The questionnaire is stored. Only staff see it."), "success")
            return _here(row)
    return _edit_page(form, process.id, None)


def _edit_page(form: Any, process_id: int, survey: Questionnaire | None) -> ResponseReturnValue:
    html = render_template(
        "processes/staff/questionnaire_edit.html", form=form, survey=survey, process_id=process_id,
        tongues=tongues("title", "lead"),
    )  # fmt: skip
    return html, 422 if form.is_submitted() else 200


@desk.get("/<int:questionnaire_id>")
@staff(*ROLES, scoped=True)
def show(questionnaire_id: int) -> ResponseReturnValue:
    """The overview: its questions, what is missing, and what can be done next."""
    return _overview(found_for(questionnaire_id))


def _overview(found: queries.Found, form: Any = None) -> ResponseReturnValue:
    s, now, survey = db.session(), clock.city_now(), found.survey
    shown, moment = queries.page(s, survey), rules.moment(survey, now)
    checks = _checks(shown) if moment is rules.Moment.DRAFT else []
    if moment in (rules.Moment.COMING, rules.Moment.OPEN):
        form = form or ProlongForm(formdata=None, data={"closes_at": survey.closes_at})
    html = render_template(
        "processes/staff/questionnaire.html",
        page=shown,
        survey=survey,
        moment=moment,
        names=rules.NAMES,
        audience=rules.AUDIENCES[survey.audience],
        kinds=rules.KINDS,
        how=rules.how,
        checks=checks,
        ready=bool(rules.may_release(survey, checks)) if checks else False,
        form=form,
        hit=_hit(survey.process_id),
        unlinks_at=rules.unlinks_at(survey),
    )
    return html, 422 if form is not None and form.errors else 200


def _owner(survey: Questionnaire) -> Owner | None:
    return queries.owners_of(db.session(), [survey.process_id], i18n.lang(), None).get(survey.process_id)


def _checks(shown: queries.Page) -> list[rules.Check]:
    ready = queries.readiness(db.session(), shown, _owner(shown.survey))
    # isolated: a name in another script must not turn the sentence around it
    names = {lang: f"\u2068{i18n.own_name(lang)}\u2069" for lang in settings().languages}
    return rules.check_list(ready, names, clock.city_now())


@desk.route("/<int:questionnaire_id>/edit", methods=["GET", "POST"])
@staff(*ROLES, scoped=True)
def edit(questionnaire_id: int) -> ResponseReturnValue:
    """Dates, conditions and texts of a draft."""
    survey = found_for(questionnaire_id).survey
    must(rules.may_edit(survey), survey.id)
    data: dict[str, Any] = {
        "opens_at": survey.opens_at, "closes_at": survey.closes_at, "audience": survey.audience.value,
        "officers": survey.officers, "on_paper": survey.on_paper, "keep_days": survey.keep_days,
    }  # fmt: skip
    form = survey_form()(data=data | fill(texts.all_languages(db.session(), "questionnaire", survey.id)))
    if form.is_submitted() and _valid(form):
        must(act.change(actor(), survey, _settings(form), words(form, "title", "lead")), survey.id)
        flash(_("The questionnaire is stored."), "success")
        return _here(survey)
    return _edit_page(form, survey.process_id, survey)


@desk.post("/<int:questionnaire_id>/prolong")
@staff(*ROLES, scoped=True)
def prolong(questionnaire_id: int) -> ResponseReturnValue:
    """A later close."""
    found, form = found_for(questionnaire_id), ProlongForm()
    if not form.validate():
        return _overview(found, form)
    verdict = act.prolong(actor(), found.survey, form.closes_at.data, clock.city_now())
    if not verdict:
        form.closes_at.errors = [str(verdict.reason)]
        return _overview(found, form)
    flash(_("The questionnaire closes later."), "success")
    return _here(found.survey)


@desk.get("/<int:questionnaire_id>/preview")
@staff(*ROLES, scoped=True)
def preview(questionnaire_id: int) -> str:
    """The page as people will see it; nothing can be sent."""
    survey = found_for(questionnaire_id).survey
    shown = queries.page(db.session(), survey)
    form = answer_form(shown.questions)(formdata=None)
    return render_template("processes/staff/preview.html", page=shown, survey=survey, answers=form)


@desk.post("/<int:questionnaire_id>/copy")
@staff(*ROLES, scoped=True)
def copy(questionnaire_id: int) -> ResponseReturnValue:
    """A draft with the same questions."""
    survey = found_for(questionnaire_id).survey
    start = clock.city_now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    length = survey.closes_at - survey.opens_at
    given = act.Settings(start, start + length, survey.audience, survey.officers, survey.on_paper, survey.keep_days)
    said: dict[str, dict[str, str]] = {}
    for (name, lang), row in texts.all_languages(db.session(), "questionnaire", survey.id).items():
        said.setdefault(name, {})[lang] = row.body
    made = act.copy(actor(), survey, given, said)
    flash(_("This is the copy. Look at its dates and texts."), "success")
    return _here(made)


@desk.post("/<int:questionnaire_id>/release")
@staff(*ROLES, scoped=True)
def release(questionnaire_id: int) -> ResponseReturnValue:
    """Release a draft."""
    survey = found_for(questionnaire_id).survey
    shown = queries.page(db.session(), survey)
    must(act.release(actor(), survey, _checks(shown)), survey.id)
    flash(_("The questionnaire is released. It opens and closes by its dates."), "success")
    return _here(survey)


@desk.post("/<int:questionnaire_id>/take-back")
@staff(*ROLES, scoped=True)
def take_back(questionnaire_id: int) -> ResponseReturnValue:
    """Make it a draft again."""
    survey = found_for(questionnaire_id).survey
    must(act.take_back(actor(), survey, clock.city_now()), survey.id)
    flash(_("The questionnaire is a draft again."), "success")
    return _here(survey)


@desk.post("/<int:questionnaire_id>/delete")
@staff(*ROLES, scoped=True)
def delete(questionnaire_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    survey = found_for(questionnaire_id).survey
    must(act.remove(actor(), survey), survey.id)
    flash(_("The questionnaire is deleted."), "success")
    return redirect(url_for("questions_staff.of_process", process_id=survey.process_id), 303)


# --- questions --------------------------------------------------------------------------------------------------------


def _draft(form: Any) -> act.Draft:
    return act.Draft(
        Ask(form.ask.data), bool(form.required.data), form.least.data, form.most.data, form.steps.data,
        words(form, "text", "hint", "low", "high"), choices(form),
    )  # fmt: skip


def _question_page(form: Any, survey: Questionnaire, question: Question | None) -> ResponseReturnValue:
    html = render_template(
        "processes/staff/question.html", form=form, survey=survey, question=question,
        asked=tongues("text", "hint"), listed=tongues("names"), ends=tongues("low", "high"),
    )  # fmt: skip
    return html, 422 if form.is_submitted() else 200


@desk.route("/<int:questionnaire_id>/questions/new", methods=["GET", "POST"])
@staff(*ROLES, scoped=True)
def new_question(questionnaire_id: int) -> ResponseReturnValue:
    """A question at the end."""
    survey = found_for(questionnaire_id).survey
    must(rules.may_edit(survey), survey.id)
    form = question_form()(data={"steps": 5})
    if form.is_submitted() and form.validate() & form.fits():
        made = act.add_question(actor(), survey, _draft(form))
        if isinstance(made, Verdict):
            must(made, survey.id)
        flash(_("The question is stored."), "success")
        return _here(survey)
    return _question_page(form, survey, None)


@desk.route("/<int:questionnaire_id>/questions/<int:question_id>", methods=["GET", "POST"])
@staff(*ROLES, scoped=True)
def question(questionnaire_id: int, question_id: int) -> ResponseReturnValue:
    """One question of a draft."""
    survey = found_for(questionnaire_id).survey
    row = _question(survey, question_id)
    must(rules.may_edit(survey), survey.id)
    data: dict[str, Any] = {
        "ask": row.ask.value, "required": row.required, "least": row.least, "most": row.most, "steps": row.steps,
    } | fill(texts.all_languages(db.session(), "question", row.id))  # fmt: skip
    for lang, names in queries.choice_words(db.session(), row.id).items():
        data[f"names_{lang}"] = "\n".join(names)
    form = question_form()(data=data)
    if form.is_submitted() and form.validate() & form.fits():
        must(act.change_question(actor(), survey, row, _draft(form)), survey.id)
        flash(_("The question is stored."), "success")
        return _here(survey)
    return _question_page(form, survey, row)


@desk.post("/<int:questionnaire_id>/questions/<int:question_id>/move")
@staff(*ROLES, scoped=True)
def move(questionnaire_id: int, question_id: int) -> ResponseReturnValue:
    """One place up or down."""
    survey = found_for(questionnaire_id).survey
    up = request.form.get("way") == "up"
    must(act.move_question(actor(), survey, _question(survey, question_id), up=up), survey.id)
    return _here(survey)


@desk.post("/<int:questionnaire_id>/questions/<int:question_id>/remove")
@staff(*ROLES, scoped=True)
def remove(questionnaire_id: int, question_id: int) -> ResponseReturnValue:
    """Take a question out."""
    survey = found_for(questionnaire_id).survey
    must(act.remove_question(actor(), survey, _question(survey, question_id)), survey.id)
    flash(_("The question is taken out."), "success")
    return _here(survey)
