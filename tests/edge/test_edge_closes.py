"""The closing handshake case by case, as the client begins it."""

import pytest

from edge.talk import talk
from edge.test_edge_autobahn import CHOPS, HELLO, close
from edge.wire import CLOSE, PING, TEXT, Received, client_frame

GOOD = [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999]
BAD = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]


@CHOPS
@pytest.mark.parametrize("code", GOOD)
@pytest.mark.parametrize("reason", ["", "Пока", "x" * 123, "я" * 61])
async def test_a_close_is_echoed(code: int, reason: str, size: int) -> None:
    outcome = await talk(HELLO + close(code, reason.encode()) + HELLO + client_frame(PING), size)
    assert outcome.texts == [b"hello"]
    assert outcome.frames == [Received(CLOSE, code.to_bytes(2, "big") + reason.encode())]
    assert outcome.told == code


@CHOPS
async def test_a_close_without_a_code(size: int) -> None:
    outcome = await talk(client_frame(CLOSE) + client_frame(CLOSE), size)
    assert (outcome.frames, outcome.told) == ([Received(CLOSE, b"")], 1005)


@CHOPS
@pytest.mark.parametrize("code", BAD)
@pytest.mark.parametrize("reason", [b"", b"why"])
async def test_codes_that_must_not_be_sent(code: int, reason: bytes, size: int) -> None:
    outcome = await talk(close(code, reason), size)
    assert (outcome.code, outcome.told) == (1002, 1006)


@CHOPS
@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"\x03", 1002),
        (b"\x03\xe8" + b"x" * 124, 1002),
        (b"\x03\xe8\xce\xba\xff", 1007),
        (b"\x03\xe8\xed\xa0\x80", 1007),
    ],
)
async def test_payloads_that_are_no_close(payload: bytes, code: int, size: int) -> None:
    outcome = await talk(client_frame(CLOSE, payload), size)
    assert (outcome.code, outcome.told) == (code, 1006)


@CHOPS
async def test_a_close_amid_a_message(size: int) -> None:
    outcome = await talk(client_frame(TEXT, b"half", fin=False) + close(1000), size)
    assert (outcome.texts, outcome.code, outcome.told) == ([], 1002, 1000)
