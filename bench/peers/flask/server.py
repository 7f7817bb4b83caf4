"""A messenger as bare as it can be on Flask-SocketIO: direct chats, typing, read marks, presence.

usage: python server.py DATABASE PORT
Threading mode: a thread for each socket, in which its events are handled one after the other.
"""

import sqlite3
import sys
from collections import defaultdict
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO, join_room

path, port = sys.argv[1:]
db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = FULL")
lock = Lock()  # around the database and `open_sockets`
open_sockets: dict[int, int] = defaultdict(int)
people: dict[str, int] = {}  # a socket's sid → whose it is
peers: dict[str, dict[int, int]] = {}  # a socket's sid → chat → the other one in it

app = Flask(__name__)
io = SocketIO(app, async_mode="threading", async_handlers=False, transports=["websocket"])

FIND_PEERS = """SELECT mine.chat_id, other.user_id FROM members mine JOIN members other
    ON other.chat_id = mine.chat_id AND other.user_id <> mine.user_id WHERE mine.user_id = ?"""
ADD = "INSERT INTO messages (chat_id, seq, sender_id, client_id, text, created_at) VALUES (?, ?, ?, ?, ?, ?)"
NEXT_SEQ = "UPDATE chats SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq"
RAISE_MARK = "UPDATE members SET read_up_to = ? WHERE chat_id = ? AND user_id = ? AND read_up_to < ?"


def now() -> str:
    """The time, as events carry it."""
    return datetime.now(UTC).isoformat()


def tell(user: int, online: bool) -> None:
    """Store how somebody stands, and tell who is to be told."""
    with lock:
        db.execute("UPDATE users SET online = ? WHERE id = ?", (online, user))
    status = "online" if online else "offline"
    io.emit("status_change", {"user_id": user, "status": status, "last_seen": now()}, to=f"of{user}")


@io.on("connect")
def connect(auth: dict[str, str]) -> bool:
    """Let in who has a token."""
    with lock:
        found = db.execute("SELECT id FROM users WHERE token = ?", (str(auth.get("token")),)).fetchone()
        if found is None:
            return False
        user = found[0]
        contacts = db.execute("SELECT contact_id FROM contacts WHERE user_id = ?", (user,)).fetchall()
        chats = db.execute(FIND_PEERS, (user,)).fetchall()
        open_sockets[user] += 1
    people[request.sid], peers[request.sid] = user, dict(chats)
    join_room(f"u{user}")
    for (contact,) in contacts:
        join_room(f"of{contact}")
    tell(user, True)  # also if an older socket's thread has not found out yet that it is closed
    return True


@io.on("disconnect")
def disconnect(reason: Any = None) -> None:
    """Tell that somebody has gone, if this was their last socket."""
    user = people.pop(request.sid)
    del peers[request.sid]
    with lock:
        open_sockets[user] -= 1
        last = open_sockets[user] == 0
    if last:
        tell(user, False)


@io.on("send_message")
def send_message(body: dict[str, Any]) -> dict[str, Any]:
    """Store a message in a transaction of its own, then tell the other one and the sender."""
    user, chat, text = people[request.sid], body["chat_id"], body["text"]
    peer = peers[request.sid].get(chat)
    if peer is None or not isinstance(text, str) or not text:
        return {"error": "refused"}
    at, client_id = now(), str(body["client_id"])
    with lock:
        db.execute("BEGIN IMMEDIATE")
        (seq,) = db.execute(NEXT_SEQ, (chat,)).fetchone()
        number = db.execute(ADD, (chat, seq, user, client_id, text, at)).lastrowid
        db.execute("COMMIT")
    message = {
        "id": number, "chat_id": chat, "seq": seq, "sender_id": user, "text": text, "client_id": client_id,
        "created_at": at,
    }  # fmt: skip
    io.emit("new_message", message, to=f"u{peer}")
    return {"accepted": number, "seq": seq, "client_id": client_id, "created_at": at}


def typing(word: str, body: dict[str, Any]) -> None:
    """Tell the other one in the chat."""
    peer = peers[request.sid].get(body["chat_id"])
    if peer is not None:
        told = {"chat_id": body["chat_id"], "user_id": people[request.sid], "timestamp": now()}
        io.emit(word, told, to=f"u{peer}")


@io.on("typing_start")
def typing_start(body: dict[str, Any]) -> None:
    """Somebody begins to type."""
    typing("typing_start", body)


@io.on("typing_stop")
def typing_stop(body: dict[str, Any]) -> None:
    """Somebody stops."""
    typing("typing_stop", body)


@io.on("read")
def read(body: dict[str, Any]) -> None:
    """Raise a mark, then tell the other one and the reader's own sockets."""
    user, chat, seq = people[request.sid], body["chat_id"], body["seq"]
    peer = peers[request.sid].get(chat)
    if peer is None or not isinstance(seq, int):
        return
    with lock:
        db.execute("BEGIN IMMEDIATE")
        (last,) = db.execute("SELECT last_seq FROM chats WHERE id = ?", (chat,)).fetchone()
        moved = seq <= last and db.execute(RAISE_MARK, (seq, chat, user, seq)).rowcount
        db.execute("COMMIT")
    if moved:
        io.emit("messages_read", {"chat_id": chat, "user_id": user, "up_to_seq": seq}, to=f"u{peer}")
        io.emit("unread_changed", {"chat_id": chat, "unread_count": last - seq, "up_to_seq": seq}, to=f"u{user}")


@io.on("status")
def status(body: dict[str, Any]) -> dict[str, Any]:
    """Somebody says how they stand."""
    tell(people[request.sid], body["online"] is True)
    return {"accepted": True}


io.run(app, host="127.0.0.1", port=int(port), allow_unsafe_werkzeug=True, log_output=False)
