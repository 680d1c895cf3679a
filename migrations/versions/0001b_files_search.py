"""Uploaded pictures, and the search index with its trigrams.

Revision ID: 0001b
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0001b"
down_revision = "0001"

# SQLite's trigram table holds no text of its own: triggers keep it equal to search_text, whoever writes there.
TRIGRAM = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(body, content='search_text', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN "
    "INSERT INTO search_fts(rowid, body) VALUES (new.id, new.body); END",
    "CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, body) VALUES ('delete', old.id, old.body); END",
    "CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, body) VALUES ('delete', old.id, old.body); "
    "INSERT INTO search_fts(rowid, body) VALUES (new.id, new.body); END",
)


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", Id, primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("mime", sa.String(20), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40)),
        sa.Column("received_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.UniqueConstraint("sha256", name="uq_file_sha256"),
        sa.CheckConstraint("state IN ('waiting', 'ready', 'refused')", name=op.f("ck_file_state")),
        sa.CheckConstraint(
            "reason IN ('not_a_picture', 'too_many_pixels', 'broken', 'too_slow')", name=op.f("ck_file_reason")
        ),
    )
    op.create_table(
        "search_text",
        sa.Column("id", Id, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", Id, nullable=False),
        sa.Column("lang", sa.String(12), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_text"),
        sa.UniqueConstraint("kind", "object_id", "lang", name="uq_search_text_kind_object_id_lang"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in TRIGRAM:
            op.execute(statement)
    else:
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX ix_search_text_trigram ON search_text USING gin (body gin_trgm_ops)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("search_text_changed", "search_text_removed", "search_text_added"):
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE search_fts")
    op.drop_table("search_text")
    op.drop_table("file")
