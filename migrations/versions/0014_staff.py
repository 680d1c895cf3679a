"""Roles in parts of the city, disabled accounts, absences, closed processes, and the chain of the audit record.

Revision ID: 0014
Revises: 0013
"""

from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa
from alembic import op

from portal.audit import models as audit
from portal.audit import rules as chain
from portal.base.tables import Id, UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SCOPES = "scope_kind IN ('city', 'department', 'district', 'process', 'place')"
# what a line of the audit record says, as of this migration
SAID = (
    "id", "at", "person_id", "helped_by", "deputy_for", "mandate_id", "channel", "verb", "kind", "object_id", "before",
    "after",
)  # fmt: skip
WHOLE = "(scope_kind = 'city') = (scope_id = 0)"


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _grants(*more: object) -> sa.Table:
    """The whole table of grants, for SQLite, which makes it anew to change a constraint."""
    return sa.Table(
        "role_grant",
        sa.MetaData(),
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("granted_by_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        *more,
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_role_grant_granted_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )


def _refer(table: str, column: str, target: str) -> None:
    """A new column that points at another table. SQLite takes it as it is, without making the table anew."""
    if _sqlite():
        name = f"fk_{table}_{column}"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {target} (id)")
        return
    op.add_column(table, sa.Column(column, Id))
    op.create_foreign_key(op.f(f"fk_{table}_{column}"), table, target, [column], ["id"])


def upgrade() -> None:
    """Add them, and chain the lines that are there."""
    op.create_table(
        "department",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("closed_at", UtcTime),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
    )
    _scopes()
    op.add_column("person", sa.Column("disabled_at", UtcTime))
    op.add_column("person", sa.Column("disabled_reason", sa.String(500), nullable=False, server_default=""))
    op.create_table(
        "absence",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("deputy_id", Id, nullable=False),
        sa.Column("from_at", UtcTime, nullable=False),
        sa.Column("until_at", UtcTime, nullable=False),
        sa.Column("set_by_id", Id),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_absence_set_by_id")),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_absence_time")),
        sa.CheckConstraint("person_id <> deputy_id", name=op.f("ck_absence_deputy")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"])
    op.create_index(op.f("ix_absence_deputy_id"), "absence", ["deputy_id"])
    _processes()
    _audit()


def _scopes() -> None:
    kind = sa.Column("scope_kind", sa.String(20), nullable=False, server_default="city")
    number = sa.Column("scope_id", Id, nullable=False, server_default="0")
    names = ["person_id", "role", "scope_kind", "scope_id"]
    if _sqlite():
        old = _grants(sa.UniqueConstraint("person_id", "role", name=op.f("uq_role_grant_person_id_role")))
        with op.batch_alter_table("role_grant", copy_from=old, recreate="always") as batch:
            batch.drop_constraint(op.f("uq_role_grant_person_id_role"), type_="unique")
            batch.add_column(kind)
            batch.add_column(number)
            batch.create_unique_constraint(op.f("uq_role_grant_person_id_role_scope_kind_scope_id"), names)
            batch.create_check_constraint(op.f("ck_role_grant_scope_kind"), sa.text(SCOPES))
            batch.create_check_constraint(op.f("ck_role_grant_scope_id"), sa.text(WHOLE))
        op.create_index(op.f("ix_role_grant_role"), "role_grant", ["role"])
        return
    op.add_column("role_grant", kind)
    op.add_column("role_grant", number)
    op.drop_constraint(op.f("uq_role_grant_person_id_role"), "role_grant")
    op.create_unique_constraint(op.f("uq_role_grant_person_id_role_scope_kind_scope_id"), "role_grant", names)
    op.create_check_constraint(op.f("ck_role_grant_scope_kind"), "role_grant", SCOPES)
    op.create_check_constraint(op.f("ck_role_grant_scope_id"), "role_grant", WHOLE)


def _processes() -> None:
    _refer("process", "district_id", "district")
    _refer("process", "department_id", "department")
    op.add_column("process", sa.Column("closed", sa.Boolean, nullable=False, server_default=sa.false()))
    _refer("vote", "process_id", "process")
    op.execute(
        "UPDATE vote SET process_id = (SELECT process_id FROM budget WHERE budget.id = vote.object_id) "
        "WHERE vote.kind = 'budget'"
    )
    op.create_table(
        "process_member",
        sa.Column("id", Id, nullable=False),
        sa.Column("process_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_member")),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_process_member_process_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_process_member_person_id")),
        sa.UniqueConstraint("process_id", "person_id", name=op.f("uq_process_member_process_id_person_id")),
        sa.CheckConstraint("way IN ('list', 'mail', 'code')", name=op.f("ck_process_member_way")),
    )
    op.create_index(op.f("ix_process_member_person_id"), "process_member", ["person_id"])
    op.create_table(
        "process_invite",
        sa.Column("id", Id, nullable=False),
        sa.Column("process_id", Id, nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("used_at", UtcTime),
        sa.Column("used_by_id", Id),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_invite")),
        sa.ForeignKeyConstraint(
            ["process_id"], ["process.id"], name=op.f("fk_process_invite_process_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["used_by_id"], ["person.id"], name=op.f("fk_process_invite_used_by_id")),
        sa.UniqueConstraint("process_id", "way", "hash", name=op.f("uq_process_invite_process_id_way_hash")),
        sa.CheckConstraint("way IN ('list', 'mail', 'code')", name=op.f("ck_process_invite_way")),
        sa.CheckConstraint("way <> 'list'", name=op.f("ck_process_invite_way_of_invite")),
    )
    op.create_index(op.f("ix_process_invite_way_hash"), "process_invite", ["way", "hash"])


def _audit() -> None:
    op.add_column("audit_entry", sa.Column("deputy_for", Id))
    op.add_column("audit_entry", sa.Column("place", Id))
    op.add_column("audit_entry", sa.Column("prev_hash", sa.String(64)))
    op.add_column("audit_entry", sa.Column("hash", sa.String(64)))
    op.create_index("ix_audit_entry_place", "audit_entry", ["place"], unique=True)
    op.create_table(
        "audit_head",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("place", Id, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_head")),
    )
    _chain()
    for statement in (audit.sqlite_guards if _sqlite() else audit.postgres_guards)(SAID):
        op.execute(statement)


def _nameless(told: Any) -> Any:
    """Two kinds of lines held names of people. In a chain they could never be forgotten: only that there was one, and
    how many, stays."""
    if isinstance(told, dict):
        if isinstance(told.get("proposer"), str):
            told = {**told, "proposer": bool(told["proposer"])}
        if isinstance(told.get("holders"), list):
            told = {**told, "holders": len([name for name in told["holders"] if name])}
    return told


def _chain() -> None:
    """Lines that were written before there was a chain, in the order of their numbers."""
    entry = sa.table(
        "audit_entry",
        sa.column("id", Id),
        sa.column("at", UtcTime),
        *(sa.column(name, Id) for name in ("person_id", "helped_by", "deputy_for", "mandate_id")),
        *(sa.column(name, sa.String) for name in ("channel", "verb", "kind", "object_id")),
        sa.column("before", sa.JSON),
        sa.column("after", sa.JSON),
        sa.column("place", Id),
        sa.column("prev_hash", sa.String),
        sa.column("hash", sa.String),
    )
    place = (
        sa.update(entry)
        .where(entry.c.id == sa.bindparam("line"))
        .values(place=sa.bindparam("new_place"), prev_hash=sa.bindparam("new_prev"), hash=sa.bindparam("new_hash"))
    )
    bind, number, last, reached = op.get_bind(), 0, chain.START, -1
    while True:
        rows = bind.execute(sa.select(entry).where(entry.c.id > reached).order_by(entry.c.id).limit(1000)).all()
        if not rows:
            return
        placed = []
        for row in rows:
            number += 1
            line = SimpleNamespace(**row._mapping, venue_id=None)
            line.before, line.after = _nameless(row.before), _nameless(row.after)
            if (line.before, line.after) != (row.before, row.after):
                values = {"before": line.before, "after": line.after}
                bind.execute(sa.update(entry).where(entry.c.id == row.id).values(**values))
            now = chain.line_hash(line, number, last)
            placed.append({"line": row.id, "new_place": number, "new_prev": last, "new_hash": now})
            last = now
        bind.execute(place, placed)
        reached = rows[-1].id


def downgrade() -> None:
    """Take them back. Of several grants of one role only one is left; limited ones are taken away, not widened."""
    for statement in audit.SQLITE_DOWN if _sqlite() else audit.POSTGRES_DOWN:
        op.execute(statement)
    op.drop_table("audit_head")
    op.drop_index("ix_audit_entry_place", "audit_entry")
    for name in ("hash", "prev_hash", "place", "deputy_for"):
        op.drop_column("audit_entry", name)
    op.drop_table("process_invite")
    op.drop_table("process_member")
    _back("vote", "process_id")
    op.drop_column("process", "closed")
    _back("process", "department_id")
    _back("process", "district_id")
    op.drop_table("absence")
    op.drop_column("person", "disabled_reason")
    op.drop_column("person", "disabled_at")
    op.execute("DELETE FROM role_grant WHERE scope_kind <> 'city'")
    unique = op.f("uq_role_grant_person_id_role")
    if _sqlite():
        now = _grants(sa.Column("scope_kind", sa.String(20), nullable=False), sa.Column("scope_id", Id, nullable=False))
        with op.batch_alter_table("role_grant", copy_from=now, recreate="always") as batch:
            batch.drop_column("scope_kind")
            batch.drop_column("scope_id")
            batch.create_unique_constraint(unique, ["person_id", "role"])
        op.create_index(op.f("ix_role_grant_role"), "role_grant", ["role"])
    else:
        op.drop_constraint(op.f("uq_role_grant_person_id_role_scope_kind_scope_id"), "role_grant")
        op.drop_constraint(op.f("ck_role_grant_scope_kind"), "role_grant")
        op.drop_constraint(op.f("ck_role_grant_scope_id"), "role_grant")
        op.drop_column("role_grant", "scope_kind")
        op.drop_column("role_grant", "scope_id")
        op.create_unique_constraint(unique, "role_grant", ["person_id", "role"])
    op.drop_table("department")


def _back(table: str, column: str) -> None:
    """Drop a column that points at another table."""
    if not _sqlite():
        op.drop_constraint(op.f(f"fk_{table}_{column}"), table)
        op.drop_column(table, column)
        return
    op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
