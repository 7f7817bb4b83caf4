"""The tables and indexes that this revision leaves behind."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import ID, NEVER_REUSED, flag, moment, number, ref


def create_tables() -> None:
    """Make the ten tables, empty and without their indexes: filling is quicker so."""
    _people()
    _between_people()
    _chats()
    _messages()


def create_indexes() -> None:
    """Make the indexes."""
    _index("ix_user_is_online", "user", ["is_online"], where="is_online")
    _index("ix_user_sessions_user_id", "user_sessions", ["user_id"], where="ended_at IS NULL")
    _index("ix_user_sessions_ended_rev", "user_sessions", ["ended_rev"])
    _index("ix_contacts_contact_id", "contacts", ["contact_id"])
    _index("ix_blocks_blocked_id", "blocks", ["blocked_id"])
    _index("ix_chat_members_user_id", "chat_members", ["user_id"])
    _index("uq_messages_chat_id_seq", "messages", ["chat_id", "seq"], unique=True)
    _index("uq_messages_sender_id_client_id", "messages", ["sender_id", "client_id"], unique=True,
           where="client_id IS NOT NULL")  # fmt: skip
    _index("ix_messages_chat_id_rev", "messages", ["chat_id", "rev"])
    _index("ix_messages_chat_id_sender_id_seq", "messages", ["chat_id", "sender_id", "seq"])
    _index("ix_messages_deleted", "messages", ["chat_id", "seq"], where="deleted_at IS NOT NULL")
    _index("ix_message_read_statuses_chat_id_user_id_up_to_seq", "message_read_statuses",
           ["chat_id", "user_id", "up_to_seq"])  # fmt: skip


def _index(name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None) -> None:
    only: dict[str, Any] = {}
    if where is not None:
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
    op.create_index(name, table, columns, unique=unique, **only)


def _people() -> None:
    op.create_table(
        "user",
        sa.Column("id", ID, primary_key=True),
        sa.Column("username", sa.String(32), nullable=False, unique=True),
        sa.Column("display_name", sa.String(64), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        moment("created_at"),
        moment("last_seen", nullable=True),
        flag("is_online"),
        number("rev"),
        sa.Column("locale", sa.String(8)),
        sa.Column("settings", sa.JSON, nullable=False, server_default=sa.text("'{}'")),
        moment("disabled_at", nullable=True),
        moment("deleted_at", nullable=True),
        **NEVER_REUSED,
    )
    op.create_table(
        "user_statuses",
        ref("user_id", "user.id", primary_key=True),
        flag("appear_offline"),
        moment("updated_at"),
    )
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
        moment("last_seen"),
        sa.Column("standing", sa.String(8), nullable=False, server_default=sa.text("'gone'")),
        moment("ended_at", nullable=True),
        sa.Column("end_reason", sa.String(16)),
        sa.Column("ended_rev", sa.BigInteger),
        **NEVER_REUSED,
    )


def _between_people() -> None:
    op.create_table(
        "contacts",
        ref("owner_id", "user.id", primary_key=True),
        ref("contact_id", "user.id", primary_key=True),
        moment("added_at"),
        moment("removed_at", nullable=True),
        sa.CheckConstraint("owner_id <> contact_id", name="not_oneself"),
    )
    op.create_table(
        "blocks",
        ref("owner_id", "user.id", primary_key=True),
        ref("blocked_id", "user.id", primary_key=True),
        moment("created_at"),
        sa.CheckConstraint("owner_id <> blocked_id", name="not_oneself"),
    )


def _chats() -> None:
    op.create_table(
        "chats",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(128)),
        moment("created_at"),
        number("last_seq"),
        number("rev"),
        ref("direct_low", "user.id", nullable=True),
        ref("direct_high", "user.id", nullable=True),
        sa.UniqueConstraint("direct_low", "direct_high"),
        **NEVER_REUSED,
    )
    op.create_table(
        "chat_members",
        ref("chat_id", "chats.id", primary_key=True),
        ref("user_id", "user.id", primary_key=True),
        sa.Column("role", sa.String(16), nullable=False, server_default=sa.text("'member'")),
        moment("joined_at"),
        number("joined_seq"),
        moment("left_at", nullable=True),
        number("rev"),
        number("read_up_to_seq"),
        number("read_rev"),
        moment("muted_until", nullable=True),
        flag("pinned"),
        flag("archived"),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, primary_key=True),
        ref("chat_id", "chats.id"),
        number("seq", server_default=None),
        number("rev", server_default=None),
        sa.Column("kind", sa.String(16), nullable=False, server_default=sa.text("'text'")),
        ref("sender_id", "user.id"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("client_id", sa.String(64)),
        sa.Column("reply_to", sa.BigInteger),
        moment("created_at"),
        moment("edited_at", nullable=True),
        moment("deleted_at", nullable=True),
        **NEVER_REUSED,
    )
    op.create_table(
        "message_read_statuses",
        sa.Column("id", ID, primary_key=True),
        ref("chat_id", "chats.id"),
        ref("user_id", "user.id"),
        number("up_to_seq", server_default=None),
        moment("read_at"),
        **NEVER_REUSED,
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        number("value", server_default=None),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
