"""Signing in and out, and what providers call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n, limits
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.i18n import Text, _, _l
from portal.base.security import (
    actor,
    back_to,
    enter_session,
    public,
    reference,
    safe_next,
)  # fmt: skip
from portal.base.verdict import Verdict
from portal.config import Provider, key_of
from portal.identity import actions, oidc, oidc_flow, queries, rules, views_here
from portal.places.queries import district_codes

log = structlog.get_logger("portal.identity")

identity = Blueprint("identity", __name__)
plain = Blueprint("oidc", __name__, url_prefix="/oidc")

FRESH_SECONDS = 60  # who is asked to prove anew who they are may not ride on the provider's older session
# Failed sign-ins from one address in a quarter of an hour, far above a library on a busy day. From then on failures are
# told to wait; a good answer always passes, for what a provider signed cannot be guessed, whoever else fails here.
FAILURES = 200


def provider_of(key: str) -> Provider:
    """The configured provider of an address."""
    for provider in settings().providers:
        if provider.key == key:
            return provider
    raise NotFound


def asks(provider: Provider) -> str:
    """One sentence in the reader's language on what this provider will ask."""
    if i18n.lang() in provider.asks:
        return provider.asks[i18n.lang()]
    if "district" in provider.claims and "birthdate" in provider.claims:
        return _("It will ask who you are, and tell us your name, your date of birth and your district. "
                 "We keep only whether you are old enough.")  # fmt: skip
    if "birthdate" in provider.claims:
        return _("It will ask who you are, and tell us your name and your date of birth. "
                 "We keep only whether you are old enough.")  # fmt: skip
    return _("It will ask who you are, and tell us your name.")


def ways_in(target: str) -> list[tuple[Provider, str, str]]:
    """Each provider with its sentence and the address that leads to it; `target` is where the person goes then."""
    there = [p for p in settings().providers if views_here.here() is None or rules.offered_at_terminal(p)]
    return [(p, asks(p), url_for("identity.begin", key=p.key, next=target or None)) for p in there]


def callback_address(provider: Provider) -> str:
    """Where the provider sends people back to; registered there, so made from the configured address alone."""
    return f"{settings().base_url}/oidc/{provider.key}/callback"


def trouble(
    status: int, title: Text, words: Text | str, *, wait: str | None = None, bare: str | None = None
) -> ResponseReturnValue:
    """The page of a sign-in that did not work: what happened, and the way on."""
    html = render_template("identity/trouble.html", heading=title, words=words, wait=wait, bare=bare)
    answer = make_response(html, status)
    if wait:
        answer.headers["Retry-After"] = "2"
        answer.headers["Refresh"] = f"2; url={wait}"
    return answer


# Signing in


