"""Who is connected to this node: person → connections, chat → connected members. Delivers an event to an audience.

An event is encoded and framed once, whatever the number of connections; each connection writes once per loop tick.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable

from ryadom.protocol.audience import Audience, Chat, Mutual, Session, Users
from ryadom.protocol.errors import CloseCode
from ryadom.protocol.events import (
    NAMES,
    SUBSCRIBABLE,
    DurableEvent,
    Event,
)

from .connection import QUICK, QUICK_SIZE
from .encoded import KINDS, framed
from .people import Client, Companion, Loaded, Person, Socket
from .room import Count, Room
from .tick import MANY, send_each

UNKNOWN = -1
"""What somebody has unread in all, when nobody has added it up yet."""


class Hub:
    """All connections of this node."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Room] = {}
        """Chat → its members who are connected."""
        self.totals = array("q")
        """What people have unread in all, by `Person.row`; `UNKNOWN` when it must be added up. For who counts."""
        self._free_rows: list[int] = []
        self._sessions: dict[int, list[Client]] = {}
        self._by_connection: dict[str, Client] = {}
        self.delivered: dict[str, int] = defaultdict(int)
        """Name of an event → to how many connections it went, since the start."""
        self.companions: dict[type[Event], tuple[str, Companion]] = {}
        """What `accompany` was told: the name of the members' own, and who gives it."""

    @property
    def connections(self) -> int:
        """Signed-in sockets."""
        return sum(len(clients) for clients in self._sessions.values())

    def add(self, client: Client, loaded: Loaded) -> Person:
        """Register a connection. What was loaded of the person counts when nobody was there for them yet."""
        person = self.people.get(client.user_id)
        if person is None:
            person = self.people[client.user_id] = Person(client.user_id, self._row(), loaded)
            for chat_id, count in loaded.counts.items():
                self._seat(chat_id, person, count)
        person.heard(loaded.rev)
        person.connected(*person.clients, client)
        self._by_connection[client.socket.id] = client
        self._sessions.setdefault(client.session_id, []).append(client)
        return person

    def _row(self) -> int:
        if not self._free_rows:
            self.totals.append(UNKNOWN)
            return len(self.totals) - 1
        row = self._free_rows.pop()
        self.totals[row] = UNKNOWN
        return row

    def remove(self, client: Client) -> None:
        """Forget a connection, and its person with the last one."""
        person = self.people.get(client.user_id)
        if person is None or client not in person.clients:
            return
        person.connected(*(other for other in person.clients if other is not client))
        self._by_connection.pop(client.socket.id, None)
        mates = self._sessions[client.session_id]
        mates.remove(client)
        if not mates:
            del self._sessions[client.session_id]
        if not person.clients:
            del self.people[client.user_id]
            for chat_id in list(person.rooms):
                self._unseat(chat_id, person)
            self._free_rows.append(person.row)

    def subscribe(self, client: Client, names: frozenset[str]) -> None:
        """From now on a connection wants these events, of those that can be chosen."""
        client.wanted = SUBSCRIBABLE if names >= SUBSCRIBABLE else names & SUBSCRIBABLE
        person = self.people.get(client.user_id)
        if person is not None:
            person.connected(*person.clients)

    def join(self, chat_id: int, user_id: int, count: Count) -> None:
        """A connected person is now a member."""
        person = self.people.get(user_id)
        if person is not None:
            self._seat(chat_id, person, count)

    def leave(self, chat_id: int, user_id: int) -> None:
        """A connected person is a member no more."""
        person = self.people.get(user_id)
        if person is not None and chat_id in person.rooms:
            self._unseat(chat_id, person)

    def _seat(self, chat_id: int, person: Person, count: Count) -> None:
        room = self.chats.get(chat_id)
        if room is None:
            room = self.chats[chat_id] = Room(chat_id)
        person.rooms[chat_id] = room
        room.put(person.user_id, person, count)
        self.totals[person.row] = UNKNOWN

    def _unseat(self, chat_id: int, person: Person) -> None:
        room = person.rooms.pop(chat_id)
        person.heard(room.told)
        room.drop(person.user_id)
        self.totals[person.row] = UNKNOWN
        if not room.people:
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

    def close_all(self, code: CloseCode) -> None:
        """Close every socket: whoever is behind it comes back and asks for what was missed."""
        for clients in list(self._sessions.values()):
            for client in list(clients):
                client.socket.close(code)

    def accompany(self, kind: type[DurableEvent], own: type[DurableEvent], companion: Companion) -> None:
        """With each event of this kind that goes to a chat, its members also get their own of another kind."""
        self.companions[kind] = NAMES[own], companion

    def deliver(self, event: Event, to: Audience) -> None:
        """Hand an event to every connection of its audience that wants it: encoded once, written with the tick."""
        if type(event) in self.companions and isinstance(to, Chat):
            self._deliver_accompanied(event, to)  # type: ignore[arg-type]
            return
        kind = KINDS[type(event)]
        name = kind.name
        clients = self._reach(to, name, event.rev if kind.durable else 0)  # type: ignore[attr-defined]
        if not clients:
            return
        slot = None if kind.slot is None else (kind.slot, event.user_id)  # type: ignore[attr-defined]
        self._hand(clients, framed(event), slot, droppable=kind.droppable)
        self.delivered[name] += len(clients)

    def _deliver_accompanied(self, event: DurableEvent, to: Chat) -> None:
        """The same, and what each member alone gets with it, in one piece."""
        room = self.chats.get(to.id)
        if room is None:
            return
        name, (own_name, companion) = NAMES[type(event)], self.companions[type(event)]
        if event.rev > room.told:
            room.told = event.rev
        left_out = None if to.except_connection is None else self._by_connection.get(to.except_connection)
        left_socket = None if left_out is None else left_out.socket
        frame = framed(event)
        try:
            all_pieces = companion(event, room, frame)
        except Exception:
            # What all are told they get all the same.
            self._hand(self._of(room.people, name, event.rev, to.except_connection), frame)
            raise
        sockets: list[Socket] = []
        pieces: list[bytes] = []
        others: list[int] = []
        seats = room.sockets
        for place, piece in enumerate(all_pieces):
            socket = seats[place]
            if piece and socket is not None and socket is not left_socket:
                sockets.append(socket)
                pieces.append(piece)
            elif piece or socket is None or socket is not left_socket:
                others.append(place)
        self.delivered[name] += len(sockets)
        self.delivered[own_name] += len(sockets)
        mates: list[tuple[Socket, bytes]] = []
        for place in others:
            mates += self._apart(room.people[place], left_out, (name, own_name), frame, all_pieces[place])
        try:
            if len(sockets) >= MANY:
                sockets[0].send_each(sockets, pieces)
            else:
                send_each(sockets, pieces)
        finally:
            if mates:
                send_each(*zip(*mates, strict=True))

    def _apart(
        self, person: Person, left_out: Client | None, names: tuple[str, str], frame: bytes, piece: bytes
    ) -> list[tuple[Socket, bytes]]:
        """What each connection of one member gets: what it wants of both events, in one piece; but one only its own.

        `piece`: the frame that is for all, with their own behind it; or nothing.
        """
        gets: list[tuple[Socket, bytes]] = []
        for client in person.clients:
            frames = (b"" if client is left_out else frame, piece[len(frame) :])
            wanted = [place for place in (0, 1) if frames[place] and names[place] in client.wanted]
            for place in wanted:
                self.delivered[names[place]] += 1
            if wanted:
                gets.append((client.socket, piece if len(wanted) == 2 else frames[wanted[0]]))
        return gets

    def tell(self, person: Person, event: DurableEvent) -> None:
        """Hand an event to every connection of one person that wants it."""
        name, frame = NAMES[type(event)], framed(event)
        person.heard(event.rev)
        for client in person.clients:
            if name in client.wanted:
                client.socket.send(frame)
                self.delivered[name] += 1

    def _hand(self, clients: list[Client], frame: bytes, slot: object = None, *, droppable: bool = False) -> None:
        """Hand the same frame to these connections."""
        quick = QUICK if len(frame) <= QUICK_SIZE else 0
        before: tuple[bytes, ...] = ()
        after = before
        for client in clients:
            socket = client.socket
            out = socket.out
            if not out or len(out) >= quick:
                socket.send(frame, slot, droppable)
                continue
            # As `send` does, without a call for each of many. What is queued is the same for most.
            if out is not before:
                before, after = out, (*out, frame)
            socket.out = after

    def _reach(self, to: Audience, name: str, rev: int) -> list[Client]:
        """The connections of an audience that want an event; their people have heard of its rev."""
        match to:
            case Chat():
                return self._of(self.chats.get(to.id, _NOBODY).people, name, rev, to.except_connection)
            case Users():
                clients = self._of(self._here(to.ids), name, rev, to.except_connection)
                if to.away is not None:
                    clients = [client for client in clients if client.wants_away is to.away]
                if to.except_session is not None:
                    clients = [client for client in clients if client.session_id != to.except_session]
                return clients
            case Mutual():
                room = self.chats.get(to.chat_id, _NOBODY)
                here = [room.people[room.places[one]] for one in to.ids if one in room.places]
                return self._of([person for person in here if to.of in person.mutual], name, rev)
            case Session():
                return [client for client in self._sessions.get(to.id, ()) if name in client.wanted]

    def _here(self, user_ids: Iterable[int]) -> Iterable[Person]:
        """Those of these people who are connected."""
        return filter(None, map(self.people.get, user_ids))

    def _of(self, people: Iterable[Person], name: str, rev: int, but: str | None = None) -> list[Client]:
        """The connections of these people that want an event, but for one of them."""
        if not rev and but is None:
            return [client for person in people for client in person.clients if name in client.wanted]
        left_out = None if but is None else self._by_connection.get(but)
        clients: list[Client] = []
        add = clients.append
        for person in people:
            person.heard(rev)
            for client in person.clients:
                if name in client.wanted and client is not left_out:
                    add(client)
        return clients


_NOBODY = Room(0)
