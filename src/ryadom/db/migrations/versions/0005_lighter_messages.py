"""Lighter messages: two indexes that every message was written to are kept for those few messages that need them.

A message keeps the rev of its sending, which rises with seq, so what is new after a rev is found without an index of
its own; and it is noted whether others' messages lay unread before it, since only such a message can lie after its
sender's own mark. Message ids are counted beside the rev: once for all that is sent together.
"""

# ruff: noqa: S608 - what is put into the SQL are the constants below

import sqlalchemy as sa
from alembic import op

from ryadom.db.migrations.columns import ID, flag, moment, number, ref

revision = "lighter_messages"
down_revision = "catching_up"

_COLUMNS = "id, chat_id, seq, rev, kind, sender_id, text, client_id, reply_to, created_at, edited_at, deleted_at"

# A changed message has a later rev than that of its sending; the one before it in its chat is low enough.
_SENT_REV = """
max(CASE WHEN m.edited_at IS NULL AND m.deleted_at IS NULL THEN m.rev ELSE 0 END)
    OVER (PARTITION BY m.chat_id ORDER BY m.seq ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
"""
_BEHIND = """
EXISTS (SELECT 1 FROM chat_members r
        WHERE r.chat_id = m.chat_id AND r.user_id = m.sender_id AND r.read_up_to_seq < m.seq)
"""


def upgrade() -> None:
    """Give messages their two columns, and exchange the indexes."""
    on_sqlite = op.get_context().dialect.name == "sqlite"
    _count(_LAST_ID_ON_SQLITE if on_sqlite else _LAST_ID)
    if on_sqlite:
        _rebuild()
    else:
        _extend()
    _rebuild_reads()
    _index("ix_messages_changed", ["chat_id", "rev"], "edited_at IS NOT NULL OR deleted_at IS NOT NULL")
    # As each database writes the condition in a query, so that it finds the index.
    _index("ix_messages_behind", ["chat_id", "sender_id", "seq"], "behind", sqlite="behind = 1")


_LAST_ID = "(SELECT coalesce(max(id), 0) FROM messages)"
_LAST_ID_ON_SQLITE = f"max({_LAST_ID}, coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = 'messages'), 0))"


def _count(last_message_id: str) -> None:
    """Put the count of messages beside the rev."""
    op.execute(f"CREATE TABLE was_revision AS SELECT value, {last_message_id} AS last_message_id FROM revision")
    op.drop_table("revision")
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer, primary_key=True),
        number("value"),
        number("last_message_id"),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.execute("INSERT INTO revision SELECT 1, value, last_message_id FROM was_revision")
    op.drop_table("was_revision")


def _rebuild() -> None:
    """SQLite cannot take AUTOINCREMENT from a table, nor put a column where it belongs."""
    op.execute("CREATE TABLE was_messages AS SELECT * FROM messages")
    op.drop_table("messages")
    op.create_table(
        "messages",
        sa.Column("id", ID, primary_key=True),
        ref("chat_id", "chats.id"),
        number("seq", server_default=None),
        number("rev", server_default=None),
        number("sent_rev", server_default=None),
        sa.Column("kind", sa.String(16), nullable=False, server_default=sa.text("'text'")),
        ref("sender_id", "user.id"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("client_id", sa.String(64)),
        sa.Column("reply_to", sa.BigInteger),
        moment("created_at"),
        moment("edited_at", nullable=True),
        moment("deleted_at", nullable=True),
        flag("behind"),
    )
    op.execute(
        f"INSERT INTO messages ({_COLUMNS}, sent_rev, behind)"
        f" SELECT {_COLUMNS}, {_SENT_REV}, {_BEHIND} FROM was_messages m ORDER BY id"
    )
    op.drop_table("was_messages")
    op.create_index("uq_messages_chat_id_seq", "messages", ["chat_id", "seq"], unique=True)
    op.create_index(
        "uq_messages_sender_id_client_id", "messages", ["sender_id", "client_id"], unique=True,
        sqlite_where=sa.text("client_id IS NOT NULL"),
    )  # fmt: skip
    _index("ix_messages_deleted", ["chat_id", "seq"], "deleted_at IS NOT NULL")


def _extend() -> None:
    op.add_column("messages", number("sent_rev"))
    op.add_column("messages", flag("behind"))
    op.execute(
        f"UPDATE messages SET sent_rev = t.sent_rev, behind = t.behind"
        f" FROM (SELECT m.id, {_SENT_REV} AS sent_rev, {_BEHIND} AS behind FROM messages m) AS t"
        f" WHERE messages.id = t.id"
    )
    op.drop_index("ix_messages_chat_id_rev", "messages")
    op.drop_index("ix_messages_chat_id_sender_id_seq", "messages")


def _rebuild_reads() -> None:
    """The log of reads becomes its own index. A mark only rises, so no seq is there twice."""
    op.execute("CREATE TABLE was_reads AS SELECT chat_id, user_id, up_to_seq, read_at FROM message_read_statuses")
    op.drop_table("message_read_statuses")
    op.create_table(
        "message_read_statuses",
        ref("chat_id", "chats.id", primary_key=True),
        ref("user_id", "user.id", primary_key=True),
        number("up_to_seq", primary_key=True, server_default=None),
        moment("read_at"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO message_read_statuses SELECT chat_id, user_id, up_to_seq, read_at FROM was_reads"
        " ORDER BY chat_id, user_id, up_to_seq"
    )
    op.drop_table("was_reads")


def _index(name: str, columns: list[str], where: str, sqlite: str | None = None) -> None:
    op.create_index(
        name, "messages", columns, sqlite_where=sa.text(sqlite or where), postgresql_where=sa.text(where)
    )  # fmt: skip
