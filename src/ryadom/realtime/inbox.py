"""What a client may send: whole text messages within bounds, and no flood of control frames."""

from websockets.frames import Frame, Opcode

from ryadom.protocol.errors import INVALID_TEXT, TOO_BIG, TOO_MANY, UNSUPPORTED, CloseCode

MAX_MESSAGE = 64 * 1024
"""Bytes of a message, in one frame or in fragments. The parser counts them."""
MAX_FRAGMENTS = 1024
"""Frames of a message: empty ones would never reach `MAX_MESSAGE`."""
MAX_CONTROLS = 100
"""Pings and pongs that a client may send within a second."""


class Inbox:
    """Joins the fragments of one client and holds its frames against the limits."""

    __slots__ = ("_controls", "_fragments", "_since")

    def __init__(self) -> None:
        self._fragments: list[bytes] | None = None
        self._controls = 0
        self._since = 0.0

    def take(self, frame: Frame, now: float) -> bytes | CloseCode | None:
        """A whole message, the code to close with, or nothing yet. The order of fragments was checked by the parser."""
        if frame.opcode is Opcode.TEXT or frame.opcode is Opcode.CONT:
            return self._take_text(bytes(frame.data), frame.fin)
        if frame.opcode is Opcode.BINARY:
            return UNSUPPORTED
        if frame.opcode is Opcode.CLOSE:
            return None
        return self._take_control(now)

    def clear(self) -> None:
        """Forget an unfinished message."""
        self._fragments = None

    def _take_text(self, text: bytes, last: bool) -> bytes | CloseCode | None:
        if self._fragments is None and last:
            return _checked(text)
        fragments = self._fragments = self._fragments or []
        fragments.append(text)
        if len(fragments) > MAX_FRAGMENTS:
            return TOO_BIG
        if not last:
            return None
        self._fragments = None
        return _checked(b"".join(fragments))

    def _take_control(self, now: float) -> CloseCode | None:
        if now - self._since >= 1:
            self._since, self._controls = now, 0
        self._controls += 1
        return TOO_MANY if self._controls > MAX_CONTROLS else None


def _checked(text: bytes) -> bytes | CloseCode:
    try:
        text.decode()
    except UnicodeDecodeError:
        return INVALID_TEXT
    return text
