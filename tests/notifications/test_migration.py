"""Mails that lay in the outbox before it knew states keep their place: sent stays sent, the others wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from portal import config
from portal.base import schema
from portal.base.db import Database

OLD = (
    "INSERT INTO outbox (recipient, subject, body, html, lang, secret, created_at, sent_at, message_id) VALUES "
    "('a@x.example', 'Sent', 'b', '', 'en', false, '2026-05-01 10:00:00', '2026-05-01 10:01:00', '<1@x>'), "
    "('b@x.example', 'Waits', 'b', '', 'et', true, '2026-05-02 10:00:00', NULL, '<2@x>')"
)


@pytest.fixture
def database(make_settings: Callable[..., config.Settings]) -> Iterator[Database]:
    made = Database(make_settings().database)
    yield made
    made.dispose()


def test_old_mails_keep_their_place_there_and_back(database: Database) -> None:
    schema.downgrade(database, "0008")
    with schema.engine_for(database).begin() as connection:
        connection.execute(sa.text(OLD))
    schema.upgrade(database)
    with schema.engine_for(database).connect() as connection:
        rows = connection.execute(
            sa.text("SELECT subject, state, way, tries, message_id FROM outbox ORDER BY id")
        ).all()
    assert [tuple(row) for row in rows] == [
        ("Sent", "sent", "email", 0, "<1@x>"), ("Waits", "waiting", "email", 0, "<2@x>"),
    ]  # fmt: skip
    schema.downgrade(database, "0008")
    with schema.engine_for(database).connect() as connection:
        kept = connection.execute(sa.text("SELECT subject FROM outbox WHERE sent_at IS NULL")).scalars().all()
    assert kept == ["Waits"]
