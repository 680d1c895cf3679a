"""A form was published anew while somebody filled in the older one: what is different, and going on with the newer one."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.base import clock, db, i18n
from portal.base.errors import Refused
from portal.base.i18n import _, _l
from portal.base.security import actor, signed_in
from portal.services import actions_newer, queries, versions
from portal.services.filling import TOO_LARGE
from portal.services.models import FormVersion
from portal.services.schema import Form
from portal.services.schema_read import read
from portal.services.schema_reckon import TooLarge
from portal.services.versions import Carried
from portal.services.views import pages
from portal.services.views_fill import Sheet, mine


def _newer(it: Sheet) -> tuple[FormVersion, Form] | None:
    """The version that counts now, where it asks for anything else than the one that is being filled in."""
    found = queries.newer_form(db.session(), it.found, clock.city_now())
    if found is None:
        return None
    form = read(found.document)
    return None if versions.unchanged(it.form, form) else (found, form)


def _carried(it: Sheet, form: Form) -> Carried:
    """The answers in the newer version. Raises Refused where its numbers cannot be computed with them."""
    try:
        return versions.carry(it.form, form, it.found.row.answers, it.lang, it.today)
    except TooLarge:
        back = url_for(".tasks", number=it.found.row.id)
        raise Refused(TOO_LARGE, 409, next_label=_l("Your application"), next_url=back) from None


@pages.get("/applications/<int:number>/newer")
@signed_in
def newer(number: int) -> ResponseReturnValue:
    """What is different, what cannot be taken along and what is new; nothing changes before the button is pressed."""
    it = mine(number)
    found = _newer(it)
    if found is None:
        return redirect(url_for(".tasks", number=number), 303)
    _row, form = found
    carried = _carried(it, form)
    lang = form.speaks(i18n.lang())
    return render_template(
        "services/newer.html", found=it.found, told=lang, changes=versions.changes(it.form, form, lang), lost=carried.lost,
        asked=[form.say(form.by_key[key].label, lang) for key in carried.asked],
    )  # fmt: skip


@pages.post("/applications/<int:number>/newer")
@signed_in
def go_on_newer(number: int) -> ResponseReturnValue:
    """Go on with the newer form."""
    it = mine(number)
    found = _newer(it)
    if found is not None:
        row, form = found
        actions_newer.move(actor(), it.found.row, row, form, _carried(it, form))
        flash(_("You go on with the newer form. Check your answers before you send them."), "success")
    return redirect(url_for(".tasks", number=number), 303)
