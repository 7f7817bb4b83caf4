"""What chats are to all their members, and to each, kept from one reading to the next."""

from collections.abc import Iterable
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


class View(NamedTuple):
    """A chat as one member sees it, and all that it was made of."""

    row: Any
    """Of `snapshot.MINE`."""
    common: Common
    marks: Marks
    chat: Chat


class Recall:
    """Chats by their id and rev: whatever is in `Common` changes with a new rev, so what is kept is never wrong.

    For readings only: a rev that was given out by a transaction that rolled back may be given out again.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, Common]] = {}
        self._views: dict[tuple[int, int], View] = {}

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

    def keep_view(self, user_id: int, view: View) -> None:
        """Keep what a member sees."""
        if len(self._views) >= MAX_VIEWS:
            self._views.clear()
        self._views[user_id, view.chat.id] = view

    def views(self, user_id: int, rows: Iterable[Any]) -> dict[int, View]:
        """Chat → what a member saw of it, where their row is still the same: then so is what is unread.

        It holds the chat's rev and the member's mark, and nothing else counts. Only `marks` may be others.
        """
        kept = self._views
        found = {}
        for row in rows:
            view = kept.get((user_id, row[0]))
            if view is not None and view.row == row:
                found[row[0]] = view
        return found
