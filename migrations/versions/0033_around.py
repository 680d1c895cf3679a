"""Alerts around a place of the city plan; since when a project is shown; published texts of questionnaires are moderated.

Revision ID: 0033
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MODERATED = ("hidden_at", "held_at", "locked_at")


def upgrade() -> None:
    """Add the table and the columns. Projects that are there already are no news."""
    op.create_table(
        "place_alert",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("x", sa.Float, nullable=False),
        sa.Column("y", sa.Float, nullable=False),
        sa.Column("metres", sa.Integer, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_place_alert"),
        sa.UniqueConstraint("person_id", "x", "y", "metres", name="uq_place_alert_person_id_x_y_metres"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_place_alert_person_id_person"),
        sa.CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name="ck_place_alert_place"),
        sa.CheckConstraint("metres > 0", name="ck_place_alert_metres"),
    )
    op.create_index("ix_place_alert_seen_at", "place_alert", ["seen_at"])
    op.add_column("project", sa.Column("shown_at", UtcTime))
    op.create_index("ix_project_shown_at", "project", ["shown_at"])
    op.execute(
        "UPDATE project SET shown_at = CURRENT_TIMESTAMP "
        "WHERE status <> 'draft' AND budget_id IN (SELECT id FROM budget WHERE state = 'shown')"
    )
    for name in MODERATED:
        op.add_column("question_reply", sa.Column(name, UtcTime))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("question_reply") as table:
        for name in MODERATED:
            table.drop_column(name)
    op.drop_index("ix_project_shown_at", "project")
    with op.batch_alter_table("project") as table:
        table.drop_column("shown_at")
    op.drop_table("place_alert")
