"""The class that uvicorn hands an upgraded connection to: RFC 6455 by websockets' sans-I/O parser, no task per socket.

Bytes in become calls of the `Gate`; what goes out, the parser's pongs and closes too, leaves through the `Connection`,
in order. No extension is accepted, so there is no compression and no compression bomb. What a client may send is
decided in `inbox`, what may wait for a client in `backlog`, when silence is the end in `pulse`.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple, Protocol

from websockets.frames import Frame
from websockets.server import ServerProtocol

from ryadom.clock import Clock
from ryadom.protocol.errors import RESTART, CloseCode

from .connection import Connection, Gate, Refused, Tick
from .frames import PONG
from .handshake import Accepted, Head, answer
from .inbox import MAX_MESSAGE, Inbox
from .pulse import Pulse

MAX_AFTER_CLOSE = 256 * 1024
"""Bytes that are still parsed for the client's close frame after ours."""
HIGH_WATER = 64 * 1024
"""Bytes that a transport buffers before it pauses."""

_SLICE = 4096
"""Bytes parsed at a time, so that a flood is seen before all of it has become objects."""
_CLEAN = (1000, 1001, 1005)
_PONG_SLOT = "pong"

_log = logging.getLogger("ryadom.edge")
_log.setLevel(logging.WARNING)


class ServerState(Protocol):
    """What the edge uses of uvicorn's server state: the protocols to shut down."""

    connections: Any


class Surroundings(NamedTuple):
    """What all sockets of one server share."""

    gate: Gate
    pulse: Pulse
    clock: Clock
    tick: Tick


class Edge(asyncio.Protocol):
    """One upgraded connection: handshake, frames, end. `make_edge` binds it to its surroundings."""

    __slots__ = ("_connection", "_head", "_inbox", "_late", "_parser", "_server", "_told", "_transport")
    around: ClassVar[Surroundings]

    def __init__(self, config: Any, server_state: ServerState, app_state: Any, _loop: Any = None) -> None:
        del config, app_state, _loop  # uvicorn gives them to every protocol
        self._server = server_state
        self._transport: asyncio.Transport
        self._parser = ServerProtocol(max_size=MAX_MESSAGE, logger=_log)
        self._head: Head | None = Head()
        self._inbox = Inbox()
        self._connection: Connection | None = None
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
        if self._head is not None:
            data = self._shake(self._head, data)
        connection = self._connection
        if connection is None or not data:
            return
        connection.last_heard = self.around.clock.now()
        if connection.closing and not self._parser.eof_sent:
            self._late += len(data)
            if self._late > MAX_AFTER_CLOSE:
                connection.abort()
                return
        for start in range(0, len(data), _SLICE):
            self._feed(connection, data[start : start + _SLICE])

    def eof_received(self) -> None:
        """The client sends no more; the transport closes itself."""
        if self._connection is not None:
            self._parser.receive_eof()
            self._pass_on(self._connection)

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is gone."""
        del exc  # why is all the same
        self._server.connections.discard(self)
        self._parser.parser.close()  # the generator and its parser hold each other; spare the collector
        if self._connection is not None:
            self._connection.lost()
            self._tell(self._connection)

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

    def _shake(self, head: Head, data: bytes) -> bytes:
        """Gather the head and answer it. The bytes behind it are returned: they are frames."""
        gathered = head.feed(data)
        if gathered is None:
            return b""
        self._head = None
        if isinstance(gathered, Refused):
            self._refuse(gathered)
            return b""
        peer = _host(self._transport)
        outcome = answer(self._parser, gathered[0], peer, self.around.gate.check)
        if isinstance(outcome, Refused):
            self._refuse(outcome)
            return b""
        self._open(outcome, peer)
        return gathered[1]

    def _open(self, accepted: Accepted, peer: str) -> None:
        gate, pulse, clock, tick = self.around
        connection = self._connection = Connection(self._transport, peer, accepted.headers, tick, pulse, clock)
        self._transport.write(accepted.response)
        pulse.register(connection)
        gate.opened(connection)
        connection.drop_headers()

    def _refuse(self, refused: Refused) -> None:
        self._transport.write(refused.response())
        self._transport.close()

    # Frames.

    def _feed(self, connection: Connection, data: bytes) -> None:
        self._parser.receive_data(data)
        for event in self._parser.events_received():
            if connection.closing:
                break
            if isinstance(event, Frame):
                self._take(connection, event)
        self._pass_on(connection)

    def _take(self, connection: Connection, frame: Frame) -> None:
        outcome = self._inbox.take(frame, connection.last_heard)
        if isinstance(outcome, bytes):
            self.around.gate.received(connection, outcome)
        elif outcome is not None:
            self._fail(connection, outcome)

    def _pass_on(self, connection: Connection) -> None:
        """Send what the parser wants sent: pongs, its close frame, the end of the stream."""
        for data in self._parser.data_to_send():
            if not data:
                self._hang_up(connection)
            elif data[0] == PONG:
                # A client is owed a pong for its latest ping only, which bounds the queue of one that does not read.
                connection.send(data, _PONG_SLOT)
            else:
                connection.last_word(data)

    # The end.

    def _fail(self, connection: Connection, code: CloseCode) -> None:
        """Close because of what the client sent, and read no more frames."""
        self._parser.fail(code.code, code.meaning)
        self._pass_on(connection)

    def _hang_up(self, connection: Connection) -> None:
        """The conversation is over. Half-close, so that the peer can read our last frames before the reset."""
        connection.last_word(b"")
        connection.flush()
        self._tell(connection)
        if self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _tell(self, connection: Connection) -> None:
        if self._told:
            return
        self._told = True
        self._inbox.clear()
        received = self._parser.close_rcvd
        code = 1006 if received is None else int(received.code)
        self.around.gate.closed(connection, code, code in _CLEAN)


def make_edge(
    gate: Gate, pulse: Pulse, clock: Clock, on_drop: Callable[[str, int], None] = lambda what, count: None
) -> type[Edge]:
    """The class for uvicorn's `ws=`, bound to this application. `on_drop`: see `Tick`."""

    class BoundEdge(Edge):
        __slots__ = ()
        around = Surroundings(gate, pulse, clock, Tick(on_drop))

    return BoundEdge


def _host(transport: asyncio.BaseTransport) -> str:
    address = transport.get_extra_info("peername")
    return str(address[0]) if isinstance(address, tuple) else ""
