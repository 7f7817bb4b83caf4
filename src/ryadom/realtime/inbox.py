"""What a client may send: whole text messages within bounds, and no flood of control frames."""

from codecs import utf_8_decode

from ryadom.protocol.errors import INVALID_TEXT, PROTOCOL_ERROR, TOO_BIG, TOO_MANY, CloseCode

from .frames import close_echo, close_frame

MAX_MESSAGE = 64 * 1024
"""Bytes of a message, in one frame or in fragments."""
MAX_FRAGMENTS = 1024
"""Frames of a message: empty ones would never reach `MAX_MESSAGE`."""
MAX_CONTROLS = 100
"""Pings and pongs that a client may send within a second."""

NO_CODE = 1005
NO_CLOSE = 1006


class Ended(Exception):
    """No frame of the client is read any more: what we say to that, and the code that it sent (1006 for none)."""

    def __init__(self, last_word: bytes, code: int = NO_CLOSE) -> None:
        super().__init__(code)
        self.last_word = last_word
        self.code = code


def broken(why: CloseCode, detail: str = "") -> Ended:
    """The end because of what the client sent; `detail` is for whoever looks for the mistake in a client."""
    return Ended(close_frame(why.code, detail or why.meaning))


def check_text(text: bytes) -> None:
    """Raise `Ended` when this is no UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        raise broken(INVALID_TEXT) from None


def closed(payload: bytes, amid_message: bool) -> Ended:
    """The end by a close frame with this payload."""
    if not payload:
        code = NO_CODE
    elif len(payload) == 1:
        return broken(PROTOCOL_ERROR, "Half a close code.")
    else:
        try:
            payload[2:].decode()
        except UnicodeDecodeError:
            return broken(INVALID_TEXT, "The reason of a close frame is no UTF-8.")
        code = int.from_bytes(payload[:2], "big")
        if not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
            return broken(PROTOCOL_ERROR, "A close code that must not be sent.")
    if amid_message:
        return Ended(close_frame(PROTOCOL_ERROR.code, "A close frame amid a message."), code)
    return Ended(close_echo(payload), code)


class Fragments:
    """The frames of a message that is not whole yet."""

    __slots__ = ("_pieces", "_unread", "size")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._unread = b""
        """The beginning of a character that ends in the next piece."""
        self.size = 0

    def add(self, piece: bytes, last: bool) -> None:
        """The next piece; raises `Ended` at the first one that cannot be, and for the one too many."""
        self._pieces.append(piece)
        self.size += len(piece)
        if len(self._pieces) > MAX_FRAGMENTS:
            raise broken(TOO_BIG)
        piece = self._unread + piece
        try:
            read = utf_8_decode(piece, "strict", last)[1]
        except UnicodeDecodeError:
            raise broken(INVALID_TEXT) from None
        self._unread = piece[read:]

    def joined(self) -> bytes:
        """The whole message."""
        return b"".join(self._pieces)


class Controls:
    """Counts the pings and pongs of one client."""

    __slots__ = ("_count", "_since")

    def __init__(self) -> None:
        self._count = 0
        self._since = 0.0

    def add(self, now: float) -> None:
        """One more; raises `Ended` for one too many."""
        if now - self._since >= 1:
            self._since, self._count = now, 0
        self._count += 1
        if self._count > MAX_CONTROLS:
            raise broken(TOO_MANY)
