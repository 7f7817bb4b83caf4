"""What a transaction function is given: the database as of now, the clock, and a way to emit."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Executable, bindparam, case, update
from sqlalchemy.dialects import sqlite

from ryadom.protocol.audience import Audience
from ryadom.protocol.events import Event
from ryadom.protocol.facts import Fact

from .query import Prepared
from .tables import Instant, revision

_dialect: Any = sqlite.dialect(paramstyle="qmark")
_prepared: dict[int, tuple[Executable, Prepared]] = {}

_after = revision.c.value + bindparam("count", type_=BigInteger)
_now = bindparam("now", type_=BigInteger)
_next_rev = update(revision).values(value=case((_after > _now, _after), else_=_now))
NEXT_REV = _next_rev.returning(revision.c.value)
NEXT_REV_AND_ID = _next_rev.values(
    last_message_id=revision.c.last_message_id + bindparam("count", type_=BigInteger)
).returning(revision.c.value, revision.c.last_message_id)


_to_driver: Any = Instant().dialect_impl(_dialect).bind_processor(_dialect)


Memory = dict[str, dict[Any, Any]]
"""What a set has read of the database, by a name, for the next set. It is forgotten as soon as anything but a set is
written, when a set fails, and when another process has written. A set that changes what is remembered changes it here
too."""

Emission = tuple[Event | Fact, Audience | None]
"""An event for people with its audience, or a fact for servers, that leaves when its transaction has committed."""


def prepare(query: Executable) -> Prepared:
    """The compiled form of a query constant; made once."""
    # The query is kept beside its compiled form, so that its id stays its own.
    known = _prepared.get(id(query))
    if known is None:
        known = _prepared[id(query)] = (query, Prepared(query, _dialect))
    return known[1]


class Tx:
    """One transaction. A function that gets it touches nothing else but its own arguments, so it can be run again."""

    __slots__ = ("_connection", "_stamp", "again", "emissions", "memory", "now")

    def __init__(
        self, connection: sqlite3.Connection, now: datetime, *, again: bool = False, memory: Memory | None = None
    ) -> None:
        self._connection = connection
        self.memory = {} if memory is None else memory
        """What sets have read and may need again: see `Memory`."""
        self.now = now
        """The moment of this transaction."""
        self.again = again
        """Whether a set runs once more after it has raised: then it should look before it leaps."""
        self.emissions: list[Emission] = []
        self._stamp: Any = None

    @property
    def stamp(self) -> Any:
        """`now` as the driver takes it, for `run_rows`, which converts nothing."""
        if self._stamp is None:
            self._stamp = _to_driver(self.now)
        return self._stamp

    def run(self, query: Executable, **params: Any) -> list[Any]:
        """Run a query constant; all rows, as tuples."""
        prepared = prepare(query)
        return prepared.convert(self._connection.execute(prepared.sql, prepared.bind(params)).fetchall())

    def first(self, query: Executable, **params: Any) -> Any:
        """The first row, or None."""
        rows = self.run(query, **params)
        return rows[0] if rows else None

    def value(self, query: Executable, **params: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.run(query, **params)
        return rows[0][0] if rows else None

    def run_many(self, query: Executable, items: Sequence[dict[str, Any]]) -> None:
        """Run a query once for each of many parameter sets; no rows."""
        prepared = prepare(query)
        self._connection.executemany(prepared.sql, [prepared.bind(item) for item in items])

    def run_rows(self, query: Executable, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """The same for tuples whose values are those of `names`, in that order, as the driver takes them; no rows.

        For the few hot statements: nothing is converted (see `stamp`).
        """
        prepared = prepare(query)
        self._connection.executemany(prepared.sql, prepared.ordered(names, rows))

    def next_rev(self, count: int = 1) -> int:
        """The first of `count` new revs. They rise, and tell the time rather than how much others have done."""
        return int(self.value(NEXT_REV, count=count, now=self._microseconds)) - count + 1

    def next_rev_and_id(self, count: int) -> tuple[int, int]:
        """The first of `count` new revs, and of as many new ids of messages, never given out before."""
        rev, id_ = self.first(NEXT_REV_AND_ID, count=count, now=self._microseconds)
        return rev - count + 1, id_ - count + 1

    @property
    def _microseconds(self) -> int:
        return int(self.now.timestamp() * 1_000_000)

    def emit(self, event: Event, to: Audience) -> None:
        """Send an event when this transaction has committed."""
        self.emissions.append((event, to))

    def tell(self, fact: Fact) -> None:
        """Let every server's memory know, when this transaction has committed."""
        self.emissions.append((fact, None))
