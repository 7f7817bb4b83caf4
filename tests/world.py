"""A whole server in one process, with virtual time, a real database, and people who have devices.

    async def test_closing_the_laptop(world):
        alice, bob = await world.friends("alice", "bob")
        laptop = await alice.device("laptop")
        ...

Requests go straight into the ASGI application, sockets through the real `Edge` over an in-memory transport, so a story
of hours takes milliseconds. The clock stands still until `world.advance`. After each test `world.close` checks the law
(what every device folded from its events equals a fresh snapshot) and the stranger (who has seen nothing).
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

import servers
from edge.memory_wire import MemorySocket
from law.entitlement import strangers_news
from law.mirror import Mirror
from ryadom.app import Server
from ryadom.auth.actions import Origin
from ryadom.auth.passwords import Passwords
from ryadom.config import Settings
from ryadom.db import opening
from ryadom.db.tx import Tx
from ryadom.nodes.joint import MakeJoint
from ryadom.protocol.errors import Refusal
from virtual_clock import VirtualClock

PASSWORD = "correct horse battery"
STRANGER = "the.stranger"
STRANGE_ADDRESS = "192.0.2.99"

Json = Any
T = TypeVar("T")


class Answer:
    """A REST answer."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Json:
        """The body, decoded; None when it is empty."""
        return json.loads(self.body) if self.body else None

    def ok(self) -> Json:
        """The body of an answer that must be a success."""
        assert 200 <= self.status < 300, (self.status, self.body)
        return self.json


