"""What is written goes to the kernel at once; what it does not take goes through the transport."""

import asyncio
import os
import socket as sockets
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from edge.recording_gate import RecordingGate
from edge.running_server import RunningServer
from edge.told import Pair, Told
from edge.wire import UPGRADE, Wire, upgraded_unread
from ryadom.realtime.connection import Connection
from ryadom.realtime.edge import Edge
from ryadom.realtime.frames import text_frame
from ryadom.realtime.headers import Headers
from ryadom.realtime.pulse import Pulse
from ryadom.realtime.tick import Tick
from virtual_clock import VirtualClock


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = sockets.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def connected(transport: Told, clock: VirtualClock, pulse: Pulse) -> Connection:
    return Connection(transport, "198.51.100.7", Headers(), Tick(), pulse, clock)


def test_a_write_goes_past_the_transport(pair: Pair, clock: VirtualClock, pulse: Pulse) -> None:
    transport = Told(pair[0])
    connected(transport, clock, pulse).write(b"hello")
    assert (pair[1].recv(100), transport.written) == (b"hello", b"")


def test_what_the_kernel_does_not_take_goes_to_the_transport_and_all_that_follows(
    pair: Pair, clock: VirtualClock, pulse: Pulse
) -> None:
    transport = Told(pair[0])
    connection = connected(transport, clock, pulse)
    connection.write(b"x" * 10_000_000)
    connection.pause()  # as the transport does when it is told to write and cannot
    taken = 0
    while taken + len(transport.written) < 10_000_000:
        taken += len(pair[1].recv(1 << 20))
    connection.write(b"more")
    assert transport.written.endswith(b"xmore")
    connection.resume()
    connection.write(b"again")
    assert pair[1].recv(100) == b"again"


def test_nothing_is_written_to_a_number_that_is_somebody_elses_now(
    pair: Pair, clock: VirtualClock, pulse: Pulse
) -> None:
    gone, other = sockets.socketpair()
    transport = Told(gone)
    connection = connected(transport, clock, pulse)
    connection.lost()
    number = gone.fileno()
    gone.close()
    other.close()
    os.dup2(pair[0].fileno(), number)
    try:
        connection.write(b"a secret")
        with pytest.raises(BlockingIOError):
            pair[1].recv(100)
    finally:
        os.close(number)
    assert transport.written == b"a secret"  # which ignores it


@pytest.mark.parametrize("waits", [0, 5])
def test_an_answer_to_an_earlier_request_is_not_overtaken(
    pair: Pair, edge: type[Edge], gate: RecordingGate, waits: int
) -> None:
    transport = Told(pair[0])
    transport.waits = waits
    upgraded = edge(None, SimpleNamespace(connections=set()), None)
    upgraded.connection_made(transport)
    upgraded.data_received(UPGRADE)
    assert len(gate.connections) == 1
    if waits:
        assert transport.written.startswith(b"HTTP/1.1 101 ")
        upgraded.resume_writing()
    else:
        assert pair[1].recv(1000).startswith(b"HTTP/1.1 101 ")
    gate.connections[0].write(b"hello")
    assert pair[1].recv(1000) == b"hello"


def test_nothing_is_written_past_encryption(pair: Pair, clock: VirtualClock, pulse: Pulse) -> None:
    transport = Told(pair[0], sslcontext=object())
    connected(transport, clock, pulse).write(b"a secret")
    assert transport.written == b"a secret"


async def test_who_reads_late_over_tcp_gets_all_in_order(server: RunningServer, gate: RecordingGate) -> None:
    late = await upgraded_unread(server.port)
    await server.until(lambda: gate.connections)
    transport = next(iter(server.uvicorn.server_state.connections))._transport
    transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 16_384)
    for number in range(50):
        gate.connections[0].send(text_frame(str(number).encode().ljust(20_000, b".")))
        await asyncio.sleep(0)
    assert transport.get_write_buffer_size() > 0
    wire = Wire(*await asyncio.open_connection(sock=late))
    await wire.head()
    for number in range(50):
        assert (await wire.receive()).payload.rstrip(b".") == str(number).encode()
    assert transport.get_write_buffer_size() == 0
    wire.shut()
