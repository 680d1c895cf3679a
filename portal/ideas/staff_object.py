"""Objections on the desk of who decides them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.base import clock, db, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff, within
from portal.base.verdict import Verdict
from portal.ideas import actions_object, queries, queries_desk, queries_objections, queries_ties, queries_value
from portal.ideas import rules_value as value_rules
from portal.ideas.forms_value import DecideForm
from portal.ideas.models_value import CostLine
from portal.ideas.queries_objections import Objected
from portal.ideas.rules import OFFICERS, Denied
from portal.ideas.staff import desk
from portal.ideas.staff_value import today


@desk.get("/objections")
@staff(*queries.STAFF, scoped=True)
def objections() -> str:
    """Objections that wait, the earliest due first; or those that were decided."""
    decided, number = request.args.get("decided") == "1", ui.page_number(request.args.get("page"))
    lines, total = queries_objections.objections(db.session(), actor(), today(), decided=decided, page=number)
    here, query = url_for("ideas_staff.objections"), {"decided": "1" if decided else ""}
    return render_template(
        "ideas/staff/objections.html",
        lines=lines,
        total=total,
        decided=decided,
        subjects=value_rules.SUBJECTS,
        done=queries_value.DECIDED,
        paging=ui.paging(total, number, queries_desk.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )


def _found(objection_id: int) -> Objected:
    """The objection, if it is about an idea on which the actor works; to others it does not exist."""
    it = queries_objections.objection(db.session(), objection_id)
    if it is None or not within(it.found.scope):
        abort(404)
    return it


def _may(it: Objected) -> Verdict:
    decided = it.row.decided_at is not None
    return value_rules.may_decide(acting(), decided=decided, found_by=it.found_by, authors=it.authors)


def _page(it: Objected, form: DecideForm, lines: Sequence[CostLine]) -> ResponseReturnValue:
    row, who = it.row, acting()
    html = render_template(
        "ideas/staff/objection.html",
        it=it,
        row=row,
        idea=it.found.idea,
        lines=lines,
        page_of=queries_ties.page_of,
        subject=value_rules.SUBJECTS[row.subject],
        done=queries_value.DECIDED,
        may=_may(it),
        officer=who.may(*OFFICERS, scope=it.found.scope),
        form=form,
        decided=row.decided_at is not None,
        most=value_rules.MOST_LINES,
    )
    if row.by_id is not None and who.person_id != row.by_id:
        note_look(
            actor(), [row.by_id], page="ideas_staff.objection", kind="idea", object_id=row.idea_id, why="check",
            roles=queries.STAFF,
        )  # fmt: skip
    return html, 422 if form.errors else 200


@desk.get("/objections/<int:objection_id>")
@staff(*queries.STAFF, scoped=True)
def objection(objection_id: int) -> ResponseReturnValue:
    """One objection with what it is against, and its decision by somebody who had no part in that."""
    it = _found(objection_id)
    lines = queries_value.cost_lines(db.session(), it.valuation)
    return _page(it, DecideForm.of(it.row.subject, lines), lines)


@desk.post("/objections/<int:objection_id>")
@staff(*OFFICERS, scoped=True)
def decide_objection(objection_id: int) -> ResponseReturnValue:
    """The decision, with reasons that everybody reads."""
    it, back = _found(objection_id), url_for(".objection", objection_id=objection_id)
    lines, verdict = queries_value.cost_lines(db.session(), it.valuation), _may(it)
    if not verdict:
        raise Refused(verdict.reason or _l("This objection has been decided."), 409, next_url=back)
    form = DecideForm.of(it.row.subject, lines)
    told = form.whole(today()) if request.form.get("act") != "more" else None
    if told is None:
        return _page(it, form, lines)
    try:
        actions_object.decide(
            acting(), objection_id, upheld=form.upheld.data == "yes", statement=form.statement.data or "",
            language=form.language.data, due_on=form.due_on.data if "due_on" in form else None, lines=told,
            now=clock.city_now(),
        )  # fmt: skip
    except Denied as no:
        assert no.verdict.reason is not None
        raise Refused(no.verdict.reason, 409, next_url=back) from None
    flash(_("The objection is decided, and the authors are told."), "success")
    return redirect(url_for(".objections"), 303)
