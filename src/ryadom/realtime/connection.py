"""One open socket as the application sees it: frames to send, a bounded queue, an end.

What is sent within one tick of the event loop leaves in one write. A peer that does not read makes its transport pause;
then frames wait in a `Backlog`, and the socket is closed with 4408 when they do not fit. Nobody is held up by that.
"""

import asyncio
import http
import math
import os
import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from ryadom.clock import Clock
from ryadom.protocol.errors import TOO_SLOW, CloseCode, Problem

from .backlog import MAX_BYTES, MAX_EVENTS, Backlog
from .frames import close_frame, ping_frame
from .headers import Headers
from .pulse import Deadline, Pulse
from .tick import NONE, Tick, send_each

PORTION = 32 * 1024
"""Bytes that are handed on at a time; a transport buffers no more than this."""
QUICK, QUICK_SIZE = 32, 512
"""A frame of at most `QUICK_SIZE` bytes may be added to an `out` that holds between 1 and `QUICK` - 1 frames."""
_FLUSH_AT = PORTION - QUICK * QUICK_SIZE
"""Bytes that `send` has counted in `out` when it is flushed: with the small ones, which it has not, a portion."""
CLOSE_WAIT = 5.0
"""Seconds that a peer has to finish the closing handshake before its transport is aborted."""

_PING = ping_frame()
_PING_SLOT = "ping"
_NO_HEADERS = Headers()
_WHAT_WOULD_DO = {
    405: "Allow: GET\r\n",
    426: "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
}
"""Headers that an answer with this status must have."""