@identity.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The ways in."""
    target = safe_next(request.args.get("next"), "")
    email = url_for("identity.email", next=target or None) if settings().by_email else None
    paper = url_for("identity.paper_code", next=target or None) if settings().scheme else None
    # a helper whose session of help ran out goes back to their own
    helping = settings().cookie in request.cookies and bool(session.get("desk"))
    return render_template("identity/sign_in.html", ways=ways_in(target), email=email, paper=paper, helping=helping)


@identity.get("/sign-in/<key>")
@public
def begin(key: str) -> ResponseReturnValue:
    """On to the provider. A GET, because browsers apply form-action to redirects after a POST."""
    provider = provider_of(key)
    if views_here.here() is not None:
        return _begin_here(provider)
    second = "second" in request.args and bool(provider.staff_acr)
    # somebody with a role but without the second factor at hand still signs in as a resident
    bare = "bare" in request.args and not second
    flow = oidc_flow.new_flow(
        provider,
        i18n.lang(),
        next=safe_next(request.args.get("next"), ""),
        acr=provider.staff_acr if second else provider.min_acr,
        max_age=FRESH_SECONDS if "fresh" in request.args else provider.max_age,
        extra={"second": True} if second else {"bare": True} if bare else {},
    )
    return send_on(provider, flow, request.full_path)


def _begin_here(provider: Provider) -> ResponseReturnValue:
    """At a shared screen the provider asks anew, whoever used it before, and no staff role is asked for."""
    if not rules.offered_at_terminal(provider):
        raise NotFound
    flow = fresh_flow(
        provider, next=safe_next(request.args.get("next"), ""), acr=provider.min_acr, extra={"here": 1, "bare": True}
    )
    return send_on(provider, flow, request.full_path)


def fresh_flow(provider: Provider, *, next: str, acr: str, extra: dict[str, Any]) -> oidc_flow.Flow:
    """A sign-in at which the provider must ask the person anew."""
    return oidc_flow.new_flow(provider, i18n.lang(), next=next, acr=acr, extra={**extra, "fresh": True})


def send_on(provider: Provider, flow: oidc_flow.Flow, again: str) -> ResponseReturnValue:
    """On to the provider with this sign-in."""
    db.finish(commit=False)  # discovery is an outbound call: no transaction waits for it
    try:
        with oidc.outside():
            address = oidc.client(provider).start(session, flow, callback_address(provider))
    except oidc.Crowded:
        return _crowded(again)
    except (oidc.Unreachable, oidc.Refused) as error:
        log.warning("provider_unreachable", provider=provider.key, why=str(error))
        return _away()
    return redirect(address, 302)


def _crowded(again: str) -> ResponseReturnValue:
    return trouble(
        503,
        _l("One moment"),
        _l("Many people are signing in right now. This page goes on by itself in two seconds."),
        wait=again.rstrip("?"),
    )


def _away() -> ResponseReturnValue:
    return trouble(
        503,
        _l("You are not signed in"),
        _l("The sign-in service does not answer. Try again in a few minutes, or choose another way to sign in."),
    )


@plain.get("/<key>/callback")
@public
def callback(key: str) -> ResponseReturnValue:
    """Back from the provider: check everything, then one short write for person, facts and session."""
    provider = provider_of(key)
    state = request.args.get("state", "")
    flow = oidc_flow.take_flow(session, state, provider.key, keep=True)
    if flow is None:
        return trouble(
            400,
            _l("You are not signed in"),
            _l("This sign-in was begun in another browser, or more than an hour ago. Begin again."),
        )
    i18n.set_locale(flow.lang, settings().city.time_zone or "UTC", settings().city.currency)
    place = request.remote_addr or ""
    db.finish(commit=False)
    try:
        with oidc.outside():
            oidc_flow.take_flow(session, state, provider.key)  # it counts once, whatever comes of it
            vouched = oidc.client(provider).finish(request.args, flow, callback_address(provider))
    except oidc.Crowded:
        return _crowded(request.full_path)
    except oidc.Declined as error:
        log.info("sign_in_declined", provider=provider.key, why=str(error))
        return trouble(403, _l("You are not signed in"), _declined(flow), bare=_bare(provider, flow))
    except oidc.Unreachable as error:
        log.warning("provider_unreachable", provider=provider.key, why=str(error))
        return _away()
    except oidc.Refused as error:
        log.warning("sign_in_refused", provider=provider.key, why=error.why)
        with db.write() as s:
            crowd = limits.too_many(s, "sign-in", place, clock.now(), most=FAILURES)
            if not crowd:
                limits.failed(s, "sign-in", place, clock.now())
        if crowd:
            return trouble(429, _l("You are not signed in"), _l("Too many sign-ins failed here. Wait 15 minutes."))
        bare = _bare(provider, flow) if error.why == "acr" else None
        return trouble(403, _l("You are not signed in"), _refused(error, flow), bare=bare)
    return _enter(provider, flow, vouched)


def _bare(provider: Provider, flow: oidc_flow.Flow) -> str | None:
    """For whoever could not show the second factor: the way in without their roles."""
    return url_for("identity.begin", key=provider.key, next=flow.next, bare=1) if flow.extra.get("second") else None


def _declined(flow: oidc_flow.Flow) -> Text:
    if flow.extra.get("second"):
        return _l("Staff sign in with a second factor, and the sign-in service did not confirm one.")
    return _l("The sign-in service says that you turned back or that it could not confirm who you are.")


REMEMBERED = _l(
    "The sign-in service did not ask who you are: it took you for somebody who used this screen before. "
    "Tell the staff, or choose another way to sign in."
)


def _refused(error: oidc.Refused, flow: oidc_flow.Flow) -> Text:
    if error.why == "acr" and flow.extra.get("second"):
        return _l("Staff sign in with a second factor, and the sign-in service did not confirm one.")
    if error.why in ("acr", "amr"):
        return _l("The way in which you signed in is not safe enough for this site. Choose a stronger one.")
    if error.why == "auth_time" and flow.extra.get("here"):
        return REMEMBERED
    return _l("The answer of the sign-in service could not be trusted. Begin again.")


def staff_level(provider: Provider, vouched: oidc.Vouched) -> bool:
    """Do staff roles count in a session that this answer begins?"""
    return rules.staff_ok(
        vouched.acr, vouched.amr, acr_staff=provider.staff_acr, staff_amr=provider.staff_amr, ranks=provider.acr_values
    )


def facts_from(provider: Provider, vouched: oidc.Vouched, s: Session) -> tuple[rules.Claimed, list[rules.NewFact]]:
    """What the provider said, and what of it is kept."""
    today = clock.city_now().astimezone(ZoneInfo(settings().city.time_zone or "UTC")).date()
    claimed = rules.read_claims(
        vouched.claims,
        provider.claims,
        districts=district_codes(s),
        told=provider.districts,
        residents=provider.residents,
    )
    key = key_of(settings(), "resident")
    return claimed, rules.facts_of(claimed, queries.age_rules(s, today), key, provider.register)


# What a flow that began inside a session does with the answer, by the word in its `extra` (views_confirm fills this).
AFTER: dict[str, Callable[[Provider, oidc_flow.Flow, oidc.Vouched, Actor], ResponseReturnValue]] = {}


def _enter(provider: Provider, flow: oidc_flow.Flow, vouched: oidc.Vouched) -> ResponseReturnValue:
    now, site, place = clock.now(), settings(), views_here.here()
    purpose = next((word for word in AFTER if word in flow.extra), None)
    if purpose is not None:
        with db.read():
            who = actor()
        if not who.signed_in or who.session_id != flow.extra[purpose]:
            words = _l("Your session ended while you were away. Sign in, and begin again.")
            return trouble(403, _l("You are not signed in"), words)
        return AFTER[purpose](provider, flow, vouched, who)
    if (place is not None) is not bool(flow.extra.get("here")):
        return trouble(400, _l("You are not signed in"), _l("This sign-in was begun elsewhere. Begin again."))
    ok = staff_level(provider, vouched)
    invited = session.get("invitation")
    with db.read() as s:
        remembered = place is not None and queries.was_here(s, place.terminal_id, vouched.issuer, vouched.auth_time)
        staff = bool(queries.roles_of(s, vouched.issuer, vouched.sub)) or bool(invited)
        claimed, facts = facts_from(provider, vouched, s)
    if remembered:
        log.warning("sign_in_refused", provider=provider.key, why="remembered")
        return trouble(403, _l("You are not signed in"), REMEMBERED)
    if staff and not ok and provider.staff_acr and not (flow.extra.get("second") or flow.extra.get("bare")):
        # roles need the second factor: back to the provider for it, once
        more = oidc_flow.new_flow(provider, flow.lang, next=flow.next, acr=provider.staff_acr, extra={"second": True})
        return send_on(provider, more, url_for("identity.begin", key=provider.key, next=flow.next, second=1))
    before = reference()
    with db.write() as s:
        entered = actions.sign_in(
            s,
            provider=provider.key,
            issuer=vouched.issuer,
            sub=vouched.sub,
            sid=vouched.sid,
            name=claimed.name,
            language=flow.lang,
            acr=vouched.acr,
            amr=vouched.amr,
            auth_time=vouched.auth_time,
            staff_ok=ok,
            id_token=None if _tells(vouched.id_token, provider) else vouched.id_token,
            facts=facts,
            facts_until=now + timedelta(days=provider.fact_days),
            idle=timedelta(minutes=site.idle_minutes),
            longest=timedelta(hours=site.session_hours),
            now=now,
            here=place,
        )
        gift: Verdict | None = None
        if isinstance(entered, actions.Entered):
            if before:
                actions.end_session(s, before, now)
            if invited and not flow.extra.get("bare"):
                gift = actions.accept_invitation(s, entered.actor, invited, now)
    if not isinstance(entered, actions.Entered):
        return trouble(403, _l("You are not signed in"), entered.reason or _l("This account was closed."))
    enter_session(entered.actor, entered.reference)
    tell_gift(gift)
    log.info("signed_in", provider=provider.key, staff=bool(entered.actor.roles))
    return back_to(flow.next, f"/{flow.lang}/")


def _tells(id_token: str, provider: Provider) -> bool:
    """Does the signed token itself hold a birth date, a district or a personal code? Then it is not kept."""
    claims = oidc_flow.peek(id_token)
    paths = [path for name, path in provider.claims.items() if name != "name" and path != "sub"]
    return any(rules.at_path(claims, path) is not None for path in (*paths, "birthdate"))


def tell_gift(gift: Verdict | None) -> None:
    """Say on the next page what became of an invitation."""
    if gift is None:
        return
    if gift:
        flash(_("The invitation is accepted. You have a new role."), "success")
    elif gift.reason is not None:
        flash(str(gift.reason), "warning")
