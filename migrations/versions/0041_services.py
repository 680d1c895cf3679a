"""Services, forms, applications, cases with their history, requests, files and decisions.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

TABLES = (
    "service_decision",
    "service_file",
    "service_request",
    "service_event",
    "service_case",
    "service_application",
    "service_form",
    "service",
)


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "service",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("department_id", Id),
        sa.Column("shown", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("instant", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("four_eyes", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("period", sa.Integer, server_default="30", nullable=False),
        sa.Column(
            "unit",
            one_of("days", "business_days", "weeks", "months", name="unit"),
            server_default="days",
            nullable=False,
        ),
        sa.Column("from_complete", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("resume", one_of("continue", "restart", name="resume"), server_default="continue", nullable=False),
        sa.Column(
            "silence", one_of("nothing", "granted", "refused", name="silence"), server_default="nothing", nullable=False
        ),
        sa.Column("extension_days", sa.Integer, server_default="0", nullable=False),
        sa.Column("answer_days", sa.Integer, server_default="14", nullable=False),
        sa.Column("appeal_days", sa.Integer, server_default="30", nullable=False),
        sa.Column("life_events", sa.JSON, server_default="[]", nullable=False),
        sa.Column("valid_days", sa.Integer, server_default="0", nullable=False),
        sa.Column("position", sa.Integer, server_default="0", nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 180", name="ck_service_answer_days"),
        sa.CheckConstraint("appeal_days BETWEEN 1 AND 365", name="ck_service_appeal_days"),
        sa.CheckConstraint("extension_days BETWEEN 0 AND 365", name="ck_service_extension_days"),
        sa.CheckConstraint("period BETWEEN 1 AND 1000", name="ck_service_period"),
        sa.ForeignKeyConstraint(["department_id"], ["department.id"], name="fk_service_department_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service"),
        sa.UniqueConstraint("slug", name="uq_service_slug"),
    )
    op.create_index("ix_service_department_id", "service", ["department_id"])
    op.create_table(
        "service_form",
        sa.Column("id", Id, nullable=False),
        sa.Column("service_id", Id, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("valid_from", UtcTime),
        sa.Column("made_at", UtcTime, nullable=False),
        sa.Column("made_by_id", Id),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_form_service_id"),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name="fk_service_form_made_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_form"),
        sa.UniqueConstraint("service_id", "number", name="uq_service_form_service_id_number"),
    )
    op.create_table(
        "service_application",
        sa.Column("id", Id, nullable=False),
        sa.Column("service_id", Id, nullable=False),
        sa.Column("form_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("for_name", sa.String(200), server_default="", nullable=False),
        sa.Column("mandate_id", Id),
        sa.Column("helped_by_id", Id),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("origins", sa.JSON, nullable=False),
        sa.Column("seen", sa.JSON, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_application_service_id"),
        sa.ForeignKeyConstraint(["form_id"], ["service_form.id"], name="fk_service_application_form_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_service_application_person_id"),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name="fk_service_application_mandate_id"),
        sa.ForeignKeyConstraint(["helped_by_id"], ["person.id"], name="fk_service_application_helped_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_application"),
    )
    op.create_index("ix_service_application_changed_at", "service_application", ["changed_at"])
    op.create_index("ix_service_application_helped_by_id", "service_application", ["helped_by_id"])
    op.create_index("ix_service_application_mandate_id", "service_application", ["mandate_id"])
    op.create_index("ix_service_application_person_id", "service_application", ["person_id"])
    op.create_table(
        "service_case",
        sa.Column("id", Id, nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("service_id", Id, nullable=False),
        sa.Column("form_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("for_name", sa.String(200), server_default="", nullable=False),
        sa.Column("mandate_id", Id),
        sa.Column("helped_by_id", Id),
        sa.Column("channel", sa.String(20), server_default="web", nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("origins", sa.JSON, nullable=False),
        sa.Column(
            "state",
            one_of(
                "filed", "checking", "waiting", "deciding", "granted", "refused", "withdrawn", "closed", name="state"
            ),
            nullable=False,
        ),
        sa.Column("officer_id", Id),
        sa.Column("filed_at", UtcTime, nullable=False),
        sa.Column("complete_on", sa.Date),
        sa.Column("due_on", sa.Date),
        sa.Column("extended_days", sa.Integer, server_default="0", nullable=False),
        sa.Column("extended_why", sa.String(1000), server_default="", nullable=False),
        sa.Column("decided_at", UtcTime),
        sa.Column("closed_at", UtcTime),
        sa.Column("paper_id", Id),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, server_default="1", nullable=False),
        sa.CheckConstraint("extended_days >= 0", name="ck_service_case_extended_days"),
        sa.CheckConstraint("(extended_days > 0) = (extended_why <> '')", name="ck_service_case_extended_why"),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name="fk_service_case_service_id"),
        sa.ForeignKeyConstraint(["form_id"], ["service_form.id"], name="fk_service_case_form_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_service_case_person_id"),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandate.id"], name="fk_service_case_mandate_id"),
        sa.ForeignKeyConstraint(["helped_by_id"], ["person.id"], name="fk_service_case_helped_by_id"),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name="fk_service_case_officer_id"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_service_case_paper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_case"),
        sa.UniqueConstraint("reference", name="uq_service_case_reference"),
        sa.UniqueConstraint("token", name="uq_service_case_token"),
    )
    op.create_index("ix_service_case_filed_at", "service_case", ["filed_at"])
    op.create_index("ix_service_case_helped_by_id", "service_case", ["helped_by_id"])
    op.create_index("ix_service_case_mandate_id", "service_case", ["mandate_id"])
    op.create_index("ix_service_case_officer_id", "service_case", ["officer_id"])
    op.create_index("ix_service_case_paper_id", "service_case", ["paper_id"])
    op.create_index("ix_service_case_person_id", "service_case", ["person_id"])
    op.create_index("ix_service_case_service_id_state", "service_case", ["service_id", "state"])
    op.create_index("ix_service_case_state_due_on", "service_case", ["state", "due_on"])
    op.create_table(
        "service_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("by_id", Id),
        sa.Column("from_staff", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column(
            "was",
            one_of("filed", "checking", "waiting", "deciding", "granted", "refused", "withdrawn", "closed", name="was"),
        ),
        sa.Column(
            "now",
            one_of("filed", "checking", "waiting", "deciding", "granted", "refused", "withdrawn", "closed", name="now"),
        ),
        sa.Column("text", sa.Text, server_default="", nullable=False),
        sa.Column("language", sa.String(12), server_default="", nullable=False),
        sa.Column("private", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_event_case_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_service_event_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_event"),
    )
    op.create_index("ix_service_event_case_id", "service_event", ["case_id"])
    op.create_table(
        "service_request",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("kind", one_of("paper", "correction", name="kind"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("by_id", Id),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("answer", sa.Text, server_default="", nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.CheckConstraint("answer = '' OR answered_at IS NOT NULL", name="ck_service_request_answer"),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_request_case_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_service_request_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_request"),
    )
    op.create_index("ix_service_request_case_id", "service_request", ["case_id"])
    op.create_table(
        "service_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("application_id", Id),
        sa.Column("case_id", Id),
        sa.Column("request_id", Id),
        sa.Column("field", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint("(application_id IS NULL) <> (case_id IS NULL)", name="ck_service_file_belongs"),
        sa.ForeignKeyConstraint(["application_id"], ["service_application.id"], name="fk_service_file_application_id"),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_file_case_id"),
        sa.ForeignKeyConstraint(["request_id"], ["service_request.id"], name="fk_service_file_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_file"),
    )
    op.create_index("ix_service_file_application_id", "service_file", ["application_id"])
    op.create_index("ix_service_file_case_id", "service_file", ["case_id"])
    op.create_index("ix_service_file_digest", "service_file", ["digest"])
    op.create_table(
        "service_decision",
        sa.Column("id", Id, nullable=False),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("outcome", one_of("granted", "refused", name="outcome"), nullable=False),
        sa.Column("reason", sa.String(40), server_default="", nullable=False),
        sa.Column("text", sa.Text, server_default="", nullable=False),
        sa.Column("basis", sa.String(500), server_default="", nullable=False),
        sa.Column("conditions", sa.JSON, server_default="[]", nullable=False),
        sa.Column("appeal_body", sa.String(500), server_default="", nullable=False),
        sa.Column("appeal_days", sa.Integer, nullable=False),
        sa.Column("last_day", sa.Date),
        sa.Column("proposed_by_id", Id),
        sa.Column("proposed_at", UtcTime, nullable=False),
        sa.Column("confirmed_by_id", Id),
        sa.Column("confirmed_at", UtcTime),
        sa.Column("returned_at", UtcTime),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR (appeal_body <> '' AND last_day IS NOT NULL)", name="ck_service_decision_appeal"
        ),
        sa.CheckConstraint(
            "outcome = 'granted' OR (reason <> '' AND text <> '' AND basis <> '')", name="ck_service_decision_reasons"
        ),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name="fk_service_decision_case_id"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name="fk_service_decision_proposed_by_id"),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name="fk_service_decision_confirmed_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_decision"),
    )
    op.create_index("ix_service_decision_case_id", "service_decision", ["case_id"])
    op.create_index(
        "uq_service_decision_case_id",
        "service_decision",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("confirmed_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop them, the dependent ones first."""
    for name in TABLES:
        op.drop_table(name)
