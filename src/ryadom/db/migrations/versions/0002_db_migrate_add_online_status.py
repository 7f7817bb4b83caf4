"""Online status: when a person was last seen, and whether they are here now."""

from alembic import op

from ryadom.db.migrations.columns import flag, moment

revision = "db_migrate_add_online_status"
down_revision = "base_messenger"


def upgrade() -> None:
    """Add the two columns; nobody is online yet."""
    op.add_column("user", moment("last_seen", nullable=True))
    op.add_column("user", flag("is_online"))
