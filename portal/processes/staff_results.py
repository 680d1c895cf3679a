"""Results of questionnaires in the staff area: the figures, the choice of texts, the publication."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, ui
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.processes import actions_questions as act
from portal.processes import queries_figures as figures
from portal.processes import queries_questions as queries
from portal.processes import rules_questions as rules
from portal.processes.models_questions import Stand
from portal.processes.staff import ROLES
from portal.processes.staff_questions import desk, found_for, must

PER_PAGE = 50


@desk.get("/<int:questionnaire_id>/results")
@staff(*ROLES, scoped=True)
def results(questionnaire_id: int) -> str:
    """After the close: the figures as everybody will read them, and the texts to choose from. Before it the number of
    answers alone, by the same rule."""
    found = found_for(questionnaire_id)
    s, now, survey = db.session(), clock.city_now(), found.survey
    over = bool(rules.may_choose_texts(survey, now))
    shown = queries.page(s, survey)
    document = figures.figures(s, shown) if over else {"people": {}, "questions": {}}
    number = ui.page_number(request.args.get("page"))
    rows, total = figures.written(s, survey, limit=PER_PAGE, offset=(number - 1) * PER_PAGE) if over else ([], 0)
    here = url_for("questions_staff.results", questionnaire_id=survey.id)
    return render_template(
        "processes/staff/questionnaire_results.html",
        page=shown,
        survey=survey,
        over=over,
        publishable=bool(rules.may_publish(survey, now)),
        published=survey.stand is Stand.PUBLISHED,
        counted=figures.counted(s, survey),
        people=document["people"],
        results=figures.results(s, shown, document, texts=False) if over else [],
        names=figures.NAMES,
        texts=rows,
        number_of={one.row.id: one.number for one in shown.questions},
        paging=ui.paging(total, number, PER_PAGE, lambda n: ui.address(here, {}, page=n)),
    )


@desk.get("/<int:questionnaire_id>/results.csv")
@staff(*ROLES, scoped=True)
def results_csv(questionnaire_id: int) -> Response:
    """The counts as a table, after the close."""
    survey = found_for(questionnaire_id).survey
    must(rules.may_choose_texts(survey, clock.city_now()), survey.id)
    shown = queries.page(db.session(), survey)
    file = Response(figures.table(shown, figures.figures(db.session(), shown)), content_type="text/csv; charset=utf-8")
    file.headers["Content-Disposition"] = f'attachment; filename="questionnaire-{questionnaire_id}.csv"'
    return file


def _numbers(name: str) -> set[int]:
    return {int(one) for one in request.form.getlist(name) if one.isascii() and one.isdigit() and len(one) < 16}


@desk.post("/<int:questionnaire_id>/texts")
@staff(*ROLES, scoped=True)
def choose_texts(questionnaire_id: int) -> ResponseReturnValue:
    """Which of the texts on this page are published."""
    survey = found_for(questionnaire_id).survey
    must(act.choose_texts(actor(), survey, _numbers("shown"), _numbers("seen"), clock.city_now()), survey.id)
    flash(_("The choice of texts is stored."), "success")
    return redirect(url_for("questions_staff.results", questionnaire_id=survey.id, page=request.args.get("page")), 303)


@desk.post("/<int:questionnaire_id>/publish")
@staff(*ROLES, scoped=True)
def publish(questionnaire_id: int) -> ResponseReturnValue:
    """Publish the results."""
    survey = found_for(questionnaire_id).survey
    s = db.session()
    shown = queries.page(s, survey)
    must(act.publish(actor(), survey, figures.figures(s, shown), clock.now()), survey.id)
    flash(_("The results are published."), "success")
    return redirect(url_for("questions.results", questionnaire_id=survey.id), 303)
