"""Moderation: reports, the queue, decisions with their reasons, appeals, suspensions.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import enum

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = (
    "spam_word", "suspension", "moderation_appeal", "content_report", "moderation_decision", "flagged_scope", "flagged",
)  # fmt: skip


def _choice(name: str, *values: str) -> sa.Enum:
    kind = enum.Enum(name, {f"v{n}": value for n, value in enumerate(values)})  # type: ignore[misc]
    return sa.Enum(
        kind, name=name, native_enum=False, create_constraint=True, length=40,
        values_callable=lambda members: [str(m.value) for m in members],
    )  # fmt: skip


def _text(name: str, size: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(size) if size else sa.Text, nullable=False)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "flagged",
        sa.Column("id", Id, nullable=False),
        _text("kind", 40),
        sa.Column("object_id", Id, nullable=False),
        _text("lang", 12),
        sa.Column("first_at", UtcTime, nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.Column("held", _choice("held", "", "before", "links", "trap", "fast", "many"), nullable=False),
        sa.Column("due_at", UtcTime),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("decided_at", UtcTime),
        sa.Column("claimed_by_id", Id),
        sa.Column("claimed_at", UtcTime),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("reports >= 0", name=op.f("ck_flagged_reports")),
        sa.PrimaryKeyConstraint("id", name="pk_flagged"),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["person.id"], name="fk_flagged_claimed_by_id_person"),
        sa.UniqueConstraint("kind", "object_id", name="uq_flagged_kind_object_id"),
    )
    op.create_index("ix_flagged_decided_at_first_at", "flagged", ["decided_at", "first_at"])
    op.create_table(
        "flagged_scope",
        sa.Column("flagged_id", Id, nullable=False),
        _text("kind", 20),
        sa.Column("number", Id, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("flagged_id", "kind", "number", name="pk_flagged_scope"),
        sa.ForeignKeyConstraint(
            ["flagged_id"], ["flagged.id"], name="fk_flagged_scope_flagged_id_flagged", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_flagged_scope_kind_number", "flagged_scope", ["kind", "number"])
    op.create_table(
        "moderation_decision",
        sa.Column("id", Id, nullable=False),
        sa.Column("flagged_id", Id, nullable=False),
        sa.Column("author_id", Id),
        sa.Column(
            "act",
            _choice("act", "hide", "restore", "remove_data", "lock", "warn", "suspend", "dismiss", "release"),
            nullable=False,
        ),
        sa.Column("ground", _choice("ground", "rule", "law", ""), nullable=False),
        _text("reference", 200),
        _text("phrase", 40),
        _text("facts"),
        _text("facts_lang", 12),
        sa.Column("extent", _choice("extent", "whole", "part", "account"), nullable=False),
        sa.Column("until", UtcTime),
        sa.Column("automated", sa.Boolean, nullable=False),
        _text("title", 300),
        _text("title_lang", 12),
        sa.Column("texts_before", sa.JSON),
        sa.Column("by_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("waited", sa.Integer, nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        _text("bulk", 16),
        _text("taught", 8),
        sa.Column("ended_at", UtcTime),
        sa.CheckConstraint(
            "(act IN ('dismiss', 'release')) OR ground <> ''", name=op.f("ck_moderation_decision_reasons")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_decision"),
        sa.ForeignKeyConstraint(["flagged_id"], ["flagged.id"], name="fk_moderation_decision_flagged_id_flagged"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_moderation_decision_author_id_person"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_moderation_decision_by_id_person"),
    )
    for name in ("flagged_id", "author_id", "at"):
        op.create_index(f"ix_moderation_decision_{name}", "moderation_decision", [name])
    op.create_table(
        "content_report",
        sa.Column("id", Id, nullable=False),
        sa.Column("flagged_id", Id, nullable=False),
        _text("reference", 24),
        sa.Column(
            "reason",
            _choice(
                "reason", "insult", "hate", "threat", "private", "spam", "off_topic", "false_name", "rights", "illegal",
                "other",
            ),
            nullable=False,
        ),
        _text("words"),
        _text("lang", 12),
        sa.Column("person_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("decision_id", Id),
        sa.Column("decided_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_content_report"),
        sa.ForeignKeyConstraint(["flagged_id"], ["flagged.id"], name="fk_content_report_flagged_id_flagged"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_content_report_person_id_person"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decision.id"], name="fk_content_report_decision_id_moderation_decision",
            ondelete="SET NULL",
        ),
        sa.UniqueConstraint("reference", name="uq_content_report_reference"),
    )  # fmt: skip
    for name in ("flagged_id", "person_id", "at"):
        op.create_index(f"ix_content_report_{name}", "content_report", [name])
    op.create_table(
        "moderation_appeal",
        sa.Column("id", Id, nullable=False),
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("by_id", Id),
        _text("words"),
        _text("lang", 12),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("outcome", _choice("outcome", "upheld", "overturned")),
        _text("reasons"),
        _text("reasons_lang", 12),
        sa.Column("decided_by_id", Id),
        sa.Column("decided_at", UtcTime),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_moderation_appeal_whole_answer")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_moderation_appeal"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decision.id"], name="fk_moderation_appeal_decision_id_moderation_decision",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_moderation_appeal_by_id_person"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_moderation_appeal_decided_by_id_person"),
        sa.UniqueConstraint("decision_id", name="uq_moderation_appeal_decision_id"),
    )  # fmt: skip
    op.create_index("ix_moderation_appeal_decided_at_due_at", "moderation_appeal", ["decided_at", "due_at"])
    op.create_table(
        "suspension",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("begins_at", UtcTime, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("lifted_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_suspension_person_id_person"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["moderation_decision.id"], name="fk_suspension_decision_id_moderation_decision",
            ondelete="CASCADE",
        ),
    )  # fmt: skip
    op.create_index("ix_suspension_person_id_until", "suspension", ["person_id", "until"])
    op.create_index("ix_suspension_decision_id", "suspension", ["decision_id"])
    op.create_table(
        "spam_word",
        _text("word", 16),
        sa.Column("spam", sa.Integer, nullable=False),
        sa.Column("fair", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_spam_word"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take it back."""
    for name in TABLES:
        op.drop_table(name)
