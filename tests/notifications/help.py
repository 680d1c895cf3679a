"""People with addresses, phrases to test with, and what reached them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from portal.base import clock, db, jobs
from portal.base.feature import Feature, Notice, Topic
from portal.base.i18n import _l
from portal.base.mail import Outgoing
from portal.base.web import Portal
from portal.identity.models import Contact, Person, Way
from portal.notifications.models import Message
from tests.client import Client
from tests.identity.help import enter

PROBE = Feature(
    name="probe",
    topics=[Topic("fun", _l("Open data")), Topic("law", _l("Search"), required=True)],
    notices=[
        Notice("fun.new", "fun", _l("%(budget)s: %(phase)s"), _l("Voting has begun: %(budget)s")),
        Notice("law.new", "law", _l("Newsletter"), _l("Search")),
    ],
)


def put_on(app: Portal) -> None:
    """Two topics: one for fun, one that the law requires."""
    app.ground.features.append(PROBE)


def person(app: Portal, name: str = "Ana Ilves", *, language: str = "en", **contacts: str) -> int:
    """Somebody with confirmed addresses (email, phone, post)."""
    number = enter(Client(app), name, language=language)
    now = clock.now()
    with db.write() as s:
        s.execute(update(Person).where(Person.id == number).values(language=language))
        for way, value in contacts.items():
            s.add(
                Contact(
                    person_id=number,
                    way=Way(way),
                    value=value,
                    value_folded=value.casefold(),
                    created_at=now,
                    confirmed_at=now,
                )  # fmt: skip
            )
    return number


def outbox() -> list[Outgoing]:
    """Everything that left or waits to."""
    with db.read() as s:
        return list(s.scalars(select(Outgoing).order_by(Outgoing.id)))


def messages(person_id: int | None = None) -> list[Message]:
    """Everything that was told."""
    with db.read() as s:
        wanted: Any = select(Message).order_by(Message.id)
        return list(s.scalars(wanted if person_id is None else wanted.where(Message.person_id == person_id)))


def work() -> None:
    """The worker does what waits."""
    jobs.run_due()