class Refused(NamedTuple):
    """A handshake or request that gets a plain HTTP answer: its status, a word of `protocol.errors`, what to do."""

    status: int
    code: str
    detail: str
    retry_after: float | None = None
    """Seconds after which it may work, for 429 and 503."""

    def response(self) -> bytes:
        """The whole answer, `application/problem+json`, after which the connection is closed."""
        title = http.HTTPStatus(self.status).phrase
        body = msgspec.json.encode(Problem("about:blank", title, self.status, self.code, self.detail))
        more = _WHAT_WOULD_DO.get(self.status, "")
        if self.retry_after is not None:
            more += f"Retry-After: {math.ceil(self.retry_after)}\r\n"
        head = (
            f"HTTP/1.1 {self.status} {title}\r\nContent-Type: application/problem+json\r\n{more}"
            f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + body


class Gate(Protocol):
    """What the edge asks of the application. All of it is called on the event loop and must not block."""

    def check(self, path: str, headers: Headers, peer: str) -> Refused | None:
        """Whether this handshake may open a socket. `path` is without its query, `peer` the address without its port.

        Authorization, Cookie, Host and Origin are there at most once.
        """

    def opened(self, connection: "Connection") -> None:
        """The handshake's 101 was written. `connection.headers` can be read here, and only here."""

    def received(self, connection: "Connection", text: bytes) -> None:
        """One whole text message: valid UTF-8, at most 64 KiB. None comes after `connection.close`."""

    def closed(self, connection: "Connection", code: int, clean: bool) -> None:
        """The end, once for each `opened`. `code` is the one that the client sent, 1005 for none, 1006 for no close.

        `clean`: the client closed the socket with 1000, 1001 or no code.
        """


class Connection:
    """One device's open socket. The application calls `send` and `close`; the rest is for the edge and the pulse."""

    __slots__ = (
        "_backlog", "_clock", "_deadline", "_last", "_own", "_paused", "_pulse", "_size", "_tick", "_transport",
        "closing", "fd", "headers", "id", "last_heard", "out", "peer", "state",
    )  # fmt: skip

    def __init__(
        self,
        transport: asyncio.WriteTransport,
        peer: str,
        headers: Headers,
        tick: Tick,
        pulse: Pulse,
        clock: Clock,
    ) -> None:
        self.id = secrets.token_urlsafe(12)
        self.peer = peer
        """Address of the TCP peer, without its port."""
        self.headers = headers
        self.state: Any = None
        """The application's own object for this connection."""
        self.last_heard = clock.now()
        """When the last bytes came from the client, epoch seconds."""
        self.closing = False
        """True from the first sign of the end: nothing sent after that leaves."""
        self._transport = transport
        self._own = self.fd = _descriptor(transport)
        """`fd`: to write to past the transport, where nothing waits in it; else `NONE`."""
        self._tick = tick
        self._pulse = pulse
        self._clock = clock
        self.out: tuple[bytes, ...] = ()
        """What leaves at the end of this tick. Who has a small frame for many connections may add it here instead of
        calling `send`, where something is queued already: see `QUICK`."""
        self._last: tuple[bytes, ...] | None = None
        self._size = 0
        self._paused = False
        self._backlog: Backlog | None = None
        self._deadline: Deadline | None = None

    def send(self, frame: bytes, slot: object = None, droppable: bool = False) -> None:
        """Write this frame, or several in one piece, at the end of the tick, or queue it while the peer does not read.

        In the queue a frame takes the place of an earlier one with the same `slot`; `droppable` frames are the first
        that a full queue loses. A queue that stays full closes the socket with 4408.
        """
        out = self.out
        if not out and self._tick.many is not None:
            self._tick.before(self)
            out = self.out
        if out:
            # It neither closes nor waits.
            self.out = (*out, frame)
            if len(out) < QUICK and len(frame) <= QUICK_SIZE:
                return
            self._size += len(frame)
        elif self.closing:
            return
        elif self._backlog is not None:
            self._put(self._backlog, frame, slot, droppable)
            return
        else:
            tick = self._tick
            if tick.first[0] is not frame:
                tick.turn_to(frame)
            tick.dirty.append(self)
            self.out = tick.first
            self._size = tick.size
        if self._size >= _FLUSH_AT or len(self.out) >= MAX_EVENTS:
            self.flush()

    def send_each(self, sockets: Sequence[Any], pieces: Sequence[bytes]) -> None:
        """Send to each of these connections, of which this is one, a piece of its own: as `send` of each would."""
        if not self._tick.put(sockets, pieces):
            send_each(sockets, pieces)

    def _put(self, backlog: Backlog, frame: bytes, slot: object, droppable: bool) -> None:
        fits = backlog.put(frame, slot, droppable)
        if backlog.dropped:
            self._tick.on_drop("event", backlog.dropped)
            backlog.dropped = 0
        if not fits:
            self._tick.on_drop("socket", 1)
            self._backlog = None
            self.close(TOO_SLOW)

    def close(self, code: CloseCode) -> None:
        """Write what is queued, then a close frame; send nothing after it. Abort the transport after 5 s at most.

        A socket that is too slow loses its queue, since its client has to catch up anyway.
        """
        self.last_word(close_frame(code.code, code.meaning))

    def last_word(self, frame: bytes) -> None:
        """Close with this frame, which may be empty. Harmless when the connection is closing already."""
        if self.closing:
            return
        self._tick.before(self)
        self.closing = True
        # Nothing is queued behind it: `out` is empty from now on.
        last, self.out = self.out, ()
        self._tick.turn_to(frame)
        self._tick.dirty.append(self)
        if self._backlog is not None:
            last += (self._backlog.take(MAX_BYTES),)
            self._backlog = None
        self._last = (*last, frame) if frame else last
        self._pulse.forget(self)
        self._deadline = self._pulse.at(self._clock.now() + CLOSE_WAIT, self.abort)

    def ping(self) -> None:
        """Send a protocol ping."""
        self.send(_PING, _PING_SLOT)

    def abort(self) -> None:
        """Drop the transport without a word; `Gate.closed` follows with 1006."""
        self.closing = True
        self._own = self.fd = NONE
        self.out = ()
        self._transport.abort()

    def flush(self) -> None:
        """Write what this tick has gathered."""
        out = self.out if self._last is None else self._last
        self._last = None
        self.out = ()
        if out:
            self.write(b"".join(out))
        if self.closing:
            # Nothing is written behind the last word.
            self._own = self.fd = NONE

    def write(self, data: bytes) -> None:
        """Hand these bytes to the kernel now; what it does not take waits in the transport, which makes us pause."""
        sent = 0
        if self.fd != NONE:
            # The transport's own steps were a tenth of a fan-out.
            try:
                sent = os.write(self.fd, data)
            except OSError:
                sent = 0
        self.wrote(sent, data)

    def wrote(self, sent: int, data: bytes) -> None:
        """The kernel has taken so many of these bytes; when it is full, or the peer gone, the transport sees it too."""
        if sent < len(data):
            self._transport.write(data[sent:])

    def pause(self) -> None:
        """Something waits in the transport."""
        self._paused = True
        self.fd = NONE
        self._tick.before(self)
        # What was queued comes before what has to wait.
        self.flush()
        if self._backlog is None and not self.closing:
            self._backlog = Backlog()

    def resume(self) -> None:
        """Nothing waits in the transport: hand on the backlog, by portions, until the kernel is full or all is out."""
        self._paused = False
        self.fd = self._own
        while self._backlog is not None and not self._paused:
            portion = self._backlog.take(PORTION)
            if portion:
                self.write(portion)
            else:
                self._backlog = None

    def drop_headers(self) -> None:
        """Let go of the handshake's headers."""
        self.headers = _NO_HEADERS

    def lost(self) -> None:
        """The transport is gone: let go of everything."""
        self.closing = True
        # The number is somebody else's from now on.
        self._own = self.fd = NONE
        self.out = ()
        self._last = None
        self._backlog = None
        self._pulse.forget(self)
        if self._deadline is not None:
            self._deadline.cancel()


def _descriptor(transport: asyncio.BaseTransport) -> int:
    """The file descriptor to write to; none where a write would pass something by, as encryption, or has no socket."""
    socket = transport.get_extra_info("socket")
    if socket is None or transport.get_extra_info("sslcontext") is not None:
        return NONE
    return int(socket.fileno())
