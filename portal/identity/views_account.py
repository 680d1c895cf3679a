"""The account page, one's sessions, and invitations."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n
from portal.base.errors import Refused
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import actor, public, signed_in
from portal.identity import actions, queries, rules
from portal.identity.forms import LanguageForm
from portal.identity.views import identity, tell_gift, ways_in
from portal.places.queries import district_names

pages = identity  # the same door as the sign-in's, with the pages below behind it

# The account


@identity.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """What the city knows about the reader, and where they are signed in."""
    return _account_page(LanguageForm().offer())


def _account_page(form: LanguageForm, status: int = 200) -> ResponseReturnValue:
    s, who = db.session(), actor()
    page = queries.account(s, who, clock.now())
    if not form.is_submitted():
        form.language.data = page.person.language or i18n.lang()
    labels = {role.name: role.label for role in queries.known_roles()}
    ways = {p.issuer: p for p in settings().providers}
    names = district_names(s)
    return render_template(
        "identity/account.html",
        page=page,
        form=form,
        here=who.session_id,
        role_names=[str(labels.get(role, role)) for role in page.roles],
        facts=[_fact(fact, names) for fact in page.facts],
        ways=ways,
        second=next((p for p in settings().providers if p.staff_acr and not page.staff_ok and page.roles), None),
    ), status


def _fact(fact: Any, districts: dict[str, Any]) -> dict[str, Any]:
    if fact.kind.value == "age":
        rule = rules.AgeRule.read(fact.name)
        old = _("At least %(years)s years old on %(day)s", years=i18n.number(rule.years), day=i18n.day(rule.on))
        return {"label": old, "value": _("Yes") if fact.value == "yes" else _("No"), "fact": fact, "said": None}
    if fact.kind.value == "resident":
        kept = _("Stored only as a keyed fingerprint, which cannot be turned back")
        return {"label": _("Your number in the register of residents"), "value": kept, "fact": fact, "said": None}
    if fact.value in (rules.ELSEWHERE, rules.IN_CITY):
        where = _("Outside the city") if fact.value == rules.ELSEWHERE else _("In the city")
        return {"label": _("Residence"), "value": where, "fact": fact, "said": None}
    return {"label": _("District"), "value": fact.value, "fact": fact, "said": districts.get(fact.value)}


@identity.post("/account/language")
@signed_in
def language() -> ResponseReturnValue:
    """Remember the language of messages."""
    form = LanguageForm().offer()
    if not form.validate_on_submit():
        return _account_page(form, 422)
    actions.set_language(actor(), form.language.data)
    flash(_("The language is stored."), "success")
    return redirect(url_for("identity.account"), 303)


@identity.post("/account/sessions/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """End every session but this one."""
    actions.end_other_sessions(actor(), clock.now())
    flash(_("You are signed in nowhere else any more."), "success")
    return redirect(url_for("identity.account"), 303)


@identity.post("/account/sessions/<int:session_id>/end")
@signed_in
def end_one(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    if not actions.end_own_session(actor(), session_id, clock.now()):
        raise NotFound
    flash(_("That session has ended."), "success")
    return redirect(url_for("identity.account"), 303)


# Invitations


@identity.get("/invitation/<token>")
@public
def open_invitation(token: str) -> ResponseReturnValue:
    """The link of an invitation: kept in this browser's cookie, so that the token leaves the address at once."""
    row = queries.invitation(db.session(), token)
    if row is None:
        raise NotFound
    verdict = rules.invitation_is_good(used_at=row.used_at, expires_at=row.expires_at, now=clock.now())
    if not verdict:
        raise Refused(verdict.reason or _l("This invitation is over."), 410)
    session["invitation"] = token
    return redirect(url_for("identity.invitation"), 303)


@identity.get("/invitation")
@public
def invitation() -> ResponseReturnValue:
    """What the invitation gives, and the button or the ways to sign in."""
    token = session.get("invitation")
    row = queries.invitation(db.session(), token) if token else None
    if row is None:
        raise NotFound
    labels = {role.name: role.label for role in queries.known_roles()}
    return render_template(
        "identity/invitation.html", role=labels.get(row.role, row.role), ways=ways_in(url_for("identity.account"))
    )


@identity.post("/invitation")
@signed_in
def accept() -> ResponseReturnValue:
    """Take the invited role with the account that is signed in."""
    token = session.pop("invitation", None)
    verdict = actions.accept_invitation(db.session(), actor(), token or "", clock.now())
    if not verdict:
        raise Refused(verdict.reason or _l("This invitation is over."), 410)
    tell_gift(verdict)
    return redirect(url_for("identity.account"), 303)
