"""SQLite: connections, and the one thread that writes."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import structlog
from sqlalchemy import Executable, bindparam, select, update
from sqlalchemy.dialects import sqlite as sqlite_dialect

from ryadom.clock import Clock
from ryadom.protocol.emissions import Emission
from ryadom.protocol.errors import Refusal

from .errors import TooOld
from .query import prepared_for, written
from .tables import revision
from .tx import Commit, Memory, Tx, forget
from .work import Work, all_sets, perform, perform_bare

log = structlog.get_logger("ryadom.db")

T = TypeVar("T")

MINIMUM = (3, 35, 0)
"""RETURNING needs it."""
BUSY = 10.0
"""Seconds to wait for another process (the command line) that writes."""
CHECKPOINT_EVERY = 8000
"""Pages of 4 KiB that the journal holds before they are brought home: a page that changes often is then copied once."""
CACHE = 4 * 1024
"""KiB of pages that a connection keeps at most."""


LAST = select(revision.c.value, revision.c.last_message_id)
SET_LAST = update(revision).values(value=bindparam("rev"), last_message_id=bindparam("last_id"))

_dialect: Any = sqlite_dialect.dialect(paramstyle="qmark")
prepare = prepared_for(_dialect)


class SqliteTx(Tx):
    """A transaction on a connection to the file."""

    __slots__ = ("_connection", "_stamp")

    writes_alone = True

    def __init__(
        self, connection: sqlite3.Connection, now: datetime, *, again: bool = False, memory: Memory | None = None
    ) -> None:
        super().__init__(now, again=again, memory=memory)
        self._connection = connection
        self._stamp: Any = None

    @property
    def stamp(self) -> Any:
        """Text."""
        if self._stamp is None:
            self._stamp = written(self.now)
        return self._stamp

    def run(self, query: Executable, **params: Any) -> list[Any]:
        """See `Tx`."""
        prepared = prepare(query)
        return prepared.convert(self._connection.execute(prepared.sql, prepared.bind(params)).fetchall())

    def run_many(self, query: Executable, items: Sequence[dict[str, Any]]) -> None:
        """See `Tx`."""
        prepared = prepare(query)
        self._connection.executemany(prepared.sql, [prepared.bind(item) for item in items])

    def run_rows(self, query: Executable, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """See `Tx`."""
        prepared = prepare(query)
        self._connection.executemany(prepared.sql, prepared.ordered(names, rows))

    def next_rev(self, count: int = 1) -> int:
        """See `Tx`."""
        return self._advance(count, 0)[0]

    def next_rev_and_id(self, count: int) -> tuple[int, int]:
        """See `Tx`."""
        return self._advance(count, count)

    def _advance(self, revs: int, ids: int) -> tuple[int, int]:
        """The first of so many new revs, and of so many new ids of messages."""
        known = self.memory.setdefault("revision", {})
        rev, last_id = known.get("last") or self.first(LAST)
        new = known["last"] = (max(rev + revs, self.microseconds), last_id + ids)
        self.run_rows(SET_LAST, ("rev", "last_id"), [new])
        return new[0] - revs + 1, last_id + 1


def check_version() -> None:
    """Raise `TooOld` when this Python's SQLite cannot do what we ask of it."""
    if sqlite3.sqlite_version_info < MINIMUM:
        needed = ".".join(map(str, MINIMUM))
        raise TooOld(
            f"SQLite {sqlite3.sqlite_version}, which this Python was built with, is too old: Ryadom needs {needed} or "
            "newer. Take a newer Python or system, or PostgreSQL by RYADOM_DATABASE_URL."
        )


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the database file as we want it: WAL, every commit on disk before it is answered."""
    check_version()
    connection = sqlite3.connect(
        path, timeout=BUSY, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_EVERY}")
    connection.execute(f"PRAGMA cache_size = {-CACHE}")
    # SQLite itself folds ASCII only.
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


def read(connection: sqlite3.Connection, clock: Clock, function: Callable[..., Any], *args: Any) -> Any:
    """Run a function on one consistent view of the database."""
    connection.execute("BEGIN")
    try:
        return function(SqliteTx(connection, clock.utcnow()), *args)
    finally:
        connection.execute("COMMIT")


def write_once(path: Path, clock: Clock, function: Callable[[Tx], T]) -> T:
    """Run a function in one transaction of its own and give its result: for the command line, which has no loop.

    What it emits reaches nobody; a running server finds ended sessions in the database.
    """
    with closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = function(SqliteTx(connection, clock.utcnow()))
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result


_Job = tuple[Sequence[Work], list[Emission] | None, Callable[[list[Emission]], object]]
"""A batch, what it emits if it has been performed already, and who is told."""


class Sqlite:
    """A database file: reads on the event loop, and the connection that writes with the thread that commits."""

    lost = False

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self.reader = connect(path, read_only=True)
        self.writer = Writer(path, clock)

    async def read(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function on one consistent view, without yielding to the event loop."""
        return read(self.reader, self._clock, function, *args)

    async def read_first(self, function: Callable[..., Any], *args: Any) -> Any:
        """The same: nothing ever waits to read."""
        return await self.read(function, *args)

    def submit(self, batch: Sequence[Work], done: Callable[[Commit], None]) -> None:
        """Commit this work; `done` is called on the event loop afterwards."""
        self.writer.submit(batch, lambda emissions: self._loop.call_soon_threadsafe(done, Commit(0, emissions)))

    async def close(self) -> None:
        """Finish what was submitted and close the file."""
        self.writer.close()
        self.reader.close()


