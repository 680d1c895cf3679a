"""The staff's doors of the house itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.admin import actions, queries
from portal.admin.forms import AuditFilters
from portal.admin.rules import STAFF, is_set_up
from portal.base import colours, db, ground, i18n, ui
from portal.base.feature import Feature, Step
from portal.base.i18n import Text, _, _l, _n
from portal.base.jobs import JobRow
from portal.base.security import actor, staff

bp = Blueprint("admin", __name__, url_prefix="/staff")
PAGE_SIZE = 50


@bp.get("/")
@staff(*STAFF)
def dashboard() -> str:
    """What waits for me; for administrators also what the city still lacks."""
    s, who = db.session(), actor()
    waiting = [entry for feature in _features() if feature.todo is not None for entry in feature.todo(s, who)]
    steps = set_up(s) if who.may("administrator") else []
    return render_template("admin/dashboard.html", waiting=waiting, steps=steps, finished=is_set_up(steps))


@bp.get("/audit")
@staff("auditor", "administrator")
def audit() -> str:
    """The audit record, with filters that live in the address."""
    form = AuditFilters()
    verbs, kinds = queries.audit_choices(db.session())
    form.verb.choices = [(verb, verb) for verb in verbs]
    form.kind.choices = [(kind, kind) for kind in kinds]
    form.validate()
    number = ui.page_number(request.args.get("page"))
    wish = queries.AuditFilter(
        words=form.q.data or "",
        verb=form.verb.data if form.verb.data in verbs else "",
        kind=form.kind.data if form.kind.data in kinds else "",
        person=form.person.data or "",
        since=_instant(form.since.data),
        until=_instant(form.until.data + timedelta(days=1)) if form.until.data else None,
    )
    lines, total = queries.audit(db.session(), wish, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    query = {name: value for name, value in request.args.items() if name != "page" and len(value) < 200}
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(url_for("admin.audit"), query, page=n))
    return render_template("admin/audit.html", form=None, filters=form, lines=lines, total=total, paging=paging)


def _instant(day: date | None) -> datetime | None:
    """The first instant of a day on the city's clock."""
    return datetime.combine(day, time(), i18n.in_zone(datetime.now().astimezone()).tzinfo) if day else None


@bp.get("/settings")
@staff("administrator")
def settings() -> str:
    """How the portal is set up, and where each thing is changed. No secret is shown."""
    here = ground.settings()
    return render_template(
        "admin/settings.html",
        settings=here,
        palette=colours.complete(here.city.colours),
        names=colours.NAMES,
        faults=colours.faults(here.city.colours),
        database=ground.current().database.self_test(),
        wings=[feature.name for feature in _features() if feature.wing],
    )


@bp.get("/outbox")
@staff(*STAFF)
def outbox() -> str:
    """The demo's mail, which leaves the house nowhere else."""
    if not ground.settings().demo:
        abort(404)
    number = ui.page_number(request.args.get("page"))
    rows, total = queries.mails(db.session(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(url_for("admin.outbox"), {}, page=n))
    return render_template("admin/outbox.html", rows=rows, paging=paging)


@bp.get("/jobs")
@staff("administrator")
def jobs() -> str:
    """Work that failed, is tried again, or waits."""
    return render_template("admin/jobs.html", work=queries.work(db.session()))


@bp.post("/jobs/<int:job_id>/again")
@staff("administrator")
def job_again(job_id: int) -> Response:
    """Put a failed job back in line."""
    row = db.session().get(JobRow, job_id)
    if row is None or row.failed_at is None:
        abort(404)
    actions.try_again(actor(), row)
    flash(_("The job is tried again."), "success")
    return redirect(url_for("admin.jobs"), 303)


def set_up(s: Session) -> list[Step]:
    """The set-up list: everything a city needs before its first vote."""
    here, found = ground.settings(), queries.facts(s)
    return [
        Step(
            _l("The city has its name and time zone"),
            here.city.name != type(here.city).name and bool(here.city.time_zone),
            _l("Set city.name and city.time_zone in config.toml."),
        ),
        Step(
            _l("The city’s colours can be read"),
            not colours.faults(here.city.colours),
            _l("Change city.colours in config.toml; the page “Settings” says which pair fails."),
            url_for("admin.settings"),
        ),
        Step(
            _l("Help has a telephone number and hours"),
            bool(here.city.telephone and here.city.hours),
            _l("Set city.telephone and city.hours in config.toml."),
        ),
        Step(
            _l("Mail has a sender and a server"),
            here.demo or bool(here.city.mail and here.smtp.host),
            _l("Set city.mail and [smtp] in config.toml."),
        ),
        Step(
            _l("People can sign in"),
            bool(here.providers),
            _l("Add an OpenID provider under [[providers]] in config.toml."),
        ),
        Step(
            _l("The districts are named"),
            found.districts > 0,
            _l("Add the city’s districts."),
            _first_url("places"),
        ),
        Step(
            _l("Two budget officers can open and count votes"),
            found.officers > 1,
            _l("Let two people sign in, then give them the role."),
            url_for("identity_staff.people"),
        ),
        *[step for feature in reversed(_features()) if feature.steps is not None for step in feature.steps(s)],
    ]


def _first_url(feature: str) -> str | None:
    """The first staff page of a feature, where it has one."""
    entries = [entry for one in _features() if one.name == feature for entry in one.staff_menu]
    return url_for(entries[0].endpoint) if entries else None


def _features() -> list[Feature]:
    return ground.current().features


def todo(s: Session, who: Any) -> list[tuple[Text, str]]:
    """Failed jobs wait for an administrator."""
    if not who.may("administrator"):
        return []
    failed = queries.failed_jobs(s)
    if not failed:
        return []
    return [(_n("%(n)s job failed", "%(n)s jobs failed", failed), url_for("admin.jobs"))]


def everywhere() -> dict[str, Any]:
    """The way to the staff area, for those who may go there."""
    return {"staff_url": url_for("admin.dashboard") if actor().staff else None}
