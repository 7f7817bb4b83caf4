"""The frames that the server makes, read back by another implementation."""

import pytest
from websockets.frames import Close, Frame, Opcode
from websockets.streams import StreamReader

from ryadom.realtime.frames import close_frame, ping_frame, text_frame


def parsed(data: bytes) -> Frame:
    """The one frame that the bytes are, by websockets' parser as a client uses it."""
    reader = StreamReader()
    reader.feed_data(data)
    steps = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert not reader.buffer
    frame = stop.value.value
    assert isinstance(frame, Frame)
    return frame


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 100_000])
def test_text_of_any_length(size: int) -> None:
    assert parsed(text_frame(b"x" * size)) == Frame(Opcode.TEXT, b"x" * size)


def test_a_ping_carries_its_payload() -> None:
    assert parsed(ping_frame(b"abc")) == Frame(Opcode.PING, b"abc")
    assert parsed(ping_frame()) == Frame(Opcode.PING, b"")


def test_a_close_carries_code_and_reason() -> None:
    assert Close.parse(parsed(close_frame(4408, "Too slow.")).data) == Close(4408, "Too slow.")


def test_a_long_reason_is_cut_between_characters() -> None:
    close = Close.parse(parsed(close_frame(1001, "я" * 100)).data)
    assert close == Close(1001, "я" * 61)
