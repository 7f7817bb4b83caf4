"""Which nodes are alive: each holds a lease that runs out unless it is renewed.

A port: `MemoryLeases` for nodes of one process, `leases_redis` for Redis, by whose clock leases run out there.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

LASTS = 4.0
"""Seconds that a lease lasts; it is renewed each second."""
PATIENCE = 6.0
"""Seconds without a break that a node must have heard of the leases before it says of another one that it is gone: else
it may be the leases that were away, and everybody needs time to renew theirs."""


class Leases(Protocol):
    """The leases of all nodes, as one node sees them."""

    async def gone(self, nodes: Iterable[str]) -> list[str]:
        """Those of these nodes that are certainly no more. Nobody, while that cannot be said."""

    async def end(self) -> None:
        """Give up one's own, so that others need not wait until it runs out."""


class MemoryLeases:
    """Leases of nodes in one process; `now` is the clock that they share."""

    def __init__(self, node: str, ends: dict[str, float], now: Callable[[], float]) -> None:
        self._node = node
        self._ends = ends
        self._now = now
        self._since = now()
        self.cut_off = False
        """Whether this node cannot reach the leases."""

    def renew(self) -> bool:
        """Renew one's own. False when it had run out: others may have said that this node is gone."""
        if self.cut_off:
            self._since = self._now()
            return True
        held = self._ends.get(self._node, 0.0) > self._now()
        self._ends[self._node] = self._now() + LASTS
        return held

    async def gone(self, nodes: Iterable[str]) -> list[str]:
        """See `Leases`."""
        if self.cut_off or self._now() - self._since < PATIENCE:
            return []
        return [node for node in nodes if node != self._node and self._ends.get(node, 0.0) <= self._now()]

    async def end(self) -> None:
        """See `Leases`."""
        self._ends.pop(self._node, None)
