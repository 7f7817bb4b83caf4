"""RFC 6455 case by case, in the order in which the Autobahn test suite asks; each whole and byte by byte."""

import pytest

from edge.talk import talk
from edge.wire import BINARY, CLOSE, CONT, PING, PONG, TEXT, Received, client_frame
from ryadom.realtime.inbox import MAX_MESSAGE

HELLO = client_frame(TEXT, b"hello")
CHOPS = pytest.mark.parametrize("size", [1, 1 << 20], ids=["bytes", "whole"])


def text(*parts: bytes) -> bytes:
    """One message in so many frames."""
    last = len(parts) - 1
    return b"".join(client_frame(CONT if i else TEXT, part, fin=i == last) for i, part in enumerate(parts))


def close(code: int, reason: bytes = b"") -> bytes:
    return client_frame(CLOSE, code.to_bytes(2, "big") + reason)


async def refused(data: bytes, size: int, code: int = 1002) -> None:
    """What was sent before counts, what comes after does not."""
    outcome = await talk(HELLO + data + HELLO, size)
    assert (outcome.texts, outcome.code, outcome.told) == ([b"hello"], code, 1006)


# 1 and 9: sizes.


@CHOPS
@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 128, 255, 256, 1023, 1024, 65535, 65536])
async def test_text_of_every_length(length: int, size: int) -> None:
    payload = (b"0123456789abcde" * (length // 15 + 1))[:length]
    outcome = await talk(client_frame(TEXT, payload) + HELLO, size)
    assert (outcome.texts, outcome.frames, outcome.told) == ([payload, b"hello"], [], None)


@CHOPS
@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
async def test_binary_is_refused(length: int, size: int) -> None:
    await refused(client_frame(BINARY, b"\xfe" * length), size, 1003)


@pytest.mark.parametrize("size", [1, 64, 997, 1300, 4096, 1 << 20])
@pytest.mark.parametrize("part", [64, 256, 1024, 4096, 65536])
async def test_the_largest_message_in_frames_and_pieces_of_every_size(part: int, size: int) -> None:
    payload = ("Ы1" * MAX_MESSAGE).encode()[: MAX_MESSAGE - 1] + b"."
    whole = text(*(payload[at : at + part] for at in range(0, MAX_MESSAGE, part)))
    assert (await talk(whole, size)).texts == [payload]


@CHOPS
@pytest.mark.parametrize("parts", [[MAX_MESSAGE + 1], [MAX_MESSAGE, 1], [40_000, 40_000], [1, MAX_MESSAGE, 0]])
async def test_more_than_the_largest_is_refused(parts: list[int], size: int) -> None:
    await refused(text(*(b"x" * length for length in parts)), size, 1009)


# 2: pings and pongs.


@CHOPS
@pytest.mark.parametrize("payload", [b"", b"Hello!", bytes(range(0, 250, 2)), b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"])
async def test_a_ping_is_answered_with_its_payload(payload: bytes, size: int) -> None:
    outcome = await talk(client_frame(PING, payload) * 10, size)
    assert outcome.frames == [Received(PONG, payload)] * 10


@CHOPS
async def test_pongs_are_taken_and_not_answered(size: int) -> None:
    data = client_frame(PONG) + client_frame(PONG, b"unasked") + client_frame(PING, b"asked") + HELLO
    outcome = await talk(data, size)
    assert (outcome.frames, outcome.texts) == ([Received(PONG, b"asked")], [b"hello"])


@CHOPS
@pytest.mark.parametrize("opcode", [PING, PONG, CLOSE])
async def test_control_frames_are_short_and_whole(opcode: int, size: int) -> None:
    await refused(client_frame(opcode, b"\x03\xe8" + b"x" * 124), size)
    await refused(client_frame(opcode, b"\x03\xe8", fin=False), size)


# 3 and 4: what is reserved.


@CHOPS
@pytest.mark.parametrize("opcode", [TEXT, BINARY, PING, PONG, CLOSE])
@pytest.mark.parametrize("rsv", range(1, 8))
async def test_reserved_bits(opcode: int, rsv: int, size: int) -> None:
    await refused(client_frame(opcode, b"\x03\xe8", rsv=rsv), size)


@CHOPS
@pytest.mark.parametrize("payload", [b"", b"x" * 200])
@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
async def test_reserved_opcodes(opcode: int, payload: bytes, size: int) -> None:
    await refused(client_frame(opcode, payload), size)


# 5: fragments.


@CHOPS
@pytest.mark.parametrize("parts", [[b"a", b"b"], [b"", b"", b""], [b"", b"middle", b""], [b"x"] * 1024])
async def test_fragments(parts: list[bytes], size: int) -> None:
    assert (await talk(text(*parts) + HELLO, size)).texts == [b"".join(parts), b"hello"]


@CHOPS
async def test_control_frames_amid_a_message(size: int) -> None:
    ping = client_frame(PING, b"ping")
    first, second, third = (client_frame(op, b"x", fin=op == 3) for op in (TEXT, CONT, CONT))
    outcome = await talk(first + ping + second + ping + client_frame(PONG) + third + client_frame(CONT, b"y"), size)
    assert (outcome.texts, outcome.frames) == ([b"xxxy"], [Received(PONG, b"ping")] * 2)


@CHOPS
@pytest.mark.parametrize("fin", [True, False])
async def test_nothing_to_continue(fin: bool, size: int) -> None:
    await refused(client_frame(CONT, b"x", fin=fin) + client_frame(CONT, b"y"), size)


@CHOPS
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("fin", [True, False])
async def test_a_message_within_a_message(opcode: int, fin: bool, size: int) -> None:
    await refused(client_frame(TEXT, b"a", fin=False) + client_frame(opcode, b"b", fin=fin), size)
