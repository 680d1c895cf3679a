"""Officers answer complaints about a result; auditors read along. On the blueprint of staff.py."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.base import db, i18n, ui
from portal.base.i18n import _
from portal.base.security import acting, staff
from portal.voting import actions, actions_complaint, queries_complaint, rules
from portal.voting import rules_complaint as words
from portal.voting.forms_complaint import answer_form
from portal.voting.staff import desk, find

PAGE_SIZE = 50
ROLES = ("budget_officer", "auditor")


@desk.get("/<public_id>/complaints")
@staff(*ROLES, scoped=True)
def complaints(public_id: str) -> ResponseReturnValue:
    """All complaints of a vote: what waits first."""
    vote, s = find(public_id), db.session()
    number = ui.page_number(request.args.get("page"))
    rows, total = queries_complaint.listed(s, vote, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    address = url_for(".complaints", public_id=public_id)
    return render_template(
        "voting/staff/complaints.html", vote=vote, rows=rows, upheld=words.UPHELD,
        title=rules.Named({"names": vote.titles, "id": vote.public_id}),
        paging=ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(address, {}, page=n)),
    )  # fmt: skip


@desk.route("/<public_id>/complaints/<int:number>", methods=["GET", "POST"])
@staff(*ROLES, scoped=True)
def complaint(public_id: str, number: int) -> ResponseReturnValue:
    """One complaint, and the answer to it."""
    vote, s, status = find(public_id), db.session(), 200
    found = queries_complaint.one(s, vote, number)
    if found is None:
        abort(404)
    form = answer_form()(data={"language": found.language})
    verdict = words.may_answer(acting(), author=found.person_id, answered_at=found.answered_at)
    if form.is_submitted():
        actions.demand(verdict)
        if form.validate():
            actions_complaint.answer(
                s, acting(), vote, number, words=form["words"].data or "", language=form["language"].data,
                upheld=form["upheld"].data == "yes",
            )  # fmt: skip
            flash(_("The answer is published."), "success")
            return redirect(url_for(".complaints", public_id=public_id), 303)
        status = 422
    if found.person_id is not None:
        note_look(acting(), [found.person_id], page="voting_staff.complaint", why="check", roles=ROLES)
    html = render_template(
        "voting/staff/complaint.html", vote=vote, found=found, form=form, verdict=verdict, upheld=words.UPHELD,
        dir_of=i18n.direction, title=rules.Named({"names": vote.titles, "id": vote.public_id}),
    )  # fmt: skip
    return html, status
