"""Workshops, their sessions and days, bookings and what is known afterwards.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

TABLES = (
    "workshop_need",
    "workshop_call",
    "workshop_attendance",
    "workshop_note",
    "workshop_language",
    "workshop_day",
    "workshop_booking",
    "workshop_session",
    "workshop_interest",
    "workshop",
    "workshop_term",
    "workshop_holiday",
)


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the tables, and to each contact whether it is used as it was given: a guest's, who confirms nothing."""
    with op.batch_alter_table("contact") as table:
        table.add_column(sa.Column("as_given", sa.Boolean, server_default=sa.false(), nullable=False))
    op.create_table(
        "workshop_holiday",
        sa.Column("id", Id, nullable=False),
        sa.Column("from_day", sa.Date, nullable=False),
        sa.Column("until_day", sa.Date, nullable=False),
        sa.CheckConstraint("from_day <= until_day", name="ck_workshop_holiday_dates"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_holiday"),
    )
    op.create_table(
        "workshop_term",
        sa.Column("id", Id, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name="ck_workshop_term_dates"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_term"),
    )
    op.create_table(
        "workshop",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("purpose", one_of("course", "meeting", "appointment", name="purpose"), nullable=False),
        sa.Column("level", one_of("first_steps", "messages", "city_services", "safety", "helping", name="level")),
        sa.Column("process_id", Id),
        sa.Column("min_age", sa.Integer),
        sa.Column("minutes", sa.Integer, server_default="90", nullable=False),
        sa.Column("certificate", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("shown", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("position", sa.Integer, server_default="0", nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint("(purpose = 'course') = (level IS NOT NULL)", name="ck_workshop_level_of_course"),
        sa.CheckConstraint("min_age BETWEEN 1 AND 120", name="ck_workshop_min_age"),
        sa.CheckConstraint("minutes BETWEEN 5 AND 1440", name="ck_workshop_minutes"),
        sa.CheckConstraint("process_id IS NULL OR purpose = 'meeting'", name="ck_workshop_process_of_meeting"),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name="fk_workshop_process_id"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop"),
        sa.UniqueConstraint("slug", name="uq_workshop_slug"),
    )
    op.create_index("ix_workshop_process_id", "workshop", ["process_id"])
    op.create_table(
        "workshop_interest",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("workshop_id", Id),
        sa.Column("level", one_of("first_steps", "messages", "city_services", "safety", "helping", name="level")),
        sa.Column("venue_id", Id),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("words", sa.String(300), server_default="", nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("told_at", UtcTime),
        sa.CheckConstraint("(workshop_id IS NULL) <> (level IS NULL)", name="ck_workshop_interest_one"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_workshop_interest_person_id"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name="fk_workshop_interest_venue_id"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_workshop_interest_workshop_id"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_interest"),
    )
    op.create_index("ix_workshop_interest_level", "workshop_interest", ["level"])
    op.create_index("ix_workshop_interest_person_id", "workshop_interest", ["person_id"])
    op.create_index("ix_workshop_interest_workshop_id", "workshop_interest", ["workshop_id"])
    op.create_table(
        "workshop_session",
        sa.Column("id", Id, nullable=False),
        sa.Column("workshop_id", Id, nullable=False),
        sa.Column("term_id", Id),
        sa.Column("venue_id", Id, nullable=False),
        sa.Column("room", sa.String(80), server_default="", nullable=False),
        sa.Column("trainer_id", Id),
        sa.Column("trainer_name", sa.String(120), server_default="", nullable=False),
        sa.Column("step_free", sa.Boolean),
        sa.Column("loop", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column(
            "state", one_of("draft", "open", "cancelled", "held", name="state"), server_default="draft", nullable=False
        ),
        sa.Column("starts_at", UtcTime, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.Column("book_from", UtcTime),
        sa.Column("book_until", UtcTime),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("seats_taken", sa.Integer, server_default="0", nullable=False),
        sa.Column("devices", sa.Integer, server_default="0", nullable=False),
        sa.Column("devices_taken", sa.Integer, server_default="0", nullable=False),
        sa.Column("companions", sa.Integer, server_default="0", nullable=False),
        sa.Column("companions_taken", sa.Integer, server_default="0", nullable=False),
        sa.Column("waiting", sa.Integer, server_default="0", nullable=False),
        sa.Column("last_place", sa.Integer, server_default="0", nullable=False),
        sa.Column("takes_waiting", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("offer_hours", sa.Integer, server_default="24", nullable=False),
        sa.Column("uid", sa.String(80), nullable=False),
        sa.Column("sequence", sa.Integer, server_default="0", nullable=False),
        sa.Column("moved_at", UtcTime),
        sa.Column("cancelled_at", UtcTime),
        sa.Column("cancelled_reason", sa.String(500), server_default="", nullable=False),
        sa.Column("cancelled_lang", sa.String(12), server_default="", nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint(
            "companions >= 0 AND companions_taken BETWEEN 0 AND companions", name="ck_workshop_session_companions"
        ),
        sa.CheckConstraint("devices >= 0 AND devices_taken BETWEEN 0 AND devices", name="ck_workshop_session_devices"),
        sa.CheckConstraint("offer_hours BETWEEN 1 AND 336", name="ck_workshop_session_offer_hours"),
        sa.CheckConstraint("seats >= 0 AND seats_taken BETWEEN 0 AND seats", name="ck_workshop_session_seats"),
        sa.CheckConstraint("sequence >= 0", name="ck_workshop_session_sequence"),
        sa.CheckConstraint("starts_at < ends_at", name="ck_workshop_session_time"),
        sa.CheckConstraint("waiting >= 0", name="ck_workshop_session_waiting"),
        sa.ForeignKeyConstraint(["term_id"], ["workshop_term.id"], name="fk_workshop_session_term_id"),
        sa.ForeignKeyConstraint(["trainer_id"], ["person.id"], name="fk_workshop_session_trainer_id"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name="fk_workshop_session_venue_id"),
        sa.ForeignKeyConstraint(["workshop_id"], ["workshop.id"], name="fk_workshop_session_workshop_id"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_session"),
        sa.UniqueConstraint("uid", name="uq_workshop_session_uid"),
    )
    op.create_index("ix_workshop_session_starts_at_id", "workshop_session", ["starts_at", "id"])
    op.create_index("ix_workshop_session_term_id", "workshop_session", ["term_id"])
    op.create_index("ix_workshop_session_trainer_id", "workshop_session", ["trainer_id"])
    op.create_index("ix_workshop_session_venue_id_starts_at", "workshop_session", ["venue_id", "starts_at"])
    op.create_index("ix_workshop_session_workshop_id_starts_at", "workshop_session", ["workshop_id", "starts_at"])
    op.create_table(
        "workshop_booking",
        sa.Column("id", Id, nullable=False),
        sa.Column("session_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("for_name", sa.String(200), server_default="", nullable=False),
        sa.Column("mandate_id", Id),
        sa.Column("guest", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column(
            "state",
            one_of("booked", "waiting", "offered", "lapsed", "cancelled", "dropped", name="state"),
            nullable=False,
        ),
        sa.Column("device", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("companions", sa.Integer, server_default="0", nullable=False),
        sa.Column("place", sa.Integer),
        sa.Column("offered_at", UtcTime),
        sa.Column("offered_until", UtcTime),
        sa.Column("channel", sa.String(20), server_default="web", nullable=False),
        sa.Column("helped_by_id", Id),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("age_band", sa.String(10), server_default="", nullable=False),
        sa.Column("first_time", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("moved_from_id", Id),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.Column("paper_id", Id),
        sa.Column("asked_at", UtcTime),
        sa.Column("using", one_of("yes", "sometimes", "no", name="using")),
        sa.Column("answered_at", UtcTime),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint("companions BETWEEN 0 AND 9", name="ck_workshop_booking_companions"),
        sa.CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="ck_workshop_booking_offer"),
        sa.CheckConstraint("state <> 'waiting' OR place IS NOT NULL", name="ck_workshop_booking_place"),
        sa.CheckConstraint("version >= 1", name="ck_workshop_booking_version"),
        sa.ForeignKeyConstraint(["helped_by_id"], ["person.id"], name="fk_workshop_booking_helped_by_id"),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name="fk_workshop_booking_mandate_id"),
        sa.ForeignKeyConstraint(["moved_from_id"], ["workshop_booking.id"], name="fk_workshop_booking_moved_from_id"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_workshop_booking_paper_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_workshop_booking_person_id"),
        sa.ForeignKeyConstraint(["session_id"], ["workshop_session.id"], name="fk_workshop_booking_session_id"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_booking"),
    )
    op.create_index("ix_workshop_booking_person_id", "workshop_booking", ["person_id"])
    op.create_index("ix_workshop_booking_session_id_state_place", "workshop_booking", ["session_id", "state", "place"])
    op.create_index("ix_workshop_booking_state_offered_until", "workshop_booking", ["state", "offered_until"])
    op.create_index(
        "uq_workshop_booking_live",
        "workshop_booking",
        ["session_id", "person_id", "for_name"],
        unique=True,
        sqlite_where=sa.text("state IN ('booked', 'waiting', 'offered')"),
        postgresql_where=sa.text("state IN ('booked', 'waiting', 'offered')"),
    )
    op.create_table(
        "workshop_day",
        sa.Column("id", Id, nullable=False),
        sa.Column("session_id", Id, nullable=False),
        sa.Column("starts_at", UtcTime, nullable=False),
        sa.Column("ends_at", UtcTime, nullable=False),
        sa.Column("cancelled_at", UtcTime),
        sa.CheckConstraint("starts_at < ends_at", name="ck_workshop_day_time"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["workshop_session.id"], name="fk_workshop_day_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_day"),
        sa.UniqueConstraint("session_id", "starts_at", name="uq_workshop_day_session_id_starts_at"),
    )
    op.create_index("ix_workshop_day_starts_at", "workshop_day", ["starts_at"])
    op.create_table(
        "workshop_language",
        sa.Column("session_id", Id, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("signed", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["workshop_session.id"], name="fk_workshop_language_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "lang", name="pk_workshop_language"),
    )
    op.create_table(
        "workshop_note",
        sa.Column("id", Id, nullable=False),
        sa.Column("session_id", Id, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("by_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint("body <> ''", name="ck_workshop_note_body"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_workshop_note_by_id"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["workshop_session.id"], name="fk_workshop_note_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_note"),
    )
    op.create_index("ix_workshop_note_session_id", "workshop_note", ["session_id"])
    op.create_table(
        "workshop_attendance",
        sa.Column("booking_id", Id, nullable=False),
        sa.Column("day_id", Id, nullable=False),
        sa.Column("came", sa.Boolean, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("nonce", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["workshop_booking.id"], name="fk_workshop_attendance_booking_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_workshop_attendance_by_id"),
        sa.ForeignKeyConstraint(
            ["day_id"], ["workshop_day.id"], name="fk_workshop_attendance_day_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booking_id", "day_id", name="pk_workshop_attendance"),
        sa.UniqueConstraint("nonce", name="uq_workshop_attendance_nonce"),
    )
    op.create_index("ix_workshop_attendance_day_id", "workshop_attendance", ["day_id"])
    op.create_table(
        "workshop_call",
        sa.Column("id", Id, nullable=False),
        sa.Column("booking_id", Id, nullable=False),
        sa.Column(
            "reason", one_of("offer", "reminder", "moved", "cancelled", "still_using", name="reason"), nullable=False
        ),
        sa.Column("mark", sa.String(40), server_default="", nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("tries", sa.Integer, server_default="0", nullable=False),
        sa.Column("done_at", UtcTime),
        sa.Column("done_by_id", Id),
        sa.Column("outcome", one_of("reached", "not_reached", "given_up", name="outcome")),
        sa.CheckConstraint("(done_at IS NULL) = (outcome IS NULL)", name="ck_workshop_call_done"),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["workshop_booking.id"], name="fk_workshop_call_booking_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name="fk_workshop_call_done_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_workshop_call"),
        sa.UniqueConstraint("booking_id", "reason", "mark", name="uq_workshop_call_booking_id_reason_mark"),
    )
    op.create_index("ix_workshop_call_done_at_due_at", "workshop_call", ["done_at", "due_at"])
    op.create_table(
        "workshop_need",
        sa.Column("booking_id", Id, autoincrement=False, nullable=False),
        sa.Column("interpreter", sa.String(12), server_default="", nullable=False),
        sa.Column("loop", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("wheelchair", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("other", sa.String(300), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["workshop_booking.id"], name="fk_workshop_need_booking_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booking_id", name="pk_workshop_need"),
    )


def downgrade() -> None:
    """Take the tables away."""
    for name in TABLES:
        op.drop_table(name)
    with op.batch_alter_table("contact") as table:
        table.drop_column("as_given")
