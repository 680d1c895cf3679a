"""Other ways in: public names, codes, sealed numbers, mandates.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from portal.base.tables import Id, UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = "kind IN ('age', 'residence', 'resident', 'name')"
OLD_KINDS = "kind IN ('age', 'residence', 'resident')"


def _person(table: str, column: str = "person_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_{table}_{column}_person")


def _kinds(condition: str) -> None:
    with op.batch_alter_table("fact") as table:
        table.drop_constraint(op.f("ck_fact_kind"), type_="check")
        table.create_check_constraint(op.f("ck_fact_kind"), sa.text(condition))


def upgrade() -> None:
    """Make the tables, and the new columns of people, sessions and audit lines."""
    op.add_column("person", sa.Column("public_name", sa.String(80), nullable=False, server_default=""))
    op.add_column("person", sa.Column("once", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "mail_code",
        sa.Column("id", Id, nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("person_id", Id),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("value", sa.String(500), nullable=False),
        sa.Column("value_folded", sa.String(500), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("used_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_mail_code"),
        _person("mail_code"),
        sa.CheckConstraint("purpose IN ('sign_in', 'contact')", name=op.f("ck_mail_code_purpose")),
        sa.CheckConstraint("way IN ('email', 'phone', 'post')", name=op.f("ck_mail_code_way")),
    )
    op.create_index("ix_mail_code_expires_at", "mail_code", ["expires_at"])
    op.create_index("ix_mail_code_person_id", "mail_code", ["person_id"])
    op.create_table(
        "sealed_number",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("blind", sa.String(64), nullable=False),
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sealed_number"),
        _person("sealed_number"),
        sa.UniqueConstraint("scheme", "blind", name="uq_sealed_number_scheme_blind"),
        sa.UniqueConstraint("person_id", "scheme", name="uq_sealed_number_person_id_scheme"),
    )
    op.create_index("ix_sealed_number_key", "sealed_number", ["key"])
    op.create_table(
        "paper_code",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("person_id", Id),
        sa.Column("scheme", sa.String(40), nullable=False),
        sa.Column("blind", sa.String(64), nullable=False),
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("facts", sa.JSON),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("printed_at", UtcTime),
        sa.Column("expires_at", UtcTime),
        sa.Column("used_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_paper_code"),
        _person("paper_code"),
        sa.UniqueConstraint("code_hash", name="uq_paper_code_code_hash"),
        sa.CheckConstraint("kind IN ('letter', 'slip')", name=op.f("ck_paper_code_kind")),
    )
    op.create_index("ix_paper_code_scheme_blind", "paper_code", ["scheme", "blind"])
    op.create_index("ix_paper_code_person_id", "paper_code", ["person_id"])
    op.create_index("ix_paper_code_key", "paper_code", ["key"])
    op.create_index("ix_paper_code_printed_at", "paper_code", ["printed_at"])
    op.create_table(
        "desk_code",
        sa.Column("person_id", Id, nullable=False, autoincrement=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_desk_code"),
        _person("desk_code"),
        sa.UniqueConstraint("code_hash", name="uq_desk_code_code_hash"),
    )
    op.create_table(
        "mandate",
        sa.Column("id", Id, nullable=False),
        sa.Column("agent_id", Id, nullable=False),
        sa.Column("principal_id", Id),
        sa.Column("principal_name", sa.String(200), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(40), nullable=False),
        sa.Column("from_day", sa.Date, nullable=False),
        sa.Column("until_day", sa.Date, nullable=False),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("created_at", UtcTime, nullable=False),
        sa.Column("confirmed_at", UtcTime),
        sa.Column("confirmed_by_id", Id),
        sa.Column("document", sa.String(40), nullable=False, server_default=""),
        sa.Column("revoked_at", UtcTime),
        sa.Column("revoked_by_id", Id),
        sa.PrimaryKeyConstraint("id", name="pk_mandate"),
        *[_person("mandate", name) for name in ("agent_id", "principal_id", "confirmed_by_id", "revoked_by_id")],
        sa.UniqueConstraint("code_hash", name="uq_mandate_code_hash"),
        sa.CheckConstraint("until_day >= from_day", name=op.f("ck_mandate_days")),
    )
    op.create_index("ix_mandate_agent_id", "mandate", ["agent_id"])
    op.create_index("ix_mandate_principal_id", "mandate", ["principal_id"])
    with op.batch_alter_table("sign_in") as table:
        table.add_column(sa.Column("scope", sa.String(20), nullable=False, server_default=""))
        table.add_column(sa.Column("mandate_id", Id))
        table.create_foreign_key("fk_sign_in_mandate_id_mandate", "mandate", ["mandate_id"], ["id"])
    op.add_column("audit_entry", sa.Column("mandate_id", Id))
    _kinds(KINDS)


def downgrade() -> None:
    """Take everything back; what the new kind of fact said is lost."""
    op.execute("DELETE FROM fact WHERE kind = 'name'")
    _kinds(OLD_KINDS)
    op.drop_column("audit_entry", "mandate_id")
    with op.batch_alter_table("sign_in") as table:
        table.drop_constraint("fk_sign_in_mandate_id_mandate", type_="foreignkey")
        table.drop_column("mandate_id")
        table.drop_column("scope")
    for name in ("mandate", "desk_code", "paper_code", "sealed_number", "mail_code"):
        op.drop_table(name)
    op.drop_column("person", "once")
    op.drop_column("person", "public_name")
