"""What a client sends, right and wrong."""

import pytest

from edge.memory_wire import MemorySocket
from edge.recording_gate import RecordingGate
from edge.running_server import RunningServer
from edge.wire import BINARY, CLOSE, CONT, PING, PONG, TEXT, Received, client_frame
from ryadom.realtime.edge import Edge
from ryadom.realtime.inbox import MAX_CONTROLS, MAX_FRAGMENTS, MAX_MESSAGE
from virtual_clock import VirtualClock, settle

BIG = b"x" * MAX_MESSAGE
YA = "я".encode()


async def test_whole_messages_arrive_in_order(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    socket.send_text("one")
    socket.send_text("два")
    socket.send_text("")
    assert gate.texts == [b"one", "два".encode(), b""]


async def test_fragments_become_one_message_even_within_a_character(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    for part, fin in ((TEXT, False), (CONT, False), (CONT, True)):
        socket.send_bytes(client_frame(part, {TEXT: b"a" + YA[:1]}.get(part, YA[1:] if not fin else b"z"), fin=fin))
    assert gate.texts == [b"a" + YA + b"z"]


async def test_bytes_may_come_one_by_one(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    for byte in client_frame(TEXT, b"hello" * 30):
        socket.send_bytes(bytes((byte,)))
    assert gate.texts == [b"hello" * 30]


async def test_the_largest_message_fits(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    socket.send_bytes(client_frame(TEXT, BIG))
    socket.send_bytes(client_frame(TEXT, BIG[:-1], fin=False) + client_frame(CONT, b"x"))
    assert gate.texts == [BIG, BIG]


async def test_control_frames_between_fragments(server: RunningServer, gate: RecordingGate) -> None:
    wire = await server.socket()
    wire.frame(TEXT, b"to", fin=False)
    wire.frame(PING, b"now")
    wire.frame(CONT, b"day")
    assert await wire.receive() == Received(PONG, b"now")
    await server.until(lambda: gate.texts)
    assert gate.texts == [b"today"]


async def test_a_ping_gets_its_payload_back_with_what_was_sent_before_it(edge: type[Edge], gate: RecordingGate) -> None:
    gate.echo = True
    socket = MemorySocket(edge)
    writes = socket.transport.writes
    socket.send_bytes(client_frame(TEXT, b"hi") + client_frame(PING, b"p"))
    await settle()
    assert socket.events == ["hi"]
    assert socket.transport.writes == writes + 1


@pytest.mark.parametrize(
    ("code", "data"),
    [
        pytest.param(1002, client_frame(TEXT, b"x", mask=b""), id="unmasked"),
        pytest.param(1002, client_frame(TEXT, b"x", rsv=4), id="compressed without being asked"),
        pytest.param(1002, client_frame(3, b"x"), id="unknown kind"),
        pytest.param(1002, client_frame(CONT, b"x"), id="continues nothing"),
        pytest.param(1002, client_frame(TEXT, b"x", fin=False) + client_frame(TEXT, b"y"), id="does not continue"),
        pytest.param(1002, client_frame(PING, b"x", fin=False), id="fragmented ping"),
        pytest.param(1002, client_frame(PING, b"x" * 126), id="long ping"),
        pytest.param(1002, client_frame(CLOSE, b"x"), id="half a close code"),
        pytest.param(1002, client_frame(CLOSE, (1006).to_bytes(2, "big")), id="a close code that is none"),
        pytest.param(1003, client_frame(BINARY, b"x"), id="binary"),
        pytest.param(1003, client_frame(BINARY, b"x", fin=False), id="binary fragment"),
        pytest.param(1007, client_frame(TEXT, b"\xff"), id="no utf-8"),
        pytest.param(1007, client_frame(TEXT, b"\xed\xa0\x80"), id="surrogate"),
        pytest.param(1007, client_frame(TEXT, YA[:1], fin=False) + client_frame(CONT, b""), id="half a character"),
        pytest.param(1007, client_frame(CLOSE, b"\x03\xe8\xff"), id="close reason is no utf-8"),
        pytest.param(1009, client_frame(TEXT, BIG + b"x"), id="too large"),
        pytest.param(1009, client_frame(TEXT, BIG, fin=False) + client_frame(CONT, b"x"), id="fragments too large"),
        pytest.param(1009, b"\x81\xff\x7f" + b"\xff" * 7, id="announces what it never sends"),
        pytest.param(
            1009,
            client_frame(TEXT, fin=False) + client_frame(CONT, fin=False) * MAX_FRAGMENTS,
            id="empty fragments without end",
        ),
    ],
)
async def test_a_broken_frame_closes_the_socket(edge: type[Edge], gate: RecordingGate, code: int, data: bytes) -> None:
    socket = MemorySocket(edge)
    socket.send_bytes(client_frame(TEXT, b"fine"))
    socket.send_bytes(data)
    socket.send_bytes(client_frame(TEXT, b"too late"))
    await settle()
    assert socket.close_code == code
    assert gate.texts == [b"fine"]
    assert gate.endings == [(1006, False)]
    assert socket.transport.lost


async def test_who_sends_too_much_still_reads_why(server: RunningServer, gate: RecordingGate) -> None:
    wire = await server.socket()
    wire.send(client_frame(TEXT, b"x" * (4 << 20)))
    answer = await wire.receive()
    assert (answer.opcode, answer.code) == (CLOSE, 1009)
    wire.shut()
    await server.until(lambda: gate.ended)
    assert gate.texts == []


async def test_a_hundred_pings_in_a_second_are_answered_and_more_close(edge: type[Edge], clock: VirtualClock) -> None:
    socket = MemorySocket(edge)
    for _ in range(3):
        socket.send_bytes(client_frame(PING) * (MAX_CONTROLS // 2) + client_frame(PONG) * (MAX_CONTROLS // 2))
        await clock.advance(1)
    assert socket.alive
    socket.send_bytes(client_frame(PING) * (MAX_CONTROLS + 1))
    await settle()
    assert socket.close_code == 4429


async def test_a_flood_stops_being_parsed(edge: type[Edge], gate: RecordingGate) -> None:
    gate.on_text = lambda connection, _: connection.abort()
    socket = MemorySocket(edge)
    socket.send_bytes(client_frame(TEXT, b"x") * 10_000)
    await settle()
    assert gate.texts == [b"x"]
    assert gate.endings == [(1006, False)]


async def test_every_sign_of_life_is_noted(edge: type[Edge], gate: RecordingGate, clock: VirtualClock) -> None:
    socket = MemorySocket(edge)
    await clock.advance(3)
    socket.send_bytes(client_frame(TEXT, b"half")[:4])
    assert gate.connections[0].last_heard == clock.now()
