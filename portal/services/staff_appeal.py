"""Appeals at the desk: entered, listed, taken, decided. Whoever decided on the application handles none against it."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.queries_looks import needs_reason
from portal.base import clock, db, i18n, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff, within
from portal.services import (
    actions_appeal,
    actions_files,
    queries,
    queries_appeal,
    queries_clock,
    rules,
    rules_appeal,
)
from portal.services.forms_appeal import AppealDecisionForm, EnterAppealForm
from portal.services.models_appeal import AppealOutcome, AppealState
from portal.services.queries_appeal import AppealPage
from portal.services.rules import Denied
from portal.services.staff import desk, find, refused, version_sent


@desk.route("/<reference>/appeal", methods=["GET", "POST"])
@staff(*rules.DESK, scoped=True)
def enter_appeal(reference: str) -> ResponseReturnValue:
    """Take in an appeal that came by letter or at the counter. Whoever decided may do that, but not handle it."""
    page = find(reference)
    decision = page.decision
    if decision is None or decision.confirmed_at is None:
        abort(404)
    verdict = rules_appeal.may_appeal(
        outcome=decision.outcome, conditions=decision.conditions,
        appealed=queries_appeal.appealed(db.session(), decision.id),
    )  # fmt: skip
    if not verdict:
        raise refused(Denied(verdict), reference)
    form, status, today = EnterAppealForm(), 200, queries_clock.today()
    if form.is_submitted():
        status = 422
        if form.checked(i18n.in_zone(decision.confirmed_at).date(), today):
            try:
                sent = None
                if form.file.data is not None:
                    sent = actions_files.take(
                        db.session(), form.file.data.stream, form.file.data.filename or "", field="appeal",
                        case_id=page.case.id,
                    )  # fmt: skip
                made = actions_appeal.file(
                    acting(), page.case.id, form.text.data or "", language=page.case.language, channel=form.channel.data,
                    came_on=form.came_on.data, sent=sent,
                )  # fmt: skip
            except actions_files.Refused as wrong:
                form.file.errors = [str(wrong.reason)]
            except Denied as denied:
                raise refused(denied, reference) from None
            else:
                flash(_("The appeal is entered. Its reference is %(reference)s.", reference=made.reference), "success")
                return redirect(url_for(".case", reference=reference), 303)
    else:
        form.came_on.data = today
    html = render_template(
        "services/staff/appeal_enter.html", page=page, case=page.case, decision=decision, form=form
    )  # fmt: skip
    return html, status


@desk.get("/appeals")
@staff(*rules.READERS, scoped=True)
def appeals() -> str:
    """Appeals in reach, the earliest due first."""
    raw, page = request.args.get("state", ""), ui.page_number(request.args.get("page"))
    state = raw if raw in tuple(AppealState) else ""
    lines, total = queries_appeal.queue(db.session(), actor(), state=state, page=page, lang=i18n.lang())
    here, query = url_for(".appeals"), {"state": state} if state else {}
    return render_template(
        "services/staff/appeals.html", lines=lines, total=total, state=state, states=rules_appeal.STATES,
        colours=rules_appeal.COLOURS, today=queries_clock.today(),
        paging=ui.paging(total, page, queries_appeal.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )  # fmt: skip


def _find(appeal_reference: str) -> AppealPage:
    page = queries_appeal.desk(db.session(), actor(), appeal_reference, i18n.lang())
    number = page.service.department_id if page is not None else None
    if page is None or not within({"department": [number]} if number else {}):
        abort(404)
    return page


def _refused(denied: Denied, appeal_reference: str) -> Refused:
    assert denied.verdict.reason is not None
    back = url_for("services_staff.appeal", appeal_reference=appeal_reference)
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the appeal"), next_url=back)


def _page(page: AppealPage, form: AppealDecisionForm, status: int = 200) -> ResponseReturnValue:
    who, row = acting(), page.appeal
    if page.case.person_id is not None:
        note_look(
            actor(), [page.case.person_id], page="services_staff.appeal", kind=queries.CASE, object_id=page.case.id,
            why="case", roles=rules.READERS,
        )  # fmt: skip
    may = rules_appeal.may_handle(applicant=page.case.person_id, officer=who.person_id, decided=page.deciders)
    act = bool(may) and who.may(*rules.DESK)
    html = render_template(
        "services/staff/appeal.html", page=page, appeal=row, case=page.case, form=form, states=rules_appeal.STATES,
        colours=rules_appeal.COLOURS, outcomes=rules_appeal.OUTCOMES, follows=rules_appeal.FOLLOWS,
        reasons=rules.REASONS, granted=page.decision.outcome.value == "granted", denied=None if may else may,
        takes=act and row.state is AppealState.FILED
        and bool(rules_appeal.may_take(state=row.state, has=row.officer_id, officer=who.person_id)),
        decides=act and bool(rules_appeal.may_decide(state=row.state, has=row.officer_id, officer=who.person_id)),
        late=row.due_on is not None and row.due_on < queries_clock.today(),
    )  # fmt: skip
    return html, status


@desk.get("/appeals/<appeal_reference>")
@staff(*rules.READERS, scoped=True)
def appeal(appeal_reference: str) -> ResponseReturnValue:
    """One appeal with the decision that it is against. Whoever opens a colleague's says why."""
    page, who = _find(appeal_reference), actor()
    others = page.appeal.officer_id is not None and page.appeal.officer_id not in {who.person_id, acting().deputy_for}
    if others and needs_reason(db.session(), who, queries.CASE, page.case.id, clock.now()):
        here = url_for(".appeal", appeal_reference=appeal_reference)
        look = url_for("rights_staff.look", kind=queries.CASE, id=page.case.id, page="services_staff.appeal", next=here)
        return redirect(look, 303)
    return _page(page, AppealDecisionForm(formdata=None))


