"""What leaves when: one write per tick, and a bounded queue for those who do not read."""

import asyncio

import pytest

from edge.memory_wire import MemorySocket
from edge.recording_gate import RecordingGate
from edge.running_server import RunningServer
from edge.wire import CLOSE, TEXT, Wire, upgraded_unread
from ryadom.protocol.errors import SESSION_OVER
from ryadom.realtime.backlog import MAX_BYTES, MAX_EVENTS, Backlog
from ryadom.realtime.connection import PORTION, Connection
from ryadom.realtime.edge import Edge
from ryadom.realtime.frames import text_frame
from virtual_clock import settle

BLOCK = text_frame(b"x" * 1000)
"""A frame that makes a transport pause when its peer does not read."""


def event(name: object, size: int = 0) -> bytes:
    return text_frame(str(name).encode().ljust(size, b"."))


async def stuck(edge: type[Edge], gate: RecordingGate) -> tuple[MemorySocket, Connection]:
    """A socket whose peer has stopped reading and whose transport is paused."""
    socket = MemorySocket(edge)
    connection = gate.connections[-1]
    socket.stop_reading()
    connection.send(BLOCK)
    await settle()
    return socket, connection


async def read_on(socket: MemorySocket) -> list[str]:
    """What arrives, besides the block, once the peer reads again."""
    socket.resume_reading()
    await settle()
    return socket.events[1:]


