"""The programme by month, and on paper in large type."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from itertools import groupby

from flask import abort, render_template, request, url_for

from portal.base import clock, db, i18n, ui
from portal.base.security import actor, public
from portal.workshops import queries_list
from portal.workshops.forms_find import ProgrammeFilters
from portal.workshops.queries_list import Filters
from portal.workshops.views import pages, words

MOST = 600


def _filters(**fixed: object) -> tuple[ProgrammeFilters, Filters]:
    s, now = db.session(), clock.city_now()
    houses = queries_list.house_names(s)
    form = ProgrammeFilters.of(houses)
    return form, form.filters(houses, i18n.in_zone(now).date(), **fixed)


@pages.get("/calendar")
@public
def calendar() -> str:
    """One month, with the filters of the list."""
    now = clock.city_now()
    today = i18n.in_zone(now).date()
    first = _month(request.args.get("month", ""), today)
    last = date(first.year, first.month, months.monthrange(first.year, first.month)[1])
    form, filters = _filters(day=first, until=last, when="", page=1)
    shown, total = queries_list.listed(db.session(), actor(), filters, now, size=MOST, past=True)
    by_day = {day: list(rows) for day, rows in groupby(shown, key=lambda one: one.day)}
    weeks = months.Calendar(i18n.locale().first_week_day).monthdatescalendar(first.year, first.month)
    query = {name: value for name, value in request.args.items() if name != "month" and len(value) < 200}
    here = url_for(".calendar")

    span = queries_list.span(db.session(), actor()) or (now, now)
    this = today.replace(day=1)
    earliest, latest = (i18n.in_zone(one).date().replace(day=1) for one in span)

    def month(of: date, there: bool) -> str:
        """The way to another month; none beyond the programme, where a machine would turn pages for years."""
        return ui.address(here, query, month=of.strftime("%Y-%m")) if there else ""

    return render_template(
        "workshops/calendar.html",
        filters_form=form,
        filters=filters,
        first=first,
        weeks=weeks,
        by_day=by_day,
        today=today,
        total=total,
        before=month(first - timedelta(days=1), first > min(earliest, this)),
        after=month(last + timedelta(days=1), first < max(latest, this)),
        listed=ui.address(url_for(".index"), query),
        **words(),
    )


def _month(raw: str, today: date) -> date:
    """The first day of the month that is asked for; this month where nothing sensible is."""
    try:
        found = date.fromisoformat(f"{raw[:7]}-01")
    except ValueError:
        return today.replace(day=1)
    if not today.year - 5 <= found.year <= today.year + 5:
        abort(404)
    return found


@pages.get("/programme")
@public
def programme() -> str:
    """The programme to print: A4, large type, by day."""
    now = clock.city_now()
    _form, filters = _filters(page=1)
    shown, total = queries_list.listed(db.session(), actor(), filters, now, size=MOST)
    days = [(day, list(rows)) for day, rows in groupby(shown, key=lambda one: one.day)]
    return render_template(
        "workshops/programme.html", days=days, total=total, filters=filters, printed=i18n.in_zone(now).date(),
        back=ui.address(url_for(".index"), filters.query()), **words(),
    )  # fmt: skip
