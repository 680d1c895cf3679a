"""A form is walked through before it is published, as applicants will: conditions, sums, fees, the check page.

Nothing is stored. The document and what was typed travel from page to page in a signed box of the page itself, so that
only what this view wrote comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from portal.base import i18n
from portal.base.errors import Refused
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import reads, staff
from portal.config import secret_of
from portal.services import filling, queries_clock, sheet
from portal.services.actions_plan import must_fit
from portal.services.filling import Seen
from portal.services.forms_fill import PageForm, typed_of
from portal.services.forms_plan import DocumentForm
from portal.services.models import Service
from portal.services.schema import BadForm, Field
from portal.services.schema_faults import parse
from portal.services.schema_read import read
from portal.services.schema_reckon import TooLarge
from portal.services.staff import desk
from portal.services.staff_plan import PLANNERS, find_service, form_page


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_of(settings()), salt="services.preview")


@desk.route("/services/<slug>/form/preview", methods=["GET", "POST"])
@staff(*PLANNERS)
@reads
def preview_form(slug: str) -> ResponseReturnValue:
    """One page of the preview. It is posted from page to page; an address alone has nothing to show."""
    row = find_service(slug)
    if request.method == "GET":
        return redirect(url_for(".service_form_page", slug=slug), 303)
    try:
        if "kept" not in request.form:
            return _start(row)
        return _step(row)
    except TooLarge:
        raise Refused(
            filling.TOO_LARGE, 422, next_label=_l("Its form"), next_url=url_for(".service_form_page", slug=slug)
        ) from None


def _start(row: Service) -> ResponseReturnValue:
    """The first page of what stands in the box; with faults, the box again and where they are."""
    form = DocumentForm()
    if not form.validate():
        return form_page(row, form, []), 422
    try:
        document = parse(form.document.data or "")
        must_fit(read(document), settings().upload_megabytes)
    except BadForm as bad:
        return form_page(row, form, list(bad.faults)), 422
    return _page(row, document, {}, None)


def _step(row: Service) -> ResponseReturnValue:
    """On, or back, from a page that was filled in."""
    try:
        kept = _signer().loads(request.form["kept"])
    except BadSignature:
        flash(_("This preview has ended. Begin it again."), "warning")
        return redirect(url_for(".service_form_page", slug=row.slug), 303)
    document, answers, page = kept["document"], kept["answers"], kept["page"]
    form, today = read(document), queries_clock.today()
    if request.form.get("go") == "back":
        keys = filling.seen(form, answers, today).keys()
        place = keys.index(page) if page in keys else len(keys)
        return _page(row, document, answers, keys[max(place - 1, 0)] if keys else "")
    files = {one.key: _example(one) for one in form.fields() if one.kind == "file"}
    sent = filling.entered(form, page, request.form, answers, today, files)
    if sent.errors:
        return _page(row, document, sent.answers, page, sent.typed, sent.errors)
    after = filling.next_page(form, sent.answers, today, page)
    if after is None:
        return _page(row, document, sent.answers, "")
    return _page(row, document, sent.answers, after)


def _example(one: Field) -> list[dict[str, Any]]:
    """A file that stands for the one that an applicant would send."""
    kind = one.limits["accept"][0]
    return [{"id": "0", "name": f"{_('example')}.{kind}", "type": kind, "size": 1}]


def _page(
    row: Service, document: Mapping[str, Any], answers: Mapping[str, Any], key: str | None,
    typed: Mapping[str, list[str]] | None = None, errors: Mapping[str, Any] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """The page with this key, the first one where none is named, the check page where it is empty."""
    form, today = read(document), queries_clock.today()
    lang = form.speaks(i18n.lang())
    now: Seen = filling.seen(form, answers, today)
    keys = now.keys()
    shown = next((one for one in now.pages if one.page.key == key), None if key == "" or not keys else now.pages[0])
    kept = {"document": document, "answers": answers, "page": shown.page.key if shown is not None else ""}
    drawn = None
    if shown is not None:
        drawn = PageForm.fit(form, shown.fields, lang, typed or typed_of(shown.fields, answers), errors or {})
    html = render_template(
        "services/staff/preview.html", service=row, told=lang, kept=_signer().dumps(kept), form=drawn,
        title=form.say(shown.page.title, lang) if shown is not None else form.say(form.title, lang),
        help=form.say(shown.page.help, lang) if shown is not None else "",
        asked=[(one, form.say(one.label, lang), form.say(one.help, lang)) for one in shown.fields] if shown else [],
        place=keys.index(shown.page.key) + 1 if shown is not None else 0, places=len(keys),
        sheet=None if shown is not None else sheet.answered(form, answers, {}, lang, today),
        form_words=lambda words: form.say(words, lang),
    )  # fmt: skip
    return html, 422 if errors else 200
