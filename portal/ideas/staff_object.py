"""Objections on the desk of who decides them."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.base import clock, db, ui
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import acting, actor, staff, within
from portal.ideas import actions_object, queries, queries_desk, queries_objections, queries_value
from portal.ideas import rules_value as value_rules
from portal.ideas.forms_value import DecideForm
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


@desk.route("/objections/<int:objection_id>", methods=["GET", "POST"])
@staff(*queries.STAFF, scoped=True)
def objection(objection_id: int) -> ResponseReturnValue:
    """One objection with what it is against, and its decision by somebody who had no part in that."""
    s = db.session()
    it = queries_objections.objection(s, objection_id)
    if it is None or not within(it.found.scope):
        abort(404)
    who, row = acting(), it.row
    decided = row.decided_at is not None
    lines = queries_value.cost_lines(s, it.valuation)
    verdict = value_rules.may_decide(who, decided=decided, found_by=it.found_by, authors=it.authors)
    officer = who.may(*OFFICERS, scope=it.found.scope)
    form = DecideForm.of(row.subject, lines)
    if request.method == "POST":
        if not officer:
            abort(403)
        back = url_for(".objection", objection_id=objection_id)
        if not verdict:
            raise Refused(verdict.reason or _l("This objection has been decided."), 409, next_url=back)
        told = form.whole(today()) if request.form.get("act") != "more" else None
        if told is not None:
            try:
                actions_object.decide(
                    who, objection_id, upheld=form.upheld.data == "yes", statement=form.statement.data or "",
                    language=form.language.data, due_on=form.due_on.data if "due_on" in form else None, lines=told,
                    now=clock.city_now(),
                )  # fmt: skip
            except Denied as no:
                assert no.verdict.reason is not None
                raise Refused(no.verdict.reason, 409, next_url=back) from None
            flash(_("The objection is decided, and the authors are told."), "success")
            return redirect(url_for(".objections"), 303)
    html = render_template(
        "ideas/staff/objection.html",
        it=it,
        row=row,
        idea=it.found.idea,
        lines=lines,
        subject=value_rules.SUBJECTS[row.subject],
        done=queries_value.DECIDED,
        may=verdict,
        officer=officer,
        form=form,
        decided=decided,
        most=value_rules.MOST_LINES,
    )
    if row.by_id is not None and who.person_id != row.by_id:
        note_look(
            actor(), [row.by_id], page="ideas_staff.objection", kind="idea", object_id=row.idea_id, why="check",
            roles=queries.STAFF,
        )  # fmt: skip
    return html, 422 if form.errors else 200
