"""A bad network between a node and Redis: it drops, delays and doubles what nodes tell each other, cuts, falls silent.

What is published goes wrong one message at a time, as it does where a buffer overflows or a connection is made anew:
the bytes of a connection stay in their order, as TCP keeps them.
"""

import asyncio
import contextlib
import random
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from private_servers import free_port

PUBLISHED = b"*3\r\n$7\r\nmessage\r\n"
"""How a message begins that somebody has published (RESP2)."""


@dataclass
class Faults:
    """What goes wrong, as chances for each message."""

    drop: float = 0.0
    double: float = 0.0
    delay: float = 0.0
    """Up to so many seconds, each message for itself: they overtake each other."""
    cut: float = 0.0
    """The connection breaks."""


class RedisProxy:
    """Listens on a port of its own, in a thread of its own: its user may block."""

    def __init__(self, redis: int, seed: int = 0) -> None:
        """`redis`: the port that it stands before."""
        self.port = free_port()
        self.faults = Faults()
        self.dropped = self.doubled = self.delayed = self.cuts = 0
        self._redis = redis
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._later: set[asyncio.Task[None]] = set()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def fall_silent(self) -> None:
        """Nothing goes through, in either direction, and nobody is told."""
        self._loop.call_soon_threadsafe(self._speaks.clear)

    def go_on(self) -> None:
        """It was silent: what waited goes through, and all else."""
        self._loop.call_soon_threadsafe(self._speaks.set)

    def close(self) -> None:
        """End it."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_redis, to_redis = await asyncio.open_connection("127.0.0.1", self._redis)
        except OSError:
            writer.transport.abort()
            return
        ways = (
            asyncio.create_task(self._carry(reader, to_redis, self._whole)),
            asyncio.create_task(self._carry(from_redis, writer, self._badly())),
        )
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        writer.transport.abort()
        to_redis.transport.abort()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        pass_on: Callable[[bytes, asyncio.StreamWriter], Awaitable[None]],
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._speaks.wait()
                await pass_on(data, writer)
                await writer.drain()

    async def _whole(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(data)

    def _badly(self) -> Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]:
        """What passes on the replies of one connection, and what is published."""
        kept = bytearray()

        async def pass_on(data: bytes, writer: asyncio.StreamWriter) -> None:
            kept.extend(data)
            while end := end_of_reply(kept, 0):
                reply = bytes(kept[:end])
                del kept[:end]
                if reply.startswith(PUBLISHED):
                    self._wrong(reply, writer)
                else:
                    writer.write(reply)

        return pass_on

    def _wrong(self, message: bytes, writer: asyncio.StreamWriter) -> None:
        """Pass on a published message, or what becomes of it."""
        faults, chance = self.faults, self._random.random
        if chance() < faults.cut:
            self.cuts += 1
            writer.transport.abort()
            return
        if chance() < faults.drop:
            self.dropped += 1
            return
        times = 1 + (chance() < faults.double)
        self.doubled += times - 1
        for _ in range(times):
            if faults.delay:
                self.delayed += 1
                task = self._loop.create_task(_write_after(chance() * faults.delay, message, writer))
                self._later.add(task)
                task.add_done_callback(self._later.discard)
            else:
                writer.write(message)


async def _write_after(seconds: float, message: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(seconds)
    writer.write(message)


def end_of_reply(data: bytearray, start: int) -> int:
    """Where the RESP2 reply ends that begins there; 0 while it is not whole."""
    line = data.find(b"\r\n", start)
    if line < 0:
        return 0
    kind, count, end = data[start], data[start + 1 : line], line + 2
    if kind == ord("$") and int(count) >= 0:
        end += int(count) + 2
        return end if end <= len(data) else 0
    if kind == ord("*"):
        for _ in range(int(count)):
            end = end_of_reply(data, end)
            if not end:
                return 0
    return end
