"""How a handshake is judged, by RFC 6455."""

import pytest

from edge.recording_gate import RecordingGate
from ryadom.realtime.connection import Refused
from ryadom.realtime.handshake import Accepted, Request, answer
from ryadom.realtime.headers import Headers


def asked(method: bytes = b"GET", version: str = "1.1", **changed: bytes | list[bytes] | None) -> Request:
    """A request that is right but for what is changed: another value, several, or None for a header that is absent."""
    fields: dict[str, bytes | list[bytes] | None] = {
        "host": b"ryadom.test", "upgrade": b"websocket", "connection": b"Upgrade",
        "sec_websocket_key": b"dGhlIHNhbXBsZSBub25jZQ==", "sec_websocket_version": b"13",
    }  # fmt: skip
    lists = {name: [value] if isinstance(value, bytes) else value or [] for name, value in (fields | changed).items()}
    named = [(name.replace("_", "-").encode(), value) for name, values in lists.items() for value in values]
    return Request(method, b"/ws?x=1", version, named)


@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(upgrade=b"WebSocket", connection=b"keep-alive, UPGRADE"),
        asked(connection=[b"keep-alive", b"x ,\tupgrade"]),
        asked(sec_websocket_extensions=b"permessage-deflate", sec_websocket_protocol=b"chat"),
    ],
)
def test_a_right_handshake_gets_what_the_rfc_says(request_: Request) -> None:
    gate = RecordingGate()
    outcome = answer(request_, "198.51.100.7", gate.check)
    assert isinstance(outcome, Accepted)
    assert outcome.response == (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    assert gate.checked == [("/ws", "198.51.100.7")]
    assert outcome.headers.get_all("Sec-WebSocket-Version") == ["13"]


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (405, asked(method=b"POST")),
        (505, asked(version="1.0")),
        (505, asked(version="2.0")),
        (426, asked(upgrade=None)),
        (426, asked(upgrade=b"websocket2")),
        (426, asked(upgrade=[b"websocket", b"h2c"])),
        (426, asked(connection=None)),
        (426, asked(connection=b"upgrades, keep-alive")),
        (426, asked(sec_websocket_version=None)),
        (426, asked(sec_websocket_version=b"8")),
        (426, asked(sec_websocket_version=[b"13", b"13"])),
        (400, asked(sec_websocket_key=None)),
        (400, asked(sec_websocket_key=[b"dGhlIHNhbXBsZSBub25jZQ=="] * 2)),
        (400, asked(sec_websocket_key=b"dGhlIHNhbXBsZSBub25j")),
        (400, asked(sec_websocket_key=b"dGhlIHNhbXBsZSBub25jZQ")),
        (400, asked(sec_websocket_key=b"dGhlIHNhbXBs ZSBub25jZQ==")),
        (400, asked(sec_websocket_key=b"dGhlIHNhbXBsZSBub25jZQ==x")),
        (400, asked(sec_websocket_key=b"dGhlIHNhbXBsZSBub25jZ\xff==")),
        (400, asked(content_length=b"0")),
        (400, asked(transfer_encoding=b"chunked")),
        (400, asked(origin=[b"https://a.example", b"https://b.example"])),
    ],
)
def test_a_wrong_handshake_is_refused(status: int, request_: Request) -> None:
    outcome = answer(request_, "198.51.100.7", lambda *_: None)
    assert isinstance(outcome, Refused)
    assert (outcome.status, outcome.code) == (status, "bad_request")
    head = outcome.response().partition(b"\r\n\r\n")[0]
    assert (b"\r\nSec-WebSocket-Version: 13" in head and b"\r\nUpgrade: websocket" in head) == (status == 426)
    assert (b"\r\nAllow: GET" in head) == (status == 405)


def test_headers_are_found_whatever_their_case() -> None:
    headers = Headers([(b"cookie", b"a=1"), (b"origin", b"\xe9"), (b"cookie", b"b=2")])
    assert headers.get_all("Cookie") == ["a=1", "b=2"]
    assert (headers.get("COOKIE"), headers.get("origin"), headers.get("Host")) == ("a=1", "é", None)
    assert headers.get_all("Host") == []
