"""Who types where, right now. Never stored; a session types in one chat at a time."""

from itertools import takewhile
from typing import NamedTuple

INFINITY = float("inf")

LASTS = 10.0
"""Seconds that typing lasts unless it is repeated."""
PASSED_ON_EVERY = 3.0
"""Seconds between two starts that others get of the same person in the same chat."""


class Typed(NamedTuple):
    """A person in a chat."""

    user_id: int
    chat_id: int


class _Typing:
    __slots__ = ("passed_on", "sessions")

    def __init__(self) -> None:
        self.sessions: set[int] = set()
        self.passed_on = -INFINITY


class TypingBoard:
    """Everybody who types. Its methods say what others should be told."""

    def __init__(self) -> None:
        self._typing: dict[Typed, _Typing] = {}
        self._by_session: dict[int, Typed] = {}
        self._ends: dict[int, float] = {}
        """Session → when its typing ends; in this order, since all last equally long and the clock never goes back."""
        self._by_user: dict[int, list[int]] = {}

    def __len__(self) -> int:
        """How many people type somewhere."""
        return len(self._typing)

    def chats(self, user_id: int) -> list[int]:
        """Where a person types, the latest first."""
        return self._by_user.get(user_id, [])[::-1]

    def start(self, typed: Typed, session_id: int, now: float) -> tuple[Typed | None, bool]:
        """A session types. Gives what it stopped by that, and whether others should be told of the start."""
        before = self._by_session.get(session_id)
        stopped = self.stop_session(session_id) if before != typed else None
        self._by_session[session_id] = typed
        self._ends.pop(session_id, None)
        self._ends[session_id] = now + LASTS
        entry = self._typing.get(typed)
        if entry is None:
            entry = self._typing[typed] = _Typing()
            self._by_user.setdefault(typed.user_id, []).append(typed.chat_id)
        entry.sessions.add(session_id)
        tell = now - entry.passed_on >= PASSED_ON_EVERY
        if tell:
            entry.passed_on = now
        return stopped, tell

    def stop(self, typed: Typed, session_id: int) -> bool:
        """This session types there no more. Whether nobody of that person does, so that others should be told."""
        if self._by_session.get(session_id) != typed:
            return False
        return self.stop_session(session_id) is not None

    def stop_session(self, session_id: int) -> Typed | None:
        """A session types nowhere. Gives where the person has stopped by that."""
        typed = self._by_session.pop(session_id, None)
        if typed is None:
            return None
        del self._ends[session_id]
        entry = self._typing[typed]
        entry.sessions.remove(session_id)
        return typed if not entry.sessions and self._end(typed) else None

    def stop_person(self, typed: Typed) -> bool:
        """A person types in a chat no more, on any device. Whether they did."""
        entry = self._typing.get(typed)
        if entry is None:
            return False
        for session_id in entry.sessions:
            del self._by_session[session_id], self._ends[session_id]
        return self._end(typed)

    def next_due(self) -> float:
        """When the next typing ends by itself; infinite when nobody types."""
        return next(iter(self._ends.values()), INFINITY)

    def sweep(self, now: float) -> list[Typed]:
        """Who has stopped by now without saying so."""
        over = list(takewhile(lambda session_id: self._ends[session_id] <= now, self._ends))
        stopped = [self.stop_session(session_id) for session_id in over]
        return [typed for typed in stopped if typed is not None]

    def _end(self, typed: Typed) -> bool:
        del self._typing[typed]
        chats = self._by_user[typed.user_id]
        chats.remove(typed.chat_id)
        if not chats:
            del self._by_user[typed.user_id]
        return True
