"""The frames of one client: bytes in, whole text messages out, by RFC 6455 and the bounds of `inbox`.

Between two frames a reader holds nothing. One frame is looked at after the other, and whatever comes after the one
that closes the socket stays bytes, so a flood is seen before it has become objects. A frame that cannot be right is
refused by its first bytes.
"""

from ryadom.protocol.errors import PROTOCOL_ERROR, TOO_BIG, UNSUPPORTED

from .connection import Connection, Gate
from .frames import CLOSE, PING, PONG, TEXT, pong_frame
from .inbox import MAX_MESSAGE, Controls, Fragments, broken, check_text, closed
from .mask import SHORT, STEPS, unmasked

_FINAL = 0x80
_RESERVED = 0x70
_CONTROL = 0x08
_MASKED = 0x80
_CONTINUATION = 0
_BINARY = 2
_MAX_CONTROL = 125
"""Bytes of a control frame's payload."""
_PONG_SLOT = "pong"

_LENGTH_SIZES = {126: 2, 127: 8}
"""Bytes of a length that does not fit the second byte, by what stands there instead."""
_LEAST = {126: 126, 127: 65536}
"""The smallest length that may be written so."""

_read = int.from_bytes


class Reader:
    """What one client sends. While the connection is closing, only a close frame counts."""

    __slots__ = ("_connection", "_controls", "_gate", "_held", "_message", "_wanted")

    def __init__(self, connection: Connection, gate: Gate) -> None:
        self._connection = connection
        self._gate = gate
        self._controls: Controls | None = None
        self._message: Fragments | None = None
        self._held: bytearray | None = None
        """The beginning of a frame, until `_wanted` bytes of it are there."""
        self._wanted = 0

    def feed(self, data: bytes) -> None:
        """Give the gate what is whole now. Raises `Ended` when it is over, and what the gate raises."""
        held = self._held
        if held is not None:
            held += data
            if len(held) < self._wanted:
                return
            data = bytes(held)
            self._held = None
        connection = self._connection
        start, end = 0, len(data)
        while start < end:
            # Nearly every frame is a short and whole text, so that one is read here without a call; others in `_next`.
            if data[start] == TEXT and end - start > 7 and self._message is None and not connection.closing:
                size = data[start + 1] - _MASKED
                key = start + 2
                if size > 125:
                    size = data[key] << 8 | data[key + 1] if size == 126 else SHORT
                    size = size if size > 125 else SHORT  # written too long, which `_next` refuses
                    key += 2
                stop = key + 4 + size
                if 0 <= size < SHORT and stop <= end:
                    bits, repeats, surplus = STEPS[size]
                    both = _read(data[key:stop])
                    text = (both ^ (both >> bits) * repeats >> surplus).to_bytes(size)
                    if not text.isascii():
                        check_text(text)
                    start = stop
                    self._gate.received(connection, text)
                    continue
            start = self._next(data, start)

    def _next(self, data: bytes, start: int) -> int:
        """Read the frame at `start`. Where the next one begins: behind `data`, when this one is not whole."""
        there = len(data) - start
        if there < 2:
            return self._hold(data, start, 2)
        first, size = data[start], data[start + 1] & 0x7F
        self._check(first, data[start + 1])
        key = start + 2
        if size > 125:
            key += _LENGTH_SIZES[size]
            if len(data) < key:
                return self._hold(data, start, key - start)
            size = _long(size, data[start + 2 : key])
        if not first & _CONTROL and size + (self._message.size if self._message else 0) > MAX_MESSAGE:
            raise broken(TOO_BIG)
        stop = key + 4 + size
        if len(data) < stop:
            return self._hold(data, start, stop - start)
        if first & _CONTROL:
            self._control(first, unmasked(data, key, size))
        elif self._connection.closing:
            self._message = None if first & _FINAL else self._message or Fragments()
        else:
            self._text(unmasked(data, key, size), bool(first & _FINAL))
        return stop

    def _hold(self, data: bytes, start: int, wanted: int) -> int:
        """Keep the beginning of a frame. That of a message which is too large is never kept."""
        self._held = bytearray(data[start:])
        self._wanted = wanted
        return len(data)

    def _check(self, first: int, second: int) -> None:
        """Raise `Ended` when the first two bytes of a frame are wrong where it stands."""
        if first & _RESERVED:
            raise broken(PROTOCOL_ERROR, "A reserved bit is set, but no extension was agreed on.")
        if second < _MASKED:
            raise broken(PROTOCOL_ERROR, "A frame of a client must be masked.")
        opcode = first & 0x0F
        if opcode & _CONTROL:
            _check_control(first, second)
        elif opcode > _BINARY:
            raise broken(PROTOCOL_ERROR, "A frame of an unknown kind.")
        elif (opcode == _CONTINUATION) is (self._message is None):
            raise broken(PROTOCOL_ERROR, "A frame that continues nothing, or a message within another.")
        elif opcode == _BINARY and not self._connection.closing:
            raise broken(UNSUPPORTED)

    def _text(self, text: bytes, last: bool) -> None:
        message = self._message
        if message is None and last:
            check_text(text)
            self._gate.received(self._connection, text)
            return
        if message is None:
            message = self._message = Fragments()
        message.add(text, last)
        if last:
            self._message = None
            self._gate.received(self._connection, message.joined())

    def _control(self, first: int, payload: bytes) -> None:
        connection = self._connection
        if first == CLOSE:
            raise closed(payload, self._message is not None)
        if connection.closing:
            return
        if self._controls is None:
            self._controls = Controls()
        self._controls.add(connection.last_heard)
        if first == PING:
            # A client is owed a pong for its latest ping only, which bounds the queue of one that does not read.
            connection.send(pong_frame(payload), _PONG_SLOT)


def _check_control(first: int, second: int) -> None:
    if first not in (CLOSE, PING, PONG):
        what = "A control frame of an unknown kind" if first & _FINAL else "A control frame in fragments"
        raise broken(PROTOCOL_ERROR, what + ".")
    if second > _MASKED | _MAX_CONTROL:
        raise broken(PROTOCOL_ERROR, "A control frame with more than 125 bytes.")


def _long(marked: int, length: bytes) -> int:
    """A size that stands behind the second byte, which has 126 or 127 in place of it."""
    size = int.from_bytes(length)
    if size < _LEAST[marked]:
        raise broken(PROTOCOL_ERROR, "A length that is written longer than it must be.")
    if size >> 63:
        raise broken(PROTOCOL_ERROR, "A length beyond 63 bits.")
    return size
