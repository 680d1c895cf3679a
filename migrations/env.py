"""Alembic's entry: runs on an engine of its own with foreign keys off, and looks for orphans at the end."""

from alembic import context
from sqlalchemy import text

from portal.base import schema
from portal.base.tables import Base

schema.load_models()
database = context.config.attributes["database"]

with schema.engine_for(database).connect() as connection:
    if database.sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=schema.ours,
        render_as_batch=False,
        compare_type=True,
        user_module_prefix="tables.",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if database.sqlite:
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
        if orphans:
            raise RuntimeError(f"rows without their parent after the migration: {orphans[:5]}")
