"""A socket's way in and out: joins the kernel's gate with the features."""

from typing import Any

from ryadom import __version__
from ryadom.auth.activity import ActivityWriter
from ryadom.auth.bearer import token_in
from ryadom.auth.devices import client_ip, forwarded_proto
from ryadom.auth.origin import same_origin
from ryadom.auth.sessions import Principal, Sessions
from ryadom.clock import Clock
from ryadom.config import Settings
from ryadom.db.database import Database
from ryadom.limits import Limiter, address_key
from ryadom.live.registry import SAVE_EVERY, Registry
from ryadom.nodes.attendance import Attendance
from ryadom.presence.actions import Presence
from ryadom.presence.typing import Typing
from ryadom.protocol.events import Heartbeat, Hello
from ryadom.realtime.connection import Connection
from ryadom.realtime.encoded import framed
from ryadom.realtime.headers import Headers
from ryadom.realtime.hub import Hub
from ryadom.realtime.outbox import Outbox
from ryadom.realtime.people import Client, Loaded, Person
from ryadom.receipts.counts import Counts, load_arrival

PROTOCOL = 1


class Entry:
    """Signs sockets in and out."""

    def __init__(
        self, settings: Settings, db: Database, clock: Clock, limiter: Limiter, hub: Hub, outbox: Outbox,
        live: Registry, sessions: Sessions, activity: ActivityWriter, presence: Presence, typing: Typing,
        counts: Counts, attendance: Attendance, heartbeat: float,
    ) -> None:  # fmt: skip
        self._public_url = settings.public_url
        self._trusted = settings.trusted_networks
        self._db = db
        self._clock = clock
        self._limiter = limiter
        self._hub = hub
        self._outbox = outbox
        self._live = live
        self._sessions = sessions
        self._activity = activity
        self._presence = presence
        self._typing = typing
        self._counts = counts
        self._attendance = attendance
        self._heartbeat = heartbeat

    def origin_ok(self, headers: Headers, peer: str) -> bool:
        """A foreign page may not open a socket, unless it knows the token; a cookie needs our own page."""
        token, by_cookie = self._token(headers, peer)
        if token is not None and not by_cookie:
            return True
        ours = same_origin(lambda name: next(iter(headers.get_all(name)), None), self._public_url)
        return ours if ours is not None else not by_cookie

    def token(self, headers: Headers, peer: str) -> str | None:
        """The token of a handshake, if it has one."""
        return self._token(headers, peer)[0]

    def _token(self, headers: Headers, peer: str) -> tuple[str | None, bool]:
        https = forwarded_proto(peer, headers.get_all("X-Forwarded-Proto"), self._trusted) == "https"
        return token_in(headers.get_all("Authorization"), headers.get_all("Cookie"), https=https)

    def admit(self, peer: str, headers: Headers) -> None:
        """Refuse `too_many` when an address opens too many sockets."""
        address = client_ip(peer, headers.get_all("X-Forwarded-For"), self._trusted)
        self._limiter.check("connect_address", address_key(address))

    async def enter(self, connection: Connection, token: str) -> Client | None:
        """Sign in, publish presence, register, say hello. None when the token is not, or no more, valid."""
        principal = await self._sessions.find(token)
        if principal is None:
            return None
        client = Client(connection, principal.user_id, principal.session_id)
        self._activity.save_now_and_then(self._live.connected(client.session_id, client.user_id, self._clock.now()))
        try:
            return await self._welcome(connection, client)
        except BaseException:
            self._live.disconnected(client.session_id, self._clock.now(), broke=True, seen=connection.last_heard)
            raise

    async def _welcome(self, connection: Connection, client: Client) -> Client | None:
        await self._presence.settled()
        if self._sessions.ended(client.session_id):
            return None
        async with self._attendance.arriving(client.user_id):
            while True:
                # What is committed between this snapshot and the registration waits for it; what was committed before
                # but is not delivered yet is told apart by its rev.
                async with self._outbox.hold():
                    loaded, rev = await self._db.read(load_arrival, client.user_id)
                    if self._sessions.ended(client.session_id):
                        return None
                    if self._attendance.hears(client.user_id, loaded.counts):
                        return self._register(connection, client, loaded, rev)
                await self._attendance.attend(client.user_id, loaded.counts)

    def _register(self, connection: Connection, client: Client, loaded: Loaded, rev: int) -> Client:
        person = self._hub.add(client, loaded)
        self._counts.watch(client.user_id, person)
        now = self._clock.utcnow()
        hello = Hello(
            timestamp=now, protocol=PROTOCOL, connection_id=connection.id, user_id=client.user_id,
            session_id=client.session_id, server_time=now, server_version=__version__, heartbeat=self._heartbeat,
            rev=max(person.rev, rev),
        )  # fmt: skip
        connection.send(framed(hello))
        return client

    def leave(self, client: Client, code: int, clean: bool) -> None:
        """A signed-in socket has closed."""
        self._hub.remove(client)
        self._typing.stop_typing(client.session_id)
        now = self._clock.now()
        seen = client.socket.last_heard
        device = self._live.disconnected(client.session_id, now, broke=not clean, seen=seen)
        if device is not None:
            self._activity.save_soon(device)

    def active(self, client: Client, now: float) -> None:
        """A command came in."""
        device = self._live.commanded(client.session_id, now)
        if device is not None and (
            now - device.saved >= SAVE_EVERY or device.saved_as != "socket" or device.saved_idle or device.absent
        ):
            self._activity.save_now_and_then(device)

    def beat(self, connection: Connection) -> None:
        """The server's heartbeat, beside its protocol ping: the highest rev that concerns this person."""
        client = connection.state
        if not isinstance(client, Client):
            return
        person = self._hub.people.get(client.user_id)
        device = self._live.heard(client.session_id, connection.last_heard)
        if device is not None:
            self._activity.save_now_and_then(device)
        if person is not None and not self._outbox.silent:
            connection.send(heartbeat(self._clock, person))

    def touch(self, principal: Principal, parting: bool) -> Any:
        """A signed-in request: a proof of presence. Something to wait for when that must be published first.

        `parting`: the request ends presence. Then nobody is shown as coming who comes only to go.
        """
        if parting:
            self._live.parting(principal.session_id, principal.user_id, self._clock.now())
            return None
        device = self._live.requested(principal.session_id, principal.user_id, self._clock.now())
        self._activity.save_now_and_then(device)
        if not self._attendance.hears(principal.user_id):
            return self._first_request(principal.user_id)
        return self._presence.settled() if principal.user_id in self._live.due else None

    async def _first_request(self, user_id: int) -> None:
        """Somebody is new to this node: what other nodes publish of them from now on is heard here."""
        await self._attendance.attend(user_id)
        self._live.mark(user_id)
        await self._presence.settled()


def heartbeat(clock: Clock, person: Person) -> bytes:
    """The frame that tells a person the highest rev of what concerns them."""
    return framed(Heartbeat(timestamp=clock.utcnow(), rev=person.rev))
