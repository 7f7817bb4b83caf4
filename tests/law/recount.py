"""Unread by brute force: read the raw tables, count in Python. Shares no line with the server."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

LONG_AGO = datetime.fromtimestamp(0, UTC)


class Written(NamedTuple):
    """A message that is there."""

    id: int
    seq: int
    sender_id: int


class Inside(NamedTuple):
    """A member of a chat."""

    chat_id: int
    user_id: int
    mark: int
    muted_until: datetime


class Facts(NamedTuple):
    """What the tables say."""

    members: list[Inside]
    roles: dict[int, dict[int, str]]
    """Chat → member → role."""
    alive: dict[int, list[Written]]
    """Chat → messages that are not deleted, by seq."""


class Counted(NamedTuple):
    """What one member has unread in one chat."""

    unread: int
    mark: int
    muted: bool


async def read_facts(rows: Callable[[str], Awaitable[list[Any]]]) -> Facts:
    """Read the tables of the database: `rows` is what a statement finds."""
    inside = await rows(
        "SELECT chat_id, user_id, read_up_to_seq, muted_until, role FROM chat_members WHERE left_at IS NULL"
    )
    written = await rows("SELECT chat_id, id, seq, sender_id FROM messages WHERE deleted_at IS NULL ORDER BY seq")
    roles: dict[int, dict[int, str]] = defaultdict(dict)
    for chat, user, _, _, role in inside:
        roles[chat][user] = role
    alive: dict[int, list[Written]] = defaultdict(list)
    for chat, *message in written:
        alive[chat].append(Written(*message))
    members = [Inside(chat, user, mark, _moment(until)) for chat, user, mark, until, _ in inside]
    return Facts(members, roles, alive)


def recount(facts: Facts, now: datetime) -> dict[int, dict[int, Counted]]:
    """User → chat → what is unread: messages after the mark that are not one's own and not deleted."""
    counted: dict[int, dict[int, Counted]] = defaultdict(dict)
    for chat, user, mark, muted_until in facts.members:
        unread = sum(1 for one in facts.alive[chat] if one.seq > mark and one.sender_id != user)
        counted[user][chat] = Counted(unread, mark, muted_until > now)
    return counted


def total(chats: dict[int, Counted]) -> int:
    """Unread in all chats that are not muted."""
    return sum(chat.unread for chat in chats.values() if not chat.muted)


def _moment(stored: str | datetime | None) -> datetime:
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    return stored or LONG_AGO
