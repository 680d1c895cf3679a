"""The account page, one's sessions, and invitations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from portal.base import clock, db, i18n
from portal.base.errors import Refused
from portal.base.ground import settings
from portal.base.i18n import Text, _, _l
from portal.base.security import actor, alone_because, for_oneself, public, reads, signed_in
from portal.identity import actions, actions_email, queries, queries_help, queries_ways, rules, rules_help, rules_ways
from portal.identity.forms import LanguageForm, scope_label
from portal.identity.forms_ways import AddressForm, CodeForm, PhoneForm, PostForm, PublicNameForm, wrong
from portal.identity.models import Person, Way
from portal.identity.models_ways import MailCode, Purpose
from portal.identity.views import identity, tell_gift, ways_in
from portal.identity.views_email import ask, try_it
from portal.identity.views_step import demand
from portal.places.queries import district_names, venues

pages = identity  # the same door as the sign-in's, with the pages below behind it

# The account


@identity.get("/account")
@signed_in
@for_oneself
def account() -> ResponseReturnValue:
    """What the city knows about the reader, how it reaches them, and where they are signed in."""
    return _account_page()


def _account_page(bad: Any = None, status: int = 422) -> ResponseReturnValue:
    """The page; `bad` is the one of its forms that was sent and is not right."""
    s, who = db.session(), actor()
    page, own = queries.account(s, who, clock.now()), queries_ways.own(s, who)
    forms: dict[str, Any] = {
        "language": LanguageForm(formdata=None).offer(),
        "name": PublicNameForm(formdata=None, data={"public_name": page.person.public_name}),
        "email": AddressForm(formdata=None),
        **{
            way.value: kind(formdata=None, data={way.value: own.contacts[way].value if way in own.contacts else ""})
            for way, kind in ((Way.PHONE, PhoneForm), (Way.POST, PostForm))
        },
    }
    forms["language"].language.data = page.person.language or i18n.lang()
    if bad is not None:
        forms[next(name for name, form in forms.items() if type(form) is type(bad))] = bad
    labels = {role.name: role.label for role in queries.known_roles()}
    houses = {row.id: row.name for row in venues(s, closed=True)}
    html = render_template(
        "identity/account.html",
        page=page,
        own=own,
        forms=forms,
        form=bad,
        contacts={way.value: row for way, row in own.contacts.items()},
        here=who.session_id,
        role_names=_role_names(s, page.person, labels),
        facts=fact_rows(s, page.facts),
        ways=way_names(),
        more=[p for p in settings().providers if p.issuer not in {one.issuer for one in own.identities}],
        helped=[
            (row, rules_help.MEANS_NAMES[row.means], houses.get(row.venue_id or 0))
            for row in queries_help.helped(s, who.person_id)
        ],
        own_account=rules_help.OWN_ACCOUNT,
        second=next((p for p in settings().providers if p.staff_acr and not page.staff_ok and page.roles), None),
    )
    return html, 200 if bad is None else status


def way_names() -> dict[str, str]:
    """What each origin of facts and sessions is called."""
    names = rules_ways.WAY_NAMES | {rules_help.HELP: _l("Help at a desk and by telephone")}
    return {key: str(name) for key, name in names.items()} | {p.issuer: p.name for p in settings().providers}


def fact_rows(s: Session, facts: Iterable[Any]) -> list[dict[str, Any]]:
    """Facts in plain words: what, value, who told it and how, since when and until when."""
    names, ways = district_names(s), way_names()
    rows = []
    for fact in facts:
        document = rules_ways.DOCUMENTS.get(fact.acr) if fact.source in rules_ways.OWN_WAYS else None
        rows.append(_fact(fact, names) | {"by": ways.get(fact.source, ""), "document": document})
    return rows


def _role_names(s: Session, person: Person, labels: Mapping[str, Text]) -> list[str]:
    """The roles with the part of the city where each counts."""
    limited = any(grant.scope_kind != "city" for grant in person.roles)
    scopes = queries.scope_names(s, i18n.lang()) if limited else {}
    names = []
    for grant in sorted(person.roles, key=lambda one: (one.role, one.scope_kind, one.scope_id)):
        name = str(labels.get(grant.role, grant.role))
        if grant.scope_kind != "city":
            hit = scopes.get(grant.scope_kind, {}).get(grant.scope_id)
            where = scope_label(grant.scope_kind, hit.title if hit else str(grant.scope_id))
            name = str(_l("%(role)s (%(scope)s)", role=name, scope=where))
        names.append(name)
    return names


def _fact(fact: Any, districts: dict[str, Any]) -> dict[str, Any]:
    if fact.kind.value == "age":
        rule = rules.AgeRule.read(fact.name)
        old = _("At least %(years)s years old on %(day)s", years=i18n.number(rule.years), day=i18n.day(rule.on))
        return {"label": old, "value": _("Yes") if fact.value == "yes" else _("No"), "fact": fact, "said": None}
    if fact.kind.value == "resident":
        kept = _("Stored only as a keyed fingerprint, which cannot be turned back")
        if fact.source in rules_ways.OWN_WAYS:
            kept = _("Stored encrypted, and as a keyed fingerprint")
        return {"label": _("Your number in the register of residents"), "value": kept, "fact": fact, "said": None}
    if fact.kind.value == "name":
        return {"label": _("Name"), "value": fact.value, "fact": fact, "said": None}
    if fact.value in (rules.ELSEWHERE, rules.IN_CITY):
        where = _("Outside the city") if fact.value == rules.ELSEWHERE else _("In the city")
        return {"label": _("Residence"), "value": where, "fact": fact, "said": None}
    return {"label": _("District"), "value": fact.value, "fact": fact, "said": districts.get(fact.value)}


@identity.post("/account/language")
@signed_in
@for_oneself
def language() -> ResponseReturnValue:
    """Remember the language of messages."""
    form = LanguageForm().offer()
    if not form.validate_on_submit():
        return _account_page(form)
    actions.set_language(actor(), form.language.data)
    flash(_("The language is stored."), "success")
    return redirect(url_for("identity.account"), 303)


@identity.post("/account/name")
@signed_in
@for_oneself
def public_name() -> ResponseReturnValue:
    """Remember the name that others see."""
    form = PublicNameForm()
    if not form.validate():
        return _account_page(form)
    name = rules_ways.read_name(form.public_name.data or "")
    verdict = queries_ways.may_be_shown(db.session(), name, actor().person_id)
    if not verdict:
        return _account_page(wrong(form, form.public_name, verdict.reason))
    actions_email.set_names(actor(), public_name=name)
    flash(_("The name is stored."), "success")
    return redirect(url_for("identity.account"), 303)


# Contacts


@identity.post("/account/phone")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def phone() -> ResponseReturnValue:
    """Remember a telephone number."""
    form = PhoneForm()
    if not form.validate():
        return _account_page(form)
    asked = demand("contact")
    if asked is not None:
        return asked
    return _stored(Way.PHONE, form.phone.data or "")


@identity.post("/account/post")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def post() -> ResponseReturnValue:
    """Remember a postal address."""
    form = PostForm()
    if not form.validate():
        return _account_page(form)
    asked = demand("contact")
    if asked is not None:
        return asked
    return _stored(Way.POST, form.post.data or "")


def _stored(way: Way, value: str) -> ResponseReturnValue:
    actions_email.set_contact(actor(), way, value, clock.now())
    flash(_("The contact is stored."), "success")
    return redirect(url_for("identity.account"), 303)


@identity.post("/account/contacts/remove")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def remove_contact() -> ResponseReturnValue:
    """Forget a contact."""
    try:
        way = Way(request.form.get("way", ""))
    except ValueError:
        raise NotFound from None
    asked = demand("contact")
    if asked is not None:
        return asked
    verdict = actions_email.remove_contact(actor(), way)
    if not verdict and verdict.reason is not None:
        raise Refused(verdict.reason, 409)
    flash(_("The contact is removed."), "success")
    return redirect(url_for("identity.account"), 303)


@identity.post("/account/email")
@signed_in
@for_oneself
@reads
@alone_because(rules_help.OWN_ACCOUNT)
def new_email() -> ResponseReturnValue:
    """Send a code to a new address."""
    form = AddressForm()
    asked = demand("contact") if form.validate() else None
    if asked is not None:
        return asked
    found = ask(form, Purpose.CONTACT, actor().person_id) if not form.errors else None
    if found is None:
        return _account_page(form)
    session["code"] = found
    return redirect(url_for("identity.confirm_email"), 303)


@identity.get("/account/email")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def confirm_email() -> ResponseReturnValue:
    """Ask for the code that went to the new address."""
    row = _asked()
    if row is None:
        return redirect(url_for("identity.account"), 303)
    return _confirm_page(CodeForm())


def _asked() -> MailCode | None:
    row = queries_ways.mail_code(db.session(), session.get("code"))
    return row if row is not None and row.person_id == actor().person_id else None


def _confirm_page(form: CodeForm, status: int = 200) -> ResponseReturnValue:
    row = _asked()
    return render_template(
        "identity/email_code.html",
        form=form,
        address=row.value if row else "",
        shown_mail=queries_ways.demo_mail(db.session(), row.value) if row else "",
        action=url_for("identity.try_new_email"),
        again=url_for("identity.account"),
    ), status


@identity.post("/account/email/code")
@signed_in
@for_oneself
@reads
@alone_because(rules_help.OWN_ACCOUNT)
def try_new_email() -> ResponseReturnValue:
    """Try that code, and take the address."""
    form, who = CodeForm(), actor()
    if not form.validate():
        return _confirm_page(form, 422)
    row = try_it(form, Purpose.CONTACT, who.person_id)
    if row is None:
        return _confirm_page(form, 422)
    session.pop("code", None)
    with db.write() as s:
        verdict = actions_email.confirm_email(s, who, row.value, clock.now())
    if not verdict:
        wrong(form, form.code, f"{verdict.reason} {verdict.next or ''}".strip())
        return _confirm_page(form, 409)
    flash(_("The address is confirmed."), "success")
    return redirect(url_for("identity.account"), 303)


@identity.post("/account/sessions/end-others")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def end_others() -> ResponseReturnValue:
    """End every session but this one."""
    actions.end_other_sessions(actor(), clock.now())
    flash(_("You are signed in nowhere else any more."), "success")
    return redirect(url_for("identity.account"), 303)


@identity.post("/account/sessions/<int:session_id>/end")
@signed_in
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
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
@for_oneself
@alone_because(rules_help.OWN_ACCOUNT)
def accept() -> ResponseReturnValue:
    """Take the invited role with the account that is signed in."""
    token = session.pop("invitation", None)
    verdict = actions.accept_invitation(db.session(), actor(), token or "", clock.now())
    if not verdict:
        raise Refused(verdict.reason or _l("This invitation is over."), 410)
    tell_gift(verdict)
    return redirect(url_for("identity.account"), 303)
