"""What people ask, and what the city answers and writes down."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.audit.actions_looks import note_consent
from portal.base import clock, db, ground, i18n, jobs, mail
from portal.base.actor import Actor
from portal.base.feature import Consent
from portal.base.i18n import Text, _, _l
from portal.base.verdict import YES, Verdict, no
from portal.identity.models import Contact
from portal.identity.queries import reachable
from portal.rights import queries, rules
from portal.rights.actions_erase import confirm
from portal.rights.models import (
    Breach,
    Cause,
    DataExport,
    DataRequest,
    Erasure,
    ExportState,
    MarkKind,
    Outcome,
    PersonMark,
    Wish,
)

EXPORT, ERASE = "rights.export", "rights.erase"


def tell(s: Session, person_id: int | None, subject: Text, text: Text) -> None:
    """Tell a person something in their language, by mail to their confirmed address. The one place of this feature
    that knows how people are told; who gave no address finds it on their own page."""
    reach = reachable(s, [person_id]).get(person_id) if person_id is not None else None
    if reach is None or not reach.email:
        return
    lang = reach.language if reach.language in ground.settings().languages else ground.settings().languages[0]
    with i18n.use_locale(lang):
        mail.put(s, to=reach.email, subject=str(subject), body=str(text), lang=lang)


# Requests


def ask(
    actor: Actor,
    wish: Wish,
    words: str,
    *,
    look_id: int | None = None,
    about: str = "",
    giver: str = "",
    reach: str = "",
) -> DataRequest:
    """Take in a request about the actor's own data; the answer is due within a month. The data protection officer is
    told by mail that one has come, without what it says. `giver` and `reach`: who gave it on paper, and where the
    answer goes, where that is nobody with an account."""
    s, now = db.session(), clock.now()
    row = DataRequest(
        person_id=actor.person_id,
        wish=wish,
        look_id=look_id,
        about=about,
        words=words.strip(),
        giver=giver.strip(),
        reach=reach.strip(),
        lang=i18n.lang(),
        received_at=now,
        due_on=rules.due_on(clock.city_now().date()),
    )
    s.add(row)
    s.flush()
    record(actor, "asked about own data", "data_request", row.id, after={"wish": wish.value, "about": about})
    city = ground.settings().city
    if city.mail:
        with i18n.use_locale(ground.settings().languages[0]):
            mail.put(
                s,
                to=city.mail,
                subject=_("Request about personal data (no. %(n)s)", n=row.id),
                body=_("%(kind)s. The answer is due on %(day)s. It stands in the staff area under “Requests about data”.",
                       kind=str(rules.WISHES[wish]), day=row.due_on),
                lang=i18n.lang(),
            )  # fmt: skip
    return row


def answer(actor: Actor, row: DataRequest, *, outcome: Outcome, words: str) -> Verdict:
    """Answer a request and tell its person. A restriction that is granted marks them."""
    if row.answered_at is not None:
        return no(_l("This request has been answered already."))
    s = db.session()
    row.outcome, row.answer = outcome, words.strip()
    row.answered_at, row.answered_by_id = clock.now(), actor.person_id
    s.flush()
    record(actor, "answered about data", "data_request", row.id, after={"outcome": outcome.value})
    if row.wish is Wish.RESTRICTION and outcome is not Outcome.REFUSED and row.person_id is not None:
        place_mark(actor, row.person_id, MarkKind.RESTRICTED, _("Request no. %(n)s", n=row.id))
    tell(
        s,
        row.person_id,
        _l("Answer to your request no. %(n)s", n=row.id),
        _l("The city has answered your request about your data. Read the answer on the portal under “Your data”."),
    )
    return YES


def extend(actor: Actor, row: DataRequest, why: str) -> Verdict:
    """Extend the period once by two months, and tell the person why (GDPR, article 12(3))."""
    received = i18n.in_zone(row.received_at).date()
    verdict = rules.may_extend(
        answered=row.answered_at is not None,
        extended=row.extended_on is not None,
        received=received,
        today=clock.city_now().date(),
    )
    if not verdict:
        return verdict
    row.extended_on, row.extended_why = rules.longest(received), why.strip()
    db.session().flush()
    record(actor, "extended period", "data_request", row.id, after={"until": row.extended_on.isoformat()})
    tell(
        db.session(),
        row.person_id,
        _l("Your request no. %(n)s takes longer", n=row.id),
        _l("The city needs until %(day)s. Why: %(why)s", day=row.extended_on, why=row.extended_why),
    )
    return YES


# Marks


def place_mark(actor: Actor, person_id: int, kind: MarkKind, reason: str) -> Verdict:
    """Place a legal hold or a restriction; one of each stands at a time."""
    s = db.session()
    row = PersonMark(
        person_id=person_id, kind=kind, reason=reason.strip(), placed_at=clock.now(), placed_by_id=actor.person_id
    )
    try:
        with s.begin_nested():
            s.add(row)
            s.flush()
    except IntegrityError:
        return no(_l("This stands already."))
    record(actor, "placed hold" if kind is MarkKind.HOLD else "placed restricted", "person", person_id)
    return YES


def lift_mark(actor: Actor, row: PersonMark, why: str) -> Verdict:
    """Lift a hold or a restriction. An erasure that the hold stopped goes on."""
    if row.lifted_at is not None:
        return no(_l("This was lifted already."))
    s = db.session()
    row.lifted_at, row.lifted_by_id, row.lifted_why = clock.now(), actor.person_id, why.strip()
    s.flush()
    record(actor, "lifted hold" if row.kind is MarkKind.HOLD else "lifted restricted", "person", row.person_id)
    if row.kind is MarkKind.HOLD:
        for waiting in queries.waiting_erasures(s):
            if waiting.person_id == row.person_id:
                jobs.enqueue(s, ERASE, {"id": waiting.id}, dedup=f"{ERASE}:{waiting.id}:{row.id}")
    return YES


# Export and erasure


def order_export(actor: Actor) -> DataExport:
    """Let a job make the actor's export; one that waits already is not made twice."""
    s, now = db.session(), clock.now()
    waiting = next((e for e in queries.own_exports(s, actor, now) if e.state is ExportState.WAITING), None)
    if waiting is not None:
        return waiting
    row = DataExport(
        person_id=actor.person_id, lang=i18n.lang(), asked_at=now, name=f"{secrets.token_hex(24)}.zip"
    )  # the name says nothing about whose it is
    s.add(row)
    s.flush()
    record(actor, "ordered export", "data_export", row.id)
    jobs.enqueue(s, EXPORT, {"id": row.id}, dedup=f"{EXPORT}:{row.id}")
    return row


