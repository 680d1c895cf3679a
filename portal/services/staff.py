"""The officers' desk: the queue of cases and one case with everything at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.audit.queries_looks import needs_reason
from portal.base import clock, db, files, i18n, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Todo
from portal.base.i18n import _, _l, _n
from portal.base.security import acting, actor, staff, within
from portal.base.verdict import Verdict
from portal.services import (
    actions_desk,
    actions_files,
    iban,
    queries,
    queries_appeal,
    queries_clock,
    queries_desk,
    queries_fees,
    queries_hearing,
    queries_steps,
    rules,
    rules_fees,
    rules_hearing,
    sheet,
)
from portal.services.forms import (
    AskForm,
    AssignForm,
    DecisionForm,
    DeskFilters,
    DeskMessageForm,
    ExtendForm,
    NoteForm,
    ReturnForm,
)
from portal.services.forms_fees import CashForm, RefundForm, WaiveForm
from portal.services.models import LIVE, CaseState, Outcome
from portal.services.queries import CasePage
from portal.services.queries_desk import Wish
from portal.services.queries_fees import Account
from portal.services.rules import Denied
from portal.services.rules_hearing import Standing
from portal.services.schema_read import read

desk = Blueprint("services_staff", __name__, url_prefix="/staff/cases")


def scope_of(page: CasePage) -> dict[str, list[int]]:
    """The part of the city that a case belongs to."""
    return {"department": [page.service.department_id]} if page.service.department_id else {}


def find(reference: str) -> CasePage:
    """The case, if it is in reach; to others it does not exist."""
    page = queries.desk_case(db.session(), actor(), reference, i18n.lang())
    if page is None or not within(scope_of(page)):
        abort(404)
    return page


def refused(denied: Denied, reference: str) -> Refused:
    """A page with the sentence and the way back to the case; nothing is stored."""
    assert denied.verdict.reason is not None
    back = url_for("services_staff.case", reference=reference)
    return Refused(denied.verdict.reason, 409, next_label=_l("Back to the case"), next_url=back)


@desk.get("")
@staff(*rules.READERS, scoped=True)
def cases() -> str:
    """The queue, the earliest due first."""
    s, who, today = db.session(), actor(), queries_clock.today()
    form = DeskFilters()
    form.state.choices = [(state.value, label) for state, label in rules.DESK_STATES.items()]
    form.service.choices = queries_desk.services(s, who, i18n.lang())
    form.validate()
    known = {number for number, _title in form.service.choices}
    wish = Wish(
        q=(form.q.data or "").strip()[:100],
        state=form.state.data if form.state.data in tuple(CaseState) else "",
        service=form.service.data if form.service.data in known else None,
        whose=form.whose.data if form.whose.data in ("mine", "nobody", "others") else "",
        due=form.due.data if form.due.data in ("late", "week") else "",
        page=ui.page_number(request.args.get("page")),
    )
    lines, total = queries_desk.queue(s, who, wish, today, i18n.lang())
    note_look(
        who, queries_desk.people(lines), page="services_staff.cases", why="list", how=How.SEARCH, roles=rules.READERS
    )
    here = url_for(".cases")
    query = {name: text for name, text in request.args.items() if name != "page" and len(text) < 200}
    return render_template(
        "services/staff/cases.html", lines=lines, total=total, filters_form=form, wish=wish, states=rules.DESK_STATES,
        colours=rules.COLOURS, may_take=who.may(*rules.DESK),
        paging=ui.paging(total, wish.page, queries_desk.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )  # fmt: skip


def _forms(page: CasePage, given: dict[str, Any], denied: Verdict) -> dict[str, Any]:
    """The forms that this officer may use now, each as it was sent or empty."""
    who, case = acting(), page.case
    if not who.may(*rules.DESK):
        return {}
    made: dict[str, Any] = {}

    def add(name: str, kind: Any) -> None:
        made[name] = given.get(name) or kind(formdata=None, prefix=name)

    if case.state is not CaseState.CLOSED:
        add("message", DeskMessageForm)
    add("note", NoteForm)
    if case.state in LIVE:
        add("assign", AssignForm)
        made["assign"].officer.choices = queries_desk.officers(db.session(), page.service)
        if given.get("assign") is None:
            made["assign"].officer.data = case.officer_id
        if rules.may_extend(
            state=case.state, extended_days=case.extended_days, most=page.service.extension_days, days=1
        ):
            add("extend", ExtendForm)
    if case.state in (CaseState.CHECKING, CaseState.WAITING):
        add("ask", AskForm)
        if given.get("ask") is None:
            made["ask"].due.data = queries_clock.after(page.service.answer_days)
    if rules.may_decide(state=case.state, open_requests=len(page.open_requests)) and denied:
        add("decision", DecisionForm)
        basis = page.said.get("basis")
        if given.get("decision") is None and basis is not None:
            made["decision"].basis.data = basis.body[:500]
    if page.proposal is not None and case.state is CaseState.DECIDING:
        add("back", ReturnForm)
    if page.fee is not None and rules.may_handle(applicant=case.person_id, officer=who.person_id):
        _add_fees(page, page.fee, made, given)
    return made


def _add_fees(page: CasePage, fee: Account, made: dict[str, Any], given: dict[str, Any]) -> None:
    """What can be done with a fee as it stands, with what is most likely filled in."""
    still, here = fee.stand.open, fee.stand.received
    for name, kind, most in (("cash", CashForm, still), ("waive", WaiveForm, still), ("refund", RefundForm, here)):
        if most > 0:
            made[name] = given.get(name) or kind(formdata=None, prefix=name, data=_likely(page, fee, name, most))


def _likely(page: CasePage, fee: Account, name: str, most: int) -> dict[str, Any]:
    if name != "refund":
        return {"amount": most if name == "cash" else None}
    known = queries_fees.paid_from(db.session(), fee.fee.id)
    return {"amount": fee.stand.over or None, "payee": known[0] or page.applicant, "iban": iban.printed(known[1])}


def case_page(page: CasePage, given: dict[str, Any] | None = None, status: int = 200) -> ResponseReturnValue:
    """The page of a case, with forms as they were sent."""
    who, case, sent, document = acting(), page.case, given or {}, read(page.form.document)
    if case.person_id is not None:
        note_look(
            actor(), [case.person_id], page="services_staff.case", kind=queries.CASE, object_id=case.id, why="case",
            roles=rules.READERS,
        )  # fmt: skip
    proposal = page.proposal if case.state is CaseState.DECIDING else None
    s = db.session()  # after the look: noting it was a transaction of its own
    heard, steps = queries_hearing.of_case(s, case.id, i18n.lang()), queries_steps.of_case(s, case, i18n.lang())
    waits = rules_hearing.may_decide(
        open_hearings=sum(one.standing is Standing.OPEN for one in heard), open_steps=queries_steps.missing(steps)
    )
    html = render_template(
        "services/staff/case.html", page=page, case=case, forms=_forms(page, sent, waits),
        form=next(iter(sent.values()), None), states=rules.DESK_STATES, colours=rules.COLOURS, kinds=rules.WANTED,
        reasons=rules.REASONS, sheet=sheet.answered(
            document, case.answers, case.origins, i18n.lang(), queries_clock.today()
        ),
        form_words=lambda words: document.say(words, i18n.lang()),
        clock=queries_clock.reckon(page.service, case, queries.pauses(page.requests), queries_clock.today()),
        silences=rules.SILENCES, proposal=proposal,
        confirms=rules.may_confirm(
            state=case.state, four_eyes=page.service.four_eyes, proposed_by=proposal.proposed_by_id,
            officer=who.person_id,
        ) if proposal is not None else None,
        mine=case.officer_id is not None and case.officer_id == who.person_id,
        may_act=who.may(*rules.DESK), granted=Outcome.GRANTED, lines=rules.LINES,
        heard=heard, steps=steps, live=case.state in LIVE,
        waits=None if waits or case.state is not CaseState.CHECKING else waits, standings=rules_hearing.STANDINGS,
        heard_colours=rules_hearing.COLOURS, stances=rules_hearing.STANCES,
        **queries_appeal.around(s, case.id, page.decision),
        hears=bool(rules_hearing.may_hear(state=case.state, asked=0, new=1)),
        fee=page.fee,
        fee_states=rules_fees.STATES, fee_colours=rules_fees.COLOURS, fee_kinds=rules_fees.KINDS, ways=rules_fees.WAYS,
        asks_complete=page.service.from_complete and case.complete_on is None and case.state is CaseState.CHECKING,
    )  # fmt: skip
    return html, status


@desk.get("/<reference>")
@staff(*rules.READERS, scoped=True)
def case(reference: str) -> ResponseReturnValue:
    """One case: answers, files, history, clock, and what can be done now. Whoever opens a colleague's case says why."""
    page = find(reference)
    case, who = page.case, actor()
    others = case.officer_id is not None and case.officer_id not in {who.person_id, acting().deputy_for}
    if others and needs_reason(db.session(), who, queries.CASE, case.id, clock.now()):
        here = url_for(".case", reference=reference)
        look = url_for("rights_staff.look", kind=queries.CASE, id=case.id, page="services_staff.case", next=here)
        return redirect(look, 303)
    return case_page(page)


