"""A neighbour answers by the code of a letter, without an account.

The code is typed, never part of an address. The browser then holds the number of the hearing and the mark of its code in
its session, so that a newer letter ends what an older one opened.
"""

from __future__ import annotations

import ipaddress

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

from portal.base import clock, db, files, i18n, limits
from portal.base.errors import Refused, never_shown
from portal.base.i18n import _, _l
from portal.base.security import public, reads
from portal.services import actions_files, actions_hearing, queries_clock, queries_hearing, rules_hearing
from portal.services.forms_hearing import CodeForm, StatementForm
from portal.services.queries_hearing import Asked
from portal.services.rules import Denied
from portal.services.views import pages

HELD = "hearing"
SCOPE = "hearing-code"


def _place() -> str:
    """What guesses are counted for: the address, of an IPv6 address the network that one household has."""
    raw = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(raw)
    except ValueError:
        return raw
    return str(ipaddress.ip_network(f"{raw}/64", strict=False)) if address.version == 6 else raw


@pages.get("/hearing")
@public
def hearing() -> str:
    """Enter the code of the letter."""
    return render_template("services/hearing_code.html", form=CodeForm(formdata=None))


@pages.post("/hearing")
@public
@never_shown
@reads
def open_hearing() -> ResponseReturnValue:
    """Try the code. A mistyped one is told by its check signs; made-up ones are counted, and whoever holds a letter is
    shut out by nobody: eighty bits are not guessed."""
    form, now = CodeForm(), clock.now()
    if not form.validate():
        return render_template("services/hearing_code.html", form=form), 422
    code = rules_hearing.read_code(form.code.data or "")
    row = queries_hearing.by_code(db.session(), code) if code is not None else None
    if row is None:
        sentence = _l("This code is mistyped. Compare it with the letter, sign by sign.")
        if code is not None:
            if limits.too_many(db.session(), SCOPE, _place(), now, most=rules_hearing.GUESSES):
                raise Refused(_l("Too many tries. Wait 15 minutes."), 429)
            db.afterwards(lambda later: limits.failed(later, SCOPE, _place(), now))
            sentence = _l(
                "This code belongs to no open question. If you have a newer letter, use the code in that one."
            )
        form.code.errors = [str(sentence)]
        return render_template("services/hearing_code.html", form=form), 422
    session[HELD] = [row.id, row.code_hash]
    return redirect(url_for(".statement"), 303)


def _held() -> tuple[Asked, str] | None:
    """What this browser's code opens; None where it holds none, or one that counts no more."""
    held = session.get(HELD)
    if held is None:
        return None
    found = queries_hearing.asked(db.session(), int(held[0]), str(held[1]), i18n.lang())
    return (found, str(held[1])) if found is not None else None


@pages.route("/hearing/statement", methods=["GET", "POST"])
@public
@never_shown
def statement() -> ResponseReturnValue:
    """Read the question, and answer it until the day is over."""
    held = _held()
    if held is None:
        return redirect(url_for(".hearing"), 303)
    found, mark = held
    row, status = found.row, 200
    denied = rules_hearing.may_state(
        live=found.live, stopped=row.stopped_at is not None, due_on=row.due_on, today=queries_clock.today()
    )
    form = StatementForm(data={"stance": row.stance.value if row.stance else None, "text": row.answer})
    if form.is_submitted():
        status = 422
        if form.checked():
            try:
                actions_hearing.state_by_code(found.case.id, row.id, mark, *form.taken())
            except Denied as no:
                assert no.verdict.reason is not None
                here = url_for(".statement")
                raise Refused(no.verdict.reason, 409, next_label=_l("Back to the question"), next_url=here) from None
            except NoResultFound:
                return redirect(url_for(".hearing"), 303)
            flash(_("Your statement is with the city."), "success")
            return redirect(url_for(".statement"), 303)
    html = render_template(
        "services/hearing.html", found=found, row=row, form=form, stances=rules_hearing.STANCES,
        denied=None if denied else denied,
    )  # fmt: skip
    return html, status


@pages.get("/hearing/files/<int:file_id>")
@public
def hearing_file(file_id: int) -> ResponseReturnValue:
    """A file that whoever holds the code may see."""
    held = _held()
    row = next((one for one in held[0].files if one.id == file_id), None) if held is not None else None
    if row is None:
        abort(404)
    return files.private(actions_files.path_of(row.digest), row.name, row.media_type)


@pages.post("/hearing/leave")
@public
@reads
def leave_hearing() -> ResponseReturnValue:
    """Close it in this browser, which others may use."""
    session.pop(HELD, None)
    flash(_("Closed. The code of your letter opens it again until the last day."), "success")
    return redirect(url_for(".hearing"), 303)
