"""A real uvicorn on a free port, with a trivial application behind HTTP and a gate behind the socket."""

import asyncio
from typing import Any

import uvicorn

from edge.recording_gate import RecordingGate
from edge.wire import Wire
from ryadom.realtime.edge import make_edge
from ryadom.realtime.http import make_http
from ryadom.realtime.pulse import Pulse
from virtual_clock import VirtualClock, settle

ENOUGH = 60.0
"""Virtual seconds after which every socket that is being closed has been aborted."""


class RunningServer:
    """The application answers with the size of a body; at /early before it has read it, at /held when told."""

    def __init__(self, gate: RecordingGate, pulse: Pulse, clock: VirtualClock) -> None:
        self.gate = gate
        self.pulse = pulse
        self.clock = clock
        self.port = 0
        self.requests: list[str] = []
        self.aborted: list[str] = []
        """Paths of requests whose client went away while the body was read."""
        self.held = asyncio.Event()
        """Set: requests for /held are answered."""
        self._wires: list[Wire] = []
        self.uvicorn = uvicorn.Server(
            uvicorn.Config(
                self._app,
                port=0,
                http=make_http(clock, pulse),
                ws=make_edge(gate, pulse, clock),
                interface="asgi3",
                lifespan="off",
                log_config=None,
                access_log=False,
            )
        )

    async def start(self) -> None:
        """Listen."""
        config = self.uvicorn.config
        config.load()
        self.uvicorn.lifespan = config.lifespan_class(config)
        await self.uvicorn.startup()
        self.port = self.uvicorn.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Shut down as at SIGTERM; whoever does not close is aborted."""
        shutdown = asyncio.ensure_future(self.uvicorn.shutdown())
        await settle()
        await self.pass_time(ENOUGH)
        for wire in self._wires:
            wire.shut()
        await asyncio.wait_for(shutdown, 5)

    async def pass_time(self, seconds: float) -> None:
        """Let virtual time pass and sweep."""
        await self.clock.advance(seconds)
        self.pulse.sweep(self.clock.now())
        await settle()

    async def wire(self) -> Wire:
        """A TCP connection, shut when the server stops."""
        wire = await Wire.connect(self.port)
        self._wires.append(wire)
        return wire

    async def socket(self) -> Wire:
        """A TCP connection upgraded to a WebSocket."""
        wire = await Wire.upgraded(self.port)
        self._wires.append(wire)
        return wire

    async def until(self, met: Any) -> None:
        """Let the loop and the network work until `met()` is true; 5 s at most."""
        async with asyncio.timeout(5):
            while not met():  # noqa: ASYNC110  # what it waits for comes over a network, and no event says so
                await asyncio.sleep(0)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests.append(scope["path"])
        if scope["path"] == "/held":
            await self.held.wait()
        body, more = b"", scope["path"] != "/early"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.aborted.append(scope["path"])
                return
            body, more = body + message["body"], message["more_body"]
        answer = str(len(body)).encode()
        headers = [(b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})