def _done(appeal_reference: str, act: Any, sentence: str) -> ResponseReturnValue:
    page = _find(appeal_reference)
    try:
        act(acting(), page.appeal.id)
    except Denied as denied:
        raise _refused(denied, appeal_reference) from None
    flash(sentence, "success")
    return redirect(url_for(".appeal", appeal_reference=appeal_reference), 303)


@desk.post("/appeals/<appeal_reference>/take")
@staff(*rules.DESK, scoped=True)
def take_appeal(appeal_reference: str) -> ResponseReturnValue:
    """Take an appeal on oneself."""
    return _done(appeal_reference, actions_appeal.take, _("You have this appeal now."))


@desk.post("/appeals/<appeal_reference>/back")
@staff(*rules.DESK, scoped=True)
def give_appeal_back(appeal_reference: str) -> ResponseReturnValue:
    """Give it back to the office."""
    return _done(appeal_reference, actions_appeal.give_back, _("The appeal is with the office again."))


@desk.post("/appeals/<appeal_reference>/decide")
@staff(*rules.DESK, scoped=True)
def decide_appeal(appeal_reference: str) -> ResponseReturnValue:
    """Decide on it, with grounds."""
    page, form = _find(appeal_reference), AppealDecisionForm()
    if not form.checked():
        return _page(page, form, 422)
    outcome = AppealOutcome(form.outcome.data)
    try:
        actions_appeal.decide(
            acting(), page.appeal.id, version_sent(), outcome=outcome, grounds=(form.grounds.data or "").strip(),
            basis=(form.basis.data or "").strip(), remedy=(form.remedy.data or "").strip(),
        )  # fmt: skip
    except Denied as denied:
        raise _refused(denied, appeal_reference) from None
    if outcome in rules_appeal.REOPENS:
        flash(_("Decided. The case is open again and waits for an officer."), "success")
    else:
        flash(_("Decided. The applicant is told, and the paper is being made."), "success")
    return redirect(url_for(".appeal", appeal_reference=appeal_reference), 303)
