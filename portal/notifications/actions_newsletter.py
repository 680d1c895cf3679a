"""The newsletter: an address says yes twice, staff write an issue, the worker sends it in batches."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.audit.actions import record
from portal.base import clock, db, ground, jobs, limits, mail, outside, texts
from portal.base.actor import Actor
from portal.base.i18n import _l
from portal.base.markdown import render
from portal.base.texts import Wording
from portal.notifications import sign
from portal.notifications.models import Newsletter, Subscriber

BATCH = 100
UNCONFIRMED = timedelta(days=7)
MOST_MAILS = 3  # to one address within an hour, so that nobody's box is filled through this form
MOST_OF_BROWSER, MOST_OF_ORIGIN = 5, 60  # within an hour; the second is far above what a library needs

VERSION = 1  # of the words below: a changed text is a new version
AGREED = _l(
    "I want the newsletter of the city by e-mail at this address. The city keeps the address for this alone, until I end "
    "it by the link in each issue."
)


def subscribe(s: Session, *, email: str, lang: str, browser: str, origin: str) -> None:
    """Somebody typed an address. Whoever owns it gets a mail with a link; nothing tells the typist whether the address
    was known, or whether too many were asked for: by this browser, from this network address, for this mailbox."""
    now, folded = clock.now(), email.strip().casefold()
    counted = (
        ("newsletter", folded, MOST_MAILS),
        ("newsletter-browser", browser, MOST_OF_BROWSER),
        ("newsletter-origin", origin, MOST_OF_ORIGIN),
    )
    if any(limits.too_many(s, scope, key, now, most=most, minutes=60) for scope, key, most in counted):
        return
    for scope, key, _most in counted:
        limits.failed(s, scope, key, now)
    row = s.scalars(select(Subscriber).where(Subscriber.email_folded == folded)).first()
    if row is not None and row.confirmed_at is not None:
        return
    if row is None:
        row = Subscriber(email=email.strip(), email_folded=folded, lang=lang, secret="", created_at=now)
        s.add(row)
    row.secret, row.lang, row.created_at = secrets.token_urlsafe(16), lang, now
    s.flush()
    url = outside.absolute("notifications.confirm", lang, token=sign.token("confirm", row.id, row.secret))
    mail.put(
        s,
        to=row.email,
        subject=" ".join(outside.render("mail/notifications/confirm_subject.txt", lang).split()),
        body=outside.render("mail/notifications/confirm.txt", lang, url=url),
        lang=lang,
        secret=True,
    )


def by_token(s: Session, token: str, purpose: str) -> Subscriber | None:
    """The subscriber whom a signed address names."""
    parts = sign.read(token)
    if parts is None or len(parts) != 3 or parts[0] != purpose:
        return None
    row = s.get(Subscriber, int(parts[1]))
    return row if row is not None and secrets.compare_digest(row.secret, parts[2]) else None


def confirm(row: Subscriber, now: datetime) -> None:
    """The second yes."""
    if row.confirmed_at is None:
        row.confirmed_at, row.consent_version = now, VERSION
    db.session().flush()


def subscribe_signed(s: Session, *, email: str, lang: str, paper: str) -> Subscriber:
    """Somebody asked for the newsletter on paper and signed. The address gets it from now on, and is told so at once,
    with the number of the paper and the link that ends it. An address that has it already stays as it is."""
    now, folded = clock.now(), email.strip().casefold()
    row = s.scalars(db.locked(select(Subscriber).where(Subscriber.email_folded == folded))).first()
    if row is not None and row.confirmed_at is not None:
        return row
    if row is None:
        row = Subscriber(email=email.strip(), email_folded=folded, lang=lang, secret="", created_at=now)
        s.add(row)
    row.secret, row.lang = secrets.token_urlsafe(16), lang
    row.confirmed_at, row.consent_version, row.paper = now, VERSION, paper
    s.flush()
    ends = outside.absolute("notifications.unsubscribe", lang, token=sign.token("letter", row.id, row.secret))
    mail.put(
        s,
        to=row.email,
        subject=" ".join(outside.render("mail/notifications/signed_subject.txt", lang).split()),
        body=outside.render("mail/notifications/signed.txt", lang, paper=paper, agreed=AGREED, ends=ends),
        lang=lang,
        unsubscribe=ends,
    )
    return row


def leave(s: Session, row: Subscriber) -> None:
    """Forget the address."""
    s.execute(delete(Subscriber).where(Subscriber.id == row.id))


def readers(s: Session) -> int:
    """How many addresses get the newsletter."""
    return s.scalar(select(func.count()).where(Subscriber.confirmed_at.is_not(None))) or 0


def issues(s: Session) -> Sequence[tuple[Newsletter, str]]:
    """Every issue, newest first, with its subject in the reader's language; two selects."""
    rows = s.scalars(select(Newsletter).order_by(Newsletter.id.desc()).limit(200)).all()
    said = texts.load(s, "newsletter", [row.id for row in rows], ["subject"])
    return [(row, str(said.get((row.id, "subject"), ""))) for row in rows]


