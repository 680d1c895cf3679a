"""Confirming who one is before an act that deserves it, and the ways to sign in of one account."""

from __future__ import annotations

from datetime import timedelta

import structlog
from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n
from portal.base.actor import Actor
from portal.base.errors import Refused
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.security import actor, alone_because, back_to, enter_session, for_oneself, reads, safe_next, signed_in
from portal.config import Provider, key_of
from portal.identity import (
    actions,
    actions_confirm,
    oidc,
    oidc_flow,
    queries,
    queries_ways,
    rules,
    rules_confirm,
    rules_help,
    rules_ways,
)
from portal.identity.forms_ways import AddressForm, CodeForm
from portal.identity.models_ways import Purpose
from portal.identity.rules_ways import EMAIL
from portal.identity.views import AFTER, facts_from, fresh_flow, identity, provider_of, send_on, staff_level, trouble
from portal.identity.views_account import pages
from portal.identity.views_email import ASKED_TOO_OFTEN, ask, try_it
from portal.identity.views_step import demand, is_confirmed

LEVELS = frozenset({"vote", *rules_confirm.GROUPS.values()})

log = structlog.get_logger("portal.identity")

__all__ = ["pages"]  # the same door as the account's, with the pages below behind it


def _key() -> bytes:
    return key_of(settings(), "pending")


@identity.get("/confirm/<token>")
@signed_in
@alone_because(rules_help.OWN_CONFIRMATION)
def confirm(token: str) -> ResponseReturnValue:
    """Before: why a confirmation is asked and the way to it. After: the act as it was sent, one button away."""
    act = actions_confirm.waiting(db.session(), _key(), actor().person_id or 0, token, clock.now())
    if act is None:
        raise NotFound
    if act.over:
        raise Refused(_l("What you wanted to do waited too long. Begin again."), 410)
    ways = [(one, url_for("identity.begin_confirm", key=one.key, token=token)) for one in _confirming()]
    return render_template(
        "identity/confirm.html",
        act=act,
        label=rules_confirm.ACTS.get(act.act, act.act),
        done=is_confirmed(act.act),
        ways=ways,
        mail=_mail_way(act.act, token),
    )


def _confirming() -> list[Provider]:
    """Who can confirm this session: the provider that began it, because levels are compared within one provider's
    ranks. Where none did (a code by e-mail), any of the account's providers."""
    row = queries.session_row(db.session(), actor().session_id)
    own = [p for p in settings().providers if row is not None and p.issuer == row.issuer]
    held = {one.issuer for one in queries.identities(db.session(), actor().person_id or 0)}
    return own or [p for p in settings().providers if p.issuer in held]


def _by_mail() -> bool:
    """Was this session begun with a code by e-mail? Such a one is confirmed by another; any other one never is."""
    row = queries.session_row(db.session(), actor().session_id)
    return row is not None and row.issuer == EMAIL


def _mail_way(act: str, token: str) -> str:
    """The way to a code by e-mail, for sessions that began with one."""
    group, back = rules_confirm.GROUPS.get(act, "account"), url_for("identity.confirm", token=token)
    return url_for("identity.step_up", act=group, next=back) if _by_mail() else ""


@identity.get("/confirm/<token>/<key>")
@signed_in
@alone_because(rules_help.OWN_CONFIRMATION)
def begin_confirm(token: str, key: str) -> ResponseReturnValue:
    """On to the provider, which must ask anew: prompt=login and max_age=0, and the time that comes back is checked."""
    provider = provider_of(key)
    act = actions_confirm.waiting(db.session(), _key(), actor().person_id or 0, token, clock.now())
    if act is None or act.over or provider not in _confirming():
        raise NotFound
    flow = fresh_flow(
        provider,
        next=url_for("identity.confirm", token=token),
        acr=rules_confirm.level_for(provider, act.act),
        extra={"confirm": actor().session_id},
    )
    return send_on(provider, flow, request.full_path)