async def test_what_is_sent_in_one_tick_leaves_in_one_write(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    before = socket.transport.writes
    for number in range(10):
        gate.connections[0].send(event(number))
    assert socket.transport.writes == before
    await settle()
    assert socket.transport.writes == before + 1
    assert socket.events == [str(number) for number in range(10)]


async def test_the_next_tick_is_the_next_write(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    for number in range(3):
        gate.connections[0].send(event(number))
        await settle()
    assert socket.transport.writes == 1 + 3
    assert socket.events == ["0", "1", "2"]


async def test_slots_and_droppable_frames_all_reach_who_reads(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    for number in range(600):
        gate.connections[0].send(event(number), "slot", droppable=True)
    await settle()
    assert len(socket.events) == 600


@pytest.mark.parametrize(("count", "size"), [(1000, 155), (5000, 1), (100, 50_000)])
async def test_a_burst_in_one_tick_reaches_who_reads(
    edge: type[Edge], gate: RecordingGate, count: int, size: int
) -> None:
    socket = MemorySocket(edge)
    for number in range(count):
        gate.connections[0].send(event(number, size))
    await settle()
    assert [text.rstrip(".") for text in socket.events] == [str(number) for number in range(count)]
    assert socket.alive


async def test_a_burst_reaches_who_reads_over_tcp(server: RunningServer, gate: RecordingGate) -> None:
    wire = await server.socket()
    await server.until(lambda: gate.connections)
    for number in range(1000):
        gate.connections[0].send(event(number, 155))
    for number in range(1000):
        assert (await wire.receive()).payload.rstrip(b".") == str(number).encode()


async def test_what_waits_arrives_whole_and_in_order(edge: type[Edge], gate: RecordingGate) -> None:
    socket, connection = await stuck(edge, gate)
    for number in range(MAX_EVENTS):
        connection.send(event(number, 1000))
    await settle()
    assert socket.events == []
    assert [text.rstrip(".") for text in await read_on(socket)] == [str(number) for number in range(MAX_EVENTS)]
    connection.send(event("more"))
    await settle()
    assert socket.events[-1] == "more"
    assert socket.alive


async def test_a_frame_replaces_the_waiting_one_of_its_slot_in_place(edge: type[Edge], gate: RecordingGate) -> None:
    socket, connection = await stuck(edge, gate)
    connection.send(event("ann online"), ("status", 1))
    connection.send(event("bob online"), ("status", 2))
    connection.send(event("message"))
    connection.send(event("ann offline"), ("status", 1))
    assert await read_on(socket) == ["ann offline", "bob online", "message"]


async def test_a_slot_never_fills_the_queue(edge: type[Edge], gate: RecordingGate) -> None:
    socket, connection = await stuck(edge, gate)
    for number in range(10 * MAX_EVENTS):
        connection.send(event(number, 1000), "slot")
    assert [text.rstrip(".") for text in await read_on(socket)] == [str(10 * MAX_EVENTS - 1)]


async def test_typing_is_dropped_first_and_the_oldest_of_it(edge: type[Edge], gate: RecordingGate) -> None:
    socket, connection = await stuck(edge, gate)
    connection.send(event("typing 1"), droppable=True)
    connection.send(event("typing 2"), droppable=True)
    for number in range(MAX_EVENTS - 1):
        connection.send(event(number))
    assert await read_on(socket) == ["typing 2", *map(str, range(MAX_EVENTS - 1))]


async def test_typing_never_closes_a_full_queue(edge: type[Edge], gate: RecordingGate) -> None:
    socket, connection = await stuck(edge, gate)
    for number in range(MAX_EVENTS):
        connection.send(event(number))
    connection.send(event("typing"), droppable=True)
    assert await read_on(socket) == [str(number) for number in range(MAX_EVENTS)]
    assert socket.alive


@pytest.mark.parametrize(("fits", "size"), [(MAX_EVENTS, 1), (15, 65_536)])
async def test_a_full_queue_closes_with_4408(edge: type[Edge], gate: RecordingGate, fits: int, size: int) -> None:
    socket, connection = await stuck(edge, gate)
    for number in range(fits):
        connection.send(event(number, size))
    before = connection.closing
    connection.send(event("one too many", size))
    assert (before, connection.closing) == (False, True)
    assert await read_on(socket) == []
    assert socket.close_code == 4408
    assert gate.endings == [(4408, False)]


async def test_a_close_lets_out_what_waits(edge: type[Edge], gate: RecordingGate) -> None:
    socket, connection = await stuck(edge, gate)
    connection.send(event("before"))
    connection.close(SESSION_OVER)
    assert await read_on(socket) == ["before"]
    assert socket.close_code == 4401


async def test_who_never_reads_costs_a_bounded_amount_and_delays_nobody(edge: type[Edge], gate: RecordingGate) -> None:
    slow, quick = MemorySocket(edge), MemorySocket(edge)
    slow.stop_reading()
    held = 0
    for number in range(5000):
        frame = event(number, 4000)
        held += 0 if gate.connections[0].closing else len(frame)
        for connection in gate.connections:
            connection.send(frame)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(quick.events) == number + 1
    assert held < 1.1 * MAX_BYTES
    assert slow.transport.get_write_buffer_size() <= PORTION


async def test_a_reader_that_comes_and_goes_is_handed_portions(edge: type[Edge], gate: RecordingGate) -> None:
    socket, connection = await stuck(edge, gate)
    for number in range(200):
        connection.send(event(number, 4000))
    for _ in range(5):
        waits = socket.transport.get_write_buffer_size()
        socket.transport.peer_takes(waits - 1000)
        assert socket.transport.get_write_buffer_size() == 1000
        socket.transport.peer_takes(1000)
        assert PORTION <= socket.transport.get_write_buffer_size() <= PORTION + 4000
    await settle()
    assert 30 < len(socket.events) < 60
    assert [text.rstrip(".") for text in await read_on(socket)] == [str(number) for number in range(200)]


async def test_a_burst_in_one_tick_is_bounded_too(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    connection = gate.connections[0]
    socket.stop_reading()
    sent = 0
    while not connection.closing:
        connection.send(event("x", 5000))
        sent += 5000
        assert sent < 2 * MAX_BYTES
    assert socket.transport.get_write_buffer_size() <= PORTION + 5000


async def test_over_tcp_who_never_reads_gets_4408_and_others_everything(
    server: RunningServer, gate: RecordingGate
) -> None:
    slow_socket = await upgraded_unread(server.port)
    await server.until(lambda: gate.connections)
    quick = await server.socket()
    count = 0
    while not gate.connections[0].closing:
        for connection in gate.connections:
            connection.send(event(count, 4000))
        assert (await quick.receive()).payload.rstrip(b".") == str(count).encode()
        count += 1
    slow = Wire(*await asyncio.open_connection(sock=slow_socket))
    await slow.head()
    seen = 0
    while (frame := await slow.receive()).opcode == TEXT:
        assert frame.payload.rstrip(b".") == str(seen).encode()
        seen += 1
    assert (frame.opcode, frame.code) == (CLOSE, 4408)
    assert seen < count
    slow.shut()


def test_a_slot_that_grows_counts() -> None:
    backlog = Backlog()
    assert backlog.put(b"x" * (MAX_BYTES - 10), None, droppable=False)
    assert backlog.put(b"y" * 10, "slot", droppable=False)
    assert not backlog.put(b"y" * 11, "slot", droppable=False)
    assert backlog.take(MAX_BYTES).endswith(b"xy" + b"y" * 9)
    assert backlog.take(MAX_BYTES) == b""
    assert backlog.put(b"z" * MAX_BYTES, None, droppable=False)


def test_slots_that_grow_again_and_again_fill_it() -> None:
    backlog = Backlog()
    slots = range(100)
    for size in (100, 1_000, 10_000):
        assert all(backlog.put(b"x" * size, slot, droppable=False) for slot in slots)
    assert [backlog.put(b"x" * 20_000, slot, droppable=False) for slot in slots].count(True) == (
        MAX_BYTES - 100 * 10_000
    ) // 10_000
