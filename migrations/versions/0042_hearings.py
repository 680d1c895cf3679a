"""Hearings, appeals, steps of a procedure with their ticks, templates of letters.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TABLES = ("service_letter", "service_tick", "service_step", "service_appeal", "service_hearing")
COUNTS = "uq_service_decision_case_id"


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _counts(where: str) -> None:
    """At most one decision of a case counts."""
    op.create_index(
        COUNTS,
        "service_decision",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    """Add the tables, and what a decision and a case need to be opened again."""
    op.add_column("service", sa.Column("appeal_period", sa.Integer, server_default="30", nullable=False))
    op.add_column("service_case", sa.Column("reopened_on", sa.Date))
    op.add_column("service_decision", sa.Column("lifted_at", UtcTime))
    op.drop_index(COUNTS, "service_decision")
    _counts("confirmed_at IS NOT NULL AND lifted_at IS NULL")
    op.create_table(
        "service_hearing",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", one_of("office", "neighbour", name="kind"), nullable=False),
        sa.Column("department_id", Id),
        sa.Column("name", sa.String(200), server_default="", nullable=False),
        sa.Column("address", sa.String(500), server_default="", nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("files", sa.JSON, server_default="[]", nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("paper_id", Id),
        sa.Column("stance", one_of("agrees", "remarks", "objects", name="stance")),
        sa.Column("answer", sa.Text, server_default="", nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.Column("channel", sa.String(20), server_default="", nullable=False),
        sa.Column("answered_by_id", Id),
        sa.Column("shared", one_of("nothing", "text", "name", name="shared"), server_default="nothing", nullable=False),
        sa.Column("stopped_at", UtcTime),
        sa.Column("lapsed_at", UtcTime),
        sa.CheckConstraint("(kind = 'office') = (department_id IS NOT NULL)", name="ck_service_hearing_department"),
        sa.CheckConstraint("(stance IS NULL) = (answered_at IS NULL)", name="ck_service_hearing_stance"),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_hearing_case_id"),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name="fk_service_hearing_department_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_service_hearing_by_id"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_service_hearing_paper_id"),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name="fk_service_hearing_answered_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_hearing"),
        sa.UniqueConstraint("code_hash", name="uq_service_hearing_code_hash"),
    )
    op.create_index("ix_service_hearing_case_id", "service_hearing", ["case_id"])
    op.create_index("ix_service_hearing_department_id_answered_at", "service_hearing", ["department_id", "answered_at"])
    op.create_index("ix_service_hearing_due_on", "service_hearing", ["due_on"])
    op.create_index("ix_service_hearing_paper_id", "service_hearing", ["paper_id"])
    op.create_table(
        "service_appeal",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("decision_id", Id, nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("state", one_of("filed", "checking", "decided", "withdrawn", name="state"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(20), server_default="web", nullable=False),
        sa.Column("came_on", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("entered_by_id", Id),
        sa.Column("filed_at", UtcTime, nullable=False),
        sa.Column("officer_id", Id),
        sa.Column("due_on", sa.Date),
        sa.Column("outcome", one_of("allowed", "partly", "dismissed", name="outcome")),
        sa.Column("grounds", sa.Text, server_default="", nullable=False),
        sa.Column("basis", sa.String(500), server_default="", nullable=False),
        sa.Column("remedy", sa.String(1000), server_default="", nullable=False),
        sa.Column("decided_by_id", Id),
        sa.Column("decided_at", UtcTime),
        sa.Column("paper_id", Id),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="ck_service_appeal_outcome"),
        sa.CheckConstraint("outcome IS NULL OR grounds <> ''", name="ck_service_appeal_grounds"),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_appeal_case_id"),
        sa.ForeignKeyConstraint(["decision_id"], ["service_decision.id"], name="fk_service_appeal_decision_id"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_service_appeal_entered_by_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name="fk_service_appeal_officer_id"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name="fk_service_appeal_decided_by_id"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_service_appeal_paper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_appeal"),
        sa.UniqueConstraint("reference", name="uq_service_appeal_reference"),
    )
    op.create_index("ix_service_appeal_case_id", "service_appeal", ["case_id"])
    op.create_index("ix_service_appeal_officer_id", "service_appeal", ["officer_id"])
    op.create_index("ix_service_appeal_paper_id", "service_appeal", ["paper_id"])
    op.create_index("ix_service_appeal_state_due_on", "service_appeal", ["state", "due_on"])
    op.create_index(
        "uq_service_appeal_decision_id",
        "service_appeal",
        ["decision_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "service_step",
        sa.Column("id", Id, nullable=False),
        sa.Column("service_id", Id, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("required", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("removed_at", UtcTime),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_step_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_step"),
    )
    op.create_index("ix_service_step_service_id", "service_step", ["service_id"])
    op.create_table(
        "service_tick",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("step_id", Id, nullable=False),
        sa.Column("by_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_tick_case_id"),
        sa.ForeignKeyConstraint(["step_id"], ["service_step.id"], name="fk_service_tick_step_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_service_tick_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_tick"),
        sa.UniqueConstraint("case_id", "step_id", name="uq_service_tick_case_id_step_id"),
    )
    op.create_index("ix_service_tick_step_id", "service_tick", ["step_id"])
    op.create_table(
        "service_letter",
        sa.Column("id", Id, nullable=False),
        sa.Column("service_id", Id),
        sa.Column("use", one_of("message", "question", "hearing", name="use"), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("removed_at", UtcTime),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_letter_service_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_letter"),
    )
    op.create_index("ix_service_letter_service_id", "service_letter", ["service_id"])


def downgrade() -> None:
    """Drop them, the dependent ones first. Decisions that were lifted go: only one of a case can count here."""
    for name in TABLES:
        op.drop_table(name)
    op.execute("DELETE FROM service_decision WHERE lifted_at IS NOT NULL")
    op.drop_index(COUNTS, "service_decision")
    _counts("confirmed_at IS NOT NULL")
    op.drop_column("service_decision", "lifted_at")
    op.drop_column("service_case", "reopened_on")
    op.drop_column("service", "appeal_period")