async def call_asgi(
    app: Callable[..., Awaitable[None]], method: str, path: str, headers: dict[str, str], body: bytes, peer: str
) -> Answer:
    """One request, without a network."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": (peer, 40000), "server": ("ryadom.test", 80), "state": {},
    }  # fmt: skip
    inbox = [{"type": "http.request", "body": body, "more_body": False}]
    start: dict[str, Any] = {}
    chunks: list[bytes] = []

    async def receive() -> dict[str, Any]:
        return inbox.pop() if inbox else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
        else:
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    answered = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], answered, b"".join(chunks))


class Socket:
    """One open socket of a device. `received` empties what came; `seen` keeps everything."""

    def __init__(self, world: "World", wire: MemorySocket) -> None:
        self.world = world
        self.wire = wire
        self.mirror: Mirror | None = None
        """The client that believes what comes here; None where the test wants none."""
        self.seen: list[Json] = []
        self._taken = 0
        self._parsed = 0

    @property
    def alive(self) -> bool:
        """Whether it is open."""
        return self.wire.alive

    @property
    def close_code(self) -> int | None:
        """Why it ended."""
        return self.wire.close_code

    def all(self) -> list[Json]:
        """Every event since it opened."""
        for text in self.wire.events[self._parsed :]:
            self.seen.append(json.loads(text))
        self._parsed = len(self.wire.events)
        return self.seen

    def received(self, *types: str) -> list[Json]:
        """The events since the last call, but heartbeats; only of these types when some are given."""
        events = self.all()[self._taken :]
        self._taken = len(self.seen)
        return [one for one in events if (one["type"] in types if types else one["type"] != "heartbeat")]

    def types(self) -> list[str]:
        """The types of the events since the last call."""
        return [one["type"] for one in self.received()]

    def last(self, type_: str) -> Json:
        """The last event of a type since it opened."""
        return next(one for one in reversed(self.all()) if one["type"] == type_)

    async def send(self, **frame: Json) -> None:
        """Send a frame and let the server act."""
        self.wire.send_text(json.dumps(frame))
        await self.world.settle()
        if frame.get("type") == "subscribe" and self.mirror is not None:
            await self.mirror.begin()

    async def close(self, code: int | None = 1000) -> None:
        """Close it, as a page does that is left."""
        self.wire.close(code)
        await self.world.settle()

    async def drop(self) -> None:
        """Lose it, as a laptop does whose network goes."""
        self.wire.drop()
        await self.world.settle()

    def vanish(self) -> None:
        """Lose it so that nobody tells the server."""
        self.wire.vanish()


class Device:
    """One signed-in session."""

    def __init__(self, world: "World", person: "Person", name: str, login: Json) -> None:
        self.world = world
        self.person = person
        self.name = name
        self.token: str = login["access_token"]
        self.session_id: int = login["session"]["id"]
        self.sockets: list[Socket] = []

    @property
    def socket(self) -> Socket:
        """The latest socket."""
        return self.sockets[-1]

    async def call(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """A request of this session."""
        return await self.world.call(method, path, body, Authorization=f"Bearer {self.token}", **headers)

    async def get(self, path: str) -> Json:
        """A GET that must succeed."""
        return (await self.call("GET", path)).ok()

    async def post(self, path: str, body: Json = None) -> Json:
        """A POST that must succeed."""
        return (await self.call("POST", path, body)).ok()

    async def connect(
        self, *, peer: str = "198.51.100.7", mirror: bool = True, first_frame: bool = False, **headers: str
    ) -> Socket:
        """Open a socket; it has its `hello` when this returns.

        `mirror`: the law is checked for it. `first_frame`: it signs in by that, not by a header.
        """
        socket = self.open(peer=peer, first_frame=first_frame, **headers)
        await self.welcomed(socket, mirror=mirror)
        return socket

    def open(self, *, peer: str = "198.51.100.7", first_frame: bool = False, **headers: str) -> Socket:
        """Begin to open a socket; nothing has happened yet when this returns. `welcomed` waits for the rest."""
        sent = headers if first_frame else {"Authorization": f"Bearer {self.token}", **headers}
        wire = MemorySocket(self.world.server.edge, headers=sent, peer=peer)
        if first_frame:
            wire.send_text(json.dumps({"type": "auth", "token": self.token}))
        socket = Socket(self.world, wire)
        self.sockets.append(socket)
        return socket

    async def welcomed(self, socket: Socket, *, mirror: bool = True) -> None:
        """Let a socket that was opened get its `hello`."""
        await self.world.settle()
        assert [one["type"] for one in socket.all()[:1]] in ([], ["hello"]), socket.seen
        if mirror and self.world.mirrors:
            socket.mirror = Mirror(self.world, socket, self.person.id, self.session_id)
            await socket.mirror.begin()
            self.world.mirrored.append(socket)
        socket.received()

    async def read(self, message: Json) -> Json:
        """Mark a message as read, by REST."""
        return await self.post("/status/read", {"chat_id": message["chat_id"], "message_id": message["id"]})

    async def write(self, chat: Json, text: str, **more: Json) -> Json:
        """Send a message, by REST."""
        return await self.post(f"/chats/{chat['id']}/messages", {"text": text, **more})


class Person:
    """An account, and its devices by name."""

    def __init__(self, world: "World", user: Json) -> None:
        self.world = world
        self.id: int = user["id"]
        self.username: str = user["username"]
        self.devices: dict[str, Device] = {}

    async def device(self, name: str = "web", *, connect: bool = True) -> Device:
        """The device of this name, signed in (and connected) when it was not."""
        if name not in self.devices:
            body = {"username": self.username, "password": PASSWORD, "device_name": name}
            self.devices[name] = Device(self.world, self, name, (await self.world.call("POST", "/login", body)).ok())
            if connect:
                await self.devices[name].connect()
        return self.devices[name]

    @property
    def web(self) -> Device:
        """The first device."""
        return next(iter(self.devices.values()))


class World:
    """A server and its people. `mirrors=False`: the law is not checked; `stranger=False`: no stranger watches.

    In PostgreSQL it has a database of its own, a copy of `copy_of`, unless it is given another by `database_url`.
    """

    def __init__(
        self, data: Path, *, mirrors: bool = True, stranger: bool = True, copy_of: str = "",
        clock: VirtualClock | None = None, make_joint: MakeJoint | None = None, **settings: Any,
    ) -> None:  # fmt: skip
        self.mirrors = mirrors
        self.mirrored: list[Socket] = []
        """The open sockets that the law is checked for."""
        self.stranger: Device | None = None
        """Someone signed in and connected whom nobody knows."""
        self._wants_stranger = stranger
        self._running = False
        self.clock = clock or VirtualClock(settle=self.settle)
        self.make_joint = make_joint
        own = servers.ON_POSTGRES and "database_url" not in settings
        self._own_database = servers.new_database(copy_of=copy_of) if own else ""
        settings = {"rate_limits": False, "database_url": self._own_database} | settings
        self.settings = Settings(data=data, **settings)
        self.people: dict[str, Person] = {}
        self.server: Server

    async def start(self) -> None:
        """Start the server on what is in the data folder."""
        self.server = Server(self.settings, self.clock, Passwords(memory_kib=8, passes=1), self.make_joint)
        await self.server.start()
        self._running = True
        if self._wants_stranger and self.settings.registration:
            await self._let_the_stranger_in()

    async def settle(self) -> None:
        """Let everything happen that can happen without time going by."""
        calm = 0
        while calm < 6:
            await asyncio.sleep(0)
            if not self.server.db.quiet:
                await self.server.db.drained()
                calm = 0
            elif not self.server.presence.quiet or not self.joined:
                calm = 0
            else:
                calm += 1
        if self._running:
            await self._fold()

    @property
    def servers(self) -> list[Server]:
        """All that serve these people."""
        return [self.server]

    @property
    def joined(self) -> bool:
        """Whether nothing of what other nodes told waits."""
        return self.server.cluster is None or self.server.cluster.order.quiet

    async def _fold(self) -> None:
        """Let every mirror take what has come; one whose socket is closed has had its last event."""
        for socket in list(self.mirrored):
            if socket.mirror is not None and socket.mirror.waits:
                await socket.mirror.fold()
            if not socket.alive and socket in self.mirrored:
                self.mirrored.remove(socket)

    async def check(self) -> None:
        """The law: what every client folded equals a fresh snapshot; and the stranger has heard of nothing."""
        await self.settle()
        for socket in list(self.mirrored):
            if socket.mirror is not None:
                await socket.mirror.check()
        if self.stranger is not None:
            told = [event for socket in self.stranger.sockets for event in socket.all()]
            assert strangers_news(told) == []

    async def _let_the_stranger_in(self) -> None:
        auth, origin = self.server.auth, Origin(STRANGE_ADDRESS, "")
        if self.stranger is None:
            with contextlib.suppress(Refusal):  # it is there already when the data folder is not new
                await auth.register(STRANGER, PASSWORD, "Stranger", origin)
            signed_in = await auth.login(STRANGER, PASSWORD, "web", None, origin)
            person = Person(self, {"id": signed_in.user.id, "username": STRANGER})
            login = {"access_token": signed_in.token, "session": {"id": signed_in.session.id}}
            self.stranger = Device(self, person, "web", login)
        await self.stranger.connect(peer=STRANGE_ADDRESS)

    async def advance(self, seconds: float) -> None:
        """Let time go by, deadline by deadline."""
        await self.clock.advance(seconds)
        await self.settle()

    async def jump(self, seconds: float) -> None:
        """Let much time go by at once."""
        await self.clock.jump(seconds)
        await self.settle()

    async def rows(self, statement: str, **params: Any) -> list[tuple[Any, ...]]:
        """What a statement finds in the database."""
        asked = sa.text(statement)
        return [tuple(row) for row in await self.server.db.read(lambda tx: tx.run(asked, **params))]

    async def elsewhere(self, function: Callable[[Tx], T]) -> T:
        """Run a transaction as another process does: the server is told nothing of it."""
        return await asyncio.to_thread(opening.write_once, self.settings, self.clock, function)

    async def call(self, method: str, path: str, body: Json = None, **headers: str) -> Answer:
        """A request of nobody in particular."""
        data = b"" if body is None else json.dumps(body).encode()
        sent = {"Host": "ryadom.test", "Content-Length": str(len(data))}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await call_asgi(self.server.asgi, method, path, sent, data, "203.0.113.5")
        await self.settle()
        return answer

    async def person(self, username: str, *, devices: tuple[str, ...] = ("web",), connect: bool = True) -> Person:
        """Somebody with an account and connected devices."""
        if username not in self.people:
            body = {"username": username, "password": PASSWORD, "display_name": username.capitalize()}
            self.people[username] = Person(self, (await self.call("POST", "/register", body)).ok())
            for name in devices:
                await self.people[username].device(name, connect=connect)
        return self.people[username]

    async def friends(self, *usernames: str, connect: bool = True) -> list[Person]:
        """People who are all mutual contacts; what came of that is forgotten."""
        people = [await self.person(username, connect=connect) for username in usernames]
        for one in people:
            for other in people:
                if one is not other:
                    await one.web.post("/contacts", {"user_id": other.id})
        self.forget()
        return people

    def forget(self) -> None:
        """Forget what all sockets have received so far."""
        for person in self.people.values():
            for device in person.devices.values():
                for socket in device.sockets:
                    socket.received()

    async def direct(self, one: Person, other: Person) -> Json:
        """The direct chat of two people."""
        return await one.web.post("/chats", {"kind": "direct", "user_id": other.id})

    async def group(self, owner: Person, *others: Person, kind: str = "group", title: str = "Group") -> Json:
        """A group or channel of these people."""
        body = {"kind": kind, "title": title, "member_ids": [other.id for other in others]}
        return await owner.web.post("/chats", body)

    async def crash(self) -> None:
        """End the server as a kill does: nothing is told to anybody, nothing more is written."""
        await self.settle()
        self._running = False
        self.mirrored.clear()
        for task in [*self.server._tasks, *self.server._joined]:
            task.cancel()
        await self.server.db.close()
        self.server._passwords.close()
        for socket in self._sockets():
            socket.wire.vanish()
            socket.wire._gone = True

    async def restart(self, seconds: float = 0.0, *, graceful: bool = False) -> None:
        """End the server, by a kill or as SIGTERM does, and start it again so many seconds later."""
        if graceful:
            await self.settle()
            self._running = False
            for socket in self._sockets():
                socket.wire.edge.shutdown()
            await self.settle()
            await self.server.stop()
        else:
            await self.crash()
        await self.jump(seconds)
        await self.start()

    def _sockets(self) -> list[Socket]:
        """Every socket that is still open."""
        devices = [device for person in self.people.values() for device in person.devices.values()]
        if self.stranger is not None:
            devices.append(self.stranger)
        return [socket for device in devices for socket in device.sockets if socket.alive]

    async def close(self) -> None:
        """Check the law, and stop the server."""
        await self.settle()
        try:
            if self._running:
                await self.check()
        finally:
            self._running = False
            await self.server.stop()
            if self._own_database:
                servers.forget(self._own_database)
