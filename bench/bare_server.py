"""What Python itself needs: the floor's work by uvloop, msgspec and sqlite3, with no people, rules, checks or limits.

    python -m bench.bare_server PORT FOLDER ANSWERS [alike] [unlike]

It speaks as floor.c does, and is written for nothing but speed: a protocol class, a few tables, a thread that waits for
COMMIT. Events have Ryadom's shapes and are made of what was stored; hello and presence are ready-made bytes. `alike`:
the rows that Ryadom writes besides for a message are written too, and its sender is told the count. `unlike`: people
begin with so much unread that in a group (up to 1,000) each is told another number.
"""

import asyncio
import base64
import hashlib
import queue
import re
import sqlite3
import sys
import threading
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from ryadom.protocol import events
from ryadom.protocol.schemas import Message
from ryadom.realtime.encoded import LastFields
from ryadom.realtime.frames import close_frame, text_frame
from ryadom.realtime.mask import unmasked
from ryadom.realtime.ring import Ring

EVERYBODY = 9
"""The chat that all are in; any other is one's own with one's peer."""
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TABLES = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;
CREATE TABLE messages (id INTEGER PRIMARY KEY, chat INT, seq INT, sender INT, client_id TEXT, text TEXT, at REAL);
CREATE UNIQUE INDEX places ON messages (chat, seq);
CREATE UNIQUE INDEX names ON messages (sender, client_id);
CREATE TABLE revision (id INTEGER PRIMARY KEY, value INT, last_message INT);
CREATE TABLE chats (id INTEGER PRIMARY KEY, last_seq INT, rev INT);
CREATE TABLE members (chat INT, person INT, up_to INT, rev INT, PRIMARY KEY (chat, person)) WITHOUT ROWID;
INSERT INTO revision VALUES (1, 0, 0);
CREATE TABLE people (id INTEGER PRIMARY KEY, up_to INT, online INT, seen REAL);
"""
INSERT = "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)"
COUNT = "UPDATE revision SET value = ?, last_message = ?"
ADVANCE = "INSERT INTO chats VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last_seq = ?2, rev = ?3"
OWN_MARK = "INSERT INTO members VALUES (?1, ?2, ?3, ?3) ON CONFLICT DO UPDATE SET up_to = ?3, rev = ?3"
READ = "UPDATE people SET up_to = max(up_to, ?) WHERE id = ?"
SHOW = "UPDATE people SET online = 1 - online, seen = ? WHERE id = ?"

COUNTED = LastFields("unread_count", "total_unread")

encode = msgspec.json.Encoder().encode


class SendMessage(msgspec.Struct, tag_field="type", tag="send_message"):
    """A message."""

    chat_id: int
    client_id: str
    text: str


class Read(msgspec.Struct, tag_field="type", tag="read"):
    """A mark."""

    chat_id: int
    message_id: int


class StatusOf(msgspec.Struct, tag_field="type", tag="status_of"):
    """Who is told of one's coming and going: those with a lower number."""

    status_of: int


class Change:
    """Somebody comes, goes, or says so."""


decode = msgspec.json.Decoder(SendMessage | Read | StatusOf).decode


def _counted(message: Message, now: datetime, count: int) -> events.UnreadMessage:
    return events.UnreadMessage(
        timestamp=now, rev=message.rev, chat_id=message.chat_id, message_id=message.id,
        sender_id=message.sender_id or 0, unread_count=count, total_unread=count,
    )  # fmt: skip


def _ring() -> Ring | None:
    try:
        return Ring()
    except OSError:
        return None


