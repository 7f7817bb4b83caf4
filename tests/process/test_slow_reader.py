"""One client that never reads: nobody else is delayed, its socket is closed, its queue takes no memory to speak of."""

import asyncio
import socket
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge.wire import CLOSE, UPGRADE, Wire
from process.real_server import Client, RealServer, Socket

MESSAGES = 2000
TEXT = "long enough that no buffer of the system takes them all " * 70
"""4,000 characters."""
IN_FLIGHT = 40
MOST_GROWTH = 8 * 1024
"""Kilobytes."""


async def test_a_client_that_never_reads_delays_nobody(shared_server: RealServer) -> None:
    async with (
        await Client.enter(shared_server, "slow-writer") as writer,
        await Client.enter(shared_server, "slow-reader") as reader,
        await Client.enter(shared_server, "slow-bystander") as bystander,
    ):
        chat_id = await writer.group(reader, bystander)
        await flood(await writer.socket(), chat_id, 200)  # what the first messages cost once
        before = shared_server.rss()
        listening = await bystander.socket()

        async with never_reading(shared_server, reader) as deaf, pinging(await bystander.socket()) as delays:
            heard = asyncio.create_task(count(listening, "new_message", MESSAGES))
            await flood(await writer.socket(), chat_id, MESSAGES)
            async with asyncio.timeout(10):
                await heard
            growth = shared_server.rss() - before
            assert await last_code(deaf) == 4408

        assert len(delays) > 50
        assert statistics.quantiles(delays, n=100)[98] < 0.2
        assert growth < MOST_GROWTH


@asynccontextmanager
async def never_reading(server: RealServer, client: Client) -> AsyncIterator[Wire]:
    """A signed-in socket with a small receive buffer that nobody reads."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", server.port))
    reader, stream = await asyncio.open_connection(sock=raw, limit=4096)
    wire = Wire(reader, stream)
    wire.send(UPGRADE.replace(b"\r\n\r\n", f"\r\nAuthorization: Bearer {client.token}\r\n\r\n".encode()))
    assert b" 101 " in await wire.head()
    stream.transport.pause_reading()
    try:
        yield wire
    finally:
        wire.shut()


async def last_code(wire: Wire) -> int:
    """Read what there is, up to the close frame."""
    wire.writer.transport.resume_reading()
    while (frame := await wire.receive()).opcode != CLOSE:
        pass
    return frame.code


@asynccontextmanager
async def pinging(socket: Socket) -> AsyncIterator[list[float]]:
    """Ping without a pause; the seconds that each pong took."""
    delays: list[float] = []
    await socket.send(type="subscribe", events=[])

    async def ping() -> None:
        while True:
            began = time.perf_counter()
            await socket.send(type="ping")
            await socket.until("pong")
            delays.append(time.perf_counter() - began)

    task = asyncio.create_task(ping())
    try:
        yield delays
    finally:
        task.cancel()


async def count(socket: Socket, type_: str, number: int) -> None:
    for _ in range(number):
        await socket.until(type_)


async def flood(socket: Socket, chat_id: int, number: int) -> None:
    """Send so many messages, typing in between."""
    await socket.send(type="subscribe", events=[])
    under_way = 0
    for sent in range(number):
        await socket.send(type="send_message", chat_id=chat_id, text=TEXT, client_id=f"{id(socket)}-{sent}")
        await socket.send(type="typing_start", chat_id=chat_id)
        under_way += 1
        if under_way >= IN_FLIGHT:
            await socket.until("message_sent")
            under_way -= 1
    await count(socket, "message_sent", under_way)
