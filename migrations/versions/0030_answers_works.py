"""Answers to ideas; ideas that become projects; the works of projects.

Revision ID: 0030
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLES = (
    "project_news",
    "project_photo",
    "project_benefit",
    "spending",
    "milestone_delay",
    "milestone",
    "project_work",
    "project_origin",
    "idea_answer_version",
    "idea_answer_idea",
    "idea_answer",
)
OUTCOMES = ("done", "ballot", "partly", "not", "exists", "elsewhere")


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def of_project(table: str) -> sa.ForeignKeyConstraint:
    """The project that a row belongs to, and goes with."""
    return sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=f"fk_{table}_project_id", ondelete="CASCADE")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "idea_answer",
        sa.Column("id", Id, nullable=False),
        sa.Column("call_id", Id, nullable=False),
        sa.Column("outcome", one_of(*OUTCOMES, name="outcome"), nullable=False),
        sa.Column("answered_by", sa.String(120), server_default="", nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("published_at", UtcTime),
        sa.CheckConstraint("version > 0", name="ck_idea_answer_version"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_idea_answer_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_answer"),
    )
    op.create_index("ix_idea_answer_call_id_published_at", "idea_answer", ["call_id", "published_at"])
    op.create_table(
        "idea_answer_idea",
        sa.Column("answer_id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("standing", one_of("draft", "current", name="standing")),
        sa.Column("state_before", sa.String(40), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["idea_answer.id"], name="fk_idea_answer_idea_answer_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_answer_idea_idea_id"),
        sa.PrimaryKeyConstraint("answer_id", "idea_id", name="pk_idea_answer_idea"),
        sa.UniqueConstraint("idea_id", "standing", name="uq_idea_answer_idea_idea_id_standing"),
    )
    op.create_table(
        "idea_answer_version",
        sa.Column("id", Id, nullable=False),
        sa.Column("answer_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("outcome", one_of(*OUTCOMES, name="outcome"), nullable=False),
        sa.Column("answered_by", sa.String(120), server_default="", nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("since", UtcTime, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("reason_lang", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["idea_answer.id"], name="fk_idea_answer_version_answer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_answer_version"),
        sa.UniqueConstraint("answer_id", "version", name="uq_idea_answer_version_answer_id_version"),
    )
    _works()


def _works() -> None:
    op.create_table(
        "project_origin",
        sa.Column("project_id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("state_before", sa.String(40), server_default="", nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        of_project("project_origin"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_project_origin_idea_id"),
        sa.PrimaryKeyConstraint("project_id", "idea_id", name="pk_project_origin"),
    )
    op.create_index("ix_project_origin_idea_id", "project_origin", ["idea_id"])
    op.create_table(
        "project_work",
        sa.Column("project_id", Id, nullable=False, autoincrement=False),
        sa.Column("stopped_on", sa.Date),
        of_project("project_work"),
        sa.PrimaryKeyConstraint("project_id", name="pk_project_work"),
    )
    op.create_table(
        "milestone",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("first_planned_on", sa.Date, nullable=False),
        sa.Column("planned_on", sa.Date, nullable=False),
        sa.Column("done_on", sa.Date),
        sa.Column("created_at", UtcTime, nullable=False),
        of_project("milestone"),
        sa.PrimaryKeyConstraint("id", name="pk_milestone"),
    )
    op.create_index("ix_milestone_project_id_planned_on", "milestone", ["project_id", "planned_on"])
    op.create_table(
        "milestone_delay",
        sa.Column("id", Id, nullable=False),
        sa.Column("milestone_id", Id, nullable=False),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint("from_on <> to_on", name="ck_milestone_delay_another_day"),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name="fk_milestone_delay_milestone_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_milestone_delay"),
    )
    op.create_index("ix_milestone_delay_milestone_id", "milestone_delay", ["milestone_id"])
    op.create_table(
        "spending",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.CheckConstraint("amount <> 0", name="ck_spending_has_money"),
        of_project("spending"),
        sa.PrimaryKeyConstraint("id", name="pk_spending"),
    )
    op.create_index("ix_spending_project_id_on_day", "spending", ["project_id", "on_day"])
    op.create_table(
        "project_benefit",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("measured_on", sa.Date),
        sa.Column("at", UtcTime, nullable=False),
        of_project("project_benefit"),
        sa.PrimaryKeyConstraint("id", name="pk_project_benefit"),
    )
    op.create_index("ix_project_benefit_project_id", "project_benefit", ["project_id"])
    op.create_table(
        "project_photo",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("file_id", Id, nullable=False),
        sa.Column("moment", one_of("before", "during", "after", name="moment"), nullable=False),
        sa.Column("taken_on", sa.Date),
        sa.Column("at", UtcTime, nullable=False),
        of_project("project_photo"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_project_photo_file_id"),
        sa.PrimaryKeyConstraint("id", name="pk_project_photo"),
    )
    op.create_index("ix_project_photo_project_id", "project_photo", ["project_id"])
    op.create_index("ix_project_photo_file_id", "project_photo", ["file_id"])
    op.create_table(
        "project_news",
        sa.Column("id", Id, nullable=False),
        sa.Column("project_id", Id, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        of_project("project_news"),
        sa.PrimaryKeyConstraint("id", name="pk_project_news"),
    )
    op.create_index("ix_project_news_project_id_at", "project_news", ["project_id", "at"])


def downgrade() -> None:
    """Take them away."""
    for name in TABLES:
        op.drop_table(name)