def done(reference: str, sentence: str) -> ResponseReturnValue:
    """Back to the case, with what was done."""
    flash(sentence, "success")
    return redirect(url_for(".case", reference=reference), 303)


def version_sent() -> int:
    """The version of the case that the page showed from which this was sent; -1 where it says none."""
    raw = request.form.get("version", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else -1


@desk.post("/<reference>/take")
@staff(*rules.DESK, scoped=True)
def take(reference: str) -> ResponseReturnValue:
    """Take a case on oneself."""
    page = find(reference)
    try:
        actions_desk.take(acting(), page.case.id)
    except Denied as denied:
        raise refused(denied, reference) from None
    return done(reference, _("You have this case now."))


@desk.post("/<reference>/assign")
@staff(*rules.DESK, scoped=True)
def assign(reference: str) -> ResponseReturnValue:
    """Give a case to a colleague, or back to the office."""
    page, form = find(reference), AssignForm(prefix="assign")
    form.officer.choices = queries_desk.officers(db.session(), page.service)
    if not form.validate():
        return case_page(page, {"assign": form}, 422)
    try:
        actions_desk.assign(acting(), page.case.id, form.officer.data, version_sent())
    except Denied as denied:
        raise refused(denied, reference) from None
    return done(reference, _("Stored."))


@desk.post("/<reference>/complete")
@staff(*rules.DESK, scoped=True)
def complete(reference: str) -> ResponseReturnValue:
    """Everything is there: the law's clock begins."""
    page = find(reference)
    try:
        actions_desk.complete(acting(), page.case.id, version_sent())
    except Denied as denied:
        raise refused(denied, reference) from None
    return done(reference, _("Noted. The time of the law runs from today."))


@desk.post("/<reference>/ask")
@staff(*rules.DESK, scoped=True)
def ask(reference: str) -> ResponseReturnValue:
    """Ask the applicant for more."""
    page, form = find(reference), AskForm(prefix="ask")
    good = form.validate()
    if good and form.due.data <= queries_clock.today():
        form.due.errors = [str(_l("Choose a day that is still to come."))]
        good = False
    if not good:
        return case_page(page, {"ask": form}, 422)
    try:
        actions_desk.ask(
            acting(), page.case.id, version_sent(), kind=form.wanted(), text=form.text.data or "", language=i18n.lang(),
            due_on=form.due.data, cents=form.cents(),
        )  # fmt: skip
    except Denied as denied:
        if rules_fees.of_amount(denied.verdict):
            form.amount.errors = [str(denied.verdict.reason)]
            return case_page(page, {"ask": form}, 422)
        raise refused(denied, reference) from None
    return done(reference, _("The applicant is asked. The time of the law stands still until the answer is here."))


@desk.post("/<reference>/requests/<int:request_id>/back")
@staff(*rules.DESK, scoped=True)
def take_back(reference: str, request_id: int) -> ResponseReturnValue:
    """Ask no longer."""
    page = find(reference)
    if request_id not in {one.id for one in page.requests}:
        abort(404)
    try:
        actions_desk.take_back(acting(), page.case.id, request_id)
    except Denied as denied:
        raise refused(denied, reference) from None
    return done(reference, _("The question is taken back."))


@desk.post("/<reference>/message")
@staff(*rules.DESK, scoped=True)
def message(reference: str) -> ResponseReturnValue:
    """Write to the applicant."""
    page, form = find(reference), DeskMessageForm(prefix="message")
    if not form.validate():
        return case_page(page, {"message": form}, 422)
    try:
        actions_desk.write(acting(), page.case.id, form.text.data or "", i18n.lang())
    except Denied as denied:
        raise refused(denied, reference) from None
    return done(reference, _("The message is sent."))


@desk.post("/<reference>/note")
@staff(*rules.DESK, scoped=True)
def note(reference: str) -> ResponseReturnValue:
    """A note for colleagues."""
    page, form = find(reference), NoteForm(prefix="note")
    if not form.validate():
        return case_page(page, {"note": form}, 422)
    actions_desk.note_down(acting(), page.case.id, form.text.data or "", i18n.lang())
    return done(reference, _("The note is stored."))


@desk.post("/<reference>/extend")
@staff(*rules.DESK, scoped=True)
def extend(reference: str) -> ResponseReturnValue:
    """Take more time, once, with a reason."""
    page, form = find(reference), ExtendForm(prefix="extend")
    if not form.validate():
        return case_page(page, {"extend": form}, 422)
    try:
        actions_desk.extend(acting(), page.case.id, version_sent(), form.days.data or 0, form.why.data or "")
    except Denied as denied:
        if denied.verdict.reason is not None and "%(most)s" in denied.verdict.reason.msgid:
            form.days.errors = [str(denied.verdict.reason)]
            return case_page(page, {"extend": form}, 422)
        raise refused(denied, reference) from None
    return done(reference, _("The time is extended, and the applicant is told why."))


@desk.post("/<reference>/decide")
@staff(*rules.DESK, scoped=True)
def decide(reference: str) -> ResponseReturnValue:
    """Write a decision; where the service asks for two officers it waits for the second."""
    page, form = find(reference), DecisionForm(prefix="decision")
    if not form.checked():
        return case_page(page, {"decision": form}, 422)
    try:
        counts = actions_desk.propose(
            acting(), page.case.id, version_sent(), outcome=Outcome(form.outcome.data), reason=form.reason.data or "",
            text=(form.text.data or "").strip(), basis=(form.basis.data or "").strip(), conditions=form.lines(),
        )  # fmt: skip
    except Denied as denied:
        raise refused(denied, reference) from None
    if counts:
        return done(reference, _("Decided. The applicant is told, and the paper is being made."))
    return done(reference, _("The decision is written. A second officer has to confirm it."))


@desk.post("/<reference>/confirm")
@staff(*rules.DESK, scoped=True)
def confirm(reference: str) -> ResponseReturnValue:
    """Confirm a colleague's decision."""
    page = find(reference)
    try:
        actions_desk.confirm(acting(), page.case.id, version_sent())
    except Denied as denied:
        raise refused(denied, reference) from None
    return done(reference, _("Decided. The applicant is told, and the paper is being made."))


@desk.post("/<reference>/back")
@staff(*rules.DESK, scoped=True)
def send_back(reference: str) -> ResponseReturnValue:
    """Do not confirm it: the case is checked again."""
    page, form = find(reference), ReturnForm(prefix="back")
    if not form.validate():
        return case_page(page, {"back": form}, 422)
    try:
        actions_desk.send_back(acting(), page.case.id, version_sent(), form.why.data or "")
    except Denied as denied:
        raise refused(denied, reference) from None
    return done(reference, _("Sent back. The case is checked again."))


@desk.get("/<reference>/files/<int:file_id>")
@staff(*rules.READERS, scoped=True)
def file(reference: str, file_id: int) -> ResponseReturnValue:
    """A file of the case, to be saved."""
    page = find(reference)
    row = next((one for one in page.files if one.id == file_id), None)
    if row is None:
        abort(404)
    if page.case.person_id is not None:
        note_look(
            actor(), [page.case.person_id], page="services_staff.file", kind=queries.CASE, object_id=page.case.id,
            why="case", how=How.EXPORT, roles=rules.READERS,
        )  # fmt: skip
    return files.private(actions_files.path_of(row.digest), row.name, row.media_type)


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits on the start page: cases nobody has, mine, and late ones, and payments without a case. One select."""
    if not who.may(*rules.DESK):
        return []
    found, here = queries_desk.waits(s, who, queries_clock.today()), url_for("services_staff.cases")
    lines = []
    if found["nobody"]:
        words = _n("%(n)s case that nobody has taken", "%(n)s cases that nobody has taken", found["nobody"])
        lines.append(Todo(words, ui.address(here, {"whose": "nobody"}), count=found["nobody"]))
    if found["mine"]:
        due = queries_clock.end_of(found["first"]) if found["first"] is not None else None
        words = _n("%(n)s case on your desk", "%(n)s cases on your desk", found["mine"])
        lines.append(Todo(words, ui.address(here, {"whose": "mine"}), due, found["mine"]))
    if found["late"]:
        words = _n("%(n)s case is late", "%(n)s cases are late", found["late"])
        lines.append(Todo(words, ui.address(here, {"due": "late"}), clock.city_now(), found["late"]))
    if found["appeals"]:
        words = _n("%(n)s appeal to be decided", "%(n)s appeals to be decided", found["appeals"])
        due = queries_clock.end_of(found["appeals_due"]) if found["appeals_due"] is not None else None
        lines.append(Todo(words, url_for("services_staff.appeals"), due, found["appeals"]))
    if found["asked"]:
        words = _n("Other offices ask for %(n)s statement", "Other offices ask for %(n)s statements", found["asked"])
        due = queries_clock.end_of(found["asked_due"])
        lines.append(Todo(words, url_for("services_staff.consultations"), due, found["asked"]))
    if found["loose"]:
        words = _n(
            "%(n)s payment that no case was found for", "%(n)s payments that no case was found for", found["loose"]
        )
        lines.append(Todo(words, url_for("services_staff.payments", state="open"), count=found["loose"]))
    return lines
