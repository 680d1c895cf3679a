"""People's rights over their data: access log, consents, requests, exports, erasures, tombstones, breaches.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from portal.audit.models_looks import APPEND_ONLY
from portal.base.tables import Id, UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _check(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _person(table: str, column: str = "person_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_{table}_{column}_person")


def upgrade() -> None:
    """Make the tables, and the triggers that keep the ledger of consents as it was written."""
    op.create_table(
        "look",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("actor_id", Id),
        sa.Column("session_id", Id),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("how", sa.String(40), nullable=False),
        sa.Column("page", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(80), nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
        sa.Column("words", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_look"),
        _check("look", "how", "page", "search", "export"),
    )
    op.create_index("ix_look_at", "look", ["at"])
    op.create_index("ix_look_person_id_at", "look", ["person_id", "at"])
    op.create_index("ix_look_session_id_kind_object_id", "look", ["session_id", "kind", "object_id"])
    op.create_table(
        "consent",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("helped_by", Id),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_person_id_name", "consent", ["person_id", "name"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "data_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("wish", sa.String(40), nullable=False),
        sa.Column("look_id", Id),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("received_at", UtcTime, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("extended_on", sa.Date),
        sa.Column("extended_why", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(40)),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.Column("answered_by_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk_data_request"),
        _person("data_request"),
        _person("data_request", "answered_by_id"),
        _check("data_request", "wish", "question", "correction", "restriction", "objection"),
        _check("data_request", "outcome", "done", "partly", "refused"),
        sa.CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name=op.f("ck_data_request_whole_answer")),
    )
    op.create_index("ix_data_request_person_id", "data_request", ["person_id"])
    op.create_index("ix_data_request_answered_at_due_on", "data_request", ["answered_at", "due_on"])
    op.create_table(
        "person_mark",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("placed_at", UtcTime, nullable=False),
        sa.Column("placed_by_id", Id),
        sa.Column("lifted_at", UtcTime),
        sa.Column("lifted_by_id", Id),
        sa.Column("lifted_why", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person_mark"),
        _person("person_mark"),
        _person("person_mark", "placed_by_id"),
        _person("person_mark", "lifted_by_id"),
        _check("person_mark", "kind", "hold", "restricted"),
    )
    op.create_index(
        "uq_person_mark_standing",
        "person_mark",
        ["person_id", "kind"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "data_export",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("made_at", UtcTime),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_export"),
        _person("data_export"),
        _check("data_export", "state", "waiting", "ready", "gone"),
    )
    op.create_index("ix_data_export_person_id", "data_export", ["person_id"])
    op.create_table(
        "erasure",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("confirmed_at", UtcTime, nullable=False),
        sa.Column("done_at", UtcTime),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("effect", sa.JSON),
        sa.Column("files", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        _person("erasure"),
        _check("erasure", "cause", "asked", "inactive", "retention"),
        _check("erasure", "state", "confirmed", "held", "erased", "done"),
    )
    op.create_index("ix_erasure_person_id", "erasure", ["person_id"])
    op.create_table(
        "tombstone",
        sa.Column("id", Id, nullable=False),
        sa.Column("record", sa.String(80), nullable=False),
        sa.Column("fate", sa.String(20), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstone"),
        _check("tombstone", "cause", "asked", "inactive", "retention"),
        sa.CheckConstraint("count > 0", name=op.f("ck_tombstone_count")),
    )
    op.create_index("ix_tombstone_at", "tombstone", ["at"])
    op.create_table(
        "account_use",
        sa.Column("person_id", Id, autoincrement=False, nullable=False),
        sa.Column("seen_on", sa.Date, nullable=False),
        sa.Column("warned_at", UtcTime),
        sa.PrimaryKeyConstraint("person_id", name="pk_account_use"),
        _person("account_use"),
    )
    op.create_table(
        "breach",
        sa.Column("id", Id, nullable=False),
        sa.Column("discovered_at", UtcTime, nullable=False),
        sa.Column("entered_at", UtcTime, nullable=False),
        sa.Column("entered_by_id", Id),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("people", sa.Integer),
        sa.Column("consequences", sa.Text, nullable=False),
        sa.Column("measures", sa.Text, nullable=False),
        sa.Column("authority_at", UtcTime),
        sa.Column("people_told_at", UtcTime),
        sa.Column("why_not", sa.Text, nullable=False),
        sa.Column("closed_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_breach"),
        _person("breach", "entered_by_id"),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("breach", "account_use", "tombstone", "erasure", "data_export", "person_mark", "data_request"):
        op.drop_table(table)
    op.drop_table("consent")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION consent_only_added()")
    op.drop_table("look")
