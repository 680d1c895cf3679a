"""Calls for ideas, ideas, and what hangs on them.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = (
    "support",
    "idea_revision",
    "idea_picture",
    "idea_author",
    "idea_attachment",
    "idea",
    "idea_search",
    "idea_draft",
    "call_category",
    "call",
)


def one_of(*values: str, name: str) -> sa.Enum:
    """A column of fixed words, kept by a named CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "call",
        sa.Column("id", Id, nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("process_id", Id, nullable=False),
        sa.Column("shown", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("always_open", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("challenge", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("debate", one_of("points", "thread", name="debate"), nullable=False),
        sa.Column("premoderated", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("promised_hours", sa.Integer, server_default="48", nullable=False),
        sa.Column("audience", one_of("signed_in", "resident", "proved", name="audience"), nullable=False),
        sa.Column("age", sa.Integer),
        sa.Column("age_on", sa.Date),
        sa.Column("threshold", sa.Integer, server_default="0", nullable=False),
        sa.Column("short_list_size", sa.Integer, server_default="5", nullable=False),
        sa.Column("edit_minutes", sa.Integer, server_default="60", nullable=False),
        sa.Column("forget_days", sa.Integer, server_default="90", nullable=False),
        sa.Column("objection_days", sa.Integer, server_default="14", nullable=False),
        sa.Column("asks_place", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("asks_cost", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("takes_pictures", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("takes_files", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("support_until", UtcTime),
        sa.Column("frozen_at", UtcTime),
        sa.Column("closed_at", UtcTime),
        sa.Column("forgotten_at", UtcTime),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.CheckConstraint("(age IS NULL) = (age_on IS NULL)", name="ck_call_age_on_a_day"),
        sa.CheckConstraint("edit_minutes >= 0", name="ck_call_edit_minutes"),
        sa.CheckConstraint("forget_days >= 0", name="ck_call_forget_days"),
        sa.CheckConstraint("objection_days >= 0", name="ck_call_objection_days"),
        sa.CheckConstraint("promised_hours > 0", name="ck_call_promise"),
        sa.CheckConstraint("short_list_size > 0", name="ck_call_short_list_size"),
        sa.CheckConstraint("threshold >= 0", name="ck_call_threshold"),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name="fk_call_process_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("slug", name="uq_call_slug"),
    )
    op.create_index("ix_call_process_id", "call", ["process_id"])
    op.create_table(
        "call_category",
        sa.Column("id", Id, nullable=False),
        sa.Column("call_id", Id, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_call_category_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_call_category"),
        sa.UniqueConstraint("call_id", "position", name="uq_call_category_call_id_position"),
    )
    op.create_table(
        "idea_draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("call_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_idea_draft_call_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_idea_draft_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_draft"),
        sa.UniqueConstraint("call_id", "person_id", name="uq_idea_draft_call_id_person_id"),
    )
    op.create_index("ix_idea_draft_person_id", "idea_draft", ["person_id"])
    op.create_table(
        "idea_search",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("call_id", Id),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("query", sa.JSON, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_idea_search_call_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_idea_search_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_search"),
    )
    op.create_index("ix_idea_search_call_id", "idea_search", ["call_id"])
    op.create_index("ix_idea_search_person_id", "idea_search", ["person_id"])
    op.create_table(
        "idea",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("call_id", Id, nullable=False),
        sa.Column("author_id", Id),
        sa.Column("author_name", sa.String(200), server_default="", nullable=False),
        sa.Column("acting_for", sa.String(200), server_default="", nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("lead", sa.String(300), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("category_id", Id),
        sa.Column("district_id", Id),
        sa.Column("place", sa.String(200), server_default="", nullable=False),
        sa.Column("x", sa.Float),
        sa.Column("y", sa.Float),
        sa.Column("cost_guess", sa.BigInteger),
        sa.Column(
            "state",
            one_of(
                "submitted",
                "under_review",
                "feasible",
                "not_feasible",
                "merged",
                "shortlisted",
                "on_ballot",
                "answered",
                "withdrawn",
                name="state",
            ),
            nullable=False,
        ),
        sa.Column("merged_into_id", Id),
        sa.Column("withdrawn_reason", sa.String(500), server_default="", nullable=False),
        sa.Column("supports", sa.Integer, server_default="0", nullable=False),
        sa.Column("comments", sa.Integer, server_default="0", nullable=False),
        sa.Column(
            "listed",
            sa.Boolean,
            sa.Computed(
                "hidden_at IS NULL AND held_at IS NULL AND state NOT IN ('merged', 'withdrawn')", persisted=True
            ),
            nullable=False,
        ),
        sa.Column("shuffle", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(20), server_default="web", nullable=False),
        sa.Column("helped_by_id", Id),
        sa.Column("paper_number", sa.String(40), server_default="", nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("published_at", UtcTime),
        sa.Column("changed_at", UtcTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("hidden_at", UtcTime),
        sa.Column("held_at", UtcTime),
        sa.Column("locked_at", UtcTime),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="ck_idea_merged_into_one"),
        sa.CheckConstraint("(x IS NULL) = (y IS NULL)", name="ck_idea_whole_place"),
        sa.CheckConstraint("comments >= 0", name="ck_idea_comments"),
        sa.CheckConstraint("cost_guess >= 0", name="ck_idea_cost_guess"),
        sa.CheckConstraint("merged_into_id <> id", name="ck_idea_merged_into_another"),
        sa.CheckConstraint("supports >= 0", name="ck_idea_supports"),
        sa.CheckConstraint("x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1", name="ck_idea_place_on_plan"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_idea_author_id"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_idea_call_id"),
        sa.ForeignKeyConstraint(["category_id"], ["call_category.id"], name="fk_idea_category_id"),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name="fk_idea_district_id"),
        sa.ForeignKeyConstraint(["helped_by_id"], ["person.id"], name="fk_idea_helped_by_id"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["idea.id"], name="fk_idea_merged_into_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea"),
        sa.UniqueConstraint("number", name="uq_idea_number"),
    )
    op.create_index("ix_idea_author_id", "idea", ["author_id"])
    op.create_index("ix_idea_call_id_listed_comments", "idea", ["call_id", "listed", "comments"])
    op.create_index("ix_idea_call_id_listed_created_at", "idea", ["call_id", "listed", "created_at"])
    op.create_index("ix_idea_call_id_listed_supports", "idea", ["call_id", "listed", "supports"])
    op.create_index("ix_idea_district_id", "idea", ["district_id"])
    op.create_index("ix_idea_helped_by_id", "idea", ["helped_by_id"])
    op.create_index("ix_idea_merged_into_id", "idea", ["merged_into_id"])
    op.create_index("ix_idea_published_at", "idea", ["published_at"])
    op.create_table(
        "idea_attachment",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id),
        sa.Column("draft_id", Id),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("mime", sa.String(60), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["idea_draft.id"], name="fk_idea_attachment_draft_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_attachment_idea_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_attachment"),
    )
    op.create_index("ix_idea_attachment_draft_id", "idea_attachment", ["draft_id"])
    op.create_index("ix_idea_attachment_idea_id", "idea_attachment", ["idea_id"])
    op.create_table(
        "idea_author",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("state", one_of("invited", "accepted", "declined", name="state"), nullable=False),
        sa.Column("invited_at", UtcTime, nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_author_idea_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_idea_author_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_author"),
        sa.UniqueConstraint("idea_id", "hash", name="uq_idea_author_idea_id_hash"),
        sa.UniqueConstraint("idea_id", "person_id", name="uq_idea_author_idea_id_person_id"),
    )
    op.create_index("ix_idea_author_hash", "idea_author", ["hash"])
    op.create_index("ix_idea_author_person_id", "idea_author", ["person_id"])
    op.create_table(
        "idea_picture",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("file_id", Id, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("alt", sa.String(250), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_idea_picture_file_id"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_picture_idea_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_picture"),
        sa.UniqueConstraint("idea_id", "position", name="uq_idea_picture_idea_id_position"),
    )
    op.create_index("ix_idea_picture_file_id", "idea_picture", ["file_id"])
    op.create_table(
        "idea_revision",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("category_id", Id),
        sa.Column("district_id", Id),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("cost_guess", sa.BigInteger),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("by_id", Id),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_idea_revision_by_id"),
        sa.ForeignKeyConstraint(["category_id"], ["call_category.id"], name="fk_idea_revision_category_id"),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name="fk_idea_revision_district_id"),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_idea_revision_idea_id"),
        sa.PrimaryKeyConstraint("id", name="pk_idea_revision"),
        sa.UniqueConstraint("idea_id", "version", name="uq_idea_revision_idea_id_version"),
    )
    op.create_index("ix_idea_revision_by_id", "idea_revision", ["by_id"])
    op.create_table(
        "support",
        sa.Column("id", Id, nullable=False),
        sa.Column("idea_id", Id, nullable=False),
        sa.Column("person_id", Id),
        sa.Column("resident", sa.String(64)),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["idea.id"], name="fk_support_idea_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_support_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_support"),
        sa.UniqueConstraint("idea_id", "person_id", name="uq_support_idea_id_person_id"),
        sa.UniqueConstraint("idea_id", "resident", name="uq_support_idea_id_resident"),
    )
    op.create_index("ix_support_person_id", "support", ["person_id"])


def downgrade() -> None:
    """Take them away."""
    for name in TABLES:
        op.drop_table(name)
