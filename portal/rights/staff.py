"""The data protection officer's desk: requests, marks on people, breaches, what went; and the reason before a look."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.audit import actions_looks, queries_looks, rules_looks
from portal.base import clock, db, i18n, personal, ui
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import Remark, Todo
from portal.base.i18n import _, _l, _n
from portal.base.security import actor, safe_next, staff
from portal.identity.rules import STAFF
from portal.rights import actions, archive, queries, rules
from portal.rights.forms import MARKS, AnswerForm, BreachForm, LookForm, MarkForm, WhyForm
from portal.rights.models import Breach, DataRequest, MarkKind, Outcome, PersonMark, Wish

bp = Blueprint("rights_staff", __name__, url_prefix="/staff")
OFFICER = "data_protection_officer"
OFFICERS = (OFFICER, "administrator")
PAGE_SIZE = 30


# The reason before a look


@bp.route("/look", methods=["GET", "POST"])
@staff(*STAFF, scoped=True)
def look() -> ResponseReturnValue:
    """Say why a page about somebody is opened; it then opens for half an hour in this session."""
    s, who = db.session(), actor()
    kind, raw = request.args.get("kind", ""), request.args.get("id", "")
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 16 else 0
    about = queries_looks.people_behind(s, kind, number)
    if not about:
        raise NotFound
    form, page = LookForm(), request.args.get("page", "")
    if form.validate_on_submit():
        verdict = rules_looks.reason_is_given(form.why.data, form.words.data or "")
        if verdict:
            actions_looks.give_reason(
                who, about, kind=kind, object_id=number, page=page if page in current_app.view_functions else kind,
                why=form.why.data, words=form.words.data or "",
            )  # fmt: skip
            return redirect(safe_next(request.args.get("next"), url_for("admin.dashboard")), 303)
        form.words.errors = [str(verdict.reason)]
    html = render_template("rights/staff/look.html", form=form, minutes=rules_looks.HOLDS.seconds // 60)
    return html, 422 if form.errors else 200


# Requests


@bp.get("/data-requests")
@staff(*OFFICERS)
def queue() -> str:
    """Requests that wait, the earliest due first; or those that were answered."""
    answered = request.args.get("answered") == "1"
    raw = request.args.get("wish", "")
    wish = Wish(raw) if raw in {one.value for one in Wish} else None
    number = ui.page_number(request.args.get("page"))
    lines, total = queries.queue(
        db.session(), answered=answered, wish=wish, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    query = {"answered": "1" if answered else "", "wish": raw if wish else ""}
    address = url_for("rights_staff.queue")
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(address, query, page=n))
    return render_template(
        "rights/staff/queue.html", lines=lines, total=total, paging=paging, answered=answered, wishes=rules.WISHES,
        today=clock.city_now().date(), soon=rules.SOON,
    )  # fmt: skip


def _request(request_id: int) -> DataRequest:
    row = queries.request(db.session(), request_id)
    if row is None:
        raise NotFound
    return row


@bp.route("/data-requests/<int:request_id>", methods=["GET", "POST"])
@staff(*OFFICERS)
def request_page(request_id: int) -> ResponseReturnValue:
    """One request and its answer. The person finds in their log that it was opened."""
    row = _request(request_id)
    about = [row.person_id] if row.person_id is not None else []
    actions_looks.note_look(
        actor(), about, page="rights_staff.request_page", object_id=row.person_id or "", why="request", roles=OFFICERS
    )
    form = AnswerForm()
    if form.validate_on_submit():
        row = _request(request_id)
        verdict = actions.answer(actor(), row, outcome=Outcome(form.outcome.data), words=form.answer.data)
        if not verdict:
            raise Refused(verdict.reason or _l("This request has been answered already."), 409)
        by_post = row.person_id is None and row.reach
        flash(
            _("The answer was stored. Print it and send it to the address on this page.")
            if by_post
            else _("The answer was stored and the person was told."),
            "success",
        )
        return redirect(url_for("rights_staff.request_page", request_id=row.id), 303)
    return _request_page(_request(request_id), form, WhyForm(formdata=None)), 422 if form.errors else 200


def _request_page(row: DataRequest, form: Any, why: WhyForm) -> str:
    s = db.session()
    behind = queries.look_behind(s, row)
    actors = [behind.actor_id] if behind is not None else []
    return render_template(
        "rights/staff/request.html", row=row, form=form, why=why, look=behind, said=rules_looks.said,
        names=queries.names(s, [row.person_id, row.answered_by_id, *actors]), title=rules.WISHES[row.wish],
        record=personal.record_of(row.about), outcomes=rules.OUTCOMES,
        marks=queries.standing_marks(s, row.person_id) if row.person_id is not None else [], kinds=MARKS,
    )  # fmt: skip


@bp.post("/data-requests/<int:request_id>/extend")
@staff(*OFFICERS)
def extend(request_id: int) -> ResponseReturnValue:
    """Take two months more, with a reason that the person reads."""
    row, form = _request(request_id), WhyForm()
    if not form.validate():
        return _request_page(row, form, form), 422
    verdict = actions.extend(actor(), row, form.why.data)
    if not verdict:
        raise Refused(verdict.reason or _l("This request has been answered already."), 409)
    flash(_("The period was extended and the person was told."), "success")
    return redirect(url_for("rights_staff.request_page", request_id=row.id), 303)


# Marks on people


@bp.route("/people/<int:person_id>/data", methods=["GET", "POST"])
@staff(*OFFICERS)
def person(person_id: int) -> ResponseReturnValue:
    """Legal hold and restriction of one person's data."""
    s, who = db.session(), actor()
    if not queries.exists(s, person_id):
        raise NotFound
    if queries_looks.needs_reason(s, who, "person", person_id, clock.now()):
        return redirect(reason_first("person", person_id, "rights_staff.person", person_id=person_id), 303)
    form = MarkForm()
    if form.validate_on_submit():
        verdict = actions.place_mark(who, person_id, MarkKind(form.kind.data), form.reason.data)
        if verdict:
            flash(_("It was placed."), "success")
            return redirect(url_for("rights_staff.person", person_id=person_id), 303)
        form.kind.errors = [str(verdict.reason)]
    marks = queries.marks_of(s, person_id)
    known = queries.names(s, [person_id, *(m.placed_by_id for m in marks), *(m.lifted_by_id for m in marks)])
    return render_template(
        "rights/staff/person.html", form=form, why=WhyForm(formdata=None), marks=marks, names=known, kinds=MARKS,
        person_id=person_id,
    ), 422 if form.errors else 200  # fmt: skip


