"""Where people want to be reached.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of contacts."""
    op.create_table(
        "contact",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("value", sa.String(500), nullable=False),
        sa.Column("value_folded", sa.String(500), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("confirmed_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_contact_person_id_person"),
        sa.UniqueConstraint("person_id", "way", name="uq_contact_person_id_way"),
        sa.CheckConstraint("way IN ('email', 'phone', 'post')", name=op.f("ck_contact_way")),
    )
    op.create_index("ix_contact_way_value_folded", "contact", ["way", "value_folded"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("contact")