def begin(actor: Actor) -> Newsletter:
    """A new issue, empty."""
    s = db.session()
    row = Newsletter(made_by_id=actor.person_id, made_at=clock.now())
    s.add(row)
    s.flush()
    record(actor, "newsletter.begun", "newsletter", row.id)
    return row


def write(actor: Actor, row: Newsletter, *, lang: str, subject: str, body: str) -> None:
    """Store an issue's text in one language."""
    s = db.session()
    texts.put(s, "newsletter", row.id, "subject", lang, subject)
    texts.put(s, "newsletter", row.id, "body", lang, body, markdown=True)
    record(actor, "newsletter.written", "newsletter", row.id, after={"lang": lang})


def remove(actor: Actor, row: Newsletter) -> None:
    """Throw an unsent issue away."""
    s = db.session()
    s.execute(delete(Wording).where(Wording.kind == "newsletter", Wording.object_id == row.id))
    s.delete(row)
    s.flush()
    record(actor, "newsletter.removed", "newsletter", row.id)


def send(actor: Actor, row: Newsletter) -> None:
    """Send an issue to everybody who confirmed until now."""
    s = db.session()
    row.sent_at = clock.now()
    s.flush()
    record(actor, "newsletter.sent", "newsletter", row.id, after={"readers": readers(s)})
    jobs.enqueue(s, "notifications.newsletter", {"id": row.id}, dedup=f"newsletter:{row.id}")


def pick(words: Mapping[tuple[str, str], Wording], lang: str) -> str | None:
    """The language in which a reader gets the issue: the own, else English, else any that is whole."""
    whole = [code for field, code in words if field == "subject" and ("body", code) in words]
    return next((code for code in (lang, "en", *sorted(whole)) if code in whole), None)


def made(words: Mapping[tuple[str, str], Wording], code: str, ends: str) -> tuple[str, str, str]:
    """Subject, text and HTML of an issue in a language."""
    subject, body = words["subject", code].body, words["body", code]
    context = {"subject": subject, "text": body.body, "html": body.html or render(body.body, code), "ends": ends}
    return (
        subject,
        outside.render("mail/notifications/newsletter.txt", code, **context),
        outside.render("mail/notifications/newsletter.html", code, **context),
    )


def send_out(number: int) -> None:
    """The worker's part: put the issue into the outbox for batch after batch of readers, each exactly once."""
    while _send_some(number):
        pass


def _send_some(number: int) -> bool:
    with db.read() as s:
        row = s.get(Newsletter, number)
        if row is None or row.sent_at is None or row.done_at is not None:
            return False
        words = texts.all_languages(s, "newsletter", number)
        people = s.scalars(
            select(Subscriber)
            .where(Subscriber.confirmed_at <= row.sent_at, Subscriber.id > row.cursor)
            .order_by(Subscriber.id)
            .limit(BATCH)
        ).all()
    offered = ground.settings().languages
    copies = []
    for one in people:
        code = pick(words, one.lang if one.lang in offered else offered[0])
        if code is not None:
            ends = outside.absolute("notifications.unsubscribe", code, token=sign.token("letter", one.id, one.secret))
            copies.append((one, code, ends, made(words, code, ends)))
    with db.write() as s:
        again = s.scalars(db.locked(select(Newsletter).where(Newsletter.id == number))).one()
        if again.cursor != row.cursor:
            return again.done_at is None  # another run was faster
        for one, code, ends, (subject, body, html) in copies:
            mail.put(
                s, to=one.email, subject=subject, body=body, html=html, lang=code, unsubscribe=ends, wake=False
            )  # fmt: skip
        again.copies += len(copies)
        if people:
            again.cursor = people[-1].id
        if len(people) < BATCH:
            again.done_at = clock.now()
        return again.done_at is None


def sweep(s: Session) -> None:
    """Forget addresses that nobody confirmed."""
    s.execute(
        delete(Subscriber).where(Subscriber.confirmed_at.is_(None), Subscriber.created_at < clock.now() - UNCONFIRMED)
    )
