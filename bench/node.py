"""A server to measure: its own process on one core, a database filled beforehand, sign-in by token."""

import asyncio
import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from ryadom import __version__
from ryadom.auth import store as auth_store
from ryadom.auth.devices import Device
from ryadom.auth.tokens import hash_token, new_token
from ryadom.chats import actions as chats
from ryadom.clock import Clock
from ryadom.contacts import store as contacts
from ryadom.db import migrate
from ryadom.db.tx import Tx

TICKS = os.sysconf("SC_CLK_TCK")
RUN = "import asyncio, sys; from pathlib import Path; from ryadom import logs; from ryadom.app import serve; "
RUN += "from ryadom.config import Settings; s = Settings(data=Path(sys.argv[1]), port=0, rate_limits=False, "
RUN += "log_format='json'); logs.configure(s); import uvloop; uvloop.run(serve(s))"


class People:
    """People with one session each: ids, tokens, and the chats made for them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.ids: list[int] = []
        self.tokens: list[str] = []
        self.chat_ids: list[int] = []
        migrate.upgrade(data / "ryadom.db")

    def fill(self, count: int, *, direct_pairs: bool = False, group: bool = False, all_know: int = 0) -> None:
        """Make people: in direct chats two by two, in one group, or as contacts of the first `all_know` of them."""

        def work(tx: Tx) -> None:
            for number in range(count):
                user_id = auth_store.create_user(tx, f"person{number}", f"Person {number}", "")
                assert user_id is not None
                token = new_token()
                auth_store.create_session(tx, user_id, hash_token(token), Device("pc", "bench"), "127.0.0.1", "")
                self.ids.append(user_id)
                self.tokens.append(token)
            if direct_pairs:
                for one, other in zip(self.ids[::2], self.ids[1::2], strict=True):
                    _know(tx, one, other)
                    self.chat_ids.append(chats._open_direct(tx, one, other)[0].id)
            for one in self.ids[:all_know]:
                for other in self.ids[all_know:]:
                    _know(tx, one, other)
            if group:
                self.chat_ids.append(chats._create(tx, self.ids[0], "group", "Bench", self.ids[1:]).id)

        clock = Clock()
        connection = sqlite3.connect(self.data / "ryadom.db", isolation_level=None)
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        work(Tx(connection, clock.utcnow()))
        connection.execute("COMMIT")
        connection.close()


def _know(tx: Tx, one: int, other: int) -> None:
    contacts.add(tx, one, other, by_hand=True)
    contacts.add(tx, other, one, by_hand=True)


class Node:
    """A running server process on core 0."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", sys.executable, "-c", RUN, str(data)], stderr=subprocess.PIPE, text=True
        )
        assert self.process.stderr is not None
        line = ""
        while "url" not in line:
            line = self.process.stderr.readline()
            assert line, "the server did not start"
        found = re.search(r"http://[\d.]+:(\d+)", line)
        assert found is not None
        self.port = int(found.group(1))

    def cpu(self) -> float:
        """User + system seconds of the process."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss(self) -> int:
        """Resident kilobytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def stop(self) -> None:
        """SIGTERM, and wait."""
        self.process.terminate()
        self.process.wait(20)


class Wire(asyncio.Protocol):
    """A light WebSocket client: counts text frames, or hands them to `on_text`; answers pings."""

    def __init__(self, token: str, on_text: Any = None) -> None:
        self.token = token
        self.on_text = on_text
        self.frames = 0
        self.buffer = b""
        self.open = False
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Shake hands with the token."""
        self.transport = transport
        transport.write(
            b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer " + self.token.encode() + b"\r\n\r\n"
        )

    def data_received(self, data: bytes) -> None:
        """Take frames apart."""
        data = self.buffer + data
        if not self.open:
            head, _, data = data.partition(b"\r\n\r\n")
            assert b" 101 " in head, head
            self.open = True
        at = 0
        while len(data) - at >= 2:
            size, start = data[at + 1], at + 2
            if size == 126:
                if len(data) - at < 4:
                    break
                size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if len(data) < start + size:
                break
            if data[at] == 0x81:
                self.frames += 1
                if not self.greeted.done():
                    self.greeted.set_result(None)
                elif self.on_text is not None:
                    self.on_text(data[start : start + size])
            elif data[at] == 0x89:
                self.transport.write(b"\x8a\x80\0\0\0\0")
            at = start + size
        self.buffer = data[at:]

    def send(self, frame: bytes) -> None:
        """Send a text frame (masked with zeros)."""
        size = len(frame)
        head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE, size >> 8, size & 255))
        self.transport.write(head + b"\0\0\0\0" + frame)


async def connect(port: int, token: str, on_text: Any = None) -> Wire:
    """A signed-in socket that has its hello."""
    _, wire = await asyncio.get_running_loop().create_connection(lambda: Wire(token, on_text), "127.0.0.1", port)
    await wire.greeted
    return wire


def report(name: str, value: float, unit: str, **more: Any) -> None:
    """One line of JSON."""
    versions = {"ryadom": __version__, "python": platform.python_version(), "msgspec": msgspec.__version__}
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, **more, "versions": versions}), flush=True)


def folder() -> Path:
    """A data folder on a real disk."""
    return Path(tempfile.mkdtemp(prefix="ryadom-bench-"))


def own_cpu() -> float:
    """Seconds of this process."""
    return time.process_time()
