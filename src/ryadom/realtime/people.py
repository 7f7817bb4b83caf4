"""Who is connected to this node, as fan-out sees them: a person, their connections, their chats."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from ryadom.protocol.errors import CloseCode
from ryadom.protocol.events import SUBSCRIBABLE

from .room import Count, Room


class Socket(Protocol):
    """What the hub needs of a connection."""

    id: str
    last_heard: float
    out: tuple[bytes, ...]

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        """Queue a frame, or several that belong together; see `Connection.send`."""

    def send_each(self, sockets: "Sequence[Socket]", pieces: Sequence[bytes]) -> None:
        """Queue for each of many, which this is one of, a piece of its own; see `Connection.send_each`."""

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


class Loaded(NamedTuple):
    """What fan-out needs to know of a person, as it was read from the database at one moment."""

    counts: dict[int, Count]
    """By chat."""
    mutual: set[int]
    rev: int
    """The highest rev of anything that concerns this person."""


class Person:
    """A person who is connected here: their connections, and what fan-out needs to know without asking the database."""

    __slots__ = ("_rev", "clients", "mutual", "rooms", "row", "sole", "user_id")

    def __init__(self, user_id: int, row: int, loaded: Loaded) -> None:
        self.user_id = user_id
        self.row = row
        """Theirs in `Hub.totals`."""
        self.clients: tuple[Client, ...] = ()
        self.sole: Socket | None = None
        """Of their one connection, when it is the only one and wants all events."""
        self.rooms: dict[int, Room] = {}
        """By chat."""
        self.mutual = loaded.mutual
        self._rev = loaded.rev

    @property
    def rev(self) -> int:
        """The highest rev of anything that concerns this person."""
        return max(self._rev, max((room.told for room in self.rooms.values()), default=0))

    def heard(self, rev: int) -> None:
        """They were told of this change."""
        if rev > self._rev:
            self._rev = rev

    def seats(self) -> Iterator[tuple[Room, int]]:
        """Where they are."""
        return ((room, room.places[self.user_id]) for room in self.rooms.values())

    def connected(self, *clients: Client) -> None:
        """These are their connections from now on, and they want what they want."""
        self.clients = clients
        self.sole = clients[0].socket if len(clients) == 1 and clients[0].wanted is SUBSCRIBABLE else None
        for room, place in self.seats():
            room.sockets[place] = self.sole


Companion = Callable[[Any, Room, bytes], list[bytes]]
"""Given an event that all of a room get, and its frame: what each gets, by their places. That is the frame and one of
their own in one piece; or `b""`, for whoever gets no more than the frame."""