class Bare:
    """The whole program."""

    def __init__(self, database: Path, answers: Path, *, alike: bool, unlike: bool) -> None:
        self._alike = alike
        made = dict(line.split(b" ", 1) for line in answers.read_bytes().splitlines())
        self.hello = text_frame(made[b"hello"])
        self.change = text_frame(made[b"status"]) + text_frame(made[b"step"])
        self.by_number: dict[int, Peer] = {}
        self.unread: dict[int, int] = defaultdict(int)
        if unlike:
            self.unread.update((one, one % 1000) for one in range(20_000))
        self._ring = _ring()
        self._last = 0
        self._waiting: list[tuple[Peer, Any]] = []
        self._storing = False
        self._commits: queue.SimpleQueue[list[tuple[Peer, Any]]] = queue.SimpleQueue()
        self._connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self._connection.executescript(TABLES)
        self._connection.executemany("INSERT INTO people VALUES (?, 0, 0, 0)", [(one,) for one in range(20_000)])
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._commit, daemon=True).start()

    def store(self, peer: "Peer", what: Any) -> None:
        """Store this with all that comes in this tick, or while a commit is under way; then tell of it."""
        if not self._waiting and not self._storing:
            self._loop.call_soon(self._store)
        self._waiting.append((peer, what))

    def _store(self) -> None:
        batch, self._waiting = self._waiting, []
        self._storing = True
        now = datetime.now(UTC)
        at = now.timestamp()
        messages, marks, shown, done = [], [], [], []
        for peer, what in batch:
            if type(what) is SendMessage:
                number = self._last = self._last + 1
                messages.append((number, what.chat_id, number, peer.number, what.client_id, what.text, at))
                done.append((peer, Message(
                    id=number, chat_id=what.chat_id, seq=number, rev=number, kind="text", sender_id=peer.number,
                    text=what.text, client_id=what.client_id, reply_to=None, created_at=now, edited_at=None,
                    deleted=False,
                )))  # fmt: skip
            elif type(what) is Read:
                marks.append((what.message_id, peer.number))
                done.append((peer, what))
            else:
                shown.append((at, peer.number))
                done.append((peer, what))
        run = self._connection.executemany
        self._connection.execute("BEGIN IMMEDIATE")
        if messages:
            if self._alike:
                self._connection.execute("PRAGMA data_version").fetchone()
                run(COUNT, [(self._last, self._last)])
                run(ADVANCE, [(chat_id, seq, seq) for _, chat_id, seq, *_ in messages])
                run(OWN_MARK, [(chat_id, person, seq) for _, chat_id, seq, person, *_ in messages])
            run(INSERT, messages)
        if marks:
            run(READ, marks)
        if shown:
            run(SHOW, shown)
        self._commits.put(done)

    def _commit(self) -> None:
        while True:
            done = self._commits.get()
            self._connection.execute("COMMIT")
            self._loop.call_soon_threadsafe(self._stored, done)

    def _stored(self, done: list[tuple["Peer", Any]]) -> None:
        self._storing = False
        if self._waiting:
            self._store()
        now = datetime.now(UTC)
        for peer, what in done:
            if type(what) is Message:
                self._tell_message(peer, what, now)
            elif type(what) is Read:
                self._tell_read(peer, what, now)
            else:
                peer.tell_change()

    def _tell_message(self, peer: "Peer", message: Message, now: datetime) -> None:
        rev, chat_id = message.rev, message.chat_id
        new = text_frame(encode(events.NewMessage(timestamp=now, rev=rev, message=message)))
        if chat_id == EVERYBODY:
            self._tell_everybody(peer, message, new, now)
        else:
            other = self.by_number[peer.number ^ 1]
            count = self.unread[other.number] = self.unread[other.number] + 1
            other.write(new + text_frame(encode(_counted(message, now, count))))
        client_id = message.client_id or ""
        sent = events.MessageSent(timestamp=now, rev=rev, client_id=client_id, message=message)
        answer = text_frame(encode(sent))
        if self._alike:
            own = events.UnreadChanged(
                timestamp=now, rev=rev, chat_id=chat_id, unread_count=0, total_unread=0, up_to_seq=message.seq
            )
            answer = text_frame(encode(own)) + answer
        peer.write(answer)

    def _tell_everybody(self, peer: "Peer", message: Message, new: bytes, now: datetime) -> None:
        pattern = COUNTED.pattern(_counted(message, now, 0))
        made: dict[int, bytes] = {}
        unread = self.unread
        pieces = []
        others = [other for other in self.by_number.values() if other is not peer]
        for other in others:
            count = unread[other.number] = unread[other.number] + 1
            piece = made.get(count)
            if piece is None:
                piece = made[count] = new + text_frame(pattern % (count, count))
            pieces.append(piece)
        self.write_many(others, pieces)

    def write_many(self, peers: list["Peer"], pieces: list[bytes]) -> None:
        """Write to each of many its piece, as Ryadom does: in few system calls, where the kernel lets us."""
        if self._ring is None:
            for peer, piece in zip(peers, pieces, strict=True):
                peer.write(piece)
            return
        for place, taken in self._ring.write([peer.fd for peer in peers], pieces).items():
            peers[place].write(pieces[place][max(taken, 0) :])

    def _tell_read(self, peer: "Peer", what: Read, now: datetime) -> None:
        up_to, chat_id = what.message_id, what.chat_id
        read = events.MessagesRead(
            timestamp=now, rev=up_to, chat_id=chat_id, user_id=peer.number, up_to_seq=up_to, message_ids=[up_to]
        )
        changed = events.UnreadChanged(
            timestamp=now, rev=up_to, chat_id=chat_id, unread_count=0, total_unread=0, up_to_seq=up_to
        )
        self.by_number[peer.number ^ 1].write(text_frame(encode(read)))
        peer.write(text_frame(encode(changed)))


