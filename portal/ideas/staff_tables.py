"""Ideas and comments leave as tables and come in as tables."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import db
from portal.base.i18n import _, ngettext
from portal.base.security import actor, staff
from portal.ideas import actions_tables as act
from portal.ideas import queries, queries_tables, rules_csv
from portal.ideas.forms_tables import WHAT, TableForm
from portal.ideas.models_paper import Import
from portal.ideas.rules import OFFICERS
from portal.ideas.staff import desk, find

FAULTS_SHOWN = 200
SAMPLE = 10


@desk.route("/<slug>/tables", methods=["GET", "POST"])
@staff(*OFFICERS, scoped=True)
def tables(slug: str) -> ResponseReturnValue:
    """The tables of a call, and the file that comes in. It is checked whole; with one error nothing is kept of it."""
    found, s = find(slug), db.session()
    form, status, faults = TableForm(), 200, []
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                row = act.keep(
                    actor(), found.call, form.what.data, form.file.data.filename or "",
                    form.file.data.stream.read(rules_csv.MOST_BYTES + 1),
                )  # fmt: skip
                if isinstance(row, Import):
                    return redirect(url_for(".one_import", slug=slug, import_id=row.id), 303)
                flash(_("Nothing in this file is new: every row is here already."), "success")
                return redirect(url_for(".tables", slug=slug), 303)
            except rules_csv.BadTable as wrong:
                faults = wrong.faults
                form.file.errors = [
                    ngettext(
                        "The file has %(n)s error. Nothing was stored.",
                        "The file has %(n)s errors. Nothing was stored.",
                        len(faults),
                    )
                ]
    html = render_template(
        "ideas/staff/tables.html",
        form=form,
        call=found.call,
        names=queries.names(s, found.call),
        faults=faults[:FAULTS_SHOWN],
        more=max(0, len(faults) - FAULTS_SHOWN),
        imports=queries_tables.imports(s, found.call),
        columns=rules_csv.COLUMNS,
        needed=rules_csv.NEEDED,
        not_read=rules_csv.NOT_READ,
        WHAT=WHAT,
    )
    return html, status


@desk.get("/<slug>/list.csv")
@staff(*queries.STAFF, scoped=True)
def ideas_csv(slug: str) -> Response:
    """The ideas of a call as a table that can come in elsewhere."""
    found, s = find(slug), db.session()
    body = rules_csv.write(rules_csv.IDEAS, queries_tables.ideas(s, found.call, queries.names(s, found.call)))
    return _attached(body, f"{slug}-ideas.csv")


@desk.get("/<slug>/comments.csv")
@staff(*queries.STAFF, scoped=True)
def comments_csv(slug: str) -> Response:
    """The comments on the ideas of a call."""
    found = find(slug)
    body = rules_csv.write(rules_csv.COMMENTS, queries_tables.comments(db.session(), found.call))
    return _attached(body, f"{slug}-comments.csv")


@desk.get("/<slug>/answers.csv")
@staff(*queries.STAFF, scoped=True)
def answers_csv(slug: str) -> Response:
    """The city's public answers to the ideas of a call."""
    found = find(slug)
    body = rules_csv.write(rules_csv.ANSWERS, queries_tables.answers(db.session(), found.call))
    return _attached(body, f"{slug}-answers.csv")


def _attached(body: str, name: str) -> Response:
    answer = Response(body, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _import(slug: str, import_id: int) -> tuple[queries.Found, Import]:
    found = find(slug)
    row = queries_tables.one_import(db.session(), found.call, import_id)
    if row is None:
        abort(404)
    return found, row


@desk.get("/<slug>/tables/<int:import_id>")
@staff(*OFFICERS, scoped=True)
def one_import(slug: str, import_id: int) -> ResponseReturnValue:
    """What a file would bring, or has brought."""
    found, row = _import(slug, import_id)
    s, preview, faults = db.session(), None, []
    if row.begun_at is None:
        try:
            preview = act.check(s, found.call, row.what, row.body.encode())
        except rules_csv.BadTable as wrong:  # the call has changed since the file was checked
            faults = wrong.faults
    return render_template(
        "ideas/staff/import.html",
        call=found.call,
        names=queries.names(s, found.call),
        row=row,
        preview=preview,
        sample=list(preview.new[:SAMPLE]) if preview else [],
        faults=faults[:FAULTS_SHOWN],
        ideas=rules_csv.IDEAS,
        answers=rules_csv.ANSWERS,
        what=WHAT[row.what],
    )


@desk.post("/<slug>/tables/<int:import_id>/begin")
@staff(*OFFICERS, scoped=True)
def begin_import(slug: str, import_id: int) -> ResponseReturnValue:
    """Says yes: the worker takes the file in."""
    found, row = _import(slug, import_id)
    verdict = act.begin(actor(), found.call, row)
    if verdict:
        flash(_("The file is being taken in. You get a message when it is done."), "success")
    else:
        flash(str(verdict.reason), "warning")
    return redirect(url_for(".one_import", slug=slug, import_id=import_id), 303)


@desk.post("/<slug>/tables/<int:import_id>/drop")
@staff(*OFFICERS, scoped=True)
def drop_import(slug: str, import_id: int) -> ResponseReturnValue:
    """Forgets a file that nobody said yes to."""
    _found, row = _import(slug, import_id)
    verdict = act.throw_away(actor(), row)
    if verdict:
        flash(_("The file is thrown away. Nothing of it was stored."), "success")
        return redirect(url_for(".tables", slug=slug), 303)
    flash(str(verdict.reason), "warning")
    return redirect(url_for(".one_import", slug=slug, import_id=import_id), 303)
