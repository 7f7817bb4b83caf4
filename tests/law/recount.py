"""Unread by brute force: read the raw tables, count in Python. Shares no line with the server."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

FOREVER_AGO = datetime.fromtimestamp(0, UTC)


class Counted(NamedTuple):
    """What one member has unread in one chat."""

    unread: int
    mark: int
    muted: bool


def recount(path: Path, now: datetime) -> dict[int, dict[int, Counted]]:
    """User → chat → what is unread: messages after the mark that are not one's own and not deleted."""
    with closing(sqlite3.connect(path)) as raw:
        members = raw.execute(
            "SELECT chat_id, user_id, read_up_to_seq, muted_until FROM chat_members WHERE left_at IS NULL"
        ).fetchall()
        messages = raw.execute("SELECT chat_id, seq, sender_id FROM messages WHERE deleted_at IS NULL").fetchall()
        users = [row[0] for row in raw.execute("SELECT id FROM user")]
    counted: dict[int, dict[int, Counted]] = {user: {} for user in users}
    for chat, user, mark, muted_until in members:
        unread = sum(1 for in_chat, seq, sender in messages if in_chat == chat and seq > mark and sender != user)
        counted[user][chat] = Counted(unread, mark, _moment(muted_until) > now)
    return counted


def total(chats: dict[int, Counted]) -> int:
    """Unread in all chats that are not muted."""
    return sum(chat.unread for chat in chats.values() if not chat.muted)


def _moment(stored: str | None) -> datetime:
    return FOREVER_AGO if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)
