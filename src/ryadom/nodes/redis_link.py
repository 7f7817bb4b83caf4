"""The connection to Redis (or Valkey): kept, lost, found again. What uses it is told when it is there anew."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ryadom.clock import Clock

log = structlog.get_logger("ryadom.cluster")

ANSWER_WITHIN = 2.0
"""Seconds for one answer; a Redis that takes longer counts as lost."""
TICK = 1.0
"""Seconds between two looks at what must be renewed."""
AGAIN_AFTER = 0.5
"""Seconds until a lost Redis is tried again."""

LOST = (RedisError, OSError, TimeoutError)
"""What a command raises when Redis is gone, or not itself."""


class RedisLink:
    """One connection for commands. `run` keeps it."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self.redis: Any = Redis.from_url(
            url, protocol=2, socket_timeout=ANSWER_WITHIN, socket_connect_timeout=ANSWER_WITHIN,
            retry=Retry(NoBackoff(), 0), max_connections=8,
        )  # fmt: skip
        self.prefix = ""
        """Of all keys and channels."""
        self.belong_to("")
        self.up = False
        self.run_id = ""
        """Of the server that we are connected to: another one has forgotten what this one knew."""
        self.on_up: list[Callable[[], Awaitable[None]]] = []
        """Called when the connection is there, anew."""
        self.on_tick: list[Callable[[], Awaitable[None]]] = []
        """Called each second while it is."""
        self.on_down: list[Callable[[], None]] = []
        self._failed = False
        self._said = ""

    def belong_to(self, installation: str) -> None:
        """Others on the same Redis are not heard. To be called before `run`."""
        number = self.redis.connection_pool.connection_kwargs.get("db") or 0
        # Channels do not belong to a database of Redis, so its number is in the name.
        self.prefix = f"ryadom:{number}:{installation}:"

    async def run(self) -> None:
        """Keep the connection, for ever."""
        while True:
            try:
                await self._begin()
                while True:
                    for tick in self.on_tick:
                        await tick()
                    await self._clock.sleep(TICK)
                    if self._failed:
                        break
            except LOST as error:
                self._note(str(error))
            finally:
                self._end()
            await self._clock.sleep(AGAIN_AFTER)

    def failed(self, error: Exception) -> None:
        """A command of somebody's has failed: begin anew."""
        self._note(str(error))
        self._failed = True
        self._end()

    def begin_anew(self) -> None:
        """Redis has forgotten what it was told of us: with the next tick the connection begins anew."""
        self._failed = True

    async def close(self) -> None:
        """Close it."""
        self._end()
        await self.redis.aclose()

    async def _begin(self) -> None:
        self._failed = False
        self.run_id = str((await self.redis.info("server"))["run_id"])
        for begin in self.on_up:
            await begin()
        if not self._failed:
            self.up, self._said = True, ""
            log.info("Redis is here", run_id=self.run_id)

    def _end(self) -> None:
        if self.up:
            self.up = False
        for end in self.on_down:
            end()

    def _note(self, said: str) -> None:
        """Once for each loss, and for each reason why it does not come: a password that is wrong, for one."""
        if self.up or said != self._said:
            self._said = said
            log.warning("Redis is not here; nodes hear of each other by the database", error=said)
