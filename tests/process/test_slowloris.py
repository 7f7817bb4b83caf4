"""Many connections that begin a request and never finish it keep nobody out."""

import asyncio
import time
from contextlib import AsyncExitStack

from edge.wire import Wire
from process.real_server import Client, RealServer

HALF_OPEN = 200
BEGINNINGS = (
    b"",
    b"POST /login HTTP/1.1\r\nHost: ryadom.test\r\nX-Slow: a",
    b"POST /login HTTP/1.1\r\nHost: ryadom.test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    b"GET /ws HTTP/1.1\r\nHost: ryadom.test\r\nUpgrade: websocket\r\nConnection: Upgr",
)


async def test_half_open_requests_keep_nobody_out(shared_server: RealServer) -> None:
    async with AsyncExitStack() as stack:
        for number in range(HALF_OPEN):
            wire = await Wire.connect(shared_server.port)
            stack.callback(wire.shut)
            wire.send(BEGINNINGS[number % len(BEGINNINGS)])

        began = time.monotonic()
        async with asyncio.timeout(5), await Client.enter(shared_server, "in-a-hurry") as client:
            socket = await client.socket()
            await socket.send(type="ping")
            await socket.until("pong")
        assert time.monotonic() - began < 1
