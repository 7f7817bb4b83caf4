"""What a socket goes through: origin check → sign-in → commands → closed. Knows no feature: `app.py` gives them."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import structlog

from ryadom.clock import Clock
from ryadom.limits import Limiter
from ryadom.protocol.commands import Auth, Command, Echo, Ping
from ryadom.protocol.errors import RESTART, SESSION_OVER, TOO_MANY, Refusal
from ryadom.protocol.events import Error, Event

from .connection import Connection, Refused
from .encoded import framed
from .headers import Headers
from .people import Client

log = structlog.get_logger("ryadom.socket")

SIGN_IN_WITHIN = 5.0
"""Seconds that a socket has to send its token."""
MAX_EARLY_FRAMES = 16
"""Frames that may arrive while a socket is being signed in."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding a frame may raise; RecursionError for one that is nested without end."""

_decode_command = msgspec.json.Decoder(Command).decode
_decode_auth = msgspec.json.Decoder(Auth).decode
_decode_echo = msgspec.json.Decoder(Echo, strict=False).decode


class Later(msgspec.Struct, frozen=True, gc=False):
    """An answer that waits for something: how that is begun, and what its result becomes.

    `begin` is given who must be told the result, or the exception. It may raise `Refusal`.
    """

    begin: Callable[[Callable[[Any], None]], None]
    make: Callable[[Any], Event | None] = lambda result: None


Answer = Event | Later | None
Handler = Callable[[Client, Any], Answer]


class Reply(msgspec.Struct, frozen=True):
    """The answer to one command, once its result is there."""

    gate: "SocketGate"
    client: Client
    make: Callable[[Any], Event | None]
    command: Command

    def __call__(self, result: Any) -> None:
        """Send what the result, or the exception, becomes."""
        if isinstance(result, Exception):
            self.gate.fail(self.client, result, _client_id(self.command))
            return
        event = self.make(result)
        if event is not None:
            self.client.socket.send(framed(event))


class Doors(Protocol):
    """What the gate asks of the application."""

    def origin_ok(self, headers: Headers, peer: str) -> bool:
        """Whether a cookie may sign in this handshake."""

    def token(self, headers: Headers, peer: str) -> str | None:
        """The token of a handshake, if it has one."""

    def admit(self, peer: str, headers: Headers) -> None:
        """Raise `Refusal` when this address opens too many sockets."""

    async def enter(self, connection: Connection, token: str) -> Client | None:
        """Sign in, register and send `hello`; None when the token is not (or no more) valid."""

    def leave(self, client: Client, code: int, clean: bool) -> None:
        """A signed-in connection has closed."""

    def active(self, client: Client, now: float) -> None:
        """A command came in now that is no mere `ping`."""


class _Arriving:
    """A socket that is not signed in yet."""

    __slots__ = ("clean", "early", "task")

    def __init__(self) -> None:
        self.early: list[bytes] = []
        self.task: asyncio.Task[None] | None = None
        self.clean = False
        """Whether the client has closed the socket in the meantime."""


