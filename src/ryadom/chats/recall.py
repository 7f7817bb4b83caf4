"""What chats are to all their members, and to each, kept from one reading to the next."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from ryadom.protocol.schemas import Chat, ChatKind, Message, User

MAX_KEPT = 10_000
"""Chats that are kept at most: some ten megabytes."""
MAX_VIEWS = 50_000
"""Views of chats that are kept at most: some thirty megabytes."""

Marks = list[tuple[int, int, int]]
"""Whose marks one sees in a chat: (contact, mark, its rev)."""


class Common(NamedTuple):
    """What a chat is to all its members, at one rev of the chat."""

    kind: ChatKind
    title: str | None
    created_at: datetime
    last_seq: int
    crowded: bool
    """It has many members: ask for the marks of some of them, not of all."""
    low: User | None
    high: User | None
    """The pair of a direct chat."""
    last_message: Message | None

    def peer(self, user_id: int) -> User | None:
        """The other one in a direct chat."""
        return self.high if self.low is not None and self.low.id == user_id else self.low

    @property
    def moment(self) -> datetime:
        """Its place in a list: the latest comes first."""
        return self.created_at if self.last_message is None else self.last_message.created_at


class Recall:
    """Chats by their id and rev: whatever is in `Common` changes with a new rev, so what is kept is never wrong.

    For readings only: a rev that was given out by a transaction that rolled back may be given out again.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, Common]] = {}
        self._views: dict[tuple[int, int], tuple[Any, Common, Marks, Chat]] = {}

    def keep(self, chat_id: int, rev: int, common: Common) -> None:
        """Keep a chat as it is at this rev."""
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[chat_id] = rev, common

    def known(self, chats: Iterable[tuple[int, int]]) -> dict[int, Common]:
        """Which of these (chat, rev) are kept."""
        kept = self._kept
        found = {}
        for chat_id, rev in chats:
            one = kept.get(chat_id)
            if one is not None and one[0] == rev:
                found[chat_id] = one[1]
        return found

    def unread(self, user_id: int, chat_id: int, rev: int, mark: int) -> int | None:
        """What was unread in a chat at this rev of the chat and this mark of the reader, which is all that counts."""
        kept = self._views.get((user_id, chat_id))
        if kept is None or kept[0][1] != rev or kept[0][3] != mark:
            return None
        return kept[3].unread_count

    def view(
        self, make: Callable[[int, Any, Common, Marks], Chat], user_id: int, row: Any, common: Common, marks: Marks
    ) -> Chat:
        """`make` of the others, which is all that it depends on: made anew only when one of them differs."""
        key = user_id, row[0]
        kept = self._views.get(key)
        if kept is not None and kept[1] is common and kept[0] == row and kept[2] == marks:
            return kept[3]
        if len(self._views) >= MAX_VIEWS:
            self._views.clear()
        chat = make(user_id, row, common, marks)
        self._views[key] = row, common, marks, chat
        return chat
