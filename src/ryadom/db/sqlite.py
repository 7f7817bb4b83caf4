"""SQLite: connections, and the one thread that writes."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import structlog

from ryadom.clock import Clock
from ryadom.protocol.errors import Refusal

from .tx import Emission, Memory, Tx

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


class Work:
    """A function, or a function for sets with its items, and where the results go."""

    __slots__ = ("function", "items", "results")

    def __init__(self, function: Callable[..., Any], items: list[Any] | None) -> None:
        self.function = function
        self.items: list[Any] | None = items
        self.results: list[Any] = []
        """One result or exception per item (one in all when there are no items)."""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open the database file as we want it: WAL, every commit on disk before it is answered."""
    if sqlite3.sqlite_version_info < MINIMUM:
        raise RuntimeError(f"SQLite {sqlite3.sqlite_version} is too old; Ryadom needs {'.'.join(map(str, MINIMUM))}")
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
        return function(Tx(connection, clock.utcnow()), *args)
    finally:
        connection.execute("COMMIT")


def write_once(path: Path, clock: Clock, function: Callable[[Tx], T]) -> T:
    """Run a function in one transaction of its own and give its result: for the command line, which has no loop.

    What it emits reaches nobody; a running server finds ended sessions in the database.
    """
    with closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = function(Tx(connection, clock.utcnow()))
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result


class Writer:
    """The connection that writes, and the thread that commits.

    A batch of sets runs where it is submitted, on the event loop: its statements are short, and between two threads
    each of them would change hands of the interpreter twice. Whatever may wait or take long is the thread's: COMMIT,
    which waits for the disk, functions of any kind, and a file that another process holds. The two never meet, since
    a batch is submitted only when the one before it is done.
    """

    def __init__(self, path: Path, clock: Clock, done: Callable[[list[Emission]], None]) -> None:
        self._connection = connect(path)
        self._clock = clock
        self._done = done
        self._memory: Memory = {}
        self._version = 0
        self._waits = -1.0
        self._batches: SimpleQueue[tuple[Sequence[Work], list[Emission] | None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ryadom-writer", daemon=True)
        self._thread.start()

    def submit(self, batch: Sequence[Work]) -> None:
        """Commit this work; `done` is called in the writer's thread afterwards."""
        emissions = self._perform_here(batch) if all(work.items is not None for work in batch) else None
        self._batches.put((batch, emissions))

    def close(self) -> None:
        """Finish what was submitted and close the file."""
        self._batches.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (job := self._batches.get()) is not None:
            batch, emissions = job
            try:
                emissions = self._commit(batch, emissions)
            except Exception as error:  # nobody may wait for ever for a thread that is gone
                emissions = []
                self._abandon(batch, error)
            self._done(emissions)

    def _abandon(self, batch: Sequence[Work], error: Exception) -> None:
        """Nothing of this batch is in the database: everybody gets the same answer."""
        self._memory.clear()
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        for work in batch:
            work.results = [error] * (1 if work.items is None else len(work.items))

    def _perform_here(self, batch: Sequence[Work]) -> list[Emission] | None:
        """Run a batch up to its COMMIT, and give what it emits; None, and nothing done, when that may have to wait."""
        try:
            self._begin(wait=0.0)
            return self._perform_all(batch)
        except Exception:  # the thread tries again, waits where it must, and knows what to do when it fails there
            self._memory.clear()
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
            self._memory.clear()

    def _perform_all(self, batch: Sequence[Work]) -> list[Emission]:
        emissions: list[Emission] = []
        if len(batch) == 1 and batch[0].items is not None and self._perform_alone(batch[0], emissions):
            return emissions
        for work in batch:
            self._perform(work, emissions)
        return emissions

    def _perform_alone(self, work: Work, emissions: list[Emission]) -> bool:
        """Run the only set of a batch without a savepoint, which would copy each page that it changes.

        False when it raised: the transaction has begun anew.
        """
        tx = Tx(self._connection, self._clock.utcnow(), memory=self._memory)
        try:
            work.results = work.function(tx, work.items)
        except Exception:  # `_perform` runs it again and finds out whose fault it was
            self._memory.clear()
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._connection.execute("BEGIN IMMEDIATE")
            return False
        emissions.extend(tx.emissions)
        return True

    def _perform(self, work: Work, emissions: list[Emission]) -> None:
        """Run one function under its savepoint. A set that fails runs again, and then one item after the other."""
        if work.items is None:
            work.results = [self._attempt(work.function, (), emissions)]
            self._memory.clear()
            return
        for again in (False, True):
            outcome = self._attempt(work.function, (work.items,), emissions, again=again)
            if not isinstance(outcome, Exception):
                work.results = outcome
                return
        work.results = []
        for item in work.items:
            single = self._attempt(work.function, ([item],), emissions, again=True)
            work.results.append(single if isinstance(single, Exception) else single[0])

    def _attempt(
        self, function: Callable[..., Any], args: Sequence[Any], emissions: list[Emission], *, again: bool = False
    ) -> Any:
        connection = self._connection
        tx = Tx(connection, self._clock.utcnow(), again=again, memory=self._memory)
        connection.execute("SAVEPOINT work")
        try:
            result = function(tx, *args)
        except Exception as error:  # whatever a function raises is its caller's answer
            self._memory.clear()
            if not connection.in_transaction:
                raise sqlite3.OperationalError(f"the transaction is gone: {error}") from error
            connection.execute("ROLLBACK TO work")
            connection.execute("RELEASE work")
            return error
        connection.execute("RELEASE work")
        emissions.extend(tx.emissions)
        return result
