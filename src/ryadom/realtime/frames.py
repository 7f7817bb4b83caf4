"""RFC 6455 frames from server to client: unmasked, whole, without extensions. Made once and written many times."""

PING = 0x89
PONG = 0x8A
CLOSE = 0x88
TEXT = 0x81

_SHORT_TEXTS = [bytes((TEXT, size)) for size in range(126)]
_MAX_REASON = 123
"""Bytes that a close frame has for its reason."""


def text_frame(payload: bytes) -> bytes:
    """One whole text message; `payload` is UTF-8 of any length."""
    # Every event is framed here, so the usual lengths are spared a call.
    size = len(payload)
    if size < 126:
        return _SHORT_TEXTS[size] + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2) + payload
    return _frame(TEXT, payload)


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
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return bytes((first, 126, size >> 8, size & 255)) + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload
