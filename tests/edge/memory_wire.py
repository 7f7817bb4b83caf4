"""A WebSocket client and its connection, all in memory: no network, no real time, thousands of steps per second.

`MemorySocket` opens a socket on an `Edge` class and speaks for the client. What the client does arrives at once; what
the server writes arrives in the next round of the event loop, so `await asyncio.sleep(0)` a few times (or
`virtual_clock.settle()`) before looking at `events`.

    socket = MemorySocket(make_edge(gate, pulse, clock))
    socket.send_text('{"type": "ping"}')
    await settle()
    assert socket.events == [...]
"""

import asyncio
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from websockets.client import ClientProtocol
from websockets.extensions import ClientExtensionFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import CLOSED, OPEN
from websockets.uri import parse_uri

ServerClass = Callable[..., Any]
"""An `Edge` class, or any protocol class that uvicorn could construct."""


class MemoryTransport(asyncio.Transport):
    """The server's end of a connection. A peer that reads takes every byte at once, as a kernel with room would.

    `receive` gets the bytes of one round of the event loop, and b"" for the end of the stream. Callbacks of the
    protocol come when asyncio's own transports make them: `pause_writing` within `write`, `connection_lost` later.
    """

    def __init__(self, receive: Callable[[bytes], None], peer: str = "198.51.100.7") -> None:
        super().__init__({"peername": (peer, 50000), "sockname": ("192.0.2.1", 8080)})
        self.writes = 0
        """How often the server called `write`."""
        self.lost = False
        """Whether the server was told that the connection is gone."""
        self.reading_paused = False
        self._receive = receive
        self._protocol: Any = None
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._flying = bytearray()
        self._high, self._low = 64 * 1024, 16 * 1024
        self._peer_reads = True
        self._paused = self._closing = self._eof = False

    # What the server's protocol may call.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send, or buffer while the peer does not read."""
        if self._closing or not data:
            return
        assert not self._eof, "write after write_eof"
        self.writes += 1
        self._buffer += data
        self._pump()
        if len(self._buffer) > self._high and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def write_eof(self) -> None:
        """End the server's stream once all is sent."""
        if not self._eof:
            self._eof = True
            self._pump()

    def can_write_eof(self) -> bool:
        """As TCP can."""
        return True

    def close(self) -> None:
        """Send what is buffered, then go away. While the peer does not read, that may take for ever."""
        if not self._closing:
            self._closing = True
            self._pump()

    def abort(self) -> None:
        """Go away at once; what is buffered is lost."""
        self._closing = True
        self._buffer.clear()
        self._loop.call_soon(self.lose, None)

    def is_closing(self) -> bool:
        """Whether `close` or `abort` was called."""
        return self._closing

    def get_write_buffer_size(self) -> int:
        """Bytes that the peer has not taken."""
        return len(self._buffer)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Low and high water mark, in bytes."""
        return self._low, self._high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """As asyncio's, with the same defaults."""
        self._high = 64 * 1024 if high is None else high
        self._low = self._high // 4 if low is None else low

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Who gets the callbacks."""
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Who gets the callbacks."""
        protocol: asyncio.BaseProtocol = self._protocol
        return protocol

    def pause_reading(self) -> None:
        """Recorded only: the bytes of a client that is paused still arrive."""
        self.reading_paused = True

    def resume_reading(self) -> None:
        """Undo `pause_reading`."""
        self.reading_paused = False

    def is_reading(self) -> bool:
        """Whether the server wants bytes."""
        return not self.reading_paused and not self._closing

    # What the other end does.

    def peer_reads(self, reads: bool) -> None:
        """Whether the peer takes bytes from now on."""
        self._peer_reads = reads
        self._pump()
        self._resume_if_low()

    def peer_takes(self, size: int) -> None:
        """The peer takes so many of the buffered bytes and stops again."""
        self._peer_reads = False
        taken = self._buffer[:size]
        del self._buffer[:size]
        self._send(taken)
        self._resume_if_low()

    def lose(self, error: Exception | None) -> None:
        """The connection is gone. The server hears of it once."""
        self._closing = True
        if not self.lost:
            self.lost = True
            self._receive(b"")
            self._protocol.connection_lost(error)

    def deliver(self) -> None:
        """Give the peer what is on its way, now."""
        data = bytes(self._flying)
        self._flying.clear()
        if data:
            self._receive(data)

    def _pump(self) -> None:
        if not self._peer_reads:
            return
        self._send(self._buffer)
        self._buffer.clear()
        if self._closing:
            self._loop.call_soon(self.lose, None)
        elif self._eof:
            self._loop.call_soon(self._receive, b"")

    def _send(self, data: bytearray) -> None:
        if data and not self._flying:
            self._loop.call_soon(self.deliver)
        self._flying += data

    def _resume_if_low(self) -> None:
        if self._paused and len(self._buffer) <= self._low and not self._closing:
            self._paused = False
            self._protocol.resume_writing()


class MemorySocket:
    """A client. The handshake is over when the constructor returns: look at `status`, `alive` or `refusal`.

    `headers` are added to the handshake's own (Authorization, Cookie, Origin, …).
    `server` stands for uvicorn's server state; share one to shut several sockets down together.
    """

    def __init__(
        self,
        edge_class: ServerClass,
        path: str = "/ws",
        headers: Mapping[str, str] | None = None,
        *,
        peer: str = "198.51.100.7",
        server: SimpleNamespace | None = None,
        extensions: list[ClientExtensionFactory] | None = None,
    ) -> None:
        self.events: list[str] = []
        """The texts received, in order."""
        self.close_code: int | None = None
        """Why the socket ended: the code in the server's close frame, 1005 for none in it, 1006 without a frame."""
        self.silent = False
        """True: the client answers nothing by itself, neither pings nor the server's close."""
        self.pings = 0
        """Pings received."""
        self.response: Response | None = None
        """The server's answer to the handshake."""
        self.server = server or SimpleNamespace(connections=set())
        self.transport = MemoryTransport(self._receive, peer)
        self._parser = ClientProtocol(parse_uri("ws://ryadom.test" + path), extensions=extensions, max_size=None)
        self._gone = False
        self.edge = edge_class(config=SimpleNamespace(), server_state=self.server, app_state={})
        self.transport.set_protocol(self.edge)
        self.edge.connection_made(self.transport)
        self._shake(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of the handshake's answer: 101, or what the server refused it with; 0 for no answer."""
        return self.response.status_code if self.response else 0

    @property
    def refusal(self) -> bytes:
        """The body of the answer that refused the handshake."""
        return bytes(self.response.body) if self.response else b""

    @property
    def alive(self) -> bool:
        """Whether the socket is open: neither refused, nor closed by either side, nor dropped."""
        return self._parser.state is OPEN and not self._gone

    def send_text(self, text: str) -> None:
        """Send one whole text frame."""
        self._parser.send_text(text.encode())
        self._flush()

    def send_bytes(self, data: bytes) -> None:
        """Send raw bytes, whatever they mean."""
        if not self.transport.is_closing():
            self.edge.data_received(data)

    def ping(self, payload: bytes = b"") -> None:
        """Send a protocol ping."""
        self._parser.send_ping(payload)
        self._flush()

    def close(self, code: int | None = 1000) -> None:
        """Begin the closing handshake; None sends no code."""
        self._parser.send_close(code)
        self._flush()

    def drop(self) -> None:
        """Lose the connection without a close frame; the server notices at once."""
        self._gone = True
        self._note_end()
        self.transport.lose(ConnectionResetError("the peer is gone"))

    def vanish(self) -> None:
        """Lose the connection so that nobody tells the server: it reads nothing, answers nothing."""
        self.silent = True
        self.stop_reading()

    def stop_reading(self) -> None:
        """Take no more bytes; what the server writes stays in its buffers."""
        self.transport.peer_reads(False)

    def resume_reading(self) -> None:
        """Take bytes again, the buffered ones first."""
        self.transport.peer_reads(True)

    def _shake(self, headers: Mapping[str, str]) -> None:
        request = self._parser.connect()
        for name, value in headers.items():
            request.headers[name] = value
        self._parser.send_request(request)
        self._flush()
        self.transport.deliver()

    def _receive(self, data: bytes) -> None:
        if data:
            self._parser.receive_data(data)
        else:
            self._parser.receive_eof()
        for event in self._parser.events_received():
            if isinstance(event, Frame):
                self._note(event)
            elif isinstance(event, Response):
                self.response = event
        self._flush(answers=True)
        if self._parser.state is CLOSED:
            self._note_end()

    def _note(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT:
            self.events.append(bytes(frame.data).decode())
        elif frame.opcode is Opcode.PING:
            self.pings += 1
        elif frame.opcode is Opcode.CLOSE:
            self._note_end()

    def _note_end(self) -> None:
        if self.close_code is None:
            received = self._parser.close_rcvd
            self.close_code = 1006 if received is None else int(received.code)

    def _flush(self, answers: bool = False) -> None:
        """Send what the parser wants sent; a silent client keeps its `answers` to itself."""
        for data in self._parser.data_to_send():
            if self.transport.is_closing() or (answers and self.silent):
                continue
            if data:
                self.edge.data_received(data)
            elif not self.edge.eof_received():
                self.transport.close()
