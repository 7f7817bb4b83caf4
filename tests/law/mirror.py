"""The law: what a client folded from its events equals what a fresh snapshot says. One `Mirror` per open socket.

A mirror stands for a good client: it asks for everything when its socket opens, then believes only its events. It asks
again only for what no event tells: the members and messages of a chat that one has just joined, and who types there
(or which of a new mutual contact's chats they type in), for typing is never replayed.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from ryadom.db.tx import Tx
from ryadom.protocol.events import SUBSCRIBABLE
from ryadom.realtime.people import Client
from ryadom.receipts.counts import load_person

from . import entitlement
from .reducers import open_chat, reduce
from .state import Json, Reader, State, differences, normal, opened, plain, read_state, typing_in

if TYPE_CHECKING:
    from world import Socket, World


class Mirror:
    """The client at the other end of one socket."""

    def __init__(self, world: "World", socket: "Socket", user_id: int, session_id: int) -> None:
        self.world = world
        self.socket = socket
        self.reader = Reader(user_id, session_id)
        self.state: State
        self.began = 0
        """The highest rev of all when it asked for everything: events up to that one tell it nothing new."""
        self.filtered = False
        """It subscribed to a few events: it cannot know all, but what it gets is judged all the same."""
        self.deaf = False
        """It did not read for a while: what it has got since may be late, or lost."""
        self._client: Client | None = None
        self._taken = 0
        self._promised = 0

    @property
    def waits(self) -> bool:
        """Whether something has come that it has not taken."""
        return len(self.socket.wire.events) > self._taken

    async def begin(self) -> None:
        """Ask for everything."""
        events = self.socket.all()
        self._taken = len(events)
        self._client = self._find_client(events)
        if self._client is None:
            self.deaf = True
            return
        self.filtered = self._client.wanted != SUBSCRIBABLE
        self.reader = self.reader._replace(away=self._client.wants_away)
        self.state = await self._fresh()
        self.began = self.state.rev
        if not self.filtered:
            self._welcome(events)

    def _welcome(self, events: list[Json]) -> None:
        """`hello`; and what came before the snapshot: to keep it and fold it afterwards must not do any harm."""
        if events[0]["type"] == "hello":
            entitlement.check_hello(self.reader, events[0])
        late = self.state
        for event in events:
            late = reduce(late, event)
        now = self.world.clock.now()
        wrong = list(differences(normal(late, now), normal(self.state, now)))
        assert not wrong, f"{self}: events from before the snapshot spoil it:\n" + "\n".join(wrong)
        self.state = reduce(self.state, events[0])

    async def fold(self) -> None:
        """Take what has come since the last time."""
        events = self.socket.all()[self._taken :]
        self._taken += len(events)
        self._notice()
        if self.deaf:
            return
        if self.filtered:
            await self._judge(events)
            return
        for event in events:
            entitlement.check(self.state, event, news=event.get("rev", 0) > self.began)
            self.state = reduce(self.state, event)
            if event["type"] in ("heartbeat", "pong"):
                self._promised = max(self._promised, event["rev"])
            elif event["type"] in ("chat_changed", "contact_changed"):
                await self._ask(event)
        assert self._promised <= self.state.rev, f"{self}: a heartbeat tells of {self._promised}, no event did"

    async def _judge(self, events: list[Json]) -> None:
        """Without all events one cannot follow: each must be right by what was true before these came, or is now."""
        before, self.state = self.state, await self._fresh()
        for event in events:
            assert any(entitlement.may(state, event) for state in (before, self.state)), f"{self}: not for it: {event}"

    async def check(self) -> None:
        """The law, for this client; and that no rev misleads it."""
        await self.fold()
        if self.filtered or self.deaf:
            return
        now = self.world.clock.now()
        fresh = await self._fresh()
        assert list(fresh.chats) == normal(fresh, now)["order"], f"{self}: GET /chats is not in order"
        wrong = list(differences(normal(self.state, now), normal(fresh, now)))
        assert not wrong, f"{self}: the events do not tell what a fresh snapshot says:\n" + "\n".join(wrong)
        await self._check_revs()

    async def _check_revs(self) -> None:
        person = self.world.server.hub.people[self.reader.user_id]
        assert person.rev <= self.state.rev, f"{self}: the next heartbeat would tell of a change that no event told"
        stored = await self.world.server.db.read(load_person, self.reader.user_id)
        assert stored.rev <= person.rev, f"{self}: the next heartbeat would not tell of a change"
        kept = {room.chat_id: (room.unread[place], room.marks[place]) for room, place in person.seats()}
        for chat_id, count in stored.counts.items():
            assert kept[chat_id] == (count.unread, count.mark), f"{self}: the hub miscounts chat {chat_id}"
        assert kept.keys() == stored.counts.keys(), f"{self}: the hub has the wrong chats"
        assert person.mutual == stored.mutual, f"{self}: the hub has the wrong mutual contacts"

    async def _fresh(self) -> State:
        return await self.world.server.db.read(read_state, self.world.server, self.reader)

    async def _ask(self, event: Json) -> None:
        """What a client asks after an event that opens something to it."""
        server = self.world.server
        if "chat" in event.get("chat", {}):
            chat_id = event["chat"]["id"]

            def room(tx: Tx) -> tuple[list[Json], list[Json]]:
                return opened(tx, chat_id)

            self.state = open_chat(self.state, chat_id, *await server.db.read(room))
        elif not event.get("mutual"):
            return
        statuses = plain(await server.statuses.of_contacts(self.reader.user_id, away=self.reader.away))
        self.state = replace(self.state, typing=typing_in(statuses, self.world.clock.now()) | self.state.typing)

    def _notice(self) -> None:
        """What a test has done to its socket without telling."""
        if not self.socket.wire.transport._peer_reads:
            self.deaf = True
        client = self._client
        if client is not None and (client.wanted != SUBSCRIBABLE or client.wants_away is not self.reader.away):
            self.filtered = True
            self.reader = self.reader._replace(away=client.wants_away)

    def _find_client(self, events: list[Json]) -> Client | None:
        hello = next((one for one in events if one["type"] == "hello"), None)
        clients = self.world.server.hub.session(self.reader.session_id)
        return next((one for one in clients if hello and one.socket.id == hello["connection_id"]), None)

    def __str__(self) -> str:
        return f"the socket of session {self.reader.session_id} of person {self.reader.user_id}"
