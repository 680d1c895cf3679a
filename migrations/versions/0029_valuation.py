"""The check of ideas: who has it, what was found and what it costs, notes, objections; short lists.

Revision ID: 0029
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = (
    "short_list_pick",
    "short_list_line",
    "short_list",
    "idea_objection",
    "idea_note",
    "idea_cost_line",
    "idea_valuation",
    "idea_assignment",
)


def fk(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """A named foreign key on an id."""
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "idea_assignment",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("department_id", Id),
        sa.Column("officer_id", Id),
        sa.Column("role", sa.String(40), server_default="", nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("given_at", UtcTime, nullable=False),
        sa.Column("given_by_id", Id),
        sa.Column("ended_at", UtcTime),
        sa.CheckConstraint("department_id IS NOT NULL OR officer_id IS NOT NULL", name="ck_idea_assignment_somebody"),
        fk("idea_assignment", "idea_id", "idea"),
        fk("idea_assignment", "department_id", "department"),
        fk("idea_assignment", "officer_id", "person"),
        fk("idea_assignment", "given_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_assignment"),
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_idea_assignment_holding", "idea_assignment", ["idea_id"], unique=True, sqlite_where=standing,
        postgresql_where=standing,
    )  # fmt: skip
    for column in ("idea_id", "department_id", "officer_id"):
        op.create_index(f"ix_idea_assignment_{column}", "idea_assignment", [column])
    op.create_table(
        "idea_valuation",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("feasible", sa.Boolean),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("cost", sa.BigInteger),
        sa.Column("department_id", Id),
        sa.Column("role", sa.String(40), server_default="", nullable=False),
        sa.Column("by_id", Id),
        sa.Column("corrected", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("written_at", UtcTime, nullable=False),
        sa.Column("published_at", UtcTime),
        sa.Column("objectable_until", UtcTime),
        sa.CheckConstraint("cost >= 0", name="ck_idea_valuation_cost"),
        sa.CheckConstraint(
            "published_at IS NULL OR (feasible IS NOT NULL AND reason <> '')", name="ck_idea_valuation_explained"
        ),
        sa.CheckConstraint(
            "(published_at IS NULL) = (objectable_until IS NULL)", name="ck_idea_valuation_open_to_objections"
        ),
        fk("idea_valuation", "idea_id", "idea"),
        fk("idea_valuation", "department_id", "department"),
        fk("idea_valuation", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_valuation"),
        sa.UniqueConstraint("idea_id", "version", name="uq_idea_valuation_idea_id_version"),
    )
    for column in ("by_id", "department_id"):
        op.create_index(f"ix_idea_valuation_{column}", "idea_valuation", [column])
    op.create_table(
        "idea_cost_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("valuation_id", Id, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.CheckConstraint("amount >= 0", name="ck_idea_cost_line_amount"),
        fk("idea_cost_line", "valuation_id", "idea_valuation"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_cost_line"),
        sa.UniqueConstraint("valuation_id", "position", name="uq_idea_cost_line_valuation_id_position"),
    )
    op.create_table(
        "idea_note",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        fk("idea_note", "idea_id", "idea"),
        fk("idea_note", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_note"),
    )
    for column in ("idea_id", "by_id"):
        op.create_index(f"ix_idea_note_{column}", "idea_note", [column])
    _objections()
    _short_lists()


def _objections() -> None:
    op.create_table(
        "idea_objection",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("valuation_id", Id),
        sa.Column(
            "subject",
            sa.Enum(
                "feasibility", "cost", "merge", name="subject", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("by_id", Id),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("decided_at", UtcTime),
        sa.Column("decided_by_id", Id),
        sa.Column("upheld", sa.Boolean),
        sa.Column("statement", sa.Text, server_default="", nullable=False),
        sa.Column("statement_html", sa.Text, server_default="", nullable=False),
        sa.Column("statement_language", sa.String(12), server_default="", nullable=False),
        sa.CheckConstraint("(subject = 'merge') = (valuation_id IS NULL)", name="ck_idea_objection_of_a_valuation"),
        sa.CheckConstraint("(decided_at IS NULL) = (upheld IS NULL)", name="ck_idea_objection_decided"),
        sa.CheckConstraint("decided_at IS NULL OR statement <> ''", name="ck_idea_objection_reasoned"),
        fk("idea_objection", "idea_id", "idea"),
        fk("idea_objection", "valuation_id", "idea_valuation"),
        fk("idea_objection", "by_id", "person"),
        fk("idea_objection", "decided_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_objection"),
        sa.UniqueConstraint("valuation_id", "subject", name="uq_idea_objection_valuation_id_subject"),
    )
    standing = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_idea_objection_open", "idea_objection", ["idea_id", "subject"], unique=True, sqlite_where=standing,
        postgresql_where=standing,
    )  # fmt: skip
    for column in ("idea_id", "by_id"):
        op.create_index(f"ix_idea_objection_{column}", "idea_objection", [column])


def _short_lists() -> None:
    op.create_table(
        "short_list",
        sa.Column("id", Id, nullable=False),
        sa.Column("call_id", Id, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("threshold", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("frozen_at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.CheckConstraint("places > 0", name="ck_short_list_places"),
        sa.CheckConstraint("threshold >= 0", name="ck_short_list_threshold"),
        fk("short_list", "call_id", "call"),
        fk("short_list", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_short_list"),
        sa.UniqueConstraint("call_id", name="uq_short_list_call_id"),
    )
    op.create_table(
        "short_list_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("list_id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("district_id", Id),
        sa.Column("district", sa.String(40), nullable=False),
        sa.Column("supports", sa.Integer, nullable=False),
        sa.Column("published_at", UtcTime, nullable=False),
        sa.Column("feasible", sa.Boolean),
        sa.Column("place", sa.Integer),
        sa.Column("chosen", sa.Boolean, server_default=sa.false(), nullable=False),
        fk("short_list_line", "list_id", "short_list"),
        fk("short_list_line", "idea_id", "idea"),
        fk("short_list_line", "district_id", "district"),
        sa.PrimaryKeyConstraint("id", name="pk_short_list_line"),
        sa.UniqueConstraint("list_id", "idea_id", name="uq_short_list_line_list_id_idea_id"),
    )
    op.create_index("ix_short_list_line_list_id_chosen", "short_list_line", ["list_id", "chosen"])
    op.create_index("ix_short_list_line_idea_id", "short_list_line", ["idea_id"])
    op.create_table(
        "short_list_pick",
        sa.Column("id", Id, nullable=False),
        sa.Column("list_id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("removed_at", UtcTime),
        sa.Column("removed_by_id", Id),
        sa.Column("removed_reason", sa.Text, server_default="", nullable=False),
        sa.Column("removed_language", sa.String(12), server_default="", nullable=False),
        sa.CheckConstraint("reason <> ''", name="ck_short_list_pick_reasoned"),
        sa.CheckConstraint("removed_at IS NULL OR removed_reason <> ''", name="ck_short_list_pick_removal_reasoned"),
        fk("short_list_pick", "list_id", "short_list"),
        fk("short_list_pick", "idea_id", "idea"),
        fk("short_list_pick", "by_id", "person"),
        fk("short_list_pick", "removed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name="pk_short_list_pick"),
    )
    standing = sa.text("removed_at IS NULL")
    op.create_index(
        "uq_short_list_pick_standing", "short_list_pick", ["list_id", "idea_id"], unique=True, sqlite_where=standing,
        postgresql_where=standing,
    )  # fmt: skip
    op.create_index("ix_short_list_pick_list_id", "short_list_pick", ["list_id"])
    op.create_index("ix_short_list_pick_idea_id", "short_list_pick", ["idea_id"])


def downgrade() -> None:
    """Take them away."""
    for name in TABLES:
        op.drop_table(name)
