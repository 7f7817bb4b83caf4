"""RFC 6455 frames from server to client: unmasked, whole, without extensions. Made once and written many times."""

PING = 0x89
PONG = 0x8A
CLOSE = 0x88
TEXT = 0x81

_MAX_REASON = 123
"""Bytes that a close frame has for its reason."""


def text_frame(payload: bytes) -> bytes:
    """One whole text message; `payload` is UTF-8 of any length."""
    # Every event is framed here, so the usual lengths have their heads ready.
    size = len(payload)
    if size < _USUAL:
        return _TEXT_HEADS[size] + payload
    return _head(TEXT, size) + payload


def ping_frame(payload: bytes = b"") -> bytes:
    """A ping; `payload`, at most 125 bytes, comes back in the pong."""
    return _frame(PING, payload)


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping with this payload."""
    return _frame(PONG, payload)


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame. A reason longer than 123 bytes is cut between two characters."""
    text = reason.encode()[:_MAX_REASON].decode(errors="ignore").encode()
    return _frame(CLOSE, code.to_bytes(2, "big") + text)


def close_echo(payload: bytes) -> bytes:
    """The answer to a close frame with this payload."""
    return _frame(CLOSE, payload)


def _frame(first: int, payload: bytes) -> bytes:
    return _head(first, len(payload)) + payload


def _head(first: int, size: int) -> bytes:
    if size < 126:
        return bytes((first, size))
    if size < 65536:
        return bytes((first, 126, size >> 8, size & 255))
    return bytes((first, 127)) + size.to_bytes(8)


_USUAL = 1024
_TEXT_HEADS = [_head(TEXT, size) for size in range(_USUAL)]
