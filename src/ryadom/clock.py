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
_SLOWER = 0.1
"""The part of the time by which we go slower while we are ahead: so deadlines come a little late, not hours."""


def utc(seconds: float) -> datetime:
    """The aware UTC datetime of an epoch time, cut to microseconds."""
    return datetime.fromtimestamp(seconds, UTC)


class Clock:
    """Wall time that never goes back: monotonic seconds, anchored to the system clock, or to one that nodes share.

    Where that is ahead, this follows at once; where it is behind, this goes slower until they agree.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._shared: float | None = None
        """What the shared clock said last, less monotonic seconds: how this machine's own is set matters no more."""
        self._look_at = self._floor = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        now = time.monotonic() + self._offset
        if now >= self._look_at:
            now = self._look(now)
        if now < self._floor:
            return self._floor
        return now

    def _look(self, now: float) -> float:
        """Follow the clock that this one is anchored to."""
        right = time.time() if self._shared is None else time.monotonic() + self._shared
        ahead = right - now
        step = 0.0
        if ahead > _RESYNC_AFTER:
            step = ahead
        elif ahead < -_RESYNC_AFTER:
            self._floor = max(self._floor, now)
            step = -_SLOWER * _LOOK_EVERY
        self._offset += step
        self._look_at = now + step + _LOOK_EVERY
        return now + step

    def begin_at(self, now: float) -> None:
        """Keep with a clock that is shared, and says `now`: may go back, so it is for the start."""
        self._shared = self._offset = now - time.monotonic()
        self._look_at = self._floor = 0.0

    def keep_with(self, now: float) -> None:
        """The shared clock says `now`: follow it, but never back."""
        self._shared = now - time.monotonic()

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
