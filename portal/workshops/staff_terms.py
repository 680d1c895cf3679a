"""Many sessions at once: a recurring pattern, slots, terms and their copies, holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.base import clock, db, i18n, texts
from portal.base.i18n import _, ngettext
from portal.base.security import actor, staff
from portal.base.textforms import need_one, texts_of, tongues
from portal.base.texts import Said
from portal.workshops import actions_terms, queries_desk, rules, rules_recur
from portal.workshops.forms_terms import EACH, SERIES, SLOTS, CopyForm, PatternForm, SpanForm, span_form
from portal.workshops.models import Holiday, Session, Term, Workshop
from portal.workshops.rules_recur import Found
from portal.workshops.staff import desk
from portal.workshops.staff_workshops import find as find_workshop

Times = list[list[tuple[datetime, datetime]]]


@desk.route("/offered/<int:workshop_id>/sessions/many", methods=["GET", "POST"])
@staff(*rules.PLANNERS, scoped=True)
def many(workshop_id: int) -> ResponseReturnValue:
    """Sessions on recurring days: looked at first, then made as drafts."""
    row, s = find_workshop(workshop_id), db.session()
    data = {
        "kind": EACH,
        "minutes": row.minutes,
        "every": 1,
        "seats": 8,
        "devices": 0,
        "companions": 0,
        "spoken": [i18n.lang()],
    }
    form = PatternForm(data=data)
    form.venue.choices = list(queries_desk.houses_in_reach(s, actor(), rules.PLANNERS).items())
    form.trainer.choices = list(queries_desk.trainers(s).items())
    form.term.choices = list(queries_desk.terms(s).items())
    form.spoken.choices = list(texts.written())
    status, found = 200, []
    if form.is_submitted():
        pattern = form.pattern() if form.validate() else None
        if pattern is not None:
            found = rules_recur.days(
                pattern, i18n.in_zone(clock.city_now()).tzinfo, actions_terms.holidays(s), clock.city_now()
            )
        times = _times(form, found)
        if pattern is None or not times:
            status = 422
        elif request.form.get("go") == "make":
            made = actions_terms.make_many(actor(), row, times, form.settings())
            flash(ngettext("%(n)s draft is made.", "%(n)s drafts are made.", len(made)), "success")
            return redirect(url_for(".index", show="draft", workshop=row.id), 303)
    html = render_template(
        "workshops/staff/many.html", form=form, workshop=row, found=found, made=len(_times(form, found)) if found else 0,
        title=texts.load(s, "workshop", [row.id], ["title"]).get((row.id, "title"), Said(row.slug, "en")),
    )  # fmt: skip
    return html, status


def _times(form: PatternForm, found: Sequence[Found]) -> Times:
    """The days of each session that the form makes."""
    held = [(one.starts_at, one.ends_at) for one in found if one.why is None]
    if form.kind.data == SERIES:
        return [held] if held else []
    if form.kind.data == SLOTS:
        lasts, pause = form.each_minutes.data or 0, form.pause.data or 0
        return [[slot] for start, end in held for slot in rules_recur.slots(start, end, lasts, pause)][
            : rules_recur.MOST
        ]
    return [[one] for one in held]


@desk.get("/terms")
@staff(*rules.PLANNERS, scoped=True)
def terms() -> str:
    """Terms and holidays."""
    return _terms_page()


def _terms_page(term: SpanForm | None = None, holiday: SpanForm | None = None) -> str:
    s = db.session()
    rows = s.scalars(select(Term).order_by(Term.starts_on.desc(), Term.id)).all()
    closed = s.scalars(select(Holiday).order_by(Holiday.from_day, Holiday.id)).all()
    return render_template(
        "workshops/staff/terms.html",
        terms=rows,
        holidays=closed,
        names=texts.load(s, "workshop_term", [row.id for row in rows], ["name"]),
        called=texts.load(s, "workshop_holiday", [row.id for row in closed], ["name"]),
        form=holiday or term,
        term_form=term or span_form("workshop_term")(formdata=None, prefix="term-"),
        holiday_form=holiday or span_form("workshop_holiday")(formdata=None, prefix="holiday-"),
        tongues=tongues(rules.TEXTS["workshop_term"]),
        everywhere=actor().everywhere(*rules.PLANNERS),
    )


@desk.post("/terms")
@staff(*rules.PLANNERS)
def add_term() -> ResponseReturnValue:
    """A new term."""
    form = span_form("workshop_term")(prefix="term-")
    if not (form.validate() & form.fits() & need_one(form, "name", _("Enter a name in at least one language."))):
        return _terms_page(term=form), 422
    said = texts_of(form, rules.TEXTS["workshop_term"])
    actions_terms.add_term(actor(), form.first.data, form.last.data, said)
    flash(_("The term is stored."), "success")
    return redirect(url_for(".terms"), 303)


@desk.post("/holidays")
@staff(*rules.PLANNERS)
def add_holiday() -> ResponseReturnValue:
    """Days on which no recurring session is planned."""
    form = span_form("workshop_holiday")(prefix="holiday-")
    if not (form.validate() & form.fits() & need_one(form, "name", _("Enter a name in at least one language."))):
        return _terms_page(holiday=form), 422
    said = texts_of(form, rules.TEXTS["workshop_holiday"])
    actions_terms.add_holiday(actor(), form.first.data, form.last.data, said)
    flash(_("The holiday is stored. Sessions that stand already stay."), "success")
    return redirect(url_for(".terms"), 303)


@desk.post("/holidays/<int:holiday_id>/remove")
@staff(*rules.PLANNERS)
def remove_holiday(holiday_id: int) -> ResponseReturnValue:
    """A holiday is no longer one."""
    if not actions_terms.remove_holiday(actor(), holiday_id):
        abort(404)
    flash(_("Taken away."), "success")
    return redirect(url_for(".terms"), 303)


@desk.route("/terms/<int:term_id>/copy", methods=["GET", "POST"])
@staff(*rules.PLANNERS)
def copy_term(term_id: int) -> ResponseReturnValue:
    """The sessions of a term as drafts of another: looked at first, then made."""
    s = db.session()
    term = s.get(Term, term_id)
    if term is None:
        abort(404)
    names = queries_desk.terms(s)
    form, status, plan = CopyForm(), 200, []
    form.into.choices = [(number, name) for number, name in names.items() if number != term_id]
    if form.is_submitted():
        status = 422
        if form.validate():
            status, into = 200, s.get_one(Term, form.into.data)
            weeks = rules_recur.weeks_between(term.starts_on, into.starts_on)
            zone = i18n.in_zone(clock.city_now()).tzinfo
            sessions = actions_terms.sessions_of(s, term_id)
            plan = rules_recur.copied(sessions, weeks, zone, actions_terms.holidays(s), into.ends_on)
            if request.form.get("go") == "make":
                made = actions_terms.copy_term(actor(), plan, into)
                flash(ngettext("%(n)s draft is made.", "%(n)s drafts are made.", len(made)), "success")
                return redirect(url_for(".index", show="draft"), 303)
    titles = _titles([one.session_id for one in plan])
    return render_template(
        "workshops/staff/copy_term.html", form=form, term=term, name=names.get(term_id), plan=plan, titles=titles
    ), status


def _titles(ids: Sequence[int]) -> dict[int, Said]:
    """Titles of sessions by number."""
    s = db.session()
    rows = s.execute(
        select(Session.id, Workshop.id).join(Workshop, Workshop.id == Session.workshop_id).where(Session.id.in_(ids))
    )
    of = {row[0]: row[1] for row in rows}
    titles = texts.load(s, "workshop", set(of.values()), ["title"])
    return {number: titles[of[number], "title"] for number in of if (of[number], "title") in titles}
