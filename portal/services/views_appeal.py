"""An applicant appeals against a decision and follows the appeal."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import db, files, i18n
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, signed_in
from portal.services import actions_appeal, actions_files, queries_appeal, queries_clock, rules_appeal
from portal.services.actions_desk import official
from portal.services.forms_appeal import AppealBackForm, AppealForm
from portal.services.queries import CasePage
from portal.services.queries_appeal import AppealPage
from portal.services.rules import Denied
from portal.services.views import find as find_case
from portal.services.views import pages
from portal.services.views import refused as refused_case


@pages.route("/cases/<reference>/appeal", methods=["GET", "POST"])
@signed_in
def new_appeal(reference: str) -> ResponseReturnValue:
    """Appeal against the decision on one's application, with a file. A late one is taken, too."""
    page = find_case(reference)
    if page.decision is None:
        abort(404)
    verdict = rules_appeal.may_appeal(
        outcome=page.decision.outcome, conditions=page.decision.conditions,
        appealed=queries_appeal.appealed(db.session(), page.decision.id),
    )  # fmt: skip
    if not verdict:
        raise refused_case(Denied(verdict), reference)
    form, status = AppealForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                made = _file(form, page)
            except actions_files.Refused as wrong:
                form.file.errors = [str(wrong.reason)]
            except Denied as denied:
                raise refused_case(denied, reference) from None
            else:
                flash(_("Your appeal is with the city. This page stays at this address."), "success")
                return redirect(url_for(".appeal", appeal_reference=made), 303)
    late = page.decision.last_day is not None and queries_clock.today() > page.decision.last_day
    html = render_template(
        "services/appeal_new.html", page=page, case=page.case, decision=page.decision, form=form, late=late
    )
    return html, status


def _file(form: AppealForm, page: CasePage) -> str:
    """Raises actions_files.Refused, Denied."""
    sent = None
    if form.file.data is not None:
        sent = actions_files.take(
            db.session(), form.file.data.stream, form.file.data.filename or "", field="appeal", case_id=page.case.id
        )
    made = actions_appeal.file(actor(), page.case.id, form.text.data or "", language=i18n.lang(), sent=sent)
    return made.reference


def find(appeal_reference: str) -> AppealPage:
    """One's own appeal; to others it does not exist."""
    page = queries_appeal.own(db.session(), actor(), appeal_reference, i18n.lang())
    if page is None:
        abort(404)
    return page


@pages.get("/appeals/<appeal_reference>")
@signed_in
def appeal(appeal_reference: str) -> str:
    """Where my appeal stands, until when it is to be decided, and how it ended."""
    page = find(appeal_reference)
    return render_template(
        "services/appeal.html", page=page, appeal=page.appeal, case=page.case, states=rules_appeal.STATES,
        colours=rules_appeal.COLOURS, next=rules_appeal.NEXT, outcomes=rules_appeal.OUTCOMES,
        follows=rules_appeal.FOLLOWS, withdraws=bool(rules_appeal.may_withdraw(page.appeal.state)),
        open=page.appeal.state in rules_appeal.OPEN, official=official(),
    )  # fmt: skip


@pages.route("/appeals/<appeal_reference>/withdraw", methods=["GET", "POST"])
@signed_in
def appeal_back(appeal_reference: str) -> ResponseReturnValue:
    """Take an appeal back, after a question."""
    page = find(appeal_reference)
    form, here = AppealBackForm(), url_for(".appeal", appeal_reference=appeal_reference)
    verdict = rules_appeal.may_withdraw(page.appeal.state)
    if not verdict:
        assert verdict.reason is not None
        raise Refused(verdict.reason, 409, next_label=_l("Back to the appeal"), next_url=here)
    if form.is_submitted() and form.validate():
        try:
            actions_appeal.withdraw(actor(), page.appeal.id)
        except Denied as denied:
            assert denied.verdict.reason is not None
            raise Refused(denied.verdict.reason, 409, next_label=_l("Back to the appeal"), next_url=here) from None
        flash(_("The appeal is taken back."), "success")
        return redirect(here, 303)
    html = render_template("services/appeal_back.html", page=page, appeal=page.appeal, form=form)
    return html, 422 if form.errors else 200


@pages.get("/appeals/<appeal_reference>/files/<int:file_id>")
@signed_in
def appeal_file(appeal_reference: str, file_id: int) -> ResponseReturnValue:
    """A file of one's own appeal, to be saved."""
    page = find(appeal_reference)
    row = next((one for one in page.files if one.id == file_id), None)
    if row is None:
        abort(404)
    return files.private(actions_files.path_of(row.digest), row.name, row.media_type)
