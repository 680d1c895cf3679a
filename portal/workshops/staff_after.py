"""Certificates of attendance for people who stand at a desk."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import db, files
from portal.base.i18n import _
from portal.base.security import actor, staff
from portal.identity.queries import person
from portal.papers import queries as papers
from portal.papers.models import Paper, PaperState
from portal.workshops import actions_after, queries, rules
from portal.workshops.queries import Booked
from portal.workshops.rules import Denied
from portal.workshops.staff import desk


@desk.post("/sessions/<int:session_id>/certificate/<int:booking_id>")
@staff(*rules.DESK, scoped=True)
def make_certificate(session_id: int, booking_id: int) -> ResponseReturnValue:
    """A certificate for somebody who stands at the desk, to be printed there."""
    found, s = _at_desk(session_id, booking_id), db.session()
    who = person(s, found.booking.person_id or 0)
    try:
        actions_after.certificate(actor(), found, who.name if who else "", found.booking.language)
        flash(_("The certificate is being made. In a moment it can be printed."))
    except Denied as denied:
        flash(str(denied.verdict.reason))
    return redirect(url_for("workshops_staff.people", session_id=session_id), 303)


@desk.get("/sessions/<int:session_id>/certificate/<int:booking_id>")
@staff(*rules.DESK, scoped=True)
def certificate_file(session_id: int, booking_id: int) -> ResponseReturnValue:
    """The certificate as a file to print."""
    found = _at_desk(session_id, booking_id)
    paper = db.session().get(Paper, found.booking.paper_id) if found.booking.paper_id is not None else None
    if paper is None:
        abort(404)
    if paper.state is not PaperState.READY or not paper.file:
        flash(_("The certificate is being made. In a moment it can be printed."))
        return redirect(url_for("workshops_staff.people", session_id=session_id), 303)
    path, name = papers.path_of(paper.file), f"{paper.number}.pdf"
    note_look(
        actor(), [paper.person_id] if paper.person_id else [], page="workshops_staff.certificate_file",
        kind="workshop_session", object_id=session_id, how=How.EXPORT, roles=rules.DESK,
    )  # fmt: skip
    return files.private(path, name, "application/pdf")


def _at_desk(session_id: int, booking_id: int) -> Booked:
    """A booking of a session on which this person works; else 404."""
    found = queries.desk_booking(db.session(), actor(), booking_id)
    if found is None or found.session.id != session_id:
        abort(404)
    return found
