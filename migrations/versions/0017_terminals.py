"""Terminals, help at a desk, the hand-over of a ballot, where a role counts, and forms entered from paper.

Revision ID: 0017
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from portal.audit import models as audit
from portal.base.tables import Id, UtcTime

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

# what a line of the audit record said before this migration
SAID = (
    "id", "at", "person_id", "helped_by", "deputy_for", "mandate_id", "channel", "verb", "kind", "object_id", "before",
    "after",
)  # fmt: skip
MEANS = "means IN ('account', 'counter', 'letter', 'telephone', 'guest')"


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _guards_off() -> None:
    """The triggers of the audit record name its columns, so they are made anew."""
    for statement in audit.SQLITE_DOWN if _sqlite() else audit.POSTGRES_DOWN:
        op.execute(statement)


def _guards_on(said: tuple[str, ...]) -> None:
    for statement in (audit.sqlite_guards if _sqlite() else audit.postgres_guards)(said):
        op.execute(statement)


def upgrade() -> None:
    """Add the tables and what sessions, venues and audit lines know of them."""
    for name, seconds in (("plain_seconds", "180"), ("form_seconds", "600")):
        op.add_column("venue", sa.Column(name, sa.Integer, nullable=False, server_default=seconds))
    _guards_off()
    op.add_column("audit_entry", sa.Column("venue_id", Id))
    _guards_on((*SAID, "venue_id"))
    op.create_table(
        "terminal",
        sa.Column("id", Id, nullable=False),
        sa.Column("venue_id", Id, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("code_until", UtcTime),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("enrolled_at", UtcTime),
        sa.Column("retired_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name="pk_terminal"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name="fk_terminal_venue_id_venue"),
        sa.UniqueConstraint("code_hash", name="uq_terminal_code_hash"),
        sa.UniqueConstraint("token_hash", name="uq_terminal_token_hash"),
    )
    op.create_index("ix_terminal_venue_id", "terminal", ["venue_id"])
    op.create_table(
        "role_place",
        sa.Column("person_id", Id, nullable=False, autoincrement=False),
        sa.Column("venue_id", Id, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("person_id", "venue_id", name="pk_role_place"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_place_person_id_person"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name="fk_role_place_venue_id_venue"),
    )
    op.create_table(
        "assisted_session",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("helper_id", Id, nullable=False),
        sa.Column("venue_id", Id),
        sa.Column("helper_session_id", Id, nullable=False),
        sa.Column("means", sa.String(40), nullable=False),
        sa.Column("consent_at", UtcTime, nullable=False),
        sa.Column("started_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.CheckConstraint(MEANS, name=op.f("ck_assisted_session_means")),
        sa.PrimaryKeyConstraint("id", name="pk_assisted_session"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_assisted_session_person_id_person"),
        sa.ForeignKeyConstraint(["helper_id"], ["person.id"], name="fk_assisted_session_helper_id_person"),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name="fk_assisted_session_venue_id_venue"),
    )
    op.create_index("ix_assisted_session_person_id", "assisted_session", ["person_id"])
    op.create_index("ix_assisted_session_helper_id", "assisted_session", ["helper_id"])
    op.create_table(
        "hand_over",
        sa.Column("id", Id, nullable=False),
        sa.Column("assisted_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("used_at", UtcTime),
        sa.Column("with_help", sa.Boolean),
        sa.PrimaryKeyConstraint("id", name="pk_hand_over"),
        sa.ForeignKeyConstraint(
            ["assisted_id"], ["assisted_session.id"], name="fk_hand_over_assisted_id_assisted_session"
        ),
        sa.UniqueConstraint("code_hash", name="uq_hand_over_code_hash"),
    )
    op.create_index("ix_hand_over_assisted_id", "hand_over", ["assisted_id"])
    op.create_table(
        "paper_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("sheet", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(40), nullable=False),
        sa.Column("entered_by_id", Id, nullable=False),
        sa.Column("entered_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_entry"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_paper_entry_entered_by_id_person"),
        sa.UniqueConstraint("number", name="uq_paper_entry_number"),
    )
    op.create_index("ix_paper_entry_entered_by_id", "paper_entry", ["entered_by_id"])
    with op.batch_alter_table("sign_in") as table:
        table.add_column(sa.Column("channel", sa.String(20), nullable=False, server_default="web"))
        table.add_column(sa.Column("terminal_id", Id))
        table.add_column(sa.Column("idle_at", UtcTime))
        table.add_column(sa.Column("assisted_id", Id))
        table.create_foreign_key("fk_sign_in_terminal_id_terminal", "terminal", ["terminal_id"], ["id"])
        table.create_foreign_key("fk_sign_in_assisted_id_assisted_session", "assisted_session", ["assisted_id"], ["id"])


def downgrade() -> None:
    """Take everything back; sessions of terminals and of help end with it. Lines of the audit record with a house do
    not verify any more after this: the house is part of what they say."""
    op.execute("DELETE FROM sign_in WHERE terminal_id IS NOT NULL OR assisted_id IS NOT NULL")
    with op.batch_alter_table("sign_in") as table:
        table.drop_constraint("fk_sign_in_assisted_id_assisted_session", type_="foreignkey")
        table.drop_constraint("fk_sign_in_terminal_id_terminal", type_="foreignkey")
        for name in ("assisted_id", "idle_at", "terminal_id", "channel"):
            table.drop_column(name)
    for name in ("paper_entry", "hand_over", "assisted_session", "role_place", "terminal"):
        op.drop_table(name)
    _guards_off()
    op.drop_column("audit_entry", "venue_id")
    _guards_on(SAID)
    for name in ("form_seconds", "plain_seconds"):
        op.drop_column("venue", name)
