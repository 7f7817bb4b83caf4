"""Who is connected to this node, as fan-out sees them: a person, their connections, what they have unread."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from ryadom.protocol.errors import CloseCode
from ryadom.protocol.events import SUBSCRIBABLE


class Socket(Protocol):
    """What the hub needs of a connection."""

    id: str
    last_heard: float
    out: tuple[bytes, ...]

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        """Queue a frame, or several that belong together; see `Connection.send`."""

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
        """Names of events. `Hub.subscribe` changes it."""
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

    __slots__ = ("chats", "clients", "mutual", "rev", "sole", "total")

    def __init__(self, chats: dict[int, Count], mutual: set[int], rev: int) -> None:
        self.clients: tuple[Client, ...] = ()
        self.sole: Socket | None = None
        """Of their one connection, when it is the only one and wants all events: as most are. What many get is handed
        to it without a look at `clients`, since in a large group each look is a way to memory."""
        self.chats = chats
        self.mutual = mutual
        self.rev = rev
        """The highest rev of anything that concerns this person."""
        self.total: int | None = None
        """What is unread in all; None when it must be added up. For who keeps the counts."""

    def connected(self, *clients: Client) -> None:
        """These are their connections from now on, and they want what they want."""
        self.clients = clients
        self.sole = clients[0].socket if len(clients) == 1 and clients[0].wanted is SUBSCRIBABLE else None


Members = dict[int, tuple[Person, Count]]
"""Who is connected of a chat's members, by their ids, and what they have unread there."""

Companion = Callable[[Any, Members], Iterator[tuple[Person, bytes]]]
"""Gives each member of a chat what they alone get with an event that all of them get: a frame, or nothing (`b""`)."""
