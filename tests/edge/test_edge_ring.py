"""Many sockets are written to in one call: all of it arrives, what is not taken is told, and it can be done without."""

import asyncio
import errno
import os
import socket as sockets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from edge.told import Pair, Told
from ryadom.realtime import tick as ticks
from ryadom.realtime.connection import Connection
from ryadom.realtime.headers import Headers
from ryadom.realtime.pulse import Pulse
from ryadom.realtime.ring import ROUND, Ring
from ryadom.realtime.tick import MANY, Tick
from virtual_clock import VirtualClock

CROWD = 2 * ROUND + 5


@pytest.fixture
def ring() -> Ring:
    try:
        return Ring()
    except OSError as error:
        pytest.skip(f"this kernel gives no io_uring: {error}")


@pytest.fixture
def crowd() -> Iterator[list[Pair]]:
    with ExitStack() as stack:
        pairs = [sockets.socketpair() for _ in range(CROWD)]
        for one in (one for pair in pairs for one in pair):
            one.setblocking(False)
            stack.enter_context(one)
        yield pairs


def numbers(crowd: list[Pair]) -> list[int]:
    return [ours.fileno() for ours, _ in crowd]


def fill(pair: Pair) -> int:
    """Write until nothing more is taken; how much was."""
    pair[0].setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 4096)
    taken = 0
    while True:
        try:
            taken += pair[0].send(b"." * 100)
        except BlockingIOError:
            return taken


def test_each_gets_its_own_however_many_and_however_often(ring: Ring, crowd: list[Pair]) -> None:
    for turn, many in enumerate([CROWD, 1, ROUND - 1, ROUND, 3, CROWD, 7] * 20):
        pieces = [f"{turn}, {number}".encode() for number in range(many)]
        assert ring.write(numbers(crowd[:many]), pieces) == {}
        assert [theirs.recv(100) for _, theirs in crowd[:many]] == pieces


def test_all_get_the_same(ring: Ring, crowd: list[Pair]) -> None:
    piece = os.urandom(20_000)
    assert ring.write(numbers(crowd), [piece] * CROWD) == {}
    assert {theirs.recv(30_000) for _, theirs in crowd} == {piece}


def test_what_a_full_socket_does_not_take_is_told_and_nobody_waits_for_it(ring: Ring, crowd: list[Pair]) -> None:
    full, gone = ROUND + 1, 2
    fill(crowd[full])
    crowd[gone][1].close()
    assert ring.write(numbers(crowd), [b"hello"] * CROWD) == {full: -errno.EAGAIN, gone: -errno.EPIPE}
    assert ring.usable
    for place, (_, theirs) in enumerate(crowd):
        if place not in (full, gone):
            assert theirs.recv(100) == b"hello"


def test_a_part_is_told_as_a_part(ring: Ring) -> None:
    with sockets.create_server(("127.0.0.1", 0)) as server:
        ours = sockets.create_connection(server.getsockname())
        theirs, _ = server.accept()
        with ours, theirs:
            ours.setblocking(False)
            long = b"x" * 20_000_000
            rest = ring.write([ours.fileno()], [long])
            assert 0 < rest[0] < len(long)


def test_a_ring_that_fails_takes_nothing_any_more(ring: Ring, crowd: list[Pair]) -> None:
    _break(ring)
    assert ring.write(numbers(crowd), [b"lost"] * CROWD) == dict.fromkeys(range(CROWD), 0)
    assert not ring.usable
    for _, theirs in crowd:
        with pytest.raises(BlockingIOError):
            theirs.recv(100)


def _break(ring: Ring) -> None:
    """Put something else in its place."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, ring._fd)
    os.close(null)


class Company:
    """Connections that are written to at the end of one tick."""

    def __init__(self, crowd: list[Pair], clock: VirtualClock, pulse: Pulse) -> None:
        self.crowd = crowd
        self.tick = Tick()
        self.transports = [Told(ours) for ours, _ in crowd]
        self.connections = [
            Connection(transport, "198.51.100.7", Headers(), self.tick, pulse, clock) for transport in self.transports
        ]

    async def send(self, *frames: bytes) -> None:
        """To all of them."""
        for frame in frames:
            for connection in self.connections:
                connection.send(frame)
        await asyncio.sleep(0)

    def received(self) -> set[bytes]:
        """What all have got."""
        return {theirs.recv(100_000) for _, theirs in self.crowd}


@pytest.fixture
def company(crowd: list[Pair], clock: VirtualClock, pulse: Pulse) -> Company:
    return Company(crowd, clock, pulse)


def _refuses(*args: Any) -> Ring:
    raise PermissionError(errno.EPERM, "not in this container")


@pytest.fixture(params=["with a ring", "without"])
def either(request: pytest.FixtureRequest, company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """Where the kernel gives a ring, and where it does not."""
    if request.param == "without":
        monkeypatch.setattr(ticks, "Ring", _refuses)
    return company


async def test_all_get_their_frames_in_order(either: Company) -> None:
    for turn in range(3):
        await either.send(b"%d," % turn, b"and again")
        assert either.received() == {b"%d,and again" % turn}
    assert {transport.written for transport in either.transports} == {b""}


async def test_who_does_not_read_waits_alone(either: Company) -> None:
    slow = CROWD - 2
    before = fill(either.crowd[slow])
    await either.send(b"hello")
    assert [transport.written for transport in either.transports] == [
        b"hello" if place == slow else b"" for place in range(CROWD)
    ]
    either.connections[slow].pause()  # as the transport does when it is told to write and cannot
    await either.send(b" again")
    assert either.transports[slow].written == b"hello"
    theirs = either.crowd[slow][1]
    while before > 0:
        before -= len(theirs.recv(before))
    either.connections[slow].resume()
    assert theirs.recv(100) == b" again"
    assert {other.recv(100) for _, other in either.crowd if other is not theirs} == {b"hello again"}


async def test_a_close_frame_comes_last_and_who_is_lost_gets_nothing(either: Company) -> None:
    for connection in either.connections[:MANY]:
        connection.send(b"hello")
        connection.last_word(b" bye")
    lost = either.connections[-1]
    for connection in either.connections[MANY:]:
        connection.send(b"hello bye")
    lost.lost()
    await asyncio.sleep(0)
    assert {theirs.recv(100) for _, theirs in either.crowd[:-1]} == {b"hello bye"}
    with pytest.raises(BlockingIOError):
        either.crowd[-1][1].recv(100)


async def test_when_the_ring_fails_all_is_written_all_the_same(
    ring: Ring, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticks, "Ring", lambda: ring)
    _break(ring)
    await company.send(b"hello")
    assert {transport.written for transport in company.transports} == {b"hello"}  # which knows what to do
    await company.send(b"again")
    assert company.received() == {b"again"}


async def test_the_ring_is_what_writes_to_many(ring: Ring, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "Ring", lambda: ring)
    monkeypatch.setattr("os.write", _refuses)
    await company.send(b"hello")
    assert company.received() == {b"hello"}
    assert {transport.written for transport in company.transports} == {b""}
