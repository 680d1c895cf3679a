"""Signing in by e-mail: an address, a code, and at the first time a name. The answers are the same whether an account
exists or not; the address stands in no link and in no log."""

from __future__ import annotations

import structlog
from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n, texts
from portal.base.ground import settings
from portal.base.i18n import Text, _l
from portal.base.security import back_to, browser, enter_session, public, reads, reference, safe_next
from portal.base.verdict import Verdict
from portal.identity import (
    actions,
    actions_codes,
    actions_email,
    actions_proof,
    queries_ways,
    register,
    rules_ways,
    views_here,
)
from portal.identity.forms_ways import AddressForm, CodeForm, WelcomeForm, wrong
from portal.identity.models_ways import MailCode, Purpose
from portal.identity.rules_ways import EMAIL, MAIL_CODE
from portal.identity.views import identity

log = structlog.get_logger("portal.identity")

ASKED_TOO_OFTEN = _l("Too many codes were asked for. Wait 15 minutes, or sign in another way.")


def _only_where_offered() -> None:
    if not settings().by_email:
        raise NotFound


@identity.get("/sign-in/email")
@public
def email() -> ResponseReturnValue:
    """Ask for the address."""
    _only_where_offered()
    session["code_next"] = safe_next(request.args.get("next"), "")
    return render_template("identity/email.html", form=AddressForm())


@identity.post("/sign-in/email")
@public
@reads
def send_code() -> ResponseReturnValue:
    """Send a code to the address. One short write of its own, so that what was asked for counts however it ends."""
    _only_where_offered()
    form = AddressForm()
    if not form.validate():
        return render_template("identity/email.html", form=form), 422
    found = ask(form, Purpose.SIGN_IN, None)
    if not isinstance(found, int):
        return render_template("identity/email.html", form=form), 429
    session["code"] = found
    return redirect(url_for("identity.email_code"), 303)


def ask(form: AddressForm, purpose: Purpose, person_id: int | None) -> int | None:
    """Send a code to the form's address; None (and a sentence on the form) where too many were asked for."""
    address, origin, mark, now = (form.email.data or "").strip(), request.remote_addr or "", browser(), clock.now()
    with db.write() as s:
        if actions_codes.too_many_asked(s, address, mark, now):
            wrong(form, form.email, ASKED_TOO_OFTEN)
            return None
        return actions_codes.ask_code(
            s, purpose=purpose, address=address, person_id=person_id, origin=origin, browser=mark, lang=i18n.lang(),
            now=now,
        )  # fmt: skip


def try_it(form: CodeForm, purpose: Purpose, person_id: int | None) -> MailCode | None:
    """Try the form's code for the row that this browser asked for; None and a sentence on the form if it is wrong."""
    with db.write() as s:
        found = actions_codes.try_code(
            s, int(session.get("code") or 0), form.code.data or "", purpose=purpose, person_id=person_id,
            now=clock.now(),
        )  # fmt: skip
    if isinstance(found, Verdict):
        wrong(form, form.code, found.reason)
        return None
    return found


@identity.get("/sign-in/email/code")
@public
def email_code() -> ResponseReturnValue:
    """Ask for the code."""
    row = queries_ways.mail_code(db.session(), session.get("code"))
    if not settings().by_email or row is None or row.purpose is not Purpose.SIGN_IN:
        return redirect(url_for("identity.email"), 303)
    return _code_page(CodeForm())


def _code_page(form: CodeForm, status: int = 200) -> ResponseReturnValue:
    s = db.session()
    row = queries_ways.mail_code(s, session.get("code"))
    return render_template(
        "identity/email_code.html",
        form=form,
        address=row.value if row else "",
        shown_mail=queries_ways.demo_mail(s, row.value) if row else "",
        action=url_for("identity.try_email_code"),
        again=url_for("identity.email"),
    ), status


@identity.post("/sign-in/email/code")
@public
@reads
def try_email_code() -> ResponseReturnValue:
    """Try the code: then a session, or the page for a first visit."""
    form = CodeForm()
    if not form.validate():
        return _code_page(form, 422)
    row = try_it(form, Purpose.SIGN_IN, None)
    if row is None:
        return _code_page(form, 422)
    session.pop("code", None)
    now, place = clock.now(), views_here.here()
    with db.write() as s:
        entered = actions_email.enter(s, row.value, now, place)
        if entered is not None:
            actions_codes.use_up(s, row.id)
    if entered is None:
        session["proved"] = row.id
        return redirect(url_for("identity.welcome"), 303)
    return _go_in(entered)


@identity.get("/sign-in/email/welcome")
@public
def welcome() -> ResponseReturnValue:
    """The first visit: name and language."""
    if _proved() is None:
        return redirect(url_for("identity.email"), 303)
    form = _offer(WelcomeForm())
    form.language.data = i18n.lang()
    return render_template("identity/welcome.html", form=form)


@identity.post("/sign-in/email/welcome")
@public
@reads
def make_account() -> ResponseReturnValue:
    """Make the account, and begin its first session."""
    row = _proved()
    if row is None:
        return redirect(url_for("identity.email"), 303)
    form = _offer(WelcomeForm())
    if not form.validate():
        return render_template("identity/welcome.html", form=form), 422
    name = rules_ways.read_name(form.name.data or "")
    verdict = queries_ways.may_be_shown(db.session(), name, None)
    if not verdict:
        wrong(form, form.name, verdict.reason)
        return render_template("identity/welcome.html", form=form), 422
    place = views_here.here()
    with db.write() as s:
        entered = None
        if actions_codes.use_up(s, row.id):
            entered = actions_email.make_account(
                s, row.value, name=name, language=form.language.data, now=clock.now(), here=place
            )
    session.pop("proved", None)
    return _go_in(entered) if entered is not None else redirect(url_for("identity.email"), 303)


def _offer(form: WelcomeForm) -> WelcomeForm:
    form.language.choices = texts.languages(settings().languages)
    return form


def _proved() -> MailCode | None:
    """The row of the address that this browser proved a moment ago; it serves once."""
    row = queries_ways.mail_code(db.session(), session.get("proved"))
    if row is None or row.purpose is not Purpose.SIGN_IN or row.used_at is None:
        return None
    if clock.now() - row.used_at > MAIL_CODE:
        return None
    return row


def _go_in(entered: actions.Entered | Verdict) -> ResponseReturnValue:
    if isinstance(entered, Verdict):
        words: Text = entered.reason or _l("This account was closed.")
        return render_template("identity/trouble.html", heading=_l("You are not signed in"), words=words), 403
    before, target = reference(), session.get("code_next", "")
    if before:
        with db.write() as s:
            actions.end_session(s, before, clock.now())
    _renew(entered.person_id)
    enter_session(entered.actor, entered.reference)
    log.info("signed_in", provider=EMAIL, staff=False)
    return back_to(target, f"/{i18n.lang()}/")


def _renew(person_id: int) -> None:
    """As a provider does at each sign-in, the register says anew where the person lives and how old enough they are.
    Where it does not answer, what is known stays as it is."""
    reg = register.of(settings())
    number = actions_proof.joined_number(db.session(), person_id) if reg is not None else ""
    if reg is None or not number:
        return
    db.finish(commit=False)  # a register may be another server: no transaction waits for it
    try:
        found = reg.find(number)
    except register.RegisterError as error:
        log.error("register_down", why=str(error))
        return
    if found is not None:
        with db.write() as s:
            actions_proof.renew(s, person_id, found.claimed(), clock.now())
