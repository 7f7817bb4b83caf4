"""A piece of its own for each of many connections: it leaves in its order, whatever else is sent, closed or paused."""

import asyncio
import random
import socket as sockets
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from edge.told import Told
from ryadom.protocol.errors import RESTART
from ryadom.realtime.connection import Connection
from ryadom.realtime.frames import close_frame
from ryadom.realtime.headers import Headers
from ryadom.realtime.pulse import Pulse
from ryadom.realtime.tick import MANY, Tick
from virtual_clock import VirtualClock

CROWD = 3 * MANY
ENDED = close_frame(RESTART.code, RESTART.meaning)


class Passing(Told):
    """A transport that does write what it is told to, at once."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        self.get_extra_info("socket").send(data)

    def abort(self) -> None:
        """The other side still reads what was sent."""


class One:
    """A connection, what its peer has to get, and what it may get."""

    def __init__(self, tick: Tick, pulse: Pulse, clock: VirtualClock) -> None:
        ours, self.theirs = sockets.socketpair()
        self.pair = ours, self.theirs
        for end in self.pair:
            end.setblocking(False)
        self.transport = Passing(ours)
        self.connection = Connection(self.transport, "198.51.100.7", Headers(), tick, pulse, clock)
        self.sent = b""
        self.got = b""
        self.paused = False
        self.aborted = False

    def was_sent(self, piece: bytes) -> bytes:
        if not self.connection.closing:
            self.sent += piece
        return piece

    def pause(self) -> None:
        self.paused = not self.paused
        (self.connection.pause if self.paused else self.connection.resume)()

    def close(self) -> None:
        if not self.connection.closing:
            self.sent += ENDED
            self.connection.close(RESTART)

    def abort(self) -> None:
        self.connection.abort()
        self.aborted = True

    def look(self) -> None:
        """At the end of a tick: all has come, in its order, but what waits."""
        with suppress(BlockingIOError):
            self.got += self.theirs.recv(1_000_000)
        assert self.sent.startswith(self.got)
        if not self.paused and not self.aborted:
            assert self.got == self.sent


class Crowd:
    """Connections of one tick."""

    def __init__(self, pulse: Pulse, clock: VirtualClock) -> None:
        self.tick = Tick()
        self.all = [One(self.tick, pulse, clock) for _ in range(CROWD)]
        self._number = 0

    def piece(self) -> bytes:
        self._number += 1
        return b"<%d>" % self._number

    def each(self, some: list[One]) -> None:
        """A piece for each of these."""
        pieces = [one.was_sent(self.piece()) for one in some]
        some[0].connection.send_each([one.connection for one in some], pieces)

    def same(self, some: list[One]) -> None:
        """The same for all of these."""
        piece = self.piece()
        for one in some:
            one.connection.send(one.was_sent(piece))


@pytest.fixture
def crowd(pulse: Pulse, clock: VirtualClock) -> Iterator[Crowd]:
    made = Crowd(pulse, clock)
    with ExitStack() as stack:
        for end in (end for one in made.all for end in one.pair):
            stack.enter_context(end)
        yield made


async def test_each_gets_its_own_and_no_connection_was_looked_at_before(crowd: Crowd) -> None:
    crowd.each(crowd.all)
    assert not crowd.tick.dirty
    await asyncio.sleep(0)
    for one in crowd.all:
        one.look()
    assert {one.transport.written for one in crowd.all} == {b""}


async def test_what_is_sent_to_one_before_or_behind_leaves_before_or_behind(crowd: Crowd) -> None:
    first, second, *_ = crowd.all
    crowd.same([first])
    crowd.each(crowd.all)
    crowd.same([second])
    crowd.each(crowd.all)
    crowd.same([first])
    await asyncio.sleep(0)
    for one in crowd.all:
        one.look()


async def test_what_is_sent_to_others_lets_many_wait(crowd: Crowd) -> None:
    apart, *others = crowd.all
    crowd.same([apart])
    crowd.each(others)
    crowd.same([apart])
    assert crowd.tick.dirty == [apart.connection]
    await asyncio.sleep(0)
    for one in crowd.all:
        one.look()


async def test_who_has_a_transport_without_a_descriptor_gets_theirs_through_it(
    crowd: Crowd, pulse: Pulse, clock: VirtualClock
) -> None:
    wrapped = Told(None)
    apart = Connection(wrapped, "198.51.100.7", Headers(), crowd.tick, pulse, clock)
    pieces = [one.was_sent(crowd.piece()) for one in crowd.all]
    apart.send_each([apart, *(one.connection for one in crowd.all)], [b"theirs", *pieces])
    apart.send(b", and more")
    for _ in range(2):
        await asyncio.sleep(0)
    for one in crowd.all:
        one.look()
    assert wrapped.written == b"theirs, and more"
    apart.send_each([apart, *(one.connection for one in crowd.all)], [b"!", *map(One.was_sent, crowd.all, pieces)])
    for _ in range(2):
        await asyncio.sleep(0)
    for one in crowd.all:
        one.look()
    assert wrapped.written == b"theirs, and more!"


async def test_nothing_is_written_behind_a_last_word_nor_to_a_number_that_is_somebody_elses(crowd: Crowd) -> None:
    closed, aborted, lost, *others = crowd.all
    closed.close()
    await asyncio.sleep(0)
    crowd.each(crowd.all)
    aborted.abort()
    lost.connection.lost()
    lost.aborted = True
    await asyncio.sleep(0)
    for one in crowd.all:
        one.look()
    assert (aborted.got, lost.got, closed.got) == (b"", b"", ENDED)
    assert all(one.got for one in others)


@pytest.mark.parametrize("seed", range(60))
async def test_whatever_happens_within_a_tick_all_leaves_in_its_order(crowd: Crowd, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        for _ in range(chance.randrange(1, 6)):
            some = chance.sample(crowd.all, chance.choice([1, 2, MANY, CROWD - 1, CROWD]))
            what = chance.random()
            if what < 0.45:
                crowd.each(some)
            elif what < 0.85:
                crowd.same(some)
            elif what < 0.97:
                if not some[0].connection.closing:
                    some[0].pause()
            elif what < 0.985:
                some[0].close()
            else:
                some[0].abort()
        await asyncio.sleep(0)
        for one in crowd.all:
            one.look()
