"""Codes sent by mail: asking for one and trying one. A try is counted before it is judged, in the same transaction."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.base import limits, mail
from portal.base.ground import settings
from portal.base.i18n import _, _l
from portal.base.verdict import Verdict, no
from portal.config import key_of
from portal.identity import codes, rules_ways
from portal.identity.models import Identity, Way
from portal.identity.models_ways import MailCode, Purpose

DAY = 24 * 60
UNSENT = "-"  # the hash of a code that nobody was sent


def keyed(use: str, code: str) -> str:
    """What is stored of a code that people type."""
    return codes.keyed(key_of(settings(), "codes"), use, code)


def too_many_asked(s: Session, address: str, browser: str, now: datetime) -> bool:
    """Has this browser asked for too many codes, for this address or at all? What others asked for shuts nobody out."""
    folded = rules_ways.folded_address(address)
    return limits.too_many(s, "code", f"{folded} {browser}", now, most=rules_ways.MAIL_PER_BROWSER) or limits.too_many(
        s, "code-browser", browser, now, most=rules_ways.MAIL_PER_COOKIE
    )


def _newest(s: Session, purpose: Purpose, folded: str, now: datetime) -> MailCode | None:
    return s.scalars(
        select(MailCode)
        .where(
            MailCode.value_folded == folded, MailCode.purpose == purpose, MailCode.expires_at > now,
            MailCode.used_at.is_(None), MailCode.code_hash != UNSENT,
        )
        .order_by(MailCode.id.desc())
        .limit(1)
    ).first()  # fmt: skip


def _has_account(s: Session, folded: str) -> bool:
    wanted = select(Identity.id).where(Identity.issuer == rules_ways.EMAIL, Identity.sub == folded)
    return s.scalar(wanted) is not None


def ask_code(
    s: Session, *, purpose: Purpose, address: str, person_id: int | None, origin: str, browser: str, lang: str,
    now: datetime,
) -> int:  # fmt: skip
    """Send a code to an address, whoever it may belong to; the answer is the number of its row.

    Nobody is locked out by what others do. An address that was guessed at, or asked for from several browsers, gets
    long codes: guessing is over. One for which far too many were asked gets no further mail while the newest code is
    good; this browser may then type that one, which only the owner can read. From a network address that asks far
    above daily use, mail goes out to those alone who have an account; the answer is the same.
    """
    folded = rules_ways.folded_address(address)
    newest = None
    if limits.too_many(s, "code", folded, now, most=rules_ways.MAIL_PER_ADDRESS):
        newest = _newest(s, purpose, folded, now)
    shut = limits.too_many(s, "code-origin", origin, now, most=rules_ways.MAIL_PER_ORIGIN)
    silent = shut and person_id is None and not _has_account(s, folded)
    limits.failed(s, "code", f"{folded} {browser}", now)
    limits.failed(s, "code-browser", browser, now)
    limits.failed(s, "code", folded, now)
    limits.failed(s, "code-origin", origin, now)
    attacked = limits.too_many(
        s, "code-wrong", folded, now, most=rules_ways.SUSPICIOUS, minutes=DAY
    ) or limits.too_many(s, "code", folded, now, most=rules_ways.MAIL_LONG)
    code = codes.signs(12) if attacked else codes.digits(6)
    s.execute(delete(MailCode).where(MailCode.expires_at < now - rules_ways.MAIL_CODE))
    row = MailCode(
        purpose=purpose,
        person_id=person_id,
        way=Way.EMAIL,
        value=address,
        value_folded=folded,
        code_hash=keyed(f"mail {purpose.value} {folded}", code),
        created_at=now,
        expires_at=now + rules_ways.MAIL_CODE,
    )
    if newest is not None:
        row.code_hash, row.expires_at = newest.code_hash, newest.expires_at
    elif silent:
        row.code_hash = UNSENT
    s.add(row)
    s.flush()
    if newest is not None or silent:
        return row.id
    city = settings().city.name
    mail.put(
        s,
        to=address,
        subject=_("Your code for %(city)s", city=city),
        body="\n\n".join(
            [
                _("Your code: %(code)s", code=codes.grouped(code) if attacked else code),
                _("Type it on the page that asked for it. It is good for ten minutes, in the same browser."),
                _("If you did not ask for it, you need not do anything. Give the code to nobody."),
                city,
            ]
        ),
        lang=lang,
        secret=True,
    )
    return row.id


def use_up(s: Session, code_id: int) -> bool:
    """Take away the row by which an address was proved; False where somebody did before. What a browser holds of it is
    worth nothing from then on, nor is any copy."""
    gone = s.execute(
        delete(MailCode)
        .where(MailCode.id == code_id, MailCode.purpose == Purpose.SIGN_IN, MailCode.used_at.is_not(None))
        .execution_options(synchronize_session=False)
    )
    return gone.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def try_code(
    s: Session, code_id: int, typed: str, *, purpose: Purpose, person_id: int | None, now: datetime
) -> MailCode | Verdict:
    """Try a code; the right one counts once. Every try is counted, the right one too."""
    row = s.get(MailCode, code_id)
    if row is None or row.purpose is not purpose or row.person_id != person_id:
        return no(_l("This code is over. Ask for a new one."))
    verdict = rules_ways.code_is_good(used_at=row.used_at, expires_at=row.expires_at, tries=row.tries, now=now)
    if not verdict:
        return verdict
    counted = s.execute(
        update(MailCode)
        .where(MailCode.id == code_id, MailCode.used_at.is_(None), MailCode.tries < rules_ways.MAIL_TRIES)
        .values(tries=MailCode.tries + 1)
        .execution_options(synchronize_session=False)
    )
    if counted.rowcount != 1:  # type: ignore[attr-defined]
        return no(_l("This code was typed wrong too often. Ask for a new one."))
    if not hmac.compare_digest(row.code_hash, keyed(f"mail {purpose.value} {row.value_folded}", codes.read(typed))):
        limits.failed(s, "code-wrong", row.value_folded, now)
        return no(_l("This code is wrong. Look at the newest mail that we sent you."))
    s.execute(  # other browsers may have been waiting for the same code: it counts once
        update(MailCode)
        .where(MailCode.code_hash == row.code_hash)
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return row
