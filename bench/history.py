"""Many messages at once, written into a database that no server has open."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

COLUMNS = ("id", "chat_id", "seq", "rev", "kind", "sender_id", "text", "client_id", "created_at")
TEXT = "This is one message of many in the chat, and not a long one."
LIGHTER = ("sent_rev", "behind")


def fill(
    raw: sqlite3.Connection, chat_id: int, senders: list[int], seqs: range, rev: int, first_id: int | None,
    now: datetime, alone: int, text: str,
) -> None:  # fmt: skip
    """Messages with these seqs, the senders (ids of people) taking turns; the first `alone` answer nobody."""
    known = {row[1] for row in raw.execute("PRAGMA table_info(messages)")}
    names = [*COLUMNS, *(name for name in LIGHTER if name in known)]
    at = now.replace(tzinfo=None).isoformat(" ")
    sql = f"INSERT INTO messages({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    raw.executemany(sql, (row[: len(names)] for row in _rows(chat_id, senders, seqs, rev, first_id, at, alone, text)))
    if "last_message_id" in {row[1] for row in raw.execute("PRAGMA table_info(revision)")}:
        raw.execute("UPDATE revision SET last_message_id = (SELECT max(id) FROM messages)")


def _rows(
    chat_id: int, senders: list[int], seqs: range, rev: int, first_id: int | None, at: str, alone: int, text: str
) -> Iterator[tuple[Any, ...]]:
    for place, seq in enumerate(seqs):
        yield (
            None if first_id is None else first_id + place, chat_id, seq, rev + place, "text",
            senders[place % len(senders)], text, f"made-{chat_id}-{seq}", at, rev + place, place >= alone,
        )  # fmt: skip
