"""Leases in Redis: a key that Redis forgets after some seconds."""

from collections.abc import Callable, Iterable

from ryadom.clock import Clock

from .leases import LASTS, PATIENCE
from .redis_link import LOST, RedisLink


class RedisLeases:
    """See `Leases`. The link renews the lease with each tick."""

    def __init__(self, link: RedisLink, node: str, clock: Clock) -> None:
        self._link = link
        self._redis = link.redis
        self._node = node
        self._clock = clock
        self._since: float | None = None
        self.ran_out: Callable[[], None] = lambda: None
        """Called when one's own lease had run out before it was renewed, though Redis was there all the time."""
        link.on_up.append(self._begin)
        link.on_down.append(self._end)
        link.on_tick.append(self._renew)

    async def gone(self, nodes: Iterable[str]) -> list[str]:
        """See `Leases`."""
        asked = [node for node in nodes if node != self._node]
        if not asked or self._since is None or self._clock.now() - self._since < PATIENCE:
            return []
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for node in asked:
                pipeline.exists(self._key(node))
            found = await pipeline.execute()
        except LOST as error:
            self._link.failed(error)
            return []
        return [node for node, exists in zip(asked, found, strict=True) if not exists]

    async def end(self) -> None:
        """See `Leases`."""
        if self._link.up:
            try:
                await self._redis.delete(self._key(self._node))
            except LOST as error:
                self._link.failed(error)

    def _key(self, node: str) -> str:
        return f"{self._link.prefix}lease:{node}"

    async def _begin(self) -> None:
        await self._redis.set(self._key(self._node), "1", px=int(LASTS * 1000))
        self._since = self._clock.now()

    def _end(self) -> None:
        self._since = None

    async def _renew(self) -> None:
        before = await self._redis.set(self._key(self._node), "1", px=int(LASTS * 1000), get=True)
        if before is None and self._since is not None:
            # We stood still, or Redis forgot: wait as if it had just come.
            self._since = self._clock.now()
            self.ran_out()
