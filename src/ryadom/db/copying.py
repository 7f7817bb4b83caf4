"""From an SQLite file into an empty PostgreSQL database: all of it in one transaction, compared before it is committed.

So what fails leaves nothing behind, and can be run again.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Table, bindparam, exists, func, select, text, tuple_

from ryadom.clock import Clock
from ryadom.config import Settings

from . import migrate, opening, sqlite
from .query import new
from .tables import chats, client_ids, messages, metadata, revision, user
from .tx import Tx

log = structlog.get_logger("ryadom.db")

PORTION = 2000
"""Rows that are copied by one statement."""
NUMBERED = ("user", "user_sessions", "chats")
"""Tables whose ids the database gives out."""

_of_chat = messages.c.chat_id == chats.c.id
CHATS = select(
    chats.c.id,
    chats.c.last_seq,
    chats.c.rev,
    select(func.count()).where(_of_chat).scalar_subquery(),
    select(func.coalesce(func.max(messages.c.seq), 0)).where(_of_chat).scalar_subquery(),
).order_by(chats.c.id)
ANYBODY = select(user.c.id).limit(1)
LAST = select(revision.c.value, revision.c.last_message_id)
NUMBERS = text("SELECT name, seq FROM sqlite_sequence")
CLIENT_IDS = client_ids.insert().from_select(
    ("sender_id", "client_id", "message_id"),
    select(messages.c.sender_id, messages.c.client_id, messages.c.id).where(
        messages.c.client_id.is_not(None), ~exists(select(1).where(client_ids.c.message_id == messages.c.id))
    ),
)
"""What an SQLite database has yet to do, and PostgreSQL has always done: see messages.client_ids."""
GO_ON = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")


class CannotCopy(Exception):
    """A database cannot be copied, or the copy is not what it should be. The message says why; nothing was changed."""


def copy(file: Path, to: Settings, clock: Clock) -> dict[str, int]:
    """Copy the database in `file` into that of `to`. Rows by table. Not on an event loop.

    Both are brought to the newest revision first. Nobody else may have the file open. Raises `CannotCopy`,
    `backup.InUse` and `postgres.Unreachable`.
    """
    if not to.postgres_url:
        raise CannotCopy("A copy goes to PostgreSQL: name it as postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE")
    if not file.is_file():
        raise CannotCopy(f"There is no database at {file}")
    source = Settings(database_url=f"sqlite:///{file}")
    with opening.alone(source):
        migrate.upgrade(file)
        opening.upgrade(to)
        with closing(sqlite.connect(file, read_only=True)) as connection:
            connection.execute("BEGIN")
            there = sqlite.SqliteTx(connection, clock.utcnow())
            return opening.write_once(to, clock, lambda here: _copy(there, here, opening.shown(to)))


def _copy(there: Tx, here: Tx, name: str) -> dict[str, int]:
    if here.first(ANYBODY) is not None:
        raise CannotCopy(f"{name} has people in it already; a copy needs an empty database")
    copied = {table.name: _copy_table(there, here, table) for table in metadata.sorted_tables if table is not revision}
    for table, last in there.run(NUMBERS):
        if table in NUMBERED and last:
            here.run(GO_ON, table=f'"{table}"', last=last)
    last_rev, last_id = there.first(LAST)
    here.next_rev_and_id(last_id)
    if here.next_rev() <= last_rev:
        here.next_rev(last_rev)
    _compare(there, here, copied)
    here.run(CLIENT_IDS)
    return copied


def _copy_table(there: Tx, here: Tx, table: Table) -> int:
    names = [column.name for column in table.columns]
    insert = new(table, *names)
    number = 0
    for rows in _portions(there, table):
        here.run_many(insert, [dict(zip(names, row, strict=True)) for row in rows])
        number += len(rows)
    return number


def _portions(there: Tx, table: Table) -> Iterator[Sequence[Any]]:
    """All rows in the order of the key, a portion at a time."""
    key = list(table.primary_key.columns)
    first = select(table).order_by(*key).limit(PORTION)
    after = first.where(
        tuple_(*key) > tuple_(*(bindparam(f"after_{column.name}", type_=column.type) for column in key))
    )
    places = [list(table.columns).index(column) for column in key]
    rows = there.run(first)
    while rows:
        yield rows
        last = {f"after_{column.name}": rows[-1][place] for column, place in zip(key, places, strict=True)}
        rows = there.run(after, **last)


def _compare(there: Tx, here: Tx, copied: dict[str, int]) -> None:
    for table in metadata.sorted_tables:
        count = select(func.count()).select_from(table)
        ours, theirs = here.value(count), there.value(count)
        if ours != theirs or (table is not revision and ours != copied[table.name]):
            raise CannotCopy(f"{table.name} has {theirs} rows and its copy {ours}; nothing was kept")
    if [tuple(row) for row in here.run(CHATS)] != there.run(CHATS):
        raise CannotCopy("The chats and their copies differ in seqs or numbers of messages; nothing was kept")