class SocketGate:
    """The gate of all sockets of a server."""

    def __init__(
        self,
        clock: Clock,
        limiter: Limiter,
        doors: Doors,
        handlers: dict[type, Handler],
        at: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._clock = clock
        self._limiter = limiter
        self._doors = doors
        self._handlers = handlers
        self._at = at

    def check(self, path: str, headers: Headers, peer: str) -> Refused | None:
        """Refuse a handshake: a path that is no socket, a foreign origin, too many from one address."""
        if path.partition("?")[0].rstrip("/") != "/ws":
            return _refused(Refusal("not_found"))
        try:
            if not self._doors.origin_ok(headers, peer):
                raise Refusal("wrong_origin")
            self._doors.admit(peer, headers)
        except Refusal as refusal:
            return _refused(refusal)
        return None

    def opened(self, connection: Connection) -> None:
        """Sign in by header or cookie at once, else wait for the first frame."""
        arriving = connection.state = _Arriving()
        token = self._doors.token(connection.headers, connection.peer)
        if token is not None:
            self._start(connection, arriving, token)
            return

        def too_late() -> None:
            if connection.state is arriving and arriving.task is None:
                connection.close(SESSION_OVER)

        self._at(self._clock.now() + SIGN_IN_WITHIN, too_late)

    def received(self, connection: Connection, text: bytes) -> None:
        """One text message."""
        state = connection.state
        if isinstance(state, Client):
            self._command(state, text, connection.last_heard)
        elif state.task is not None:
            state.early.append(text)
            if len(state.early) > MAX_EARLY_FRAMES:
                connection.close(TOO_MANY)
        else:
            self._first_frame(connection, state, text)

    def closed(self, connection: Connection, code: int, clean: bool) -> None:
        """The socket is gone."""
        state, connection.state = connection.state, None
        if isinstance(state, Client):
            self._doors.leave(state, code, clean)
        elif isinstance(state, _Arriving):
            state.clean = clean

    def _first_frame(self, connection: Connection, arriving: _Arriving, text: bytes) -> None:
        try:
            token = _decode_auth(text).token
        except _UNREADABLE:
            self._say(connection, "not_signed_in", 'Send {"type": "auth", "token": …} first.', None)
            connection.close(SESSION_OVER)
            return
        self._start(connection, arriving, token)

    def _start(self, connection: Connection, arriving: _Arriving, token: str) -> None:
        arriving.task = asyncio.get_running_loop().create_task(self._sign_in(connection, arriving, token))

    async def _sign_in(self, connection: Connection, arriving: _Arriving, token: str) -> None:
        try:
            client = await self._doors.enter(connection, token)
        except Exception as error:  # our trouble is not the end of their session: they may come back
            if not isinstance(error, Refusal):
                log.exception("sign-in failed")
            connection.close(RESTART)
            return
        if client is None:
            connection.close(SESSION_OVER)
            return
        if connection.state is not arriving:
            # It closed in the meantime.
            self._doors.leave(client, 1005 if arriving.clean else 1006, arriving.clean)
            return
        connection.state = client
        for text in arriving.early:
            self._command(client, text, self._clock.now())

    def _command(self, client: Client, text: bytes, now: float) -> None:
        if self._limiter.allow("session", client.session_id) > 0:
            client.socket.close(TOO_MANY)
            return
        try:
            command = _decode_command(text)
        except _UNREADABLE as error:
            self._malformed(client, text, error)
            return
        if type(command) is not Ping:
            self._doors.active(client, now)
        try:
            answer = self._handlers[type(command)](client, command)
            if isinstance(answer, Later):
                answer.begin(Reply(self, client, answer.make, command))
            elif answer is not None:
                client.socket.send(framed(answer))
        except Refusal as refusal:
            self._refuse(client, refusal, _client_id(command))
        except Exception as error:  # a mistake of ours must not end the socket
            self._mistake(client, error, _client_id(command))

    def fail(self, client: Client, error: Exception, client_id: str | None) -> None:
        """Say why a command was not carried out."""
        if isinstance(error, Refusal):
            self._refuse(client, error, client_id)
        else:
            self._mistake(client, error, client_id)

    def _mistake(self, client: Client, error: BaseException, client_id: str | None) -> None:
        log.error("a command failed", exc_info=error)
        self._refuse(client, Refusal("internal"), client_id)

    def _malformed(self, client: Client, text: bytes, error: Exception) -> None:
        try:
            client_id = _decode_echo(text).client_id
        except _UNREADABLE:
            client_id = None
        if client_id is not None:
            client_id = client_id[:64]
        self._say(client.socket, "bad_frame", f"The frame does not fit: {error}"[:300], client_id)

    def _refuse(self, client: Client, refusal: Refusal, client_id: str | None) -> None:
        self._say(client.socket, refusal.code, refusal.detail, client_id, refusal.retry_after)

    def _say(self, socket: Any, code: str, detail: str, client_id: str | None, retry: float | None = None) -> None:
        event = Error(timestamp=self._clock.utcnow(), code=code, detail=detail, client_id=client_id, retry_after=retry)
        socket.send(framed(event))


def _client_id(command: Command) -> str | None:
    """What its client calls a command, where it does."""
    return getattr(command, "client_id", None)


def _refused(refusal: Refusal) -> Refused:
    return Refused(refusal.status, refusal.code, refusal.detail, refusal.retry_after)
