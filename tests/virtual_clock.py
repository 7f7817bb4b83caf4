"""Time that stands still until a test moves it."""

import asyncio
from collections.abc import Awaitable, Callable

from ryadom.clock import Clock

START = 1_800_000_000.0
"""When a virtual clock begins, epoch seconds (2027-01-15T08:00:00Z)."""


ROUNDS = 20
"""Of the event loop, that somebody who woke may need to wait again."""


async def settle(rounds: int = 12) -> None:
    """Let the event loop run what is ready, and what that makes ready."""
    for _ in range(rounds):
        await asyncio.sleep(0)


class VirtualClock(Clock):
    """A clock that only `advance` and `jump` move. Who waits for it wakes when its time has come.

    `settle` is awaited between the steps; give another one when work also happens off the loop.
    """

    def __init__(self, start: float = START, settle: Callable[[], Awaitable[None]] = settle) -> None:
        super().__init__()
        self._now = start
        self._settle = settle
        self._waiting: dict[asyncio.Future[None], float] = {}

    def now(self) -> float:
        """Seconds since the epoch, as far as the test has come."""
        return self._now

    async def wait(self, event: asyncio.Event, until: float) -> None:
        """Return when `event` is set or the test has moved time to `until`."""
        if until <= self._now:
            return
        due: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        told = asyncio.ensure_future(event.wait())
        self._waiting[due] = until
        try:
            await asyncio.wait((due, told), return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waiting[due]
            due.cancel()
            told.cancel()

    async def advance(self, seconds: float) -> None:
        """Move on as time does: stop at every moment that somebody waits for, and let them act before going on."""
        end = self._now + seconds
        await self._settle()
        while (due := min(self._waiting.values(), default=float("inf"))) <= end:
            await self._move(due)
        await self._move(end)

    async def jump(self, seconds: float) -> None:
        """Move in one go, as a computer that slept."""
        await self._move(self._now + seconds)

    async def _move(self, to: float) -> None:
        self._now = max(self._now, to)
        waiters = len(self._waiting)
        for future, due in self._waiting.items():
            if due <= self._now and not future.done():
                future.set_result(None)
        await self._settle()
        for _ in range(ROUNDS):
            # Whoever has woken is about to wait for the next moment: not to be passed over.
            if len(self._waiting) >= waiters:
                return
            await asyncio.sleep(0)
