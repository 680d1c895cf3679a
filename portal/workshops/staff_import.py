"""Sessions from a table and as a table, with the same columns."""

from __future__ import annotations

import csv
import io

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock, db, i18n, texts
from portal.base.i18n import ngettext
from portal.base.security import actor, staff
from portal.base.texts import Wording
from portal.workshops import actions_plan, queries, queries_desk, queries_list, rules, rules_csv
from portal.workshops.forms_terms import FileForm
from portal.workshops.models import Session, SessionState, Workshop
from portal.workshops.rules_csv import COLUMNS, Fault, Line, cell
from portal.workshops.rules_languages import SIGNED
from portal.workshops.staff import desk


@desk.route("/table", methods=["GET", "POST"])
@staff(*rules.PLANNERS, scoped=True)
def table() -> ResponseReturnValue:
    """Drafts from a table: looked at first, with what is wrong line by line; taken in only when every line is right."""
    form = FileForm()
    file = request.files.get("file")
    if form.is_submitted() and file is not None and file.filename:
        form.table.data = file.stream.read(200_001).decode("utf-8-sig", "replace")
    lines: list[Line] = []
    faults: list[Fault] = []
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            lines, faults = _read(form.table.data or "")
            if not faults:
                status = 200
                if request.form.get("go") == "make":
                    _make(lines)
                    flash(ngettext("%(n)s draft is made.", "%(n)s drafts are made.", len(lines)), "success")
                    return redirect(url_for(".index", show="draft"), 303)
    html = render_template("workshops/staff/table.html", form=form, lines=lines, faults=faults, columns=COLUMNS)
    return html, status


def _read(text: str) -> tuple[list[Line], list[Fault]]:
    s, now = db.session(), clock.city_now()
    workshops = {row.slug: row.id for row in s.execute(select(Workshop.slug, Workshop.id))}
    reach = queries_desk.houses_in_reach(s, actor(), rules.PLANNERS)
    houses = {str(number): number for number in reach}
    said = select(Wording.object_id, Wording.body).where(
        Wording.kind == "venue", Wording.field == "name", Wording.object_id.in_(list(reach))
    )
    houses |= {row.body.casefold(): row.object_id for row in s.execute(said)}
    known = [*(choice[0] for choice in texts.written()), *SIGNED]
    return rules_csv.read(text, workshops, houses, known, i18n.in_zone(now).tzinfo, now)


def _make(lines: list[Line]) -> None:
    s = db.session()
    for line in lines:
        actions_plan.create_session(
            actor(), s.get_one(Workshop, line.workshop_id), [(line.starts_at, line.ends_at)], venue_id=line.venue_id,
            seats=line.seats, devices=line.devices, companions=line.companions, room=line.room,
            trainer_name=line.held_by, languages=[(code, code in SIGNED) for code in line.languages],
        )  # fmt: skip


@desk.get("/sessions.csv")
@staff(*rules.DESK, scoped=True)
def sessions_csv() -> Response:
    """The sessions on which somebody works, those to come, with the columns that `table` reads and what is taken."""
    s, now = db.session(), clock.city_now()
    rows = s.execute(
        select(Session, Workshop.slug)
        .join(Workshop, Workshop.id == Session.workshop_id)
        .where(queries.in_reach(actor(), rules.DESK), Session.ends_at > now, Session.state != SessionState.CANCELLED)
        .order_by(Session.starts_at, Session.id)
        .limit(5000)
    ).all()
    houses = queries_list.house_names(s)
    spoken, _days = queries_list.languages_of(s, [row[0].id for row in rows])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, "taken", "waiting", "state"])
    for row, slug in rows:
        local = i18n.in_zone(row.starts_at)
        lasts = int((row.ends_at - row.starts_at).total_seconds() // 60)
        house = houses.get(row.venue_id)
        said = (
            slug, local.date().isoformat(), local.strftime("%H:%M"), min(lasts, 1440), house.body if house else row.venue_id,
            row.room, row.trainer_name, " ".join(code for code, _signed in spoken.get(row.id, [])), row.seats, row.devices,
            row.companions, row.seats_taken, row.waiting, row.state.value,
        )  # fmt: skip
        writer.writerow([cell(value) for value in said])
    answer = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="sessions.csv"'
    return answer
