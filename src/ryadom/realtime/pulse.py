"""The server's pings, and every other deadline of a socket, without a timer per socket.

A connection is pinged every `interval` seconds. One that has sent no byte at all for `wait` seconds after a ping is
broken: its transport is aborted. So a peer that vanished is noticed at most `interval + wait` after its last byte.
Whoever owns the pulse calls `sweep` when `next_due` has come; times are epoch seconds of the clock.
"""

import heapq
import itertools
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from ryadom.clock import Clock

if TYPE_CHECKING:
    from .connection import Connection

INTERVAL = 25.0
"""Seconds between two pings."""
WAIT = 10.0
"""Seconds that a peer has to show life after a ping."""
EARLY = 1.0
"""Seconds that a ping may come before its time, so that those of a second leave together: to wake up is what costs."""
AT_ONCE = 250
"""Pings of one sweep; what else is due follows when others have had their turn."""
LATE = 1.0
"""Seconds that a sweep may be late before it doubts itself: the bytes of the peers may still lie unread."""


class Deadline:
    """A callback at a time. `cancel` lets go of the callback."""

    __slots__ = ("callback", "due")

    def __init__(self, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Never call it. Harmless when it was called already."""
        self.callback = None


class Pulse:
    """Who is to be pinged when, who owes a sign of life, and what else falls due.

    `on_beat` is called with each connection just pinged, so that what it sends leaves in the same write.
    `wake` is called when `next_due` has become earlier than it was. Both may be set later.
    """

    def __init__(
        self,
        clock: Clock,
        interval: float = INTERVAL,
        wait: float = WAIT,
        on_beat: Callable[["Connection"], None] = lambda _: None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.interval = interval
        self.wait = wait
        self.on_beat = on_beat
        self.wake = wake
        self._clock = clock
        # In both, all entries wait equally long, so the order of insertion is the order of the due times.
        self._beats: OrderedDict[Connection, float] = OrderedDict()
        self._owing: OrderedDict[Connection, tuple[float, float]] = OrderedDict()
        self._patience = 0.0
        self._deadlines: list[tuple[float, int, Deadline]] = []
        self._numbers = itertools.count()

    def register(self, connection: "Connection") -> None:
        """Ping this connection from now on, first after one interval."""
        before = self.next_due()
        self._beats[connection] = self._clock.now() + self.interval
        self._wake_if_before(before)

    def forget(self, connection: "Connection") -> None:
        """Ping it no more. Harmless when it is not registered."""
        self._beats.pop(connection, None)
        self._owing.pop(connection, None)

    def at(self, deadline: float, callback: Callable[[], None]) -> Deadline:
        """Call back in the first sweep at or after `deadline`."""
        before = self.next_due()
        entry = Deadline(deadline, callback)
        heapq.heappush(self._deadlines, (deadline, next(self._numbers), entry))
        self._wake_if_before(before)
        return entry

    def next_due(self) -> float:
        """When the next sweep has something to do; infinite when nothing is to come."""
        deadlines = self._deadlines
        while deadlines and deadlines[0][2].callback is None:
            heapq.heappop(deadlines)
        due = deadlines[0][0] if deadlines else float("inf")
        if self._beats:
            due = min(due, next(iter(self._beats.values())))
        if self._owing:
            due = min(due, max(next(iter(self._owing.values()))[0], self._patience))
        return due

    def sweep(self, now: float) -> None:
        """Do all that is due: deadlines, peers that stay silent, pings. What a callback raises is not caught."""
        self._call_due(now)
        self._drop_silent(now)
        self._beat(now)

    def _wake_if_before(self, before: float) -> None:
        if self.next_due() < before:
            self.wake()

    def _call_due(self, now: float) -> None:
        while self._deadlines and self._deadlines[0][0] <= now:
            callback = heapq.heappop(self._deadlines)[2].callback
            if callback is not None:
                callback()

    def _drop_silent(self, now: float) -> None:
        while self._owing:
            connection, (due, pinged) = next(iter(self._owing.items()))
            due = max(due, self._patience)
            if due > now:
                return
            silent = connection.last_heard < pinged
            if silent and now - due > LATE:
                # It is us who slept (a stopped process, a clock put forward): read first, then judge.
                self._patience = now + LATE
                return
            del self._owing[connection]
            if silent:
                self.forget(connection)
                connection.abort()

    def _beat(self, now: float) -> None:
        if not self._beats or next(iter(self._beats.values())) > now:
            return
        for _ in range(min(AT_ONCE, len(self._beats))):
            connection, due = next(iter(self._beats.items()))
            if due > now + EARLY:
                return
            self._beats[connection] = now + self.interval
            self._beats.move_to_end(connection)
            self._owing.setdefault(connection, (now + self.wait, now))
            connection.ping()
            self.on_beat(connection)
