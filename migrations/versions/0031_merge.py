"""Ideas that are the same, joined, moved, split; which supports and authors came with a joined idea.

Revision ID: 0031
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATES = (
    "submitted", "under_review", "feasible", "not_feasible", "merged", "shortlisted", "on_ballot", "answered",
    "withdrawn",
)  # fmt: skip


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the tables, and where a support or an author came from."""
    for name in ("support", "idea_author"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("came_from_id", Id))
            table.create_foreign_key(op.f(f"fk_{name}_came_from_id"), "idea", ["came_from_id"], ["id"])
        op.create_index(f"ix_{name}_came_from_id", name, ["came_from_id"])
    op.create_table(
        "idea_twin",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("into_id", Id, nullable=False),
        sa.Column("pair", sa.String(50), nullable=False),
        sa.Column("by_id", Id),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("word", sa.String(500), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("state", one_of("open", "joined", "declined", "taken_back", "lapsed", name="state"), nullable=False),
        sa.Column("idea_says", one_of("agreed", "against", name="idea_says")),
        sa.Column("idea_says_by_id", Id),
        sa.Column("idea_says_at", UtcTime),
        sa.Column("into_says", one_of("agreed", "against", name="into_says")),
        sa.Column("into_says_by_id", Id),
        sa.Column("into_says_at", UtcTime),
        sa.Column("decided_at", UtcTime),
        sa.Column("decided_by_id", Id),
        sa.Column("reason", sa.String(500), server_default="", nullable=False),
        sa.Column("reason_lang", sa.String(12), server_default="", nullable=False),
        sa.CheckConstraint("idea_id <> into_id", name="ck_idea_twin_two_ideas"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_twin_idea_id"),
        sa.ForeignKeyConstraint(["into_id"], ["idea.id"], name="fk_idea_twin_into_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_idea_twin_by_id"),
        sa.ForeignKeyConstraint(["idea_says_by_id"], ["person.id"], name="fk_idea_twin_idea_says_by_id"),
        sa.ForeignKeyConstraint(["into_says_by_id"], ["person.id"], name="fk_idea_twin_into_says_by_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_idea_twin_decided_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_twin"),
    )
    op.create_index("ix_idea_twin_idea_id", "idea_twin", ["idea_id"])
    op.create_index("ix_idea_twin_into_id", "idea_twin", ["into_id"])
    op.create_index("ix_idea_twin_by_id", "idea_twin", ["by_id"])
    op.create_index("ix_idea_twin_state_at", "idea_twin", ["state", "at"])
    op.create_index(
        "uq_idea_twin_open",
        "idea_twin",
        ["pair"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "idea_merge",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("into_id", Id, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("by_authors", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("twin_id", Id),
        sa.Column("state_before", one_of(*STATES, name="state_before"), nullable=False),
        sa.Column("moved", sa.Integer, nullable=False),
        sa.Column("undone_at", UtcTime),
        sa.Column("undone_by_id", Id),
        sa.Column("undone_reason", sa.String(500), server_default="", nullable=False),
        sa.Column("undone_lang", sa.String(12), server_default="", nullable=False),
        sa.CheckConstraint("idea_id <> into_id", name="ck_idea_merge_two_ideas"),
        sa.CheckConstraint("moved >= 0", name="ck_idea_merge_moved"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_merge_idea_id"),
        sa.ForeignKeyConstraint(["into_id"], ["idea.id"], name="fk_idea_merge_into_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_idea_merge_by_id"),
        sa.ForeignKeyConstraint(["twin_id"], ["idea_twin.id"], name="fk_idea_merge_twin_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name="fk_idea_merge_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_merge"),
    )
    op.create_index("ix_idea_merge_into_id", "idea_merge", ["into_id"])
    op.create_index("ix_idea_merge_twin_id", "idea_merge", ["twin_id"])
    op.create_index(
        "uq_idea_merge_standing",
        "idea_merge",
        ["idea_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "idea_move",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("from_call_id", Id, nullable=False),
        sa.Column("to_call_id", Id, nullable=False),
        sa.Column("from_district_id", Id),
        sa.Column("to_district_id", Id),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_move_idea_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_idea_move_by_id"),
        sa.ForeignKeyConstraint(["from_call_id"], ["call.id"], name="fk_idea_move_from_call_id"),
        sa.ForeignKeyConstraint(["to_call_id"], ["call.id"], name="fk_idea_move_to_call_id"),
        sa.ForeignKeyConstraint(["from_district_id"], ["district.id"], name="fk_idea_move_from_district_id"),
        sa.ForeignKeyConstraint(["to_district_id"], ["district.id"], name="fk_idea_move_to_district_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_move"),
    )
    for column in ("idea_id", "from_call_id", "to_call_id", "from_district_id", "to_district_id"):
        op.create_index(f"ix_idea_move_{column}", "idea_move", [column])
    op.create_table(
        "idea_part",
        sa.Column("id", Id, nullable=False),
        sa.Column("from_id", Id, nullable=False),
        sa.Column("to_id", Id, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.CheckConstraint("from_id <> to_id", name="ck_idea_part_two_ideas"),
        sa.ForeignKeyConstraint(["from_id"], ["idea.id"], name="fk_idea_part_from_id"),
        sa.ForeignKeyConstraint(["to_id"], ["idea.id"], name="fk_idea_part_to_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_idea_part_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_part"),
        sa.UniqueConstraint("to_id", name="uq_idea_part_to_id"),
    )
    op.create_index("ix_idea_part_from_id", "idea_part", ["from_id"])


def downgrade() -> None:
    """Take it back. Joined ideas stay joined, and their supports where they are."""
    for name in ("idea_part", "idea_move", "idea_merge", "idea_twin"):
        op.drop_table(name)
    for name in ("idea_author", "support"):
        op.drop_index(f"ix_{name}_came_from_id", name)
        with op.batch_alter_table(name) as table:
            table.drop_constraint(op.f(f"fk_{name}_came_from_id"), type_="foreignkey")
            table.drop_column("came_from_id")