def reason_first(kind: str, object_id: int, endpoint: str, **args: Any) -> str:
    """The address of the page that asks for the reason, with the way on."""
    return url_for("rights_staff.look", kind=kind, id=object_id, page=endpoint, next=url_for(endpoint, **args))


@bp.post("/people/<int:person_id>/data/<int:mark_id>/lift")
@staff(*OFFICERS)
def lift(person_id: int, mark_id: int) -> ResponseReturnValue:
    """Lift a hold or a restriction, with a reason."""
    row, form = db.session().get(PersonMark, mark_id), WhyForm()
    if row is None or row.person_id != person_id:
        raise NotFound
    if not form.validate():
        raise Refused(_l("Enter the reason."), 409)
    verdict = actions.lift_mark(actor(), row, form.why.data)
    if not verdict:
        raise Refused(verdict.reason or _l("This was lifted already."), 409)
    flash(_("It was lifted."), "success")
    return redirect(url_for("rights_staff.person", person_id=person_id), 303)


# Breaches, and what went


@bp.get("/breaches")
@staff(*OFFICERS)
def breaches() -> str:
    """The register of breaches, with the hours that are left to tell the authority."""
    return render_template(
        "rights/staff/breaches.html", rows=queries.breaches(db.session()), by=rules.authority_by, now=clock.now()
    )


@bp.route("/breaches/new", methods=["GET", "POST"])
@staff(*OFFICERS)
def new_breach() -> ResponseReturnValue:
    """Enter a breach."""
    return _breach(None)


