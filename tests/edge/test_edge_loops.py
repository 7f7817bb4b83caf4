"""The hand-off from uvicorn on both event loops that the server may run on."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from edge.recording_gate import RecordingGate
from edge.running_server import RunningServer
from edge.wire import CLOSE, TEXT, UPGRADE, Received, Wire, client_frame
from ryadom.realtime.frames import text_frame
from ryadom.realtime.pulse import Pulse
from virtual_clock import VirtualClock

LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}
Story = Callable[[RunningServer, RecordingGate], Coroutine[Any, Any, None]]


def run(loop: str, story: Story) -> None:
    """Run a story with a server of its own on this event loop."""

    async def told() -> None:
        clock, gate = VirtualClock(), RecordingGate(echo=True)
        server = RunningServer(gate, Pulse(clock), clock)
        await server.start()
        try:
            await story(server, gate)
        finally:
            await server.stop()

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(told())


@pytest.mark.parametrize("loop", LOOPS)
def test_upgrade_talk_and_close(loop: str) -> None:
    async def story(server: RunningServer, gate: RecordingGate) -> None:
        wire = await server.wire()
        wire.send(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await wire.answer() == (200, b"0")
        wire.send(UPGRADE + client_frame(TEXT, b"hello"))
        await wire.head()
        assert await wire.receive() == Received(TEXT, b"hello")
        wire.frame(CLOSE, b"\x03\xe8")
        assert (await wire.receive()).code == 1000
        assert await wire.rest() == b""
        assert gate.endings == [(1000, True)]

    run(loop, story)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_burst_arrives_whole(loop: str) -> None:
    async def story(server: RunningServer, gate: RecordingGate) -> None:
        wire = await server.socket()
        await server.until(lambda: gate.connections)
        for number in range(2000):
            gate.connections[0].send(text_frame(str(number).encode().ljust(155, b".")))
        for number in range(2000):
            assert (await wire.receive()).payload.rstrip(b".") == str(number).encode()

    run(loop, story)


@pytest.mark.parametrize("loop", LOOPS)
def test_who_never_reads_is_closed_and_aborted(loop: str) -> None:
    async def story(server: RunningServer, gate: RecordingGate) -> None:
        await server.socket()
        await server.until(lambda: gate.connections)
        connection = gate.connections[0]
        while not connection.closing:
            connection.send(text_frame(b"x" * 60_000))
            await asyncio.sleep(0)
        await server.pass_time(5)
        await server.until(lambda: gate.ended)
        assert gate.endings == [(1006, False)]

    run(loop, story)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_gate_that_fails_costs_its_own_socket_only(loop: str, caplog: pytest.LogCaptureFixture) -> None:
    async def story(server: RunningServer, gate: RecordingGate) -> None:
        other = await Wire.upgraded(server.port)

        def fail(*_: object) -> None:
            raise RuntimeError("a mistake")

        gate.on_open = fail
        wire = await server.wire()
        wire.send(UPGRADE)
        assert (await wire.rest()).startswith(b"HTTP/1.1 101 ")
        await server.until(lambda: gate.ended)
        assert gate.ended == [(gate.connections[1], 1006, False)]
        other.frame(TEXT, b"fine")
        assert await other.receive() == Received(TEXT, b"fine")
        other.shut()

    run(loop, story)
    assert "RuntimeError: a mistake" in caplog.text
