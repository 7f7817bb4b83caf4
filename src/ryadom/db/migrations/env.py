"""Where Alembic starts a run. `ryadom.db.migrate` gives the connection; without one the SQL is written out instead.

Every revision is one transaction. Nothing goes back: whoever wants the past takes the copy that was kept of it.
"""

from typing import Any

from alembic import context

from ryadom.db.tables import metadata

SHARED: dict[str, Any] = {
    "target_metadata": metadata,
    "transaction_per_migration": True,
    # Alembic thinks that SQLite cannot; with the BEGIN that migrate.py sends, it can.
    "transactional_ddl": True,
}


def run() -> None:
    """Run, or write out, the revisions that the caller asked for."""
    if context.is_offline_mode():
        context.configure(dialect_name=context.config.attributes["dialect"], literal_binds=True, **SHARED)
    else:
        context.configure(connection=context.config.attributes["connection"], **SHARED)
    with context.begin_transaction():
        context.run_migrations()


run()
