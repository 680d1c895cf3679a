"""Mail: a row in the outbox, written with the act it tells of; the worker sends it after the commit."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.base import clock, db, ground, jobs
from portal.base.feature import Job
from portal.base.tables import Base, Id, UtcTime


class Outgoing(Base):
    """One mail. Its text is blanked once sent where it held a code."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text, default="")
    lang: Mapped[str] = mapped_column(String(12))
    secret: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    message_id: Mapped[str] = mapped_column(String(200), default="")


def put(s: Session, *, to: str, subject: str, body: str, lang: str, html: str = "", secret: bool = False) -> None:
    """Put a mail into the outbox of this transaction. `secret`: blank its text once sent."""
    row = Outgoing(
        recipient=to, subject=subject, body=body, html=html, lang=lang, secret=secret, created_at=clock.now(),
        message_id=make_msgid(domain="portal"),
    )  # fmt: skip
    s.add(row)
    s.flush()
    jobs.enqueue(s, "mail.send", {"id": row.id}, dedup=f"mail:{row.id}")


def send(payload: dict[str, Any]) -> None:
    """Send one mail through the configured server. The same message number each time, so that a repeat after a crash
    can be told from a second mail. Without a server the mail stays in the outbox."""
    smtp = ground.settings().smtp
    with db.read() as s:
        row = s.scalar(select(Outgoing).where(Outgoing.id == payload["id"], Outgoing.sent_at.is_(None)))
    if row is None or not smtp.host:
        return
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = ground.settings().city.mail, row.recipient, row.subject
    message["Message-ID"], message["Auto-Submitted"] = row.message_id, "auto-generated"
    message.set_content(row.body)
    message["Content-Language"] = row.lang
    if row.html:
        message.add_alternative(row.html, subtype="html")
    with smtplib.SMTP(smtp.host, smtp.port, timeout=20) as server:
        if smtp.tls:
            server.starttls(context=ssl.create_default_context())
        if smtp.user:
            server.login(smtp.user, smtp.password)
        server.send_message(message)
    with db.write() as s:
        again = s.get_one(Outgoing, row.id)
        again.sent_at = clock.now()
        if again.secret:
            again.body = again.html = ""


JOB = Job("mail.send", send)
