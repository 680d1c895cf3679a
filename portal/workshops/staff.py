"""The programme's back office: the sessions on which somebody works."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from portal.base import clock, db, ui
from portal.base.security import acting, actor, staff
from portal.workshops import queries_desk, queries_list, rules, rules_devices
from portal.workshops.forms_staff import SHOWS, SessionFilters

desk = Blueprint("workshops_staff", __name__, url_prefix="/staff/workshops")


@desk.get("/")
@staff(*rules.DESK, scoped=True)
def index() -> str:
    """Sessions on which somebody works: those of their houses, those that they hold."""
    s, now = db.session(), clock.city_now()
    form = SessionFilters()
    form.venue.choices = list(queries_list.house_names(s).items())
    form.workshop.choices = [(one.workshop.id, one.title) for one in queries_desk.workshops(s, now)]
    filters = form.filters(request.args.get("page"))
    shown, total = queries_desk.listed(s, actor(), filters, now)
    here, query = url_for(".index"), request.args.to_dict()
    return render_template(
        "workshops/staff/index.html",
        filters_form=form,
        filters=filters,
        shown=shown,
        total=total,
        shows=SHOWS,
        plans=acting().may(*rules.PLANNERS),
        lends=acting().may(*rules_devices.STAFF),
        paging=ui.paging(total, filters.page, queries_desk.PER_PAGE, lambda n: ui.address(here, query, page=n)),
    )
