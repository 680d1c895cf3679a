"""Text pages with versions, site notices, reports of barriers.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "page",
        sa.Column("id", Id, primary_key=True),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("in_footer", sa.Boolean, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        sa.UniqueConstraint("slug", name="uq_page_slug"),
    )
    op.create_table(
        "page_text",
        sa.Column("id", Id, primary_key=True),
        sa.Column("page_id", Id, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("author_id", Id),
        sa.Column("written_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_page_text"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_page_text_page_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_page_text_author_id", ondelete="SET NULL"),
        sa.UniqueConstraint("page_id", "lang", "version", name="uq_page_text_page_id_lang_version"),
        sa.CheckConstraint("version > 0", name=op.f("ck_page_text_version")),
    )
    op.create_index("ix_page_text_author_id", "page_text", ["author_id"])
    op.create_table(
        "notice",
        sa.Column("id", Id, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("starts_at", UtcTime, nullable=False),
        sa.Column("ends_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.CheckConstraint("kind IN ('emergency', 'outage', 'news')", name=op.f("ck_notice_kind")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_notice_ends_after_start")),
    )
    op.create_table(
        "barrier_report",
        sa.Column("id", Id, primary_key=True),
        sa.Column("page", sa.String(500), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("contact", sa.String(320), nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("received_at", UtcTime, nullable=False),
        sa.Column("answered_at", UtcTime),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_barrier_report"),
    )
    op.create_index("ix_barrier_report_answered_at", "barrier_report", ["answered_at"])


def downgrade() -> None:
    for name in ("barrier_report", "notice", "page_text", "page"):
        op.drop_table(name)
