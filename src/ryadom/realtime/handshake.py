"""The opening handshake: a request's head in, a 101 or a refusal out."""

from collections.abc import Callable
from typing import NamedTuple

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.http11 import Request
from websockets.server import ServerProtocol

from .connection import Refused

MAX_HEAD = 20 * 1024
"""Bytes of a handshake. The HTTP side has a smaller limit; this one holds whoever else hands us a connection."""

_SINGLE = ("Authorization", "Cookie", "Host", "Origin")
"""Headers that whoever checks a handshake reads as one value."""
_LARGE = Refused(431, "head_too_large", "The head of the request is too large.")


class Accepted(NamedTuple):
    """A handshake that opens a socket: the bytes to answer, and the headers that were sent."""

    response: bytes
    headers: Headers


class Head:
    """Gathers a request's head."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> tuple[bytes, bytes] | Refused | None:
        """The head and the bytes behind it, a refusal when it has no end within `MAX_HEAD`, or nothing yet."""
        self._data += data
        end = self._data.find(b"\r\n\r\n") + 4
        if end > MAX_HEAD or (end < 4 and len(self._data) > MAX_HEAD):
            return _LARGE
        return (self._data[:end], self._data[end:]) if end >= 4 else None


def answer(
    parser: ServerProtocol, head: bytes, peer: str, check: Callable[[str, Headers, str], Refused | None]
) -> Accepted | Refused:
    """Let the parser and then `check` (path without query, headers, peer) judge a handshake.

    Accepted, the parser is ready for frames.
    """
    parser.receive_data(head)
    request = next((event for event in parser.events_received() if isinstance(event, Request)), None)
    if request is None:
        return _malformed(400, parser.handshake_exc)
    response = parser.accept(request)
    if response.status_code != 101:
        return _malformed(response.status_code, parser.handshake_exc)
    refused = _doubled(request.headers) or check(request.path.partition("?")[0], request.headers, peer)
    if refused is not None:
        return refused
    parser.send_response(response)
    return Accepted(b"".join(parser.data_to_send()), request.headers)


def _malformed(status: int, error: Exception | None) -> Refused:
    reason = str(error) if isinstance(error, InvalidHandshake) else "it cannot be read"
    return Refused(status, "bad_request", f"This is no WebSocket handshake: {reason}.")


def _doubled(headers: Headers) -> Refused | None:
    for name in _SINGLE:
        if len(headers.get_all(name)) > 1:
            return Refused(400, "bad_request", f"{name} must be there only once.")
    return None
