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

from .tx import Emission, Tx

log = structlog.get_logger("ryadom.db")

T = TypeVar("T")

MINIMUM = (3, 35, 0)
"""RETURNING needs it."""
BUSY = 10.0
"""Seconds to wait for another process (the command line) that writes."""


class Work:
    """A function, or a function for sets with its items, and where the results go."""

    __slots__ = ("function", "items", "results")

    def __init__(self, function: Callable[..., Any], items: list[Any] | None) -> None:
        self.function = function
        self.items = items
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
    """The thread that writes: takes batches of work, commits each at once, and hands it back with what it emitted."""

    def __init__(self, path: Path, clock: Clock, done: Callable[[list[Work], list[Emission]], None]) -> None:
        self._connection = connect(path)
        self._clock = clock
        self._done = done
        self._batches: SimpleQueue[list[Work] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ryadom-writer", daemon=True)
        self._thread.start()

    def submit(self, batch: list[Work]) -> None:
        """Commit this work; `done` is called in this thread afterwards."""
        self._batches.put(batch)

    def close(self) -> None:
        """Finish what was submitted and close the file."""
        self._batches.put(None)
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            try:
                emissions = self._commit(batch)
            except Exception as error:  # nobody may wait for ever for a thread that is gone
                emissions = []
                self._abandon(batch, error)
            self._done(batch, emissions)

    def _abandon(self, batch: list[Work], error: Exception) -> None:
        """Nothing of this batch is in the database: everybody gets the same answer."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        for work in batch:
            work.results = [error] * (1 if work.items is None else len(work.items))

    def _commit(self, batch: list[Work]) -> list[Emission]:
        connection = self._connection
        emissions: list[Emission] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for work in batch:
                self._perform(work, emissions)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            # A full disk, a lock held too long: nothing of this batch is in the database.
            self._abandon(batch, Refusal("busy", retry_after=1.0))
            log.error("commit failed", error=str(error), functions=len(batch))
            return []
        return emissions

    def _perform(self, work: Work, emissions: list[Emission]) -> None:
        """Run one function under its savepoint; a set that fails as a whole is run again one by one."""
        if work.items is None:
            work.results = [self._attempt(work.function, (), emissions)]
            return
        outcome = self._attempt(work.function, (work.items,), emissions)
        if not isinstance(outcome, Exception):
            work.results = outcome
            return
        for item in work.items:
            single = self._attempt(work.function, ([item],), emissions)
            work.results.append(single if isinstance(single, Exception) else single[0])

    def _attempt(self, function: Callable[..., Any], args: Sequence[Any], emissions: list[Emission]) -> Any:
        connection = self._connection
        tx = Tx(connection, self._clock.utcnow())
        connection.execute("SAVEPOINT work")
        try:
            result = function(tx, *args)
        except Exception as error:  # whatever a function raises is its caller's answer
            if not connection.in_transaction:
                raise sqlite3.OperationalError(f"the transaction is gone: {error}") from error
            connection.execute("ROLLBACK TO work")
            connection.execute("RELEASE work")
            return error
        connection.execute("RELEASE work")
        emissions.extend(tx.emissions)
        return result