class Peer(asyncio.Protocol):
    """One connection."""

    __slots__ = ("_bare", "_kept", "_talks", "_transport", "fd", "number", "status_of", "write")

    def __init__(self, bare: Bare) -> None:
        self._bare = bare
        self._kept = b""
        self._talks = False
        self.number = -1
        self.status_of = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is here."""
        self._transport = transport
        self.write = transport.write  # type: ignore[attr-defined]
        self.fd = transport.get_extra_info("socket").fileno()

    def connection_lost(self, exc: Exception | None) -> None:
        """They have gone."""
        if self._talks and self._bare.by_number.get(self.number) is self:
            del self._bare.by_number[self.number]
            if self.status_of:
                self._bare.store(self, Change())

    def data_received(self, data: bytes) -> None:
        """A request, or frames."""
        if not self._talks:
            self._asked(data)
            return
        if self._kept:
            data, self._kept = self._kept + data, b""
        at, end = 0, len(data)
        while end - at >= 6:
            size, head = data[at + 1] & 127, 2
            if size == 126:
                size, head = data[at + 2] << 8 | data[at + 3], 4
            after = at + head + 4 + size
            if after > end:
                break
            kind = data[at] & 15
            if kind == 1:
                self._said(decode(unmasked(data, at + head, size)))
            elif kind == 8:
                self.write(close_frame(1000))
                self._transport.close()
                return
            at = after
        self._kept = data[at:]

    def _said(self, what: SendMessage | Read | StatusOf) -> None:
        if type(what) is StatusOf:
            self.status_of = what.status_of
        self._bare.store(self, what)

    def _asked(self, data: bytes) -> None:
        self.number = int(re.search(rb"floor_(\d+)", data)[1])  # type: ignore[index]
        if b"Upgrade: websocket" in data:
            key = re.search(rb"Sec-WebSocket-Key: (\S+)", data)[1]  # type: ignore[index]
            accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
            self._talks = True
            self._bare.by_number[self.number] = self
            self.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + self._bare.hello
            )
        else:
            self._bare.store(self, Change())

    def tell_change(self) -> None:
        """Tell all who may know that somebody came or went; whoever asked for it has an answer."""
        bare, told = self._bare, self._bare.change
        if self._talks:
            bare.write_many([bare.by_number[number] for number in range(self.status_of)], [told] * self.status_of)
        else:
            everybody = list(bare.by_number.values())
            bare.write_many(everybody, [told] * len(everybody))
            self.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


async def serve(port: int, folder: Path, answers: Path, *, alike: bool, unlike: bool) -> None:
    """For ever."""
    bare = Bare(folder / "bare.db", answers, alike=alike, unlike=unlike)
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: Peer(bare), "127.0.0.1", port, backlog=4096)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    port, folder, answers, *how = sys.argv[1:]
    uvloop.run(serve(int(port), Path(folder), Path(answers), alike="alike" in how, unlike="unlike" in how))
