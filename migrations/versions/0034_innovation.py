"""Proposals, screenings, pilots, check-ins, and the departments' funds.

Revision ID: 0034
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TABLES = (
    "innovation_fund_entry",
    "innovation_fund",
    "innovation_check_in",
    "innovation_pilot",
    "innovation_score",
    "innovation_screening",
    "innovation_proposal",
)


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "innovation_proposal",
        sa.Column("id", Id, nullable=False),
        sa.Column("proposer_id", Id),
        sa.Column("named", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("from_staff", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("whom", sa.Text, nullable=False),
        sa.Column("better", sa.Text, nullable=False),
        sa.Column("department_id", Id),
        sa.Column("source_kind", sa.String(40), server_default="", nullable=False),
        sa.Column("source_id", Id),
        sa.Column(
            "stage",
            one_of("proposed", "try", "pilot", "ended", "not_now", "no", "withdrawn", name="stage"),
            nullable=False,
        ),
        sa.Column("decided_at", UtcTime),
        sa.Column("decided_by_id", Id),
        sa.Column("decided_reason", sa.Text, server_default="", nullable=False),
        sa.Column("decided_lang", sa.String(12), server_default="", nullable=False),
        sa.Column("withdrawn_reason", sa.String(500), server_default="", nullable=False),
        sa.Column("coach_id", Id),
        sa.Column("coach_since", UtcTime),
        sa.Column("comments", sa.Integer, server_default="0", nullable=False),
        sa.Column("channel", sa.String(20), server_default="web", nullable=False),
        sa.Column("helped_by_id", Id),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("hidden_at", UtcTime),
        sa.Column("held_at", UtcTime),
        sa.Column("locked_at", UtcTime),
        sa.CheckConstraint("(source_kind = '') = (source_id IS NULL)", name="ck_innovation_proposal_whole_source"),
        sa.CheckConstraint(
            "(stage IN ('proposed', 'withdrawn')) OR decided_reason <> ''",
            name="ck_innovation_proposal_decided_with_reason",
        ),
        sa.CheckConstraint("comments >= 0", name="ck_innovation_proposal_comments"),
        sa.CheckConstraint(
            "stage NOT IN ('pilot', 'ended') OR coach_id IS NOT NULL", name="ck_innovation_proposal_pilot_has_coach"
        ),
        sa.ForeignKeyConstraint(["coach_id"], ["person.id"], name="fk_innovation_proposal_coach_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_innovation_proposal_decided_by_id"),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name="fk_innovation_proposal_department_id"),
        sa.ForeignKeyConstraint(["helped_by_id"], ["person.id"], name="fk_innovation_proposal_helped_by_id"),
        sa.ForeignKeyConstraint(["proposer_id"], ["person.id"], name="fk_innovation_proposal_proposer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_proposal"),
    )
    op.create_index("ix_innovation_proposal_coach_id", "innovation_proposal", ["coach_id"])
    op.create_index("ix_innovation_proposal_department_id", "innovation_proposal", ["department_id"])
    op.create_index("ix_innovation_proposal_proposer_id", "innovation_proposal", ["proposer_id"])
    op.create_index("ix_innovation_proposal_source_kind_source_id", "innovation_proposal", ["source_kind", "source_id"])
    op.create_index("ix_innovation_proposal_stage_created_at", "innovation_proposal", ["stage", "created_at"])
    op.create_table(
        "innovation_screening",
        sa.Column("id", Id, nullable=False),
        sa.Column("proposal_id", Id, nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_innovation_screening_by_id"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["innovation_proposal.id"], name="fk_innovation_screening_proposal_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_screening"),
        sa.UniqueConstraint("proposal_id", "by_id", name="uq_innovation_screening_proposal_id_by_id"),
    )
    op.create_index("ix_innovation_screening_by_id", "innovation_screening", ["by_id"])
    op.create_table(
        "innovation_score",
        sa.Column("id", Id, nullable=False),
        sa.Column("screening_id", Id, nullable=False),
        sa.Column("criterion", sa.String(20), nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.CheckConstraint("reason <> ''", name="ck_innovation_score_reason"),
        sa.CheckConstraint("score BETWEEN 0 AND 3", name="ck_innovation_score_score"),
        sa.ForeignKeyConstraint(
            ["screening_id"],
            ["innovation_screening.id"],
            name="fk_innovation_score_screening_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_score"),
        sa.UniqueConstraint("screening_id", "criterion", name="uq_innovation_score_screening_id_criterion"),
    )
    op.create_table(
        "innovation_pilot",
        sa.Column("id", Id, nullable=False),
        sa.Column("proposal_id", Id, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("hypothesis", sa.Text, nullable=False),
        sa.Column("measure", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(40), server_default="", nullable=False),
        sa.Column("baseline", sa.BigInteger, nullable=False),
        sa.Column("target", sa.BigInteger, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
        sa.Column("stop_rule", sa.Text, nullable=False),
        sa.Column("stop_way", one_of("below", "above", name="stop_way")),
        sa.Column("stop_at", sa.BigInteger),
        sa.Column("begun_at", UtcTime),
        sa.Column("outcome", one_of("scaled", "changed", "stopped", name="outcome")),
        sa.Column("outcome_text", sa.Text, server_default="", nullable=False),
        sa.Column("learnt", sa.Text, server_default="", nullable=False),
        sa.Column("outcome_lang", sa.String(12), server_default="", nullable=False),
        sa.Column("spent", sa.BigInteger),
        sa.Column("outcome_at", UtcTime),
        sa.Column("outcome_by_id", Id),
        sa.CheckConstraint(
            "(outcome IS NULL) = (outcome_at IS NULL) AND (outcome IS NULL) = (outcome_text = '') "
            "AND (outcome IS NULL) = (learnt = '') AND (outcome IS NULL) = (spent IS NULL)",
            name="ck_innovation_pilot_whole_outcome",
        ),
        sa.CheckConstraint("(stop_way IS NULL) = (stop_at IS NULL)", name="ck_innovation_pilot_whole_threshold"),
        sa.CheckConstraint("cost >= 0", name="ck_innovation_pilot_cost"),
        sa.CheckConstraint("ends_on > starts_on", name="ck_innovation_pilot_dates"),
        sa.CheckConstraint("spent >= 0", name="ck_innovation_pilot_spent"),
        sa.CheckConstraint("target <> baseline", name="ck_innovation_pilot_target"),
        sa.ForeignKeyConstraint(["outcome_by_id"], ["person.id"], name="fk_innovation_pilot_outcome_by_id"),
        sa.ForeignKeyConstraint(["proposal_id"], ["innovation_proposal.id"], name="fk_innovation_pilot_proposal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_pilot"),
        sa.UniqueConstraint("proposal_id", name="uq_innovation_pilot_proposal_id"),
    )
    op.create_index("ix_innovation_pilot_ends_on", "innovation_pilot", ["ends_on"])
    op.create_table(
        "innovation_check_in",
        sa.Column("id", Id, nullable=False),
        sa.Column("pilot_id", Id, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.Column("note", sa.String(1000), server_default="", nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("by_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_innovation_check_in_by_id"),
        sa.ForeignKeyConstraint(["pilot_id"], ["innovation_pilot.id"], name="fk_innovation_check_in_pilot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_check_in"),
        sa.UniqueConstraint("pilot_id", "on_day", name="uq_innovation_check_in_pilot_id_on_day"),
    )
    op.create_table(
        "innovation_fund",
        sa.Column("id", Id, nullable=False),
        sa.Column("department_id", Id, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("granted", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.CheckConstraint("granted >= 0 AND granted <= amount", name="ck_innovation_fund_balance"),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name="ck_innovation_fund_year"),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name="fk_innovation_fund_department_id"),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_fund"),
        sa.UniqueConstraint("department_id", "year", name="uq_innovation_fund_department_id_year"),
    )
    op.create_table(
        "innovation_fund_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("fund_id", Id, nullable=False),
        sa.Column("move", one_of("budget", "grant", "return", name="move"), nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("proposal_id", Id),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("by_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint(
            "move = 'budget' OR (cents > 0 AND proposal_id IS NOT NULL)",
            name="ck_innovation_fund_entry_move_of_pilot",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_innovation_fund_entry_by_id"),
        sa.ForeignKeyConstraint(["fund_id"], ["innovation_fund.id"], name="fk_innovation_fund_entry_fund_id"),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["innovation_proposal.id"], name="fk_innovation_fund_entry_proposal_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_innovation_fund_entry"),
    )
    op.create_index("ix_innovation_fund_entry_fund_id_id", "innovation_fund_entry", ["fund_id", "id"])
    op.create_index("ix_innovation_fund_entry_proposal_id", "innovation_fund_entry", ["proposal_id"])


def downgrade() -> None:
    """Take them away."""
    for name in TABLES:
        op.drop_table(name)
