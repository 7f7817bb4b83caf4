"""Typing: who is told that somebody types, and that they stopped. It touches no disk."""

from collections.abc import Callable

from ryadom.clock import Clock, utc
from ryadom.db.database import Database
from ryadom.live.registry import Registry
from ryadom.live.typing import Typed, TypingBoard
from ryadom.protocol.audience import Chat, Users
from ryadom.protocol.errors import Refusal
from ryadom.protocol.events import NewMessage, TypingStart, TypingStop, UserOffline
from ryadom.protocol.facts import MemberLeft, SessionEnded
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from ryadom.receipts.counts import load_person

from . import rules


class Typing:
    """What people do by typing."""

    def __init__(
        self, db: Database, clock: Clock, hub: Hub, outbox: Outbox, live: Registry, board: TypingBoard
    ) -> None:
        self._db = db
        self._clock = clock
        self._hub = hub
        self._outbox = outbox
        self._live = live
        self._board = board
        self.moved: Callable[[], None] = lambda: None
        """Called when the next end of typing has come nearer."""
        outbox.precede(SessionEnded, self._session_ended)
        outbox.precede(UserOffline, self._went_offline)
        outbox.precede(MemberLeft, self._member_left)
        outbox.precede(NewMessage, self._new_message)

    async def type(self, user_id: int, session_id: int, chat_id: int, *, is_typing: bool) -> None:
        """`POST /status/typing`. Refuses `not_found` to whoever is not in the chat."""
        if user_id in self._hub.people:
            self.type_now(user_id, session_id, chat_id, is_typing=is_typing)
            return
        loaded = await self._db.read(load_person, user_id)
        if chat_id not in loaded.counts:
            raise Refusal("not_found")
        self._type(Typed(user_id, chat_id), session_id, is_typing, loaded.mutual)

    def type_now(self, user_id: int, session_id: int, chat_id: int, *, is_typing: bool) -> None:
        """The same for somebody who is connected: without asking the database."""
        person = self._hub.people[user_id]
        if chat_id not in person.rooms:
            raise Refusal("not_found")
        self._type(Typed(user_id, chat_id), session_id, is_typing, person.mutual)

    def stop_typing(self, session_id: int) -> None:
        """A session has gone, or says that it is offline."""
        self._stopped(self._board.stop_session(session_id))

    def next_due(self) -> float:
        """When the next typing ends by itself."""
        return self._board.next_due()

    def sweep(self, now: float) -> None:
        """End what was not repeated."""
        for typed in self._board.sweep(now):
            self._stopped(typed)

    def _type(self, typed: Typed, session_id: int, is_typing: bool, mutual: set[int]) -> None:
        now = self._clock.now()
        if not is_typing:
            if self._board.stop(typed, session_id):
                self._stopped(typed, mutual)
            return
        if self._shows_offline(typed.user_id, now):
            # Who shows as offline does not show as typing.
            return
        nobody = not self._board
        stopped, tell = self._board.start(typed, session_id, now)
        if nobody:
            # Otherwise somebody ends sooner: all last equally long.
            self.moved()
        self._stopped(stopped, mutual)
        started = TypingStart(timestamp=utc(now), chat_id=typed.chat_id, user_id=typed.user_id)
        if tell:
            self._tell(started, mutual)
        # Other nodes hear of every start, so that it ends there when it ends here; they tell as seldom.
        self._outbox.send(started, Chat(typed.chat_id))

    def _stopped(self, typed: Typed | None, mutual: set[int] | None = None) -> None:
        if typed is None:
            return
        if mutual is None:
            person = self._hub.people.get(typed.user_id)
            mutual = self._watchers(typed.user_id) if person is None else person.mutual
        stopped = TypingStop(timestamp=self._clock.utcnow(), chat_id=typed.chat_id, user_id=typed.user_id)
        self._tell(stopped, mutual)
        self._outbox.send(stopped, Chat(typed.chat_id))

    def heard(self, event: TypingStart | TypingStop) -> None:
        """Somebody types, or stops, on another node; it ends here as it would there."""
        typed = Typed(event.user_id, event.chat_id)
        room = self._hub.chats.get(event.chat_id)
        people = [] if room is None else room.people
        mutual = {person.user_id for person in people if event.user_id in person.mutual}
        if isinstance(event, TypingStop):
            if self._board.stop_person(typed) and people:
                # Not passed on: whoever said it has told all nodes.
                self._outbox.send_ephemeral(event, Users(list(mutual)))
            return
        nobody = not self._board
        _, tell = self._board.start(typed, _elsewhere(typed), self._clock.now())
        if nobody:
            self.moved()
        if tell and people:
            self._outbox.send_ephemeral(event, Users(list(mutual)))

    def _watchers(self, user_id: int) -> set[int]:
        """Who here has this person, who is not connected here, among their mutual contacts."""
        return {other for other, person in self._hub.people.items() if user_id in person.mutual}

    def _tell(self, event: TypingStart | TypingStop, mutual: set[int]) -> None:
        room = self._hub.chats.get(event.chat_id)
        if room is not None:
            self._outbox.send_ephemeral(event, Users(list(room.places.keys() & mutual)))

    def _shows_offline(self, user_id: int, now: float) -> bool:
        hidden = user_id in self._live.hidden
        return rules.status(self._live.devices(user_id), now, hidden=hidden) == "offline"

    def _session_ended(self, fact: SessionEnded) -> None:
        self.stop_typing(fact.session_id)

    def _went_offline(self, event: UserOffline) -> None:
        """Who shows as offline does not show as typing: above all who chose to appear offline."""
        for chat_id in self._board.chats(event.user_id):
            typed = Typed(event.user_id, chat_id)
            if self._board.stop_person(typed):
                self._stopped(typed)

    def _member_left(self, fact: MemberLeft) -> None:
        typed = Typed(fact.user_id, fact.chat_id)
        if self._board.stop_person(typed):
            self._stopped(typed)

    def _new_message(self, event: NewMessage) -> None:
        if not self._board:
            return
        typed = Typed(event.message.sender_id, event.message.chat_id)
        if self._board.stop_person(typed):
            self._stopped(typed)


def _elsewhere(typed: Typed) -> int:
    """In place of a session's id, which only its own node knows: one for each person and chat, and no session's."""
    return -((typed.chat_id << 40) + typed.user_id)
