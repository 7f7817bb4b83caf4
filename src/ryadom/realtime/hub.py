"""Who is connected to this node: person → connections, chat → connected members. Delivers an event to an audience.

An event is encoded and framed once, whatever the number of connections; each connection writes once per loop tick.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

import msgspec

from ryadom.protocol.audience import Audience, Chat, Session, Users
from ryadom.protocol.errors import CloseCode
from ryadom.protocol.events import (
    NAMES,
    SUBSCRIBABLE,
    DurableEvent,
    Event,
    StatusChange,
    TypingStart,
    TypingStop,
    UserOffline,
    UserOnline,
)

from .frames import text_frame

encode = msgspec.json.Encoder().encode

_STEPS = (UserOnline, UserOffline)


class Socket(Protocol):
    """What the hub needs of a connection."""

    id: str
    last_heard: float

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        """Queue a frame; see `Connection.send`."""

    def close(self, code: CloseCode) -> None:
        """Send what is queued, then close."""


class Client:
    """One signed-in connection."""

    __slots__ = ("session_id", "socket", "user_id", "wanted", "wants_away")

    def __init__(self, socket: Socket, user_id: int, session_id: int) -> None:
        self.socket = socket
        self.user_id = user_id
        self.session_id = session_id
        self.wanted: frozenset[str] = SUBSCRIBABLE
        self.wants_away = False


class Count:
    """What one member has unread in one chat. `rev`: the count includes all changes up to this one."""

    __slots__ = ("mark", "muted_until", "rev", "unread")

    def __init__(self, unread: int, mark: int, muted_until: float, rev: int) -> None:
        self.unread = unread
        self.mark = mark
        self.muted_until = muted_until
        self.rev = rev


class Person:
    """A person who is connected here: their connections, and what fan-out needs to know without asking the database."""

    __slots__ = ("chats", "clients", "mutual", "rev")

    def __init__(self, chats: dict[int, Count], mutual: set[int], rev: int) -> None:
        self.clients: list[Client] = []
        self.chats = chats
        self.mutual = mutual
        self.rev = rev
        """The highest rev of anything that concerns this person."""


class Hub:
    """All connections of this node."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.chats: dict[int, set[int]] = {}
        self._sessions: dict[int, list[Client]] = {}
        self.on_event: Callable[[str, int], None] = lambda name, deliveries: None
        """Told the name of every event delivered, and to how many connections."""

    @property
    def connections(self) -> int:
        """Signed-in sockets."""
        return sum(len(clients) for clients in self._sessions.values())

    def add(self, client: Client, person: Person) -> Person:
        """Register a connection. `person` is used when nobody was there for them yet. Gives the one that is used."""
        known = self.people.get(client.user_id)
        if known is None:
            known = self.people[client.user_id] = person
            for chat_id in person.chats:
                self.chats.setdefault(chat_id, set()).add(client.user_id)
        known.rev = max(known.rev, person.rev)
        known.clients.append(client)
        self._sessions.setdefault(client.session_id, []).append(client)
        return known

    def remove(self, client: Client) -> None:
        """Forget a connection, and its person with the last one."""
        person = self.people.get(client.user_id)
        if person is None or client not in person.clients:
            return
        person.clients.remove(client)
        mates = self._sessions[client.session_id]
        mates.remove(client)
        if not mates:
            del self._sessions[client.session_id]
        if not person.clients:
            del self.people[client.user_id]
            for chat_id in list(person.chats):
                self._forget_member(chat_id, client.user_id)

    def join(self, chat_id: int, user_id: int, count: Count) -> None:
        """A connected person is now a member."""
        person = self.people.get(user_id)
        if person is not None:
            person.chats[chat_id] = count
            self.chats.setdefault(chat_id, set()).add(user_id)

    def leave(self, chat_id: int, user_id: int) -> None:
        """A connected person is a member no more."""
        person = self.people.get(user_id)
        if person is not None and person.chats.pop(chat_id, None) is not None:
            self._forget_member(chat_id, user_id)

    def _forget_member(self, chat_id: int, user_id: int) -> None:
        members = self.chats.get(chat_id)
        if members is not None:
            members.discard(user_id)
            if not members:
                del self.chats[chat_id]

    def session(self, session_id: int) -> list[Client]:
        """The connections of one session."""
        return list(self._sessions.get(session_id, ()))

    def last_heard(self, session_id: int) -> float:
        """When something was last heard on the connections of a session, epoch seconds; 0 when it has none."""
        return max((client.socket.last_heard for client in self._sessions.get(session_id, ())), default=0.0)

    def end_session(self, session_id: int, code: CloseCode) -> int:
        """Close every socket of a session; they get nothing after this. How many there were."""
        clients = self.session(session_id)
        for client in clients:
            client.socket.close(code)
        return len(clients)

    def deliver(self, event: Event, to: Audience) -> None:
        """Hand an event to every connection of its audience that wants it."""
        name = NAMES[type(event)]
        rev = event.rev if isinstance(event, DurableEvent) else 0
        slot, droppable = _pressure(event)
        frame: bytes | None = None
        deliveries = 0
        for person, clients in self._reach(to):
            if rev > person.rev:
                person.rev = rev
            for client in clients:
                if name in client.wanted and _admits(to, client):
                    if frame is None:
                        frame = text_frame(encode(event))
                    client.socket.send(frame, slot, droppable)
                    deliveries += 1
        if deliveries:
            self.on_event(name, deliveries)

    def _reach(self, to: Audience) -> Iterable[tuple[Person, list[Client]]]:
        people = self.people
        match to:
            case Users():
                found = [people[user_id] for user_id in to.ids if user_id in people]
            case Chat():
                found = [people[user_id] for user_id in self.chats.get(to.id, ())]
            case Session():
                clients = self._sessions.get(to.id)
                return [(people[clients[0].user_id], clients)] if clients else ()
        return [(person, person.clients) for person in found]


def _admits(to: Audience, client: Client) -> bool:
    match to:
        case Users():
            return (
                (to.except_connection is None or client.socket.id != to.except_connection)
                and (to.except_session is None or client.session_id != to.except_session)
                and (to.away is None or to.away is client.wants_away)
            )
        case Chat():
            return to.except_connection is None or client.socket.id != to.except_connection
        case Session():
            return True


def _pressure(event: Event) -> tuple[object, bool]:
    """How an event gives way on a connection that does not read: the slot it shares, whether it may be dropped."""
    if isinstance(event, StatusChange):
        return ("status", event.user_id), False
    if isinstance(event, _STEPS):
        return ("step", event.user_id), False
    return None, isinstance(event, TypingStart | TypingStop)
