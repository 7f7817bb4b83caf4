"""From an HTTP request to a socket, or to a refusal."""

import json
from types import SimpleNamespace

import pytest
import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from edge.memory_wire import MemorySocket, MemoryTransport
from edge.recording_gate import RecordingGate
from edge.running_server import RunningServer
from edge.wire import PING, TEXT, UPGRADE, Received, client_frame
from ryadom.realtime.edge import Edge
from ryadom.realtime.frames import text_frame
from ryadom.realtime.handshake import MAX_HEAD
from virtual_clock import VirtualClock, settle

GET = b"GET /hello HTTP/1.1\r\nHost: ryadom.test\r\n\r\n"


async def test_a_library_client_gets_through(server: RunningServer, gate: RecordingGate) -> None:
    gate.echo = True
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/ws/", origin=websockets.Origin("http://a")) as client:
        await client.send("hello")
        assert await client.recv() == "hello"
        assert client.protocol.extensions == []
    assert gate.checked == [("/ws/", "127.0.0.1")]
    assert gate.origins == ["http://a"]
    assert gate.endings == [(1000, True)]


async def test_the_application_may_send_as_soon_as_it_is_open(edge: type[Edge], gate: RecordingGate) -> None:
    gate.on_open = lambda connection: connection.send(text_frame(b"hello"))
    socket = MemorySocket(edge, "/ws?x=1", {"Origin": "https://ryadom.test"}, peer="203.0.113.9")
    await settle()
    assert (socket.status, socket.events) == (101, ["hello"])
    assert gate.checked == [("/ws", "203.0.113.9")]
    assert gate.connections[0].peer == "203.0.113.9"
    assert gate.connections[0].headers.get("Origin") is None


async def test_ids_differ(edge: type[Edge], gate: RecordingGate) -> None:
    sockets = [MemorySocket(edge) for _ in range(50)]
    assert all(socket.alive for socket in sockets)
    assert len({connection.id for connection in gate.connections}) == 50


async def test_compression_is_not_accepted(edge: type[Edge]) -> None:
    socket = MemorySocket(edge, extensions=[ClientPerMessageDeflateFactory()])
    assert socket.response is not None
    assert socket.alive
    assert "Sec-WebSocket-Extensions" not in socket.response.headers


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        pytest.param("/other", {}, 404, "not_found", id="path"),
        pytest.param("/ws", {"Origin": "https://evil.example"}, 403, "wrong_origin", id="origin"),
        pytest.param("/ws", {"Sec-WebSocket-Version": "8"}, 426, "bad_request", id="version"),
        pytest.param("/ws", {"Sec-WebSocket-Key": "x"}, 400, "bad_request", id="key"),
        pytest.param("/ws", {"Upgrade": "h2c"}, 426, "bad_request", id="another upgrade"),
        pytest.param("/ws", {"Content-Length": "5"}, 400, "bad_request", id="body"),
        pytest.param("/ws", {"X": "x" * MAX_HEAD}, 431, "head_too_large", id="large"),
    ],
)
async def test_a_refusal_is_a_plain_answer(
    edge: type[Edge], gate: RecordingGate, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    socket = MemorySocket(edge, path, headers)
    await settle()
    problem = json.loads(socket.refusal)
    assert (socket.status, problem["status"], problem["code"]) == (status, status, code)
    assert socket.response is not None
    assert socket.response.headers["Content-Type"] == "application/problem+json"
    assert socket.transport.lost
    assert not socket.server.connections
    assert (gate.connections, gate.ended) == ([], [])


async def test_a_handshake_is_judged_alike_behind_http(server: RunningServer) -> None:
    for old, new, status in (
        (b"Version: 13", b"Version: 8", b"426"),
        (b"GET", b"POST", b"405"),
        (b"ZQ==", b"ZQ=", b"400"),
    ):
        wire = await server.wire()
        wire.send(UPGRADE.replace(old, new))
        assert (await wire.head()).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("header", [b"Authorization: a", b"Cookie: a=b", b"Host: b", b"Origin: https://a.example"])
async def test_a_header_that_counts_must_not_be_doubled(server: RunningServer, header: bytes) -> None:
    wire = await server.wire()
    wire.send(UPGRADE.replace(b"Host: ryadom.test\r\n", (header + b"\r\n") * 2))
    status, body = await wire.answer()
    assert (status, json.loads(body)["code"]) == (400, "bad_request")


async def test_an_endless_head_is_refused(edge: type[Edge], gate: RecordingGate) -> None:
    socket = MemorySocket(edge)
    late = edge(None, socket.server, None)
    late.connection_made(socket.transport)
    socket.transport.set_protocol(late)
    for _ in range(MAX_HEAD // 1000 + 1):
        late.data_received(b"x" * 1000)
    assert socket.transport.is_closing()
    assert len(gate.connections) == 1


async def test_head_and_frames_may_come_in_any_pieces(edge: type[Edge], gate: RecordingGate) -> None:
    data = UPGRADE + client_frame(TEXT, b"one") + client_frame(PING) + client_frame(TEXT, b"two")
    for size in (1, 7, len(UPGRADE) + 3, len(data)):
        sent = bytearray()
        raw = edge(None, SimpleNamespace(connections=set()), None)
        transport = MemoryTransport(sent.extend)
        transport.set_protocol(raw)
        raw.connection_made(transport)
        for start in range(0, len(data), size):
            raw.data_received(data[start : start + size])
        await settle()
        assert sent.startswith(b"HTTP/1.1 101 ")
        assert sent.endswith(b"\r\n\r\n\x8a\x00")
    assert gate.texts == [b"one", b"two"] * 4


async def test_http_1_0_cannot_be_upgraded(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(UPGRADE.replace(b"HTTP/1.1", b"HTTP/1.0"))
    assert (await wire.answer())[0] == 505


async def test_first_frames_may_come_in_the_packet_of_the_handshake(server: RunningServer, gate: RecordingGate) -> None:
    gate.echo = True
    wire = await server.wire()
    wire.send(UPGRADE + client_frame(TEXT, b"at once") + client_frame(TEXT, b"split")[:3])
    assert (await wire.head()).startswith(b"HTTP/1.1 101 ")
    assert await wire.receive() == Received(TEXT, b"at once")
    wire.send(client_frame(TEXT, b"split")[3:])
    assert await wire.receive() == Received(TEXT, b"split")


async def test_a_connection_kept_alive_can_be_upgraded_and_outlives_http(
    server: RunningServer, gate: RecordingGate, clock: VirtualClock
) -> None:
    gate.echo = True
    wire = await server.wire()
    wire.send(GET)
    assert await wire.answer() == (200, b"0")
    wire.send(UPGRADE)
    assert (await wire.head()).startswith(b"HTTP/1.1 101 ")
    assert server.pulse.next_due() == clock.now() + 25
    await clock.advance(21)
    server.pulse.sweep(clock.now())
    wire.frame(TEXT, b"still here")
    assert await wire.receive() == Received(TEXT, b"still here")
    assert server.pulse.next_due() == clock.now() + 4


async def test_an_upgrade_must_wait_for_the_answer_before_it(server: RunningServer, gate: RecordingGate) -> None:
    wire = await server.wire()
    wire.send(GET + UPGRADE)
    assert await wire.rest() == b""
    assert gate.connections == []


async def test_another_upgrade_is_answered_as_plain_http(server: RunningServer) -> None:
    wire = await server.wire()
    wire.send(GET.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"))
    head = await wire.head()
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"connection: close" in head
    assert await wire.rest() == b"0"
