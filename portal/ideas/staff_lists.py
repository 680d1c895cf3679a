"""Lists of supporters on paper: begun, entered line by line, looked at by a second pair of eyes."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.base import clock, db, i18n, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, reads, staff
from portal.base.verdict import Verdict
from portal.ideas import actions_paper as act
from portal.ideas import queries_idea, queries_paper, queries_ties, rules, rules_paper
from portal.ideas.forms_paper import DiscardForm, FinishForm, LineForm, ListFilters, ListForm, RefuseForm
from portal.ideas.models import Audience, IdeaState
from portal.ideas.models_paper import COUNTED
from portal.identity import queries_register
from portal.identity.queries import city_day
from portal.identity.rules import Birth

desk = Blueprint("ideas_lists", __name__, url_prefix="/staff/signatures")
ROLES = ("clerk", "librarian", *rules.OFFICERS)
STATES = {
    "open": _l("Being entered"),
    "second": _l("Waits for the second look"),
    "differs": _l("The second look counted otherwise"),
    "done": _l("Looked at twice"),
}


def _today() -> date:
    return city_day(clock.city_now())


@desk.route("", methods=["GET", "POST"])
@staff(*ROLES)
def listed() -> ResponseReturnValue:
    """Every list, and the form with which one is begun."""
    filters, status, s = ListFilters(), 200, db.session()
    form = ListForm()
    if form.is_submitted():
        row = _begin(form) if form.validate() else None
        if row is not None:
            return redirect(url_for(".enter", list_id=row.id), 303)
        status = 422
    elif request.args.get("number"):
        form.number.data = request.args["number"][:20]
        idea = request.args.get("idea", "")[:9]
        form.idea.data = int(idea) if idea.isascii() and idea.isdecimal() else None
    q, state = (filters.q.data or "")[:40], filters.state.data or ""
    page = ui.page_number(request.args.get("page"))
    shown, total = queries_paper.listed(s, q=q, state=state, page=page)
    here, query = url_for(".listed"), request.args.to_dict()
    html = render_template(
        "ideas/staff/lists.html",
        form=form,
        filters_form=filters,
        narrowed=bool(q or state),
        shown=shown,
        total=total,
        states=STATES,
        paging=ui.paging(total, page, queries_paper.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )
    return html, status


def _begin(form: ListForm) -> Any:
    """The new list; None and a sentence at its box where there can be none."""
    s, number = db.session(), act.read_number(form.number.data or "")
    if not number:
        form.number.errors = [_("This number is not one of ours. Look at the paper again.")]
        return None
    found = queries_idea.by_number(s, form.idea.data) if 0 < form.idea.data < 2**31 else None
    if found is None or not found.call.shown:
        form.idea.errors = [_("There is no idea with this number.")]
        return None
    if found.idea.state is IdeaState.MERGED:
        into = str(queries_ties.root(s, found.idea.id).number)
        form.idea.errors = [
            _("This idea was joined with idea %(number)s. Enter that number, and the list counts there.", number=into)
        ]
        return None
    verdict = _may_collect(found)
    if not verdict:
        form.idea.errors = [str(verdict.reason)]
        return None
    zone = i18n.in_zone(clock.city_now()).tzinfo
    assert zone is not None
    verdict = rules_paper.may_enter_list(found.call, found.dates, form.received.data, _today(), zone)
    if not verdict:
        form.received.errors = [str(verdict.reason)]
        return None
    row = act.begin(actor(), found.idea, number, on_day=form.received.data, lines=form.lines.data)
    if isinstance(row, Verdict):
        form.number.errors = [str(row.reason)]
        return None
    return row


def _may_collect(found: queries_idea.Found) -> Verdict:
    return rules_paper.may_collect(found.idea, found.call, closed=found.of.closed, register=queries_register.asks())


def _found(list_id: int) -> queries_paper.Found:
    found = queries_paper.found(db.session(), list_id)
    if found is None:
        abort(404)
    return found


def _refused(verdict: Verdict, list_id: int) -> Refused:
    assert verdict.reason is not None
    back = url_for(".enter", list_id=list_id)
    return Refused(verdict.reason, 409, next_label=_l("Back to the list"), next_url=back)


def _mode(found: queries_paper.Found) -> str:
    return rules_paper.mode(found.idea.call, register=queries_register.asks())


def _line_form(found: queries_paper.Found, **more: Any) -> LineForm:
    return LineForm.asking(_mode(found), **more)


def _refuse_form(found: queries_paper.Found, **more: Any) -> RefuseForm:
    call = found.idea.call
    return RefuseForm.begun(register=_mode(found) != "name", asks_home=call.audience is not Audience.SIGNED_IN, **more)


def _page(found: queries_paper.Found, status: int = 200, **forms: Any) -> ResponseReturnValue:
    row = found.row
    line = {"line": str(row.entered + 1)}
    open_now = row.finished_at is None and row.entered < row.lines
    form = next(iter(forms.values()), None)
    html = render_template(
        "ideas/staff/list.html",
        form=form,
        found=found,
        row=row,
        idea=found.idea.idea,
        line_form=forms.get("line") or _line_form(found, formdata=None, data=line),
        refuse_form=forms.get("refuse") or _refuse_form(found, formdata=None, data=line),
        finish_form=forms.get("finish") or FinishForm(formdata=None),
        open_now=open_now,
        mode=_mode(found),
        asks_home=found.idea.call.audience is not Audience.SIGNED_IN,
        outcomes=[(name, said, getattr(row, name)) for name, said in rules_paper.OUTCOMES.items()],
        state=queries_paper.state_of(row),
        states=STATES,
        second=rules_paper.may_look_again(
            finished=row.finished_at is not None and row.second_at is None,
            entered_by=row.entered_by_id,
            person=actor().person_id,
        ),
        can_discard=rules_paper.may_discard(found.idea.call, found.idea.idea.state),
    )
    return html, status


@desk.get("/<int:list_id>")
@staff(*ROLES)
def enter(list_id: int) -> ResponseReturnValue:
    """One list: the next line, what was entered so far, the second look."""
    return _page(_found(list_id))


def _number_of(form: Any) -> int:
    typed = (form.line.data or "")[:9]
    return int(typed) if typed.isascii() and typed.isdecimal() else 0


@desk.post("/<int:list_id>/line")
@staff(*ROLES)
@reads
def line(list_id: int) -> ResponseReturnValue:
    """Counts a line, where its person is among those whom the call asks. The register is asked before anything is
    written, outside the write lock."""
    found = _found(list_id)
    form, who, mode = _line_form(found), actor(), _mode(found)
    call = found.idea.call
    if not form.validate():
        return _page(found, 422, line=form)
    born = form.born.data
    birth, district = Birth(born.year, born.month, born.day), None
    if mode == "register" or (mode == "either" and rules_paper.is_number(form.person.data)):
        db.finish(commit=False)
        asked = queries_register.ask(form.person.data, birth)
        if isinstance(asked, Verdict):
            form.person.errors = [f"{asked.reason} {asked.next or ''}".strip()]
            return _page(_found(list_id), 422, line=form)
        birth, district = asked.birth or birth, asked.residence
        resident = act.hash_of_number(asked.resident or "")
    else:
        resident = act.hash_of_name(form.person.data, birth)
        db.finish(commit=False)
    refusal = rules_paper.refusal(call, birth, district)
    with db.write():
        outcome = act.enter_line(who, list_id, _number_of(form), resident=resident, refused=refusal)
    if isinstance(outcome, Verdict):
        raise _refused(outcome, list_id)
    number = str(_number_of(form))
    if outcome == COUNTED:
        flash(_("Line %(line)s counts.", line=number), "success")
    else:
        why = rules_paper.OUTCOMES[outcome]
        flash(_("Line %(line)s does not count: %(why)s", line=number, why=str(why)), "warning")
    return redirect(url_for(".enter", list_id=list_id), 303)


@desk.post("/<int:list_id>/refuse")
@staff(*ROLES)
def refuse(list_id: int) -> ResponseReturnValue:
    """Leaves a line out, for a reason that stands on the paper."""
    found = _found(list_id)
    form = _refuse_form(found)
    if not form.validate():
        return _page(found, 422, refuse=form)
    verdict = act.refuse_line(actor(), list_id, _number_of(form), form.why.data)
    if not verdict:
        raise _refused(verdict, list_id)
    why = str(rules_paper.OUTCOMES[form.why.data])
    flash(_("Line %(line)s does not count: %(why)s", line=str(_number_of(form)), why=why), "warning")
    return redirect(url_for(".enter", list_id=list_id), 303)


@desk.post("/<int:list_id>/undo")
@staff(*ROLES)
def undo(list_id: int) -> Response:
    """Takes the last line back."""
    _found(list_id)
    verdict = act.undo_line(actor(), list_id)
    if not verdict:
        raise _refused(verdict, list_id)
    flash(_("The last line is taken back. Enter it again."), "success")
    return redirect(url_for(".enter", list_id=list_id), 303)


@desk.post("/<int:list_id>/finish")
@staff(*ROLES)
def finish(list_id: int) -> ResponseReturnValue:
    """Ends the entry, where as many lines were entered as the paper has."""
    found = _found(list_id)
    form = FinishForm()
    if form.validate():
        if act.more_lines(actor(), list_id, form.again.data):
            flash(_("The paper has more lines than were counted at first. Enter those that are missing."), "warning")
            return redirect(url_for(".enter", list_id=list_id), 303)
        verdict = act.finish(actor(), list_id, form.again.data)
        if verdict:
            flash(_("The list is finished. A colleague counts its lines once more."), "success")
            return redirect(url_for(".enter", list_id=list_id), 303)
        form.again.errors = [str(verdict.reason)]
    return _page(found, 422, finish=form)


@desk.post("/<int:list_id>/second")
@staff(*ROLES)
def second(list_id: int) -> ResponseReturnValue:
    """The second look: somebody else counts the lines on the paper."""
    found = _found(list_id)
    form = FinishForm()
    if not form.validate():
        return _page(found, 422, finish=form)
    verdict = act.look_again(actor(), list_id, form.again.data)
    if not verdict:
        raise _refused(verdict, list_id)
    if form.again.data == found.row.entered:
        flash(_("Both counts are the same. The list is done."), "success")
    else:
        flash(_("The counts differ. The list is open again for whoever entered it."), "warning")
    return redirect(url_for(".enter", list_id=list_id), 303)


@desk.route("/<int:list_id>/discard", methods=["GET", "POST"])
@staff(*ROLES)
def discard(list_id: int) -> ResponseReturnValue:
    """Takes a whole list back, after a question."""
    found = _found(list_id)
    may = rules_paper.may_discard(found.idea.call, found.idea.idea.state)
    if not may:
        raise _refused(may, list_id)
    form, status = DiscardForm(), 200
    if form.is_submitted():
        if form.validate():
            verdict = act.discard(actor(), found.row, form.reason.data or "")
            if not verdict:
                raise _refused(verdict, list_id)
            flash(
                _("The list is taken back, with every support that came of it. Its paper can be entered again."),
                "success",
            )
            return redirect(url_for(".listed"), 303)
        status = 422
    return render_template("ideas/staff/list_discard.html", form=form, found=found, row=found.row), status
