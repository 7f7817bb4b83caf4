"""A mute that has ended counts again, and all are told, whoever notices first (`ryadom.receipts.counts`)."""

import json
from typing import Any, cast

import pytest

from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from ryadom.realtime.people import Client, Loaded
from ryadom.realtime.room import Count
from ryadom.receipts.counts import Counts
from virtual_clock import VirtualClock

HOUR = 3600.0


class Wire:
    """A connection that keeps what it is sent."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.last_heard = 0.0
        self.out: tuple[bytes, ...] = ()
        self.told: list[Any] = []

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        self.told.append(json.loads(frame[frame.index(b"{") :]))

    def send_each(self, sockets: Any, pieces: Any) -> None:
        raise AssertionError("nothing here goes to many")

    def close(self, code: object) -> None:
        """Nothing."""


@pytest.mark.parametrize("noticed", ["by the sweep", "by a device that connects", "by a question"])
async def test_every_device_is_told_that_a_mute_has_ended(noticed: str) -> None:
    clock, hub = VirtualClock(), Hub()
    counts = Counts(hub, Outbox(hub), cast(Any, None), clock)
    loaded = Loaded({7: Count(2, 0, clock.now() + HOUR, 5), 8: Count(1, 0, 0.0, 5)}, set(), 5)
    first = Wire("first")
    counts.watch(1, hub.add(Client(first, 1, 10), loaded))
    assert (await counts.total(1), first.told) == (1, [])
    await clock.advance(HOUR + 1)
    if noticed == "by a device that connects":
        counts.watch(1, hub.add(Client(Wire("second"), 1, 11), loaded))
    elif noticed == "by a question":
        assert await counts.total(1) == 3
    counts.sweep(clock.now())
    assert [(one["chat_id"], one["unread_count"], one["total_unread"]) for one in first.told] == [(7, 2, 3)]
    assert await counts.total(1) == 3
