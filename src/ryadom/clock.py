"""The only door for time.

Everything that asks what time it is, or waits until a time, does it through a `Clock`, so that tests can turn it.
Times are seconds since the Unix epoch, UTC, as floats; `utc` makes the datetime that the wire and the database use.
"""

import asyncio
import time
from datetime import UTC, datetime

_RESYNC_AFTER = 2.0
"""Seconds that the wall clock may run ahead before we follow it (a suspended laptop, a step by NTP)."""
_LOOK_EVERY = 0.5
"""Seconds between two looks at the wall clock: asking one clock costs half of asking two."""


def utc(seconds: float) -> datetime:
    """The aware UTC datetime of an epoch time, cut to microseconds."""
    return datetime.fromtimestamp(seconds, UTC)


class Clock:
    """Wall time that never goes back: monotonic seconds, anchored to the system clock and re-anchored forward only."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._ahead = 0.0
        self._look_at = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        now = time.monotonic() + self._offset
        return now if now < self._look_at else self._look(now)

    def _look(self, now: float) -> float:
        """Follow the wall clock when it is far ahead."""
        ahead = time.time() + self._ahead - now
        if ahead > _RESYNC_AFTER:
            self._offset += ahead
            now += ahead
        self._look_at = now + _LOOK_EVERY
        return now

    def begin_at(self, now: float) -> None:
        """Keep with a clock that is shared, and says `now`: may go back, so it is for the start."""
        self._ahead = now - time.time()
        self._offset = now - time.monotonic()

    def keep_with(self, now: float) -> None:
        """The shared clock says `now`: follow it, but never back."""
        self._ahead = now - time.time()
        self._look_at = 0.0

    def utcnow(self) -> datetime:
        """`now` as an aware datetime."""
        return utc(self.now())

    async def wait(self, event: asyncio.Event, until: float) -> None:
        """Return when `event` is set or when `until` (epoch seconds, may be infinite) has come."""
        left = until - self.now()
        if left <= 0:
            return
        try:
            async with asyncio.timeout(None if left == float("inf") else left):
                await event.wait()
        except TimeoutError:
            return

    async def sleep(self, seconds: float) -> None:
        """Return `seconds` later."""
        await self.wait(asyncio.Event(), self.now() + seconds)
