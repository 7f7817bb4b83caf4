"""Release 3.2.0: device sessions, statuses, and a row for every message that somebody read."""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import ID, NEVER_REUSED, moment, ref

revision = "migration_sessions_status"
down_revision = "db_migrate_add_online_status"


def upgrade() -> None:
    """Make the three tables, in their first form."""
    op.create_table(
        "user_sessions",
        sa.Column("id", ID, primary_key=True),
        ref("user_id", "user.id"),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("device_type", sa.String(16), nullable=False),
        sa.Column("device_name", sa.String(64), nullable=False),
        sa.Column("ip_address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(512), nullable=False),
        moment("created_at"),
        moment("last_activity"),
        **NEVER_REUSED,
    )
    op.create_table(
        "user_statuses",
        ref("user_id", "user.id", primary_key=True),
        sa.Column("status", sa.String(16), nullable=False, server_default=sa.text("'offline'")),
        moment("last_seen", nullable=True),
        ref("is_typing_in_chat", "chats.id", nullable=True),
        moment("updated_at"),
    )
    op.create_table(
        "message_read_statuses",
        sa.Column("id", ID, primary_key=True),
        ref("message_id", "messages.id"),
        ref("chat_id", "chats.id"),
        ref("user_id", "user.id"),
        moment("read_at"),
        **NEVER_REUSED,
    )
