"""A decided case keeps the day by which the law wanted the decision; public figures are made of it.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column. Of cases that are decided already the day is not known any more."""
    op.add_column("service_case", sa.Column("promised_on", sa.Date))
    op.create_index("ix_service_case_service_id_decided_at", "service_case", ["service_id", "decided_at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_service_case_service_id_decided_at", "service_case")
    op.drop_column("service_case", "promised_on")
