"""The staff's doors of the house itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.admin import actions, queries, table
from portal.admin.forms import AuditFilters
from portal.admin.rules import STAFF, Waiting, in_order, is_set_up
from portal.admin.rules_words import kind_name, verb_name
from portal.audit import queries as record
from portal.audit.actions import record_now
from portal.audit.actions_looks import note_look
from portal.audit.models_looks import How
from portal.base import clock, colours, db, ground, i18n, ui
from portal.base.feature import Feature, Step, Todo
from portal.base.i18n import _, _l, _n
from portal.base.jobs import JobRow
from portal.base.normal import normalise
from portal.base.security import actor, staff
from portal.identity.queries import absences, standing_in

bp = Blueprint("admin", __name__, url_prefix="/staff")
PAGE_SIZE = 50
MOST_LINES = 20_000  # of one table; a longer record is exported in spans of days


@bp.get("/")
@staff(*STAFF, scoped=True)
def dashboard() -> str:
    """All that waits for me, by due date; for administrators also what the city still lacks."""
    s, who = db.session(), actor()
    steps = set_up(s) if who.everywhere("administrator") else []
    return render_template(
        "admin/dashboard.html",
        waiting=waiting(),
        standing_in=standing_in(s, who.person_id or 0, clock.now()),
        away=next((row for row in absences(s, who.person_id or 0, clock.now()) if row.from_at <= clock.now()), None),
        steps=steps,
        finished=is_set_up(steps),
    )


def waiting() -> list[Waiting]:
    """What waits for whoever acts; asked once in a request, for page and badge. As many selects as the features ask."""
    found: list[Waiting] | None = g.get("waiting")
    if found is None:
        s, who, now = db.session(), actor(), clock.city_now()
        entries = [entry for feature in _features() if feature.todo is not None for entry in feature.todo(s, who)]
        ends = datetime.combine(i18n.in_zone(now).date() + timedelta(days=1), time(), i18n.in_zone(now).tzinfo)
        found = g.waiting = in_order(entries, now, ends)
    return found


@bp.get("/audit")
@staff("auditor", "administrator")
def audit() -> str:
    """The audit record, with filters that live in the address. Whoever looks for a person leaves a line themselves."""
    form, wish = _wish()
    number, asked = ui.page_number(request.args.get("page")), not form.errors
    lines: list[queries.Line] = []
    total = 0
    if asked:
        lines, total = queries.audit(db.session(), wish, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
        _tell_of_search(wish, lines)
    query = {name: value for name, value in request.args.items() if name != "page" and len(value) < 200}
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(url_for("admin.audit"), query, page=n))
    return render_template(
        "admin/audit.html",
        form=form if form.errors else None,
        filters=form,
        asked=asked,
        lines=lines,
        total=total,
        paging=paging,
        download=ui.address(url_for("admin.audit_csv"), query),
        most=MOST_LINES,
        verb_name=verb_name,
        kind_name=lambda kind: kind_name(kind, _features()),
    )


@bp.get("/audit.csv")
@staff("auditor", "administrator")
def audit_csv() -> Response:
    """The same lines as a table, oldest at the end; people by number and name."""
    form, wish = _wish()
    if form.errors:  # the page says at its field what is wrong with the days
        return redirect(ui.address(url_for("admin.audit"), request.args.to_dict()), 303)
    lines, total = queries.audit(db.session(), wish, limit=MOST_LINES, offset=0)
    _tell_of_search(wish, lines, exported=min(total, MOST_LINES))
    answer = FlaskResponse(table.written(lines), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _wish() -> tuple[AuditFilters, record.Wish]:
    form, s = AuditFilters(), db.session()
    verbs, kinds = record.choices(s)
    form.verb.choices = sorted(((verb, str(verb_name(verb))) for verb in verbs), key=_by_name)
    form.kind.choices = sorted(((kind, str(kind_name(kind, _features()))) for kind in kinds), key=_by_name)
    form.validate()
    wish = queries.AuditFilter(
        words=form.q.data or "",
        verb=form.verb.data if form.verb.data in verbs else "",
        kind=form.kind.data if form.kind.data in kinds else "",
        object_id=form.object.data or "",
        person=form.person.data or "",
        for_person=form.for_person.data or "",
        since=_instant(form.since.data),
        until=_instant(form.until.data + timedelta(days=1)) if form.until.data else None,
    )
    return form, queries.wished(s, wish)


def _tell_of_search(wish: record.Wish, lines: list[queries.Line], exported: int | None = None) -> None:
    """A search about people, or an export, is recorded: the numbers of those it found, not the words typed. Whose acts
    it showed find it in their access log."""
    about = sorted({*(wish.people or ()), *(wish.for_people or ())})
    asked = wish.people is not None or wish.for_people is not None
    if wish.kind == "person" and wish.object_id:
        asked = True
        about = sorted({*about, *(int(one) for one in [wish.object_id] if one.isascii() and one.isdigit())})
    if exported is not None:
        record_now(actor(), "exported audit record", "audit", after={"lines": exported, "people": about})
    elif asked:
        record_now(actor(), "searched audit record", "audit", after={"people": about})
    if asked or exported is not None:
        shown = [one.person_id for one in (line.entry for line in lines) if one.person_id is not None]
        note_look(
            actor(), shown, page="admin.audit", why="list", how=How.SEARCH if exported is None else How.EXPORT,
            roles=("auditor", "administrator"),
        )  # fmt: skip


def _by_name(choice: tuple[Any, ...]) -> str:
    """How the filters sort: by what people read, accents and capitals aside."""
    return normalise(str(choice[1]))


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


def todo(s: Session, who: Any) -> list[Todo]:
    """Failed jobs wait for an administrator."""
    if not who.everywhere("administrator"):
        return []
    failed = queries.failed_jobs(s)
    if not failed:
        return []
    return [Todo(_n("%(n)s job failed", "%(n)s jobs failed", failed), url_for("admin.jobs"), count=failed)]


def everywhere() -> dict[str, Any]:
    """The way to the staff area, for those who may go there; and a question that the staff's menu asks."""
    if not actor().staff:
        return {"staff_url": None}
    return {"staff_url": url_for("admin.dashboard"), "waiting_number": _number}


def _number() -> int:
    """How many things wait for whoever acts. A dozen selects: asked where the staff's menu is printed, and not by a page
    that only says no. The answer of an act asks nothing after its COMMIT."""
    return sum(one.todo.count for one in waiting()) if request.method == "GET" else 0
