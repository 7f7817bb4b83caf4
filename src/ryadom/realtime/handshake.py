"""The opening handshake: a request in, a 101 or a refusal out."""

import binascii
import hashlib
from collections.abc import Callable
from typing import NamedTuple

import httptools

from .connection import Refused
from .headers import Headers

MAX_HEAD = 20 * 1024
"""Bytes of a handshake. The HTTP side has a smaller limit; this one holds whoever else hands us a connection."""

_SINGLE = (b"authorization", b"cookie", b"host", b"origin")
"""Headers that whoever checks a handshake reads as one value."""
_LARGE = Refused(431, "head_too_large", "The head of the request is too large.")
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What RFC 6455 has every server append to the key."""
_SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "


class Request(NamedTuple):
    """A request's head as a parser of HTTP gives it; names of fields in lower case."""

    method: bytes
    target: bytes
    version: str
    fields: list[tuple[bytes, bytes]]


class Accepted(NamedTuple):
    """A handshake that opens a socket: the bytes to answer, and the headers that were sent."""

    response: bytes
    headers: Headers


class Head:
    """Gathers a request's head from bytes."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> tuple[Request, bytes] | Refused | None:
        """The request and the bytes behind it, a refusal, or nothing yet."""
        self._data += data
        end = self._data.find(b"\r\n\r\n") + 4
        if end > MAX_HEAD or (end < 4 and len(self._data) > MAX_HEAD):
            return _LARGE
        if end < 4:
            return None
        request = _Parsing().request(self._data[:end])
        return _malformed(400, "it cannot be read") if request is None else (request, self._data[end:])


class _Parsing:
    """Called by httptools' parser."""

    def __init__(self) -> None:
        self._target = b""
        self._fields: list[tuple[bytes, bytes]] = []

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields.append((name.lower(), value))

    def request(self, head: bytes) -> Request | None:
        """The request that this whole head is, or None."""
        parser = httptools.HttpRequestParser(self)
        try:
            parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            pass  # so that the bytes behind the head are left to us
        except httptools.HttpParserError:
            return None
        return Request(parser.get_method(), self._target, parser.get_http_version(), self._fields)


def answer(request: Request, peer: str, check: Callable[[str, Headers, str], Refused | None]) -> Accepted | Refused:
    """Judge a handshake by RFC 6455, and then by `check` (path without query, headers, peer)."""
    headers = Headers(request.fields)
    refused = _judge(request, headers)
    if refused is not None:
        return refused
    path = request.target.partition(b"?")[0].decode("latin-1")
    refused = check(path, headers, peer)
    if refused is not None:
        return refused
    digest = hashlib.sha1(headers.raw(b"sec-websocket-key")[0] + _GUID, usedforsecurity=False).digest()
    return Accepted(_SWITCH + binascii.b2a_base64(digest, newline=False) + b"\r\n\r\n", headers)


def _judge(request: Request, headers: Headers) -> Refused | None:
    if request.method != b"GET":
        return _malformed(405, "its method is not GET")
    if request.version != "1.1":
        return _malformed(505, "it is not HTTP/1.1")
    if b"upgrade" not in _tokens(headers, b"connection") or _tokens(headers, b"upgrade") != [b"websocket"]:
        return _malformed(426, "it must say Connection: Upgrade, and Upgrade: websocket")
    if headers.raw(b"sec-websocket-version") != [b"13"]:
        return _malformed(426, "Sec-WebSocket-Version must be 13")
    keys = headers.raw(b"sec-websocket-key")
    if len(keys) != 1 or not _is_key(keys[0]):
        return _malformed(400, "Sec-WebSocket-Key must be 16 bytes in base64")
    if headers.raw(b"content-length") or headers.raw(b"transfer-encoding"):
        return _malformed(400, "it has a body")
    for name in _SINGLE:
        if len(headers.raw(name)) > 1:
            return Refused(400, "bad_request", f"{name.decode().capitalize()} must be there only once.")
    return None


def _tokens(headers: Headers, name: bytes) -> list[bytes]:
    """The items of a header that is a list, in lower case."""
    return [token.strip(b" \t") for token in b",".join(headers.raw(name)).lower().split(b",")]


def _is_key(key: bytes) -> bool:
    try:
        return len(binascii.a2b_base64(key, strict_mode=True)) == 16
    except binascii.Error:
        return False


def _malformed(status: int, reason: str) -> Refused:
    return Refused(status, "bad_request", f"This is no WebSocket handshake: {reason}.")
