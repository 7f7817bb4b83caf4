"""A server in its own process, as `python -m ryadom serve` starts it, and clients that reach it over TCP."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect

import servers

PASSWORD = "correct horse battery staple"

Json = Any


class RealServer:
    """One process on a free port, and its log. Start it again after it has ended."""

    def __init__(self, data: Path, *arguments: str, **settings: str) -> None:
        self.data = data
        self.arguments = arguments
        self.log = data / "server.log"
        self.environment = clean_environment() | {
            "RYADOM_DATA": str(data), "RYADOM_PORT": "0", "RYADOM_LOG_FORMAT": "json", "RYADOM_RATE_LIMITS": "off",
            "LC_ALL": "C.UTF-8", **settings,
        }  # fmt: skip
        if servers.ON_POSTGRES:
            self.environment.setdefault("RYADOM_DATABASE_URL", servers.new_database())
        self.program = ["-m", "ryadom"]
        self.process: subprocess.Popen[str]
        self.url = ""

    def start(self) -> None:
        """Start it and wait until it says where it is."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, *self.arguments],
                env=self.environment, stdout=subprocess.PIPE, stderr=log, encoding="utf-8",
            )  # fmt: skip
        said = self.line()
        found = re.search(r"http://[\d.]+:\d+", said)
        assert found, (said, self.log.read_text())
        self.url = found[0]

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, signal_: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit status (negative: killed by that signal)."""
        self.process.send_signal(signal_)
        status = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def command(self, *arguments: str, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run `ryadom ARGUMENTS` with this server's settings."""
        return subprocess.run(
            [sys.executable, "-m", "ryadom", *arguments], env=self.environment | environment, input=stdin,
            capture_output=True, encoding="utf-8", timeout=30, check=False,
        )  # fmt: skip

    def rss(self) -> int:
        """Resident kilobytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])


def clean_environment() -> dict[str, str]:
    """This process's environment, without settings of a server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RYADOM_")}


def running(server: RealServer) -> Iterator[RealServer]:
    """Start it, lend it, and kill it."""
    server.start()
    yield server
    if server.process.poll() is None:
        server.end(signal.SIGKILL)


class Client:
    """One signed-in person. Use it in `async with`, or `leave` at the end."""

    def __init__(self, server: RealServer, username: str) -> None:
        self.server = server
        self.username = username
        self.token = ""
        self.id = 0
        self.session_id = 0
        self.http = _http()
        self._sockets: list[Socket] = []

    @classmethod
    async def enter(cls, server: RealServer, username: str, *, new: bool = True, password: str = PASSWORD) -> Self:
        """Register (when `new`) and sign in."""
        self = cls(server, username)
        if new:
            await self.ok("POST", "/register", username=username, password=password)
        signed_in = await self.ok("POST", "/login", username=username, password=password)
        self.token = signed_in["access_token"]
        self.id, self.session_id = signed_in["user"]["id"], signed_in["session"]["id"]
        return self

    async def call(self, method: str, path: str, **body: Json) -> httpx.Response:
        """A request, wherever the server is now."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return await self.http.request(method, self.server.url + path, headers=headers, json=body or None)

    async def ok(self, method: str, path: str, **body: Json) -> Json:
        """The body of an answer that must be a success."""
        answer = await self.call(method, path, **body)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def socket(self) -> "Socket":
        """An open socket that has its hello."""
        url = self.server.url.replace("http", "ws") + "/ws"
        headers = {"Authorization": f"Bearer {self.token}"}
        socket = Socket(await connect(url, additional_headers=headers, proxy=None, max_queue=None))
        self._sockets.append(socket)
        assert (await socket.next())["type"] == "hello"
        return socket

    async def group(self, *others: "Client", kind: str = "group") -> int:
        """A new chat with these; its id."""
        members = [other.id for other in others]
        return (await self.ok("POST", "/chats", kind=kind, title="Together", member_ids=members))["id"]

    async def write(self, chat_id: int, text: str, **more: Json) -> Json:
        """Send a message by REST; the message."""
        return await self.ok("POST", f"/chats/{chat_id}/messages", text=text, **more)

    async def history(self, chat_id: int) -> list[Json]:
        """Every message of a chat whose seqs have no gap."""
        found: list[Json] = []
        while page := await self.ok(
            "GET", f"/chats/{chat_id}/messages?limit=200&after={found[-1]['seq'] if found else 0}"
        ):
            found += page
        return found

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    async def hang_up(self) -> None:
        """Close the connection that is kept alive for the next request."""
        await self.http.aclose()
        self.http = _http()

    async def leave(self) -> None:
        """Close every connection."""
        await self.http.aclose()
        for socket in self._sockets:
            await socket.wire.close()


def _http() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=10, trust_env=False)


class Socket:
    """An open WebSocket that speaks JSON."""

    def __init__(self, wire: ClientConnection) -> None:
        self.wire = wire

    async def send(self, **frame: Json) -> None:
        """Send a frame."""
        await self.wire.send(json.dumps(frame))

    async def next(self) -> Json:
        """The next event."""
        return json.loads(await self.wire.recv())

    async def until(self, type_: str, **fields: Json) -> Json:
        """The next event of this type with these fields; what comes before it is passed over."""
        while True:
            event = await self.next()
            if event["type"] == type_ and all(event.get(name) == value for name, value in fields.items()):
                return event

    async def closed(self) -> int | None:
        """Wait for its end; the close code."""
        await self.wire.wait_closed()
        return self.wire.close_code
