"""A server that is attacked: it must refuse, go on serving others without a pause, and keep nothing of it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from edge.wire import Wire
from process.real_server import PASSWORD, Client, RealServer, Socket
from report import tell

LONGEST_STALL = 0.1
"""Seconds for which the loop may be held up."""
MOST_KEPT = 6 * 1024
"""Kilobytes of memory that may be in use afterwards and were not before: an allocator gives back by the megabyte."""
SETTLES_WITHIN = 10.0
"""Seconds until memory must be back."""


class Victim(RealServer):
    """A server with a watch on its event loop."""

    def __init__(self, data: Path, **settings: str) -> None:
        super().__init__(data, **settings)
        self.notes = data / "stalls"
        self.program = [str(Path(__file__).with_name("watched.py")), str(self.notes)]

    def stalls(self, since: float) -> list[float]:
        """By how many seconds the loop was late, each time that it was, since a moment of the monotonic clock."""
        return [late for moment, late in self.noted("late") if moment > since]

    def noted(self, what: str) -> list[tuple[float, float]]:
        """(moment, number) of each line of this kind."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        found = [line.split() for line in lines if line.startswith(what)]
        return [(float(one[1]), float(one[2])) for one in found if len(one) == 3]

    def mistakes(self) -> list[str]:
        """What it has logged as a mistake of its own."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [str(line) for line in lines if line.get("level") in ("error", "critical")]


@asynccontextmanager
async def unhurt(victim: Victim) -> AsyncIterator[None]:
    """What happens within must hold nobody up, leave no memory taken, and no mistake in the log."""
    async with await Client.enter(victim, f"bystander{time.monotonic_ns()}") as bystander:
        socket = await bystander.socket()
        await _pong(socket)
        before, began, logged = victim.rss(), time.monotonic(), len(victim.mistakes())
        pinging = asyncio.create_task(_ping(socket))
        yield
        # Everybody else was served all the time.
        assert not pinging.done(), "a bystander's socket ended"
        pinging.cancel()
        await _pong(await bystander.socket())
        stalls = victim.stalls(began)
        assert max(stalls, default=0.0) < LONGEST_STALL, f"the loop was held up: {stalls}"
        mistakes = victim.mistakes()[logged:]
        assert not mistakes, mistakes
        await _until_back(victim, before)
        tell("attacks", attacks=1, stalls_over_100_ms=0)


async def _ping(socket: Socket) -> None:
    while True:
        await _pong(socket)
        await asyncio.sleep(0.02)


async def _pong(socket: Socket) -> None:
    await socket.send(type="ping")
    async with asyncio.timeout(5):
        await socket.until("pong")


async def _until_back(victim: Victim, before: int) -> None:
    deadline = time.monotonic() + SETTLES_WITHIN
    while (kept := victim.rss() - before) > MOST_KEPT:
        assert time.monotonic() < deadline, f"{kept} kB are kept"
        await asyncio.sleep(0.1)


async def request(
    victim: RealServer, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """A request byte for byte: status, headers by lower-case name, and body."""
    wire = await Wire.connect(victim.port)
    try:
        sent = {"Host": f"127.0.0.1:{victim.port}", "Connection": "close"}
        if body or method != "GET":
            sent["Content-Length"] = str(len(body))
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        wire.send(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body)
        head, _, rest = (await wire.rest()).partition(b"\r\n\r\n")
    finally:
        wire.shut()
    first, *fields = head.decode("latin-1").split("\r\n")
    names = dict(field.split(": ", 1) for field in fields)
    return int(first.split()[1]), {name.lower(): value for name, value in names.items()}, rest


async def sign_in(victim: RealServer, client: Client) -> int:
    """The status of another sign-in of theirs."""
    body = json.dumps({"username": client.username, "password": PASSWORD}).encode()
    return (await request(victim, "POST", "/login", body, Content_Type="application/json"))[0]


async def ask(victim: RealServer, client: Client, method: str, path: str, body: Any = None) -> int:
    """The status of a request of somebody who is signed in; `body` as JSON, or as the bytes that it is."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}
    return (await request(victim, method, path, sent, **signed))[0]
