"""A server to measure: `python -m ryadom serve` in a process of its own, on one core, its database filled before."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ryadom.auth import store as auth_store
from ryadom.auth.devices import Device
from ryadom.auth.tokens import hash_token, new_token
from ryadom.chats import actions as chats
from ryadom.clock import Clock
from ryadom.contacts import store as contacts
from ryadom.db import migrate, sqlite
from ryadom.db.tx import Tx

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
        self._connection = sqlite.connect(self._path)
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        self.tx = Tx(self._connection, Clock().utcnow())
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

    def messages(self, chat_id: int, senders: list[int], count: int, first_id: int | None = None) -> None:
        """Messages in a chat, the senders taking turns; nobody has read them. `first_id`: where their ids begin."""
        (last,) = self.raw.execute("SELECT last_seq FROM chats WHERE id = ?", (chat_id,)).fetchone()
        ids = [self.ids[sender] for sender in senders]
        rev = self.tx.next_rev(count)
        now = self.tx.now.replace(tzinfo=None).isoformat(" ")
        self.raw.executemany(
            "INSERT INTO messages(id, chat_id, seq, rev, kind, sender_id, text, client_id, created_at)"
            " VALUES (?, ?, ?, ?, 'text', ?, ?, ?, ?)",
            (
                (
                    None if first_id is None else first_id + place, chat_id, last + 1 + place, rev + place,
                    ids[place % len(ids)], f"This is message number {place} of the chat, not a long one.",
                    f"made-{chat_id}-{last + place}", now,
                )
                for place in range(count)
            ),
        )  # fmt: skip
        end = (last + count, rev + count - 1, chat_id)
        self.raw.execute("UPDATE chats SET last_seq = ?, rev = ? WHERE id = ?", end)

    def done(self) -> Path:
        """Everything is in the database; the folder."""
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()
        return self.data


class Node:
    """A running server. `limits`: whether its rate limits are on."""

    def __init__(self, data: Path, *, limits: bool = False, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.process = subprocess.Popen(
            pinned(SERVER_CORE, [sys.executable, "-m", "ryadom", "serve", "--port", "0", "--data", data]),
            env=os.environ
            | {"RYADOM_RATE_LIMITS": "on" if limits else "off", "RYADOM_LOG_LEVEL": "warning"}
            | (environment or {}),
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        found = None
        while found is None:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("The server did not start; see above.")
            found = re.search(r"http://[\d.]+:(\d+)", line)
        self.port = int(found.group(1))

    @property
    def pids(self) -> list[int]:
        """Its processes."""
        return [self.process.pid]

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> "Node":
        return self

    def __exit__(self, *_: object) -> None:
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


def sockets(plan_: Plan, tokens: Iterable[str]) -> range:
    """A signed-in socket for each of these people; their numbers."""
    numbers = [plan_.conn(("send", upgrade(token)), ("wait", HELLO)) for token in tokens]
    return range(numbers[0], numbers[-1] + 1)
