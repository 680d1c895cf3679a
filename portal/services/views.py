"""What everybody sees of the services, and an applicant of their own cases."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.base import clock, db, files, i18n, qr
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, public, signed_in
from portal.base.verdict import no
from portal.services import (
    actions,
    actions_files,
    queries,
    queries_appeal,
    queries_clock,
    queries_hearing,
    queries_promise,
    rules,
    rules_fees,
    rules_hearing,
    sheet,
)
from portal.services.actions_desk import official
from portal.services.forms import AnswerForm, FindForm, MessageForm, WithdrawForm
from portal.services.models import LIVE, CaseFile, CaseRequest, CaseState, Outcome, Wanted
from portal.services.queries import CasePage
from portal.services.rules import Denied
from portal.services.rules_events import EVENTS
from portal.services.schema_read import read

pages = Blueprint("services", __name__, url_prefix="/services")


@pages.get("/")
@public
def index() -> str:
    """What can be applied for, from A to Z, by words or by life event."""
    s, who, now, lang = db.session(), actor(), clock.city_now(), i18n.lang()
    form = FindForm()
    form.event.choices = list(EVENTS.items())
    form.validate()
    words, event = (form.q.data or "").strip()[:100], form.event.data if form.event.data in EVENTS else ""
    return render_template(
        "services/index.html", shown=queries.offered(s, now, lang, words=words, event=event), filters_form=form,
        narrowed=bool(words or event), event_name=EVENTS.get(event), events=EVENTS,
        begun=queries.applications(s, who, lang) if who.signed_in else [],
    )  # fmt: skip


@pages.get("/<slug>")
@public
def service(slug: str) -> str:
    """One service: who may apply, what one needs, how long it takes, what it costs."""
    s, who, now, lang = db.session(), actor(), clock.city_now(), i18n.lang()
    found = queries.service(s, slug, now, lang)
    if found is None:
        abort(404)
    verdict = rules.may_file(shown=found.row.shown, has_form=found.form_id is not None)
    return render_template(
        "services/service.html", found=found, denied=None if verdict else verdict, silences=rules.SILENCES,
        period=queries_clock.period(found.row.period, found.row.unit), told=queries_promise.of(s, found.row.id),
        begun=queries.applications(s, who, lang, found.row.id) if who.signed_in else [],
        sign_in=url_for("identity.sign_in", next=url_for("services.service", slug=slug)),
    )  # fmt: skip


# --- one's own case ---------------------------------------------------------------------------------------------------


def find(reference: str) -> CasePage:
    """One's own case; to others it does not exist."""
    page = queries.own_case(db.session(), actor(), reference, i18n.lang())
    if page is None:
        abort(404)
    return page


def refused(denied: Denied, reference: str) -> Refused:
    """A page with the sentence and the way back to the case; nothing is stored."""
    assert denied.verdict.reason is not None
    back = url_for("services.case", reference=reference)
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the case"), next_url=back)


def _page(page: CasePage, message: MessageForm, status: int = 200) -> ResponseReturnValue:
    case, document = page.case, read(page.form.document)
    granted = page.decision is not None and page.decision.outcome is Outcome.GRANTED
    html = render_template(
        "services/case.html", page=page, case=case, states=rules.STATES, colours=rules.COLOURS, next=rules.NEXT,
        kinds=rules.WANTED, reasons=rules.REASONS, lines=rules.LINES, official=official(), live=case.state in LIVE,
        clock=queries_clock.reckon(page.service, case, queries.pauses(page.requests), queries_clock.today()),
        outcome_state=CaseState.GRANTED if granted else CaseState.REFUSED, fresh=request.args.get("sent") == "1",
        sheet=sheet.answered(
            document, case.answers, case.origins, i18n.lang(), queries_clock.today()
        ),
        form_words=lambda words: document.say(words, i18n.lang()),
        writes=bool(rules.may_write(case.state)), message=message, form=message,
        heard=queries_hearing.for_applicant(db.session(), case.id, i18n.lang()), stances=rules_hearing.STANCES,
        **queries_appeal.around(db.session(), case.id, page.decision),
        fee=page.fee, fee_states=rules_fees.STATES, fee_colours=rules_fees.COLOURS, fee_kinds=rules_fees.KINDS,
        ways=rules_fees.WAYS, code=_code(page),
        withdraws=bool(rules.may_move(case.state, CaseState.WITHDRAWN, rules.APPLICANT)),
    )  # fmt: skip
    return html, status


