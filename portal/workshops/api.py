"""Feeds, calendars and open data of the programme."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from flask import Blueprint, Response, abort, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from portal.base import atom, clock, db, i18n, ics, ui
from portal.base.actor import NOBODY
from portal.base.i18n import _
from portal.base.security import public
from portal.workshops import queries_found, queries_list
from portal.workshops.forms_find import ProgrammeFilters
from portal.workshops.queries_list import Filters
from portal.workshops.rules_csv import cell

api = Blueprint("workshops_api", __name__, url_prefix="/workshops")
MOST = 300


def _filters() -> Filters:
    """The filters of the list, from the address; a workshop by its address, too."""
    s, now = db.session(), clock.city_now()
    houses = queries_list.house_names(s)
    filters = ProgrammeFilters.of(houses).filters(houses, i18n.in_zone(now).date(), page=1)
    slug = request.args.get("workshop", "")
    if slug:
        row = queries_list.workshop(s, NOBODY, slug)
        if row is None:
            abort(404)
        filters = replace(filters, workshop=row.id)
    return filters


def _query(filters: Filters) -> dict[str, object]:
    return {**filters.query(), "workshop": request.args.get("workshop", "")}


@api.get("/sessions.atom")
@public
def feed() -> Response:
    """What comes as an Atom feed, with the filters of the list: of a house, a workshop, a language."""
    filters = _filters()
    return atom.answer(
        queries_found.news(db.session(), filters),
        title=_("Workshops"),
        here=ui.address(url_for(".feed"), _query(filters)),
        page=ui.address(url_for("workshops.index"), filters.query()),
    )


@api.get("/sessions.ics")
@public
def calendar() -> BaseResponse:
    """The same as a calendar."""
    s, filters = db.session(), _filters()
    shown, _total = queries_list.listed(s, NOBODY, filters, clock.city_now(), size=MOST, fold=False)
    return ics.answer(queries_found.events(s, shown), _("Workshops"), i18n.lang())


@api.get("/data/sessions.csv")
@public
def table() -> Response:
    """Every session, past ones too, without any person."""
    rows = list(queries_found.table(db.session(), clock.city_now()))
    out = io.StringIO()
    names = list(rows[0]) if rows else ["id", "workshop", "title", "starts", "ends", "seats", "free"]
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    answer = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="sessions.csv"'
    return answer


@api.get("/data/sessions.json")
@public
def data() -> Response:
    """The same as JSON."""
    return jsonify(sessions=list(queries_found.table(db.session(), clock.city_now())))
