"""The old tables, set aside under names that begin with `was_`, and the ids that must not be given out again."""

# ruff: noqa: S608 - the names put into the SQL are the constants below

import sqlalchemy as sa
from alembic import op

# Children first: this is the order of dropping.
OLD = ("message_read_statuses", "user_statuses", "user_sessions", "messages", "chat_members", "chats", "user")
NUMBERED = ("message_read_statuses", "user_sessions", "messages", "chats", "user")


def put() -> None:
    """Copy every table to `was_…`, plain and without keys, and drop it."""
    for name in OLD:
        op.execute(f'CREATE TABLE was_{name} AS SELECT * FROM "{name}"')
    if _on_sqlite():
        _note_numbers()
    for name in OLD:
        op.drop_table(name)


def clear() -> None:
    """Drop the copies, after the numbering goes on where it was."""
    if _on_sqlite():
        _restore_numbers()
        op.drop_table("was_numbers")
    else:
        _follow_ids()
    for name in OLD:
        op.drop_table(f"was_{name}")


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _note_numbers() -> None:
    # AUTOINCREMENT here also makes sure that sqlite_sequence exists: a database from elsewhere may have none yet.
    op.create_table(
        "was_numbers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    names = ", ".join(f"'{name}'" for name in NUMBERED)
    op.execute(f"INSERT INTO was_numbers (name, value) SELECT name, seq FROM sqlite_sequence WHERE name IN ({names})")


def _restore_numbers() -> None:
    op.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, (SELECT n.value FROM was_numbers n"
        " WHERE n.name = sqlite_sequence.name)) WHERE name IN (SELECT n.name FROM was_numbers n)"
    )
    op.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT n.name, n.value FROM was_numbers n"
        " WHERE n.name NOT IN (SELECT s.name FROM sqlite_sequence s)"
    )


def _follow_ids() -> None:
    for name in NUMBERED:
        op.execute(f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), max(id)) FROM \"{name}\"")
