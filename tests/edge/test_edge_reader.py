"""The reader, the mask and the lengths."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.memory_wire import MemorySocket
from edge.recording_gate import RecordingGate
from edge.talk import talk
from edge.test_edge_autobahn import CHOPS, refused
from edge.wire import CLOSE, PING, TEXT, client_frame
from ryadom.protocol.errors import TOO_MANY
from ryadom.realtime.connection import Connection
from ryadom.realtime.edge import Edge
from ryadom.realtime.mask import SHORT, unmasked
from ryadom.realtime.reader import Reader
from virtual_clock import settle


def masked(payload: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))


@given(payload=st.binary(max_size=300), key=st.binary(min_size=4, max_size=4), before=st.binary(max_size=5))
def test_the_mask_comes_off(payload: bytes, key: bytes, before: bytes) -> None:
    data = before + key + masked(payload, key) + b"behind"
    assert unmasked(data, len(before), len(payload)) == payload


@pytest.mark.parametrize("around", [SHORT, 2048, 4096, 8192, 16384, 65533])
def test_the_mask_comes_off_long_payloads(around: int) -> None:
    for size in range(around - 5, around + 6):
        payload, key = os.urandom(size), os.urandom(4)
        assert unmasked(key + masked(payload, key), 0, size) == payload


@CHOPS
@pytest.mark.parametrize("key", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\1", b"\x80\0\0\0", b"abcd"])
async def test_every_key_is_applied(key: bytes, size: int) -> None:
    payloads = [b"", b"x", b"\0\0\0\0\0", b"a" * 125, b"b" * 126, b"c" * 3000]
    data = b"".join(client_frame(TEXT, payload, mask=key) for payload in payloads)
    assert (await talk(data, size)).texts == payloads


@CHOPS
async def test_unmasked_frames_are_refused(size: int) -> None:
    for payload in (b"", b"x" * 10, b"x" * 200):
        await refused(client_frame(TEXT, payload, mask=b""), size)


@CHOPS
@pytest.mark.parametrize(
    ("length", "code"),
    [
        pytest.param(b"\xfe\x00\x05", 1002, id="5 in two bytes"),
        pytest.param(b"\xfe\x00\x7d", 1002, id="125 in two bytes"),
        pytest.param(b"\xff" + (200).to_bytes(8, "big"), 1002, id="200 in eight bytes"),
        pytest.param(b"\xff" + (65535).to_bytes(8, "big"), 1002, id="65535 in eight bytes"),
        pytest.param(b"\xff\x80" + b"\0" * 7, 1002, id="64 bits"),
        pytest.param(b"\xff" + (65537).to_bytes(8, "big"), 1009, id="one too many"),
        pytest.param(b"\xff\x7f" + b"\xff" * 7, 1009, id="63 bits"),
    ],
)
async def test_lengths_are_refused_before_there_is_a_payload(length: bytes, code: int, size: int) -> None:
    outcome = await talk(b"\x81" + length, size)
    assert (outcome.texts, outcome.code, outcome.told) == ([], code, 1006)


async def test_nothing_is_kept_between_frames(edge: type[Edge], gate: RecordingGate) -> None:
    reader = Reader(gate_connection(edge, gate), gate)
    frame = client_frame(TEXT, b"x" * 300)
    reader.feed(frame[:100])
    assert len(reader._held or b"") == 100
    reader.feed(frame[100:] + client_frame(TEXT, b"a", fin=False)[:3])
    assert gate.texts == [b"x" * 300]
    assert len(reader._held or b"") == 3
    reader.feed(client_frame(TEXT, b"a", fin=False)[3:] + client_frame(0, b"b"))
    assert gate.texts[1:] == [b"ab"]
    assert (reader._held, reader._message, reader._controls) == (None, None, None)
    await settle()


async def test_a_frame_that_was_announced_is_gathered_without_being_read_anew(
    edge: type[Edge], gate: RecordingGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    reader = Reader(gate_connection(edge, gate), gate)
    look = Reader._next
    monkeypatch.setattr(Reader, "_next", lambda self, data, start: looks.append(1) or look(self, data, start))
    for byte in client_frame(TEXT, b"x" * 60_000):
        reader.feed(bytes((byte,)))
    assert gate.texts == [b"x" * 60_000]
    assert len(looks) < 5


async def test_only_a_close_counts_while_the_socket_is_closing(edge: type[Edge], gate: RecordingGate) -> None:
    gate.on_text = lambda connection, _: connection.close(TOO_MANY)
    socket = MemorySocket(edge)
    socket.silent = True
    socket.send_bytes(client_frame(TEXT, b"one") + client_frame(TEXT, b"\xff") + client_frame(2, b"x"))
    socket.send_bytes(client_frame(TEXT, b"half \xff", fin=False) + client_frame(PING))
    assert (gate.texts, gate.ended) == ([b"one"], [])
    socket.send_bytes(client_frame(0, b"", fin=True) + client_frame(CLOSE, b"\x0f\xa0"))
    assert gate.endings == [(4000, False)]


def gate_connection(edge: type[Edge], gate: RecordingGate) -> Connection:
    MemorySocket(edge)
    return gate.connections[-1]
