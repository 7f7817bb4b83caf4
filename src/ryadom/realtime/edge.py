"""The class that uvicorn hands an upgraded connection to: RFC 6455 without a task per socket.

Bytes in become calls of the `Gate`; what goes out, pongs and the last close too, leaves through the `Connection`, in
order. No extension is accepted, so there is no compression and no compression bomb. Frames are read in `reader`; what
a client may send is decided in `inbox`, what may wait for a client in `backlog`, when silence is the end in `pulse`.
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Protocol

from ryadom.clock import Clock
from ryadom.protocol.errors import RESTART

from .connection import Connection, Gate, Refused
from .handshake import Accepted, Head, Request, answer
from .inbox import NO_CLOSE, NO_CODE, Ended
from .pulse import Pulse
from .reader import Reader
from .tick import Tick

MAX_AFTER_CLOSE = 256 * 1024
"""Bytes that are still parsed for the client's close frame after ours."""
HIGH_WATER = 0
"""Bytes that a transport buffers before it pauses. So nothing waits in one that is not paused."""

_CLEAN = (1000, 1001, NO_CODE)


class ServerState(Protocol):
    """What the edge uses of uvicorn's server state: the protocols to shut down."""

    connections: Any


class Surroundings(NamedTuple):
    """What all sockets of one server share."""

    gate: Gate
    pulse: Pulse
    clock: Clock
    tick: Tick
    now: Callable[[], float]
    """The clock's, at hand for every packet."""


class Edge(asyncio.Protocol):
    """One upgraded connection: handshake, frames, end. `make_edge` binds it to its surroundings."""

    __slots__ = ("_connection", "_head", "_late", "_reader", "_server", "_told", "_transport")
    around: ClassVar[Surroundings]

    def __init__(self, config: Any, server_state: ServerState, app_state: Any, _loop: Any = None) -> None:
        del config, app_state, _loop  # uvicorn gives them to every protocol
        self._server = server_state
        self._transport: asyncio.Transport
        self._head: Head | None = None
        self._connection: Connection | None = None
        self._reader: Reader | None = None
        """There from the handshake until the last frame of the client that counts."""
        self._late = 0
        self._told = False

    # What asyncio and uvicorn call.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take over the upgraded transport."""
        self._transport = transport
        transport.set_write_buffer_limits(high=HIGH_WATER)
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes of the handshake's head, then of frames. Raises only what the gate raises."""
        connection, reader = self._connection, self._reader
        if connection is None:
            self._shake(data)
            return
        connection.last_heard = self.around.now()
        if reader is None:
            return
        if connection.closing:
            self._late += len(data)
            if self._late > MAX_AFTER_CLOSE:
                connection.abort()
                return
        try:
            reader.feed(data)
        except Ended as end:
            connection.last_word(end.last_word)
            self._hang_up(connection, end.code)

    def eof_received(self) -> None:
        """The client sends no more; the transport closes itself."""
        if self._connection is not None and self._reader is not None:
            self._hang_up(self._connection, NO_CLOSE)

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        del exc  # why is all the same
        self._server.connections.discard(self)
        self._reader = None
        if self._connection is not None:
            self._connection.lost()
            self._tell(self._connection, NO_CLOSE)

    def pause_writing(self) -> None:
        """The transport's buffer is above `HIGH_WATER`."""
        if self._connection is not None:
            self._connection.pause()

    def resume_writing(self) -> None:
        """The transport's buffer has room again."""
        if self._connection is not None:
            self._connection.resume()

    def shutdown(self) -> None:
        """The server goes down: close with 1012."""
        if self._connection is not None:
            self._connection.close(RESTART)
        else:
            self._transport.close()

    # The handshake.

    def begin(self, request: Request, rest: bytes) -> None:
        """Answer a request; `rest`, the bytes behind it, are frames already."""
        peer = _host(self._transport)
        outcome = answer(request, peer, self.around.gate.check)
        if isinstance(outcome, Refused):
            self._refuse(outcome)
            return
        self._open(outcome, peer)
        if rest:
            self.data_received(rest)

    def _shake(self, data: bytes) -> None:
        """Gather the head: uvicorn's own HTTP protocol hands it over as bytes."""
        if self._transport.is_closing():
            return
        head = self._head = self._head or Head()
        gathered = head.feed(data)
        if gathered is None:
            return
        self._head = None
        if isinstance(gathered, Refused):
            self._refuse(gathered)
        else:
            self.begin(*gathered)

    def _open(self, accepted: Accepted, peer: str) -> None:
        around = self.around
        connection = Connection(self._transport, peer, accepted.headers, around.tick, around.pulse, around.clock)
        self._connection = connection
        self._reader = Reader(connection, around.gate)
        if self._transport.get_write_buffer_size():
            # An answer to an earlier request on the same connection.
            connection.pause()
        connection.write(accepted.response)
        around.pulse.register(connection)
        around.gate.opened(connection)
        connection.drop_headers()

    def _refuse(self, refused: Refused) -> None:
        self._transport.write(refused.response())
        self._transport.close()

    # The end.

    def _hang_up(self, connection: Connection, code: int) -> None:
        """The conversation is over. Half-close, so that the peer can read our last frames before the reset."""
        self._reader = None
        connection.last_word(b"")
        connection.flush()
        self._tell(connection, code)
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _tell(self, connection: Connection, code: int) -> None:
        if not self._told:
            self._told = True
            self.around.gate.closed(connection, code, code in _CLEAN)


def make_edge(
    gate: Gate, pulse: Pulse, clock: Clock, on_drop: Callable[[str, int], None] = lambda what, count: None
) -> type[Edge]:
    """The class for uvicorn's `ws=`, bound to this application. `on_drop`: see `Tick`."""

    class BoundEdge(Edge):
        __slots__ = ()
        around = Surroundings(gate, pulse, clock, Tick(on_drop), clock.now)

    return BoundEdge


def _host(transport: asyncio.BaseTransport) -> str:
    address = transport.get_extra_info("peername")
    return str(address[0]) if isinstance(address, tuple) else ""
