"""All tables, as they are at the newest migration. A test compares this file with what the migrations build.

Times are UTC. `rev` values come from one rising number (`revision`), so the newest change has the highest.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON, BigInteger, Boolean, CheckConstraint, Column, DateTime, Dialect, ForeignKey, Index, Integer, LargeBinary,
    MetaData, String, Table, Text, UniqueConstraint, false, text,
)  # fmt: skip
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """DATETIME that is an aware UTC datetime in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps naive text: store UTC."""
        if value is not None and dialect.name == "sqlite":
            return value.astimezone(UTC).replace(tzinfo=None)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What SQLite gives back is UTC."""
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def only(condition: str, on_sqlite: str | None = None) -> dict[str, Any]:
    """Options of an index that has only some of the rows: the condition as each database writes it in a query."""
    return {"sqlite_where": text(on_sqlite or condition), "postgresql_where": text(condition)}


ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers only an INTEGER PRIMARY KEY by itself."""

NEVER_REUSED: dict[str, Any] = {"sqlite_autoincrement": True}

user = Table(
    "user", metadata,
    Column("id", ID, primary_key=True),
    Column("username", String(32), nullable=False, unique=True),
    Column("display_name", String(64), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    # What was last published about the person; written by one function, presence.store.publish.
    Column("last_seen", Instant),
    Column("is_online", Boolean, nullable=False, server_default=false()),
    Column("rev", BigInteger, nullable=False, server_default=text("0")),
    Column("locale", String(8)),
    Column("settings", JSON, nullable=False, server_default=text("'{}'")),
    Column("disabled_at", Instant),
    Column("deleted_at", Instant),
    Index("ix_user_is_online", "is_online", **only("is_online")),
    **NEVER_REUSED,
)  # fmt: skip

user_statuses = Table(
    "user_statuses", metadata,
    # What a person chose to show; whether they are here is computed, and published in `user`.
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("appear_offline", Boolean, nullable=False, server_default=false()),
    Column("updated_at", Instant, nullable=False),
)  # fmt: skip

user_sessions = Table(
    "user_sessions", metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ForeignKey("user.id"), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("device_type", String(16), nullable=False),
    Column("device_name", String(64), nullable=False),
    Column("ip_address", String(64), nullable=False),
    Column("user_agent", String(512), nullable=False),
    Column("created_at", Instant, nullable=False),
    # The last command or request, and the last proof of presence; at most a minute old while the session lives.
    Column("last_activity", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    # How presence saw it then, so that a server that starts goes on from there: live.registry.Standing.
    Column("standing", String(8), nullable=False, server_default=text("'gone'")),
    Column("ended_at", Instant),
    Column("end_reason", String(16)),
    Column("ended_rev", BigInteger),
    Index("ix_user_sessions_user_id", "user_id", **only("ended_at IS NULL")),
    Index("ix_user_sessions_ended_rev", "ended_rev"),
    **NEVER_REUSED,
)  # fmt: skip

contacts = Table(
    "contacts", metadata,
    Column("owner_id", ForeignKey("user.id"), primary_key=True),
    Column("contact_id", ForeignKey("user.id"), primary_key=True),
    Column("added_at", Instant, nullable=False),
    # Removed by hand: writing to that person does not add them again.
    Column("removed_at", Instant),
    # Each has the other and neither blocks the other; kept by contacts.store with every change of an entry or a block.
    Column("mutual", Boolean, nullable=False, server_default=false()),
    Index("ix_contacts_contact_id", "contact_id"),
    Index("ix_contacts_owner_id_mutual_contact_id", "owner_id", "mutual", "contact_id"),
    CheckConstraint("owner_id <> contact_id", name="not_oneself"),
)  # fmt: skip

blocks = Table(
    "blocks", metadata,
    Column("owner_id", ForeignKey("user.id"), primary_key=True),
    Column("blocked_id", ForeignKey("user.id"), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Index("ix_blocks_blocked_id", "blocked_id"),
    CheckConstraint("owner_id <> blocked_id", name="not_oneself"),
)  # fmt: skip

chats = Table(
    "chats", metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("title", String(128)),
    Column("created_at", Instant, nullable=False),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("rev", BigInteger, nullable=False, server_default=text("0")),
    # The pair of a direct chat, the lower id first: there is one chat for two people.
    Column("direct_low", ForeignKey("user.id")),
    Column("direct_high", ForeignKey("user.id")),
    UniqueConstraint("direct_low", "direct_high"),
    **NEVER_REUSED,
)  # fmt: skip

chat_members = Table(
    "chat_members", metadata,
    Column("chat_id", ForeignKey("chats.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True),
    Column("role", String(16), nullable=False, server_default=text("'member'")),
    Column("joined_at", Instant, nullable=False),
    Column("joined_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("left_at", Instant),
    # The rev of the last change of this membership: joining, leaving, role.
    Column("rev", BigInteger, nullable=False, server_default=text("0")),
    # The watermark: it only rises. `read_rev` is the rev of its last move.
    Column("read_up_to_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("read_rev", BigInteger, nullable=False, server_default=text("0")),
    Column("muted_until", Instant),
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("archived", Boolean, nullable=False, server_default=false()),
    Index("ix_chat_members_user_id", "user_id"),
)  # fmt: skip

messages = Table(
    "messages", metadata,
    # No row is ever removed (a deleted message stays as a tombstone), so no id is given out twice.
    Column("id", ID, primary_key=True),
    Column("chat_id", ForeignKey("chats.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    # Of the last change, and of the sending: the latter rises with seq.
    Column("rev", BigInteger, nullable=False),
    Column("sent_rev", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False, server_default=text("'text'")),
    Column("sender_id", ForeignKey("user.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("client_id", String(64)),
    Column("reply_to", BigInteger),
    Column("created_at", Instant, nullable=False),
    Column("edited_at", Instant),
    Column("deleted_at", Instant),
    # Sent while others' messages lay unread before it: only such a message can lie after its sender's own mark.
    Column("behind", Boolean, nullable=False, server_default=false()),
    # Each index costs a page of the journal for nearly every message, so one has all rows, and the others a few.
    Index("uq_messages_chat_id_seq", "chat_id", "seq", unique=True),
    Index("ix_messages_changed", "chat_id", "rev",
          **only("edited_at IS NOT NULL OR deleted_at IS NOT NULL")),
    # With all that is asked of them, so that they are counted without their rows.
    Index("ix_messages_behind", "chat_id", "sender_id", "seq", "deleted_at", "behind",
          **only("behind", "behind = 1")),
    Index("ix_messages_deleted", "chat_id", "seq", **only("deleted_at IS NOT NULL")),
)  # fmt: skip

client_ids = Table(
    "client_ids", metadata,
    # Which message a client_id has become. On SQLite the newest enter it later: see messages.client_ids. As an index
    # of messages it refers to nothing that could go.
    Column("sender_id", BigInteger, primary_key=True),
    Column("client_id", String(64), primary_key=True),
    Column("message_id", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)  # fmt: skip

message_read_statuses = Table(
    "message_read_statuses", metadata,
    # A log of watermark moves: who had read what, and when. Rows per read, not per message and member.
    # In the order of the moves, each named by its rev: those of a commit share their pages of the journal.
    Column("rev", ID, primary_key=True, autoincrement=False),
    Column("chat_id", ForeignKey("chats.id"), nullable=False),
    Column("user_id", ForeignKey("user.id"), nullable=False),
    Column("up_to_seq", BigInteger, nullable=False),
    Column("read_at", Instant, nullable=False),
)  # fmt: skip

revision = Table(
    "revision", metadata,
    # One row: the highest rev given out, the highest id of a message, and how often several nodes have written.
    Column("id", Integer, primary_key=True),
    Column("value", BigInteger, nullable=False, server_default=text("0")),
    Column("last_message_id", BigInteger, nullable=False, server_default=text("0")),
    Column("commits", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("id = 1", name="one_row"),
)  # fmt: skip

nodes = Table(
    "nodes", metadata,
    # Each of several nodes notes here that it reaches the database: then it is alive, whatever it does not reach.
    Column("node", String(32), primary_key=True),
    Column("seen_at", Instant, nullable=False),
)  # fmt: skip

away = Table(
    "away", metadata,
    # People of whom several nodes have told that they are away; one node alone keeps it in memory.
    Column("user_id", ForeignKey("user.id"), primary_key=True),
)  # fmt: skip

live_devices = Table(
    "live_devices", metadata,
    # What each of several nodes knows of a session that counts there; one node alone keeps it in user_sessions.
    Column("session_id", ForeignKey("user_sessions.id"), primary_key=True),
    Column("node", String(32), primary_key=True),
    Column("user_id", ForeignKey("user.id"), nullable=False),
    Column("standing", String(8), nullable=False),
    Column("active", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    # Whether its node finds it idle: `active` may be a minute behind.
    Column("idle", Boolean, nullable=False, server_default=false()),
    Index("ix_live_devices_user_id", "user_id"),
    Index("ix_live_devices_node", "node"),
)  # fmt: skip

commit_log = Table(
    "commit_log", metadata,
    # What the commits of the last minutes emitted, for nodes that missed some. One node alone keeps none.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("node", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_commit_log_at", "at"),
)  # fmt: skip