class Writer:
    """The connection that writes, and the thread that commits.

    A batch of sets runs where it is submitted, on the event loop: its statements are short, and between two threads
    each of them would change hands of the interpreter twice. Whatever may wait or take long is the thread's: COMMIT,
    which waits for the disk, functions of any kind, and a file that another process holds. The two never meet, since
    a batch is submitted only when the one before it is done.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._connection = connect(path)
        self._clock = clock
        self.memory: Memory = {}
        self._version = 0
        self._waits = -1.0
        self._batches: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ryadom-writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Sequence[Work], done: Callable[[list[Emission]], object]) -> None:
        """Commit this work; `done` is called in the writer's thread afterwards."""
        emissions = self._perform_here(batch) if all_sets(batch) else None
        self._batches.put((batch, emissions, done))

    def close(self) -> None:
        """Finish what was submitted and close the file."""
        self._batches.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (job := self._batches.get()) is not None:
            batch, emissions, done = job
            try:
                emissions = self._commit(batch, emissions)
            except Exception as error:  # nobody may wait for ever for a thread that is gone
                emissions = []
                self._abandon(batch, error)
            done(emissions)

    def _abandon(self, batch: Sequence[Work], error: Exception) -> None:
        """Nothing of this batch is in the database: everybody gets the same answer."""
        self.memory.clear()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        for work in batch:
            work.answer(error)

    def _perform_here(self, batch: Sequence[Work]) -> list[Emission] | None:
        """Run a batch up to its COMMIT, and give what it emits; None, and nothing done, when that may have to wait."""
        try:
            self._begin(wait=0.0)
            return self._perform_all(batch)
        except Exception:  # the thread tries again, waits where it must, and knows what to do when it fails there
            self.memory.clear()
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return None

    def _commit(self, batch: Sequence[Work], emissions: list[Emission] | None) -> list[Emission]:
        try:
            if emissions is None:
                self._begin(wait=BUSY)
                emissions = self._perform_all(batch)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            # A full disk, a lock held too long: nothing of this batch is in the database.
            self._abandon(batch, Refusal("busy", retry_after=1.0))
            log.error("commit failed", error=str(error), functions=len(batch))
            return []
        return emissions

    def _begin(self, wait: float) -> None:
        if wait != self._waits:
            self._waits = wait
            self._connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
        self._connection.execute("BEGIN IMMEDIATE")
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            # Another process has written.
            self._version = version
            self.memory.clear()

    def _perform_all(self, batch: Sequence[Work]) -> list[Emission]:
        emissions: list[Emission] = []
        if len(batch) == 1 and batch[0].items is not None and self._perform_alone(batch[0], emissions):
            return emissions
        for work in batch:
            perform(self, work, emissions)
        return emissions

    def _perform_alone(self, work: Work, emissions: list[Emission]) -> bool:
        """Run the only set of a batch without a savepoint, which would copy each page that it changes.

        False when it raised: the transaction has begun anew.
        """
        try:
            perform_bare(self, work, emissions)
        except Exception:  # `perform` runs it again and finds out whose fault it was
            forget(self.memory)
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            return False
        return True

    def tx(self, *, again: bool) -> Tx:
        """What a function is given."""
        return SqliteTx(self._connection, self._clock.utcnow(), again=again, memory=self.memory)

    def save(self) -> None:
        """A savepoint."""
        self._connection.execute("SAVEPOINT work")

    def undo(self, error: Exception) -> None:
        """Back to the savepoint; a full disk has rolled back all."""
        if not self._connection.in_transaction:
            raise sqlite3.OperationalError(f"the transaction is gone: {error}") from error
        self._connection.execute("ROLLBACK TO work")
        self._connection.execute("RELEASE work")

    def keep(self) -> None:
        """Past the savepoint."""
        self._connection.execute("RELEASE work")
