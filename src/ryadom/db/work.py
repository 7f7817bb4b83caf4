"""What is written in one commit: functions, each under its savepoint, and sets, which share one."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ryadom.protocol.emissions import Emission

from .tx import Memory, Tx, forget


class Work:
    """A function, or a function for sets with its items, and where the results go."""

    __slots__ = ("function", "items", "results")

    def __init__(self, function: Callable[..., Any], items: list[Any] | None) -> None:
        self.function = function
        self.items: list[Any] | None = items
        self.results: list[Any] = []
        """One result or exception per item (one in all when there are no items)."""

    def answer(self, outcome: Exception) -> None:
        """Give everybody the same answer."""
        self.results = [outcome] * (1 if self.items is None else len(self.items))


class Place(Protocol):
    """Where work is done: a transaction that is open."""

    memory: Memory

    def tx(self, *, again: bool) -> Tx:
        """What a function is given."""

    def save(self) -> None:
        """Begin what can be undone alone."""

    def undo(self, error: Exception) -> None:
        """Undo it, since `error` was raised. Raises when the transaction itself is gone."""

    def keep(self) -> None:
        """Make it part of the transaction."""


def all_sets(batch: Sequence[Work]) -> bool:
    """Whether there are only sets in a batch."""
    return all(work.items is not None for work in batch)


def perform(place: Place, work: Work, emissions: list[Emission]) -> None:
    """Run one function under its savepoint. A set that fails runs again, and then one item after the other."""
    if work.items is None:
        work.results = [_attempt(place, work.function, (), emissions)]
        forget(place.memory)
        return
    for again in (False, True):
        outcome = _attempt(place, work.function, (work.items,), emissions, again=again)
        if not isinstance(outcome, Exception):
            work.results = outcome
            return
    work.results = []
    for item in work.items:
        single = _attempt(place, work.function, ([item],), emissions, again=True)
        work.results.append(single if isinstance(single, Exception) else single[0])


def perform_bare(place: Place, work: Work, emissions: list[Emission]) -> None:
    """Run it without a savepoint: whatever is raised ends the transaction."""
    tx = place.tx(again=False)
    if work.items is None:
        work.results = [work.function(tx)]
        forget(place.memory)
    else:
        work.results = work.function(tx, work.items)
    emissions.extend(tx.emissions)


def _attempt(
    place: Place, function: Callable[..., Any], args: Sequence[Any], emissions: list[Emission], *, again: bool = False
) -> Any:
    tx = place.tx(again=again)
    place.save()
    try:
        result = function(tx, *args)
    except Exception as error:  # whatever a function raises is its caller's answer
        forget(place.memory)
        place.undo(error)
        return error
    place.keep()
    emissions.extend(tx.emissions)
    return result
