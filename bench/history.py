"""Many messages at once, written into a database that no server has open."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

TEXT = "This is one message of many in the chat, and not a long one."
INSERT = (
    "INSERT INTO messages(id, chat_id, seq, rev, sent_rev, kind, sender_id, text, client_id, created_at, behind)"
    " VALUES (?, ?, ?, ?, ?, 'text', ?, ?, ?, ?, ?)"
)


def fill(
    raw: sqlite3.Connection, chat_id: int, senders: list[int], seqs: range, rev: int, first_id: int | None,
    now: datetime, alone: int, text: str,
) -> None:  # fmt: skip
    """Messages with these seqs, the senders (ids of people) taking turns; the first `alone` answer nobody."""
    at = now.replace(tzinfo=None).isoformat(" ")
    raw.executemany(INSERT, _rows(chat_id, senders, seqs, rev, first_id, at, alone, text))
    raw.execute("UPDATE revision SET last_message_id = (SELECT max(id) FROM messages)")


def _rows(
    chat_id: int, senders: list[int], seqs: range, rev: int, first_id: int | None, at: str, alone: int, text: str
) -> Iterator[tuple[Any, ...]]:
    for place, seq in enumerate(seqs):
        yield (
            None if first_id is None else first_id + place, chat_id, seq, rev + place, rev + place,
            senders[place % len(senders)], text, f"made-{chat_id}-{seq}", at, place >= alone,
        )  # fmt: skip
