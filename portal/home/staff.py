"""The back office of home: text pages, site notices, reports of barriers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.base import clock, db, errors, ground, i18n, markdown, ui
from portal.base.actor import Actor
from portal.base.feature import Step, Todo
from portal.base.i18n import _, _l, _n
from portal.base.security import actor, staff
from portal.home import actions, queries, rules
from portal.home.forms import KINDS, AnswerForm, NewPageForm, PageForm, PlaceForm, notice_form
from portal.home.models import BarrierReport, Notice, NoticeKind, Page

bp = Blueprint("home_staff", __name__, url_prefix="/staff")
WRITERS = ("administrator", "moderator")
PAGE_SIZE = 30
Answer = str | tuple[str, int] | Response


@bp.get("/pages")
@staff(*WRITERS)
def pages() -> str:
    """All text pages, with the languages each has and lacks."""
    return render_template("home/staff/pages.html", lines=queries.page_list(db.session(), i18n.lang()))


@bp.route("/pages/new", methods=["GET", "POST"])
@staff(*WRITERS)
def new_page() -> Answer:
    """Begin a page in the language one is reading."""
    form = NewPageForm()
    preview = None
    if request.method == "POST" and form.validate():
        taken = [line.slug for line in queries.page_list(db.session(), i18n.lang())]
        verdict = rules.may_be_slug(form.slug.data or "", taken)
        if not verdict:
            form.slug.errors = [str(verdict.reason)]
        elif request.form.get("act") == "preview":
            preview = markdown.render(form.body.data, i18n.lang())
        else:
            made = actions.add_page(actor(), slug=form.slug.data)
            actions.write_page(actor(), made, lang=i18n.lang(), title=form.title.data, body=form.body.data)
            return redirect(url_for("home_staff.page", slug=made.slug), 303)
    status = 422 if form.errors else 200
    return render_template("home/staff/new_page.html", form=form, preview=preview), status


@bp.get("/pages/<slug>")
@staff(*WRITERS)
def page(slug: str) -> str:
    """One page: its languages, where it stands, taking it away."""
    found, fixed = _page_or_404(slug)
    s = db.session()
    return render_template(
        "home/staff/page.html",
        slug=slug,
        page=found,
        title=_title(slug),
        texts=queries.texts_of(s, found.id) if found else {},
        place=PlaceForm(formdata=None, obj=found, data=None if found else {"in_footer": True, "position": 50}),
        removable=not fixed and found is not None,
    )


@bp.post("/pages/<slug>/place")
@staff(*WRITERS)
def place_page(slug: str) -> Answer:
    """Move a page in the footer, or take it out of there."""
    _page_or_404(slug)
    form = PlaceForm()
    if not form.validate():
        raise errors.Refused(_l("Enter a number for the place among the footer’s links."), 422)
    found = actions.add_page(actor(), slug=slug)
    actions.place_page(actor(), found, in_footer=bool(form.in_footer.data), position=int(form.position.data))
    return redirect(url_for("home_staff.page", slug=slug), 303)


@bp.post("/pages/<slug>/remove")
@staff(*WRITERS)
def remove_page(slug: str) -> Answer:
    """Take a page away for good."""
    found, _fixed = _page_or_404(slug)
    verdict = rules.may_remove(slug)
    if not verdict or found is None:
        raise errors.Refused(verdict.reason or _l("This page has no text yet."), 409)
    actions.remove_page(actor(), found)
    return redirect(url_for("home_staff.pages"), 303)


@bp.route("/pages/<slug>/<code>", methods=["GET", "POST"])
@staff(*WRITERS)
def write_page(slug: str, code: str) -> Answer:
    """Write a page in one language; every storing is a new version."""
    found, _fixed = _page_or_404(slug)
    if code not in ground.settings().languages:
        abort(404)
    s = db.session()
    texts = queries.texts_of(s, found.id) if found else {}
    form = PageForm(obj=texts.get(code)) if request.method == "GET" else PageForm()
    preview = None
    if request.method == "POST" and form.validate():
        if request.form.get("act") == "preview":
            preview = markdown.render(form.body.data, code)
        else:
            made = found or actions.add_page(actor(), slug=slug)
            actions.write_page(actor(), made, lang=code, title=form.title.data, body=form.body.data)
            return redirect(url_for("home_staff.page", slug=slug), 303)
    return render_template(
        "home/staff/write_page.html",
        form=form,
        preview=preview,
        slug=slug,
        code=code,
        title=_title(slug),
        beside=texts.get(i18n.SOURCE) if code != i18n.SOURCE else None,
        versions=queries.versions(s, found.id, code) if found else [],
    ), 422 if form.errors else 200


@bp.get("/pages/<slug>/<code>/<int:version>")
@staff(*WRITERS)
def page_version(slug: str, code: str, version: int) -> str:
    """An older version, as it was shown."""
    found, _fixed = _page_or_404(slug)
    rows = queries.versions(db.session(), found.id, code) if found else []
    row = next((one for one in rows if one.version == version), None)
    if row is None:
        abort(404)
    return render_template("home/staff/page_version.html", row=row, slug=slug, code=code)


@bp.get("/notices")
@staff(*WRITERS)
def notices() -> str:
    """Site notices: showing, coming, past."""
    s = db.session()
    rows = queries.notices(s)
    words = queries.notice_words(s, [row.id for row in rows])
    now = clock.now()
    lines = [
        (row, rules.in_language(words.get(row.id, {}), i18n.lang()), _when(row, now), KINDS[row.kind]) for row in rows
    ]
    return render_template("home/staff/notices.html", lines=lines)


@bp.route("/notices/new", methods=["GET", "POST"])
@staff(*WRITERS)
def new_notice() -> Answer:
    """Put up a notice."""
    return _notice(None)


@bp.route("/notices/<int:notice_id>", methods=["GET", "POST"])
@staff(*WRITERS)
def notice(notice_id: int) -> Answer:
    """Change a notice."""
    return _notice(_get(Notice, notice_id))


@bp.post("/notices/<int:notice_id>/end")
@staff(*WRITERS)
def end_notice(notice_id: int) -> Answer:
    """Take a notice down now."""
    actions.end_notice(actor(), _get(Notice, notice_id))
    return redirect(url_for("home_staff.notices"), 303)


def _notice(row: Notice | None) -> Answer:
    codes = ground.settings().languages
    data: dict[str, Any] = {"kind": NoticeKind.NEWS.value, "starts_at": clock.now()}
    if row is not None:
        words = queries.notice_words(db.session(), [row.id]).get(row.id, {})
        data = {"kind": row.kind.value, "starts_at": row.starts_at, "ends_at": row.ends_at}
        data |= {f"words_{code}": words.get(code, "") for code in codes}
    form = notice_form({code: i18n.own_name(code) for code in codes}, data=data)
    if request.method == "POST" and form.validate():
        actions.put_notice(
            actor(),
            row,
            kind=NoticeKind(form.kind.data),
            starts_at=form.starts_at.data,
            ends_at=form.ends_at.data,
            words={code: form[f"words_{code}"].data or "" for code in codes},
        )
        return redirect(url_for("home_staff.notices"), 303)
    return render_template("home/staff/notice.html", form=form, row=row, codes=codes), 422 if form.errors else 200


@bp.get("/barriers")
@staff(*WRITERS)
def barriers() -> str:
    """Reports of barriers, open ones first."""
    number = ui.page_number(request.args.get("page"))
    rows, total = queries.barrier_reports(db.session(), limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    paging = ui.paging(total, number, PAGE_SIZE, lambda n: ui.address(url_for("home_staff.barriers"), {}, page=n))
    return render_template("home/staff/barriers.html", rows=rows, paging=paging)


@bp.route("/barriers/<int:report_id>", methods=["GET", "POST"])
@staff(*WRITERS)
def barrier(report_id: int) -> Answer:
    """One report, and what was done about it."""
    row = _get(BarrierReport, report_id)
    form = AnswerForm()
    if request.method == "POST":
        if row.answered_at is not None:
            raise errors.Refused(_l("This report has been answered already."), 409)
        if form.validate():
            actions.answer_barrier(actor(), row, note=form.note.data)
            return redirect(url_for("home_staff.barriers"), 303)
    return render_template("home/staff/barrier.html", row=row, form=form), 422 if form.errors else 200


def steps(s: Session) -> list[Step]:
    """What an empty city still has to write."""
    unwritten = queries.missing_pages(s)
    return [
        Step(
            _l("Help, privacy notice and legal notice are written in every language"),
            not unwritten,
            _l("Write the missing texts."),
            url_for("home_staff.page", slug=unwritten[0]) if unwritten else url_for("home_staff.pages"),
        )
    ]


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits for this person: reports of barriers, pages without a text. Pages are the whole city's."""
    if not who.everywhere(*WRITERS):
        return []
    found: list[Todo] = []
    waiting, oldest = queries.open_reports(s)
    if waiting:
        found.append(
            Todo(
                _n(
                    "%(n)s report of a barrier waits for an answer",
                    "%(n)s reports of barriers wait for an answer",
                    waiting,
                ),
                url_for("home_staff.barriers"),
                None if oldest is None else oldest + rules.ANSWERED_IN,
                waiting,
            )
        )
    for slug in queries.missing_pages(s):
        found.append(
            Todo(
                _l("“%(page)s” is not written in every language", page=rules.FIXED[slug]),
                url_for("home_staff.page", slug=slug),
            )
        )
    return found


def _when(row: Notice, now: Any) -> str:
    if rules.shows(row.starts_at, row.ends_at, now):
        return _("Showing now")
    return _("Coming") if row.starts_at > now else _("Past")


def _title(slug: str) -> str:
    said = queries.newest_text(db.session(), slug, i18n.lang())
    if said is not None:
        return said.title
    return str(rules.FIXED.get(slug, _l("Accessibility statement: the city’s own words")))


def _page_or_404(slug: str) -> tuple[Page | None, bool]:
    found = queries.page_by_slug(db.session(), slug)
    fixed = slug in rules.FIXED or slug == rules.STATEMENT
    if found is None and not fixed:
        abort(404)
    return found, fixed


def _get(model: Any, key: int) -> Any:
    row = db.session().get(model, key)
    if row is None:
        abort(404)
    return row
