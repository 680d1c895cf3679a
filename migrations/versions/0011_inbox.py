"""The inbox: messages, wishes, deliveries, letters, the newsletter; the outbox learns how far each mail is.

Revision ID: 0011
Revises: 0010
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OLD = ("recipient", "subject", "body", "html", "lang", "secret", "created_at", "sent_at", "message_id")
TIMES = {"created_at", "sent_at"}


def _old() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", Id, nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("sent_at", UtcTime),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    ]


def _outbox(*more: sa.ColumnClause[Any]) -> sa.TableClause:
    """The columns that both forms have, typed, for moving rows."""
    return sa.table(
        "outbox",
        *[sa.column(name, UtcTime if name in TIMES else sa.Boolean if name == "secret" else sa.Text) for name in OLD],
        *more,
    )


def _rows() -> list[dict[str, Any]]:
    """Mails that lie in the outbox; they get new numbers, which nothing points at."""
    return [dict(row) for row in op.get_bind().execute(sa.select(_outbox()).order_by(sa.text("id"))).mappings()]


def upgrade() -> None:
    """Make the tables."""
    _new_outbox()
    op.create_table(
        "message",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("notice", sa.String(80), nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("endpoint", sa.String(80)),
        sa.Column("args", sa.JSON, nullable=False),
        sa.Column("about_kind", sa.String(40), nullable=False),
        sa.Column("about_id", Id),
        sa.Column("free_lang", sa.String(12), nullable=False),
        sa.Column("free_text", sa.Text, nullable=False),
        sa.Column("dedup", sa.String(200)),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("read_at", UtcTime),
        sa.Column("routed_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_message_person_id"),
        sa.UniqueConstraint("person_id", "dedup", name="uq_message_person_id_dedup"),
    )
    op.create_index("ix_message_created_at", "message", ["created_at"])
    op.create_index("ix_message_person_id_read_at", "message", ["person_id", "read_at"])
    op.create_table(
        "preference",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("mail", sa.String(40), nullable=False),
        sa.Column("sms", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "topic", name="pk_preference"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_preference_person_id"),
        sa.CheckConstraint("mail IN ('now', 'daily', 'weekly', 'off')", name=op.f("ck_preference_mail")),
    )
    op.create_table(
        "follow",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", Id, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_follow_person_id"),
        sa.UniqueConstraint("person_id", "kind", "object_id", name="uq_follow_person_id_kind_object_id"),
    )
    op.create_index("ix_follow_kind_object_id_person_id", "follow", ["kind", "object_id", "person_id"])
    op.create_table(
        "alert",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("district", sa.String(40), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_alert_person_id"),
        sa.UniqueConstraint("person_id", "topic", "district", name="uq_alert_person_id_topic_district"),
    )
    op.create_index("ix_alert_topic_district_person_id", "alert", ["topic", "district", "person_id"])
    op.create_table(
        "announcement",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", Id, nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("district", sa.String(40)),
        sa.Column("notice", sa.String(80), nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("endpoint", sa.String(80)),
        sa.Column("args", sa.JSON, nullable=False),
        sa.Column("dedup", sa.String(200)),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("cursor", Id, nullable=False),
        sa.Column("done_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
        sa.UniqueConstraint("dedup", name="uq_announcement_dedup"),
    )
    op.create_table(
        "letter_batch",
        sa.Column("id", Id, nullable=False),
        sa.Column("made_by_id", Id),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("letters", sa.Integer, nullable=False),
        sa.Column("posted_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_letter_batch"),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name="fk_letter_batch_made_by_id"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("next_at", UtcTime, nullable=False),
        sa.Column("outbox_id", Id),
        sa.Column("batch_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.ForeignKeyConstraint(["batch_id"], ["letter_batch.id"], name="fk_delivery_batch_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_delivery_message_id", ondelete="CASCADE"),
        sa.UniqueConstraint("message_id", "channel", name="uq_delivery_message_id_channel"),
        sa.CheckConstraint("channel IN ('email', 'digest', 'sms', 'letter')", name=op.f("ck_delivery_channel")),
        sa.CheckConstraint("state IN ('waiting', 'handed', 'printing', 'posted')", name=op.f("ck_delivery_state")),
    )
    op.create_index("ix_delivery_batch_id", "delivery", ["batch_id"])
    op.create_index("ix_delivery_state_channel_next_at", "delivery", ["state", "channel", "next_at"])
    op.create_table(
        "calendar_key",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_calendar_key"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_calendar_key_person_id"),
        sa.UniqueConstraint("secret", name="uq_calendar_key_secret"),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", Id, nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("email_folded", sa.String(320), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("confirmed_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("email_folded", name="uq_subscriber_email_folded"),
    )
    op.create_index("ix_subscriber_confirmed_at", "subscriber", ["confirmed_at"])
    op.create_table(
        "newsletter",
        sa.Column("id", Id, nullable=False),
        sa.Column("made_by_id", Id),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("sent_at", UtcTime),
        sa.Column("cursor", Id, nullable=False),
        sa.Column("copies", sa.Integer, nullable=False),
        sa.Column("done_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_newsletter"),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name="fk_newsletter_made_by_id"),
    )


def _new_outbox() -> None:
    rows = _rows()
    op.drop_table("outbox")
    op.create_table(
        "outbox",
        sa.Column("id", Id, nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("person_id", Id),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("secret", sa.Boolean, nullable=False),
        sa.Column("unsubscribe", sa.String(500), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", UtcTime, nullable=False),
        sa.Column("lease_until", UtcTime),
        sa.Column("sending_at", UtcTime),
        sa.Column("sent_at", UtcTime),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("last_error", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.CheckConstraint("way IN ('email', 'sms')", name=op.f("ck_outbox_way")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'uncertain', 'dead', 'dropped')", name=op.f("ck_outbox_state")
        ),
    )
    op.create_index("ix_outbox_person_id", "outbox", ["person_id"])
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"])
    fresh = _outbox(
        *[sa.column(name) for name in ("way", "unsubscribe", "state", "tries", "last_error")],
        sa.column("next_at", UtcTime),
    )
    more = {"way": "email", "unsubscribe": "", "tries": 0, "last_error": ""}
    for row in rows:
        state = "sent" if row["sent_at"] else "waiting"
        op.execute(fresh.insert().values(**row, **more, state=state, next_at=row["created_at"]))


def downgrade() -> None:
    """Drop them; mails keep only whether they were sent."""
    for name in (
        "delivery", "letter_batch", "message", "preference", "follow", "alert", "announcement", "calendar_key",
        "subscriber", "newsletter",
    ):  # fmt: skip
        op.drop_table(name)
    rows = _rows()
    op.drop_table("outbox")
    op.create_table("outbox", *_old())
    for row in rows:
        op.execute(_outbox().insert().values(**row))
