"""Ideas and supports from paper, and ideas and comments from other platforms.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

COUNTERS = ("counted", "again", "unknown", "elsewhere", "young", "unsigned", "unreadable")


def upgrade() -> None:
    """Add lists of supporters on paper, files that are taken in, and where a text came from."""
    op.create_table(
        "support_list",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, server_default="0", nullable=False) for name in COUNTERS),
        sa.Column("last", sa.String(20), server_default="", nullable=False),
        sa.Column("last_id", Id),
        sa.Column("entered_by_id", Id),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("finished_at", UtcTime),
        sa.Column("second_by_id", Id),
        sa.Column("second_lines", sa.Integer),
        sa.Column("second_at", UtcTime),
        sa.CheckConstraint("lines > 0", name="ck_support_list_lines"),
        sa.CheckConstraint(" + ".join(COUNTERS) + " <= lines", name="ck_support_list_no_more_than_lines"),
        sa.CheckConstraint(" AND ".join(f"{name} >= 0" for name in COUNTERS), name="ck_support_list_counters"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_support_list_idea_id"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_support_list_entered_by_id"),
        sa.ForeignKeyConstraint(["second_by_id"], ["person.id"], name="fk_support_list_second_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_support_list"),
        sa.UniqueConstraint("number", name="uq_support_list_number"),
    )
    for column in ("idea_id", "entered_by_id", "second_by_id"):
        op.create_index(f"ix_support_list_{column}", "support_list", [column])
    with op.batch_alter_table("support") as table:
        table.add_column(sa.Column("list_id", Id))
        table.create_foreign_key("fk_support_list_id", "support_list", ["list_id"], ["id"])
    op.create_index("ix_support_list_id", "support", ["list_id"])
    op.create_table(
        "idea_import",
        sa.Column("id", Id, nullable=False),
        sa.Column("call_id", Id, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, server_default="0", nullable=False),
        sa.Column("same", sa.Integer, server_default="0", nullable=False),
        sa.Column("fault", sa.String(40), server_default="", nullable=False),
        sa.Column("by_id", Id),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("begun_at", UtcTime),
        sa.Column("done_at", UtcTime),
        sa.CheckConstraint("what IN ('ideas', 'comments', 'answers')", name="ck_idea_import_what"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_idea_import_call_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_idea_import_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_import"),
    )
    op.create_index("ix_idea_import_call_id", "idea_import", ["call_id"])
    op.create_index("ix_idea_import_by_id", "idea_import", ["by_id"])
    op.add_column("idea", sa.Column("on_paper", sa.Integer, server_default="0", nullable=False))
    op.add_column("idea", sa.Column("imported_id", sa.String(120)))
    op.create_index("ix_idea_call_id_imported_id", "idea", ["call_id", "imported_id"], unique=True)
    op.add_column("comment", sa.Column("author_name", sa.String(200), server_default="", nullable=False))
    op.add_column("comment", sa.Column("imported_id", sa.String(120)))
    op.create_index(
        "ix_comment_kind_object_id_imported_id", "comment", ["kind", "object_id", "imported_id"], unique=True
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_comment_kind_object_id_imported_id", "comment")
    op.drop_column("comment", "imported_id")
    op.drop_column("comment", "author_name")
    op.drop_index("ix_idea_call_id_imported_id", "idea")
    op.drop_column("idea", "imported_id")
    op.drop_column("idea", "on_paper")
    op.drop_table("idea_import")
    op.drop_index("ix_support_list_id", "support")
    with op.batch_alter_table("support") as table:
        table.drop_constraint("fk_support_list_id", type_="foreignkey")
        table.drop_column("list_id")
    op.drop_table("support_list")
