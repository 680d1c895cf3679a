"""Accounts by e-mail, and what people settle about themselves: names, contacts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.audit.actions_looks import note_consent
from portal.audit.queries_looks import consent_stands
from portal.base import db, i18n, mail, personal
from portal.base.actor import Actor
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.verdict import YES, Verdict, no
from portal.identity import actions, rules, rules_ways
from portal.identity.models import Contact, Identity, Person, Way
from portal.places.queries_terminal import Here

TAKEN = _l("This address belongs to another account.")


def enter(s: Session, address: str, now: datetime, here: Here | None = None) -> actions.Entered | Verdict | None:
    """Begin a session for the account of a proved address; None where there is no such account yet."""
    folded = rules_ways.folded_address(address)
    wanted = select(Identity.id).where(Identity.issuer == rules_ways.EMAIL, Identity.sub == folded)
    if s.scalar(wanted) is None:
        return None
    return _sign_in(s, folded, "", "", now, here)


def make_account(
    s: Session, address: str, *, name: str, language: str, now: datetime, here: Here | None = None
) -> actions.Entered | Verdict:
    """Make the account of a proved address and begin its first session. Asked twice, it is made once; one that was
    made meanwhile keeps its name."""
    folded = rules_ways.folded_address(address)
    wanted = select(Identity.id).where(Identity.issuer == rules_ways.EMAIL, Identity.sub == folded)
    is_new = s.scalar(wanted) is None
    entered = _sign_in(s, folded, name if is_new else "", language, now, here)
    if is_new and isinstance(entered, actions.Entered):
        s.execute(update(Person).where(Person.id == entered.person_id).values(public_name=name[:80]))
        _put_contact(s, entered.person_id, Way.EMAIL, address, now, confirmed=True)
        _note_consent(s, entered.actor, given=True)
        record(entered.actor, "made account", "person", entered.person_id, after={"way": rules_ways.EMAIL})
    return entered


def _sign_in(
    s: Session, folded: str, name: str, language: str, now: datetime, here: Here | None
) -> actions.Entered | Verdict:
    site = settings()
    return actions.sign_in(
        s,
        provider=rules_ways.EMAIL,
        issuer=rules_ways.EMAIL,
        sub=folded,
        sid=None,
        name=name,
        language=language,
        acr=rules_ways.EMAIL,
        amr=("otp",),
        auth_time=now.timestamp(),
        staff_ok=False,  # a mailbox is no second factor
        id_token=None,
        facts=(),
        facts_until=now,
        idle=timedelta(minutes=site.idle_minutes),
        longest=timedelta(hours=site.session_hours),
        now=now,
        here=here,
    )


def set_names(actor: Actor, *, public_name: str) -> None:
    """Remember the name that public pages show; empty: the first name and one letter."""
    db.session().execute(
        update(Person).where(Person.id == actor.person_id).values(public_name=rules.clean_name(public_name)[:80])
    )
    record(actor, "changed public name", "person", actor.person_id or "")


def set_contact(actor: Actor, way: Way, value: str, now: datetime) -> None:
    """Remember a telephone number or a postal address, as the person wrote it. A number stays unconfirmed, so that
    nothing is sent to it; people at the city may call it."""
    assert actor.person_id is not None and way is not Way.EMAIL
    _put_contact(db.session(), actor.person_id, way, value, now, confirmed=way is Way.POST)
    _note_consent(db.session(), actor, given=True)
    record(actor, "changed contact", "person", actor.person_id, after={"way": way.value})


def confirm_email(s: Session, actor: Actor, address: str, now: datetime) -> Verdict:
    """Take a proved address as the person's contact; for an account by e-mail it is also the new way in. The old
    address is told of it."""
    assert actor.person_id is not None
    folded = rules_ways.folded_address(address)
    own = s.scalars(
        select(Identity).where(Identity.person_id == actor.person_id, Identity.issuer == rules_ways.EMAIL)
    ).first()
    old = s.scalars(select(Contact).where(Contact.person_id == actor.person_id, Contact.way == Way.EMAIL)).first()
    before = old.value if old is not None and old.confirmed_at is not None else ""
    if own is not None and own.sub != folded:
        try:
            with s.begin_nested():
                own.sub = folded
                s.flush()
        except IntegrityError:
            return no(TAKEN, _l("Sign in with that address instead."))
    _put_contact(s, actor.person_id, Way.EMAIL, address, now, confirmed=True)
    _note_consent(s, actor, given=True)
    record(actor, "changed contact", "person", actor.person_id, after={"way": Way.EMAIL.value})
    actions.welcome(s, actor.person_id)
    if before and rules_ways.folded_address(before) != folded:
        city = settings().city.name
        mail.put(
            s,
            to=before,
            subject=_("Your address at %(city)s was changed", city=city),
            body=_("Messages for your account go to another address from now on. If it was not you, call the city."),
            lang=actor.language or settings().languages[0],
        )
    return YES


def remove_contact(actor: Actor, way: Way) -> Verdict:
    """Forget a contact. The address by which alone somebody can sign in stays."""
    s = db.session()
    if way is Way.EMAIL:
        issuers = set(s.scalars(select(Identity.issuer).where(Identity.person_id == actor.person_id)))
        if issuers == {rules_ways.EMAIL}:
            return no(_l("You sign in with this address. Change it instead of removing it."))
    s.execute(delete(Contact).where(Contact.person_id == actor.person_id, Contact.way == way))
    record(actor, "removed contact", "person", actor.person_id or "", before={"way": way.value})
    if s.scalar(select(Contact.id).where(Contact.person_id == actor.person_id).limit(1)) is None:
        _note_consent(s, actor, given=False)
    return YES


def _note_consent(s: Session, actor: Actor, *, given: bool) -> None:
    """Who stores an address agrees to the text beside the field, and who removes the last one agrees no more: a line of
    the ledger, where it does not say so already."""
    consent = personal.consent_of("contact")
    if consent is None or actor.person_id is None:
        return
    if consent_stands(s, actor.person_id, consent.name, consent.version) is not given:
        note_consent(actor, consent, given=given, lang=i18n.lang())


def _put_contact(s: Session, person_id: int, way: Way, value: str, now: datetime, *, confirmed: bool) -> None:
    row = s.scalars(select(Contact).where(Contact.person_id == person_id, Contact.way == way)).first()
    if row is None:
        row = Contact(person_id=person_id, way=way, created_at=now)
        s.add(row)
    row.value, row.value_folded = value[:500], rules_ways.folded_address(value)[:500]
    row.confirmed_at = now if confirmed else None
    s.flush()
