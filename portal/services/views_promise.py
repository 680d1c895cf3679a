"""How long services really take: a page for each, and all of them as a table. On the blueprint of views.py."""

from __future__ import annotations

import csv
import io

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n
from portal.base.security import public
from portal.services import queries, queries_clock, queries_promise, rules, rules_promise
from portal.services.views import pages


@pages.get("/<slug>/figures")
@public
def figures(slug: str) -> ResponseReturnValue:
    """What the law promises of a service, and what is kept of it."""
    s, now, lang = db.session(), clock.city_now(), i18n.lang()
    found = queries.service(s, slug, now, lang)
    if found is None:
        abort(404)
    return render_template(
        "services/figures.html", found=found, told=queries_promise.of(s, found.row.id), steps=rules_promise.STEPS,
        reasons=rules.REASONS, period=queries_clock.period(found.row.period, found.row.unit),
    )  # fmt: skip


@pages.get("/figures.csv")
@public
def figures_csv() -> Response:
    """The same figures of every service that is shown, a line for each figure."""
    s, now = db.session(), clock.city_now()
    all_ = queries_promise.decided(s)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["service", "figure", "group", "value"])
    for one in queries.offered(s, now, i18n.lang()):
        told, slug = rules_promise.promise(all_.get(one.row.id, ())), one.row.slug
        if not told:
            continue
        plain = {
            "decided": told.number, "days, half": told.half, "days, nine in ten": told.most,
            "on time, share rounded": told.on_time, "granted, share rounded": told.granted,
        }  # fmt: skip
        writer.writerows([slug, name, "", value] for name, value in plain.items() if value is not None)
        writer.writerows([slug, "days", end or "more", n] for end, n in told.steps.groups.items())
        writer.writerows([slug, "refused", reason, n] for reason, n in told.reasons.groups.items())
        for name, others in (("days", told.steps.others), ("refused", told.reasons.others)):
            if others:
                writer.writerow([slug, name, "all others", others])
    answer = Response("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="services.csv"'
    return answer
