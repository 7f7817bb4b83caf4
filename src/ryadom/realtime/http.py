"""uvicorn's HTTP protocol with what it leaves out: deadlines for reading, a bound for heads, a whole hand-off.

A head must be there within 10 s of the connection (or of its first byte, on a connection that is kept alive), a body
within 20 s of its head; else the answer is 408, or nothing when an answer has begun. A head may have 16 KiB and
100 headers. Bytes behind an upgrade request go to the WebSocket class.
"""

import asyncio
from typing import Any, ClassVar, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from ryadom.clock import Clock

from .connection import Refused
from .edge import Edge
from .handshake import Request
from .pulse import Deadline, Pulse

HEAD_SECONDS = 10.0
BODY_SECONDS = 20.0
MAX_HEAD = 16 * 1024
"""Bytes of target, names and values, those of trailers too; and raw bytes without a piece of body among them."""
MAX_HEADERS = 100

_NEVER = float("inf")
_SLOW = Refused(408, "too_late", "The request did not arrive in time.")
_LARGE = Refused(431, "head_too_large", "The head of the request is too large.")
_BROKEN = Refused(400, "bad_request", "This is no HTTP request.")
_EARLY = Refused(400, "bad_request", "Wait for the answer before you ask for an upgrade.")


class _HeadTooLargeError(Exception):
    """Raised through the parser to stop it."""


class Http(HttpToolsProtocol):
    """One HTTP connection. `make_http` binds it to its clock and pulse."""

    clock: ClassVar[Clock]
    pulse: ClassVar[Pulse]

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._due = _NEVER
        self._deadline: Deadline | None = None
        self._in_head = True
        self._size = 0
        self._fields = 0
        self._raw = 0
        self._too_large = False
        self._upgrades: bool | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first head is due from now on."""
        super().connection_made(transport)
        self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of requests. An upgrade hands the transport on, with the bytes behind its request."""
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        if self._due == _NEVER and (self._latest is None or self._latest.response_complete):
            self._expect(HEAD_SECONDS)
        self._raw += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._upgrade(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError:
            self._refuse(_LARGE if self._too_large else _BROKEN)
            return
        if self._raw > MAX_HEAD:
            self._refuse(_LARGE)

    # What the parser calls.

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._size = self._fields = 0
        self._upgrades = None
        if self._due == _NEVER:
            self._expect(HEAD_SECONDS)

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header, or a trailer. In place of uvicorn's, since it is called a dozen times per request."""
        self._fields += 1
        self._count(len(name) + len(value) + 4)
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole; the body is due."""
        self._in_head = False
        self._expect(BODY_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._raw = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Nothing is due until the next request."""
        self._raw = 0
        self._in_head = True
        self._expect(None)
        super().on_message_complete()

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MAX_HEAD or self._fields > MAX_HEADERS:
            self._too_large = True
            raise _HeadTooLargeError

    # Deadlines.

    def _expect(self, seconds: float | None) -> None:
        """Set the one deadline of this connection. An entry that is due earlier stays and looks again when it is."""
        if seconds is None:
            self._due = _NEVER
            return
        self._due = self.clock.now() + seconds
        if self._deadline is not None and self._deadline.due > self._due:
            self._deadline.cancel()
            self._deadline = None
        if self._deadline is None:
            self._deadline = self.pulse.at(self._due, self._look)

    def _look(self) -> None:
        self._deadline = None
        if self._due == _NEVER:
            return
        if self._due > self.clock.now():
            self._deadline = self.pulse.at(self._due, self._look)
        else:
            self._refuse(_SLOW)

    def _forget_deadline(self) -> None:
        self._due = _NEVER
        if self._deadline is not None:
            self._deadline.cancel()

    # The end.

    def _refuse(self, refused: Refused) -> None:
        """Answer what has no answer yet, and close."""
        if self.transport.is_closing():
            return
        if not self._answering():
            self.transport.write(refused.response())
        self.transport.close()

    def _answering(self) -> bool:
        """Whether an answer has begun into which another one must not be written."""
        if self._latest is None:
            return False
        if self._in_head:
            return not self._latest.response_complete
        return self._latest.response_started or bool(self.pipeline)

    @property
    def _latest(self) -> RequestResponseCycle | None:
        """uvicorn declares `cycle` without the None that it starts with."""
        return self.cycle

    def _should_upgrade(self) -> bool:
        """As uvicorn has it, which asks three times per request and looks through all headers each time."""
        if self._upgrades is None:
            self._upgrades = super()._should_upgrade()
        return self._upgrades

    def _upgrade(self, rest: bytes) -> None:
        if not self._should_upgrade():
            self.cycle.keep_alive = False  # what follows may be in a protocol that we do not speak
            return
        if self._latest is not None and not self._latest.response_complete:
            self._refuse(_EARLY)
            return
        request = Request(self.parser.get_method(), self.url, self.scope["http_version"], self.headers)
        self._release()
        edge = cast("type[Edge]", self.ws_protocol_class)(self.config, self.server_state, self.app_state)
        # First the hand-over, then the bytes: whatever goes wrong from here on, the edge hears of the end.
        self.transport.set_protocol(edge)
        edge.connection_made(self.transport)
        edge.begin(request, rest)

    def _release(self) -> None:
        """Let go of the connection, which is a WebSocket from now on."""
        self._forget_deadline()
        self.connections.discard(self)
        self.parser = None  # type: ignore[assignment]  # as in connection_lost: the two hold each other


def make_http(clock: Clock, pulse: Pulse) -> type[Http]:
    """The class for uvicorn's `http=`, with deadlines kept by this pulse."""

    class BoundHttp(Http):
        pass

    BoundHttp.clock = clock
    BoundHttp.pulse = pulse
    return BoundHttp
