"""Comments on any kind of thing, who found them useful, their earlier words and translations.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "comment",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", Id, nullable=False),
        sa.Column("parent_id", Id),
        sa.Column("root_id", Id),
        sa.Column("branch_id", Id),
        sa.Column("side", sa.String(40)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("author_id", Id),
        sa.Column("for_name", sa.String(200), nullable=False),
        sa.Column("badge", sa.String(40), nullable=False),
        sa.Column("by_author", sa.Boolean, nullable=False),
        sa.Column("helped", sa.Boolean, nullable=False),
        sa.Column("once", sa.String(24)),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("edited_at", UtcTime),
        sa.Column("removed_at", UtcTime),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("useful", sa.Integer, nullable=False),
        sa.Column("replies", sa.Integer, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("hidden_at", UtcTime),
        sa.Column("held_at", UtcTime),
        sa.Column("locked_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sa.ForeignKeyConstraint(["parent_id"], ["comment.id"], name="fk_comment_parent_id_comment"),
        sa.ForeignKeyConstraint(["root_id"], ["comment.id"], name="fk_comment_root_id_comment"),
        sa.ForeignKeyConstraint(["branch_id"], ["comment.id"], name="fk_comment_branch_id_comment"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_comment_author_id_person"),
        sa.UniqueConstraint("author_id", "once", name="uq_comment_author_id_once"),
        sa.CheckConstraint("side IN ('for', 'against')", name=op.f("ck_comment_side")),
        sa.CheckConstraint("useful >= 0 AND replies >= 0", name=op.f("ck_comment_numbers")),
        sa.CheckConstraint("(root_id IS NULL) = (parent_id IS NULL)", name=op.f("ck_comment_root")),
        sa.CheckConstraint("branch_id IS NULL OR root_id IS NOT NULL", name=op.f("ck_comment_branch")),
        sa.CheckConstraint("side IS NULL OR root_id IS NULL", name=op.f("ck_comment_side_of_root")),
    )
    op.create_index("ix_comment_kind_object_id_root_id", "comment", ["kind", "object_id", "root_id"])
    op.create_index("ix_comment_root_id", "comment", ["root_id"])
    op.create_index("ix_comment_parent_id", "comment", ["parent_id"])
    op.create_index("ix_comment_author_id_created_at", "comment", ["author_id", "created_at"])
    op.create_index("ix_comment_removed_at", "comment", ["removed_at"])
    op.create_table(
        "comment_useful",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comment_useful"),
        _of_comment("comment_useful"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_comment_useful_person_id_person"),
        sa.UniqueConstraint("comment_id", "person_id", name="uq_comment_useful_comment_id_person_id"),
    )
    op.create_index("ix_comment_useful_person_id", "comment_useful", ["person_id"])
    op.create_table(
        "comment_revision",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comment_revision"),
        _of_comment("comment_revision"),
        sa.UniqueConstraint("comment_id", "version", name="uq_comment_revision_comment_id_version"),
    )
    op.create_table(
        "comment_translation",
        sa.Column("id", Id, nullable=False),
        sa.Column("comment_id", Id, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comment_translation"),
        _of_comment("comment_translation"),
        sa.UniqueConstraint("comment_id", "lang", name="uq_comment_translation_comment_id_lang"),
    )


def _of_comment(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_comment_id_comment"
    return sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    """Take them away."""
    for table in ("comment_translation", "comment_revision", "comment_useful", "comment"):
        op.drop_table(table)