@bp.route("/breaches/<int:breach_id>", methods=["GET", "POST"])
@staff(*OFFICERS)
def breach(breach_id: int) -> ResponseReturnValue:
    """Go on with an entry, or close it."""
    row = db.session().get(Breach, breach_id)
    if row is None:
        raise NotFound
    return _breach(row)


FIELDS = (
    "discovered_at", "title", "what", "data", "people", "consequences", "measures", "authority_at", "people_told_at",
    "why_not",
)  # fmt: skip


def _breach(row: Breach | None) -> ResponseReturnValue:
    form = BreachForm() if request.method == "POST" else BreachForm(obj=row, data={"discovered_at": clock.now()})
    good = form.validate_on_submit()
    for name in ("discovered_at", "authority_at", "people_told_at"):
        if good and form[name].data is not None and form[name].data > clock.now():
            form[name].errors = [_("This moment is still to come.")]
    if good and not form.errors:
        values = {name: form[name].data for name in FIELDS}
        values |= {name: values[name] or "" for name in ("consequences", "measures", "why_not")}
        made, verdict = actions.put_breach(actor(), row, values, close=request.form.get("act") == "close")
        if verdict:
            flash(_("The entry was stored."), "success")
            return redirect(url_for("rights_staff.breach", breach_id=made.id), 303)
        form.why_not.errors = [str(verdict.reason)]
    html = render_template("rights/staff/breach.html", form=form, row=row, by=rules.authority_by, now=clock.now())
    return html, 422 if form.errors else 200


@bp.get("/breaches/register.csv")
@staff(*OFFICERS)
def breaches_csv() -> Response:
    """The register as a table, for the supervisory authority."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["id", *FIELDS, "authority_by", "closed_at"])
    for row in queries.breaches(db.session()):
        cells = [row.id, *(getattr(row, name) for name in FIELDS), rules.authority_by(row.discovered_at), row.closed_at]
        writer.writerow([archive.cell(value) for value in cells])
    answer = Response(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="breaches.csv"'
    return answer


@bp.get("/erasures")
@staff(*OFFICERS, "auditor")
def erasures() -> str:
    """What went: kind, number, day and cause, without names; and what a legal hold stops."""
    s = db.session()
    number = ui.page_number(request.args.get("page"))
    rows, total = queries.tombstones(s, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    address = url_for("rights_staff.erasures")
    return render_template(
        "rights/staff/erasures.html", rows=rows, total=total, waiting=queries.waiting_erasures(s),
        paging=ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(address, {}, page=n)),
        records={record.table: record for record in personal.records()},
    )  # fmt: skip


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits for the data protection officer: requests by the law's day, breaches by the hour the authority hears."""
    if not who.everywhere(*OFFICERS):
        return []
    found: list[Todo] = []
    (waiting, last_day), (breaches, discovered) = queries.waiting(s)
    if waiting:
        words = _n("%(n)s request about data waits", "%(n)s requests about data wait", waiting)
        found.append(Todo(words, url_for("rights_staff.queue"), _end_of(last_day), waiting))
    if breaches:
        words = _n("%(n)s breach is open", "%(n)s breaches are open", breaches)
        due = rules.authority_by(discovered) if discovered is not None else None
        found.append(Todo(words, url_for("rights_staff.breaches"), due, breaches))
    return found


def _end_of(day: date | None) -> datetime | None:
    """The last minute of a day on the city's clock."""
    return None if day is None else datetime.combine(day, time(23, 59), i18n.in_zone(clock.now()).tzinfo)


def remarks(s: Session, who: Actor, person_id: int) -> list[Remark]:
    """What staff must see on a person's page: a hold, a restriction; and the way to place one."""
    address = url_for("rights_staff.person", person_id=person_id)
    found = [Remark(MARKS[mark.kind], address, strong=True) for mark in queries.standing_marks(s, person_id)]
    return found or ([Remark(_l("Legal hold and restriction"), address)] if who.everywhere(*OFFICERS) else [])
