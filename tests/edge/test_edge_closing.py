"""How sockets end, and what the application is told."""

import asyncio

import pytest
import websockets

from edge.memory_wire import MemorySocket
from edge.recording_gate import RecordingGate
from edge.running_server import RunningServer
from edge.wire import BINARY, CLOSE, PING, TEXT, client_frame
from ryadom.protocol.errors import SESSION_OVER, TOO_MANY
from ryadom.realtime.edge import MAX_AFTER_CLOSE, Edge
from ryadom.realtime.frames import text_frame
from ryadom.realtime.pulse import Pulse
from virtual_clock import VirtualClock, settle


@pytest.mark.parametrize(
    ("code", "told", "clean"),
    [(1000, 1000, True), (1001, 1001, True), (None, 1005, True), (4000, 4000, False), (1011, 1011, False)],
)
async def test_the_client_closes(edge: type[Edge], gate: RecordingGate, code: int, told: int, clean: bool) -> None:
    socket = MemorySocket(edge)
    socket.close(code)
    assert gate.endings == [(told, clean)]
    await settle()
    assert gate.endings == [(told, clean)]
    assert socket.close_code == told
    assert socket.transport.lost
    assert not socket.server.connections


async def test_the_client_drops(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    socket.drop()
    assert gate.endings == [(1006, False)]
    gate.connections[0].send(text_frame(b"nobody"))
    gate.connections[0].close(SESSION_OVER)
    await settle()
    assert len(gate.ended) == 1


async def test_the_client_ends_its_stream_without_a_close(server: RunningServer, gate: RecordingGate) -> None:
    wire = await server.socket()
    wire.writer.write_eof()
    assert await wire.rest() == b""
    await server.until(lambda: gate.ended)
    assert gate.endings == [(1006, False)]


async def test_the_client_closes_amid_a_message(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    socket.send_bytes(client_frame(TEXT, b"x", fin=False) + client_frame(CLOSE, b"\x03\xe8"))
    await settle()
    assert socket.close_code == 1002
    assert len(gate.ended) == 1


async def test_frames_before_the_clients_close_count_and_are_answered_first(
    edge: type[Edge], gate: RecordingGate
) -> None:
    gate.echo = True
    socket = MemorySocket(edge)
    socket.send_bytes(client_frame(TEXT, b"last") + client_frame(CLOSE, b"\x03\xe8") + client_frame(TEXT, b"late"))
    await settle()
    assert gate.texts == [b"last"]
    assert (socket.events, socket.close_code) == (["last"], 1000)


async def test_the_server_closes_after_what_it_has_sent(edge: type[Edge], gate: RecordingGate, pulse: Pulse) -> None:
    socket = MemorySocket(edge)
    connection = gate.connections[0]
    connection.send(text_frame(b"bye"))
    connection.close(SESSION_OVER)
    assert connection.closing
    connection.send(text_frame(b"not this"))
    connection.close(TOO_MANY)
    await settle()
    assert (socket.events, socket.close_code) == (["bye"], 4401)
    assert gate.endings == [(4401, False)]
    assert pulse.next_due() == float("inf")


async def test_nothing_is_received_after_the_server_has_closed(edge: type[Edge], gate: RecordingGate) -> None:
    gate.on_text = lambda connection, _: connection.close(TOO_MANY)
    socket = MemorySocket(edge)
    socket.silent = True
    socket.send_bytes(client_frame(TEXT, b"1") * 3 + client_frame(PING))
    socket.send_bytes(client_frame(TEXT, b"2"))
    await settle()
    assert (gate.texts, gate.ended) == ([b"1"], [])
    socket.send_bytes(client_frame(CLOSE, b"\x03\xe8"))
    assert gate.endings == [(1000, True)]


@pytest.mark.parametrize("reads", [True, False])
async def test_a_client_that_does_not_finish_is_aborted_after_five_seconds(
    edge: type[Edge], gate: RecordingGate, pulse: Pulse, clock: VirtualClock, reads: bool
) -> None:
    socket = MemorySocket(edge)
    socket.silent = True
    socket.transport.peer_reads(reads)
    await clock.advance(22)
    gate.connections[0].close(SESSION_OVER)
    assert pulse.next_due() == clock.now() + 5
    await clock.advance(4.9)
    pulse.sweep(clock.now())
    await settle()
    assert gate.ended == []
    await clock.advance(0.1)
    pulse.sweep(clock.now())
    await settle()
    assert gate.endings == [(1006, False)]
    assert socket.transport.lost
    assert pulse.next_due() == float("inf")


async def test_who_closes_but_stays_connected_is_told_at_once_and_aborted_later(
    server: RunningServer, gate: RecordingGate
) -> None:
    wire = await server.socket()
    wire.frame(CLOSE, b"\x03\xe8")
    assert (await wire.receive()).code == 1000
    assert gate.endings == [(1000, True)]
    assert len(server.uvicorn.server_state.connections) == 1
    await server.pass_time(5)
    await server.until(lambda: not server.uvicorn.server_state.connections)
    assert len(gate.ended) == 1


async def test_a_flood_after_the_servers_close_is_cut(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    socket.silent = True
    gate.connections[0].close(TOO_MANY)
    flood = client_frame(TEXT, b"x" * 1000)
    for _ in range(MAX_AFTER_CLOSE // 1000 + 1):
        socket.send_bytes(flood)
    await settle()
    assert socket.transport.lost
    assert gate.endings == [(1006, False)]


async def test_who_is_refused_amid_an_upload_is_not_cut_before_it_can_read_why(
    edge: type[Edge], gate: RecordingGate
) -> None:
    socket = MemorySocket(edge)
    socket.silent = True
    for _ in range(MAX_AFTER_CLOSE // 60_000 + 2):
        socket.send_bytes(client_frame(BINARY, b"x" * 60_000))
    await settle()
    assert (socket.close_code, socket.transport.lost) == (1003, False)
    assert gate.endings == [(1006, False)]


async def test_going_down_closes_every_socket_with_1012(server: RunningServer, gate: RecordingGate) -> None:
    address = f"ws://127.0.0.1:{server.port}/ws"
    async with websockets.connect(address) as one, websockets.connect(address) as other:
        stopping = asyncio.ensure_future(server.stop())
        for client in (one, other):
            with pytest.raises(websockets.ConnectionClosed):
                await client.recv()
            assert client.close_code == 1012
        await stopping
    assert gate.endings == [(1012, False)] * 2


async def test_a_vanished_peer_is_noticed_within_35_seconds(
    edge: type[Edge], gate: RecordingGate, pulse: Pulse, clock: VirtualClock
) -> None:
    gone, here = MemorySocket(edge), MemorySocket(edge)
    gone.vanish()
    for _ in range(34):
        await clock.advance(1)
        pulse.sweep(clock.now())
    assert gate.ended == []
    await clock.advance(1)
    pulse.sweep(clock.now())
    await settle()
    assert [(connection, code) for connection, code, _ in gate.ended] == [(gate.connections[0], 1006)]
    assert here.alive
    assert here.pings == 1


async def test_any_byte_is_a_sign_of_life(
    edge: type[Edge], gate: RecordingGate, pulse: Pulse, clock: VirtualClock
) -> None:
    socket = MemorySocket(edge)
    socket.silent = True
    frame = client_frame(TEXT, b"x" * 100)
    for byte in frame[:20]:
        await clock.advance(8)
        pulse.sweep(clock.now())
        socket.send_bytes(bytes((byte,)))
    assert socket.alive
    assert gate.ended == []
