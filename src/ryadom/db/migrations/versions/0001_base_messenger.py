"""The base messenger: people, chats, members with a last-read mark, messages. Sign-in was a signed cookie."""

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import ID, NEVER_REUSED, moment, ref

revision = "base_messenger"
down_revision = None


def upgrade() -> None:
    """Make the four tables."""
    op.create_table(
        "user",
        sa.Column("id", ID, primary_key=True),
        sa.Column("username", sa.String(32), nullable=False, unique=True),
        sa.Column("display_name", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        moment("created_at"),
        **NEVER_REUSED,
    )
    op.create_table(
        "chats",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(128)),
        moment("created_at"),
        **NEVER_REUSED,
    )
    op.create_table(
        "chat_members",
        ref("chat_id", "chats.id", primary_key=True),
        ref("user_id", "user.id", primary_key=True),
        sa.Column("role", sa.String(16), nullable=False, server_default=sa.text("'member'")),
        moment("joined_at"),
        sa.Column("last_read_message_id", sa.BigInteger),
    )
    op.create_table(
        "messages",
        sa.Column("id", ID, primary_key=True),
        ref("chat_id", "chats.id"),
        ref("sender_id", "user.id"),
        sa.Column("text", sa.Text, nullable=False),
        moment("created_at"),
        **NEVER_REUSED,
    )
