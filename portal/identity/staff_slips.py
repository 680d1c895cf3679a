"""Codes to vote that a counter gives to people without an account: asking, the second clerk, the list of a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n, texts
from portal.base.ground import settings
from portal.base.i18n import Text, _
from portal.base.security import actor, reads, staff
from portal.base.texts import Said
from portal.base.verdict import Verdict
from portal.identity import actions_paper, actions_proof, queries_ways, rules_ways
from portal.identity.forms_ways import SecondForm, SlipForm, wrong
from portal.identity.staff_desk import ROLES, claimed_at_counter, desk, has_register, offers_slips
from portal.places.queries import districts


def _only_where_offered() -> None:
    if not offers_slips():
        raise NotFound


@desk.get("/counter/code")
@staff(*ROLES)
def slip() -> ResponseReturnValue:
    """A code for somebody without an account."""
    _only_where_offered()
    return render_template("identity/staff/slip.html", form=_offer())


def _offer(sent: Any = None) -> SlipForm:
    """The form of a document with the language of the sheet, the page's own where nobody chose."""
    form = SlipForm(formdata=sent)
    form.offer(settings().register.documents, districts(db.session()))
    form.language.choices = texts.languages(settings().languages)
    form.language.data = form.language.data or i18n.lang()
    return form


@desk.post("/counter/code")
@staff(*ROLES)
@reads
def give_slip() -> ResponseReturnValue:
    """Give the code: a sheet to print, shown once. Or, where it needs four eyes, note it for the second clerk."""
    _only_where_offered()
    form = _offer(request.form)
    claimed = claimed_at_counter(form) if form.validate() else None
    if claimed is None:
        return render_template("identity/staff/slip.html", form=form), 422
    now, number, language = clock.now(), claimed.resident or "", form.language.data or i18n.lang()
    voted = queries_ways.used(db.session(), number)
    with db.write() as s:
        code = actions_paper.issue_slip(
            s,
            actor(),
            number=number,
            document=form.document.data,
            facts=actions_proof.facts_of(s, claimed, now),
            language=language,
            used=bool(voted),
            second=rules_ways.slip_needs_second(register=has_register(), used=bool(voted)),
            now=now,
        )
    if isinstance(code, Verdict):
        wrong(form, form.number, f"{code.reason} {code.next or ''}".strip())
        return render_template("identity/staff/slip.html", form=form), 429
    if code is None:
        return render_template("identity/staff/slip_waits.html", used=voted)
    return _sheet(code, language, now)


def _sheet(code: str, language: str, now: datetime) -> ResponseReturnValue:
    """The sheet in the language of whoever takes it along; the way back in the clerk's."""
    back, until = Said.own(_("Counter"), i18n.lang()), now + rules_ways.SLIP
    with i18n.use_locale(language):
        address = f"{settings().base_url}/{language}/code"
        return render_template("identity/staff/slip_sheet.html", code=code, until=until, address=address, back=back)


@desk.get("/counter/code/second")
@staff(*ROLES)
def second() -> ResponseReturnValue:
    """The second clerk: number and document once more, from the document and not from the first clerk's page."""
    _only_where_offered()
    return _second_page(SecondForm().offer(settings().register.documents))


def _second_page(form: SecondForm, used: list[Text] | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("identity/staff/slip_second.html", form=form, used=used or []), status


@desk.post("/counter/code/second")
@staff(*ROLES)
@reads
def confirm_slip() -> ResponseReturnValue:
    """Confirm it and print the sheet. Where the resident has voted, that is said first, and a second press is asked."""
    _only_where_offered()
    form, now = SecondForm().offer(settings().register.documents), clock.now()
    number = rules_ways.read_number(form.number.data or "") if form.validate() else None
    if number is None:
        return _second_page(form, status=422)
    waits = actions_paper.waiting_slip(db.session(), number, now)
    language = waits.language if waits is not None else i18n.lang()
    voted = queries_ways.used(db.session(), number) if waits is not None else []
    if voted and form.seen.data != "yes":
        form.seen.data = "yes"
        return _second_page(form, voted, 409)
    with db.write() as s:
        code = actions_paper.confirm_slip(
            s, actor(), number=number, document=form.document.data, used=bool(voted), now=now
        )
    if isinstance(code, Verdict):
        wrong(form, form.number, f"{code.reason} {code.next or ''}".strip())
        return _second_page(form, voted, 409)
    return _sheet(code, language, now)


@desk.get("/counter/codes")
@staff("administrator", "auditor")
def slips() -> ResponseReturnValue:
    """Every code that counters gave on one day: by whom, confirmed by whom, after which document."""
    today = i18n.in_zone(clock.now()).date()
    day = _day(request.args.get("day"), today)
    start = datetime.combine(day, time(), i18n.in_zone(clock.now()).tzinfo)
    rows = queries_ways.slips(db.session(), start, start + timedelta(days=1))
    return render_template(
        "identity/staff/slips.html",
        rows=rows,
        day=day,
        before=url_for(".slips", day=(day - timedelta(days=1)).isoformat()),
        after=url_for(".slips", day=(day + timedelta(days=1)).isoformat()) if day < today else None,
        documents=rules_ways.DOCUMENTS,
        now=clock.now(),
    )


def _day(raw: str | None, today: date) -> date:
    return min(clock.day_of(raw or "") or today, today)
