"""Random frames in random pieces have the same outcome as with websockets' own parser."""

from codecs import getincrementaldecoder

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from edge.talk import Outcome, talk
from edge.wire import PONG, Received, client_frame
from ryadom.realtime.inbox import MAX_MESSAGE

texts = st.one_of(
    st.text(max_size=40).map(str.encode),
    st.binary(max_size=12),
    st.sampled_from([b"", "я".encode()[:1], "я".encode()[1:], b"a" * 125, b"a" * 126, "я".encode() * 700]),
    st.sampled_from([b"a" * 65535, b"a" * 65536, b"a" * 65537]),
)
reasons = st.one_of(st.text(max_size=20).map(str.encode), st.binary(max_size=3), st.just(b"x" * 124))
closes = st.builds(
    lambda code, reason: code.to_bytes(2, "big") + reason,
    st.sampled_from([0, 1000, 1005, 1014, 1015, 2999, 4000]),
    reasons,
)
keys = st.one_of(st.binary(min_size=4, max_size=4), st.just(b"\0\0\0\0"))
pieces = st.builds(client_frame, st.sampled_from([0, 0, 1]), texts, fin=st.booleans(), mask=keys)
whole = st.builds(client_frame, st.just(1), texts, mask=keys)
controls = st.one_of(
    st.builds(client_frame, st.sampled_from([9, 10]), st.binary(max_size=125), mask=keys),
    st.builds(client_frame, st.just(8), st.one_of(st.binary(max_size=1), closes), mask=keys),
)
wrong = st.builds(
    client_frame,
    st.integers(0, 15), st.binary(max_size=130), fin=st.booleans(), rsv=st.sampled_from([0, 0, 1, 2, 4]),
    mask=st.sampled_from([b"abcd", b"abcd", b""]),
)  # fmt: skip
sequences = st.lists(st.one_of(whole, whole, pieces, pieces, controls, wrong), max_size=15)


class Reference:
    """websockets' parser, and what we ask of text beyond it."""

    def __init__(self) -> None:
        self.parser = ServerProtocol(state=State.OPEN, max_size=None)
        self.texts: list[bytes] = []
        self.sent: list[Received] = []
        self.over = False
        self._text = b""
        self._decoder = getincrementaldecoder("utf-8")()

    def feed(self, frame: bytes) -> None:
        """One whole frame."""
        self.parser.receive_data(frame)
        for event in self.parser.events_received():
            assert isinstance(event, Frame)
            self._take(event)
        for data in self.parser.data_to_send():
            if data and not self.over:
                self.sent.append(Received(data[0] & 15, data[2:]))
        self.over = self.parser.state is not State.OPEN

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            self.parser.fail(1003)
        if frame.opcode not in (Opcode.TEXT, Opcode.CONT):
            return
        self._text += bytes(frame.data)
        try:
            self._decoder.decode(bytes(frame.data), frame.fin)
        except UnicodeDecodeError:
            self.parser.fail(1009 if len(self._text) > MAX_MESSAGE else 1007)
            return
        if len(self._text) > MAX_MESSAGE:
            self.parser.fail(1009)
        elif frame.fin:
            self.texts.append(self._text)
            self._text = b""

    def outcome(self) -> Outcome:
        """What it came to."""
        received = self.parser.close_rcvd
        told = 1006 if received is None else int(received.code)
        return Outcome(self.texts, self.sent, told if self.over else None)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(frames=sequences, sizes=st.lists(st.integers(1, 300), max_size=30))
async def test_the_same_as_another_parser(frames: list[bytes], sizes: list[int]) -> None:
    reference = Reference()
    for frame in frames:
        if not reference.over:
            reference.feed(frame)
    expected = reference.outcome()
    outcome = await talk(b"".join(frames), *sizes, 1 << 20)
    assert (outcome.texts, outcome.code, outcome.told) == (expected.texts, expected.code, expected.told)
    assert [one for one in outcome.frames if one.opcode == PONG] == [
        one for one in expected.frames if one.opcode == PONG
    ]
