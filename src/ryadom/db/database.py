"""The database: `read(fn)`, `write(fn)`, `write_many(fn_many, item)`. A transaction is a plain function of `tx`.

What is asked for while one commit is under way goes down together in the next, in the order in which it came
(a set stands where its first item came). A write is answered only after COMMIT; what it emitted leaves just before.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ryadom.clock import Clock
from ryadom.protocol.errors import Refusal

from . import sqlite
from .sqlite import Work
from .tx import Emission, Tx

T = TypeVar("T")

MAX_BATCH = 512
"""Functions and items that one commit takes at most; the rest waits for the next."""
MAX_WAITING = 20_000
"""Writes that may wait; beyond that a write is refused."""


class Database:
    """One SQLite file: reads on the event loop, writes in one thread."""

    def __init__(self, path: Path, clock: Clock, on_commit: Callable[[list[Emission]], None]) -> None:
        self._clock = clock
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._reader = sqlite.connect(path, read_only=True)
        self._writer = sqlite.Writer(path, clock, self._written)
        self._waiting: deque[tuple[Callable[..., Any], Any, bool, asyncio.Future[Any]]] = deque()
        self._in_flight: list[list[asyncio.Future[Any]]] = []
        self._scheduled = False
        self._closed = False
        self.on_batch: Callable[[int], None] = lambda size: None
        """Told the size of every batch that was committed."""

    @property
    def quiet(self) -> bool:
        """Whether nothing waits to be written or answered."""
        return not (self._waiting or self._in_flight or self._scheduled)

    async def read(self, function: Callable[..., T], *args: Any) -> T:
        """Run `function(tx, *args)` on one consistent view. On SQLite this does not yield to the event loop."""
        return sqlite.read(self._reader, self._clock, function, *args)  # type: ignore[no-any-return]

    def write(self, function: Callable[[Tx], T]) -> asyncio.Future[T]:
        """Run `function(tx)` in a transaction; the future has its result, or its exception, after COMMIT."""
        return self._ask(function, None, many=False)

    def write_many(self, function: Callable[[Tx, list[Any]], list[Any]], item: Any) -> asyncio.Future[Any]:
        """Run `function(tx, items)` for what arrives together; it gives one result or `Refusal` per item."""
        return self._ask(function, item, many=True)

    async def drained(self) -> None:
        """Return when nothing waits to be written or answered."""
        while not self.quiet:
            futures = [future for group in self._in_flight for future in group]
            await (asyncio.wait(futures) if futures else asyncio.sleep(0))

    async def close(self) -> None:
        """Write what waits, then close the file. Later writes are refused."""
        self._closed = True
        await self.drained()
        self._writer.close()
        self._reader.close()

    def _ask(self, function: Callable[..., Any], item: Any, *, many: bool) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self._loop.create_future()
        if self._closed or len(self._waiting) >= MAX_WAITING:
            future.set_exception(Refusal("busy", retry_after=1.0))
            return future
        self._waiting.append((function, item, many, future))
        if not self._scheduled and not self._in_flight:
            self._scheduled = True
            self._loop.call_soon(self._submit)
        return future

    def _submit(self) -> None:
        """Hand what has gathered to the writer thread."""
        self._scheduled = False
        batch: list[Work] = []
        futures: list[list[asyncio.Future[Any]]] = []
        sets: dict[Any, int] = {}
        for _ in range(min(len(self._waiting), MAX_BATCH)):
            function, item, many, future = self._waiting.popleft()
            place = sets.get(function) if many else None
            if place is not None:
                assert batch[place].items is not None
                batch[place].items.append(item)  # type: ignore[union-attr]
                futures[place].append(future)
                continue
            if many:
                sets[function] = len(batch)
            batch.append(Work(function, [item] if many else None))
            futures.append([future])
        if batch:
            self._in_flight = futures
            self._writer.submit(batch)

    def _written(self, batch: list[Work], emissions: list[Emission]) -> None:
        """In the writer thread: go back to the event loop."""
        self._loop.call_soon_threadsafe(self._answer, batch, emissions)

    def _answer(self, batch: list[Work], emissions: list[Emission]) -> None:
        futures, self._in_flight = self._in_flight, []
        if self._waiting:
            self._submit()
        self.on_batch(sum(len(group) for group in futures))
        try:
            self._on_commit(emissions)
        finally:
            # It is on disk: a mistake in what follows must not leave anybody waiting.
            self._resolve(batch, futures)

    def _resolve(self, batch: list[Work], futures: list[list[asyncio.Future[Any]]]) -> None:
        for work, group in zip(batch, futures, strict=True):
            for future, result in zip(group, work.results, strict=True):
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
