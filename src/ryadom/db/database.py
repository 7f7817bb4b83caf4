"""The database: `read(fn)`, `write(fn)`, `write_many(fn_many, item)`. A transaction is a plain function of `tx`.

What is asked for while one commit is under way, or at once in answer to it, goes down together in the next, in the
order in which it came (a set stands where its first item came). A write is answered only after COMMIT; what it emitted
leaves just before.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import structlog

from ryadom.protocol.errors import Refusal

from .tx import Commit, Tx
from .work import Work

log = structlog.get_logger("ryadom.db")

T = TypeVar("T")

Told = Callable[[Any], None]
"""Who is told the result of a write, or the exception, after COMMIT."""

MAX_BATCH = 512
"""Functions and items that one commit takes at most; the rest waits for the next."""
MAX_WAITING = 20_000
"""Writes that may wait; beyond that a write is refused."""


class Engine(Protocol):
    """What a database must do."""

    @property
    def lost(self) -> bool:
        """Whether nothing can be written for a while."""

    async def read(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run `function(tx, *args)` on one consistent view."""

    async def read_first(self, function: Callable[..., Any], *args: Any) -> Any:
        """The same, ahead of all that waits to read."""

    def submit(self, batch: Sequence[Work], done: Callable[[Commit], None]) -> None:
        """Commit this work, then call `done` on the event loop. One batch at a time."""

    async def close(self) -> None:
        """Close it; nothing is under way."""


class Database:
    """One database, behind whichever engine: what reads, and what writes one batch at a time."""

    def __init__(self, engine: Engine, on_commit: Callable[[Commit, Callable[[], None]], None]) -> None:
        """`on_commit` is told of each commit, and calls what it is given when what was emitted has left."""
        self._engine = engine
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._reading = 0
        self._waiting: deque[_Entry] = deque()
        self._count = 0
        self._gathering: dict[Any, _Entry] = {}
        """Sets that still take items."""
        self._in_flight: list[_Entry] = []
        self._answered: asyncio.Future[None] | None = None
        self._scheduled = False
        self._closed = False
        self.on_batch: Callable[[int], None] = lambda size: None
        """Told the size of every batch that was committed."""

    @property
    def quiet(self) -> bool:
        """Whether nothing waits to be read, written or answered."""
        return not (self._waiting or self._in_flight or self._scheduled or self._reading)

    async def read(self, function: Callable[..., T], *args: Any) -> T:
        """Run `function(tx, *args)` on one consistent view. On SQLite this does not yield to the event loop.

        Refuses `busy` when the database cannot be reached.
        """
        self._reading += 1
        try:
            return await self._engine.read(function, *args)  # type: ignore[no-any-return]
        finally:
            self._reading -= 1

    async def read_first(self, function: Callable[..., T], *args: Any) -> T:
        """The same, ahead of all that waits to read: for what a node must know however much is asked of it."""
        self._reading += 1
        try:
            return await self._engine.read_first(function, *args)  # type: ignore[no-any-return]
        finally:
            self._reading -= 1

    def write(self, function: Callable[[Tx], T]) -> asyncio.Future[T]:
        """Run `function(tx)` in a transaction; the future has its result, or its exception, after COMMIT."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._ask(function, None, False, partial(_resolve, future))
        return future

    def write_many(self, function: Callable[[Tx, list[Any]], list[Any]], item: Any) -> asyncio.Future[Any]:
        """Run `function(tx, items)` for what arrives together; it gives one result or `Refusal` per item."""
        future: asyncio.Future[Any] = self._loop.create_future()
        self._ask(function, item, True, partial(_resolve, future))
        return future

    def post(self, function: Callable[[Tx, list[Any]], list[Any]], item: Any, told: Told) -> None:
        """`write_many` for who needs no future: `told` is called with the result or the exception."""
        self._ask(function, item, True, told)

    async def drained(self) -> None:
        """Return when nothing waits to be written or answered."""
        while self._waiting or self._in_flight or self._scheduled:
            if self._in_flight:
                if self._answered is None:
                    self._answered = self._loop.create_future()
                await asyncio.shield(self._answered)
            else:
                await asyncio.sleep(0)

    async def close(self) -> None:
        """Write what waits, then close the database. Later writes are refused."""
        self._closed = True
        await self.drained()
        await self._engine.close()

    def _ask(self, function: Callable[..., Any], item: Any, many: bool, told: Told) -> None:
        if self._closed or self._count >= MAX_WAITING or self._engine.lost:
            told(Refusal("busy", retry_after=1.0))
            return
        self._count += 1
        gathering = self._gathering.get(function) if many else None
        if gathering is not None and gathering.items is not None:
            gathering.items.append(item)
            gathering.tolds.append(told)
            return
        entry = _Entry(function, item, told, many=many)
        self._waiting.append(entry)
        if many:
            self._gathering[function] = entry
        if not self._scheduled and not self._in_flight:
            self._scheduled = True
            self._loop.call_soon(self._submit)

    def _submit(self) -> None:
        """Hand what has gathered to the writer."""
        self._scheduled = False
        batch: list[_Entry] = []
        room = MAX_BATCH
        while self._waiting and room:
            entry = self._waiting.popleft()
            rest = entry.split(room)
            if rest is not None:
                self._waiting.appendleft(rest)
                self._gathering[entry.function] = rest
            elif entry.items is not None:
                del self._gathering[entry.function]
            batch.append(entry)
            room -= len(entry.tolds)
        if batch:
            self._in_flight = batch
            self._count -= MAX_BATCH - room
            self._engine.submit(batch, self._answer)

    def _answer(self, commit: Commit) -> None:
        batch, self._in_flight = self._in_flight, []
        if self._answered is not None:
            self._answered.set_result(None)
            self._answered = None
        if self._count >= MAX_BATCH:
            self._submit()
        elif self._waiting:
            # Not before this commit has been told and the sockets were looked at once: what comes in answer to it goes
            # down with what waits, in two fifths fewer commits. The disk rests meanwhile, but the CPU is what is short.
            self._scheduled = True
            self._loop.call_soon(self._loop.call_soon, self._submit)
        self.on_batch(sum(len(entry.tolds) for entry in batch))
        # First what was emitted leaves, then those who asked are answered.
        answer = partial(_tell, batch)
        try:
            self._on_commit(commit, answer)
        except Exception:
            # It is on disk: a mistake in what follows must not leave anybody waiting.
            log.exception("what was emitted was not passed on")
            answer()


class _Entry(Work):
    """Work, and who is told of it."""

    __slots__ = ("tolds",)

    def __init__(self, function: Callable[..., Any], item: Any, told: Told, *, many: bool) -> None:
        super().__init__(function, [item] if many else None)
        self.tolds = [told]

    def split(self, room: int) -> "_Entry | None":
        """Keep as many items as there is room for; the others, if there are any."""
        if self.items is None or len(self.items) <= room:
            return None
        rest = _Entry(self.function, None, _nobody, many=True)
        self.items, rest.items = self.items[:room], self.items[room:]
        self.tolds, rest.tolds = self.tolds[:room], self.tolds[room:]
        return rest


def _tell(batch: list[_Entry]) -> None:
    for entry in batch:
        for told, result in zip(entry.tolds, entry.results, strict=True):
            try:
                told(result)
            except Exception:
                log.exception("an answer was not passed on")


def _nobody(result: Any) -> None:
    """Whoever is told instead comes at once."""


def _resolve(future: asyncio.Future[Any], result: Any) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