def _code(page: CasePage) -> Markup | None:
    """The drawing that a banking app reads, where something is open."""
    way = page.fee.transfer if page.fee is not None else None
    if way is None or way.code is None:
        return None
    return qr.svg(way.code, _("Code for a banking app: all that a transfer needs"), utf8=True)


@pages.get("/cases/<reference>")
@signed_in
def case(reference: str) -> ResponseReturnValue:
    """Where my case stands, what comes next and by when, and what was said."""
    return _page(find(reference), MessageForm(formdata=None))


@pages.post("/cases/<reference>/message")
@signed_in
def message(reference: str) -> ResponseReturnValue:
    """Write to the office."""
    page, form = find(reference), MessageForm()
    if not form.validate():
        return _page(page, form, 422)
    try:
        actions.write(actor(), page.case.id, form.text.data or "", i18n.lang())
    except Denied as denied:
        raise refused(denied, reference) from None
    flash(_("The message is sent."), "success")
    return redirect(url_for(".case", reference=reference), 303)


def _asked(page: CasePage, request_id: int) -> CaseRequest:
    found = next((one for one in page.open_requests if one.id == request_id), None)
    if found is None:
        raise refused(Denied(no(_l("This has been answered already, or is not asked any more."))), page.case.reference)
    return found


@pages.route("/cases/<reference>/answer/<int:request_id>", methods=["GET", "POST"])
@signed_in
def answer(reference: str, request_id: int) -> ResponseReturnValue:
    """Answer what the city asked for, with a file where a paper is missing."""
    page = find(reference)
    if request_id not in {one.id for one in page.requests}:
        abort(404)
    asked, form, status = _asked(page, request_id), AnswerForm(), 200
    if asked.kind is Wanted.FEE:  # answered by paying it, as the page of the case says
        return redirect(url_for(".case", reference=reference), 303)
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                sent = _taken(form, page)
            except actions_files.Refused as wrong:
                form.file.errors = [str(wrong.reason)]
            else:
                try:
                    actions.answer(actor(), page.case.id, asked.id, form.text.data or "", sent)
                except Denied as denied:
                    raise refused(denied, reference) from None
                flash(_("Your answer is with the city."), "success")
                return redirect(url_for(".case", reference=reference), 303)
    html = render_template(
        "services/answer.html", page=page, case=page.case, asked=asked, form=form, kinds=rules.WANTED
    )
    return html, status


def _taken(form: AnswerForm, page: CasePage) -> CaseFile | None:
    upload = form.file.data
    if upload is None:
        return None
    if len(page.files) >= actions_files.MOST_FILES * 2:
        raise actions_files.Refused(
            _l("There are very many files in this case already. Send them to the office by post.")
        )
    return actions_files.take(db.session(), upload.stream, upload.filename or "", field="answer", case_id=page.case.id)


@pages.route("/cases/<reference>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(reference: str) -> ResponseReturnValue:
    """Take an application back, after a question."""
    page = find(reference)
    verdict = rules.may_move(page.case.state, CaseState.WITHDRAWN, rules.APPLICANT)
    if not verdict:
        raise refused(Denied(verdict), reference)
    form, status = WithdrawForm(), 200
    if form.is_submitted():
        if form.validate():
            try:
                actions.withdraw(actor(), page.case.id, (form.reason.data or "").strip())
            except Denied as denied:
                raise refused(denied, reference) from None
            flash(_("The application is taken back."), "success")
            return redirect(url_for(".case", reference=reference), 303)
        status = 422
    return render_template("services/withdraw.html", page=page, case=page.case, form=form), status


@pages.get("/cases/<reference>/files/<int:file_id>")
@signed_in
def file(reference: str, file_id: int) -> ResponseReturnValue:
    """A file of one's own case, to be saved."""
    page = find(reference)
    row = next((one for one in page.files if one.id == file_id), None)
    if row is None:
        abort(404)
    return files.private(actions_files.path_of(row.digest), row.name, row.media_type)