def _confirmed(provider: Provider, flow: oidc_flow.Flow, vouched: oidc.Vouched, who: Actor) -> ResponseReturnValue:
    """Back from a step-up: the same person as in this session, asked anew and at the level that the act needs."""
    now = clock.now()
    with db.write() as s:
        held = queries.identities(s, who.person_id or 0)
        if (vouched.issuer, vouched.sub) not in {(one.issuer, one.sub) for one in held}:
            return trouble(
                403,
                _l("You are not confirmed"),
                _l("The sign-in service named another account than the one that is signed in here. Nothing was done."),
            )
        row = queries.session_row(s, who.session_id)
        ranks, own = provider.acr_values, row is not None and row.issuer == vouched.issuer
        if row is not None and (not own or rules.rank(vouched.acr, ranks) >= rules.rank(row.acr, ranks)):
            # what comes back counts from now on: it may be fresher, and surer
            until = now + timedelta(days=provider.fact_days)
            facts = facts_from(provider, vouched, s)[1]
            actions.vouch(
                s, who.person_id or 0, issuer=vouched.issuer, acr=vouched.acr, facts=facts, until=until, now=now
            )
        ref = actions_confirm.confirm_session(
            s,
            who.session_id or 0,
            # another provider's word says that the person is here; it lifts neither level nor roles of this session
            acr=vouched.acr if own else "",
            ranks=ranks,
            staff_ok=own and staff_level(provider, vouched),
            auth_time=vouched.auth_time or 0,
            now=now,
        )
    enter_session(who, ref)
    log.info("confirmed", provider=provider.key)
    return back_to(flow.next, f"/{flow.lang}/account")


def _link(provider: Provider, flow: oidc_flow.Flow, vouched: oidc.Vouched, who: Actor) -> ResponseReturnValue:
    """Back with a further way to sign in: into the account that asked for it a moment ago, and no other."""
    now = clock.now()
    if session.pop("linking", None) != flow.nonce:
        return trouble(400, _l("Nothing was added"), _l("This was begun in another browser. Begin again."))
    with db.write() as s:
        row = queries.session_row(s, who.session_id)
        first = next((p for p in settings().providers if row is not None and p.issuer == row.issuer), None)
        if row is None or not rules_confirm.confirmed(first, row.acr, row.confirmed_at, "link", now):
            return trouble(403, _l("Nothing was added"), _l("That took longer than ten minutes. Begin again."))
        facts = facts_from(provider, vouched, s)[1]
        claimed = {fact.name: fact.value for fact in facts if fact.kind == "resident"}
        verdict = actions_confirm.link_identity(
            s, who, issuer=vouched.issuer, sub=vouched.sub, claimed=claimed, now=now
        )  # fmt: skip
        if verdict:
            until = now + timedelta(days=provider.fact_days)
            actions.vouch(
                s, who.person_id or 0, issuer=vouched.issuer, acr=vouched.acr, facts=facts, until=until, now=now
            )  # fmt: skip
    if not verdict:
        said = f"{verdict.reason} {verdict.next or ''}".strip()
        return trouble(409, _l("Nothing was added"), said)
    flash(_("You can now sign in this way, too."), "success")
    return back_to(flow.next, f"/{flow.lang}/account")


AFTER.update(confirm=_confirmed, link=_link)


@identity.get("/step-up/<act>")
@signed_in
@alone_because(rules_help.OWN_CONFIRMATION)
def step_up(act: str) -> ResponseReturnValue:
    """On to the provider of this session for the level that an act needs; nothing waits, the person goes back to
    `next`. For what is read before it is sent: a ballot is never kept."""
    row = queries.session_row(db.session(), actor().session_id)
    provider = next((p for p in settings().providers if row is not None and p.issuer == row.issuer), None)
    if act in LEVELS and provider is None and _by_mail():
        session["confirm_next"] = safe_next(request.args.get("next"), "")
        return render_template(
            "identity/step_mail.html", address=queries_ways.own_address(db.session(), actor().person_id)
        )
    if provider is None or act not in LEVELS:
        raise NotFound
    flow = fresh_flow(
        provider,
        next=safe_next(request.args.get("next"), ""),
        acr=rules_confirm.level_for(provider, act),
        extra={"confirm": actor().session_id},
    )
    return send_on(provider, flow, request.full_path)


