"""A server to measure: `python -m ryadom serve` in a process of its own, on one core, its database filled before."""

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from ryadom.auth import store as auth_store
from ryadom.auth.devices import Device
from ryadom.auth.tokens import hash_token, new_token
from ryadom.chats import actions as chats
from ryadom.clock import Clock
from ryadom.contacts import store as contacts
from ryadom.db import migrate, sqlite

from . import history
from .load import SERVER_CORE, Plan, pinned

HELLO = b'"type":"hello"'
PING, PONG = b"\x89\x00", b"\x8a\x80\x00\x00\x00\x00"


class People:
    """People with one session each, in a database that no server has opened yet."""

    def __init__(self) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="ryadom-bench-"))
        self.ids: list[int] = []
        self.tokens: list[str] = []
        self._path = self.data / "ryadom.db"
        migrate.upgrade(self._path)
        self._new = True
        self.again()

    def again(self) -> None:
        """Open the database anew: no server has it open now."""
        self._connection = sqlite.connect(self._path)
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        self.tx = sqlite.SqliteTx(self._connection, Clock().utcnow())
        self.raw: sqlite3.Connection = self._connection

    def more(self, count: int) -> range:
        """New people; their places in `ids` and `tokens`."""
        first = len(self.ids)
        for number in range(first, first + count):
            user_id = auth_store.create_user(self.tx, f"person{number}", f"Person {number}", "")
            assert user_id is not None
            token = new_token()
            auth_store.create_session(self.tx, user_id, hash_token(token), Device("pc", "bench"), "127.0.0.1", "bench")
            self.ids.append(user_id)
            self.tokens.append(token)
        return range(first, first + count)

    def know(self, one: int, others: Iterable[int]) -> None:
        """Person number `one` and these become mutual contacts."""
        for other in others:
            if other != one:
                contacts.add(self.tx, self.ids[one], self.ids[other], by_hand=True)
                contacts.add(self.tx, self.ids[other], self.ids[one], by_hand=True)

    def direct(self, one: int, other: int) -> int:
        """The id of the direct chat of two people who know each other."""
        self.know(one, [other])
        return chats._open_direct(self.tx, self.ids[one], self.ids[other])[0].id

    def group(self, owner: int, others: Iterable[int]) -> int:
        """The id of a new group."""
        return chats._create(self.tx, self.ids[owner], "group", "Bench", [self.ids[other] for other in others]).id

    def messages(
        self, chat_id: int, senders: list[int], count: int, first_id: int | None = None, text: str = history.TEXT
    ) -> None:
        """Messages in a chat, the senders taking turns; nobody has read them. `first_id`: where their ids begin.

        Who began a chat has their own mark behind what they wrote before somebody answered, as by sending.
        """
        (last,) = self.raw.execute("SELECT last_seq FROM chats WHERE id = ?", (chat_id,)).fetchone()
        rev = self.tx.next_rev(count)
        alone = 0 if last else count if len(set(senders)) == 1 else 1
        history.fill(
            self.raw, chat_id, [self.ids[one] for one in senders], range(last + 1, last + count + 1), rev, first_id,
            self.tx.now, alone, text,
        )  # fmt: skip
        end = (last + count, rev + count - 1, chat_id)
        self.raw.execute("UPDATE chats SET last_seq = ?, rev = ? WHERE id = ?", end)
        if alone:
            self.mark(chat_id, senders[0], alone)

    def mark(self, chat_id: int, reader: int, seq: int) -> None:
        """Somebody has read a chat up to here."""
        self.raw.execute(
            "UPDATE chat_members SET read_up_to_seq = ?, read_rev = ? WHERE chat_id = ? AND user_id = ?",
            (seq, self.tx.next_rev(), chat_id, self.ids[reader]),
        )

    def done(self) -> Path:
        """Everything is in the database; the folder."""
        if self._new:
            # They signed in some time ago: nobody counts as here when the server starts.
            self._connection.execute("UPDATE user_sessions SET standing = 'gone'")
            self._new = False
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()
        return self.data


def files_enough() -> None:
    """As many open files as the system lets us have, for what is started from here."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Node:
    """A running server. `limits`: whether its rate limits are on."""

    def __init__(self, data: Path, *, limits: bool = False, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.beside: list[int] = []
        """Other processes that work for it, such as those of its database."""
        files_enough()
        self.process = subprocess.Popen(
            pinned(SERVER_CORE, [sys.executable, "-m", "ryadom", "serve", "--port", "0", "--data", data]),
            env=os.environ
            | {"RYADOM_RATE_LIMITS": "on" if limits else "off", "RYADOM_LOG_LEVEL": "warning"}
            | (environment or {}),
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        found, began = None, time.monotonic()
        while found is None:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("The server did not start; see above.")
            found = re.search(r"http://[\d.]+:(\d+)", line)
        self.port = int(found.group(1))
        self.started_in = time.monotonic() - began
        """Seconds from the start of the process until it listened."""

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        return [self.process.pid, *self.beside]

    @property
    def rss_kb(self) -> int:
        """Its resident memory."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)
        assert found is not None
        return int(found[1])

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "Node":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
            shutil.rmtree(self.data, ignore_errors=True)


def plan(port: int) -> Plan:
    """A plan that answers the server's pings."""
    made = Plan(port)
    made.reply(PING, PONG)
    return made


def upgrade(token: str) -> bytes:
    """The request that opens a socket."""
    return (
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()


def request(method: str, path: str, token: str, body: str = "") -> bytes:
    """A REST request on a connection that is kept."""
    content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else "Content-Length: 0\r\n"
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    return (head + ("" if method == "GET" else content) + "\r\n" + body).encode()


def asked(port: int, path: str, token: str) -> bytes:
    """The body of one answer, to see what it is or how long."""
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    ) as answer:
        return bytes(answer.read())


def sockets(plan_: Plan, tokens: Iterable[str]) -> range:
    """A signed-in socket for each of these people; their numbers."""
    numbers = [plan_.conn(("send", upgrade(token)), ("wait", HELLO)) for token in tokens]
    return range(numbers[0], numbers[-1] + 1)
