"""PostgreSQL: the same functions of `tx`, run by asyncpg; commits of all nodes go through one row, one after the other.

A batch locks the row of `revision` first, so a transaction meets nothing that another one is about to change: no
deadlock, no serialisation failure, and revs that rise in the order of commits. Statements of a function wait in its
greenlet, so the event loop goes on meanwhile.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import asyncpg
import structlog
from sqlalchemy import Executable, Text, bindparam, cast, func, select, update
from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect
from sqlalchemy.util import await_only, greenlet_spawn

from ryadom.clock import Clock
from ryadom.protocol.emissions import Emission
from ryadom.protocol.errors import Refusal

from . import commit_log
from .errors import InUse, Unreachable
from .postgres_link import ANSWER_WITHIN, arguments, is_gone, prepare_connection, shown
from .postgres_sets import ForMany
from .query import Prepared, prepared_for
from .tables import revision
from .tx import NOTHING, Commit, Memory, Tx
from .work import Work, perform, perform_bare

log = structlog.get_logger("ryadom.db")

T = TypeVar("T")

READERS = 10
"""Connections that read at most, …"""
FIRST = 2
"""… besides those of what comes first: a node that could not ask whether sessions have ended would fall silent."""
ONE_NODE = 0x52796165
"""The advisory lock of whoever is the only node; several share it."""
ASK_AGAIN = 0.25
"""Seconds between two questions how a commit ended whose connection broke."""

_dialect: Any = asyncpg_dialect.dialect()  # type: ignore[no-untyped-call]
prepare = prepared_for(_dialect)
_sets: dict[str, ForMany] = {}

LOCK = select(
    revision.c.value, revision.c.last_message_id, revision.c.commits, cast(func.pg_current_xact_id(), Text)
).with_for_update()
SET_NUMBERS = update(revision).values(
    {name: bindparam(f"new_{name}") for name in ("value", "last_message_id", "commits")}
)
HOW_IT_ENDED = "SELECT pg_xact_status($1::text::xid8)"


class PostgresTx(Tx):
    """A transaction on a connection."""

    __slots__ = ("_connection", "_numbers")

    def __init__(
        self, connection: Any, clock: Clock, numbers: "_Numbers | None" = None, *, again: bool = False,
        memory: Memory | None = None,
    ) -> None:  # fmt: skip
        super().__init__(clock.utcnow(), again=again, memory=memory)
        self._connection = connection
        self._numbers = numbers

    @property
    def stamp(self) -> Any:
        """A moment."""
        return self.now

    def run(self, query: Executable, **params: Any) -> list[Any]:
        """See `Tx`."""
        prepared = prepare(query)
        return prepared.convert(self._fetched(prepared.sql, prepared.bind(params)))

    def run_many(self, query: Executable, items: Sequence[dict[str, Any]]) -> None:
        """See `Tx`."""
        prepared = prepare(query)
        self._run_all(prepared, [prepared.bind(item) for item in items])

    def run_rows(self, query: Executable, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """See `Tx`."""
        prepared = prepare(query)
        self._run_all(prepared, prepared.ordered(names, rows))

    def _run_all(self, prepared: Prepared, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        many = _sets.get(prepared.sql)
        if many is None:
            many = _sets[prepared.sql] = ForMany(prepared)
        self._fetched(many.sql, many.arrays(rows))

    def _fetched(self, sql: str, params: Sequence[Any]) -> list[Any]:
        try:
            return await_only(self._connection.fetch(sql, *params))
        except asyncpg.CharacterNotInRepertoireError:
            raise Refusal("invalid", "A text has the character U+0000, which cannot be stored.") from None

    def next_rev(self, count: int = 1) -> int:
        """See `Tx`."""
        assert self._numbers is not None, "a reading gives out no rev"
        numbers = self._numbers
        numbers.value = max(numbers.value + count, self.microseconds)
        return numbers.value - count + 1

    def next_rev_and_id(self, count: int) -> tuple[int, int]:
        """See `Tx`."""
        rev = self.next_rev(count)
        assert self._numbers is not None
        self._numbers.last_message_id += count
        return rev, self._numbers.last_message_id - count + 1


class _Numbers:
    """The row of `revision`, which belongs to who has it locked; written back with the commit."""

    __slots__ = ("commits", "last_message_id", "value")

    def __init__(self, value: int, last_message_id: int, commits: int) -> None:
        self.value = value
        self.last_message_id = last_message_id
        self.commits = commits


class _Open:
    """A transaction that has the row of `revision`: a `Place`."""

    def __init__(self, connection: Any, clock: Clock, memory: Memory) -> None:
        self._connection = connection
        self._clock = clock
        self.memory = memory
        await_only(connection.execute("BEGIN"))
        value, last_message_id, commits, self.xact = await_only(connection.fetchrow(prepare(LOCK).sql))
        self.numbers = _Numbers(value, last_message_id, commits + 1)

    def tx(self, *, again: bool) -> Tx:
        """What a function is given."""
        return PostgresTx(self._connection, self._clock, self.numbers, again=again, memory=self.memory)

    def save(self) -> None:
        """A savepoint."""
        await_only(self._connection.execute("SAVEPOINT work"))

    def undo(self, error: Exception) -> None:
        """Back to the savepoint."""
        await_only(self._connection.execute("ROLLBACK TO work; RELEASE work"))

    def keep(self) -> None:
        """Past the savepoint."""
        await_only(self._connection.execute("RELEASE work"))

    def write_numbers(self) -> None:
        """Put the row back."""
        prepared, numbers = prepare(SET_NUMBERS), self.numbers
        given = {
            "new_value": numbers.value, "new_last_message_id": numbers.last_message_id, "new_commits": numbers.commits,
        }  # fmt: skip
        await_only(self._connection.fetch(prepared.sql, *prepared.bind(given)))


class Postgres:
    """A database of PostgreSQL: connections that read, and one that writes."""

    def __init__(self, url: str, clock: Clock, *, node: str = "", alone: bool = False) -> None:
        """`alone`: no other node may have it open. Else what is emitted is kept for a while, for others than `node`."""
        self._url = url
        self._clock = clock
        self._node = node
        self._alone = alone
        self._pool: Any = None
        self._first: Any = None
        self._writer: Any = None
        self._committing: asyncio.Task[None] | None = None
        self._memory: Memory = {}
        self._commits = -1
        self._lost = False

    @property
    def lost(self) -> bool:
        """Whether a commit was cut off of which nobody knows yet how it ended."""
        return self._lost

    async def open(self) -> "Postgres":
        """Connect. Raises `Unreachable`, and `InUse` where only one node may be."""
        try:
            self._pool = await self._readers(READERS)
            self._first = await self._readers(FIRST)
            self._writer = await self._connected()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unreachable(f"{shown(self._url)} cannot be reached: {error}") from None
        except InUse:
            await self.close()
            raise
        return self

    async def read(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run a function on one consistent view. Refuses `busy` when the database cannot be reached."""
        return await self._read(self._pool, function, *args)

    async def read_first(self, function: Callable[..., Any], *args: Any) -> Any:
        """The same, ahead of all that waits to read."""
        return await self._read(self._first, function, *args)

    async def _readers(self, most: int) -> Any:
        return await asyncpg.create_pool(**arguments(self._url), min_size=1, max_size=most, init=prepare_connection)

    async def _read(self, pool: Any, function: Callable[..., Any], *args: Any) -> Any:
        for again in (False, True):
            try:
                async with (
                    pool.acquire(timeout=ANSWER_WITHIN) as connection,
                    connection.transaction(isolation="repeatable_read", readonly=True),
                ):
                    return await greenlet_spawn(function, PostgresTx(connection, self._clock), *args)
            except asyncpg.ReadOnlySQLTransactionError:
                # A mistake of the function's, which is only to read: the server need not be a standby.
                raise
            except Exception as error:
                if not is_gone(error):
                    raise
                if again:
                    log.error("the database cannot be read", error=str(error))
        raise Refusal("busy", retry_after=1.0)

    def submit(self, batch: Sequence[Work], done: Callable[[Commit], None]) -> None:
        """Commit this work; `done` is called afterwards."""
        self._committing = asyncio.get_running_loop().create_task(self._commit(batch, done))

    async def close(self) -> None:
        """Close all connections."""
        if self._writer is not None:
            self._writer.terminate()
        for pool in (self._pool, self._first):
            if pool is not None:
                pool.terminate()

    async def _commit(self, batch: Sequence[Work], done: Callable[[Commit], None]) -> None:
        commit = NOTHING
        try:
            if self._writer is None or self._writer.is_closed():
                self._writer = await self._connected()
            commit = await greenlet_spawn(self._perform_and_commit, batch)
        except Exception as error:
            # Nothing of this batch is in the database.
            self._memory.clear()
            if self._writer is not None:
                self._writer.terminate()
            log.error("commit failed", error=str(error), functions=len(batch))
            outcome = Refusal("busy", retry_after=1.0) if is_gone(error) else error
            for work in batch:
                work.answer(outcome)
        done(commit)

    def _perform_and_commit(self, batch: Sequence[Work]) -> Commit:
        """In a greenlet. What is raised from here says that nothing was committed."""
        place = self._begun()
        emissions: list[Emission] = []
        try:
            for work in batch:
                perform_bare(place, work, emissions)
        except Exception as error:
            if is_gone(error):
                raise
            # Whose fault it was is found out under savepoints, which are round trips.
            self._memory.clear()
            await_only(self._writer.execute("ROLLBACK"))
            if len(batch) == 1 and batch[0].items is None:
                batch[0].answer(error)
                return NOTHING
            place, emissions = self._begun(), []
            for work in batch:
                perform(place, work, emissions)
        place.write_numbers()
        if emissions and not self._alone:
            commit_log.append(place.tx(again=False), place.numbers.commits, self._node, emissions)
        try:
            await_only(self._writer.execute("COMMIT"))
        except Exception as error:
            if not is_gone(error):
                raise
            await_only(self._find_out(place.xact, error))
        self._commits = place.numbers.commits
        return Commit(self._commits, emissions)

    def _begun(self) -> _Open:
        place = _Open(self._writer, self._clock, self._memory)
        if place.numbers.commits != self._commits + 1:
            # Another node, or the command line, has written.
            self._memory.clear()
        return place

    async def _find_out(self, xact: str, broken: Exception) -> None:
        """Return when that transaction was committed; raise what broke it when it was not."""
        self._lost = True
        log.warning("a commit was cut off; asking how it ended", error=str(broken))
        self._writer.terminate()
        try:
            while True:
                try:
                    self._writer = await self._connected()
                    status = await self._writer.fetchval(HOW_IT_ENDED, xact)
                except Exception as error:
                    if not is_gone(error):
                        raise
                    status = "in progress"
                if status == "committed":
                    return
                if status != "in progress":
                    raise broken
                await self._clock.sleep(ASK_AGAIN)
        finally:
            self._lost = False

    async def _connected(self) -> Any:
        """A connection that writes. Raises `InUse` where a server has the database that must be alone, or we must."""
        connection = await asyncpg.connect(**arguments(self._url))
        try:
            await prepare_connection(connection)
            if (self._alone or self._node) and not await connection.fetchval(self._claim, ONE_NODE):
                raise InUse(f"A server has {shown(self._url)} open. Stop it first, or join both by RYADOM_REDIS_URL.")
        except BaseException:
            connection.terminate()
            raise
        return connection

    @property
    def _claim(self) -> str:
        return f"SELECT pg_try_advisory_lock{'' if self._alone else '_shared'}($1)"


async def write_once(url: str, clock: Clock, function: Callable[[Tx], T]) -> T:
    """Run a function in one transaction of its own and give its result: for the command line."""
    engine = await Postgres(url, clock).open()
    work, done = Work(function, None), asyncio.Event()
    try:
        engine.submit([work], lambda emissions: done.set())
        await done.wait()
    finally:
        await engine.close()
    (result,) = work.results
    if isinstance(result, Exception):
        raise result
    return result  # type: ignore[no-any-return]