@identity.post("/step-up/by-mail")
@signed_in
@reads
@alone_because(rules_help.OWN_CONFIRMATION)
def step_mail() -> ResponseReturnValue:
    """Send a code to the address of the account as it is now: who took over an open session can't read it."""
    address = queries_ways.own_address(db.session(), actor().person_id) if _by_mail() else ""
    if not address:
        raise NotFound
    form = AddressForm(formdata=None, data={"email": address})
    found = ask(form, Purpose.CONFIRM, actor().person_id)
    if found is None:
        raise Refused(ASKED_TOO_OFTEN, 429)
    session["code"] = found
    return redirect(url_for("identity.step_mail_code"), 303)


@identity.get("/step-up/by-mail")
@signed_in
@alone_because(rules_help.OWN_CONFIRMATION)
def step_mail_code() -> ResponseReturnValue:
    """Ask for that code."""
    return _step_page(CodeForm())


def _step_page(form: CodeForm, status: int = 200) -> ResponseReturnValue:
    row = queries_ways.mail_code(db.session(), session.get("code"))
    mine = row is not None and row.person_id == actor().person_id and row.purpose is Purpose.CONFIRM
    address = row.value if row is not None and mine else ""
    return render_template(
        "identity/email_code.html",
        form=form,
        address=address,
        shown_mail=queries_ways.demo_mail(db.session(), address) if address else "",
        action=url_for("identity.try_step_mail"),
        again=url_for("identity.step_up", act="account", next=session.get("confirm_next", "")),
    ), status


@identity.post("/step-up/by-mail/code")
@signed_in
@reads
@alone_because(rules_help.OWN_CONFIRMATION)
def try_step_mail() -> ResponseReturnValue:
    """Try it: the session is fresh again, under a new reference, and goes on where it was asked."""
    form, who = CodeForm(), actor()
    row = try_it(form, Purpose.CONFIRM, who.person_id) if form.validate() and _by_mail() else None
    if row is None:
        return _step_page(form, 422)
    now, target = clock.now(), session.get("confirm_next", "")
    if row.value_folded != rules_ways.folded_address(queries_ways.own_address(db.session(), who.person_id)):
        raise Refused(_l("You are not confirmed"), 403)
    with db.write() as s:
        ref = actions_confirm.confirm_session(
            s, who.session_id or 0, acr=EMAIL, ranks=(), staff_ok=False, auth_time=now.timestamp(), now=now
        )
    enter_session(who, ref)
    log.info("confirmed", provider=EMAIL)
    return back_to(target, f"/{i18n.lang()}/account")


# The ways to sign in of one account


@identity.post("/account/ways/<key>")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def link(key: str) -> ResponseReturnValue:
    """Add a way to sign in: from a freshly confirmed session, and with a fresh sign-in at the new provider, so that
    nobody is handed the account of whoever sat here before."""
    provider = provider_of(key)
    asked = demand("link")
    if asked is not None:
        return asked
    flow = fresh_flow(
        provider, next=url_for("identity.account"), acr=provider.min_acr, extra={"link": actor().session_id}
    )
    session["linking"] = flow.nonce  # only a flow that began with this post may link
    return send_on(provider, flow, url_for("identity.account"))


@identity.post("/account/ways/<int:identity_id>/remove")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def unlink(identity_id: int) -> ResponseReturnValue:
    """Remove a way to sign in; never the last."""
    asked = demand("unlink")
    if asked is not None:
        return asked
    verdict = actions_confirm.unlink_identity(db.session(), actor(), identity_id, clock.now())
    if verdict is None:
        raise NotFound
    if not verdict:
        raise Refused(verdict.reason or _l("Add another one first."), 409)
    flash(_("That way to sign in is removed."), "success")
    return redirect(url_for("identity.account", lang=i18n.lang()), 303)
