"""Processes with phases, budgets with pots, categories, projects, their cards, and the plan of the vote."""

import sqlalchemy as sa
from alembic import op

from portal.base import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "process",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
    )
    op.create_table(
        "budget",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "shown", "hidden", name="state", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("picture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("source_meta", sa.JSON(), nullable=True),
        sa.Column("language_reasons", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", tables.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["picture_id"], ["file.id"], name=op.f("fk_budget_picture_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_budget_process_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget")),
        sa.UniqueConstraint("process_id", name=op.f("uq_budget_process_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_budget_slug")),
    )
    op.create_table(
        "phase",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("process_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "submit",
                "review",
                "vote",
                "results",
                "works",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("opens_at", tables.UtcTime(), nullable=False),
        sa.Column("closes_at", tables.UtcTime(), nullable=True),
        sa.CheckConstraint("closes_at IS NOT NULL OR kind = 'works'", name=op.f("ck_phase_only_works_open_ended")),
        sa.CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name=op.f("ck_phase_opens_before_it_closes")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_phase_process_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phase")),
        sa.UniqueConstraint("process_id", "kind", name=op.f("uq_phase_process_id_kind")),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("budget_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["budget_id"], ["budget.id"], name=op.f("fk_category_budget_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("budget_id", "position", name=op.f("uq_category_budget_id_position")),
    )
    op.create_table(
        "pot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("budget_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("district_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pot_has_money")),
        sa.ForeignKeyConstraint(["budget_id"], ["budget.id"], name=op.f("fk_pot_budget_id")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_pot_district_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pot")),
        sa.UniqueConstraint("budget_id", "position", name=op.f("uq_pot_budget_id_position")),
    )
    op.create_table(
        "vote_plan",
        sa.Column("budget_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ready", sa.String(length=40), nullable=True),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column(
            "ballot",
            sa.Enum(
                "approval",
                "knapsack",
                "choose-1",
                "cumulative",
                "ordinal",
                name="ballot",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("min_choices", sa.Integer(), nullable=False),
        sa.Column("max_choices", sa.Integer(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("age_on", sa.Date(), nullable=True),
        sa.Column("residents_only", sa.Boolean(), nullable=False),
        sa.Column(
            "pot_voters",
            sa.Enum("any", "own", name="pot_voters", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "publication",
            sa.Enum("full", "totals", name="publication", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("complaint_days", sa.Integer(), nullable=False),
        sa.Column("districts", sa.JSON(), nullable=True),
        sa.Column("draw_name", sa.String(length=200), nullable=False),
        sa.Column("draw_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(draw_on IS NULL) = (draw_name = '')", name=op.f("ck_vote_plan_draw_on_a_day")),
        sa.CheckConstraint("(age IS NULL) = (age_on IS NULL)", name=op.f("ck_vote_plan_age_on_a_day")),
        sa.CheckConstraint(
            "max_choices IS NULL OR max_choices >= min_choices", name=op.f("ck_vote_plan_max_not_below_min")
        ),
        sa.CheckConstraint("min_choices >= 0", name=op.f("ck_vote_plan_min_not_negative")),
        sa.ForeignKeyConstraint(["budget_id"], ["budget.id"], name=op.f("fk_vote_plan_budget_id")),
        sa.PrimaryKeyConstraint("budget_id", name=op.f("pk_vote_plan")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("budget_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "review",
                "ballot",
                "refused",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("x", sa.Float(), nullable=True),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("picture_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("proposer", sa.String(length=200), nullable=False),
        sa.Column("source_row", sa.JSON(), nullable=True),
        sa.CheckConstraint("(x IS NULL) = (y IS NULL)", name=op.f("ck_project_whole_place")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_project_cost_not_negative")),
        sa.CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name=op.f("ck_project_place_on_plan")),
        sa.ForeignKeyConstraint(["budget_id"], ["budget.id"], name=op.f("fk_project_budget_id")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_project_category_id")),
        sa.ForeignKeyConstraint(["picture_id"], ["file.id"], name=op.f("fk_project_picture_id")),
        sa.ForeignKeyConstraint(["pot_id"], ["pot.id"], name=op.f("fk_project_pot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("budget_id", "code", name=op.f("uq_project_budget_id_code")),
        sa.UniqueConstraint("budget_id", "number", name=op.f("uq_project_budget_id_number")),
    )
    op.create_index("ix_project_pot_id", "project", ["pot_id"], unique=False)
    op.create_index("ix_project_budget_id_status_number", "project", ["budget_id", "status", "number"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_source_has_money")),
        sa.ForeignKeyConstraint(["pot_id"], ["pot.id"], name=op.f("fk_source_pot_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("pot_id", "position", name=op.f("uq_source_pot_id_position")),
    )
    op.create_table(
        "project_card",
        sa.Column("project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lang", sa.String(length=10), nullable=False),
        sa.Column("said_in", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.String(length=1000), nullable=False),
        sa.Column("picture_alt", sa.String(length=500), nullable=False),
        sa.Column("sort_key", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_card_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "lang", name=op.f("pk_project_card")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("project_card")
    op.drop_table("source")
    op.drop_index("ix_project_budget_id_status_number", table_name="project")
    op.drop_index("ix_project_pot_id", table_name="project")
    op.drop_table("project")
    op.drop_table("vote_plan")
    op.drop_table("pot")
    op.drop_table("category")
    op.drop_table("phase")
    op.drop_table("budget")
    op.drop_table("process")
