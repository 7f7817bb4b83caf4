"""What a transaction function is given: the database as of now, the clock, and a way to emit."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Executable

from ryadom.protocol.audience import Audience
from ryadom.protocol.emissions import Emission
from ryadom.protocol.events import Event
from ryadom.protocol.facts import Fact

Memory = dict[str, dict[Any, Any]]
"""What a set has read of the database, by a name, for the next set. It is forgotten as soon as anything but a set is
written, when a set fails, and when another process has written. A set that changes what is remembered changes it here
too."""


LATEST_CLIENT_IDS = "latest_client_ids"
"""What is remembered under this name only sets change, as the last thing that they do: it outlives whatever else is
written, and a set that fails."""


def forget(memory: Memory) -> None:
    """Something else than a set has been written, or what was done last is undone."""
    kept = memory.get(LATEST_CLIENT_IDS)
    memory.clear()
    if kept is not None:
        memory[LATEST_CLIENT_IDS] = kept


class Commit(NamedTuple):
    """What was committed together. `number`: of this commit among those of all nodes; 0 where there is one node."""

    number: int
    emissions: list[Emission]


NOTHING = Commit(0, [])
"""Nothing was committed."""


class Tx(ABC):
    """One transaction. A function that gets it touches nothing else but its own arguments, so it can be run again."""

    __slots__ = ("again", "emissions", "memory", "now")

    writes_alone = False
    """Whether nobody else can write meanwhile without our forgetting what is remembered."""

    def __init__(self, now: datetime, *, again: bool = False, memory: Memory | None = None) -> None:
        self.memory = {} if memory is None else memory
        """What sets have read and may need again: see `Memory`."""
        self.now = now
        """The moment of this transaction."""
        self.again = again
        """Whether a set runs once more after it has raised: then it should look before it leaps."""
        self.emissions: list[Emission] = []

    @property
    @abstractmethod
    def stamp(self) -> Any:
        """`now` as the driver takes it, for `run_rows`, which converts nothing."""

    @abstractmethod
    def run(self, query: Executable, **params: Any) -> list[Any]:
        """Run a query constant; all rows, as tuples."""

    @abstractmethod
    def run_many(self, query: Executable, items: Sequence[dict[str, Any]]) -> None:
        """Run a query once for each of many parameter sets; no rows. No two of them may change the same row."""

    @abstractmethod
    def run_rows(self, query: Executable, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        """The same for tuples whose values are those of `names`, in that order, as the driver takes them; no rows.

        For the few hot statements: nothing is converted (see `stamp`).
        """

    @abstractmethod
    def next_rev_and_id(self, count: int) -> tuple[int, int]:
        """The first of `count` new revs, and of as many new ids of messages, never given out before."""

    @abstractmethod
    def next_rev(self, count: int = 1) -> int:
        """The first of `count` new revs. They rise, and tell the time rather than how much others have done."""

    def first(self, query: Executable, **params: Any) -> Any:
        """The first row, or None."""
        rows = self.run(query, **params)
        return rows[0] if rows else None

    def value(self, query: Executable, **params: Any) -> Any:
        """The first column of the first row, or None."""
        rows = self.run(query, **params)
        return rows[0][0] if rows else None

    @property
    def microseconds(self) -> int:
        """`now` in microseconds since 1970: a rev is no lower."""
        return int(self.now.timestamp() * 1_000_000)

    def emit(self, event: Event, to: Audience) -> None:
        """Send an event when this transaction has committed."""
        self.emissions.append((event, to))

    def tell(self, fact: Fact) -> None:
        """Let every server's memory know, when this transaction has committed."""
        self.emissions.append((fact, None))
