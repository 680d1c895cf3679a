"""Letters with codes: a clerk has them made into a file for the printer, once; a second printing needs a colleague. No
page shows a code."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n, outside
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.feature import NoPress, Todo
from portal.base.ground import current, settings
from portal.base.i18n import _, _l, _n, ngettext
from portal.base.security import actor, reads, staff
from portal.identity import (
    actions_letters,
    actions_proof,
    codes,
    queries_letters,
    register,
    rules_letters,
    sealed_letters,
)
from portal.identity.forms_letters import AgainForm
from portal.identity.forms_ways import wrong
from portal.identity.models_ways import PaperCode
from portal.identity.queries_letters import Again
from portal.identity.sealed_letters import House
from portal.identity.staff_desk import desk

log = structlog.get_logger("portal.identity")
ROLES = ("clerk", "administrator")


def todo(s: Session, who: Actor) -> list[Todo]:
    """What waits: letters to print, within days of the oldest, and second printings that a colleague asked for."""
    if not who.everywhere(*ROLES):
        return []
    waiting, since, again = queries_letters.due(s, who.person_id, clock.now())
    found, address = [], url_for("identity_desk.letters")
    if waiting:
        words = _n("%(n)s letter with a code to print", "%(n)s letters with codes to print", waiting)
        found.append(Todo(words, address, since + rules_letters.PRINTED if since is not None else None, waiting))
    if again:
        words = _n(
            "%(n)s second printing of letters waits for you", "%(n)s second printings of letters wait for you", again
        )
        found.append(Todo(words, address, count=again))
    return found


@desk.get("/code-letters")
@staff(*ROLES)
def letters() -> ResponseReturnValue:
    """Letters that wait for printing, and the last batches."""
    return render_template(
        "identity/staff/letters.html",
        queue=queries_letters.letters(db.session(), clock.now()),
        most=rules_letters.BATCH,
        ready=register.of(settings()) is not None,
        house=_house(),
    )


@desk.post("/code-letters/print")
@staff(*ROLES)
@reads
def print_letters() -> ResponseReturnValue:
    """The letters that wait, as one file for the printer: their codes are made now and stand nowhere else."""
    rows = queries_letters.waiting_letters(db.session())
    if not rows:
        raise Refused(_l("No letter waits any more. Somebody may have printed them at this moment."), 409)
    return _file(rows)


def _batch(letter_id: int) -> Again:
    found = queries_letters.batch_of(db.session(), letter_id, clock.now())
    if found is None:
        raise NotFound
    return found


@desk.get("/code-letters/<int:letter_id>/again")
@staff(*ROLES)
def again(letter_id: int) -> ResponseReturnValue:
    """Before a second printing: why, and who makes it."""
    return _again_page(letter_id, _batch(letter_id), AgainForm())


def _again_page(letter_id: int, batch: Again, form: AgainForm, status: int = 200) -> ResponseReturnValue:
    own = batch.asked is not None and batch.asked.first_id == actor().person_id
    return render_template(
        "identity/staff/letters_again.html", letter_id=letter_id, batch=batch, form=form, own=own, house=_house()
    ), status


@desk.post("/code-letters/<int:letter_id>/again")
@staff(*ROLES)
def ask_again(letter_id: int) -> ResponseReturnValue:
    """Ask for it."""
    batch, form = _batch(letter_id), AgainForm()
    if not form.validate():
        return _again_page(letter_id, batch, form, 422)
    verdict = actions_letters.ask_again(db.session(), actor(), batch, form.why.data or "", clock.now())
    if not verdict:
        wrong(form, form.why, verdict.reason)
        return _again_page(letter_id, batch, form, 409)
    return redirect(url_for("identity_desk.again", letter_id=letter_id), 303)


@desk.post("/code-letters/<int:letter_id>/again/print")
@staff(*ROLES)
@reads
def print_again(letter_id: int) -> ResponseReturnValue:
    """The second person makes it: new codes, and the old ones end."""
    batch = _batch(letter_id)
    if batch.asked is None:
        raise Refused(_l("Nobody has asked for a second printing within the last hour."), 409)
    verdict = rules_letters.may_print_again(
        first=batch.asked.first_id, printing=actor().person_id, expires_at=batch.asked.expires_at, now=clock.now()
    )
    if not verdict:
        raise Refused(verdict.reason or actions_letters.MOVED, 409)
    if not batch.rows:
        raise Refused(actions_letters.MOVED, 409)
    return _file(batch.rows, first=batch.asked.first_id)


def _house() -> House | None:
    """The mailing house that letters are encrypted to, if one is named. One whose certificate cannot be used stops the
    page: nothing may come out unencrypted instead."""
    try:
        return sealed_letters.house(settings())
    except sealed_letters.NoHouse as error:
        log.error("no_mailing_house", why=str(error))
        raise Refused(NO_HOUSE, 503) from None


def _file(rows: Sequence[PaperCode], first: int | None = None) -> Response:
    """The letters as one PDF, or encrypted to the mailing house. Made before anything is written, so that a press that
    fails costs nobody a code, and sent once it is: nothing of it is kept."""
    reg, now, who, house = register.of(settings()), clock.now(), actor(), _house()
    if reg is None:
        raise NotFound
    if house is not None and not house.open(now):
        raise Refused(NO_HOUSE, 503)
    try:
        numbers = [actions_proof.number_of(row) for row in rows]
        db.finish(commit=False)  # a register may be another server, and pages take a while: no transaction waits
        residents = reg.many(numbers)
    except register.RegisterError as error:
        log.error("register_down", why=str(error))
        known = error.verdict.reason if error.verdict is not register.DOWN else None
        raise Refused(known or _l("The register of residents does not answer."), 503) from None
    made = actions_letters.written(rows, residents, now)
    gone = sorted({row.id for row in rows} - {one.row for one in made})
    data, left_out = _pressed([(_sheet(one), one.language) for one in made])
    sent = [one for place, one in enumerate(made) if place not in left_out]
    kind, ending = "application/pdf", "pdf"
    if house is not None and data:
        data, kind, ending = sealed_letters.sealed(data, house), "application/pkcs7-mime", "p7m"
    with db.write() as s:
        verdict = actions_letters.printed(
            s, who, sent, gone, roles=ROLES, now=now, first=first, to=house.fingerprint if house is not None else ""
        )
    if not verdict:
        raise Refused(verdict.reason or actions_letters.MOVED, 409)
    if left_out:
        flash(
            ngettext(
                "%(n)s letter is not in the file, because no font of this server can write all of it.",
                "%(n)s letters are not in the file, because no font of this server can write all of them.",
                len(left_out),
            ),
            "warning",
        )
    if not sent:
        flash(_("There was nothing to print."), "warning")
        return make_response(redirect(url_for("identity_desk.letters"), 303))
    log.info("code_letters_printed", letters=len(sent), again=first is not None)
    answer = make_response(data)
    answer.mimetype = kind
    name = f"code-letters-{i18n.in_zone(now):%Y-%m-%d-%H%M}.{ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pressed(sheets: list[tuple[str, str]]) -> tuple[bytes, list[int]]:
    if not sheets:
        return b"", []
    press = next((one.press for one in current().features if one.press is not None), None)
    if press is None:
        raise Refused(NO_PRESS, 503)
    with i18n.use_locale(settings().languages[0]):  # the post room reads the title
        title = _("Letters with codes")
    try:
        return press(sheets, title)
    except NoPress:
        raise Refused(NO_PRESS, 503) from None


NO_HOUSE = _l(
    "The certificate of the mailing house cannot be used, so nothing was printed. An operator puts a good one in its "
    "place; the server’s log says what is wrong."
)
NO_PRESS = _l("This server cannot make PDFs: an operator installs what is missing, which the server’s log names.")


def _sheet(letter: actions_letters.Letter) -> str:
    """One letter as HTML, in the language of whoever asked for it."""
    address = (letter.resident.name, *letter.resident.address)
    return outside.render(
        "identity/print/code_letter.html",
        letter.language,
        address=address,
        address_dir=i18n.direction_of(" ".join(address)),
        code=codes.grouped(letter.code),
        enter=Markup('<bdi dir="ltr">{}/{}/code</bdi>').format(settings().base_url, letter.language),
        until=letter.until,
        now=clock.now(),
    )
