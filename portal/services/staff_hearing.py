"""Hearings at the desk: offices and neighbours are asked, statements entered and shown; and the questions to one's own
office."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import db, files, ground, i18n, texts, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.i18n import _, _l, _n
from portal.base.security import acting, actor, staff
from portal.services import (
    actions_files,
    actions_hearing,
    queries,
    queries_clock,
    queries_hearing,
    queries_letters,
    queries_plan,
    rules,
    rules_hearing,
)
from portal.services.actions_desk import official
from portal.services.forms_hearing import EnterForm, NeighboursForm, OfficesForm, ShareForm, StatementForm
from portal.services.models_hearing import Heard
from portal.services.models_steps import Use
from portal.services.queries import CasePage
from portal.services.queries_hearing import Asked, HeardRow
from portal.services.rules import Denied
from portal.services.staff import desk, find, refused, version_sent


def _letters(page: CasePage) -> Any:
    return queries_letters.offered(db.session(), [page.service.id], (Use.HEARING,))


def _ask(page: CasePage, form: Any) -> Any:
    """A form that asks, with the files of the case to choose from; begun from a template where one is named."""
    form.files.choices = [(one.id, one.name) for one in page.files]
    if not form.is_submitted():
        form.due.data = queries_clock.after(rules_hearing.TURN_DAYS)
        chosen = next((one for one in _letters(page) if str(one.id) == request.args.get("letter", "")), None)
        if chosen is not None:
            words = queries_letters.written(db.session(), chosen, page.case, page.service, official())
            form.question.data = words.text
    return form


def _look(page: CasePage) -> None:
    if page.case.person_id is not None:
        note_look(
            actor(), [page.case.person_id], page="services_staff.case", kind=queries.CASE, object_id=page.case.id,
            why="case", roles=rules.READERS,
        )  # fmt: skip


def _said(form: Any) -> dict[str, Any]:
    return {
        "question": form.question.data, "summary": form.summary.data, "files": list(form.files.data or []),
        "due_on": form.due.data,
    }  # fmt: skip


@desk.route("/<reference>/hearing/offices", methods=["GET", "POST"])
@staff(*rules.DESK, scoped=True)
def consult(reference: str) -> ResponseReturnValue:
    """Ask other offices for a statement."""
    page = find(reference)
    form, own = _ask(page, OfficesForm()), page.service.department_id
    form.offices.choices = [one for one in queries_plan.departments(db.session(), i18n.lang()) if one[0] != own]
    if form.is_submitted() and form.checked(queries_clock.today()):
        try:
            made = actions_hearing.ask_offices(
                acting(), page.case.id, version_sent(), form.offices.data, language=i18n.lang(), **_said(form)
            )
        except Denied as denied:
            raise refused(denied, reference) from None
        flash(str(_n("%(n)s office is asked.", "%(n)s offices are asked.", len(made))), "success")
        return redirect(url_for(".case", reference=reference), 303)
    _look(page)
    html = render_template(
        "services/staff/hearing_ask.html", page=page, case=page.case, form=form, neighbours=False, offers=_letters(page)
    )
    return html, 422 if form.errors else 200


@desk.route("/<reference>/hearing/neighbours", methods=["GET", "POST"])
@staff(*rules.DESK, scoped=True)
def neighbours(reference: str) -> ResponseReturnValue:
    """Ask neighbours, each by a letter with a code."""
    page = find(reference)
    form = _ask(page, NeighboursForm())
    form.language.choices = texts.languages(ground.settings().languages)
    if form.is_submitted() and form.checked(queries_clock.today()):
        try:
            made = actions_hearing.ask_neighbours(
                acting(), page.case.id, version_sent(), form.found, language=form.language.data, **_said(form)
            )
        except Denied as denied:
            raise refused(denied, reference) from None
        words = _n(
            "%(n)s letter goes into the post room’s next batch.",
            "%(n)s letters go into the post room’s next batch.",
            len(made),
        )
        flash(str(words), "success")
        return redirect(url_for(".case", reference=reference), 303)
    _look(page)
    html = render_template(
        "services/staff/hearing_ask.html", page=page, case=page.case, form=form, neighbours=True, offers=_letters(page)
    )
    return html, 422 if form.errors else 200


def _heard(page: CasePage, hearing_id: int) -> HeardRow:
    rows = queries_hearing.of_case(db.session(), page.case.id, i18n.lang())
    found = next((one for one in rows if one.row.id == hearing_id), None)
    if found is None:
        abort(404)
    return found


def _hearing(page: CasePage, heard: HeardRow, form: EnterForm) -> ResponseReturnValue:
    row, may = heard.row, acting().may(*rules.DESK)
    _look(page)
    html = render_template(
        "services/staff/hearing.html", page=page, case=page.case, heard=heard, form=form, may_act=may,
        enters=may and bool(rules_hearing.may_enter(state=page.case.state, stopped=row.stopped_at is not None)),
        files=[one for one in page.files if one.id in row.files],
        share=ShareForm(formdata=None, data={"how": row.shared.value}), **WORDS,
    )  # fmt: skip
    return html, 422 if form.errors else 200


@desk.get("/<reference>/hearings/<int:hearing_id>")
@staff(*rules.READERS, scoped=True)
def hearing(reference: str, hearing_id: int) -> ResponseReturnValue:
    """One question with its statement."""
    page = find(reference)
    return _hearing(page, _heard(page, hearing_id), EnterForm(formdata=None, data={"came_on": queries_clock.today()}))


@desk.post("/<reference>/hearings/<int:hearing_id>/enter")
@staff(*rules.DESK, scoped=True)
def enter_statement(reference: str, hearing_id: int) -> ResponseReturnValue:
    """Enter a statement that came by letter or at a counter."""
    page = find(reference)
    heard, form = _heard(page, hearing_id), EnterForm()
    if not form.checked(i18n.in_zone(heard.row.asked_at).date(), queries_clock.today()):
        return _hearing(page, heard, form)
    stance, text = form.taken()
    try:
        actions_hearing.enter(acting(), page.case.id, hearing_id, stance, text, form.came_on.data)
    except Denied as denied:
        raise refused(denied, reference) from None
    flash(_("The statement is entered."), "success")
    return redirect(url_for(".hearing", reference=reference, hearing_id=hearing_id), 303)


WORDS: dict[str, Any] = {
    "standings": rules_hearing.STANDINGS, "heard_colours": rules_hearing.COLOURS, "stances": rules_hearing.STANCES,
    "heard_kinds": rules_hearing.KINDS, "shares": rules_hearing.SHARES, "neighbour": Heard.NEIGHBOUR,
}  # fmt: skip


def _act(reference: str, hearing_id: int, act: Any, sentence: str) -> ResponseReturnValue:
    page = find(reference)
    _heard(page, hearing_id)
    try:
        act(acting(), page.case.id, hearing_id)
    except Denied as denied:
        raise refused(denied, reference) from None
    flash(sentence, "success")
    return redirect(url_for(".hearing", reference=reference, hearing_id=hearing_id), 303)


@desk.post("/<reference>/hearings/<int:hearing_id>/share")
@staff(*rules.DESK, scoped=True)
def share_statement(reference: str, hearing_id: int) -> ResponseReturnValue:
    """What the applicant sees of a statement."""
    _heard(find(reference), hearing_id)
    form = ShareForm()
    if not form.validate():
        abort(422)

    def share(who: Actor, case_id: int, number: int) -> None:
        actions_hearing.share(who, case_id, number, form.taken())

    return _act(reference, hearing_id, share, _("Stored."))


@desk.post("/<reference>/hearings/<int:hearing_id>/stop")
@staff(*rules.DESK, scoped=True)
def stop_hearing(reference: str, hearing_id: int) -> ResponseReturnValue:
    """Ask no longer."""
    return _act(reference, hearing_id, actions_hearing.stop, _("They are not asked any more."))


@desk.post("/<reference>/hearings/<int:hearing_id>/again")
@staff(*rules.DESK, scoped=True)
def hearing_again(reference: str, hearing_id: int) -> ResponseReturnValue:
    """A new letter with a new code."""
    if _heard(find(reference), hearing_id).row.kind is not Heard.NEIGHBOUR:
        abort(404)
    return _act(
        reference, hearing_id, actions_hearing.print_again,
        _("A new letter goes into the post room’s next batch. The code of the first one does not count any more."),
    )  # fmt: skip


# --- questions to one's own office ------------------------------------------------------------------------------------


@desk.get("/consultations")
@staff(*rules.READERS, scoped=True)
def consultations() -> str:
    """What other offices ask ours."""
    done, page = request.args.get("done") == "1", ui.page_number(request.args.get("page"))
    lines, total = queries_hearing.to_offices(db.session(), actor(), waiting=not done, page=page, lang=i18n.lang())
    here, query = url_for(".consultations"), {"done": "1"} if done else {}
    return render_template(
        "services/staff/consultations.html", lines=lines, total=total, done=done, today=queries_clock.today(),
        paging=ui.paging(total, page, queries_hearing.PER_PAGE, lambda n: ui.address(here, query, page=n)), **WORDS,
    )  # fmt: skip


def _asked(hearing_id: int) -> Asked:
    found = queries_hearing.for_office(db.session(), actor(), hearing_id, i18n.lang())
    if found is None:
        abort(404)
    return found


def _answers(found: Asked) -> bool:
    """May this officer answer for the office that is asked?"""
    return acting().may(*rules.DESK, scope={"department": [found.row.department_id or 0]})


def _consultation(found: Asked, form: StatementForm) -> ResponseReturnValue:
    row = found.row
    denied = rules_hearing.may_state(
        live=found.live, stopped=row.stopped_at is not None, due_on=row.due_on, today=queries_clock.today()
    )
    if found.case.person_id is not None:
        note_look(
            actor(), [found.case.person_id], page="services_staff.consultation", kind=queries.CASE,
            object_id=found.case.id, why="case", roles=rules.READERS,
        )  # fmt: skip
    html = render_template(
        "services/staff/consultation.html", found=found, row=row, form=form, may_act=_answers(found),
        denied=None if denied else denied, **WORDS,
    )  # fmt: skip
    return html, 422 if form.errors else 200


@desk.get("/consultations/<int:hearing_id>")
@staff(*rules.READERS, scoped=True)
def consultation(hearing_id: int) -> ResponseReturnValue:
    """Read what another office asks, and answer for ours."""
    found = _asked(hearing_id)
    said = {"stance": found.row.stance.value if found.row.stance else None, "text": found.row.answer}
    return _consultation(found, StatementForm(formdata=None, data=said))


@desk.post("/consultations/<int:hearing_id>/answer")
@staff(*rules.DESK, scoped=True)
def answer_consultation(hearing_id: int) -> ResponseReturnValue:
    """Answer for our office."""
    found, form = _asked(hearing_id), StatementForm()
    if not _answers(found):
        abort(404)
    if not form.checked():
        return _consultation(found, form)
    try:
        actions_hearing.state_for_office(acting(), found.case.id, hearing_id, *form.taken())
    except Denied as no:
        assert no.verdict.reason is not None
        back = url_for(".consultation", hearing_id=hearing_id)
        raise Refused(no.verdict.reason, 409, next_label=_l("Back to the question"), next_url=back) from None
    flash(_("The statement is with the office that asked."), "success")
    return redirect(url_for(".consultation", hearing_id=hearing_id), 303)


@desk.get("/consultations/<int:hearing_id>/files/<int:file_id>")
@staff(*rules.READERS, scoped=True)
def consultation_file(hearing_id: int, file_id: int) -> ResponseReturnValue:
    """A file that the office which is asked may see."""
    found = _asked(hearing_id)
    row = next((one for one in found.files if one.id == file_id), None)
    if row is None:
        abort(404)
    if found.case.person_id is not None:
        note_look(
            actor(), [found.case.person_id], page="services_staff.consultation_file", kind=queries.CASE,
            object_id=found.case.id, why="case", how=How.EXPORT, roles=rules.READERS,
        )  # fmt: skip
    return files.private(actions_files.path_of(row.digest), row.name, row.media_type)
