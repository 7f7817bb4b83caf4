"""What joins a node with others: a broker and leases, in Redis, or in memory for nodes of one process."""

from collections.abc import Callable
from typing import Protocol

from ryadom.clock import Clock

from .broker import Broker, Memory, MemoryBroker
from .broker_redis import RedisBroker
from .leases import Leases, MemoryLeases
from .leases_redis import RedisLeases
from .redis_link import RedisLink


class Joint(Protocol):
    """The two together, and what keeps them."""

    @property
    def broker(self) -> Broker:
        """The way between nodes."""

    @property
    def leases(self) -> Leases:
        """Which nodes are alive."""

    @property
    def up(self) -> bool:
        """Whether it is there."""

    def belong_to(self, installation: str) -> None:
        """Join nodes of this installation only. To be called before `run`."""

    async def run(self) -> None:
        """Keep both, for ever."""

    async def close(self) -> None:
        """Let go of both."""


class RedisJoint:
    """By Redis or Valkey."""

    def __init__(self, url: str, node: str, clock: Clock) -> None:
        self._node = node
        self.link = RedisLink(url, clock)
        self.broker = RedisBroker(self.link, node)
        self.leases = RedisLeases(self.link, node, clock)

    @property
    def up(self) -> bool:
        """See `Joint`."""
        return self.link.up

    def belong_to(self, installation: str) -> None:
        """See `Joint`."""
        self.link.belong_to(installation)

    async def run(self) -> None:
        """See `Joint`."""
        await self.link.run()

    async def close(self) -> None:
        """See `Joint`."""
        await self.broker.forget(self._node)
        await self.leases.end()
        await self.link.close()


class Shared:
    """What nodes of one process share in the place of Redis."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.memory = Memory()
        self.ends: dict[str, float] = {}
        """Node → when its lease runs out."""


class MemoryJoint:
    """Of nodes in one process."""

    def __init__(self, shared: Shared, node: str) -> None:
        self._clock = shared.clock
        self.broker = MemoryBroker(node, shared.memory)
        self.leases = MemoryLeases(node, shared.ends, shared.clock.now)
        self.up = True

    def belong_to(self, installation: str) -> None:
        """Nobody else shares this memory."""

    async def run(self) -> None:
        """See `Joint`."""
        while True:
            self.leases.renew()
            await self._clock.sleep(1.0)

    async def close(self) -> None:
        """See `Joint`."""
        await self.leases.end()
        self.broker.gone()


MakeJoint = Callable[[str], Joint]
"""Makes what joins the node of this name with others."""
