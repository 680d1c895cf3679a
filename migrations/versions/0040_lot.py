"""An index for the list of ideas in the order drawn by lot.

Revision ID: 0040
Revises: 0039
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep the lots of a call's ideas beside each other: their order is reckoned without reading the ideas."""
    op.create_index("ix_idea_call_id_listed_shuffle", "idea", ["call_id", "listed", "shuffle"])


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("ix_idea_call_id_listed_shuffle", "idea")