def order_erasure(actor: Actor, now: datetime) -> Erasure:
    """Close the actor's account now and let a job erase what the plan says."""
    if actor.person_id is None:
        raise ValueError("an erasure without a person")
    s = db.session()
    row = confirm(s, actor.person_id, Cause.ASKED, now)
    record(actor, "ordered erasure", "erasure", row.id)
    jobs.enqueue(s, ERASE, {"id": row.id}, dedup=f"{ERASE}:{row.id}")
    return row


# Consents


def set_consent(actor: Actor, consent: Consent, given: bool) -> None:
    """Write a consent or its withdrawal into the ledger. Where the consent was to being written to, the addresses go
    with it: nobody may keep what only the consent allowed."""
    note_consent(actor, consent, given=given, lang=i18n.lang())
    if consent.name == "contact" and not given:
        db.session().execute(delete(Contact).where(Contact.person_id == actor.person_id))


# Breaches


def put_breach(actor: Actor, row: Breach | None, values: dict[str, object], *, close: bool) -> tuple[Breach, Verdict]:
    """Enter a breach or change its entry; the audit record keeps what stood there before. A no where it may not be
    closed yet, and nothing is stored then."""
    s, now = db.session(), clock.now()
    if close:
        verdict = rules.may_close_breach(
            told_authority=values["authority_at"] is not None, why_not=str(values["why_not"] or "")
        )
        if not verdict:
            return row or Breach(), verdict
    before = None
    if row is None:
        row = Breach(entered_at=now, entered_by_id=actor.person_id, changed_at=now, **values)
        s.add(row)
    else:
        before = {name: _plain(getattr(row, name)) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_at = now
    row.closed_at = (row.closed_at or now) if close else None
    s.flush()
    after = {name: _plain(value) for name, value in values.items()}
    record(
        actor, "entered breach" if before is None else "changed breach", "breach", row.id, before=before, after=after
    )
    return row, YES


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
